//! The real binary in a real terminal: open, drag with the mouse, export, resize, quit, terminal restored.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(unix)]

mod pty;

use std::io::Write as _;
use std::time::Duration;

use portable_pty::CommandBuilder;
use pty::{Pty, Release};
use roofscape::explorer::terminal::Screen;

const LEFT: u8 = 0;
const LEFT_DRAG: u8 = 32;

fn open(arguments: &[&str], size: (u16, u16)) -> (Pty, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut pty = Pty::start(arguments, folder.path(), size);
    pty.until("the first picture", |screen| screen.contents().contains("of 10,560"));
    (pty, folder)
}

fn assert_restored(pty: &Pty) {
    let screen = pty.screen.screen();
    assert!(!screen.alternate_screen(), "the alternate screen is left");
    assert!(!screen.hide_cursor(), "the cursor is shown");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is released");
}

#[test]
fn open_drag_export_quit() {
    let (mut pty, folder) = open(&[], (120, 40));
    assert!(pty.screen.screen().alternate_screen());
    pty.until("the whole frame", |screen| screen.contents().contains("Feasible: 3,802 of 10,560"));

    // The slider's knob is the second ● of its row.
    let (_, row) = pty.find("total   ≤");
    let (label, _) = pty.find("total   ≤");
    let knob = label + 20 + 6;
    pty.mouse(LEFT, (knob, row), Release::No);
    for column in (knob - 4..knob).rev() {
        pty.mouse(LEFT_DRAG, (column, row), Release::No);
    }
    pty.mouse(LEFT, (knob - 4, row), Release::Yes);
    // A frame may arrive in parts.
    pty.until("a smaller count under the dragged budget", |screen| {
        let text = screen.contents();
        text.contains("Feasible: ") && !text.contains("Feasible: 3,750") && !text.contains("≤   100 ms")
    });

    pty.send("e");
    pty.until("the prompt", |screen| screen.contents().contains("Export the picked architecture to"));
    pty.send("\r");
    pty.until("the confirmation", |screen| screen.contents().contains("wrote 1 architecture"));
    let written: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    assert_eq!(written.len(), 1);
    let document: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&written[0]).expect("the file")).expect("JSON");
    assert_eq!(document["schema_version"], 2);
    assert_eq!(document["architectures"].as_array().map(Vec::len), Some(1));
    let limit = document["setting"]["budgets"]["max_total_s"].as_f64().expect("the dragged budget");
    let total = document["architectures"][0]["predictions"]["total_s"].as_f64().expect("a prediction");
    assert!(limit < 0.1 && total <= limit, "{total} within {limit}");

    // The same name again: the program asks, and no means no.
    pty.send("e\r");
    pty.until("the question", |screen| screen.contents().contains("exists already"));
    let before = std::fs::metadata(&written[0]).expect("the file").modified().expect("a time");
    pty.send("n");
    pty.until("the window gone", |screen| !screen.contents().contains("exists already"));
    assert_eq!(std::fs::metadata(&written[0]).expect("the file").modified().expect("a time"), before);

    pty.send("q");
    assert_eq!(pty.wait(), 0);
    assert_restored(&pty);
}

#[test]
fn idle_costs_no_bytes_and_a_drag_step_a_few_thousand() {
    let (mut pty, _folder) = open(&[], (120, 40));
    pty.settle(Duration::from_millis(300));
    let at_rest = pty.written;
    pty.settle(Duration::from_millis(1500));
    assert_eq!(pty.written, at_rest, "an idle screen writes nothing");

    // A key without a binding changes nothing and draws nothing.
    pty.send("z");
    pty.settle(Duration::from_millis(300));
    assert_eq!(pty.written, at_rest);

    let (label, row) = pty.find("total   ≤");
    let knob = label + 26;
    pty.mouse(LEFT, (knob, row), Release::No);
    pty.settle(Duration::from_millis(200));
    let before = pty.written;
    pty.mouse(LEFT_DRAG, (knob - 1, row), Release::No);
    pty.settle(Duration::from_millis(200));
    let step = pty.written - before;
    eprintln!("one drag step at 120×40: {step} bytes");
    assert!(step > 100 && step < 10_000, "{step} bytes");
}

#[test]
fn resizing_redraws_and_a_tiny_terminal_says_what_it_needs() {
    let (mut pty, _folder) = open(&[], (120, 40));
    pty.resize((60, 20));
    pty.until("the friendly line", |screen| screen.contents().contains("roofscape needs 80×24; this is 60×20"));
    pty.resize((80, 24));
    pty.until("the small screen", |screen| screen.contents().contains("Feasible: 3,802 of 10,560"));
    pty.send("\x03");
    assert_eq!(pty.wait(), 0);
    assert_restored(&pty);
}

#[test]
fn a_termination_signal_restores_the_terminal() {
    let (mut pty, _folder) = open(&[], (80, 24));
    let killed = std::process::Command::new("kill").arg(pty.process_id().to_string()).status().expect("kill");
    assert!(killed.success());
    assert_eq!(pty.wait(), 0);
    assert_restored(&pty);
}

/// The child of this test is this test: with the variable set it takes the terminal and panics.
#[test]
fn a_panic_restores_the_terminal_and_then_reports() {
    const CHILD: &str = "ROOFSCAPE_TEST_PANIC";
    if std::env::var_os(CHILD).is_some() {
        let _screen = Screen::take().expect("a terminal");
        panic!("on purpose");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this test"));
    command.args(["a_panic_restores_the_terminal_and_then_reports", "--exact", "--nocapture"]);
    command.env(CHILD, "1");
    let mut pty = Pty::start_command(command, folder.path(), (100, 30));
    assert_ne!(pty.wait(), 0);
    assert_restored(&pty);
    // Reported on the ordinary screen, where it stays readable.
    assert!(pty.screen.screen().contents().contains("on purpose"), "{}", pty.screen.screen().contents());
}

#[test]
fn what_is_wrong_is_said_before_the_screen_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bad.csv"), "name,layers\na,b\n").expect("a file");
    let mut pty = Pty::start(&["--data", "bad.csv"], folder.path(), (100, 24));
    assert_eq!(pty.wait(), 2);
    let shown = pty.screen.screen().contents();
    assert!(shown.contains("bad.csv"), "{shown}");
    assert!(!pty.screen.screen().alternate_screen());
}

/// A training job appends, stops in the middle of a line, starts over, and replaces its file; the screen follows.
#[test]
fn a_watched_file_of_runs_is_followed() {
    const TINY: &str = include_str!("../../datasets/tiny.csv");
    let lines: Vec<&str> = TINY.lines().collect();
    let first = |runs: usize| lines[..=runs].join("\n") + "\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs.csv");
    std::fs::write(&path, first(170)).expect("a file");
    let mut pty = Pty::start(&["--data", "runs.csv"], folder.path(), (140, 40));
    let shows = |pty: &mut Pty, words: &str| pty.until(words, |screen| screen.contents().contains(words));
    shows(&mut pty, "170 runs of runs");

    let append = |text: &str| {
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("the file");
        file.write_all(text.as_bytes()).expect("written");
    };
    append(&format!("{}\n", lines[171]));
    shows(&mut pty, "171 runs (+1), R² ");
    let (half, rest) = lines[172].split_at(lines[172].len() - 2);
    append(half);
    shows(&mut pty, "171 runs of runs");
    shows(&mut pty, ", last line waits");
    append(&format!("{rest}\n"));
    shows(&mut pty, "172 runs (+1), R² ");

    std::fs::write(&path, "").expect("truncated");
    shows(&mut pty, "the last law stays: runs.csv: the file is empty");
    std::fs::remove_file(&path).expect("deleted");
    shows(&mut pty, "the last law stays: runs.csv: there is no such file");
    shows(&mut pty, "LAST GOOD FIT");
    let replace = |text: &str| {
        let next = folder.path().join("runs.csv.tmp");
        std::fs::write(&next, text).expect("a file");
        std::fs::rename(next, &path).expect("replaced");
    };
    replace(&first(173));
    shows(&mut pty, "173 runs (+1), R² ");
    replace(&first(171));
    shows(&mut pty, "171 runs (−2), R² ");

    // Neither other files nor readers of this one draw anything.
    pty.settle(Duration::from_millis(500));
    let at_rest = pty.written;
    std::fs::write(folder.path().join("train.log"), "step 1").expect("a file");
    std::fs::read(&path).expect("the file");
    pty.settle(Duration::from_secs(1));
    assert_eq!(pty.written, at_rest);
    pty.send("q");
    assert_eq!(pty.wait(), 0);
}

#[test]
fn the_fit_is_tested_behind_the_picture_as_the_options_say() {
    let (mut pty, _folder) = open(&["--data", "tiny", "--form", "active-total", "--exclude", "#12,#31"], (120, 40));
    pty.send("v");
    pty.until("the form", |screen| screen.contents().contains("2 excluded · active, total"));
    pty.until("the tests", |screen| screen.contents().contains("5-fold RMSE 0.0"));
    pty.send("c");
    pty.until("the comparison", |screen| screen.contents().contains("★ Eq. 2"));
    pty.send("q");
    assert_eq!(pty.wait(), 0);
    assert_restored(&pty);
}
