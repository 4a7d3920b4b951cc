//! What a person can do on the Fit screen alone.

use super::model::FitFocus;
use super::model::evidence::FitPlot;
use super::model::runs::RunColumn;
use crate::explorer::vocabulary::{Arrow, Direction};
use engine::law::Variable;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FitAction {
    /// Move the focus to the next pane, or to the previous one.
    FocusNext(Direction),
    /// Move it there.
    Focus(FitFocus),
    /// An arrow key: what it does depends on the focus.
    Arrow(Arrow),
    /// Show the residuals along this axis.
    ShowAxis(Variable),
    /// Look at the run nearest to a place on a plot; distances are counted in plot widths and heights.
    SelectNear {
        /// Which plot.
        plot: FitPlot,
        /// The place.
        place: (f64, f64),
        /// What the plot's whole width and height stand for; the width is a logarithm where the axis is one.
        spans: (f64, f64),
    },
    /// Look at a row of the runs.
    SelectRow(usize),
    /// Move through the runs by so many rows.
    MoveRows(isize),
    /// Scroll the runs without looking at another.
    Scroll(isize),
    /// Scroll the coefficients.
    ScrollCoefficients(isize),
    /// Sort the runs by a column; by the sorted one again: reverse.
    Sort(RunColumn),
    /// Sort by the next column.
    SortNext,
    /// Reverse the order.
    ReverseSort,
    /// On a small screen: show the other lower pane.
    FlipLowerPane,
    /// Leave the run looked at out of the fit, or take it back in.
    ToggleSelectedRun,
    /// Fit by least squares instead of Huber's criterion, or back.
    FlipCriterion,
    /// Show how all forms compare.
    Compare,
}
