//! A model from a GGUF file: the header of a `.gguf`, or its keys and values as JSON.
//!
//! The file that llama.cpp ran says what was run, where a name would have to be trusted. It also says how every tensor is
//! stored. So a model in such a file is priced with the file's own bytes, whatever mix of formats somebody chose.

mod header;
mod parts;
mod shape;
mod tensors;
mod types;

pub(crate) use parts::{in_directory, is_named_so, model_name};

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde_json::Value;

use self::header::Header;
use self::shape::{ARCHITECTURE, Keys, Shape, Windows};
use self::tensors::Tensors;
use super::json;
use super::row::Row;
use engine::error::{Error, Result};
use engine::extras::Extras;
use engine::precision::Precision;
use engine::reference::{Certainty, OwnFormat, ReferenceModel, SLIDING_WINDOW};
use engine::text::escaped;
use engine::units;

/// Bytes from the start of a file that say whether it is one of these.
const BEGINNING: u64 = 4096;
/// Metadata as JSON is no longer.
const MOST_JSON_BYTES: u64 = 64_000_000;

/// Whether these bytes are a GGUF file's, or its metadata as JSON.
pub fn is_gguf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(BEGINNING as usize)];
    bytes.starts_with(header::MAGIC) || head.windows(ARCHITECTURE.len()).any(|window| window == ARCHITECTURE.as_bytes())
}

/// Whether a file is one of these; no more than its beginning is read.
pub fn is_gguf_file(path: &Path) -> bool {
    let mut bytes = Vec::new();
    let file = File::open(path).ok().filter(|_| path.is_file());
    file.is_some_and(|file| file.take(BEGINNING).read_to_end(&mut bytes).is_ok()) && is_gguf(&bytes)
}

/// The model in the file at a path, all parts of it if it is split. Only headers are read.
pub fn read(path: &Path) -> Result<ReferenceModel> {
    let source = path.display().to_string();
    let parts = parts::parts(path);
    let mut whole: Option<Header> = None;
    for part in &parts {
        let of_part = |error: Error| error.or_source(part.display().to_string());
        let file = File::open(part).map_err(|error| of_part(unreadable(&error, parts.len())))?;
        let next = content(BufReader::new(file)).map_err(of_part)?;
        match &mut whole {
            None => whole = Some(next),
            Some(whole) => whole.tensors.extend(next.tensors),
        }
    }
    let header = whole.unwrap_or_default();
    let name = model_name(path).unwrap_or_else(|| source.clone());
    model_of(header, escaped(&name), &escaped(&source)).map_err(|error| error.or_source(source.clone()))
}

fn unreadable(error: &std::io::Error, parts: usize) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound if parts > 1 => {
            Error::new("there is no such file").expected(format!("all {parts} parts of the model in one directory"))
        }
        std::io::ErrorKind::NotFound => Error::new("there is no such file"),
        std::io::ErrorKind::PermissionDenied => Error::new("this may not be read: permission denied"),
        _ => Error::new(format!("this cannot be read: {error}")),
    }
}

/// The header of a binary file, or the keys of a text.
fn content(mut file: impl Read) -> Result<Header> {
    let mut beginning = [0; header::MAGIC.len()];
    let mut read = 0;
    while read < beginning.len() {
        match file.read(&mut beginning[read..]) {
            Ok(0) | Err(_) => break,
            Ok(more) => read += more,
        }
    }
    let whole = beginning[..read].chain(file);
    if beginning == header::MAGIC {
        return header::read(whole);
    }
    let mut text = String::new();
    whole
        .take(MOST_JSON_BYTES)
        .read_to_string(&mut text)
        .map_err(|_| Error::new("the file is neither a GGUF file nor its metadata as UTF-8 text"))?;
    match json::parse(&text)? {
        Value::Object(keys) => Ok(Header { keys, tensors: Vec::new() }),
        _ => {
            Err(Error::new("there is no object in the file").expected("the keys and values of a GGUF file's metadata"))
        }
    }
}

fn model_of(header: Header, file_name: String, source: &str) -> Result<ReferenceModel> {
    let row = Row::new(header.keys);
    let family = shape::family(&row)?;
    let keys = Keys { row: &row, family: &family };
    shape::refuse_other_layers(&keys)?;
    let tensors = Tensors::sorted(&header.tensors, shape::layers(&keys)?)?;
    let Shape { architecture, windows } = shape::shape(&keys, &tensors)?;
    let mut notes = Vec::new();
    if header.tensors.is_empty() {
        notes.push("the keys do not say whether the LM head is tied to the embedding: taken as tied".to_owned());
    }
    if windows == Windows::Unplaced {
        notes.push(SLIDING_WINDOW.to_owned());
    }
    if tensors.has_layers() {
        tensors.check(&architecture)?;
    }
    let format = own_format(&row, &tensors, &architecture)?;
    Ok(ReferenceModel {
        name: file_name,
        architecture,
        extras: crate::hf_config::extras_of(transformers_name(&family), "", &architecture).unwrap_or(Extras::PLAIN),
        family: escaped(&family),
        certainty: Certainty::Known,
        source: source.to_owned(),
        format,
        notes,
    })
}

/// The format of the file, with the bytes of its own tensors where it has all of them.
fn own_format(
    row: &Row,
    tensors: &Tensors,
    architecture: &engine::architecture::Architecture,
) -> Result<Option<OwnFormat>> {
    let written = row.count("general.file_type")?;
    let named = written.and_then(types::format);
    if !tensors.has_layers() {
        let words = |precision: &Precision| precision.name.to_uppercase();
        return Ok(named.map(|precision| OwnFormat { words: words(&precision), precision }));
    }
    let all = tensors.all();
    let bits = 8.0 * all.bytes / all.count as f64;
    let bytes = tensors.bytes(architecture);
    let precision = named.unwrap_or_else(|| Precision::of_gguf_file("gguf", tensors.most_used()));
    let head = tensors.head_kind.and_then(types::storage).unwrap_or(precision.head);
    let words = format!(
        "{}, {} bits per weight on average, LM head in {}",
        precision.name.to_uppercase(),
        units::significant(bits, 3),
        head.name.to_uppercase()
    );
    Ok(Some(OwnFormat { precision: precision.as_in_file(head, bytes), words }))
}

/// The `model_type` that transformers has for a family of llama.cpp, as far as norms and biases are known by it.
fn transformers_name(family: &str) -> &str {
    match family {
        "qwen2moe" => "qwen2_moe",
        "qwen3moe" => "qwen3_moe",
        "gemma3" => "gemma3_text",
        "llama4" => "llama",
        other => other,
    }
}

#[cfg(test)]
mod tests;
