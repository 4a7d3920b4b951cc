//! A data frame as it is written by columns: pandas' `orient='columns'`, `'list'` and `'split'`, and Parquet.
//!
//! There are no lines in it that a person counts, so an error names the row.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use super::rows::{Place, Rows};
use super::value::{Entries, Value};
use engine::error::{Error, Result};

/// Columns of the same length.
pub(super) struct Frame<'a> {
    names: Vec<Cow<'a, str>>,
    columns: Vec<Vec<Value<'a>>>,
}

impl<'a> Frame<'a> {
    /// `{"columns": ["layers", …], "data": [[12, …], …]}`, if the values under these keys are such.
    pub(super) fn split(value_of: impl Fn(&str) -> Option<&'a RawValue>) -> Result<Option<Self>> {
        let list = |key: &str| value_of(key).and_then(|raw| serde_json::from_str::<Vec<Value<'a>>>(raw.get()).ok());
        let (Some(names), Some(data)) = (list("columns"), list("data")) else { return Ok(None) };
        let names: Option<Vec<Cow<'a, str>>> = names.into_iter().map(as_name).collect();
        let (Some(names), true) = (names, data.iter().all(|row| matches!(row, Value::List(_)))) else {
            return Ok(None);
        };
        let mut columns: Vec<Vec<Value<'a>>> = names.iter().map(|_| Vec::with_capacity(data.len())).collect();
        for (number, row) in (1_u64..).zip(data) {
            let Value::List(cells) = row else { continue };
            if cells.len() != names.len() {
                let what = format!("the row has {} cells, and there are {} columns", cells.len(), names.len());
                return Err(Error::new(what).at_row(number));
            }
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        }
        Ok(Some(Self { names, columns }))
    }

    /// `{"layers": [12, …], "loss": [3.1, …]}`, if all values are arrays of one length.
    pub(super) fn of_arrays(pairs: &[(Cow<'a, str>, &'a RawValue)]) -> Option<Self> {
        if !pairs.iter().all(|(_, raw)| raw.get().starts_with('[')) {
            return None;
        }
        let columns: Option<Vec<Vec<Value<'a>>>> =
            pairs.iter().map(|(_, raw)| serde_json::from_str(raw.get()).ok()).collect();
        let columns = columns?;
        let length = columns.first()?.len();
        let is_table = columns.len() > 1 && columns.iter().all(|column| column.len() == length);
        is_table.then(|| Self { names: pairs.iter().map(|(name, _)| name.clone()).collect(), columns })
    }

    /// `{"layers": {"0": 12, …}, "loss": {"0": 3.1, …}}`. Rows are the keys in the order of their first mention.
    pub(super) fn of_objects(pairs: &[(Cow<'a, str>, &'a RawValue)]) -> Self {
        let entries = |raw: &'a RawValue| match serde_json::from_str(raw.get()) {
            Ok(Value::Object(entries)) => entries,
            _ => Entries::new(),
        };
        let mut places: HashMap<Cow<'a, str>, usize> = HashMap::new();
        let mut columns: Vec<Vec<Value<'a>>> = Vec::with_capacity(pairs.len());
        for (_, raw) in pairs {
            let mut column = vec![Value::Null; places.len()];
            for (key, value) in entries(raw) {
                let next = places.len();
                let place = *places.entry(key).or_insert(next);
                if place == column.len() {
                    column.push(value);
                } else if let Some(cell) = column.get_mut(place) {
                    *cell = value;
                }
            }
            columns.push(column);
        }
        for column in &mut columns {
            column.resize(places.len(), Value::Null);
        }
        Self { names: pairs.iter().map(|(name, _)| name.clone()).collect(), columns }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(Cow::as_ref)
    }

    pub(super) fn read(self, rows: &mut Rows<'_>) -> Result<()> {
        let length = self.columns.first().map_or(0, Vec::len);
        if self.columns.iter().flatten().any(|value| matches!(value, Value::Object(_))) {
            return self.read_nested(rows);
        }
        rows.header(&self.names().collect::<Vec<_>>())?;
        for row in 0..length {
            let text = |column: usize| self.columns.get(column).map_or(Cow::Borrowed(""), |column| column[row].text());
            rows.push(Place::Row(row as u64 + 1), &text)?;
        }
        Ok(())
    }

    /// The same where cells hold objects, such as a tracker's settings.
    fn read_nested(self, rows: &mut Rows<'_>) -> Result<()> {
        let mut columns: Vec<_> = self.columns.into_iter().map(Vec::into_iter).collect();
        let mut number = 0;
        loop {
            let cells: Option<Vec<Value<'_>>> = columns.iter_mut().map(Iterator::next).collect();
            let Some(cells) = cells.filter(|cells| !cells.is_empty()) else { return Ok(()) };
            number += 1;
            let entries = self.names.iter().map(|name| Cow::Borrowed(name.as_ref())).zip(cells);
            rows.push_object(Place::Row(number), entries.collect())?;
        }
    }
}

/// A column's name; that of several levels joined by dots.
fn as_name(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(name) => Some(name),
        Value::Number(number) => Some(number.to_string().into()),
        Value::List(levels) => {
            let levels: Option<Vec<Cow<'_, str>>> = levels.into_iter().map(as_name).collect();
            Some(levels?.join(".").into())
        }
        _ => None,
    }
}
