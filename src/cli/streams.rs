//! Where a command writes, how it ends, and why it may fail. Every command needs these; they need none of the commands.

use std::io::{self, Write};
use std::path::Path;

use engine::error::Error;
use engine::law::LossLaw;
use engine::text::{escaped, shown};
use files::save::{self, SaveError};
use report::Warning;

/// What a command ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Found,
    NothingFeasible,
    NotReproduced,
}

/// Why a command has no outcome.
#[derive(Debug)]
pub(super) enum Failure {
    /// The user can mend it.
    Mendable(Error),
    /// The output went wrong.
    Output(io::Error),
    /// We have made a mistake.
    Bug,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Mendable(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Where a command writes.
pub(super) struct Streams<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) err: &'a mut dyn Write,
}

impl Streams<'_> {
    pub(super) fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings.iter().filter(|warning| !warning.is_general()) {
            // Nobody can be told that stderr is closed.
            let _ = writeln!(self.err, "roofscape: warning: {warning}");
        }
    }

    /// Says what was made of the columns of runs that a law was fitted to on the way.
    pub(super) fn note_reading(&mut self, law: &LossLaw) {
        if let Some(reading) = &law.reading {
            let _ = writeln!(self.err, "roofscape: note: {}: {}", shown(&law.name), escaped(reading));
        }
    }

    /// Says something that is no warning.
    pub(super) fn note(&mut self, note: Option<&str>) {
        if let Some(note) = note {
            let _ = writeln!(self.err, "roofscape: note: {}", escaped(note));
        }
    }

    /// What [`Self::deliver`] would refuse, before the work is done.
    pub(super) fn can_deliver(out: &Path, force: bool) -> Result<(), Failure> {
        if out == Path::new("-") {
            return Ok(());
        }
        let checked = if force { save::could_replace(out).map_err(SaveError::from) } else { save::could_write(out) };
        checked.map_err(unwritten)
    }

    /// Writes `bytes` where `--out` says; `-` is stdout. Says whether a file was written.
    pub(super) fn deliver(&mut self, out: &Path, force: bool, bytes: &[u8]) -> Result<bool, Failure> {
        if out == Path::new("-") {
            self.out.write_all(bytes)?;
            return Ok(false);
        }
        if force {
            save::replace(out, bytes)?;
            return Ok(true);
        }
        save::write_new(out, bytes).map(|()| true).map_err(unwritten)
    }
}

fn unwritten(error: SaveError) -> Failure {
    match error {
        SaveError::Failed(error) => error.into(),
        SaveError::Exists(path) => Error::new("the file exists already")
            .in_source(path.display().to_string())
            .hint("--force to replace it, or another name")
            .into(),
    }
}
