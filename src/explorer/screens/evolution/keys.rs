//! The Evolution screen's keys.

use crossterm::event::KeyCode;

use crate::explorer::binding::{Binding, Hint, Occasion, binding, explained, next};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::{Control, Direction};

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained("← →", Hint::Always("faster slower"), "faster, slower on frontier"),
    explained("↑ ↓", Hint::When(Occasion::Shared, "panels"), "other panels (small)"),
    binding(", .", &[KeyCode::Char('.')], Hint::None, "faster, slower as well", Action::WalkFrontier(Direction::Up)),
    binding("home end", &[KeyCode::Home], Hint::None, "fastest, best", Action::MoveRows(isize::MIN)),
    binding("pgdn pgup", &[KeyCode::PageDown], Hint::None, "ten members on, ten back", Action::MoveRows(10)),
    binding("esc", &[KeyCode::Esc], Hint::None, "follow the best again", Action::FollowBest),
    binding("x", &[KeyCode::Char('x')], Hint::Roomy("lift"), "what-if off, then budgets", Action::Release),
    binding("F1 1", &[KeyCode::F(1), KeyCode::Char('1')], Hint::None, "embodied AI: TPOT 20 ms", Action::Preset(0)),
    binding("F2 2", &[KeyCode::F(2), KeyCode::Char('2')], Hint::None, "smart home: total 500 ms", Action::Preset(1)),
    binding("F3 3", &[KeyCode::F(3), KeyCode::Char('3')], Hint::None, "driving: total 100 ms", Action::Preset(2)),
    binding("F4 4", &[KeyCode::F(4), KeyCode::Char('4')], Hint::None, "serving: total 2 s", Action::Preset(3)),
    binding("o", &[KeyCode::Char('o')], Hint::Roomy("aim"), "aim at total, TTFT, decode", next(Control::Aim)),
    binding("b", &[KeyCode::Char('b')], Hint::Roomy("board"), "next board", next(Control::Board)),
    binding("m", &[KeyCode::Char('m')], Hint::Roomy("mode"), "next power mode", next(Control::Mode)),
    binding("f", &[KeyCode::Char('f')], Hint::Roomy("format"), "next number format", next(Control::Format)),
];
