//! Memory that a request needs: weights, KV cache, activations, and what the system keeps for itself.

use serde::Serialize;

use super::Estimator;
use crate::engine::architecture::Architecture;

/// Embedding, norms and router stay in 16 bit whatever the number format.
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
        Memory {
            weights_bytes: layers * self.layer_weight_bytes(shape) + self.vocab_weight_bytes(shape),
            kv_cache_bytes: layers * self.layer_kv_bytes(shape),
            activations_bytes: self.activation_bytes(shape),
            reserved_bytes: self.reserved_bytes,
        }
    }

    /// Memory that one more layer takes, bytes.
    #[inline]
    pub(in crate::engine) fn memory_per_layer_bytes(&self, shape: &Architecture) -> f64 {
        self.layer_weight_bytes(shape) + self.layer_kv_bytes(shape)
    }

    /// Memory that does not grow with depth, bytes.
    #[inline]
    pub(in crate::engine) fn memory_once_bytes(&self, shape: &Architecture) -> f64 {
        self.vocab_weight_bytes(shape) + self.activation_bytes(shape) + self.reserved_bytes
    }

    fn layer_weight_bytes(&self, shape: &Architecture) -> f64 {
        let width = f64::from(shape.width);
        let experts = f64::from(shape.experts);
        let linear = 2.0 * width * (shape.attention_dim() + shape.kv_dim())
            + 3.0 * width * (f64::from(shape.expert_hidden) * experts + f64::from(shape.shared_hidden));
        let norms = 2.0 * width + 2.0 * f64::from(shape.head_dim);
        let router = if shape.is_dense() { 0.0 } else { width * experts };
        linear * self.precision.weights.bytes + (norms + router) * BYTES_16
    }

    /// Embedding, LM head and the final norm. A tied embedding is stored once, in the head's format.
    fn vocab_weight_bytes(&self, shape: &Architecture) -> f64 {
        let width = f64::from(shape.width);
        let table = f64::from(shape.vocab) * width;
        let embedding = if shape.tied { 0.0 } else { table * BYTES_16 };
        table * self.precision.head.bytes + embedding + width * BYTES_16
    }

    fn layer_kv_bytes(&self, shape: &Architecture) -> f64 {
        let tokens = f64::from(self.workload.prompt_tokens) + f64::from(self.workload.generated_tokens);
        2.0 * shape.kv_dim() * self.precision.kv_cache.bytes * f64::from(self.workload.batch) * tokens
    }

    fn activation_bytes(&self, shape: &Architecture) -> f64 {
        let per_token =
            2.0 * f64::from(shape.width) + 2.0 * shape.active_hidden() + shape.attention_dim() + 2.0 * shape.kv_dim();
        self.prefill_pass().tokens() * per_token * self.precision.activation_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::precision::{Precision, Storage};
    use crate::engine::reference::QWEN2_5_0_5B;
    use crate::engine::roofline::Phase;
    use crate::engine::sweep::tests::agx_orin;
    use crate::engine::workload::Workload;

    fn estimator(precision: Precision) -> Estimator {
        Estimator::new(&agx_orin(), precision, Workload::default()).unwrap()
    }

    #[test]
    fn a_tied_head_is_stored_once_in_its_own_format() {
        let table = 151_936.0 * 896.0;
        let w4a16 = Precision::named("w4a16").unwrap();
        for (head, bytes) in [(Storage::FP16, 2.0), (Storage::Q6_K, 0.820_312_5), (Storage::INT4, 0.516)] {
            let (own, other) = (estimator(w4a16), estimator(w4a16.with_head(Some(head))));
            let weights =
                |estimator: &Estimator, tied| estimator.memory(&Architecture { tied, ..QWEN2_5_0_5B }).weights_bytes;
            let more = table * (bytes - 0.516);
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
