//! The Fit screen's keys.

use crossterm::event::KeyCode;

use super::action::FitAction;
use crate::explorer::binding::{Binding, Hint, Occasion, Stroke, binding, explained, letter};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Arrow, Direction};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained(
        "← →",
        Hint::Always("axis"),
        "axis; column to sort by",
        &[arrow(KeyCode::Left, Arrow::Left), arrow(KeyCode::Right, Arrow::Right)],
    ),
    explained(
        "↑ ↓",
        Hint::Always("run"),
        "next run; scroll",
        &[arrow(KeyCode::Up, Arrow::Up), arrow(KeyCode::Down, Arrow::Down)],
    ),
    binding(
        "tab",
        Hint::Always("next"),
        "next pane (shift: back)",
        &[
            Stroke::Key(KeyCode::Tab, act(FitAction::FocusNext(Direction::Up))),
            Stroke::Key(KeyCode::BackTab, act(FitAction::FocusNext(Direction::Down))),
        ],
    ),
    binding(
        "x",
        Hint::Always("exclude"),
        "exclude or restore the run",
        &[letter('x', act(FitAction::ToggleSelectedRun))],
    ),
    binding("X", Hint::Roomy("restore all"), "restore all runs", &[letter('X', Action::RestoreRuns)]),
    binding("n", Hint::Roomy("form"), "next form of the law", &[letter('n', Action::NextForm)]),
    binding("h", Hint::None, "least squares or Huber", &[letter('h', act(FitAction::FlipCriterion))]),
    binding("c", Hint::Roomy("compare"), "compare all forms", &[letter('c', act(FitAction::Compare))]),
    binding("s", Hint::Roomy("sort"), "sort by the next column", &[letter('s', act(FitAction::SortNext))]),
    binding("r", Hint::Roomy("reverse"), "reverse the order", &[letter('r', act(FitAction::ReverseSort))]),
    binding(
        "pgdn pgup",
        Hint::None,
        "ten rows on, ten back",
        &[
            Stroke::Key(KeyCode::PageDown, act(FitAction::MoveRows(10))),
            Stroke::Key(KeyCode::PageUp, act(FitAction::MoveRows(-10))),
        ],
    ),
    binding(
        "home end",
        Hint::None,
        "first row, last row",
        &[
            Stroke::Key(KeyCode::Home, act(FitAction::MoveRows(isize::MIN))),
            Stroke::Key(KeyCode::End, act(FitAction::MoveRows(isize::MAX))),
        ],
    ),
    binding(
        "p",
        Hint::When(Occasion::Shared, "pane"),
        "other lower pane (small)",
        &[letter('p', act(FitAction::FlipLowerPane))],
    ),
];

const fn act(action: FitAction) -> Action {
    Action::Fit(action)
}

const fn arrow(code: KeyCode, arrow: Arrow) -> Stroke {
    Stroke::Key(code, act(FitAction::Arrow(arrow)))
}
