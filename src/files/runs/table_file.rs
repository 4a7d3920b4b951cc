//! A file with a table of runs as it lies: unpacked, its text decoded, its format known.
//!
//! What is in a file is looked at before what it is called. A table that was packed, or that a spreadsheet wrote in its
//! own encoding, is the same table.

use std::borrow::Cow;
use std::path::Path;

use super::{Loaded, Mapping, Told, columnar, csv, json, sha256};
use crate::catalog::Kind;
use crate::encoding::{Encoding, decoded};
use crate::parquet::is_parquet;
use crate::{foreign, gzip, python_json};
use engine::error::{Error, Result};
use engine::runs::Dataset;

/// How the runs are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header line, then one line per run.
    Csv,
    /// One JSON object per line, or one document.
    JsonLines,
    /// Columns of values.
    Parquet,
}

impl Format {
    /// The format that the file's extension names; where it names none, the one that the content looks like.
    pub fn of(source: &str, bytes: &[u8]) -> Self {
        if is_parquet(bytes) {
            return Self::Parquet;
        }
        let path = Path::new(gzip::stem(source));
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Self::Csv,
            "jsonl" | "ndjson" | "json" => Self::JsonLines,
            "parquet" | "pq" => Self::Parquet,
            _ => Self::of_content(bytes),
        }
    }

    fn of_content(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if text.starts_with(b"{") || text.starts_with(b"[") { Self::JsonLines } else { Self::Csv }
    }
}

#[derive(Debug)]
enum Content<'a> {
    Csv(Cow<'a, str>),
    Json(Cow<'a, str>),
    Parquet(Cow<'a, [u8]>),
}

/// A table of runs before anybody has said what its columns mean.
#[derive(Debug)]
pub struct TableFile<'a> {
    source: &'a str,
    sha256: String,
    content: Content<'a>,
    remarks: Vec<String>,
}

impl<'a> TableFile<'a> {
    /// Opens the file called `source` with these bytes.
    pub fn open(source: &'a str, bytes: &'a [u8]) -> Result<Self> {
        Self::new(source, None, bytes).map_err(|error| error.in_source(source))
    }

    /// Opens it as a file of that format.
    pub fn open_as(source: &'a str, format: Format, bytes: &'a [u8]) -> Result<Self> {
        Self::new(source, Some(format), bytes).map_err(|error| error.in_source(source))
    }

    fn new(source: &'a str, format: Option<Format>, bytes: &'a [u8]) -> Result<Self> {
        let unpacked = gzip::unpacked(bytes, Kind::Data.largest())?;
        if let Some(refused) = foreign::refusal(source, &unpacked) {
            return Err(refused);
        }
        let format = format.unwrap_or_else(|| Format::of(source, &unpacked));
        if format == Format::Parquet {
            return Ok(Self {
                source,
                sha256: sha256(bytes),
                content: Content::Parquet(unpacked),
                remarks: Vec::new(),
            });
        }
        let (text, encoding) = match unpacked {
            Cow::Borrowed(bytes) => text_of(bytes)?,
            Cow::Owned(bytes) => {
                let (text, encoding) = text_of(&bytes)?;
                (Cow::Owned(text.into_owned()), encoding)
            }
        };
        let content = match (format, text) {
            (Format::JsonLines, Cow::Borrowed(text)) => Content::Json(python_json::without_bare_words(text)),
            (Format::JsonLines, Cow::Owned(text)) => {
                Content::Json(Cow::Owned(python_json::without_bare_words(&text).into_owned()))
            }
            (_, text) => Content::Csv(text),
        };
        let remarks = encoding.remark().map(str::to_owned).into_iter().collect();
        Ok(Self { source, sha256: sha256(bytes), content, remarks })
    }

    /// Whether a file is added to by lines, so that its last one may be the beginning of a line. Others are written as a
    /// whole.
    pub fn grows_by_lines(source: &str, bytes: &[u8]) -> bool {
        match decoded(bytes) {
            _ if is_parquet(bytes) => false,
            Ok((text, encoding)) if encoding != Encoding::Utf16 && !gzip::is_packed(bytes) => {
                Format::of(source, text.as_bytes()) == Format::Csv || json::Layout::of(&text) == json::Layout::Lines
            }
            _ => false,
        }
    }

    /// The names of the columns, or the keys of the first run; `None` where they cannot be read.
    pub fn header(&self) -> Option<Vec<String>> {
        match &self.content {
            Content::Csv(text) => csv::names(text),
            Content::Json(text) => json::names(text),
            Content::Parquet(bytes) => columnar::names(self.source, bytes),
        }
    }

    /// All runs, the columns as told where something is told.
    pub fn read(&self, told: &Mapping) -> Result<Loaded> {
        let table = match &self.content {
            Content::Csv(text) => csv::read(text, told),
            Content::Json(text) => json::read(text, told),
            Content::Parquet(bytes) => columnar::read(self.source, bytes, told),
        };
        let mut table = table.map_err(|error| error.in_source(self.source))?;
        table.remarks.splice(0..0, self.remarks.iter().cloned());
        let mut loaded = Loaded {
            dataset: Dataset {
                name: stem(self.source),
                sha256: self.sha256.clone(),
                synthetic: table.synthetic,
                runs: table.runs,
                origin: None,
                reading: None,
            },
            dialect: table.dialect,
            used: table.used,
            ignored: table.ignored,
            skipped: table.skipped,
            told: if told.is_empty() { Told::Nothing } else { Told::Now },
            mapping: told.clone(),
            remarks: table.remarks,
        };
        loaded.dataset.reading = Some(loaded.summary());
        Ok(loaded)
    }
}

/// The text of a table, in which there must be something.
fn text_of(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding)> {
    let (text, encoding) = decoded(bytes).map_err(|error| error.hint("save it as CSV or JSON Lines in UTF-8"))?;
    if text.trim().is_empty() {
        return Err(Error::new("the file is empty").expected("one line for each run, in CSV below a header"));
    }
    Ok((text, encoding))
}

fn stem(source: &str) -> String {
    let path = Path::new(gzip::stem(source));
    path.file_stem().map_or_else(|| source.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
