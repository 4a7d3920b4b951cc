//! The Evolution screen's keys.

use crossterm::event::KeyCode;

use super::action::EvolutionAction;
use crate::explorer::binding::{Binding, Hint, Occasion, Stroke, binding, common, explained, letter};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Arrow, Direction};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained(
        "← →",
        Hint::Always("faster slower"),
        "faster, slower on frontier",
        &[arrow(KeyCode::Left, Arrow::Left), arrow(KeyCode::Right, Arrow::Right)],
    ),
    explained(
        "↑ ↓",
        Hint::When(Occasion::Shared, "panels"),
        "other panels (small)",
        &[arrow(KeyCode::Up, Arrow::Up), arrow(KeyCode::Down, Arrow::Down)],
    ),
    binding(
        ", .",
        Hint::None,
        "faster, slower as well",
        &[letter('.', Action::WalkFrontier(Direction::Up)), letter(',', Action::WalkFrontier(Direction::Down))],
    ),
    binding(
        "home end",
        Hint::None,
        "fastest, best",
        &[
            Stroke::Key(KeyCode::Home, act(EvolutionAction::MoveMembers(isize::MIN))),
            Stroke::Key(KeyCode::End, act(EvolutionAction::MoveMembers(isize::MAX))),
        ],
    ),
    binding(
        "pgdn pgup",
        Hint::None,
        "ten members on, ten back",
        &[
            Stroke::Key(KeyCode::PageDown, act(EvolutionAction::MoveMembers(10))),
            Stroke::Key(KeyCode::PageUp, act(EvolutionAction::MoveMembers(-10))),
        ],
    ),
    common::FOLLOW_BEST,
    common::LIFT,
    common::EMBODIED_AI,
    common::SMART_HOME,
    common::DRIVING,
    common::SERVING,
    common::AIM,
    common::BOARD,
    common::MODE,
    common::FORMAT,
];

const fn act(action: EvolutionAction) -> Action {
    Action::Evolution(action)
}

const fn arrow(code: KeyCode, arrow: Arrow) -> Stroke {
    Stroke::Key(code, act(EvolutionAction::Arrow(arrow)))
}
