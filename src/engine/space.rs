//! The set of architectures to choose from: a grid over seven axes, invalid combinations left out.
//!
//! Latency and loss split into a part per layer and a part per shape. So a space that is priced as a whole is kept as
//! *shapes* (everything but depth) times *depths*. The sweep prices a shape once, and all its depths for the cost of a
//! few additions. A space may be larger than any sweep. Then it is counted without being enumerated, and it is
//! searched.

mod held;

pub use held::BlindAxes;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::architecture::Architecture;
use super::layout::{Layout, Window};

/// Axis of KV heads: a number, or as many as query heads (multi-head attention).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KvHeads {
    /// So many.
    Count(u32),
    /// As many as query heads.
    SameAsHeads,
    /// One for so many query heads, where that divides them.
    Grouped(u32),
}

/// A grid of architectures.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// As typed on the command line.
    pub name: String,
    /// In words, with its source.
    pub description: String,
    /// l.
    pub layers: Vec<u32>,
    /// d.
    pub widths: Vec<u32>,
    /// `d_h`; a width that it does not divide is left out.
    pub head_dims: Vec<u32>,
    /// `n_kv`.
    pub kv_heads: Vec<KvHeads>,
    /// r over all activated experts; r·d/K must be an integer.
    pub ffn_ratios: Vec<f64>,
    /// (E, K).
    pub experts: Vec<(u32, u32)>,
    /// V, the same for all.
    pub vocab: u32,
    /// Whether all tie the LM head to the embedding.
    pub tied: bool,
    /// The sliding window that all have. The law does not see it, so it is a setting and no axis.
    pub window: Option<Window>,
    /// Which file it was read from, in words; `None` where nobody said.
    pub origin: Option<String>,
}

impl Space {
    /// Most candidates that a sweep will hold, so that the smallest board this program is for (8 GB, of which system
    /// and desktop take 2 to 3) survives it.
    ///
    /// A candidate takes 64 bytes in the sweep's columns and 16 in the landscape's four orders; the explorer adds 8 for
    /// its own order and what is feasible. While a space is priced anew, the old landscape is still on the screen:
    /// 2 · 88 bytes · 10 million = 1.8 GB. Twice as many would be 3.5 GB.
    pub const MAX_CANDIDATES: usize = 10_000_000;

    /// The valid candidates, counted axis by axis instead of one by one. That works because the valid KV heads and the
    /// valid experts do not depend on each other.
    pub fn len(&self) -> u64 {
        let mut mixtures_by_active = BTreeMap::<u32, u64>::new();
        for &(experts, top_k) in &self.experts {
            *mixtures_by_active.entry(top_k).or_default() += u64::from(is_mixture(experts, top_k));
        }
        let shapes_of_width = |&width: &u32| {
            let attentions: usize = self.heads_of(width).map(|(heads, _)| self.kv_heads_of(heads).len()).sum();
            let feed_forwards: u64 = self
                .ffn_ratios
                .iter()
                .flat_map(|&ratio| {
                    mixtures_by_active.iter().filter(move |&(&k, _)| expert_hidden(ratio, width, k).is_some())
                })
                .map(|(_, mixtures)| mixtures)
                .sum();
            (attentions as u64).saturating_mul(feed_forwards)
        };
        let shapes = self.widths.par_iter().map(shapes_of_width).reduce(|| 0, u64::saturating_add);
        shapes.saturating_mul(self.layers.len() as u64)
    }

    /// Whether nothing of it can be built.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a sweep holds the whole space. A larger space is searched.
    pub fn can_be_enumerated(&self) -> bool {
        self.len() <= Self::MAX_CANDIDATES as u64
    }

    /// The valid shapes, each with depth 1, each once: by width, then head size, KV heads, ratio, experts.
    pub fn shapes(&self) -> Vec<Architecture> {
        self.widths.par_iter().flat_map_iter(|&width| self.shapes_of_width(width)).collect()
    }

    fn shapes_of_width(&self, width: u32) -> Vec<Architecture> {
        let feed_forwards: Vec<(u32, u32, u32)> = self
            .ffn_ratios
            .iter()
            .flat_map(|&ratio| self.experts.iter().map(move |&(experts, top_k)| (ratio, experts, top_k)))
            .filter(|&(_, experts, top_k)| is_mixture(experts, top_k))
            .filter_map(|(ratio, experts, top_k)| Some((expert_hidden(ratio, width, top_k)?, experts, top_k)))
            .collect();
        let mut shapes = Vec::new();
        for (heads, head_dim) in self.heads_of(width) {
            for kv_heads in self.kv_heads_of(heads) {
                shapes.extend(feed_forwards.iter().map(|&(expert_hidden, experts, top_k)| Architecture {
                    layers: 1,
                    width,
                    heads,
                    head_dim,
                    kv_heads,
                    expert_hidden,
                    experts,
                    top_k,
                    shared_hidden: 0,
                    layout: self.layout(),
                    vocab: self.vocab,
                    tied: self.tied,
                }));
            }
        }
        shapes
    }

    /// What all its models have beside equal layers.
    pub fn layout(&self) -> Layout {
        Layout { window: self.window, ..Layout::UNIFORM }
    }

    /// Whole heads of a width, with the size of one, for each head size.
    pub(super) fn heads_of(&self, width: u32) -> impl Iterator<Item = (u32, u32)> {
        let sizes = self.head_dims.iter().copied().filter(move |&size| size > 0 && width.is_multiple_of(size));
        sizes
            .map(move |size| (width / size, size))
            .filter(|(heads, _)| (1..=Architecture::LIMITS.heads).contains(heads))
    }

    /// Every valid candidate by itself, for callers that need few. The sweep prices [`Self::shapes`].
    pub fn candidates(&self) -> Vec<Architecture> {
        let at_every_depth =
            |shape: Architecture| self.layers.iter().map(move |&layers| Architecture { layers, ..shape });
        self.shapes().into_iter().flat_map(at_every_depth).collect()
    }

    /// The KV axis for so many query heads: valid values, each once even where two entries mean the same.
    pub(super) fn kv_heads_of(&self, heads: u32) -> Vec<u32> {
        let mut counts = Vec::with_capacity(self.kv_heads.len());
        for axis in &self.kv_heads {
            let count = match *axis {
                KvHeads::Count(count) => count,
                KvHeads::SameAsHeads => heads,
                KvHeads::Grouped(of) if of > 0 && heads.is_multiple_of(of) => heads / of,
                KvHeads::Grouped(_) => continue,
            };
            if count > 0 && heads.is_multiple_of(count) && !counts.contains(&count) {
                counts.push(count);
            }
        }
        counts
    }
}

/// Whether a token can use so many of so many experts.
pub(super) const fn is_mixture(experts: u32, top_k: u32) -> bool {
    top_k >= 1 && top_k <= experts && experts <= Architecture::LIMITS.experts
}

/// r·d/K if that is a positive integer (to rounding of r) and believed.
pub(super) fn expert_hidden(ratio: f64, width: u32, top_k: u32) -> Option<u32> {
    const ROUNDING: f64 = 1e-9;
    let hidden = ratio * f64::from(width) / f64::from(top_k);
    let nearest = hidden.round();
    let whole = (hidden - nearest).abs() <= ROUNDING * nearest;
    (whole && nearest >= 1.0 && nearest <= f64::from(Architecture::LIMITS.expert_hidden)).then_some(nearest as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::paper_space;

    #[test]
    fn the_paper_space_has_10_560_valid_candidates() {
        let space = paper_space();
        assert_eq!(space.shapes().len() * space.layers.len(), 10_560);
        assert_eq!(space.len(), 10_560);
    }

    #[test]
    fn invalid_combinations_are_left_out() {
        let space = Space {
            layers: vec![1],
            widths: vec![100, 128],
            kv_heads: vec![KvHeads::Count(2), KvHeads::SameAsHeads, KvHeads::Count(3)],
            ffn_ratios: vec![1.0],
            experts: vec![(4, 8), (8, 3), (1, 1)],
            ..paper_space()
        };
        // Width 100 has no whole head; 128 has two heads, so "2" and "as many as heads" coincide and 3 does not
        // divide; K 8 exceeds E 4; r·128/3 is not whole.
        let shapes = space.shapes();
        assert_eq!((shapes.len(), space.len()), (1, 1));
        assert_eq!((shapes[0].width, shapes[0].kv_heads, shapes[0].experts), (128, 2, 1));
    }
}
