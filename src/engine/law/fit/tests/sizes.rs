//! Runs of which only parameters and tokens are known, drawn from the law that Hoffmann et al. 2022 give for theirs.

use crate::features::{Axis, Block, Features};
use crate::law::Variable;
use crate::law::comparison::allowed;
use crate::law::fit::{FitError, FitOptions, fit, usual_form};
use crate::law::forms::{ACTIVE_TOTAL, ACTIVE_TOTAL_TOKENS, EQ_2, EQ_2_TOKENS};
use crate::runs::Run;

const A: f64 = 406.4;
const B: f64 = 410.7;
const FLOOR: f64 = 1.69;
const ALPHA: f64 = 0.34;
const BETA: f64 = 0.28;

fn run(size: f64, tokens: f64) -> Run {
    Run {
        name: format!("{size:e}"),
        features: Features::of_sizes(size, size),
        tokens: Some(tokens),
        seed: None,
        loss: A / size.powf(ALPHA) + B / tokens.powf(BETA) + FLOOR,
        perplexity: None,
    }
}

fn grid() -> Vec<Run> {
    let sizes = [70e6, 160e6, 410e6, 1e9, 2.8e9];
    sizes.into_iter().flat_map(|size| [2e9, 8e9, 30e9, 100e9].map(|tokens| run(size, tokens))).collect()
}

fn options(form: &'static crate::law::form::Form) -> FitOptions {
    FitOptions { form, holdout: 0.0, starts: 16, ..FitOptions::DEFAULT }
}

/// Five sizes are fewer than a law of five numbers has: two of them are of the lengths.
#[test]
fn the_law_that_they_were_drawn_from_comes_back() {
    let fitted = fit(&grid(), &options(&ACTIVE_TOTAL_TOKENS), &()).unwrap();
    assert_eq!(fitted.parameters, 5);
    for (key, wanted) in
        [("kappa_active", A), ("alpha_active", ALPHA), ("kappa_data", B), ("alpha_data", BETA), ("l_inf", FLOOR)]
    {
        let value = fitted.coefficients.value(key).unwrap();
        assert!((value / wanted - 1.0).abs() < 1e-4, "{key}: {value}");
    }
    assert_eq!(fitted.coefficients.value("kappa_total"), Some(0.0), "dense runs have one size");
    assert!(!fitted.range.has_shapes());
    let [low, high] = fitted.range.active_parameters.unwrap();
    assert!((low / 70e6 - 1.0).abs() < 1e-12 && (high / 2.8e9 - 1.0).abs() < 1e-12);
    assert_eq!(fitted.range.tokens, Some([2e9, 100e9]));
}

#[test]
fn a_law_of_shapes_is_refused() {
    let refused = |form| fit(&grid(), &options(form), &()).unwrap_err();
    let error = crate::error::Error::from(refused(&EQ_2_TOKENS)).to_string();
    assert!(
        error.contains("of run '7e7' only the number of parameters is known, and eq2-tokens is a law of layers"),
        "{error}"
    );
    assert!(error.contains("try: --form active-total-tokens"), "{error}");
    assert!(matches!(refused(&EQ_2), FitError::NoShapes { .. }));
    let offered: Vec<&str> = allowed(&grid()).iter().map(|form| form.name).collect();
    assert_eq!(offered, ["active-total", "active-total-tokens"]);
}

#[test]
fn what_is_usual_depends_on_what_is_known() {
    let named = |runs: &[Run]| usual_form(runs).name;
    assert_eq!(named(&grid()), ACTIVE_TOTAL_TOKENS.name);
    let one_length: Vec<Run> = grid().into_iter().filter(|run| run.tokens == Some(8e9)).collect();
    assert_eq!(named(&one_length), ACTIVE_TOTAL.name);
    let untold: Vec<Run> = grid().into_iter().map(|run| Run { tokens: None, ..run }).collect();
    assert_eq!(named(&untold), ACTIVE_TOTAL.name);
    let shaped: Vec<Run> = grid()
        .into_iter()
        .map(|run| Run { features: Features { block: Block::Gated, ..run.features }, ..run })
        .collect();
    assert_eq!(named(&shaped), EQ_2_TOKENS.name);
}

/// As many runs as parameters show nothing, however many lengths there are; nor do three sizes.
#[test]
fn too_few_sizes_or_points_are_too_few() {
    let refused = |runs: &[Run]| {
        matches!(fit(runs, &options(&ACTIVE_TOTAL_TOKENS), &()), Err(FitError::TooFewArchitectures { .. }))
    };
    let three_sizes: Vec<Run> =
        grid().into_iter().filter(|run| Variable::ActiveParameters.value(&run.features, None) < 9e8).collect();
    assert_eq!(three_sizes.len(), 12);
    assert!(refused(&three_sizes));
    let (sizes, lengths) = ([70e6, 160e6, 410e6, 1e9, 2.8e9], [2e9, 2e10, 8e9, 1e9, 5e10]);
    let five: Vec<Run> = sizes.into_iter().zip(lengths).map(|(size, tokens)| run(size, tokens)).collect();
    assert!(refused(&five));
}

/// A token of these models uses an eighth of what is stored: both sizes are those of the stand-in.
#[test]
fn sparse_runs_have_two_sizes() {
    let runs: Vec<Run> = grid()
        .into_iter()
        .enumerate()
        .map(|(place, run)| {
            let active = Variable::ActiveParameters.value(&run.features, None);
            let total = active * [1.0, 2.5, 6.0][place % 3];
            Run { features: Features::of_sizes(active, total), loss: run.loss + 300.0 / total.powf(0.4), ..run }
        })
        .collect();
    let fitted = fit(&runs, &options(&ACTIVE_TOTAL_TOKENS), &()).unwrap();
    assert!(fitted.quality.rmse.unwrap() < 1e-4, "{fitted:?}");
    assert!(runs.iter().all(|run| run.features.get(Axis::ActivationRate) <= 1.0));
}
