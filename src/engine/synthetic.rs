//! Runs drawn from a law instead of trained.
//!
//! The 170 training results behind the paper's law are not published. A fit can still be tried on a table like theirs:
//! losses are drawn from the known law, with noise, and the fit should find the law again. Such runs say nothing about
//! real models. So they carry their origin with them wherever they are written.
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

fn sort_key(shape: &Architecture) -> ([u32; 10], bool) {
    #[rustfmt::skip]
    let Architecture {
        layers, width, heads, head_dim, kv_heads, expert_hidden, experts, top_k, shared_hidden, vocab, tied, ..
    } = *shape;
    ([layers, width, heads, head_dim, kv_heads, experts, top_k, expert_hidden, shared_hidden, vocab], tied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{paper_space, table_6};

    const HOW: Draw = Draw { runs: 100, noise_sd: 0.05, seed: 1 };

    #[test]
    fn a_draw_depends_on_the_set_of_candidates_and_the_seed() {
        let candidates = paper_space().candidates();
        let runs = draw(&candidates, &table_6(), &HOW).unwrap();
        let mut reordered: Vec<_> = candidates.iter().rev().copied().collect();
        reordered.push(candidates[0]);
        assert_eq!(draw(&reordered, &table_6(), &HOW).unwrap(), runs);
        assert_ne!(draw(&candidates, &table_6(), &Draw { seed: 2, ..HOW }).unwrap(), runs);
    }

    #[test]
    fn shapes_repeat_only_when_all_have_had_a_run() {
        let candidates = &paper_space().candidates()[..40];
        let runs = draw(candidates, &table_6(), &HOW).unwrap();
        assert_eq!(runs.len(), 100);
        let of = |shape: &Architecture| -> Vec<u64> {
            runs.iter().filter(|run| run.architecture == *shape).map(|run| run.repeat).collect()
        };
        assert!(candidates.iter().all(|shape| matches!(of(shape).as_slice(), [0, 1] | [0, 1, 2])));
    }

    #[test]
    fn noise_has_the_spread_asked_for() {
        let runs = draw(&paper_space().candidates(), &table_6(), &Draw { runs: 4000, ..HOW }).unwrap();
        let residuals = runs.iter().map(|run| run.loss - table_6().loss(&run.architecture.features()));
        let (sum, squares) = residuals.fold((0.0, 0.0), |(sum, squares), e| (sum + e, squares + e * e));
        assert!((sum / 4000.0).abs() < 0.003, "mean {}", sum / 4000.0);
        assert!(((squares / 4000.0).sqrt() / HOW.noise_sd - 1.0).abs() < 0.04);
        let exact = draw(&paper_space().candidates(), &table_6(), &Draw { noise_sd: 0.0, ..HOW }).unwrap();
        assert!(exact.iter().all(|run| run.loss == table_6().loss(&run.architecture.features())));
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let message =
            |candidates: &[Architecture], how: &Draw| draw(candidates, &table_6(), how).unwrap_err().to_string();
        assert_eq!(message(&[], &HOW), "there is no architecture to draw from");
        for noise_sd in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                message(&paper_space().candidates(), &Draw { noise_sd, ..HOW }),
                format!(
                    "a noise of '{noise_sd}' nats per token cannot be drawn\n  expected: a standard deviation of 0 or more"
                )
            );
        }
        assert!(
            message(&paper_space().candidates(), &Draw { noise_sd: 1e3, ..HOW }).contains("expected: a loss above 0")
        );
    }
}
