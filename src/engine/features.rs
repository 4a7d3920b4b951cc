//! What the law sees of an architecture: five numbers, and the axes that they are measured along.
//!
//! Beside them stands what a layer is made of ([`Block`]), because the same five numbers are fewer parameters where a
//! feed-forward block has two matrices. No law has a term for it; it takes part where parameters are counted.
//!
//! Most published tables of runs have sizes alone: parameters, tokens, loss. Such a run has a stand-in for a shape, one
//! whose count of parameters is exactly the run's ([`Features::of_sizes`]). So laws of sizes are fitted and judged by the
//! same code as all others. [`Block::Unknown`] marks the stand-in: nothing but its sizes is ever read or shown.

use std::fmt;

use serde::{Serialize, Serializer};

use super::layout::FeedForward;

/// What the law sees of an architecture. Real numbers: the theory varies them continuously.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Features {
    /// l: transformer layers.
    pub layers: f64,
    /// d: hidden size.
    pub width: f64,
    /// r: feed-forward expansion over all activated experts.
    pub ffn_ratio: f64,
    /// `d_m` = `n_kv`·`d_h`: KV dimension.
    pub kv_dim: f64,
    /// ρ = K/E: activation rate.
    pub activation_rate: f64,
    /// What a layer is made of.
    #[serde(rename = "feed_forward_matrices", skip_serializing_if = "Block::is_usual")]
    #[cfg_attr(feature = "schema", schemars(default, with = "Option<u8>"))]
    pub block: Block,
}

/// What a layer is made of, as far as its parameters are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Block {
    /// Attention, and a feed-forward block of three matrices: gate, up and down.
    #[default]
    Gated,
    /// Attention, and two matrices: up and down.
    Plain,
    /// Nobody says. The five numbers stand in for a shape of the same size and mean nothing by themselves.
    Unknown,
}

impl Block {
    /// Matrices of the feed-forward block; those of the stand-in where nobody says.
    pub const fn feed_forward_matrices(self) -> u8 {
        match self {
            Self::Gated | Self::Unknown => 3,
            Self::Plain => 2,
        }
    }

    /// What layers of one more shape are made of: one stand-in among shapes is enough to know nothing of all.
    pub(crate) fn shared(others: Option<Self>, one: Self) -> Option<Self> {
        if others == Some(Self::Unknown) {
            others
        } else {
            Some(one).filter(|one| *one == Self::Unknown || others == Some(*one))
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    const fn is_usual(&self) -> bool {
        matches!(self, Self::Gated)
    }
}

impl From<FeedForward> for Block {
    fn from(feed_forward: FeedForward) -> Self {
        match feed_forward {
            FeedForward::Gated => Self::Gated,
            FeedForward::Plain => Self::Plain,
        }
    }
}

/// Their number; null where nobody says.
impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (*self != Self::Unknown).then(|| self.feed_forward_matrices()).serialize(serializer)
    }
}

impl Features {
    /// A stand-in for a shape of which only the parameters are known that a token uses and those that are stored: one
    /// layer with multi-head attention and a feed-forward block of four times its width, which has 16·d² parameters, and
    /// as many experts as make up the rest.
    pub fn of_sizes(active: f64, total: f64) -> Self {
        const RATIO: f64 = 4.0;
        const PER_SQUARE: f64 = 16.0;
        const FEED_FORWARD: f64 = 12.0;
        let width = (active / PER_SQUARE).sqrt();
        let rest = PER_SQUARE * (total / active) - (PER_SQUARE - FEED_FORWARD);
        Self {
            layers: 1.0,
            width,
            ffn_ratio: RATIO,
            kv_dim: width,
            activation_rate: FEED_FORWARD / rest,
            block: Block::Unknown,
        }
    }

    /// Whether it is a shape and not a stand-in for one.
    pub fn is_shape(&self) -> bool {
        self.block != Block::Unknown
    }

    /// The value along one axis.
    pub const fn get(&self, axis: Axis) -> f64 {
        match axis {
            Axis::Layers => self.layers,
            Axis::Width => self.width,
            Axis::FfnRatio => self.ffn_ratio,
            Axis::KvDim => self.kv_dim,
            Axis::ActivationRate => self.activation_rate,
        }
    }
}

/// One of the five [`Features`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// l.
    Layers,
    /// d.
    Width,
    /// r over all activated experts.
    FfnRatio,
    /// `d_m`.
    KvDim,
    /// ρ.
    ActivationRate,
}

impl Axis {
    /// All of them, in the order of [`Features`].
    pub const ALL: [Self; 5] = [Self::Layers, Self::Width, Self::FfnRatio, Self::KvDim, Self::ActivationRate];

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Width => "width",
            Self::FfnRatio => "FFN ratio",
            Self::KvDim => "KV dimension",
            Self::ActivationRate => "activation rate",
        }
    }

    /// In files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Width => "width",
            Self::FfnRatio => "ffn_ratio",
            Self::KvDim => "kv_dim",
            Self::ActivationRate => "activation_rate",
        }
    }

    /// The largest value that a model can have on it, where there is one: no token uses more experts than there are.
    pub const fn most(self) -> f64 {
        match self {
            Self::ActivationRate => 1.0,
            Self::Layers | Self::Width | Self::FfnRatio | Self::KvDim => f64::MAX,
        }
    }
}

/// [`Axis::name`].
impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Axis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_fields_in_order() {
        let features = Features {
            layers: 1.0,
            width: 2.0,
            ffn_ratio: 3.0,
            kv_dim: 4.0,
            activation_rate: 0.5,
            block: Block::Gated,
        };
        let json = serde_json::to_value(features).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, Axis::ALL.map(Axis::key));
        for axis in Axis::ALL {
            assert_eq!(json[axis.key()], features.get(axis));
        }
        let matrices =
            |block| serde_json::to_value(Features { block, ..features }).unwrap()["feed_forward_matrices"].clone();
        assert_eq!([matrices(Block::Plain), matrices(Block::Unknown)], [2.into(), serde_json::Value::Null]);
    }
}
