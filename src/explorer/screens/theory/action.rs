//! What a person can do on the Theory screen alone.

use crate::explorer::vocabulary::{Arrow, Stride};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TheoryAction {
    /// An arrow key: to another budget, or its value.
    Arrow(Arrow, Stride),
    /// Switch the focused budget on or off.
    ToggleFocused,
    /// Type a value for the focused budget.
    TypeValue,
    /// On a small screen: show the next lower pane.
    FlipLowerPane,
    /// Scroll the optima and the notes, whichever are shown.
    MoveRows(isize),
    /// Scroll the optima.
    ScrollOptima(isize),
    /// Scroll the notes.
    ScrollNotes(isize),
}
