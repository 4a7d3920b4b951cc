//! How numbers lie in memory: what one of them costs in traffic and room. What they are multiplied in is another matter.

/// A way to store numbers.
///
/// `bytes` is the *effective* size: block scales and zero points are part of it. int8 has one scale per output channel,
/// which counts for nothing; int4 is that of AWQ and GPTQ in groups of 128, 4 bit and a 16-bit scale per group, rounded;
/// NVFP4 has an FP8 scale per 16 numbers; the rest are GGUF blocks of 32 (`q8_0`, `q4_0`) or 256 numbers (`q4_k`, `q6_k`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Storage {
    /// As typed on the command line.
    pub name: &'static str,
    /// Bytes per number.
    pub bytes: f64,
}

const fn storage(name: &'static str, bytes: f64) -> Storage {
    Storage { name, bytes }
}

impl Storage {
    /// IEEE half precision.
    pub const FP16: Self = storage("fp16", 2.0);
    /// bfloat16.
    pub const BF16: Self = storage("bf16", 2.0);
    /// INT8.
    pub const INT8: Self = storage("int8", 1.0);
    /// FP8.
    pub const FP8: Self = storage("fp8", 1.0);
    /// INT4 as AWQ and GPTQ have it.
    pub const INT4: Self = storage("int4", 0.516);
    /// NVFP4.
    pub const NVFP4: Self = storage("nvfp4", 0.5625);
    /// GGUF, 34 bytes per 32 numbers.
    pub const Q8_0: Self = storage("q8_0", 34.0 / 32.0);
    /// GGUF, 18 bytes per 32 numbers.
    pub const Q4_0: Self = storage("q4_0", 18.0 / 32.0);
    /// GGUF, 210 bytes per 256 numbers.
    pub const Q6_K: Self = storage("q6_k", 210.0 / 256.0);
    /// GGUF, 144 bytes per 256 numbers.
    pub const Q4_K: Self = storage("q4_k", 144.0 / 256.0);
    /// The layers of a GGUF file of type `Q4_K_M`: [`Self::Q6_K`] in half of the value and down projections,
    /// [`Self::Q4_K`] elsewhere.
    ///
    /// How much that half weighs depends on the shape; this is the mean of a layer of Llama 3.1 8B (d 4096, 8 KV heads
    /// of 128, r 14336/4096): 0.600 bytes per weight. Other shapes differ in the third digit; those without grouped
    /// queries or with many experts come to 0.60 to 0.61.
    pub const Q4_K_M: Self = {
        let (width, kv_dim, hidden) = (4096.0, 1024.0, 14_336.0);
        let value_and_down = width * kv_dim + width * hidden;
        let all = 2.0 * width * width + 2.0 * width * kv_dim + 3.0 * width * hidden;
        let in_q6_k = value_and_down / 2.0 / all;
        storage("q4_k_m", in_q6_k * Self::Q6_K.bytes + (1.0 - in_q6_k) * Self::Q4_K.bytes)
    };

    /// What an LM head can be stored in, in the order in which a control cycles through them.
    pub const OF_HEADS: [Self; 10] = [
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
    ];

    /// What a KV cache can be stored in, in the order in which a control cycles through them.
    pub const OF_KV_CACHES: [Self; 6] = [Self::FP16, Self::BF16, Self::FP8, Self::INT8, Self::Q8_0, Self::Q4_0];

    /// Whether numbers lose precision against the 16 bit that the law's models are taken to have.
    pub fn is_quantised(self) -> bool {
        self.bytes < Self::FP16.bytes
    }
}
