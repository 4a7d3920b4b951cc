//! The frontier's keys.

use crossterm::event::KeyCode;

use super::action::FrontierAction;
use crate::explorer::binding::{Binding, Hint, Occasion, Stroke, also, binding, common, explained, letter, next};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Arrow, Control, Direction, Scope, Stride};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained(
        "← →",
        Hint::Always("change"),
        "change, walk (shift: fine)",
        &[arrow(KeyCode::Left, Arrow::Left), arrow(KeyCode::Right, Arrow::Right)],
    ),
    explained(
        "↑ ↓",
        Hint::None,
        "next control, next row",
        &[arrow(KeyCode::Up, Arrow::Up), arrow(KeyCode::Down, Arrow::Down)],
    ),
    binding(
        "tab",
        Hint::Always("next"),
        "next pane (shift: back)",
        &[
            Stroke::Key(KeyCode::Tab, act(FrontierAction::FocusNext(Direction::Up))),
            Stroke::Key(KeyCode::BackTab, act(FrontierAction::FocusNext(Direction::Down))),
        ],
    ),
    binding(
        "space",
        Hint::When(Occasion::AsItIs, "on/off"),
        "budget on or off",
        &[letter(' ', act(FrontierAction::ToggleFocused))],
    ),
    binding(
        "enter",
        Hint::Roomy("type"),
        "type an exact value",
        &[Stroke::Key(KeyCode::Enter, act(FrontierAction::TypeValue))],
    ),
    binding(
        "x",
        Hint::When(Occasion::Imagined, "as it is"),
        "what-if off, then budgets",
        &[letter('x', Action::Release)],
    ),
    common::EMBODIED_AI,
    common::SMART_HOME,
    common::DRIVING,
    common::SERVING,
    common::AIM,
    binding("b", Hint::Roomy("board"), "next board, power mode", &[next('b', Control::Board)]),
    also("m", &[next('m', Control::Mode)]),
    binding("f", Hint::Roomy("format"), "format: weights, head, KV", &[next('f', Control::Format)]),
    also("h", &[next('h', Control::Head)]),
    also("k", &[next('k', Control::KvCache)]),
    binding("n", Hint::None, "next form of the law", &[letter('n', Action::NextForm)]),
    binding("s", Hint::None, "sort by the next, reverse", &[letter('s', act(FrontierAction::SortNext))]),
    also("r", &[letter('r', act(FrontierAction::ReverseSort))]),
    binding(
        "pgdn pgup",
        Hint::None,
        "ten rows on, ten back",
        &[
            Stroke::Key(KeyCode::PageDown, act(FrontierAction::MoveRows(10))),
            Stroke::Key(KeyCode::PageUp, act(FrontierAction::MoveRows(-10))),
        ],
    ),
    binding(
        "home end",
        Hint::None,
        "first row, last row",
        &[
            Stroke::Key(KeyCode::Home, act(FrontierAction::MoveRows(isize::MIN))),
            Stroke::Key(KeyCode::End, act(FrontierAction::MoveRows(isize::MAX))),
        ],
    ),
    common::FOLLOW_BEST,
    binding(
        "c",
        Hint::None,
        "compare the next model (C)",
        &[
            letter('c', act(FrontierAction::CompareWithNext(Direction::Up))),
            letter('C', act(FrontierAction::CompareWithNext(Direction::Down))),
        ],
    ),
    binding(
        "p",
        Hint::When(Occasion::Shared, "pick"),
        "table or pick (small)",
        &[letter('p', act(FrontierAction::FlipLowerPane))],
    ),
    binding(
        "e",
        Hint::Always("export"),
        "export the pick as JSON",
        &[letter('e', act(FrontierAction::Export(Scope::Picked)))],
    ),
    binding("E", Hint::None, "export all feasible", &[letter('E', act(FrontierAction::Export(Scope::Feasible)))]),
];

const fn act(action: FrontierAction) -> Action {
    Action::Frontier(action)
}

/// An arrow key, and the same with shift held.
const fn arrow(code: KeyCode, arrow: Arrow) -> Stroke {
    Stroke::WithShift(
        code,
        act(FrontierAction::Arrow(arrow, Stride::Coarse)),
        act(FrontierAction::Arrow(arrow, Stride::Fine)),
    )
}
