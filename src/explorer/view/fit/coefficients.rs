//! The coefficients with what they mean, and what the fit says about them.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::explorer::fit_view::coefficients::{CoefficientLine, CoefficientRow, aligned, lines};
use crate::explorer::layout::fit::coefficients_body;
use crate::explorer::message::Action;
use crate::explorer::state::State;
use crate::explorer::view::theme::Role;
use crate::explorer::view::{Canvas, Focused};

/// Draws as many lines as fit, from where they are scrolled to.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inner = canvas.pane(area, "Coefficients", Focused::No);
    let entry = state.law_entry();
    let law = match (entry.law(), entry.failure()) {
        (Some(law), _) => law,
        (None, Some(error)) => return canvas.centred(inner, &format!("no law: {error} (l: next law)"), Role::Over),
        (None, None) => return canvas.centred(inner, "fitting the law …", Role::Label),
    };
    let Some(body) = coefficients_body(state) else { return };
    canvas.hits.push_with_wheel(area, None, [Action::Scroll(-3), Action::Scroll(3)]);
    let shown = lines(law, usize::from(body.width)).into_iter().skip(state.fit.coefficients_top);
    for (y, line) in (body.top()..body.bottom()).zip(shown) {
        let spans = spans(canvas, line, usize::from(body.width));
        canvas.line(Rect { y, height: 1, ..body }, spans);
    }
}

fn spans(canvas: &Canvas<'_>, line: CoefficientLine, columns: usize) -> Vec<Span<'static>> {
    match line {
        CoefficientLine::Blank => Vec::new(),
        CoefficientLine::Note { begins, words } => {
            vec![canvas.span(if begins { "⚠ " } else { "  " }, Role::Warning), canvas.span(words, Role::Label)]
        }
        CoefficientLine::Coefficients(rows) => {
            let width = columns / rows.len().max(1);
            rows.iter().flat_map(|row| coefficient(canvas, row, width)).collect()
        }
    }
}

/// `α_l    1.63  how fast depth pays`
fn coefficient(canvas: &Canvas<'_>, row: &CoefficientRow, width: usize) -> [Span<'static>; 3] {
    const BEFORE_MEANING: usize = 6 + 10 + 1;
    let room = width.saturating_sub(BEFORE_MEANING);
    let value_role = if row.value == 0.0 { Role::Label } else { Role::Text };
    [
        canvas.span(format!("{:<6}", row.symbol), Role::Title),
        canvas.span(format!("{} ", aligned(row.value)), value_role),
        canvas.span(format!("{:<room$.room$}", row.meaning), Role::Label),
    ]
}
