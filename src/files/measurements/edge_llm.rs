//! TensorRT Edge-LLM: `llm_inference --dumpProfile`, as JSON or as the text that it prints, and `llm_bench`.
//!
//! The text has the figures of the JSON under headings. So it is brought to the same keys and read by the same rules.

use serde_json::{Map, Value, json};

use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::printed::without_prefix;
use super::reader::{OfObject, OfText, Reader, Writer};
use super::row::{self, MILLISECONDS, Row};
use super::told::{self, Engine};
use engine::error::Result;

const ENGINE: Engine<'_> = Engine::new("TensorRT Edge-LLM");
/// `llm_bench` is timed without sampling, so its rates are kept apart.
const OF_BENCH: Engine<'_> = Engine { name: "TensorRT Edge-LLM llm_bench", family: ENGINE.name };
const KEYS: [&str; 3] = ["prefill", "generation", "eagle_generation"];
/// Figures are printed with at least three digits.
const TOLERANCE: f64 = 0.01;
const E2E: &str = "E2E Time (actual performance)";

/// `llm_bench`, as printed. Its output may hold the headings of a profile too, so it is asked first.
pub(super) const BENCH: Reader = Reader {
    text: Some(OfText { recognises: is_bench_text, read: read_bench }),
    ..Reader::new("TensorRT Edge-LLM llm_bench", Writer::Tool("TensorRT Edge-LLM"))
};

/// `llm_inference --dumpProfile`, as JSON and as printed.
pub(super) const PROFILE: Reader = Reader {
    object: Some(OfObject { recognises: is_profile, read: |file, row, options| read_profile(file, &row, options) }),
    text: Some(OfText { recognises: is_profile_text, read: read_profile_text }),
    ..Reader::new("TensorRT Edge-LLM profile", Writer::Tool("TensorRT Edge-LLM"))
};

fn is_profile(row: &Row) -> bool {
    ["prefill", "generation"]
        .iter()
        .any(|key| row.value(key).is_some_and(|phase| phase.get("average_time_per_token_ms").is_some()))
}

fn is_profile_text(text: &str) -> bool {
    text.contains("=== LLM Generation") || text.contains("=== LLM Prefill")
}

fn is_bench_text(text: &str) -> bool {
    text.contains(E2E)
}

fn read_profile(file: &str, row: &Row, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    found.ignore(row.others(&KEYS));
    let origin = Origin { file: file.to_owned(), place: Place::File };
    let base = told::measurement(options, origin, ENGINE, &[])?;
    let told = options.input_len.map(f64::from).filter(|tokens| *tokens > 0.0);
    let mut prompt = told;
    if let Some(phase) = row.object("prefill")? {
        let computed = phase.tokens("average_tokens_per_run")?.or(told);
        prompt = told.or(computed);
        prefill(&phase, computed, &base, &mut found)?;
    }
    if row.has("eagle_generation") {
        found.remark("speculative decoding is not predicted: its times were left out");
    }
    if let Some(phase) = row.object("generation")? {
        generation(&phase, prompt, &base, &mut found)?;
    }
    Ok(found)
}

fn prefill(phase: &Row, tokens: Option<f64>, base: &Measurement, found: &mut Found) -> Result<()> {
    let Some(tokens) = tokens else {
        found.skip(&base.origin, "prefill without the length of its prompt (--input-len)");
        return Ok(());
    };
    let per_token_s = phase.time_s("average_time_per_token_ms", MILLISECONDS)?;
    let time_s =
        phase.time_s("average_time_per_run_ms", MILLISECONDS)?.or_else(|| per_token_s.map(|time| time * tokens));
    let Some(time_s) = time_s else { return Err(row::missing("average_time_per_run_ms")) };
    if let Some(rate) = phase.rate("tokens_per_second")? {
        row::agree(("tokens_per_second", rate), ("average_time_per_run_ms", tokens / time_s), TOLERANCE)?;
    }
    let reused = phase.count("reused_tokens")?.filter(|reused| *reused > 0);
    let reused = reused.map(|reused| format!("{reused} tokens of the prompts were not computed but reused"));
    let excluded = base.excluded.clone().or(reused);
    let phase = Phase::Prefill { prompt_tokens: tokens };
    found.measurements.push(Measurement { phase, time_s, excluded, ..base.clone() });
    Ok(())
}

fn generation(phase: &Row, prompt: Option<f64>, base: &Measurement, found: &mut Found) -> Result<()> {
    const KEY: &str = "average_time_per_token_ms";
    let time_s = phase.time_s(KEY, MILLISECONDS)?.ok_or_else(|| row::missing(KEY))?;
    if let Some(rate) = phase.rate("tokens_per_second")? {
        row::agree(("tokens_per_second", rate), (KEY, 1.0 / time_s), TOLERANCE)?;
    }
    if prompt.is_none() {
        found.remark("decode without the length of its prompt: context taken as the generated tokens alone");
    }
    let phase = Phase::decode(prompt.unwrap_or(0.0), phase.tokens("average_tokens_per_run")?);
    found.measurements.push(Measurement { phase, time_s, ..base.clone() });
    Ok(())
}

/// `Average Time per Token: 30.4815 ms` below `=== LLM Generation (…) ===` becomes the JSON's
/// `generation.average_time_per_token_ms`.
fn read_profile_text(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut phases = Map::new();
    let mut phase = None;
    for line in text.lines().map(without_prefix) {
        if let Some(heading) = line.strip_prefix("===") {
            let is = |name: &str| heading.trim_start().starts_with(name);
            phase = if is("LLM Prefill") {
                Some("prefill")
            } else if is("LLM Generation") {
                Some("generation")
            } else {
                None
            };
        } else if let (Some(phase), Some((label, value))) = (phase, line.split_once(':')) {
            let mut words = value.split_whitespace();
            let number = words.next().unwrap_or_default();
            let unit = if words.next() == Some("ms") { "_ms" } else { "" };
            let key =
                label.trim().to_lowercase().replace('/', " per ").split_whitespace().collect::<Vec<_>>().join("_")
                    + unit;
            let entry = phases.entry(phase).or_insert_with(|| json!({}));
            if let Some(object) = entry.as_object_mut() {
                object.entry(key).or_insert_with(|| Value::from(number));
            }
        }
    }
    read_profile(file, &Row::new(phases), options)
}

/// One test of `llm_bench`, whose lines follow each other: the time, the lengths, the rate.
#[derive(Debug, Default)]
struct Bench {
    line: u64,
    figures: Map<String, Value>,
}

/// What `llm_bench` prints; older versions do not say the lengths, which must be told then.
fn read_bench(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut benches: Vec<Bench> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = without_prefix(line);
        if line.starts_with(E2E) {
            benches.push(Bench { line: number, figures: Map::new() });
        }
        let Some(bench) = benches.last_mut() else { continue };
        for (label, value) in line.split(", ").filter_map(|part| part.split_once(':')) {
            let value = value.split_whitespace().next().unwrap_or_default();
            bench.figures.entry(label.trim().to_owned()).or_insert_with(|| Value::from(value));
        }
    }
    let mut found = Found::default();
    for Bench { line, figures } in benches {
        let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
        let base = told::measurement(options, origin, OF_BENCH, &[])?;
        bench(&Row::new(figures), &base, options, &mut found).map_err(|error| error.at_line(line))?;
    }
    Ok(found)
}

fn bench(row: &Row, base: &Measurement, options: &Options<'_>, found: &mut Found) -> Result<()> {
    if row.has("VerifyTreeSize") || row.has("DraftTreeSize") {
        found.skip(&base.origin, "speculative decoding is not predicted");
        return Ok(());
    }
    let time_s = row.time_s(E2E, MILLISECONDS)?.ok_or_else(|| row::missing(E2E))?;
    let (phase, tokens) = match (row.tokens("InputLen")?, row.number("PastKVLen")?) {
        (Some(prompt), None) => (Phase::Prefill { prompt_tokens: prompt }, prompt),
        (_, Some(before)) if before >= 0.0 => {
            // The first of OSL tokens is the prefill's.
            let generated = (row.tokens("OSL")?.unwrap_or(1.0) - 1.0).max(1.0);
            (Phase::decode(before, Some(generated)), generated)
        }
        _ => (told::one_pass(options)?, options.input_len.map_or(1.0, f64::from)),
    };
    if let Some(rate) = row.rate("Tokens/sec (E2E)")? {
        row::agree(("Tokens/sec (E2E)", rate), (E2E, tokens / time_s), TOLERANCE)?;
    }
    if row.count("ReuseKVLen")?.is_some_and(|reused| reused > 0) {
        found.skip(&base.origin, "a prompt after others, which is no whole prefill");
        return Ok(());
    }
    let time_s = if matches!(phase, Phase::Decode { .. }) { time_s / tokens } else { time_s };
    found.measurements.push(Measurement { phase, time_s, ..base.clone() });
    Ok(())
}
