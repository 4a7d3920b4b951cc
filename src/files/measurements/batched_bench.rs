//! `llama-batched-bench` of llama.cpp (tools/batched-bench, 0104b15) as Markdown and as JSON Lines, and `llama-sweep-bench` of
//! its fork `ik_llama.cpp`.
//!
//! A row is a prompt for each of B sequences and the generation after it; in a sweep, both after `N_KV` tokens that are in
//! the cache already. Neither tool writes which model ran. The printed times have three decimals, so the rates count.

use serde_json::{Map, Value};

use super::content::{Entry, first_keys};
use super::found::Found;
use super::markdown::{self, Lines};
use super::measurement::{Device, Measurement, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfEntries, OfObject, OfText, Reader, Writer};
use super::row::{self, Row};
use super::told::{self, Engine};
use engine::error::{Error, Result};

const ENGINE: Engine<'_> = Engine::new("llama.cpp");
const COLUMNS: [&str; 4] = ["PP", "TG", "S_PP t/s", "S_TG t/s"];
/// What columns are called in JSON.
const NAMES: [(&str, &str); 8] = [
    ("PP", "pp"),
    ("TG", "tg"),
    ("B", "pl"),
    ("N_KV", "n_kv"),
    ("T_PP s", "t_pp"),
    ("S_PP t/s", "speed_pp"),
    ("T_TG s", "t_tg"),
    ("S_TG t/s", "speed_tg"),
];
const KEYS: [&str; 19] = [
    "n_kv_max",
    "n_batch",
    "n_ubatch",
    "flash_attn",
    "is_pp_shared",
    "is_tg_separate",
    "n_gpu_layers",
    "n_threads",
    "n_threads_batch",
    "pp",
    "tg",
    "pl",
    "n_kv",
    "t_pp",
    "speed_pp",
    "t_tg",
    "speed_tg",
    "t",
    "speed",
];
/// Three decimals of a second, of times that are tenths of one.
const TOLERANCE: f64 = 0.02;

pub(super) const READER: Reader = Reader {
    entries: Some(OfEntries { recognises: |entries| is_entry(&first_keys(entries)), read: read_entries }),
    object: Some(OfObject { recognises: |row| is_entry(&row.keys()), read: read_object }),
    text: Some(OfText { recognises: |text| markdown::has(text, &COLUMNS), read: read_text }),
    ..Reader::new("llama-batched-bench", Writer::Tool("llama-batched-bench"))
};

fn is_entry(keys: &[&str]) -> bool {
    ["pp", "tg", "speed_pp", "speed_tg"].iter().all(|key| keys.contains(key))
}

fn read_object(file: &str, row: Row, options: &Options<'_>) -> Result<Found> {
    read_entries(file, vec![(Place::Line(1), Value::Object(row.into_object()))], options)
}

fn read_entries(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (place, entry) in entries {
        let Value::Object(object) = entry else {
            return Err(place.locate(Error::new("an entry is no object").expected("one object for each test"), file));
        };
        let test = Test { row: &Row::new(object), is_rounded: false };
        test.read(Origin { file: file.to_owned(), place }, options, &mut found)
            .map_err(|error| place.locate(error, file))?;
    }
    Ok(found)
}

#[derive(Default)]
struct Tables {
    rows: Vec<(u64, Map<String, Value>)>,
    is_prompt_shared: bool,
}

impl Lines for Tables {
    fn row(&mut self, line: u64, row: Map<String, Value>) {
        let renamed = row.into_iter().map(|(column, cell)| {
            let known = NAMES.iter().find(|(name, _)| *name == column);
            (known.map_or(column, |(_, key)| (*key).to_owned()), cell)
        });
        let mut row: Map<String, Value> = renamed.collect();
        row.insert("is_pp_shared".to_owned(), Value::from(u64::from(self.is_prompt_shared)));
        self.rows.push((line, row));
    }

    /// `main: n_kv_max = 2048, …, is_pp_shared = 1, …` stands above the table.
    fn other(&mut self, line: &str) {
        if line.contains("n_kv_max =") {
            self.is_prompt_shared = line.contains("is_pp_shared = 1");
        }
    }
}

fn read_text(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let mut tables = Tables::default();
    markdown::read(text, &COLUMNS, &mut tables);
    for (line, row) in tables.rows {
        let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
        let printed = Test { row: &Row::new(row), is_rounded: true };
        printed.read(origin, options, &mut found).map_err(|error| error.at_line(line))?;
    }
    Ok(found)
}

struct Test<'a> {
    row: &'a Row,
    is_rounded: bool,
}

impl Test<'_> {
    fn read(&self, origin: Origin, options: &Options<'_>, found: &mut Found) -> Result<()> {
        found.ignore(self.row.others(&KEYS));
        let base = told::measurement(options, origin, ENGINE, &[])?;
        let count = |key| self.row.count(key).map(Option::unwrap_or_default);
        let (prompt, generated) = (count("pp")? as f64, count("tg")? as f64);
        let batch = self.row.count("pl")?;
        // A sweep has no batch: what is in the cache comes before both.
        let [before_prompt, before] = match batch {
            Some(_) => [0.0, prompt],
            None => [count("n_kv")? as f64; 2],
        };
        let batch = batch.unwrap_or(1);
        let sequences = u32::try_from(batch).ok().filter(|batch| *batch > 0).ok_or_else(|| {
            Error::new(format!("'{batch}' is out of range")).at_column("pl").expected("sequences at a time, 1 or more")
        })?;
        let on_cpu = self.row.number("n_gpu_layers")? == Some(0.0);
        let base = Measurement { device: on_cpu.then_some(Device::Cpu), ..base };
        let is_shared = self.row.text("is_pp_shared").is_some_and(|shared| shared == "1" || shared == "true");
        let prompts = if is_shared { 1 } else { sequences };
        if let Some(time_s) = self.time_s(["t_pp", "speed_pp"], f64::from(prompts) * prompt)? {
            if before_prompt == 0.0 {
                let phase = Phase::Prefill { prompt_tokens: prompt };
                found.measurements.push(Measurement { phase, time_s, batch: prompts, ..base.clone() });
            } else {
                let what =
                    format!("a prompt of {prompt} tokens after {before_prompt} others, which is no whole prefill");
                found.skip(&base.origin, what);
            }
        }
        if let Some(time_s) = self.time_s(["t_tg", "speed_tg"], f64::from(sequences) * generated)? {
            let phase = Phase::decode(before, Some(generated));
            let time_s = time_s / generated;
            found.measurements.push(Measurement { phase, time_s, batch: sequences, ..base });
        }
        Ok(())
    }

    /// Seconds of all tokens; both ways of saying it must agree.
    fn time_s(&self, [time, rate]: [&str; 2], tokens: f64) -> Result<Option<f64>> {
        // A test without prompt or generation has a time of 0 and no rate.
        if tokens == 0.0
            || [time, rate].into_iter().all(|key| self.row.number(key).is_ok_and(|number| number == Some(0.0)))
        {
            return Ok(None);
        }
        let time_s = self.row.time_s(time, 1.0)?;
        let rate_s = self.row.rate(rate)?.map(|rate| tokens / rate);
        if let (Some(time_s), Some(rate_s)) = (time_s, rate_s) {
            // Of a short time the printed decimals say little.
            let rounded = if self.is_rounded { 0.000_6 / time_s } else { 0.0 };
            row::agree((rate, tokens / rate_s), (time, tokens / time_s), TOLERANCE + rounded)?;
        }
        Ok(if self.is_rounded { rate_s.or(time_s) } else { time_s.or(rate_s) })
    }
}
