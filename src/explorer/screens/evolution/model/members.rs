//! The members of the frontier that the screen speaks of, as the session stands.

use super::course::Course;
use crate::explorer::state::State;
use engine::quantity::Quantity;

/// The members that the screen speaks of: those that the budgets admit, or all where they admit none.
pub fn members(state: &State) -> &[u32] {
    if state.selection.frontier.is_empty() { &state.frontiers.all } else { &state.selection.frontier }
}

/// A quantity along the members that the screen speaks of.
pub fn course(state: &State, quantity: Quantity) -> Option<Course<'_>> {
    Some(Course::of(state.landscape()?, state.objective, members(state), quantity, &state.evolution.offered))
}
