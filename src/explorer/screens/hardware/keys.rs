//! The Hardware screen's keys.

use crossterm::event::KeyCode;

use crate::explorer::binding::{Binding, Hint, Occasion, binding, explained, next};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Control, Direction};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained("← →", Hint::When(Occasion::Operators, "phase"), "prefill, decode or both"),
    explained("↑ ↓", Hint::When(Occasion::Operators, "row"), "next operator"),
    binding("tab", &[KeyCode::Tab], Hint::None, "next pane (shift: back)", Action::FocusNext),
    binding(
        "c",
        &[KeyCode::Char('c')],
        Hint::When(Occasion::Operators, "compare"),
        "the pick beside another",
        Action::FlipComparison,
    ),
    binding(
        "space",
        &[KeyCode::Char(' ')],
        Hint::When(Occasion::Operators, "pin"),
        "pin or release the pick",
        Action::TogglePin,
    ),
    binding("esc", &[KeyCode::Esc], Hint::None, "follow the best again", Action::FollowBest),
    explained("← →", Hint::When(Occasion::WhatIf, "change"), "what if: move the slider"),
    explained("↑ ↓", Hint::When(Occasion::WhatIf, "next"), "what if: next slider"),
    binding(
        "enter",
        &[KeyCode::Enter],
        Hint::When(Occasion::WhatIf, "type"),
        "what if: type 2x, 16GB",
        Action::TypeValue,
    ),
    binding(
        "x",
        &[KeyCode::Char('x')],
        Hint::When(Occasion::Imagining, "as it is"),
        "what if: board as it is",
        Action::ImagineNothing,
    ),
    binding(
        ", .",
        &[KeyCode::Char('.')],
        Hint::Roomy("faster slower"),
        "faster, slower on frontier",
        Action::WalkFrontier(Direction::Up),
    ),
    binding("w", &[KeyCode::Char('w')], Hint::Roomy("watts"), "all boards by watts", Action::RankBoards),
    binding("b", &[KeyCode::Char('b')], Hint::Roomy("board"), "next board", next(Control::Board)),
    binding("m", &[KeyCode::Char('m')], Hint::Roomy("mode"), "next power mode", next(Control::Mode)),
    binding("f", &[KeyCode::Char('f')], Hint::Roomy("format"), "next number format", next(Control::Format)),
    binding("o", &[KeyCode::Char('o')], Hint::Roomy("aim"), "aim at total, TTFT, decode", next(Control::Aim)),
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
