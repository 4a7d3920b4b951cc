//! FLOPs and bytes of every operator in one forward pass.
//!
//! Operators are *visited*, not collected, so that the sweep can price millions of shapes without allocating.
//! T = B·S tokens pass through the linear operators; attention sees a context of `S_kv` tokens per sequence. Norms,
//! rotary embedding, residual adds and the activation function count as fused into their neighbours.

use super::dimensions::{Dimensions, Size};
use super::weights::WeightBytes;
use crate::architecture::Architecture;
use crate::precision::Precision;
use serde::{Serialize, Serializer};

/// One kernel launch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operator<S = f64> {
    /// Short name: `q_proj`, `attention`, ….
    pub name: &'static str,
    /// Executions per layer, or per forward pass for embedding and LM head.
    pub count: f64,
    /// Floating-point (or integer) operations of one execution.
    pub flops: S,
    /// Bytes of one execution moved between memory and chip.
    pub bytes: S,
    /// Whether it computes at the number format's rate; everything else computes in 16 bit.
    pub linear: bool,
}

impl<S: Size> Operator<S> {
    const fn linear(name: &'static str, count: f64, flops: S, bytes: S) -> Self {
        Self { name, count, flops, bytes, linear: true }
    }

    const fn bits16(name: &'static str, count: f64, flops: S, bytes: S) -> Self {
        Self { name, count, flops, bytes, linear: false }
    }
}

/// The roof that an operator hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// Visits the operators of one layer whose cost does not depend on the context.
#[inline]
pub(crate) fn visit_layer<S: Size>(
    sizes: &Dimensions<S>,
    precision: &Precision,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator<S>),
) {
    let tokens = pass.tokens();
    let Dimensions { width, attention_dim, kv_dim, experts, expert_hidden: hidden, .. } = *sizes;
    let WeightBytes { query, key_value, output, gate_up, down, shared, .. } = sizes.weights;
    let activation = precision.activation_bytes;

    let query_flops = width * (2.0 * tokens) * attention_dim;
    let query_activations = (width + attention_dim) * tokens * activation;
    visit(Operator::linear("q_proj", 1.0, query_flops, width * attention_dim * query + query_activations));
    visit(Operator::linear(
        "kv_proj",
        2.0,
        width * (2.0 * tokens) * kv_dim,
        width * kv_dim * key_value + width * tokens * activation + kv_dim * tokens * precision.kv_cache.bytes,
    ));
    visit(Operator::linear("o_proj", 1.0, query_flops, width * attention_dim * output + query_activations));
    if sizes.routed {
        visit(Operator::bits16(
            "router",
            1.0,
            width * (2.0 * tokens) * experts,
            width * experts * sizes.weights.router + (width + experts) * tokens * activation,
        ));
    }
    let routed_tokens = tokens * sizes.top_k;
    let ffn_flops = width * (2.0 * routed_tokens) * hidden;
    let ffn_weights = experts.expert_coverage(sizes.top_k, tokens) * width * hidden;
    let ffn_activations = (width + hidden) * routed_tokens * activation;
    visit(Operator::linear("gate_up", 2.0, ffn_flops, ffn_weights * gate_up + ffn_activations));
    visit(Operator::linear("down", 1.0, ffn_flops, ffn_weights * down + ffn_activations));
    if sizes.shared_hidden > 0.0 {
        // Gate, up and down of the expert that every token uses.
        let hidden = sizes.shared_hidden;
        let bytes = width * hidden * shared + (width + hidden) * tokens * activation;
        visit(Operator::linear("shared", 3.0, width * (2.0 * tokens) * hidden, bytes));
    }
}

/// Visits the attention operators of one layer; FLOPs and bytes are affine in the context.
#[inline]
pub(crate) fn visit_attention<S: Size>(
    sizes: &Dimensions<S>,
    precision: &Precision,
    attention: Attention,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator<S>),
) {
    let ForwardPass { batch, query_tokens, context_tokens } = *pass;
    let tokens = pass.tokens();
    let Dimensions { heads, attention_dim, kv_dim, .. } = *sizes;
    let activation = precision.activation_bytes;
    let scores = heads * batch * query_tokens * context_tokens;
    let causal = attention.causal_share(pass);
    let product_flops = attention_dim * (2.0 * tokens * context_tokens) * causal;
    let softmax_flops = scores * 5.0 * causal;
    let kv_bytes = kv_dim * (batch * context_tokens) * precision.kv_cache.bytes;
    let query_bytes = attention_dim * tokens * activation;
    match attention {
        Attention::Fused | Attention::FusedCausal => visit(Operator::bits16(
            "attention",
            1.0,
            product_flops * 2.0 + softmax_flops,
            query_bytes * 2.0 + kv_bytes * 2.0,
        )),
        Attention::Materialised(_) => {
            let score_bytes = scores * activation;
            visit(Operator::bits16("qk", 1.0, product_flops, query_bytes + kv_bytes + score_bytes));
            visit(Operator::bits16("softmax", 1.0, softmax_flops, score_bytes * 2.0));
            visit(Operator::bits16("sv", 1.0, product_flops, score_bytes + kv_bytes + query_bytes));
        }
    }
}

/// Visits what happens once per forward pass: the embedding's row gather and the LM head, which sees the last
/// position of each sequence only.
#[inline]
pub(crate) fn visit_once<S: Size>(
    sizes: &Dimensions<S>,
    precision: &Precision,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator<S>),
) {
    let Dimensions { width, vocab, .. } = *sizes;
    let activation = precision.activation_bytes;
    visit(Operator::bits16("embedding", 1.0, width * 0.0, width * (2.0 * pass.tokens()) * activation));
    visit(Operator::linear(
        "lm_head",
        1.0,
        width * (2.0 * pass.batch) * vocab,
        width * vocab * sizes.weights.head + (width + vocab) * pass.batch * activation,
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
    let sizes = Dimensions::of(shape, precision);
    let mut operators = Vec::with_capacity(16);
    visit_layer(&sizes, precision, pass, |op| operators.push(Operator { count: layers * op.count, ..op }));
    visit_attention(&sizes, precision, attention, pass, |op| {
        operators.push(Operator { count: layers * op.count, ..op });
    });
    visit_once(&sizes, precision, pass, |op| operators.push(op));
    operators
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::QWEN2_5_0_5B;

    /// Each of its three matrices costs what one of a dense block of its size does.
    #[test]
    fn a_shared_expert_is_a_dense_block_beside_the_routed_ones() {
        let pass = ForwardPass { batch: 2.0, query_tokens: 7.0, context_tokens: 7.0 };
        let layer = |shape: &Architecture| {
            let mut all = Vec::new();
            let sizes = Dimensions::of(shape, &Precision::W8A8);
            visit_layer(&sizes, &Precision::W8A8, &pass, |operator| all.push(operator));
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
}
