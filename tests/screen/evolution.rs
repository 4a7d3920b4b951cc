//! The Evolution screen played from keys and mouse events to states and frames, without a terminal.

use crossterm::event::{KeyCode, KeyModifiers, MouseEventKind};
use engine::budget::Limit;
use engine::quantity::Quantity;
use engine::workload::Objective;
use roofscape::explorer::draw::theme::Palette;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::message::Action;
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;
use roofscape::explorer::screens::evolution::model::members::{course, members};
use roofscape::explorer::vocabulary::Pick;

const SIZE: (u16, u16) = (120, 40);

fn evolution(choices: &Choices, size: (u16, u16)) -> Headless {
    let mut session = Headless::open(choices, size).expect("built-in files open");
    session.tell(Action::Show(Screen::Evolution));
    session
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

fn press(session: &mut Headless, code: KeyCode) {
    session.key(code, KeyModifiers::NONE);
}

/// Columns of the first row of panels in which the budget's line stands.
fn budget_columns(session: &mut Headless) -> Vec<u16> {
    let frame = session.frame();
    (0..frame.area.width).filter(|&x| (2..7).any(|y| frame[(x, y)].symbol() == "┊")).collect()
}

#[test]
fn arrows_walk_the_frontier_and_every_panel_marks_the_pick() {
    let mut session = evolution(&Choices::default(), SIZE);
    let best = *session.state.selection.frontier.last().expect("a frontier") as usize;
    assert_eq!(session.state.picked(), Some(best));
    assert_eq!(screen(&mut session).matches('◆').count(), 8 + 8 + 1, "a mark, a value, and the border's");
    press(&mut session, KeyCode::Left);
    let front = session.state.selection.frontier.clone();
    assert_eq!(session.state.picked(), Some(front[front.len() - 2] as usize));
    session.keys(",.");
    assert_eq!(session.state.picked(), Some(front[front.len() - 2] as usize));
    press(&mut session, KeyCode::Home);
    assert_eq!(session.state.picked(), Some(front[0] as usize));
    assert!(screen(&mut session).contains("experts  ◆ 1 "));
    press(&mut session, KeyCode::PageDown);
    assert_eq!(session.state.picked(), Some(front[10] as usize));
    press(&mut session, KeyCode::End);
    assert_eq!(session.state.picked(), Some(best));
    press(&mut session, KeyCode::Esc);
    assert_eq!(session.state.pick, Pick::Best);
}

#[test]
fn what_is_said_is_what_the_members_are() {
    let mut session = evolution(&Choices::default(), SIZE);
    let landscape = session.state.landscape().expect("a landscape").clone();
    let front = members(&session.state).to_vec();
    let shapes: Vec<_> = front.iter().map(|&index| landscape.sweep.architecture(index as usize)).collect();
    let eight = shapes.iter().filter(|shape| shape.experts == 8).count();
    let percent = (100.0 * eight as f64 / shapes.len() as f64).round();
    let shown = screen(&mut session);
    assert!(shown.contains(&format!("8: {percent} %")), "{shown}");
    let (first, last) = (shapes.first().expect("one").width, shapes.last().expect("one").width);
    assert!(shown.contains(&format!("{first} → {last} of 3072")), "{shown}");
    assert!(shown.contains("here, in budget, neither does"));
    // Without budgets the width saturates, and from there on every member has it.
    session.keys("x");
    let width = course(&session.state, Quantity::WIDTH).expect("a course");
    let at_s = width.saturates_s().expect("it saturates");
    assert!(width.members.iter().all(|&(latency_s, value)| latency_s < at_s || value == 3072.0));
    assert!(width.members.iter().rev().find(|(latency_s, _)| *latency_s < at_s).expect("one before").1 < 3072.0);
    let shown = screen(&mut session);
    let words = format!("reaches its end at {}", engine::units::seconds(at_s));
    assert!(shown.contains(&words) && shown.contains("as in the paper, width reaches its end first"), "{shown}");
}

#[test]
fn labels_leave_the_axis_to_its_ticks() {
    let mut session = evolution(&Choices::default(), SIZE);
    session.keys("x");
    let shown = screen(&mut session);
    assert!(shown.contains("│10.0 B┤") && shown.contains("│ 200 M┤") && shown.contains("│    16┤"), "{shown}");
}

#[test]
fn of_another_law_the_paper_says_nothing() {
    let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
    let mut session = evolution(&choices, SIZE);
    let shown = screen(&mut session);
    assert!(!shown.contains("paper:") && !shown.contains("as in the paper"), "{shown}");
    assert!(shown.contains("⚠ extrapolated at"), "most of the space is beyond these small runs\n{shown}");
}

#[test]
fn a_click_picks_the_nearest_member_on_either_side_of_the_budget() {
    let mut session = evolution(&Choices::default(), SIZE);
    session.click((20, 5));
    let picked = session.state.picked().expect("a pick");
    assert!(session.state.selection.frontier.contains(&(picked as u32)));
    let shown = screen(&mut session);
    let latency_s = session.state.landscape().expect("a landscape").sweep.total_s[picked];
    assert!(shown.contains(&format!("◆ {}", engine::units::seconds(latency_s))), "{shown}");
    session.click((50, 5));
    let beyond = session.state.picked().expect("a pick");
    assert!(!session.state.selection.frontier.contains(&(beyond as u32)), "beyond the budget");
    assert!(session.state.frontiers.all.contains(&(beyond as u32)));
    assert!(!shown.contains("over budget") && screen(&mut session).contains("◆ over budget · "));
    session.mouse(MouseEventKind::ScrollUp, (20, 5));
    assert_eq!(session.state.picked(), session.state.selection.frontier.last().map(|&index| index as usize));
}

#[test]
fn the_budget_is_dragged_in_either_column_of_panels() {
    let mut session = evolution(&Choices::default(), SIZE);
    let [left, right] = budget_columns(&mut session)[..] else { panic!("a line in each column") };
    session.drag((left, 3), (left + 8, 3));
    let later = session.state.slider(Limit::Total).value;
    assert!(later > 0.1);
    assert_eq!(budget_columns(&mut session), [left + 8, right + 8]);
    session.drag((right + 8, 3), (right, 3));
    assert!(session.state.slider(Limit::Total).value < later);
    assert_eq!(budget_columns(&mut session), [left, right]);
    session.keys("2");
    assert_eq!(session.state.slider(Limit::Total).value, 0.5, "a preset");
}

#[test]
fn it_follows_objective_board_and_format() {
    let mut session = evolution(&Choices::default(), SIZE);
    session.keys("o");
    assert_eq!(session.state.objective, Objective::Prefill);
    assert!(screen(&mut session).contains("members of the frontier of prefill latency"));
    session.keys("bf");
    let shown = screen(&mut session);
    assert!(shown.contains("AGX Orin 32GB · MAXN") && !shown.contains("MAXN · fp16"), "{shown}");
}

#[test]
fn a_small_screen_scrolls_its_panels() {
    let mut session = evolution(&Choices::default(), (80, 24));
    assert!(!screen(&mut session).contains("stored"));
    press(&mut session, KeyCode::Down);
    let shown = screen(&mut session);
    assert!(shown.contains("stored   ◆") && !shown.contains("depth    ◆"), "{shown}");
    press(&mut session, KeyCode::Down);
    assert_eq!(session.state.evolution.top, 1, "there is no more");
    press(&mut session, KeyCode::Up);
    assert!(screen(&mut session).contains("depth    ◆"));
}

#[test]
fn with_nothing_feasible_the_way_out_is_said() {
    let mut session = evolution(&Choices::default(), SIZE);
    session.tell(Action::SetBudget(Limit::Total, 0.012));
    let shown = screen(&mut session);
    assert!(shown.contains("no architecture: the nearest needs total 21.5 ms") && !shown.contains('◆'), "{shown}");
    press(&mut session, KeyCode::Right);
    assert_eq!(session.state.picked(), None);
}

#[test]
fn without_an_answer_there_is_no_decode_to_evolve() {
    let mut choices = Choices::default();
    choices.workload.generated_tokens = 0;
    let mut session = evolution(&choices, SIZE);
    assert!(screen(&mut session).contains("125 M → "), "prefill is there: total is prefill\n{}", screen(&mut session));
    for _ in 0..3 {
        session.keys("o");
        assert_ne!(session.state.objective, Objective::Decode);
        assert!(screen(&mut session).contains("125 M → "));
    }
}

#[test]
fn without_colour_what_is_not_admitted_has_gaps() {
    let mut session = evolution(&Choices::default(), SIZE).with_palette(Palette::Mono);
    let frame = session.frame();
    // The top row of experts, 16: beyond the budget every other cell of its line is blank.
    let row = (0..frame.area.height)
        .find(|&y| frame[(1, y)].symbol() == " " && frame[(5, y)].symbol() == "1" && frame[(6, y)].symbol() == "6");
    let row = row.expect("a row labelled 16");
    let beyond: String = (30..56).map(|x| frame[(x, row)].symbol()).collect();
    assert!(beyond.contains("⠉ ⠉ ⠉"), "{beyond}");
}
