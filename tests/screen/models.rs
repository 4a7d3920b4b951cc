//! Known models on the chart: which are shown, which are named, and with which the pick is compared.

use crossterm::event::{KeyCode, KeyModifiers};
use engine::reference::BASELINE;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::open::Choices;
use roofscape::explorer::shelf::Prominence;

const SIZE: (u16, u16) = (160, 48);

fn session(models: &[&str]) -> Headless {
    let models = models.iter().map(|model| (*model).to_owned()).collect();
    Headless::open(&Choices { models, ..Choices::default() }, SIZE).expect("built-in files open")
}

fn compared(session: &Headless) -> String {
    session.state.compared().expect("a model").name.clone()
}

/// Cells with the marker of a known model.
fn markers(session: &mut Headless) -> Vec<(u16, u16)> {
    let frame = session.frame();
    let cells = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y)));
    cells.filter(|&cell| frame[cell].symbol() == "◇").collect()
}

#[test]
fn the_chart_shows_the_models_that_lie_on_it_and_names_a_few() {
    let mut session = session(&[]);
    let shown = markers(&mut session).len();
    assert!((4..=15).contains(&shown), "{shown}");
    let screen = text(&session.frame());
    let named = session.state.shelf.landmarks.iter().filter(|landmark| screen.contains(&landmark.model.name)).count();
    // The one compared with and the three nearest to the pick, where there is room.
    assert!((2..=4).contains(&named), "{named}\n{screen}");
    assert!(!screen.contains("Llama-2-70B"), "far beyond the slowest candidate");
}

#[test]
fn a_click_on_a_model_compares_with_it() {
    let mut session = session(&[]);
    assert_eq!(compared(&session), BASELINE);
    let pick = session.state.picked();
    for cell in markers(&mut session) {
        let mut session = self::session(&[]);
        session.click(cell);
        let model = session.state.compared().expect("a model");
        let place = session.state.position_of(model).expect("a picture");
        let name = model.name.clone();
        let screen = text(&session.frame());
        assert!(screen.contains(&format!("│ {name} ")), "the pick's pane names {name}\n{screen}");
        assert!(place.latency_s > 0.0 && session.frame()[cell].symbol() == "◇", "{name} is where it was");
        assert_eq!(session.state.picked(), pick, "a model is no candidate: the pick stays");
    }
}

#[test]
fn keys_walk_through_the_models_by_size() {
    let mut session = session(&[]);
    let mut sizes = Vec::new();
    let all = session.state.shelf.landmarks.len();
    for _ in 0..all {
        session.keys("c");
        sizes.push(session.state.compared().expect("a model").parameters_total());
    }
    assert_eq!(compared(&session), BASELINE, "round and back");
    let falls = sizes.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert_eq!(falls, 1, "only from the largest to the smallest");
    session.key(KeyCode::Char('C'), KeyModifiers::SHIFT);
    session.keys("c");
    assert_eq!(compared(&session), BASELINE);
}

#[test]
fn the_chart_reaches_to_a_model_that_was_asked_for() {
    let far = "Llama-2-13B";
    let mut session = session(&[far]);
    let screen = text(&session.frame());
    assert!(screen.contains(far), "{screen}");
    let landmarks = &session.state.shelf.landmarks;
    let marked = landmarks.iter().filter(|landmark| landmark.prominence == Prominence::Marked);
    let marked: Vec<&str> = marked.map(|landmark| landmark.model.name.as_str()).collect();
    assert_eq!(marked, [BASELINE, far]);
    assert_eq!(landmarks.iter().filter(|landmark| landmark.model.name == far).count(), 1);
    assert_eq!(compared(&session), BASELINE);
}

#[test]
fn the_sources_say_where_the_model_comes_from() {
    let mut session = session(&[]);
    let place = session.state.shelf.landmarks.iter().position(|known| known.model.name == "Gemma-3-1B");
    session.state.compared = place.expect("in the table");
    session.keys("i");
    let mut screen = text(&session.frame());
    for _ in 0..3 {
        session.key(KeyCode::PageDown, KeyModifiers::NONE);
        screen += &text(&session.frame());
    }
    for wanted in ["Compared with Gemma-3-1B", "999,885,952", "github.com"] {
        assert!(screen.contains(wanted), "{wanted}\n{screen}");
    }
}
