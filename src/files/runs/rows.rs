//! Rows of any format on their way to runs: which columns they have, whether they are finished, what they give.
//!
//! A table of text has one header. Objects each have their own keys, which seldom differ from those of the one before,
//! so columns are looked up when the keys change and not for each object.

use std::borrow::Cow;
use std::collections::HashSet;

use super::cell::Cell;
use super::columns::{Columns, Source, Used};
use super::dialect::Dialect;
use super::field::Field;
use super::mapping::Mapping;
use super::notes::Notes;
use super::numbers::Decimal;
use super::question::questions;
use super::row::{Reading, Row};
use super::sweep::{SettingColumns, Settings};
use super::unit::LossUnit;
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
    setting_columns: SettingColumns,
    settings: Settings,
    notes: Notes,
    /// The largest vocabulary.
    vocab: Option<u64>,
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
            setting_columns: SettingColumns::default(),
            settings: Settings::default(),
            notes: Notes::default(),
            vocab: None,
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
        self.take(Columns::new(names.iter().copied(), self.told)?);
        self.columns.require(self.told)?;
        self.complete = true;
        self.remember();
        Ok(())
    }

    fn take(&mut self, columns: Columns) {
        self.setting_columns = SettingColumns::of(&columns, &self.told.best_of);
        self.columns = columns;
        self.complete = false;
    }

    /// Which columns are looked at.
    pub(super) fn needed(&self) -> Vec<bool> {
        let dialect = self.table.dialect;
        let is_setting = |place: usize| self.setting_columns.contains(place);
        self.columns
            .iter()
            .enumerate()
            .map(|(place, (column, field))| field.is_some() || dialect.is_status(column) || is_setting(place))
            .collect()
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
        let cells = self.columns.givers().iter().map(|giver| match &giver.source {
            Source::Column(place) => Cell {
                field: giver.field,
                column: self.columns.name(*place),
                text: self.decimal.plain(giver.field, text(*place)),
                scale: giver.scale,
            },
            Source::Constant(value) => {
                Cell { field: giver.field, column: "--columns", text: Cow::Borrowed(value), scale: giver.scale }
            }
        });
        let row = Row(cells.collect());
        self.table.synthetic |= row.is_synthetic()?;
        if speaks || row.is_blank() {
            return Ok(());
        }
        let reading = Reading { sizes: !self.columns.has_whole_shape(), loss_unit: self.columns.loss_unit() };
        self.notes.at(place);
        let run = row.run(self.table.runs.len() + 1, reading, &mut self.notes)?;
        self.vocab = self.vocab.max(row.vocab());
        self.table.runs.push(run);
        self.settings.push(&self.columns, &self.setting_columns, text);
        Ok(())
    }

    /// Adds the object with these entries, nested ones by their paths.
    pub(super) fn push_object(&mut self, place: Place, entries: Entries<'_>) -> Result<()> {
        let entries = flattened(entries);
        let names = || entries.iter().map(|(key, _)| key.trim());
        if !self.columns.names().eq(names()) {
            self.take(Columns::new(names(), self.told).map_err(|error| place.of(error))?);
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
        self.columns.require(self.told).or_else(|error| {
            self.told.check(&self.columns.names().collect::<Vec<_>>())?;
            Err(error)
        })?;
        self.complete = true;
        Ok(())
    }

    /// Adds the columns to what is known of the file's columns.
    fn remember(&mut self) {
        let Table { dialect, used, ignored, remarks, .. } = &mut self.table;
        for giver in self.columns.givers() {
            let (column, is_constant) = match &giver.source {
                Source::Column(place) => (self.columns.name(*place), false),
                Source::Constant(value) => (value.as_str(), true),
            };
            if !self.known.insert((Some(giver.field), column.to_owned())) {
                continue;
            }
            if is_constant {
                remarks.push(format!("{} {column} in all runs, as told", giver.field.name()));
            } else {
                used.push(Used { field: giver.field, column: column.to_owned() });
            }
        }
        for (column, _) in self.columns.iter().filter(|(column, field)| !column.is_empty() && field.is_none()) {
            if self.known.insert((None, column.to_owned())) && !dialect.reads(column) {
                ignored.push(column.to_owned());
            }
        }
        for decided in std::mem::take(&mut self.columns.decided) {
            if !remarks.contains(&decided) {
                remarks.push(decided);
            }
        }
        let unit = self.columns.loss_unit();
        if let (Some(place), false) = (self.columns.place(Field::Loss), unit == LossUnit::NatsPerToken) {
            let remark = format!("loss in nats per token, from {} in '{}'", unit.in_words(), self.columns.name(place));
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
    }

    /// The table, in which there is a run.
    pub(super) fn finish(mut self) -> Result<Table> {
        let used = self.table.used.iter().map(|used| used.column.as_str());
        let seen: Vec<&str> = used.chain(self.table.ignored.iter().map(String::as_str)).collect();
        if !self.table.runs.is_empty() {
            self.told.check(&seen)?;
            self.told.best_of.check(&seen)?;
            self.table.remarks.extend(self.notes.remarks()?);
            self.table.remarks.extend(self.settings.take_best(&mut self.table.runs));
            let loss = self.table.used.iter().find(|used| used.field == Field::Loss);
            let tokens = self.table.used.iter().find(|used| used.field == Field::Tokens);
            let questions = questions(&self.table.runs, self.vocab, [loss, tokens])?;
            self.table.remarks.extend(questions);
            return Ok(self.table);
        }
        let skipped = &self.table.skipped;
        if skipped.is_empty() {
            return Err(no_runs());
        }
        // Objects without a loss were left out as unfinished. If none of them has a key for it, that is the reason.
        self.told.check(&seen)?;
        Columns::new(seen, self.told)?.require(self.told)?;
        Err(Error::new(format!("none of the {} runs is finished: {}", skipped.len(), grouped(skipped).join(", ")))
            .expected("a run that has ended, with its loss"))
    }
}

/// Whether a first object without a shape or a loss says something of all that follow.
pub(super) fn speaks_for_the_file(columns: &Columns) -> bool {
    columns.gives(Field::Synthetic)
        && ![Field::Layers, Field::Width, Field::Loss].into_iter().any(|field| columns.gives(field))
}
