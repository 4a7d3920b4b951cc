//! Twins by hand, laws that hold beyond the sizes fitted and laws that do not, and parts that cannot be fitted.

use super::*;
use crate::fixtures::{TABLE_6, table_6};
use crate::law::fit::tests::samples;
use crate::law::forms;

const OPTIONS: FitOptions = FitOptions { starts: 32, ..FitOptions::DEFAULT };

#[test]
fn scores_are_those_of_the_textbook() {
    let predictions: Vec<Prediction> = [(3.0, 3.1), (2.0, 2.2), (4.0, 3.9)]
        .into_iter()
        .enumerate()
        .map(|(run, (measured, predicted))| Prediction { run, measured, predicted })
        .collect();
    let score = Score::of(&predictions);
    // Errors 0.1, 0.2, −0.1; spread 1 + 1 + 0.
    assert!((score.rmse - (0.06f64 / 3.0).sqrt()).abs() < 1e-12);
    assert!((score.bias - 0.2 / 3.0).abs() < 1e-12);
    assert!((score.r2.unwrap() - (1.0 - 0.06 / 2.0)).abs() < 1e-12);
    assert_eq!(Score::of(&predictions[..2]).r2, None);
}

#[test]
fn a_k_fold_is_fits_without_each_part() {
    let runs = samples::runs(TABLE_6, &samples::shapes(60, 3), 0.02, 4);
    let tested = k_fold(&runs, &OPTIONS, 4, &()).unwrap();
    let parts = deal(&runs, 4, OPTIONS.seed);
    assert_eq!((tested.k, tested.predictions.len(), tested.folds.len()), (4, runs.len(), 4));
    let mut squares = Vec::new();
    for (part, fold) in parts.iter().zip(&tested.folds) {
        let held = part.concat();
        let rest: Vec<Run> = (0..runs.len()).filter(|run| !held.contains(run)).map(|run| runs[run].clone()).collect();
        let law = fit(&rest, &FitOptions { holdout: 0.0, ..OPTIONS }, &()).unwrap().coefficients;
        for &run in &held {
            assert_eq!(tested.predictions[run].predicted, law.loss(&runs[run].features));
            assert_eq!(tested.predictions[run].measured, runs[run].loss);
        }
        let square = |run: &usize| (runs[*run].loss - law.loss(&runs[*run].features)).powi(2);
        squares.push(held.iter().map(square).sum::<f64>() / held.len() as f64);
        assert_eq!((fold.architectures, fold.score.runs), (part.len(), held.len()));
    }
    let mean = squares.iter().sum::<f64>() / 4.0;
    let deviation = (squares.iter().map(|square| (square - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
    let expected = deviation / 2.0 / (2.0 * tested.score.rmse);
    assert!((tested.rmse_standard_error / expected - 1.0).abs() < 1e-12);
}

#[test]
fn every_architecture_is_held_out_once_and_whole() {
    let shapes: Vec<_> = samples::shapes(40, 3).into_iter().flat_map(|shape| [shape; 3]).collect();
    let runs = samples::runs(TABLE_6, &shapes, 0.02, 4);
    let parts = deal(&runs, 5, 7);
    let mut seen: Vec<usize> = parts.iter().flatten().flatten().copied().collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..runs.len()).collect::<Vec<_>>());
    assert!(parts.iter().flatten().all(|group| group.len() % 3 == 0), "an architecture is torn apart");
    let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
    assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
    // Repeatable, by seed; the order of the file plays no part.
    assert_eq!(parts, deal(&runs, 5, 7));
    assert_ne!(parts, deal(&runs, 5, 8));
    assert_eq!(deal(&runs, 1000, 7).len(), split::groups(&runs).len());
}

#[test]
fn the_error_between_shapes_is_the_noise() {
    let runs = samples::runs(TABLE_6, &samples::shapes(170, 7), 0.02, 1);
    let score = k_fold(&runs, &OPTIONS, FOLDS, &()).unwrap().score;
    // 10 or 11 parameters from 136 runs add some 4 %; 170 normal numbers scatter by 5 %.
    assert!(score.rmse > 0.017 && score.rmse < 0.025 && score.bias.abs() < 0.005, "{score:?}");
}

#[test]
fn a_law_that_holds_predicts_the_largest_to_the_noise() {
    let runs = samples::runs(TABLE_6, &samples::shapes(170, 7), 0.01, 1);
    let found = extrapolate(&runs, &OPTIONS, &()).unwrap();
    assert!(found.score.rmse < 0.02 && found.score.bias.abs() < 0.012, "{:?}", found.score);
    assert!(found.size_fitted[1] < found.size_predicted[0]);
    assert_eq!(found.runs_fitted + found.score.runs, runs.len());
    let share = found.architectures as f64 / (found.architectures + found.architectures_fitted) as f64;
    assert!((share - LARGEST_SHARE).abs() < 0.01, "{share}");
    let size = |run: &Run| Variable::ActiveParameters.ln(&run.features, None).exp();
    let largest: Vec<usize> = (0..runs.len()).filter(|&run| size(&runs[run]) >= found.size_predicted[0]).collect();
    assert_eq!(found.predictions.iter().map(|prediction| prediction.run).collect::<Vec<_>>(), largest);
}

#[test]
fn a_law_that_breaks_at_the_largest_is_found_out() {
    let mut runs = samples::runs(TABLE_6, &samples::shapes(170, 7), 0.01, 1);
    let holds = extrapolate(&runs, &OPTIONS, &()).unwrap();
    // Nothing gets better beyond the sizes fitted.
    for prediction in &holds.predictions {
        runs[prediction.run].loss += 0.3;
    }
    let breaks = extrapolate(&runs, &OPTIONS, &()).unwrap();
    assert!((breaks.score.bias - holds.score.bias + 0.3).abs() < 1e-9, "{:?}", breaks.score);
    // The same for all moves the bias and not its error, which is below that of one run.
    assert!((breaks.bias_standard_error - holds.bias_standard_error).abs() < 1e-9);
    assert!((0.001..0.01).contains(&breaks.bias_standard_error), "{}", breaks.bias_standard_error);
    assert!(breaks.score.bias.abs() > 10.0 * breaks.bias_standard_error);
    assert!(
        breaks.score.rmse > 0.28 && breaks.score.rmse > 3.0 * k_fold(&runs, &OPTIONS, 5, &()).unwrap().score.rmse / 2.0
    );
}

#[test]
fn lengths_are_heard() {
    let planted = Coefficients::by_name(&forms::ACTIVE_TOTAL_TOKENS, |key| {
        Ok::<_, ()>(match key {
            "kappa_active" => 0.4 * 1e8f64.powf(0.3),
            "alpha_active" => 0.3,
            "kappa_data" => 0.5 * 3e10f64.powf(0.4),
            "alpha_data" => 0.4,
            "l_inf" => 2.0,
            _ => 0.0,
        })
    })
    .unwrap();
    let mut shapes = samples::shapes(40, 5);
    for shape in &mut shapes {
        shape.activation_rate = 1.0;
    }
    let mut runs = samples::with_losses(&shapes, &[1.0; 40]);
    for (place, run) in runs.iter_mut().enumerate() {
        run.tokens = Some(5e9 * (1 + 7 * place % 11) as f64);
        run.loss = planted.loss_after(&run.features, run.tokens);
    }
    let options = FitOptions { form: &forms::ACTIVE_TOTAL_TOKENS, ..OPTIONS };
    assert!(k_fold(&runs, &options, 5, &()).unwrap().score.rmse < 1e-6);
    assert!(extrapolate(&runs, &options, &()).unwrap().score.rmse < 1e-6);
}

#[test]
fn what_cannot_be_tested_says_why() {
    let runs = samples::runs(TABLE_6, &samples::shapes(13, 3), 0.02, 4);
    let words = |error: FitError| error.to_string();
    assert!(words(k_fold(&runs, &OPTIONS, 1, &()).unwrap_err()).starts_with("1 parts cannot test a law"));
    let fold = words(k_fold(&runs, &OPTIONS, 3, &()).unwrap_err());
    assert!(fold.starts_with("without part 1 of 3: 8 different architectures are too few for a law"), "{fold}");
    let largest = words(extrapolate(&runs, &OPTIONS, &()).unwrap_err());
    assert!(largest.starts_with("the smaller architectures alone: "), "{largest}");
    let three = &runs[..3];
    assert!(words(extrapolate(three, &OPTIONS, &()).unwrap_err()).contains("one run is too few"));
    let mut broken = runs.clone();
    broken[4].loss = f64::NAN;
    assert!(words(k_fold(&broken, &OPTIONS, 3, &()).unwrap_err()).starts_with("run 'run-4' has the loss 'NaN'"));
    broken[4].loss = f64::INFINITY;
    assert!(words(extrapolate(&broken, &OPTIONS, &()).unwrap_err()).starts_with("run 'run-4' has the loss 'inf'"));
}

/// Counts and stops.
struct Impatient(std::sync::atomic::AtomicUsize, bool);

impl Watch for Impatient {
    fn cancelled(&self) -> bool {
        self.1
    }

    fn progress(&self, _done: usize, of: usize) {
        assert_eq!(of, 5, "folds are counted and not starts");
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn folds_are_counted_and_can_be_stopped() {
    let runs = samples::runs(table_6(), &samples::shapes(60, 3), 0.02, 4);
    let patient = Impatient(0.into(), false);
    k_fold(&runs, &OPTIONS, 5, &patient).unwrap();
    assert_eq!(patient.0.into_inner(), 5);
    assert_eq!(k_fold(&runs, &OPTIONS, 5, &Impatient(0.into(), true)), Err(FitError::Cancelled));
    assert_eq!(extrapolate(&runs, &OPTIONS, &Impatient(0.into(), true)), Err(FitError::Cancelled));
}

#[test]
fn the_error_of_a_total_is_that_of_its_independent_parts() {
    // Deviations ±1 of four parts: a variance of 4/3 each, 16/3 of their sum.
    assert!((clustered(&[1.0, -1.0, 1.0, -1.0]) - (16.0f64 / 3.0).sqrt()).abs() < 1e-12);
    assert_eq!(clustered(&[0.0]), f64::INFINITY);
}
