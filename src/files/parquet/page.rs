//! The pages of a column in a row group: unpacked, and put together to cells.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::levels::{bits_for, numbers};
use super::schema::Leaf;
use super::thrift::{Reader, Struct};
use super::values::{self, Encoding};
use super::{Cell, broken};
use crate::catalog::Kind;
use engine::error::{Error, Result};

/// How pages are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codec {
    None,
    Snappy,
    Gzip,
    /// In frames of Hadoop's, or without.
    Lz4,
    Lz4Raw,
    /// Which is not unpacked here.
    Other(&'static str),
}

/// Where a column's pages of one row group are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    codec: Codec,
    values: usize,
    start: usize,
    length: usize,
}

impl Chunk {
    pub(super) fn of(column: &Struct<'_>) -> Option<Self> {
        let data = column.structure(3)?;
        let place = |field: i16| data.number(field).and_then(|place| usize::try_from(place).ok());
        // A dictionary stands before the data; some writers say 0 where there is none.
        let start = [place(9), place(11)].into_iter().flatten().filter(|place| *place > 0).min()?;
        let codec = match data.number(4)? {
            0 => Codec::None,
            1 => Codec::Snappy,
            2 => Codec::Gzip,
            3 => Codec::Other("LZO"),
            4 => Codec::Other("brotli"),
            5 => Codec::Lz4,
            6 => Codec::Other("zstd"),
            7 => Codec::Lz4Raw,
            _ => Codec::Other("a codec that is not known"),
        };
        Some(Self { codec, values: place(5)?, start, length: place(7)? })
    }
}

/// Pages with data, and the dictionary that they refer to.
pub(super) struct Pages<'a> {
    leaf: &'a Leaf,
    dictionary: Vec<Cell>,
    data: Vec<Data<'a>>,
}

/// One page: how many values, their levels and themselves.
struct Data<'a> {
    count: usize,
    encoding: Encoding,
    repetitions: Option<Vec<u32>>,
    definitions: Option<Vec<u32>>,
    values: Cow<'a, [u8]>,
}

/// The pages of a chunk with no more than `most` values.
pub(super) fn pages<'a>(file: &'a [u8], chunk: &Chunk, leaf: &'a Leaf, most: usize) -> Result<Pages<'a>> {
    if let Codec::Other(name) = chunk.codec {
        let what = format!("the Parquet file is packed with {name}, which is not unpacked here");
        return Err(Error::new(what).expected("snappy, gzip, lz4 or none of them"));
    }
    if chunk.values > most {
        return Err(broken("it has more values than rows"));
    }
    let end = chunk.start.saturating_add(chunk.length);
    let bytes = file.get(chunk.start..end).ok_or_else(|| broken("it ends too early"))?;
    let mut reader = Reader::new(bytes);
    let mut pages = Pages { leaf, dictionary: Vec::new(), data: Vec::new() };
    let mut left = chunk.values;
    while left > 0 {
        let count = pages.add(&mut reader, chunk.codec, left)?;
        left = left.checked_sub(count).ok_or_else(|| broken("a page has more values than its column"))?;
    }
    Ok(pages)
}

impl<'a> Pages<'a> {
    /// Takes the next page; answers how many values it has.
    fn add(&mut self, reader: &mut Reader<'a>, codec: Codec, left: usize) -> Result<usize> {
        const DATA: i64 = 0;
        const DICTIONARY: i64 = 2;
        const DATA_2: i64 = 3;
        /// How levels are written.
        const RUNS: i64 = 3;
        let damaged = || broken("a page cannot be read");
        let head = reader.structure(0).ok_or_else(damaged)?;
        let size = |field: i16| head.number(field).and_then(|size| usize::try_from(size).ok());
        let (Some(kind), Some(full), Some(packed)) = (head.number(1), size(2), size(3)) else { return Err(damaged()) };
        let bytes = reader.take(packed).ok_or_else(|| broken("it ends too early"))?;
        let count_of = |head: &Struct<'_>| head.number(1).and_then(|count| usize::try_from(count).ok());
        match kind {
            DICTIONARY => {
                let count = head.structure(7).and_then(count_of).ok_or_else(damaged)?;
                let entries = unpacked(bytes, codec, full)?;
                // An entry of texts takes four bytes at least, one of truths a bit.
                if count > entries.len().saturating_mul(8) {
                    return Err(damaged());
                }
                self.dictionary = values::plain(&mut Reader::new(&entries), self.leaf, count).ok_or_else(damaged)?;
                Ok(0)
            }
            DATA => {
                let inner = head.structure(5).ok_or_else(damaged)?;
                let count = count_of(inner).filter(|count| *count <= left).ok_or_else(damaged)?;
                let encoding = Encoding(inner.number(2).ok_or_else(damaged)?);
                let are_runs = |largest: u32, field: i16| largest == 0 || inner.number(field) == Some(RUNS);
                if !are_runs(self.leaf.defined, 3) || !are_runs(self.leaf.repeated, 4) {
                    return Err(broken("its levels are written in a way that was given up in 2013"));
                }
                let bytes = unpacked(bytes, codec, full)?;
                let data = self.first_kind(bytes, count, encoding).ok_or_else(damaged)?;
                self.data.push(data);
                Ok(count)
            }
            DATA_2 => {
                let inner = head.structure(8).ok_or_else(damaged)?;
                let count = count_of(inner).filter(|count| *count <= left).ok_or_else(damaged)?;
                let data = self.second_kind(bytes, inner, codec, full)?;
                self.data.push(data.filter(|data| data.count == count).ok_or_else(damaged)?);
                Ok(count)
            }
            // An index.
            _ => Ok(0),
        }
    }

    /// A page whose levels are packed with its values, each with its length before it.
    fn first_kind(&self, bytes: Cow<'a, [u8]>, count: usize, encoding: Encoding) -> Option<Data<'a>> {
        let mut rest = Reader::new(&bytes);
        let mut levels = |largest: u32| {
            if largest == 0 {
                return Some(None);
            }
            let length = u32::from_le_bytes(rest.take(4)?.try_into().ok()?);
            Some(Some(numbers(rest.take(length as usize)?, bits_for(largest), count)?))
        };
        let repetitions = levels(self.leaf.repeated)?;
        let definitions = levels(self.leaf.defined)?;
        let start = bytes.len() - rest.bytes.len();
        let values = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[start..]),
            Cow::Owned(mut bytes) => Cow::Owned(bytes.split_off(start)),
        };
        Some(Data { count, encoding, repetitions, definitions, values })
    }

    /// A page whose levels stand before the packed values.
    fn second_kind(&self, bytes: &'a [u8], head: &Struct<'_>, codec: Codec, full: usize) -> Result<Option<Data<'a>>> {
        let number = |field: i16| head.number(field).and_then(|number| usize::try_from(number).ok());
        let (Some(count), Some(encoding), Some(definitions), Some(repetitions)) =
            (number(1), head.number(4), number(5), number(6))
        else {
            return Ok(None);
        };
        let mut reader = Reader::new(bytes);
        let (Some(repetition_bytes), Some(definition_bytes)) = (reader.take(repetitions), reader.take(definitions))
        else {
            return Ok(None);
        };
        let levels = |bytes: &[u8], largest: u32| match largest {
            0 => Some(None),
            largest => numbers(bytes, bits_for(largest), count).map(Some),
        };
        let (Some(repetitions), Some(definitions)) =
            (levels(repetition_bytes, self.leaf.repeated), levels(definition_bytes, self.leaf.defined))
        else {
            return Ok(None);
        };
        let full = full.saturating_sub(bytes.len() - reader.bytes.len());
        let is_packed = head.truth(7) != Some(false);
        let values = unpacked(reader.bytes, if is_packed { codec } else { Codec::None }, full)?;
        Ok(Some(Data { count, encoding: Encoding(encoding), repetitions, definitions, values }))
    }

    /// Adds the cells of all pages.
    pub(super) fn read_into(&self, cells: &mut Vec<Cell>) -> Result<()> {
        for page in &self.data {
            let is_there = |level: &u32| *level == self.leaf.defined;
            let present = page
                .definitions
                .as_ref()
                .map_or(page.count, |levels| levels.iter().filter(|level| is_there(level)).count());
            let mut values =
                values::read(&page.values, page.encoding, self.leaf, present, &self.dictionary)?.into_iter();
            for index in 0..page.count {
                let is_there = page.definitions.as_ref().is_none_or(|levels| levels.get(index).is_some_and(is_there));
                let value = if is_there { values.next() } else { None };
                match &page.repetitions {
                    None => cells.push(value.unwrap_or(Cell::Null)),
                    // A list begins, or goes on; over the end of a page too.
                    Some(levels) if levels.get(index) == Some(&0) => {
                        cells.push(Cell::List(value.into_iter().collect()));
                    }
                    Some(_) => match (cells.last_mut(), value) {
                        (Some(Cell::List(list)), Some(value)) => list.push(value),
                        (Some(Cell::List(_)), None) => {}
                        _ => return Err(broken("a list has no beginning")),
                    },
                }
            }
        }
        Ok(())
    }
}

/// The bytes of a page, of which there are to be `full`.
fn unpacked(bytes: &[u8], codec: Codec, full: usize) -> Result<Cow<'_, [u8]>> {
    /// By how much the best of the codecs can pack anything.
    const BEST: usize = 1032;
    if full as u64 > Kind::Data.largest() || full > bytes.len().saturating_mul(BEST).saturating_add(BEST) {
        return Err(broken("a page is larger than any table of runs"));
    }
    let unpacked = match codec {
        Codec::None => return Ok(Cow::Borrowed(bytes)),
        _ if full == 0 => Some(Vec::new()),
        Codec::Snappy => match snap::raw::decompress_len(bytes) {
            Ok(length) if length <= full => snap::raw::Decoder::new().decompress_vec(bytes).ok(),
            _ => None,
        },
        Codec::Gzip => {
            let mut unpacked = Vec::new();
            let read = MultiGzDecoder::new(bytes).take(full as u64).read_to_end(&mut unpacked);
            read.is_ok().then_some(unpacked)
        }
        Codec::Lz4Raw => lz4_flex::block::decompress(bytes, full).ok(),
        Codec::Lz4 => hadoop(bytes, full).or_else(|| lz4_flex::block::decompress(bytes, full).ok()),
        Codec::Other(_) => None,
    };
    unpacked
        .filter(|unpacked| unpacked.len() == full)
        .map(Cow::Owned)
        .ok_or_else(|| broken("a page cannot be unpacked"))
}

/// Blocks of LZ4, each behind its length unpacked and packed.
fn hadoop(bytes: &[u8], full: usize) -> Option<Vec<u8>> {
    let mut reader = Reader::new(bytes);
    let mut all = Vec::new();
    while !reader.bytes.is_empty() {
        let mut length = || Some(u32::from_be_bytes(reader.take(4)?.try_into().ok()?) as usize);
        let (unpacked, packed) = (length()?, length()?);
        if unpacked > full - all.len() {
            return None;
        }
        all.extend(lz4_flex::block::decompress(reader.take(packed)?, unpacked).ok()?);
    }
    Some(all)
}
