//! A model's shape from GGUF metadata: the header of a `.gguf` file, or its keys and values as JSON.
//!
//! The file that llama.cpp ran says what was run, where a name would have to be trusted. Only the header is read.
//! Lengths in it are believed only as far as there are bytes.

mod header;

use serde_json::Value;

use super::json;
use super::options::Model;
use super::row::{self, Row};
use engine::architecture::Architecture;
use engine::error::{Error, Result};
use engine::layout::Layout;
use engine::text::shown;

/// Bytes from the start of a `.gguf` file that hold the header of any model: a vocabulary is some 10 MB of it.
pub const HEADER_BYTES: usize = 64_000_000;

const ARCHITECTURE: &str = "general.architecture";

/// Whether these bytes are a GGUF file's, or its metadata as JSON.
pub fn is_gguf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    bytes.starts_with(header::MAGIC) || head.windows(ARCHITECTURE.len()).any(|window| window == ARCHITECTURE.as_bytes())
}

/// The model that the file called `source` describes; of a `.gguf` file, the first [`HEADER_BYTES`] suffice.
pub fn model(source: &str, bytes: &[u8]) -> Result<Model> {
    metadata(bytes).and_then(|row| shape(source, &row)).map_err(|error| error.or_source(source))
}

fn metadata(bytes: &[u8]) -> Result<Row> {
    if bytes.starts_with(header::MAGIC) {
        return header::read(bytes).map(Row::new);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::new("the file is not UTF-8 text"))?;
    match json::parse(text)? {
        Value::Object(object) => Ok(Row::new(object)),
        _ => {
            Err(Error::new("there is no object in the file").expected("the keys and values of a GGUF file's metadata"))
        }
    }
}

fn shape(source: &str, row: &Row) -> Result<Model> {
    let family = row.text(ARCHITECTURE).ok_or_else(|| row::missing(ARCHITECTURE))?;
    let keys = Keys { row, family: &family };
    let limits = Architecture::LIMITS;
    let (width, heads) =
        (keys.required("embedding_length", limits.width)?, keys.required("attention.head_count", limits.heads)?);
    if let Some(shared) = keys.size("expert_shared_feed_forward_length", limits.expert_hidden)? {
        return Err(keys
            .error("expert_shared_feed_forward_length", format!("a shared expert of {shared} is not read from GGUF")));
    }
    let experts = keys.size("expert_count", limits.experts)?;
    let expert_hidden = match (experts, keys.size("expert_feed_forward_length", limits.expert_hidden)?) {
        (Some(_), Some(hidden)) => hidden,
        _ => keys.required("feed_forward_length", limits.expert_hidden)?,
    };
    let head_dim = match keys.size("attention.key_length", limits.head_dim)? {
        Some(size) => size,
        None if heads > 0 && width.is_multiple_of(heads) => width / heads,
        None => {
            return Err(
                keys.error("attention.key_length", "the key is missing, and the width is no multiple of the heads")
            );
        }
    };
    let architecture = Architecture {
        layers: keys.required("block_count", limits.layers)?,
        width,
        heads,
        head_dim,
        kv_heads: keys.size("attention.head_count_kv", limits.kv_heads)?.unwrap_or(heads),
        expert_hidden,
        experts: experts.unwrap_or(1),
        top_k: match experts {
            Some(_) => keys.required("expert_used_count", limits.top_k)?,
            None => 1,
        },
        shared_hidden: keys.size("expert_shared_feed_forward_length", limits.shared_hidden)?.unwrap_or(0),
        vocab: keys.vocab(limits.vocab)?,
        // Where nothing is given, the number of parameters in the benchmark decides.
        tied: !row.has(header::HEAD_TENSOR),
        layout: Layout::UNIFORM,
    };
    architecture.validate().map_err(|invalid| keys.error("block_count", invalid.to_string()))?;
    Ok(Model::new(row.text("general.name").unwrap_or_else(|| source.to_owned()), architecture))
}

struct Keys<'a> {
    row: &'a Row,
    family: &'a str,
}

impl Keys<'_> {
    fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.family)
    }

    fn error(&self, name: &str, what: impl Into<String>) -> Error {
        Error::new(what).at_column(shown(&self.key(name)))
    }

    /// A size; 0 is none, and a list is one size where all its entries are.
    fn size(&self, name: &str, largest: u32) -> Result<Option<u32>> {
        let key = self.key(name);
        let count = match self.row.value(&key) {
            Some(Value::Array(sizes)) => Some(same(sizes).ok_or_else(|| {
                self.error(name, "the layers differ, but a prediction sees one shape for all layers")
            })?),
            _ => self.row.count(&key)?,
        };
        match count {
            None | Some(0) => Ok(None),
            Some(size) if size <= u64::from(largest) => Ok(Some(size as u32)),
            Some(size) => {
                let most = engine::units::count(largest as usize);
                Err(self
                    .error(name, format!("'{size}' is out of range"))
                    .expected(format!("a whole number from 1 to {most}")))
            }
        }
    }

    fn required(&self, name: &str, largest: u32) -> Result<u32> {
        self.size(name, largest)?.ok_or_else(|| self.error(name, "the key is missing"))
    }

    /// `vocab_size`, else the number of tokens that there are.
    fn vocab(&self, largest: u32) -> Result<u32> {
        const TOKENS: &str = "tokenizer.ggml.tokens";
        if let Some(size) = self.size("vocab_size", largest)? {
            return Ok(size);
        }
        let count = match self.row.value(TOKENS) {
            Some(Value::Array(tokens)) => Some(tokens.len() as u64),
            _ => self.row.count(TOKENS)?,
        };
        let size = count.and_then(|count| u32::try_from(count).ok()).filter(|size| (1..=largest).contains(size));
        size.ok_or_else(|| self.error("vocab_size", format!("the key is missing, and so is '{TOKENS}'")))
    }
}

fn same(sizes: &[Value]) -> Option<u64> {
    let first = sizes.first()?.as_u64()?;
    sizes.iter().all(|size| size.as_u64() == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests;
