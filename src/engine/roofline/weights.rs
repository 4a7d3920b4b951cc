//! Bytes per weight, matrix by matrix: formats keep some matrices with more bits, and blocks must fit their rows.

use crate::architecture::Architecture;
use crate::precision::{FileBytes, Matrices, Precision, Storage};

/// Bytes per weight of each matrix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeightBytes {
    pub(super) query: f64,
    /// Mean of key and value.
    pub(super) key_value: f64,
    pub(super) output: f64,
    pub(super) gate_up: f64,
    pub(super) down: f64,
    /// Mean of gate, up and down of the shared expert.
    pub(super) shared: f64,
    /// An embedding that is not tied to the head.
    pub(super) embedding: f64,
    /// The matrix that chooses among experts.
    pub(super) router: f64,
    /// LM head, and an embedding tied to it.
    pub(super) head: f64,
}

/// Routers stay in 16 bit whatever the number format, unless a file says otherwise.
const ROUTER_BYTES: f64 = 2.0;

impl WeightBytes {
    /// A matrix's rows run along what it multiplies: the width, the heads' outputs, the hidden layer.
    #[inline]
    pub(super) fn of(shape: &Architecture, precision: &Precision) -> Self {
        if let Some(file) = precision.file {
            return Self::of_file(file, precision, precision.head.bytes_in_rows_of(shape.width));
        }
        let Matrices { query, key, value, output, gate_up, down, dense_gate_up, dense_down } =
            precision.matrices(shape);
        let by_width = |storage: Storage| storage.bytes_in_rows_of(shape.width);
        let shared_up = by_width(dense_gate_up);
        let shared_down = dense_down.bytes_in_rows_of(shape.shared_hidden);
        Self {
            query: by_width(query),
            key_value: f64::midpoint(by_width(key), by_width(value)),
            output: output.bytes_in_rows_of(shape.heads * shape.head_dim),
            gate_up: by_width(gate_up),
            down: down.bytes_in_rows_of(shape.expert_hidden),
            // Exact where all three are alike.
            shared: shared_up + (shared_down - shared_up) / 3.0,
            embedding: by_width(precision.embedding),
            router: ROUTER_BYTES,
            head: by_width(precision.head),
        }
    }

    /// `chosen_head` are the bytes of a head that somebody chose beside the file.
    #[inline]
    fn of_file(file: &FileBytes, precision: &Precision, chosen_head: f64) -> Self {
        let FileBytes { query, key_value, output, gate_up, down, shared, router, embedding, .. } = *file;
        let head = if precision.chosen.head { chosen_head } else { file.head };
        Self { query, key_value, output, gate_up, down, shared, embedding, router, head }
    }

    /// The same in the dense layers of a mixture, as its file has them.
    pub(super) const fn of_dense_layers(self, file: &FileBytes) -> Self {
        Self { gate_up: file.dense_gate_up, down: file.dense_down, ..self }
    }

    /// Of real sizes, which have no rows: as if every block fitted.
    pub(crate) fn nominal(precision: &Precision) -> Self {
        if let Some(file) = precision.file {
            return Self::of_file(file, precision, precision.head.bytes);
        }
        let Matrices { query, key, value, output, gate_up, down, dense_gate_up, dense_down } =
            precision.nominal_matrices();
        Self {
            query: query.bytes,
            key_value: f64::midpoint(key.bytes, value.bytes),
            output: output.bytes,
            gate_up: gate_up.bytes,
            down: down.bytes,
            shared: dense_gate_up.bytes + (dense_down.bytes - dense_gate_up.bytes) / 3.0,
            embedding: precision.embedding.bytes,
            router: ROUTER_BYTES,
            head: precision.head.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;
    use crate::reference::QWEN2_5_0_5B;
    use crate::roofline::Estimator;
    use crate::workload::Workload;

    const LLAMA_3_1_8B: Architecture = Architecture {
        layers: 32,
        width: 4096,
        heads: 32,
        head_dim: 128,
        kv_heads: 8,
        expert_hidden: 14_336,
        vocab: 128_256,
        tied: false,
        ..QWEN2_5_0_5B
    };
    const QWEN2_5_7B: Architecture = Architecture {
        layers: 28,
        width: 3584,
        heads: 28,
        head_dim: 128,
        kv_heads: 4,
        expert_hidden: 18_944,
        vocab: 152_064,
        tied: false,
        ..QWEN2_5_0_5B
    };
    const MIXTRAL_8X7B: Architecture = Architecture { vocab: 32_000, experts: 8, top_k: 2, ..LLAMA_3_1_8B };

    const GPT_OSS_20B: Architecture = Architecture {
        layers: 24,
        width: 2880,
        heads: 64,
        head_dim: 64,
        kv_heads: 8,
        expert_hidden: 2880,
        experts: 32,
        top_k: 4,
        vocab: 201_088,
        tied: false,
        ..QWEN2_5_0_5B
    };

    fn weights_bytes(shape: &Architecture, format: &str) -> f64 {
        let precision = Precision::named(format).unwrap();
        Estimator::new(&agx_orin(), precision, Workload::default()).unwrap().memory(shape).weights_bytes
    }

    /// The table of llama-quantize (tools/quantize/README.md of llama.cpp, read at 311c2c9 on 2026-11-29): bits per
    /// weight of Llama-3.1-8B, of 8,030,261,248 weights.
    #[test]
    fn llama_3_1_8b_takes_the_published_bits_per_weight_in_every_type_of_gguf() {
        for (format, bits) in [
            ("iq3_xxs", 3.2548),
            ("iq3_xs", 3.4977),
            ("iq3_s", 3.6606),
            ("iq3_m", 3.7628),
            ("iq4_xs", 4.4597),
            ("iq4_nl", 4.6818),
            ("q2_k", 3.1593),
            ("q3_k_s", 3.6429),
            ("q3_k_l", 4.2979),
            ("q4_k_s", 4.6672),
            ("q4_k_m", 4.8944),
            ("q5_k_s", 5.5704),
            ("q5_k_m", 5.7036),
            ("q6_k", 6.5633),
            ("q8_0", 8.5008),
            ("fp16", 16.0005),
        ] {
            // That table's IQ4 files were made without calibration data, which gives some layers more bits.
            let tolerance = if format.starts_with("iq4") { 0.01 } else { 2e-4 };
            let own = weights_bytes(&LLAMA_3_1_8B, format) * 8.0 / 8_030_261_248.0;
            assert!((own / bits - 1.0).abs() < tolerance, "{format}: {own} for {bits}");
        }
    }

    /// Sizes of files on the Hugging Face hub: bartowski's of Qwen2.5 and Llama, a conversion of Mixtral of 2024 (older
    /// ones follow another recipe and have 26.4 GB), and gpt-oss as benches/dgx-spark.md of llama.cpp lists it, 0.2 % of
    /// which are biases.
    #[test]
    fn files_are_as_large_as_published() {
        const GIB: f64 = 1_073_741_824.0;
        for (shape, format, bytes) in [
            (QWEN2_5_7B, "q4_k_m", 4.683e9),
            (QWEN2_5_7B, "q8_0", 8.099e9),
            (LLAMA_3_1_8B, "q4_k_m", 4.921e9),
            (LLAMA_3_1_8B, "iq4_xs", 4.448e9),
            (MIXTRAL_8X7B, "q4_k_m", 26.49 * GIB),
            (GPT_OSS_20B, "mxfp4", 11.27 * GIB),
        ] {
            let own = weights_bytes(&shape, format);
            assert!((own / bytes - 1.0).abs() < 0.004, "{format}: {own} for {bytes}");
        }
    }

    /// Routed experts alone are in MXFP4: what every token passes is in `Q8_0`.
    #[test]
    fn mxfp4_is_of_routed_experts() {
        let mxfp4 = Precision::named("mxfp4").unwrap();
        let shared = Architecture { shared_hidden: 512, ..GPT_OSS_20B };
        let weights = WeightBytes::of(&shared, &mxfp4);
        assert_eq!(
            (weights.gate_up, weights.down, weights.shared, weights.query),
            (0.531_25, 0.531_25, 1.0625, 1.0625)
        );
        let dense = WeightBytes::of(&LLAMA_3_1_8B, &mxfp4);
        assert_eq!((dense.gate_up, dense.down), (1.0625, 1.0625));
    }
}
