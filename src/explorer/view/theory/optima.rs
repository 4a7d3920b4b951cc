//! The table of optima: what is solved for, what that costs, and how exact it is.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::{nothing_yet, numbers, pane};
use crate::explorer::state::State;
use crate::explorer::theory_view::table::{Outcome, Row, Way, outcome};
use crate::explorer::view::theme::Role;
use crate::explorer::view::{Canvas, right};

/// Cells of the rows' names.
const LABEL: usize = 11;
/// Cells of a column.
const CELL: usize = 12;

/// Draws the pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inner = pane(canvas, area, "Optimum");
    let Some(answered) = state.theory.answered.as_deref() else { return nothing_yet(canvas, state, inner) };
    let outcomes: Vec<(Way, Option<Outcome>)> = Way::ALL.map(|way| (way, outcome(answered, way))).into();
    let line = |y: u16| Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(1), height: 1 };
    // The headings stand in the border: a row more for a limit.
    for (place, way) in Way::ALL.into_iter().enumerate() {
        let heading = format!(" {} ", way.heading());
        let end = inner.x + 2 + (LABEL + CELL * (place + 1)) as u16;
        let x = end.saturating_sub(heading.chars().count() as u16);
        canvas.buffer.set_string(x, area.y, heading, canvas.style(Role::Label));
    }
    for (y, row) in (inner.y..inner.bottom()).zip(Row::of(answered)) {
        let mut spans: Vec<Span<'static>> = vec![canvas.span(format!("{:<LABEL$}", row.label()), Role::Label)];
        for (way, outcome) in &outcomes {
            let text = outcome.as_ref().map_or_else(|| "–".to_owned(), |outcome| row.text(outcome));
            let role = match (way, row) {
                (Way::Operators, Row::Perplexity) => Role::Title,
                (_, Row::Residual | Row::ByOperators(_)) => Role::Label,
                _ => Role::Text,
            };
            spans.push(canvas.span(right(&text, CELL), numbers(state, role)));
        }
        canvas.line(line(y), spans);
    }
}
