//! A calibration overlay: what an engine was measured to reach on a board, laid over the board's profile.
//!
//! It is a file of its own because it has another life: the board's figures come from data sheets and stay, an engine's
//! come from measurements and change with its version. It says for which number formats and modes it was measured and
//! how well it predicts a model that it has not seen, so that a prediction beyond that can be called what it is.

mod power;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use serde::Serialize;

pub use power::MeasuredPower;
pub use write::{Draft, DraftFormat, Spread};

use super::check::Check;
use super::figure::{self, Figure};
use super::raw::{RawFigure, RawSource};
use super::{PowerMode, Profile};
use crate::toml_source::{KeyPath, TomlSource};
use engine::efficiency::{CalibratedPhases, Efficiencies, Efficiency, FormatEfficiency, Measured, Overhead, Reach};
use engine::error::{Error, Result};
use engine::precision::{Precision, Storage};
use engine::text::shown;

/// What an engine reaches on a board.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overlay {
    /// Short name, as typed on the command line.
    pub name: String,
    /// Name of the board's profile; in a file also its path from the file's folder.
    pub base: String,
    /// The engine and its version.
    pub engine: String,
    /// What a reader must know before trusting it.
    pub notes: Vec<String>,
    /// At least one; no number format is in two of them.
    pub formats: Vec<FormatFigures>,
    /// What the board drew while it was measured, by power mode; none where nobody logged it.
    pub power: Vec<MeasuredPower>,
}

/// What it reaches in number formats that were measured together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormatFigures {
    /// Names of the formats.
    pub formats: Vec<&'static str>,
    /// The format that the LM head had, where it was not the weights'.
    pub head: Option<String>,
    /// The format that the KV cache had, where it was not 16 bit.
    pub kv: Option<String>,
    /// Most tokens that one pass of a prompt takes, where the engine divides prompts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefill_chunk: Option<Figure>,
    /// The power modes that were measured.
    pub modes: Vec<String>,
    /// Share of the compute peak.
    pub compute: Option<Figure>,
    /// Share of the bandwidth.
    pub bandwidth: Option<Figure>,
    /// Bytes per SM and cycle, where several clocks were measured.
    pub bytes_per_sm_cycle: Option<Figure>,
    /// What every operator costs besides in prefill.
    pub prefill_overhead: Option<Figure>,
    /// What every operator costs besides in decode.
    pub decode_overhead: Option<Figure>,
    /// The CPU clock that these two hold for.
    pub cpu_clock: Option<Figure>,
    /// How well prefill is predicted; none where it was not measured.
    pub prefill: Option<Tested>,
    /// How well decode is predicted; none where it was not measured.
    pub decode: Option<Tested>,
}

/// How well times are predicted, as shares of the measured time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tested {
    /// Measured times.
    pub rows: usize,
    /// Of so many models.
    pub models: usize,
    /// Which have so many shapes.
    pub shapes: usize,
    /// Half of the rows that were fitted are off by less.
    pub median_error: f64,
    /// The largest of these errors.
    pub worst_error: f64,
    /// Half of the rows are off by less when no model of their shape took part in the fit; none where that was not possible.
    pub left_out_median_error: Option<f64>,
    /// The largest of these errors.
    pub left_out_worst_error: Option<f64>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOverlay {
    name: String,
    base: String,
    engine: String,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(default)]
    sources: BTreeMap<String, RawSource>,
    #[serde(default)]
    formats: Vec<RawFormat>,
    #[serde(default)]
    power: Vec<power::RawPower>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFormat {
    formats: Vec<String>,
    head: Option<String>,
    kv: Option<String>,
    prefill_chunk: Option<RawFigure>,
    #[serde(default)]
    modes: Vec<String>,
    compute: Option<RawFigure>,
    bandwidth: Option<RawFigure>,
    bytes_per_sm_cycle: Option<RawFigure>,
    prefill_overhead: Option<RawFigure>,
    decode_overhead: Option<RawFigure>,
    cpu_clock: Option<RawFigure>,
    prefill: Option<Tested>,
    decode: Option<Tested>,
}

impl Overlay {
    /// Whether a text is one: a profile has no `base`.
    pub fn is(text: &str) -> bool {
        #[derive(serde::Deserialize)]
        struct Probe {
            base: Option<serde::de::IgnoredAny>,
        }
        toml::from_str::<Probe>(text).is_ok_and(|probe| probe.base.is_some())
    }

    /// Reads an overlay; `source` is the path or embedded name for messages.
    pub fn parse(source: &str, text: &str) -> Result<Self> {
        let toml = TomlSource::new(source, text);
        let raw: RawOverlay = toml.read()?;
        let check = Check { toml, sources: &raw.sources };
        let root = KeyPath::ROOT;
        for (key, text) in [("name", &raw.name), ("base", &raw.base), ("engine", &raw.engine)] {
            check.text(&root.key(key), text)?;
        }
        check.texts(&root.key("notes"), &raw.notes)?;
        check.sources()?;
        let mut formats: Vec<FormatFigures> = Vec::with_capacity(raw.formats.len());
        for (i, raw) in raw.formats.into_iter().enumerate() {
            let path = root.key("formats").index(i);
            let format = format_figures(&check, &path, raw)?;
            let earlier = |name: &&'static str| formats.iter().any(|other| other.formats.contains(name));
            let names = || format.formats.iter();
            let twice = names().find(|name| earlier(name) || names().filter(|other| other == name).count() > 1);
            if let Some(twice) = twice {
                return Err(toml.error(&path.key("formats"), format!("'{twice}' is calibrated twice")));
            }
            formats.push(format);
        }
        if formats.is_empty() {
            return Err(toml
                .error(&root, "the overlay calibrates no number format")
                .expected("one [[formats]] table or more, as `roofscape calibrate --out` writes them"));
        }
        let power = power::powers(&check, &root, raw.power)?;
        Ok(Self { name: raw.name, base: raw.base, engine: raw.engine, notes: raw.notes, formats, power })
    }

    /// The figures of a number format.
    pub fn of(&self, precision: &Precision) -> Option<&FormatFigures> {
        self.formats.iter().find(|figures| figures.formats.contains(&precision.name))
    }

    /// What was drawn in a power mode.
    pub fn power_in(&self, mode: &str) -> Option<&MeasuredPower> {
        self.power.iter().find(|power| power.mode.eq_ignore_ascii_case(mode))
    }

    /// Every number format that it knows.
    pub fn covered(&self) -> Vec<&'static str> {
        self.formats.iter().flat_map(|figures| figures.formats.iter().copied()).collect()
    }

    /// Efficiencies in one of the board's modes.
    pub(super) fn efficiencies(&self, mode: &PowerMode) -> Efficiencies {
        let in_mode = |figures: &FormatFigures| {
            let efficiency = figures.reach().in_mode(mode.clocks());
            let phases = figures.phases();
            let measured = if figures.measured_in(&mode.name) { Measured::Here } else { Measured::Elsewhere };
            let stored = |name: &Option<String>| name.as_deref().and_then(Storage::named);
            let (head, kv_cache) = (stored(&figures.head), stored(&figures.kv));
            let prefill_chunk_tokens = figures.prefill_chunk.as_ref().map(|chunk| chunk.si as u32);
            figures
                .formats
                .iter()
                .map(move |&format| FormatEfficiency {
                    format,
                    head,
                    kv_cache,
                    prefill_chunk_tokens,
                    efficiency,
                    phases,
                    measured,
                })
                .collect::<Vec<_>>()
        };
        Efficiencies { general: Efficiency::IDEAL, formats: self.formats.iter().flat_map(in_mode).collect() }
    }
}

fn format_figures(check: &Check<'_>, path: &KeyPath, raw: RawFormat) -> Result<FormatFigures> {
    let mut formats = Vec::with_capacity(raw.formats.len());
    for (i, name) in raw.formats.iter().enumerate() {
        let known = Precision::named(name).ok_or_else(|| {
            let names: Vec<&str> = Precision::ALL.iter().map(|known| known.name).collect();
            let error =
                check.toml.error(&path.key("formats").index(i), format!("'{}' is no number format", shown(name)));
            super::with_known(error, name, names)
        })?;
        formats.push(known.name);
    }
    if formats.is_empty() {
        return Err(check
            .toml
            .error(&path.key("formats"), "no number format is named")
            .expected("such as [\"w4a16\"]"));
    }
    for (key, stored) in [("head", &raw.head), ("kv", &raw.kv)] {
        if let Some(stored) = stored {
            known_storage(check, &path.key(key), stored)?;
        }
    }
    check.texts(&path.key("modes"), &raw.modes)?;
    for (key, tested) in [("prefill", &raw.prefill), ("decode", &raw.decode)] {
        sound(check, &path.key(key), tested.as_ref())?;
    }
    let figures = FormatFigures {
        formats,
        head: raw.head,
        kv: raw.kv,
        prefill_chunk: check.optional(path, &figure::PREFILL_CHUNK, raw.prefill_chunk)?,
        modes: raw.modes,
        compute: check.optional(path, &figure::COMPUTE, raw.compute)?,
        bandwidth: check.optional(path, &figure::TRAFFIC, raw.bandwidth)?,
        bytes_per_sm_cycle: check.optional(path, &figure::IN_FLIGHT, raw.bytes_per_sm_cycle)?,
        prefill_overhead: check.optional(path, &figure::PREFILL_OVERHEAD, raw.prefill_overhead)?,
        decode_overhead: check.optional(path, &figure::DECODE_OVERHEAD, raw.decode_overhead)?,
        cpu_clock: check.optional(path, &figure::CPU_CLOCK, raw.cpu_clock)?,
        prefill: raw.prefill,
        decode: raw.decode,
    };
    let needed = [
        ("prefill", figures.prefill.is_some(), "compute", figures.compute.is_some()),
        ("prefill", figures.prefill.is_some(), "prefill_overhead", figures.prefill_overhead.is_some()),
        ("decode", figures.decode.is_some(), "bandwidth", figures.bandwidth.is_some()),
        ("decode", figures.decode.is_some(), "decode_overhead", figures.decode_overhead.is_some()),
    ];
    for (phase, measured, key, given) in needed {
        if measured && !given {
            return Err(check.toml.error(path, format!("key '{key}' is missing, though {phase} was measured")));
        }
    }
    if figures.prefill.is_none() && figures.decode.is_none() {
        let error = check.toml.error(path, "neither prefill nor decode was measured");
        return Err(error.expected("[formats.prefill] or [formats.decode], with rows, models and errors"));
    }
    Ok(figures)
}

/// A head or a cache in a format that nobody knows could be compared with none.
fn known_storage(check: &Check<'_>, path: &KeyPath, name: &str) -> Result<(), Error> {
    let mut names: Vec<&str> =
        Storage::OF_HEADS.iter().chain(&Storage::OF_KV_CACHES).map(|storage| storage.name).collect();
    names.sort_unstable();
    names.dedup();
    if names.contains(&name) || Precision::named(name).is_some() {
        return Ok(());
    }
    let error = check.toml.error(path, format!("'{}' is no format that weights are stored in", shown(name)));
    Err(super::with_known(error, name, names))
}

/// Errors are shares, counts are counts, and models have rows.
fn sound(check: &Check<'_>, path: &KeyPath, tested: Option<&Tested>) -> Result<(), Error> {
    let Some(tested) = tested else { return Ok(()) };
    if tested.models == 0 || tested.rows < tested.models {
        let what = format!("{} rows of {} models", tested.rows, tested.models);
        return Err(check.toml.error(&path.key("rows"), what).expected("one model or more, each with a row or more"));
    }
    if tested.shapes == 0 || tested.models < tested.shapes {
        let what = format!("{} models of {} shapes", tested.models, tested.shapes);
        return Err(check
            .toml
            .error(&path.key("shapes"), what)
            .expected("one shape or more, each with a model or more"));
    }
    let errors = [
        ("median_error", Some(tested.median_error)),
        ("worst_error", Some(tested.worst_error)),
        ("left_out_median_error", tested.left_out_median_error),
        ("left_out_worst_error", tested.left_out_worst_error),
    ];
    for (key, error) in errors {
        if error.is_some_and(|error| !error.is_finite() || error < 0.0) {
            let error = check.toml.error(&path.key(key), "this is no error");
            return Err(error.expected("a share of the measured time, such as 0.05"));
        }
    }
    Ok(())
}

impl FormatFigures {
    /// Every figure, in reading order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        [
            &self.prefill_chunk,
            &self.compute,
            &self.bandwidth,
            &self.bytes_per_sm_cycle,
            &self.prefill_overhead,
            &self.decode_overhead,
            &self.cpu_clock,
        ]
        .into_iter()
        .flatten()
    }

    /// For the engine, before a mode is chosen.
    pub fn reach(&self) -> Reach {
        let or = |figure: &Option<Figure>, ideal| figure.as_ref().map_or(ideal, |figure| figure.si);
        let clock = |figure: &Option<Figure>| figure.as_ref().map(|figure| figure.si);
        Reach {
            efficiency: Efficiency {
                compute: or(&self.compute, 1.0),
                bandwidth: or(&self.bandwidth, 1.0),
                in_flight_bytes_per_s: None,
                overhead: Overhead {
                    prefill_s: or(&self.prefill_overhead, 0.0),
                    decode_s: or(&self.decode_overhead, 0.0),
                },
            },
            bytes_per_sm_cycle: clock(&self.bytes_per_sm_cycle),
            at_cpu_hz: clock(&self.cpu_clock),
        }
    }

    /// Whether a power mode is one of those that were measured.
    pub fn measured_in(&self, mode: &str) -> bool {
        self.modes.iter().any(|measured| measured.eq_ignore_ascii_case(mode))
    }

    /// Which phases were measured.
    pub const fn phases(&self) -> CalibratedPhases {
        match (self.prefill.is_some(), self.decode.is_some()) {
            (true, false) => CalibratedPhases::Prefill,
            (false, true) => CalibratedPhases::Decode,
            _ => CalibratedPhases::Both,
        }
    }

    /// `head fp16 (int4 here)`: how head and cache were stored when it was measured, as far as `precision` has them otherwise.
    pub fn departures(&self, precision: &Precision) -> Vec<String> {
        let own = Precision::named(precision.name).unwrap_or(*precision);
        let parts =
            [("head", &self.head, own.head, precision.head), ("KV", &self.kv, own.kv_cache, precision.kv_cache)];
        let in_16_bit = |name: &str| [Storage::FP16.name, Storage::BF16.name].contains(&name);
        let departure = |(part, measured, own, here): (&str, &Option<String>, Storage, Storage)| {
            let measured = measured.as_deref().unwrap_or(own.name);
            let alike = measured == here.name || in_16_bit(measured) && in_16_bit(here.name);
            (!alike).then(|| format!("{part} {measured} ({} here)", here.name))
        };
        parts.into_iter().filter_map(departure).collect()
    }

    /// `median error 4 % decode, 7 % prefill (leave-one-model-out, worst 29 %)`: half of the times are predicted better.
    pub fn accuracy(&self) -> String {
        let phases = [("decode", self.decode), ("prefill", self.prefill)];
        let tested: Vec<(&str, Tested)> =
            phases.into_iter().filter_map(|(name, tested)| Some((name, tested?))).collect();
        let left_out = tested.iter().all(|(_, tested)| tested.left_out_median_error.is_some());
        let words = tested.iter().map(|(name, tested)| {
            let error = tested.left_out_median_error.filter(|_| left_out).unwrap_or(tested.median_error);
            format!("{:.0} % {name}", (100.0 * error).max(1.0))
        });
        let how = if left_out { "leave-one-model-out" } else { "of the models that were fitted" };
        let worst = tested
            .iter()
            .map(|(_, tested)| tested.left_out_worst_error.filter(|_| left_out).unwrap_or(tested.worst_error))
            .fold(0.0, f64::max);
        format!("median error {} ({how}, worst {:.0} %)", words.collect::<Vec<_>>().join(", "), 100.0 * worst)
    }
}

impl Profile {
    /// The board with an engine's calibration laid over it. What the board's own file says of efficiency gives way.
    pub(crate) fn with_overlay(mut self, overlay: Overlay, toml: TomlSource<'_>) -> Result<Self> {
        let of_formats = overlay.formats.iter().enumerate().flat_map(|(i, figures)| {
            let path = KeyPath::ROOT.key("formats").index(i).key("modes");
            figures.modes.iter().enumerate().map(move |(j, mode)| (path.clone().index(j), mode))
        });
        let power = overlay.power.iter().enumerate();
        let of_power = power.map(|(i, power)| (KeyPath::ROOT.key("power").index(i).key("mode"), &power.mode));
        for (path, mode) in of_formats.chain(of_power) {
            if super::position(&self.modes, mode).is_none() {
                let error = toml.error(&path, format!("{} has no power mode '{}'", self.name, shown(mode)));
                return Err(super::with_known(error, mode, self.modes.iter().map(|mode| mode.name.as_str())));
            }
        }
        let engine = overlay.name.rsplit_once('+').map_or(overlay.engine.as_str(), |(_, engine)| engine);
        self.title = format!("{} + {engine}", self.title);
        // By whatever path it was found, the board is called by its name.
        let board = std::mem::replace(&mut self.name, overlay.name.clone());
        let overlay = Overlay { base: board, ..overlay };
        self.notes.extend(overlay.notes.iter().cloned());
        self.calibration = Some(overlay);
        Ok(self)
    }
}
