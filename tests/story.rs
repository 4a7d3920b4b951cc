//! Sessions played from keys and mouse events to states and frames, without a terminal.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEventKind};
use roofscape::engine::budget::Limit;
use roofscape::engine::workload::Objective;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::message::{Control, ExportOutcome, Focus, Message, Scope};
use roofscape::explorer::open::Choices;
use roofscape::explorer::state::{Mode, Notice, Pick, Switch};

const SIZE: (u16, u16) = (120, 40);

fn session() -> Headless {
    Headless::open(&Choices::default(), SIZE).expect("built-in files open")
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

#[test]
fn a_drag_moves_knob_chart_count_and_table_in_one_step() {
    let mut session = session();
    let before = session.state.selection.feasible.len();
    let track = session.track(Limit::Memory).expect("a memory slider");
    session.mouse(MouseEventKind::Down(MouseButton::Left), (track.right() - 2, track.y));
    for column in (track.x + 4..track.right() - 2).rev() {
        // The pointer wanders off the row: what is held stays held.
        session.mouse(MouseEventKind::Drag(MouseButton::Left), (column, track.y + 3));
        let slider = session.state.slider(Limit::Memory);
        let knob = session.state.track(Limit::Memory, track.width).cell_of(slider.value);
        assert_eq!(track.x + knob, column, "the knob is under the mouse");
        let by_hand = session.state.landscape.as_ref().map(|landscape| {
            let sweep = &landscape.sweep;
            (0..sweep.len()).filter(|&i| sweep.total_s[i] <= 0.1 && sweep.memory_bytes[i] <= slider.value).count()
        });
        assert_eq!(Some(session.state.selection.feasible.len()), by_hand);
        let count = roofscape::units::count(session.state.selection.feasible.len());
        assert!(screen(&mut session).contains(&format!("Feasible: {count} of 10,560")));
    }
    assert!(session.state.selection.feasible.len() < before);
    session.mouse(MouseEventKind::Up(MouseButton::Left), (0, 0));
    let value = session.state.slider(Limit::Memory).value;
    session.mouse(MouseEventKind::Drag(MouseButton::Left), (track.right(), track.y));
    assert_eq!(session.state.slider(Limit::Memory).value, value, "nothing is held any more");
}

#[test]
fn a_drag_never_jumps_to_the_neighbouring_slider() {
    let mut session = session();
    let memory = session.state.slider(Limit::Memory).value;
    let track = session.track(Limit::Total).expect("a slider");
    let memory_row = session.track(Limit::Memory).expect("a slider").y;
    session.drag((track.x + 5, track.y), (track.x + 2, memory_row));
    assert_eq!(session.state.slider(Limit::Memory).value, memory);
    assert!(session.state.slider(Limit::Total).value < 0.1);
}

#[test]
fn the_budget_line_on_the_chart_is_draggable() {
    let mut session = session();
    let frame = session.frame();
    let row = 10;
    let column = (0..SIZE.0).find(|&x| frame[(x, row)].symbol() == "┊").expect("a budget line");
    session.drag((column, row), (column + 12, row));
    let moved = session.frame();
    assert_eq!(moved[(column + 12, row)].symbol(), "┊");
    assert!(session.state.slider(Limit::Total).value > 0.1);
}

#[test]
fn nothing_feasible_names_the_budget_and_what_it_needs() {
    let mut session = session();
    session.tell(roofscape::explorer::message::Action::SetBudget(Limit::Total, 0.012));
    assert!(session.state.selection.feasible.is_empty());
    let shown = screen(&mut session);
    assert!(shown.contains("no architecture: the nearest needs total 21.6 ms"), "{shown}");
    assert!(shown.contains("Feasible: 0 of 10,560"));
    session.keys("e");
    assert_eq!(session.state.mode, Mode::Explore, "there is nothing to export");
    assert!(matches!(session.state.notice, Some(Notice::Trouble(_))));
}

#[test]
fn presets_are_the_papers_table_2() {
    let mut session = session();
    for (key, limit, seconds) in
        [(1, Limit::Tpot, 0.02), (2, Limit::Total, 0.5), (3, Limit::Total, 0.1), (4, Limit::Total, 2.0)]
    {
        session.key(KeyCode::F(key), KeyModifiers::NONE);
        let on: Vec<Limit> = session.state.budgets().active().map(|(limit, _)| limit).collect();
        assert_eq!(on, [limit, Limit::Memory]);
        assert_eq!(session.state.budgets().get(limit), Some(seconds));
    }
}

#[test]
fn keys_and_mouse_switch_budgets() {
    let mut session = session();
    session.keys(" ");
    assert_eq!(session.state.slider(Limit::Total).switch, Switch::Off);
    let track = session.track(Limit::Total).expect("a slider");
    session.click((track.x - 22, track.y));
    assert_eq!(session.state.slider(Limit::Total).switch, Switch::On);
    session.keys("x");
    assert_eq!(session.state.budgets().active().count(), 0);
    assert_eq!(session.state.selection.feasible.len(), 10_560);
}

#[test]
fn a_typed_budget_takes_units_and_explains_what_it_does_not_take() {
    let mut session = session();
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    session.keys("fast");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert!(screen(&mut session).contains("'fast' is no number with a unit"));
    for _ in 0..4 {
        session.key(KeyCode::Backspace, KeyModifiers::NONE);
    }
    session.keys("0.25 s");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(session.state.slider(Limit::Total).value, 0.25);
    assert_eq!(session.state.mode, Mode::Explore);
}

#[test]
fn the_objective_changes_axis_frontier_and_title() {
    let mut session = session();
    let total = session.state.frontiers.all.clone();
    session.keys("o");
    assert_eq!(session.state.objective, Objective::Prefill);
    assert_ne!(session.state.frontiers.all, total);
    assert!(screen(&mut session).contains("perplexity against prefill latency"));
}

#[test]
fn a_format_the_board_lacks_is_skipped_by_name() {
    let mut session = session();
    let mut seen = Vec::new();
    for _ in 0..9 {
        seen.push(session.state.precision().name);
        session.keys("f");
    }
    assert!(!seen.contains(&"fp8") && !seen.contains(&"nvfp4"), "{seen:?}");
    assert!(seen.contains(&"w8a8"));
    session.tell(roofscape::explorer::message::Action::Step(
        Control::Format,
        roofscape::explorer::slider::Direction::Down,
        roofscape::explorer::slider::Stride::Coarse,
    ));
}

#[test]
fn quantisation_and_extrapolation_are_said_where_the_numbers_are() {
    let mut session = session();
    session.keys("ff");
    assert!(screen(&mut session).contains("no quality loss modelled for w8a8"));
    // The law of the tiny runs knows widths up to 160.
    session.keys("l");
    let shown = screen(&mut session);
    assert!(shown.contains("extrapolated up to ×"), "{shown}");
    assert!(shown.contains("law tiny"), "{shown}");
    session.keys("l");
    assert!(screen(&mut session).contains("SYNTHETIC RUNS law synthetic-170"));
}

#[test]
fn a_click_picks_and_escape_follows_the_best_again() {
    let mut session = session();
    let best = session.state.picked();
    session.click((40, 8));
    assert!(matches!(session.state.pick, Pick::Chosen(_)));
    assert_ne!(session.state.picked(), best);
    session.key(KeyCode::Esc, KeyModifiers::NONE);
    assert_eq!(session.state.picked(), best);
}

#[test]
fn arrows_walk_the_frontier() {
    let mut session = session();
    session.tell(roofscape::explorer::message::Action::Focus(Focus::Chart));
    let front = session.state.selection.frontier.clone();
    for expected in front.iter().rev().skip(1).take(5) {
        session.key(KeyCode::Left, KeyModifiers::NONE);
        assert_eq!(session.state.picked(), Some(*expected as usize));
    }
    session.key(KeyCode::Right, KeyModifiers::NONE);
    assert_eq!(session.state.picked(), Some(front[front.len() - 5] as usize));
}

#[test]
fn the_table_sorts_scrolls_and_keeps_the_pick_in_view() {
    let mut session = session();
    session.tell(roofscape::explorer::message::Action::Focus(Focus::Table));
    session.keys("s");
    let landscape = session.state.landscape.clone().expect("priced");
    let totals: Vec<f64> =
        session.state.selection.feasible.iter().map(|&i| landscape.sweep.total_s[i as usize]).collect();
    assert!(totals.is_sorted());
    session.keys("r");
    let slowest = session.state.selection.feasible[0] as usize;
    assert!(landscape.sweep.total_s[slowest] >= totals[totals.len() - 1]);
    session.key(KeyCode::End, KeyModifiers::NONE);
    let last = session.state.selection.feasible.len() - 1;
    assert_eq!(session.state.picked_row(), Some(last));
    assert!(session.state.top > 0 && session.state.top <= last);
    session.key(KeyCode::Home, KeyModifiers::NONE);
    assert_eq!((session.state.picked_row(), session.state.top), (Some(0), 0));
}

#[test]
fn export_asks_for_a_path_and_before_it_replaces_a_file() {
    let mut session = session();
    session.keys("e");
    assert!(
        matches!(&session.state.mode, Mode::Exporting(Scope::Picked, prompt) if prompt.text == "roofscape-16x1792-e16k1.json")
    );
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(session.exports.len(), 1);
    let path = session.exports[0].clone();
    session.tell(Message::Exported(ExportOutcome::Exists(path.clone(), Scope::Picked)));
    assert!(screen(&mut session).contains("exists already"));
    session.keys("n");
    assert_eq!(session.exports.len(), 1, "no is no");
    session.tell(Message::Exported(ExportOutcome::Exists(path.clone(), Scope::Picked)));
    session.keys("y");
    assert_eq!(session.exports.len(), 2);
    session.tell(Message::Exported(ExportOutcome::Written(path, 1)));
    assert!(screen(&mut session).contains("wrote 1 architecture"));
}

#[test]
fn a_late_answer_to_an_old_question_is_dropped() {
    let mut session = session();
    let old = session.state.landscape.clone().expect("priced");
    let asked = session.state.asked;
    session.keys("ff");
    let shown = session.state.landscape.clone().expect("priced");
    session.tell(Message::Priced(asked, old));
    let now = session.state.landscape.clone().expect("priced");
    assert_eq!(now.sweep.total_s, shown.sweep.total_s);
}

#[test]
fn every_size_draws_and_a_small_one_says_so() {
    let mut session = session();
    for (columns, rows) in [(80, 24), (81, 25), (103, 36), (104, 36), (120, 40), (200, 60), (300, 90)] {
        session.tell(Message::Resized(columns, rows));
        let shown = screen(&mut session);
        assert!(shown.contains("Feasible: 3,750 of 10,560"), "{columns}×{rows}\n{shown}");
        assert!(shown.contains("q quit"), "{columns}×{rows}");
    }
    session.tell(Message::Resized(60, 20));
    assert!(screen(&mut session).contains("roofscape needs 80×24; this is 60×20"));
}

#[test]
fn help_lists_every_binding() {
    for size in [(80, 24), (120, 40)] {
        let mut session = Headless::open(&Choices::default(), size).expect("opens");
        session.keys("?");
        let shown = screen(&mut session);
        for binding in roofscape::explorer::keymap::BINDINGS {
            assert!(shown.contains(binding.keys), "{} is missing at {size:?}\n{shown}", binding.keys);
        }
        session.keys("z");
        assert_eq!(session.state.mode, Mode::Explore);
        session.keys("q");
        assert!(session.has_quit);
    }
}
