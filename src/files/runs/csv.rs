//! Tables of text: comments, one header, one record per run; an export's record may span lines ([`Dialect`]).
//!
//! In a plain table each line is split by itself. A quotation mark that is never closed then spoils only its own line,
//! and the error can name that line. Otherwise it would swallow the rest of the file into one cell of a column that
//! nobody reads. In an export such a mark is an error that names the line where the cell begins.
//!
//! Scripts that fetch runs from a tracker leave whole dictionaries in cells. Their entries are columns of the run.

use std::borrow::Cow;

use super::cells::{self, is_rule, separator};
use super::dialect::{Dialect, Record, is_comment};
use super::literal::dictionary;
use super::mapping::Mapping;
use super::numbers::{Decimal, Evidence};
use super::rows::{Place, Rows};
use super::value::{Entries, Value, flattened, is_private};
use super::{Table, no_runs};
use engine::error::{Error, Result};

/// How many records are looked at to learn how a table is written.
const LOOKED_AT: usize = 20;

/// A table's header and what is known from it.
struct Head<'a> {
    line: u64,
    text: &'a str,
    separator: char,
    names: Vec<Cow<'a, str>>,
    dialect: Dialect,
    /// Whether the cells of a column are dictionaries.
    nested: Vec<bool>,
    /// What is below it, and the number of the first line there.
    below: (&'a str, u64),
}

impl<'a> Head<'a> {
    fn find(text: &'a str) -> Option<Self> {
        let mut lines = Dialect::Plain.records(text, 1);
        let mut head = lines.next()?;
        let mut stated = None;
        // Spreadsheets are told the separator in a line of its own.
        if let Some(named) = head.text.trim().strip_prefix("sep=") {
            stated = named.chars().next().or(Some('\t'));
            head = lines.next()?;
        }
        let (below, first_line) = lines.rest();
        let behind: Vec<&str> = lines.take(LOOKED_AT).map(|record| record.text).collect();
        let separator = stated.unwrap_or_else(|| separator(head.text, &behind));
        let names = cells::split(head.text, separator);
        let dialect = Dialect::of(head.text, &names);
        let mut nested = vec![false; names.len()];
        for record in dialect.records(below, first_line).take(LOOKED_AT) {
            for ((is_nested, name), cell) in nested.iter_mut().zip(&names).zip(cells::split(record.text, separator)) {
                *is_nested |= !name.is_empty() && !is_private(name) && dictionary(&cell).is_some();
            }
        }
        // A data frame may write its dictionaries over several lines, as an export does.
        let dialect = if nested.contains(&true) && dialect == Dialect::Plain { Dialect::Tracker } else { dialect };
        Some(Self { line: head.line, text: head.text, separator, names, dialect, nested, below: (below, first_line) })
    }

    fn records(&self) -> impl Iterator<Item = Record<'a>> {
        self.dialect.records(self.below.0, self.below.1).filter(|record| self.separator != '|' || !is_rule(record.text))
    }

    /// The cells of a record, one for each column; none where there is nothing in them.
    fn cells<'r>(&self, record: &Record<'r>) -> Result<Option<Vec<Cow<'r, str>>>> {
        if !record.closed {
            return Err(Error::new("a cell begins with a quotation mark that is never closed")
                .hint("export the table again, or close the mark"));
        }
        let cells = cells::split(record.text, self.separator);
        if cells.iter().all(|cell| cell.is_empty()) {
            return Ok(None);
        }
        if cells.len() == self.names.len() { Ok(Some(cells)) } else { Err(self.ragged(cells.len(), record.text)) }
    }

    fn ragged(&self, cells: usize, line: &str) -> Error {
        let columns = self.names.len();
        let error = Error::new(format!("the row has {cells} cells, the header {columns}"))
            .expected("a cell for each column, left empty where there is no value");
        if !line.matches('"').count().is_multiple_of(2) {
            error.hint("close the quotation mark; a cell cannot span lines")
        } else if cells > columns {
            error.hint(format!("put a cell that contains a {} in double quotes", cells::called(self.separator)))
        } else {
            error
        }
    }

    /// A record as an object, with what its dictionaries hold.
    fn entries<'r>(&'r self, cells: &'r [Cow<'r, str>]) -> Entries<'r> {
        let entries = self.names.iter().zip(cells).zip(&self.nested).map(|((name, cell), nested)| {
            let value = match dictionary(cell).filter(|_| *nested) {
                Some(inner) => Value::Object(inner),
                None => Value::Text(Cow::Borrowed(cell.as_ref())),
            };
            (Cow::Borrowed(name.as_ref()), value)
        });
        entries.collect()
    }

    fn is_divided(&self) -> Result<()> {
        if self.names.len() == 1 && self.text.split_whitespace().count() > 2 {
            return Err(Error::new("the columns are separated by blanks")
                .expected("commas, semicolons or tabs")
                .hint("write the table as CSV; pandas does so by to_csv, and not by to_string"));
        }
        Ok(())
    }

    /// What the numbers of the table tell of its decimal sign.
    fn decimal(&self, rows: &Rows<'_>) -> Decimal {
        let mut evidence = Evidence::default();
        for record in self.records() {
            for ((_, field), cell) in rows.columns().iter().zip(cells::split(record.text, self.separator)) {
                if let Some(field) = field {
                    evidence.see(field, &cell);
                }
            }
        }
        evidence.decimal()
    }
}

pub(super) fn read(text: &str, told: &Mapping) -> Result<Table> {
    let head = Head::find(text).ok_or_else(no_runs)?;
    let mut rows = Rows::new(head.dialect, told);
    if declares_synthetic(text) {
        rows.set_synthetic();
    }
    if head.nested.contains(&true) {
        for record in head.records() {
            let cells = head.cells(&record).map_err(|error| error.at_line(record.line))?;
            if let Some(cells) = cells {
                rows.push_object(Place::Line(record.line), head.entries(&cells))?;
            }
        }
        return rows.finish();
    }
    let names: Vec<&str> = head.names.iter().map(Cow::as_ref).collect();
    head.is_divided().and_then(|()| rows.header(&names)).map_err(|error| error.at_line(head.line))?;
    // In a table of commas, only a cell in quotation marks can have one of its own.
    if head.separator != ',' || text.contains('"') {
        rows.set_decimal(head.decimal(&rows));
    }
    for record in head.records() {
        let cells = head.cells(&record).map_err(|error| error.at_line(record.line))?;
        if let Some(cells) = cells {
            rows.push(Place::Line(record.line), &|index| cells.get(index).cloned().unwrap_or_default())?;
        }
    }
    rows.finish()
}

/// The names of the columns, where there is a header; of dictionaries in cells, the keys of the first run.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let head = Head::find(text)?;
    if !head.nested.contains(&true) {
        return Some(head.names.into_iter().map(Cow::into_owned).collect());
    }
    let record = head.records().next()?;
    let cells = head.cells(&record).ok()??;
    Some(flattened(head.entries(&cells)).into_iter().map(|(key, _)| key.into_owned()).collect())
}

/// `# synthetic: …` above the header; only `false` and `no` take it back.
fn declares_synthetic(text: &str) -> bool {
    text.lines()
        .take_while(|line| line.trim().is_empty() || is_comment(line))
        .filter_map(|line| {
            let comment = line.trim_start_matches(['#', ' ', '\t']).to_ascii_lowercase();
            comment.strip_prefix("synthetic")?.trim_start().strip_prefix(':').map(|rest| rest.trim_start().to_owned())
        })
        .any(|value| !value.starts_with("false") && !value.starts_with("no"))
}
