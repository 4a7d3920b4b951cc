//! What every table has: columns that sort, and a window of rows that are shown.

use super::vocabulary::Direction;

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

/// A column of a table that can be sorted by each of them.
pub trait TableColumn: Copy + PartialEq + 'static {
    /// All columns from left to right; those at the end need a wide screen.
    fn columns() -> &'static [Self];

    /// Heading, with the unit where cells leave it out.
    fn heading(self) -> &'static str;

    /// Cells needed, heading included.
    fn width(self) -> u16;

    /// The order that one wants to see first.
    fn first_order(self) -> SortOrder {
        SortOrder::Ascending
    }

    /// Whether its cells are words, which begin at the left; numbers end at the right.
    fn is_text(self) -> bool {
        false
    }
}

/// The sort after a click on `column`: the sorted one again turns the order round.
pub fn clicked<C: TableColumn>((sorted, order): (C, SortOrder), column: C) -> (C, SortOrder) {
    if sorted == column { (column, order.reversed()) } else { (column, column.first_order()) }
}

/// The sort by the next column or the one before, round and round.
pub fn stepped<C: TableColumn>((sorted, _): (C, SortOrder), direction: Direction) -> (C, SortOrder) {
    let next = direction.next_in(C::columns(), sorted);
    (next, next.first_order())
}

/// The rows of a table that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowWindow {
    /// The first one shown.
    pub top: usize,
    /// How many there is room for.
    pub shown: usize,
    /// How many there are.
    pub all: usize,
}

impl RowWindow {
    /// The first row shown when `top` is asked for, or as near to that as there are rows.
    pub fn scrolled_to(self, top: usize) -> usize {
        top.min(self.all.saturating_sub(self.shown))
    }

    /// The first row shown once `row`, if there is one, has been brought into view by the shortest way.
    pub fn holding(self, row: Option<usize>) -> usize {
        let top = match row {
            Some(row) if row < self.top => row,
            Some(row) if self.shown > 0 && row >= self.top + self.shown => row + 1 - self.shown,
            _ => self.top,
        };
        self.scrolled_to(top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_moves_no_farther_than_it_must() {
        let window = RowWindow { top: 10, shown: 5, all: 20 };
        assert_eq!([12, 9, 15, 19].map(|row| window.holding(Some(row))), [10, 9, 11, 15]);
        assert_eq!(window.holding(None), 10);
        assert_eq!(window.scrolled_to(18), 15);
        assert_eq!(RowWindow { all: 3, ..window }.holding(None), 0);
    }
}
