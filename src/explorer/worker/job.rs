//! What every job on a lane has in common, and what it knows of whoever asked for it.

use std::any::TypeId;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::explorer::message::Message;
use engine::law::fit::Watch;

/// Work that is done off the screen's thread. Jobs of one type share a lane, where the newest is the one that counts.
pub(in crate::explorer) trait Job: Send + Sync + 'static {
    /// Does it. A job that was overtaken is dropped without a word, unless something waits for its answer.
    fn run(&self, listener: &dyn Listener) -> Option<Message>;

    /// The answer where a bug of ours stopped it; none where nothing waits for one.
    fn crashed(&self) -> Option<Message>;

    /// Its lane.
    fn lane(&self) -> TypeId {
        TypeId::of::<Self>()
    }

    /// Other lanes whose jobs it overtakes as well.
    fn clears(&self) -> Vec<TypeId> {
        Vec::new()
    }
}

/// Whoever asked for a job.
pub(in crate::explorer) trait Listener: Sync {
    /// Whether something newer has been asked for.
    fn is_overtaken(&self) -> bool;

    /// Is told what there is before the work is done.
    fn tell(&self, message: Message);
}

/// One who waits for the answer, and wants to hear of nothing else.
pub(in crate::explorer) struct Patient;

impl Listener for Patient {
    fn is_overtaken(&self) -> bool {
        false
    }

    fn tell(&self, _: Message) {}
}

/// A [`Watch`] that stops work which is overtaken, and says nothing of its progress.
pub(super) struct Quiet<'a>(pub(super) &'a dyn Listener);

impl Watch for Quiet<'_> {
    fn cancelled(&self) -> bool {
        self.0.is_overtaken()
    }
}

/// A [`Watch`] that stops work which is overtaken, and tells what `report` makes of its progress.
pub(super) struct Reporting<'a, R> {
    listener: &'a dyn Listener,
    report: R,
    /// When something was reported last.
    last: Mutex<Instant>,
}

/// Progress is reported at most so often. Work that takes no longer than this reports none.
const INTERVAL: Duration = Duration::from_millis(100);

impl<'a, R: Fn(usize, usize) -> Message + Sync> Reporting<'a, R> {
    pub(super) fn to(listener: &'a dyn Listener, report: R) -> Self {
        Self { listener, report, last: Mutex::new(Instant::now()) }
    }
}

impl<R: Fn(usize, usize) -> Message + Sync> Watch for Reporting<'_, R> {
    fn cancelled(&self) -> bool {
        self.listener.is_overtaken()
    }

    fn progress(&self, done: usize, of: usize) {
        if let Ok(mut last) = self.last.try_lock()
            && last.elapsed() >= INTERVAL
        {
            *last = Instant::now();
            self.listener.tell((self.report)(done, of));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Hears everything until it is overtaken.
    #[derive(Default)]
    struct Ear {
        overtaken: AtomicBool,
        heard: Mutex<Vec<(u16, u16)>>,
    }

    impl Listener for Ear {
        fn is_overtaken(&self) -> bool {
            self.overtaken.load(Ordering::Relaxed)
        }

        fn tell(&self, message: Message) {
            if let (Message::Resized(done, of), Ok(mut heard)) = (message, self.heard.lock()) {
                heard.push((done, of));
            }
        }
    }

    #[test]
    fn progress_becomes_messages_but_not_every_step_of_it() {
        let ear = Ear::default();
        let heard = || ear.heard.lock().unwrap().clone();
        let watch = Reporting::to(&ear, |done, of| Message::Resized(done as u16, of as u16));
        watch.progress(1, 64);
        assert!(heard().is_empty(), "too early to be worth a frame");
        *watch.last.lock().unwrap() -= INTERVAL;
        watch.progress(2, 64);
        watch.progress(3, 64);
        assert_eq!(heard(), [(2, 64)]);
        assert!(!watch.cancelled());
        ear.overtaken.store(true, Ordering::Relaxed);
        assert!(watch.cancelled() && Quiet(&ear).cancelled());
    }
}
