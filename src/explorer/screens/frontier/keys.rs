//! The frontier's keys.

use crossterm::event::KeyCode;

use crate::explorer::binding::{Binding, Hint, Occasion, also, binding, explained, next};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Control, Direction, Scope};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained("← →", Hint::Always("change"), "change, walk (shift: fine)"),
    explained("↑ ↓", Hint::None, "next control, next row"),
    binding("tab", &[KeyCode::Tab], Hint::Always("next"), "next pane (shift: back)", Action::FocusNext),
    binding(
        "space",
        &[KeyCode::Char(' ')],
        Hint::When(Occasion::AsItIs, "on/off"),
        "budget on or off",
        Action::ToggleFocused,
    ),
    binding("enter", &[KeyCode::Enter], Hint::Roomy("type"), "type an exact value", Action::TypeValue),
    binding(
        "x",
        &[KeyCode::Char('x')],
        Hint::When(Occasion::Imagined, "as it is"),
        "what-if off, then budgets",
        Action::Release,
    ),
    binding("F1 1", &[KeyCode::F(1), KeyCode::Char('1')], Hint::None, "embodied AI: TPOT 20 ms", Action::Preset(0)),
    binding("F2 2", &[KeyCode::F(2), KeyCode::Char('2')], Hint::None, "smart home: total 500 ms", Action::Preset(1)),
    binding("F3 3", &[KeyCode::F(3), KeyCode::Char('3')], Hint::None, "driving: total 100 ms", Action::Preset(2)),
    binding("F4 4", &[KeyCode::F(4), KeyCode::Char('4')], Hint::None, "serving: total 2 s", Action::Preset(3)),
    binding("o", &[KeyCode::Char('o')], Hint::Roomy("aim"), "aim at total, TTFT, decode", next(Control::Aim)),
    binding("b", &[KeyCode::Char('b')], Hint::Roomy("board"), "next board, power mode", next(Control::Board)),
    also("m", &[KeyCode::Char('m')], next(Control::Mode)),
    binding("f", &[KeyCode::Char('f')], Hint::Roomy("format"), "format: weights, head, KV", next(Control::Format)),
    also("h", &[KeyCode::Char('h')], next(Control::Head)),
    also("k", &[KeyCode::Char('k')], next(Control::KvCache)),
    binding("n", &[KeyCode::Char('n')], Hint::None, "next form of the law", Action::NextForm),
    binding("s", &[KeyCode::Char('s')], Hint::None, "sort by the next, reverse", Action::SortNext),
    also("r", &[KeyCode::Char('r')], Action::ReverseSort),
    binding("pgdn pgup", &[KeyCode::PageDown], Hint::None, "ten rows on, ten back", Action::MoveRows(10)),
    binding("home end", &[KeyCode::Home], Hint::None, "first row, last row", Action::MoveRows(isize::MIN)),
    binding("esc", &[KeyCode::Esc], Hint::None, "follow the best again", Action::FollowBest),
    binding(
        "c",
        &[KeyCode::Char('c')],
        Hint::None,
        "compare the next model (C)",
        Action::CompareWithNext(Direction::Up),
    ),
    binding(
        "p",
        &[KeyCode::Char('p')],
        Hint::When(Occasion::Shared, "pick"),
        "table or pick (small)",
        Action::FlipLowerPane,
    ),
    binding(
        "e",
        &[KeyCode::Char('e')],
        Hint::Always("export"),
        "export the pick as JSON",
        Action::Export(Scope::Picked),
    ),
    binding("E", &[KeyCode::Char('E')], Hint::None, "export all feasible", Action::Export(Scope::Feasible)),
];
