//! A space too large to price, explored: its frontier grows on the screen, and nothing that a person holds moves.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers};
use engine::budget::Limit;
use engine::law::LossLaw;
use engine::search::{Search, SearchOptions, Stop};
use report::{Selection, Warning};
use roofscape::explorer::headless::{Headless, Pace, text};
use roofscape::explorer::message::{Action, Effect, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;
use roofscape::explorer::screens::frontier::action::FrontierAction;
use roofscape::explorer::screens::theory::model::table::{Way, outcome};
use roofscape::explorer::vocabulary::{Answer, Pick};

fn open(size: (u16, u16)) -> Headless {
    let choices = Choices { space: "large".into(), ..Choices::default() };
    Headless::open(&choices, size).expect("built-in files open")
}

/// The search that a session has asked for, to be shown step by step.
fn search(session: &Headless) -> Search {
    let state = &session.state;
    let law: &LossLaw = state.law_entry().law().expect("the paper's");
    let estimator = state.estimator(state.question).expect("fp16 is everywhere");
    let aim = state.wanted_aim().expect("a space that is searched");
    Search::new(&state.shelf.space, law.clone(), estimator, aim, SearchOptions::DEFAULT)
}

fn show(session: &mut Headless, search: &Search) {
    let question = session.state.question;
    session.tell(Message::Priced(Answer { question, landscape: Arc::new(search.landscape()), before: None }));
}

fn advance(search: &mut Search, rounds: usize) {
    for _ in 0..rounds {
        assert_eq!(search.advance(&()), None, "it goes on");
    }
}

fn is_searching(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Price(_)])
}

#[test]
fn what_was_searched_says_so() {
    let mut session = open((120, 40));
    let searched = *session.state.searched().expect("searched");
    assert!(matches!(searched.stopped_because, Some(Stop::Converged | Stop::Exhausted)));
    assert!(session.state.warnings.contains(&Warning::Searched(searched)));
    insta::assert_snapshot!("searched_at_120_by_40", text(&session.frame()));
    insta::assert_snapshot!("searched_at_80_by_24", text(&open((80, 24)).frame()));

    let json = session.state.with_view(|view| {
        let document = report::export(view, Selection::Best, &Selection::Best.indices(view), None);
        serde_json::to_value(document).expect("JSON")
    });
    let json = json.expect("a picture");
    assert_eq!(json["search"]["evaluations"], searched.evaluations);
    assert_eq!((&json["search"]["of"], &json["search"]["seed"]), (&8_788_451_175_u64.into(), &0.into()));
    assert!(json["warnings"].to_string().contains("searched, not enumerated"));
}

#[test]
fn the_frontier_grows_and_what_a_person_holds_stays() {
    let mut session = open((120, 40));
    session.pace = Pace::Later;
    session.keys("b");
    assert!(is_searching(&session.waiting), "{:?}", session.waiting);
    let mut search = search(&session);
    advance(&mut search, 20);
    show(&mut session, &search);
    let early = session.state.landscape().expect("so far").clone();
    let frame = text(&session.frame());
    assert!(frame.contains("searching: ") && frame.contains("of 8.79 × 10⁹, frontier +"), "{frame}");
    insta::assert_snapshot!("searching_at_120_by_40", frame);

    session.tell(Action::Frontier(FrontierAction::PickRow(3)));
    let picked = session.state.picked().expect("a row is picked");
    let held = early.sweep.architecture(picked);
    session.tell(Action::Frontier(FrontierAction::Scroll(40)));
    let top = session.state.top;
    assert!(top > 0);
    advance(&mut search, 60);
    show(&mut session, &search);
    let late = session.state.landscape().expect("so far").clone();
    assert!(late.sweep.len() > early.sweep.len());
    assert_eq!((session.state.picked(), session.state.top), (Some(picked), top));
    assert_eq!(late.sweep.architecture(picked), held);
    assert_eq!(
        late.extent(session.state.objective).expect("places")[1].latency_s,
        early.extent(session.state.objective).expect("places")[1].latency_s,
        "the slowest was the first to be priced"
    );
    assert!(session.state.notice.is_none(), "growing is no news: {:?}", session.state.notice);

    // Another board is another search, in which the pick has another place, or is not there yet.
    session.state.pick = Pick::Chosen(picked);
    session.keys("b");
    let other = self::search(&session);
    show(&mut session, &other);
    let landscape = session.state.landscape().expect("so far");
    let stays = session.state.picked().is_some_and(|index| landscape.sweep.architecture(index) == held);
    assert!(stays || session.state.pick == Pick::Best);
}

#[test]
fn a_growing_frontier_asks_the_theory_nothing_again_and_scrolls_no_notes() {
    let mut session = open((120, 40));
    session.pace = Pace::Later;
    session.keys("b");
    let mut search = search(&session);
    advance(&mut search, 20);
    show(&mut session, &search);
    session.tell(Action::Show(Screen::Theory));
    assert_eq!(session.backstage.len(), 1, "asked once");
    let asked = session.backstage.remove(0);
    advance(&mut search, 5);
    show(&mut session, &search);
    assert!(session.backstage.is_empty(), "what is being solved is not overtaken: {:?}", session.backstage);
    session.backstage.push(asked);
    session.settle();

    session.key(KeyCode::PageDown, KeyModifiers::NONE);
    let top = session.state.theory.notes_top;
    assert!(top > 0 && session.state.theory.is_current());
    let swept = |session: &Headless| {
        let answered = session.state.theory.answered.clone().expect("an answer");
        outcome(&answered, Way::Swept).expect("one keeps the budgets").loss
    };
    let early = swept(&session);
    advance(&mut search, 60);
    show(&mut session, &search);
    assert!(session.backstage.is_empty() && session.state.theory.is_current(), "{:?}", session.backstage);
    assert!(!text(&session.frame()).contains("solving"));
    assert_eq!(session.state.theory.notes_top, top);
    let landscape = session.state.landscape().expect("so far");
    let best = landscape.best_within(&session.state.budgets()).expect("one keeps the budgets");
    assert_eq!(swept(&session), landscape.sweep.loss[best], "the best of the sweep is of what has been found by now");
    assert!(swept(&session) < early, "more was found");
}

#[test]
fn only_a_budget_off_the_axis_or_another_aim_goes_on_searching() {
    let mut session = open((120, 40));
    session.pace = Pace::Later;
    let before = session.state.landscape().expect("searched").clone();
    session.tell(Action::SetBudget(Limit::Total, 0.05));
    session.tell(Action::SetBudget(Limit::Total, 0.04));
    assert!(session.waiting.is_empty(), "it cuts the frontier that is there: {:?}", session.waiting);
    session.tell(Action::SetBudget(Limit::Memory, 4e9));
    assert!(is_searching(&session.waiting), "{:?}", session.waiting);
    session.tell(Action::SetBudget(Limit::Total, 0.06));
    assert!(is_searching(&session.waiting), "nothing more is asked");
    session.work();
    let after = session.state.landscape().expect("searched").clone();
    assert!(after.sweep.len() > before.sweep.len());
    assert_eq!(after.sweep.loss[..before.sweep.len()], before.sweep.loss);
    assert_eq!(after.searched.map(|searched| searched.aim), session.state.wanted_aim());
    session.pace = Pace::Later;
    session.keys("o");
    assert!(is_searching(&session.waiting), "another latency is another frontier");
}
