//! What is in a file, as far as a reader must know: entries, one object, or text.

use serde_json::{Map, Value};

use super::json;
use super::measurement::Place;
use super::row::Row;
use crate::python_json;
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

/// The objects within a text that is not JSON as a whole: logs before it (`2>&1`), between its entries, or a stream of
/// server-sent events. Each begins on a line of its own.
///
/// Beside them the error where one of them is cut off, which ends the search.
pub(super) fn within(text: &str) -> (Vec<Entry>, Option<Error>) {
    let text = python_json::without_bare_words(text);
    let mut entries = Vec::new();
    let (mut rest, mut line): (&str, u64) = (&text, 1);
    while !rest.is_empty() {
        let start = rest.trim_start_matches([' ', '\t', '[', ',']);
        let start = start.strip_prefix("data:").map_or(start, str::trim_start);
        let mut length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        if start.starts_with('{') {
            match json::first(start) {
                Ok(Some((value, read))) => {
                    entries.push((Place::Line(line), value));
                    length = rest.len() - start.len() + read;
                    // What follows on its last line is no line of its own.
                    length += rest[length..].find('\n').map_or(rest.len() - length, |end| end + 1);
                }
                Ok(None) => {}
                Err(error) => return (entries, Some(error.at_line(line))),
            }
        }
        line += rest[..length].bytes().filter(|byte| *byte == b'\n').count() as u64;
        rest = &rest[length..];
    }
    (entries, None)
}

/// The keys of the first entry.
pub(super) fn first_keys(entries: &[Entry]) -> Vec<&str> {
    let first = entries.first().and_then(|(_, entry)| entry.as_object());
    first.into_iter().flat_map(Map::keys).map(String::as_str).collect()
}
