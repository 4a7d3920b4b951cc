//! What cannot be told from the runs is left out and said, and what can be told is still right.

use super::samples;
use crate::fixtures::{TABLE_6, table_6};
use crate::law::Features;
use crate::law::fit::{Fit, FitError, FitOptions, fit};
use crate::law::forms::Eq2;

const ALL: FitOptions = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };

/// Noise-free runs of Table 6 on shapes that `change` has made poorer.
fn fit_where(change: impl Fn(&mut Features)) -> (Fit, Vec<Features>) {
    let mut shapes = samples::shapes(150, 5);
    shapes.iter_mut().for_each(change);
    (fit(&samples::runs(TABLE_6, &shapes, 0.0, 0), &ALL, &()).unwrap(), shapes)
}

fn says(fit: &Fit, words: &str) -> bool {
    fit.notes.iter().any(|note| note.contains(words))
}

/// The largest error on the fitted shapes, nats per token.
fn misfit((fit, shapes): &(Fit, Vec<Features>)) -> f64 {
    let error = |shape: &Features| (fit.coefficients.loss(shape) - table_6().loss(shape)).abs();
    shapes.iter().map(error).fold(0.0, f64::max)
}

fn eq2(fit: &Fit) -> Eq2 {
    Eq2::of(&fit.coefficients).unwrap()
}

fn near(found: f64, planted: f64) -> bool {
    (found / planted - 1.0).abs() < 1e-5
}

#[test]
fn without_moe_there_is_no_sparsity_term() {
    // A law whose sparsity term is nothing at ρ = 1, so that the rest must come back exactly.
    let planted = Eq2 { kappa_rho: 0.0, ..TABLE_6 };
    let mut shapes = samples::shapes(150, 5);
    for shape in &mut shapes {
        shape.activation_rate = 1.0;
    }
    let fit = fit(&samples::runs(planted, &shapes, 0.0, 0), &ALL, &()).unwrap();
    assert!(says(&fit, "ρ is 1 in all 150 runs fitted"), "{:?}", fit.notes);
    let law = eq2(&fit);
    assert_eq!([law.kappa_rho, law.alpha_rho, law.beta_1], [0.0; 3]);
    assert!(near(law.kappa_d, 500.0) && near(law.l_inf, 2.53) && near(law.alpha_m, 0.05), "{law:?}");
}

#[test]
fn a_constant_ratio_moves_into_the_factors() {
    let found = fit_where(|shape| shape.ffn_ratio = 2.0);
    assert!(says(&found.0, "the FFN ratio is 2 in all 150"));
    assert_eq!(eq2(&found.0).alpha_r, 0.0);
    assert!(near(eq2(&found.0).kappa_d, 500.0 * 2f64.powf(-0.17)), "{:?}", found.0);
    assert!(misfit(&found) < 1e-9);
}

#[test]
fn constant_layers_and_kv_dimension_move_into_the_floor() {
    let found = fit_where(|shape| (shape.layers, shape.kv_dim) = (16.0, 256.0));
    let law = eq2(&found.0);
    assert!(says(&found.0, "have 16 layers") && says(&found.0, "the KV dimension is 256 in all"));
    assert_eq!([law.kappa_l, law.alpha_l, law.kappa_m, law.alpha_m], [0.0; 4]);
    let floor = 2.53 + 9.96 * 16f64.powf(-1.63) + 0.2 * 256f64.powf(-0.05);
    assert!(near(law.l_inf, floor), "{law:?}");
    assert!(misfit(&found) < 1e-9);
}

#[test]
fn a_constant_width_holds_both_betas() {
    let found = fit_where(|shape| shape.width = 2048.0);
    let law = eq2(&found.0);
    assert!(says(&found.0, "the width is 2048 in all"));
    assert_eq!([law.beta_1, law.beta_2], [0.0; 2]);
    assert!(near(law.kappa_d, 500.0 * 2048f64.powf(-0.97)) && misfit(&found) < 1e-9, "{law:?}");
    let found = fit_where(|shape| (shape.width, shape.ffn_ratio) = (2048.0, 2.0));
    assert!(says(&found.0, "capacity term is part of L_inf"));
    assert_eq!(eq2(&found.0).kappa_d, 0.0);
    assert!(misfit(&found) < 1e-9);
}

#[test]
fn a_kv_dimension_that_follows_the_width_is_left_out() {
    let (found, _) = fit_where(|shape| shape.kv_dim = shape.width / 4.0);
    assert!(says(&found, "follows the width (100.0 %"), "{:?}", found.notes);
    assert_eq!([eq2(&found).kappa_m, eq2(&found).alpha_m], [0.0; 2]);
    assert!(found.quality.rmse.unwrap() < 2e-3);
}

#[test]
fn two_values_hold_the_exponent() {
    let found = fit_where(|shape| shape.layers = if shape.layers < 16.0 { 8.0 } else { 24.0 });
    assert!(says(&found.0, "the number of layers takes two values only, 8 and 24"));
    assert_eq!(eq2(&found.0).alpha_l, 1.0);
    assert!(misfit(&found) < 1e-9);
}

#[test]
fn repeats_of_one_architecture_are_no_law() {
    let runs = samples::runs(TABLE_6, &[samples::shapes(1, 0)[0]; 20], 0.01, 0);
    let refused = fit(&runs, &ALL, &());
    assert_eq!(refused, Err(FitError::TooFewArchitectures { architectures: 1, parameters: 1, held_out: 0 }));
}

#[test]
fn runs_of_different_length_are_named() {
    let mut runs = samples::runs(TABLE_6, &samples::shapes(60, 3), 0.0, 0);
    for (i, run) in runs.iter_mut().enumerate() {
        run.tokens = Some(if i % 2 == 0 { 1e10 } else { 1.1e11 });
    }
    assert!(says(&fit(&runs, &ALL, &()).unwrap(), "from 1.00e10 to 1.10e11 tokens"));
    for run in &mut runs {
        run.tokens = Some(1e10);
    }
    assert!(!says(&fit(&runs, &ALL, &()).unwrap(), "tokens"));
}

#[test]
fn the_trade_off_of_kv_and_floor_is_named() {
    let (found, _) = fit_where(|_| {});
    assert!(says(&found, "κ_m, L_inf and α_m trade off"), "{:?}", found.notes);
}

#[test]
fn a_term_that_the_runs_contradict_ends_at_its_bound_and_is_named() {
    let planted = Eq2 { kappa_l: -9.96, ..TABLE_6 };
    let fit = fit(&samples::runs(planted, &samples::shapes(150, 5), 0.0, 0), &ALL, &()).unwrap();
    assert_eq!([eq2(&fit).kappa_l, eq2(&fit).alpha_l], [0.0; 2]);
    assert!(says(&fit, "κ_l is 0, its bound"), "{:?}", fit.notes);
}

#[test]
fn a_floor_out_of_sight_is_named() {
    // A KV term that still rises where the floor should be: only a negative floor would fit.
    let planted = Eq2 { l_inf: -0.5, kappa_m: 3.0, ..TABLE_6 };
    let fit = fit(&samples::runs(planted, &samples::shapes(150, 5), 0.0, 0), &ALL, &()).unwrap();
    assert_eq!(eq2(&fit).l_inf, 0.0);
    assert!(says(&fit, "L_inf is 0, its bound") && says(&fit, "stand in for it"), "{:?}", fit.notes);
}

#[test]
fn noise_makes_errors_wide_and_says_so() {
    let runs = samples::runs(TABLE_6, &samples::shapes(20, 5), 0.05, 1);
    let found = fit(&runs, &ALL, &()).unwrap();
    assert!(says(&found, "20 runs for") && says(&found, "wide standard errors"), "{:?}", found.notes);
}
