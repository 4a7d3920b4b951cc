//! The feasible architectures, best first.

use ratatui::layout::Rect;

use super::focused;
use crate::explorer::message::{Action, Focus};
use crate::explorer::pointer::Target;
use crate::explorer::state::State;
use crate::explorer::table::{BEST_FIRST, Column, SortOrder};
use crate::explorer::view::theme::Role;
use crate::explorer::view::{Canvas, right, wrapped};
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
    position_hint(canvas, state, area, usize::from(inner.height).saturating_sub(1));
    let columns = columns(inner);
    headings(canvas, state, &columns, inner);
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if state.selection.feasible.is_empty() {
        nothing(canvas, state, body);
    } else {
        rows(canvas, state, &columns, body);
    }
}

/// A column and the place of its left edge.
type Placed = (Column, u16);

/// The columns that fit, from the left; room to spare widens the gaps.
fn columns(inner: Rect) -> Vec<Placed> {
    const MARKER: u16 = 2;
    const WIDEST_GAP: u16 = 4;
    let mut used = MARKER;
    let fitting: Vec<Column> = Column::ALL
        .into_iter()
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
            let placed = (column, x);
            x += column.width() + gap;
            placed
        })
        .collect()
}

fn headings(canvas: &mut Canvas<'_>, state: &State, columns: &[Placed], inner: Rect) {
    for &(column, x) in columns {
        let sorted = state.sort.0 == column;
        let arrow = match (sorted, state.sort.1) {
            (false, _) => "",
            (true, SortOrder::Ascending) => "▴",
            (true, SortOrder::Descending) => "▾",
        };
        let heading = format!("{arrow}{}", column.heading());
        let role = if sorted { Role::Focus } else { Role::Label };
        // A sort arrow may take the gap to the column before, never a cell of the heading.
        let width = usize::from(column.width()) + 1;
        canvas.buffer.set_string(x - 1, inner.y, right(&heading, width), canvas.style(role));
        canvas.hits.push(Rect::new(x, inner.y, column.width(), 1), Target::Press(Action::Sort(column)));
    }
}

fn rows(canvas: &mut Canvas<'_>, state: &State, columns: &[Placed], body: Rect) {
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
        for &(column, x) in columns {
            let text = column.cell(&landscape.sweep, index as usize);
            canvas.buffer.set_string(x, y, right(&text, usize::from(column.width())), style);
        }
        canvas.hits.push_with_wheel(
            Rect::new(body.x, y, body.width, 1),
            Some(Target::Press(Action::PickRow(row))),
            [Action::Scroll(-3), Action::Scroll(3)],
        );
    }
}

/// `rows 1–12` in the lower border.
fn position_hint(canvas: &mut Canvas<'_>, state: &State, area: Rect, shown: usize) {
    let all = state.selection.feasible.len();
    if all <= shown || shown == 0 {
        return;
    }
    let words = format!(" rows {}–{} ", state.top + 1, (state.top + shown).min(all));
    let x = area.right().saturating_sub(words.chars().count() as u16 + 2);
    canvas.buffer.set_string(x, area.bottom() - 1, &words, canvas.style(Role::Label));
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
