//! A dataset's file changes while the explorer shows its law: played without a terminal and without a watch. What the
//! watch itself does is tested beside it, and the whole of it in `tests/terminal`.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers};
use engine::error::Error;
use engine::landscape::Landscape;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::message::{Action, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::screens::frontier::action::FrontierAction;
use roofscape::explorer::shelf::{FitProgress, LawEntry};
use roofscape::explorer::sources;
use roofscape::explorer::vocabulary::Notice;

/// 173 runs and their header.
const TINY: &str = include_str!("../../datasets/tiny.csv");

struct Live {
    session: Headless,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Live {
    /// On the law of a file of runs that can change.
    fn open(runs: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("runs.csv");
        fs::write(&path, runs).expect("a file");
        let choices = Choices { data: Some(path.display().to_string()), ..Choices::default() };
        let session = Headless::open(&choices, (160, 40)).expect("opens");
        Self { session, path, _folder: folder }
    }

    /// The file becomes this, and is read again.
    fn write(&mut self, text: &str) {
        fs::write(&self.path, text).expect("a file");
        self.reread();
    }

    fn reread(&mut self) {
        let live = self.entry().live.clone().expect("a file");
        self.session.tell(Message::Reread { place: 0, outcome: live.source.reread() });
    }

    fn entry(&self) -> &LawEntry {
        &self.session.state.shelf.laws[0]
    }

    fn landscape(&self) -> Arc<Landscape> {
        self.session.state.landscape().cloned().expect("priced")
    }

    fn screen(&mut self) -> String {
        text(&self.session.frame())
    }

    /// The screen once the notice has made room.
    fn status(&mut self) -> String {
        self.session.key(KeyCode::Tab, KeyModifiers::NONE);
        self.screen()
    }

    fn done(&self) -> &str {
        match &self.session.state.notice {
            Some(Notice::Done(words)) => words,
            other => panic!("{other:?}"),
        }
    }

    fn trouble(&self) -> &str {
        match &self.session.state.notice {
            Some(Notice::Trouble(words)) => words,
            other => panic!("{other:?}"),
        }
    }

    fn excluded_names(&self) -> Vec<&str> {
        let dataset = self.entry().dataset.as_ref().expect("runs");
        self.entry().excluded.iter().map(|&run| dataset.runs[run].name.as_str()).collect()
    }
}

/// The header line and the rows below it.
fn rows() -> (String, Vec<&'static str>) {
    let (head, rows) = TINY.split_once('\n').expect("a header");
    (format!("{head}\n"), rows.lines().collect())
}

/// The first `count` runs.
fn first(count: usize) -> String {
    let (head, rows) = rows();
    head + &rows[..count].join("\n") + "\n"
}

#[test]
fn an_appended_run_moves_law_and_frontier_and_the_change_is_said() {
    let mut live = Live::open(&first(172));
    live.session.tell(Action::Frontier(FrontierAction::PickRow(7)));
    let (picked, before) = (live.session.state.picked(), live.landscape());
    live.write(&first(173));
    let after = live.landscape();
    assert_eq!((before.law.quality.runs, after.law.quality.runs), (Some(172), Some(173)));
    assert_ne!(before.law.coefficients, after.law.coefficients);
    let r2 = |landscape: &Landscape| format!("{:.3}", landscape.law.quality.r2_train.expect("an R²"));
    let words = live.done();
    assert!(words.starts_with("173 runs (+1), R² "), "{words}");
    assert!(words.contains(&r2(&before)) && words.contains(&r2(&after)), "{words}");
    assert!(words.contains("frontier "), "{words}");
    assert_eq!(live.session.state.picked(), picked);
    // What was fitted is what the file is.
    let identity = after.law.dataset.clone().expect("a dataset");
    assert_eq!(Some(identity.sha256.as_str()), live.entry().dataset.as_ref().map(|dataset| dataset.sha256.as_str()));
    let direct = Live::open(&first(173)).landscape();
    // To what a search resolves: that of a known law's neighbour starts there.
    let pairs = direct.sweep.loss.iter().zip(&after.sweep.loss);
    assert!(pairs.into_iter().all(|(direct, after)| (direct - after).abs() < 1e-6));
}

#[test]
fn half_a_line_waits_and_nothing_else_happens() {
    let mut live = Live::open(&first(172));
    let before = live.landscape();
    let grown = first(173);
    live.write(&grown[..grown.len() - 3]);
    assert!(Arc::ptr_eq(&live.landscape(), &before) && live.session.state.notice.is_none());
    let shown = live.screen();
    assert!(shown.contains("172 runs of runs") && shown.contains(", last line waits"), "{shown}");
    live.session.keys("i");
    assert!(live.screen().contains("The file's last line has no end yet; it is read when it has."));
    live.session.key(KeyCode::Esc, KeyModifiers::NONE);
    live.write(&grown);
    let shown = live.status();
    assert!(shown.contains("173 runs of runs") && !shown.contains("waits"), "{shown}");
}

#[test]
fn a_file_that_is_no_good_keeps_the_last_fit_says_why_and_is_taken_up_again() {
    let mut live = Live::open(&first(173));
    let before = live.landscape();
    let good = first(173);
    let path = live.path.display().to_string();
    for (bad, reason) in [
        (good.clone() + "x,y\n", format!("the last law stays: {path}:")),
        (String::new(), format!("the last law stays: {path}: the file is empty")),
        (good.replacen("width", "wdth", 1), format!("the last law stays: {path}:")),
        (first(2), "the last law stays: runs: 2 runs are too few to fit a law".to_owned()),
    ] {
        live.write(&bad);
        assert!(live.trouble().starts_with(&reason), "{}", live.trouble());
        assert!(Arc::ptr_eq(&live.landscape(), &before));
        let shown = live.status();
        assert!(shown.contains("LAST GOOD FIT law runs"), "{shown}");
    }
    fs::remove_file(&live.path).expect("it was there");
    live.reread();
    assert_eq!(live.trouble(), format!("the last law stays: {path}: there is no such file"));
    live.session.keys("i");
    assert!(live.screen().contains("last good fit"));
    live.session.key(KeyCode::Esc, KeyModifiers::NONE);

    live.write(&first(172));
    assert!(live.done().starts_with("172 runs (−1), R² "), "{}", live.done());
    assert!(!live.status().contains("LAST GOOD FIT"));
    // Gone and back the same: nothing to fit.
    let before = live.landscape();
    fs::remove_file(&live.path).expect("it was there");
    live.reread();
    live.write(&first(172));
    assert_eq!(live.done(), "runs is as it was before");
    assert!(Arc::ptr_eq(&live.landscape(), &before));
}

#[test]
fn exclusions_follow_their_runs_and_wait_for_those_that_are_gone() {
    let mut live = Live::open(&first(173));
    live.session.tell(Action::ToggleRun(4));
    live.session.tell(Action::ToggleRun(9));
    let names: Vec<String> = live.excluded_names().into_iter().map(str::to_owned).collect();
    let (head, mut rows) = rows();
    let tenth = rows.remove(9);
    rows.rotate_right(50);
    live.write(&(head.clone() + &rows.join("\n") + "\n"));
    assert_eq!(live.entry().excluded.iter().collect::<Vec<_>>(), [&54]);
    assert_eq!(live.excluded_names(), [names[0].as_str()]);
    assert!(live.landscape().law.source.ends_with(", 1 excluded"));
    live.session.keys("i");
    assert!(live.screen().contains("(gone from the file; excluded if it comes back)"));
    live.session.key(KeyCode::Esc, KeyModifiers::NONE);

    rows.insert(0, tenth);
    live.write(&(head + &rows.join("\n") + "\n"));
    assert_eq!(live.excluded_names(), [names[1].as_str(), names[0].as_str()]);
    assert!(live.landscape().law.source.ends_with(", 2 excluded"));
}

#[test]
fn a_law_that_nobody_looks_at_is_fitted_when_somebody_does() {
    let mut live = Live::open(&first(172));
    live.session.keys("l");
    let before = live.landscape();
    live.write(&first(173));
    assert!(Arc::ptr_eq(&live.landscape(), &before) && live.session.state.notice.is_none());
    assert_eq!(live.entry().progress, FitProgress::Due);
    live.write("");
    assert!(live.session.state.notice.is_none());
    live.write(&first(173));
    for _ in 1..live.session.state.shelf.laws.len() {
        live.session.keys("l");
    }
    assert_eq!(live.session.state.shown().law, 0);
    assert_eq!(live.landscape().law.quality.runs, Some(173));
}

#[test]
fn runs_that_were_too_few_become_a_law_when_there_are_enough() {
    let mut live = Live::open(&first(2));
    assert!(live.screen().contains("no law: runs"));
    live.write(&first(173));
    assert!(live.screen().contains("173 runs of runs"));
}

#[test]
fn what_is_watched_says_so_and_what_cannot_be_says_why() {
    let of_dataset = |session: &Headless| {
        let lines = sources::lines(&session.state, 400);
        lines.into_iter().find(|line| line.label == "dataset").map(|line| line.text).expect("a dataset")
    };
    let mut live = Live::open(TINY);
    assert!(of_dataset(&live.session).ends_with(", watched"));
    let reason = Error::new("this cannot be watched: the system's limit of watches is reached").in_source("runs.csv");
    live.session.tell(Message::Unwatched(0, reason));
    assert!(live.trouble().starts_with("runs.csv: this cannot be watched"));
    let said = of_dataset(&live.session);
    assert!(said.ends_with("; this cannot be watched: the system's limit of watches is reached"), "{said}");
    // What is built in never changes, and nothing is said of it.
    let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
    let session = Headless::open(&choices, (160, 40)).expect("opens");
    assert!(!of_dataset(&session).contains("watched"));
}

#[test]
fn the_run_that_is_looked_at_stays_so_wherever_it_moves() {
    let mut live = Live::open(&first(60));
    live.session.keys("v");
    live.session.key(KeyCode::Down, KeyModifiers::NONE);
    let name = |live: &Live| {
        let run = live.session.state.fit.selected.expect("a run");
        live.entry().dataset.as_ref().expect("runs").runs[run].name.clone()
    };
    let before = name(&live);
    let (head, rows) = rows();
    let reversed: Vec<&str> = rows[..60].iter().rev().copied().collect();
    live.write(&(head + &reversed.join("\n") + "\n"));
    assert_eq!(name(&live), before);
    live.session.keys("x");
    assert_eq!(live.excluded_names(), [before.as_str()]);
}
