//! Work that Ctrl-C ends early, so that what has been found can be printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::law::fit::Watch;

/// A watch that Ctrl-C cancels. The second Ctrl-C kills the program, and so does the first after this is dropped.
#[derive(Debug)]
pub(super) struct Interruptible<W> {
    watch: W,
    asked: Arc<AtomicBool>,
}

impl<W> Interruptible<W> {
    /// Listens from now on.
    pub(super) fn new(watch: W) -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        listen(&asked);
        Self { watch, asked }
    }
}

impl<W: Watch> Watch for Interruptible<W> {
    fn cancelled(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.watch.cancelled()
    }

    fn progress(&self, done: usize, of: usize) {
        self.watch.progress(done, of);
    }
}

impl<W> Drop for Interruptible<W> {
    fn drop(&mut self) {
        self.asked.store(true, Ordering::Relaxed);
    }
}

/// Without the handlers Ctrl-C kills the program, as it does anyway elsewhere.
#[cfg(unix)]
fn listen(asked: &Arc<AtomicBool>) {
    use signal_hook::consts::SIGINT;
    use signal_hook::flag;
    /// What shells expect of a program that SIGINT ended.
    const INTERRUPTED: i32 = 128 + SIGINT;
    // In this order: the first Ctrl-C finds the flag unset and sets it for the second.
    if flag::register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(asked)).is_ok() {
        let _ = flag::register(SIGINT, Arc::clone(asked));
    }
}

#[cfg(not(unix))]
const fn listen(_asked: &Arc<AtomicBool>) {}
