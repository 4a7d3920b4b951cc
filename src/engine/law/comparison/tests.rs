//! Planted forms are preferred, criteria are those of the textbook, and what cannot be compared says why.

use super::*;
use crate::fixtures::TABLE_6;
use crate::law::Coefficients;
use crate::law::fit::tests::samples;
use crate::law::forms::Eq2;

const OPTIONS: FitOptions = FitOptions { starts: 24, ..FitOptions::DEFAULT };

fn compared(runs: &[Run]) -> Comparison {
    compare(runs, &OPTIONS, 5, &()).unwrap()
}

fn planted(law: impl Into<Coefficients>, seed: u64) -> Comparison {
    compared(&samples::runs(law, &samples::shapes(150, seed), 0.01, seed))
}

#[test]
fn the_planted_law_is_preferred() {
    for seed in 0..3 {
        // A KV term well above the noise.
        let all = planted(Eq2 { kappa_m: 4.0, alpha_m: 0.5, ..TABLE_6 }, seed);
        assert_eq!((all.preferred, all.simplest_as_good), (Some(&forms::EQ_2), None), "seed {seed}");
        let none = planted(Eq2 { kappa_m: 0.0, alpha_m: 0.0, ..TABLE_6 }, seed);
        let simplest = none.simplest_as_good.or(none.preferred);
        assert_eq!(simplest, Some(&forms::EQ_2_NO_KV), "seed {seed}");
        let sizes = Coefficients::new(&forms::ACTIVE_TOTAL, &[1e2, 4e3], &[0.3, 0.5], 2.0);
        let two = planted(sizes, seed);
        assert_eq!(two.preferred, Some(&forms::ACTIVE_TOTAL), "seed {seed}");
        assert_eq!(two.ranked(|candidate| candidate.bic)[0], &forms::ACTIVE_TOTAL, "seed {seed}");
    }
}

#[test]
fn criteria_are_minus_two_log_likelihoods_with_penalties() {
    let found = planted(TABLE_6, 1);
    let candidate = found.entries[0].outcome.as_ref().unwrap();
    let (runs, parameters) = (150.0, candidate.fit.parameters as f64 + 1.0);
    // Normal density at every residual, with the variance that is most likely.
    let variance = candidate.fit.squared_error / runs;
    let log_likelihood = -0.5 * runs * (TAU * variance).ln() - 0.5 * candidate.fit.squared_error / variance;
    assert!((candidate.aic.unwrap() - (2.0 * parameters - 2.0 * log_likelihood)).abs() < 1e-9);
    assert!((candidate.bic.unwrap() - (parameters * 150f64.ln() - 2.0 * log_likelihood)).abs() < 1e-9);
    let huber = FitOptions { criterion: Criterion::HuberLog, starts: 8, ..OPTIONS };
    let runs = samples::runs(TABLE_6, &samples::shapes(60, 1), 0.01, 1);
    let entries = compare(&runs, &huber, 3, &()).unwrap().entries;
    assert!(entries.iter().all(|entry| entry.outcome.as_ref().unwrap().aic.is_none()));
}

#[test]
fn a_data_term_is_compared_where_lengths_differ() {
    let mut runs = samples::runs(TABLE_6, &samples::shapes(60, 3), 0.01, 4);
    assert!(compared(&runs).without_tokens.unwrap().starts_with("not all runs say"));
    for run in &mut runs {
        run.tokens = Some(1e10);
    }
    let same = compared(&runs);
    assert_eq!(same.entries.len(), 3);
    assert!(same.without_tokens.unwrap().starts_with("all runs saw about 1.00e10 tokens"));
    for (place, run) in runs.iter_mut().enumerate() {
        let tokens = 5e9 * (1 + 7 * place % 11) as f64;
        run.tokens = Some(tokens);
        run.loss += 0.5 * (3e10 / tokens).powf(0.4);
    }
    let different = compared(&runs);
    assert_eq!((different.entries.len(), different.without_tokens), (6, None));
    assert!(different.preferred.unwrap().needs_tokens(), "{:?}", different.preferred);
}

#[test]
fn forms_that_the_runs_reduce_to_one_law_say_so() {
    let mut shapes = samples::shapes(80, 3);
    for shape in &mut shapes {
        shape.kv_dim = 256.0;
    }
    let found = compared(&samples::runs(TABLE_6, &shapes, 0.01, 4));
    assert_eq!(found.entries[1].outcome.as_ref().unwrap().same_as, Some("eq2"));
    assert_ne!(found.preferred, Some(&forms::EQ_2_NO_KV));
}

#[test]
fn a_form_that_cannot_be_fitted_has_a_reason() {
    let runs = samples::runs(TABLE_6, &samples::shapes(9, 3), 0.01, 4);
    let found = compared(&runs);
    let reason = found.entries[0].outcome.as_ref().unwrap_err();
    assert!(matches!(reason, FitError::TooFewArchitectures { architectures: 9, .. }), "{reason:?}");
    assert!(found.entries[2].outcome.is_ok());
    assert_eq!(found.preferred, Some(&forms::ACTIVE_TOTAL));
    let three = compared(&runs[..3]);
    assert!(three.entries.iter().all(|entry| entry.outcome.is_err()) && three.preferred.is_none());
}
