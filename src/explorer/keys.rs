//! Keys: tables of bindings. The key map, the help, the footer and the documents all read them. Each screen has its own
//! table. Here is what holds everywhere, and what the windows over a screen make of a key.

mod windows;

use crossterm::event::{KeyEvent, KeyEventKind};

use super::binding::{Binding, Hint, Occasion, binding, common, letter, next};
use super::message::Action;
use super::screen::Screen;
use super::screens::parts;
use super::state::{Mode, State};
use super::vocabulary::Control;
use windows::Window;

/// What holds on every screen.
const EVERYWHERE: &[Binding] = &[
    binding("l", Hint::Roomy("law"), "next loss law", &[next('l', Control::Law)]),
    binding("i", Hint::Roomy("sources"), "where numbers come from", &[letter('i', Action::Sources)]),
    binding(
        "v",
        Hint::Always("screen"),
        "next screen (shift: back)",
        &[letter('v', Action::NextScreen), letter('V', Action::PreviousScreen)],
    ),
    binding("?", Hint::Always("help"), "this help", &[letter('?', Action::Help)]),
    common::QUIT,
];

/// Every binding that holds on a screen, in the order of the help.
pub fn bindings(screen: Screen) -> impl Iterator<Item = &'static Binding> + Clone {
    parts(screen).bindings.iter().chain(EVERYWHERE)
}

/// The lines of a screen's help: keys, and what they do.
pub fn help(screen: Screen) -> Vec<(String, &'static str)> {
    rows(bindings(screen))
}

/// Every table of keys with its title, for the documents. First the screens in the order of their tabs, then the
/// windows that lie over a screen.
pub fn help_tables() -> Vec<(&'static str, Vec<(String, &'static str)>)> {
    let screens = Screen::ALL.into_iter().map(|screen| (parts(screen).title, help(screen)));
    screens.chain(Window::ALL.iter().map(|window| (window.title, rows(window.bindings.iter())))).collect()
}

/// Keys and what they do. Keys that are described together share a line.
fn rows<'a>(bindings: impl Iterator<Item = &'a Binding>) -> Vec<(String, &'static str)> {
    let mut lines: Vec<(String, &'static str)> = Vec::new();
    for Binding { keys, does, .. } in bindings {
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
    let is_own = |binding: &&Binding| parts(screen).bindings.iter().any(|own| std::ptr::eq(own, *binding));
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
    let window = match &state.mode {
        Mode::Explore => return bindings(state.screen).find_map(|binding| binding.action(key)),
        Mode::Help => Window::HELP,
        Mode::Sources(_) | Mode::Comparison(_) => Window::SCROLLED,
        Mode::Boards(_) => Window::BOARDS,
        Mode::Typing(..) | Mode::Exporting(..) => Window::LINE,
        Mode::Overwriting(..) => Window::REPLACE,
    };
    window.action(key)
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    /// Every chord of some bindings, sorted.
    fn chords<'a>(bindings: impl Iterator<Item = &'a Binding>) -> Vec<String> {
        let strokes = bindings.flat_map(|binding| binding.strokes);
        let mut chords: Vec<String> = strokes.map(|stroke| format!("{:?}", stroke.chord())).collect();
        chords.sort();
        chords
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let screens = Screen::ALL.map(|screen| (parts(screen).title, chords(bindings(screen))));
        let windows = Window::ALL.map(|window| (window.title, chords(window.bindings.iter())));
        for (title, chords) in screens.into_iter().chain(windows) {
            let mut once = chords.clone();
            once.dedup();
            assert_eq!(once, chords, "{title}");
        }
    }

    #[test]
    fn every_key_of_a_screen_stands_in_its_table() {
        let chord = |code| format!("{:?}", (code, KeyModifiers::NONE));
        for screen in Screen::ALL {
            let chords = chords(bindings(screen));
            for code in [KeyCode::Left, KeyCode::Down, KeyCode::PageUp, KeyCode::End, KeyCode::Char('V')] {
                assert!(chords.contains(&chord(code)), "{}: {code:?}", parts(screen).title);
            }
        }
        let frontier = chords(bindings(Screen::Frontier));
        assert!(frontier.contains(&chord(KeyCode::Char('C'))) && frontier.contains(&chord(KeyCode::BackTab)));
    }

    #[test]
    fn every_line_of_a_table_says_what_its_keys_do() {
        for (title, rows) in help_tables() {
            assert!(!rows.is_empty(), "{title}");
            assert!(rows.iter().all(|(keys, does)| !keys.is_empty() && !does.is_empty()), "{title}: {rows:?}");
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
