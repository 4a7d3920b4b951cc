//! Aligned columns, units in the headings.

use std::io::{self, Write};

use serde::Serialize;

use super::streams::Failure;
use engine::error::Error;
use engine::text::{left, right, width};

const GAP: usize = 2;

/// Rows below headings. Words stand left, numbers right.
pub(super) struct Table {
    headings: Vec<String>,
    words: Vec<usize>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// `words` are the columns that hold words.
    pub(super) fn new(headings: &[&str], words: &[usize]) -> Self {
        Self { headings: headings.iter().map(ToString::to_string).collect(), words: words.to_vec(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let widths: Vec<usize> = self
            .headings
            .iter()
            .enumerate()
            .map(|(column, heading)| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell));
                cells.chain([width(heading)]).max().unwrap_or(0)
            })
            .collect();
        self.line(out, &widths, self.headings.iter().map(String::as_str))?;
        self.rows.iter().try_for_each(|row| self.line(out, &widths, row.iter().map(String::as_str)))
    }

    fn line<'a>(&self, out: &mut dyn Write, widths: &[usize], cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
        let mut line = String::new();
        for (column, (cell, full)) in cells.zip(widths).enumerate() {
            if column > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let padded = if self.words.contains(&column) { left(cell, *full) } else { right(cell, *full) };
            line.push_str(&padded);
        }
        writeln!(out, "{}", line.trim_end())
    }
}

/// Rows as CSV. The header stands even above no rows, so that a script finds the columns.
pub(super) fn write_csv(
    header: &[impl AsRef<[u8]>],
    rows: &[impl Serialize],
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut text = Vec::new();
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(&mut text);
    let written = writer
        .write_record(header)
        .and_then(|()| rows.iter().try_for_each(|row| writer.serialize(row)))
        .and_then(|()| Ok(writer.flush()?));
    drop(writer);
    written.map_err(|error| Error::new(format!("the result is no CSV: {error}")))?;
    Ok(out.write_all(&text)?)
}

/// `label     value` lines, values aligned.
pub(super) fn write_pairs(out: &mut dyn Write, pairs: &[(&str, String)]) -> io::Result<()> {
    let label = pairs.iter().map(|(label, _)| width(label)).max().unwrap_or(0) + GAP;
    pairs.iter().try_for_each(|(name, value)| writeln!(out, "{}{value}", left(name, label)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut table = Table::new(&["name", "ms", "µ"], &[0]);
        table.row(["a", "1.5", "x"].map(str::to_owned));
        table.row(["longer", "10", "µµ"].map(str::to_owned));
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name     ms   µ\na       1.5   x\nlonger   10  µµ\n");
    }

    #[test]
    fn wide_characters_take_two_cells() {
        let mut table = Table::new(&["name", "runs"], &[0]);
        table.row(["训练律", "170"].map(str::to_owned));
        table.row(["paper", "8"].map(str::to_owned));
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        write_pairs(&mut out, &[("律", "a".to_owned()), ("law", "b".to_owned())]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name    runs\n训练律   170\npaper      8\n律   a\nlaw  b\n");
    }
}
