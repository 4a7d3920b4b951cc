//! The fit: how well the law asked about describes the runs behind it.

mod coefficients;

use ratatui::layout::Rect;

use super::Canvas;
use super::theme::Role;
use crate::explorer::layout::fit::panes;
use crate::explorer::state::State;

/// What the marks mean, for the help.
pub(super) const LEGEND: &[(&str, Role, &str)] = &[];

/// Draws the screen.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let panes = panes(body);
    let headline = vec![canvas.span(format!(" {}", state.law_entry().label), Role::Title)];
    canvas.line(panes.headline, headline);
    coefficients::render(canvas, state, panes.coefficients);
}
