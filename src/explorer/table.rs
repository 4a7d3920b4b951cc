//! The table's columns: what each shows, and in which order it sorts.

use rayon::prelude::*;

use crate::engine::landscape::Landscape;
use crate::engine::sweep::Sweep;
use crate::units;

/// A column of the table of feasible architectures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the headings")]
pub enum Column {
    Perplexity,
    Total,
    Prefill,
    Token,
    Memory,
    Layers,
    Width,
    KvHeads,
    Ratio,
    Experts,
    Active,
    Stored,
    Heads,
    Decode,
}

impl Column {
    /// All columns from left to right; those at the end need a wide screen.
    pub const ALL: [Self; 14] = [
        Self::Perplexity,
        Self::Total,
        Self::Prefill,
        Self::Token,
        Self::Memory,
        Self::Layers,
        Self::Width,
        Self::KvHeads,
        Self::Ratio,
        Self::Experts,
        Self::Active,
        Self::Stored,
        Self::Heads,
        Self::Decode,
    ];

    /// Heading, with the unit where cells leave it out.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Perplexity => "ppl",
            Self::Total => "total ms",
            Self::Prefill => "TTFT ms",
            Self::Token => "TPOT ms",
            Self::Memory => "memory",
            Self::Layers => "layers",
            Self::Width => "width",
            Self::KvHeads => "kv",
            Self::Ratio => "r",
            Self::Experts => "E/K",
            Self::Active => "active",
            Self::Stored => "stored",
            Self::Heads => "heads",
            Self::Decode => "decode ms",
        }
    }

    /// Cells needed, heading included.
    pub const fn width(self) -> u16 {
        match self {
            Self::Perplexity | Self::Width | Self::Experts | Self::Heads => 5,
            Self::Total => 8,
            Self::Prefill | Self::Token | Self::Memory => 7,
            Self::Layers | Self::Active | Self::Stored => 6,
            Self::KvHeads => 2,
            Self::Ratio => 4,
            Self::Decode => 9,
        }
    }

    /// The cell's text for one candidate.
    pub fn cell(self, sweep: &Sweep, index: usize) -> String {
        let shape = sweep.architecture(index);
        match self {
            Self::Perplexity => units::significant(sweep.perplexity[index], 4),
            Self::Total => units::milliseconds(sweep.total_s[index]),
            Self::Prefill => units::milliseconds(sweep.prefill_s[index]),
            Self::Token => units::milliseconds(sweep.tpot_s(index)),
            Self::Memory => units::bytes(sweep.memory_bytes[index]),
            Self::Layers => shape.layers.to_string(),
            Self::Width => shape.width.to_string(),
            Self::KvHeads => shape.kv_heads.to_string(),
            Self::Ratio => units::ratio(shape.ffn_ratio()),
            Self::Experts if shape.is_dense() => "dense".into(),
            Self::Experts => format!("{}/{}", shape.experts, shape.top_k),
            Self::Active => units::parameters(sweep.parameters_active[index]),
            Self::Stored => units::parameters(sweep.parameters_total[index]),
            Self::Heads => shape.heads.to_string(),
            Self::Decode => units::milliseconds(sweep.decode_s[index]),
        }
    }

    /// What the column sorts by.
    fn key(self, sweep: &Sweep, index: usize) -> f64 {
        let shape = || sweep.architecture(index);
        match self {
            Self::Perplexity => sweep.loss[index],
            Self::Total => sweep.total_s[index],
            Self::Prefill => sweep.prefill_s[index],
            Self::Token => sweep.tpot_s(index),
            Self::Memory => sweep.memory_bytes[index],
            Self::Layers => f64::from(shape().layers),
            Self::Width => f64::from(shape().width),
            Self::KvHeads => f64::from(shape().kv_heads),
            Self::Ratio => shape().ffn_ratio(),
            Self::Experts => f64::from(shape().experts) + f64::from(shape().top_k) / 1e6,
            Self::Active => sweep.parameters_active[index] as f64,
            Self::Stored => sweep.parameters_total[index] as f64,
            Self::Heads => f64::from(shape().heads),
            Self::Decode => sweep.decode_s[index],
        }
    }
}

/// Which way a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortOrder {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl SortOrder {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// The order in which a landscape keeps its candidates anyway.
pub const BEST_FIRST: (Column, SortOrder) = (Column::Perplexity, SortOrder::Ascending);

/// All candidates in the order of a column; among equals the better comes first.
pub fn order(landscape: &Landscape, column: Column, direction: SortOrder) -> Vec<u32> {
    let mut order = landscape.best_first().to_vec();
    if column == Column::Perplexity {
        if direction == SortOrder::Descending {
            order.reverse();
        }
        return order;
    }
    let key = |index: &u32| column.key(&landscape.sweep, *index as usize);
    order.par_sort_by(|a, b| match direction {
        SortOrder::Ascending => key(a).total_cmp(&key(b)),
        SortOrder::Descending => key(b).total_cmp(&key(a)),
    });
    order
}
