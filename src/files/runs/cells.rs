//! The cells of one record of a table of text, and what separates them.
//!
//! Commas are not the only separator: where decimals have commas, spreadsheets separate by semicolons, and what is copied
//! out of them has tabs. A separator is one if it divides header and rows alike.

use std::borrow::Cow;

/// What may separate cells, the commonest first.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// What separates the cells of this header, as far as the records behind it agree.
pub(super) fn separator(header: &str, behind: &[&str]) -> char {
    let of_header = |separator: char| split(header, separator).len();
    let score = |separator: char| {
        let cells = of_header(separator);
        let agree = cells > 1 && behind.iter().all(|record| split(record, separator).len() == cells);
        (agree, cells)
    };
    // The first of those that are equally good.
    SEPARATORS.into_iter().rev().max_by_key(|separator| score(*separator)).unwrap_or(',')
}

/// As people call it.
pub(super) fn called(separator: char) -> &'static str {
    match separator {
        ';' => "semicolon",
        '\t' => "tab",
        '|' => "vertical bar",
        _ => "comma",
    }
}

/// The cells of a record without the blanks around them. A cell in double quotes may contain the separator, and the mark
/// itself twice.
pub(super) fn split(record: &str, separator: char) -> Vec<Cow<'_, str>> {
    let mut cells = Vec::new();
    // A table as it is drawn in Markdown has bars at both ends.
    let framed = separator == '|' && record.trim().len() > 1;
    let framed = framed && record.trim().starts_with('|') && record.trim().ends_with('|');
    let mut rest = if framed { &record.trim()[1..record.trim().len() - 1] } else { record };
    loop {
        let (cell, behind) = cell(rest, separator);
        cells.push(cell);
        match behind {
            Some(behind) => rest = behind,
            None => return cells,
        }
    }
}

/// The first cell, and what is behind its separator.
fn cell(text: &str, separator: char) -> (Cow<'_, str>, Option<&str>) {
    let begin = text.trim_start_matches(|c: char| c != separator && c.is_whitespace());
    let Some(quoted) = begin.strip_prefix('"') else {
        return match text.split_once(separator) {
            Some((cell, behind)) => (cell.trim().into(), Some(behind)),
            None => (text.trim().into(), None),
        };
    };
    let mut value = Cow::Borrowed("");
    let mut rest = quoted;
    loop {
        let Some(end) = rest.find('"') else {
            value += rest;
            return (trimmed(value), None);
        };
        value += &rest[..end];
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                value += "\"";
                rest = more;
            }
            None => break,
        }
    }
    // Whatever stands behind the closing mark belongs to the cell.
    match rest.split_once(separator) {
        Some((more, behind)) => (trimmed(value + more), Some(behind)),
        None => (trimmed(value + rest), None),
    }
}

fn trimmed(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Whether a record is the line below the header of a Markdown table.
pub(super) fn is_rule(record: &str) -> bool {
    record.contains("--") && record.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

#[cfg(test)]
mod tests {
    use ::csv::{ReaderBuilder, Trim};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_split_at_their_separator() {
        for (record, separator, wanted) in [
            ("a, b ,,c ", ',', &["a", "b", "", "c"][..]),
            ("\"a,\"\"b\"\"\",c", ',', &["a,\"b\"", "c"]),
            ("10;384;3,25", ';', &["10", "384", "3,25"]),
            ("a\t\tb", '\t', &["a", "", "b"]),
            ("| a | b |", '|', &["a", "b"]),
            ("a|b", '|', &["a", "b"]),
            ("a, \"b, c\" ,d", ',', &["a", "b, c", "d"]),
            ("\"a\" x,b", ',', &["a x", "b"]),
            ("\"open, b", ',', &["open, b"]),
            ("5\" disk,b", ',', &["5\" disk", "b"]),
            ("", ',', &[""]),
            ("|", '|', &["", ""]),
        ] {
            assert_eq!(split(record, separator), wanted, "{record}");
        }
    }

    #[test]
    fn the_separator_is_what_divides_header_and_rows_alike() {
        for (header, behind, wanted) in [
            ("layers,width,loss", &["4,256,3.1"][..], ','),
            ("layers;width;loss", &["4;256;3,1"], ';'),
            ("layers\twidth\tloss", &["4\t256\t3,1"], '\t'),
            ("layers|width|loss", &["4|256|3.1"], '|'),
            ("layers;width;loss", &[], ';'),
            ("loss, nats;width", &["3,1;256", "3;256"], ';'),
            ("layers", &[], ','),
            // Exports have records over several lines.
            ("\"Name\",\"a\",\"b\"", &["\"x\",\"{", "}\",\"1\""], ','),
        ] {
            assert_eq!(separator(header, behind), wanted, "{header}");
        }
    }

    proptest! {
        /// What the csv crate writes and reads is read the same here.
        #[test]
        fn cells_are_those_of_the_csv_crate(cells in prop::collection::vec("[a-z,;\" ]{0,6}", 1..6)) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(text.as_bytes());
            let record = reader.records().next().transpose().unwrap().unwrap_or_default();
            let ours = split(text.trim_end_matches('\n'), ',');
            prop_assert_eq!(ours, record.iter().collect::<Vec<_>>());
        }

        #[test]
        fn arbitrary_text_is_harmless(text in ".{0,40}|[\"|,; ]{0,20}") {
            for separator in SEPARATORS {
                let _ = split(&text, separator);
            }
            let _ = separator(&text, &[&text]);
        }
    }
}
