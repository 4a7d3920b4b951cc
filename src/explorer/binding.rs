//! One key and everything that is said of it: what to press, what it does, what help and footer call it.

use crossterm::event::KeyCode;

use super::frame::Room;
use super::message::Action;
use super::screens::hardware::model::HardwareFocus;
use super::state::State;
use super::vocabulary::{Control, Direction, Stride};
use engine::text;

/// One binding: what to press, what it is called, what it does.
pub struct Binding {
    /// As the help writes it.
    pub keys: &'static str,
    /// In a few words; none where those of the binding before it are about both.
    pub does: &'static str,
    /// In the footer.
    pub hint: Hint,
    pub(super) codes: &'static [KeyCode],
    pub(super) action: Option<Action>,
}

/// Whether the footer names a binding, in one or two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// The help alone does.
    None,
    /// Where there is room.
    Roomy(&'static str),
    /// On the smallest screen too.
    Always(&'static str),
    /// On that occasion alone, then on the smallest screen too.
    When(Occasion, &'static str),
}

/// What a hint may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Panes share room.
    Shared,
    /// The board is imagined otherwise.
    Imagined,
    /// It is not: what gives way to the hint that takes the what-if back.
    AsItIs,
    /// The operators have the keys.
    Operators,
    /// The what-if pane has them.
    WhatIf,
    /// It has them, and the board is imagined otherwise.
    Imagining,
}

impl Occasion {
    /// Those that are at hand.
    pub fn now(state: &State, room: Room) -> Vec<Self> {
        let is_imagined = !state.question.scaling.is_none();
        let is_what_if = state.hardware_view.focus == HardwareFocus::WhatIf;
        let all = [
            (Self::Shared, room == Room::Shared),
            (Self::Imagined, is_imagined),
            (Self::AsItIs, !is_imagined),
            (Self::Operators, !is_what_if),
            (Self::WhatIf, is_what_if),
            (Self::Imagining, is_what_if && is_imagined),
        ];
        all.into_iter().filter(|(_, at_hand)| *at_hand).map(|(occasion, _)| occasion).collect()
    }
}

impl Binding {
    /// What clicking its hint does; nothing for keys that depend on the focus.
    pub const fn action(&self) -> Option<Action> {
        self.action
    }

    /// The footer's words; empty where it has none.
    pub const fn hint_words(&self) -> &'static str {
        match self.hint {
            Hint::None => "",
            Hint::Roomy(words) | Hint::Always(words) | Hint::When(_, words) => words,
        }
    }

    /// Cells of key, blank and hint.
    pub fn hint_columns(&self) -> u16 {
        (text::width(self.keys) + 1 + text::width(self.hint_words())) as u16
    }
}

pub(crate) const fn binding(
    keys: &'static str,
    codes: &'static [KeyCode],
    hint: Hint,
    does: &'static str,
    action: Action,
) -> Binding {
    Binding { keys, does, hint, codes, action: Some(action) }
}

/// Keys whose meaning depends on the focus; the help names them, [`key_action`] reads them.
pub(crate) const fn explained(keys: &'static str, hint: Hint, does: &'static str) -> Binding {
    Binding { keys, does, hint, codes: &[], action: None }
}

/// A key whose words in the help are those of the binding before it, which then names both.
pub(crate) const fn also(keys: &'static str, codes: &'static [KeyCode], action: Action) -> Binding {
    Binding { keys, does: "", hint: Hint::None, codes, action: Some(action) }
}

pub(crate) const fn next(control: Control) -> Action {
    Action::Step(control, Direction::Up, Stride::Coarse)
}
