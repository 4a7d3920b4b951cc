//! Runs drawn from a law over the published space.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

use super::super::model::Sample;
use crate::law::forms::Eq2;
use crate::law::{Block, Coefficients, Features};
use crate::runs::Run;

/// Table 5 with head dimension 64 and a grid for r.
pub(crate) fn shapes(count: usize, seed: u64) -> Vec<Features> {
    const LAYERS: [f64; 8] = [4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0];
    const WIDTH: [f64; 9] = [768.0, 1024.0, 1280.0, 1536.0, 1792.0, 2048.0, 2304.0, 2560.0, 3072.0];
    const EXPERTS: [(f64, f64); 5] = [(1.0, 1.0), (8.0, 1.0), (8.0, 2.0), (16.0, 1.0), (16.0, 2.0)];
    const KV_HEADS: [Option<f64>; 5] = [Some(1.0), Some(2.0), Some(4.0), Some(8.0), None];
    const FFN_RATIO: [f64; 7] = [0.5, 1.0, 1.5, 2.0, 8.0 / 3.0, 3.0, 4.0];
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            let width = *WIDTH.choose(&mut random).unwrap();
            let (experts, active) = *EXPERTS.choose(&mut random).unwrap();
            Features {
                layers: *LAYERS.choose(&mut random).unwrap(),
                width,
                ffn_ratio: *FFN_RATIO.choose(&mut random).unwrap(),
                kv_dim: KV_HEADS.choose(&mut random).unwrap().map_or(width, |heads| 64.0 * heads),
                activation_rate: active / experts,
                block: Block::Gated,
            }
        })
        .collect()
}

/// One run per shape, with normal noise of `noise_nats`.
pub(crate) fn runs(law: impl Into<Coefficients>, shapes: &[Features], noise_nats: f64, seed: u64) -> Vec<Run> {
    let law = law.into();
    let noise = Normal::new(0.0, noise_nats).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let losses: Vec<f64> = shapes.iter().map(|shape| law.loss(shape) + noise.sample(&mut random)).collect();
    with_losses(shapes, &losses)
}

pub(crate) fn with_losses(shapes: &[Features], losses: &[f64]) -> Vec<Run> {
    let run = |(index, (&features, &loss)): (usize, (&Features, &f64))| Run {
        name: format!("run-{index}"),
        features,
        tokens: None,
        seed: None,
        loss,
        perplexity: None,
    };
    shapes.iter().zip(losses).enumerate().map(run).collect()
}

/// Runs as the search sees them.
pub(in crate::law::fit) fn prepared(runs: &[Run]) -> Vec<Sample> {
    runs.iter().map(|run| Sample { shape: run.features, tokens: run.tokens, loss: run.loss }).collect()
}

/// A law with every term well above rounding over the published space.
pub(crate) fn law(seed: u64) -> Eq2 {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut between = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
    let (alpha_l, alpha_rho, alpha_r, alpha_m) =
        (between(0.4, 2.0), between(0.4, 1.6), between(0.05, 0.5), between(0.05, 0.8));
    let (beta_1, beta_2) = (between(-0.5, 0.2), between(0.5, 1.3));
    // Terms of a few tenths of a nat at the middle of the space.
    Eq2 {
        kappa_l: between(0.05, 0.3) * 14f64.powf(alpha_l),
        alpha_l,
        kappa_rho: between(0.1, 0.5) * 2f64.powf(alpha_rho) * 1600f64.powf(beta_1),
        alpha_rho,
        beta_1,
        kappa_d: between(0.2, 0.8) * 1600f64.powf(beta_2),
        beta_2,
        alpha_r,
        kappa_m: between(0.1, 0.4) * 300f64.powf(alpha_m),
        alpha_m,
        l_inf: between(1.5, 3.0),
    }
}
