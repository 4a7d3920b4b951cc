//! FLOPs and bytes of every operator in one forward pass.
//!
//! Operators are *visited*, not collected, so that the sweep can price millions of shapes without allocating.
//! T = B·S tokens pass through the linear operators; attention sees a context of `S_kv` tokens per sequence. Norms,
//! rotary embedding, residual adds and the activation function count as fused into their neighbours.

use super::weights::WeightBytes;
use crate::engine::architecture::Architecture;
use crate::engine::precision::Precision;
use serde::{Serialize, Serializer};

/// One kernel launch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operator {
    /// Short name: `q_proj`, `attention`, ….
    pub name: &'static str,
    /// Executions per layer, or per forward pass for embedding and LM head.
    pub count: f64,
    /// Floating-point (or integer) operations of one execution.
    pub flops: f64,
    /// Bytes of one execution moved between memory and chip.
    pub bytes: f64,
    /// Whether it computes at the number format's rate; everything else computes in 16 bit.
    pub linear: bool,
}

impl Operator {
    const fn linear(name: &'static str, count: f64, flops: f64, bytes: f64) -> Self {
        Self { name, count, flops, bytes, linear: true }
    }

    const fn bits16(name: &'static str, count: f64, flops: f64, bytes: f64) -> Self {
        Self { name, count, flops, bytes, linear: false }
    }
}

/// The roof that an operator hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// Arithmetic takes longer than traffic.
    Compute,
    /// Traffic takes longer than arithmetic.
    Memory,
}

/// How attention is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attention {
    /// One kernel; scores never leave the chip (Flash attention).
    #[default]
    Fused,
    /// One kernel that skips the masked half of the scores in prefill.
    FusedCausal,
    /// Three kernels that write and read the scores, as the paper's Tables 10–12 count them.
    Materialised(CausalMask),
}

/// Whether prefill computes the half of the scores that the causal mask discards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CausalMask {
    /// Computed and thrown away, as the paper counts.
    Computed,
    /// Skipped: prefill's attention FLOPs are halved.
    Skipped,
}

impl Attention {
    /// All of them, the default first.
    pub const ALL: [Self; 4] = [
        Self::Fused,
        Self::FusedCausal,
        Self::Materialised(CausalMask::Computed),
        Self::Materialised(CausalMask::Skipped),
    ];

    /// As typed on the command line and written in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fused => "fused",
            Self::FusedCausal => "fused-causal",
            Self::Materialised(CausalMask::Computed) => "materialised",
            Self::Materialised(CausalMask::Skipped) => "materialised-causal",
        }
    }

    /// In a few words, for lists and headings.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Fused => "one kernel, scores stay on the chip",
            Self::FusedCausal => "one kernel that skips the masked half in prefill",
            Self::Materialised(CausalMask::Computed) => "three kernels that write and read the scores",
            Self::Materialised(CausalMask::Skipped) => "three kernels, masked half skipped in prefill",
        }
    }

    fn causal_share(self, pass: &ForwardPass) -> f64 {
        match self {
            Self::FusedCausal | Self::Materialised(CausalMask::Skipped) if pass.query_tokens > 1.0 => 0.5,
            _ => 1.0,
        }
    }
}

impl Serialize for Attention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One pass through the model: B sequences of S query tokens, each seeing `S_kv` tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForwardPass {
    /// B.
    pub batch: f64,
    /// S: query tokens per sequence.
    pub query_tokens: f64,
    /// `S_kv`: tokens of context per sequence.
    pub context_tokens: f64,
}

impl ForwardPass {
    /// T = B·S.
    pub fn tokens(&self) -> f64 {
        self.batch * self.query_tokens
    }
}

/// N: expected number of distinct experts that `tokens` tokens touch under uniform independent routing,
/// `E·(1 − (1 − K/E)^T)`; K for one token, E for a long prompt, 1 for a dense model.
pub fn expert_coverage(experts: u32, top_k: u32, tokens: f64) -> f64 {
    if experts == 1 {
        return 1.0;
    }
    let (experts, top_k) = (f64::from(experts), f64::from(top_k));
    // Written with expm1 and ln_1p: one token must give K to the last digit.
    -experts * (tokens * (-top_k / experts).ln_1p()).exp_m1()
}

/// Visits the operators of one layer whose cost does not depend on the context.
#[inline]
pub(super) fn visit_layer(
    shape: &Architecture,
    precision: &Precision,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator),
) {
    let tokens = pass.tokens();
    let width = f64::from(shape.width);
    let attention_dim = shape.attention_dim();
    let kv_dim = shape.kv_dim();
    let (weight, activation) = (WeightBytes::of(shape, precision), precision.activation_bytes);

    let query_flops = 2.0 * tokens * width * attention_dim;
    let query_activations = tokens * (width + attention_dim) * activation;
    visit(Operator::linear("q_proj", 1.0, query_flops, width * attention_dim * weight.query + query_activations));
    visit(Operator::linear(
        "kv_proj",
        2.0,
        2.0 * tokens * width * kv_dim,
        width * kv_dim * weight.key_value + tokens * width * activation + tokens * kv_dim * precision.kv_cache.bytes,
    ));
    visit(Operator::linear("o_proj", 1.0, query_flops, width * attention_dim * weight.output + query_activations));
    if !shape.is_dense() {
        let experts = f64::from(shape.experts);
        visit(Operator::bits16(
            "router",
            1.0,
            2.0 * tokens * width * experts,
            width * experts * activation + tokens * (width + experts) * activation,
        ));
    }
    let hidden = f64::from(shape.expert_hidden);
    let routed_tokens = tokens * f64::from(shape.top_k);
    let ffn_flops = 2.0 * routed_tokens * width * hidden;
    let ffn_weights = expert_coverage(shape.experts, shape.top_k, tokens) * width * hidden;
    let ffn_activations = routed_tokens * (width + hidden) * activation;
    visit(Operator::linear("gate_up", 2.0, ffn_flops, ffn_weights * weight.gate_up + ffn_activations));
    visit(Operator::linear("down", 1.0, ffn_flops, ffn_weights * weight.down + ffn_activations));
    if shape.shared_hidden > 0 {
        // Gate, up and down of the expert that every token uses.
        let shared = f64::from(shape.shared_hidden);
        let bytes = width * shared * weight.shared + tokens * (width + shared) * activation;
        visit(Operator::linear("shared", 3.0, 2.0 * tokens * width * shared, bytes));
    }
}

/// Visits the attention operators of one layer; FLOPs and bytes are affine in the context.
#[inline]
pub(super) fn visit_attention(
    shape: &Architecture,
    precision: &Precision,
    attention: Attention,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator),
) {
    let ForwardPass { batch, query_tokens, context_tokens } = *pass;
    let tokens = pass.tokens();
    let attention_dim = shape.attention_dim();
    let activation = precision.activation_bytes;
    let scores = batch * f64::from(shape.heads) * query_tokens * context_tokens;
    let causal = attention.causal_share(pass);
    let product_flops = 2.0 * tokens * context_tokens * attention_dim * causal;
    let softmax_flops = 5.0 * scores * causal;
    let kv_bytes = batch * context_tokens * shape.kv_dim() * precision.kv_cache.bytes;
    let query_bytes = tokens * attention_dim * activation;
    match attention {
        Attention::Fused | Attention::FusedCausal => visit(Operator::bits16(
            "attention",
            1.0,
            2.0 * product_flops + softmax_flops,
            2.0 * query_bytes + 2.0 * kv_bytes,
        )),
        Attention::Materialised(_) => {
            let score_bytes = scores * activation;
            visit(Operator::bits16("qk", 1.0, product_flops, query_bytes + kv_bytes + score_bytes));
            visit(Operator::bits16("softmax", 1.0, softmax_flops, 2.0 * score_bytes));
            visit(Operator::bits16("sv", 1.0, product_flops, score_bytes + kv_bytes + query_bytes));
        }
    }
}

/// Visits what happens once per forward pass: the embedding's row gather and the LM head, which sees the last
/// position of each sequence only.
#[inline]
pub(super) fn visit_once(
    shape: &Architecture,
    precision: &Precision,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator),
) {
    let (width, vocab) = (f64::from(shape.width), f64::from(shape.vocab));
    let activation = precision.activation_bytes;
    visit(Operator::bits16("embedding", 1.0, 0.0, 2.0 * pass.tokens() * width * activation));
    visit(Operator::linear(
        "lm_head",
        1.0,
        2.0 * pass.batch * width * vocab,
        vocab * width * precision.head.bytes_in_rows_of(shape.width) + pass.batch * (width + vocab) * activation,
    ));
}

/// All operators of one forward pass, each with its executions over all layers: for what needs them more than once.
pub fn operators(
    shape: &Architecture,
    precision: &Precision,
    attention: Attention,
    pass: &ForwardPass,
) -> Vec<Operator> {
    let layers = f64::from(shape.layers);
    let mut operators = Vec::with_capacity(16);
    visit_layer(shape, precision, pass, |op| operators.push(Operator { count: layers * op.count, ..op }));
    visit_attention(shape, precision, attention, pass, |op| {
        operators.push(Operator { count: layers * op.count, ..op });
    });
    visit_once(shape, precision, pass, |op| operators.push(op));
    operators
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::reference::QWEN2_5_0_5B;

    /// Each of its three matrices costs what one of a dense block of its size does.
    #[test]
    fn a_shared_expert_is_a_dense_block_beside_the_routed_ones() {
        let pass = ForwardPass { batch: 2.0, query_tokens: 7.0, context_tokens: 7.0 };
        let layer = |shape: &Architecture| {
            let mut all = Vec::new();
            visit_layer(shape, &Precision::W8A8, &pass, |operator| all.push(operator));
            all
        };
        let routed = Architecture { experts: 60, top_k: 4, expert_hidden: 1408, ..QWEN2_5_0_5B };
        let mut with_shared = layer(&Architecture { shared_hidden: 5632, ..routed });
        let shared = with_shared.pop().unwrap();
        assert_eq!(with_shared, layer(&routed));
        let dense = layer(&Architecture { expert_hidden: 5632, ..QWEN2_5_0_5B });
        let [.., gate_up, down] = dense.as_slice() else { panic!("a feed-forward block") };
        assert_eq!(shared.count, gate_up.count + down.count);
        for part in [gate_up, down] {
            assert_eq!((shared.flops, shared.bytes, shared.linear), (part.flops, part.bytes, part.linear));
        }
    }

    #[test]
    fn one_token_touches_k_experts_and_a_long_prompt_all() {
        assert_eq!(expert_coverage(1, 1, 1024.0), 1.0);
        assert!((expert_coverage(16, 2, 1.0) - 2.0).abs() < 1e-14);
        assert!((expert_coverage(16, 1, 1024.0) - 16.0).abs() < 1e-12);
        assert!((expert_coverage(8, 8, 3.0) - 8.0).abs() < 1e-14);
        // Two tokens on one of two experts each: both the same with probability one half.
        assert!((expert_coverage(2, 1, 2.0) - 1.5).abs() < 1e-14);
    }
}
