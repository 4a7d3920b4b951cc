//! Tables in Apache Parquet, as pandas, polars and `DuckDB` write them: bytes to columns of cells.
//!
//! The crates that write and read all of Parquet bring a C compiler or seventy crates with them, for a table of a few
//! thousand cells. What is needed is small: the footer in Thrift's compact protocol (`thrift`), the schema
//! (`schema`), pages that are unpacked (`page`), levels of nesting (`levels`), and values in the encodings that are
//! in use (`values`). Nothing is written.
//!
//! A column is read when it is asked for. So one that nobody asks for does no harm, whatever is in it. Every size that
//! the file claims is held against what is there before anything is set aside for it.

mod delta;
mod levels;
mod page;
mod schema;
mod thrift;
mod values;

use std::sync::Arc;

use self::page::{Chunk, pages};
use self::schema::Leaf;
use self::thrift::{Reader, Struct};
use engine::error::{Error, Result};
use engine::text::shown;

const MAGIC: &[u8] = b"PAR1";
/// A table with more rows is no table of runs or measurements; and few bytes can claim many.
const MOST_ROWS: usize = 10_000_000;

/// A value in a row of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// None.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of any width.
    Whole(i128),
    /// A number with decimals.
    Real(f64),
    /// A text. Equal ones are often stored once.
    Text(Arc<str>),
    /// The values of a list, or of lists in it, one after the other.
    List(Vec<Self>),
}

/// A file whose footer has been read.
#[derive(Debug)]
pub struct Parquet<'a> {
    source: &'a str,
    bytes: &'a [u8],
    leaves: Vec<Leaf>,
    rows: usize,
    /// By row group, then by leaf.
    chunks: Vec<Vec<Chunk>>,
}

/// Whether the bytes are those of such a file.
pub fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl<'a> Parquet<'a> {
    /// Reads the footer of the file called `source`.
    pub fn open(source: &'a str, bytes: &'a [u8]) -> Result<Self> {
        let footer = footer(bytes)?;
        let file = Reader::new(footer).structure(0).ok_or_else(|| broken("its footer cannot be read"))?;
        Self::of(source, bytes, &file).ok_or_else(|| broken("its footer makes no sense"))?
    }

    fn of(source: &'a str, bytes: &'a [u8], file: &Struct<'_>) -> Option<Result<Self>> {
        let leaves = schema::leaves(&file.structs(2)?)?;
        let rows = usize::try_from(file.number(3)?).ok()?;
        if rows > MOST_ROWS {
            let most = engine::units::count(MOST_ROWS);
            return Some(Err(Error::new(format!("the table has {} rows", engine::units::count(rows)))
                .expected(format!("at most {most}"))));
        }
        let mut chunks = Vec::new();
        for group in file.structs(4)? {
            let columns: Option<Vec<Chunk>> = group.structs(1)?.into_iter().map(Chunk::of).collect();
            chunks.push(columns.filter(|columns| columns.len() == leaves.len())?);
        }
        Some(Ok(Self { source, bytes, leaves, rows, chunks }))
    }

    /// The names of the columns; what is nested goes by its path with dots.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.leaves.iter().map(|leaf| leaf.name.as_str())
    }

    /// How many rows there are.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Whether a column holds texts.
    pub fn is_text(&self, column: usize) -> bool {
        self.leaves.get(column).is_some_and(Leaf::is_text)
    }

    /// The cells of a column, one for each row.
    pub fn column(&self, column: usize) -> Result<Vec<Cell>> {
        let Some(leaf) = self.leaves.get(column) else { return Err(broken("it has no such column")) };
        let mut cells = Vec::new();
        let chunks = self.chunks.iter().filter_map(|group| group.get(column));
        let read = chunks.map(|chunk| {
            let most = MOST_ROWS.saturating_sub(cells.len());
            pages(self.bytes, chunk, leaf, most)?.read_into(&mut cells)
        });
        read.collect::<Result<()>>()
            .and_then(|()| match cells.len() {
                rows if rows == self.rows => Ok(cells),
                rows => Err(broken(&format!("it has {} rows, and this column {rows}", self.rows))),
            })
            .map_err(|error| error.at_column(&leaf.name).or_hint(self.conversion()))
    }

    /// The one line that makes a file of the same table that is read.
    fn conversion(&self) -> String {
        let from = shown(self.source);
        let to = from.strip_suffix(".parquet").unwrap_or(&from);
        format!(
            "duckdb -c \"copy '{from}' to '{to}-snappy.parquet' (compression snappy)\", or in Python \
             pandas.read_parquet('{from}').to_parquet('{to}-snappy.parquet', compression='snappy')"
        )
    }
}

/// The bytes of the footer, which stand before their length at the end of the file.
fn footer(bytes: &[u8]) -> Result<&[u8]> {
    const TAIL: usize = 8;
    let early = || broken("it ends too early").hint("copy it again");
    let body = bytes.strip_prefix(MAGIC).ok_or_else(|| broken("it does not begin like one"))?;
    let (body, tail) = body.len().checked_sub(TAIL).map(|end| body.split_at(end)).ok_or_else(early)?;
    let (length, magic) = tail.split_at(4);
    if magic == b"PARE" {
        return Err(Error::new("the Parquet file is encrypted").hint("write it without encryption"));
    }
    let length = u32::from_le_bytes(length.try_into().map_err(|_| early())?) as usize;
    let start = body.len().checked_sub(length).filter(|_| magic == MAGIC).ok_or_else(early)?;
    Ok(&body[start..])
}

fn broken(why: &str) -> Error {
    Error::new(format!("the Parquet file cannot be read: {why}"))
}

#[cfg(test)]
mod tests;
