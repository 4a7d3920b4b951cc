//! Who wrote a CSV file: a person for this program, or an experiment tracker that exports its run table.
//!
//! The two are read by different rules. A person who writes a table can mend a line of it, so every line stands for
//! itself and a run without a loss is an error. An export holds what the tracker had: crashed runs, runs that still
//! train, and cells with JSON in them that span lines.

use std::fmt;

use ::csv::StringRecord;

use super::Skipped;
use super::columns::Columns;
use super::field::Field;

/// Who wrote the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// A person or a script.
    #[default]
    Plain,
    /// Weights & Biases, "Export" above the table of runs.
    Wandb,
    /// `mlflow experiments csv`.
    Mlflow,
    /// The Hugging Face Trainer, in directories; no table at all.
    TrainerDirectories,
}

impl Dialect {
    /// The dialect of a table with this header: W&B quotes every cell and begins with `"Name"`, `MLflow` has its
    /// columns of identity.
    pub(super) fn of(line: &str, header: &StringRecord) -> Self {
        let line = line.trim();
        if line.starts_with("\"Name\"") && line.matches('"').count() == 2 * header.len() {
            return Self::Wandb;
        }
        let has = |name: &str| header.iter().any(|column| column == name);
        if has("run_id") && has("experiment_id") && has("status") { Self::Mlflow } else { Self::Plain }
    }

    /// The column that says how far a run is.
    const fn status_column(self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::TrainerDirectories => None,
            Self::Wandb => Some("State"),
            Self::Mlflow => Some("status"),
        }
    }

    /// Columns that are read beside those that give a field.
    pub(super) fn reads(self, column: &str) -> bool {
        self.status_column() == Some(column)
    }

    /// Why the row is no finished run; `None` if it is one, or if everything in the table is to be one.
    pub(super) fn unfinished(self, columns: &Columns, cells: &StringRecord, line: u64) -> Option<Skipped> {
        let status = self.status_column()?;
        let cell = |wanted: &dyn Fn(&str, Option<Field>) -> bool| {
            let mut pairs = columns.iter().zip(cells);
            pairs.find(|((column, field), _)| wanted(column, *field)).map(|(_, text)| text)
        };
        let status = cell(&|column, _| column == status).filter(|text| !text.is_empty());
        let loss = cell(&|_, field| field == Some(Field::Loss)).unwrap_or_default();
        let reason = match status {
            Some(status) if !status.eq_ignore_ascii_case("finished") => status.to_lowercase(),
            _ if loss.is_empty() => "no loss".to_owned(),
            _ if loss.parse::<f64>().is_ok_and(|loss| !loss.is_finite()) => format!("loss is {loss}"),
            _ => return None,
        };
        let name = cell(&|_, field| field == Some(Field::Name)).filter(|name| !name.is_empty());
        Some(Skipped { name: name.map_or_else(|| format!("line {line}"), str::to_owned), reason })
    }

    /// The table's records with the number of their first line, without comments and blank lines.
    pub(super) const fn records(self, text: &str, first_line: u64) -> Records<'_> {
        Records { dialect: self, rest: text, line: first_line }
    }
}

/// `W&B run table`; a plain table needs no word.
impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "table",
            Self::Wandb => "W&B run table",
            Self::Mlflow => "MLflow run table",
            Self::TrainerDirectories => "Hugging Face run directories",
        })
    }
}

/// Where a record begins and its text; the text is the rest of the file where a quotation mark is never closed.
pub(super) struct Record<'a> {
    pub(super) line: u64,
    pub(super) text: &'a str,
    pub(super) closed: bool,
}

/// Lines of a plain table; of an export, as many lines as it takes to close the quotation marks.
pub(super) struct Records<'a> {
    dialect: Dialect,
    rest: &'a str,
    line: u64,
}

impl<'a> Records<'a> {
    /// What the iterator has not come to, and the number of its first line.
    pub(super) const fn rest(&self) -> (&'a str, u64) {
        (self.rest, self.line)
    }

    /// Takes one line, with its end.
    fn take_line(&mut self) -> &'a str {
        let end = self.rest.find('\n').map_or(self.rest.len(), |end| end + 1);
        let (line, rest) = self.rest.split_at(end);
        (self.rest, self.line) = (rest, self.line + 1);
        line
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        while !self.rest.is_empty() {
            let (all, line) = (self.rest, self.line);
            let first = self.take_line();
            if first.trim().is_empty() || is_comment(first) {
                continue;
            }
            let (mut length, mut marks) = (first.len(), first.matches('"').count());
            let spans = self.dialect != Dialect::Plain;
            while spans && !marks.is_multiple_of(2) && !self.rest.is_empty() {
                let more = self.take_line();
                length += more.len();
                marks += more.matches('"').count();
            }
            let closed = !spans || marks.is_multiple_of(2);
            return Some(Record { line, text: all[..length].trim_end_matches('\n'), closed });
        }
        None
    }
}

pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}
