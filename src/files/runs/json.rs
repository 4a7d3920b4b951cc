//! JSON: one object per line, keys as in a table's header, or one document with all runs.
//!
//! Keys may differ from line to line, as they do when trainers of different models append to one file. A first object
//! without a shape or a loss may speak for the file: `{"synthetic": true, "law": "paper"}`. What is nested goes by its
//! path ([`super::value`]). `NaN` is read as Python writes it, so that one in a key that nobody reads does no harm.
//!
//! Lines stand for themselves, so the error of a broken one can name it. A text whose first line is no whole object is
//! one document ([`super::document`]).

use super::dialect::Dialect;
use super::document;
use super::mapping::Mapping;
use super::rows::{Place, Rows, speaks_for_the_file};
use super::value::{Entries, Value, flattened};
use super::{Columns, Table};
use engine::error::{Error, Result};

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// An object per line.
    Lines,
    /// One value over as many lines as it takes, or several.
    Document,
}

impl Layout {
    pub(super) fn of(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let first = lines.next().unwrap_or_default().trim();
        let is_alone = lines.next().is_none();
        // A first line that is broken in another way than by its end is a broken line.
        let goes_on = || serde_json::from_str::<serde::de::IgnoredAny>(first).is_err_and(|error| error.is_eof());
        if first.starts_with('[') || (first.starts_with('{') && (is_alone || goes_on())) {
            Self::Document
        } else {
            Self::Lines
        }
    }
}

pub(super) fn read(text: &str, told: &Mapping) -> Result<Table> {
    let mut rows = Rows::new(Dialect::Plain, told);
    match Layout::of(text) {
        Layout::Document => document::read(text, &mut rows)?,
        Layout::Lines => {
            for (line, text) in (1u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
                let entries = object(text).map_err(|error| error.at_line(line))?;
                rows.push_object(Place::Line(line), entries)?;
            }
        }
    }
    rows.finish()
}

/// The keys of the first run: those of later ones may differ, and a file that grows stays the same file.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let keys = |entries: Entries<'_>| flattened(entries).into_iter().map(|(key, _)| key.into_owned()).collect();
    if Layout::of(text) == Layout::Document {
        return document::names(text);
    }
    let objects = text.lines().filter(|line| !line.trim().is_empty()).take(2).map(object);
    let mut objects = objects.map_while(|object| Some(keys(object.ok()?)));
    let first: Vec<String> = objects.next()?;
    let columns = Columns::new(first.iter().map(String::as_str), &Mapping::default()).ok();
    let header = columns.is_some_and(|columns| speaks_for_the_file(&columns));
    if header { objects.next() } else { Some(first) }
}

/// The entries of the object that the text is.
pub(super) fn object(text: &str) -> Result<Entries<'_>> {
    let value = serde_json::from_str(text.trim()).map_err(|error| refusal(&error).expected("one object per line"))?;
    match value {
        Value::Object(entries) => Ok(entries),
        other => {
            let kind = match other {
                Value::List(_) => "an array",
                Value::Null => "null",
                Value::Bool(_) => "a truth value",
                Value::Number(_) => "a number",
                Value::Text(_) | Value::Object(_) => "a text",
            };
            Err(Error::new(format!("{kind} where a run is due")).expected("one object per line"))
        }
    }
}

/// What serde says, without the place, which is told in the words of all errors.
pub(super) fn refusal(error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    if error.is_data() {
        Error::new(message.to_owned())
    } else {
        Error::new(format!("not JSON at character {}: {message}", error.column()))
    }
}
