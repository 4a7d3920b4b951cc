//! `AIPerf` and its predecessor `GenAI-Perf`: `profile_export_aiperf.json`, `profile_export_genai_perf.json` and their CSV.
//!
//! Every metric has its unit and its statistics (docs.nvidia.com/aiperf, "JSON export schema", 0.14). The CSV has the same under
//! other labels. Neither names the engine, and the CSV not even how many requests ran at once; that follows from how
//! long one takes and how many were answered in a second (Little's law).

use serde_json::{Map, Value, json};

use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfObject, OfText, Reader, Writer};
use super::row::Row;
use super::told::{self, Engine};
use engine::error::{Error, Result};

const ENGINE: Engine<'_> = Engine::any("server timed by AIPerf");
const METRICS: [&str; 6] = [
    "time_to_first_token",
    "inter_token_latency",
    "request_latency",
    "request_throughput",
    "input_sequence_length",
    "output_sequence_length",
];
/// A client that waits for each answer keeps the server nearly always busy, with one request.
const ONE_STREAM: [f64; 2] = [0.8, 1.03];

pub(super) const READER: Reader = Reader {
    object: Some(OfObject { recognises: is_export, read: |file, row, options| read(file, &row, options) }),
    text: Some(OfText { recognises: is_csv, read: read_csv }),
    ..Reader::new("AIPerf", Writer::Tool("AIPerf or GenAI-Perf"))
};

fn is_export(row: &Row) -> bool {
    METRICS[..3]
        .iter()
        .any(|metric| row.value(metric).is_some_and(|value| value.get("avg").or_else(|| value.get("p50")).is_some()))
}

fn is_csv(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.lines().any(|line| line.starts_with("metric,avg,"))
        && (lower.contains("time to first token") || lower.contains("inter token latency"))
}

/// `Time To First Token (ms),"1,146.31",…` below `Metric,avg,min,…` becomes the JSON's `time_to_first_token`.
fn read_csv(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut header: Vec<String> = Vec::new();
    let mut metrics = Map::new();
    for record in reader.records() {
        let record = record.map_err(|error| Error::new(format!("the line is not CSV: {error}")))?;
        let Some(label) = record.get(0) else { continue };
        if label.eq_ignore_ascii_case("metric") {
            header = record.iter().map(str::to_lowercase).collect();
            continue;
        }
        let (name, unit) = label.rsplit_once('(').unwrap_or((label, ""));
        let key = name.trim().to_lowercase().replace(' ', "_");
        let mut statistics = Map::from_iter([("unit".to_owned(), json!(unit.trim_end_matches(')')))]);
        for (column, cell) in header.iter().zip(&record).skip(1) {
            let column = if column == "value" { "avg" } else { column };
            if let Ok(number) = cell.replace(',', "").parse::<f64>() {
                statistics.insert(column.to_owned(), json!(number));
            }
        }
        metrics.insert(key, Value::Object(statistics));
    }
    read(file, &Row::new(metrics), options)
}

fn read(file: &str, row: &Row, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let config = row.value("input_config");
    let model = config.and_then(|config| text_of(config, &["model_names", "model", "models"]));
    let names: Vec<&str> = model.as_deref().into_iter().collect();
    let origin = Origin { file: file.to_owned(), place: Place::File };
    let base = told::measurement(options, origin, ENGINE, &names)?;
    if options.engine.is_none() {
        found.remark("the engine is not named: --engine says it");
    }
    let told = |tokens: Option<u32>| tokens.map(f64::from);
    let prompt = tokens(row, "input_sequence_length")?.or_else(|| told(options.input_len));
    let generated = tokens(row, "output_sequence_length")?.or_else(|| told(options.output_len));
    let Some(prompt) = prompt else {
        return Err(Error::new("the file does not say how long its prompts were").hint("give it: --input-len 1024"));
    };
    let crowded = crowded(row, config, options)?;
    let base = Measurement { excluded: crowded.or(base.excluded), batch: 1, ..base };
    if let Some((time_s, spread_s)) = time_s(row, "time_to_first_token")? {
        let phase = Phase::Prefill { prompt_tokens: prompt };
        found.measurements.push(Measurement { phase, time_s, spread_s, ..base.clone() });
    }
    if let Some((time_s, spread_s)) = time_s(row, "inter_token_latency")? {
        let phase = Phase::decode(prompt, generated);
        found.measurements.push(Measurement { phase, time_s, spread_s, ..base.clone() });
    }
    // Without streaming nothing but whole requests is timed.
    if found.measurements.is_empty()
        && let (Some((time_s, spread_s)), Some(generated_tokens)) = (time_s(row, "request_latency")?, generated)
    {
        let phase = Phase::Request { prompt_tokens: prompt, generated_tokens };
        found.measurements.push(Measurement { phase, time_s, spread_s, ..base });
    }
    Ok(found)
}

/// The mean of a length.
fn tokens(row: &Row, name: &str) -> Result<Option<f64>> {
    let Some(Value::Object(metric)) = row.value(name) else { return Ok(None) };
    Row::new(metric.clone()).tokens("avg").map_err(|error| error.at_column(name))
}

/// A statistic of a metric.
fn metric(row: &Row, name: &str, statistic: &str) -> Result<Option<f64>> {
    let Some(Value::Object(metric)) = row.value(name) else { return Ok(None) };
    Row::new(metric.clone()).number(statistic).map_err(|error| error.at_column(name))
}

/// Median and standard deviation of a time; the mean where there is no median.
fn time_s(row: &Row, name: &str) -> Result<Option<(f64, Option<f64>)>> {
    let Some(Value::Object(metric)) = row.value(name) else { return Ok(None) };
    let metric = Row::new(metric.clone());
    let per_s = match metric.text("unit").unwrap_or_default().as_str() {
        "ns" | "nanoseconds" => 1e9,
        "us" | "µs" | "microseconds" => 1e6,
        "s" | "sec" | "seconds" => 1.0,
        _ => 1e3,
    };
    let read = || -> Result<Option<(f64, Option<f64>)>> {
        let time_s =
            metric.time_s("p50", per_s)?.map_or_else(|| metric.time_s("avg", per_s), |time_s| Ok(Some(time_s)))?;
        let spread_s = metric.spread_s("std", per_s)?;
        Ok(time_s.map(|time_s| (time_s, spread_s)))
    };
    read().map_err(|error| error.at_column(name))
}

/// Why these are not the times of one stream, if so.
fn crowded(row: &Row, config: Option<&Value>, options: &Options<'_>) -> Result<Option<String>> {
    const ONE: &str = "and a single stream is what is predicted";
    if let Some(concurrency) = config.and_then(|config| number_of(config, "concurrency")) {
        let said = format!("up to {concurrency} requests ran at once, {ONE}");
        return Ok((concurrency > 1.0).then_some(said));
    }
    if options.batch == Some(1) {
        return Ok(None);
    }
    let latency_s = metric(row, "request_latency", "avg")?;
    let throughput = metric(row, "request_throughput", "avg")?;
    Ok(match latency_s.zip(throughput).map(|(latency_ms, throughput)| latency_ms / 1e3 * throughput) {
        Some(at_once) if (ONE_STREAM[0]..=ONE_STREAM[1]).contains(&at_once) => None,
        Some(at_once) if at_once > 1.0 => Some(format!("{at_once:.1} requests ran at once on average, {ONE}")),
        _ => Some(
            "the file does not say that one request ran at a time (concurrency 1): if so, say --batch 1".to_owned(),
        ),
    })
}

/// The first number under this key, however deep: versions nest their settings differently.
fn number_of(config: &Value, key: &str) -> Option<f64> {
    match config {
        Value::Object(object) => {
            let here = object.get(key).and_then(Value::as_f64);
            here.or_else(|| object.values().find_map(|value| number_of(value, key)))
        }
        Value::Array(values) => values.iter().find_map(|value| number_of(value, key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The first text under one of these keys, however deep; of a list, its first.
fn text_of(config: &Value, keys: &[&str]) -> Option<String> {
    fn plain(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Array(values) => values.first().and_then(plain),
            Value::Object(object) => object.get("name").and_then(plain),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }
    let Value::Object(object) = config else { return None };
    let here = keys.iter().find_map(|key| object.get(*key).and_then(plain));
    here.or_else(|| object.values().find_map(|value| text_of(value, keys)))
}
