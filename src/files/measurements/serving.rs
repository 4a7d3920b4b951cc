//! `vllm bench serve` and `sglang.bench_serving`: each request as a client sees it, with the overhead of the server.
//!
//! They share their layout: one object (`--save-result`, vllm/benchmarks/serve.py, 009e6d4), one object on each line
//! (sglang's `--output-file`), or the table that both print. Medians are taken, because a first request is often slow.
//! Throughputs count tokens over the whole time, so they include the time to first token: where nothing else is given,
//! such a rate is the time of whole requests and never that of a decode step.

mod printed;
mod stream;

use serde_json::Value;

use super::content::{Entry, first_keys};
use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfEntries, OfObject, OfText, Reader, Writer};
use super::row::{MILLISECONDS, Row};
use super::told::{self, Engine};
use engine::error::{Error, Result};
use engine::statistics::{mean, standard_deviation};

const KEYS: [&str; 29] = [
    "backend",
    "endpoint_type",
    "completed",
    "failed",
    "duration",
    "num_prompts",
    "request_rate",
    "total_input_tokens",
    "total_output_tokens",
    "input_lens",
    "output_lens",
    "start_times",
    "latencies",
    "ttfts",
    "itls",
    "max_concurrent_requests",
    "max_concurrency",
    "concurrency",
    "accept_length",
    "spec_decode_acceptance_length",
    "median_ttft_ms",
    "mean_ttft_ms",
    "std_ttft_ms",
    "median_tpot_ms",
    "mean_tpot_ms",
    "std_tpot_ms",
    "model_id",
    "date",
    "output_throughput",
];
/// If input lengths spread more than this, the median of the times and the mean of the lengths belong to different
/// requests.
const LARGEST_SPREAD: f64 = 0.2;

/// `vllm bench serve`.
pub(super) const VLLM: Reader = Reader {
    entries: Some(OfEntries { recognises: |entries| is_serving(&first_keys(entries)), read: read_entries }),
    object: Some(OfObject {
        recognises: |row| is_serving(&row.keys()),
        read: |file, row, options| read_object(file, &row, options),
    }),
    text: Some(OfText { recognises: |text| printed::is(text, "vllm"), read: printed::read }),
    ..Reader::new("vllm bench serve", Writer::Tool("vllm bench latency or serve"))
};

/// `sglang.bench_serving`, whose lines differ in the names of what is not read here.
pub(super) const SGLANG: Reader = Reader {
    entries: Some(OfEntries { recognises: |entries| is_sglang(&first_keys(entries)), read: read_entries }),
    object: Some(OfObject {
        recognises: |row| is_sglang(&row.keys()),
        read: |file, row, options| read_object(file, &row, options),
    }),
    text: Some(OfText { recognises: |text| printed::is(text, ""), read: printed::read }),
    ..Reader::new("sglang bench_serving", Writer::Tool("sglang's bench_serving or bench_one_batch"))
};

fn is_serving(keys: &[&str]) -> bool {
    let timed = ["median_ttft_ms", "median_tpot_ms", "mean_ttft_ms", "mean_tpot_ms"];
    let counted = ["request_throughput", "output_throughput", "total_output_tokens"];
    (timed.iter().any(|key| keys.contains(key)) || counted.iter().all(|key| keys.contains(key))) && !is_sglang(keys)
}

fn is_sglang(keys: &[&str]) -> bool {
    ["median_e2e_latency_ms", "total_output_tokens_retokenized", "accept_length"].iter().any(|key| keys.contains(key))
}

fn read_object(file: &str, row: &Row, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let origin = Origin { file: file.to_owned(), place: Place::File };
    Run { row, origin, options }.read(&mut found)?;
    Ok(found)
}

fn read_entries(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (place, entry) in entries {
        let origin = Origin { file: file.to_owned(), place };
        let Value::Object(object) = entry else {
            return Err(place.locate(Error::new("an entry is no object").expected("one object for each run"), file));
        };
        Run { row: &Row::new(object), origin, options }.read(&mut found).map_err(|error| place.locate(error, file))?;
    }
    Ok(found)
}

/// One run of such a tool.
struct Run<'a> {
    row: &'a Row,
    origin: Origin,
    options: &'a Options<'a>,
}

impl Run<'_> {
    fn read(&self, found: &mut Found) -> Result<()> {
        let (row, options) = (self.row, self.options);
        found.ignore(row.others(&KEYS));
        let (prompt, generated) = self.lengths()?;
        let base = self.base(found)?;
        if lengths(row, "input_lens").is_some_and(|(mean, spread)| spread > LARGEST_SPREAD * mean) {
            found.remark("prompts differ in length: the median time is taken for one of their mean length");
        }
        if row.count("failed")?.is_some_and(|failed| failed > 0) {
            found.remark("some requests failed");
        }
        let Some(prompt) = prompt.or_else(|| options.input_len.map(f64::from)) else {
            return Err(Error::new("the file does not say how long its prompts were").hint("give it: --input-len 1024"));
        };
        let before = found.measurements.len();
        if let Some(time_s) = self.time_s("ttft", found)? {
            let spread_s = row.spread_s("std_ttft_ms", MILLISECONDS)?;
            let phase = Phase::Prefill { prompt_tokens: prompt };
            found.measurements.push(Measurement { phase, time_s, spread_s, ..base.clone() });
        }
        if let Some(time_s) = self.time_s("tpot", found)? {
            let spread_s = row.spread_s("std_tpot_ms", MILLISECONDS)?;
            let excluded = base.excluded.clone().or(self.speculative()?);
            let phase = Phase::decode(prompt, generated);
            found.measurements.push(Measurement { phase, time_s, spread_s, excluded, ..base.clone() });
        } else if let (Some(time_s), Some(generated)) = (self.request_s(generated)?, generated)
            && found.measurements.len() == before
        {
            let phase = Phase::Request { prompt_tokens: prompt, generated_tokens: generated };
            found.measurements.push(Measurement { phase, time_s, ..base });
        }
        Ok(())
    }

    /// All but what was timed.
    fn base(&self, found: &mut Found) -> Result<Measurement> {
        let row = self.row;
        let name = row.text("model_id");
        let names: Vec<&str> = name.as_deref().into_iter().collect();
        let backend = row.text("backend").or_else(|| row.text("endpoint_type")).unwrap_or_default();
        let engine = engine(&backend.to_lowercase(), is_sglang(&row.keys()));
        if engine.family.is_empty() && self.options.engine.is_none() && !backend.is_empty() {
            found.remark(format!("backend '{backend}' is no engine: {} is taken; --engine says another", engine.name));
        }
        let base = told::measurement(self.options, self.origin.clone(), engine, &names)?;
        let excluded = stream::crowded(row)?.or(base.excluded);
        Ok(Measurement { batch: 1, note: row.text("date").map(|date| format!("measured {date}")), excluded, ..base })
    }

    /// The median, else the mean, of what the tools call `ttft` or `tpot`.
    fn time_s(&self, name: &str, found: &mut Found) -> Result<Option<f64>> {
        let of = |statistic: &str| {
            let key = format!("{statistic}_{name}_ms");
            // Requests of one token have no time between tokens: the tools write 0.
            let is_none = self.row.number(&key)? == Some(0.0);
            if is_none { Ok(None) } else { self.row.time_s(&key, MILLISECONDS) }
        };
        if let Some(median_s) = of("median")? {
            return Ok(Some(median_s));
        }
        let mean_s = of("mean")?;
        if mean_s.is_some() {
            found.remark("no medians: means are taken, with the first requests, which are often slow");
        }
        Ok(mean_s)
    }

    /// Seconds of a whole request, its prompt included: the time of the run over its requests, or what its rate says.
    fn request_s(&self, generated: Option<f64>) -> Result<Option<f64>> {
        if let (Some(duration_s), Some(completed)) =
            (self.row.time_s("duration", 1.0)?, self.row.positive("completed")?)
        {
            return Ok(Some(duration_s / completed));
        }
        let rate = self.row.rate("output_throughput")?;
        Ok(rate.zip(generated).map(|(rate, generated)| generated / rate))
    }

    fn lengths(&self) -> Result<(Option<f64>, Option<f64>)> {
        let told = |tokens: Option<u32>| tokens.filter(|tokens| *tokens > 0).map(f64::from);
        let of = |keys| tokens(self.row, keys);
        let prompt = of(["input_lens", "total_input_tokens"])?.or_else(|| told(self.options.input_len));
        let generated = of(["output_lens", "total_output_tokens"])?.or_else(|| told(self.options.output_len));
        Ok((prompt, generated))
    }

    /// Several tokens of one pass are no decode step.
    fn speculative(&self) -> Result<Option<String>> {
        for key in ["accept_length", "spec_decode_acceptance_length"] {
            if self.row.number(key)?.is_some_and(|length| length > 1.001) {
                return Ok(Some("speculative decoding is not predicted".to_owned()));
            }
        }
        Ok(None)
    }
}

/// What answered. A client that speaks the common interface does not know it.
fn engine(backend: &str, of_sglang: bool) -> Engine<'static> {
    const KNOWN: [(&str, Engine<'static>); 8] = [
        ("sglang", Engine::new("SGLang")),
        ("vllm", Engine::new("vLLM")),
        ("lmdeploy", Engine::new("LMDeploy")),
        ("tensorrt", Engine::new("TensorRT-LLM")),
        ("trt", Engine::new("TensorRT-LLM")),
        ("tgi", Engine::new("TGI")),
        ("llama.cpp", Engine::new("llama.cpp")),
        ("deepspeed", Engine::new("DeepSpeed-MII")),
    ];
    let known = KNOWN.into_iter().find(|(begins, _)| backend.starts_with(begins));
    let own = if of_sglang { "SGLang" } else { "vLLM" };
    known.map_or_else(|| Engine::any(own), |(_, engine)| engine)
}

/// Mean tokens of a request: from the list, else from the total.
fn tokens(row: &Row, [list, total]: [&str; 2]) -> Result<Option<f64>> {
    if let Some((mean, _)) = lengths(row, list) {
        return Ok(Some(mean));
    }
    Ok(row.tokens(total)?.zip(row.positive("completed")?).map(|(total, completed)| total / completed))
}

/// Mean and standard deviation of a list of lengths.
fn lengths(row: &Row, key: &str) -> Option<(f64, f64)> {
    let Value::Array(lengths) = row.value(key)? else { return None };
    let lengths: Vec<f64> =
        lengths.iter().filter_map(Value::as_f64).filter(|length| (1.0..1e9).contains(length)).collect();
    Some((mean(lengths.iter().copied())?, standard_deviation(&lengths)?))
}
