//! How numbers lie in memory: what one of them costs in traffic and room. In which format they are multiplied is
//! another matter.

use std::ops::Deref;

/// A way to store numbers.
///
/// `bytes` is the *effective* size: block scales and zero points are part of it. int8 has one scale per output channel,
/// which counts for nothing; int4 is that of AWQ and GPTQ in groups of 128, 4 bit and a 16-bit scale per group, rounded;
/// NVFP4 has an FP8 scale per 16 numbers; the rest are GGUF blocks of 32 (`q8_0`, `q4_0`) or 256 numbers (`q4_k`, `q6_k`).
///
/// A block never spans two rows of a matrix. Where a row is no multiple of 256, `llama-quantize` falls back to blocks of 32
/// with more bits each: `Q5_0` for `q4_k`, `q8_0` for `q6_k`. So what a weight of theirs takes depends on the matrix
/// ([`Self::bytes_in_rows_of`]), by up to 30 %.
///
/// It is a handle: settings that hold four of them are copied all over.
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
    /// Bytes per number of what stands in for it in other rows.
    unaligned_bytes: f64,
}

impl Deref for Storage {
    type Target = Stored;

    fn deref(&self) -> &Stored {
        self.stored
    }
}

const fn stored(name: &'static str, bytes: f64) -> Stored {
    Stored { name, bytes, unaligned_bytes: bytes }
}

/// Blocks of 256 numbers, and what stands in for them.
const fn k_quant(name: &'static str, bytes: f64, unaligned: Storage) -> Stored {
    Stored { name, bytes, unaligned_bytes: unaligned.stored.bytes }
}

impl Storage {
    /// Nothing: there is no such matrix.
    pub const NONE: Self = Self { stored: &stored("none", 0.0) };
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
    /// NVFP4.
    pub const NVFP4: Self = Self { stored: &stored("nvfp4", 0.5625) };
    /// GGUF, 34 bytes per 32 numbers.
    pub const Q8_0: Self = Self { stored: &stored("q8_0", 34.0 / 32.0) };
    /// GGUF, 18 bytes per 32 numbers.
    pub const Q4_0: Self = Self { stored: &stored("q4_0", 18.0 / 32.0) };
    /// GGUF, 22 bytes per 32 numbers. Nobody chooses it, but rows that `q4_k` does not fit are stored in it.
    const Q5_0: Self = Self { stored: &stored("q5_0", 22.0 / 32.0) };
    /// GGUF, 210 bytes per 256 numbers.
    pub const Q6_K: Self = Self { stored: &k_quant("q6_k", 210.0 / 256.0, Self::Q8_0) };
    /// GGUF, 144 bytes per 256 numbers.
    pub const Q4_K: Self = Self { stored: &k_quant("q4_k", 144.0 / 256.0, Self::Q5_0) };
    /// What a value or a down projection of a GGUF file of type `Q4_K_M` takes on average: it is in [`Self::Q6_K`] in half
    /// of the layers, in [`Self::Q4_K`] in the others.
    pub const HALF_Q6_K: Self = Self {
        stored: &Stored {
            name: "q4_k/q6_k",
            bytes: f64::midpoint(Self::Q4_K.stored.bytes, Self::Q6_K.stored.bytes),
            unaligned_bytes: f64::midpoint(Self::Q5_0.stored.bytes, Self::Q8_0.stored.bytes),
        },
    };

    /// What an LM head can be stored in, in the order in which a control cycles through them.
    pub const OF_HEADS: [Self; 11] = [
        Self::FP16,
        Self::BF16,
        Self::INT8,
        Self::FP8,
        Self::Q8_0,
        Self::Q6_K,
        Self::Q4_K,
        Self::Q4_0,
        Self::INT4,
        Self::NVFP4,
        Self::NONE,
    ];

    /// What a KV cache can be stored in, in the order in which a control cycles through them.
    pub const OF_KV_CACHES: [Self; 6] = [Self::FP16, Self::BF16, Self::FP8, Self::INT8, Self::Q8_0, Self::Q4_0];

    /// The storage of that name, in any case; `None` if neither heads nor caches have it.
    pub fn named(name: &str) -> Option<Self> {
        let all = Self::OF_HEADS.into_iter().chain(Self::OF_KV_CACHES);
        all.into_iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// Bytes per number of a matrix whose rows, along the input dimension, have so many numbers.
    #[inline]
    pub const fn bytes_in_rows_of(self, columns: u32) -> f64 {
        if columns.is_multiple_of(256) { self.stored.bytes } else { self.stored.unaligned_bytes }
    }

    /// Whether it takes more in rows that are no multiple of its blocks.
    pub fn minds_rows(self) -> bool {
        self.unaligned_bytes != self.bytes
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
    fn only_k_quants_mind_the_length_of_a_row() {
        for (storage, aligned, unaligned) in [
            (Storage::Q4_K, 0.5625, 0.6875),
            (Storage::Q6_K, 0.820_312_5, 1.0625),
            (Storage::HALF_Q6_K, 0.691_406_25, 0.875),
            (Storage::Q8_0, 1.0625, 1.0625),
            (Storage::INT4, 0.516, 0.516),
            (Storage::FP16, 2.0, 2.0),
        ] {
            let bytes = [1024, 896, 4864, 576].map(|columns| storage.bytes_in_rows_of(columns));
            assert_eq!(bytes, [aligned, unaligned, aligned, unaligned], "{}", storage.name);
        }
    }
}
