//! How sure the picture is, played from keys to states and frames: resampled behind it, never shown beside another.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::budget::Limit;
use engine::confidence::{Confidence, Question};
use engine::law::Evidence;
use engine::units;
use roofscape::explorer::headless::{Headless, Pace, text};
use roofscape::explorer::message::{Action, Effect, FitStop, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::resampled::ResamplingProgress;
use roofscape::explorer::sources;

const SIZE: (u16, u16) = (120, 40);

/// On the law fitted to the tiny runs, which waits to be resampled a few times.
fn unsettled() -> Headless {
    let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
    let mut session = Headless::open(&choices, SIZE).expect("built-in files open");
    session.state.bootstrap.resamples = 24;
    session
}

fn settled() -> Headless {
    let mut session = unsettled();
    session.settle();
    session
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

/// What the engine says of the picture, with all its budgets.
fn by_the_engine(session: &Headless) -> Confidence {
    let state = &session.state;
    let (landscape, evidence) = (state.landscape().expect("priced"), state.evidence().expect("resampled"));
    let question = Question { objective: state.objective, budgets: &state.budgets(), level: Evidence::LEVEL };
    Confidence::of(landscape, evidence, question, &()).expect("laws to ask")
}

/// What the sources say about resampling.
fn said(session: &Headless) -> String {
    let lines = sources::lines(&session.state, 1000);
    lines.into_iter().find(|line| line.label == "resampled").map(|line| line.text).expect("an entry")
}

/// Cells of the cloud of candidates may look like the texture, but few do.
const CHANCE: usize = 5;

fn texture(session: &mut Headless) -> usize {
    session.frame().content.iter().filter(|cell| cell.symbol() == "⠡").count()
}

#[test]
fn the_runs_are_resampled_behind_the_picture_and_the_numbers_are_the_engines() {
    let mut session = unsettled();
    assert!(matches!(session.backstage[..], [Effect::Resample(0)]));
    let before = screen(&mut session);
    assert!(before.contains("Feasible: ") && !before.contains("at 90 %"), "{before}");
    assert!(texture(&mut session) < CHANCE);
    assert_eq!(said(&session), "under way");
    session.settle_once();
    assert!(matches!(session.backstage[..], [Effect::Assess(_)]));
    session.settle();

    let sure = by_the_engine(&session);
    let picked = session.state.picked().expect("a pick");
    let landscape = session.state.landscape().cloned().expect("priced");
    let evidence = session.state.evidence().expect("resampled");
    let features = landscape.sweep.architecture(picked).features();
    let interval = evidence.loss_interval(&landscape.law, &features, Evidence::LEVEL).expect("an interval");
    let optimism_nats = sure.member(picked).expect("the best is on the frontier").optimism_nats;
    let perplexity = |nats: f64| units::significant((nats + optimism_nats).exp(), 4);
    let ends = [interval.low, interval.high].map(perplexity).join("–");
    let share = format!("{:.0} %", 100.0 * sure.frontier_probability(picked).expect("amid the runs"));
    let robust = if sure.is_robust(picked) { ", robust" } else { "" };
    let shown = screen(&mut session);
    for words in [
        format!("as picked {} {ends} at 90 %", perplexity(landscape.sweep.loss[picked])),
        format!("frontier: {share} of 24 resamples{robust}"),
        " robust│".to_owned(),
        "◌ on it in half of the resamples at most".to_owned(),
    ] {
        assert!(shown.contains(&words), "{words}\n{shown}");
    }
    assert!(texture(&mut session) > 20);
    // The share in the table is that of its row.
    let row = shown.lines().find(|line| line.starts_with("│◆")).expect("the picked row");
    assert!(row.split('│').nth(1).expect("the table").trim_end().ends_with(&share), "{row}");
    assert!(said(&session).starts_with("24 resamples of the runs by architecture (seed 0); intervals are what 90 %"));
}

#[test]
fn progress_is_said_in_fifths() {
    let mut session = unsettled();
    session.state.shelf.laws[0].resampled.progress = ResamplingProgress::UnderWay { done: 0, of: 200 };
    let mut lines = BTreeSet::new();
    for done in 1..=200 {
        session.tell(Message::ResamplingProgressed { place: 0, edition: 0, done });
        lines.insert(screen(&mut session).lines().nth(37).expect("a status line").to_owned());
    }
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("resampling ")) && lines.iter().any(|line| line.contains("120/200")));
    session.settle();
    assert!(!screen(&mut session).contains("resampling"));
}

#[test]
fn a_published_law_has_no_band_and_the_sources_say_why() {
    let mut session = Headless::open(&Choices::default(), SIZE).expect("built-in files open");
    assert!(session.backstage.is_empty());
    let shown = screen(&mut session);
    assert!(!shown.contains("robust") && !shown.contains("at 90 %"), "{shown}");
    assert!(texture(&mut session) < CHANCE);
    assert_eq!(said(&session), "nothing is said of how sure the law is: the runs behind it are not at hand");
}

#[test]
fn a_budget_on_the_charts_axis_asks_nothing_new_and_every_share_stays_right() {
    let mut session = settled();
    for seconds in [0.05, 0.3, 2.0] {
        session.tell(Action::SetBudget(Limit::Total, seconds));
        assert!(session.backstage.is_empty());
        let sure = by_the_engine(&session);
        let shown = &session.state.current_verdict().expect("it still holds").confidence;
        for &index in &session.state.selection.feasible {
            assert_eq!(
                shown.frontier_probability(index as usize),
                sure.frontier_probability(index as usize),
                "{seconds} {index}"
            );
        }
    }
}

#[test]
fn a_dragged_memory_budget_keeps_true_intervals_and_shows_no_old_share() {
    let mut session = settled();
    let (bottom, band) = (axis(&mut session), texture(&mut session));
    for bytes in [4.5e9, 3.5e9, 3e9, 2.7e9] {
        session.tell(Action::SetBudget(Limit::Memory, bytes));
        assert!(matches!(session.backstage[..], [Effect::Assess(_)]), "only the newest question waits");
        let shown = screen(&mut session);
        assert!(shown.contains("frontier: … of 24 resamples") && shown.contains("at 90 %"), "{shown}");
        assert!(session.state.current_verdict().is_none());
        assert_eq!(axis(&mut session), bottom, "the scale stands still");
    }
    session.settle();
    assert_eq!(axis(&mut session), bottom);
    let sure = by_the_engine(&session);
    let verdict = session.state.current_verdict().expect("assessed").clone();
    for member in &sure.band {
        assert_eq!(verdict.confidence.member(member.index as usize), Some(member));
    }
    assert!(band > 0 && texture(&mut session) > 0);
    let picked = session.state.picked().expect("a pick");
    let share =
        format!("frontier: {:.0} % of 24 resamples", 100.0 * sure.frontier_probability(picked).expect("amid the runs"));
    assert!(screen(&mut session).contains(&share));
}

/// Labels of the perplexity axis, row by row.
fn axis(session: &mut Headless) -> Vec<String> {
    screen(session).lines().skip(2).take(22).map(|line| line.chars().skip(1).take(5).collect()).collect()
}

#[test]
fn an_ensemble_of_earlier_runs_never_stands_beside_the_new_law() {
    let mut session = settled();
    let room = session.state.law_entry().resampled.lowest_loss;
    session.pace = Pace::Later;
    session.tell(Action::ToggleRun(0));
    assert!(texture(&mut session) > 20, "picture and band are of the law that stands");
    // Fitted, and the old law still shown: its own band stays.
    session.work_once();
    assert!(session.state.is_stale() && session.state.current_verdict().is_some());
    assert!(session.state.law_entry().standing_ensemble().is_none(), "the new law has none yet");
    session.work();
    assert!(!session.state.is_stale() && session.state.verdict.is_none());
    let shown = screen(&mut session);
    assert!(!shown.contains("at 90 %") && shown.contains("resampling   0/24"), "{shown}");
    assert!(texture(&mut session) < CHANCE);
    assert!(room.is_some());
    assert_eq!(session.state.law_entry().resampled.lowest_loss, room, "the scale keeps room for the band that comes");
    session.settle();
    assert_eq!(session.state.law_entry().resampled.progress, ResamplingProgress::Done);
    assert!(texture(&mut session) > 20);
}

#[test]
fn late_and_superseded_answers_change_nothing() {
    let mut session = settled();
    let old = Arc::clone(session.state.evidence().expect("resampled"));
    let old_verdict = session.state.verdict.clone().expect("assessed");
    session.tell(Action::ToggleRun(0));
    session.tell(Message::Resampled { place: 0, edition: 0, outcome: Ok(old) });
    session.tell(Message::Assessed(old_verdict));
    assert!(session.state.evidence().is_none() && session.state.verdict.is_none());
    session.backstage.clear();
    session.tell(Message::Resampled { place: 0, edition: 1, outcome: Err(FitStop::Superseded) });
    assert!(matches!(session.backstage[..], [Effect::Resample(0)]), "it is asked for again, being looked at still");
    let error = engine::error::Error::new("too few architectures to resample");
    session.tell(Message::Resampled { place: 0, edition: 1, outcome: Err(FitStop::Impossible(error)) });
    assert!(!screen(&mut session).contains("resampling"));
    assert_eq!(said(&session), "nothing is said of how sure the law is: too few architectures to resample");
}

#[test]
fn a_law_that_is_looked_at_again_shows_its_band_without_resampling() {
    let mut session = settled();
    let band = texture(&mut session);
    session.keys("l");
    assert!(session.state.law_entry().label == "paper" && texture(&mut session) == 0);
    for place in [2, 3] {
        session.keys("l");
        session.backstage.retain(|effect| !matches!(effect, Effect::Resample(_)));
        session.tell(Message::Resampled { place, edition: 0, outcome: Err(FitStop::Superseded) });
        session.backstage.clear();
    }
    session.keys("l");
    assert_eq!(session.state.law_entry().label, "fit of tiny");
    assert!(matches!(session.backstage[..], [Effect::Assess(_)]));
    session.settle();
    assert_eq!(texture(&mut session), band);
}

#[test]
fn an_export_carries_the_laws_of_the_picture() {
    let mut session = settled();
    session.keys("e");
    session.key(crossterm::event::KeyCode::Enter, crossterm::event::KeyModifiers::NONE);
    let request = &session.exports[0];
    assert!(Arc::ptr_eq(request.evidence.as_ref().expect("resampled"), session.state.evidence().expect("resampled")));
}

#[test]
fn coefficients_stand_with_their_intervals() {
    let mut session = settled();
    session.keys("v");
    let ensemble = session.state.law_entry().standing_ensemble().expect("resampled");
    let (key, interval) = ensemble.coefficients_ci(Evidence::LEVEL)[0];
    assert_eq!(key, "kappa_l");
    let words = format!("{}–{}", units::ratio(interval.low), units::ratio(interval.high));
    let shown = screen(&mut session);
    assert!(shown.contains("Coefficients with 90 % intervals"), "{shown}");
    let row = shown.lines().find(|line| line.contains("κ_l ")).expect("a row");
    assert!(row.contains(&words), "{words}\n{row}");
}
