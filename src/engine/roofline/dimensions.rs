//! The sizes that operators are counted from, as numbers one can compute with.
//!
//! An [`Architecture`] has whole sizes. The theory has real ones, and needs to know how every cost changes with them.
//! Both become [`Dimensions`], and the visitors of operators and the memory model see nothing else. So there is one
//! operator model: what the theory optimises is what the sweep prices.

use std::ops::{Add, Mul};

use super::weights::WeightBytes;
use crate::architecture::Architecture;
use crate::layout::{AttentionBlock, FeedBlock};
use crate::precision::Precision;

/// A size: a number, or a number that carries its derivatives along.
pub trait Size:
    Copy + Add<Output = Self> + Mul<Output = Self> + Add<f64, Output = Self> + Mul<f64, Output = Self>
{
    /// Its reciprocal.
    #[must_use]
    fn recip(self) -> Self;

    /// N: the expected number of different experts that `tokens` tokens touch under uniform independent routing,
    /// `E·(1 − (1 − K/E)^T)`. It is K for one token, nearly E for a long prompt, and 1 for a dense model.
    #[must_use]
    fn expert_coverage(self, top_k: f64, tokens: f64) -> Self;
}

impl Size for f64 {
    #[inline]
    fn recip(self) -> Self {
        1.0 / self
    }

    #[inline]
    fn expert_coverage(self, top_k: f64, tokens: f64) -> Self {
        if self == 1.0 {
            return 1.0;
        }
        // Written with expm1 and ln_1p: one token must give K to the last digit.
        -self * (tokens * (-top_k / self).ln_1p()).exp_m1()
    }
}

/// Sizes of one layer, of what surrounds the layers, and the bytes that each kind of weight takes.
#[derive(Debug, Clone, Copy)]
pub struct Dimensions<S = f64> {
    /// d.
    pub width: S,
    /// `n_h`.
    pub heads: S,
    /// `d_a` = `n_h`·`d_h`.
    pub attention_dim: S,
    /// `d_m` = `n_kv`·`d_h`.
    pub kv_dim: S,
    /// h: hidden size of one expert.
    pub expert_hidden: S,
    /// E.
    pub experts: S,
    /// K.
    pub top_k: f64,
    /// `d_h`.
    pub head_dim: f64,
    /// Hidden size of the shared expert; 0 where there is none.
    pub shared_hidden: f64,
    /// W: positions that a query sees; infinite where it sees all.
    pub window: f64,
    /// Projections of keys and values: two, or fewer where a layer shares or borrows them.
    pub kv_projections: f64,
    /// Layers whose keys and values lie in this one's cache: 1, or 0 where it borrows them.
    pub kv_caches: f64,
    /// Matrices into the hidden layer: gate and up, or up alone.
    pub matrices_in: f64,
    /// V.
    pub vocab: f64,
    /// Whether the LM head shares the embedding's weights.
    pub tied: bool,
    /// Whether a router chooses the experts; a dense model has none.
    pub routed: bool,
    /// By matrix.
    pub(crate) weights: WeightBytes,
}

impl Dimensions {
    /// Of a model that can be built, each matrix stored in the blocks that fit its rows. Where layers differ, these are
    /// the sizes of one without a window.
    #[inline]
    pub fn of(shape: &Architecture, precision: &Precision) -> Self {
        Self {
            width: f64::from(shape.width),
            heads: f64::from(shape.heads),
            attention_dim: shape.attention_dim(),
            kv_dim: shape.kv_dim(),
            expert_hidden: f64::from(shape.expert_hidden),
            experts: f64::from(shape.experts),
            top_k: f64::from(shape.top_k),
            head_dim: f64::from(shape.head_dim),
            shared_hidden: f64::from(shape.shared_hidden),
            window: f64::INFINITY,
            kv_projections: 2.0,
            kv_caches: 1.0,
            matrices_in: f64::from(shape.layout.feed_forward.matrices_in()),
            vocab: f64::from(shape.vocab),
            tied: shape.tied,
            routed: !shape.is_dense(),
            weights: WeightBytes::of(shape, precision),
        }
    }

    /// Of a layer with this attention block.
    #[inline]
    pub(crate) fn of_attention(shape: &Architecture, block: &AttentionBlock, precision: &Precision) -> Self {
        let AttentionBlock { head_dim, kv_heads, window, keys, .. } = *block;
        Self {
            window: window.map_or(f64::INFINITY, f64::from),
            kv_projections: f64::from(keys.projections()),
            kv_caches: if keys.are_cached() { 1.0 } else { 0.0 },
            ..Self::of(&Architecture { head_dim, kv_heads, ..*shape }, precision)
        }
    }

    /// Of a layer with this feed-forward block.
    #[inline]
    pub(crate) fn of_feed(shape: &Architecture, block: &FeedBlock, precision: &Precision) -> Self {
        let FeedBlock { hidden: expert_hidden, experts, top_k, shared_hidden, .. } = *block;
        let sizes = Self::of(&Architecture { expert_hidden, experts, top_k, shared_hidden, ..*shape }, precision);
        let is_dense_among_mixtures = experts == 1 && !shape.is_dense();
        match precision.file.filter(|_| is_dense_among_mixtures) {
            Some(file) => Self { weights: sizes.weights.of_dense_layers(file), ..sizes },
            None => sizes,
        }
    }
}

impl<S: Size> Dimensions<S> {
    /// The same in a layer that looks back so many positions.
    #[must_use]
    pub(crate) fn within(self, window: f64) -> Self {
        Self { window, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_touches_k_experts_and_a_long_prompt_all() {
        assert_eq!(1.0.expert_coverage(1.0, 1024.0), 1.0);
        assert!((16.0.expert_coverage(2.0, 1.0) - 2.0).abs() < 1e-14);
        assert!((16.0.expert_coverage(1.0, 1024.0) - 16.0).abs() < 1e-12);
        assert!((8.0.expert_coverage(8.0, 3.0) - 8.0).abs() < 1e-14);
        // Two tokens on one of two experts each: both the same with probability one half.
        assert!((2.0.expert_coverage(1.0, 2.0) - 1.5).abs() < 1e-14);
    }
}
