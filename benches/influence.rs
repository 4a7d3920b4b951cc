//! Every one of 170 runs left out once.

#![expect(clippy::unwrap_used, reason = "a bench on built-in files")]

use divan::{Bencher, black_box};
use engine::law::fit::{FitOptions, fit, profile};
use engine::law::influence::leave_one_out;
use engine::law::validation::{FOLDS, k_fold};
use roofscape::built_in;

fn main() {
    divan::main();
}

const OPTIONS: FitOptions = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };

#[divan::bench(sample_count = 10)]
fn leave_out_each_of_170_runs(bencher: Bencher<'_, '_>) {
    let runs = built_in::library().data("synthetic-170").unwrap().dataset.runs;
    let law = fit(&runs, &OPTIONS, &()).unwrap();
    bencher.bench(|| leave_one_out(black_box(&runs), &law, &OPTIONS, &()));
}

#[divan::bench(sample_count = 10)]
fn profile_170_runs(bencher: Bencher<'_, '_>) {
    let runs = built_in::library().data("synthetic-170").unwrap().dataset.runs;
    let law = fit(&runs, &OPTIONS, &()).unwrap();
    bencher.bench(|| profile(black_box(&runs), &law, &OPTIONS, &()));
}

#[divan::bench(sample_count = 10)]
fn five_folds_of_170_runs(bencher: Bencher<'_, '_>) {
    let runs = built_in::library().data("synthetic-170").unwrap().dataset.runs;
    bencher.bench(|| k_fold(black_box(&runs), &OPTIONS, FOLDS, &()));
}
