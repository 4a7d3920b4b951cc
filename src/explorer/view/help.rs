//! The help: every binding of the screen at hand, and what the glyphs mean.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::draw::window;
use crate::explorer::keys::help;
use crate::explorer::screen::Screen;
use crate::explorer::screens::parts;
use engine::text;

/// Rows of the legend at least, so that the window is much the same over every screen.
const LEAST_LEGEND_ROWS: u16 = 5;

/// Draws the help over the screen.
pub(super) fn render(canvas: &mut Canvas<'_>, shown: Screen, screen: Rect) {
    let legend = parts(shown).legend;
    let lines = help(shown);
    let count = lines.len();
    let rows = count as u16;
    let legend_rows = (legend.len().div_ceil(2) as u16).max(LEAST_LEGEND_ROWS);
    let two_columns = screen.height < rows + 3 + legend_rows;
    let (width, height) =
        if two_columns { (screen.width.min(84) - 2, screen.height - 2) } else { (72, rows + 3 + legend_rows) };
    let inner = window(canvas, screen, (width, height), "Help: any key closes it");
    // The blank line above the legend is left out if the bindings need the room.
    let above_legend = inner.height.saturating_sub(legend_rows);
    let roomy = usize::from(above_legend.saturating_sub(1));
    let per_column = if two_columns { roomy.max(count.div_ceil(2)) } else { count };
    let column_width = if two_columns { inner.width / 2 } else { inner.width };
    for (i, (keys, does)) in lines.iter().enumerate() {
        let x = inner.x + 1 + (i / per_column) as u16 * column_width;
        let y = inner.y + (i % per_column) as u16;
        let room = usize::from(column_width).saturating_sub(12);
        canvas.buffer.set_string(x, y, keys, canvas.style(Role::Focus));
        canvas.buffer.set_stringn(x + 11, y, does, room, canvas.style(Role::Text));
    }
    let legend_y = inner.y + (per_column.min(count) as u16 + 1).min(above_legend);
    for (i, (glyph, role, meaning)) in legend.iter().enumerate() {
        let x = inner.x + 1 + (i % 2) as u16 * 34;
        let y = legend_y + (i / 2) as u16;
        canvas.buffer.set_string(x, y, glyph, canvas.style(*role));
        canvas.buffer.set_string(x + 1 + text::width(glyph) as u16, y, meaning, canvas.style(Role::Label));
    }
}
