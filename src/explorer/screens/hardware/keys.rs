//! The Hardware screen's keys.

use crossterm::event::KeyCode;

use super::action::HardwareAction;
use crate::explorer::binding::{Binding, Hint, Occasion, Stroke, binding, common, explained, letter};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Arrow, Direction, Stride};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained(
        "← →",
        Hint::When(Occasion::Operators, "phase"),
        "prefill, decode or both",
        &[arrow(KeyCode::Left, Arrow::Left), arrow(KeyCode::Right, Arrow::Right)],
    ),
    explained(
        "↑ ↓",
        Hint::When(Occasion::Operators, "row"),
        "next operator",
        &[arrow(KeyCode::Up, Arrow::Up), arrow(KeyCode::Down, Arrow::Down)],
    ),
    binding(
        "tab",
        Hint::None,
        "next pane (shift: back)",
        &[
            Stroke::Key(KeyCode::Tab, act(HardwareAction::FlipFocus)),
            Stroke::Key(KeyCode::BackTab, act(HardwareAction::FlipFocus)),
        ],
    ),
    binding(
        "c",
        Hint::When(Occasion::Operators, "compare"),
        "the pick beside another",
        &[letter('c', act(HardwareAction::FlipComparison))],
    ),
    binding(
        "space",
        Hint::When(Occasion::Operators, "pin"),
        "pin or release the pick",
        &[letter(' ', act(HardwareAction::TogglePin))],
    ),
    common::FOLLOW_BEST,
    explained("← →", Hint::When(Occasion::WhatIf, "change"), "what if: move the slider", &[]),
    explained("↑ ↓", Hint::When(Occasion::WhatIf, "next"), "what if: next slider", &[]),
    binding(
        "enter",
        Hint::When(Occasion::WhatIf, "type"),
        "what if: type 2x, 16GB",
        &[Stroke::Key(KeyCode::Enter, act(HardwareAction::TypeValue))],
    ),
    binding(
        "x",
        Hint::When(Occasion::Imagining, "as it is"),
        "what if: board as it is",
        &[letter('x', act(HardwareAction::ImagineNothing))],
    ),
    binding(
        ", .",
        Hint::Roomy("faster slower"),
        "faster, slower on frontier",
        &[letter('.', Action::WalkFrontier(Direction::Up)), letter(',', Action::WalkFrontier(Direction::Down))],
    ),
    binding("w", Hint::Roomy("watts"), "all boards by watts", &[letter('w', act(HardwareAction::RankBoards))]),
    common::BOARD,
    common::MODE,
    common::FORMAT,
    common::AIM,
    binding(
        "pgdn pgup",
        Hint::None,
        "ten rows on, ten back",
        &[
            Stroke::Key(KeyCode::PageDown, act(HardwareAction::MoveRows(10))),
            Stroke::Key(KeyCode::PageUp, act(HardwareAction::MoveRows(-10))),
        ],
    ),
    binding(
        "home end",
        Hint::None,
        "first row, last row",
        &[
            Stroke::Key(KeyCode::Home, act(HardwareAction::MoveRows(isize::MIN))),
            Stroke::Key(KeyCode::End, act(HardwareAction::MoveRows(isize::MAX))),
        ],
    ),
    binding(
        "p",
        Hint::When(Occasion::Shared, "pane"),
        "other lower pane (small)",
        &[letter('p', act(HardwareAction::FlipLowerPane))],
    ),
];

const fn act(action: HardwareAction) -> Action {
    Action::Hardware(action)
}

/// An arrow key, and the same with shift held.
const fn arrow(code: KeyCode, arrow: Arrow) -> Stroke {
    Stroke::WithShift(
        code,
        act(HardwareAction::Arrow(arrow, Stride::Coarse)),
        act(HardwareAction::Arrow(arrow, Stride::Fine)),
    )
}
