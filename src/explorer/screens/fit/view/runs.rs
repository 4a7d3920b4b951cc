//! The runs, the largest residual first.

use ratatui::layout::Rect;

use super::{focused, marks};
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::table;
use crate::explorer::draw::table::Placed;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::screens::fit::action::FitAction;
use crate::explorer::screens::fit::model::FitFocus;
use crate::explorer::screens::fit::model::evidence::{Evidence, Part};
use crate::explorer::screens::fit::model::runs::{BY_INFLUENCE, BY_SIZE, RunColumn};
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use engine::units;

/// Draws heading and rows.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, evidence: &Evidence, area: Rect) {
    let fit = &state.fit;
    let sorted = match fit.sort {
        BY_SIZE => " · largest residual first",
        BY_INFLUENCE => " · largest influence first",
        _ => "",
    };
    let title = format!("Runs: {}, losses in nats{sorted}", units::count(evidence.points.len()));
    let inner = canvas.pane(area, &title, focused(state, FitFocus::Runs));
    let wheel = [-3, 3].map(|rows| Action::Fit(FitAction::Scroll(rows)));
    canvas.hits.push_with_wheel(area, Some(Target::Press(Action::Fit(FitAction::Focus(FitFocus::Runs)))), wheel);
    let shown = usize::from(inner.height).saturating_sub(1);
    table::position_hint(canvas, area, RowWindow { top: fit.top, shown, all: fit.order.len() });
    let columns = table::columns(inner);
    table::headings(canvas, fit.sort, &columns, |column| Action::Fit(FitAction::Sort(column)));
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    rows(canvas, state, evidence, &columns, body);
}

fn rows(canvas: &mut Canvas<'_>, state: &State, evidence: &Evidence, columns: &[Placed<RunColumn>], body: Rect) {
    let shown = state.fit.order.iter().enumerate().skip(state.fit.top).take(usize::from(body.height));
    for (y, (row, &run)) in (body.y..).zip(shown) {
        let (glyph, role) = match evidence.points[run].part {
            Part::Fitted => (" ", Role::Text),
            Part::HeldOut => (marks::HELD_OUT, Role::DenseFrontier),
            Part::Excluded | Part::Awaiting => (marks::LEFT_OUT, Role::Label),
        };
        let is_selected = state.fit.selected == Some(run);
        let style = match (is_selected, evidence.points[run].part.counts()) {
            (true, _) => canvas.theme.picked_row(),
            (false, true) => canvas.style(Role::Text),
            (false, false) => canvas.style(Role::Label),
        };
        let (glyph, glyph_style) = if is_selected { (marks::SELECTED, style) } else { (glyph, canvas.style(role)) };
        canvas.buffer.set_string(body.x, y, glyph, glyph_style);
        for placed in columns {
            let text = placed.column.cell(evidence, run);
            placed.write(canvas, y, &text, style);
        }
        canvas.hits.push_with_wheel(
            Rect::new(body.x, y, body.width, 1),
            Some(Target::Press(Action::Fit(FitAction::SelectRow(row)))),
            [-3, 3].map(|rows| Action::Fit(FitAction::Scroll(rows))),
        );
    }
}
