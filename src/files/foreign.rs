//! Files that are no tables of text, known by their first bytes: what they are, and the way from there to one that is.

use engine::error::Error;
use engine::text::shown;

/// A kind of file with the bytes at its start and what to do.
struct Kind {
    starts: &'static [&'static [u8]],
    name: &'static str,
    hint: &'static str,
}

const KINDS: [Kind; 9] = [
    Kind {
        starts: &[b"PK\x03\x04"],
        name: "a zip archive, as spreadsheets (.xlsx, .ods) and numpy (.npz) are",
        hint: "save the sheet as CSV, or unpack it",
    },
    Kind { starts: &[b"\xd0\xcf\x11\xe0"], name: "an old spreadsheet (.xls)", hint: "save the sheet as CSV" },
    Kind { starts: &[b"\x28\xb5\x2f\xfd"], name: "packed with zstd", hint: "unpack it: zstd -d FILE" },
    Kind {
        starts: &[b"\xfd7zXZ\0", b"BZh", b"\x04\x22\x4d\x18"],
        name: "packed with xz, bzip2 or lz4",
        hint: "unpack it, or pack it with gzip",
    },
    Kind {
        starts: &[b"ARROW1", b"FEA1"],
        name: "an Arrow file (feather)",
        hint: "python -c \"import pandas; pandas.read_feather('FILE').to_csv('runs.csv', index=False)\"",
    },
    Kind {
        starts: &[b"SQLite format 3\0"],
        name: "an SQLite database",
        hint: "export the table: sqlite3 -header -csv FILE 'select * from TABLE' > runs.csv",
    },
    Kind {
        starts: &[b"\x89HDF"],
        name: "an HDF5 file",
        hint: "python -c \"import pandas; pandas.read_hdf('FILE').to_csv('runs.csv', index=False)\"",
    },
    Kind {
        starts: &[b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"],
        name: "a Python pickle",
        hint: "python -c \"import pandas; pandas.read_pickle('FILE').to_csv('runs.csv', index=False)\", if you trust it",
    },
    Kind { starts: &[b"\x93NUMPY"], name: "a numpy array", hint: "write it with its columns' names as CSV" },
];

/// The error for the file called `source`, if it is of such a kind.
pub fn refusal(source: &str, bytes: &[u8]) -> Option<Error> {
    let kind = KINDS.iter().find(|kind| kind.starts.iter().any(|start| bytes.starts_with(start)))?;
    let error = Error::new(format!("the file is {}", kind.name));
    Some(
        error
            .expected("CSV, JSON or Parquet, or one of these packed with gzip")
            .hint(kind.hint.replace("FILE", &shown(source))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_files_are_named_with_a_way_on() {
        let said = |bytes: &[u8]| refusal("x", bytes).map(|error| error.headline().to_owned());
        assert_eq!(
            said(b"PK\x03\x04\x14"),
            Some("the file is a zip archive, as spreadsheets (.xlsx, .ods) and numpy (.npz) are".to_owned())
        );
        assert_eq!(said(b"\x80\x04\x95"), Some("the file is a Python pickle".to_owned()));
        assert_eq!(said(b"BZh9"), Some("the file is packed with xz, bzip2 or lz4".to_owned()));
        for text in [&b""[..], b"layers,width", b"{}", b"PAR1", b"\x1f\x8b", b"\xef\xbb\xbfname", b"\x80 price"] {
            assert_eq!(said(text), None);
        }
    }
}
