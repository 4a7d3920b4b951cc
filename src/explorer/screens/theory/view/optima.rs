//! The table of optima: what is solved for, what that costs, and how exact it is.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::{nothing_yet, numbers, pane, rows_hint};
use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::screens::theory::action::TheoryAction;
use crate::explorer::screens::theory::model::answer::Answered;
use crate::explorer::screens::theory::model::table::{Row, Way, fails, outcome};
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use engine::text::{self, right};
use report::theory::Outcome;

/// Cells of the rows' names.
const LABEL: usize = 11;
/// Cells of a column.
const CELL: usize = 12;
/// After what is more than is allowed.
const OVER: &str = " ✗";

/// Draws the pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inner = pane(canvas, area, "Optimum");
    let Some(answered) = state.theory.answered.as_deref() else { return nothing_yet(canvas, state, inner) };
    headings(canvas, answered, area);
    let outcomes: [(Way, Option<&Outcome>); Way::ALL.len()] = Way::ALL.map(|way| (way, outcome(answered, way)));
    let rows = Row::of(answered);
    let window = RowWindow { top: state.theory.optima_top, shown: usize::from(inner.height), all: rows.len() };
    let top = window.scrolled_to(window.top);
    canvas.hits.push_with_wheel(area, None, [-3, 3].map(|rows| Action::Theory(TheoryAction::ScrollOptima(rows))));
    for (y, row) in (inner.y..inner.bottom()).zip(rows.into_iter().skip(top)) {
        let mut spans: Vec<Span<'static>> = vec![canvas.span(format!("{:<LABEL$}", row.label()), Role::Label)];
        // A mark reaches into the next column, so that the numbers stay aligned.
        let mut hanging = 0;
        for (way, outcome) in &outcomes {
            let text = outcome.map_or_else(|| "–".to_owned(), |outcome| row.text(outcome));
            let over = outcome.is_some_and(|outcome| row.is_over(outcome, &answered.inquiry.budgets));
            let role = match (way, row) {
                _ if over => Role::Over,
                (way, Row::Perplexity) if fails(answered, *way) => Role::Faint,
                (Way::Operators, Row::Perplexity) => Role::Title,
                (_, Row::Residual | Row::ByOperators(_)) => Role::Label,
                (_, Row::Cost(limit)) if answered.inquiry.budgets.get(limit).is_none() => Role::Label,
                _ => Role::Text,
            };
            let mark = if over { OVER } else { "" };
            spans.push(canvas.span(right(&text, CELL - hanging) + mark, numbers(state, role)));
            hanging = text::width(mark);
        }
        canvas.line(Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(1), height: 1 }, spans);
    }
    rows_hint(canvas, area, RowWindow { top, ..window });
}

/// In the border, which leaves one more row for a limit. An optimum that fails its own conditions is no better design,
/// however low its perplexity.
fn headings(canvas: &mut Canvas<'_>, answered: &Answered, area: Rect) {
    for (place, way) in Way::ALL.into_iter().enumerate() {
        let fails = fails(answered, way);
        let heading = format!(" {}{} ", if fails { "✗ " } else { "" }, way.heading());
        let end = area.x + 3 + (LABEL + CELL * (place + 1)) as u16;
        let x = end.saturating_sub(text::width(&heading) as u16);
        canvas.buffer.set_string(x, area.y, heading, canvas.style(Role::Label));
        if fails {
            put(canvas.buffer, x + 1, area.y, '✗', canvas.style(Role::Over));
        }
    }
}
