//! What a person can do on the Hardware screen alone.

use super::model::HardwareFocus;
use crate::explorer::vocabulary::{Arrow, Direction, Stride};
use engine::what_if::Resource;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HardwareAction {
    /// Move the focus to the other pane.
    FlipFocus,
    /// Move it there.
    Focus(HardwareFocus),
    /// An arrow key: what it does depends on the focus.
    Arrow(Arrow, Stride),
    /// Look at this operator.
    SelectOperator(&'static str),
    /// Move through the operators by so many rows.
    MoveRows(isize),
    /// Scroll the operators without looking at another.
    Scroll(isize),
    /// On a small screen: show the other lower pane.
    FlipLowerPane,
    /// Show the pick beside what it is compared with, or alone.
    FlipComparison,
    /// Compare with what is picked now; again: with the baseline model.
    TogglePin,
    /// Imagine so much of a resource: a factor, or bytes of memory.
    Imagine(Resource, f64),
    /// The board as it is.
    ImagineNothing,
    /// Move the focus to a resource's slider.
    FocusResource(Resource),
    /// Step a resource's slider.
    StepResource(Resource, Direction, Stride),
    /// Type how much of the resource that has the keys.
    TypeValue,
    /// Show all boards by watts.
    RankBoards,
    /// Take the board in this row of them.
    TakeBoard(usize),
}
