//! Every form, both criteria, both weightings: planted laws come back, and outliers move only what they may move.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::samples;
use crate::fixtures::{TABLE_6, table_6};
use crate::law::fit::{Criterion, Fit, FitError, FitOptions, HUBER_DELTA, Weighting, fit};
use crate::law::form::Slot;
use crate::law::{Coefficients, forms};
use crate::runs::Run;

const ALL: FitOptions = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };
const HUBER: FitOptions = FitOptions { criterion: Criterion::HuberLog, ..ALL };

/// Noise-free runs of a law over different lengths.
fn of_many_lengths(law: &Coefficients, count: usize) -> Vec<Run> {
    let shapes = samples::shapes(count, 5);
    let mut runs = samples::with_losses(&shapes, &vec![1.0; count]);
    for (i, run) in runs.iter_mut().enumerate() {
        run.tokens = Some(5e9 * (1 + 7 * i % 11) as f64);
        run.loss = law.loss_after(&run.features, run.tokens);
    }
    runs
}

#[test]
fn every_form_comes_back() {
    for form in forms::ALL {
        // Terms of some tenths of a nat each at sizes of 1e8 and lengths of 3e10.
        let planted = Coefficients::by_name(form, |key| {
            Ok::<_, ()>(match key {
                "kappa_active" => 0.4 * 1e8f64.powf(0.3),
                "alpha_active" => 0.3,
                "kappa_total" => 0.3 * 3e8f64.powf(0.6),
                "alpha_total" => 0.6,
                "kappa_data" => 0.5 * 3e10f64.powf(0.4),
                "alpha_data" => 0.4,
                shared => table_6().value(shared).unwrap(),
            })
        })
        .unwrap();
        let found = fit(&of_many_lengths(&planted, 150), &FitOptions { form, ..ALL }, &()).unwrap();
        for ((key, found), (_, planted)) in found.coefficients.named().into_iter().zip(planted.named()) {
            assert!((found / planted - 1.0).abs() < 1e-5, "{}: {key} is {found}, not {planted}", form.name);
        }
        assert_eq!(found.coefficients.tokens(), form.needs_tokens().then_some(5.5e10));
    }
}

#[test]
fn a_data_term_needs_lengths() {
    let options = FitOptions { form: &forms::EQ_2_TOKENS, ..ALL };
    let mut runs = of_many_lengths(&table_6(), 60);
    runs[3].tokens = None;
    assert_eq!(fit(&runs, &options, &()), Err(FitError::NoTokens { run: "run-3".into(), form: "eq2-tokens" }));
    for run in &mut runs {
        run.tokens = Some(1e10);
    }
    let found = fit(&runs, &options, &()).unwrap();
    assert!(found.notes[0].starts_with("the number of tokens is 1.000e10 in all 60 runs"), "{:?}", found.notes);
    assert_eq!(found.coefficients.value("kappa_data"), Some(0.0));
}

#[test]
fn dense_runs_have_one_size() {
    let mut shapes = samples::shapes(80, 5);
    for shape in &mut shapes {
        shape.activation_rate = 1.0;
    }
    let runs = samples::runs(TABLE_6, &shapes, 0.01, 1);
    let found = fit(&runs, &FitOptions { form: &forms::ACTIVE_TOTAL, ..ALL }, &()).unwrap();
    assert!(
        found.notes[0].contains("stored parameters term cannot be told from active parameters"),
        "{:?}",
        found.notes
    );
    assert_eq!((found.coefficients.value("kappa_total"), found.parameters), (Some(0.0), 3));
}

/// The criterion, written once more.
fn huber(law: &Coefficients, runs: &[Run]) -> f64 {
    runs.iter()
        .map(|run| {
            let e = (run.loss.ln() - law.loss(&run.features).ln()).abs();
            if e <= HUBER_DELTA { e * e / 2.0 } else { HUBER_DELTA * (e - HUBER_DELTA / 2.0) }
        })
        .sum()
}

#[test]
fn nothing_near_the_huber_optimum_is_better() {
    let runs = samples::runs(TABLE_6, &samples::shapes(80, 5), 0.02, 1);
    let found = fit(&runs, &HUBER, &()).unwrap().coefficients;
    let best = huber(&found, &runs);
    let least_squares = fit(&runs, &ALL, &()).unwrap().coefficients;
    assert!(best < 0.99 * huber(&least_squares, &runs), "{best} {}", huber(&least_squares, &runs));
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for trial in 0..20_000 {
        let size = 10f64.powf(-1.0 - f64::from(trial % 6));
        let slots: Vec<Slot> = found.form().slots();
        let only = random.random_range(0..slots.len());
        let mut place = 0;
        let moved = Coefficients::by_name(found.form(), |key| {
            let value = found.value(key).unwrap();
            let step = if trial % 2 == 0 || place == only { size * (2.0 * random.random::<f64>() - 1.0) } else { 0.0 };
            place += 1;
            Ok::<_, ()>(value * (1.0 + step))
        })
        .unwrap();
        assert!(huber(&moved, &runs) > best * (1.0 - 1e-4), "{} < {best}", huber(&moved, &runs));
    }
}

/// The largest error on the space, nats per token.
fn worst(law: &Coefficients) -> f64 {
    samples::shapes(300, 77).iter().map(|shape| (law.loss(shape) - table_6().loss(shape)).abs()).fold(0.0, f64::max)
}

#[test]
fn diverged_runs_move_least_squares_and_hardly_huber() {
    let mut runs = samples::runs(TABLE_6, &samples::shapes(150, 5), 0.003, 1);
    for run in runs.iter_mut().step_by(15) {
        run.loss += 1.0;
    }
    let (robust, squares) = (fit(&runs, &HUBER, &()).unwrap(), fit(&runs, &ALL, &()).unwrap());
    let (robust, squares) = (worst(&robust.coefficients), worst(&squares.coefficients));
    assert!(robust < 0.05, "{robust}");
    assert!(squares > 0.1, "{squares}");
}

#[test]
fn without_noise_both_criteria_agree() {
    let runs = samples::runs(TABLE_6, &samples::shapes(120, 5), 0.0, 0);
    assert!(worst(&fit(&runs, &HUBER, &()).unwrap().coefficients) < 1e-6);
}

#[test]
fn rows_that_stand_twice_change_nothing() {
    let once = samples::runs(TABLE_6, &samples::shapes(80, 5), 0.02, 1);
    let twice: Vec<Run> = once.iter().chain(&once).cloned().collect();
    for criterion in [Criterion::LeastSquares, Criterion::HuberLog] {
        let options = FitOptions { criterion, ..ALL };
        let (a, b) = (fit(&once, &options, &()).unwrap(), fit(&twice, &options, &()).unwrap());
        for shape in samples::shapes(50, 3) {
            assert!((a.coefficients.loss(&shape) - b.coefficients.loss(&shape)).abs() < 1e-4, "{criterion:?}");
        }
        let noise = |fit: &Fit| fit.repeats.map(|repeats| (repeats.degrees_of_freedom, repeats.pure_error_nats));
        assert_eq!(noise(&b), noise(&a), "a copy is no repeat");
    }
}

#[test]
fn weighted_by_architecture_a_favourite_counts_once() {
    let once: Vec<Run> = {
        let mut seen = std::collections::HashSet::new();
        let runs = samples::runs(TABLE_6, &samples::shapes(100, 5), 0.02, 1);
        runs.into_iter().filter(|run| seen.insert(format!("{:?}", run.features))).collect()
    };
    let favourite: Vec<Run> = once.iter().cloned().chain(std::iter::repeat_n(once[0].clone(), 40)).collect();
    let with = |runs: &[Run], weighting| fit(runs, &FitOptions { weighting, ..ALL }, &()).unwrap().coefficients;
    let (a, b) = (with(&once, Weighting::Runs), with(&favourite, Weighting::Architectures));
    let c = with(&favourite, Weighting::Runs);
    let at = once[0].features;
    assert!((a.loss(&at) - b.loss(&at)).abs() < 1e-6);
    assert!((c.loss(&at) - once[0].loss).abs() < 0.5 * (a.loss(&at) - once[0].loss).abs());
}
