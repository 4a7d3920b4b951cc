//! What llama.cpp says of its own speed: `timings` in the answers of `llama-server` (tools/server, `result_timings`), and the lines
//! that it and `llama-cli` print (`llama_perf_context_print`; formerly `llama_print_timings`).
//!
//! ```text
//! prompt eval time =    2441.22 ms /   161 tokens (   15.16 ms per token,    65.95 tokens per second)
//!        eval time =  349899.35 ms /  8853 tokens (   39.52 ms per token,    25.30 tokens per second)
//! ```
//!
//! A server evaluates only what of a prompt is not in its cache. So a prompt that was reused is no whole prefill.

use serde_json::{Map, Value};

use super::content::Entry;
use super::found::Found;
use super::measurement::{Device, Measurement, Named, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfEntries, OfObject, OfText, Reader, Writer};
use super::row::{self, MILLISECONDS, Row};
use super::told::{self, Engine};
use super::{formats, ollama};
use engine::error::Result;

const ENGINE: Engine<'_> = Engine::new("llama.cpp");
const PROMPT: &str = "prompt eval time =";
const GENERATION: &str = "eval time =";
/// Figures are printed with two decimals.
const TOLERANCE: f64 = 0.02;

pub(super) const READER: Reader = Reader {
    entries: Some(OfEntries { recognises: |entries| entries.iter().any(is_answer), read: read_entries }),
    object: Some(OfObject { recognises: |row| timings(row).is_some(), read: read_object }),
    text: Some(OfText { recognises: |text| text.contains(PROMPT), read: read_log }),
    ..Reader::new("llama-server", Writer::Tool("llama-server's timings or log"))
};

fn is_answer((_, entry): &Entry) -> bool {
    entry.as_object().is_some_and(|object| timings(&Row::new(object.clone())).is_some())
}

/// The timings of an answer, or the timings alone.
fn timings(row: &Row) -> Option<Row> {
    let is_it = |row: &Row| row.has("predicted_ms") && row.has("predicted_n");
    row.object("timings").ok().flatten().filter(is_it).or_else(|| is_it(row).then(|| row.clone()))
}

fn read_object(file: &str, row: Row, options: &Options<'_>) -> Result<Found> {
    read_entries(file, vec![(Place::File, Value::Object(row.into_object()))], options)
}

fn read_entries(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (place, entry) in entries {
        let Value::Object(object) = entry else { continue };
        let answer = Row::new(object);
        // Pieces of a streamed answer have none, but for the last.
        let Some(timings) = timings(&answer) else { continue };
        let name = answer.text("model");
        let run = Run {
            names: name.iter().map(String::as_str).collect(),
            file_type: None,
            version: answer.text("system_fingerprint"),
            on_gpu: None,
        };
        run.read(&timings, Origin { file: file.to_owned(), place }, options, &mut found)
            .map_err(|error| place.locate(error, file))?;
    }
    Ok(found)
}

/// What is known of a run beside its times.
#[derive(Debug, Default, Clone)]
struct Run<'a> {
    /// What the model is called.
    names: Vec<&'a str>,
    /// The type of its file.
    file_type: Option<&'a str>,
    version: Option<String>,
    /// Layers on the GPU, and of how many.
    on_gpu: Option<(u32, u32)>,
}

impl Run<'_> {
    fn read(&self, timings: &Row, origin: Origin, options: &Options<'_>, found: &mut Found) -> Result<()> {
        let base = self.base(origin, options)?;
        let reused = timings.count("cache_n")?.unwrap_or(0) as f64;
        let prompt = timings.count("prompt_n")?.unwrap_or(0) as f64;
        if prompt > 1.0
            && let Some(time_s) = timings.time_s("prompt_ms", MILLISECONDS)?
        {
            if let Some(rate) = timings.rate("prompt_per_second")? {
                row::agree(("prompt_per_second", rate), ("prompt_ms", prompt / time_s), TOLERANCE)?;
            }
            let doubt = (reused > 0.0).then(|| format!("{reused} tokens of the prompt were not computed but reused"));
            let excluded = base.excluded.clone().or(doubt);
            let phase = Phase::Prefill { prompt_tokens: prompt };
            found.measurements.push(Measurement { phase, time_s, excluded, ..base.clone() });
        } else {
            found.skip(&base.origin, "a prompt of one token or none: it was in the cache");
        }
        let generated = timings.count("predicted_n")?.unwrap_or(0) as f64;
        let time_s = if generated > 1.0 { timings.time_s("predicted_ms", MILLISECONDS)? } else { None };
        let Some(time_s) = time_s.map(|time_s| time_s / generated) else {
            found.skip(&base.origin, "a generation of one token or none");
            return Ok(());
        };
        if let Some(rate) = timings.rate("predicted_per_second")? {
            row::agree(("predicted_per_second", rate), ("predicted_ms", 1.0 / time_s), TOLERANCE)?;
        }
        let drafted = timings.number("draft_n")?.is_some_and(|drafted| drafted > 0.0);
        let doubt = drafted.then(|| "speculative decoding is not predicted".to_owned());
        let excluded = base.excluded.clone().or(doubt);
        let phase = Phase::decode(reused + prompt, Some(generated));
        found.measurements.push(Measurement { phase, time_s, excluded, ..base });
        Ok(())
    }

    fn base(&self, origin: Origin, options: &Options<'_>) -> Result<Measurement> {
        let names: Vec<String> = self.names.iter().flat_map(|name| ollama::spellings(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let format = self.file_type.map(formats::of_llama_cpp);
        let base = told::in_format(options, origin, ENGINE, (&names, format))?;
        let on_gpu = self.on_gpu.map(|(on_gpu, _)| if on_gpu == 0 { Device::Cpu } else { Device::Gpu });
        let partial = self.on_gpu.filter(|(on_gpu, of)| *on_gpu > 0 && on_gpu < of);
        let partial = partial.map(|(on_gpu, of)| format!("{on_gpu} of {of} layers ran on the GPU"));
        Ok(Measurement {
            engine_version: self.version.clone(),
            device: on_gpu,
            excluded: partial.or(base.excluded),
            model: Named {
                written: self.names.first().map_or(base.model.written, |name| (*name).to_owned()),
                ..base.model
            },
            ..base
        })
    }
}

/// The pairs of lines of a log, with what the log says of model, format and cache before each.
fn read_log(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let mut run = Run::default();
    let mut timings = Map::new();
    let mut start = 0;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((_, figures)) = line.split_once(PROMPT) {
            start = number;
            insert(&mut timings, ["prompt_ms", "prompt_n"], figures);
        } else if let Some((before, figures)) = line.split_once(GENERATION)
            && !before.ends_with("prompt ")
        {
            insert(&mut timings, ["predicted_ms", "predicted_n"], figures);
            let origin = Origin { file: file.to_owned(), place: Place::Line(start.max(1)) };
            run.read(&Row::new(std::mem::take(&mut timings)), origin, options, &mut found)
                .map_err(|error| error.at_line(number))?;
        } else {
            run.note(line);
            // `kv cache rm [17, end)`, `memory_seq_rm [17, end)`: so many tokens of the prompt are there already.
            if let Some((_, rest)) = line.split_once("cache rm [").or_else(|| line.split_once("memory_seq_rm ["))
                && let Some(reused) = leading(rest)
            {
                timings.entry("cache_n").or_insert_with(|| Value::from(reused));
            }
        }
    }
    Ok(found)
}

/// ` 2441.22 ms / 161 tokens (…)`.
fn insert(timings: &mut Map<String, Value>, [time, count]: [&str; 2], figures: &str) {
    let mut words = figures.split_whitespace();
    let time_ms = words.next().and_then(|word| word.parse::<f64>().ok());
    let tokens = words.find_map(|word| word.parse::<u64>().ok());
    if let Some((time_ms, tokens)) = time_ms.filter(|time_ms| *time_ms > 0.0).zip(tokens) {
        timings.insert(time.to_owned(), Value::from(time_ms));
        timings.insert(count.to_owned(), Value::from(tokens));
    }
}

fn leading(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse().ok()
}

impl<'a> Run<'a> {
    /// Takes in what a line of the log says of the run.
    fn note(&mut self, line: &'a str) {
        let value = |key: &str| {
            let (before, after) = line.split_once(key)?;
            (before.is_empty() || before.ends_with(' '))
                .then(|| after.trim_start().strip_prefix('=').map(str::trim))
                .flatten()
        };
        if let Some(kind) = value("file type").or_else(|| value("model ftype")) {
            self.file_type = Some(kind);
        } else if let Some(name) = value("general.name") {
            self.names.push(name);
        } else if let Some((_, rest)) = line.split_once(" tensors from ") {
            // Another model is loaded: what was said of the last one is over.
            *self = Self { names: rest.split(" (version").next().into_iter().collect(), ..Self::default() };
        } else if let Some((_, rest)) = line.split_once("offloaded ")
            && let Some((on_gpu, of)) = rest.split(' ').next().and_then(|share| share.split_once('/'))
        {
            self.on_gpu = on_gpu.parse().ok().zip(of.parse().ok());
        }
    }
}
