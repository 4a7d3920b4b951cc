//! The Evolution screen's actions: walking along the frontier, and to other panels.

use super::action::EvolutionAction;
use super::layout::window;
use crate::explorer::change::pick;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Arrow, Direction};

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: EvolutionAction) {
    match action {
        EvolutionAction::Arrow(Arrow::Left) => pick::along_frontier(state, Direction::Down),
        EvolutionAction::Arrow(Arrow::Right) => pick::along_frontier(state, Direction::Up),
        EvolutionAction::Arrow(Arrow::Up) => scroll(state, -1),
        EvolutionAction::Arrow(Arrow::Down) => scroll(state, 1),
        EvolutionAction::MoveMembers(by) => pick::along_frontier_by(state, by),
        EvolutionAction::PickMember(latency_s) => pick::member(state, latency_s),
    }
}

fn scroll(state: &mut State, rows: isize) {
    state.evolution.top = window(state).scrolled_to(state.evolution.top.saturating_add_signed(rows));
}

/// The room changed.
pub(crate) fn keep_in_view(state: &mut State) {
    scroll(state, 0);
}
