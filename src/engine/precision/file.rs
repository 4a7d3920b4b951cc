//! Weights as one file stores them: bytes per weight of each matrix, whatever mix of formats somebody chose.

use super::{Precision, Storage};

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
