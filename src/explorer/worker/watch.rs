//! Watching the file that runs came from, on a thread that sleeps in the meantime.

use std::sync::Arc;

use crate::explorer::message::Message;
use crate::explorer::state::State;
use engine::error::Error;
use engine::runs::Dataset;
use files::live::{LastLine, LiveRuns, Reread};
use files::watch::{FileWatch, network_file_system};

/// A file of runs to be watched.
pub(in crate::explorer) struct WatchJob {
    /// Place of the law on the shelf.
    pub(in crate::explorer) place: usize,
    pub(in crate::explorer) source: LiveRuns,
    /// What is known of it.
    pub(in crate::explorer) dataset: Arc<Dataset>,
}

impl WatchJob {
    /// For a law on the shelf; none if its runs cannot change.
    pub(in crate::explorer) fn of(state: &State, place: usize) -> Option<Self> {
        let entry = &state.shelf.laws[place];
        let (live, dataset) = (entry.live.as_ref()?, entry.dataset.as_ref()?);
        Some(Self { place, source: live.source.clone(), dataset: Arc::clone(dataset) })
    }
}

/// Reads a file again whenever it changes and reports what is new, as long as `tell` says that somebody listens.
pub(super) fn watch(job: &WatchJob, tell: &dyn Fn(Message) -> bool) -> Result<(), Error> {
    let WatchJob { place, source, dataset } = job;
    let mut told = Ok(Reread { dataset: Arc::clone(dataset), last_line: LastLine::Complete });
    let mut watch = FileWatch::on(source.path())?;
    if let Some(kind) = network_file_system(source.path()) {
        let reason = Error::new(format!("on a network file system ({kind}) changes by other machines go unnoticed"));
        tell(Message::Unwatched(*place, reason.in_source(source.path().display().to_string())));
    }
    loop {
        // Before the first wait too, because the file may have changed between the first reading and now.
        let now = source.reread();
        if now != told && !tell(Message::Reread { place: *place, outcome: now.clone() }) {
            return Ok(());
        }
        told = now;
        watch.wait()?;
    }
}
