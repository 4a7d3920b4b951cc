//! A space as the search walks it: along one axis at a time, over what can be built.
//!
//! Which values an axis has depends on the others (KV heads divide the heads, active experts divide the hidden size), so
//! a step goes to the next value that can be built *with all else as it is*, however far that is.

use std::sync::Arc;

use crate::architecture::Architecture;
use crate::space::{KvHeads, Space, expert_hidden, is_mixture};

/// What can be changed of an architecture by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Layers,
    Width,
    HeadDim,
    KvHeads,
    FfnRatio,
    Experts,
    TopK,
}

impl Direction {
    pub(super) const ALL: [Self; 7] =
        [Self::Layers, Self::Width, Self::HeadDim, Self::KvHeads, Self::FfnRatio, Self::Experts, Self::TopK];
}

/// The axes of a space in rising order.
#[derive(Debug)]
pub(super) struct Axes {
    space: Arc<Space>,
    layers: Vec<u32>,
    widths: Vec<u32>,
    head_dims: Vec<u32>,
    ratios: Vec<f64>,
    /// (E, K), few experts first, few active ones first.
    mixtures: Vec<(u32, u32)>,
    /// (K, E), the other way round.
    by_active: Vec<(u32, u32)>,
}

/// An architecture with the ratio that its hidden size was made from.
#[derive(Debug, Clone, Copy)]
struct Parts {
    layers: u32,
    width: u32,
    head_dim: u32,
    kv_heads: KvHeads,
    ratio: f64,
    mixture: (u32, u32),
}

impl Axes {
    pub(super) fn of(space: Arc<Space>) -> Self {
        let sorted = |values: &[u32]| {
            let mut values = values.to_vec();
            values.sort_unstable();
            values.dedup();
            values
        };
        let mut ratios = space.ffn_ratios.clone();
        ratios.sort_unstable_by(f64::total_cmp);
        let mut mixtures: Vec<(u32, u32)> =
            space.experts.iter().copied().filter(|&(experts, top_k)| is_mixture(experts, top_k)).collect();
        mixtures.sort_unstable();
        mixtures.dedup();
        let mut by_active: Vec<(u32, u32)> = mixtures.iter().map(|&(experts, top_k)| (top_k, experts)).collect();
        by_active.sort_unstable();
        Self {
            layers: sorted(&space.layers),
            widths: sorted(&space.widths),
            head_dims: sorted(&space.head_dims),
            ratios,
            mixtures,
            by_active,
            space,
        }
    }

    pub(super) fn space(&self) -> &Space {
        &self.space
    }

    /// Halvings from an eighth of the longest axis down to single steps, single steps included.
    pub(super) fn levels(&self) -> u8 {
        let longest = [
            self.layers.len(),
            self.widths.len(),
            self.head_dims.len(),
            self.space.kv_heads.len(),
            self.ratios.len(),
            range_of(&self.mixtures).max(range_of(&self.by_active)),
        ];
        let eighth = longest.into_iter().max().unwrap_or(1) / 8;
        (usize::BITS - eighth.leading_zeros()).max(1) as u8
    }

    /// The architecture at a point of the unit cube. Each axis takes its quantile of the values that the axes before it
    /// leave. So a Latin hypercube of points gives one of candidates, even where only a part of the combinations can be
    /// built.
    pub(super) fn at(&self, point: &[f64; Direction::ALL.len()]) -> Option<Architecture> {
        let [layers, width, head_dim, kv_heads, ratio, experts, top_k] = *point;
        let width = *at_share(&self.widths, width)?;
        let sizes: Vec<u32> = self.head_dims.iter().copied().filter(|size| width.is_multiple_of(*size)).collect();
        let head_dim = *at_share(&sizes, head_dim)?;
        let kv_heads = *at_share(&self.space.kv_heads_of(width / head_dim), kv_heads)?;
        let ratios: Vec<f64> =
            self.ratios.iter().copied().filter(|&ratio| self.has_experts_for(ratio, width)).collect();
        let ratio = *at_share(&ratios, ratio)?;
        let experts = at_share(&self.mixtures, experts)?.0;
        let active: Vec<u32> =
            of(&self.mixtures, experts).filter(|&k| expert_hidden(ratio, width, k).is_some()).collect();
        let mixture = (experts, *at_share(&active, top_k)?);
        let layers = *at_share(&self.layers, layers)?;
        self.build(&Parts { layers, width, head_dim, kv_heads: KvHeads::Count(kv_heads), ratio, mixture })
    }

    /// Whether some number of active experts makes the hidden size of one whole.
    fn has_experts_for(&self, ratio: f64, width: u32) -> bool {
        let mut active = self.by_active.chunk_by(|a, b| a.0 == b.0).map(|of_one| of_one[0].0);
        active.any(|top_k| expert_hidden(ratio, width, top_k).is_some())
    }

    /// All architectures that differ from one in this direction alone, itself among them, in rising order, and its place.
    pub(super) fn line(&self, from: &Architecture, along: Direction) -> (Vec<Architecture>, usize) {
        let parts = self.parts(from);
        let built = |parts: Parts| self.build(&parts);
        let line: Vec<Architecture> = match along {
            Direction::Layers => self.layers.iter().map(|&layers| Architecture { layers, ..*from }).collect(),
            Direction::Width => self.widths.iter().filter_map(|&width| built(Parts { width, ..parts })).collect(),
            Direction::HeadDim => {
                self.head_dims.iter().filter_map(|&head_dim| built(Parts { head_dim, ..parts })).collect()
            }
            Direction::KvHeads => {
                let mut counts = self.space.kv_heads_of(from.heads);
                counts.sort_unstable();
                counts.into_iter().map(|kv_heads| Architecture { kv_heads, ..*from }).collect()
            }
            Direction::FfnRatio => self.ratios.iter().filter_map(|&ratio| built(Parts { ratio, ..parts })).collect(),
            Direction::Experts => {
                of(&self.by_active, from.top_k).map(|experts| Architecture { experts, ..*from }).collect()
            }
            Direction::TopK => of(&self.mixtures, from.experts)
                .filter_map(|top_k| built(Parts { mixture: (from.experts, top_k), ..parts }))
                .collect(),
        };
        let place = line.iter().position(|known| known == from).unwrap_or(0);
        (line, place)
    }

    /// The neighbour so many steps away, the last one of the line where there are fewer; none at its end.
    pub(super) fn step(line: &(Vec<Architecture>, usize), steps: isize) -> Option<Architecture> {
        let (line, place) = line;
        let target = place.saturating_add_signed(steps).min(line.len().saturating_sub(1));
        (target != *place).then(|| line.get(target).copied()).flatten()
    }

    fn parts(&self, of: &Architecture) -> Parts {
        let ratio = of.ffn_ratio();
        let above = self.ratios.partition_point(|&known| known < ratio);
        let nearest = self.ratios[above.saturating_sub(1)..].iter().take(2).copied();
        let ratio = nearest.min_by(|a, b| (a - ratio).abs().total_cmp(&(b - ratio).abs())).unwrap_or(ratio);
        let follows = |axis: &&KvHeads| match **axis {
            KvHeads::SameAsHeads => of.kv_heads == of.heads,
            KvHeads::Grouped(heads) => of.kv_heads.checked_mul(heads) == Some(of.heads),
            KvHeads::Count(_) => false,
        };
        Parts {
            layers: of.layers,
            width: of.width,
            head_dim: of.head_dim,
            kv_heads: self.space.kv_heads.iter().find(follows).copied().unwrap_or(KvHeads::Count(of.kv_heads)),
            ratio,
            mixture: (of.experts, of.top_k),
        }
    }

    fn build(&self, parts: &Parts) -> Option<Architecture> {
        let Parts { layers, width, head_dim, kv_heads, ratio, mixture: (experts, top_k) } = *parts;
        if !width.is_multiple_of(head_dim) {
            return None;
        }
        let heads = width / head_dim;
        let kv_heads = match kv_heads {
            KvHeads::SameAsHeads => heads,
            KvHeads::Grouped(of) if of > 0 && heads.is_multiple_of(of) => heads / of,
            KvHeads::Count(count) if self.space.kv_heads_of(heads).contains(&count) => count,
            KvHeads::Count(_) | KvHeads::Grouped(_) => return None,
        };
        let architecture = Architecture {
            layers,
            width,
            heads,
            head_dim,
            kv_heads,
            expert_hidden: expert_hidden(ratio, width, top_k)?,
            experts,
            top_k,
            shared_hidden: 0,
            layout: self.space.layout(),
            vocab: self.space.vocab,
            tied: self.space.tied,
        };
        architecture.validate().is_ok().then_some(architecture)
    }
}

/// The second of all pairs with this first; pairs in rising order.
fn of(pairs: &[(u32, u32)], first: u32) -> impl Iterator<Item = u32> {
    let from = pairs.partition_point(|&(known, _)| known < first);
    pairs[from..].iter().take_while(move |&&(known, _)| known == first).map(|&(_, second)| second)
}

/// The most pairs with one first.
fn range_of(pairs: &[(u32, u32)]) -> usize {
    pairs.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).max().unwrap_or(0)
}

/// Of values in order, the one that stands at this share of them.
fn at_share<T>(values: &[T], share: f64) -> Option<&T> {
    values.get(((share * values.len() as f64) as usize).min(values.len().saturating_sub(1)))
}
