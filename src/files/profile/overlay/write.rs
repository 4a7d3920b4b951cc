//! A calibration as the file that [`Overlay::parse`](super::Overlay::parse) reads.

use std::fmt::Write;

use crate::engines::{self, EngineChunk};
use crate::power_log::PowerLog;
use engine::calibration::{Calibration, Estimate, Parameter, Prediction, Standing};
use engine::roofline::Phase;
use engine::units::significant;

/// Everything that goes into an overlay.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// Short name, as it will be typed.
    pub name: String,
    /// Name of the board's profile, or its path from the folder of the file.
    pub base: String,
    /// The engine and its version.
    pub engine: String,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Where the measurements can be read.
    pub sources: Vec<String>,
    /// When it was fitted, `YYYY-MM-DD`.
    pub date: String,
    /// One for each group of formats.
    pub formats: Vec<DraftFormat<'a>>,
    /// What the board drew, with its power mode.
    pub power: Vec<(&'a str, &'a PowerLog)>,
}

/// One group of formats.
#[derive(Debug, Clone)]
pub struct DraftFormat<'a> {
    /// Names of the formats.
    pub formats: Vec<&'static str>,
    /// The head's format, where it was said.
    pub head: Option<String>,
    /// The cache's format, where it was said not to be 16 bit.
    pub kv: Option<String>,
    /// Most prompt tokens that one pass took, where all rows say the same.
    pub prefill_chunk_tokens: Option<u32>,
    /// The power modes that were measured.
    pub modes: Vec<String>,
    /// Of the prefill rows and of the decode rows.
    pub spread: [Spread; 2],
    /// The numbers.
    pub calibration: &'a Calibration,
}

/// How different what was measured is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Models by name.
    pub models: usize,
    /// Shapes that they have.
    pub shapes: usize,
}

impl Draft<'_> {
    /// The file.
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# Fitted by `roofscape calibrate`. Errors are shares of the measured time; those left out are of models\n\
             # whose shape took no part in the fit. How to read such a file: profiles/README.md.\n\n",
        );
        line(&mut text, "name", &quoted(&self.name));
        line(&mut text, "base", &quoted(&self.base));
        line(&mut text, "engine", &quoted(&self.engine));
        if !self.notes.is_empty() {
            text += "notes = [\n";
            for note in &self.notes {
                text.push_str("  ");
                text.push_str(&quoted(note));
                text.push_str(",\n");
            }
            text += "]\n";
        }
        for (i, source) in self.sources.iter().enumerate() {
            table(&mut text, &format!("sources.measurements-{}", i + 1));
            line(&mut text, "title", &quoted(&format!("Measurements, {} of {}", i + 1, self.sources.len())));
            line(&mut text, "url", &quoted(source));
        }
        for (i, (mode, log)) in self.power.iter().enumerate() {
            table(&mut text, &format!("sources.power-{}", i + 1));
            line(&mut text, "title", &quoted(&format!("Log of tegrastats in {mode}")));
            line(&mut text, "url", &quoted(&log.source));
        }
        let chunk = engines::prefill_chunk(&self.engine);
        if let Some((title, url)) = chunk.and_then(|chunk| chunk.source) {
            table(&mut text, "sources.prefill-chunk");
            line(&mut text, "title", &quoted(title));
            line(&mut text, "url", &quoted(url));
        }
        for format in &self.formats {
            self.write_format(&mut text, format);
        }
        for (i, (mode, log)) in self.power.iter().enumerate() {
            text += "\n[[power]]\n";
            line(&mut text, "mode", &quoted(mode));
            let (watts, note) = (significant(log.watts, 4), quoted(&format!("Rails {}", log.rails.join(" + "))));
            let source = format!("source = \"power-{}\", date = \"{}\", note = {note}", i + 1, self.date);
            line(&mut text, "watts", &format!("{{ value = {watts}, unit = \"W\", kind = \"measured\", {source} }}"));
            // Rounded outwards, so that the band holds the rounded figure.
            let outwards = |watts: f64, round: fn(f64) -> f64| format!("{:.4}", round(watts * 1e3) / 1e3);
            line(&mut text, "low_watts", &outwards(log.low_watts * 0.9999, f64::floor));
            line(&mut text, "high_watts", &outwards(log.high_watts * 1.0001, f64::ceil));
            line(&mut text, "samples", &log.busy_samples.to_string());
        }
        text
    }

    fn write_format(&self, text: &mut String, format: &DraftFormat<'_>) {
        *text += "\n[[formats]]\n";
        line(text, "formats", &list(format.formats.iter().copied()));
        for (key, stored) in [("head", &format.head), ("kv", &format.kv)] {
            if let Some(stored) = stored {
                line(text, key, &quoted(stored));
            }
        }
        let measured = format.prefill_chunk_tokens.map(|tokens| EngineChunk {
            tokens,
            source: None,
            note: "The measurements say it",
        });
        if let Some(EngineChunk { tokens, source, note }) = measured.or_else(|| engines::prefill_chunk(&self.engine)) {
            let known = match (source, measured) {
                (Some(_), _) => "kind = \"stated\", source = \"prefill-chunk\"",
                (None, Some(_)) if self.sources.is_empty() => "kind = \"fitted\"",
                (None, Some(_)) => "kind = \"measured\", source = \"measurements-1\"",
                (None, None) => "kind = \"assumed\"",
            };
            let (date, note) = (&self.date, quoted(note));
            let figure =
                format!("{{ value = {tokens}, unit = \"tokens\", {known}, date = \"{date}\", note = {note} }}");
            line(text, "prefill_chunk", &figure);
        }
        line(text, "modes", &list(format.modes.iter().map(String::as_str)));
        for estimate in &format.calibration.estimates {
            let (key, value, unit, scale) = match estimate.parameter {
                Parameter::Compute => ("compute", estimate.value, "1", 1.0),
                Parameter::Bandwidth => ("bandwidth", estimate.value, "1", 1.0),
                Parameter::InFlight if estimate.standing == Standing::Unnoticed => continue,
                Parameter::InFlight => ("bytes_per_sm_cycle", estimate.value, "B", 1.0),
                Parameter::PrefillOverhead => ("prefill_overhead", estimate.value, "us", 1e6),
                Parameter::DecodeOverhead => ("decode_overhead", estimate.value, "us", 1e6),
            };
            line(text, key, &self.figure(value * scale, unit, &range(estimate, scale)));
        }
        if let Some(hz) = format.calibration.reach.at_cpu_hz {
            line(text, "cpu_clock", &self.figure(hz / 1e6, "MHz", "The overheads hold at this clock"));
        }
        for (phase, key, spread) in
            [(Phase::Prefill, "prefill", format.spread[0]), (Phase::Decode, "decode", format.spread[1])]
        {
            tested(text, format.calibration, phase, (key, spread));
        }
    }

    fn figure(&self, value: f64, unit: &str, note: &str) -> String {
        let source = if self.sources.is_empty() { "" } else { "source = \"measurements-1\", " };
        format!(
            "{{ value = {}, unit = \"{unit}\", kind = \"fitted\", {source}date = \"{}\", note = {} }}",
            significant(value, 4),
            self.date,
            quoted(note)
        )
    }
}

fn tested(text: &mut String, calibration: &Calibration, phase: Phase, (key, spread): (&str, Spread)) {
    let Some(fitted) = calibration.errors(phase, Prediction::InSample) else { return };
    table(text, &format!("formats.{key}"));
    line(text, "rows", &fitted.rows.to_string());
    line(text, "models", &spread.models.to_string());
    line(text, "shapes", &spread.shapes.to_string());
    line(text, "median_error", &share(fitted.median));
    line(text, "worst_error", &share(fitted.worst));
    if let Some(left_out) = calibration.errors(phase, Prediction::LeftOut) {
        line(text, "left_out_median_error", &share(left_out.median));
        line(text, "left_out_worst_error", &share(left_out.worst));
    }
}

/// `0.46 to 0.49 as models are left out`.
fn range(estimate: &Estimate, scale: f64) -> String {
    match estimate.standing {
        Standing::Unnoticed => "No row notices it".to_owned(),
        Standing::AtBound => "At its bound: the rows ask for all of the peak, or more".to_owned(),
        Standing::Fixed => format!(
            "{} to {} within two standard errors and as models are left out",
            significant(estimate.low * scale, 3),
            significant(estimate.high * scale, 3)
        ),
    }
}

fn share(value: f64) -> String {
    format!("{value:.4}")
}

fn table(text: &mut String, name: &str) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[{name}]\n");
}

fn line(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {value}");
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", items.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
