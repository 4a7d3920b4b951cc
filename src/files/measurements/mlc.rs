//! The CSV of jetson-containers' benchmarks (packages/llm/mlc/benchmark.py `--save`, 1ba1329), behind NVIDIA's Jetson tables, and
//! of `NanoLLM`.
//!
//! A line is the mean of several prompts of one model. The engine is the column `api`. MLC compiles the head into the format
//! that the model's name says of the rest, or leaves it in 16 bit; the file does not say, so 16 bit is an assumption.

use super::csv;
use super::found::Found;
use super::measurement::{Formats, Measurement, Named, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfText, Reader, Writer};
use super::row::{self, Row};
use super::told::{self, Engine};
use super::{formats, ollama};
use engine::error::Result;
use engine::text::shown;

const COLUMNS: [&str; 12] = [
    "timestamp",
    "hostname",
    "api",
    "model",
    "precision",
    "input_tokens",
    "output_tokens",
    "prefill_time",
    "prefill_rate",
    "decode_time",
    "decode_rate",
    "memory",
];
/// A mean of rates and the rate of a mean differ with the spread of the prompts.
const TOLERANCE: f64 = 0.1;

pub(super) const READER: Reader = Reader {
    text: Some(OfText { recognises: |text| is_header(&csv::columns(text)), read }),
    ..Reader::new("jetson-containers benchmark", Writer::Tool("the benchmark.py --save of jetson-containers"))
};

fn is_header(columns: &[&str]) -> bool {
    ["input_tokens", "output_tokens", "prefill_rate", "decode_rate"].iter().all(|column| columns.contains(column))
}

fn read(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let mut ignored = Vec::new();
    let rows = csv::rows(text, &mut |columns| ignored.extend(columns.iter().map(|&column| column.to_owned())))?;
    found.ignore(ignored.iter().map(String::as_str).filter(|column| !COLUMNS.contains(column)));
    let several = csv::varies(&rows, "model");
    for (line, row) in rows {
        let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
        let name = row.text("model").filter(|_| several).unwrap_or_default();
        if let Some(reason) = ollama::spellings(&name).iter().find_map(|name| options.is_of_another(name)) {
            found.skip(&origin, reason);
            continue;
        }
        read_line(&row, origin, options, &mut found).map_err(|error| error.at_line(line))?;
    }
    Ok(found)
}

fn read_line(row: &Row, origin: Origin, options: &Options<'_>, found: &mut Found) -> Result<()> {
    let written = row.text("model").ok_or_else(|| row::missing("model"))?;
    let names = ollama::spellings(&written);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if options.model(names.iter().copied()).is_none() && !options.told.is_empty() {
        found.skip(&origin, format!("'{}' is none of the models that were given", shown(&written)));
        return Ok(());
    }
    let said = row.text("precision").map(|written| formats::weights(&written));
    let format = said.filter(|format| format.name.is_some() || options.precision.is_none());
    let api = row.text("api").unwrap_or_default().to_lowercase();
    let base = told::in_format(options, origin, engine(&api), (&names, format))?;
    let head = (api == "mlc" || api.is_empty()) && options.head.is_none();
    let head = head.then(|| Named::known("16 bit (assumed)", "fp16"));
    if head.is_some() {
        found.remark("the format of the head is not said: 16 bit is assumed; --head says another");
    }
    let base = Measurement {
        formats: Formats { head, ..base.formats },
        note: row.text("timestamp").map(|time| format!("measured {time}")),
        ..base
    };
    let (prompt, generated) = (row.tokens("input_tokens")?, row.tokens("output_tokens")?);
    let time = |time: &str, rate: &str, tokens: Option<f64>| -> Result<Option<f64>> {
        let time_s = row.time_s(time, 1.0)?;
        let rate_s = row.rate(rate)?.zip(tokens).map(|(rate, tokens)| tokens / rate);
        if let (Some(time_s), Some(rate_s), Some(tokens)) = (time_s, rate_s, tokens) {
            row::agree((rate, tokens / rate_s), (time, tokens / time_s), TOLERANCE)?;
        }
        Ok(time_s.or(rate_s))
    };
    if let (Some(prompt_tokens), Some(time_s)) = (prompt, time("prefill_time", "prefill_rate", prompt)?) {
        let phase = Phase::Prefill { prompt_tokens };
        found.measurements.push(Measurement { phase, time_s, ..base.clone() });
    }
    if let (Some(generated), Some(time_s)) = (generated, time("decode_time", "decode_rate", generated)?) {
        let phase = Phase::decode(prompt.unwrap_or(0.0), Some(generated));
        found.measurements.push(Measurement { phase, time_s: time_s / generated, ..base });
    }
    Ok(())
}

fn engine(api: &str) -> Engine<'_> {
    match api {
        "" | "mlc" => Engine::new("MLC-LLM"),
        "llama.cpp" | "llama_cpp" | "gguf" => Engine::new("llama.cpp"),
        "hf" | "transformers" => Engine::new("Hugging Face Transformers"),
        "vllm" => Engine::new("vLLM"),
        "trt_llm" | "tensorrt_llm" => Engine::new("TensorRT-LLM"),
        other => Engine::new(other),
    }
}
