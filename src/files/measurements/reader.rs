//! What a reader of measurements is. Each content has a function type of its own, so that a reader of text can never be
//! given an object.

use super::content::Entry;
use super::found::Found;
use super::options::Options;
use super::row::Row;
use engine::error::Result;

/// A kind of file that a tool writes, and how it is read.
#[derive(Debug)]
pub(super) struct Reader {
    /// As it is called in reports.
    pub(super) name: &'static str,
    /// Where such files come from, for those who gave another.
    pub(super) writer: Writer,
    /// For a list of objects, or one on each line.
    pub(super) entries: Option<OfEntries>,
    /// For a single object.
    pub(super) object: Option<OfObject>,
    /// For text.
    pub(super) text: Option<OfText>,
}

/// Where files come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// A tool, with its options.
    Tool(&'static str),
    /// People collect them.
    People(&'static str),
}

/// Whether entries are of this kind, and their measurements.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfEntries {
    pub(super) recognises: fn(&[Entry]) -> bool,
    pub(super) read: fn(&str, Vec<Entry>, &Options<'_>) -> Result<Found>,
}

/// Whether an object is of this kind, and its measurements.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfObject {
    pub(super) recognises: fn(&Row) -> bool,
    pub(super) read: fn(&str, Row, &Options<'_>) -> Result<Found>,
}

/// Whether a text is of this kind, and its measurements.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfText {
    pub(super) recognises: fn(&str) -> bool,
    pub(super) read: fn(&str, &str, &Options<'_>) -> Result<Found>,
}

impl Reader {
    /// One that reads nothing yet.
    pub(super) const fn new(name: &'static str, writer: Writer) -> Self {
        Self { name, writer, entries: None, object: None, text: None }
    }
}
