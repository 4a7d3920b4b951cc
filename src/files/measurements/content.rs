//! What is in a file, as far as a reader must know: entries, one object, or text.

use serde_json::{Map, Value};

use super::json;
use super::measurement::Place;
use super::row::Row;
use engine::error::{Error, Result};

/// An element of a list, with its place.
pub(super) type Entry = (Place, Value);

/// A file's content.
#[derive(Debug)]
pub(super) enum Content<'a> {
    /// A list of objects, or one on each line; at least one.
    Entries(Vec<Entry>),
    /// An object that is the whole file.
    Object(Row),
    /// Anything else, or a table.
    Text(&'a str),
    /// A JSON value that is neither list nor object.
    Value,
}

impl<'a> Content<'a> {
    /// The content, as far as it must be read to tell which tool wrote it.
    pub(super) fn of(text: &'a str) -> Result<Self> {
        if !looks_like_json(text.trim_start()) {
            return Ok(Self::Text(text));
        }
        match json::parse(text) {
            Ok(Value::Array(entries)) if entries.is_empty() => {
                Err(Error::new("there are no measurements in the file").expected("one entry for each test"))
            }
            Ok(Value::Array(entries)) => {
                Ok(Self::Entries((1..).zip(entries).map(|(place, entry)| (Place::Entry(place), entry)).collect()))
            }
            Ok(Value::Object(object)) => Ok(Self::Object(Row::new(object))),
            Ok(_) => Ok(Self::Value),
            // More after the first object: JSON Lines, where each line stands for itself.
            Err(error) => lines(text).unwrap_or(Err(error)).map(Self::Entries),
        }
    }
}

/// A list of objects, or an object; logs begin with brackets too: `[INFO]`, `[11/22/2026-19:13:49]`.
fn looks_like_json(start: &str) -> bool {
    let inner = start.strip_prefix('[').map_or(start, str::trim_start);
    inner.starts_with(['{', ']', '['])
}

/// The objects on the lines of a text whose first line is one; `None` for other texts.
fn lines(text: &str) -> Option<Result<Vec<Entry>>> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let first = lines.next()?;
    json::parse(first.1).ok()?.as_object()?;
    let value = |(number, line): (u64, &str)| {
        Ok((Place::Line(number), json::parse(line).map_err(|error| error.at_line(number))?))
    };
    Some(std::iter::once(first).chain(lines).map(value).collect())
}

/// The keys of the first entry.
pub(super) fn first_keys(entries: &[Entry]) -> Vec<&str> {
    let first = entries.first().and_then(|(_, entry)| entry.as_object());
    first.into_iter().flat_map(Map::keys).map(String::as_str).collect()
}
