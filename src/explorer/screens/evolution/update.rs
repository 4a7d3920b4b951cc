//! The Evolution screen's actions: walking along the frontier, and moving the budget that cuts it off.

use super::layout::window;
use crate::explorer::change::{budgets, pick, question, what_if};
use crate::explorer::message::{Action, Effect};
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Arrow, Control, Direction};

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Step(Control::Budget(_), ..) => {}
        Action::Step(Control::Aim, direction, _) => question::step_objective(state, direction),
        Action::Step(control, direction, stride) => return question::step(state, control, direction, stride),
        Action::Arrow(Arrow::Left, _) => pick::along_frontier(state, Direction::Down),
        Action::Arrow(Arrow::Right, _) => pick::along_frontier(state, Direction::Up),
        Action::Arrow(Arrow::Up, _) => scroll(state, -1),
        Action::Arrow(Arrow::Down, _) => scroll(state, 1),
        Action::WalkFrontier(direction) => pick::along_frontier(state, direction),
        Action::MoveRows(by) => pick::along_frontier_by(state, by),
        Action::PickMember(latency_s) => pick::member(state, latency_s),
        Action::FollowBest => pick::follow_best(state),
        Action::SetBudget(limit, value) => budgets::set(state, limit, value),
        Action::Preset(which) => budgets::preset(state, which),
        Action::Release => return what_if::release(state),
        _ => {}
    }
    Vec::new()
}

fn scroll(state: &mut State, rows: isize) {
    state.evolution.top = window(state).scrolled_to(state.evolution.top.saturating_add_signed(rows));
}

/// The room changed.
pub(crate) fn keep_in_view(state: &mut State) {
    scroll(state, 0);
}
