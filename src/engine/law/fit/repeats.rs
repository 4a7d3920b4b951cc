//! What repeats of one architecture tell: how much of the error is noise, and how much is the law's own.
//!
//! Runs of one architecture and length that differ in their seed cannot be told apart by any law, so their spread is
//! pure error. What the law leaves beyond it is lack of fit; the F test says whether that is more than chance.

use std::collections::BTreeMap;

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::split::key;
use crate::engine::law::Coefficients;
use crate::engine::runs::Run;

/// Noise measured by repeats, and what the law misses beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Repeats {
    /// Architectures that were run more than once at one length.
    pub architectures: usize,
    /// Degrees of freedom of the pure error: repeats beyond each first run.
    pub degrees_of_freedom: usize,
    /// Standard deviation of one run around its architecture's mean, nats per token.
    pub pure_error_nats: f64,
    /// Whether the law misses more than that; none without architectures to spare.
    pub lack_of_fit: Option<LackOfFit>,
}

/// The F test of lack of fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LackOfFit {
    /// Mean square of what the law misses of the means over that of pure error.
    pub f_ratio: f64,
    /// Architectures beyond the law's parameters.
    pub degrees_of_freedom: usize,
    /// Probability of such a ratio or more if the law were right.
    pub p_value: f64,
}

impl Repeats {
    /// Among `runs`, which a law with so many free parameters was fitted to; none if no architecture was repeated.
    pub(super) fn among(runs: &[&Run], law: &Coefficients, parameters: usize) -> Option<Self> {
        let mut groups: BTreeMap<_, Vec<&Run>> = BTreeMap::new();
        for &run in runs {
            groups.entry((key(&run.features), run.tokens.map(f64::to_bits))).or_default().push(run);
        }
        let degrees_of_freedom = runs.len() - groups.len();
        if degrees_of_freedom == 0 {
            return None;
        }
        let (mut pure, mut missed) = (0.0, 0.0);
        for group in groups.values() {
            let mean = group.iter().map(|run| run.loss).sum::<f64>() / group.len() as f64;
            pure += group.iter().map(|run| (run.loss - mean).powi(2)).sum::<f64>();
            missed += group.len() as f64 * (mean - law.loss_after(&group[0].features, group[0].tokens)).powi(2);
        }
        let pure_variance = pure / degrees_of_freedom as f64;
        let spare = groups.len().checked_sub(parameters).filter(|&spare| spare > 0 && pure_variance > 0.0);
        let lack_of_fit = spare.and_then(|spare| {
            let f_ratio = missed / spare as f64 / pure_variance;
            let chance = FisherSnedecor::new(spare as f64, degrees_of_freedom as f64).ok()?;
            Some(LackOfFit { f_ratio, degrees_of_freedom: spare, p_value: chance.sf(f_ratio) })
        });
        Some(Self {
            architectures: groups.values().filter(|group| group.len() > 1).count(),
            degrees_of_freedom,
            pure_error_nats: pure_variance.sqrt(),
            lack_of_fit,
        })
    }

    /// In words.
    pub fn sentence(&self) -> String {
        let Self { architectures, degrees_of_freedom, pure_error_nats, lack_of_fit } = self;
        let were = if *architectures == 1 { "architecture was" } else { "architectures were" };
        let repeats = if *degrees_of_freedom == 1 { "repeat" } else { "repeats" };
        let noise = format!(
            "{architectures} {were} run again ({degrees_of_freedom} {repeats}): one run varies by {pure_error_nats:.4} nats per \
             token (pure error)"
        );
        match lack_of_fit {
            None => noise,
            Some(LackOfFit { f_ratio, p_value, .. }) if *p_value < 0.01 => format!(
                "{noise}, and the law misses more than that (lack of fit, F = {f_ratio:.1}, p = {p_value:.1e}): its errors are not \
                 noise alone"
            ),
            Some(LackOfFit { f_ratio, p_value, .. }) => {
                format!("{noise}, and the law misses no more than that (F = {f_ratio:.1}, p = {p_value:.2})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::*;
    use crate::engine::law::tests::table_6;

    /// Each shape twice, ± `noise_nats` around Table 6 plus an error of the law of `bias_nats`, alternating.
    fn doubled(noise_nats: f64, bias_nats: f64) -> Vec<Run> {
        let shapes: Vec<_> = samples::shapes(30, 1).into_iter().flat_map(|shape| [shape; 2]).collect();
        let losses: Vec<f64> = (0..shapes.len())
            .map(|i| {
                let sign = |odd: usize| if odd.is_multiple_of(2) { 1.0 } else { -1.0 };
                table_6().loss(&shapes[i]) + sign(i) * noise_nats + sign(i / 2) * bias_nats
            })
            .collect();
        samples::with_losses(&shapes, &losses)
    }

    #[test]
    fn pure_error_is_the_spread_within_pairs() {
        let runs = doubled(0.01, 0.0);
        let repeats = Repeats::among(&runs.iter().collect::<Vec<_>>(), &table_6(), 11).unwrap();
        // Two values ± s around their mean have a variance of 2·s² with one degree of freedom.
        assert!((repeats.pure_error_nats - 0.01 * 2f64.sqrt()).abs() < 1e-12, "{repeats:?}");
        let chance = repeats.lack_of_fit.unwrap();
        assert!(chance.f_ratio < 1e-20 && chance.p_value > 0.999, "{repeats:?}");
        assert!(repeats.sentence().contains("no more than that"));
    }

    #[test]
    fn what_the_law_misses_beyond_noise_is_lack_of_fit() {
        let runs = doubled(0.01, 0.02);
        let repeats = Repeats::among(&runs.iter().collect::<Vec<_>>(), &table_6(), 11).unwrap();
        let found = repeats.lack_of_fit.unwrap();
        let architectures = runs.len() - repeats.degrees_of_freedom;
        let expected = runs.len() as f64 * 4e-4 / (architectures - 11) as f64 / 2e-4;
        assert!((found.f_ratio / expected - 1.0).abs() < 1e-9, "{repeats:?}");
        assert!(found.p_value < 1e-3 && repeats.sentence().contains("lack of fit"));
    }

    #[test]
    fn without_repeats_nothing_is_known() {
        let runs: Vec<Run> = doubled(0.01, 0.0).into_iter().step_by(2).collect();
        let mut seen = std::collections::HashSet::new();
        let once: Vec<&Run> = runs.iter().filter(|run| seen.insert(key(&run.features))).collect();
        assert_eq!(Repeats::among(&once, &table_6(), 11), None);
    }
}
