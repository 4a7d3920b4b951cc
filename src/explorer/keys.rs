//! Keys: tables of bindings. The key map, the help and the footer all read them. Each screen has its own table; what
//! holds everywhere is here.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::binding::{Binding, Hint, Occasion, binding, next};
use super::message::Action;
use super::screen::Screen;
use super::screens::{evolution, fit, frontier, hardware, theory};
use super::state::{Mode, State};
use super::vocabulary::{Arrow, Control, Direction, Stride};

/// What holds on every screen.
const EVERYWHERE: &[Binding] = &[
    binding("l", &[KeyCode::Char('l')], Hint::Roomy("law"), "next loss law", next(Control::Law)),
    binding("i", &[KeyCode::Char('i')], Hint::Roomy("sources"), "where numbers come from", Action::Sources),
    binding("v", &[KeyCode::Char('v')], Hint::Always("screen"), "next screen (shift: back)", Action::NextScreen),
    binding("?", &[KeyCode::Char('?')], Hint::Always("help"), "this help", Action::Help),
    binding("q", &[KeyCode::Char('q')], Hint::Always("quit"), "quit (ctrl c too)", Action::Quit),
];

/// What holds on one screen alone.
const fn own(screen: Screen) -> &'static [Binding] {
    match screen {
        Screen::Frontier => frontier::keys::BINDINGS,
        Screen::Fit => fit::keys::BINDINGS,
        Screen::Hardware => hardware::keys::BINDINGS,
        Screen::Evolution => evolution::keys::BINDINGS,
        Screen::Theory => theory::keys::BINDINGS,
    }
}

/// Every binding that holds on a screen, in the order of the help.
pub fn bindings(screen: Screen) -> impl Iterator<Item = &'static Binding> + Clone {
    own(screen).iter().chain(EVERYWHERE)
}

/// The lines of a screen's help: keys, and what they do.
pub fn help(screen: Screen) -> Vec<(String, &'static str)> {
    let mut lines: Vec<(String, &'static str)> = Vec::new();
    for Binding { keys, does, .. } in bindings(screen) {
        match lines.last_mut().filter(|_| does.is_empty()) {
            Some((above, _)) => *above = format!("{above} {keys}"),
            None => lines.push(((*keys).to_owned(), *does)),
        }
    }
    lines
}

/// The bindings that the footer names in so many columns, with two blanks after each. Where not all fit, the last of
/// the screen's own bindings are left out first.
pub fn hinted(screen: Screen, occasions: &[Occasion], columns: u16) -> Vec<&'static Binding> {
    let named = |binding: &&Binding| match binding.hint {
        Hint::None => false,
        Hint::When(occasion, _) => occasions.contains(&occasion),
        Hint::Roomy(_) | Hint::Always(_) => true,
    };
    let mut hinted: Vec<&Binding> = bindings(screen).filter(named).collect();
    let is_roomy = |binding: &&Binding| matches!(binding.hint, Hint::Roomy(_));
    let is_own = |binding: &&Binding| own(screen).iter().any(|own| std::ptr::eq(own, *binding));
    while hinted.iter().map(|binding| binding.hint_columns() + 2).sum::<u16>() > columns {
        let least = hinted.iter().rposition(|binding| is_roomy(binding) && is_own(binding));
        let Some(least) = least.or_else(|| hinted.iter().rposition(is_roomy)) else { break };
        hinted.remove(least);
    }
    hinted
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
        Mode::Explore => explore_key(key, state.screen),
        Mode::Help => Some(match key.code {
            KeyCode::Char('q') => Action::Quit,
            _ => Action::Cancel,
        }),
        Mode::Sources(_) | Mode::Comparison(_) => Some(match key.code {
            KeyCode::Up => Action::Arrow(Arrow::Up, Stride::Coarse),
            KeyCode::Down => Action::Arrow(Arrow::Down, Stride::Coarse),
            KeyCode::PageUp => Action::MoveRows(-10),
            KeyCode::PageDown => Action::MoveRows(10),
            KeyCode::Home => Action::MoveRows(isize::MIN),
            KeyCode::End => Action::MoveRows(isize::MAX),
            KeyCode::Char('q') => Action::Quit,
            _ => Action::Cancel,
        }),
        Mode::Boards(_) => Some(match key.code {
            KeyCode::Up => Action::Arrow(Arrow::Up, Stride::Coarse),
            KeyCode::Down => Action::Arrow(Arrow::Down, Stride::Coarse),
            KeyCode::PageUp => Action::MoveRows(-10),
            KeyCode::PageDown => Action::MoveRows(10),
            KeyCode::Home => Action::MoveRows(isize::MIN),
            KeyCode::End => Action::MoveRows(isize::MAX),
            KeyCode::Enter => Action::Submit,
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

fn explore_key(key: KeyEvent, screen: Screen) -> Option<Action> {
    let stride = if key.modifiers.contains(KeyModifiers::SHIFT) { Stride::Fine } else { Stride::Coarse };
    match key.code {
        KeyCode::Left => return Some(Action::Arrow(Arrow::Left, stride)),
        KeyCode::Right => return Some(Action::Arrow(Arrow::Right, stride)),
        KeyCode::Up => return Some(Action::Arrow(Arrow::Up, stride)),
        KeyCode::Down => return Some(Action::Arrow(Arrow::Down, stride)),
        KeyCode::BackTab => return Some(Action::FocusPrevious),
        KeyCode::PageUp => return Some(Action::MoveRows(-10)),
        KeyCode::End => return Some(Action::MoveRows(isize::MAX)),
        KeyCode::Char('C') if screen == Screen::Frontier => return Some(Action::CompareWithNext(Direction::Down)),
        // One hint speaks of both: the other is the binding's own.
        KeyCode::Char(',') if matches!(screen, Screen::Hardware | Screen::Evolution) => {
            return Some(Action::WalkFrontier(Direction::Down));
        }
        KeyCode::Char('V') => return Some(Action::PreviousScreen),
        _ => {}
    }
    if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        return None;
    }
    let bound = bindings(screen).find(|binding| binding.codes.contains(&key.code))?;
    bound.action()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        for screen in Screen::ALL {
            let mut codes: Vec<KeyCode> = bindings(screen).flat_map(|binding| binding.codes).copied().collect();
            let all = codes.len();
            codes.sort_by_key(|code| format!("{code:?}"));
            codes.dedup();
            assert_eq!(codes.len(), all, "{screen:?}");
        }
    }

    #[test]
    fn the_smallest_footer_has_room_for_what_it_always_names() {
        use Occasion::{AsItIs, Imagined, Imagining, Operators, Shared, WhatIf};
        let situations = [
            vec![Shared, Operators, AsItIs],
            vec![Shared, Operators, Imagined],
            vec![Shared, WhatIf, Imagined, Imagining],
        ];
        for (screen, occasions) in
            Screen::ALL.into_iter().flat_map(|screen| situations.iter().map(move |s| (screen, s)))
        {
            let always = |binding: &&Binding| match binding.hint {
                Hint::Always(_) => true,
                Hint::When(occasion, _) => occasions.contains(&occasion),
                Hint::None | Hint::Roomy(_) => false,
            };
            let smallest = hinted(screen, occasions, 80);
            // The last needs no blanks behind it.
            let columns = smallest.iter().map(|binding| binding.hint_columns() + 2).sum::<u16>() - 2;
            assert!(columns < 80, "{screen:?}: {columns}");
            assert_eq!(smallest.into_iter().filter(always).count(), bindings(screen).filter(always).count());
            let roomy = bindings(screen).filter(|binding| matches!(binding.hint, Hint::Roomy(_))).count();
            assert_eq!(hinted(screen, occasions, 400).len(), bindings(screen).filter(always).count() + roomy);
        }
    }
}
