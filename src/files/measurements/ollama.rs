//! Ollama: `ollama run --verbose` as printed, and the answers of `/api/generate` and `/api/chat` (api/types.go, `Metrics`).
//!
//! Durations are nanoseconds in JSON and Go's spelling in print (`1m22.8s`). Of a streamed answer the last piece has them.
//! A prompt that Ollama has in its cache is counted in full but not computed.

use serde_json::{Map, Value};

use super::content::Entry;
use super::found::Found;
use super::measurement::{Measurement, Origin, Phase, Place};
use super::options::Options;
use super::reader::{OfEntries, OfObject, OfText, Reader, Writer};
use super::row::{NANOSECONDS, Row};
use super::told::{self, Engine};
use engine::error::{Error, Result};
use engine::text::shown;

const ENGINE: Engine<'_> = Engine::new("Ollama");
/// A prompt that takes less than this share of an equally long one was in the cache.
const CACHED: f64 = 0.33;

pub(super) const READER: Reader = Reader {
    entries: Some(OfEntries {
        recognises: |entries| entries.iter().any(|(_, entry)| is_answer(entry)),
        read: read_entries,
    }),
    object: Some(OfObject { recognises: |row| row.has("eval_duration"), read: read_object }),
    text: Some(OfText {
        recognises: |text| text.contains("eval duration:") && text.contains("eval count:"),
        read: read_text,
    }),
    ..Reader::new("Ollama", Writer::Tool("ollama run --verbose or its API"))
};

fn is_answer(entry: &Value) -> bool {
    entry.get("eval_duration").is_some()
}

fn read_object(file: &str, row: Row, options: &Options<'_>) -> Result<Found> {
    read_entries(file, vec![(Place::File, Value::Object(row.into_object()))], options)
}

fn read_entries(file: &str, entries: Vec<Entry>, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (place, entry) in entries {
        let Value::Object(object) = entry else { continue };
        if object.contains_key("eval_duration") {
            let origin = Origin { file: file.to_owned(), place };
            read_run(&Row::new(object), origin, options, &mut found).map_err(|error| place.locate(error, file))?;
        }
    }
    leave_cached_out(&mut found);
    Ok(found)
}

/// The blocks of a text: each ends where the next begins.
fn read_text(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let mut run: Option<(u64, Map<String, Value>)> = None;
    let mut model = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if let Some((_, rest)) = line.split_once("ollama run ") {
            let name = rest.split_whitespace().find(|word| !word.starts_with('-'));
            model = name.map(|name| name.trim_matches(['`', '"', '\'']).to_owned());
        }
        let Some((label, value)) = line.split_once(':') else { continue };
        let key = label.trim().to_lowercase().replace(' ', "_");
        let value = match key.as_str() {
            "total_duration" | "load_duration" | "prompt_eval_duration" | "eval_duration" => {
                let seconds = seconds(value.trim()).ok_or_else(|| {
                    let error = Error::new(format!("'{}' is no duration", shown(value.trim()))).at_line(number);
                    error.expected("such as 617.55ms or 1m22.8s")
                })?;
                Value::from(seconds * NANOSECONDS)
            }
            "prompt_eval_count" | "eval_count" => Value::from(value.split_whitespace().next().unwrap_or_default()),
            _ => continue,
        };
        // A key that comes again begins another run.
        if run.as_ref().is_some_and(|(_, figures)| figures.contains_key(&key))
            && let Some((start, figures)) = run.take()
        {
            block(file, start, figures, options, &mut found)?;
        }
        let (_, figures) = run.get_or_insert_with(|| (number, Map::new()));
        figures.insert(key, value);
        if let Some(model) = &model {
            figures.insert("model".to_owned(), Value::from(model.as_str()));
        }
    }
    if let Some((start, figures)) = run {
        block(file, start, figures, options, &mut found)?;
    }
    leave_cached_out(&mut found);
    Ok(found)
}

fn block(file: &str, line: u64, figures: Map<String, Value>, options: &Options<'_>, found: &mut Found) -> Result<()> {
    let origin = Origin { file: file.to_owned(), place: Place::Line(line) };
    read_run(&Row::new(figures), origin, options, found).map_err(|error| error.at_line(line))
}

fn read_run(row: &Row, origin: Origin, options: &Options<'_>, found: &mut Found) -> Result<()> {
    let written = row.text("model").unwrap_or_default();
    let names = spellings(&written);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let base = told::measurement(options, origin, ENGINE, &names)?;
    let base = Measurement { note: row.text("created_at").map(|at| format!("measured {at}")), ..base };
    let prompt = row.tokens("prompt_eval_count")?;
    let prompt_s = row.number("prompt_eval_duration")?.filter(|time| *time > 0.0);
    match (prompt, prompt_s) {
        (Some(prompt), Some(_)) => {
            if let Some(time_s) = row.time_s("prompt_eval_duration", NANOSECONDS)? {
                let phase = Phase::Prefill { prompt_tokens: prompt };
                found.measurements.push(Measurement { phase, time_s, ..base.clone() });
            }
        }
        _ => found.skip(&base.origin, "no time of the prompt: it was in the cache"),
    }
    let Some(generated) = row.tokens("eval_count")? else {
        found.skip(&base.origin, "nothing was generated");
        return Ok(());
    };
    let Some(time_s) = row.time_s("eval_duration", NANOSECONDS)? else { return Ok(()) };
    if prompt.is_none() {
        found.remark("decode without the length of its prompt: context taken as the generated tokens alone");
    }
    let phase = Phase::decode(prompt.unwrap_or(0.0), Some(generated));
    found.measurements.push(Measurement { phase, time_s: time_s / generated, ..base });
    Ok(())
}

/// Of equally long prompts of a model, those that took a fraction of the longest time were not computed.
fn leave_cached_out(found: &mut Found) {
    let prompts = |measurement: &Measurement| match measurement.phase {
        Phase::Prefill { prompt_tokens } => Some((measurement.model.clone(), prompt_tokens)),
        Phase::Decode { .. } | Phase::Request { .. } => None,
    };
    let all: Vec<_> = found.measurements.iter().map(|measurement| (prompts(measurement), measurement.time_s)).collect();
    for (measurement, (prompt, time_s)) in found.measurements.iter_mut().zip(&all) {
        let longest = all.iter().filter(|(other, _)| other == prompt).map(|(_, time_s)| *time_s).fold(0.0, f64::max);
        if prompt.is_some() && *time_s < CACHED * longest && measurement.excluded.is_none() {
            measurement.excluded =
                Some("the prompt was in the cache: an equally long one took several times as long".to_owned());
        }
    }
}

/// How a model of a registry may be called elsewhere: `llama3.2:3b-instruct-q8_0` is `llama-3.2-3b-instruct-q8_0`.
pub(super) fn spellings(name: &str) -> Vec<String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let dashed = base.replace(':', "-");
    let mut all = vec![name.to_owned(), dashed.clone()];
    // Families of Ollama have no dash before their number.
    if let Some(place) = dashed.find(|c: char| c.is_ascii_digit()).filter(|place| *place > 0)
        && dashed[..place].bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        all.push(format!("{}-{}", &dashed[..place], &dashed[place..]));
    }
    let spaced = base.replace(' ', "-");
    if spaced != base {
        all.push(spaced);
    }
    all
}

/// Go's spelling of a duration: `1h2m3.5s`, `617.55ms`, `79µs`, `12ns`.
fn seconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 7] =
        [("ns", 1e-9), ("µs", 1e-6), ("us", 1e-6), ("ms", 1e-3), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
    let mut rest = text;
    let mut total_s = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let (unit, scale) = UNITS.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        total_s += number.parse::<f64>().ok()? * scale;
        rest = &after[unit.len()..];
    }
    (total_s > 0.0 && total_s.is_finite()).then_some(total_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_go_s() {
        for (text, expected) in [
            ("1m22.814029296s", 82.814_029_296),
            ("617.550141ms", 0.617_550_141),
            ("79.5µs", 79.5e-6),
            ("1h0m2s", 3602.0),
            ("4.5s", 4.5),
        ] {
            let read = seconds(text).unwrap();
            assert!((read / expected - 1.0).abs() < 1e-12, "{text}: {read}");
        }
        assert_eq!(["", "12", "s", "1x", "0s"].map(seconds), [None; 5]);
    }
}
