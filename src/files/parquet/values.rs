//! The values of a page, in the encodings that writers use.

use std::sync::Arc;

use super::levels::numbers;
use super::schema::{Leaf, Meaning, Stored};
use super::thrift::Reader;
use super::{Cell, broken, delta};
use crate::catalog::Kind;
use engine::error::{Error, Result};

/// How values are written down, by its number in the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding(pub(super) i64);

/// `count` values of a column. Those of a dictionary are its entries.
pub(super) fn read(
    bytes: &[u8],
    encoding: Encoding,
    leaf: &Leaf,
    count: usize,
    dictionary: &[Cell],
) -> Result<Vec<Cell>> {
    const LARGEST: usize = Kind::Data.largest() as usize;
    let mut reader = Reader::new(bytes);
    let texts = |texts: &mut dyn Iterator<Item = &[u8]>| texts.map(|text| of_bytes(text, leaf.meaning)).collect();
    let values: Option<Vec<Cell>> = match (encoding.0, leaf.stored) {
        (0, _) => plain(&mut reader, leaf, count),
        (2 | 8, _) => from_dictionary(bytes, count, dictionary),
        // The length of the runs, then the runs.
        (3, Stored::Bool) => bytes
            .get(4..)
            .and_then(|runs| numbers(runs, 1, count))
            .map(|truths| truths.into_iter().map(|truth| Cell::Bool(truth == 1)).collect()),
        (5, Stored::Int32 | Stored::Int64) => delta::numbers(&mut reader, count)
            .map(|numbers| numbers.into_iter().map(|number| whole(number, leaf)).collect()),
        (6, Stored::Bytes) => delta::texts(&mut reader, count).map(|found| texts(&mut found.into_iter())),
        (7, Stored::Bytes | Stored::Fixed(_)) => {
            delta::shared(&mut reader, count, LARGEST).map(|found| texts(&mut found.iter().map(Vec::as_slice)))
        }
        (9, _) => split(bytes, leaf, count),
        (other, _) => {
            let what = format!("the values are written in encoding {other} of Parquet, which is not read here");
            return Err(Error::new(what));
        }
    };
    values.filter(|values| values.len() == count).ok_or_else(|| broken("a page has fewer values than it says"))
}

fn from_dictionary(bytes: &[u8], count: usize, dictionary: &[Cell]) -> Option<Vec<Cell>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let (bits, places) = bytes.split_first()?;
    let places = numbers(places, u32::from(*bits), count)?;
    places.into_iter().map(|place| dictionary.get(place as usize).cloned()).collect()
}

/// Bytes of one value each.
const fn size(stored: Stored) -> Option<usize> {
    match stored {
        Stored::Int32 | Stored::Float => Some(4),
        Stored::Int64 | Stored::Double => Some(8),
        Stored::Int96 => Some(12),
        Stored::Fixed(size) => Some(size),
        Stored::Bool | Stored::Bytes => None,
    }
}

/// Values one after the other.
pub(super) fn plain(reader: &mut Reader<'_>, leaf: &Leaf, count: usize) -> Option<Vec<Cell>> {
    match leaf.stored {
        Stored::Bool => {
            let bytes = reader.take(count.div_ceil(8))?;
            let truth = |place: usize| bytes.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1);
            Some((0..count).map(|place| Cell::Bool(truth(place))).collect())
        }
        Stored::Bytes => (0..count)
            .map(|_| {
                let length = u32::from_le_bytes(reader.take(4)?.try_into().ok()?);
                Some(of_bytes(reader.take(length as usize)?, leaf.meaning))
            })
            .collect(),
        sized => {
            let bytes = reader.take(size(sized)?.checked_mul(count)?)?;
            bytes.chunks_exact(size(sized)?).map(|value| one(value, leaf)).collect()
        }
    }
}

/// All first bytes, then all second ones, and so on.
fn split(bytes: &[u8], leaf: &Leaf, count: usize) -> Option<Vec<Cell>> {
    let size = size(leaf.stored)?;
    let bytes = bytes.get(..size.checked_mul(count)?)?;
    (0..count)
        .map(|index| {
            let value: Vec<u8> = (0..size).map(|byte| bytes[byte * count + index]).collect();
            one(&value, leaf)
        })
        .collect()
}

fn one(value: &[u8], leaf: &Leaf) -> Option<Cell> {
    Some(match leaf.stored {
        Stored::Int32 => whole(i64::from(i32::from_le_bytes(value.try_into().ok()?)), leaf),
        Stored::Int64 => whole(i64::from_le_bytes(value.try_into().ok()?), leaf),
        // A time in nanoseconds of a day and a day.
        Stored::Int96 => Cell::Null,
        // By its shortest digits, so that 3.2 of single precision is not 3.200000047683716.
        Stored::Float => Cell::Real(f32::from_le_bytes(value.try_into().ok()?).to_string().parse().ok()?),
        Stored::Double => Cell::Real(f64::from_le_bytes(value.try_into().ok()?)),
        Stored::Fixed(_) | Stored::Bytes | Stored::Bool => of_bytes(value, leaf.meaning),
    })
}

fn whole(number: i64, leaf: &Leaf) -> Cell {
    match (leaf.meaning, leaf.stored) {
        (Meaning::Unsigned, Stored::Int32) => Cell::Whole(i128::from(number as u32)),
        (Meaning::Unsigned, _) => Cell::Whole(i128::from(number as u64)),
        (Meaning::Decimal(scale), _) => decimal(i128::from(number), scale),
        _ => Cell::Whole(i128::from(number)),
    }
}

fn decimal(number: i128, scale: u32) -> Cell {
    Cell::Real(number as f64 / 10_f64.powi(scale.try_into().unwrap_or(i32::MAX)))
}

fn of_bytes(bytes: &[u8], meaning: Meaning) -> Cell {
    match meaning {
        // The highest byte first, with its sign.
        Meaning::Decimal(scale) if bytes.len() <= 16 => {
            let sign = if bytes.first().is_some_and(|byte| *byte >= 0x80) { -1_i128 } else { 0 };
            decimal(bytes.iter().fold(sign, |number, byte| number << 8 | i128::from(*byte)), scale)
        }
        Meaning::HalfFloat if bytes.len() == 2 => Cell::Real(half(u16::from_le_bytes([bytes[0], bytes[1]]))),
        _ => Cell::Text(Arc::from(String::from_utf8_lossy(bytes))),
    }
}

/// A number of sixteen bits: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    sign * match bits >> 10 & 0x1f {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction > 0.0 => f64::NAN,
        31 => f64::INFINITY,
        exponent => (1.0 + fraction) * 2_f64.powi(i32::from(exponent) - 15),
    }
}
