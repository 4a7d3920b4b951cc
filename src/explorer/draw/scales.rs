//! The two lines beside and below a plot, with their ticks and a word at the end. Each can be drawn alone, because
//! plots that stand one above the other share the line below the last one.

use ratatui::layout::Rect;

use super::canvas::{Canvas, put};
use super::theme::Role;
use crate::explorer::plot::Tick;
use engine::text;

/// Draws both around `area`; `word` is the unit or name of the horizontal axis.
pub(crate) fn scales(canvas: &mut Canvas<'_>, area: Rect, row_ticks: &[Tick], column_ticks: &[Tick], word: &str) {
    rows(canvas, area, row_ticks);
    columns(canvas, area, column_ticks, word);
}

/// The vertical axis, left of `area`; its labels end before it.
pub(crate) fn rows(canvas: &mut Canvas<'_>, area: Rect, ticks: &[Tick]) {
    let (faint, label) = (canvas.style(Role::Faint), canvas.style(Role::Label));
    let axis_x = area.x - 1;
    for y in area.top()..area.bottom() {
        put(canvas.buffer, axis_x, y, '│', faint);
    }
    for tick in ticks {
        put(canvas.buffer, axis_x, tick.cell, '┤', faint);
        let x = axis_x.saturating_sub(text::width(&tick.label) as u16);
        canvas.buffer.set_string(x, tick.cell, &tick.label, label);
    }
}

/// The horizontal axis, below `area`; its labels stand a row further down, before `word`.
pub(crate) fn columns(canvas: &mut Canvas<'_>, area: Rect, ticks: &[Tick], word: &str) {
    let (faint, label) = (canvas.style(Role::Faint), canvas.style(Role::Label));
    let axis_y = area.bottom();
    put(canvas.buffer, area.x - 1, axis_y, '└', faint);
    for x in area.left()..area.right() {
        put(canvas.buffer, x, axis_y, '─', faint);
    }
    let word_x = match text::width(word) as u16 {
        0 => area.right() + 1,
        length => area.right().saturating_sub(length + 1),
    };
    for tick in ticks {
        let length = text::width(&tick.label) as u16;
        let x = (tick.cell + 1).saturating_sub(length.div_ceil(2));
        if x + length >= word_x {
            continue;
        }
        put(canvas.buffer, tick.cell, axis_y, '┬', faint);
        canvas.buffer.set_string(x, axis_y + 1, &tick.label, label);
    }
    canvas.buffer.set_stringn(word_x + 1, axis_y + 1, word, usize::from(area.width), label);
}
