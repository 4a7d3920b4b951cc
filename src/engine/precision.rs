//! Number formats: how many bytes a weight, an activation and a KV element take, and which rate computes them.
//!
//! Weights, LM head and KV cache are stored in formats of their own ([`Storage`]), because runtimes choose them
//! separately: a 4-bit model with a 16-bit head and an 8-bit cache is common. The format of the weights alone decides
//! what a board must be able to *compute*. Head and cache are expanded on the way.

mod capability;
mod file;
mod known;
mod mix;
mod penalty;
mod storage;

pub use capability::ComputeCapability;
pub use file::FileBytes;
pub use mix::{Matrices, Mix};
pub use penalty::{LossPenalties, LossPenalty};
pub use storage::{Storage, Stored};

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::architecture::Architecture;

/// The number format that the linear operators multiply in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComputeFormat {
    /// FP16 or BF16.
    Bits16,
    /// INT8.
    Int8,
    /// FP8.
    Fp8,
    /// FP4.
    Fp4,
}

impl ComputeFormat {
    /// As a profile file spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bits16 => "fp16",
            Self::Int8 => "int8",
            Self::Fp8 => "fp8",
            Self::Fp4 => "fp4",
        }
    }

    /// The first generation of NVIDIA GPUs whose tensor cores multiply in it: Volta for 16 bit, Xavier and Turing for
    /// INT8, Ada for FP8, Blackwell for FP4. `None` where every board has it.
    pub const fn tensor_cores_since(self) -> Option<ComputeCapability> {
        match self {
            Self::Bits16 => None,
            Self::Int8 => Some(ComputeCapability { major: 7, minor: 2 }),
            Self::Fp8 => Some(ComputeCapability { major: 8, minor: 9 }),
            Self::Fp4 => Some(ComputeCapability { major: 10, minor: 0 }),
        }
    }
}

/// A number format for the whole model: how its weights are stored and computed, and how LM head and KV cache are stored.
///
/// Weight-only formats are expanded to 16 bit before the product, so they save traffic but compute at the 16-bit rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// As typed on the command line.
    pub name: &'static str,
    /// In a few words, for lists.
    pub description: &'static str,
    /// `b_w`: weights of the linear layers, or of most of them.
    pub weights: Storage,
    /// What each of them is in, where they differ.
    pub mix: Option<&'static Mix>,
    /// An embedding that is not tied to the head. GGUF files store it in blocks too; others keep it in 16 bit, because
    /// it is looked up and not multiplied.
    pub embedding: Storage,
    /// `b_head`: weights of the LM head, and of an embedding tied to it.
    pub head: Storage,
    /// `b_kv`: elements of the KV cache.
    pub kv_cache: Storage,
    /// `b_a`: bytes per activation.
    pub activation_bytes: f64,
    /// What the linear operators multiply in.
    pub compute: ComputeFormat,
    /// Formats of one family unpack and multiply with variants of the same kernels, so they are calibrated together.
    pub family: &'static str,
    /// What each matrix takes in one file, where weights are priced as that file stores them.
    pub file: Option<&'static FileBytes>,
    /// Whether head and cache are what somebody chose, or what the format or a calibration has.
    pub chosen: Chosen,
    /// What all of it adds to every loss, nats per token, as given; 0 where nobody gave anything.
    pub loss_penalty_nats: f64,
}

/// Which parts of a number format somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are the parts'")]
pub struct Chosen {
    pub head: bool,
    pub kv_cache: bool,
}

impl Precision {
    /// The format of that name, in any case; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name.eq_ignore_ascii_case(name))
    }

    /// What each matrix of a layer is stored in, in a model of this shape.
    #[inline]
    pub fn matrices(&self, shape: &Architecture) -> Matrices {
        self.mix.map_or_else(|| Matrices::all(self.weights), |mix| mix.of(shape))
    }

    /// The same where sizes are real numbers and no shape is given.
    pub fn nominal_matrices(&self) -> Matrices {
        self.mix.map_or_else(|| Matrices::all(self.weights), Mix::nominal)
    }

    /// The same with an LM head stored in another format; `None` leaves its own.
    #[must_use]
    pub fn with_head(self, head: Option<Storage>) -> Self {
        let chosen = Chosen { head: self.chosen.head || head.is_some(), ..self.chosen };
        Self { head: head.unwrap_or(self.head), chosen, ..self }
    }

    /// Whether the model has an LM head: what reads only its hidden states pays for none.
    pub fn has_head(&self) -> bool {
        self.head != Storage::NONE
    }

    /// The same with a KV cache stored in another format; `None` leaves its own.
    #[must_use]
    pub fn with_kv_cache(self, kv_cache: Option<Storage>) -> Self {
        let chosen = Chosen { kv_cache: self.chosen.kv_cache || kv_cache.is_some(), ..self.chosen };
        Self { kv_cache: kv_cache.unwrap_or(self.kv_cache), chosen, ..self }
    }

    /// The same as an engine stores it: head and cache follow what was measured, unless somebody chose them or a file says
    /// how its head is stored.
    #[must_use]
    pub fn as_stored_by(self, head: Option<Storage>, kv_cache: Option<Storage>) -> Self {
        Self {
            head: head.filter(|_| !self.chosen.head && self.file.is_none()).unwrap_or(self.head),
            kv_cache: kv_cache.filter(|_| !self.chosen.kv_cache).unwrap_or(self.kv_cache),
            ..self
        }
    }

    /// The same with a loss penalty.
    #[must_use]
    pub const fn with_loss_penalty(self, loss_penalty_nats: f64) -> Self {
        Self { loss_penalty_nats, ..self }
    }

    /// Whether anything stored loses precision against what the law was trained in.
    pub fn is_quantised(&self) -> bool {
        [self.weights, self.head, self.kv_cache].into_iter().any(Storage::is_quantised)
    }

    /// `w4a16 · head fp16 · KV fp8`: its name, and what is not as that name alone would have it.
    pub fn in_short(&self) -> String {
        let own = Self::named(self.name).unwrap_or(*self);
        let mut words = self.name.to_owned();
        if self.head != own.head {
            words = words + " · head " + self.head.name;
        }
        if self.kv_cache != own.kv_cache {
            words = words + " · KV " + self.kv_cache.name;
        }
        words
    }
}

/// To be flattened into a document: `precision`, `head_format`, `kv_format`, `loss_penalty_nats_per_token`.
impl Serialize for Precision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys = serializer.serialize_struct("Precision", 4)?;
        keys.serialize_field("precision", self.name)?;
        keys.serialize_field("head_format", self.head.name)?;
        keys.serialize_field("kv_format", self.kv_cache.name)?;
        keys.serialize_field("loss_penalty_nats_per_token", &self.loss_penalty_nats)?;
        keys.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_s_own_head_and_cache_can_be_named() {
        for known in Precision::ALL {
            assert!(Storage::OF_HEADS.contains(&known.head), "{}", known.name);
            assert!(Storage::OF_KV_CACHES.contains(&known.kv_cache), "{}", known.name);
            assert_eq!(known.in_short(), known.name);
        }
    }

    #[test]
    fn what_departs_from_the_name_is_said_behind_it() {
        let mixed = Precision::FP16.with_kv_cache(Some(Storage::FP8));
        assert_eq!((mixed.in_short(), mixed.is_quantised()), ("fp16 · KV fp8".to_owned(), true));
        let mixed =
            Precision::named("W4A16").unwrap().with_head(Some(Storage::FP16)).with_kv_cache(Some(Storage::INT8));
        assert_eq!(mixed.in_short(), "w4a16 · KV int8");
        let mixed = mixed.with_head(Some(Storage::INT4));
        assert_eq!(mixed.in_short(), "w4a16 · head int4 · KV int8");
        assert_eq!(
            serde_json::to_string(&mixed).unwrap(),
            r#"{"precision":"w4a16","head_format":"int4","kv_format":"int8","loss_penalty_nats_per_token":0.0}"#
        );
        let explicit = Precision::named("q4_k_m").unwrap().with_head(Some(Storage::Q6_K)).with_kv_cache(None);
        assert_eq!(explicit.in_short(), "q4_k_m");
        assert!(!Precision::FP16.is_quantised());
    }
}
