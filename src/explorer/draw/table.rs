//! What every table on the screen has: columns that fit, headings that sort, a note about the rows that are shown.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::Canvas;
use super::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::table::{RowWindow, SortOrder, TableColumn};
use engine::text::{self, fit, right};

/// A column and its place.
#[derive(Clone, Copy)]
pub(crate) struct Placed<C> {
    pub(crate) column: C,
    x: u16,
    y: u16,
}

/// Cells before the first column, for a row's marker.
const MARKER: u16 = 2;

/// The columns that fit, from the left; room to spare widens the gaps.
pub(crate) fn columns<C: TableColumn>(inner: Rect) -> Vec<Placed<C>> {
    const WIDEST_GAP: u16 = 4;
    let mut used = MARKER;
    let fitting: Vec<C> = C::columns()
        .iter()
        .copied()
        .take_while(|column| {
            used += column.width();
            let fits = used <= inner.width;
            used += 1;
            fits
        })
        .collect();
    let columns: u16 = fitting.iter().map(|column| column.width()).sum();
    let gaps = (fitting.len() as u16).saturating_sub(1).max(1);
    let gap = (inner.width.saturating_sub(MARKER + columns) / gaps).clamp(1, WIDEST_GAP);
    let mut x = inner.x + MARKER;
    fitting
        .into_iter()
        .map(|column| {
            let placed = Placed { column, x, y: inner.y };
            x += column.width() + gap;
            placed
        })
        .collect()
}

/// Draws the headings; a click on one sorts by it.
pub(crate) fn headings<C: TableColumn>(
    canvas: &mut Canvas<'_>,
    (sorted, order): (C, SortOrder),
    columns: &[Placed<C>],
    sort: fn(C) -> Action,
) {
    for &Placed { column, x, y } in columns {
        let arrow = match (sorted == column, order) {
            (false, _) => "",
            (true, SortOrder::Ascending) => "▴",
            (true, SortOrder::Descending) => "▾",
        };
        let role = if sorted == column { Role::Focus } else { Role::Label };
        let width = usize::from(column.width());
        if column.is_text() {
            canvas.buffer.set_string(x, y, format!("{}{arrow}", column.heading()), canvas.style(role));
        } else {
            // A sort arrow may use the gap to the column before it, never a cell of the heading.
            let heading = right(&format!("{arrow}{}", column.heading()), width + 1);
            canvas.buffer.set_string(x - 1, y, heading, canvas.style(role));
        }
        canvas.hits.push(Rect::new(x, y, column.width(), 1), Target::Press(sort(column)));
    }
}

impl<C: TableColumn> Placed<C> {
    /// Writes a cell's text in row `y` of the screen.
    pub(crate) fn write(self, canvas: &mut Canvas<'_>, y: u16, text: &str, style: Style) {
        let width = usize::from(self.column.width());
        let text = if self.column.is_text() { fit(text, width) } else { right(text, width) };
        canvas.buffer.set_string(self.x, y, text, style);
    }
}

/// `rows 1–12` in the lower border.
pub(crate) fn position_hint(canvas: &mut Canvas<'_>, area: Rect, RowWindow { top, shown, all }: RowWindow) {
    if all <= shown || shown == 0 {
        return;
    }
    let words = format!(" rows {}–{} ", top + 1, (top + shown).min(all));
    let x = area.right().saturating_sub(text::width(&words) as u16 + 2);
    canvas.buffer.set_string(x, area.bottom() - 1, &words, canvas.style(Role::Label));
}
