//! Energy in the explorer: a budget that comes and goes with the watts of the power mode, and what modes are worth.

use crossterm::event::{KeyCode, KeyModifiers};
use engine::budget::{Budgets, Limit};
use engine::units::rounded_up;
use engine::workload::Objective;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::message::Action;
use roofscape::explorer::open::Choices;
use roofscape::explorer::screens::frontier::action::FrontierAction;
use roofscape::explorer::state::Mode;
use roofscape::explorer::vocabulary::{Control, Direction, Focus, Notice, Stride, Switch};

/// A session on a board with modes of 20 W, of none, and of 5 W at half of what the first has.
fn session(mode: &str, size: (u16, u16)) -> Headless {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("board.toml");
    std::fs::write(&path, include_str!("../data/watts-board.toml")).expect("a file");
    let choices = Choices { profile: path.display().to_string(), mode: Some(mode.into()), ..Choices::default() };
    Headless::open(&choices, size).expect("opens")
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

fn energy(session: &Headless) -> Option<f64> {
    session.state.budgets().get(Limit::Energy)
}

#[test]
fn an_energy_budget_is_a_line_on_total_latency_and_a_strip_elsewhere() {
    let mut session = session("20W", (120, 40));
    session.tell(Action::LiftBudgets);
    session.tell(Action::SetBudget(Limit::Energy, 2.0));
    let landscape = session.state.landscape().cloned().expect("priced");
    // 2 J at 20 W are 100 ms.
    let in_time = landscape.feasible_frontier(Objective::Total, &Budgets::NONE.with(Limit::Total, 0.1));
    assert_eq!(session.state.selection.frontier, in_time);
    assert!(session.state.selection.bounds.is_empty());
    let frame = session.frame();
    let column = (0..76).find(|&x| frame[(x, 10)].symbol() == "┊").expect("a budget line");
    assert!(screen(&mut session).contains("over energy 2.00 J"));
    session.drag((column, 10), (column + 6, 10));
    assert!(energy(&session).is_some_and(|joules| joules > 2.0), "the line is dragged in joules");
    session.keys("o");
    assert_eq!(session.state.selection.bounds.len(), 1);
}

#[test]
fn without_watts_the_budget_is_off_and_with_watts_it_is_back() {
    let mut session = session("20W", (120, 40));
    session.tell(Action::SetBudget(Limit::Energy, 1.5));
    session.keys("m");
    assert_eq!((energy(&session), session.state.slider(Limit::Energy).switch), (None, Switch::On));
    let shown = screen(&mut session);
    assert!(shown.contains("✗ FREE: no watts stated · 200 GB/s; energy ≤ 1.50 J is off"), "{shown}");
    assert!(shown.contains("○ energy  –  no watts stated for FREE"), "{shown}");
    session.keys("m");
    assert_eq!(energy(&session), Some(1.5));
    assert!(screen(&mut session).contains("✓ 5W: 5000 mW · 50 GB/s; energy ≤ 1.50 J is on again"));
    // Another board, and back.
    session.keys("b");
    session.tell(Action::LiftBudgets);
    session.keys("m");
    assert!(matches!(&session.state.notice, Some(Notice::Done(words)) if !words.contains("energy")));
}

#[test]
fn an_energy_that_nobody_knows_cannot_be_limited() {
    let mut session = session("free", (120, 40));
    let before = *session.state.slider(Limit::Energy);
    for action in [
        Action::SetBudget(Limit::Energy, 2.0),
        Action::ToggleBudget(Limit::Energy),
        Action::Step(Control::Budget(Limit::Energy), Direction::Up, Stride::Coarse),
        Action::Frontier(FrontierAction::TypeValue),
    ] {
        session.tell(action);
        assert_eq!(*session.state.slider(Limit::Energy), before);
        assert!(matches!(session.state.mode, Mode::Explore));
        let wanted = "no watts stated for my-board FREE, so no energy; m: 20W, 5W";
        assert_eq!(session.state.notice, Some(Notice::Trouble(wanted.into())), "{action:?}");
    }
    assert!(session.track(Limit::Energy).is_none(), "there is nothing to drag");
}

#[test]
fn a_typed_energy_takes_joules() {
    let mut session = session("20W", (80, 24));
    for (typed, joules) in [("2J", 2.0), ("3", 3.0), ("500 mJ", 0.5), ("0.001Wh", 3.6)] {
        session.tell(Action::Focus(Focus::Control(Control::Budget(Limit::Energy))));
        session.key(KeyCode::Enter, KeyModifiers::NONE);
        assert!(screen(&mut session).contains("such as 2J or 500mJ per request; a bare number is in J"));
        session.keys(typed);
        session.key(KeyCode::Enter, KeyModifiers::NONE);
        assert_eq!(energy(&session), Some(joules), "{typed}");
    }
}

#[test]
fn presets_are_of_time_and_leave_the_energy() {
    let mut session = session("20W", (120, 40));
    session.tell(Action::SetBudget(Limit::Energy, 2.0));
    session.key(KeyCode::F(1), KeyModifiers::NONE);
    let on: Vec<Limit> = session.state.budgets().active().map(|(limit, _)| limit).collect();
    assert_eq!(on, [Limit::Tpot, Limit::Energy, Limit::Memory]);
}

#[test]
fn nothing_feasible_names_the_energy_that_is_needed() {
    let mut session = session("20W", (120, 40));
    session.tell(Action::SetBudget(Limit::Energy, 0.01));
    let landscape = session.state.landscape().cloned().expect("priced");
    let fastest_s = landscape.sweep.total_s.iter().copied().fold(f64::INFINITY, f64::min);
    let needed = Limit::Energy.text(rounded_up(20.0 * fastest_s, 3));
    let shown = screen(&mut session);
    assert!(shown.contains(&format!("no architecture: the nearest needs energy {needed}")), "{shown}");
}

#[test]
fn the_pick_shows_its_energy_and_every_power_mode() {
    let mut session = session("20W", (120, 40));
    assert!(screen(&mut session).contains(" per token"));
    assert!(!screen(&mut session).contains("power mode"), "operators take the room");
    session.tell(Action::Focus(Focus::Control(Control::Mode)));
    insta::assert_snapshot!(screen(&mut session));
}

#[test]
fn where_there_is_room_modes_stand_below_the_operators() {
    let mut session = session("5W", (200, 60));
    insta::assert_snapshot!(screen(&mut session));
}

#[test]
fn energy_at_80_by_24() {
    let mut session = session("20W", (80, 24));
    session.tell(Action::SetBudget(Limit::Energy, 1.2));
    insta::assert_snapshot!(screen(&mut session));
    session.tell(Action::Focus(Focus::Control(Control::Mode)));
    session.keys("p");
    insta::assert_snapshot!(screen(&mut session));
}

#[test]
fn without_watts_at_80_by_24() {
    let mut session = session("free", (80, 24));
    insta::assert_snapshot!(screen(&mut session));
}
