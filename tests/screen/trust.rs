//! How far a law may be trusted, on the screen: influence, errors on unseen runs, other forms; all of it found behind the
//! picture and held against the engine here.

use std::fmt::Write as _;

use crossterm::event::{KeyCode, KeyModifiers};
use engine::law::comparison::compare;
use engine::law::fit::{Criterion, FitOptions, Profile, fit, profile};
use engine::law::forms::{ACTIVE_TOTAL, EQ_2, EQ_2_NO_KV, EQ_2_TOKENS};
use engine::law::influence::leave_one_out;
use engine::law::validation::{FOLDS, extrapolate, k_fold};
use engine::runs::Run;
use engine::units::significant;
use roofscape::explorer::headless::{Headless, Pace, text};
use roofscape::explorer::judged::Test;
use roofscape::explorer::message::{Action, Effect, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::recipe::Recipe;
use roofscape::explorer::screens::fit::action::FitAction;
use roofscape::explorer::screens::fit::model::evidence::{Part, Without};
use roofscape::explorer::screens::fit::model::runs::{BY_INFLUENCE, RunColumn};
use roofscape::explorer::shelf::FitProgress;
use roofscape::explorer::state::Mode;
use roofscape::explorer::vocabulary::Notice;

const SIZE: (u16, u16) = (120, 40);

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

fn fit_screen_of(choices: &Choices, size: (u16, u16)) -> Headless {
    let mut session = Headless::open(choices, size).expect("opens");
    // Of what is worked out behind the picture only tests of the law are looked at here.
    session.backstage.clear();
    session.state.bootstrap.resamples = 0;
    session.keys("v");
    session
}

fn fit_screen() -> Headless {
    fit_screen_of(&Choices { data: Some("tiny".into()), ..Choices::default() }, SIZE)
}

fn runs(session: &Headless) -> Vec<Run> {
    session.state.law_entry().dataset.as_ref().expect("a law from runs").runs.clone()
}

/// A file of runs of two lengths, few enough to be fitted in no time: the law in active and stored parameters with a data
/// term, and a little noise.
fn two_lengths(folder: &tempfile::TempDir, lengths: [f64; 2]) -> String {
    let mut text = "name,layers,width,heads,kv_heads,ffn_ratio,tokens,loss\n".to_owned();
    let shapes = [2, 4, 8, 16].into_iter().flat_map(|layers| [256, 512, 1024].map(|width| (layers, width)));
    for (i, (layers, width)) in shapes.enumerate() {
        for tokens in lengths {
            let loss = 2.0 + 3.0 / f64::from(layers) + 100.0 / f64::from(width) + 300.0 / tokens.powf(0.3);
            let loss = loss + 0.003 * (f64::from(u8::try_from(i).expect("small")) * 1.7 + tokens / 1e9).sin();
            let _ = writeln!(text, "run{i},{layers},{width},4,4,{},{tokens},{loss}", 1 + i % 3);
        }
    }
    let path = folder.path().join("lengths.csv");
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

/// A file of the first runs of `tiny`. Leaving each of them out in turn takes a fit of all the others: the time grows with
/// the square of their number.
fn first_of_tiny(folder: &tempfile::TempDir, count: usize) -> String {
    let lines: Vec<&str> = include_str!("../../datasets/tiny.csv").lines().take(1 + count).collect();
    let path = folder.path().join("few.csv");
    std::fs::write(&path, lines.join("\n")).expect("a file");
    path.display().to_string()
}

#[test]
fn runs_rank_by_what_the_law_loses_with_them() {
    let mut session = fit_screen();
    let before = screen(&mut session);
    assert!(before.contains("shift") && before.contains('…'), "nothing is said before it is known: {before}");
    assert!(matches!(session.backstage[..], [Effect::Judge(trial)] if trial.test == Test::Influence));
    session.settle_once();
    let entry = session.state.law_entry();
    let fit = entry.fit().expect("fitted");
    let ranked = leave_one_out(&runs(&session), fit, &FitOptions::DEFAULT, &()).expect("ranked");
    let evidence = session.state.fit.evidence.clone().expect("fitted");
    for known in &ranked {
        let effect = known.effect.clone().expect("173 runs can spare one");
        assert_eq!(evidence.points[known.run].without, Without::Law(effect));
        assert_eq!(RunColumn::Shift.cell(&evidence, known.run), format!("{:.5}", effect.shift));
    }
    let unaffected = evidence.points.iter().filter(|point| point.without == Without::Unaffected).count();
    assert_eq!(unaffected, evidence.count(Part::HeldOut), "a run that was held out moves nothing");
    session.tell(Action::Fit(FitAction::Sort(RunColumn::Shift)));
    assert_eq!(session.state.fit.sort, BY_INFLUENCE);
    let places: Vec<usize> = ranked.iter().map(|known| known.run).collect();
    assert_eq!(session.state.fit.order[..places.len()], places);
    assert!(screen(&mut session).contains("largest influence first"));
    assert!(!screen(&mut session).contains("deleted"), "no room for it here");
    session.tell(Message::Resized(200, 60));
    let first = ranked[0].effect.clone().expect("a law").deleted_residual;
    assert_eq!(session.state.fit.selected, Some(places[0]), "whoever looks at the first row goes on doing so");
    let shown = screen(&mut session);
    assert!(shown.contains("deleted") && shown.contains(&format!("{:.4}", first.abs())), "{shown}");
}

#[test]
fn ranked_rows_wait_for_the_influence_on_the_new_law() {
    let mut session = fit_screen();
    session.settle();
    session.tell(Action::Fit(FitAction::Sort(RunColumn::Shift)));
    let order = session.state.fit.order.clone();
    session.tell(Action::Fit(FitAction::SelectRow(0)));
    session.keys("x");
    assert_eq!(session.state.fit.order, order);
    let evidence = session.state.fit.evidence.as_ref().expect("fitted");
    assert!(evidence.awaits_influence);
    assert_eq!(evidence.points[order[0]].without, Without::Unaffected, "the excluded run");
    assert_eq!(evidence.points[order[1]].without, Without::Awaited, "the old law's figures are gone");
    session.settle();
    assert_ne!(session.state.fit.order, order);
    assert_eq!(session.state.fit.order.iter().position(|run| *run == order[0]).map(|row| row > 100), Some(true));
}

#[test]
fn both_errors_on_unseen_runs_and_loose_exponents_are_said() {
    let mut session = fit_screen_of(&Choices { data: Some("tiny".into()), ..Choices::default() }, (200, 60));
    assert!(screen(&mut session).contains("predicting unseen runs …"));
    session.settle();
    let (runs, options) = (runs(&session), FitOptions::DEFAULT);
    let folds = k_fold(&runs, &options, FOLDS, &()).expect("tested");
    let largest = extrapolate(&runs, &options, &()).expect("tested");
    let sign = if largest.score.bias < 0.0 { '−' } else { '+' };
    let words = format!(
        "5-fold RMSE {} ± {} · largest 20 %: RMSE {}, bias {sign}{}",
        significant(folds.score.rmse, 3),
        significant(folds.rmse_standard_error, 2),
        significant(largest.score.rmse, 3),
        significant(largest.score.bias.abs(), 2),
    );
    for size in [(200, 60), (120, 40), (80, 24)] {
        session.tell(Message::Resized(size.0, size.1));
        let shown = screen(&mut session);
        assert!(shown.contains(&words), "{words}\n{shown}");
    }
    let entry = session.state.law_entry();
    let profiles = profile(&runs, entry.fit().expect("fitted"), &options, &()).expect("profiled");
    let sentences: Vec<String> = profiles.iter().filter_map(Profile::sentence).collect();
    assert!(!sentences.is_empty());
    assert_eq!(entry.findings(), sentences);
    session.tell(Message::Resized(200, 60));
    assert!(screen(&mut session).contains("is not identified"));
    // Leaving a run out makes all of it that of another law.
    session.pace = Pace::Later;
    session.keys("x");
    assert!(screen(&mut session).contains(&words), "until then the old law stands with what is known of it");
    session.work();
    assert!(screen(&mut session).contains("predicting unseen runs …"));
    assert!(session.state.law_entry().findings().is_empty());
}

#[test]
fn a_test_of_an_earlier_law_is_dropped_and_leaving_the_screen_asks_for_none() {
    let mut session = fit_screen();
    let Some(Effect::Judge(trial)) = session.backstage.first().cloned() else { panic!("a test") };
    session.settle_once();
    let finding = session.state.law_entry().influence().expect("known").clone().expect("found");
    session.keys("x");
    let outcome = Box::new(Ok(roofscape::explorer::judged::Finding::Influence(finding)));
    session.tell(Message::Judged { trial, outcome });
    assert!(session.state.law_entry().influence().is_none());
    session.backstage.clear();
    session.keys("v");
    session.tell(Action::RestoreRuns);
    assert!(session.backstage.is_empty() && session.state.trial.is_none(), "on the frontier nobody looks at them");
}

#[test]
fn n_steps_through_the_forms_and_the_frontier_follows() {
    let mut session = fit_screen();
    let first = session.state.law_entry().law().cloned().expect("fitted");
    for form in [&EQ_2_NO_KV, &ACTIVE_TOTAL, &EQ_2] {
        session.keys("n");
        let law = session.state.law_entry().law().cloned().expect("fitted");
        let expected = fit(&runs(&session), &FitOptions { form, ..FitOptions::DEFAULT }, &()).expect("fits");
        assert_eq!(law.coefficients, expected.coefficients);
        assert_eq!(session.state.landscape().expect("priced").law.coefficients, law.coefficients);
        let shown = screen(&mut session);
        assert!(shown.contains(&format!("173 runs fitted · {}", form.title)), "{shown}");
        session.keys("v");
        let shown = screen(&mut session);
        assert!(shown.contains(&format!("law tiny · {} · R²", form.title)), "{shown}");
        session.keys("V");
    }
    assert_eq!(session.state.law_entry().law().expect("fitted").coefficients, first.coefficients);
}

#[test]
fn a_first_form_that_the_runs_do_not_allow_leads_on_by_n() {
    let choices = Choices { data: Some("tiny".into()), form: Some(&EQ_2_TOKENS), ..Choices::default() };
    let mut session = fit_screen_of(&choices, SIZE);
    let before = session.state.law_entry().law().map(|law| law.coefficients.form().name);
    session.keys("n");
    assert_eq!(session.state.law_entry().law().expect("fitted").coefficients.form().name, "eq2", "after {before:?}");
    assert_eq!(session.state.law_entry().progress, FitProgress::Done);
    // On the frontier too.
    session.keys("Vn");
    assert!(screen(&mut session).contains("law tiny · Eq. 2 without KV · R²"));
}

#[test]
fn the_last_good_law_keeps_no_figure_waiting() {
    let mut session = fit_screen();
    session.pace = Pace::Later;
    for run in 2..runs(&session).len() {
        session.tell(Action::ToggleRun(run));
    }
    session.work();
    let shown = screen(&mut session);
    assert!(shown.contains("LAST GOOD FIT") && shown.contains("not tested on unseen runs"), "{shown}");
    assert!(!shown.contains("         …"), "nothing is promised that will not come: {shown}");
    session.keys("c");
    assert!(
        screen(&mut session).contains("There is nothing to compare while the runs give no law: 2 runs are too few")
    );
}

#[test]
fn h_changes_the_criterion_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = Some(first_of_tiny(&folder, 40));
    let mut session = fit_screen_of(&Choices { data, ..Choices::default() }, SIZE);
    let first = session.state.law_entry().law().cloned().expect("fitted");
    session.keys("h");
    let options = FitOptions { criterion: Criterion::HuberLog, ..FitOptions::DEFAULT };
    let expected = fit(&runs(&session), &options, &()).expect("fits");
    assert_eq!(session.state.landscape().expect("priced").law.coefficients, expected.coefficients);
    assert!(screen(&mut session).contains("· Eq. 2, Huber"));
    session.settle_once();
    let influence = session.state.law_entry().influence().expect("known").clone().expect("found");
    let fitted = session.state.law_entry().fit().expect("fitted");
    assert_eq!(*influence, leave_one_out(&runs(&session), fitted, &options, &()).expect("ranked"));
    session.keys("h");
    assert_eq!(session.state.law_entry().law().expect("fitted").coefficients, first.coefficients);
}

#[test]
fn a_data_term_is_offered_where_lengths_differ_and_the_length_asked_for_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = Some(two_lengths(&folder, [1e9, 4e9]));
    let mut session = fit_screen_of(&Choices { data, form: Some(&ACTIVE_TOTAL), ..Choices::default() }, SIZE);
    let mut seen = vec![session.state.law_entry().law().expect("fitted").coefficients.form().name];
    for _ in 0..5 {
        session.keys("n");
        seen.push(session.state.law_entry().law().expect("fitted").coefficients.form().name);
    }
    assert!(seen.iter().any(|name| name.ends_with("-tokens")), "{seen:?}");

    let data = Some(two_lengths(&folder, [1e9, 4e9]));
    let recipe = Recipe { tokens: Some(2e9), ..Recipe::default() };
    let choices = Choices { data, recipe, form: Some(&EQ_2_TOKENS), ..Choices::default() };
    let session = Headless::open(&choices, SIZE).expect("opens");
    let law = session.state.law_entry().law().cloned().expect("fitted");
    assert_eq!(law.coefficients.tokens(), Some(2e9));
    assert!(
        law.notes.iter().any(|note| note == "losses are those after 2.00e9 tokens, as asked for"),
        "{:?}",
        law.notes
    );
}

#[test]
fn options_of_the_command_line_are_honoured() {
    let options = FitOptions { criterion: Criterion::HuberLog, ..FitOptions::DEFAULT };
    let choices = Choices {
        data: Some("tiny".into()),
        form: Some(&EQ_2_NO_KV),
        recipe: Recipe { options, tokens: None },
        exclude: vec!["#12,#31".into()],
        ..Choices::default()
    };
    let mut session = fit_screen_of(&choices, SIZE);
    assert!(screen(&mut session).contains("2 excluded · Eq. 2 without KV, Huber"));
    assert_eq!(session.state.law_entry().excluded.iter().copied().collect::<Vec<_>>(), [11, 30]);
    session.keys("l");
    assert_eq!(session.state.law_entry().label, "paper");
    session.keys("hnc");
    let Some(Notice::Trouble(words)) = &session.state.notice else { panic!("it is said") };
    assert!(words.starts_with("the law paper came without runs"), "{words}");
    assert!(matches!(session.state.mode, Mode::Explore));
}

#[test]
fn a_form_that_cannot_be_fitted_says_why_and_the_next_step_leads_beyond_it() {
    let mut session = fit_screen();
    let (law, revision) =
        (session.state.law_entry().law().cloned().expect("fitted"), session.state.law_entry().revision);
    session.pace = Pace::Later;
    session.keys("n");
    let error = engine::error::Error::new("8 different architectures are too few");
    let failed = Message::Fitted {
        place: 0,
        revision: revision + 1,
        outcome: Err(roofscape::explorer::message::FitStop::Impossible(error)),
    };
    session.waiting.clear();
    session.tell(failed);
    let entry = session.state.law_entry();
    assert_eq!((entry.progress.clone(), entry.recipe), (FitProgress::Done, Recipe::default()));
    assert!(std::sync::Arc::ptr_eq(entry.law().expect("stands"), &law) && session.waiting.is_empty());
    let Some(Notice::Trouble(words)) = &session.state.notice else { panic!("it is said") };
    assert_eq!(words, "Eq. 2 without KV cannot be fitted: 8 different architectures are too few; Eq. 2 stays");
    session.keys("n");
    assert_eq!(session.state.law_entry().recipe.options.form.name, "active-total");
    session.work();
    assert!(screen(&mut session).contains("· active, total"));
}

#[test]
fn c_sets_all_forms_side_by_side() {
    let mut session = fit_screen_of(&Choices { data: Some("tiny".into()), ..Choices::default() }, (80, 24));
    session.keys("c");
    assert!(screen(&mut session).contains("comparing the forms of the law …"));
    assert!(matches!(session.backstage[..], [Effect::Judge(trial)] if trial.test == Test::Comparison), "first of all");
    session.settle_once();
    let compared = compare(&runs(&session), &FitOptions::DEFAULT, FOLDS, &()).expect("compared");
    let shown = screen(&mut session);
    for entry in &compared.entries {
        let candidate = entry.outcome.as_ref().expect("173 runs fit every form");
        let (folds, largest) = (candidate.k_fold.as_ref().expect("k"), candidate.extrapolation.as_ref().expect("l"));
        let line = shown.lines().find(|line| line.contains(&format!(" {} ", entry.form.title))).expect("a row");
        let figures = [
            format!("{} ± {}", significant(folds.score.rmse, 3), significant(folds.rmse_standard_error, 2)),
            significant(largest.score.rmse, 3),
            format!("{:.1}", candidate.aic.expect("least squares")).replace('-', "−"),
            format!("{:.1}", candidate.bic.expect("least squares")).replace('-', "−"),
        ];
        assert!(figures.iter().all(|figure| line.contains(figure.as_str())), "{figures:?}\n{line}");
        assert_eq!(line.contains('★'), compared.preferred == Some(entry.form), "{line}");
    }
    session.key(KeyCode::End, KeyModifiers::NONE);
    assert!(matches!(session.state.mode, Mode::Comparison(_)));
    session.key(KeyCode::Esc, KeyModifiers::NONE);
    assert!(matches!(session.state.mode, Mode::Explore));
    // Another form of the same runs compares the same; without a run it does not.
    session.keys("nc");
    assert!(!screen(&mut session).contains("comparing"));
    session.key(KeyCode::Esc, KeyModifiers::NONE);
    session.keys("xc");
    assert!(screen(&mut session).contains("comparing"));
}
