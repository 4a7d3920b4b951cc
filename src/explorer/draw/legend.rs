//! What the marks of a plot mean, in a border of its pane.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::canvas::Canvas;
use super::theme::Role;

/// A mark as it is drawn, and what it means.
pub(crate) type Entry = (&'static str, Role, &'static str);

/// Cells of the border that stay free: at its ends, and around a title.
const KEPT_FREE: u16 = 8;

/// Writes the entries at the right end of `border`, a line of the pane, where they leave room for a title of so many
/// columns.
pub(crate) fn legend(canvas: &mut Canvas<'_>, border: Rect, entries: &[Entry], title_columns: u16) {
    let spans: Vec<Span<'static>> = entries
        .iter()
        .flat_map(|&(mark, role, words)| [canvas.span(mark, role), canvas.span(words, Role::Label)])
        .collect();
    let width = spans.iter().map(Span::width).sum::<usize>() as u16;
    if title_columns + width + KEPT_FREE <= border.width {
        canvas.line(Rect { x: border.right() - width - 2, width, ..border }, spans);
    }
}
