//! Split, repeatability, refusals, cancellation.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::samples;
use crate::error::Error;
use crate::features::{Block, Features};
use crate::fixtures::TABLE_6;
use crate::law::fit::{Fit, FitError, FitOptions, Watch, fit};
use crate::runs::Run;

fn noisy(count: usize) -> Vec<Run> {
    samples::runs(TABLE_6, &samples::shapes(count, 1), 0.01, 1)
}

#[test]
fn repeats_of_an_architecture_stay_together() {
    let shapes = samples::shapes(60, 1);
    let repeated: Vec<_> = shapes.iter().chain(&shapes).chain(&shapes[..20]).copied().collect();
    let runs = samples::runs(TABLE_6, &repeated, 0.01, 2);
    for seed in 0..10 {
        let Fit { train, holdout, .. } =
            fit(&runs, &FitOptions { seed, starts: 2, holdout: 0.2, ..FitOptions::default() }, &()).unwrap();
        let key = |&index: &usize| format!("{:?}", runs[index].features);
        let fitted: HashSet<_> = train.iter().map(key).collect();
        let held: HashSet<_> = holdout.iter().map(key).collect();
        assert!(fitted.is_disjoint(&held));
        assert_eq!(held.len(), ((fitted.len() + held.len()) as f64 * 0.2).round() as usize);
        let mut all = [train, holdout].concat();
        all.sort_unstable();
        assert_eq!(all, (0..runs.len()).collect::<Vec<_>>());
    }
}

#[test]
fn seeds_draw_different_parts_and_no_share_holds_none_out() {
    let runs = noisy(60);
    let with =
        |holdout, seed| fit(&runs, &FitOptions { holdout, seed, starts: 4, ..FitOptions::DEFAULT }, &()).unwrap();
    assert_ne!(with(0.2, 0).holdout, with(0.2, 1).holdout);
    let all = with(0.0, 0);
    assert_eq!((all.holdout.len(), all.quality.r2_holdout), (0, None));
    assert_eq!(all.quality.runs, Some(60));
    assert!(all.quality.r2_train.unwrap() > 0.99);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let runs = noisy(80);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(&runs, &FitOptions::default(), &()).unwrap())
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn impossible_values_are_refused_by_name() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0] {
        for quantity in ["loss", "width", "activation rate"] {
            let mut runs = noisy(30);
            match quantity {
                "loss" => runs[7].loss = value,
                "width" => runs[7].features.width = value,
                _ => runs[7].features.activation_rate = value,
            }
            match fit(&runs, &FitOptions::default(), &()) {
                Err(FitError::BadValue { run, quantity: named, .. }) => {
                    assert_eq!((run.as_str(), named), ("run-7", quantity));
                }
                other => panic!("{value}: {other:?}"),
            }
        }
    }
    let mut runs = noisy(30);
    runs[3].loss = f64::NAN;
    let message = Error::from(fit(&runs, &FitOptions::default(), &()).unwrap_err()).to_string();
    assert!(message.contains("run 'run-3' has the loss 'NaN'") && message.contains("finite"), "{message}");
}

/// Few values per axis, so that constant, two-valued and collinear axes all turn up.
fn any_shape() -> impl Strategy<Value = Features> {
    let axis = |values: [f64; 4]| prop::sample::select(values.to_vec());
    (
        axis([1.0, 2.0, 16.0, 100.0]),
        axis([1.0, 64.0, 1024.0, 1e6]),
        axis([1e-3, 1.0, 4.0, 1e3]),
        axis([1.0, 16.0, 256.0, 1e6]),
        axis([1.0, 0.5, 0.125, 1e-6]),
    )
        .prop_map(|(layers, width, ffn_ratio, kv_dim, activation_rate)| Features {
            layers,
            width,
            ffn_ratio,
            kv_dim,
            activation_rate,
            block: Block::Gated,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_the_runs_the_law_is_finite_or_refused(
        runs in prop::collection::vec((any_shape(), 1e-6..1e6f64), 0..40),
        holdout in 0.0..0.9f64,
    ) {
        let (shapes, losses): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
        let options = FitOptions { holdout, seed: 7, starts: 4, ..FitOptions::DEFAULT };
        match fit(&samples::with_losses(&shapes, &losses), &options, &()) {
            Ok(fit) => {
                for (name, value) in fit.coefficients.named() {
                    prop_assert!(value.is_finite() && (value >= 0.0 || name.starts_with("beta")), "{name} {value}");
                }
                prop_assert!(fit.quality.r2_train.is_none_or(|r2| r2 > -1e-6 && r2 <= 1.0), "{:?}", fit.quality);
                prop_assert!(fit.train.iter().all(|&run| fit.range.extrapolation(&shapes[run]).is_none()));
            }
            Err(error) => {
                let refused = matches!(error, FitError::TooFewRuns { .. } | FitError::TooFewArchitectures { .. });
                prop_assert!(refused, "{error}");
            }
        }
    }
}

#[test]
fn losses_too_large_to_square_end_in_an_error() {
    let mut runs = noisy(30);
    runs[3].loss = 1e200;
    assert_eq!(fit(&runs, &FitOptions::default(), &()), Err(FitError::NoOptimum));
}

#[test]
fn impossible_options_are_refused() {
    let runs = noisy(30);
    for holdout in [-0.1, 1.0, f64::NAN] {
        assert!(matches!(
            fit(&runs, &FitOptions { holdout, ..FitOptions::default() }, &()),
            Err(FitError::BadHoldout(_))
        ));
    }
    for starts in [0, FitOptions::MAX_STARTS + 1, usize::MAX] {
        let options = FitOptions { starts, ..FitOptions::default() };
        assert_eq!(fit(&runs, &options, &()), Err(FitError::BadStarts(starts)));
    }
}

#[test]
fn too_few_runs_are_an_error_that_says_how_many_are_needed() {
    assert_eq!(fit(&noisy(2), &FitOptions::default(), &()), Err(FitError::TooFewRuns { runs: 2 }));
    let error = fit(&noisy(12), &FitOptions { holdout: 0.2, ..FitOptions::DEFAULT }, &()).unwrap_err();
    assert_eq!(error, FitError::TooFewArchitectures { architectures: 10, parameters: 11, held_out: 2 });
    assert!(error.to_string().contains("of these, 2 held out"), "{error}");
}

/// Stops after some questions.
struct Impatient {
    asked: AtomicUsize,
    patience: usize,
    finished: AtomicUsize,
}

impl Watch for Impatient {
    fn cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.patience
    }

    fn progress(&self, done: usize, of: usize) {
        assert!((1..=of).contains(&done));
        self.finished.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_watcher_sees_every_start_and_can_stop_them() {
    let watch = |patience| Impatient { asked: AtomicUsize::new(0), patience, finished: AtomicUsize::new(0) };
    let patient = watch(usize::MAX);
    fit(&noisy(40), &FitOptions::default(), &patient).unwrap();
    assert_eq!(patient.finished.into_inner(), 64);
    let impatient = watch(20);
    assert_eq!(fit(&noisy(40), &FitOptions::default(), &impatient), Err(FitError::Cancelled));
    assert!(impatient.asked.into_inner() < 200);
}

#[test]
fn the_law_keeps_its_pedigree() {
    let fit = fit(&noisy(40), &FitOptions::default(), &()).unwrap();
    let law = fit.clone().into_law("mine", "40 drawn runs", true);
    assert_eq!((law.name.as_str(), law.source.as_str(), law.synthetic), ("mine", "40 drawn runs", true));
    assert_eq!((law.coefficients, law.quality, law.range), (fit.coefficients, fit.quality, fit.range));
}
