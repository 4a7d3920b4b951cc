//! The feasible architectures, best first.

use ratatui::layout::Rect;

use super::focused;
use crate::explorer::message::{Action, Focus};
use crate::explorer::pointer::Target;
use crate::explorer::state::State;
use crate::explorer::table::{BEST_FIRST, Column, RowWindow};
use crate::explorer::view::table::{self, Placed};
use crate::explorer::view::theme::Role;
use crate::explorer::view::{Canvas, wrapped};
use crate::units;

/// Draws heading and rows.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let total = state.landscape().map_or(0, |landscape| landscape.sweep.len());
    let title = format!(
        "Feasible: {} of {} in space {}{}",
        units::count(state.selection.feasible.len()),
        units::count(total),
        state.shelf.space.name,
        if state.sort == BEST_FIRST && state.order.is_none() { " · best first" } else { "" },
    );
    let inner = canvas.pane(area, &title, focused(state, Focus::Table));
    let wheel = [Action::Scroll(-3), Action::Scroll(3)];
    canvas.hits.push_with_wheel(area, Some(Target::Press(Action::Focus(Focus::Table))), wheel);
    let shown = usize::from(inner.height).saturating_sub(1);
    table::position_hint(canvas, area, RowWindow { top: state.top, shown, all: state.selection.feasible.len() });
    let columns = table::columns(inner);
    table::headings(canvas, state.sort, &columns, Action::Sort);
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if state.selection.feasible.is_empty() {
        nothing(canvas, state, body);
    } else {
        rows(canvas, state, &columns, body);
    }
}

fn rows(canvas: &mut Canvas<'_>, state: &State, columns: &[Placed<Column>], body: Rect) {
    let Some(landscape) = state.landscape() else { return };
    let picked = state.picked();
    let shown = state.selection.feasible.iter().enumerate().skip(state.top).take(usize::from(body.height));
    for (y, (row, &index)) in (body.y..).zip(shown) {
        let is_picked = picked == Some(index as usize);
        let style = if is_picked { canvas.theme.picked_row() } else { canvas.style(Role::Text) };
        let (marker, marker_style) = if is_picked {
            ("◆", style)
        } else if state.selection.frontier.contains(&index) {
            ("·", canvas.style(Role::Frontier))
        } else {
            (" ", style)
        };
        canvas.buffer.set_string(body.x, y, marker, marker_style);
        for placed in columns {
            let text = placed.column.cell(&landscape.sweep, index as usize);
            placed.write(canvas, y, &text, style);
        }
        canvas.hits.push_with_wheel(
            Rect::new(body.x, y, body.width, 1),
            Some(Target::Press(Action::PickRow(row))),
            [Action::Scroll(-3), Action::Scroll(3)],
        );
    }
}

/// What to loosen, over as many lines as it takes.
fn nothing(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let Some(loosening) = &state.selection.loosening else { return };
    let words = format!("no architecture keeps these budgets: {loosening}");
    let room = Rect { x: body.x + 2, width: body.width.saturating_sub(4), ..body };
    for (y, line) in (room.top()..room.bottom()).zip(wrapped(&words, usize::from(room.width))) {
        canvas.buffer.set_string(room.x, y, line, canvas.style(Role::Over));
    }
}
