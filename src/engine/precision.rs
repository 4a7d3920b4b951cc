//! Number formats: how many bytes a weight, an activation and a KV element take, and which rate computes them.

use serde::{Serialize, Serializer};

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
}

/// A named number format for the whole model.
///
/// `b_w` is the *effective* size: block scales and zero points are part of it. Weight-only formats are expanded to
/// 16 bit before the product, so they save traffic but compute at the 16-bit rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// As typed on the command line.
    pub name: &'static str,
    /// In a few words, for lists.
    pub description: &'static str,
    /// `b_w`: bytes per weight of the linear layers.
    pub weight_bytes: f64,
    /// `b_head`: bytes per weight of the LM head, and of an embedding tied to it.
    pub head_bytes: f64,
    /// `b_a`: bytes per activation.
    pub activation_bytes: f64,
    /// `b_kv`: bytes per KV-cache element.
    pub kv_bytes: f64,
    /// What the linear operators multiply in.
    pub compute: ComputeFormat,
}

const fn format(name: &'static str, description: &'static str, weight_bytes: f64, compute: ComputeFormat) -> Precision {
    Precision {
        name,
        description,
        weight_bytes,
        head_bytes: weight_bytes,
        activation_bytes: 2.0,
        kv_bytes: 2.0,
        compute,
    }
}

impl Precision {
    /// IEEE half precision throughout, the default.
    pub const FP16: Self = format("fp16", "16-bit throughout", 2.0, ComputeFormat::Bits16);
    /// INT8 weights and activations, one scale per output channel.
    pub const W8A8: Self = format("w8a8", "INT8 weights and activations", 1.0, ComputeFormat::Int8);

    /// What `llama-quantize` calls `Q4_K_M`: half of the value and down projections in `Q6_K`, as are embedding and head.
    const Q4_K_M: Self = Self {
        head_bytes: 210.0 / 256.0,
        ..format("q4_k_m", "GGUF Q4_K_M, 16-bit compute, head Q6_K", 0.600, ComputeFormat::Bits16)
    };

    /// All known formats, in the order in which a control cycles through them.
    ///
    /// Effective sizes: int8 per channel 1; AWQ/GPTQ in groups of 128: 4 bit, a 16-bit scale and a 4-bit zero point
    /// rounded as 0.516; GGUF blocks `Q8_0` 34 bytes per 32 weights, `Q4_0` 18 per 32, `Q4_K` 144 per 256; NVFP4 an
    /// FP8 scale per 16 weights.
    pub const ALL: [Self; 11] = [
        Self::FP16,
        format("bf16", "bfloat16 throughout", 2.0, ComputeFormat::Bits16),
        Self::W8A8,
        format("w8a16", "INT8 weights, 16-bit compute", 1.0, ComputeFormat::Bits16),
        format("w4a16", "INT4 weights (AWQ, GPTQ g128), 16-bit compute", 0.516, ComputeFormat::Bits16),
        format("q8_0", "GGUF Q8_0, 16-bit compute", 34.0 / 32.0, ComputeFormat::Bits16),
        format("q4_0", "GGUF Q4_0, 16-bit compute", 18.0 / 32.0, ComputeFormat::Bits16),
        format("q4_k", "GGUF Q4_K, 16-bit compute", 144.0 / 256.0, ComputeFormat::Bits16),
        Self::Q4_K_M,
        format("fp8", "FP8 weights and activations", 1.0, ComputeFormat::Fp8),
        format("nvfp4", "NVFP4 weights and activations", 0.5625, ComputeFormat::Fp4),
    ];

    /// The format of that name, in any case; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name.eq_ignore_ascii_case(name))
    }

    /// Whether weights lose precision against what the law was trained in: no quality loss is modelled for it.
    pub fn is_quantised(&self) -> bool {
        self.weight_bytes < 2.0
    }
}

impl Serialize for Precision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}
