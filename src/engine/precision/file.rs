//! Weights as one file stores them: bytes per weight of each matrix, whatever mix of formats somebody chose.

use super::{ComputeFormat, Precision, Storage};

/// Bytes per weight of each matrix, mean over the layers of one file.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the names are the matrices'")]
pub struct FileBytes {
    pub query: f64,
    /// Mean of key and value.
    pub key_value: f64,
    pub output: f64,
    /// Of routed experts; of the feed-forward block of a dense model.
    pub gate_up: f64,
    /// The same.
    pub down: f64,
    /// Mean of the three matrices of the shared expert.
    pub shared: f64,
    /// Of dense layers.
    pub dense_gate_up: f64,
    /// The same.
    pub dense_down: f64,
    pub router: f64,
    pub embedding: f64,
    /// LM head, and an embedding that serves as one.
    pub head: f64,
}

impl FileBytes {
    /// All matrices of the layers in one format, embedding and head in 16 bit.
    pub const fn of_layers(bytes: f64) -> Self {
        Self {
            query: bytes,
            key_value: bytes,
            output: bytes,
            gate_up: bytes,
            down: bytes,
            shared: bytes,
            dense_gate_up: bytes,
            dense_down: bytes,
            router: 2.0,
            embedding: 2.0,
            head: 2.0,
        }
    }
}

impl Precision {
    /// The same with the bytes of a file, whose head is stored so. A head that is chosen afterwards counts instead.
    ///
    /// Settings that hold a format are copied all over, so it holds a handle. The few bytes behind it stay until the
    /// program ends, once for each file that is read.
    #[must_use]
    pub fn as_in_file(self, head: Storage, bytes: FileBytes) -> Self {
        Self { head, file: Some(Box::leak(Box::new(bytes))), ..self }
    }

    /// What a file says in numbers: so many bits per weight, multiplied in `compute`. It has the name of the format that
    /// people ask for by `--precision` where there is one, so that asking for it means the file's. `None` where no kernel
    /// is known that multiplies them so.
    pub fn of_bits(bits: u32, compute: ComputeFormat) -> Option<Self> {
        let (name, weights) = match (bits, compute) {
            (2, ComputeFormat::Bits16) => ("w2a16", Storage::INT2),
            (3, ComputeFormat::Bits16) => ("w3a16", Storage::INT3),
            (4, ComputeFormat::Bits16) => ("w4a16", Storage::INT4),
            (5, ComputeFormat::Bits16) => ("w5a16", Storage::INT5),
            (6, ComputeFormat::Bits16) => ("w6a16", Storage::INT6),
            (8, ComputeFormat::Bits16) => ("w8a16", Storage::INT8),
            (4, ComputeFormat::Int8) => ("w4a8", Storage::INT4),
            (8, ComputeFormat::Int8) => ("w8a8", Storage::INT8),
            (4, ComputeFormat::Fp8) => ("w4afp8", Storage::INT4),
            (8, ComputeFormat::Fp8) => ("fp8", Storage::FP8),
            (4, ComputeFormat::Fp4) => ("nvfp4", Storage::NVFP4),
            _ => return None,
        };
        let description = match compute {
            ComputeFormat::Bits16 => "weights as the file has them, 16-bit compute",
            ComputeFormat::Int8 => "weights as the file has them, INT8 compute",
            ComputeFormat::Fp8 => "weights as the file has them, FP8 compute",
            ComputeFormat::Fp4 => "weights as the file has them, FP4 compute",
        };
        Some(Self { name, description, weights, compute, family: name, ..Self::FP16 })
    }

    /// Microscaling FP4 in routed experts and 16 bit elsewhere: gpt-oss as its authors publish it. llama.cpp has the rest
    /// in `Q8_0`, which is what the format of that name is by itself.
    pub const fn of_mxfp4_experts() -> Self {
        Self {
            name: "mxfp4",
            description: "MXFP4 in routed experts, 16 bit elsewhere, 16-bit compute",
            weights: Storage::MXFP4,
            family: "mxfp4",
            ..Self::FP16
        }
    }

    /// A type of GGUF files that nobody can ask for, because no recipe for other models is known here: only a file has
    /// it, and says what it takes.
    pub const fn of_gguf_file(name: &'static str, weights: Storage) -> Self {
        Self {
            name,
            description: "a type of GGUF files, 16-bit compute",
            weights,
            mix: None,
            embedding: weights,
            head: weights,
            family: "gguf",
            ..Self::FP16
        }
    }
}
