//! A law is fitted again while its picture stands: runs excluded and restored, late answers, fits that cannot be.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers};
use engine::budget::Limit;
use engine::runs::Dataset;
use roofscape::explorer::headless::{Headless, Pace, text};
use roofscape::explorer::message::{Action, Effect, FitStop, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::screens::frontier::action::FrontierAction;
use roofscape::explorer::shelf::{FitProgress, LawEntry};
use roofscape::explorer::vocabulary::{Notice, Pick};

const SIZE: (u16, u16) = (120, 40);

/// On the law fitted to the tiny runs.
fn session() -> Headless {
    let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
    Headless::open(&choices, SIZE).expect("built-in files open")
}

fn dataset(session: &Headless) -> Arc<Dataset> {
    session.state.law_entry().dataset.clone().expect("a fitted law has runs")
}

/// Places of all runs that the standing fit used, ascending.
fn fitted_places(entry: &LawEntry) -> Vec<usize> {
    let fit = entry.fit().expect("a fitted law has a fit");
    let mut places = [fit.train.clone(), fit.holdout.clone()].concat();
    places.sort_unstable();
    places
}

#[test]
fn an_excluded_run_leaves_the_fit_the_frontier_and_the_words_and_comes_back() {
    let mut session = session();
    let runs = dataset(&session).runs.len();
    let before = session.state.landscape().cloned().expect("priced");
    assert_eq!(fitted_places(session.state.law_entry()), (0..runs).collect::<Vec<_>>());

    session.tell(Action::ToggleRun(3));
    let Some(Notice::Done(words)) = &session.state.notice else { panic!("it is said") };
    assert!(words.starts_with(&format!("{} runs (−1), R² ", runs - 1)) && words.contains("frontier "), "{words}");
    let entry = session.state.law_entry();
    assert_eq!(fitted_places(entry), (0..runs).filter(|&place| place != 3).collect::<Vec<_>>());
    let fit = entry.fit().expect("a fit");
    let law = &session.state.landscape().expect("priced").law;
    assert_eq!(law.coefficients, fit.coefficients, "the picture is priced with the new law");
    assert_ne!(law.coefficients, before.law.coefficients);
    assert_eq!(law.source, format!("fitted to {} runs of tiny, 1 excluded", fit.train.len()));
    let shown = text(&session.frame());
    assert!(shown.contains(&format!("{} runs of tiny", runs - 1)) && shown.contains(", 1 excluded"), "{shown}");
    session.keys("i");
    let name = &dataset(&session).runs[3].name;
    let shown = text(&session.frame());
    assert!(shown.lines().any(|line| line.contains("excluded  ") && line.contains(name.as_str())), "{shown}");
    session.key(KeyCode::Esc, KeyModifiers::NONE);

    session.tell(Action::ToggleRun(3));
    let after = session.state.landscape().expect("priced");
    assert_eq!((&after.law.source, &after.law.notes), (&before.law.source, &before.law.notes));
    let pairs = after.sweep.loss.iter().zip(&before.sweep.loss);
    assert!(pairs.into_iter().all(|(after, before)| (after - before).abs() < 1e-6), "to what a search resolves");
    assert!(!text(&session.frame()).contains("excluded"));
}

#[test]
fn until_the_new_law_is_there_the_old_picture_stands() {
    let mut session = session();
    let before = session.state.landscape().cloned().expect("priced");
    let picture = text(&session.frame());
    session.pace = Pace::Later;
    session.tell(Action::ToggleRun(0));
    assert!(matches!(session.waiting[..], [Effect::Fit(0)]));
    assert!(Arc::ptr_eq(session.state.landscape().expect("priced"), &before));
    assert!(!session.state.is_stale());
    let meanwhile = text(&session.frame());
    assert!(meanwhile.contains("fit of tiny … ·"));
    let chart = |screen: &str| screen.lines().take(30).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(chart(&meanwhile), chart(&picture));
    // Another board is priced with the law that stands; it need not wait for the next.
    session.keys("b");
    assert!(matches!(session.waiting[..], [Effect::Fit(0), Effect::Price(_)]));
    session.work();
    assert!(!session.state.is_stale());
    assert_eq!(session.state.law_entry().progress, FitProgress::Done);
    assert!(session.state.landscape().expect("priced").law.source.ends_with("1 excluded"));
}

#[test]
fn pick_scroll_order_and_budgets_survive_a_refit() {
    let mut session = session();
    session.keys("s");
    session.tell(Action::SetBudget(Limit::Total, 0.08));
    session.tell(Action::Frontier(FrontierAction::PickRow(5)));
    session.tell(Action::Frontier(FrontierAction::Scroll(40)));
    let (picked, top, feasible) = (session.state.picked(), session.state.top, session.state.selection.feasible.clone());
    assert!(top >= 40);
    session.tell(Action::ToggleRun(0));
    assert_eq!((session.state.picked(), session.state.top), (picked, top));
    assert_eq!(session.state.selection.feasible, feasible, "ordered by latency, which no law changes");
    assert_eq!(session.state.slider(Limit::Total).value, 0.08);
    assert!(matches!(session.state.pick, Pick::Chosen(_)));
}

#[test]
fn rows_stay_where_they_are_until_their_new_order_is_found() {
    let mut session = session();
    session.keys("r");
    session.tell(Action::Frontier(FrontierAction::Scroll(40)));
    let (top, worst_first) = (session.state.top, session.state.selection.feasible.clone());
    session.pace = Pace::Later;
    session.tell(Action::ToggleRun(0));
    session.work_once();
    session.work_once();
    assert!(session.state.landscape().expect("priced").law.source.ends_with("1 excluded"));
    assert!(matches!(session.waiting[..], [Effect::Order(..)]));
    assert_eq!((session.state.top, &session.state.selection.feasible), (top, &worst_first));
    session.work();
    let losses = &session.state.landscape().expect("priced").sweep.loss;
    assert!(session.state.selection.feasible.is_sorted_by(|&a, &b| losses[a as usize] >= losses[b as usize]));
    assert_eq!(session.state.top, top);
}

#[test]
fn an_impossible_refit_keeps_law_and_picture_says_why_and_shows_what_is_excluded() {
    let mut session = session();
    let runs = dataset(&session).runs.len();
    session.pace = Pace::Later;
    for run in 2..runs {
        session.tell(Action::ToggleRun(run));
    }
    let before = session.state.landscape().cloned().expect("priced");
    session.work();
    assert!(Arc::ptr_eq(session.state.landscape().expect("priced"), &before));
    let Some(Notice::Trouble(words)) = &session.state.notice else { panic!("it is said") };
    assert!(words.starts_with("the last law stays: tiny: 2 runs are too few to fit a law"), "{words}");
    session.key(KeyCode::Tab, KeyModifiers::NONE);
    let shown = text(&session.frame());
    assert!(shown.contains("LAST GOOD FIT law tiny"), "{shown}");
    assert!(shown.contains(&format!("{} excluded", runs - 2)), "{shown}");
    // To another law and back: the old law serves, and what it is is said again.
    session.keys("l");
    assert!(session.state.notice.is_none());
    session.key(KeyCode::Left, KeyModifiers::NONE);
    assert_eq!(session.state.shown().law, 0);
    assert!(matches!(session.state.notice, Some(Notice::Trouble(_))));

    session.tell(Action::RestoreRuns);
    assert_eq!(session.state.law_entry().progress, FitProgress::Done);
    assert_eq!(session.state.landscape().expect("priced").law, before.law);
    assert!(!text(&session.frame()).contains("LAST GOOD FIT"));
}

#[test]
fn answers_to_earlier_states_of_the_runs_are_dropped() {
    let mut session = session();
    session.pace = Pace::Later;
    session.tell(Action::ToggleRun(0));
    session.tell(Action::ToggleRun(1));
    let revision = session.state.law_entry().revision;
    for stop in [FitStop::Superseded, FitStop::Impossible(engine::error::Error::new("too few"))] {
        session.tell(Message::Fitted { place: 0, revision: revision - 1, outcome: Err(stop) });
        assert_eq!(session.state.law_entry().progress, FitProgress::UnderWay { percent: 0 });
        assert!(session.state.notice.is_none());
    }
    let progressed = |revision, done| Message::FitProgressed { place: 0, revision, done, of: 64 };
    session.tell(progressed(revision, 32));
    session.tell(progressed(revision, 31));
    session.tell(progressed(revision - 1, 48));
    assert!(text(&session.frame()).contains("fit of tiny … 50 % ·"));
    session.work();
    session.tell(progressed(revision, 64));
    assert_eq!(session.state.law_entry().progress, FitProgress::Done);
    assert_eq!(session.state.law_entry().standing.as_ref().map(|standing| standing.edition), Some(revision));
    assert!(session.state.landscape().expect("priced").law.source.ends_with("2 excluded"));

    // A landscape of the law before is late, too.
    let old = session.state.answer.clone().expect("priced");
    session.tell(Action::RestoreRuns);
    let shown = session.state.landscape().cloned().expect("priced");
    session.tell(Message::Priced(old));
    assert!(Arc::ptr_eq(session.state.landscape().expect("priced"), &shown));
}

#[test]
fn what_is_no_run_cannot_be_excluded() {
    let mut session = session();
    session.tell(Action::ToggleRun(usize::MAX));
    assert!(session.state.law_entry().excluded.is_empty());
    session.keys("l");
    assert_eq!(session.state.law_entry().label, "paper");
    session.tell(Action::ToggleRun(0));
    session.tell(Action::RestoreRuns);
    assert!(session.state.law_entry().excluded.is_empty() && !session.state.is_stale());
}
