//! What the Evolution screen shows, as plain data: what the members of the frontier are like, from the fastest to the
//! slowest (the paper's Fig. 7).
//!
//! Nothing of the frontier is kept. It has some hundred members, and what is computed anew cannot be out of date. What
//! the space offers is kept, because a session has only one space.

pub mod course;
pub mod members;
pub mod offered;
pub mod paper;

use engine::space::Space;
use offered::Offered;

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
