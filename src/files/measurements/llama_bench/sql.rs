//! `llama-bench -o sql`: a statement for each test, with the keys of the JSON as columns and every value in quotes.

use serde_json::{Map, Value};

use crate::measurements::row::Row;
use engine::error::{Error, Result};

const INSERT: &str = "INSERT INTO";

/// Whether a text has such statements.
pub(super) fn is(text: &str) -> bool {
    text.lines()
        .any(|line| line.trim_start().starts_with(INSERT) && line.contains("n_prompt") && line.contains("n_gen"))
}

/// The rows that the statements insert.
pub(super) fn rows(text: &str) -> Result<Vec<(u64, Row)>> {
    let mut rows = Vec::new();
    let mut start = 0;
    while let Some(place) = text[start..].find(INSERT) {
        let at = start + place;
        let line = 1 + text[..at].bytes().filter(|byte| *byte == b'\n').count() as u64;
        let statement = &text[at + INSERT.len()..];
        let (row, length) = inserted(statement).ok_or_else(|| {
            Error::new("the statement does not insert one value for each column")
                .at_line(line)
                .expected("INSERT INTO llama_bench (columns) VALUES ('values');")
        })?;
        rows.push((line, Row::new(row)));
        start = at + INSERT.len() + length;
    }
    Ok(rows)
}

/// ` llama_bench (a, b) VALUES ('1', 'it''s');`: the row, and the length of what was read.
fn inserted(statement: &str) -> Option<(Map<String, Value>, usize)> {
    let open = statement.find('(')?;
    let close = open + statement[open..].find(')')?;
    let columns: Vec<&str> = statement[open + 1..close].split(',').map(|name| name.trim().trim_matches('"')).collect();
    let values = close + statement[close..].find('(')? + 1;
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for (place, c) in statement[values..].char_indices() {
        match (c, quoted) {
            // A doubled quotation mark closes and opens again.
            ('\'', true) => quoted = false,
            ('\'', false) => {
                quoted = true;
                if statement[..values + place].ends_with('\'') {
                    cells.last_mut()?.push('\'');
                }
            }
            (',', false) => cells.push(String::new()),
            (')', false) => {
                let row = columns.iter().zip(&cells).map(|(name, cell)| ((*name).to_owned(), Value::from(cell.trim())));
                return (columns.len() == cells.len()).then(|| (row.collect(), values + place + 1));
            }
            (c, _) => cells.last_mut()?.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_within_a_value_are_doubled() {
        let rows =
            rows("x\nINSERT INTO t (\"a\", b) VALUES ('it''s, (x)', '');\nINSERT INTO t (a) VALUES ('2');").unwrap();
        let texts: Vec<_> = rows.iter().map(|(line, row)| (*line, row.text("a"), row.text("b"))).collect();
        assert_eq!(texts, [(2, Some("it's, (x)".to_owned()), None), (3, Some("2".to_owned()), None)]);
        assert!(super::rows("INSERT INTO t (a, b) VALUES ('2'").is_err());
    }
}
