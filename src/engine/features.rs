//! What the law sees of an architecture: five numbers, and the axes that they are measured along.

use std::fmt;

use serde::{Serialize, Serializer};

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
}

impl Features {
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
        let features = Features { layers: 1.0, width: 2.0, ffn_ratio: 3.0, kv_dim: 4.0, activation_rate: 0.5 };
        let json = serde_json::to_value(features).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, Axis::ALL.map(Axis::key));
        for axis in Axis::ALL {
            assert_eq!(json[axis.key()], features.get(axis));
        }
    }
}
