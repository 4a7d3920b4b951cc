//! Measured latencies from the tools that engines come with, for calibration.
//!
//! Each tool writes what it finds interesting, and none writes all that a prediction needs. The user says the rest
//! ([`Options`]); it is never guessed. A file is read whole or not at all, as [`runs`](super::runs) are. What was
//! ignored, skipped, assumed or is doubtful comes back with the measurements ([`Loaded`]). Where a file gives one time
//! in two ways, both must agree: nothing else reveals a wrong unit. Only [`load`] touches the file system.

mod aiperf;
mod batched_bench;
mod boards;
mod content;
mod csv;
mod edge_llm;
mod formats;
mod found;
pub mod gguf;
mod jetson;
mod json;
mod llama_bench;
mod llama_server;
mod markdown;
mod measurement;
mod mlc;
mod mlperf;
mod ollama;
mod options;
mod printed;
mod reader;
mod readers;
mod row;
mod serving;
mod sglang_batch;
mod table;
mod told;
mod trtexec;
mod unread;
mod vllm;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Serialize;

pub use found::{OperatorTime, Skipped};
pub use measurement::{Device, Formats, Measurement, Named, Origin, Phase, Place};
pub use options::{Lookup, Model, Options};

use engine::error::{Error, Result};
use engine::text::some_of;
use engine::units;

/// The largest file that is read: every sample of a long benchmark is far below.
pub const LARGEST_BYTES: usize = 200_000_000;

/// A file of measurements, with what was made of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loaded {
    /// Which tool wrote it.
    pub format: &'static str,
    /// The measurements, in the file's order.
    pub measurements: Vec<Measurement>,
    /// Times of single operators, where the file has them.
    pub operators: Vec<OperatorTime>,
    /// Keys and columns that are not known here.
    pub ignored: Vec<String>,
    /// What was left out, in the file's order.
    pub skipped: Vec<Skipped>,
    /// What was assumed, and what else a reader of the numbers should know.
    pub remarks: Vec<String>,
}

impl Loaded {
    /// One line for logs: `12 measurements, 2 of them excluded; llama-bench; …`.
    pub fn summary(&self) -> String {
        let count = self.measurements.len();
        let counted = format!("{count} {}", if count == 1 { "measurement" } else { "measurements" });
        let excluded = self.measurements.iter().filter(|measurement| measurement.excluded.is_some()).count();
        let first = if excluded == 0 { counted } else { format!("{counted}, {excluded} of them excluded") };
        let mut parts = vec![first, self.format.to_owned()];
        parts.extend(self.remarks.iter().cloned());
        if !self.skipped.is_empty() {
            parts.push(format!("skipped: {}", some_of(&self.skipped_by_reason())));
        }
        if !self.ignored.is_empty() {
            parts.push(format!("ignored: {}", some_of(&self.ignored)));
        }
        parts.join("; ")
    }

    /// Each reason once, with the number of times or the place: `prefill without … (bench.csv:3)`.
    fn skipped_by_reason(&self) -> Vec<String> {
        let mut reasons: Vec<(&str, &str, usize)> = Vec::new();
        for Skipped { origin, reason } in &self.skipped {
            match reasons.iter_mut().find(|(known, ..)| known == reason) {
                Some((.., times)) => *times += 1,
                None => reasons.push((reason, origin, 1)),
            }
        }
        let words = |(reason, origin, times): (&str, &str, usize)| match times {
            1 => format!("{reason} ({origin})"),
            _ => format!("{reason} ({times} times)"),
        };
        reasons.into_iter().map(words).collect()
    }
}

/// Reads the file at `path`, no more of it than is read at most.
pub fn load(path: &Path, options: &Options<'_>) -> Result<Loaded> {
    let name = path.display().to_string();
    let refused = |error: std::io::Error| Error::new(format!("the file cannot be read: {error}")).in_source(&name);
    let file = File::open(path).map_err(refused)?;
    let mut bytes = Vec::new();
    file.take(LARGEST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(refused)?;
    read(&name, &bytes, options)
}

/// Reads the measurements of a file; `source` is its name, for messages.
pub fn read(source: &str, bytes: &[u8], options: &Options<'_>) -> Result<Loaded> {
    read_text(source, bytes, options).map_err(|error| error.or_source(source))
}

fn read_text(source: &str, bytes: &[u8], options: &Options<'_>) -> Result<Loaded> {
    let text = text_of(bytes)?;
    let (format, mut found) = readers::read(source, text, options)?;
    found.measurements.iter_mut().for_each(|measurement| options.complete(&mut measurement.formats));
    let remarks = found.remarks();
    let loaded = Loaded {
        format,
        measurements: found.measurements,
        operators: found.operators,
        ignored: found.ignored,
        skipped: found.skipped,
        remarks,
    };
    if loaded.measurements.is_empty() { Err(nothing(&loaded)) } else { Ok(loaded) }
}

fn nothing(loaded: &Loaded) -> Error {
    let error = Error::new("there are no measurements in the file");
    match loaded.skipped.as_slice() {
        [] => error.expected("at least one timed prefill or decode"),
        _ => error.expected(format!("other than what was skipped: {}", some_of(&loaded.skipped_by_reason()))),
    }
}

fn text_of(bytes: &[u8]) -> Result<&str> {
    if bytes.len() > LARGEST_BYTES {
        let most = units::bytes(LARGEST_BYTES as f64);
        return Err(Error::new("the file is too large for one of measurements").expected(format!("at most {most}")));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count() as u64;
        let error = Error::new("the file is not UTF-8 text").at_line(line);
        if bytes.starts_with(b"GGUF") { error.hint("a model is no measurement: give it as --model") } else { error }
    })?;
    if text.trim().is_empty() { Err(Error::new("the file is empty").expected("measurements")) } else { Ok(text) }
}

#[cfg(test)]
mod tests;
