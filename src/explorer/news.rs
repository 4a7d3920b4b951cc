//! What a new law changed, in one sentence: runs, quality, and how far the frontier moved.

use engine::landscape::Landscape;
use engine::pareto;
use engine::units::{self, signed};
use engine::workload::Objective;

/// `171 runs (+1), R² 0.974 → 0.976, frontier −0.3 %`: from one landscape to another of the same space on the same board.
pub fn in_words(before: &Landscape, after: &Landscape, objective: Objective) -> String {
    let (earlier, law) = (&before.law.quality, &after.law.quality);
    let mut parts = Vec::new();
    if let Some(runs) = law.runs {
        let difference = runs as f64 - earlier.runs.unwrap_or(runs) as f64;
        let difference = if difference == 0.0 {
            String::new()
        } else {
            format!(" ({})", signed(difference, |runs| format!("{runs:.0}")))
        };
        parts.push(format!("{} runs{difference}", units::count(runs)));
    }
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    let (r2_before, r2) = (figure(earlier.r2_train), figure(law.r2_train));
    parts.push(if r2_before == r2 { format!("R² {r2}") } else { format!("R² {r2_before} → {r2}") });
    let front = |landscape: &Landscape| -> Vec<(f64, f64)> {
        let indices = landscape.frontier_of(objective, |_| true);
        let places = indices.iter().map(|&index| landscape.position(objective, index as usize));
        places.map(|place| (place.latency_s, place.loss)).collect()
    };
    if let Some(change) = pareto::mean_change(&front(before), &front(after)) {
        let percent = units::percent_change(1.0 + change);
        parts.push(if percent == "0.0 %" { "frontier unmoved".to_owned() } else { format!("frontier {percent}") });
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::fixtures::{agx_orin, paper_law, paper_space};
    use engine::precision::Precision;
    use engine::roofline::Estimator;
    use engine::workload::Workload;

    /// The paper's law with other losses everywhere, as if fitted to so many runs.
    fn landscape(runs: usize, r2: f64, added_nats: f64) -> Landscape {
        let mut law = paper_law();
        law.quality.runs = Some(runs);
        law.quality.r2_train = Some(r2);
        let estimator = Estimator::new(&agx_orin(), Precision::FP16, Workload::default()).unwrap();
        let mut landscape = Landscape::new(&paper_space(), law, estimator);
        landscape.sweep.loss.iter_mut().for_each(|loss| *loss += added_nats);
        landscape
    }

    #[test]
    fn says_what_changed_and_by_how_much() {
        let before = landscape(170, 0.9741, 0.0);
        let words = |after: &Landscape| in_words(&before, after, Objective::Total);
        assert_eq!(words(&landscape(171, 0.9758, 0.997_f64.ln())), "171 runs (+1), R² 0.974 → 0.976, frontier −0.3 %");
        assert_eq!(words(&landscape(169, 0.9744, 1.0123_f64.ln())), "169 runs (−1), R² 0.974, frontier +1.2 %");
        assert_eq!(words(&landscape(170, 0.9, 0.0)), "170 runs, R² 0.974 → 0.900, frontier unmoved");
        assert_eq!(words(&landscape(1170, 0.9741, -1e-7)), "1,170 runs (+1000), R² 0.974, frontier unmoved");
    }
}
