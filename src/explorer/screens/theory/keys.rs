//! The Theory screen's keys.

use crossterm::event::KeyCode;

use crate::explorer::binding::{Binding, Hint, Occasion, binding, explained, next};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::Control;

/// Its own bindings, in the order of the help.
pub(crate) const BINDINGS: &[Binding] = &[
    explained("← →", Hint::Always("change"), "change it (shift: fine)"),
    explained("↑ ↓", Hint::None, "next budget"),
    binding("space", &[KeyCode::Char(' ')], Hint::Always("on/off"), "budget on or off", Action::ToggleFocused),
    binding("enter", &[KeyCode::Enter], Hint::Roomy("type"), "type an exact value", Action::TypeValue),
    binding("x", &[KeyCode::Char('x')], Hint::Roomy("lift"), "what-if off, then budgets", Action::Release),
    binding("F1 1", &[KeyCode::F(1), KeyCode::Char('1')], Hint::None, "embodied AI: TPOT 20 ms", Action::Preset(0)),
    binding("F2 2", &[KeyCode::F(2), KeyCode::Char('2')], Hint::None, "smart home: total 500 ms", Action::Preset(1)),
    binding("F3 3", &[KeyCode::F(3), KeyCode::Char('3')], Hint::None, "driving: total 100 ms", Action::Preset(2)),
    binding("F4 4", &[KeyCode::F(4), KeyCode::Char('4')], Hint::None, "serving: total 2 s", Action::Preset(3)),
    binding("b", &[KeyCode::Char('b')], Hint::Roomy("board"), "next board", next(Control::Board)),
    binding("m", &[KeyCode::Char('m')], Hint::Roomy("mode"), "next power mode", next(Control::Mode)),
    binding("f", &[KeyCode::Char('f')], Hint::Roomy("format"), "next number format", next(Control::Format)),
    binding("pgdn pgup", &[KeyCode::PageDown], Hint::None, "scroll notes or table", Action::MoveRows(10)),
    binding("home end", &[KeyCode::Home], Hint::None, "first row, last row", Action::MoveRows(isize::MIN)),
    binding(
        "p",
        &[KeyCode::Char('p')],
        Hint::When(Occasion::Shared, "pane"),
        "other lower pane (small)",
        Action::FlipLowerPane,
    ),
];
