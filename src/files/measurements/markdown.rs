//! Tables in Markdown, as tools print them and people paste them: anywhere in a text, several of them, in a quotation or not.

use serde_json::{Map, Value};

/// Whether a text has a table with these columns.
pub(super) fn has(text: &str, columns: &[&str]) -> bool {
    text.lines().any(|line| heads(line, columns).is_some())
}

/// What is made of the lines of a text, one after the other.
pub(super) trait Lines {
    /// A row of a table that has the columns.
    fn row(&mut self, line: u64, row: Map<String, Value>);
    /// Any other line.
    fn other(&mut self, line: &str);
}

/// The rows of every table that has these columns, by column, and the lines around them.
pub(super) fn read(text: &str, columns: &[&str], lines: &mut dyn Lines) {
    let mut header: Option<Vec<&str>> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(found) = heads(line, columns) {
            header = Some(found);
            continue;
        }
        match (cells(line), &header) {
            (Some(cells), Some(_)) if cells.iter().all(|cell| is_rule(cell)) => {}
            (Some(cells), Some(header)) if cells.len() == header.len() => {
                let row = header.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), Value::from(cell)));
                lines.row(number, row.collect());
            }
            _ => {
                // A table ends where something else begins; logs between its rows do not end it.
                lines.other(line.trim_matches(['>', ' ', '\t', '\r']));
            }
        }
    }
}

/// The columns of a line, if it has these.
fn heads<'t>(line: &'t str, columns: &[&str]) -> Option<Vec<&'t str>> {
    let cells = cells(line)?;
    columns.iter().all(|column| cells.contains(column)).then_some(cells)
}

/// The cells of a line, without the marks of bold and code.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim_start_matches(['>', ' ', '\t']).trim_end();
    let inner = line.strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(|cell| cell.trim().trim_matches(['*', '`', '_']).trim()).collect())
}

/// `---`, `:--`, `---:`.
fn is_rule(cell: &str) -> bool {
    !cell.is_empty() && cell.bytes().all(|byte| matches!(byte, b'-' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Found {
        rows: Vec<(u64, String)>,
        others: Vec<String>,
    }

    impl Lines for Found {
        fn row(&mut self, line: u64, row: Map<String, Value>) {
            self.rows.push((line, format!("{}/{}", row["a"].as_str().unwrap(), row["b"].as_str().unwrap())));
        }

        fn other(&mut self, line: &str) {
            self.others.push(line.to_owned());
        }
    }

    #[test]
    fn tables_are_found_in_any_text() {
        let text = "log\n| a | b |\n| --: | :-- |\n| 1 | **2** |\nlog | 3\n| 3 | 4 |\n> | b | a | c |\n> |---|---|---|\n> | 5 | 6 |7|\n| 1 |\n";
        assert!(has(text, &["a", "b"]) && !has(text, &["a", "d"]));
        let mut found = Found::default();
        read(text, &["a", "b"], &mut found);
        assert_eq!(found.rows, [(4, "1/2".to_owned()), (6, "3/4".to_owned()), (9, "6/5".to_owned())]);
        assert_eq!(found.others, ["log", "log | 3", "| 1 |"]);
    }
}
