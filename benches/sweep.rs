//! Candidates per second, and the frontier of a million points.
//!
//! `cargo bench --bench sweep`. Throughput is in candidates (points); pricing includes loss, perplexity, three
//! latencies, memory and both parameter counts of every candidate.

#![expect(clippy::unwrap_used, reason = "a bench on built-in files")]

use divan::Bencher;
use divan::counter::ItemsCount;
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::pareto;
use engine::precision::Precision;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::sweep::Sweep;
use engine::workload::Workload;
use files::catalog::Kind;
use files::space;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use roofscape::built_in;

fn main() {
    divan::main();
}

fn paper() -> (Space, LossLaw, Estimator) {
    let library = built_in::library();
    let file = library.resolve(Kind::Space, "paper").unwrap();
    let space = space::parse(&file.source, &file.text).unwrap();
    let (_, law) = library.law("paper").unwrap();
    let (_, profile) = library.profile("agx-orin-64gb").unwrap();
    let hardware = profile.hardware(profile.default_mode());
    (space, law, Estimator::new(&hardware, Precision::FP16, Workload::default()).unwrap())
}

/// Every depth from 1 to 64 and every width by 64: 1.5 million candidates.
fn large() -> Space {
    let (paper, ..) = paper();
    let ratios = (2..=64).map(|sixteenths| f64::from(sixteenths) / 16.0).collect();
    Space {
        layers: (1..=64).collect(),
        widths: (4..=64).map(|heads| 64 * heads).collect(),
        ffn_ratios: ratios,
        experts: vec![(1, 1), (8, 1), (16, 2)],
        ..paper
    }
}

#[divan::bench]
fn price_the_paper_space(bencher: Bencher<'_, '_>) {
    let (space, law, estimator) = paper();
    let candidates = Sweep::new(&space, &law.coefficients, &estimator).len();
    bencher.counter(ItemsCount::new(candidates)).bench_local(|| Sweep::new(&space, &law.coefficients, &estimator));
}

#[divan::bench(sample_count = 20)]
fn price_a_large_space(bencher: Bencher<'_, '_>) {
    let (_, law, estimator) = paper();
    let space = large();
    let candidates = Sweep::new(&space, &law.coefficients, &estimator).len();
    bencher.counter(ItemsCount::new(candidates)).bench_local(|| Sweep::new(&space, &law.coefficients, &estimator));
}

/// What a change of board, format or workload costs: pricing, four sorts, the range check.
#[divan::bench]
fn landscape_of_the_paper_space(bencher: Bencher<'_, '_>) {
    let (space, law, estimator) = paper();
    bencher.bench_local(|| Landscape::new(&space, law.clone(), estimator));
}

/// The same for 1.5 million candidates: what a person waits for after a key is pressed.
#[divan::bench(sample_count = 10)]
fn landscape_of_a_large_space(bencher: Bencher<'_, '_>) {
    let (_, law, estimator) = paper();
    let space = large();
    let candidates = space.shapes().len() * space.layers.len();
    bencher.counter(ItemsCount::new(candidates)).bench_local(|| Landscape::new(&space, law.clone(), estimator));
}

#[divan::bench(sample_count = 20)]
fn frontier_of_a_million_points(bencher: Bencher<'_, '_>) {
    const POINTS: usize = 1_000_000;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let latency_s: Vec<f64> = (0..POINTS).map(|_| rng.random::<f64>()).collect();
    let loss: Vec<f64> = latency_s.iter().map(|latency| 1.0 / (0.1 + latency) + rng.random::<f64>()).collect();
    bencher.counter(ItemsCount::new(POINTS)).bench_local(|| {
        let order = pareto::order_by(&latency_s, &loss);
        pareto::frontier(&order, &latency_s, &loss, |_| true)
    });
}
