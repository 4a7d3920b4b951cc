//! FLOPs and bytes of every operator in one forward pass.
//!
//! Operators are *visited*, not collected, so that the sweep can price millions of shapes without allocating.
//! T = B·S tokens pass through the linear operators; what attention sees of the cache, the [pass](super::passes) says.
//! Norms, rotary embedding, residual adds and the activation function count as fused into their neighbours.
//!
//! Attention skips what the causal mask discards, because flash kernels do. A time that counts it would be no lower
//! bound: at 32k tokens it is 1.7 times the other. The paper counts the whole matrix, and so does what is compared with
//! the paper ([`Attention::Fused`]).

use super::dimensions::{Dimensions, Size};
use super::passes::{ForwardPass, Mask};
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
    /// One kernel that skips masked scores; scores never leave the chip (Flash attention).
    #[default]
    FusedCausal,
    /// One kernel that computes the whole matrix, as the paper's FLOPs count it.
    Fused,
    /// Three kernels that write and read the scores, as the paper's Tables 10–12 count them.
    Materialised(CausalMask),
}

/// Whether prefill computes the half of the scores that the causal mask discards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CausalMask {
    /// Computed and thrown away, as the paper counts.
    Computed,
    /// Skipped: about half of a prompt's.
    Skipped,
}

impl Attention {
    /// As the paper counts FLOPs: the whole score matrix, in one kernel.
    pub const PAPER: Self = Self::Fused;

    /// All of them, the default first.
    pub const ALL: [Self; 4] = [
        Self::FusedCausal,
        Self::Fused,
        Self::Materialised(CausalMask::Skipped),
        Self::Materialised(CausalMask::Computed),
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
            Self::FusedCausal => "one kernel, masked scores skipped",
            Self::Fused => "one kernel, the whole score matrix computed, as the paper counts",
            Self::Materialised(CausalMask::Skipped) => {
                "three kernels that write and read the scores, masked ones not computed"
            }
            Self::Materialised(CausalMask::Computed) => "three kernels that write and read the whole score matrix",
        }
    }

    /// Whether no kernel does less, so that an ideal time is a lower bound.
    pub const fn is_least(self) -> bool {
        matches!(self, Self::FusedCausal)
    }

    /// Which products are computed.
    pub const fn mask(self) -> Mask {
        match self {
            Self::FusedCausal | Self::Materialised(CausalMask::Skipped) => Mask::Causal,
            Self::Fused | Self::Materialised(CausalMask::Computed) => Mask::Whole,
        }
    }
}

impl Serialize for Attention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Visits the projections of one layer's attention block; their cost does not depend on the context.
#[inline]
pub(crate) fn visit_projections<S: Size>(
    sizes: &Dimensions<S>,
    precision: &Precision,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator<S>),
) {
    let tokens = pass.tokens();
    let Dimensions { width, attention_dim, kv_dim, kv_projections, .. } = *sizes;
    let WeightBytes { query, key_value, output, .. } = sizes.weights;
    let activation = precision.activation_bytes;

    let query_flops = width * (2.0 * tokens) * attention_dim;
    let query_activations = (width + attention_dim) * tokens * activation;
    visit(Operator::linear("q_proj", 1.0, query_flops, width * attention_dim * query + query_activations));
    if kv_projections > 0.0 {
        visit(Operator::linear(
            "kv_proj",
            kv_projections,
            width * (2.0 * tokens) * kv_dim,
            width * kv_dim * key_value + width * tokens * activation + kv_dim * tokens * precision.kv_cache.bytes,
        ));
    }
    visit(Operator::linear("o_proj", 1.0, query_flops, width * attention_dim * output + query_activations));
}

/// Visits the operators of one layer's feed-forward block.
#[inline]
pub(crate) fn visit_feed<S: Size>(
    sizes: &Dimensions<S>,
    precision: &Precision,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator<S>),
) {
    let tokens = pass.tokens();
    let Dimensions { width, experts, expert_hidden: hidden, matrices_in, .. } = *sizes;
    let WeightBytes { gate_up, down, shared, router, .. } = sizes.weights;
    let activation = precision.activation_bytes;
    if sizes.routed {
        visit(Operator::bits16(
            "router",
            1.0,
            width * (2.0 * tokens) * experts,
            width * experts * router + (width + experts) * tokens * activation,
        ));
    }
    let routed_tokens = tokens * sizes.top_k;
    let ffn_flops = width * (2.0 * routed_tokens) * hidden;
    let ffn_weights = experts.expert_coverage(sizes.top_k, tokens) * width * hidden;
    let ffn_activations = (width + hidden) * routed_tokens * activation;
    visit(Operator::linear("gate_up", matrices_in, ffn_flops, ffn_weights * gate_up + ffn_activations));
    visit(Operator::linear("down", 1.0, ffn_flops, ffn_weights * down + ffn_activations));
    if sizes.shared_hidden > 0.0 {
        // All matrices of the expert that every token uses.
        let hidden = sizes.shared_hidden;
        let bytes = width * hidden * shared + (width + hidden) * tokens * activation;
        visit(Operator::linear("shared", matrices_in + 1.0, width * (2.0 * tokens) * hidden, bytes));
    }
}

/// Visits the attention operators of one layer. FLOPs and bytes are affine in what is cached, within a part of a
/// [run](super::passes::PassRun).
#[inline]
pub(crate) fn visit_attention<S: Size>(
    sizes: &Dimensions<S>,
    precision: &Precision,
    attention: Attention,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator<S>),
) {
    let tokens = pass.tokens();
    let Dimensions { heads, attention_dim, kv_dim, window, .. } = *sizes;
    let activation = precision.activation_bytes;
    let products = pass.batch * pass.products(attention.mask(), window);
    let product_flops = attention_dim * (2.0 * products);
    let softmax_flops = heads * (5.0 * products);
    let touched = pass.touched(window);
    let kv_bytes = kv_dim * (pass.batch * touched) * precision.kv_cache.bytes;
    let query_bytes = attention_dim * tokens * activation;
    match attention {
        Attention::Fused | Attention::FusedCausal => visit(Operator::bits16(
            "attention",
            1.0,
            product_flops * 2.0 + softmax_flops,
            query_bytes * 2.0 + kv_bytes * 2.0,
        )),
        Attention::Materialised(_) => {
            let score_bytes = heads * (tokens * touched) * activation;
            visit(Operator::bits16("qk", 1.0, product_flops, query_bytes + kv_bytes + score_bytes));
            visit(Operator::bits16("softmax", 1.0, softmax_flops, score_bytes * 2.0));
            visit(Operator::bits16("sv", 1.0, product_flops, score_bytes + kv_bytes + query_bytes));
        }
    }
}

/// The embedding's row gather, once in every pass.
#[inline]
pub(crate) fn embedding<S: Size>(sizes: &Dimensions<S>, precision: &Precision, pass: &ForwardPass) -> Operator<S> {
    let Dimensions { width, .. } = *sizes;
    Operator::bits16("embedding", 1.0, width * 0.0, width * (2.0 * pass.tokens()) * precision.activation_bytes)
}

/// The LM head, which sees the last position of each sequence only: once for a prompt, however many passes it takes,
/// and once for every generated token. None in a model that has no head.
#[inline]
pub(crate) fn lm_head<S: Size>(
    sizes: &Dimensions<S>,
    precision: &Precision,
    pass: &ForwardPass,
) -> Option<Operator<S>> {
    let Dimensions { width, vocab, .. } = *sizes;
    let bytes = width * vocab * sizes.weights.head + (width + vocab) * pass.batch * precision.activation_bytes;
    let head = Operator::linear("lm_head", 1.0, width * (2.0 * pass.batch) * vocab, bytes);
    precision.has_head().then_some(head)
}

/// What a vector for each layer and token costs (Gemma 3n and 4): its rows are gathered, one matrix makes as many from
/// the embedding, and two small ones per layer bring them into the stream. All layers together.
pub(crate) fn visit_layer_embedding(
    shape: &Architecture,
    precision: &Precision,
    pass: &ForwardPass,
    mut visit: impl FnMut(Operator),
) {
    let Some(embedding) = shape.layout.layer_embedding else { return };
    let (tokens, activation) = (pass.tokens(), precision.activation_bytes);
    let [width, layers, size] = [shape.width, shape.layers, embedding.size].map(f64::from);
    let weight_bytes = precision.weights.bytes_in_rows_of(shape.width);
    let linear = |name, count, columns: f64| {
        let bytes = width * columns * weight_bytes + (width + columns) * tokens * activation;
        Operator::linear(name, count, 2.0 * tokens * width * columns, bytes)
    };
    visit(Operator::bits16("layer_rows", 1.0, 0.0, 2.0 * tokens * layers * size * activation));
    visit(linear("layer_proj", 1.0, layers * size));
    visit(linear("layer_input", 2.0 * layers, size));
}

/// All operators of one forward pass over whole layers, each with its executions over all layers that have it: for what
/// needs them more than once. Layers that differ give operators of the same name.
pub fn operators(
    shape: &Architecture,
    precision: &Precision,
    attention: Attention,
    pass: &ForwardPass,
) -> Vec<Operator> {
    let mut operators = Vec::with_capacity(16);
    let mut add = |layers: u32, op: Operator| operators.push(Operator { count: f64::from(layers) * op.count, ..op });
    for block in shape.attention_blocks() {
        let sizes = Dimensions::of_attention(shape, &block, precision);
        visit_projections(&sizes, precision, pass, |op| add(block.layers, op));
        visit_attention(&sizes, precision, attention, pass, |op| add(block.layers, op));
    }
    for block in shape.feed_blocks() {
        let sizes = Dimensions::of_feed(shape, &block, precision);
        visit_feed(&sizes, precision, pass, |op| add(block.layers, op));
    }
    visit_layer_embedding(shape, precision, pass, |op| add(1, op));
    let sizes = Dimensions::of(shape, precision);
    add(1, embedding(&sizes, precision, pass));
    operators.extend(lm_head(&sizes, precision, pass));
    operators
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::QWEN2_5_0_5B;

    /// Each of its three matrices costs what one of a dense block of its size does.
    #[test]
    fn a_shared_expert_is_a_dense_block_beside_the_routed_ones() {
        let pass = ForwardPass { batch: 2.0, query_tokens: 7.0, cached_tokens: 0.0 };
        let layer = |shape: &Architecture| {
            let mut all = Vec::new();
            let sizes = Dimensions::of(shape, &Precision::W8A8);
            visit_projections(&sizes, &Precision::W8A8, &pass, |operator| all.push(operator));
            visit_feed(&sizes, &Precision::W8A8, &pass, |operator| all.push(operator));
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
