//! What if, played: another bandwidth, compute, memory, another board.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers};
use engine::budget::{Budgets, Limit};
use engine::hardware::Basis;
use engine::precision::Precision;
use engine::what_if::{Factor, Resource, Scaling};
use roofscape::explorer::headless::{Headless, Pace, text};
use roofscape::explorer::message::Action;
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;
use roofscape::explorer::screens::frontier::action::FrontierAction;
use roofscape::explorer::screens::hardware::action::HardwareAction;
use roofscape::explorer::screens::hardware::model::what_if::{best_in_words, ranking, worths};
use roofscape::explorer::state::Mode;
use roofscape::explorer::vocabulary::{Direction, Stride};

/// On the Hardware screen, the what-if pane in front.
fn session(size: (u16, u16)) -> Headless {
    let mut session = Headless::open(&Choices::default(), size).expect("built-in files open");
    session.tell(Action::Show(Screen::Hardware));
    session.key(KeyCode::Tab, KeyModifiers::NONE);
    session
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

fn typed(session: &mut Headless, resource: Resource, line: &str) {
    session.tell(Action::Hardware(HardwareAction::FocusResource(resource)));
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    session.keys(line);
    session.key(KeyCode::Enter, KeyModifiers::NONE);
}

fn twice_the_bandwidth(session: &mut Headless) {
    typed(session, Resource::Bandwidth, "2x");
}

#[test]
fn the_pane_at_80_by_24() {
    let mut session = session((80, 24));
    twice_the_bandwidth(&mut session);
    insta::assert_snapshot!(screen(&mut session));
}

#[test]
fn the_pane_at_120_by_40() {
    let mut session = session((120, 40));
    twice_the_bandwidth(&mut session);
    insta::assert_snapshot!(screen(&mut session));
}

#[test]
fn the_frontier_before_and_after_at_120_by_40() {
    let mut session = session((120, 40));
    twice_the_bandwidth(&mut session);
    session.tell(Action::Show(Screen::Frontier));
    insta::assert_snapshot!(screen(&mut session));
}

#[test]
fn boards_by_watts_at_80_by_24() {
    let mut session = session((80, 24));
    session.tell(Action::Show(Screen::Frontier));
    session.tell(Action::Frontier(FrontierAction::PickRow(0)));
    session.tell(Action::SetBudget(Limit::Total, 0.25));
    session.tell(Action::Show(Screen::Hardware));
    session.keys("w");
    insta::assert_snapshot!(screen(&mut session));
}

#[test]
fn a_drag_prices_an_imagined_board_and_keeps_the_one_as_it_is() {
    let mut session = session((120, 40));
    let as_it_is = session.state.landscape().cloned().expect("priced");
    let track = session.resource_track(Resource::Bandwidth).expect("a slider");
    session.drag((track.x + track.width / 2, track.y), (track.right() + 5, track.y + 3));
    assert_eq!(session.state.question.scaling, Scaling { bandwidth: Factor::MOST, ..Scaling::NONE });
    let answer = session.state.answer.clone().expect("priced");
    assert!(Arc::ptr_eq(&as_it_is, answer.before.as_ref().expect("the board as it is")), "it is not priced again");
    // Never slower, and four times as fast where memory alone decides.
    let ratios = answer.landscape.sweep.decode_s.iter().zip(&as_it_is.sweep.decode_s).map(|(now, was)| now / was);
    assert!(ratios.clone().all(|ratio| (0.25 - 1e-12..=1.0).contains(&ratio)));
    assert!(ratios.clone().any(|ratio| ratio < 0.26));
    assert_eq!(answer.landscape.sweep.loss, as_it_is.sweep.loss, "losses are the law's alone");
    let shown = screen(&mut session);
    assert!(shown.contains("MAXN · what if bandwidth ×4 · fp16"), "{shown}");
    assert!(shown.contains("⚠ what if: bandwidth ×4"), "{shown}");
    assert_eq!(session.state.frontiers.before.len(), as_it_is.frontier_of(session.state.objective, |_| true).len());

    session.keys("x");
    assert_eq!(session.state.question.scaling, Scaling::NONE);
    assert_eq!(session.state.landscape().expect("priced").sweep, as_it_is.sweep);
    assert!(
        session.state.frontiers.before.is_empty() && session.state.answer.as_ref().expect("priced").before.is_none()
    );
    assert!(!screen(&mut session).contains("what if bandwidth"));
}

#[test]
fn the_knob_is_under_the_mouse() {
    let mut session = session((120, 40));
    for resource in Resource::ALL {
        let track = session.resource_track(resource).expect("a slider");
        for offset in [0, 3, track.width / 2, track.width - 1] {
            session.click((track.x + offset, track.y));
            let row: Vec<char> =
                screen(&mut session).lines().nth(usize::from(track.y)).expect("a row").chars().collect();
            let knob = row.iter().rposition(|glyph| *glyph == '●').expect("a knob");
            assert_eq!(knob, usize::from(track.x + offset), "{resource:?}");
        }
    }
}

#[test]
fn steps_stop_at_the_board_as_it_is() {
    let mut session = session((80, 24));
    for resource in Resource::ALL {
        let step = |direction| Action::Hardware(HardwareAction::StepResource(resource, direction, Stride::Coarse));
        session.tell(step(Direction::Up));
        assert!(!session.state.question.scaling.is_none());
        session.tell(step(Direction::Down));
        assert!(session.state.question.scaling.is_none(), "{resource:?}");
        session.tell(step(Direction::Down));
        session.tell(step(Direction::Up));
        assert!(session.state.question.scaling.is_none(), "{resource:?}");
    }
}

#[test]
fn the_scaling_stays_when_the_board_changes_and_the_comparison_follows() {
    let mut session = session((120, 40));
    twice_the_bandwidth(&mut session);
    session.keys("b");
    let answer = session.state.answer.clone().expect("priced");
    assert_eq!(answer.question.board, 1);
    assert_eq!(answer.question.scaling.bandwidth, Factor::new(2.0).expect("a factor"));
    let before = answer.before.expect("the new board as it is");
    let own = session.state.estimator(answer.question.unscaled()).expect("fp16 is everywhere");
    assert_eq!(before.estimator, own);
    // Law and workload too.
    session.keys("l");
    session.settle();
    let answer = session.state.answer.clone().expect("priced");
    assert_eq!(answer.before.expect("priced").law, answer.landscape.law);
}

#[test]
fn an_imagined_memory_is_what_a_program_can_have() {
    let mut session = session((120, 40));
    typed(&mut session, Resource::Memory, "2.5GB");
    assert_eq!(session.state.slider(Limit::Memory).value, 2.5e9, "the budget that followed the board follows it");
    let fits = |session: &Headless| session.state.with_view(|view| view.hardware().memory_bytes);
    assert_eq!(fits(&session), Some(2.5e9));
    session.tell(Action::Show(Screen::Frontier));
    session.tell(Action::LiftBudgets);
    session.tell(Action::Show(Screen::Hardware));
    assert!(session.state.warnings.iter().any(|warning| warning.short().ends_with("exceed the board's 2.50 GB")));
    session.keys("x");
    assert_eq!(fits(&session), Some(session.state.hardware(session.state.question).memory_bytes));
}

#[test]
fn what_is_typed_is_a_factor_or_a_quantity() {
    let mut session = session((80, 24));
    typed(&mut session, Resource::Bandwidth, "102.4GB/s");
    assert_eq!(session.state.question.scaling.bandwidth, Factor::new(0.5).expect("a factor"));
    typed(&mut session, Resource::Compute, "85 TFLOPS");
    assert_eq!(session.state.question.scaling.compute, Factor::new(2.0).expect("a factor"));
    typed(&mut session, Resource::Compute, "1");
    assert_eq!(session.state.question.scaling.compute, Factor::ONE);
    typed(&mut session, Resource::Memory, "16");
    assert_eq!(session.state.question.scaling.memory_bytes, Some(16_000_000_000));
    typed(&mut session, Resource::Bandwidth, "5x");
    let shown = screen(&mut session);
    assert!(shown.contains("×5 is beyond ×0.25 to ×4 of the board's own"), "{shown}");
    session.key(KeyCode::Esc, KeyModifiers::NONE);
    assert_eq!(session.state.question.scaling.bandwidth, Factor::new(0.5).expect("a factor"));
}

#[test]
fn a_row_of_the_ranking_takes_that_board_as_it_is() {
    let mut session = session((120, 40));
    session.tell(Action::Show(Screen::Frontier));
    session.tell(Action::Frontier(FrontierAction::PickRow(0)));
    session.tell(Action::SetBudget(Limit::Total, 0.5));
    session.tell(Action::Show(Screen::Hardware));
    twice_the_bandwidth(&mut session);
    let first = ranking(&session.state).into_iter().next().expect("boards");
    assert!(first.placed.is_in_the_running(), "{first:?}");
    session.keys("w");
    session.key(KeyCode::Home, KeyModifiers::NONE);
    assert!(matches!(session.state.mode, Mode::Boards(0)));
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    let question = session.state.question;
    assert_eq!((question.board, question.mode, question.scaling), (first.board, first.mode, Scaling::NONE));
    assert!(!session.state.is_stale());
    assert!(screen(&mut session).contains(&format!("now on {}", first.title())));
}

#[test]
fn every_board_in_every_mode_is_ranked() {
    let session = session((120, 40));
    let rows = ranking(&session.state);
    // In 16 bit: calibrations of INT4 alone would repeat their boards, that of fp16 is a row of its own.
    let boards = || session.state.shelf.boards.iter();
    let plain: usize =
        boards().filter(|board| board.profile.calibration.is_none()).map(|board| board.modes.len()).sum();
    let calibrated = rows.iter().filter(|row| row.calibrated).count();
    // That one was measured in its only mode, and stands in the place of the ideal row.
    assert_eq!((rows.len(), calibrated), (plain, 1));
    let watts: Vec<f64> =
        rows.iter().filter(|row| row.placed.is_in_the_running()).filter_map(|row| row.placed.watts).collect();
    assert!(watts.is_sorted());
}

#[test]
fn an_export_says_what_was_imagined() {
    let mut session = session((120, 40));
    twice_the_bandwidth(&mut session);
    session.tell(Action::Show(Screen::Frontier));
    session.keys("e");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    let request = session.exports.pop().expect("an export");
    assert_eq!(request.profile.what_if, session.state.question.scaling);
    let name = request.profile.hardware(&request.profile.modes[request.mode]).name;
    assert_eq!(name, "agx-orin-64gb MAXN, bandwidth ×2");
}

#[test]
fn a_late_answer_about_another_scaling_is_dropped() {
    let mut session = session((120, 40));
    session.pace = Pace::Later;
    twice_the_bandwidth(&mut session);
    typed(&mut session, Resource::Bandwidth, "3x");
    session.work();
    let answer = session.state.answer.as_ref().expect("priced");
    assert_eq!(answer.question, session.state.question);
    assert_eq!(answer.landscape.estimator, session.state.estimator(session.state.question).expect("priced"));
}

#[test]
fn an_energy_budget_holds_before_and_after_at_the_same_power() {
    let mut choices = Choices { profile: "orin-nano-8gb".into(), ..Choices::default() };
    choices.mode = Some("25W".into());
    let mut session = Headless::open(&choices, (120, 40)).expect("built-in files open");
    session.tell(Action::SetBudget(Limit::Energy, 2.0));
    session.tell(Action::Show(Screen::Hardware));
    let best = |session: &Headless| best_in_words(&session.state);
    let alone = best(&session);
    twice_the_bandwidth(&mut session);
    assert_eq!(session.state.budgets().get(Limit::Energy), Some(2.0), "it is still in force");
    let both = best(&session);
    assert!(both.starts_with(&format!("{alone} → ")), "{alone}, then {both}");
    assert_eq!(session.state.hardware(session.state.question).watts, Some(25.0));
    // Twice the bandwidth lets a better one be had for the same energy, and 10 % more of it another. So much more compute
    // is too little for the next one.
    let (before, after) = both.split_once(" → ").expect("two values");
    let after = after.split(' ').next().expect("a value");
    assert!(after.parse::<f64>().expect("a number") < before.parse::<f64>().expect("a number"), "{both}");
    let worths = worths(&session.state);
    let perplexity = |resource| {
        worths.iter().find(|worth| worth.resource == resource).and_then(|worth| worth.perplexity).expect("a worth")
    };
    assert!(perplexity(Resource::Bandwidth) < 0.9999 && perplexity(Resource::Compute) <= 1.0, "{worths:?}");
    session.keys("x");
    assert_eq!(best(&session), alone);
}

#[test]
fn x_takes_back_the_what_if_before_the_budgets() {
    let mut session = session((120, 40));
    let budgets = session.state.budgets();
    twice_the_bandwidth(&mut session);
    session.tell(Action::Show(Screen::Frontier));
    assert!(screen(&mut session).contains(" x as it is "));
    session.keys("x");
    assert_eq!((session.state.question.scaling, session.state.budgets()), (Scaling::NONE, budgets));
    let shown = screen(&mut session);
    let words = "no longer bandwidth ×2: the board as it is; x again: all budgets off";
    assert!(shown.contains(words), "{shown}");
    session.keys("x");
    assert_eq!(session.state.budgets(), Budgets::NONE);
    assert!(!screen(&mut session).contains("as it is"));
}

#[test]
fn a_percentage_is_a_factor_and_an_impossible_size_names_the_range() {
    let mut session = session((80, 24));
    typed(&mut session, Resource::Bandwidth, "300%");
    typed(&mut session, Resource::Compute, "3");
    typed(&mut session, Resource::Memory, "50 %");
    let own = session.state.hardware(session.state.question.unscaled()).memory_bytes;
    let three = Factor::new(3.0).expect("a factor");
    let expected = Scaling { bandwidth: three, compute: three, memory_bytes: Some((own / 2.0) as u64) };
    assert_eq!(session.state.question.scaling, expected);
    for (resource, line, words) in [
        (Resource::Memory, "0GB", "0 B is out of range: 1.00 GB to 512 GB can be imagined"),
        (Resource::Memory, "2TB", "2.00 TB is out of range: 1.00 GB to 512 GB can be imagined"),
        (Resource::Bandwidth, "0GB/s", "×0 is beyond ×0.25 to ×4 of the board's own"),
        (Resource::Compute, "500%", "×5 is beyond ×0.25 to ×4 of the board's own"),
    ] {
        typed(&mut session, resource, line);
        let shown = screen(&mut session);
        assert!(shown.contains(words), "{line}: {shown}");
        session.key(KeyCode::Esc, KeyModifiers::NONE);
    }
    assert_eq!(session.state.question.scaling, expected);
}

#[test]
fn the_footer_speaks_of_the_pane_that_has_the_keys() {
    for size in [(80, 24), (120, 40)] {
        let mut session = session(size);
        let shown = screen(&mut session);
        assert!(shown.contains(" ← → change  ↑ ↓ next  enter type") && !shown.contains("phase"), "{shown}");
        assert!(!shown.contains("x as it is"), "{shown}");
        session.key(KeyCode::Tab, KeyModifiers::NONE);
        let shown = screen(&mut session);
        assert!(shown.contains(" ← → phase  ↑ ↓ row") && !shown.contains("← → change"), "{shown}");
    }
    let mut session = session((120, 40));
    assert!(screen(&mut session).contains(", . faster slower"));
    session.tell(Action::FollowBest);
    session.keys(".");
    assert!(screen(&mut session).contains("nothing slower is on the frontier of what is feasible"));
    session.keys(",");
    assert!(!screen(&mut session).contains("nothing slower"));
}

#[test]
fn a_calibration_that_says_nothing_of_the_format_says_so_at_once() {
    let mut session = session((80, 24));
    let covered = |session: &Headless| {
        let question = session.state.question;
        let efficiency = session.state.hardware(question).efficiency_in(&session.state.precision(question));
        (session.state.board(question).profile.calibration.is_some(), efficiency.1)
    };
    let boards = session.state.shelf.boards.len();
    let mut uncovered = 0;
    for _ in 0..boards {
        session.keys("b");
        let shown = screen(&mut session);
        let (calibrated, basis) = covered(&session);
        assert_eq!(shown.contains("✓ not calibrated in fp16: ideal; "), basis == Basis::Uncovered, "{shown}");
        uncovered += usize::from(calibrated && basis == Basis::Uncovered);
    }
    assert!(uncovered >= 3, "{uncovered}");
}

#[test]
fn where_an_engine_was_measured_it_alone_speaks_for_its_board() {
    let precision = Precision::ALL.into_iter().find(|known| known.name == "w4a16").expect("a known format");
    let choices = Choices { precision, ..Choices::default() };
    let mut session = Headless::open(&choices, (120, 40)).expect("built-in files open");
    session.tell(Action::Show(Screen::Hardware));
    let rows = ranking(&session.state);
    let on = |title: &str| rows.iter().filter(|row| row.title() == title).count();
    assert_eq!((on("AGX Orin 64GB · MAXN"), on("AGX Orin 64GB + edge-llm · MAXN")), (0, 1));
    // No engine was measured in its other modes.
    assert_eq!((on("AGX Orin 64GB · 30W"), on("AGX Orin 64GB + edge-llm · 30W")), (1, 1));
    session.keys("w");
    let Mode::Boards(here) = session.state.mode else { panic!("the window is open") };
    assert_eq!(rows[here].title(), "AGX Orin 64GB + edge-llm · MAXN", "what stands for the board in use");
}
