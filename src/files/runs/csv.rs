//! CSV: comments, one header, one line per run; an export's record may span lines ([`Dialect`]).
//!
//! In a plain table each line is split by itself. A quotation mark that is never closed then spoils only its own line,
//! and the error can name that line. Otherwise it would swallow the rest of the file into one cell of a column that
//! nobody reads. In an export such a mark is an error that names the line where the cell begins.

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord, Trim};

use super::cell::Cell;
use super::columns::Columns;
use super::dialect::{Dialect, Record, is_comment};
use super::mapping::Mapping;
use super::row::Row;
use super::{Table, no_runs};
use engine::error::{Error, Result};
use engine::text::some_of;

pub(super) fn read(text: &str, told: &Mapping) -> Result<Table> {
    let mut table = Table { synthetic: declares_synthetic(text), ..Table::default() };
    let mut lines = Dialect::Plain.records(text, 1);
    let head = lines.next().ok_or_else(no_runs)?;
    let named = split(head.text).and_then(|cells| {
        table.dialect = Dialect::of(head.text, &cells);
        header(head.text, &cells, told)
    });
    let columns = named.map_err(|error| error.at_line(head.line))?;
    columns.record(&mut table.used, &mut table.ignored);
    table.ignored.retain(|column| !table.dialect.reads(column));
    let (rest, first_line) = lines.rest();
    for record in table.dialect.records(rest, first_line) {
        read_record(&mut table, &columns, &record).map_err(|error| error.at_line(record.line))?;
    }
    if table.runs.is_empty() { Err(no_finished_runs(&table)) } else { Ok(table) }
}

/// The names of the columns, where there is a header that can be split.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let head = Dialect::Plain.records(text, 1).next()?;
    Some(split(head.text).ok()?.iter().map(str::to_owned).collect())
}

fn header(line: &str, cells: &StringRecord, told: &Mapping) -> Result<Columns> {
    told.check(&cells.iter().collect::<Vec<_>>())?;
    let columns = Columns::new(cells, told)?;
    if columns.len() == 1
        && let Some(separator) = [';', '\t', '|'].into_iter().find(|separator| line.contains(*separator))
    {
        let separator = if separator == '\t' { "tabs".to_owned() } else { format!("'{separator}'") };
        return Err(Error::new(format!("the columns are separated by {separator}")).expected("commas"));
    }
    columns.require()?;
    Ok(columns)
}

fn read_record(table: &mut Table, columns: &Columns, record: &Record<'_>) -> Result<()> {
    if !record.closed {
        return Err(Error::new("a cell begins with a quotation mark that is never closed")
            .hint("export the table again, or close the mark"));
    }
    let cells = split(record.text)?;
    if cells.iter().all(str::is_empty) {
        return Ok(());
    }
    if cells.len() != columns.len() {
        return Err(ragged(columns.len(), cells.len(), record.text));
    }
    if let Some(skipped) = table.dialect.unfinished(columns, &cells, record.line) {
        table.skipped.push(skipped);
        return Ok(());
    }
    let row = Row(columns
        .iter()
        .zip(&cells)
        .filter_map(|((column, field), text)| Some(Cell { field: field?, column, text: Cow::Borrowed(text) }))
        .collect());
    table.runs.push(row.run(table.runs.len() + 1)?);
    table.synthetic |= row.is_synthetic()?;
    Ok(())
}

fn no_finished_runs(table: &Table) -> Error {
    match table.skipped.len() {
        0 => no_runs(),
        count => Error::new(format!("none of the {count} runs is finished: {}", some_of(&table.skipped)))
            .expected("a run that has ended, with its loss"),
    }
}

fn ragged(columns: usize, cells: usize, line: &str) -> Error {
    let error = Error::new(format!("the row has {cells} cells, the header {columns}"))
        .expected("a cell for each column, left empty where there is no value");
    if !line.matches('"').count().is_multiple_of(2) {
        error.hint("close the quotation mark; a cell cannot span lines")
    } else if cells > columns {
        error.hint("put a cell that contains a comma in double quotes")
    } else {
        error
    }
}

fn split(line: &str) -> Result<StringRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .buffer_capacity(line.len() + 1)
        .from_reader(line.as_bytes());
    let record = reader.records().next().transpose();
    record.map(Option::unwrap_or_default).map_err(|error| Error::new(format!("the line is not CSV: {error}")))
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
