//! CSV by column, with the lines that rows stand on.

use ::csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Map, Value};

use super::row::Row;
use engine::error::{Error, Result};
use engine::text::shown;

/// The names in the first line that is no comment.
pub(super) fn columns(text: &str) -> Vec<&str> {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    first.split(',').map(|name| name.trim().trim_matches('"')).collect()
}

/// The lines of a CSV text by column, with their places; `header` is shown the names of the columns.
pub(super) fn rows(text: &str, header: &mut dyn FnMut(&[&str])) -> Result<Vec<(u64, Row)>> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    let columns: StringRecord = reader.headers().map_err(|error| refusal(&error))?.clone();
    let names: Vec<&str> = columns.iter().collect();
    if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        return Err(Error::new("the column stands twice").at_line(1).at_column(shown(twice.1)));
    }
    header(&names);
    let mut rows = Vec::new();
    let mut last = 1;
    for record in reader.records() {
        let record = record.map_err(|error| refusal(&error))?;
        last = record.position().map_or(last, ::csv::Position::line);
        let cells = names.iter().zip(&record).map(|(name, cell)| ((*name).to_owned(), Value::from(cell)));
        rows.push((last, Row::new(cells.collect::<Map<_, _>>())));
    }
    if !text.matches('"').count().is_multiple_of(2) {
        let error = Error::new("a cell begins with a quotation mark that is never closed").at_line(last);
        return Err(error.hint("close the mark, or double it within a cell"));
    }
    Ok(rows)
}

/// Whether a column has more than one value.
pub(super) fn varies(rows: &[(u64, Row)], column: &str) -> bool {
    let mut values = rows.iter().map(|(_, row)| row.text(column));
    let first = values.next();
    values.any(|value| Some(&value) != first.as_ref())
}

fn refusal(error: &::csv::Error) -> Error {
    let line = error.position().map_or(1, ::csv::Position::line);
    match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::new(format!("the row has {len} cells, the header {expected_len}"))
                .expected("a cell for each column, left empty where there is no value")
                .hint("put a cell that contains a comma in double quotes")
        }
        _ => Error::new(format!("the line is not CSV: {error}")),
    }
    .at_line(line)
}
