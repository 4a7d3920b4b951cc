//! Bytes per weight, matrix by matrix: formats keep some matrices with more bits, and blocks must fit their rows.

use crate::architecture::Architecture;
use crate::precision::Precision;

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
    /// LM head, and an embedding tied to it.
    pub(super) head: f64,
}

impl WeightBytes {
    /// A matrix's rows run along what it multiplies: the width, the heads' outputs, the hidden layer.
    #[inline]
    pub(super) fn of(shape: &Architecture, precision: &Precision) -> Self {
        let Precision { weights, value_and_down, head, .. } = precision;
        let by_width = weights.bytes_in_rows_of(shape.width);
        let shared_down = value_and_down.bytes_in_rows_of(shape.shared_hidden);
        Self {
            query: by_width,
            key_value: f64::midpoint(by_width, value_and_down.bytes_in_rows_of(shape.width)),
            output: weights.bytes_in_rows_of(shape.heads * shape.head_dim),
            gate_up: by_width,
            down: value_and_down.bytes_in_rows_of(shape.expert_hidden),
            // Exact where all three are alike.
            shared: by_width + (shared_down - by_width) / 3.0,
            head: head.bytes_in_rows_of(shape.width),
        }
    }

    /// Of real sizes, which have no rows: as if every block fitted.
    pub(crate) fn nominal(precision: &Precision) -> Self {
        let Precision { weights, value_and_down, head, .. } = precision;
        Self {
            query: weights.bytes,
            key_value: f64::midpoint(weights.bytes, value_and_down.bytes),
            output: weights.bytes,
            gate_up: weights.bytes,
            down: value_and_down.bytes,
            shared: weights.bytes + (value_and_down.bytes - weights.bytes) / 3.0,
            head: head.bytes,
        }
    }
}
