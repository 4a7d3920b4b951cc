//! The binary header: versions 2 and 3, little-endian.

use serde_json::{Map, Value};

use engine::error::{Error, Result};
use engine::text::shown;

pub(super) const MAGIC: &[u8] = b"GGUF";
/// The tensor of an LM head that is stored apart from the embedding.
pub(super) const HEAD_TENSOR: &str = "output.weight";
/// Keys and tensors beyond this are no model's.
const MOST_ENTRIES: u64 = 1_000_000;
/// Lists of sizes for each layer are kept; longer ones are vocabularies, of which the length matters.
const LONGEST_LIST: u64 = 4096;
const ARRAY: u32 = 9;
const STRING: u32 = 8;

/// Keys and values of the header. A long list or one of texts comes as its length, and [`HEAD_TENSOR`] as true where
/// there is such a tensor.
pub(super) fn read(bytes: &[u8]) -> Result<Map<String, Value>> {
    let mut reader = Reader { rest: bytes };
    reader.take(MAGIC.len() as u64)?;
    let version = reader.u32()?;
    if !(2..=3).contains(&version) {
        return Err(
            Error::new(format!("GGUF version {version} is not read here")).expected("version 2 or 3, little-endian")
        );
    }
    let tensors = reader.entries()?;
    let pairs = reader.entries()?;
    let mut object = Map::new();
    for _ in 0..pairs {
        let key = reader.string()?;
        let kind = reader.u32()?;
        let value = reader.value(kind).map_err(|error| error.at_column(shown(&key)))?;
        if object.insert(key.clone(), value).is_some() {
            return Err(Error::new("the key stands twice").at_column(shown(&key)));
        }
    }
    for _ in 0..tensors {
        let name = reader.string()?;
        let dimensions = u64::from(reader.u32()?);
        // Sizes, a type and an offset.
        reader.take(dimensions.saturating_mul(8).saturating_add(12))?;
        if name == HEAD_TENSOR {
            object.insert(name, Value::Bool(true));
        }
    }
    Ok(object)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: u64) -> Result<&'a [u8]> {
        let length = usize::try_from(length).ok().filter(|length| *length <= self.rest.len());
        let length = length.ok_or_else(|| Error::new("the GGUF header ends too early").hint("copy the file again"))?;
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N as u64)?);
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

    fn string(&mut self) -> Result<String> {
        let length = self.u64()?;
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn value(&mut self, kind: u32) -> Result<Value> {
        Ok(match kind {
            0 | 7 => Value::from(self.array::<1>()?[0]),
            1 => Value::from(i8::from_le_bytes(self.array()?)),
            2 => Value::from(u16::from_le_bytes(self.array()?)),
            3 => Value::from(i16::from_le_bytes(self.array()?)),
            4 => Value::from(self.u32()?),
            5 => Value::from(i32::from_le_bytes(self.array()?)),
            6 => Value::from(f32::from_le_bytes(self.array()?)),
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
            let value = self.value(kind)?;
            if keep {
                kept.push(value);
            }
        }
        Ok(if keep { Value::Array(kept) } else { Value::from(length) })
    }
}
