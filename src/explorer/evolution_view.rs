//! What the Evolution screen shows, as plain data: what the members of the frontier are like, from the fastest to the
//! slowest (the paper's Fig. 7).
//!
//! Nothing of it is kept: a frontier has some hundred members, and whatever is asked anew cannot be out of date.

pub mod course;
pub mod paper;
pub mod quantity;

use quantity::Quantity;

use super::state::State;
use course::Course;

/// What the Evolution screen looks at.
#[derive(Debug, Clone, Default)]
pub struct EvolutionView {
    /// First row of panels that is shown, where not all have room.
    pub top: usize,
}

/// The members that the screen speaks of: those that the budgets admit, or all where they admit none.
pub fn members(state: &State) -> &[u32] {
    if state.selection.frontier.is_empty() { &state.frontiers.all } else { &state.selection.frontier }
}

/// A quantity along the members that the screen speaks of.
pub fn course(state: &State, quantity: Quantity) -> Option<Course> {
    Some(Course::of(state.landscape()?, state.objective, members(state), quantity, &state.shelf.space))
}
