//! What repeats of one architecture tell: how much of the error is noise, and how much is the law's own.
//!
//! Runs of one architecture and length that differ in their seed cannot be told apart by any law, so their spread is
//! pure error. What the law leaves beyond it is lack of fit; the F test says whether that is more than chance. It
//! supposes least squares, so there is none under another criterion. A row that stands twice in a table, seed and loss
//! included, is a copy and no repeat: it would make the noise look smaller than it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::Criterion;
use super::split::key;
use crate::law::Coefficients;
use crate::runs::Run;
use crate::statistics::mean;
use crate::units::count;

/// With fewer degrees of freedom of pure error the F test finds hardly anything.
const FEWEST_REPEATS: usize = 5;
/// The law misses more than noise if its chance of a ratio is below this.
const CHANCE: f64 = 0.01;

/// Noise measured by repeats, and what the law misses beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    pub(super) fn among(runs: &[&Run], law: &Coefficients, parameters: usize, criterion: Criterion) -> Option<Self> {
        let runs = originals(runs);
        let mut groups: BTreeMap<_, Vec<&Run>> = BTreeMap::new();
        for &run in &runs {
            groups.entry((key(&run.features), run.tokens.map(f64::to_bits))).or_default().push(run);
        }
        let degrees_of_freedom = runs.len() - groups.len();
        if degrees_of_freedom == 0 {
            return None;
        }
        let (mut pure, mut missed) = (0.0, 0.0);
        for group in groups.values() {
            let Some(mean) = mean(group.iter().map(|run| run.loss)) else { continue };
            pure += group.iter().map(|run| (run.loss - mean).powi(2)).sum::<f64>();
            missed += group.len() as f64 * (mean - law.loss_after(&group[0].features, group[0].tokens)).powi(2);
        }
        let pure_variance = pure / degrees_of_freedom as f64;
        let testable = criterion == Criterion::LeastSquares && pure_variance > 0.0;
        let spare = groups.len().checked_sub(parameters).filter(|&spare| spare > 0 && testable);
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

    /// Whether enough repeats show no more than noise.
    pub(super) fn show_noise_alone(&self) -> bool {
        self.degrees_of_freedom >= FEWEST_REPEATS && self.lack_of_fit.is_some_and(|lack| lack.p_value >= CHANCE)
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
            Some(LackOfFit { f_ratio, p_value, .. }) if *p_value < CHANCE => format!(
                "{noise}, and the law misses more than that (lack of fit, F = {f_ratio:.1}, p = {p_value:.1e}): its errors are not \
                 noise alone"
            ),
            Some(_) if *degrees_of_freedom < FEWEST_REPEATS => {
                format!("{noise}; too few repeats to tell whether the law misses more")
            }
            Some(LackOfFit { f_ratio, p_value, .. }) => {
                format!("{noise}; no lack of fit shown (F = {f_ratio:.1}, p = {p_value:.2})")
            }
        }
    }
}

/// Each row once.
fn originals<'a>(runs: &[&'a Run]) -> Vec<&'a Run> {
    let mut seen = BTreeSet::new();
    let row = |run: &Run| (key(&run.features), run.tokens.map(f64::to_bits), run.seed, run.loss.to_bits());
    runs.iter().copied().filter(|run| seen.insert(row(run))).collect()
}

/// How many rows stand there more than once.
pub(super) fn copies(runs: &[&Run]) -> Option<String> {
    let copies = runs.len() - originals(runs).len();
    let repeat = if copies == 1 { "run repeats" } else { "runs repeat" };
    (copies > 0).then(|| {
        format!(
            "{} {repeat} another in architecture, tokens, seed and loss: a copy tells nothing of noise, yet counts in the fit",
            count(copies)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::*;
    use crate::fixtures::table_6;

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
        let repeats =
            Repeats::among(&runs.iter().collect::<Vec<_>>(), &table_6(), 11, Criterion::LeastSquares).unwrap();
        // Two values ± s around their mean have a variance of 2·s² with one degree of freedom.
        assert!((repeats.pure_error_nats - 0.01 * 2f64.sqrt()).abs() < 1e-12, "{repeats:?}");
        let chance = repeats.lack_of_fit.unwrap();
        assert!(chance.f_ratio < 1e-20 && chance.p_value > 0.999, "{repeats:?}");
        assert!(repeats.sentence().contains("no lack of fit shown (F = 0.0, p = 1.00)"));
    }

    #[test]
    fn what_the_law_misses_beyond_noise_is_lack_of_fit() {
        let runs = doubled(0.01, 0.02);
        let repeats =
            Repeats::among(&runs.iter().collect::<Vec<_>>(), &table_6(), 11, Criterion::LeastSquares).unwrap();
        let found = repeats.lack_of_fit.unwrap();
        let architectures = runs.len() - repeats.degrees_of_freedom;
        let expected = runs.len() as f64 * 4e-4 / (architectures - 11) as f64 / 2e-4;
        assert!((found.f_ratio / expected - 1.0).abs() < 1e-9, "{repeats:?}");
        assert!(found.p_value < 1e-3 && repeats.sentence().contains("lack of fit"));
    }

    #[test]
    fn few_repeats_tell_nothing_of_the_law_unless_it_is_far_off() {
        let mut runs = doubled(0.01, 0.0);
        let mut seen = std::collections::HashSet::new();
        let mut again = 0;
        runs.retain(|run| {
            seen.insert(key(&run.features)) || {
                again += 1;
                again <= 4
            }
        });
        let repeats =
            Repeats::among(&runs.iter().collect::<Vec<_>>(), &table_6(), 11, Criterion::LeastSquares).unwrap();
        assert_eq!(repeats.degrees_of_freedom, 4);
        assert!(!repeats.show_noise_alone());
        assert!(
            repeats.sentence().ends_with("; too few repeats to tell whether the law misses more"),
            "{}",
            repeats.sentence()
        );
    }

    #[test]
    fn copies_are_no_repeats_and_a_robust_law_has_no_f_test() {
        let runs = doubled(0.01, 0.0);
        let copied: Vec<&Run> = runs.iter().chain(&runs[..3]).collect();
        let plain: Vec<&Run> = runs.iter().collect();
        let among = |runs: &[&Run], criterion| Repeats::among(runs, &table_6(), 11, criterion).unwrap();
        assert_eq!(among(&copied, Criterion::LeastSquares), among(&plain, Criterion::LeastSquares));
        assert!(copies(&copied).unwrap().starts_with("3 runs repeat another") && copies(&plain).is_none());
        let robust = among(&plain, Criterion::HuberLog);
        assert_eq!(robust.lack_of_fit, None);
        assert!(robust.sentence().ends_with("(pure error)"));
    }

    #[test]
    fn without_repeats_nothing_is_known() {
        let runs: Vec<Run> = doubled(0.01, 0.0).into_iter().step_by(2).collect();
        let mut seen = std::collections::HashSet::new();
        let once: Vec<&Run> = runs.iter().filter(|run| seen.insert(key(&run.features))).collect();
        assert_eq!(Repeats::among(&once, &table_6(), 11, Criterion::LeastSquares), None);
    }
}
