//! Training runs from CSV, JSON Lines, trackers' run tables and trainers' directories, for the fit.
//!
//! People bring tables from many trainers, so columns go by many names; a name that could mean two things is refused
//! instead of guessed. A file loads whole or not at all: a law fitted to the half of a file that happened to parse
//! would look as good as any other; only what a tracker or trainer marks as unfinished is left out, by name. What was
//! read, ignored, skipped and assumed comes back with the runs ([`Loaded`]), so that every reader can say so. Nothing
//! here touches the file system: bytes in, runs out.
//!
//! `datasets/README.md` describes the columns for those who write such files.

mod cell;
mod cells;
mod columnar;
mod columns;
mod csv;
mod dialect;
pub mod directory;
mod document;
mod field;
mod frame;
mod guess;
mod json;
mod lack;
mod literal;
mod lm_eval;
mod mapping;
mod notes;
mod numbers;
mod question;
mod row;
mod rows;
mod sweep;
mod table_file;
mod trainer_state;
mod unit;
mod value;
pub mod write;
mod yaml;

use std::fmt::{self, Write as _};

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use columns::Used;
pub use dialect::Dialect;
pub use field::Field;
pub use mapping::{ColumnChoice, Mapping, Reading};
pub use sweep::BestOf;
pub use table_file::{Format, TableFile};

use self::columns::Columns;
use self::field::is_bare_loss;
use engine::error::{Error, Result};
use engine::runs::{Dataset, Run};
use engine::text::{shown, some_of};

/// A run that was left out, for people who wonder where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Skipped {
    /// What the run is called.
    pub name: String,
    /// Why it is no run to fit.
    pub reason: String,
}

/// `baseline (running)`.
impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", shown(&self.name), self.reason)
    }
}

/// Runs that were left out, those with one reason together: `a, b and 12 more (no loss)`. No more of either than anybody
/// reads.
pub fn grouped(skipped: &[Skipped]) -> Vec<String> {
    const MOST_NAMES: usize = 4;
    const MOST_REASONS: usize = 6;
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for Skipped { name, reason } in skipped {
        match groups.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push(shown(name)),
            None => groups.push((reason, vec![shown(name)])),
        }
    }
    let in_words = |(reason, names): &(&str, Vec<String>)| {
        let more = names.len().saturating_sub(MOST_NAMES);
        let shown = names[..names.len() - more].join(", ");
        if more == 0 { format!("{shown} ({reason})") } else { format!("{shown} and {more} more ({reason})") }
    };
    let mut words: Vec<String> = groups.iter().take(MOST_REASONS).map(in_words).collect();
    let rest: usize = groups.iter().skip(MOST_REASONS).map(|(_, names)| names.len()).sum();
    if rest > 0 {
        words.push(format!("{rest} more for other reasons"));
    }
    words
}

/// Whether somebody said what the columns mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Nobody: they go by their names.
    #[default]
    Nothing,
    /// The command line.
    Now,
    /// The command line of an earlier time, for a file with the same header.
    Earlier,
}

/// A file of runs, with what was made of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The runs.
    pub dataset: Dataset,
    /// Who wrote them down.
    pub dialect: Dialect,
    /// Which column gave which field, in the file's order.
    pub used: Vec<Used>,
    /// Columns that are not known here, in the file's order; of a directory, what holds no run.
    pub ignored: Vec<String>,
    /// Runs without a result, in the file's order.
    pub skipped: Vec<Skipped>,
    /// Whether the columns are as told.
    pub told: Told,
    /// What was told of them.
    pub mapping: Mapping,
    /// What else a reader of the numbers should know, in sentences.
    pub remarks: Vec<String>,
}

impl Loaded {
    /// What stands in for what the file does not have, and what else there is to know.
    pub fn assumed(&self) -> Vec<String> {
        let gives =
            |field: Field| self.used.iter().any(|used| used.field == field) || self.mapping.text_of(field).is_some();
        let absent = |field: Field| !gives(field);
        let assumptions: &[(Field, &str)] = match self.dialect {
            // There it is all in config.json.
            Dialect::TrainerDirectories => &[],
            _ if absent(Field::Layers) => &[(
                Field::Layers,
                "no shapes: a law of sizes, blind to all else; parameters as the file counts them, perhaps with embeddings",
            )],
            _ => &[
                (Field::KvHeads, "no kv_heads: taken as multi-head attention, kv_heads = heads"),
                (Field::Experts, "no experts: taken as dense"),
            ],
        };
        let assumed = assumptions.iter().filter(|(field, _)| absent(*field)).map(|(_, words)| (*words).to_owned());
        assumed.chain(self.doubtful_loss()).chain(self.remarks.iter().cloned()).collect()
    }

    /// The Trainer's callbacks log the loss of training batches as `loss`; in a table of one's own it is the held-out one.
    fn doubtful_loss(&self) -> Option<String> {
        let exported =
            matches!(self.dialect, Dialect::Wandb | Dialect::Tracker | Dialect::Mlflow) && self.told == Told::Nothing;
        let loss = self.used.iter().find(|used| used.field == Field::Loss && is_bare_loss(&used.column))?;
        exported.then(|| {
            format!("'{}' taken as the held-out loss, though trainers log the training loss by that name", loss.column)
        })
    }

    /// Adds a remark, also to the dataset's own account of itself.
    pub fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
        self.dataset.reading = Some(self.summary());
    }

    /// Says when the columns were told.
    pub fn tell(&mut self, told: Told) {
        self.told = told;
        self.dataset.reading = Some(self.summary());
    }

    /// That the columns are as told, and when.
    pub const fn told_in_words(&self) -> Option<&'static str> {
        match self.told {
            Told::Nothing => None,
            Told::Now => Some("columns as told"),
            Told::Earlier => Some("columns as told earlier for this header"),
        }
    }

    /// One line for status bars and logs: `173 runs; loss from 'val_loss'; ignored: vocab, wall_s`.
    pub fn summary(&self) -> String {
        let count = self.dataset.runs.len();
        let mut parts = vec![format!("{count} {}", if count == 1 { "run" } else { "runs" })];
        if self.dialect != Dialect::Plain {
            parts.push(self.dialect.to_string());
        }
        if self.dataset.synthetic {
            parts.push("synthetic".to_owned());
        }
        parts.extend(self.told_in_words().map(str::to_owned));
        parts.extend(self.used.iter().filter(|used| used.field.name() != used.column).map(Used::to_string));
        parts.extend(self.assumed());
        if !self.skipped.is_empty() {
            parts.push(format!("{} skipped: {}", self.skipped.len(), grouped(&self.skipped).join(", ")));
        }
        if !self.ignored.is_empty() {
            parts.push(format!("ignored: {}", some_of(&self.ignored)));
        }
        parts.join("; ")
    }
}

/// What all formats yield before the file as a whole is judged.
#[derive(Debug, Default)]
struct Table {
    dialect: Dialect,
    runs: Vec<Run>,
    synthetic: bool,
    used: Vec<Used>,
    ignored: Vec<String>,
    skipped: Vec<Skipped>,
    remarks: Vec<String>,
}

/// Reads all runs of a file by the names of its columns; `source` is its name, for messages and for the dataset's name.
pub fn parse(source: &str, format: Format, bytes: &[u8]) -> Result<Loaded> {
    parse_as(source, format, bytes, &Mapping::default())
}

/// Reads all runs of a file, the columns as told where something is told.
pub fn parse_as(source: &str, format: Format, bytes: &[u8], told: &Mapping) -> Result<Loaded> {
    TableFile::open_as(source, format, bytes)?.read(told)
}

fn no_runs() -> Error {
    Error::new("there are no runs in the file").expected("one line for each run, in CSV below a header")
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
