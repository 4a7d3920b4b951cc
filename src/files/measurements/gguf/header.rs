//! The binary header: versions 2 and 3, little-endian.
//!
//! It is read as a stream, because the file behind it may have many gigabytes, and a vocabulary in it some 10 MB. Lengths
//! in it are believed only as far as there are bytes.

use std::io::{self, Read};

use serde_json::{Map, Value};

use engine::error::{Error, Result};
use engine::text::shown;

pub(super) const MAGIC: &[u8] = b"GGUF";
/// No header is longer.
const MOST_BYTES: u64 = 256_000_000;
/// Keys and tensors beyond this are no model's.
const MOST_ENTRIES: u64 = 1_000_000;
/// Names and texts that are kept; a chat template has some 10 kB.
const LONGEST_TEXT: u64 = 1_000_000;
/// Lists of sizes for each layer are kept; longer ones are vocabularies, of which the length matters.
const LONGEST_LIST: u64 = 4096;
/// Dimensions of a tensor.
const MOST_DIMENSIONS: u32 = 8;
const ARRAY: u32 = 9;
const STRING: u32 = 8;

/// A tensor, as the header lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    pub(super) name: String,
    /// Numbers in a row, then rows, then matrices.
    pub(super) sizes: Vec<u64>,
    /// `ggml_type`.
    pub(super) kind: u32,
}

/// Keys with their values, and the tensors.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Header {
    /// A long list or one of texts comes as its length.
    pub(super) keys: Map<String, Value>,
    pub(super) tensors: Vec<Tensor>,
}

/// Reads the header at the beginning of a file.
pub(super) fn read(file: impl Read) -> Result<Header> {
    let mut reader = Reader { bytes: file.take(MOST_BYTES) };
    reader.skip(MAGIC.len() as u64)?;
    let version = reader.u32()?;
    if !(2..=3).contains(&version) {
        return Err(
            Error::new(format!("GGUF version {version} is not read here")).expected("version 2 or 3, little-endian")
        );
    }
    let tensors = reader.entries()?;
    let pairs = reader.entries()?;
    let mut header = Header::default();
    for _ in 0..pairs {
        let key = reader.string()?;
        let kind = reader.u32()?;
        let value = reader.value(kind).map_err(|error| error.at_column(shown(&key)))?;
        if header.keys.insert(key.clone(), value).is_some() {
            return Err(Error::new("the key stands twice").at_column(shown(&key)));
        }
    }
    for _ in 0..tensors {
        header.tensors.push(reader.tensor()?);
    }
    Ok(header)
}

struct Reader<R> {
    bytes: io::Take<R>,
}

fn ends_early() -> Error {
    Error::new("the GGUF header ends too early").hint("copy the file again")
}

impl<R: Read> Reader<R> {
    fn skip(&mut self, length: u64) -> Result<()> {
        let skipped = io::copy(&mut self.bytes.by_ref().take(length), &mut io::sink());
        skipped.ok().filter(|skipped| *skipped == length).map(|_| ()).ok_or_else(ends_early)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.bytes.read_exact(&mut bytes).map_err(|_| ends_early())?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn entries(&mut self) -> Result<u64> {
        match self.u64()? {
            count if count <= MOST_ENTRIES => Ok(count),
            count => Err(Error::new(format!("a GGUF header of {count} entries is no model's"))),
        }
    }

    /// A longer text than any that matters comes cut.
    fn string(&mut self) -> Result<String> {
        let length = self.u64()?;
        let kept = length.min(LONGEST_TEXT);
        let mut bytes = Vec::new();
        let read = self.bytes.by_ref().take(kept).read_to_end(&mut bytes);
        if read.ok() != usize::try_from(kept).ok() {
            return Err(ends_early());
        }
        self.skip(length - kept)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn tensor(&mut self) -> Result<Tensor> {
        let name = self.string()?;
        let dimensions = self.u32()?;
        if dimensions > MOST_DIMENSIONS {
            return Err(
                Error::new(format!("a tensor of {dimensions} dimensions is in no model")).at_column(shown(&name))
            );
        }
        let sizes = (0..dimensions).map(|_| self.u64()).collect::<Result<Vec<u64>>>()?;
        let kind = self.u32()?;
        // Where it begins.
        self.u64()?;
        Ok(Tensor { name, sizes, kind })
    }

    fn value(&mut self, kind: u32) -> Result<Value> {
        Ok(match kind {
            0 => Value::from(self.array::<1>()?[0]),
            1 => Value::from(i8::from_le_bytes(self.array()?)),
            2 => Value::from(u16::from_le_bytes(self.array()?)),
            3 => Value::from(i16::from_le_bytes(self.array()?)),
            4 => Value::from(self.u32()?),
            5 => Value::from(i32::from_le_bytes(self.array()?)),
            6 => Value::from(f32::from_le_bytes(self.array()?)),
            7 => Value::Bool(self.array::<1>()?[0] != 0),
            STRING => Value::from(self.string()?),
            ARRAY => return self.list(),
            10 => Value::from(self.u64()?),
            11 => Value::from(i64::from_le_bytes(self.array()?)),
            12 => Value::from(f64::from_le_bytes(self.array()?)),
            kind => return Err(Error::new(format!("GGUF has no values of type {kind}"))),
        })
    }

    fn list(&mut self) -> Result<Value> {
        let kind = self.u32()?;
        let length = self.u64()?;
        if kind == ARRAY {
            return Err(Error::new("a list of lists is in no GGUF header"));
        }
        let keep = kind != STRING && length <= LONGEST_LIST;
        let mut kept = Vec::new();
        for _ in 0..length {
            if kind == STRING {
                let text = self.u64()?;
                self.skip(text)?;
                continue;
            }
            let value = self.value(kind)?;
            if keep {
                kept.push(value);
            }
        }
        Ok(if keep { Value::Array(kept) } else { Value::from(length) })
    }
}
