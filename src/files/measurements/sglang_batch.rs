//! `sglang.bench_one_batch` and `sglang.bench_one_batch_server`: one batch in lockstep, as JSON Lines (`--result-filename`) or as
//! printed.
//!
//! The decode latency is that of one step of the whole batch. The first of the generated tokens comes out of the prefill. What
//! is printed has no lengths, which must be told; a warm-up is printed before `Benchmark ...` and does not count.

use serde_json::{Map, Value};

use super::content::{Entry, first_keys};
use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::printed::without_prefix;
use super::reader::{OfEntries, OfObject, OfText, Reader, Writer};
use super::row::Row;
use super::told::{self, Engine};
use engine::error::{Error, Result};

const ENGINE: Engine<'_> = Engine::new("SGLang");
const WRITER: Writer = Writer::Tool("sglang's bench_serving or bench_one_batch");
const KEYS: [&str; 18] = [
    "run_name",
    "batch_size",
    "input_len",
    "output_len",
    "prefill_latency",
    "prefill_throughput",
    "median_decode_latency",
    "median_decode_throughput",
    "total_latency",
    "overall_throughput",
    "latency",
    "input_throughput",
    "output_throughput",
    "last_ttft",
    "ttft",
    "last_gen_throughput",
    "acc_length",
    "cache_hit_rate",
];
const PREFILL: &str = "Prefill. latency:";
const DECODE: &str = "Decode.  median latency:";

pub(super) const READER: Reader = Reader {
    entries: Some(OfEntries { recognises: |entries| is_entry(&first_keys(entries)), read: read_entries }),
    object: Some(OfObject { recognises: |row| is_entry(&row.keys()), read: read_object }),
    text: Some(OfText { recognises: |text| text.contains(PREFILL), read: read_text }),
    ..Reader::new("sglang bench_one_batch", WRITER)
};

fn is_entry(keys: &[&str]) -> bool {
    let has = |key: &&str| keys.contains(key);
    ["batch_size", "input_len", "output_len"].iter().all(has)
        && ["prefill_latency", "last_ttft", "ttft"].iter().any(has)
}

fn read_object(file: &str, row: Row, options: &Options<'_>) -> Result<Found> {
    read_entries(file, vec![(Place::Line(1), Value::Object(row.into_object()))], options)
}

fn read_entries(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (place, entry) in entries {
        let Value::Object(object) = entry else {
            return Err(place.locate(Error::new("an entry is no object").expected("one object for each batch"), file));
        };
        let origin = Origin { file: file.to_owned(), place };
        read_run(&Row::new(object), origin, options, &mut found).map_err(|error| place.locate(error, file))?;
    }
    Ok(found)
}

fn read_text(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    // Without the heading there was no warm-up.
    let mut measured = !text.lines().any(|line| line.trim_start_matches(['#', ' ']).starts_with("Benchmark ..."));
    let mut figures: Option<(u64, Map<String, Value>)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = without_prefix(line.trim_start_matches(['#', ' ']));
        measured |= line.starts_with("Benchmark ...");
        let time =
            |label: &str| line.strip_prefix(label).and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
        if let Some(time) = time(PREFILL).filter(|_| measured) {
            if let Some((line, figures)) = figures.take() {
                printed(file, line, figures, options, &mut found)?;
            }
            figures = Some((number, Map::from_iter([("prefill_latency".to_owned(), Value::from(time))])));
        } else if let (Some(time), Some((_, figures))) = (time(DECODE), &mut figures) {
            figures.insert("median_decode_latency".to_owned(), Value::from(time));
        }
    }
    if let Some((line, figures)) = figures {
        printed(file, line, figures, options, &mut found)?;
    }
    Ok(found)
}

fn printed(
    file: &str,
    line: u64,
    mut figures: Map<String, Value>,
    options: &Options<'_>,
    found: &mut Found,
) -> Result<()> {
    let (Some(prompt), Some(generated)) = (options.input_len, options.output_len) else {
        return Err(Error::new("what sglang prints does not say how many tokens its requests had")
            .at_line(line)
            .hint("give them as sglang was given them: --input-len 1024 --output-len 128 --batch 1"));
    };
    figures.insert("input_len".to_owned(), Value::from(prompt));
    figures.insert("output_len".to_owned(), Value::from(generated));
    figures.insert("batch_size".to_owned(), Value::from(options.batch.unwrap_or(1)));
    let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
    read_run(&Row::new(figures), origin, options, found).map_err(|error| error.at_line(line))
}

fn read_run(row: &Row, origin: Origin, options: &Options<'_>, found: &mut Found) -> Result<()> {
    found.ignore(row.others(&KEYS));
    let base = told::measurement(options, origin, ENGINE, &[])?;
    let batch = row.count("batch_size")?.unwrap_or(1);
    let batch = u32::try_from(batch).ok().filter(|batch| *batch > 0).ok_or_else(|| {
        Error::new(format!("'{batch}' is out of range"))
            .at_column("batch_size")
            .expected("sequences at a time, 1 or more")
    })?;
    let base = Measurement { batch, ..base };
    let (Some(prompt), generated) = (row.tokens("input_len")?, row.tokens("output_len")?.unwrap_or(1.0)) else {
        return Err(super::row::missing("input_len"));
    };
    let first = ["prefill_latency", "last_ttft", "ttft"].into_iter().find_map(|key| row.time_s(key, 1.0).transpose());
    let first_s = first.transpose()?;
    if let Some(time_s) = first_s {
        let cached = row.number("cache_hit_rate")?.is_some_and(|rate| rate > 0.0);
        let cached = cached.then(|| "tokens of the prompts were not computed but reused".to_owned());
        let phase = Phase::Prefill { prompt_tokens: prompt };
        let excluded = base.excluded.clone().or(cached);
        found.measurements.push(Measurement { phase, time_s, excluded, ..base.clone() });
    }
    // The server's clock runs on after the first token.
    let rest_s =
        row.time_s("latency", 1.0)?.zip(first_s).map(|(whole_s, first_s)| (whole_s - first_s) / (generated - 1.0));
    let step_s = row
        .time_s("median_decode_latency", 1.0)?
        .or_else(|| rest_s.filter(|step_s| step_s.is_finite() && *step_s > 0.0));
    if generated > 1.0
        && let Some(time_s) = step_s
    {
        let drafted = row.number("acc_length")?.is_some_and(|length| length > 1.001);
        let drafted = drafted.then(|| "speculative decoding is not predicted".to_owned());
        let phase = Phase::decode(prompt, Some(generated - 1.0));
        let excluded = base.excluded.clone().or(drafted);
        found.measurements.push(Measurement { phase, time_s, excluded, ..base });
    }
    Ok(())
}
