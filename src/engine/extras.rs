//! What published models have beside their matrices: a few thousandths of the weights. They do not matter to latency,
//! but without them no count equals the published one.

use super::architecture::Architecture;

/// Normalisations, biases and small weights, which families of models differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extras {
    /// Normalisations over the width, per layer: before attention and feed-forward block; in later Gemmas after them
    /// too.
    pub layer_norms: u32,
    /// What each of them has learned.
    pub norm: Norm,
    /// Normalisation of queries and keys.
    pub qk_norm: QkNorm,
    /// Biases of the attention block.
    pub attention_bias: AttentionBias,
    /// Biases of the feed-forward block.
    pub feed_bias: FeedBias,
    /// Biases of the router, one per expert.
    pub router_bias: RouterBias,
    /// The gate of a shared expert.
    pub shared_gate: SharedGate,
    /// Weights of each layer that no other rule gives, such as one number per head.
    pub of_each_layer: u64,
    /// Weights that stand once and that no other rule gives, such as a table of positions.
    pub once: u64,
}

/// What a normalisation over the width has learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// Nothing.
    Plain,
    /// A factor per feature.
    Scale,
    /// A factor and an offset.
    ScaleAndOffset,
}

impl Norm {
    const fn vectors(self) -> u64 {
        match self {
            Self::Plain => 0,
            Self::Scale => 1,
            Self::ScaleAndOffset => 2,
        }
    }
}

/// Over what queries and keys are normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QkNorm {
    /// They are not.
    None,
    /// Each head, with weights that all heads share.
    PerHead,
    /// Each head, with a factor and an offset that all heads share.
    PerHeadWithOffset,
    /// All heads together, or each with weights of its own: as many either way.
    AllHeads,
}

/// Which projections of the attention block have a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttentionBias {
    /// None of them.
    None,
    /// Those of queries, keys and values.
    Qkv,
    /// The output's.
    Output,
    /// All four.
    All,
}

impl AttentionBias {
    const fn of_inputs(self) -> bool {
        matches!(self, Self::Qkv | Self::All)
    }

    const fn of_output(self) -> bool {
        matches!(self, Self::Output | Self::All)
    }
}

/// Whether the matrices of a feed-forward block have biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedBias {
    /// They have none.
    None,
    /// Each has one.
    All,
}

/// Whether a router has biases that were learned as weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouterBias {
    /// It has none.
    None,
    /// One per expert.
    PerExpert,
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
        norm: Norm::Scale,
        qk_norm: QkNorm::None,
        attention_bias: AttentionBias::None,
        feed_bias: FeedBias::None,
        router_bias: RouterBias::None,
        shared_gate: SharedGate::None,
        of_each_layer: 0,
        once: 0,
    };

    /// Parameters that they are, in a model of this shape with so many routed experts.
    pub(super) fn parameters(self, shape: &Architecture, experts: u32) -> u64 {
        let [width, heads, layers] = [shape.width, shape.heads, shape.layers].map(u64::from);
        let attention = shape.attention_blocks().map(|block| {
            let [head_dim, kv_heads, projections] =
                [block.head_dim, block.kv_heads, block.keys.projections()].map(u64::from);
            // A layer that borrows its keys normalises queries alone.
            let own_keys = u64::from(block.keys.are_cached());
            let qk_norm = match self.qk_norm {
                QkNorm::None => 0,
                QkNorm::PerHead => (1 + own_keys) * head_dim,
                QkNorm::PerHeadWithOffset => 2 * (1 + own_keys) * head_dim,
                QkNorm::AllHeads => (heads + own_keys * kv_heads) * head_dim,
            };
            let of_inputs = u64::from(self.attention_bias.of_inputs()) * (heads + projections * kv_heads) * head_dim;
            let of_output = u64::from(self.attention_bias.of_output()) * width;
            u64::from(block.layers) * (qk_norm + of_inputs + of_output)
        });
        let inwards = u64::from(shape.layout.feed_forward.matrices_in());
        let feed = shape.feed_blocks().map(|block| {
            let [hidden, shared] = [block.hidden, block.shared_hidden].map(u64::from);
            let has_shared = u64::from(block.shared_hidden > 0);
            let routed = block.experts > 1;
            let counted = if routed { u64::from(experts) } else { 1 };
            let bias = match self.feed_bias {
                FeedBias::None => 0,
                FeedBias::All => counted * (inwards * hidden + width) + has_shared * (inwards * shared + width),
            };
            let of_router = match self.router_bias {
                RouterBias::PerExpert if routed => u64::from(block.experts),
                RouterBias::PerExpert | RouterBias::None => 0,
            };
            let shared_gate = match self.shared_gate {
                SharedGate::None => 0,
                SharedGate::PerToken => has_shared * width,
            };
            u64::from(block.layers) * (bias + of_router + shared_gate)
        });
        let norm = self.norm.vectors() * width;
        let norms = layers * u64::from(self.layer_norms) * norm;
        // The last is the normalisation before the LM head.
        attention.sum::<u64>() + feed.sum::<u64>() + norms + layers * self.of_each_layer + norm + self.once
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{DenseLayers, FeedForward, Layout};
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
            (Extras { norm: Norm::ScaleAndOffset, ..Extras::PLAIN }, 3 * 896),
            (Extras { qk_norm: QkNorm::PerHeadWithOffset, ..Extras::PLAIN }, 4 * 64),
            (Extras { attention_bias: AttentionBias::Output, ..Extras::PLAIN }, 896),
            (Extras { router_bias: RouterBias::PerExpert, ..Extras::PLAIN }, 8),
            (Extras { of_each_layer: 14, once: 5, ..Extras::PLAIN }, 19),
        ] {
            assert_eq!(extras.parameters(&shape, 8) - plain, wanted, "{extras:?}");
        }
    }

    /// By layer: a dense layer has no router's biases, and one that borrows its keys no normalisation of them.
    #[test]
    fn layers_that_differ_have_extras_of_their_own() {
        let layout = Layout {
            dense: Some(DenseLayers { layers: 1, hidden: 10 }),
            borrowing_layers: 2,
            feed_forward: FeedForward::Plain,
            ..Layout::UNIFORM
        };
        let shape = Architecture { layers: 3, experts: 8, top_k: 2, layout, ..QWEN2_5_0_5B };
        let plain = Extras::PLAIN.parameters(&shape, 8);
        for (extras, wanted) in [
            (Extras { router_bias: RouterBias::PerExpert, ..Extras::PLAIN }, 2 * 8),
            (Extras { qk_norm: QkNorm::PerHead, ..Extras::PLAIN }, 64 + 3 * 64),
            (Extras { attention_bias: AttentionBias::Qkv, ..Extras::PLAIN }, 3 * 14 * 64 + 2 * 2 * 64),
            (Extras { feed_bias: FeedBias::All, ..Extras::PLAIN }, 10 + 896 + 2 * 8 * (4864 + 896)),
        ] {
            assert_eq!(extras.parameters(&shape, 8) - plain, wanted, "{extras:?}");
        }
    }

    #[test]
    fn what_every_shape_counts_are_the_extras_of_qwen3() {
        let extras = Extras { qk_norm: QkNorm::PerHead, ..Extras::PLAIN };
        let moe = Architecture { experts: 8, top_k: 2, ..QWEN2_5_0_5B };
        for shape in [QWEN2_5_0_5B, moe] {
            assert_eq!(
                shape.parameters_of_matrices(shape.experts) + extras.parameters(&shape, shape.experts),
                shape.parameters_total()
            );
        }
    }
}
