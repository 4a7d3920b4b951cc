//! How numbers lie in memory: what one of them costs in traffic and room. In which format they are multiplied is
//! another matter.

use std::ops::Deref;

/// A way to store numbers.
///
/// `bytes` is the *effective* size: block scales and zero points are part of it. int8 has one scale per output channel,
/// which counts for nothing; int4 is that of AWQ and GPTQ in groups of 128, 4 bit and a 16-bit scale per group, rounded;
/// NVFP4 has an FP8 scale per 16 numbers; the rest are the blocks of GGUF files, of 32 or of 256 numbers, whose sizes
/// stand in ggml-common.h (<https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-common.h>, 2026-11-29).
///
/// A block never spans two rows of a matrix. Where a row is no multiple of 256, `llama-quantize` falls back to blocks of 32
/// with more bits each: `q5_0` for `q4_k`, `q5_1` for `q5_k`, `q8_0` for `q6_k`, blocks of 4.5 bit for what is smaller
/// (`tensor_type_fallback` in src/llama-quant.cpp of the same repository). Where it is no multiple of 32 either, the
/// matrix stays in 16 bit. So what a weight of theirs takes depends on the matrix ([`Self::bytes_in_rows_of`]).
///
/// It is a handle: settings that hold several of them are copied all over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Storage {
    stored: &'static Stored,
}

/// What a [`Storage`] is.
#[derive(Debug, PartialEq)]
pub struct Stored {
    /// As typed on the command line.
    pub name: &'static str,
    /// Bytes per number, in rows that are a multiple of its blocks.
    pub bytes: f64,
    /// Bytes per number in rows that only blocks of 32 fit.
    in_rows_of_32: f64,
    /// Bytes per number in all other rows.
    in_other_rows: f64,
}

impl Deref for Storage {
    type Target = Stored;

    fn deref(&self) -> &Stored {
        self.stored
    }
}

const fn stored(name: &'static str, bytes: f64) -> Stored {
    Stored { name, bytes, in_rows_of_32: bytes, in_other_rows: bytes }
}

/// Blocks of 32 numbers of a GGUF file.
const fn blocks_of_32(name: &'static str, block_bytes: f64) -> Stored {
    let bytes = block_bytes / 32.0;
    Stored { name, bytes, in_rows_of_32: bytes, in_other_rows: 2.0 }
}

/// Blocks of 256 numbers of a GGUF file, and what stands in for them.
const fn blocks_of_256(name: &'static str, block_bytes: f64, otherwise: Storage) -> Stored {
    Stored { name, bytes: block_bytes / 256.0, in_rows_of_32: otherwise.stored.bytes, in_other_rows: 2.0 }
}

/// What a matrix takes on average that is in `more` in so many of its layers, and in `usual` in the others.
const fn blend(name: &'static str, usual: Storage, more: Storage, share: f64) -> Stored {
    let (usual, more) = (usual.stored, more.stored);
    Stored {
        name,
        bytes: usual.bytes + (more.bytes - usual.bytes) * share,
        in_rows_of_32: usual.in_rows_of_32 + (more.in_rows_of_32 - usual.in_rows_of_32) * share,
        in_other_rows: usual.in_other_rows + (more.in_other_rows - usual.in_other_rows) * share,
    }
}

impl Storage {
    /// Nothing: there is no such matrix.
    pub const NONE: Self = Self { stored: &stored("none", 0.0) };
    /// Single precision: norms and routers of GGUF files.
    pub const FP32: Self = Self { stored: &stored("fp32", 4.0) };
    /// IEEE half precision.
    pub const FP16: Self = Self { stored: &stored("fp16", 2.0) };
    /// bfloat16.
    pub const BF16: Self = Self { stored: &stored("bf16", 2.0) };
    /// INT8.
    pub const INT8: Self = Self { stored: &stored("int8", 1.0) };
    /// FP8.
    pub const FP8: Self = Self { stored: &stored("fp8", 1.0) };
    /// INT4 as AWQ and GPTQ have it.
    pub const INT4: Self = Self { stored: &stored("int4", 0.516) };
    /// The same with 2 bit.
    pub const INT2: Self = Self { stored: &stored("int2", 0.266) };
    /// The same with 3 bit.
    pub const INT3: Self = Self { stored: &stored("int3", 0.391) };
    /// The same with 5 bit.
    pub const INT5: Self = Self { stored: &stored("int5", 0.641) };
    /// The same with 6 bit.
    pub const INT6: Self = Self { stored: &stored("int6", 0.766) };
    /// NVFP4.
    pub const NVFP4: Self = Self { stored: &stored("nvfp4", 0.5625) };
    /// GGUF, 34 bytes per 32 numbers.
    pub const Q8_0: Self = Self { stored: &blocks_of_32("q8_0", 34.0) };
    /// GGUF, 24 bytes per 32 numbers.
    pub const Q5_1: Self = Self { stored: &blocks_of_32("q5_1", 24.0) };
    /// GGUF, 22 bytes per 32 numbers.
    pub const Q5_0: Self = Self { stored: &blocks_of_32("q5_0", 22.0) };
    /// GGUF, 20 bytes per 32 numbers.
    pub const Q4_1: Self = Self { stored: &blocks_of_32("q4_1", 20.0) };
    /// GGUF, 18 bytes per 32 numbers.
    pub const Q4_0: Self = Self { stored: &blocks_of_32("q4_0", 18.0) };
    /// GGUF, 18 bytes per 32 numbers.
    pub const IQ4_NL: Self = Self { stored: &blocks_of_32("iq4_nl", 18.0) };
    /// Microscaling FP4, 17 bytes per 32 numbers.
    pub const MXFP4: Self = Self { stored: &blocks_of_32("mxfp4", 17.0) };
    /// GGUF, 210 bytes per 256 numbers.
    pub const Q6_K: Self = Self { stored: &blocks_of_256("q6_k", 210.0, Self::Q8_0) };
    /// GGUF, 176 bytes per 256 numbers.
    pub const Q5_K: Self = Self { stored: &blocks_of_256("q5_k", 176.0, Self::Q5_1) };
    /// GGUF, 144 bytes per 256 numbers.
    pub const Q4_K: Self = Self { stored: &blocks_of_256("q4_k", 144.0, Self::Q5_0) };
    /// GGUF, 110 bytes per 256 numbers.
    pub const Q3_K: Self = Self { stored: &blocks_of_256("q3_k", 110.0, Self::Q4_0) };
    /// GGUF, 84 bytes per 256 numbers.
    pub const Q2_K: Self = Self { stored: &blocks_of_256("q2_k", 84.0, Self::Q4_0) };
    /// GGUF, 136 bytes per 256 numbers.
    pub const IQ4_XS: Self = Self { stored: &blocks_of_256("iq4_xs", 136.0, Self::IQ4_NL) };
    /// GGUF, 110 bytes per 256 numbers.
    pub const IQ3_S: Self = Self { stored: &blocks_of_256("iq3_s", 110.0, Self::IQ4_NL) };
    /// GGUF, 98 bytes per 256 numbers.
    pub const IQ3_XXS: Self = Self { stored: &blocks_of_256("iq3_xxs", 98.0, Self::IQ4_NL) };
    /// GGUF, 82 bytes per 256 numbers.
    pub const IQ2_S: Self = Self { stored: &blocks_of_256("iq2_s", 82.0, Self::IQ4_NL) };
    /// GGUF, 74 bytes per 256 numbers.
    pub const IQ2_XS: Self = Self { stored: &blocks_of_256("iq2_xs", 74.0, Self::IQ4_NL) };
    /// GGUF, 66 bytes per 256 numbers.
    pub const IQ2_XXS: Self = Self { stored: &blocks_of_256("iq2_xxs", 66.0, Self::IQ4_NL) };
    /// GGUF, 56 bytes per 256 numbers.
    pub const IQ1_M: Self = Self { stored: &blocks_of_256("iq1_m", 56.0, Self::IQ4_NL) };
    /// GGUF, 50 bytes per 256 numbers.
    pub const IQ1_S: Self = Self { stored: &blocks_of_256("iq1_s", 50.0, Self::IQ4_NL) };
    /// GGUF, ternary, 66 bytes per 256 numbers.
    pub const TQ2_0: Self = Self { stored: &blocks_of_256("tq2_0", 66.0, Self::Q4_0) };
    /// GGUF, ternary, 54 bytes per 256 numbers.
    pub const TQ1_0: Self = Self { stored: &blocks_of_256("tq1_0", 54.0, Self::Q4_0) };
    /// `use_more_bits` of llama-quant.cpp takes half of the layers, whatever their number: the first and the last eighth,
    /// and every third between them.
    pub(super) const HALF_Q4_K_Q6_K: Self = Self { stored: &blend("q4_k/q6_k", Self::Q4_K, Self::Q6_K, 0.5) };
    /// The same of files with `Q5_K`.
    pub(super) const HALF_Q5_K_Q6_K: Self = Self { stored: &blend("q5_k/q6_k", Self::Q5_K, Self::Q6_K, 0.5) };
    /// More bits in the first eighth of the layers.
    pub(super) const EIGHTH_Q4_K_Q5_K: Self = Self { stored: &blend("q4_k/q5_k", Self::Q4_K, Self::Q5_K, 0.125) };
    /// The same in the first sixteenth.
    pub(super) const SIXTEENTH_Q4_K_Q5_K: Self = Self { stored: &blend("q4_k/q5_k", Self::Q4_K, Self::Q5_K, 0.0625) };
    /// More bits in the first and the last eighth of the layers.
    pub(super) const QUARTER_IQ3_XXS_IQ3_S: Self =
        Self { stored: &blend("iq3_xxs/iq3_s", Self::IQ3_XXS, Self::IQ3_S, 0.25) };
    /// More bits in the first eighth of the layers.
    pub(super) const EIGHTH_IQ3_S_Q4_K: Self = Self { stored: &blend("iq3_s/q4_k", Self::IQ3_S, Self::Q4_K, 0.125) };
    /// More bits in half of the layers.
    pub(super) const HALF_IQ3_S_Q4_K: Self = Self { stored: &blend("iq3_s/q4_k", Self::IQ3_S, Self::Q4_K, 0.5) };

    /// What an LM head can be stored in, in the order in which a control cycles through them.
    pub const OF_HEADS: [Self; 12] = [
        Self::FP16,
        Self::BF16,
        Self::INT8,
        Self::FP8,
        Self::Q8_0,
        Self::Q6_K,
        Self::Q5_K,
        Self::Q4_K,
        Self::Q4_0,
        Self::INT4,
        Self::NVFP4,
        Self::NONE,
    ];

    /// What a KV cache can be stored in, in the order in which a control cycles through them.
    pub const OF_KV_CACHES: [Self; 10] = [
        Self::FP16,
        Self::BF16,
        Self::FP8,
        Self::INT8,
        Self::Q8_0,
        Self::Q5_1,
        Self::Q5_0,
        Self::Q4_1,
        Self::Q4_0,
        Self::IQ4_NL,
    ];

    /// The storage of that name, in any case; `None` if neither heads nor caches have it.
    pub fn named(name: &str) -> Option<Self> {
        let all = Self::OF_HEADS.into_iter().chain(Self::OF_KV_CACHES);
        all.into_iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// Bytes per number of a matrix whose rows, along the input dimension, have so many numbers.
    #[inline]
    pub const fn bytes_in_rows_of(self, columns: u32) -> f64 {
        if columns.is_multiple_of(256) {
            self.stored.bytes
        } else if columns.is_multiple_of(32) {
            self.stored.in_rows_of_32
        } else {
            self.stored.in_other_rows
        }
    }

    /// Whether it takes more in rows that are no multiple of 256, as most shapes have them.
    pub fn minds_rows(self) -> bool {
        self.in_rows_of_32 != self.bytes
    }

    /// Whether numbers lose precision against the 16 bit that the law's models are taken to have.
    pub fn is_quantised(self) -> bool {
        self != Self::NONE && self.bytes < Self::FP16.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_gguf_files_mind_the_length_of_a_row() {
        for (storage, aligned, by_32, by_none) in [
            (Storage::Q4_K, 0.5625, 0.6875, 2.0),
            (Storage::Q5_K, 0.6875, 0.75, 2.0),
            (Storage::Q6_K, 0.820_312_5, 1.0625, 2.0),
            (Storage::Q3_K, 0.429_687_5, 0.5625, 2.0),
            (Storage::IQ4_XS, 0.531_25, 0.5625, 2.0),
            (Storage::HALF_Q4_K_Q6_K, 0.691_406_25, 0.875, 2.0),
            (Storage::EIGHTH_Q4_K_Q5_K, 0.578_125, 0.695_312_5, 2.0),
            (Storage::Q8_0, 1.0625, 1.0625, 2.0),
            (Storage::MXFP4, 0.531_25, 0.531_25, 2.0),
            (Storage::INT4, 0.516, 0.516, 0.516),
            (Storage::FP16, 2.0, 2.0, 2.0),
        ] {
            let bytes = [1024, 896, 4864, 576, 24].map(|columns| storage.bytes_in_rows_of(columns));
            assert_eq!(bytes, [aligned, by_32, aligned, by_32, by_none], "{}", storage.name);
        }
    }
}
