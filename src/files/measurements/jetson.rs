//! NVIDIA's benchmarks of Jetsons: what the skill `jetson-llm-benchmark` writes (NVIDIA/skills, Apache-2.0, 2026-09), and
//! `benchmarks.json` of jetson-ai-lab (src/data, 0d6baca).
//!
//! The first is one object for a server at several concurrencies (`runs`), or for a single stream (`metrics`). A figure of 0
//! is one that its script did not find. The second is a table of rates of many boards and engines at 1 and 8 requests.
//! Its rates of vLLM are output tokens over the whole time of a request, so they include the time to first token.

use serde_json::{Map, Value};

use super::boards;
use super::formats;
use super::found::Found;
use super::measurement::{Measurement, Named, Origin, Phase, Place};
use super::ollama;
use super::options::Options;
use super::reader::{OfObject, Reader, Writer};
use super::row::{self, MILLISECONDS, Row};
use super::told::{self, Engine};
use engine::error::Result;
use engine::text::{escaped, shown};

const WRITER: Writer = Writer::Tool("NVIDIA's jetson-llm-benchmark or jetson-ai-lab");

/// `jetson-llm-benchmark`.
pub(super) const SKILL: Reader = Reader {
    object: Some(OfObject { recognises: is_skill, read: |file, row, options| read_skill(file, &row, options) }),
    ..Reader::new("jetson-llm-benchmark", WRITER)
};

/// `benchmarks.json` of jetson-ai-lab.
pub(super) const LAB: Reader = Reader {
    object: Some(OfObject { recognises: is_lab, read: |file, row, options| read_lab(file, &row, options) }),
    ..Reader::new("jetson-ai-lab benchmarks", WRITER)
};

fn is_skill(row: &Row) -> bool {
    let named = row.text("skill").is_some_and(|skill| skill == "jetson-llm-benchmark");
    named || row.has("runtime") && row.has("config") && (row.has("runs") || row.has("metrics"))
}

fn is_lab(row: &Row) -> bool {
    let engines = row.value("models").and_then(|models| models.get(0)?.get("engines"));
    row.has("products") && engines.is_some()
}

fn read_skill(file: &str, row: &Row, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let runtime = row.text("runtime").unwrap_or_default().to_lowercase();
    let engine = match runtime.as_str() {
        "vllm" => Engine::new("vLLM"),
        "sglang" => Engine::new("SGLang"),
        "ollama" => Engine::new("Ollama"),
        "llama.cpp" | "llama_cpp" => Engine::new("llama.cpp"),
        other => Engine::new(other),
    };
    let written = row.text("model").unwrap_or_default();
    let names = ollama::spellings(&written);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let origin = Origin { file: file.to_owned(), place: Place::File };
    let base = told::measurement(options, origin, engine, &names)?;
    let variant = row.text("variant").filter(|variant| variant != "unknown").unwrap_or_default();
    let stated = boards::named(&variant, options.boards)?;
    let board = if stated.name.is_some() || options.board.is_none() { stated } else { base.board };
    let warnings = strings(row.value("warnings"));
    // The script names the power mode where it is not the fastest.
    let stated = warnings.iter().find_map(|warning| warning.strip_prefix("nvpmodel is ")?.split(" (id").next());
    let mode = stated.filter(|_| options.mode.is_none()).map_or(base.mode, boards::mode);
    let base = Measurement { board, mode, batch: 1, ..base };
    for warning in &warnings {
        found.remark(warning);
    }
    let config = row.object("config")?.unwrap_or_default();
    let lengths = |keys: [&str; 2]| -> Result<Option<f64>> {
        config.tokens(keys[0])?.map_or_else(|| config.tokens(keys[1]), |tokens| Ok(Some(tokens)))
    };
    let prompt = lengths(["input_len", "n_prompt"])?.or_else(|| options.input_len.map(f64::from));
    let generated = lengths(["output_len", "n_gen"])?.or_else(|| options.output_len.map(f64::from));
    let Some(prompt) = prompt else { return Err(row::missing("config.input_len")) };
    // llama-bench, which that script runs, generates on an empty cache.
    let before = if engine.name == "llama.cpp" { 0.0 } else { prompt };
    let phases = [Phase::Prefill { prompt_tokens: prompt }, Phase::decode(before, generated)];
    let single = row.object("metrics")?.into_iter().map(|metrics| (1, metrics));
    let runs = row.value("runs").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    for (entry, run) in single.chain((1..).zip(runs.map(|run| Row::new(run.clone())))) {
        let origin = Origin { place: Place::Entry(entry), ..base.origin.clone() };
        let base = Measurement { origin, ..base.clone() };
        read_metrics(&run, &base, phases, &mut found).map_err(|error| Place::Entry(entry).locate(error, file))?;
    }
    Ok(found)
}

fn read_metrics(run: &Row, base: &Measurement, phases: [Phase; 2], found: &mut Found) -> Result<()> {
    let most = run.count("concurrency")?.unwrap_or(1);
    let crowded =
        (most > 1).then(|| format!("up to {most} requests ran at once, and a single stream is what is predicted"));
    let excluded = crowded.or_else(|| base.excluded.clone());
    // Its script writes 0 for what it did not find.
    let time_s = |key: &str| if run.number(key)? == Some(0.0) { Ok(None) } else { run.time_s(key, MILLISECONDS) };
    let first_s = time_s("ttft_ms_p50")?;
    let step_s = time_s("tpot_ms_p50")?.map_or_else(|| time_s("itl_ms_p50"), |time_s| Ok(Some(time_s)))?;
    for (phase, time_s) in phases.into_iter().zip([first_s, step_s]) {
        if let Some(time_s) = time_s {
            found.measurements.push(Measurement { phase, time_s, excluded: excluded.clone(), ..base.clone() });
        }
    }
    let (Phase::Prefill { prompt_tokens }, Phase::Decode { generated_tokens: Some(generated_tokens), .. }) =
        (phases[0], phases[1])
    else {
        return Ok(());
    };
    let whole_s = time_s("e2e_latency_ms_p50")?;
    if step_s.is_none()
        && let Some(time_s) = whole_s
    {
        let phase = Phase::Request { prompt_tokens, generated_tokens };
        found.measurements.push(Measurement { phase, time_s, excluded, ..base.clone() });
    }
    Ok(())
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let values = value.and_then(Value::as_array).into_iter().flatten();
    values.filter_map(|value| Some(escaped(value.as_str()?))).collect()
}

/// Every rate of every model, engine, format and product.
fn read_lab(file: &str, row: &Row, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let products = objects(row.value("products"));
    let board = |id: &str| {
        let product = products.iter().find(|product| product.get("id").and_then(Value::as_str) == Some(id));
        product.and_then(|product| product.get("fullName").and_then(Value::as_str)).unwrap_or(id).to_owned()
    };
    for (place, model) in (1..).zip(objects(row.value("models"))) {
        let written = model.get("name").and_then(Value::as_str).unwrap_or_default();
        let origin = Origin { file: file.to_owned(), place: Place::Entry(place) };
        let names = spellings(written);
        let Some(known) = options.model(names.iter().map(String::as_str)) else {
            found.skip(&origin, format!("the shape of '{}' is not known", shown(written)));
            continue;
        };
        if !names.iter().any(|name| known.name.eq_ignore_ascii_case(name)) && options.told.is_empty() {
            found.skip(&origin, format!("'{}' is not {}", shown(written), known.name));
            continue;
        }
        let tokens = |key: &str| model.get(key).and_then(Value::as_f64).filter(|tokens| (1.0..1e9).contains(tokens));
        let (Some(prompt_tokens), Some(generated_tokens)) = (tokens("isl"), tokens("osl")) else {
            found.skip(&origin, "the lengths of prompt and answer (isl, osl) are missing");
            continue;
        };
        let lengths = Lengths { prompt_tokens, generated_tokens };
        for (engine, by_format) in entries(model.get("engines")) {
            for (format, by_load) in entries(Some(by_format)) {
                let format = formats::weights(format.trim_end_matches('*').trim_end_matches(" GGUF"));
                let Some(rates) = by_load.get("concurrency1") else { continue };
                for (product, rate) in entries(Some(rates)).filter_map(|(id, rate)| Some((board(id), rate.as_f64()?))) {
                    let engine = Engine::new(if engine == "Edge-LLM" { "TensorRT Edge-LLM" } else { engine });
                    let told = Options { model: Some(known.clone()), board: None, ..plain(options) };
                    let base = told::in_format(&told, origin.clone(), engine, (&[written], Some(format.clone())))?;
                    let board = boards::named(&product, options.boards)?;
                    let mode = if options.mode.is_some() { base.mode.clone() } else { Named::default() };
                    let base = Measurement { board, mode, batch: 1, ..base };
                    lengths.push(rate, base, &mut found);
                }
            }
        }
    }
    Ok(found)
}

#[derive(Debug, Clone, Copy)]
struct Lengths {
    prompt_tokens: f64,
    generated_tokens: f64,
}

impl Lengths {
    fn push(self, rate: f64, base: Measurement, found: &mut Found) {
        let Self { prompt_tokens, generated_tokens } = self;
        if !(1e-6..1e9).contains(&rate) {
            return;
        }
        // Its notes call Edge-LLM's values generation throughput; the others are of whole requests.
        let (phase, time_s) = if base.engine.starts_with("TensorRT Edge-LLM") {
            (Phase::decode(prompt_tokens, Some(generated_tokens)), 1.0 / rate)
        } else {
            (Phase::Request { prompt_tokens, generated_tokens }, generated_tokens / rate)
        };
        found.measurements.push(Measurement { phase, time_s, ..base });
    }
}

/// What is told, without what the table says itself.
fn plain<'a>(options: &Options<'a>) -> Options<'a> {
    Options {
        mode: options.mode.clone(),
        engine: options.engine.clone(),
        ..Options::new(options.models, options.boards)
    }
}

/// `Qwen 3 4B` is `Qwen3-4B` and `Qwen-3-4B`.
fn spellings(name: &str) -> [String; 3] {
    let dashed = name.replace(' ', "-");
    let joined = match name.split_once(' ') {
        Some((family, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{family}{rest}").replace(' ', "-")
        }
        _ => dashed.clone(),
    };
    [name.to_owned(), joined, dashed]
}

fn objects(value: Option<&Value>) -> Vec<&Map<String, Value>> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect()
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}
