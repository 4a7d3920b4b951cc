//! Fits of as many runs as the paper trained: from many starts, near a known law, and of resamples.

#![expect(clippy::unwrap_used, reason = "a bench on built-in files")]

use divan::{Bencher, black_box};
use engine::budget::Budgets;
use engine::confidence::{Confidence, Question};
use engine::features::Block;
use engine::landscape::Landscape;
use engine::law::fit::{Bootstrap, Criterion, FitOptions, bootstrap, fit, refit};
use engine::law::{Evidence, Features};
use engine::precision::Precision;
use engine::roofline::Estimator;
use engine::runs::Run;
use engine::workload::{Objective, Workload};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use roofscape::built_in;

fn main() {
    divan::main();
}

/// Steps that are coprime to the lengths of the lists visit all combinations evenly.
fn runs(count: usize, noise_nats: f64) -> Vec<Run> {
    let law = built_in::library().law("paper").unwrap().1.coefficients;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let run = |i: usize| {
        let width = 768.0 + 256.0 * ((5 * i + i / 8) % 9) as f64;
        let features = Features {
            layers: 4.0 * (1 + i % 8) as f64,
            width,
            ffn_ratio: [0.5, 1.0, 1.5, 2.0, 3.0, 4.0][(11 * i + i / 5) % 6],
            kv_dim: [64.0, 128.0, 256.0, 512.0, width][(3 * i + i / 7) % 5],
            activation_rate: [1.0, 0.125, 0.25, 0.0625, 0.125][(7 * i + i / 9) % 5],
            block: Block::Gated,
        };
        let noise: f64 = StandardNormal.sample(&mut random);
        let loss = law.loss(&features) + noise_nats * noise;
        Run { name: i.to_string(), features, tokens: None, seed: None, loss, perplexity: None }
    };
    (0..count).map(run).collect()
}

#[divan::bench(args = [0.0, 0.003, 0.02])]
fn noisy_170_runs_64_starts(bencher: Bencher<'_, '_>, noise_nats: f64) {
    let runs = runs(170, noise_nats);
    bencher.bench(|| fit(black_box(&runs), &FitOptions::default(), &()));
}

/// What follows a key press in the explorer.
#[divan::bench(args = [0.003, 0.02, 0.062])]
fn refit_without_one_of_170_runs(bencher: Bencher<'_, '_>, noise_nats: f64) {
    let all = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };
    let runs = runs(170, noise_nats);
    let law = fit(&runs, &all, &()).unwrap().coefficients;
    bencher.bench(|| refit(black_box(&runs[1..]), &all, &law, &()));
}

#[divan::bench(args = [0.003, 0.02, 0.062], sample_count = 10)]
fn bootstrap_of_170_runs_200_resamples(bencher: Bencher<'_, '_>, noise_nats: f64) {
    let all = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };
    let runs = runs(170, noise_nats);
    let fit = fit(&runs, &all, &()).unwrap();
    bencher.bench(|| bootstrap(black_box(&runs), &fit, &all, &Bootstrap::DEFAULT, &()));
}

#[divan::bench(sample_count = 10)]
fn bootstrap_of_170_runs_200_resamples_by_huber(bencher: Bencher<'_, '_>) {
    let huber = FitOptions { holdout: 0.0, criterion: Criterion::HuberLog, ..FitOptions::DEFAULT };
    let runs = runs(170, 0.02);
    let fit = fit(&runs, &huber, &()).unwrap();
    bencher.bench(|| bootstrap(black_box(&runs), &fit, &huber, &Bootstrap::DEFAULT, &()));
}

/// What follows a budget's slider behind the picture.
#[divan::bench]
fn confidence_of_the_paper_space_under_200_laws(bencher: Bencher<'_, '_>) {
    let all = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };
    let (runs, library) = (runs(170, 0.02), built_in::library());
    let fit = fit(&runs, &all, &()).unwrap();
    let evidence = Evidence::of(&runs, &fit, &all, &Bootstrap::DEFAULT, &()).unwrap();
    let (_, profile) = library.profile("agx-orin-64gb").unwrap();
    let hardware = profile.hardware(profile.default_mode());
    let estimator = Estimator::new(&hardware, Precision::FP16, Workload::default()).unwrap();
    let (_, law) = library.law("paper").unwrap();
    let landscape = Landscape::new(&library.space("paper").unwrap(), law, estimator);
    let question = Question { objective: Objective::Total, budgets: &Budgets::NONE, level: Evidence::LEVEL };
    bencher.bench(|| Confidence::of(black_box(&landscape), &evidence, question, &()));
}
