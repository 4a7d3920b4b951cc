//! The help: every binding, and what the glyphs mean.

use ratatui::layout::Rect;

use super::Canvas;
use super::theme::Role;
use super::window::window;
use crate::explorer::keymap::BINDINGS;

/// Draws the help over the screen.
pub(super) fn render(canvas: &mut Canvas<'_>, screen: Rect) {
    const LEGEND: [(&str, Role, &str); 10] = [
        ("⣿", Role::CloudMoe, "mixture of experts"),
        ("∘", Role::CloudDense, "dense"),
        ("⠤", Role::Frontier, "frontier of what is feasible"),
        ("○", Role::DenseFrontier, "frontier of dense models"),
        ("◆", Role::Pick, "the pick"),
        ("░", Role::Shade, "a budget forbids it"),
        ("◇", Role::Reference, "a known model"),
        ("·", Role::Frontier, "row on the frontier"),
        ("C", Role::Compute, "compute-bound operator"),
        ("M", Role::Memory, "memory-bound operator"),
    ];
    let rows = BINDINGS.len() as u16;
    let two_columns = screen.height < rows + 8;
    let (width, height) = if two_columns { (screen.width.min(84) - 2, screen.height - 2) } else { (72, rows + 8) };
    let inner = window(canvas, screen, (width, height), "Help: any key closes it");
    let per_column = if two_columns { usize::from(inner.height.saturating_sub(6)) } else { BINDINGS.len() };
    let column_width = if two_columns { inner.width / 2 } else { inner.width };
    for (i, binding) in BINDINGS.iter().enumerate() {
        let x = inner.x + 1 + (i / per_column) as u16 * column_width;
        let y = inner.y + (i % per_column) as u16;
        let room = usize::from(column_width).saturating_sub(12);
        canvas.buffer.set_string(x, y, binding.keys, canvas.style(Role::Focus));
        canvas.buffer.set_stringn(x + 11, y, binding.does, room, canvas.style(Role::Text));
    }
    let legend_y = inner.y + per_column.min(BINDINGS.len()) as u16 + 1;
    for (i, (glyph, role, meaning)) in LEGEND.into_iter().enumerate() {
        let x = inner.x + 1 + (i % 2) as u16 * 34;
        let y = legend_y + (i / 2) as u16;
        canvas.buffer.set_string(x, y, glyph, canvas.style(role));
        canvas.buffer.set_string(x + 2, y, meaning, canvas.style(Role::Label));
    }
}
