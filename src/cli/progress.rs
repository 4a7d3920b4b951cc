//! A bar on stderr for work that takes a while.
//!
//! It is drawn on the process's own stderr and not on the stream that a command is given, because only a terminal can
//! take a line back. Scripts and tests see none of it.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use engine::law::fit::Watch;

/// Shorter waits need no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// Watches something that counts its steps.
#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    bar: ProgressBar,
}

impl Progress {
    /// `what` stands before the bar: `resampling`.
    pub(super) fn new(what: &'static str) -> Self {
        let target =
            if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target).with_message(what);
        // The template is ours; a mistake in it leaves indicatif's own.
        let style = ProgressStyle::with_template("{msg} {bar:30} {human_pos} of {human_len}");
        let bar = style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style));
        Self { started: Instant::now(), bar }
    }
}

impl Watch for Progress {
    fn progress(&self, done: usize, of: usize) {
        if self.started.elapsed() >= PATIENCE {
            self.bar.set_length(of as u64);
            self.bar.set_position(done as u64);
        }
    }
}

/// The line is given back.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
