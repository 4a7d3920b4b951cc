//! One transformer's shape, and what follows from the shape alone: ratios and parameter counts.

use serde::{Deserialize, Serialize};

use super::features::Features;
use super::layout::Layout;

/// A decoder-only transformer: grouped-query attention, `SwiGLU` feed-forward, dense or mixture of experts.
///
/// The hidden size of one expert is kept as the integer it is in a real model; the paper's ratio
/// r = K·h/d, which counts **all activated experts**, is derived from it ([`Self::ffn_ratio`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Architecture {
    /// l: transformer layers.
    pub layers: u32,
    /// d: hidden size.
    pub width: u32,
    /// `n_h`: query heads.
    pub heads: u32,
    /// `d_h`: size of one head; need not be `width / heads`.
    pub head_dim: u32,
    /// `n_kv`: key-value heads, a divisor of `heads`.
    pub kv_heads: u32,
    /// h: hidden size of **one** expert; of the feed-forward block in a dense model.
    pub expert_hidden: u32,
    /// E: experts per layer; 1 is dense.
    pub experts: u32,
    /// K: experts active per token.
    pub top_k: u32,
    /// s: hidden size of an expert that every token uses beside the routed ones; 0 where there is none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shared_hidden: u32,
    /// V: vocabulary size.
    pub vocab: u32,
    /// Whether the LM head shares the embedding's weights.
    pub tied: bool,
    /// How layers differ from the one that these sizes describe.
    #[serde(default, skip_serializing_if = "Layout::is_uniform")]
    pub layout: Layout,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(size: &u32) -> bool {
    *size == 0
}

/// Why a shape cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidShape {
    /// A size is zero; the field's name.
    Zero(&'static str),
    /// A size is beyond [`Architecture::LIMITS`].
    TooLarge {
        /// The field's name.
        field: &'static str,
        /// Its value.
        size: u32,
        /// The largest that is believed.
        most: u32,
    },
    /// `heads` is no multiple of `kv_heads`.
    KvHeads {
        /// Query heads.
        heads: u32,
        /// Key-value heads.
        kv_heads: u32,
    },
    /// More experts are active than there are.
    TopK {
        /// Experts per layer.
        experts: u32,
        /// Experts active per token.
        top_k: u32,
    },
    /// A shared expert stands beside routed ones, and there are none.
    SharedAlone,
}

impl std::error::Error for InvalidShape {}

impl std::fmt::Display for InvalidShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Zero(field) => write!(f, "{field} is 0, it must be at least 1"),
            Self::TooLarge { field, size, most } => {
                write!(f, "{field} is {}, it can be at most {}", count(*size), count(*most))
            }
            Self::KvHeads { heads, kv_heads } => {
                write!(f, "{heads} heads cannot share {kv_heads} KV heads: heads must be a multiple of kv_heads")
            }
            Self::TopK { experts, top_k } => {
                write!(f, "top_k {top_k} exceeds experts {experts}: a token cannot use more experts than there are")
            }
            Self::SharedAlone => f.write_str("a shared expert stands beside routed ones, and this shape is dense"),
        }
    }
}

fn count(size: u32) -> String {
    crate::units::count(size as usize)
}

impl Architecture {
    /// The largest size of each kind that is accepted, wherever a shape is typed or read. It is several times beyond
    /// any model. It is also small enough that a shape with all sizes at their limits still has fewer than 2⁶³
    /// parameters.
    pub const LIMITS: Self = Self {
        layers: 4_096,
        width: 131_072,
        heads: 4_096,
        head_dim: 4_096,
        kv_heads: 4_096,
        expert_hidden: 1_048_576,
        experts: 4_096,
        top_k: 4_096,
        shared_hidden: 1_048_576,
        vocab: 10_000_000,
        tied: false,
        layout: Layout::UNIFORM,
    };

    /// The largest FFN ratio, over all activated experts, that is believed.
    pub const LARGEST_FFN_RATIO: f64 = 1000.0;

    /// Names and sizes of what every model has, in the order of the fields.
    const fn sizes(&self) -> [(&'static str, u32); 9] {
        [
            ("layers", self.layers),
            ("width", self.width),
            ("heads", self.heads),
            ("head_dim", self.head_dim),
            ("kv_heads", self.kv_heads),
            ("expert_hidden", self.expert_hidden),
            ("experts", self.experts),
            ("top_k", self.top_k),
            ("vocab", self.vocab),
        ]
    }

    /// Checks that the shape can be built and is within [`Self::LIMITS`].
    pub fn validate(&self) -> Result<(), InvalidShape> {
        for ((field, size), (_, most)) in self.sizes().into_iter().zip(Self::LIMITS.sizes()) {
            if size == 0 {
                return Err(InvalidShape::Zero(field));
            }
            if size > most {
                return Err(InvalidShape::TooLarge { field, size, most });
            }
        }
        let most = Self::LIMITS.shared_hidden;
        if self.shared_hidden > most {
            return Err(InvalidShape::TooLarge { field: "shared_hidden", size: self.shared_hidden, most });
        }
        if !self.heads.is_multiple_of(self.kv_heads) {
            return Err(InvalidShape::KvHeads { heads: self.heads, kv_heads: self.kv_heads });
        }
        if self.top_k > self.experts {
            return Err(InvalidShape::TopK { experts: self.experts, top_k: self.top_k });
        }
        if self.shared_hidden > 0 && self.is_dense() {
            return Err(InvalidShape::SharedAlone);
        }
        self.layout.validate(self)
    }

    /// `layers=24,width=896,…`, as the command line takes it.
    pub fn as_typed(&self) -> String {
        let Self { layers, width, heads, head_dim, kv_heads, expert_hidden, .. } = self;
        let mut text = format!(
            "layers={layers},width={width},heads={heads},head_dim={head_dim},kv_heads={kv_heads},intermediate={expert_hidden}"
        );
        let mut add = |part: String| {
            text.push(',');
            text.push_str(&part);
        };
        if !self.is_dense() {
            add(format!("experts={},top_k={}", self.experts, self.top_k));
        }
        if self.shared_hidden > 0 {
            add(format!("shared={}", self.shared_hidden));
        }
        for part in self.layout.as_typed() {
            add(part);
        }
        add(format!("vocab={},tied={}", self.vocab, self.tied));
        text
    }

    /// Hidden size of all that a token uses: K·h, and the shared expert's.
    pub fn active_hidden(&self) -> f64 {
        self.hidden_of(self.top_k)
    }

    /// r = K·h/d: feed-forward expansion over all activated experts, a shared one included.
    pub fn ffn_ratio(&self) -> f64 {
        self.active_hidden() / f64::from(self.width)
    }

    /// ρ = K/E: activation rate, 1 for a dense model. With a shared expert, the share of the feed-forward weights that
    /// a token uses.
    pub fn activation_rate(&self) -> f64 {
        self.active_hidden() / self.hidden_of(self.experts)
    }

    /// Hidden size of so many routed experts and the shared one.
    fn hidden_of(&self, experts: u32) -> f64 {
        f64::from(experts) * f64::from(self.expert_hidden) + f64::from(self.shared_hidden)
    }

    /// `d_a` = `n_h`·`d_h`: width of the attention block; equals `width` in the paper.
    pub fn attention_dim(&self) -> f64 {
        f64::from(self.heads) * f64::from(self.head_dim)
    }

    /// `d_m` = `n_kv`·`d_h`: KV dimension.
    pub fn kv_dim(&self) -> f64 {
        f64::from(self.kv_heads) * f64::from(self.head_dim)
    }

    /// Whether every token passes through the whole feed-forward block.
    pub fn is_dense(&self) -> bool {
        self.experts == 1
    }

    /// What the loss law sees of this shape.
    pub fn features(&self) -> Features {
        Features {
            layers: f64::from(self.layers),
            width: f64::from(self.width),
            ffn_ratio: self.ffn_ratio(),
            kv_dim: self.kv_dim(),
            activation_rate: self.activation_rate(),
            block: self.layout.feed_forward.into(),
        }
    }

    /// Parameters held in memory.
    pub fn parameters_total(&self) -> u64 {
        self.parameters_with_experts(self.experts)
    }

    /// Parameters that one token uses: K of E experts.
    pub fn parameters_active(&self) -> u64 {
        self.parameters_with_experts(self.top_k)
    }

    /// Parameters of the embedding, and of the LM head where it is not tied.
    pub fn parameters_vocab(&self) -> u64 {
        u64::from(self.vocab) * u64::from(self.width) * if self.tied { 1 } else { 2 }
    }

    /// Matrices, two `RMSNorm`s per layer and one at the end, QK-norm over the head, no biases. That equals a Qwen3 or
    /// Qwen3-MoE of the same shape. [`Extras`](super::extras::Extras) counts what other families have more or less.
    fn parameters_with_experts(&self, experts: u32) -> u64 {
        let (width, head_dim) = (u64::from(self.width), u64::from(self.head_dim));
        let norms = u64::from(self.layers) * (2 * width + 2 * head_dim) + width;
        self.parameters_of_matrices(experts) + norms
    }

    /// Projections, so many routed experts and the shared one, router, embedding, LM head.
    pub(super) fn parameters_of_matrices(&self, experts: u32) -> u64 {
        let [width, heads, layers] = [self.width, self.heads, self.layers].map(u64::from);
        let attention = self.attention_blocks().map(|block| {
            let [head_dim, kv_heads, projections] =
                [block.head_dim, block.kv_heads, block.keys.projections()].map(u64::from);
            u64::from(block.layers) * width * head_dim * (2 * heads + projections * kv_heads)
        });
        let matrices = u64::from(self.layout.feed_forward.matrices_in() + 1);
        let feed = self.feed_blocks().map(|block| {
            let router = if block.experts == 1 { 0 } else { width * u64::from(block.experts) };
            // A dense block has one, whatever is counted of the mixtures.
            let counted = if block.experts == 1 { 1 } else { experts };
            let hidden = u64::from(block.hidden) * u64::from(counted) + u64::from(block.shared_hidden);
            u64::from(block.layers) * (matrices * width * hidden + router)
        });
        let of_each_layer = self.layout.layer_embedding.map_or(0, |embedding| {
            let [size, vocab] = [embedding.size, embedding.vocab].map(u64::from);
            layers * (2 * width * size + width * size + vocab * size)
        });
        attention.sum::<u64>() + feed.sum::<u64>() + of_each_layer + self.parameters_vocab()
    }
}

/// `dense`, `16 experts top-2`.
pub fn experts_in_words(experts: u32, top_k: u32) -> String {
    if experts == 1 { "dense".to_owned() } else { format!("{experts} experts top-{top_k}") }
}

/// `24×896 · 14 heads, 2 KV · r 5.43 · dense`: the one-line name that people recognise a shape by.
impl std::fmt::Display for Architecture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}×{} · {} heads, {} KV · r {} · ",
            self.layers,
            self.width,
            self.heads,
            self.kv_heads,
            crate::units::ratio(self.ffn_ratio())
        )?;
        f.write_str(&experts_in_words(self.experts, self.top_k))?;
        if self.shared_hidden > 0 { f.write_str(" and a shared one") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;
    use crate::precision::Precision;
    use crate::reference::QWEN2_5_0_5B;
    use crate::roofline::Estimator;
    use crate::workload::{MAX_BATCH, MAX_TOKENS, Workload};
    use proptest::prelude::*;

    #[test]
    fn qwen2_5_shape_counts_as_in_the_check_values() {
        assert_eq!(QWEN2_5_0_5B.parameters_total(), 494_008_192);
        assert_eq!(QWEN2_5_0_5B.parameters_active(), 494_008_192);
    }

    #[test]
    fn only_active_experts_count_as_active() {
        let moe = Architecture { layers: 16, width: 1792, heads: 28, expert_hidden: 896, experts: 16, ..QWEN2_5_0_5B };
        assert_eq!(moe.parameters_total(), 1_616_015_104);
        assert_eq!(moe.parameters_active(), 459_960_064);
    }

    #[test]
    fn ratio_counts_all_activated_experts() {
        let top2 = Architecture { width: 1024, expert_hidden: 512, experts: 8, top_k: 2, ..QWEN2_5_0_5B };
        assert!((top2.ffn_ratio() - 1.0).abs() < 1e-15);
        assert!((top2.activation_rate() - 0.25).abs() < 1e-15);
    }

    /// Qwen1.5-MoE-A2.7B: four of sixty experts of 1408 and a shared one of 5632, as much as four of them. A token uses
    /// as much as 8 of 64 equal experts.
    #[test]
    fn a_shared_expert_counts_by_its_weights() {
        let routed = Architecture {
            layers: 24,
            width: 2048,
            heads: 16,
            head_dim: 128,
            kv_heads: 16,
            expert_hidden: 1408,
            experts: 60,
            top_k: 4,
            ..QWEN2_5_0_5B
        };
        let shape = Architecture { shared_hidden: 5632, ..routed };
        assert_eq!((shape.ffn_ratio(), shape.activation_rate()), (5.5, 0.125));
        let equal = Architecture { experts: 64, top_k: 8, ..routed };
        assert_eq!(shape.features(), equal.features());
        let shared = 24 * 3 * 2048 * 5632;
        assert_eq!(shape.parameters_total(), routed.parameters_total() + shared);
        assert_eq!(shape.parameters_active(), routed.parameters_active() + shared);
        assert_eq!(shape.to_string(), "24×2048 · 16 heads, 16 KV · r 5.5 · 60 experts top-4 and a shared one");
        let json = serde_json::to_value(routed).unwrap();
        assert!(json.get("shared_hidden").is_none());
        assert_eq!(serde_json::from_value::<Architecture>(json).unwrap(), routed);
    }

    #[test]
    fn impossible_shapes_are_named() {
        let kv = Architecture { kv_heads: 4, ..QWEN2_5_0_5B };
        assert_eq!(kv.validate(), Err(InvalidShape::KvHeads { heads: 14, kv_heads: 4 }));
        let routed = Architecture { top_k: 2, ..QWEN2_5_0_5B };
        assert_eq!(routed.validate(), Err(InvalidShape::TopK { experts: 1, top_k: 2 }));
        let alone = Architecture { shared_hidden: 64, ..QWEN2_5_0_5B };
        assert_eq!(alone.validate(), Err(InvalidShape::SharedAlone));
        let empty = Architecture { layers: 0, ..QWEN2_5_0_5B };
        assert_eq!(empty.validate(), Err(InvalidShape::Zero("layers")));
        let deep = Architecture { layers: 100_000_000, ..QWEN2_5_0_5B };
        let invalid = deep.validate().unwrap_err();
        assert_eq!(invalid, InvalidShape::TooLarge { field: "layers", size: 100_000_000, most: 4096 });
        assert_eq!(invalid.to_string(), "layers is 100,000,000, it can be at most 4,096");
        assert_eq!(QWEN2_5_0_5B.validate(), Ok(()));
    }

    #[test]
    fn the_largest_shape_can_still_be_counted() {
        let largest = Architecture::LIMITS;
        assert_eq!(largest.validate(), Ok(()));
        // In 128 bits, where nothing can overflow.
        let [layers, width, heads, head_dim, kv_heads, hidden, experts, _, vocab] =
            largest.sizes().map(|(_, size)| u128::from(size));
        let shared = u128::from(largest.shared_hidden);
        let layer = 2 * width * (heads + kv_heads) * head_dim
            + 2 * (width + head_dim)
            + 3 * width * (hidden * experts + shared)
            + width * experts;
        let all = layers * layer + 2 * vocab * width + width;
        assert_eq!(u128::from(largest.parameters_total()), all);
        assert!(all < 1 << 63);
    }

    proptest! {
        /// Sizes anywhere within the limits, their corners included: counts are exact, and memory and latency finite.
        #[test]
        fn within_the_limits_nothing_overflows(shares in prop::array::uniform10(0.0..=1.0_f64), tied in any::<bool>()) {
            let most = Architecture::LIMITS.sizes().map(|(_, most)| most).into_iter();
            let most = most.chain([Architecture::LIMITS.shared_hidden]);
            let mut sizes = shares.iter().zip(most).map(|(share, most)| {
                // Evenly over orders of magnitude.
                (f64::from(most).powf(*share).round() as u32).clamp(1, most)
            });
            let mut size = || sizes.next().unwrap();
            let (layers, width, kv_heads, head_dim) = (size(), size(), size(), size());
            let heads = kv_heads * (size() / kv_heads).max(1);
            let (expert_hidden, experts) = (size(), size());
            let top_k = size().min(experts);
            let vocab = size();
            let shared_hidden = if experts == 1 { 0 } else { size() };
            let shape = Architecture {
                layers, width, heads, head_dim, kv_heads, expert_hidden, experts, top_k, shared_hidden, vocab, tied,
                layout: Layout::UNIFORM,
            };
            prop_assume!(shape.validate().is_ok());
            let (total, active) = (shape.parameters_total(), shape.parameters_active());
            prop_assert!(active <= total && total <= Architecture::LIMITS.parameters_total());
            let workload =
                Workload { cached_tokens: 0, batch: MAX_BATCH, prompt_tokens: MAX_TOKENS, generated_tokens: MAX_TOKENS };
            let estimator = Estimator::new(&agx_orin(), Precision::FP16, workload).unwrap();
            prop_assert!(estimator.latency(&shape).total_s().is_finite());
            let memory = estimator.memory(&shape);
            prop_assert!(memory.total_bytes().is_finite() && memory.weights_bytes >= 1.9 * total as f64);
        }
    }
}
