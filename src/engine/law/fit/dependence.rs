//! Whether runs are independent of each other. Standard errors and profiles suppose that they are.
//!
//! A law misses an architecture by the same amount in all its runs. With few runs of each architecture that hardly
//! matters. With many, the standard errors would shrink with every repeat, though nothing is learnt about the law.
//! Resampling goes by architecture and is right either way.

use super::repeats::Repeats;
use super::{Criterion, FitOptions, Weighting, split};
use crate::runs::Run;

/// Why the training part has no standard errors and no profiles. `None` if it may have them, or has none for another
/// reason.
pub(super) fn reason(train: &[&Run], options: &FitOptions, repeats: Option<&Repeats>) -> Option<String> {
    const MANY: usize = 2;
    let (runs, architectures) = (train.len(), split::count_architectures(train));
    let so = "there are no standard errors and no profiles, which take every run for independent; resampling goes by architecture";
    if options.criterion != Criterion::LeastSquares {
        None
    } else if options.weighting == Weighting::Architectures && runs > architectures {
        Some(format!("each architecture counts once, and its runs for one: {so}"))
    } else if runs >= MANY * architectures && !repeats.is_some_and(Repeats::show_noise_alone) {
        Some(format!(
            "{runs} runs are of {architectures} architectures, and what the law misses of one it misses in all its runs: {so}"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::repeats::LackOfFit;
    use super::super::tests::samples;
    use super::*;
    use crate::fixtures::TABLE_6;

    fn repeats(degrees_of_freedom: usize, p_value: f64) -> Repeats {
        let lack_of_fit = Some(LackOfFit { f_ratio: 1.0, degrees_of_freedom: 20, p_value });
        Repeats { architectures: 1, degrees_of_freedom, pure_error_nats: 0.01, lack_of_fit }
    }

    #[test]
    fn many_runs_of_few_architectures_are_not_independent_unless_repeats_show_noise_alone() {
        let shapes: Vec<_> = samples::shapes(30, 1).into_iter().flat_map(|shape| [shape; 2]).collect();
        let runs = samples::runs(TABLE_6, &shapes, 0.01, 1);
        let train: Vec<&Run> = runs.iter().collect();
        let plain = FitOptions::DEFAULT;
        let once: Vec<&Run> = runs.iter().step_by(2).collect();
        assert!(reason(&train, &plain, None).unwrap().starts_with("60 runs are of "));
        assert!(reason(&train, &plain, Some(&repeats(4, 0.9))).is_some(), "four repeats show nothing");
        assert!(reason(&train, &plain, Some(&repeats(30, 0.001))).is_some());
        assert_eq!(reason(&train, &plain, Some(&repeats(30, 0.9))), None);
        assert_eq!(reason(&once, &plain, None), None);
        let by_architecture = FitOptions { weighting: Weighting::Architectures, ..plain };
        assert!(reason(&train, &by_architecture, Some(&repeats(30, 0.9))).unwrap().starts_with("each architecture"));
        let robust = FitOptions { criterion: Criterion::HuberLog, ..by_architecture };
        assert_eq!(reason(&train, &robust, None), None);
    }
}
