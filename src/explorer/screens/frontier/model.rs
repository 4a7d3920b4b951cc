//! The columns of the table of architectures: what each shows, and how it sorts; and which pane a small screen shows.

use rayon::prelude::*;

use crate::explorer::table::{SortOrder, TableColumn};
use engine::landscape::Landscape;
use engine::sweep::Sweep;
use engine::units;

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

impl TableColumn for Column {
    const COLUMNS: &'static [Self] = &[
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

    fn heading(self) -> &'static str {
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

    fn width(self) -> u16 {
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
}

impl Column {
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
            Self::Ratio => {
                self.or_shorter(units::ratio(shape.ffn_ratio()), || units::significant(shape.ffn_ratio(), 2))
            }
            Self::Experts if shape.is_dense() => "dense".into(),
            Self::Experts => {
                self.or_shorter(format!("{}/{}", shape.experts, shape.top_k), || format!("{}/…", shape.experts))
            }
            Self::Active => units::parameters(sweep.parameters_active[index]),
            Self::Stored => units::parameters(sweep.parameters_total[index]),
            Self::Heads => shape.heads.to_string(),
            Self::Decode => units::milliseconds(sweep.decode_s[index]),
        }
    }

    /// What does not fit is said in short here, and in full of the pick: a figure cut off would be another figure.
    fn or_shorter(self, text: String, shorter: impl Fn() -> String) -> String {
        if text.chars().count() <= usize::from(self.width()) { text } else { shorter() }
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

/// Which of the two shares the lower part of a small screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub enum LowerPane {
    Table,
    Pick,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::table::{clicked, stepped};
    use crate::explorer::vocabulary::Direction;

    #[test]
    fn a_click_sorts_and_another_reverses() {
        let sort = clicked(BEST_FIRST, Column::Width);
        assert_eq!(sort, (Column::Width, SortOrder::Ascending));
        assert_eq!(clicked(sort, Column::Width), (Column::Width, SortOrder::Descending));
        assert_eq!(stepped(BEST_FIRST, Direction::Down).0, Column::Decode);
        assert_eq!(stepped(stepped(BEST_FIRST, Direction::Down), Direction::Up), BEST_FIRST);
    }
}
