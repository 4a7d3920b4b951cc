//! Training runs from CSV and JSON Lines, for the fit.
//!
//! People bring tables from many trainers, so columns go by many names; a name that could mean two things is refused
//! instead of guessed. A file loads whole or not at all: a law fitted to the half of a file that happened to parse
//! would look as good as any other. What was read, ignored and assumed comes back with the runs ([`Loaded`]), so that
//! every reader can say so. Nothing here touches the file system: bytes in, runs out.
//!
//! `datasets/README.md` describes the columns for those who write such files.

mod cell;
mod columns;
mod csv;
mod jsonl;
mod row;
pub mod write;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

pub use columns::{Field, Used};

use crate::engine::runs::{Dataset, Run};
use crate::error::{Error, Result};

/// How the runs are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header line, then one line per run.
    Csv,
    /// One JSON object per line.
    JsonLines,
}

impl Format {
    /// The format that the file's extension names; where it names none, the one that the content looks like.
    pub fn of(source: &str, bytes: &[u8]) -> Self {
        let extension = Path::new(source).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Self::Csv,
            "jsonl" | "ndjson" | "json" => Self::JsonLines,
            _ => Self::of_content(bytes),
        }
    }

    fn of_content(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes).trim_ascii_start();
        if text.starts_with(b"{") || text.starts_with(b"[") { Self::JsonLines } else { Self::Csv }
    }
}

/// A file of runs, with what was made of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The runs.
    pub dataset: Dataset,
    /// Which column gave which field, in the file's order.
    pub used: Vec<Used>,
    /// Columns that are not known here, in the file's order.
    pub ignored: Vec<String>,
}

impl Loaded {
    /// What stands in for columns that the file does not have.
    pub fn assumed(&self) -> Vec<&'static str> {
        [
            (Field::KvHeads, "no kv_heads: taken as multi-head attention, kv_heads = heads"),
            (Field::Experts, "no experts: taken as dense"),
        ]
        .into_iter()
        .filter(|(field, _)| self.used.iter().all(|used| used.field != *field))
        .map(|(_, assumption)| assumption)
        .collect()
    }

    /// One line for status bars and logs: `173 runs; loss from 'val_loss'; ignored: vocab, wall_s`.
    pub fn summary(&self) -> String {
        let count = self.dataset.runs.len();
        let mut parts = vec![format!("{count} {}", if count == 1 { "run" } else { "runs" })];
        if self.dataset.synthetic {
            parts.push("synthetic".to_owned());
        }
        parts.extend(self.used.iter().filter(|used| used.field.name() != used.column).map(Used::to_string));
        parts.extend(self.assumed().into_iter().map(str::to_owned));
        if !self.ignored.is_empty() {
            parts.push(format!("ignored: {}", self.ignored.join(", ")));
        }
        parts.join("; ")
    }
}

/// What both formats yield before the file as a whole is judged.
#[derive(Debug, Default)]
struct Table {
    runs: Vec<Run>,
    synthetic: bool,
    used: Vec<Used>,
    ignored: Vec<String>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads all runs of a file; `source` is its name, for messages and for the dataset's name.
pub fn parse(source: &str, format: Format, bytes: &[u8]) -> Result<Loaded> {
    let table = text_of(bytes)
        .and_then(|text| match format {
            Format::Csv => csv::read(&text),
            Format::JsonLines => jsonl::read(&text),
        })
        .map_err(|error| error.in_source(source))?;
    let mut loaded = Loaded {
        dataset: Dataset {
            name: stem(source),
            sha256: sha256(bytes),
            synthetic: table.synthetic,
            runs: table.runs,
            origin: None,
            reading: None,
        },
        used: table.used,
        ignored: table.ignored,
    };
    loaded.dataset.reading = Some(loaded.summary());
    Ok(loaded)
}

/// UTF-8 without its mark, lines ended by `\n` alone.
fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count() as u64;
        Error::new("the file is not UTF-8 text").at_line(line).hint("save it as CSV or JSON Lines in UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err(Error::new("the file is empty").expected("one line for each run, in CSV below a header"));
    }
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() })
}

fn no_runs() -> Error {
    Error::new("there are no runs in the file").expected("one line for each run, in CSV below a header")
}

fn stem(source: &str) -> String {
    Path::new(source).file_stem().map_or_else(|| source.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
