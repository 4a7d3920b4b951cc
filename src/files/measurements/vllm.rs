//! `vllm bench latency --output-json` (vllm/benchmarks/latency.py, 00cae07).
//!
//! It times whole batches from prompt to last token and does not say how many tokens these are. With one generated token
//! that time is the prefill.

use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfObject, Reader, Writer};
use super::row::{self, Row};
use super::told::{self, Engine};
use engine::error::{Error, Result};

const ENGINE: Engine<'_> = Engine::new("vLLM");
const LATENCY_KEYS: [&str; 4] = ["avg_latency", "std_latency", "latencies", "percentiles"];

/// `vllm bench latency`.
pub(super) const LATENCY: Reader = Reader {
    object: Some(OfObject { recognises: is_latency, read: |file, row, options| read_latency(file, &row, options) }),
    ..Reader::new("vllm bench latency", Writer::Tool("vllm bench latency or serve"))
};

fn is_latency(row: &Row) -> bool {
    row.has("avg_latency") && (row.has("latencies") || row.has("percentiles"))
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
    let origin = Origin { file: file.to_owned(), place: Place::File };
    let base = told::measurement(options, origin, ENGINE, &[])?;
    let (time_s, spread_s) = (median_s.unwrap_or(mean_s), row.spread_s("std_latency", 1.0)?);
    found.measurements.push(Measurement { phase, time_s, spread_s, ..base });
    Ok(found)
}
