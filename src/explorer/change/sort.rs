//! The order of the table of architectures.

use super::picture::{reorder, reselect};
use crate::explorer::message::Effect;
use crate::explorer::state::State;
use crate::explorer::table::{self, SortOrder};
use crate::explorer::vocabulary::Direction;
use engine::quantity::Quantity;

/// Sorts by `column`; the sorted column again turns the order round.
pub(crate) fn by(state: &mut State, column: Quantity) -> Vec<Effect> {
    put(state, table::clicked(state.sort, column))
}

pub(crate) fn reverse(state: &mut State) -> Vec<Effect> {
    let (column, order) = state.sort;
    put(state, (column, order.reversed()))
}

pub(crate) fn by_neighbour(state: &mut State, direction: Direction) -> Vec<Effect> {
    put(state, table::stepped(state.sort, direction))
}

/// The rows stay as they are until the new order is there; best first is there at once.
fn put(state: &mut State, sort: (Quantity, SortOrder)) -> Vec<Effect> {
    state.sort = sort;
    let effects = reorder(state);
    if effects.is_empty() {
        state.top = 0;
        reselect(state);
    }
    effects
}
