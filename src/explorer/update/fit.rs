//! The Fit screen's actions.

use super::question;
use crate::explorer::fit_view::coefficients;
use crate::explorer::layout::fit::coefficients_body;
use crate::explorer::message::{Action, Arrow, Effect};
use crate::explorer::state::State;

/// Applies an action of this screen.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Step(control, direction, stride) => return question::step(state, control, direction, stride),
        Action::Arrow(Arrow::Up, _) => scroll(state, -1),
        Action::Arrow(Arrow::Down, _) => scroll(state, 1),
        Action::Scroll(rows) | Action::MoveRows(rows) => scroll(state, rows),
        _ => {}
    }
    Vec::new()
}

fn scroll(state: &mut State, rows: isize) {
    let (Some(law), Some(body)) = (state.law_entry().law(), coefficients_body(state)) else { return };
    let last = coefficients::lines(law, usize::from(body.width)).len().saturating_sub(usize::from(body.height));
    state.fit.coefficients_top = state.fit.coefficients_top.saturating_add_signed(rows).min(last);
}
