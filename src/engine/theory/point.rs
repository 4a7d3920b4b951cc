//! An architecture with real sizes: what the theory varies.

use serde::Serialize;

use super::constraint::Coordinate;
use crate::architecture::Architecture;
use crate::features::{Block, Features};

/// θ of the paper's §5, with gqa for the KV dimension. The heads are as wide together as the model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point<S = f64> {
    /// l: transformer layers.
    pub layers: S,
    /// d: hidden size.
    pub width: S,
    /// r: feed-forward expansion over all activated experts.
    pub ffn_ratio: S,
    /// gqa = `n_h`/`n_kv`: query heads that share a KV head.
    pub gqa: S,
    /// ρ = K/E: activation rate.
    pub rho: S,
}

impl Point {
    /// How many numbers it has.
    pub const DIMENSIONS: usize = 5;

    /// Where an architecture lies. Exact if its heads are as wide together as the model.
    pub fn of(shape: &Architecture) -> Self {
        Self {
            layers: f64::from(shape.layers),
            width: f64::from(shape.width),
            ffn_ratio: shape.ffn_ratio(),
            gqa: f64::from(shape.width) / shape.kv_dim(),
            rho: shape.activation_rate(),
        }
    }

    /// Its place along one coordinate.
    pub const fn get(&self, coordinate: Coordinate) -> f64 {
        match coordinate {
            Coordinate::Layers => self.layers,
            Coordinate::Width => self.width,
            Coordinate::FfnRatio => self.ffn_ratio,
            Coordinate::Gqa => self.gqa,
            Coordinate::Rho => self.rho,
        }
    }

    /// What the law sees of it.
    pub fn features(&self) -> Features {
        Features {
            layers: self.layers,
            width: self.width,
            ffn_ratio: self.ffn_ratio,
            kv_dim: self.kv_dim(),
            activation_rate: self.rho,
            block: Block::Gated,
        }
    }

    /// `d_m` = d/gqa: KV dimension.
    pub fn kv_dim(&self) -> f64 {
        self.width / self.gqa
    }

    /// Natural logarithms in the order of the fields: the variables in which the problem is convex.
    pub fn logarithms(&self) -> [f64; Self::DIMENSIONS] {
        [self.layers, self.width, self.ffn_ratio, self.gqa, self.rho].map(f64::ln)
    }

    /// The point with these logarithms.
    pub fn from_logarithms(logarithms: [f64; Self::DIMENSIONS]) -> Self {
        let [layers, width, ffn_ratio, gqa, rho] = logarithms.map(f64::exp);
        Self { layers, width, ffn_ratio, gqa, rho }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{paper_landscape, paper_law};
    use crate::quantity::Known;
    use crate::reference::QWEN2_5_0_5B;

    #[test]
    fn a_point_sees_what_the_architecture_shows_the_law() {
        let shape = Architecture { experts: 16, top_k: 2, expert_hidden: 448, ..QWEN2_5_0_5B };
        let point = Point::of(&shape);
        assert_eq!((point.gqa, point.rho, point.ffn_ratio), (7.0, 0.125, 1.0));
        assert_eq!(point.features(), shape.features());
        let (law, landscape) = (paper_law(), paper_landscape());
        let known = Known::sized(&shape).on(&landscape.estimator).under(&law);
        for coordinate in Coordinate::ALL {
            assert_eq!(coordinate.quantity().of(&known).number(), Some(point.get(coordinate)), "{coordinate:?}");
        }
        let back = Point::from_logarithms(point.logarithms());
        assert!((back.width / point.width - 1.0).abs() < 1e-14);
    }
}
