//! Rows of any format on their way to runs: which columns they have, whether they are finished, what they give.
//!
//! A table of text has one header. Objects each have their own keys, which seldom differ from those of the one before,
//! so columns are looked up when the keys change and not for each object.

use std::borrow::Cow;
use std::collections::HashSet;

use super::cell::Cell;
use super::columns::{Columns, Used};
use super::dialect::Dialect;
use super::field::Field;
use super::mapping::Mapping;
use super::numbers::Decimal;
use super::row::Row;
use super::value::{Entries, flattened};
use super::{Table, grouped, no_runs};
use engine::error::{Error, Result};

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a text, from 1.
    Line(u64),
    /// In a table without lines, from 1.
    Row(u64),
    /// In files of its own.
    Whole,
}

impl Place {
    pub(super) fn of(self, error: Error) -> Error {
        match self {
            Self::Line(line) => error.at_line(line),
            Self::Row(row) => error.at_row(row),
            Self::Whole => error,
        }
    }

    pub(super) fn in_words(self) -> String {
        match self {
            Self::Line(line) => format!("line {line}"),
            Self::Row(row) => format!("row {row}"),
            Self::Whole => "the run".to_owned(),
        }
    }
}

/// A table that grows by rows.
pub(super) struct Rows<'t> {
    told: &'t Mapping,
    decimal: Decimal,
    table: Table,
    columns: Columns,
    /// Whether [`Self::columns`] can give a run.
    complete: bool,
    /// Columns that [`Table::used`] and [`Table::ignored`] have.
    known: HashSet<(Option<Field>, String)>,
    /// Whether no row has come yet.
    first: bool,
}

impl<'t> Rows<'t> {
    pub(super) fn new(dialect: Dialect, told: &'t Mapping) -> Self {
        Self {
            told,
            decimal: Decimal::default(),
            table: Table { dialect, ..Table::default() },
            columns: Columns::default(),
            complete: false,
            known: HashSet::new(),
            first: true,
        }
    }

    /// The header of all rows.
    pub(super) fn header(&mut self, names: &[&str]) -> Result<()> {
        if self.table.dialect == Dialect::Plain {
            self.table.dialect = Dialect::of_keys(names.iter().copied());
        }
        self.told.check(names)?;
        self.columns = Columns::new(names.iter().copied(), self.told)?;
        self.columns.require()?;
        self.complete = true;
        self.remember();
        Ok(())
    }

    /// Which columns are looked at.
    pub(super) fn needed(&self) -> Vec<bool> {
        let dialect = self.table.dialect;
        self.columns.iter().map(|(column, field)| field.is_some() || dialect.is_status(column)).collect()
    }

    pub(super) const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How numbers are written.
    pub(super) fn set_decimal(&mut self, decimal: Decimal) {
        self.decimal = decimal;
        if decimal == Decimal::Comma {
            self.table.remarks.push("decimal commas read as points".to_owned());
        }
    }

    /// The rows are drawn from a law.
    pub(super) fn set_synthetic(&mut self) {
        self.table.synthetic = true;
    }

    /// Adds the row whose cell in the i-th column of the header is `text(i)`.
    pub(super) fn push<'r>(&mut self, place: Place, text: &dyn Fn(usize) -> Cow<'r, str>) -> Result<()> {
        self.add(place, text).map_err(|error| place.of(error))
    }

    fn add<'r>(&mut self, place: Place, text: &dyn Fn(usize) -> Cow<'r, str>) -> Result<()> {
        if let Some(skipped) = self.table.dialect.unfinished(&self.columns, text, place) {
            self.table.skipped.push(skipped);
            return Ok(());
        }
        let speaks = self.first && speaks_for_the_file(&self.columns);
        if !self.complete && !speaks {
            self.require()?;
        }
        let cells = self.columns.iter().enumerate().filter_map(|(index, (column, field))| {
            let field = field?;
            Some(Cell { field, column, text: self.decimal.plain(field, text(index)) })
        });
        let row = Row(cells.collect());
        self.table.synthetic |= row.is_synthetic()?;
        if !speaks && !row.is_blank() {
            self.table.runs.push(row.run(self.table.runs.len() + 1)?);
        }
        Ok(())
    }

    /// Adds the object with these entries, nested ones by their paths.
    pub(super) fn push_object(&mut self, place: Place, entries: Entries<'_>) -> Result<()> {
        let entries = flattened(entries);
        let names = || entries.iter().map(|(key, _)| key.trim());
        if !self.columns.iter().map(|(name, _)| name).eq(names()) {
            self.columns = Columns::new(names(), self.told).map_err(|error| place.of(error))?;
            self.complete = false;
            let speaks = self.first && speaks_for_the_file(&self.columns);
            if self.table.dialect == Dialect::Plain {
                self.table.dialect = Dialect::of_keys(names());
            }
            if !speaks {
                self.remember();
            }
        }
        self.push(place, &|index| entries.get(index).map(|(_, value)| value.text()).unwrap_or_default())?;
        self.first = false;
        Ok(())
    }

    /// Fails where the keys of an object cannot give a run, or where they are not those that were told.
    fn require(&mut self) -> Result<()> {
        self.columns.require().or_else(|error| {
            self.told.check(&self.columns.iter().map(|(name, _)| name).collect::<Vec<_>>())?;
            Err(error)
        })?;
        self.complete = true;
        Ok(())
    }

    /// Adds the columns to what is known of the file's columns.
    fn remember(&mut self) {
        let Table { dialect, used, ignored, .. } = &mut self.table;
        for (column, field) in self.columns.iter().filter(|(column, _)| !column.is_empty()) {
            if !self.known.insert((field, column.to_owned())) {
                continue;
            }
            match field {
                Some(field) => used.push(Used { field, column: column.to_owned() }),
                None if dialect.reads(column) => {}
                None => ignored.push(column.to_owned()),
            }
        }
    }

    /// The table, in which there is a run.
    pub(super) fn finish(self) -> Result<Table> {
        let used = self.table.used.iter().map(|used| used.column.as_str());
        let seen: Vec<&str> = used.chain(self.table.ignored.iter().map(String::as_str)).collect();
        if !self.table.runs.is_empty() {
            self.told.check(&seen)?;
            return Ok(self.table);
        }
        let skipped = &self.table.skipped;
        if skipped.is_empty() {
            return Err(no_runs());
        }
        // Objects without a loss were left out as unfinished. If none of them has a key for it, that is the reason.
        self.told.check(&seen)?;
        Columns::new(seen, self.told)?.require()?;
        Err(Error::new(format!("none of the {} runs is finished: {}", skipped.len(), grouped(skipped).join(", ")))
            .expected("a run that has ended, with its loss"))
    }
}

/// Whether a first object without a shape or a loss says something of all that follow.
pub(super) fn speaks_for_the_file(columns: &Columns) -> bool {
    columns.gives(Field::Synthetic)
        && ![Field::Layers, Field::Width, Field::Loss].into_iter().any(|field| columns.gives(field))
}
