//! What rows leave open, gathered over a table and said once.
//!
//! A data frame with one gap in `kv_heads` gives a multi-head model among grouped-query ones, and a law that follows the
//! gap. So a gap among values is asked about. A column without any value is as good as no column. Cells that no fit needs
//! (a seed that is a word, a perplexity that overflowed) are unknown, and that is said.

use super::cell::Cell;
use super::field::Field;
use super::rows::Place;
use engine::error::{Error, Result};
use engine::text::{shown, some_of};

/// What was left open so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    place: Option<Place>,
    /// Cells that are not read: field, column, the first text, how many.
    unread: Vec<(Field, String, String, usize)>,
    /// Rows with a number of KV heads.
    with_kv_heads: usize,
    /// Rows without one.
    without: Vec<Place>,
    /// Whether all rows are without because there is no such column.
    has_column: bool,
}

impl Notes {
    /// The row that is read now.
    pub(super) const fn at(&mut self, place: Place) {
        self.place = Some(place);
    }

    /// What is in a cell that the fit can do without; nothing where it cannot be read.
    pub(super) fn unless_unread<'c, T>(
        &mut self,
        cell: Option<&Cell<'c>>,
        read: impl Fn(&Cell<'c>) -> Result<T>,
    ) -> Option<T> {
        let cell = cell?;
        let value = read(cell).ok();
        if value.is_none() {
            match self.unread.iter_mut().find(|(field, ..)| *field == cell.field) {
                Some((.., count)) => *count += 1,
                None => self.unread.push((cell.field, cell.column.to_owned(), cell.text.to_string(), 1)),
            }
        }
        value
    }

    /// Whether the row says how many KV heads there are.
    pub(super) fn attention(&mut self, cell: Option<&Cell<'_>>) {
        self.has_column |= cell.is_some();
        if cell.is_some_and(|cell| !cell.is_unknown()) {
            self.with_kv_heads += 1;
        } else if let Some(place) = self.place {
            self.without.push(place);
        }
    }

    /// Fails where a gap could mean two things; else says what was left open.
    pub(super) fn remarks(&self) -> Result<Vec<String>> {
        if let (Some(first), true) = (self.without.first(), self.with_kv_heads > 0) {
            let rows = self.without.len() + self.with_kv_heads;
            let places: Vec<String> = self.without.iter().map(|place| place.in_words()).collect();
            let what = format!("kv_heads has no value in {} of {rows} runs: {}", self.without.len(), some_of(&places));
            return Err(first.of(Error::new(what)
                .expected("a number in every row: multi-head and grouped-query attention are different models")
                .hint("write it there; in multi-head attention it is the number of heads")));
        }
        let mut remarks: Vec<String> = self
            .unread
            .iter()
            .map(|(field, column, text, count)| {
                let others = if *count > 1 { format!(" and {} others", count - 1) } else { String::new() };
                format!("{} unknown where '{}' is '{}'{others}", field.name(), shown(column), shown(text))
            })
            .collect();
        if self.has_column && self.with_kv_heads == 0 {
            remarks.push("kv_heads is empty: taken as multi-head attention, kv_heads = heads".to_owned());
        }
        Ok(remarks)
    }
}
