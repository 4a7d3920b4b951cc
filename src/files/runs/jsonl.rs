//! JSON Lines: one object per run, keys as in CSV's header.
//!
//! Keys may differ from line to line, as they do when trainers of different models append to one file. A first object
//! without a shape or a loss may speak for the file: `{"synthetic": true, "law": "paper"}`. `NaN` is read as Python
//! writes it, so that one in a key that nobody reads does no harm.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::cell::Cell;
use super::columns::Columns;
use super::field::Field;
use super::mapping::Mapping;
use super::row::Row;
use super::{Table, no_runs};
use crate::python_json;
use engine::error::{Error, Result};

pub(super) fn read(text: &str, told: &Mapping) -> Result<Table> {
    let mut table = Table::default();
    let mut first = true;
    for (number, line) in (1u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        read_line(&mut table, line, told, first).map_err(|error| error.at_line(number))?;
        first = false;
    }
    if table.runs.is_empty() {
        return Err(no_runs());
    }
    let used = table.used.iter().map(|used| used.column.as_str());
    told.check(&used.chain(table.ignored.iter().map(String::as_str)).collect::<Vec<_>>())?;
    Ok(table)
}

/// The keys of the first run: those of later ones may differ, and a file that grows stays the same file.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let objects = text.lines().filter(|line| !line.trim().is_empty()).take(2).map(object);
    let mut keys = objects.map_while(|object| Some(object.ok()?.0.into_iter().map(|(key, _)| key).collect()));
    let first: Vec<String> = keys.next()?;
    let columns = Columns::new(first.iter().map(String::as_str), &Mapping::default()).ok();
    let header = columns.is_some_and(|columns| speaks_for_the_file(&columns));
    if header { keys.next() } else { Some(first) }
}

fn read_line(table: &mut Table, line: &str, told: &Mapping, first: bool) -> Result<()> {
    let Object(entries) = object(line)?;
    let columns = Columns::new(entries.iter().map(|(key, _)| key.as_str()), told)?;
    let row = Row(columns
        .iter()
        .zip(&entries)
        .filter_map(|((column, field), (_, value))| Some(cell(column, field?, value)))
        .collect::<Result<_>>()?);
    table.synthetic |= row.is_synthetic()?;
    if first && speaks_for_the_file(&columns) {
        return Ok(());
    }
    columns.require().or_else(|error| {
        told.check(&columns.iter().map(|(name, _)| name).collect::<Vec<_>>())?;
        Err(error)
    })?;
    columns.record(&mut table.used, &mut table.ignored);
    if !row.is_blank() {
        table.runs.push(row.run(table.runs.len() + 1)?);
    }
    Ok(())
}

fn speaks_for_the_file(columns: &Columns) -> bool {
    columns.gives(Field::Synthetic)
        && ![Field::Layers, Field::Width, Field::Loss].into_iter().any(|field| columns.gives(field))
}

fn cell<'a>(column: &'a str, field: Field, value: &'a Value) -> Result<Cell<'a>> {
    let (text, kind) = match value {
        Value::Null => (Cow::Borrowed(""), None),
        Value::Bool(truth) => (Cow::Borrowed(if *truth { "true" } else { "false" }), None),
        Value::Number(number) => (Cow::Owned(number.to_string()), None),
        Value::String(text) => (Cow::Borrowed(text.trim()), None),
        Value::Array(_) => (Cow::Borrowed(""), Some("an array")),
        Value::Object(_) => (Cow::Borrowed(""), Some("an object")),
    };
    let cell = Cell { field, column, text };
    match kind {
        Some(kind) => Err(cell.refuse(format!("the value is {kind}"))),
        None => Ok(cell),
    }
}

fn object(line: &str) -> Result<Object> {
    let line = line.trim();
    if line.starts_with('[') {
        return Err(Error::new("an array where a run is due")
            .expected("one object per line")
            .hint("take the objects out of the array: jq -c '.[]' runs.json > runs.jsonl"));
    }
    serde_json::from_str(&python_json::without_bare_words(line)).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let what = if error.is_data() {
            message.to_owned()
        } else {
            format!("not JSON at character {}: {message}", error.column())
        };
        let refused = Error::new(what).expected("one object per line");
        if error.is_eof() {
            refused.hint("put the whole object on one line: jq -c . runs.json > runs.jsonl")
        } else {
            refused
        }
    })
}

/// An object's entries as written: unlike a map, it shows a key that stands twice.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
