//! The formats that have a name.
//!
//! Formats that quantise the weights alone keep the LM head as its authors keep it. AWQ and GPTQ leave it in 16 bit, as
//! their files say (`ignore: [lm_head]` of compressed-tensors, `lm_head: false` of `GPTQModel`). A GGUF file has it in
//! `Q6_K`, or in `Q8_0` if everything is. A user or a file may say otherwise.

use super::mix::{self, Mix};
use super::{Chosen, ComputeFormat, Precision, Storage};

const fn format(name: &'static str, description: &'static str, weights: Storage, compute: ComputeFormat) -> Precision {
    Precision {
        name,
        description,
        weights,
        mix: None,
        embedding: Storage::FP16,
        head: weights,
        kv_cache: Storage::FP16,
        activation_bytes: 2.0,
        compute,
        family: name,
        file: None,
        chosen: Chosen { head: false, kv_cache: false },
        loss_penalty_nats: 0.0,
    }
}

/// A format of GGUF files: stored in blocks, multiplied in 16 bit, head in `Q6_K`.
const fn gguf(name: &'static str, description: &'static str, mix: &'static Mix) -> Precision {
    Precision {
        mix: Some(mix),
        head: Storage::Q6_K,
        embedding: mix.usual,
        family: "gguf",
        ..format(name, description, mix.usual, ComputeFormat::Bits16)
    }
}

impl Precision {
    /// IEEE half precision throughout, the default.
    pub const FP16: Self = format("fp16", "16-bit weights and activations", Storage::FP16, ComputeFormat::Bits16);
    /// INT8 weights and activations, one scale per output channel.
    pub const W8A8: Self = format("w8a8", "INT8 weights and activations", Storage::INT8, ComputeFormat::Int8);
    /// bfloat16 throughout.
    pub const BF16: Self = Self {
        kv_cache: Storage::BF16,
        embedding: Storage::BF16,
        ..format("bf16", "bfloat16 weights and activations", Storage::BF16, ComputeFormat::Bits16)
    };
    /// INT4 weights.
    const W4A16: Self = Self {
        head: Storage::FP16,
        ..format(
            "w4a16",
            "INT4 weights (AWQ, GPTQ g128), 16-bit compute, head fp16",
            Storage::INT4,
            ComputeFormat::Bits16,
        )
    };
    /// `Q8_0` throughout.
    const Q8_0: Self = Self { head: Storage::Q8_0, ..gguf("q8_0", "GGUF Q8_0, 16-bit compute", &mix::Q8_0) };
    /// `Q4_K` throughout (`llama-quantize --pure`), which few files are.
    const Q4_K: Self = Self {
        mix: None,
        head: Storage::Q4_K,
        ..gguf("q4_k", "GGUF Q4_K in every matrix, 16-bit compute", &mix::Q4_K_M)
    };
    /// The smallest; its embedding has more bits and its head less.
    const IQ3_XXS: Self = Self {
        embedding: Storage::IQ3_S,
        head: Storage::Q5_K,
        ..gguf("iq3_xxs", "GGUF IQ3_XXS, 16-bit compute, head Q5_K", &mix::IQ3_XXS)
    };
    /// `MXFP4` in routed experts, `Q8_0` elsewhere: gpt-oss as llama.cpp has it.
    const MXFP4: Self = Self {
        weights: Storage::MXFP4,
        head: Storage::Q8_0,
        ..gguf("mxfp4", "GGUF MXFP4 in routed experts, Q8_0 elsewhere, 16-bit compute", &mix::MXFP4)
    };

    /// All known formats, in the order in which a control cycles through them: those of 16 and 8 bit, those of 4, then
    /// the types of GGUF files from the largest to the smallest.
    pub const ALL: [Self; 29] = [
        Self::FP16,
        Self::BF16,
        Self::W8A8,
        format("w8a16", "INT8 weights, 16-bit compute", Storage::INT8, ComputeFormat::Bits16),
        Self::W4A16,
        format("fp8", "FP8 weights and activations", Storage::FP8, ComputeFormat::Fp8),
        format("nvfp4", "NVFP4 weights and activations", Storage::NVFP4, ComputeFormat::Fp4),
        Self::Q8_0,
        gguf("q6_k", "GGUF Q6_K, 16-bit compute", &mix::Q6_K),
        gguf("q5_k_m", "GGUF Q5_K_M, 16-bit compute, head Q6_K", &mix::Q5_K_M),
        gguf("q5_k_s", "GGUF Q5_K_S, 16-bit compute, head Q6_K", &mix::Q5_K_S),
        gguf("q5_1", "GGUF Q5_1, 16-bit compute, head Q6_K", &mix::Q5_1),
        gguf("q5_0", "GGUF Q5_0, 16-bit compute, head Q6_K", &mix::Q5_0),
        gguf("q4_k_m", "GGUF Q4_K_M, 16-bit compute, head Q6_K", &mix::Q4_K_M),
        gguf("q4_k_s", "GGUF Q4_K_S, 16-bit compute, head Q6_K", &mix::Q4_K_S),
        Self::Q4_K,
        gguf("q4_1", "GGUF Q4_1, 16-bit compute, head Q6_K", &mix::Q4_1),
        gguf("q4_0", "GGUF Q4_0, 16-bit compute, head Q6_K", &mix::Q4_0),
        gguf("iq4_nl", "GGUF IQ4_NL, 16-bit compute, head Q6_K", &mix::IQ4_NL),
        gguf("iq4_xs", "GGUF IQ4_XS, 16-bit compute, head Q6_K", &mix::IQ4_XS),
        Self::MXFP4,
        gguf("q3_k_l", "GGUF Q3_K_L, 16-bit compute, head Q6_K", &mix::Q3_K_L),
        gguf("q3_k_m", "GGUF Q3_K_M, 16-bit compute, head Q6_K", &mix::Q3_K_M),
        gguf("q3_k_s", "GGUF Q3_K_S, 16-bit compute, head Q6_K", &mix::Q3_K_S),
        gguf("iq3_m", "GGUF IQ3_M, 16-bit compute, head Q6_K", &mix::IQ3_M),
        gguf("iq3_s", "GGUF IQ3_S, 16-bit compute, head Q6_K", &mix::IQ3_S),
        gguf("iq3_xs", "GGUF IQ3_XS, 16-bit compute, head Q6_K", &mix::IQ3_XS),
        Self::IQ3_XXS,
        gguf("q2_k", "GGUF Q2_K, 16-bit compute, head Q6_K", &mix::Q2_K),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effective_bytes_are_those_of_the_formats_blocks() {
        let bytes: Vec<(&str, [f64; 3])> = Precision::ALL
            .iter()
            .map(|known| (known.name, [known.weights, known.head, known.embedding].map(|storage| storage.bytes)))
            .collect();
        let q6_k = 210.0 / 256.0;
        let of_256 = |bytes: f64| bytes / 256.0;
        assert_eq!(
            bytes,
            [
                ("fp16", [2.0, 2.0, 2.0]),
                ("bf16", [2.0, 2.0, 2.0]),
                ("w8a8", [1.0, 1.0, 2.0]),
                ("w8a16", [1.0, 1.0, 2.0]),
                ("w4a16", [0.516, 2.0, 2.0]),
                ("fp8", [1.0, 1.0, 2.0]),
                ("nvfp4", [0.5625, 0.5625, 2.0]),
                ("q8_0", [1.0625, 1.0625, 1.0625]),
                ("q6_k", [q6_k, q6_k, q6_k]),
                ("q5_k_m", [of_256(176.0), q6_k, of_256(176.0)]),
                ("q5_k_s", [of_256(176.0), q6_k, of_256(176.0)]),
                ("q5_1", [0.75, q6_k, 0.75]),
                ("q5_0", [0.6875, q6_k, 0.6875]),
                ("q4_k_m", [of_256(144.0), q6_k, of_256(144.0)]),
                ("q4_k_s", [of_256(144.0), q6_k, of_256(144.0)]),
                ("q4_k", [of_256(144.0), of_256(144.0), of_256(144.0)]),
                ("q4_1", [0.625, q6_k, 0.625]),
                ("q4_0", [0.5625, q6_k, 0.5625]),
                ("iq4_nl", [0.5625, q6_k, 0.5625]),
                ("iq4_xs", [of_256(136.0), q6_k, of_256(136.0)]),
                ("mxfp4", [17.0 / 32.0, 1.0625, 1.0625]),
                ("q3_k_l", [of_256(110.0), q6_k, of_256(110.0)]),
                ("q3_k_m", [of_256(110.0), q6_k, of_256(110.0)]),
                ("q3_k_s", [of_256(110.0), q6_k, of_256(110.0)]),
                ("iq3_m", [of_256(110.0), q6_k, of_256(110.0)]),
                ("iq3_s", [of_256(110.0), q6_k, of_256(110.0)]),
                ("iq3_xs", [of_256(110.0), q6_k, of_256(110.0)]),
                ("iq3_xxs", [of_256(98.0), of_256(176.0), of_256(110.0)]),
                ("q2_k", [of_256(84.0), q6_k, of_256(84.0)]),
            ]
        );
    }
}
