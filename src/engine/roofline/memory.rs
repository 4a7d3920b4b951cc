//! Memory that a request needs: weights, KV cache, activations, and what the system keeps for itself.

use serde::Serialize;

use super::dimensions::{Dimensions, Size};
use super::operators::Attention;
use super::phases::ByDepth;
use super::weights::WeightBytes;
use super::{Estimator, Phase};
use crate::architecture::Architecture;
use crate::layout::{FullLayers, Window};
use crate::precision::Precision;
use crate::workload::Workload;

/// Norms stay in 16 bit whatever the number format.
const BYTES_16: f64 = 2.0;

/// Bytes by part.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Memory {
    /// All weights, every expert included.
    pub weights_bytes: f64,
    /// Keys and values of prompt and answer.
    pub kv_cache_bytes: f64,
    /// Activations of one layer over one pass of the prompt, and its scores where they are written to memory.
    pub activations_bytes: f64,
    /// Kept by operating system and runtime.
    pub reserved_bytes: f64,
}

impl Memory {
    /// All parts together.
    pub fn total_bytes(&self) -> f64 {
        self.weights_bytes + self.kv_cache_bytes + self.activations_bytes + self.reserved_bytes
    }
}

impl Estimator {
    /// Memory of one architecture.
    pub fn memory(&self, shape: &Architecture) -> Memory {
        let sizes = Dimensions::of(shape, &self.precision);
        let mut memory = Memory {
            weights_bytes: vocab_weight_bytes(&sizes) + layer_embedding_bytes(shape, &self.precision),
            reserved_bytes: self.reserved_bytes,
            ..Memory::default()
        };
        let (mut attention_floats, mut feed_floats) = (0.0_f64, 0.0_f64);
        let mut scores = 0.0_f64;
        for block in shape.attention_blocks() {
            let sizes = Dimensions::of_attention(shape, &block, &self.precision);
            let layers = f64::from(block.layers);
            memory.weights_bytes += layers * attention_weight_bytes(&sizes);
            memory.kv_cache_bytes += layers * self.layer_kv_bytes(&sizes);
            attention_floats = attention_floats.max(attention_floats_per_token(&sizes));
            scores = scores.max(self.score_bytes(&sizes));
        }
        for block in shape.feed_blocks() {
            let sizes = Dimensions::of_feed(shape, &block, &self.precision);
            memory.weights_bytes += f64::from(block.layers) * feed_weight_bytes(&sizes);
            feed_floats = feed_floats.max(feed_floats_per_token(&sizes));
        }
        memory.activations_bytes = self.chunk_bytes(attention_floats + feed_floats) + scores;
        memory
    }

    /// Bytes by depth, for layers that differ in nothing but a window.
    #[inline]
    pub(crate) fn memory_by_depth<S: Size>(&self, sizes: &Dimensions<S>, window: Option<Window>) -> ByDepth<S> {
        let weight_bytes = attention_weight_bytes(sizes) + feed_weight_bytes(sizes);
        let floats = attention_floats_per_token(sizes) + feed_floats_per_token(sizes);
        let windowed = sizes.within(window.map_or(f64::INFINITY, |window| f64::from(window.tokens)));
        // Where every layer has a window, no layer holds more scores than one of these.
        let widest = match window.map(|window| window.full) {
            Some(FullLayers::Every(0) | FullLayers::Exactly(0)) => &windowed,
            Some(FullLayers::Every(_) | FullLayers::Exactly(_)) | None => sizes,
        };
        ByDepth {
            full: weight_bytes + self.layer_kv_bytes(sizes),
            windowed: weight_bytes + self.layer_kv_bytes(&windowed),
            once: vocab_weight_bytes(sizes) + self.chunk_bytes(floats) + self.score_bytes(widest) + self.reserved_bytes,
            full_layers: window.map(|window| window.full),
        }
    }

    /// Keys and values of all positions that a layer keeps: a window keeps no more than it sees.
    #[inline]
    fn layer_kv_bytes<S: Size>(&self, sizes: &Dimensions<S>) -> S {
        let Workload { batch, cached_tokens, prompt_tokens, generated_tokens } = self.workload;
        let tokens = f64::from(cached_tokens) + f64::from(prompt_tokens) + f64::from(generated_tokens);
        let kept = sizes.kv_caches * tokens.min(sizes.window);
        sizes.kv_dim * 2.0 * self.precision.kv_cache.bytes * f64::from(batch) * kept
    }

    /// Activations of one pass of the prompt; a chunk's are overwritten by the next one's.
    #[inline]
    fn chunk_bytes<S: Size>(&self, floats_per_token: S) -> S {
        let tokens = f64::from(self.workload.batch) * f64::from(self.chunk_tokens());
        floats_per_token * tokens * self.precision.activation_bytes
    }

    /// Scores of one layer, in the pass that holds most of them; none where they never leave the chip.
    #[inline]
    fn score_bytes<S: Size>(&self, sizes: &Dimensions<S>) -> S {
        let positions = match self.attention {
            Attention::Fused | Attention::FusedCausal => 0.0,
            Attention::Materialised(_) => {
                let runs = self.runs(Phase::Prefill).map(|run| run.last());
                runs.map(|pass| pass.tokens() * pass.touched(sizes.window)).fold(0.0, f64::max)
            }
        };
        sizes.heads * positions * self.precision.activation_bytes
    }
}

#[inline]
fn attention_floats_per_token<S: Size>(sizes: &Dimensions<S>) -> S {
    sizes.width * 2.0 + sizes.attention_dim + sizes.kv_dim * 2.0
}

#[inline]
fn feed_floats_per_token<S: Size>(sizes: &Dimensions<S>) -> S {
    (sizes.expert_hidden * sizes.top_k + sizes.shared_hidden) * 2.0
}

/// Projections of one layer, and the norms that go with it.
#[inline]
fn attention_weight_bytes<S: Size>(sizes: &Dimensions<S>) -> S {
    let Dimensions { width, attention_dim, kv_dim, kv_projections, .. } = *sizes;
    let WeightBytes { query, key_value, output, .. } = sizes.weights;
    let norms = width * 2.0 + 2.0 * sizes.head_dim;
    width * (attention_dim * (query + output) + kv_dim * kv_projections * key_value) + norms * BYTES_16
}

/// All experts of one layer, the shared one and the router.
#[inline]
fn feed_weight_bytes<S: Size>(sizes: &Dimensions<S>) -> S {
    let Dimensions { width, expert_hidden, experts, matrices_in, shared_hidden, .. } = *sizes;
    let WeightBytes { gate_up, down, shared, router, .. } = sizes.weights;
    let routed = expert_hidden * experts * (matrices_in * gate_up + down);
    let linear_bytes = width * (routed + (matrices_in + 1.0) * shared_hidden * shared);
    if sizes.routed { linear_bytes + width * experts * router } else { linear_bytes }
}

/// The table of a vector for each layer and token, and the matrices that go with it.
fn layer_embedding_bytes(shape: &Architecture, precision: &Precision) -> f64 {
    let Some(embedding) = shape.layout.layer_embedding else { return 0.0 };
    let [width, layers, size, vocab] = [shape.width, shape.layers, embedding.size, embedding.vocab].map(f64::from);
    let matrices = 3.0 * width * layers * size * precision.weights.bytes_in_rows_of(shape.width);
    matrices + vocab * layers * size * BYTES_16
}

/// Embedding, LM head and the final norm. A tied embedding is stored once, in the head's format.
#[inline]
fn vocab_weight_bytes<S: Size>(sizes: &Dimensions<S>) -> S {
    let table = sizes.width * sizes.vocab;
    // Without a head a tied table is an embedding alone.
    let is_the_head = sizes.tied && sizes.weights.head > 0.0;
    let embedding_bytes = if is_the_head { 0.0 } else { sizes.weights.embedding };
    table * sizes.weights.head + table * embedding_bytes + sizes.width * BYTES_16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;
    use crate::precision::Storage;
    use crate::reference::QWEN2_5_0_5B;

    fn estimator(precision: Precision) -> Estimator {
        Estimator::new(&agx_orin(), precision, Workload::default()).unwrap()
    }

    #[test]
    fn a_tied_head_is_stored_once_in_its_own_format() {
        let table = 151_936.0 * 896.0;
        let w4a16 = Precision::named("w4a16").unwrap();
        // 896 is no multiple of 256, so Q6_K gives way to Q8_0.
        for (head, bytes) in [(Storage::FP16, 2.0), (Storage::Q6_K, 1.0625), (Storage::INT4, 0.516)] {
            let (own, other) = (estimator(w4a16), estimator(w4a16.with_head(Some(head))));
            let weights =
                |estimator: &Estimator, tied| estimator.memory(&Architecture { tied, ..QWEN2_5_0_5B }).weights_bytes;
            let more = table * (bytes - 2.0);
            assert!((weights(&other, true) - weights(&own, true) - more).abs() < 1e-6);
            // An embedding of its own stays 16 bit.
            assert!((weights(&other, false) - weights(&other, true) - table * 2.0).abs() < 1e-6);
            let read = |estimator: &Estimator| {
                let rows = estimator.breakdown(&QWEN2_5_0_5B);
                rows.iter().find(|row| row.phase == Phase::Decode && row.name == "lm_head").unwrap().bytes
            };
            assert!((read(&other) - read(&own) - more).abs() < 1e-6);
        }
    }

    /// Weights of a layer in `q4_k_m`, counted matrix by matrix in the blocks that `llama-quantize` gives them.
    #[test]
    fn k_quants_take_the_blocks_that_fit_their_rows() {
        let q4_k_m = estimator(Precision::named("q4_k_m").unwrap());
        let in_layer = |shape: &Architecture| {
            let norms = 2.0 * (2.0 * f64::from(shape.width) + 2.0 * f64::from(shape.head_dim));
            let sizes = Dimensions::of(shape, q4_k_m.precision());
            attention_weight_bytes(&sizes) + feed_weight_bytes(&sizes) - norms
        };
        let llama_8b =
            Architecture { width: 4096, heads: 32, head_dim: 128, kv_heads: 8, expert_hidden: 14_336, ..QWEN2_5_0_5B };
        // Of 218,103,808 weights, half of value and down (31,457,280) in Q6_K: 0.600 bytes per weight.
        let all_aligned = (31_457_280.0 * 210.0 + 186_646_528.0 * 144.0) / 256.0;
        assert!((in_layer(&llama_8b) - all_aligned).abs() < 1e-3);
        // 896 wide: Q5_0 for query, key, output, gate and up, half Q8_0 for value; 4864 fits, so down is half Q6_K.
        let (query, key, up) = (896.0 * 896.0, 896.0 * 128.0, 896.0 * 4864.0);
        let q5_0 = (2.0 * query + key + 2.0 * up) * 22.0 / 32.0;
        let mixed = key * (22.0 + 34.0) / 64.0 + up * (144.0 + 210.0) / 512.0;
        assert!((in_layer(&QWEN2_5_0_5B) - q5_0 - mixed).abs() < 1e-3);
        let qwen = Dimensions::of(&QWEN2_5_0_5B, q4_k_m.precision());
        let head_bytes = 151_936.0 * 896.0 * 34.0 / 32.0;
        assert!((vocab_weight_bytes(&qwen) - head_bytes - 2.0 * 896.0).abs() < 1e-3);
        // What is stored is what is read: one token reads every weight once.
        for shape in [llama_8b, QWEN2_5_0_5B] {
            let rows = q4_k_m.breakdown(&shape);
            let read = rows.iter().filter(|row| row.phase == Phase::Decode && row.name.ends_with("_proj"));
            let of_ffn =
                rows.iter().filter(|row| row.phase == Phase::Decode && ["gate_up", "down"].contains(&row.name));
            let bytes: f64 = read.chain(of_ffn).map(|row| f64::from(row.count) * row.bytes).sum();
            let (width, hidden) = (f64::from(shape.width), f64::from(shape.expert_hidden));
            let activations =
                2.0 * (2.0 * (width + shape.attention_dim()) + 2.0 * (width + shape.kv_dim()) + 3.0 * (width + hidden));
            let layers = f64::from(shape.layers);
            assert!((bytes / layers - activations - in_layer(&shape)).abs() < 1e-3, "{}", shape.width);
        }
    }

    #[test]
    fn a_cache_in_eight_bit_takes_half_the_room_and_traffic() {
        let (wide, narrow) = (estimator(Precision::FP16), estimator(Precision::FP16.with_kv_cache(Some(Storage::FP8))));
        let [full, half] = [&wide, &narrow].map(|estimator| estimator.memory(&QWEN2_5_0_5B));
        assert_eq!(full.kv_cache_bytes, 24.0 * 2.0 * 128.0 * 2.0 * 1040.0);
        assert_eq!(half, Memory { kv_cache_bytes: full.kv_cache_bytes / 2.0, ..full });
        let attention = |estimator: &Estimator| {
            let rows = estimator.breakdown(&QWEN2_5_0_5B);
            rows.iter().find(|row| row.phase == Phase::Decode && row.name == "attention").unwrap().bytes
        };
        // Keys and values of 1025 tokens of context, 128 wide each.
        assert_eq!(attention(&wide) - attention(&narrow), 2.0 * 1025.0 * 128.0);
    }
}
