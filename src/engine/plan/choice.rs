//! Runs that change what is chosen, and what choosing costs by them, by the others and by chance.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal, StandardNormal};
use rayon::prelude::*;

use super::*;
use crate::law::fit::{Bootstrap, FitOptions, bootstrap, fit};
use crate::law::{Block, forms};
use crate::layout::Layout;
use crate::runs::Run;

const NOISE_NATS: f64 = 0.01;
const OPTIONS: FitOptions = FitOptions { holdout: 0.0, starts: 24, ..FitOptions::DEFAULT };

fn truth() -> Coefficients {
    Coefficients::by_name(&forms::EQ_2, |key| {
        Ok::<_, ()>(match key {
            "kappa_l" => 4.0,
            "alpha_l" => 0.9,
            "kappa_d" => 120.0,
            "alpha_r" => 0.25,
            "beta_2" | "kappa_m" => 0.8,
            "alpha_m" => 0.3,
            "l_inf" => 2.0,
            _ => 0.0,
        })
    })
    .unwrap()
}

fn shape(layers: u32, width: u32, kv_heads: u32, ratio: u32) -> Architecture {
    Architecture {
        layers,
        width,
        heads: width / 64,
        head_dim: 64,
        kv_heads,
        expert_hidden: ratio * width / 2,
        experts: 1,
        top_k: 1,
        shared_hidden: 0,
        vocab: 32_000,
        tied: true,
        layout: Layout::default(),
    }
}

fn space() -> Vec<Architecture> {
    let mut all = Vec::new();
    for layers in [4, 8, 12, 16, 20, 24, 28, 32] {
        for width in [256, 384, 512, 640, 768, 1024, 1280, 1536] {
            for kv_heads in [1, width / 64] {
                for ratio in [2, 4, 8] {
                    all.push(shape(layers, width, kv_heads, ratio));
                }
            }
        }
    }
    all
}

fn trained(shape: &Architecture, random: &mut ChaCha8Rng) -> Run {
    let noise = Normal::new(0.0, NOISE_NATS).unwrap();
    let features = shape.features();
    assert_eq!(features.block, Block::Gated);
    let loss = truth().loss(&features) + noise.sample(random);
    Run { name: String::new(), features, tokens: None, seed: None, loss, perplexity: None }
}

fn within(space: &[Architecture], budget: u64) -> impl Iterator<Item = &Architecture> {
    space.iter().filter(move |shape| shape.parameters_active() <= budget)
}

fn best<'a>(law: &Coefficients, space: &'a [Architecture], budget: u64) -> &'a Architecture {
    let losses = within(space, budget).map(|shape| (law.loss(&shape.features()), shape));
    losses.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1
}

/// What the pick is worse than the best, with four runs by the choice, by the frontier, by chance, and without more.
fn regrets(seed: u64) -> Option<[f64; 4]> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut space = space();
    let budget = [40_000_000, 80_000_000, 160_000_000][random.random_range(0..3)];
    space.shuffle(&mut random);
    // Small runs alone so far.
    let small: Vec<&Architecture> = within(&space, 30_000_000).take(16).collect();
    let runs: Vec<Run> = small.iter().map(|shape| trained(shape, &mut random)).collect();
    let law = fit(&runs, &OPTIONS, &()).ok()?;
    let laws = bootstrap(&runs, &law, &OPTIONS, &Bootstrap { resamples: 60, seed }, &()).ok()?.laws;
    // Runs may be as large as half of what is chosen.
    let candidates: Vec<Architecture> = within(&space, budget / 2).copied().collect();
    let asked = |targets: &[Features], about: About| {
        let question = PlanQuestion {
            laws: &laws,
            noise_nats: NOISE_NATS,
            targets,
            candidates: &candidates,
            runs: 4,
            worth: Worth::Knowledge,
            about,
        };
        plan(&question).proposals.iter().map(|proposal| candidates[proposal.candidate]).collect::<Vec<_>>()
    };
    let mut rivals: Vec<&Architecture> = laws.iter().map(|law| best(law, &space, budget)).collect();
    rivals.push(best(&law.coefficients, &space, budget));
    rivals.dedup();
    let rivals: Vec<Features> = rivals.into_iter().map(Architecture::features).collect();
    let front: Vec<Features> =
        (1..=8).map(|part| best(&law.coefficients, &space, budget * (8 + part) / 16).features()).collect();
    let by_chance = || candidates.iter().take(4).copied().collect();
    let cost = |more: Vec<Architecture>| {
        let mut random = ChaCha8Rng::seed_from_u64(seed + 1_000_000);
        let mut all = runs.clone();
        all.extend(more.iter().map(|shape| trained(shape, &mut random)));
        let law = fit(&all, &OPTIONS, &()).ok()?;
        let pick = best(&law.coefficients, &space, budget);
        Some(truth().loss(&pick.features()) - truth().loss(&best(&truth(), &space, budget).features()))
    };
    Some([
        cost(asked(&rivals, About::Choice))?,
        cost(asked(&front, About::Losses))?,
        cost(by_chance())?,
        cost(Vec::new())?,
    ])
}

fn table(seeds: std::ops::Range<u64>) -> [[f64; 2]; 4] {
    let all: Vec<[f64; 4]> = seeds.into_par_iter().filter_map(regrets).collect();
    std::array::from_fn(|way| {
        let values: Vec<f64> = all.iter().map(|regrets| regrets[way]).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let sd = crate::statistics::standard_deviation(&values).unwrap();
        [mean, sd / (values.len() as f64).sqrt()]
    })
}

#[test]
fn runs_for_a_choice_cost_less_than_runs_by_chance() {
    let [choice, _, chance, none] = table(9000..9060).map(|[mean, _]| mean);
    assert!(choice < chance && choice < none, "{choice} {chance} {none}");
}

#[test]
#[ignore = "an experiment of minutes"]
fn of_400_choices() {
    for (way, [mean, error]) in ["best", "frontier", "chance", "no run"].into_iter().zip(table(0..400)) {
        println!("{way:9} regret {mean:.5} ± {error:.5} nats");
    }
}

/// The expectation once more, by drawing.
#[test]
fn the_knowledge_gradient_is_what_drawing_gives() {
    let rivals = Rivals(vec![3.0, 3.004, 3.001, 3.05]);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let rows = Array2::from_shape_fn((4, 50), |_| 0.01 * random.random_range(-1.0..1.0));
    let known = Array2::from_shape_fn((1, 50), |_| 0.02 * random.random_range(-1.0..1.0));
    let mut scatter = Scatter(rows);
    scatter.take_differences();
    let noise = 1e-5;
    let ours = rivals.regret_removed(&scatter, known.row(0), noise);
    let variance = known.row(0).dot(&known.row(0)) / 49.0 + noise;
    let moves: Vec<f64> =
        scatter.0.rows().into_iter().map(|row| row.dot(&known.row(0)) / 49.0 / variance.sqrt()).collect();
    let draws = 400_000;
    let mut sum = 0.0;
    for _ in 0..draws {
        let z: f64 = StandardNormal.sample(&mut random);
        sum += rivals.0.iter().zip(&moves).map(|(mean, by)| mean + z * by).fold(f64::INFINITY, f64::min);
    }
    let by_drawing = 3.0 - sum / f64::from(draws);
    assert!(ours > 1e-5 && (ours / by_drawing - 1.0).abs() < 0.05, "{ours} {by_drawing}");
}
