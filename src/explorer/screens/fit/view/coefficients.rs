//! The coefficients with what they mean, and what the fit says about them.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::focused;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::screens::fit::action::FitAction;
use crate::explorer::screens::fit::layout::coefficients_body;
use crate::explorer::screens::fit::model::FitFocus;
use crate::explorer::screens::fit::model::coefficients::{CoefficientLine, CoefficientRow, aligned, lines};
use crate::explorer::state::State;
use engine::text::{self, fit, left};

/// Draws as many lines as fit, from where they are scrolled to.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let entry = state.law_entry();
    let title = if entry.standing_ensemble().is_some() { "Coefficients with 90 % intervals" } else { "Coefficients" };
    canvas.pane(area, title, focused(state, FitFocus::Coefficients));
    let Some(law) = entry.law() else { return };
    let wheel = [-3, 3].map(|rows| Action::Fit(FitAction::ScrollCoefficients(rows)));
    canvas.hits.push_with_wheel(
        area,
        Some(Target::Press(Action::Fit(FitAction::Focus(FitFocus::Coefficients)))),
        wheel,
    );
    let body = coefficients_body(area);
    let lines = lines(law, entry.standing_ensemble(), entry.findings(), usize::from(body.width));
    let (top, all) = (state.fit.coefficients_top, lines.len());
    for (y, line) in (body.top()..body.bottom()).zip(lines.into_iter().skip(top)) {
        let spans = spans(canvas, line, usize::from(body.width));
        canvas.line(Rect { y, height: 1, ..body }, spans);
    }
    let below = all.saturating_sub(top + usize::from(body.height));
    if below > 0 {
        let words = format!(" {below} more lines: tab, ↓ ");
        let x = area.right().saturating_sub(text::width(&words) as u16 + 2);
        canvas.buffer.set_string(x, area.bottom() - 1, &words, canvas.style(Role::Label));
    }
}

fn spans(canvas: &Canvas<'_>, line: CoefficientLine, columns: usize) -> Vec<Span<'static>> {
    match line {
        CoefficientLine::Blank => Vec::new(),
        CoefficientLine::Note { begins, words } => {
            vec![canvas.span(if begins { "⚠ " } else { "  " }, Role::Warning), canvas.span(words, Role::Label)]
        }
        CoefficientLine::Coefficients(rows) => {
            // The column on the left has the longer words.
            let width = if rows.len() > 1 { columns / 2 + 1 } else { columns };
            rows.iter().flat_map(|row| coefficient(canvas, row, width)).collect()
        }
    }
}

/// `α_l    1.63  1.21–2.05    how fast depth pays`
fn coefficient(canvas: &Canvas<'_>, row: &CoefficientRow, width: usize) -> [Span<'static>; 4] {
    const BEFORE_MEANING: usize = 6 + 9 + 1;
    const INTERVAL: usize = 14;
    let interval = row.certainty.map_or_else(String::new, |certainty| format!("{:<INTERVAL$}", certainty.in_words()));
    let room = width.saturating_sub(BEFORE_MEANING + text::width(&interval) + 1);
    let value_role = if row.value == 0.0 { Role::Label } else { Role::Text };
    [
        canvas.span(format!("{:<6}", row.symbol), Role::Title),
        canvas.span(format!("{} ", aligned(row.value)), value_role),
        canvas.span(interval, Role::Text),
        canvas.span(left(&fit(row.meaning, room), room + 1), Role::Label),
    ]
}
