//! Runs drawn from a law instead of trained.
//!
//! The 170 training results behind the paper's law are not published. What a fit does to a table like theirs can still
//! be tried: losses drawn from the known law, with noise, let one see whether the fit finds the law again. Such runs
//! say nothing about real models, so they carry their origin with them wherever they are written.
//!
//! A draw depends on the seed and on the *set* of candidates: they are sorted first, so that a space enumerated in
//! another order gives the same runs.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::architecture::Architecture;
use super::law::Coefficients;
use crate::error::{Error, Result};

/// How many runs to draw, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    /// How many runs.
    pub runs: usize,
    /// Standard deviation of the loss about the law, nats per token.
    pub noise_sd: f64,
    /// Seed of the shapes and the noise.
    pub seed: u64,
}

/// A run that nobody trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SyntheticRun {
    /// Its shape.
    pub architecture: Architecture,
    /// How many runs of this shape come before it: the seed column of a real table.
    pub repeat: u64,
    /// The law's loss with noise, nats per token.
    pub loss: f64,
}

/// Draws shapes without replacement, each with equal probability, and their losses with Gaussian noise. Once all
/// candidates have had a run, further ones are repeats in the same order.
pub fn draw(candidates: &[Architecture], law: &Coefficients, how: &Draw) -> Result<Vec<SyntheticRun>> {
    if !how.noise_sd.is_finite() || how.noise_sd < 0.0 {
        return Err(Error::new(format!("a noise of '{}' nats per token cannot be drawn", how.noise_sd))
            .expected("a standard deviation of 0 or more"));
    }
    let mut shapes = candidates.to_vec();
    shapes.sort_unstable_by_key(sort_key);
    shapes.dedup();
    if shapes.is_empty() {
        return Err(Error::new("there is no architecture to draw from"));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(how.seed);
    shapes.shuffle(&mut rng);
    let passes = (0..).flat_map(|repeat| shapes.iter().map(move |shape| (repeat, *shape)));
    passes
        .take(how.runs)
        .map(|(repeat, architecture)| {
            let noise: f64 = StandardNormal.sample(&mut rng);
            let loss = law.loss(&architecture.features()) + how.noise_sd * noise;
            if loss.is_finite() && loss > 0.0 {
                Ok(SyntheticRun { architecture, repeat, loss })
            } else {
                Err(Error::new(format!("the loss drawn for {architecture} is '{loss}' nats per token"))
                    .expected("a loss above 0")
                    .hint("lower the noise, or draw from shapes nearer to those of the law"))
            }
        })
        .collect()
}

fn sort_key(shape: &Architecture) -> ([u32; 9], bool) {
    let Architecture { layers, width, heads, head_dim, kv_heads, expert_hidden, experts, top_k, vocab, tied } = *shape;
    ([layers, width, heads, head_dim, kv_heads, experts, top_k, expert_hidden, vocab], tied)
}

/// The search space of Table 5, with what it leaves open filled in: heads of 64, the ratios that the results speak of,
/// and Qwen's tied vocabulary. Shapes whose heads or experts would not come out whole are left out.
pub fn paper_candidates() -> Vec<Architecture> {
    const LAYERS: [u32; 8] = [4, 8, 12, 16, 20, 24, 28, 32];
    const WIDTHS: [u32; 9] = [768, 1024, 1280, 1536, 1792, 2048, 2304, 2560, 3072];
    const EXPERTS_TOP_K: [(u32, u32); 5] = [(1, 1), (8, 1), (8, 2), (16, 1), (16, 2)];
    const KV_HEADS: [Option<u32>; 5] = [Some(1), Some(2), Some(4), Some(8), None];
    /// 0.5, 1, 1.5, 2, 8/3, 3, 4.
    const RATIOS: [(u32, u32); 7] = [(1, 2), (1, 1), (3, 2), (2, 1), (8, 3), (3, 1), (4, 1)];
    const HEAD_DIM: u32 = 64;

    let mut candidates = Vec::new();
    for layers in LAYERS {
        for width in WIDTHS {
            let heads = width / HEAD_DIM;
            let kv_heads = KV_HEADS.map(|kv_heads| kv_heads.unwrap_or(heads)).into_iter();
            for kv_heads in kv_heads.filter(|kv_heads| heads.is_multiple_of(*kv_heads)) {
                for (experts, top_k) in EXPERTS_TOP_K {
                    for (numerator, denominator) in RATIOS {
                        if !(width * numerator).is_multiple_of(denominator * top_k) {
                            continue;
                        }
                        candidates.push(Architecture {
                            layers,
                            width,
                            heads,
                            head_dim: HEAD_DIM,
                            kv_heads,
                            expert_hidden: width * numerator / (denominator * top_k),
                            experts,
                            top_k,
                            vocab: 151_936,
                            tied: true,
                        });
                    }
                }
            }
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::law::tests::TABLE_6;

    const HOW: Draw = Draw { runs: 100, noise_sd: 0.05, seed: 1 };

    #[test]
    fn candidates_can_be_built_and_have_the_ratios_asked_for() {
        let candidates = paper_candidates();
        assert!(candidates.iter().all(|shape| shape.validate().is_ok()));
        let mut ratios: Vec<_> = candidates.iter().map(Architecture::ffn_ratio).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.dedup();
        assert_eq!(ratios, [0.5, 1.0, 1.5, 2.0, 8.0 / 3.0, 3.0, 4.0]);
        assert!(candidates.iter().any(|shape| shape.kv_heads == shape.heads));
    }

    #[test]
    fn a_draw_depends_on_the_set_of_candidates_and_the_seed() {
        let candidates = paper_candidates();
        let runs = draw(&candidates, &TABLE_6, &HOW).unwrap();
        let mut reordered: Vec<_> = candidates.iter().rev().copied().collect();
        reordered.push(candidates[0]);
        assert_eq!(draw(&reordered, &TABLE_6, &HOW).unwrap(), runs);
        assert_ne!(draw(&candidates, &TABLE_6, &Draw { seed: 2, ..HOW }).unwrap(), runs);
    }

    #[test]
    fn shapes_repeat_only_when_all_have_had_a_run() {
        let candidates = &paper_candidates()[..40];
        let runs = draw(candidates, &TABLE_6, &HOW).unwrap();
        assert_eq!(runs.len(), 100);
        let of = |shape: &Architecture| -> Vec<u64> {
            runs.iter().filter(|run| run.architecture == *shape).map(|run| run.repeat).collect()
        };
        assert!(candidates.iter().all(|shape| matches!(of(shape).as_slice(), [0, 1] | [0, 1, 2])));
    }

    #[test]
    fn noise_has_the_spread_asked_for() {
        let runs = draw(&paper_candidates(), &TABLE_6, &Draw { runs: 4000, ..HOW }).unwrap();
        let residuals = runs.iter().map(|run| run.loss - TABLE_6.loss(&run.architecture.features()));
        let (sum, squares) = residuals.fold((0.0, 0.0), |(sum, squares), e| (sum + e, squares + e * e));
        assert!((sum / 4000.0).abs() < 0.003, "mean {}", sum / 4000.0);
        assert!(((squares / 4000.0).sqrt() / HOW.noise_sd - 1.0).abs() < 0.04);
        let exact = draw(&paper_candidates(), &TABLE_6, &Draw { noise_sd: 0.0, ..HOW }).unwrap();
        assert!(exact.iter().all(|run| run.loss == TABLE_6.loss(&run.architecture.features())));
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let message =
            |candidates: &[Architecture], how: &Draw| draw(candidates, &TABLE_6, how).unwrap_err().to_string();
        assert_eq!(message(&[], &HOW), "there is no architecture to draw from");
        for noise_sd in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                message(&paper_candidates(), &Draw { noise_sd, ..HOW }),
                format!(
                    "a noise of '{noise_sd}' nats per token cannot be drawn\n  expected: a standard deviation of 0 or more"
                )
            );
        }
        assert!(message(&paper_candidates(), &Draw { noise_sd: 1e3, ..HOW }).contains("expected: a loss above 0"));
    }
}
