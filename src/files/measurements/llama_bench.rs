//! `llama-bench` of llama.cpp (tools/llama-bench/llama-bench.cpp, `get_fields`, 0104b15): one entry for each test, as JSON,
//! JSON Lines, CSV, SQL or the Markdown that it prints by default.
//!
//! A test is either a prompt (`pp512`) or a generation (`tg128`), at a depth of tokens already in the cache. Generation
//! starts at that depth, not after the prompt of the neighbouring entry. The file does not have the shape of the model,
//! only its number of parameters. Any shape that is given or found must agree with that number.

mod markdown;
mod model;
mod sql;

use std::borrow::Cow;

use serde_json::Value;

use super::content::{Entry, first_keys};
use super::found::Found;
use super::measurement::{Device, Formats, Measurement, Named, Origin, Phase, Place};
use super::options::{Model, Options};
use super::reader::{OfEntries, OfObject, OfText, Reader, Writer};
use super::row::{self, NANOSECONDS, Row};
use super::told::{self, Engine};
use super::{boards, csv, formats};
use engine::architecture::Architecture;
use engine::error::{Error, Result};
use engine::statistics::mean;
use engine::text::shown;

/// Read, or known not to matter for what is measured.
const KEYS: [&str; 43] = [
    "build_commit",
    "build_number",
    "cpu_info",
    "gpu_info",
    "backends",
    "model_filename",
    "model_type",
    "model_size",
    "model_n_params",
    "n_batch",
    "n_ubatch",
    "n_threads",
    "cpu_mask",
    "cpu_strict",
    "poll",
    "type_k",
    "type_v",
    "n_gpu_layers",
    "n_cpu_moe",
    "split_mode",
    "main_gpu",
    "no_kv_offload",
    "flash_attn",
    "devices",
    "tensor_split",
    "tensor_buft_overrides",
    "load_mode",
    "use_mmap",
    "use_direct_io",
    "embeddings",
    "no_op_offload",
    "no_host",
    "fit_target",
    "fit_min_ctx",
    "n_prompt",
    "n_gen",
    "n_depth",
    "test_time",
    "avg_ns",
    "stddev_ns",
    "avg_ts",
    "stddev_ts",
    "samples_ns",
];
/// Between a mean of times and a mean of rates, beside what their own spread makes.
const TOLERANCE: f64 = 0.01;

/// All that it writes.
pub(super) const READER: Reader = Reader {
    entries: Some(OfEntries { recognises: |entries| is_entry(&first_keys(entries)), read: read_entries }),
    object: Some(OfObject { recognises: |row| is_entry(&row.keys()), read: read_line }),
    text: Some(OfText { recognises: is_text, read: read_text }),
    ..Reader::new("llama-bench", Writer::Tool("llama-bench"))
};

fn is_text(text: &str) -> bool {
    header(text).is_some() || markdown::is(text) || sql::is(text)
}

fn read_text(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let is_page = header(text).is_none() && !sql::is(text);
    let rows = if sql::is(text) {
        sql::rows(text)?
    } else if header(text).is_some() {
        csv::rows(&without_logs(text), &mut |_| {})?
    } else {
        found.remark("times come from rounded rates");
        markdown::rows(text)?
    };
    let mut first_unknown = None;
    for (line, row) in rows {
        let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
        let one = Test { origin, row: &row, options };
        // A page has tables of many models, and only some are wanted.
        if is_page && let Err(error) = one.model(&mut Found::default()) {
            found.skip(&one.origin, error.headline());
            first_unknown = first_unknown.or_else(|| Some(error.at_line(line)));
            continue;
        }
        one.read(&mut found).map_err(|error| error.at_line(line))?;
    }
    match first_unknown {
        Some(error) if found.measurements.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// The line with the names of the columns; logs may stand before it.
fn header(text: &str) -> Option<usize> {
    text.lines().position(|line| is_entry(&csv::columns(line)))
}

/// The CSV with empty lines in place of what was logged before and between: the tool puts every value in quotation marks.
fn without_logs(text: &str) -> Cow<'_, str> {
    let Some(header) = header(text) else { return Cow::Borrowed(text) };
    let quoted = text.lines().skip(header + 1).any(|line| line.starts_with('"'));
    if header == 0 && !quoted {
        return Cow::Borrowed(text);
    }
    let is_csv = |place: usize, line: &str| place == header || place > header && (!quoted || line.starts_with('"'));
    let lines = text.lines().enumerate().map(|(place, line)| if is_csv(place, line) { line } else { "" });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// JSON Lines of one line.
fn read_line(file: &str, row: Row, options: &Options<'_>) -> Result<Found> {
    read_entries(file, vec![(Place::Line(1), Value::Object(row.into_object()))], options)
}

/// Whether the keys are those of an entry.
fn is_entry(keys: &[&str]) -> bool {
    ["n_prompt", "n_gen"].iter().all(|key| keys.contains(key))
        && ["avg_ns", "avg_ts", "model_type"].iter().any(|key| keys.contains(key))
}

/// Entries of a JSON array, each with its place.
fn read_entries(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (place, entry) in entries {
        let origin = Origin { file: file.to_owned(), place };
        let at = |error: Error| place.locate(error, file);
        let Value::Object(object) = entry else {
            return Err(at(Error::new("an entry is no object").expected("one object for each test")));
        };
        Test { origin, row: &Row::new(object), options }.read(&mut found).map_err(at)?;
    }
    Ok(found)
}

struct Test<'a> {
    origin: Origin,
    row: &'a Row,
    options: &'a Options<'a>,
}

impl Test<'_> {
    fn read(&self, found: &mut Found) -> Result<()> {
        found.ignore(self.row.others(&KEYS).into_iter().filter(|key| *key != "samples_ts"));
        let count = |key| self.row.count(key).map(Option::unwrap_or_default);
        let (prompt, generated, depth) = (count("n_prompt")?, count("n_gen")?, count("n_depth")?);
        let (phase, tokens) = match (prompt, generated) {
            (0, 0) => {
                found.skip(&self.origin, "a test of no tokens");
                return Ok(());
            }
            (0, generated) => (Phase::decode(depth as f64, Some(generated as f64)), generated),
            (prompt, 0) if depth == 0 => (Phase::Prefill { prompt_tokens: prompt as f64 }, prompt),
            (prompt, 0) => {
                found.skip(
                    &self.origin,
                    format!("a prompt of {prompt} tokens after {depth} others, which is no whole prefill"),
                );
                return Ok(());
            }
            _ => {
                found.skip(
                    &self.origin,
                    format!("a prompt of {prompt} tokens and {generated} generated ones, timed as one"),
                );
                return Ok(());
            }
        };
        let (time_s, spread_s) = self.time(tokens as f64)?;
        // A prefill is timed whole, a generation by the token.
        let share = if generated == 0 { 1.0 } else { generated as f64 };
        if generated == 0 && self.row.count("n_ubatch")?.is_some_and(|most| most < prompt) {
            found.remark("prompts longer than n_ubatch pass in pieces, and weights are read once for each");
        }
        let measurement = self.measurement(phase, [time_s, share], found)?;
        let spread_s = spread_s.map(|spread| spread / share);
        let chunk = self.row.count("n_ubatch")?.and_then(|most| u32::try_from(most).ok()).filter(|most| *most > 0);
        let prefill_chunk_tokens = chunk.filter(|_| generated == 0);
        found.measurements.push(Measurement { spread_s, prefill_chunk_tokens, ..measurement });
        Ok(())
    }

    /// Mean time of a test and its spread; what else the entry says of it must agree.
    fn time(&self, tokens: f64) -> Result<(f64, Option<f64>)> {
        let time_s = self.row.time_s("avg_ns", NANOSECONDS)?.ok_or_else(|| row::missing("avg_ns"))?;
        let spread_s = self.row.spread_s("stddev_ns", NANOSECONDS)?;
        // The mean of rates exceeds the rate of the mean by the square of the relative spread.
        let spread = spread_s.unwrap_or(0.0) / time_s;
        let tolerance = TOLERANCE + 3.0 * spread * spread;
        if let Some(rate) = self.row.rate("avg_ts")? {
            row::agree(("avg_ts", rate), ("avg_ns", tokens / time_s), tolerance)?;
        }
        if let Some(Value::Array(samples)) = self.row.value("samples_ns") {
            let samples_ns = samples.iter().filter_map(Value::as_f64).filter(|sample| *sample > 0.0);
            if let Some(mean_s) = mean(samples_ns).map(|mean_ns| mean_ns / NANOSECONDS) {
                row::agree(("samples_ns", tokens / mean_s), ("avg_ns", tokens / time_s), TOLERANCE)?;
            }
        }
        Ok((time_s, spread_s))
    }

    fn measurement(&self, phase: Phase, [time_s, share]: [f64; 2], found: &mut Found) -> Result<Measurement> {
        let text = |key: &str| self.row.text(key);
        let written = text("model_type").ok_or_else(|| row::missing("model_type"))?;
        let (model, architecture) = self.model(found)?;
        let formats = Formats { weights: file_type(&written), head: None, kv_cache: self.kv_cache() };
        let excluded = self.not_on_one_device(architecture.layers)?.or_else(|| formats.doubt());
        Ok(Measurement {
            prefill_chunk_tokens: None,
            origin: self.origin.clone(),
            board: self.board()?,
            mode: told::named(self.options.mode.as_ref()),
            engine: self.engine(),
            engine_version: self.version(),
            model: Named::known(written, &model.name),
            architecture,
            excluded,
            formats,
            model_bytes: self.row.positive("model_size")?,
            batch: 1,
            phase,
            time_s: time_s / share,
            spread_s: None,
            device: self.device()?,
            source: None,
            note: text("test_time").map(|time| format!("tested {time}")),
        })
    }

    /// The model, and its shape as it was stored.
    fn model(&self, found: &mut Found) -> Result<(Model, Architecture)> {
        let written = self.row.text("model_type").ok_or_else(|| row::missing("model_type"))?;
        let file_name = self.row.text("model_filename").unwrap_or_default();
        let parameters = self.row.positive("model_n_params")?;
        let (model, guessed) =
            model::of(&written, &file_name, parameters, self.options).ok_or_else(|| no_shape(&written, &file_name))?;
        let Some(parameters) = parameters else {
            found.remark("no model_n_params: the shape could not be checked");
            let architecture = model.architecture;
            return Ok((model, architecture));
        };
        let checked = model.with_parameters(parameters).map_err(|error| error.at_column("model_n_params"))?;
        if guessed {
            found.remark(format!("'{}' taken as {} by its parameters", shown(&written), model.name));
        }
        checked.head_stored_twice.into_iter().for_each(|remark| found.remark(remark));
        Ok((model, checked.architecture))
    }

    /// Drivers seldom say which board it is, so the one that is told counts, unless they say that it is another.
    fn board(&self) -> Result<Named> {
        let Options { board, boards, .. } = self.options;
        let gpu = self.row.text("gpu_info");
        let device = gpu.clone().or_else(|| self.row.text("cpu_info")).unwrap_or_default();
        let is_another = |told: &String| gpu.as_ref().is_some_and(|gpu| boards::is_another(gpu, told, boards));
        match board.as_ref().filter(|told| !is_another(told)) {
            Some(told) => Ok(Named::known(device, told)),
            None => boards::named(&device, boards),
        }
    }

    /// llama.cpp and the backends that computed.
    fn engine(&self) -> String {
        let backends = self.row.text("backends").map(|backends| format!("llama.cpp {backends}"));
        Engine { name: backends.as_deref().unwrap_or("llama.cpp"), family: "llama.cpp" }.named(self.options)
    }

    fn version(&self) -> Option<String> {
        match (self.row.text("build_number"), self.row.text("build_commit")) {
            (Some(number), Some(commit)) => Some(format!("b{number} ({commit})")),
            (Some(number), None) => Some(format!("b{number}")),
            (None, commit) => commit,
        }
    }

    /// Keys and values may be stored apart; a prediction knows one format for both.
    fn kv_cache(&self) -> Option<Named> {
        let [keys, values] = ["type_k", "type_v"].map(|key| self.row.text(key));
        match (keys, values) {
            (Some(keys), Some(values)) if keys != values => Some(Named::written(format!("{keys}/{values}"))),
            (Some(format), _) | (None, Some(format)) => formats::stored(&format),
            (None, None) => None,
        }
    }

    /// Layers are offloaded to a GPU only where a backend has one.
    fn device(&self) -> Result<Option<Device>> {
        const OF_CPU: [&str; 3] = ["CPU", "BLAS", "Accelerate"];
        if self.row.number("n_gpu_layers")? == Some(0.0) {
            return Ok(Some(Device::Cpu));
        }
        let of_cpu = |backends: &str| backends.split(',').all(|backend| OF_CPU.contains(&backend.trim()));
        Ok(match self.row.text("backends") {
            Some(backends) if of_cpu(&backends) => Some(Device::Cpu),
            Some(_) => Some(Device::Gpu),
            None => self.row.text("gpu_info").map(|_| Device::Gpu),
        })
    }

    /// Why the time is not that of one device, if so.
    fn not_on_one_device(&self, layers: u32) -> Result<Option<String>> {
        let runs_on_gpu = self.row.text("gpu_info").is_some() || self.device()? == Some(Device::Gpu);
        if let Some(on_gpu) = self.row.number("n_gpu_layers")?
            && runs_on_gpu
            && (0.0..f64::from(layers)).contains(&on_gpu)
        {
            return Ok(Some(format!("{on_gpu} of {layers} layers ran on the GPU")));
        }
        if self.row.number("n_cpu_moe")?.is_some_and(|layers| layers > 0.0) {
            return Ok(Some("some experts ran on the CPU".to_owned()));
        }
        let truth = |key| self.row.text(key).is_some_and(|text| text == "true" || text == "1");
        Ok((runs_on_gpu && truth("no_kv_offload")).then(|| "the KV cache was not on the GPU".to_owned()))
    }
}

/// `qwen2 7B Q4_K - Medium`: the family, the size and the file's type.
fn file_type(model_type: &str) -> Named {
    formats::of_llama_cpp(model_type.splitn(3, ' ').nth(2).unwrap_or_default())
}

fn no_shape(model_type: &str, file_name: &str) -> Error {
    let name = if file_name.is_empty() { model_type } else { file_name };
    Error::new(format!("the shape of '{}' is not known", shown(name)))
        .at_column("model_filename")
        .expected("the file of a model whose shape is known here")
        .hint("give the shape of the model that ran: --model config.json")
}
