//! The Fit screen's keys.

use crossterm::event::KeyCode;

use crate::explorer::binding::{Binding, Hint, Occasion, binding, explained};
use crate::explorer::message::Action;

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained("← →", Hint::Always("axis"), "axis; column to sort by"),
    explained("↑ ↓", Hint::Always("run"), "next run; scroll"),
    binding("tab", &[KeyCode::Tab], Hint::Always("next"), "next pane (shift: back)", Action::FocusNext),
    binding(
        "x",
        &[KeyCode::Char('x')],
        Hint::Always("exclude"),
        "exclude or restore the run",
        Action::ToggleSelectedRun,
    ),
    binding("X", &[KeyCode::Char('X')], Hint::Roomy("restore all"), "restore all runs", Action::RestoreRuns),
    binding("n", &[KeyCode::Char('n')], Hint::Roomy("form"), "next form of the law", Action::NextForm),
    binding("h", &[KeyCode::Char('h')], Hint::None, "least squares or Huber", Action::FlipCriterion),
    binding("c", &[KeyCode::Char('c')], Hint::Roomy("compare"), "compare all forms", Action::Compare),
    binding("s", &[KeyCode::Char('s')], Hint::Roomy("sort"), "sort by the next column", Action::SortNext),
    binding("r", &[KeyCode::Char('r')], Hint::Roomy("reverse"), "reverse the order", Action::ReverseSort),
    binding("pgdn pgup", &[KeyCode::PageDown], Hint::None, "ten rows on, ten back", Action::MoveRows(10)),
    binding("home end", &[KeyCode::Home], Hint::None, "first row, last row", Action::MoveRows(isize::MIN)),
    binding(
        "p",
        &[KeyCode::Char('p')],
        Hint::When(Occasion::Shared, "pane"),
        "other lower pane (small)",
        Action::FlipLowerPane,
    ),
];
