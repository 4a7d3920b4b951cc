//! Where the theory may look: a box in the five variables, and KV heads that are whole.

use super::Point;
use crate::space::{KvHeads, Space};

/// Smallest and largest value of each variable. An end may be 0 or infinite, which is no end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Domain {
    /// l.
    pub layers: [f64; 2],
    /// d.
    pub width: [f64; 2],
    /// r.
    pub ffn_ratio: [f64; 2],
    /// gqa; besides, no point has fewer KV heads than [`Self::fewest_kv_heads`].
    pub gqa: [f64; 2],
    /// ρ.
    pub rho: [f64; 2],
    /// `d_h`: turns width into query heads.
    pub head_dim: f64,
    /// So `gqa ≤ d/(d_h·n)`; 0 is no end.
    pub fewest_kv_heads: f64,
}

impl Domain {
    /// The paper's: everything above 0 but for `rho_min ≤ ρ ≤ 1`.
    pub const fn unbounded(rho_min: f64) -> Self {
        let any = [0.0, f64::INFINITY];
        Self {
            layers: any,
            width: any,
            ffn_ratio: any,
            gqa: any,
            rho: [rho_min, 1.0],
            head_dim: 64.0,
            fewest_kv_heads: 0.0,
        }
    }

    /// The box around a space, with the smallest of its head sizes.
    pub fn of(space: &Space) -> Self {
        let ends = |values: &mut dyn Iterator<Item = f64>| {
            values.fold([f64::INFINITY, 0.0_f64], |[low, high], value| [low.min(value), high.max(value)])
        };
        let head_dim = ends(&mut space.head_dims.iter().map(|&size| f64::from(size)))[0];
        let width = ends(&mut space.widths.iter().map(|&size| f64::from(size)));
        let heads = width.map(|width| width / head_dim);
        let gqa = ends(&mut space.kv_heads.iter().flat_map(|axis| match *axis {
            KvHeads::Count(count) => heads.map(|heads| (heads / f64::from(count)).max(1.0)),
            KvHeads::SameAsHeads => [1.0; 2],
            KvHeads::Grouped(of) => [f64::from(of.max(1)); 2],
        }));
        let fewest = ends(&mut space.kv_heads.iter().filter_map(|axis| match *axis {
            KvHeads::Count(count) => Some(f64::from(count)),
            KvHeads::SameAsHeads | KvHeads::Grouped(_) => None,
        }));
        Self {
            layers: ends(&mut space.layers.iter().map(|&size| f64::from(size))),
            width,
            ffn_ratio: ends(&mut space.ffn_ratios.iter().copied()),
            gqa,
            rho: ends(&mut space.experts.iter().map(|&(experts, top_k)| f64::from(top_k) / f64::from(experts))),
            head_dim,
            fewest_kv_heads: if fewest[0].is_finite() { fewest[0] } else { 0.0 },
        }
    }

    /// Smallest and largest value of each variable, in the order of [`Point`]'s fields.
    pub const fn ends(&self) -> [[f64; 2]; Point::DIMENSIONS] {
        [self.layers, self.width, self.ffn_ratio, self.gqa, self.rho]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::paper_space;

    #[test]
    fn the_box_around_the_papers_space() {
        let domain = Domain::of(&paper_space());
        assert_eq!((domain.layers, domain.width, domain.ffn_ratio), ([4.0, 32.0], [768.0, 3072.0], [0.5, 4.0]));
        assert_eq!((domain.gqa, domain.rho), ([1.0, 48.0], [0.0625, 1.0]));
        assert_eq!((domain.head_dim, domain.fewest_kv_heads), (64.0, 1.0));
    }
}
