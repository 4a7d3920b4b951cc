//! Runs from Parquet. Only columns that give something are read, so that a column of another kind does no harm.

use std::borrow::Cow;

use serde_json::Number;

use super::Table;
use super::dialect::Dialect;
use super::literal::dictionary;
use super::mapping::Mapping;
use super::rows::{Place, Rows};
use super::value::{Value, flattened, is_private};
use crate::parquet::{Cell, Parquet};
use engine::error::Result;

/// How many cells are looked at to learn whether a column of texts holds dictionaries.
const LOOKED_AT: usize = 20;

pub(super) fn read(source: &str, bytes: &[u8], told: &Mapping) -> Result<Table> {
    let file = Parquet::open(source, bytes)?;
    let mut rows = Rows::new(Dialect::Plain, told);
    if holds_dictionaries(&file) {
        read_nested(&file, &mut rows)?;
        return rows.finish();
    }
    rows.header(&file.names().collect::<Vec<_>>())?;
    let columns: Vec<Vec<Cell>> = rows
        .needed()
        .into_iter()
        .enumerate()
        .map(|(column, is_needed)| if is_needed { file.column(column) } else { Ok(Vec::new()) })
        .collect::<Result<_>>()?;
    for row in 0..file.rows() {
        let cell = |column: usize| columns.get(column).and_then(|cells| cells.get(row)).map_or(Cow::Borrowed(""), text);
        rows.push(Place::Row(row as u64 + 1), &cell)?;
    }
    rows.finish()
}

/// The names of the columns; of dictionaries in cells, the keys of the first run.
pub(super) fn names(source: &str, bytes: &[u8]) -> Option<Vec<String>> {
    let file = Parquet::open(source, bytes).ok()?;
    if !holds_dictionaries(&file) {
        return Some(file.names().map(str::to_owned).collect());
    }
    let columns = readable(&file);
    let entries =
        columns.iter().filter_map(|(name, cells)| Some((Cow::Borrowed(name.as_str()), value(cells.first()?))));
    Some(flattened(entries.collect()).into_iter().map(|(key, _)| key.into_owned()).collect())
}

fn holds_dictionaries(file: &Parquet<'_>) -> bool {
    file.names().enumerate().filter(|(column, name)| file.is_text(*column) && !is_private(name)).any(|(column, _)| {
        let cells = file.column(column).unwrap_or_default();
        cells.iter().take(LOOKED_AT).any(|cell| matches!(cell, Cell::Text(text) if dictionary(text).is_some()))
    })
}

fn readable(file: &Parquet<'_>) -> Vec<(String, Vec<Cell>)> {
    let columns =
        file.names().enumerate().filter_map(|(column, name)| Some((name.to_owned(), file.column(column).ok()?)));
    columns.collect()
}

fn read_nested(file: &Parquet<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let columns = readable(file);
    for row in 0..file.rows() {
        let entries = columns
            .iter()
            .map(|(name, cells)| (Cow::Borrowed(name.as_str()), cells.get(row).map_or(Value::Null, value)));
        rows.push_object(Place::Row(row as u64 + 1), entries.collect())?;
    }
    Ok(())
}

/// As it would stand in a table of text.
fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => Cow::Borrowed(text.trim()),
        other => Cow::Owned(value(other).text().into_owned()),
    }
}

fn value(cell: &Cell) -> Value<'_> {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(truth) => Value::Bool(*truth),
        Cell::Whole(number) => match Number::from_i128(*number) {
            Some(number) => Value::Number(number),
            None => Value::Text(number.to_string().into()),
        },
        Cell::Real(number) => match Number::from_f64(*number) {
            Some(number) => Value::Number(number),
            None => Value::Text(number.to_string().into()),
        },
        Cell::Text(text) => match dictionary(text) {
            Some(entries) => Value::Object(entries),
            None => Value::Text(Cow::Borrowed(text)),
        },
        Cell::List(cells) => Value::List(cells.iter().map(value).collect()),
    }
}
