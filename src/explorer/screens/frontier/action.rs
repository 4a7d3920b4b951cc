//! What a person can do on the Frontier screen alone.

use crate::explorer::vocabulary::{Arrow, Direction, Scope, Stride};
use engine::landscape::Position;
use engine::quantity::Quantity;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FrontierAction {
    /// Move the focus to the next part of the screen, or to the previous one.
    FocusNext(Direction),
    /// An arrow key: what it does depends on the focus.
    Arrow(Arrow, Stride),
    /// Switch the focused budget on or off.
    ToggleFocused,
    /// Type a value for the focused control.
    TypeValue,
    /// Pick the candidate nearest to a place on the chart; distances are counted in chart widths and heights.
    PickNear {
        /// The place.
        place: Position,
        /// ln(latency) over the chart's whole width.
        width_ln: f64,
        /// Loss over the chart's whole height, nats.
        height: f64,
    },
    /// Pick a row of the table.
    PickRow(usize),
    /// Move through the table by so many rows.
    MoveRows(isize),
    /// Scroll the table without changing the pick.
    Scroll(isize),
    /// Compare the pick with a model; a place on the shelf.
    CompareWith(usize),
    /// Compare it with the next larger or smaller model.
    CompareWithNext(Direction),
    /// Sort by a column; by the sorted one again: reverse.
    Sort(Quantity),
    /// Sort by the next column.
    SortNext,
    /// Reverse the order.
    ReverseSort,
    /// On a small screen: show the pick instead of the table, or back.
    FlipLowerPane,
    /// Ask for a path to export to.
    Export(Scope),
}
