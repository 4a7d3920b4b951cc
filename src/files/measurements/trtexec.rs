//! `trtexec`: what it prints, `--exportTimes` and `--exportProfile`.
//!
//! It times one pass of an engine and knows nothing of tokens, so the user gives these. The time on the GPU counts,
//! without the copies around it, because an engine for text does not make them for each token.

use serde_json::{Map, Value};

use super::content::{Entry, first_keys};
use super::found::{Found, OperatorTime};
use super::measurement::{Measurement, Origin, Place};
use super::options::Options;
use super::printed::without_prefix;
use super::reader::{OfEntries, OfText, Reader, Writer};
use super::row::{self, MILLISECONDS, Row};
use super::told::{self, Engine};
use engine::error::{Error, Result};
use engine::statistics::{median, standard_deviation};

const ENGINE: Engine<'_> = Engine { name: "TensorRT trtexec", family: "TensorRT" };
const LABEL: &str = "GPU Compute Time:";

/// `--exportTimes`.
pub(super) const TIMES: Reader = Reader {
    entries: Some(OfEntries { recognises: is_times, read: read_times }),
    ..Reader::new("trtexec times", Writer::Tool("trtexec"))
};

/// `--exportProfile`.
pub(super) const PROFILE: Reader = Reader {
    entries: Some(OfEntries { recognises: is_profile, read: read_profile }),
    ..Reader::new("trtexec profile", Writer::Tool("trtexec"))
};

/// What it prints.
pub(super) const LOG: Reader = Reader {
    text: Some(OfText { recognises: is_log, read: read_log }),
    ..Reader::new("trtexec", Writer::Tool("trtexec"))
};

fn is_log(text: &str) -> bool {
    text.lines().any(|line| without_prefix(line).starts_with(LABEL))
}

fn is_times(entries: &[Entry]) -> bool {
    let keys = first_keys(entries);
    keys.contains(&"computeMs") && keys.contains(&"latencyMs")
}

/// The first entry of a profile counts its passes, the others are layers.
fn is_profile(entries: &[Entry]) -> bool {
    entries.iter().take(2).any(|(_, entry)| entry.get("name").is_some() && entry.get("averageMs").is_some())
}

/// `GPU Compute Time: min = 4.1 ms, max = 5 ms, mean = 4.3 ms, median = 4.2 ms, …`; the last of a log is its summary.
fn read_log(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| without_prefix(line).starts_with(LABEL));
    let Some((number, line)) = lines.last() else { return Ok(found) };
    let figures: Map<String, Value> = without_prefix(line)[LABEL.len()..]
        .split(',')
        .filter_map(|part| part.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), Value::from(value.trim().trim_end_matches("ms").trim_end())))
        .collect();
    let row = Row::new(figures);
    let median = row.time_s("median", MILLISECONDS).map_err(|error| error.at_line(number))?;
    let time_s = median.ok_or_else(|| row::missing("median").at_line(number))?;
    push(&mut found, file, Place::Line(number), time_s, options)?;
    Ok(found)
}

/// The median of all passes.
fn read_times(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let mut passes = Vec::with_capacity(entries.len());
    for (place, entry) in entries {
        let time = object(entry)
            .and_then(|row| row.time_s("computeMs", MILLISECONDS)?.ok_or_else(|| row::missing("computeMs")));
        passes.push(time.map_err(|error| place.locate(error, file))?);
    }
    let time_s = median(passes.iter().copied()).ok_or_else(|| row::missing("computeMs"))?;
    push(&mut found, file, Place::File, time_s, options)?;
    if let Some(measurement) = found.measurements.last_mut() {
        measurement.spread_s = standard_deviation(&passes).filter(|spread| *spread > 0.0);
    }
    Ok(found)
}

/// Layers by their names, and their sum as the time of the pass.
fn read_profile(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (place, entry) in entries {
        let row = object(entry).map_err(|error| place.locate(error, file))?;
        let Some(name) = row.text("name") else { continue };
        // A layer that is folded into another takes no time of its own.
        if row.number("averageMs").map_err(|error| place.locate(error, file))? == Some(0.0) {
            continue;
        }
        let time = row.time_s("averageMs", MILLISECONDS).map_err(|error| place.locate(error, file))?;
        found.operators.extend(time.map(|time_s| OperatorTime { name, time_s }));
    }
    let total_s = found.operators.iter().map(|operator| operator.time_s).sum::<f64>();
    if total_s > 0.0 {
        push(&mut found, file, Place::File, total_s, options)?;
        found.remark(format!("the sum of {} layers, without the gaps between them", found.operators.len()));
    }
    Ok(found)
}

fn push(found: &mut Found, file: &str, place: Place, time_s: f64, options: &Options<'_>) -> Result<()> {
    let base = told::measurement(options, Origin { file: file.to_owned(), place }, ENGINE, &[])?;
    found.measurements.push(Measurement { phase: told::one_pass(options)?, time_s, ..base });
    Ok(())
}

fn object(entry: Value) -> Result<Row> {
    match entry {
        Value::Object(object) => Ok(Row::new(object)),
        _ => Err(Error::new("an entry is no object")),
    }
}
