//! Keys that mean the same on several screens.

use crossterm::event::KeyCode;

use super::{Binding, Hint, Stroke, binding, letter, next};
use crate::explorer::message::Action;
use crate::explorer::vocabulary::Control;

/// The two keys of a preset of Table 2, counted from 0.
const PRESETS: [[Stroke; 2]; 4] = [preset(0), preset(1), preset(2), preset(3)];

const fn preset(which: u8) -> [Stroke; 2] {
    let action = Action::Preset(which as usize);
    [Stroke::Key(KeyCode::F(which + 1), action), letter((b'1' + which) as char, action)]
}

pub(crate) const EMBODIED_AI: Binding = binding("F1 1", Hint::None, "embodied AI: TPOT 20 ms", &PRESETS[0]);
pub(crate) const SMART_HOME: Binding = binding("F2 2", Hint::None, "smart home: total 500 ms", &PRESETS[1]);
pub(crate) const DRIVING: Binding = binding("F3 3", Hint::None, "driving: total 100 ms", &PRESETS[2]);
pub(crate) const SERVING: Binding = binding("F4 4", Hint::None, "serving: total 2 s", &PRESETS[3]);

/// What leaves the program, whatever lies over the screen.
pub(crate) const QUIT_ANYWHERE: Stroke = Stroke::WithControl('c', Action::Quit);
pub(crate) const QUIT: Binding =
    binding("q", Hint::Always("quit"), "quit (ctrl c too)", &[letter('q', Action::Quit), QUIT_ANYWHERE]);

pub(crate) const LIFT: Binding =
    binding("x", Hint::Roomy("lift"), "what-if off, then budgets", &[letter('x', Action::Release)]);
pub(crate) const AIM: Binding =
    binding("o", Hint::Roomy("aim"), "aim at total, TTFT, decode", &[next('o', Control::Aim)]);
pub(crate) const BOARD: Binding = binding("b", Hint::Roomy("board"), "next board", &[next('b', Control::Board)]);
pub(crate) const MODE: Binding = binding("m", Hint::Roomy("mode"), "next power mode", &[next('m', Control::Mode)]);
pub(crate) const FORMAT: Binding =
    binding("f", Hint::Roomy("format"), "next number format", &[next('f', Control::Format)]);
pub(crate) const FOLLOW_BEST: Binding =
    binding("esc", Hint::None, "follow the best again", &[Stroke::Key(KeyCode::Esc, Action::FollowBest)]);
