//! What the Evolution screen shows, as plain data: what the members of the frontier are like, from the fastest to the
//! slowest (the paper's Fig. 7).
//!
//! Nothing of the frontier is kept: it has some hundred members, and whatever is asked anew cannot be out of date. What
//! the space offers is kept, since the space of a session stays.

pub mod course;
pub mod paper;
pub mod quantity;

use super::state::State;
use course::Course;
use engine::space::Space;
use quantity::{Offered, Quantity};

/// What the Evolution screen looks at.
#[derive(Debug, Clone)]
pub struct EvolutionView {
    /// First row of panels that is shown, where not all have room.
    pub top: usize,
    /// What the space offers of each quantity.
    pub offered: Offered,
}

impl EvolutionView {
    /// Of the frontiers of this space, from the first panels on.
    pub fn new(space: &Space) -> Self {
        Self { top: 0, offered: Offered::by(space) }
    }
}

/// The members that the screen speaks of: those that the budgets admit, or all where they admit none.
pub fn members(state: &State) -> &[u32] {
    if state.selection.frontier.is_empty() { &state.frontiers.all } else { &state.selection.frontier }
}

/// A quantity along the members that the screen speaks of.
pub fn course(state: &State, quantity: Quantity) -> Option<Course<'_>> {
    Some(Course::of(state.landscape()?, state.objective, members(state), quantity, &state.evolution.offered))
}
