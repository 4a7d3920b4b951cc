//! The table that both tools print: `============ Serving Benchmark Result ============`, a figure on each line.

use serde_json::{Map, Value};

use super::{Origin, Place, Run};
use crate::measurements::found::Found;
use crate::measurements::options::Options;
use crate::measurements::printed::without_prefix;
use crate::measurements::row::Row;
use engine::error::Result;

const HEADING: &str = "Serving Benchmark Result";

/// Labels, and the keys that the tools write them under.
const LABELS: [(&str, &str); 24] = [
    ("Backend", "backend"),
    ("Traffic request rate", "request_rate"),
    ("Maximum request concurrency", "max_concurrency"),
    ("Max request concurrency", "max_concurrency"),
    ("Peak concurrent requests", "max_concurrent_requests"),
    ("Concurrency", "concurrency"),
    ("Successful requests", "completed"),
    ("Failed requests", "failed"),
    ("Benchmark duration (s)", "duration"),
    ("Total input tokens", "total_input_tokens"),
    ("Total generated tokens", "total_output_tokens"),
    ("Total generated tokens (retokenized)", "total_output_tokens_retokenized"),
    ("Request throughput (req/s)", "request_throughput"),
    ("Output token throughput (tok/s)", "output_throughput"),
    ("Mean TTFT (ms)", "mean_ttft_ms"),
    ("Median TTFT (ms)", "median_ttft_ms"),
    ("Mean TPOT (ms)", "mean_tpot_ms"),
    ("Median TPOT (ms)", "median_tpot_ms"),
    ("Mean ITL (ms)", "mean_itl_ms"),
    ("Median ITL (ms)", "median_itl_ms"),
    ("Mean E2E Latency (ms)", "mean_e2e_latency_ms"),
    ("Median E2E Latency (ms)", "median_e2e_latency_ms"),
    ("Accept length", "accept_length"),
    ("Acceptance length", "spec_decode_acceptance_length"),
];

/// Whether a text has such a table, of the tool that calls itself so.
pub(super) fn is(text: &str, tool: &str) -> bool {
    let of_sglang = || text.contains("E2E Latency (ms)") || text.contains("(retokenized)");
    text.contains(HEADING) && (tool.is_empty() || !of_sglang())
}

/// Every table of a text, with what was printed before it of how it was run.
pub(super) fn read(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let mut figures = Map::new();
    let mut start = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = without_prefix(line.trim_start_matches(['#', ' ', '\t']));
        if line.contains(HEADING) {
            start = Some(number);
        } else if let Some(start) = start.filter(|_| line.len() > 20 && line.bytes().all(|byte| byte == b'=')) {
            run(file, start, std::mem::take(&mut figures), options, &mut found)?;
        } else if let Some((label, value)) = line.rsplit_once(':') {
            let known = LABELS.iter().find(|(known, _)| *known == label.trim());
            if let Some((_, key)) = known {
                figures.insert((*key).to_owned(), Value::from(value.trim()));
            }
        } else if let Some(model) = line.split_once("model='").and_then(|(_, rest)| rest.split('\'').next()) {
            figures.insert("model_id".to_owned(), Value::from(model));
        }
        if line.bytes().all(|byte| byte == b'=') && line.len() > 20 {
            start = None;
        }
    }
    // Copied without its last line.
    if let Some(start) = start {
        run(file, start, figures, options, &mut found)?;
    }
    Ok(found)
}

fn run(file: &str, line: u64, mut figures: Map<String, Value>, options: &Options<'_>, found: &mut Found) -> Result<()> {
    // "None" and "not set" are how the tools say nothing.
    figures.retain(|_, value| !matches!(value.as_str(), Some("None" | "not set" | "N/A")));
    let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
    Run { row: &Row::new(figures), origin, options }.read(found).map_err(|error| error.at_line(line))
}
