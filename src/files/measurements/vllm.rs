//! `vllm bench latency --output-json` and `vllm bench serve --save-result`.
//!
//! The first one times whole batches from prompt to last token and does not say how many tokens these are. With one
//! generated token that time is the prefill. The second one times each request as a client sees it, with the overhead
//! of the server. Its medians are taken, because a first request is often slow.

use serde_json::Value;

use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfObject, Reader, Writer};
use super::row::{self, MILLISECONDS, Row};
use super::told;
use engine::error::{Error, Result};
use engine::statistics::{mean, standard_deviation};

const LATENCY_KEYS: [&str; 4] = ["avg_latency", "std_latency", "latencies", "percentiles"];
const SERVE_KEYS: [&str; 14] = [
    "completed",
    "failed",
    "total_input_tokens",
    "total_output_tokens",
    "input_lens",
    "output_lens",
    "max_concurrent_requests",
    "max_concurrency",
    "median_ttft_ms",
    "median_tpot_ms",
    "std_ttft_ms",
    "std_tpot_ms",
    "model_id",
    "date",
];
/// If input lengths spread more than this, the median of the times and the mean of the lengths belong to different
/// requests.
const LARGEST_SPREAD: f64 = 0.2;

/// `vllm bench latency`.
pub(super) const LATENCY: Reader = Reader {
    object: Some(OfObject { recognises: is_latency, read: |file, row, options| read_latency(file, &row, options) }),
    ..Reader::new("vllm bench latency", Writer::Tool("vllm bench latency or serve"))
};

/// `vllm bench serve`.
pub(super) const SERVE: Reader = Reader {
    object: Some(OfObject { recognises: is_serve, read: |file, row, options| read_serve(file, &row, options) }),
    ..Reader::new("vllm bench serve", Writer::Tool("vllm bench latency or serve"))
};

fn is_latency(row: &Row) -> bool {
    row.has("avg_latency") && (row.has("latencies") || row.has("percentiles"))
}

fn is_serve(row: &Row) -> bool {
    row.has("median_ttft_ms") || row.has("median_tpot_ms")
}

fn read_latency(file: &str, row: &Row, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    found.ignore(row.others(&LATENCY_KEYS));
    let (Some(prompt), Some(generated), Some(_)) = (options.input_len, options.output_len, options.batch) else {
        return Err(Error::new("the file does not say how many tokens its requests had")
            .hint("give them as vllm was given them: --input-len 1024 --output-len 128 --batch 1"));
    };
    if prompt == 0 || generated == 0 {
        return Err(Error::new("a request has a prompt and generates at least one token")
            .in_source("--input-len, --output-len"));
    }
    let mean_s = row.time_s("avg_latency", 1.0)?.ok_or_else(|| row::missing("avg_latency"))?;
    let median_s = row.object("percentiles")?.map(|percentiles| percentiles.time_s("50", 1.0)).transpose()?.flatten();
    let (prompt_tokens, generated_tokens) = (f64::from(prompt), f64::from(generated));
    let phase = match generated {
        1 => Phase::Prefill { prompt_tokens },
        _ => Phase::Request { prompt_tokens, generated_tokens },
    };
    let base = told::measurement(options, origin(file), "vLLM", &[])?;
    let (time_s, spread_s) = (median_s.unwrap_or(mean_s), row.spread_s("std_latency", 1.0)?);
    found.measurements.push(Measurement { phase, time_s, spread_s, ..base });
    Ok(found)
}

fn read_serve(file: &str, row: &Row, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    found.ignore(row.others(&SERVE_KEYS));
    let name = row.text("model_id");
    let names: Vec<&str> = name.as_deref().into_iter().collect();
    let mut base = told::measurement(options, origin(file), "vLLM", &names)?;
    base.batch = 1;
    base.note = row.text("date").map(|date| format!("measured {date}"));
    base.excluded = crowded(row)?.or(base.excluded);
    let prompt = tokens(row, ["input_lens", "total_input_tokens"], options.input_len)?;
    let generated = tokens(row, ["output_lens", "total_output_tokens"], options.output_len)?;
    let Some(prompt) = prompt else {
        return Err(Error::new("the file does not say how long its prompts were").hint("give it: --input-len 1024"));
    };
    if lengths(row, "input_lens").is_some_and(|(mean, spread)| spread > LARGEST_SPREAD * mean) {
        found.remark("prompts differ in length: the median time is taken for one of their mean length");
    }
    if row.count("failed")?.is_some_and(|failed| failed > 0) {
        found.remark("some requests failed");
    }
    if let Some(time_s) = row.time_s("median_ttft_ms", MILLISECONDS)? {
        let spread_s = row.spread_s("std_ttft_ms", MILLISECONDS)?;
        let phase = Phase::Prefill { prompt_tokens: prompt };
        found.measurements.push(Measurement { phase, time_s, spread_s, ..base.clone() });
    }
    if let Some(time_s) = row.time_s("median_tpot_ms", MILLISECONDS)? {
        let spread_s = row.spread_s("std_tpot_ms", MILLISECONDS)?;
        found.measurements.push(Measurement { phase: Phase::decode(prompt, generated), time_s, spread_s, ..base });
    }
    Ok(found)
}

/// Requests that run together share each pass: that is no time of one sequence.
fn crowded(row: &Row) -> Result<Option<String>> {
    let most = row.count("max_concurrent_requests")?;
    let most = if most.is_some() { most } else { row.count("max_concurrency")? };
    Ok(match most {
        Some(0 | 1) => None,
        Some(most) => Some(format!("up to {most} requests ran at once, and a single stream is what is predicted")),
        None => Some("the file does not say that one request ran at a time (--max-concurrency 1)".to_owned()),
    })
}

/// Mean tokens of a request: from the list, else from the total, else as told.
fn tokens(row: &Row, [list, total]: [&str; 2], told: Option<u32>) -> Result<Option<f64>> {
    if let Some((mean, _)) = lengths(row, list) {
        return Ok(Some(mean));
    }
    match (row.tokens(total)?, row.positive("completed")?) {
        (Some(total), Some(completed)) => Ok(Some(total / completed)),
        _ => Ok(told.filter(|tokens| *tokens > 0).map(f64::from)),
    }
}

/// Mean and standard deviation of a list of lengths.
fn lengths(row: &Row, key: &str) -> Option<(f64, f64)> {
    let Value::Array(lengths) = row.value(key)? else { return None };
    let lengths: Vec<f64> =
        lengths.iter().filter_map(Value::as_f64).filter(|length| (1.0..1e9).contains(length)).collect();
    Some((mean(lengths.iter().copied())?, standard_deviation(&lengths)?))
}

fn origin(file: &str) -> Origin {
    Origin { file: file.to_owned(), place: Place::File }
}
