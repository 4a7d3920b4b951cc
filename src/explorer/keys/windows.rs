//! What a window that lies over the screen makes of a key.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::explorer::binding::{Binding, Hint, Stroke, binding, common};
use crate::explorer::message::{Action, WindowAction};

/// A window's keys.
pub(super) struct Window {
    /// What it is.
    pub(super) title: &'static str,
    /// Its table.
    pub(super) bindings: &'static [Binding],
    /// What a key means that the table does not name.
    otherwise: Otherwise,
}

/// What a key means that a window's table does not name.
enum Otherwise {
    /// It closes the window.
    Closes,
    /// A character is typed; any other key means nothing.
    Types,
    /// Nothing.
    Nothing,
}

const UP_DOWN: &[Stroke] = &[scroll(KeyCode::Up, -1), scroll(KeyCode::Down, 1)];
const PAGES: &[Stroke] = &[scroll(KeyCode::PageDown, 10), scroll(KeyCode::PageUp, -10)];
const ENDS: &[Stroke] = &[scroll(KeyCode::Home, isize::MIN), scroll(KeyCode::End, isize::MAX)];
const QUIT_ALONE: Binding = binding("ctrl c", Hint::None, "quit", &[common::QUIT_ANYWHERE]);

impl Window {
    /// The help.
    pub(super) const HELP: Self = Self {
        title: "Help",
        bindings: &[
            common::QUIT,
            binding("esc", Hint::None, "close it, as any other key does", &[key(KeyCode::Esc, CANCEL)]),
        ],
        otherwise: Otherwise::Closes,
    };

    /// Sources, and the comparison of forms.
    pub(super) const SCROLLED: Self = Self {
        title: "Sources, and forms of the law",
        bindings: &[
            binding("↑ ↓", Hint::None, "scroll", UP_DOWN),
            binding("pgdn pgup", Hint::None, "ten lines on, ten back", PAGES),
            binding("home end", Hint::None, "to the first line, to the last", ENDS),
            common::QUIT,
            binding("esc", Hint::None, "close it, as any other key does", &[key(KeyCode::Esc, CANCEL)]),
        ],
        otherwise: Otherwise::Closes,
    };

    /// All boards by watts.
    pub(super) const BOARDS: Self = Self {
        title: "All boards by watts",
        bindings: &[
            binding("↑ ↓", Hint::None, "next board", UP_DOWN),
            binding("pgdn pgup", Hint::None, "ten boards on, ten back", PAGES),
            binding("home end", Hint::None, "first board, last board", ENDS),
            binding("enter", Hint::None, "take the board", &[key(KeyCode::Enter, WindowAction::Submit)]),
            common::QUIT,
            binding("esc", Hint::None, "close it, as any other key does", &[key(KeyCode::Esc, CANCEL)]),
        ],
        otherwise: Otherwise::Closes,
    };

    /// A line to type.
    pub(super) const LINE: Self = Self {
        title: "A line to type",
        bindings: &[
            binding("enter", Hint::None, "accept it", &[key(KeyCode::Enter, WindowAction::Submit)]),
            binding("esc", Hint::None, "leave it", &[key(KeyCode::Esc, CANCEL)]),
            binding("backspace", Hint::None, "delete a letter", &[key(KeyCode::Backspace, WindowAction::Backspace)]),
            binding(
                "ctrl u",
                Hint::None,
                "delete all letters",
                &[Stroke::WithControl('u', Action::Window(WindowAction::ClearLine))],
            ),
            QUIT_ALONE,
        ],
        otherwise: Otherwise::Types,
    };

    /// Whether a file may be replaced.
    pub(super) const REPLACE: Self = Self {
        title: "Replace a file?",
        bindings: &[
            binding(
                "y",
                Hint::None,
                "replace it",
                &[key(KeyCode::Char('y'), WindowAction::Submit), key(KeyCode::Char('Y'), WindowAction::Submit)],
            ),
            binding(
                "n esc",
                Hint::None,
                "leave it",
                &[key(KeyCode::Char('n'), CANCEL), key(KeyCode::Char('N'), CANCEL), key(KeyCode::Esc, CANCEL)],
            ),
            QUIT_ALONE,
        ],
        otherwise: Otherwise::Nothing,
    };

    /// All of them.
    pub(super) const ALL: [Self; 5] = [Self::HELP, Self::SCROLLED, Self::BOARDS, Self::LINE, Self::REPLACE];

    /// What a key means here.
    pub(super) fn action(&self, key: KeyEvent) -> Option<Action> {
        if let Some(action) = self.bindings.iter().find_map(|binding| binding.action(key)) {
            return Some(action);
        }
        let is_modified = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match (&self.otherwise, key.code) {
            (Otherwise::Closes, _) => Some(Action::Window(CANCEL)),
            (Otherwise::Types, KeyCode::Char(typed)) if !is_modified => Some(Action::Window(WindowAction::Char(typed))),
            (Otherwise::Types | Otherwise::Nothing, _) => None,
        }
    }
}

const CANCEL: WindowAction = WindowAction::Cancel;

const fn key(code: KeyCode, action: WindowAction) -> Stroke {
    Stroke::Key(code, Action::Window(action))
}

const fn scroll(code: KeyCode, rows: isize) -> Stroke {
    key(code, WindowAction::Scroll(rows))
}
