//! Noise-free runs of a planted law give that law back.

use super::samples;
use crate::engine::law::Coefficients;
use crate::engine::law::fit::{Fit, FitOptions, fit};
use crate::engine::law::tests::TABLE_6;

pub(super) fn as_array(law: &Coefficients) -> [(&'static str, f64); 11] {
    [
        ("kappa_l", law.kappa_l),
        ("alpha_l", law.alpha_l),
        ("kappa_rho", law.kappa_rho),
        ("alpha_rho", law.alpha_rho),
        ("beta_1", law.beta_1),
        ("kappa_d", law.kappa_d),
        ("beta_2", law.beta_2),
        ("alpha_r", law.alpha_r),
        ("kappa_m", law.kappa_m),
        ("alpha_m", law.alpha_m),
        ("l_inf", law.l_inf),
    ]
}

fn worst(fit: &Fit, planted: &Coefficients) -> (f64, &'static str) {
    as_array(&fit.coefficients)
        .into_iter()
        .zip(as_array(planted))
        .map(|((name, found), (_, planted))| ((found / planted - 1.0).abs(), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap()
}

#[test]
fn table_6_comes_back_from_any_draw() {
    for seed in 0..20 {
        let runs = samples::runs(&TABLE_6, &samples::shapes(170, seed), 0.0, 0);
        let fit = fit(&runs, &FitOptions { seed, ..FitOptions::default() }, &()).unwrap();
        let (error, name) = worst(&fit, &TABLE_6);
        assert!(error < 1e-6, "draw {seed}: {name} is off by {error:e}: {fit:#?}");
        assert!(fit.quality.r2_holdout.unwrap() > 1.0 - 1e-9);
    }
}

#[test]
fn other_laws_come_back_from_40_to_400_runs() {
    for seed in 0..20 {
        let planted = samples::law(seed);
        let count = [40, 60, 100, 200, 400][seed as usize % 5];
        let runs = samples::runs(&planted, &samples::shapes(count, 1000 + seed), 0.0, 0);
        let fit = fit(&runs, &FitOptions::default(), &()).unwrap();
        let (error, name) = worst(&fit, &planted);
        assert!(error < 1e-6, "law {seed}, {count} runs: {name} is off by {error:e}: {planted:?} {fit:#?}");
    }
}
