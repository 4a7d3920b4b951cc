//! The columns of the table of architectures: what each shows, and how it sorts; and which pane a small screen shows.

use rayon::prelude::*;

use crate::explorer::table::{SortOrder, TableColumn};
use engine::landscape::Landscape;
use engine::quantity::{Known, Quantity};

/// The columns of the table of feasible architectures: all quantities that have one.
impl TableColumn for Quantity {
    fn columns() -> &'static [Self] {
        Self::on_screen()
    }

    fn heading(self) -> &'static str {
        self.screen().map_or("", |screen| screen.heading)
    }

    fn width(self) -> u16 {
        self.screen().map_or(0, |screen| screen.cells)
    }
}

/// The order in which a landscape keeps its candidates anyway.
pub const BEST_FIRST: (Quantity, SortOrder) = (Quantity::PERPLEXITY, SortOrder::Ascending);

/// All candidates in the order of a column; among equals the better comes first.
pub fn order(landscape: &Landscape, column: Quantity, direction: SortOrder) -> Vec<u32> {
    let mut order = landscape.best_first().to_vec();
    if column == Quantity::PERPLEXITY {
        if direction == SortOrder::Descending {
            order.reverse();
        }
        return order;
    }
    let key = |index| column.sort_key(&Known::candidate(landscape, index));
    let keys: Vec<f64> = (0..landscape.sweep.len()).into_par_iter().map(key).collect();
    let compared = |a: &u32, b: &u32| keys[*a as usize].total_cmp(&keys[*b as usize]);
    order.par_sort_by(|a, b| match direction {
        SortOrder::Ascending => compared(a, b),
        SortOrder::Descending => compared(b, a),
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
    use engine::fixtures::paper_landscape;

    #[test]
    fn a_click_sorts_and_another_reverses() {
        let sort = clicked(BEST_FIRST, Quantity::WIDTH);
        assert_eq!(sort, (Quantity::WIDTH, SortOrder::Ascending));
        assert_eq!(clicked(sort, Quantity::WIDTH), (Quantity::WIDTH, SortOrder::Descending));
        assert_eq!(stepped(BEST_FIRST, Direction::Down).0, Quantity::DECODE);
        assert_eq!(stepped(stepped(BEST_FIRST, Direction::Down), Direction::Up), BEST_FIRST);
    }

    #[test]
    fn every_column_sorts_both_ways() {
        let landscape = paper_landscape();
        for &column in Quantity::columns() {
            let key = |&index: &u32| column.sort_key(&Known::candidate(&landscape, index as usize));
            let [rising, falling] =
                [SortOrder::Ascending, SortOrder::Descending].map(|direction| order(&landscape, column, direction));
            assert!(rising.is_sorted_by_key(key), "{column:?}");
            assert!(falling.iter().rev().is_sorted_by_key(key), "{column:?}");
            assert_eq!(rising.len(), landscape.sweep.len());
            assert!(key(&rising[0]) < key(&falling[0]), "{column:?} tells candidates apart");
        }
    }
}
