//! How `llama-quantize` divides the bits of a GGUF file among the matrices of a layer.
//!
//! A type such as `Q4_K_M` is a recipe: most matrices in one block format, those that lose most in a larger one, some of
//! them only in a part of the layers. The recipes are those of `llama_tensor_get_type_impl` in src/llama-quant.cpp
//! (<https://github.com/ggml-org/llama.cpp/blob/master/src/llama-quant.cpp>, read at 007dbbf on 2026-11-29). Layers are
//! priced alike, so a matrix that has more bits in a part of the layers takes the mean of all ([`Storage`]).
//!
//! What the recipe asks of the calibration data (`imatrix`) is taken as most published files have it: i-quants are made
//! with it, the others without. Two exceptions are left out: the value projections of 70B models get more bits (0.2 % of
//! the file), and so does a projection that holds query, key and value in one matrix (Phi).

use super::Storage;
use crate::architecture::Architecture;

/// What each matrix of a layer is stored in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mix {
    /// What all of them are in that nothing else is said of.
    pub usual: Storage,
    /// Query projection.
    query: Storage,
    /// Key projection.
    key: Storage,
    /// Value projection.
    value: Storage,
    /// The same where at least four heads share one.
    value_of_four: Storage,
    /// Output projection of the attention block.
    output: Storage,
    /// The same in a model of eight experts, whose key and value projections are in `q8_0`.
    output_beside_eight: Storage,
    /// The matrices that lead into the hidden layer.
    gate_up: Storage,
    /// The matrix that leads out of it.
    down: Storage,
    /// The same in a model of eight experts.
    down_of_eight: Storage,
    /// The matrices of routed experts, where they differ from those of a dense block.
    experts: Option<Storage>,
}

/// What each matrix of a layer is stored in, in a model of a given shape.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the names are the matrices'")]
pub struct Matrices {
    pub query: Storage,
    pub key: Storage,
    pub value: Storage,
    pub output: Storage,
    /// Of routed experts; of the feed-forward block of a dense model.
    pub gate_up: Storage,
    /// The same.
    pub down: Storage,
    /// Of a block that every token passes: a shared expert, a dense layer of a mixture.
    pub dense_gate_up: Storage,
    /// The same.
    pub dense_down: Storage,
}

impl Matrices {
    /// All in one.
    #[inline]
    pub const fn all(storage: Storage) -> Self {
        Self {
            query: storage,
            key: storage,
            value: storage,
            output: storage,
            gate_up: storage,
            down: storage,
            dense_gate_up: storage,
            dense_down: storage,
        }
    }
}

/// Heads that share a value projection, from which on it gets more bits (`n_gqa`).
const SHARED_BY: u32 = 4;
/// The number of experts of the Mixtrals, which the recipes treat apart (`n_expert`).
const EIGHT: u32 = 8;

impl Mix {
    /// Everything in one format.
    const fn plain(usual: Storage) -> Self {
        Self {
            usual,
            query: usual,
            key: usual,
            value: usual,
            value_of_four: usual,
            output: usual,
            output_beside_eight: usual,
            gate_up: usual,
            down: usual,
            down_of_eight: usual,
            experts: None,
        }
    }

    /// Value and down projections in others.
    const fn with(self, value: Storage, down: Storage) -> Self {
        Self { value, value_of_four: value, down, down_of_eight: down, ..self }
    }

    const fn with_value_of_four(self, value_of_four: Storage) -> Self {
        Self { value_of_four, ..self }
    }

    const fn with_output(self, output: Storage) -> Self {
        Self { output, ..self }
    }

    /// Eight experts leave room for a larger output projection.
    const fn with_larger_output_beside_eight(self) -> Self {
        Self { output_beside_eight: Storage::Q5_K, ..self }
    }

    /// What each matrix of a model of this shape is in.
    #[inline]
    pub fn of(&self, shape: &Architecture) -> Matrices {
        let experts = self.experts.filter(|_| !shape.is_dense());
        let (gate_up, down) = (experts.unwrap_or(self.gate_up), experts.unwrap_or(self.down));
        let dense = Matrices {
            query: self.query,
            key: self.key,
            value: if shape.heads >= SHARED_BY * shape.kv_heads { self.value_of_four } else { self.value },
            output: self.output,
            gate_up,
            down,
            dense_gate_up: self.gate_up,
            dense_down: self.down,
        };
        if shape.experts != EIGHT || self.experts.is_some() {
            return dense;
        }
        let (key, output, down) = (Storage::Q8_0, self.output_beside_eight, self.down_of_eight);
        Matrices { key, value: key, output, down, ..dense }
    }

    /// What each matrix is in where no shape is given: heads have keys of their own, and experts are what the format has
    /// for them.
    pub fn nominal(&self) -> Matrices {
        Matrices {
            query: self.query,
            key: self.key,
            value: self.value,
            output: self.output,
            gate_up: self.experts.unwrap_or(self.gate_up),
            down: self.experts.unwrap_or(self.down),
            dense_gate_up: self.gate_up,
            dense_down: self.down,
        }
    }
}

pub(super) const Q8_0: Mix = Mix::plain(Storage::Q8_0);
pub(super) const Q6_K: Mix = Mix::plain(Storage::Q6_K);
pub(super) const Q5_1: Mix = Mix::plain(Storage::Q5_1);
pub(super) const Q5_0: Mix = Mix::plain(Storage::Q5_0);
pub(super) const Q4_1: Mix = Mix::plain(Storage::Q4_1);
pub(super) const Q4_0: Mix = Mix::plain(Storage::Q4_0);
pub(super) const Q5_K_S: Mix = Mix::plain(Storage::Q5_K);
pub(super) const Q5_K_M: Mix = Mix::plain(Storage::Q5_K).with(Storage::HALF_Q5_K_Q6_K, Storage::HALF_Q5_K_Q6_K);
pub(super) const Q4_K_M: Mix =
    Mix::plain(Storage::Q4_K).with(Storage::HALF_Q4_K_Q6_K, Storage::HALF_Q4_K_Q6_K).with_larger_output_beside_eight();
/// The first four value projections have more bits: in 32 layers, an eighth.
pub(super) const Q4_K_S: Mix = Mix::plain(Storage::Q4_K)
    .with(Storage::EIGHTH_Q4_K_Q5_K, Storage::EIGHTH_Q4_K_Q5_K)
    .with_larger_output_beside_eight();
pub(super) const Q3_K_L: Mix = Mix::plain(Storage::Q3_K).with(Storage::Q5_K, Storage::Q5_K).with_output(Storage::Q5_K);
/// The first two value projections have more bits: in 32 layers, a sixteenth.
pub(super) const Q3_K_M: Mix = Mix::plain(Storage::Q3_K)
    .with(Storage::SIXTEENTH_Q4_K_Q5_K, Storage::SIXTEENTH_Q4_K_Q5_K)
    .with_output(Storage::Q4_K)
    .with_larger_output_beside_eight();
pub(super) const Q3_K_S: Mix = Mix::plain(Storage::Q3_K).with_larger_output_beside_eight();
pub(super) const Q2_K: Mix = Mix::plain(Storage::Q2_K)
    .with(Storage::Q3_K, Storage::Q3_K)
    .with_value_of_four(Storage::Q4_K)
    .with_output(Storage::Q3_K)
    .with_larger_output_beside_eight();
pub(super) const IQ4_NL: Mix =
    Mix::plain(Storage::IQ4_NL).with_value_of_four(Storage::Q5_K).with_larger_output_beside_eight();
pub(super) const IQ4_XS: Mix =
    Mix::plain(Storage::IQ4_XS).with_value_of_four(Storage::Q5_K).with_larger_output_beside_eight();
pub(super) const IQ3_M: Mix = Mix {
    down_of_eight: Storage::HALF_IQ3_S_Q4_K,
    ..Mix::plain(Storage::IQ3_S)
        .with(Storage::Q4_K, Storage::EIGHTH_IQ3_S_Q4_K)
        .with_output(Storage::Q4_K)
        .with_larger_output_beside_eight()
};
pub(super) const IQ3_S: Mix =
    Mix::plain(Storage::IQ3_S).with_value_of_four(Storage::Q4_K).with_larger_output_beside_eight();
pub(super) const IQ3_XS: Mix =
    Mix { query: Storage::IQ3_XXS, key: Storage::IQ3_XXS, gate_up: Storage::QUARTER_IQ3_XXS_IQ3_S, ..IQ3_S };
pub(super) const IQ3_XXS: Mix = Mix {
    query: Storage::IQ2_S,
    key: Storage::IQ2_S,
    ..Mix::plain(Storage::IQ3_XXS)
        .with_value_of_four(Storage::Q4_K)
        .with_output(Storage::IQ3_S)
        .with_larger_output_beside_eight()
};
/// Routed experts alone are in it; what llama.cpp calls the type says so (`MXFP4_MOE`).
pub(super) const MXFP4: Mix = Mix { experts: Some(Storage::MXFP4), ..Mix::plain(Storage::Q8_0) };
