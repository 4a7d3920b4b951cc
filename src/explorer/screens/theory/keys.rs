//! The Theory screen's keys.

use crossterm::event::KeyCode;

use super::action::TheoryAction;
use crate::explorer::binding::{Binding, Hint, Occasion, Stroke, binding, common, explained, letter};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Arrow, Stride};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained(
        "← →",
        Hint::Always("change"),
        "change it (shift: fine)",
        &[arrow(KeyCode::Left, Arrow::Left), arrow(KeyCode::Right, Arrow::Right)],
    ),
    explained("↑ ↓", Hint::None, "next budget", &[arrow(KeyCode::Up, Arrow::Up), arrow(KeyCode::Down, Arrow::Down)]),
    binding("space", Hint::Always("on/off"), "budget on or off", &[letter(' ', act(TheoryAction::ToggleFocused))]),
    binding(
        "enter",
        Hint::Roomy("type"),
        "type an exact value",
        &[Stroke::Key(KeyCode::Enter, act(TheoryAction::TypeValue))],
    ),
    common::LIFT,
    common::EMBODIED_AI,
    common::SMART_HOME,
    common::DRIVING,
    common::SERVING,
    common::BOARD,
    common::MODE,
    common::FORMAT,
    binding(
        "pgdn pgup",
        Hint::None,
        "scroll notes or table",
        &[
            Stroke::Key(KeyCode::PageDown, act(TheoryAction::MoveRows(10))),
            Stroke::Key(KeyCode::PageUp, act(TheoryAction::MoveRows(-10))),
        ],
    ),
    binding(
        "home end",
        Hint::None,
        "first row, last row",
        &[
            Stroke::Key(KeyCode::Home, act(TheoryAction::MoveRows(isize::MIN))),
            Stroke::Key(KeyCode::End, act(TheoryAction::MoveRows(isize::MAX))),
        ],
    ),
    binding(
        "p",
        Hint::When(Occasion::Shared, "pane"),
        "other lower pane (small)",
        &[letter('p', act(TheoryAction::FlipLowerPane))],
    ),
];

const fn act(action: TheoryAction) -> Action {
    Action::Theory(action)
}

/// An arrow key, and the same with shift held.
const fn arrow(code: KeyCode, arrow: Arrow) -> Stroke {
    Stroke::WithShift(
        code,
        act(TheoryAction::Arrow(arrow, Stride::Coarse)),
        act(TheoryAction::Arrow(arrow, Stride::Fine)),
    )
}
