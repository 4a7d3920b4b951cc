//! What published models have beside their matrices: a few thousandths of the weights. They do not matter to latency,
//! but without them no count equals the published one.

use super::architecture::Architecture;

/// Normalisations and biases, which families of models differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extras {
    /// Normalisations over the width, per layer: before attention and feed-forward block; in later Gemmas after them
    /// too.
    pub layer_norms: u32,
    /// Normalisation of queries and keys.
    pub qk_norm: QkNorm,
    /// Biases of the attention block.
    pub attention_bias: AttentionBias,
    /// Biases of the feed-forward block.
    pub feed_bias: FeedBias,
    /// The gate of a shared expert.
    pub shared_gate: SharedGate,
}

/// Over what queries and keys are normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QkNorm {
    /// They are not.
    None,
    /// Each head, with weights that all heads share.
    PerHead,
    /// All heads together.
    AllHeads,
}

/// Which projections of the attention block have a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttentionBias {
    /// None of them.
    None,
    /// Those of queries, keys and values.
    Qkv,
    /// These and the output's.
    All,
}

/// Whether the three matrices of a feed-forward block have biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedBias {
    /// They have none.
    None,
    /// Each has one.
    All,
}

/// What decides how much a token takes of a shared expert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedGate {
    /// Nothing: it takes all.
    None,
    /// One number per token, from a vector of weights over the width.
    PerToken,
}

impl Extras {
    /// Two normalisations per layer and nothing else: Llama, and what is built like it.
    pub const PLAIN: Self = Self {
        layer_norms: 2,
        qk_norm: QkNorm::None,
        attention_bias: AttentionBias::None,
        feed_bias: FeedBias::None,
        shared_gate: SharedGate::None,
    };

    /// Those of a family, by the `model_type` of its `config.json`, where its file says nothing else.
    pub fn of_family(model_type: &str) -> Option<Self> {
        Some(match model_type {
            "llama" | "mistral" | "mixtral" | "phi3" | "gemma" | "mobilellm" => Self::PLAIN,
            "qwen2" => Self { attention_bias: AttentionBias::Qkv, ..Self::PLAIN },
            "qwen2_moe" => {
                Self { attention_bias: AttentionBias::Qkv, shared_gate: SharedGate::PerToken, ..Self::PLAIN }
            }
            "qwen3" | "qwen3_moe" => Self { qk_norm: QkNorm::PerHead, ..Self::PLAIN },
            "olmoe" => Self { qk_norm: QkNorm::AllHeads, ..Self::PLAIN },
            "gemma2" => Self { layer_norms: 4, ..Self::PLAIN },
            "gemma3_text" => Self { layer_norms: 4, qk_norm: QkNorm::PerHead, ..Self::PLAIN },
            _ => return None,
        })
    }

    /// Parameters that they are, in a model of this shape with so many routed experts.
    pub(super) fn parameters(self, shape: &Architecture, experts: u32) -> u64 {
        let [width, head_dim, hidden, shared] =
            [shape.width, shape.head_dim, shape.expert_hidden, shape.shared_hidden].map(u64::from);
        let attention_dim = u64::from(shape.heads) * head_dim;
        let kv_dim = u64::from(shape.kv_heads) * head_dim;
        let has_shared = u64::from(shape.shared_hidden > 0);
        let qk_norm = match self.qk_norm {
            QkNorm::None => 0,
            QkNorm::PerHead => 2 * head_dim,
            QkNorm::AllHeads => attention_dim + kv_dim,
        };
        let attention_bias = match self.attention_bias {
            AttentionBias::None => 0,
            AttentionBias::Qkv => attention_dim + 2 * kv_dim,
            AttentionBias::All => attention_dim + 2 * kv_dim + width,
        };
        let feed_bias = match self.feed_bias {
            FeedBias::None => 0,
            FeedBias::All => u64::from(experts) * (2 * hidden + width) + has_shared * (2 * shared + width),
        };
        let shared_gate = match self.shared_gate {
            SharedGate::None => 0,
            SharedGate::PerToken => has_shared * width,
        };
        let layer = u64::from(self.layer_norms) * width + qk_norm + attention_bias + feed_bias + shared_gate;
        // The last is the normalisation before the LM head.
        u64::from(shape.layers) * layer + width
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::QWEN2_5_0_5B;

    #[test]
    fn each_part_is_counted_once() {
        let shape = Architecture { layers: 1, experts: 8, top_k: 2, shared_hidden: 64, ..QWEN2_5_0_5B };
        let plain = Extras::PLAIN.parameters(&shape, 8);
        assert_eq!(plain, 3 * 896);
        for (extras, wanted) in [
            (Extras { layer_norms: 4, ..Extras::PLAIN }, 2 * 896),
            (Extras { qk_norm: QkNorm::PerHead, ..Extras::PLAIN }, 64 + 64),
            (Extras { qk_norm: QkNorm::AllHeads, ..Extras::PLAIN }, 14 * 64 + 2 * 64),
            (Extras { attention_bias: AttentionBias::Qkv, ..Extras::PLAIN }, (14 + 2 + 2) * 64),
            (Extras { attention_bias: AttentionBias::All, ..Extras::PLAIN }, (14 + 2 + 2) * 64 + 896),
            (Extras { feed_bias: FeedBias::All, ..Extras::PLAIN }, 8 * (4864 + 4864 + 896) + 64 + 64 + 896),
            (Extras { shared_gate: SharedGate::PerToken, ..Extras::PLAIN }, 896),
        ] {
            assert_eq!(extras.parameters(&shape, 8) - plain, wanted, "{extras:?}");
        }
    }

    #[test]
    fn what_every_shape_counts_are_the_extras_of_qwen3() {
        let extras = Extras::of_family("qwen3").unwrap();
        let moe = Architecture { experts: 8, top_k: 2, ..QWEN2_5_0_5B };
        for shape in [QWEN2_5_0_5B, moe] {
            assert_eq!(
                shape.parameters_of_matrices(shape.experts) + extras.parameters(&shape, shape.experts),
                shape.parameters_total()
            );
        }
        assert_eq!(Extras::of_family("gpt2"), None);
    }
}
