//! Everything that can happen to the state, and everything the state can ask of the world.

use std::path::PathBuf;
use std::sync::Arc;

use super::slider::{Direction, Stride};
use super::table::Column;
use crate::engine::budget::Limit;
use crate::engine::landscape::{Landscape, Position};
use crate::engine::law::LossLaw;
use crate::error::Error;

/// A control with a value that is stepped through or typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Control {
    /// A budget slider.
    Budget(Limit),
    /// Prompt tokens.
    Prompt,
    /// Generated tokens.
    Generate,
    /// Batch.
    Batch,
    /// Objective.
    Aim,
    /// Number format.
    Format,
    /// Power mode.
    Mode,
    /// Board.
    Board,
    /// Loss law.
    Law,
}

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// A control of the right-hand panel.
    Control(Control),
    /// The chart: arrows walk along the frontier.
    Chart,
    /// The table: arrows walk through its rows.
    Table,
}

/// What an export contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The picked architecture.
    Picked,
    /// All feasible ones.
    Feasible,
}

/// Everything that a person can do; what keys, clicks and hints mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Move the focus to the next part of the screen.
    FocusNext,
    /// Move it to the previous part.
    FocusPrevious,
    /// Move it there.
    Focus(Focus),
    /// An arrow key: what it does depends on the focus.
    Arrow(Arrow, Stride),
    /// Step a control's value.
    Step(Control, Direction, Stride),
    /// Set a budget, and switch it on.
    SetBudget(Limit, f64),
    /// Switch a budget on or off.
    ToggleBudget(Limit),
    /// Switch the focused budget on or off.
    ToggleFocused,
    /// Switch all budgets off.
    LiftBudgets,
    /// Apply a preset of the paper's Table 2, counted from 0.
    Preset(usize),
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
    /// Follow the best feasible architecture again.
    FollowBest,
    /// Sort by a column; by the sorted one again: reverse.
    Sort(Column),
    /// Sort by the next column.
    SortNext,
    /// Reverse the order.
    ReverseSort,
    /// On a small screen: show the pick instead of the table, or back.
    FlipLowerPane,
    /// Open the help.
    Help,
    /// Show where the numbers come from.
    Sources,
    /// Type a value for the focused control.
    TypeValue,
    /// Ask for a path to export to.
    Export(Scope),
    /// A typed character.
    Char(char),
    /// Delete the last typed character.
    Backspace,
    /// Accept what was typed.
    Submit,
    /// Leave help or a prompt.
    Cancel,
    /// Leave the program.
    Quit,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// A person did something.
    Act(Action),
    /// The terminal has a new size, cells.
    Resized(u16, u16),
    /// A landscape was priced; the number tells for which question.
    Priced(u64, Arc<Landscape>),
    /// A law was fitted, or could not be; the number is its place on the shelf.
    Fitted(usize, Result<Arc<LossLaw>, Error>),
    /// An export ended.
    Exported(ExportOutcome),
    /// A worker failed in a way that is our fault.
    WorkerFailed(String),
}

impl From<Action> for Message {
    fn from(action: Action) -> Self {
        Self::Act(action)
    }
}

/// An arrow key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Arrow {
    Left,
    Right,
    Up,
    Down,
}

/// How an export ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportOutcome {
    /// Written: where, and how many architectures.
    Written(PathBuf, usize),
    /// Something is there already, and nobody said it may be replaced.
    Exists(PathBuf, Scope),
    /// Could not be written.
    Failed(Error),
}

/// What the state asks of the world.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Price the present question.
    Price,
    /// Fit the law at this place on the shelf.
    Fit(usize),
    /// Write the export.
    Export {
        /// What.
        scope: Scope,
        /// Where.
        path: PathBuf,
        /// Whether a file there may be replaced.
        overwrite: Overwrite,
    },
    /// Leave the program.
    Quit,
}

/// What to do with a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// Leave it and say so.
    Refuse,
    /// Replace it: the user said so.
    Replace,
}
