//! What a person can do on the Evolution screen alone.

use crate::explorer::vocabulary::Arrow;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EvolutionAction {
    /// An arrow key: along the frontier, or to other panels.
    Arrow(Arrow),
    /// Move along the frontier by so many members.
    MoveMembers(isize),
    /// Pick the member of the frontier whose latency is nearest, seconds.
    PickMember(f64),
}
