//! One transformer's shape, and what follows from the shape alone: ratios and parameter counts.

use serde::{Deserialize, Serialize};

use super::features::Features;

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
    /// V: vocabulary size.
    pub vocab: u32,
    /// Whether the LM head shares the embedding's weights.
    pub tied: bool,
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
        }
    }
}

fn count(size: u32) -> String {
    crate::units::count(size as usize)
}

impl Architecture {
    /// The largest size of each kind that is believed, wherever a shape is typed or read: several times beyond any
    /// model, and small enough that even all of them together stay countable, with fewer than 2⁶³ parameters.
    pub const LIMITS: Self = Self {
        layers: 4_096,
        width: 131_072,
        heads: 4_096,
        head_dim: 4_096,
        kv_heads: 4_096,
        expert_hidden: 1_048_576,
        experts: 4_096,
        top_k: 4_096,
        vocab: 10_000_000,
        tied: false,
    };

    /// The largest FFN ratio, over all activated experts, that is believed.
    pub const LARGEST_FFN_RATIO: f64 = 1000.0;

    /// Names and sizes, in the order of the fields.
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
        if !self.heads.is_multiple_of(self.kv_heads) {
            return Err(InvalidShape::KvHeads { heads: self.heads, kv_heads: self.kv_heads });
        }
        if self.top_k > self.experts {
            return Err(InvalidShape::TopK { experts: self.experts, top_k: self.top_k });
        }
        Ok(())
    }

    /// r = K·h/d: feed-forward expansion over all activated experts.
    pub fn ffn_ratio(&self) -> f64 {
        f64::from(self.top_k) * f64::from(self.expert_hidden) / f64::from(self.width)
    }

    /// ρ = K/E: activation rate, 1 for a dense model.
    pub fn activation_rate(&self) -> f64 {
        f64::from(self.top_k) / f64::from(self.experts)
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

    /// Per layer: projections, two `RMSNorm`s, QK-norm over the head, experts, router; no biases. Equal to a
    /// Qwen3 / Qwen3-MoE of the same shape.
    fn parameters_with_experts(&self, experts: u32) -> u64 {
        let width = u64::from(self.width);
        let head_dim = u64::from(self.head_dim);
        let attention_dim = u64::from(self.heads) * head_dim;
        let kv_dim = u64::from(self.kv_heads) * head_dim;
        let router = if self.is_dense() { 0 } else { width * u64::from(self.experts) };
        let layer = 2 * width * attention_dim
            + 2 * width * kv_dim
            + 2 * width
            + 2 * head_dim
            + 3 * width * u64::from(self.expert_hidden) * u64::from(experts)
            + router;
        u64::from(self.layers) * layer + self.parameters_vocab() + width
    }
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
        if self.is_dense() { f.write_str("dense") } else { write!(f, "{} experts top-{}", self.experts, self.top_k) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::precision::Precision;
    use crate::engine::reference::QWEN2_5_0_5B;
    use crate::engine::roofline::Estimator;
    use crate::engine::sweep::tests::agx_orin;
    use crate::engine::workload::{MAX_BATCH, MAX_TOKENS, Workload};
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

    #[test]
    fn impossible_shapes_are_named() {
        let kv = Architecture { kv_heads: 4, ..QWEN2_5_0_5B };
        assert_eq!(kv.validate(), Err(InvalidShape::KvHeads { heads: 14, kv_heads: 4 }));
        let routed = Architecture { top_k: 2, ..QWEN2_5_0_5B };
        assert_eq!(routed.validate(), Err(InvalidShape::TopK { experts: 1, top_k: 2 }));
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
        let layer = 2 * width * (heads + kv_heads) * head_dim
            + 2 * (width + head_dim)
            + 3 * width * hidden * experts
            + width * experts;
        let all = layers * layer + 2 * vocab * width + width;
        assert_eq!(u128::from(largest.parameters_total()), all);
        assert!(all < 1 << 63);
    }

    proptest! {
        /// Sizes anywhere within the limits, their corners included: counts are exact, and memory and latency finite.
        #[test]
        fn within_the_limits_nothing_overflows(shares in prop::array::uniform9(0.0..=1.0_f64), tied in any::<bool>()) {
            let mut sizes = shares.iter().zip(Architecture::LIMITS.sizes()).map(|(share, (_, most))| {
                // Evenly over orders of magnitude.
                (f64::from(most).powf(*share).round() as u32).clamp(1, most)
            });
            let mut size = || sizes.next().unwrap();
            let (layers, width, kv_heads, head_dim) = (size(), size(), size(), size());
            let heads = kv_heads * (size() / kv_heads).max(1);
            let (expert_hidden, experts) = (size(), size());
            let top_k = size().min(experts);
            let vocab = size();
            let shape = Architecture {
                layers, width, heads, head_dim, kv_heads, expert_hidden, experts, top_k, vocab, tied,
            };
            prop_assume!(shape.validate().is_ok());
            let (total, active) = (shape.parameters_total(), shape.parameters_active());
            prop_assert!(active <= total && total <= Architecture::LIMITS.parameters_total());
            let workload =
                Workload { batch: MAX_BATCH, prompt_tokens: MAX_TOKENS, generated_tokens: MAX_TOKENS };
            let estimator = Estimator::new(&agx_orin(), Precision::FP16, workload).unwrap();
            prop_assert!(estimator.latency(&shape).total_s().is_finite());
            let memory = estimator.memory(&shape);
            prop_assert!(memory.total_bytes().is_finite() && memory.weights_bytes >= 1.9 * total as f64);
        }
    }
}
