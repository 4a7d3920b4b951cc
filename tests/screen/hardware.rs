//! The Hardware screen played from keys and mouse events to states and frames, without a terminal.

use crossterm::event::{KeyCode, KeyModifiers, MouseEventKind};
use engine::budget::Limit;
use engine::roofline::Phase;
use roofscape::explorer::draw::theme::Palette;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::message::Action;
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;
use roofscape::explorer::screens::hardware::model::operators::{compared, picked, rows};
use roofscape::explorer::screens::hardware::model::{Comparison, Emphasis, HardwareFocus, LowerPane};

const SIZE: (u16, u16) = (120, 40);

fn hardware(size: (u16, u16)) -> Headless {
    let mut session = Headless::open(&Choices::default(), size).expect("built-in files open");
    session.tell(Action::Show(Screen::Hardware));
    session
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

/// Where some words stand on the screen, first cell and row.
fn find(session: &mut Headless, words: &str) -> (u16, u16) {
    let shown = screen(session);
    let at = shown.lines().enumerate().find_map(|(y, line)| Some((line[..line.find(words)?].chars().count(), y)));
    at.map(|(x, y)| (x as u16, y as u16)).expect("the words are on the screen")
}

fn press(session: &mut Headless, code: KeyCode) {
    session.key(code, KeyModifiers::NONE);
}

#[test]
fn arrows_rows_and_letters_look_at_an_operator() {
    let mut session = hardware(SIZE);
    let all = rows(&session.state);
    press(&mut session, KeyCode::Down);
    assert_eq!(session.state.hardware_view.selected, Some(all[0]), "the one that takes longest");
    press(&mut session, KeyCode::Down);
    assert_eq!(session.state.hardware_view.selected, Some(all[1]));
    press(&mut session, KeyCode::End);
    assert_eq!(session.state.hardware_view.selected, all.last().copied());
    let row = find(&mut session, "Aa attention");
    session.click(row);
    assert_eq!(session.state.hardware_view.selected, Some("attention"));
    assert!(screen(&mut session).contains("◆Aa attention"), "its row is marked");
    let letters = find(&mut session, "hgqo");
    session.click((letters.0 + 2, letters.1));
    assert_eq!(session.state.hardware_view.selected, Some("q_proj"), "a letter on the plot");
    assert!(screen(&mut session).contains("◆Qq q_proj"));
}

#[test]
fn the_wheel_scrolls_and_arrows_keep_the_row_in_view() {
    let mut session = hardware((80, 24));
    let at = find(&mut session, "Gg gate_up");
    session.mouse(MouseEventKind::ScrollDown, at);
    assert_eq!(session.state.hardware_view.top, 3);
    assert!(screen(&mut session).contains("Ee embedding"));
    press(&mut session, KeyCode::Home);
    assert_eq!(session.state.hardware_view.top, 0);
}

#[test]
fn a_phase_that_stands_out_orders_the_rows() {
    let mut session = hardware(SIZE);
    let longest = |session: &Headless, phase: Phase| {
        let subject = picked(&session.state).expect("a pick");
        let longest = subject.of(phase).max_by(|a, b| a.cost.seconds.total_cmp(&b.cost.seconds));
        longest.expect("an operator").cost.name
    };
    press(&mut session, KeyCode::Left);
    assert_eq!(session.state.hardware_view.emphasis, Emphasis::Prefill);
    assert_eq!(rows(&session.state)[0], longest(&session, Phase::Prefill));
    press(&mut session, KeyCode::Right);
    press(&mut session, KeyCode::Right);
    press(&mut session, KeyCode::Right);
    assert_eq!(session.state.hardware_view.emphasis, Emphasis::Decode, "there is none beyond");
    assert_eq!(rows(&session.state)[0], longest(&session, Phase::Decode));
}

#[test]
fn board_mode_and_format_move_roofs_at_once() {
    let mut session = hardware(SIZE);
    assert!(screen(&mut session).contains("208 FLOP/B"));
    session.keys("ff");
    let shown = screen(&mut session);
    assert!(shown.contains("AGX Orin 64GB · MAXN · w8a8 · ideal, uncalibrated") && shown.contains("415 FLOP/B"));
    session.keys("m");
    assert!(screen(&mut session).contains("INT8 53.5 TOP/s"));
    session.keys("b");
    assert!(screen(&mut session).contains("Roofline · AGX Orin 32GB"));
    let before = session.state.objective;
    session.keys("o");
    assert_ne!(session.state.objective, before);
}

#[test]
fn the_pick_stands_beside_the_baseline_or_what_is_pinned() {
    let mut session = hardware(SIZE);
    session.keys("c");
    assert_eq!(session.state.hardware_view.comparison, Comparison::SideBySide);
    assert!(screen(&mut session).contains("B Qwen2.5-0.5B"));
    let first = picked(&session.state).expect("a pick");
    session.keys(" ,");
    let next = picked(&session.state).expect("a pick");
    assert_ne!(next.shape, first.shape, "a faster one on the frontier");
    assert!(next.seconds(Phase::Prefill) + next.seconds(Phase::Decode) < 0.1);
    assert_eq!(compared(&session.state).expect("pinned").shape, first.shape);
    session.keys(".");
    assert_eq!(picked(&session.state).expect("a pick").shape, first.shape);
    session.keys(" ");
    assert_eq!(compared(&session.state).expect("the baseline").name, "Qwen2.5-0.5B");
    session.keys("c");
    assert_eq!(session.state.hardware_view.comparison, Comparison::Alone);
}

#[test]
fn with_nothing_feasible_the_roofs_stay() {
    let mut session = hardware(SIZE);
    session.tell(Action::Show(Screen::Frontier));
    session.tell(Action::SetBudget(Limit::Total, 0.012));
    session.tell(Action::Show(Screen::Hardware));
    let shown = screen(&mut session);
    assert!(shown.contains("nothing is feasible, so nothing is picked") && shown.contains("205 GB/s"));
    session.keys(" ");
    press(&mut session, KeyCode::Down);
    assert_eq!(session.state.hardware_view.selected, None);
}

#[test]
fn a_small_screen_flips_its_lower_pane() {
    let mut session = hardware((80, 24));
    session.keys("p");
    assert_eq!(session.state.hardware_view.lower_pane, LowerPane::WhatIf);
    assert_eq!(session.state.hardware_view.focus, HardwareFocus::WhatIf, "and what is shown has the keys");
    assert!(screen(&mut session).contains("What if"));
    session.key(KeyCode::Tab, KeyModifiers::NONE);
    assert!(screen(&mut session).contains("Operators"));
}

#[test]
fn phases_differ_without_colour() {
    let mut session = hardware(SIZE).with_palette(Palette::Mono);
    let shown = screen(&mut session);
    assert!(shown.contains("prefill 23.5 ms") && shown.contains("decode 74.4 ms"));
    assert!(shown.contains("hgqo") && shown.contains("GD"), "small letters in decode, capitals in prefill");
}

#[test]
fn without_an_answer_there_is_no_decode() {
    let mut choices = Choices::default();
    choices.workload.generated_tokens = 0;
    let mut session = Headless::open(&choices, SIZE).expect("opens");
    session.tell(Action::Show(Screen::Hardware));
    let shown = screen(&mut session);
    assert!(!shown.contains("NaN") && !shown.contains("decode 0"), "{shown}");
}
