//! Memory that a request needs: weights, KV cache, activations, and what the system keeps for itself.

use serde::Serialize;

use super::Estimator;
use super::dimensions::{Dimensions, Size};
use super::weights::WeightBytes;
use crate::architecture::Architecture;

/// Norms stay in 16 bit whatever the number format.
const BYTES_16: f64 = 2.0;

/// Bytes by part.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Memory {
    /// All weights, every expert included.
    pub weights_bytes: f64,
    /// Keys and values of prompt and answer.
    pub kv_cache_bytes: f64,
    /// Activations of one layer over the whole prompt.
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
        let layers = f64::from(shape.layers);
        let sizes = Dimensions::of(shape, &self.precision);
        Memory {
            weights_bytes: layers * layer_weight_bytes(&sizes) + vocab_weight_bytes(&sizes),
            kv_cache_bytes: layers * self.layer_kv_bytes(&sizes),
            activations_bytes: self.activation_bytes(&sizes),
            reserved_bytes: self.reserved_bytes,
        }
    }

    /// Memory that one more layer takes, bytes.
    #[inline]
    pub(crate) fn memory_per_layer_bytes<S: Size>(&self, sizes: &Dimensions<S>) -> S {
        layer_weight_bytes(sizes) + self.layer_kv_bytes(sizes)
    }

    /// Memory that does not grow with depth, bytes.
    #[inline]
    pub(crate) fn memory_once_bytes<S: Size>(&self, sizes: &Dimensions<S>) -> S {
        vocab_weight_bytes(sizes) + self.activation_bytes(sizes) + self.reserved_bytes
    }

    #[inline]
    fn layer_kv_bytes<S: Size>(&self, sizes: &Dimensions<S>) -> S {
        let tokens = f64::from(self.workload.prompt_tokens) + f64::from(self.workload.generated_tokens);
        sizes.kv_dim * 2.0 * self.precision.kv_cache.bytes * f64::from(self.workload.batch) * tokens
    }

    #[inline]
    fn activation_bytes<S: Size>(&self, sizes: &Dimensions<S>) -> S {
        let active_hidden = sizes.expert_hidden * sizes.top_k + sizes.shared_hidden;
        let per_token = sizes.width * 2.0 + active_hidden * 2.0 + sizes.attention_dim + sizes.kv_dim * 2.0;
        per_token * self.prefill_pass().tokens() * self.precision.activation_bytes
    }
}

#[inline]
fn layer_weight_bytes<S: Size>(sizes: &Dimensions<S>) -> S {
    let Dimensions { width, attention_dim, kv_dim, expert_hidden, experts, .. } = *sizes;
    let WeightBytes { query, key_value, output, gate_up, down, shared, router, .. } = sizes.weights;
    let linear_bytes = width
        * (attention_dim * (query + output)
            + kv_dim * 2.0 * key_value
            + expert_hidden * experts * (2.0 * gate_up + down)
            + 3.0 * sizes.shared_hidden * shared);
    let norms = width * 2.0 + 2.0 * sizes.head_dim;
    let linear_and_norms = linear_bytes + norms * BYTES_16;
    if sizes.routed { linear_and_norms + width * experts * router } else { linear_and_norms }
}

/// Embedding, LM head and the final norm. A tied embedding is stored once, in the head's format.
#[inline]
fn vocab_weight_bytes<S: Size>(sizes: &Dimensions<S>) -> S {
    let table = sizes.width * sizes.vocab;
    let embedding_bytes = if sizes.tied { 0.0 } else { sizes.weights.embedding };
    table * sizes.weights.head + table * embedding_bytes + sizes.width * BYTES_16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;
    use crate::precision::{Precision, Storage};
    use crate::reference::QWEN2_5_0_5B;
    use crate::roofline::Phase;
    use crate::workload::Workload;

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
            layer_weight_bytes(&Dimensions::of(shape, q4_k_m.precision())) - norms
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
