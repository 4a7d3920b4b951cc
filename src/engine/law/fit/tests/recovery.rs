//! Noise-free runs of a planted law give that law back.

use super::samples;
use crate::fixtures::TABLE_6;
use crate::law::Coefficients;
use crate::law::fit::{Fit, FitOptions, fit};

fn worst(fit: &Fit, planted: &Coefficients) -> (f64, &'static str) {
    fit.coefficients
        .named()
        .into_iter()
        .zip(planted.named())
        .map(|((name, found), (_, planted))| ((found / planted - 1.0).abs(), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap()
}

#[test]
fn table_6_comes_back_from_any_draw() {
    for seed in 0..20 {
        let runs = samples::runs(TABLE_6, &samples::shapes(170, seed), 0.0, 0);
        let fit = fit(&runs, &FitOptions { seed, holdout: 0.2, ..FitOptions::default() }, &()).unwrap();
        let (error, name) = worst(&fit, &TABLE_6.into());
        assert!(error < 1e-6, "draw {seed}: {name} is off by {error:e}: {fit:#?}");
        assert!(fit.quality.r2_holdout.unwrap() > 1.0 - 1e-9);
    }
}

#[test]
fn other_laws_come_back_from_40_to_400_runs() {
    for seed in 0..20 {
        let planted = samples::law(seed);
        let count = [40, 60, 100, 200, 400][seed as usize % 5];
        let runs = samples::runs(planted, &samples::shapes(count, 1000 + seed), 0.0, 0);
        let fit = fit(&runs, &FitOptions::default(), &()).unwrap();
        let (error, name) = worst(&fit, &planted.into());
        assert!(error < 1e-6, "law {seed}, {count} runs: {name} is off by {error:e}: {planted:?} {fit:#?}");
    }
}
