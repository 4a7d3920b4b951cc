//! The Theory screen played from keys and mouse events to states and frames, without a terminal.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers, MouseEventKind};
use engine::budget::Limit;
use engine::theory::{CostModel, NoClosedForm, NoOptimum, Regime, regime};
use roofscape::explorer::headless::{Headless, styles, text};
use roofscape::explorer::message::{Action, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;
use roofscape::explorer::screens::theory::model::LowerPane;
use roofscape::explorer::screens::theory::model::answer::Answered;
use roofscape::explorer::screens::theory::model::table::{Row, Way, outcome};
use roofscape::explorer::screens::theory::model::words::{Mark, notes};
use roofscape::explorer::vocabulary::{Focus, Switch};

const SIZE: (u16, u16) = (120, 40);

fn theory(choices: &Choices, size: (u16, u16)) -> Headless {
    let mut session = Headless::open(choices, size).expect("built-in files open");
    session.tell(Action::Show(Screen::Theory));
    session.settle();
    session
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

fn press(session: &mut Headless, code: KeyCode) {
    session.key(code, KeyModifiers::NONE);
}

fn answered(session: &Headless) -> &Answered {
    session.state.theory.answered.as_deref().expect("an answer")
}

/// These budgets and no others.
fn budgets(session: &mut Headless, budgets: &[(Limit, f64)]) {
    session.tell(Action::LiftBudgets);
    session.state.sliders.iter_mut().for_each(|slider| slider.switch = Switch::Off);
    for &(limit, value) in budgets {
        session.tell(Action::SetBudget(limit, value));
    }
    session.settle();
}

#[test]
fn both_models_say_what_binds_and_their_optima_keep_it() {
    let mut session = theory(&Choices::default(), SIZE);
    let shown = screen(&mut session);
    assert!(shown.contains("total latency binds in both models"), "{shown}");
    let answer = answered(&session);
    for (way, costs) in [
        (Way::Simplified, &answer.inquiry.simplified() as &dyn CostModel),
        (Way::Operators, &answer.inquiry.operators()),
    ] {
        let outcome = outcome(answer, way).expect("an optimum");
        let total_s = costs.cost(Limit::Total, &outcome.point);
        assert!((total_s - 0.1).abs() < 1e-6, "{way:?} {total_s}");
        assert!(outcome.residual.expect("a residual") < 1e-9);
    }
    let loss = |way| outcome(answer, way).expect("an outcome").loss;
    assert!(loss(Way::Operators) <= loss(Way::Rounded), "rounding costs something");
    assert!(loss(Way::Rounded) <= loss(Way::Swept) + 1e-9, "the space's steps are coarser than 64 and 16");
    let last = *session.state.selection.frontier.last().expect("a feasible one") as usize;
    let last = session.state.landscape().expect("a picture").sweep.architecture(last);
    let swept = answer.swept.as_ref().and_then(|swept| swept.best.as_ref()).map(|(shape, _)| *shape);
    assert_eq!(swept, Some(last), "the best of the sweep is the frontier's last member");
}

#[test]
fn what_the_simplified_model_leaves_out_stands_below_its_budget() {
    let mut session = theory(&Choices::default(), SIZE);
    let answer = answered(&session);
    let closed = outcome(answer, Way::Closed).expect("a form");
    let really_s = closed.by_operators[Limit::Total.index()];
    assert!(really_s > 0.15, "100 ms by the theory are {really_s} s with head, experts and context");
    let text = Limit::Total.text(really_s);
    let shown = screen(&mut session);
    let row = shown.lines().find(|line| line.contains("total op.")).expect("its row");
    assert!(row.contains(&text), "{row}");
}

#[test]
fn what_breaks_its_budget_or_its_conditions_is_marked() {
    let mut session = theory(&Choices::default(), SIZE);
    let shown = screen(&mut session);
    assert!(shown.contains("✗ closed form  simplified"), "r* leaves the space\n{shown}");
    let row = |name: &str| shown.lines().find(|line| line.contains(name)).expect("its row");
    assert_eq!(row("total op.").matches(" ms ✗").count(), 2, "{shown}");
    assert_eq!(row("│ total   ").matches(" ms ✗").count(), 0, "{shown}");
}

#[test]
fn without_budgets_every_optimum_still_has_its_price() {
    let mut session = theory(&Choices::default(), SIZE);
    session.keys("x");
    session.settle();
    let shown = screen(&mut session);
    let best = outcome(answered(&session), Way::Operators).expect("an optimum");
    for limit in [Limit::Total, Limit::Tpot, Limit::Memory] {
        let text = limit.text(best.costs[limit.index()]);
        let priced = |line: &&str| line.starts_with(&format!("│ {} ", limit.label())) && line.contains(&text);
        assert!(shown.lines().any(|line| priced(&line)), "{} {text}\n{shown}", limit.label());
    }
}

#[test]
fn a_small_table_says_that_there_is_more_and_scrolls() {
    let mut session = theory(&Choices::default(), (80, 24));
    let shown = screen(&mut session);
    assert!(shown.contains("rows 1–10 of 11 · pgdn") && !shown.contains("residual"), "{shown}");
    press(&mut session, KeyCode::PageDown);
    let shown = screen(&mut session);
    assert!(shown.contains("rows 2–11 of 11 · pgup") && shown.contains("residual"), "{shown}");
    session.keys("p");
    assert_eq!(session.state.theory.optima_top, 0, "each pane begins at its top");
}

#[test]
fn every_row_can_be_reached_with_all_budgets_on() {
    let all = [
        (Limit::Total, 0.5),
        (Limit::Prefill, 0.05),
        (Limit::Tpot, 0.004),
        (Limit::Energy, 20.0),
        (Limit::Memory, 2e9),
    ];
    let mut session = theory(&Choices::default(), SIZE);
    budgets(&mut session, &all);
    assert_eq!(answered(&session).limits().count(), 5, "energy is known of the board");
    let rows = Row::of(answered(&session)).len();
    assert!(rows > 13, "{rows}");
    let shown = screen(&mut session);
    assert!(shown.contains(&format!("rows 1–13 of {rows} · pgdn")) && !shown.contains("│ residual "), "{shown}");
    press(&mut session, KeyCode::PageDown);
    let shown = screen(&mut session);
    assert!(shown.contains(&format!("of {rows} · pgup")) && shown.contains("│ residual "), "{shown}");
    press(&mut session, KeyCode::PageUp);
    assert_eq!((session.state.theory.optima_top, session.state.theory.notes_top), (0, 0));
    // The wheel scrolls what is below it.
    session.mouse(MouseEventKind::ScrollDown, (20, 15));
    assert_eq!((session.state.theory.optima_top, session.state.theory.notes_top), (rows - 13, 0));
    let notes_before = session.state.theory.optima_top;
    session.mouse(MouseEventKind::ScrollDown, (100, 15));
    assert_eq!(session.state.theory.optima_top, notes_before);
    assert!(session.state.theory.notes_top > 0);
    // A small screen begins its panes where they were, and none has the other's place.
    session.tell(Message::Resized(200, 60));
    let shown = screen(&mut session);
    assert!(shown.contains("│ layers ") && shown.contains("│ residual "), "a large screen has room for all\n{shown}");
    assert!(!shown.contains(&format!("of {rows} ·")), "{shown}");
}

#[test]
fn other_sentences_are_read_from_the_first() {
    let mut session = theory(&Choices::default(), SIZE);
    press(&mut session, KeyCode::PageDown);
    assert!(session.state.theory.notes_top > 0);
    budgets(&mut session, &[(Limit::Tpot, 0.005)]);
    assert_eq!(session.state.theory.notes_top, 0, "another limit binds");
}

#[test]
fn what_the_law_does_not_know_stands_before_what_holds() {
    let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
    let session = theory(&choices, SIZE);
    let notes = notes(answered(&session));
    let place = |part: &str| notes.iter().position(|(_, words)| words.contains(part));
    let (beyond, holds) = (place("its loss is extrapolated").expect("said"), place("simplified: the paper's"));
    assert!(holds.expect("said") > beyond, "{notes:?}");
    let weights: Vec<bool> = notes.iter().map(|(mark, _)| *mark == Mark::Fails).collect();
    assert!(weights.is_sorted_by(|a, b| a >= b), "failures first: {notes:?}");
}

#[test]
fn a_step_more_of_a_budget_buys_what_the_slider_then_shows() {
    let mut session = theory(&Choices::default(), SIZE);
    let loss = |session: &Headless| outcome(answered(session), Way::Operators).expect("an optimum").loss;
    let solved = answered(&session).operators.clone().expect("an optimum");
    let worth = solved.worths.iter().find(|worth| worth.limit == Limit::Total).copied().expect("a worth");
    let before = loss(&session);
    session.tell(Action::SetBudget(Limit::Total, 0.1 + worth.step));
    session.settle();
    let change = (loss(&session) - before).exp_m1();
    assert!((change / worth.perplexity_change - 1.0).abs() < 1e-9, "{change} for {}", worth.perplexity_change);
}

#[test]
fn old_numbers_stand_back_until_the_new_ones_are_there() {
    let mut session = theory(&Choices::default(), SIZE);
    let before = screen(&mut session);
    press(&mut session, KeyCode::Right);
    assert_eq!(session.state.slider(Limit::Total).value, 0.12, "the slider does not wait");
    let shown = screen(&mut session);
    let row = |shown: &str| shown.lines().find(|line| line.contains("perplexity  ")).map(str::to_owned);
    assert!(shown.contains("solving …") && row(&shown) == row(&before), "{shown}");
    let dim = styles(&session.frame());
    // The newest question counts: of five steps only the last is answered.
    for _ in 0..4 {
        press(&mut session, KeyCode::Right);
    }
    assert_eq!(session.backstage.len(), 1);
    session.settle();
    assert_eq!(answered(&session).inquiry.budgets, session.state.budgets());
    let shown = screen(&mut session);
    assert!(!shown.contains("solving") && row(&shown) != row(&before));
    assert_ne!(styles(&session.frame()), dim);
    // Back where it is known: asked again, answered again.
    session.tell(Action::SetBudget(Limit::Total, 0.1));
    session.settle();
    assert_eq!(row(&screen(&mut session)), row(&before));
}

#[test]
fn what_a_bug_stopped_is_not_solving_for_ever() {
    let mut session = Headless::open(&Choices::default(), SIZE).expect("built-in files open");
    session.tell(Action::Show(Screen::Theory));
    let stop = |session: &mut Headless| {
        let asked = session.state.theory.inquiry.clone().expect("asked");
        session.backstage.clear();
        session.tell(Message::TheorisingFailed(Box::new(asked)));
        screen(session)
    };
    assert!(screen(&mut session).contains("solving …"));
    let shown = stop(&mut session);
    assert!(shown.contains("not solved: a bug in roofscape") && !shown.contains("solving …"), "{shown}");
    assert!(session.backstage.is_empty(), "the same would stop again");
    // Another budget is another question, and may be answered.
    press(&mut session, KeyCode::Right);
    assert!(screen(&mut session).contains("solving …"));
    session.settle();
    assert!(session.state.theory.is_current() && !screen(&mut session).contains("a bug in roofscape"));
    // With an answer of before, the same stands over the budgets.
    press(&mut session, KeyCode::Right);
    let shown = stop(&mut session);
    assert!(shown.contains("Budgets · not solved: a bug in roofscape · total latency binds"), "{shown}");
}

#[test]
fn nothing_is_asked_while_another_screen_is_shown() {
    let mut session = theory(&Choices::default(), SIZE);
    session.tell(Action::Show(Screen::Frontier));
    session.tell(Action::SetBudget(Limit::Total, 0.2));
    session.keys("b");
    assert!(session.backstage.is_empty());
    session.tell(Action::Show(Screen::Theory));
    session.settle();
    assert_eq!(answered(&session).inquiry.budgets.get(Limit::Total), Some(0.2));
}

#[test]
fn each_regime_of_the_paper_has_its_name() {
    let mut session = theory(&Choices::default(), SIZE);
    budgets(&mut session, &[(Limit::Prefill, 0.02)]);
    assert!(screen(&mut session).contains("prefill latency binds (P1)"));
    budgets(&mut session, &[(Limit::Tpot, 0.005)]);
    assert!(screen(&mut session).contains("decode latency binds (D1)"));
    budgets(&mut session, &[(Limit::Memory, 4e9)]);
    assert!(screen(&mut session).contains("memory binds (D2 = P2)"));
    budgets(&mut session, &[(Limit::Tpot, 0.005), (Limit::Memory, 4e9)]);
    let both = Regime::of([Limit::Tpot, Limit::Memory]);
    assert_eq!(regime(&answered(&session).simplified), both);
    let shown = screen(&mut session);
    assert!(shown.contains("(D3)") && shown.contains("as the paper prints it, ρ* would be"), "{shown}");
    assert!(shown.contains("over its own"), "and that this violates its budget\n{shown}");
}

#[test]
fn without_a_budget_or_a_form_it_is_said_what_to_do() {
    let mut session = theory(&Choices::default(), SIZE);
    session.keys("x");
    session.settle();
    let shown = screen(&mut session);
    assert!(shown.contains("no budget is on: space switches one on"), "{shown}");
    assert!(shown.contains("no closed form where no limit binds"), "{shown}");
    // Prefill and decode bind together only where their ratio is nearly the layers' own.
    budgets(&mut session, &[(Limit::Prefill, 0.02), (Limit::Tpot, 0.004_135)]);
    let both = Regime::of([Limit::Prefill, Limit::Tpot]);
    assert_eq!((regime(&answered(&session).simplified), both.form_kind()), (both, None));
    assert_eq!(answered(&session).closed, Err(NoClosedForm::NoForm(both)));
    let said = notes(answered(&session));
    assert!(said.iter().any(|(_, words)| words.contains("forms are for")), "{said:?}");
}

#[test]
fn what_no_shape_can_keep_is_said_with_what_it_takes() {
    let mut session = theory(&Choices::default(), SIZE);
    budgets(&mut session, &[(Limit::Total, 0.001)]);
    let shown = screen(&mut session);
    assert!(shown.contains("no optimum in either model") && shown.contains("✗ operators: total of 1.00 ms"), "{shown}");
    assert!(shown.contains("needs 21.5 ms"), "{shown}");
    assert!(
        !shown.contains("closed form where")
            && !shown.contains("NaN")
            && shown.contains("nothing keeps these budgets at any width"),
        "{shown}"
    );
}

#[test]
fn a_width_that_was_not_solved_at_is_no_width_that_keeps_no_budget() {
    let mut session = theory(&Choices::default(), SIZE);
    assert!(!screen(&mut session).contains("not solved at"));
    let unsolved = NoOptimum::NotConverged { residual: 1e-3 };
    let answered = Arc::make_mut(session.state.theory.answered.as_mut().expect("an answer"));
    for at in &mut answered.curve[3..6] {
        at.operators = Err(unsolved.clone());
    }
    let shown = notes(answered);
    let said = |note: &(Mark, String)| note.0 == Mark::Caution && note.1 == "operators: not solved at 3 of 29 widths";
    assert!(shown.iter().any(said), "{shown:?}");
    for at in &mut answered.curve {
        (at.operators, at.simplified) = (Err(unsolved.clone()), Err(unsolved.clone()));
    }
    let shown = screen(&mut session);
    assert!(shown.contains("not solved at any width") && !shown.contains("nothing keeps"), "{shown}");
}

#[test]
fn a_law_that_is_not_eq_2_has_optima_and_no_closed_form() {
    let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
    let mut session = theory(&choices, SIZE);
    let total = Regime::of([Limit::Total]);
    let mut found = Vec::new();
    for _ in 0..3 {
        let answer = answered(&session);
        assert_eq!([&answer.simplified, &answer.operators].map(regime), [total; 2]);
        let best = outcome(answer, Way::Operators).expect("an optimum");
        assert!((best.by_operators[Limit::Total.index()] / 0.1 - 1.0).abs() < 1e-6);
        assert!(outcome(answer, Way::Simplified).is_some());
        found.push((answer.inquiry.law.coefficients.form().name, answer.closed.as_ref().err().copied()));
        let shown = screen(&mut session);
        let has_form = outcome(answered(&session), Way::Closed).is_some();
        assert!(!shown.contains("NaN") && has_form != shown.contains("no closed form"), "{shown}");
        session.tell(Action::NextForm);
        session.settle();
    }
    // A form without its KV term has no gqa*, and one that is no Eq. 2 none of the five.
    let flat = NoClosedForm::Flat { symbol: "κ_m", value: 0.0, variable: "gqa" };
    let other = NoClosedForm::OtherLaw { law: "active, total" };
    assert_eq!(found, [("eq2", None), ("eq2-no-kv", Some(flat)), ("active-total", Some(other))]);
}

#[test]
fn keys_and_mouse_move_the_sliders_of_the_frontier() {
    let mut session = theory(&Choices::default(), SIZE);
    press(&mut session, KeyCode::Down);
    session.keys(" ");
    assert_eq!(session.state.slider(Limit::Prefill).switch, Switch::On);
    press(&mut session, KeyCode::Up);
    session.keys(" ");
    assert_eq!(session.state.slider(Limit::Total).switch, Switch::Off);
    let track = session.track(Limit::Memory).expect("a track");
    session.drag((track.right() - 2, track.y), (track.x + 8, track.y));
    assert!(session.state.slider(Limit::Memory).value < 1e10);
    session.keys("2");
    assert_eq!(session.state.slider(Limit::Total).value, 0.5, "a preset");
    press(&mut session, KeyCode::Enter);
    session.keys("6GB");
    press(&mut session, KeyCode::Enter);
    assert_eq!(session.state.slider(Limit::Memory).value, 6e9);
}

#[test]
fn the_slider_that_the_arrows_move_is_marked_wherever_one_comes_from() {
    let mut session = Headless::open(&Choices::default(), SIZE).expect("built-in files open");
    session.tell(Action::Focus(Focus::Table));
    session.tell(Action::Show(Screen::Theory));
    session.settle();
    let marked = |session: &mut Headless| -> Vec<String> {
        let shown = screen(session);
        let label = |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
        shown.lines().filter(|line| line.starts_with("│▸")).filter_map(label).collect()
    };
    assert_eq!(marked(&mut session), ["total"]);
    press(&mut session, KeyCode::Right);
    assert_eq!(session.state.slider(Limit::Total).value, 0.12);
    press(&mut session, KeyCode::Down);
    assert_eq!(marked(&mut session), ["TTFT"]);
}

#[test]
fn home_and_end_lead_to_both_ends_of_the_notes() {
    let mut session = theory(&Choices::default(), SIZE);
    press(&mut session, KeyCode::End);
    let last = session.state.theory.notes_top;
    assert!(last > 0 && screen(&mut session).contains("· pgup"));
    press(&mut session, KeyCode::PageDown);
    assert_eq!(session.state.theory.notes_top, last);
    press(&mut session, KeyCode::Home);
    assert_eq!(session.state.theory.notes_top, 0);
}

#[test]
fn a_small_screen_flips_its_lower_pane() {
    let mut session = theory(&Choices::default(), (80, 24));
    assert!(screen(&mut session).contains("closed form  simplified"));
    session.keys("p");
    assert_eq!(session.state.theory.lower_pane, LowerPane::Curves);
    assert!(screen(&mut session).contains("l*(d)"));
    session.keys("p");
    assert!(screen(&mut session).contains("What it rests on"));
    // Of two limits that bind there is more to say than has room.
    budgets(&mut session, &[(Limit::Tpot, 0.005), (Limit::Memory, 4e9)]);
    press(&mut session, KeyCode::PageDown);
    assert!(session.state.theory.notes_top > 0);
    press(&mut session, KeyCode::PageUp);
    assert_eq!(session.state.theory.notes_top, 0);
    session.keys("p");
    assert_eq!(session.state.theory.lower_pane, LowerPane::Optima);
}
