//! One key and everything about it: what to press, what it does, what help and footer call it.

pub(crate) mod common;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::frame::Room;
use super::message::Action;
use super::screens::hardware::model::HardwareFocus;
use super::state::State;
use super::vocabulary::{Control, Direction, Stride};
use engine::text;

/// One line of a table of keys: what to press, what it is called, what it does.
pub struct Binding {
    /// As the help writes it.
    pub keys: &'static str,
    /// In a few words. Empty where the words of the binding before it cover both.
    pub does: &'static str,
    /// In the footer.
    pub hint: Hint,
    /// What is pressed. Empty where another binding has the keys because they mean something else in another pane.
    pub(crate) strokes: &'static [Stroke],
    /// What clicking its hint does.
    click: Option<Action>,
}

/// A key that is pressed, and what that means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stroke {
    /// This key.
    Key(KeyCode, Action),
    /// This key; and with shift held another thing.
    WithShift(KeyCode, Action, Action),
    /// This letter with control held.
    WithControl(char, Action),
}

impl Stroke {
    /// What it means when `key` is pressed, if the key belongs to this binding. With control or alt, a character is
    /// another key. A key that is no character stays the same.
    fn action(self, key: KeyEvent) -> Option<Action> {
        let is_modified = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match self {
            Self::WithControl(letter, action) => {
                let is_it = key.code == KeyCode::Char(letter) && key.modifiers.contains(KeyModifiers::CONTROL);
                is_it.then_some(action)
            }
            Self::Key(code, _) | Self::WithShift(code, ..) if code != key.code => None,
            Self::Key(KeyCode::Char(_), _) | Self::WithShift(KeyCode::Char(_), ..) if is_modified => None,
            Self::WithShift(_, _, shifted) if key.modifiers.contains(KeyModifiers::SHIFT) => Some(shifted),
            Self::Key(_, action) | Self::WithShift(_, action, _) => Some(action),
        }
    }

    /// The key and whether control is held with it: no two strokes of a table may share them.
    #[cfg(test)]
    pub(crate) const fn chord(self) -> (KeyCode, KeyModifiers) {
        match self {
            Self::Key(code, _) | Self::WithShift(code, ..) => (code, KeyModifiers::NONE),
            Self::WithControl(letter, _) => (KeyCode::Char(letter), KeyModifiers::CONTROL),
        }
    }
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
    /// What a key means, if it is one of this binding's.
    pub fn action(&self, key: KeyEvent) -> Option<Action> {
        self.strokes.iter().find_map(|stroke| stroke.action(key))
    }

    /// What clicking its hint does; nothing for keys that depend on the focus.
    pub const fn click(&self) -> Option<Action> {
        self.click
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

/// A binding whose hint can be clicked: the click does what its first key does.
pub(crate) const fn binding(keys: &'static str, hint: Hint, does: &'static str, strokes: &'static [Stroke]) -> Binding {
    let click = match strokes {
        [Stroke::Key(_, action) | Stroke::WithShift(_, action, _) | Stroke::WithControl(_, action), ..] => {
            Some(*action)
        }
        [] => None,
    };
    Binding { keys, does, hint, strokes, click }
}

/// Keys whose meaning depends on the focus: there is nothing to click.
pub(crate) const fn explained(
    keys: &'static str,
    hint: Hint,
    does: &'static str,
    strokes: &'static [Stroke],
) -> Binding {
    Binding { keys, does, hint, strokes, click: None }
}

/// A key whose words in the help are those of the binding before it, which then names both.
pub(crate) const fn also(keys: &'static str, strokes: &'static [Stroke]) -> Binding {
    binding(keys, Hint::None, "", strokes)
}

/// The key that steps a control to its next value.
pub(crate) const fn next(key: char, control: Control) -> Stroke {
    Stroke::Key(KeyCode::Char(key), Action::Step(control, Direction::Up, Stride::Coarse))
}

/// The key of a letter.
pub(crate) const fn letter(key: char, action: Action) -> Stroke {
    Stroke::Key(KeyCode::Char(key), action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_makes_another_key_of_a_letter_and_shift_of_an_arrow() {
        let arrow = Stroke::WithShift(KeyCode::Left, Action::Help, Action::Sources);
        let left = |modifiers| arrow.action(KeyEvent::new(KeyCode::Left, modifiers));
        assert_eq!(left(KeyModifiers::NONE), Some(Action::Help));
        assert_eq!(left(KeyModifiers::SHIFT), Some(Action::Sources));
        assert_eq!(left(KeyModifiers::CONTROL), Some(Action::Help));
        let u = |stroke: Stroke, modifiers| stroke.action(KeyEvent::new(KeyCode::Char('u'), modifiers));
        assert_eq!(u(letter('u', Action::Help), KeyModifiers::NONE), Some(Action::Help));
        assert_eq!(u(letter('u', Action::Help), KeyModifiers::CONTROL), None);
        assert_eq!(u(Stroke::WithControl('u', Action::Help), KeyModifiers::CONTROL), Some(Action::Help));
        assert_eq!(u(Stroke::WithControl('u', Action::Help), KeyModifiers::NONE), None);
    }
}
