//! The Fit screen played from keys and mouse events to states and frames, without a terminal.

use crossterm::event::{KeyCode, KeyModifiers, MouseEventKind};
use engine::law::LossLaw;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::message::{Action, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::screens::fit::action::FitAction;
use roofscape::explorer::screens::fit::model::FitFocus;
use roofscape::explorer::screens::fit::model::evidence::Part;
use roofscape::explorer::screens::fit::model::runs::RunColumn;
use roofscape::explorer::screens::frontier::model::BEST_FIRST;

const SIZE: (u16, u16) = (120, 40);

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

/// The Fit screen of the runs shipped with the program.
fn fit_screen(size: (u16, u16)) -> Headless {
    let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
    let mut session = Headless::open(&choices, size).expect("built-in files open");
    session.keys("v");
    session
}

/// To what a search resolves: a refit begins at the law before it.
fn assert_same(law: &LossLaw, before: &LossLaw) {
    for ((name, value), (_, before)) in law.coefficients.named().into_iter().zip(before.coefficients.named()) {
        assert!((value - before).abs() <= 1e-5 * before.abs(), "{name}: {value}, {before} before");
    }
}

/// Where some words stand on the screen, first cell and row.
fn find(session: &mut Headless, words: &str) -> (u16, u16) {
    let shown = screen(session);
    let at = shown.lines().enumerate().find_map(|(y, line)| Some((line[..line.find(words)?].chars().count(), y)));
    at.map(|(x, y)| (x as u16, y as u16)).expect("the words are on the screen")
}

fn residual_sizes(session: &Headless) -> Vec<f64> {
    let evidence = session.state.fit.evidence.as_ref().expect("fitted");
    session.state.fit.order.iter().map(|&run| evidence.points[run].residual().abs()).collect()
}

#[test]
fn the_runs_stand_by_size_of_residual_and_sort_by_any_column() {
    let mut session = fit_screen(SIZE);
    let sizes = residual_sizes(&session);
    assert_eq!(sizes.len(), 173);
    assert!(sizes.is_sorted_by(|a, b| a >= b));
    assert_eq!(session.state.fit.selected, Some(session.state.fit.order[0]), "the largest is looked at first");
    session.keys("r");
    assert!(residual_sizes(&session).is_sorted());
    let heading = find(&mut session, "measured predicted");
    session.click(heading);
    let evidence = session.state.fit.evidence.clone().expect("fitted");
    let measured: Vec<f64> = session.state.fit.order.iter().map(|&run| evidence.points[run].measured).collect();
    assert!(measured.is_sorted());
    session.keys("s");
    assert_eq!(session.state.fit.sort.0, RunColumn::Predicted);
    assert_eq!(session.state.sort, BEST_FIRST, "the other table keeps its own order");
}

#[test]
fn arrows_wheel_and_clicks_look_at_runs() {
    let mut session = fit_screen(SIZE);
    let order = session.state.fit.order.clone();
    session.key(KeyCode::Down, KeyModifiers::NONE);
    assert_eq!(session.state.fit.selected, Some(order[1]));
    session.key(KeyCode::End, KeyModifiers::NONE);
    assert_eq!(session.state.fit.selected, order.last().copied());
    assert!(screen(&mut session).contains("173 ─╯"), "the last row is in view");
    session.key(KeyCode::Home, KeyModifiers::NONE);
    let name = session.state.law_entry().dataset.as_ref().expect("runs").runs[order[0]].name.clone();
    let (x, y) = find(&mut session, &format!("◆ {name}"));
    session.mouse(MouseEventKind::ScrollDown, (x + 4, y));
    assert_eq!((session.state.fit.top, session.state.fit.selected), (3, Some(order[0])), "the wheel only scrolls");
    session.click((x + 4, y + 2));
    assert_eq!(session.state.fit.selected, Some(order[5]));
    assert_eq!(session.state.fit.focus, FitFocus::Runs);
}

#[test]
fn a_click_on_a_plot_looks_at_the_run_there() {
    let mut session = fit_screen(SIZE);
    let mark = |session: &mut Headless, rows: &std::ops::Range<usize>| {
        let shown = screen(session);
        let lines = shown.lines().enumerate().filter(|(y, _)| rows.contains(y));
        let mut marks =
            lines.filter_map(|(y, line)| Some((line.chars().position(|glyph| glyph == '◆')? as u16, y as u16)));
        marks.next().expect("a marker on the plot")
    };
    // The marker stands where its run lies: a click there looks at that run again, or at another in the same cell.
    for plot_rows in [3..16, 17..28] {
        session.key(KeyCode::Home, KeyModifiers::NONE);
        let (x, y) = mark(&mut session, &plot_rows);
        session.key(KeyCode::End, KeyModifiers::NONE);
        assert_ne!(mark(&mut session, &plot_rows), (x, y));
        session.click((x, y));
        assert_eq!(mark(&mut session, &plot_rows), (x, y));
        assert_eq!(session.state.fit.focus, FitFocus::Plots);
    }
}

#[test]
fn an_excluded_run_changes_law_and_numbers_at_once_and_comes_back() {
    let mut session = fit_screen(SIZE);
    let before = session.state.law_entry().law().cloned().expect("fitted");
    // One that was fitted: leaving out a run that is held out changes no law.
    let fitted = |session: &Headless| {
        let evidence = session.state.fit.evidence.as_ref().expect("fitted");
        evidence.points[session.state.fit.selected.expect("a run")].part == Part::Fitted
    };
    while !fitted(&session) {
        session.key(KeyCode::Down, KeyModifiers::NONE);
    }
    let (run, frontier) = (session.state.fit.selected.expect("a run"), session.state.frontiers.all.len());
    assert!(screen(&mut session).contains("173 runs fitted · Eq. 2"));
    session.keys("x");
    let evidence = session.state.fit.evidence.clone().expect("fitted");
    assert_eq!(evidence.points[run].part, Part::Excluded);
    assert_eq!(session.state.fit.selected, Some(run), "the run stays looked at");
    let after = session.state.law_entry().law().cloned().expect("fitted");
    assert_ne!(after.coefficients, before.coefficients);
    assert_eq!(evidence.points[run].predicted, after.coefficients.loss(&evidence.dataset.runs[run].features));
    let priced = session.state.landscape().cloned().expect("priced");
    assert_eq!(priced.law.coefficients, after.coefficients, "the frontier follows");
    let shown = screen(&mut session);
    assert!(shown.contains(", 1 excluded · Eq. 2") && shown.contains("◦ excluded"), "{shown}");
    session.keys("x");
    assert_same(session.state.law_entry().law().expect("fitted"), &before);
    for run in [10, 20, 30] {
        session.tell(Action::ToggleRun(run));
    }
    assert_eq!(session.state.law_entry().excluded.len(), 3);
    session.keys("X");
    assert!(session.state.law_entry().excluded.is_empty());
    assert_same(session.state.law_entry().law().expect("fitted"), &before);
    assert_eq!(session.state.frontiers.all.len(), frontier);
}

#[test]
fn a_small_screen_steps_through_the_axes_and_flips_its_lower_pane() {
    let mut session = fit_screen((80, 24));
    for axis in ["width", "FFN ratio", "KV dimension", "activation rate", "layers"] {
        session.key(KeyCode::Right, KeyModifiers::NONE);
        assert!(screen(&mut session).contains(&format!("Residuals along ◂{axis}▸")));
    }
    let (x, y) = find(&mut session, "▸ ────────");
    session.click((x, y));
    assert!(screen(&mut session).contains("◂width▸"), "a click on the arrow steps too");
    session.keys("p");
    assert!(screen(&mut session).contains("how fast depth pays"));
    session.key(KeyCode::Tab, KeyModifiers::SHIFT);
    session.tell(Action::Fit(FitAction::Focus(FitFocus::Runs)));
    assert!(screen(&mut session).contains("largest residual first"), "the focus brings its pane into view");
}

#[test]
fn the_run_looked_at_stays_in_view_at_every_size() {
    let mut session = fit_screen((200, 60));
    for _ in 0..7 {
        session.key(KeyCode::PageDown, KeyModifiers::NONE);
    }
    let run = session.state.fit.selected.expect("a run");
    let name = session.state.fit.evidence.as_ref().expect("fitted").dataset.runs[run].name.clone();
    for size in [(120, 40), (80, 24), (96, 50), (200, 60)] {
        session.tell(Message::Resized(size.0, size.1));
        let shown = screen(&mut session);
        let short: String = name.chars().take(20).collect();
        assert!(shown.contains(&format!("◆ {short}")), "{size:?}\n{shown}");
    }
}

#[test]
fn an_axis_that_never_varies_says_so_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dense.csv");
    let mut text = "layers,width,heads,kv_heads,ffn_ratio,loss\n".to_owned();
    let shapes = [2, 4, 8, 16].into_iter().flat_map(|layers| [256, 512, 1024].map(|width| (layers, width)));
    let rows = shapes.enumerate().map(|(i, (layers, width))| {
        let loss = 2.0 + 3.0 / f64::from(layers) + 100.0 / f64::from(width) + 0.01 * (i % 3) as f64;
        format!("{layers},{width},4,4,{},{loss}\n", 1 + i % 2)
    });
    text.extend(rows);
    std::fs::write(&path, text).expect("a file");
    let choices = Choices { data: Some(path.display().to_string()), ..Choices::default() };
    let mut session = Headless::open(&choices, (80, 24)).expect("opens");
    session.keys("v");
    session.key(KeyCode::Left, KeyModifiers::NONE);
    let shown = screen(&mut session);
    assert!(shown.contains("activation rate is 1 in all 12 runs"), "{shown}");
    session.tell(Message::Resized(120, 40));
    assert!(screen(&mut session).contains("the same in all runs: activation rate (1)"));
}

#[test]
fn a_published_law_says_that_its_runs_never_were_and_l_leads_to_runs() {
    let mut session = Headless::open(&Choices::default(), SIZE).expect("built-in files open");
    session.keys("vx");
    assert!(screen(&mut session).contains("--data runs.csv"));
    session.keys("l");
    assert!(screen(&mut session).contains("173 runs fitted"));
    session.keys("l");
    assert!(screen(&mut session).contains("199 runs fitted · Eq. 2 + tokens"));
    session.keys("l");
    assert!(screen(&mut session).contains("SYNTHETIC RUNS synthetic-170"));
}
