//! Sessions played from keys and mouse events to states and frames, without a terminal.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEventKind};
use engine::budget::Limit;
use engine::precision::Precision;
use engine::workload::{Objective, Workload};
use roofscape::explorer::headless::{Headless, Pace, text};
use roofscape::explorer::keys::help;
use roofscape::explorer::message::{Action, ExportOutcome, FitStop, Message, Overwrite};
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;
use roofscape::explorer::state::Mode;
use roofscape::explorer::vocabulary::{Control, Direction, Focus, Notice, Pick, Scope, Stride, Switch};

const SIZE: (u16, u16) = (120, 40);

fn session() -> Headless {
    Headless::open(&Choices::default(), SIZE).expect("built-in files open")
}

fn screen(session: &mut Headless) -> String {
    text(&session.frame())
}

#[test]
fn a_drag_moves_knob_chart_count_and_table_in_one_step() {
    let mut session = session();
    let before = session.state.selection.feasible.len();
    let track = session.track(Limit::Memory).expect("a memory slider");
    session.mouse(MouseEventKind::Down(MouseButton::Left), (track.right() - 2, track.y));
    for column in (track.x + 4..track.right() - 2).rev() {
        // The pointer wanders off the row: what is held stays held.
        session.mouse(MouseEventKind::Drag(MouseButton::Left), (column, track.y + 3));
        let slider = session.state.slider(Limit::Memory);
        let knob = session.state.track(Limit::Memory, track.width).cell_of(slider.value);
        assert_eq!(track.x + knob, column, "the knob is under the mouse");
        let by_hand = session.state.landscape().map(|landscape| {
            let sweep = &landscape.sweep;
            (0..sweep.len()).filter(|&i| sweep.total_s[i] <= 0.1 && sweep.memory_bytes[i] <= slider.value).count()
        });
        assert_eq!(Some(session.state.selection.feasible.len()), by_hand);
        let count = engine::units::count(session.state.selection.feasible.len());
        assert!(screen(&mut session).contains(&format!("Feasible: {count} of 10,560")));
    }
    assert!(session.state.selection.feasible.len() < before);
    session.mouse(MouseEventKind::Up(MouseButton::Left), (0, 0));
    let value = session.state.slider(Limit::Memory).value;
    session.mouse(MouseEventKind::Drag(MouseButton::Left), (track.right(), track.y));
    assert_eq!(session.state.slider(Limit::Memory).value, value, "nothing is held any more");
}

#[test]
fn a_drag_never_jumps_to_the_neighbouring_slider() {
    let mut session = session();
    let memory = session.state.slider(Limit::Memory).value;
    let track = session.track(Limit::Total).expect("a slider");
    let memory_row = session.track(Limit::Memory).expect("a slider").y;
    session.drag((track.x + 5, track.y), (track.x + 2, memory_row));
    assert_eq!(session.state.slider(Limit::Memory).value, memory);
    assert!(session.state.slider(Limit::Total).value < 0.1);
}

#[test]
fn the_budget_line_on_the_chart_is_draggable() {
    let mut session = session();
    let frame = session.frame();
    let row = 10;
    let column = (0..SIZE.0).find(|&x| frame[(x, row)].symbol() == "┊").expect("a budget line");
    session.drag((column, row), (column + 12, row));
    let moved = session.frame();
    assert_eq!(moved[(column + 12, row)].symbol(), "┊");
    assert!(session.state.slider(Limit::Total).value > 0.1);
}

#[test]
fn nothing_feasible_names_the_budget_and_what_it_needs() {
    let mut session = session();
    session.tell(Action::SetBudget(Limit::Total, 0.012));
    assert!(session.state.selection.feasible.is_empty());
    let shown = screen(&mut session);
    assert!(shown.contains("no architecture: the nearest needs total 21.5 ms"), "{shown}");
    assert!(shown.contains("Feasible: 0 of 10,560"));
    session.keys("e");
    assert!(matches!(session.state.mode, Mode::Explore), "there is nothing to export");
    assert!(matches!(session.state.notice, Some(Notice::Trouble(_))));
}

#[test]
fn presets_are_the_papers_table_2() {
    let mut session = session();
    for (key, limit, seconds) in
        [(1, Limit::Tpot, 0.02), (2, Limit::Total, 0.5), (3, Limit::Total, 0.1), (4, Limit::Total, 2.0)]
    {
        session.key(KeyCode::F(key), KeyModifiers::NONE);
        let on: Vec<Limit> = session.state.budgets().active().map(|(limit, _)| limit).collect();
        assert_eq!(on, [limit, Limit::Memory]);
        assert_eq!(session.state.budgets().get(limit), Some(seconds));
    }
}

#[test]
fn keys_and_mouse_switch_budgets() {
    let mut session = session();
    session.keys(" ");
    assert_eq!(session.state.slider(Limit::Total).switch, Switch::Off);
    let track = session.track(Limit::Total).expect("a slider");
    session.click((track.x - 22, track.y));
    assert_eq!(session.state.slider(Limit::Total).switch, Switch::On);
    session.keys("x");
    assert_eq!(session.state.budgets().active().count(), 0);
    assert_eq!(session.state.selection.feasible.len(), 10_560);
}

#[test]
fn a_typed_budget_takes_units_and_explains_what_it_does_not_take() {
    let mut session = session();
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    session.keys("fast");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert!(screen(&mut session).contains("'fast' is no number with a unit"));
    for _ in 0..4 {
        session.key(KeyCode::Backspace, KeyModifiers::NONE);
    }
    session.keys("0.25 s");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(session.state.slider(Limit::Total).value, 0.25);
    assert!(matches!(session.state.mode, Mode::Explore));
}

#[test]
fn the_objective_changes_axis_frontier_and_title() {
    let mut session = session();
    let total = session.state.frontiers.all.clone();
    session.keys("o");
    assert_eq!(session.state.objective, Objective::Prefill);
    assert_ne!(session.state.frontiers.all, total);
    assert!(screen(&mut session).contains("perplexity against prefill latency"));
}

#[test]
fn a_format_the_board_lacks_is_skipped_by_name() {
    let mut session = session();
    let mut seen = Vec::new();
    for _ in 0..9 {
        seen.push(session.state.precision(session.state.question).name);
        session.keys("f");
    }
    assert!(!seen.contains(&"fp8") && !seen.contains(&"nvfp4"), "{seen:?}");
    assert!(seen.contains(&"w8a8"));
}

#[test]
fn head_and_cache_have_keys_of_their_own() {
    let mut session = session();
    let memory = |session: &Headless| {
        let landscape = session.state.landscape().expect("priced");
        let shape = landscape.sweep.architecture(0);
        landscape.estimator.memory(&shape)
    };
    session.keys("ffff");
    let own = memory(&session);
    session.keys("h");
    assert!(screen(&mut session).contains("w4a16 · head bf16 · 1,024"));
    session.keys("hkk");
    let mixed = memory(&session);
    let shown = screen(&mut session);
    assert!(shown.contains("w4a16 · head int8 · KV fp8 · 1,024"), "{shown}");
    assert!(shown.contains("no quality loss modelled for w4a16 · head int8 · KV fp8"), "{shown}");
    assert!(mixed.weights_bytes < own.weights_bytes);
    assert_eq!(mixed.kv_cache_bytes, own.kv_cache_bytes / 2.0);
    // What was chosen stays with the next format of the weights.
    session.keys("f");
    assert!(screen(&mut session).contains("q8_0 · head int8 · KV fp8 · 1,024"));
}

fn baseline_loss(session: &Headless) -> f64 {
    let baseline = session.state.compared().expect("a model to compare with");
    session.state.position_of(baseline).expect("priced").loss
}

#[test]
fn a_penalty_can_be_typed_and_moves_every_loss() {
    let mut session = session();
    session.keys("ff");
    let losses = |session: &Headless| session.state.landscape().expect("priced").sweep.loss.clone();
    let (plain, baseline) = (losses(&session), baseline_loss(&session));
    session.tell(Action::Focus(Focus::Control(Control::Format)));
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert!(screen(&mut session).contains("Loss penalty of w8a8, nats per token"));
    session.keys("-1");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert!(screen(&mut session).contains("'-1' is no loss penalty from 0 to 10 nats per token"));
    session.key(KeyCode::Backspace, KeyModifiers::NONE);
    session.key(KeyCode::Backspace, KeyModifiers::NONE);
    session.keys("0.05");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(losses(&session), plain.iter().map(|loss| loss + 0.05).collect::<Vec<_>>());
    assert_eq!(baseline_loss(&session), baseline + 0.05);
    assert!(screen(&mut session).contains("+0.05 nats for w8a8, as given"));
    session.keys("i");
    assert!(screen(&mut session).contains("0.05 nats per token are added to every loss, as given"));
    // Another format has its own.
    session.key(KeyCode::Esc, KeyModifiers::NONE);
    session.keys("f");
    assert_eq!(losses(&session), plain);
    assert!(screen(&mut session).contains("no quality loss modelled for w8a16"));
}

#[test]
fn a_mode_that_lacks_the_format_falls_back_and_the_next_has_it_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("board.toml");
    let shipped = include_str!("../../profiles/agx-orin-64gb.toml");
    // The 50W mode without INT8.
    let (first, rest) = shipped.split_once("name = \"50W\"").expect("a mode");
    let lacking = rest.lines().scan(true, |strip, line| {
        *strip &= !line.starts_with("[[modes]]");
        Some(if *strip && line.starts_with("int8 =") { "" } else { line })
    });
    let text = format!("{first}name = \"50W\"{}", lacking.collect::<Vec<_>>().join("\n"));
    std::fs::write(&path, text).expect("a file");
    let choices = Choices { profile: path.display().to_string(), precision: Precision::W8A8, ..Choices::default() };
    let mut session = Headless::open(&choices, SIZE).expect("opens");
    session.keys("m");
    assert!(screen(&mut session).contains("50W · fp16"));
    assert!(matches!(&session.state.notice, Some(Notice::Trouble(words)) if words.contains("int8")));
    session.keys("m");
    assert!(screen(&mut session).contains("30W · w8a8"));
}

#[test]
fn quantisation_and_extrapolation_are_said_where_the_numbers_are() {
    let mut session = session();
    session.keys("ff");
    assert!(screen(&mut session).contains("no quality loss modelled for w8a8"));
    // The law of the tiny runs knows widths up to 160.
    session.keys("l");
    let shown = screen(&mut session);
    assert!(shown.contains("extrapolated ×3146 in active parameters (100 %)"), "{shown}");
    assert!(shown.contains("law tiny"), "{shown}");
    session.keys("l");
    let shown = screen(&mut session);
    assert!(shown.contains("law gemstones") && shown.contains("blind to r, KV heads, experts: held at"), "{shown}");
    session.keys("l");
    assert!(screen(&mut session).contains("SYNTHETIC RUNS law synthetic-170"));
}

#[test]
fn a_click_picks_and_escape_follows_the_best_again() {
    let mut session = session();
    let best = session.state.picked();
    session.click((40, 8));
    assert!(matches!(session.state.pick, Pick::Chosen(_)));
    assert_ne!(session.state.picked(), best);
    session.key(KeyCode::Esc, KeyModifiers::NONE);
    assert_eq!(session.state.picked(), best);
}

#[test]
fn arrows_walk_the_frontier() {
    let mut session = session();
    session.tell(Action::Focus(Focus::Chart));
    let front = session.state.selection.frontier.clone();
    for expected in front.iter().rev().skip(1).take(5) {
        session.key(KeyCode::Left, KeyModifiers::NONE);
        assert_eq!(session.state.picked(), Some(*expected as usize));
    }
    session.key(KeyCode::Right, KeyModifiers::NONE);
    assert_eq!(session.state.picked(), Some(front[front.len() - 5] as usize));
}

#[test]
fn the_table_sorts_scrolls_and_keeps_the_pick_in_view() {
    let mut session = session();
    session.tell(Action::Focus(Focus::Table));
    session.keys("s");
    let landscape = session.state.landscape().cloned().expect("priced");
    let totals: Vec<f64> =
        session.state.selection.feasible.iter().map(|&i| landscape.sweep.total_s[i as usize]).collect();
    assert!(totals.is_sorted());
    session.keys("r");
    let slowest = session.state.selection.feasible[0] as usize;
    assert!(landscape.sweep.total_s[slowest] >= totals[totals.len() - 1]);
    session.key(KeyCode::End, KeyModifiers::NONE);
    let last = session.state.selection.feasible.len() - 1;
    assert_eq!(session.state.picked_row, Some(last));
    assert!(session.state.top > 0 && session.state.top <= last);
    session.key(KeyCode::Home, KeyModifiers::NONE);
    assert_eq!((session.state.picked_row, session.state.top), (Some(0), 0));
}

#[test]
fn export_asks_for_a_path_and_before_it_replaces_a_file() {
    let mut session = session();
    session.keys("e");
    assert!(
        matches!(&session.state.mode, Mode::Exporting(Scope::Picked, prompt) if prompt.text == "roofscape-16x1792-e16k1.json")
    );
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(session.exports.len(), 1);
    let request = session.exports[0].clone();
    assert_eq!((request.overwrite, request.indices.len()), (Overwrite::Refuse, 1));
    session.tell(Message::Exported(ExportOutcome::Exists(Box::new(request.clone()))));
    assert!(screen(&mut session).contains("exists already"));
    session.keys("n");
    assert_eq!(session.exports.len(), 1, "no is no");
    session.tell(Message::Exported(ExportOutcome::Exists(Box::new(request.clone()))));
    // What is replaced is what was exported, whatever the budgets say by now.
    session.tell(Message::Resized(120, 40));
    session.keys("y");
    assert_eq!(session.exports.len(), 2);
    assert_eq!((session.exports[1].overwrite, &session.exports[1].indices), (Overwrite::Replace, &request.indices));
    session.tell(Message::Exported(ExportOutcome::Written(request.path, 1)));
    assert!(screen(&mut session).contains("wrote 1 architecture"));
}

#[test]
fn a_taken_file_never_takes_the_keys_from_another_prompt() {
    let mut session = session();
    session.keys("E");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    let request = session.exports[0].clone();
    session.keys("e");
    session.tell(Message::Exported(ExportOutcome::Exists(Box::new(request))));
    session.keys("my");
    assert!(matches!(&session.state.mode, Mode::Exporting(_, prompt) if prompt.text.ends_with("my")));
    assert_eq!(session.exports.len(), 1, "typing y in a name answers nothing");
    session.key(KeyCode::Esc, KeyModifiers::NONE);
    assert!(screen(&mut session).contains("roofscape-feasible.json exists already"));
}

#[test]
fn what_is_shown_is_what_was_priced_also_while_something_else_is_asked() {
    let mut session = session();
    session.pace = Pace::Later;
    session.keys("l");
    session.keys("b");
    let shown = screen(&mut session);
    assert!(
        shown.starts_with("▸Frontier  Fit  Hardware  Evolution  Theory  AGX Orin 64GB"),
        "the picture is still the old board's\n{shown}"
    );
    assert!(shown.contains("board ◂AGX Orin 32GB▸"), "the control shows what is asked\n{shown}");
    assert!(session.state.is_stale());
    session.work();
    let shown = screen(&mut session);
    assert!(
        shown.starts_with("▸Frontier  Fit  Hardware  Evolution  Theory  AGX Orin 32GB") && shown.contains("law tiny"),
        "{shown}"
    );
    assert!(!session.state.is_stale());
}

#[test]
fn a_late_answer_to_an_old_question_is_dropped() {
    let mut session = session();
    let old = session.state.answer.clone().expect("priced");
    session.keys("ff");
    let shown = session.state.landscape().cloned().expect("priced");
    session.tell(Message::Priced(old));
    assert!(Arc::ptr_eq(session.state.landscape().expect("priced"), &shown));
}

#[test]
fn a_law_that_cannot_be_fitted_says_why_and_lets_one_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("three.csv");
    std::fs::write(&path, "layers,width,heads,ffn_ratio,loss\n4,256,4,4,3.5\n8,384,6,2,3.4\n16,512,8,1,3.3\n")
        .expect("a file");
    let choices = Choices { data: Some(path.display().to_string()), ..Choices::default() };
    let mut session = Headless::open(&choices, SIZE).expect("opens");
    let shown = screen(&mut session);
    assert!(shown.contains("no law: three"), "{shown}");
    session.keys("l");
    assert!(screen(&mut session).contains("law paper"));
    // Back to the impossible one: the picture stays, the reason is said.
    session.key(KeyCode::Left, KeyModifiers::NONE);
    assert!(matches!(session.state.notice, Some(Notice::Trouble(_))));
    assert!(screen(&mut session).contains("law paper"));
    assert!(!session.state.is_stale());
}

#[test]
fn a_superseded_fit_is_no_error_and_a_bug_in_a_worker_leaves_the_picture() {
    let stopped = |stop| Message::Fitted { place: 1, revision: 0, outcome: Err(stop) };
    let mut session = session();
    session.pace = Pace::Later;
    session.keys("l");
    session.tell(stopped(FitStop::Superseded));
    assert!(session.state.notice.is_none());
    assert_eq!(session.waiting.len(), 2, "it is asked for again, being asked for still");
    session.waiting.clear();
    session.tell(stopped(FitStop::Impossible(engine::error::Error::new("too few runs"))));
    assert!(!session.state.is_stale(), "the picture's own law is asked for again");

    session.keys("f");
    let question = session.state.question;
    session.tell(Message::PricingFailed(question));
    assert!(!session.state.is_stale());
    assert!(matches!(session.state.notice, Some(Notice::Trouble(_))));
}

#[test]
fn typing_takes_pasted_text_and_commands_do_not() {
    let mut session = session();
    session.tell(Message::Pasted("xq".into()));
    assert!(!session.has_quit && session.state.budgets().active().count() == 2);
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    session.tell(Message::Pasted("0.5s\n".into()));
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(session.state.slider(Limit::Total).value, 0.5);
}

#[test]
fn a_dragged_slider_has_the_keys() {
    let mut session = session();
    let track = session.track(Limit::Memory).expect("a slider");
    session.drag((track.x + 5, track.y), (track.x + 6, track.y));
    assert_eq!(session.state.focus, Focus::Control(Control::Budget(Limit::Memory)));
    session.click((40, 8));
    assert_eq!(session.state.focus, Focus::Chart);
}

#[test]
fn a_step_never_goes_the_wrong_way() {
    let mut session = session();
    session.tell(Action::SetBudget(Limit::Total, 30.0));
    session.key(KeyCode::Right, KeyModifiers::NONE);
    assert_eq!(session.state.slider(Limit::Total).value, 30.0, "beyond the track's end already");
    session.key(KeyCode::Left, KeyModifiers::NONE);
    assert_eq!(session.state.slider(Limit::Total).value, 25.0);
}

#[test]
fn a_session_without_generated_tokens_shows_no_nonsense() {
    let workload = Workload { generated_tokens: 0, ..Workload::default() };
    let mut session = Headless::open(&Choices { workload, ..Choices::default() }, SIZE).expect("opens");
    for _ in 0..3 {
        let shown = screen(&mut session);
        assert!(!shown.contains("NaN") && !shown.contains("inf") && !shown.contains("-0 ms"), "{shown}");
        session.keys("o");
    }
}

/// Whatever is pressed, at whatever size: no panic, no nonsense, and the picture belongs to its question.
#[test]
fn random_keys_and_clicks_never_break_the_session() {
    let mut random = 88_172_645_463_325_252_u64;
    let mut next = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut session = session();
    for step in 0..1500 {
        match next(12) {
            0 => session.tell(Message::Resized(next(140) as u16, next(50) as u16)),
            1 | 2 => session.click((next(140) as u16, next(50) as u16)),
            3 => session.drag((next(140) as u16, next(50) as u16), (next(200) as u16, next(90) as u16)),
            4 => session.mouse(MouseEventKind::ScrollUp, (next(140) as u16, next(50) as u16)),
            5 => session.key(KeyCode::Enter, KeyModifiers::NONE),
            6 => session.key(KeyCode::Esc, KeyModifiers::NONE),
            7 => session.key([KeyCode::Left, KeyCode::Right][next(2) as usize], KeyModifiers::SHIFT),
            8 => session.key([KeyCode::Up, KeyCode::Down, KeyCode::Tab][next(3) as usize], KeyModifiers::NONE),
            _ => session.keys(
                [
                    "b", "m", "f", "l", "o", "s", "r", "x", "1", "2", " ", "e", "E", "?", "i", "p", "7", "v", "X", ".",
                    ",",
                ][next(21) as usize],
            ),
        }
        assert!(!session.state.is_stale(), "step {step}");
        assert!(session.state.top <= session.state.selection.feasible.len());
    }
    session.tell(Message::Resized(120, 40));
    assert!(!screen(&mut session).contains("NaN"));
}

#[test]
fn every_size_draws_and_a_small_one_says_so() {
    let mut session = session();
    for (columns, rows) in [(80, 24), (81, 25), (103, 36), (104, 36), (120, 40), (200, 60), (300, 90)] {
        session.tell(Message::Resized(columns, rows));
        let shown = screen(&mut session);
        assert!(shown.contains("Feasible: 3,802 of 10,560"), "{columns}×{rows}\n{shown}");
        assert!(shown.contains("q quit"), "{columns}×{rows}");
    }
    session.tell(Message::Resized(60, 20));
    assert!(screen(&mut session).contains("roofscape needs 80×24; this is 60×20"));
    for size in [(0, 0), (0, 30), (30, 0), (1, 1), (12, 3)] {
        session.tell(Message::Resized(size.0, size.1));
    }
}

#[test]
fn help_lists_every_binding_of_the_screen_at_hand() {
    for (size, screen) in [(80, 24), (120, 40)].into_iter().flat_map(|size| Screen::ALL.map(|screen| (size, screen))) {
        let mut session = Headless::open(&Choices::default(), size).expect("opens");
        session.tell(Action::Show(screen));
        session.keys("?");
        let shown = text(&session.frame());
        for (keys, does) in help(screen) {
            let line = format!("{keys:<10} {does}");
            assert!(shown.contains(&line), "{line} is missing at {size:?}\n{shown}");
        }
        session.keys("z");
        assert!(matches!(session.state.mode, Mode::Explore));
        session.keys("q");
        assert!(session.has_quit);
    }
}

#[test]
fn keys_and_tabs_step_through_the_screens() {
    let mut session = session();
    session.keys("v");
    assert_eq!(session.state.screen, Screen::Fit);
    assert!(screen(&mut session).starts_with(" Frontier ▸Fit"));
    session.keys("v");
    assert_eq!(session.state.screen, Screen::Hardware);
    session.keys("VV");
    assert_eq!(session.state.screen, Screen::Frontier);
    session.click((12, 0));
    assert_eq!(session.state.screen, Screen::Fit, "a click on the tab");
    session.click((2, 0));
    assert_eq!(session.state.screen, Screen::Frontier);
}

#[test]
fn a_screen_keeps_its_focus_and_its_keys_to_itself() {
    let mut session = session();
    let (focus, budgets) = (session.state.focus, session.state.budgets());
    session.keys("v");
    session.key(KeyCode::Tab, KeyModifiers::NONE);
    session.key(KeyCode::Right, KeyModifiers::NONE);
    session.keys("l 1o");
    assert_eq!((session.state.focus, session.state.budgets()), (focus, budgets));
    assert_eq!(session.state.objective, Objective::Total);
    assert_eq!(session.state.question.law, 1, "l holds everywhere");
}

/// A frontier of no time has one architecture, the largest, and a limit per token would be kept by all.
#[test]
fn without_generated_tokens_decoding_is_no_aim_and_no_budget() {
    let mut session = session();
    session.tell(Action::SetBudget(Limit::Tpot, 0.005));
    session.keys("o");
    while session.state.objective != Objective::Decode {
        session.keys("o");
    }
    session.tell(Action::Focus(Focus::Control(Control::Generate)));
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    session.keys("0");
    session.key(KeyCode::Enter, KeyModifiers::NONE);
    let shown = screen(&mut session);
    assert!(shown.contains("nothing is generated: the aim is total latency, TPOT ≤ 5.00 ms is off"), "{shown}");
    assert!(session.state.budgets().get(Limit::Tpot).is_none());
    for _ in 0..6 {
        session.keys("o");
        assert_ne!(session.state.objective, Objective::Decode);
        assert!(session.state.selection.frontier.len() > 3);
    }
    session.key(KeyCode::F(1), KeyModifiers::NONE);
    assert!(screen(&mut session).contains("no TPOT to limit: nothing is generated"));
    session.tell(Action::Step(Control::Generate, Direction::Up, Stride::Coarse));
    assert_eq!(session.state.budgets().get(Limit::Tpot), Some(0.005));
    assert!(screen(&mut session).contains("tokens are generated again: TPOT ≤ 5.00 ms is on again"));
}
