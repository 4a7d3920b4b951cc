//! Keys: one table of bindings, from which the key map, the help and the footer all read.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::message::{Action, Arrow, Control, Scope};
use super::slider::{Direction, Stride};
use super::state::{Mode, State};

/// One binding: what to press, what it is called, what it does.
pub struct Binding {
    /// As the help writes it.
    pub keys: &'static str,
    /// In a few words.
    pub does: &'static str,
    /// One or two words for the footer; empty where the footer leaves it out.
    pub hint: &'static str,
    codes: &'static [KeyCode],
    action: Option<Action>,
}

const fn binding(
    keys: &'static str,
    codes: &'static [KeyCode],
    hint: &'static str,
    does: &'static str,
    action: Action,
) -> Binding {
    Binding { keys, does, hint, codes, action: Some(action) }
}

/// Keys whose meaning depends on the focus; the help names them, [`key_action`] reads them.
const fn explained(keys: &'static str, hint: &'static str, does: &'static str) -> Binding {
    Binding { keys, does, hint, codes: &[], action: None }
}

const fn next(control: Control) -> Action {
    Action::Step(control, Direction::Up, Stride::Coarse)
}

/// Every binding of the main screen, in the order of the help.
pub const BINDINGS: &[Binding] = &[
    explained("← →", "change", "change, walk, sort column"),
    explained("shift ← →", "", "in fine steps"),
    explained("↑ ↓", "", "next control, next row"),
    binding("tab", &[KeyCode::Tab], "next", "next pane (shift: back)", Action::FocusNext),
    binding("space", &[KeyCode::Char(' ')], "on/off", "budget on or off", Action::ToggleFocused),
    binding("enter", &[KeyCode::Enter], "type", "type an exact value", Action::TypeValue),
    binding("x", &[KeyCode::Char('x')], "", "all budgets off", Action::LiftBudgets),
    binding("F1 1", &[KeyCode::F(1), KeyCode::Char('1')], "", "embodied AI: TPOT 20 ms", Action::Preset(0)),
    binding("F2 2", &[KeyCode::F(2), KeyCode::Char('2')], "", "smart home: total 500 ms", Action::Preset(1)),
    binding("F3 3", &[KeyCode::F(3), KeyCode::Char('3')], "", "driving: total 100 ms", Action::Preset(2)),
    binding("F4 4", &[KeyCode::F(4), KeyCode::Char('4')], "", "serving: total 2 s", Action::Preset(3)),
    binding("o", &[KeyCode::Char('o')], "aim", "aim at total, TTFT, decode", next(Control::Aim)),
    binding("b", &[KeyCode::Char('b')], "board", "next board", next(Control::Board)),
    binding("m", &[KeyCode::Char('m')], "", "next power mode", next(Control::Mode)),
    binding("f", &[KeyCode::Char('f')], "format", "next number format", next(Control::Format)),
    binding("l", &[KeyCode::Char('l')], "law", "next loss law", next(Control::Law)),
    binding("s", &[KeyCode::Char('s')], "", "sort by the next column", Action::SortNext),
    binding("r", &[KeyCode::Char('r')], "", "reverse the order", Action::ReverseSort),
    binding("pgdn pgup", &[KeyCode::PageDown], "", "ten rows on, ten back", Action::MoveRows(10)),
    binding("home end", &[KeyCode::Home], "", "first row, last row", Action::MoveRows(isize::MIN)),
    binding("esc", &[KeyCode::Esc], "", "follow the best again", Action::FollowBest),
    binding("i", &[KeyCode::Char('i')], "sources", "where numbers come from", Action::Sources),
    binding("p", &[KeyCode::Char('p')], "pick", "table or pick (small)", Action::FlipLowerPane),
    binding("e", &[KeyCode::Char('e')], "export", "export the pick as JSON", Action::Export(Scope::Picked)),
    binding("E", &[KeyCode::Char('E')], "", "export all feasible", Action::Export(Scope::Feasible)),
    binding("?", &[KeyCode::Char('?')], "help", "this help", Action::Help),
    binding("q", &[KeyCode::Char('q')], "quit", "quit (ctrl c too)", Action::Quit),
];

impl Binding {
    /// What clicking its hint does; nothing for keys that depend on the focus.
    pub const fn action(&self) -> Option<Action> {
        self.action
    }
}

/// What a key means now.
pub fn key_action(key: KeyEvent, state: &State) -> Option<Action> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
        return Some(Action::Quit);
    }
    match &state.mode {
        Mode::Explore => explore_key(key),
        Mode::Help => Some(match key.code {
            KeyCode::Char('q') => Action::Quit,
            _ => Action::Cancel,
        }),
        Mode::Sources(_) => Some(match key.code {
            KeyCode::Up => Action::Arrow(Arrow::Up, Stride::Coarse),
            KeyCode::Down => Action::Arrow(Arrow::Down, Stride::Coarse),
            KeyCode::PageUp => Action::MoveRows(-10),
            KeyCode::PageDown => Action::MoveRows(10),
            KeyCode::Home => Action::MoveRows(isize::MIN),
            KeyCode::End => Action::MoveRows(isize::MAX),
            KeyCode::Char('q') => Action::Quit,
            _ => Action::Cancel,
        }),
        Mode::Typing(..) | Mode::Exporting(..) => match key.code {
            KeyCode::Enter => Some(Action::Submit),
            KeyCode::Esc => Some(Action::Cancel),
            KeyCode::Backspace => Some(Action::Backspace),
            KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Action::ClearLine),
            KeyCode::Char(typed) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                Some(Action::Char(typed))
            }
            _ => None,
        },
        Mode::Overwriting(..) => match key.code {
            KeyCode::Char('y' | 'Y') => Some(Action::Submit),
            KeyCode::Char('n' | 'N') | KeyCode::Esc => Some(Action::Cancel),
            _ => None,
        },
    }
}

fn explore_key(key: KeyEvent) -> Option<Action> {
    let stride = if key.modifiers.contains(KeyModifiers::SHIFT) { Stride::Fine } else { Stride::Coarse };
    match key.code {
        KeyCode::Left => return Some(Action::Arrow(Arrow::Left, stride)),
        KeyCode::Right => return Some(Action::Arrow(Arrow::Right, stride)),
        KeyCode::Up => return Some(Action::Arrow(Arrow::Up, stride)),
        KeyCode::Down => return Some(Action::Arrow(Arrow::Down, stride)),
        KeyCode::BackTab => return Some(Action::FocusPrevious),
        KeyCode::PageUp => return Some(Action::MoveRows(-10)),
        KeyCode::End => return Some(Action::MoveRows(isize::MAX)),
        _ => {}
    }
    if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        return None;
    }
    let bound = BINDINGS.iter().find(|binding| binding.codes.contains(&key.code))?;
    bound.action()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        let mut codes: Vec<KeyCode> = BINDINGS.iter().flat_map(|binding| binding.codes).copied().collect();
        let all = codes.len();
        codes.dedup();
        codes.sort_by_key(|code| format!("{code:?}"));
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
