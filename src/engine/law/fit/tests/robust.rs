//! One diverged run among twenty: no fit ends above the law that knows which run is bad.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

use crate::law::fit::{Criterion, FitOptions, HUBER_DELTA, fit, refit};
use crate::law::{Block, Coefficients, Features, forms};
use crate::runs::Run;

const HUBER: FitOptions = FitOptions { holdout: 0.0, criterion: Criterion::HuberLog, ..FitOptions::DEFAULT };

/// The criterion, written once more.
fn huber(law: &Coefficients, runs: &[Run]) -> f64 {
    let error = |run: &Run| (run.loss / law.loss(&run.features)).ln().abs();
    let cost = |e: f64| if e <= HUBER_DELTA { e * e / 2.0 } else { HUBER_DELTA * (e - HUBER_DELTA / 2.0) };
    runs.iter().map(error).map(cost).sum()
}

fn truth() -> Coefficients {
    Coefficients::by_name(&forms::EQ_2, |key| {
        Ok::<_, ()>(match key {
            "kappa_l" => 5.0,
            "alpha_l" => 1.0,
            "kappa_d" => 260.0,
            "beta_2" => 0.92,
            "alpha_r" => 0.2,
            "kappa_m" => 0.8,
            "alpha_m" => 0.35,
            "l_inf" => 2.0,
            _ => 0.0,
        })
    })
    .unwrap()
}

/// Twenty dense runs of a grid, one of them `off` nats above.
fn file(seed: u64, off: f64) -> (Vec<Run>, usize) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let noise = Normal::new(0.0, 0.004).unwrap();
    let law = truth();
    let mut runs: Vec<Run> = Vec::new();
    while runs.len() < 20 {
        let mut one_of = |values: &[f64]| *values.choose(&mut random).unwrap();
        let width = one_of(&[512.0, 768.0, 1024.0, 1536.0, 2048.0]);
        let features = Features {
            layers: one_of(&[6.0, 10.0, 12.0, 16.0, 18.0, 24.0]),
            width,
            ffn_ratio: one_of(&[2.0, 2.5, 3.0, 3.5, 4.0]),
            kv_dim: one_of(&[64.0, 128.0, width]),
            activation_rate: 1.0,
            block: Block::Gated,
        };
        if runs.iter().all(|run| run.features != features) {
            let loss = law.loss(&features) + noise.sample(&mut random);
            let name = format!("run-{}", runs.len());
            runs.push(Run { name, features, tokens: None, seed: None, loss, perplexity: None });
        }
    }
    let bad = random.random_range(0..runs.len());
    runs[bad].loss += off;
    (runs, bad)
}

/// The criterion over that of the fit that knows which run is bad, both over all runs.
fn ratio(seed: u64, off: f64) -> f64 {
    let (runs, bad) = file(seed, off);
    let found = fit(&runs, &HUBER, &()).unwrap();
    let rest: Vec<Run> = runs.iter().enumerate().filter(|(run, _)| *run != bad).map(|(_, run)| run.clone()).collect();
    let knowing = fit(&rest, &HUBER, &()).unwrap();
    // Downhill over all runs from the law of the good ones.
    let known = refit(&runs, &HUBER, &knowing.coefficients, &()).unwrap();
    let least = huber(&knowing.coefficients, &runs).min(huber(&known.coefficients, &runs));
    huber(&found.coefficients, &runs) / least
}

#[test]
fn one_diverged_run_moves_nothing() {
    for (seed, off) in (1000..1004).flat_map(|seed| [1.0, 3.0, 7.5].map(|off| (seed, off))) {
        let ratio = ratio(seed, off);
        assert!(ratio <= 1.001, "seed {seed}, {off} nats: {ratio}");
    }
}

#[test]
#[ignore = "an experiment of minutes"]
fn of_200_files() {
    for off in [1.0, 3.0, 7.5] {
        let mut ratios: Vec<f64> = (0..200).map(|seed| ratio(seed, off)).collect();
        ratios.sort_by(f64::total_cmp);
        let above = ratios.iter().filter(|ratio| **ratio > 1.001).count();
        println!("+{off} nats: {above} of 200 above 1.001, worst {:?}", &ratios[195..]);
    }
}
