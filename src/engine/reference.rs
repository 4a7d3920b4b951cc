//! Models people know, to find one's bearings on the chart.

use super::architecture::Architecture;

/// Qwen2.5-0.5B's shape, the paper's baseline (§4.3.5). Its QKV biases are left out, as everywhere in this model.
pub const QWEN2_5_0_5B: Architecture = Architecture {
    layers: 24,
    width: 896,
    heads: 14,
    head_dim: 64,
    kv_heads: 2,
    expert_hidden: 4864,
    experts: 1,
    top_k: 1,
    vocab: 151_936,
    tied: true,
};

/// A known shape with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceModel {
    /// As people write it.
    pub name: &'static str,
    /// Its shape.
    pub architecture: Architecture,
}

/// The baseline that comparisons are made against.
pub const BASELINE: ReferenceModel = ReferenceModel { name: "Qwen2.5-0.5B", architecture: QWEN2_5_0_5B };

/// Small models that fit the boards this program is for; shapes from their published config.json files.
pub const REFERENCE_MODELS: [ReferenceModel; 3] = [
    BASELINE,
    ReferenceModel {
        name: "Qwen3-0.6B",
        architecture: Architecture {
            layers: 28,
            width: 1024,
            heads: 16,
            head_dim: 128,
            kv_heads: 8,
            expert_hidden: 3072,
            ..QWEN2_5_0_5B
        },
    },
    ReferenceModel {
        name: "Llama-3.2-1B",
        architecture: Architecture {
            layers: 16,
            width: 2048,
            heads: 32,
            kv_heads: 8,
            expert_hidden: 8192,
            vocab: 128_256,
            ..QWEN2_5_0_5B
        },
    },
];
