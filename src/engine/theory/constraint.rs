//! What can stop an optimum: a budget, or an end of the domain.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::budget::Limit;
use crate::quantity::Quantity;

/// One of the five variables, in the order of [`Point`](super::Point)'s fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coordinate {
    /// l.
    Layers,
    /// d.
    Width,
    /// r.
    FfnRatio,
    /// gqa.
    Gqa,
    /// ρ.
    Rho,
}

impl Coordinate {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Layers, Self::Width, Self::FfnRatio, Self::Gqa, Self::Rho];

    /// Its place in [`Self::ALL`] and among a point's logarithms.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// What it is of an architecture.
    pub const fn quantity(self) -> Quantity {
        match self {
            Self::Layers => Quantity::LAYERS,
            Self::Width => Quantity::WIDTH,
            Self::FfnRatio => Quantity::FFN_RATIO,
            Self::Gqa => Quantity::GQA,
            Self::Rho => Quantity::ACTIVATION_RATE,
        }
    }

    /// In files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Width => "width",
            Self::FfnRatio => "ffn_ratio",
            Self::Gqa => "gqa",
            Self::Rho => "rho",
        }
    }

    /// In sentences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Layers => "depth",
            Self::Width => "width",
            Self::FfnRatio => "FFN ratio",
            Self::Gqa => "gqa",
            Self::Rho => "ρ",
        }
    }
}

impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

/// Something that an optimum must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// A cost is at most its budget.
    Budget(Limit),
    /// A variable is at least the domain's lower end.
    Least(Coordinate),
    /// A variable is at most the domain's upper end.
    Most(Coordinate),
    /// There are at least the domain's fewest KV heads.
    FewestKvHeads,
}

impl Constraint {
    /// The limit that it is the budget of.
    pub const fn limit(self) -> Option<Limit> {
        match self {
            Self::Budget(limit) => Some(limit),
            _ => None,
        }
    }

    /// The variable that it is an end of.
    pub const fn coordinate(self) -> Option<Coordinate> {
        match self {
            Self::Least(coordinate) | Self::Most(coordinate) => Some(coordinate),
            Self::Budget(_) | Self::FewestKvHeads => None,
        }
    }
}

/// `memory`, `largest depth`, `smallest ρ`, `fewest KV heads`.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget(limit) => f.write_str(limit.label()),
            Self::Least(coordinate) => write!(f, "smallest {}", coordinate.name()),
            Self::Most(coordinate) => write!(f, "largest {}", coordinate.name()),
            Self::FewestKvHeads => f.write_str("fewest KV heads"),
        }
    }
}

/// The key of its budget, or of its variable with `min_` or `max_` before it.
impl Serialize for Constraint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Budget(limit) => serializer.serialize_str(&limit.key()),
            Self::Least(coordinate) => serializer.collect_str(&format_args!("min_{}", coordinate.key())),
            Self::Most(coordinate) => serializer.collect_str(&format_args!("max_{}", coordinate.key())),
            Self::FewestKvHeads => serializer.serialize_str("min_kv_heads"),
        }
    }
}
