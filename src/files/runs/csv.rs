//! CSV: comments, one header, one line per run.
//!
//! Each line is split by itself. A quotation mark that is never closed then spoils its own line, where it can be named,
//! instead of swallowing the rest of the file into one cell of a column that nobody reads.

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord, Trim};

use super::cell::Cell;
use super::columns::Columns;
use super::row::Row;
use super::{Table, no_runs};
use crate::error::{Error, Result};

pub(super) fn read(text: &str) -> Result<Table> {
    let mut table = Table { synthetic: declares_synthetic(text), ..Table::default() };
    let mut lines = (1u64..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty() && !is_comment(line))
        .map(|(number, line)| (number, line, split(line)));
    let (number, line, cells) = lines.next().ok_or_else(no_runs)?;
    let columns = cells.and_then(|cells| header(line, &cells)).map_err(|error| error.at_line(number))?;
    columns.record(&mut table.used, &mut table.ignored);
    for (number, line, cells) in lines {
        cells.and_then(|cells| read_row(&mut table, &columns, line, &cells)).map_err(|error| error.at_line(number))?;
    }
    if table.runs.is_empty() { Err(no_runs()) } else { Ok(table) }
}

fn header(line: &str, cells: &StringRecord) -> Result<Columns> {
    let columns = Columns::new(cells)?;
    if columns.len() == 1
        && let Some(separator) = [';', '\t', '|'].into_iter().find(|separator| line.contains(*separator))
    {
        let separator = if separator == '\t' { "tabs".to_owned() } else { format!("'{separator}'") };
        return Err(Error::new(format!("the columns are separated by {separator}")).expected("commas"));
    }
    columns.require()?;
    Ok(columns)
}

fn read_row(table: &mut Table, columns: &Columns, line: &str, cells: &StringRecord) -> Result<()> {
    if cells.iter().all(str::is_empty) {
        return Ok(());
    }
    if cells.len() != columns.len() {
        return Err(ragged(columns.len(), cells.len(), line));
    }
    let row = Row(columns
        .iter()
        .zip(cells)
        .filter_map(|((column, field), text)| Some(Cell { field: field?, column, text: Cow::Borrowed(text) }))
        .collect());
    table.runs.push(row.run(table.runs.len() + 1)?);
    table.synthetic |= row.is_synthetic()?;
    Ok(())
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

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
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
