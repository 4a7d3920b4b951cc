//! Progress of work that consists of several fits. It counts fits, not their starts.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::fit::Watch;

/// A watcher for fits that are steps of something larger.
pub(super) struct Steps<'a> {
    whole: &'a dyn Watch,
    done: AtomicUsize,
    of: usize,
}

impl<'a> Steps<'a> {
    pub(super) fn new(whole: &'a dyn Watch, of: usize) -> Self {
        Self { whole, done: AtomicUsize::new(0), of }
    }

    pub(super) fn finish_one(&self) {
        self.whole.progress(self.done.fetch_add(1, Ordering::Relaxed) + 1, self.of);
    }
}

impl Watch for Steps<'_> {
    fn cancelled(&self) -> bool {
        self.whole.cancelled()
    }
}
