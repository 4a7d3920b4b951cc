//! What the numbers rest on: conditions that fail, what the models leave out.

use ratatui::layout::Rect;

use super::{nothing_yet, numbers, pane, rows_hint};
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::screens::theory::action::TheoryAction;
use crate::explorer::screens::theory::layout::notes_body;
use crate::explorer::screens::theory::model::words::{Mark, notes};
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use engine::text::wrapped;

/// Draws the pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inner = pane(canvas, area, "What it rests on");
    let Some(answered) = state.theory.answered.as_deref() else { return nothing_yet(canvas, state, inner) };
    let body = notes_body(area);
    canvas.hits.push_with_wheel(area, None, [-3, 3].map(|rows| Action::Theory(TheoryAction::ScrollNotes(rows))));
    let room = usize::from(body.width).saturating_sub(2);
    let mut lines: Vec<(&str, Role, String)> = Vec::new();
    for (mark, words) in notes(answered) {
        let (glyph, role) = match mark {
            Mark::Fails => ("✗", Role::Over),
            Mark::Caution => ("!", Role::Warning),
            Mark::Holds => ("✓", Role::Good),
            Mark::Plain => ("·", Role::Label),
        };
        for (place, line) in wrapped(&words, room).into_iter().enumerate() {
            lines.push((if place == 0 { glyph } else { " " }, role, line));
        }
    }
    let window = RowWindow { top: state.theory.notes_top, shown: usize::from(body.height), all: lines.len() };
    let top = window.scrolled_to(window.top);
    for (y, (glyph, role, line)) in (body.top()..body.bottom()).zip(lines.into_iter().skip(top)) {
        let text_role = if role == Role::Over { Role::Text } else { Role::Label };
        let spans =
            vec![canvas.span(format!("{glyph} "), numbers(state, role)), canvas.span(line, numbers(state, text_role))];
        canvas.line(Rect { y, height: 1, ..body }, spans);
    }
    rows_hint(canvas, area, RowWindow { top, ..window });
}
