//! From measurements to what a calibration observes: the board's profile and mode, the formats as they were stored.
//!
//! A measurement that cannot be compared with a prediction is kept beside the others with the reason, so that no row of
//! a file just disappears.

mod shape;

pub use shape::shape;

use super::boards::Boards;
use super::engines;
use super::measurements::{Device, Loaded, Lookup, Measurement, Model, Options, Phase, read};
use super::profile::Profile;
use super::resolve::Library;
use engine::calibration::{Observation, Pass};
use engine::error::Result;
use engine::precision::{Precision, Storage};

/// Published measurements, with their sources.
pub const PUBLISHED: &str = "published";

/// A measurement that a prediction can be held against.
#[derive(Debug, Clone)]
pub struct Observed {
    /// As it was read.
    pub measurement: Measurement,
    /// As the engine sees it.
    pub observation: Observation,
    /// Name of the power mode.
    pub mode: String,
    /// Who says so.
    pub mode_basis: ModeBasis,
}

/// Whether anybody says which power mode a time was measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeBasis {
    /// The file or the caller, or the board has but one.
    Known,
    /// Nobody: the board's default was taken, one of several.
    Assumed,
}

/// Measurements of one engine on one board.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The engine; its version is part of the name where versions differ.
    pub engine: String,
    /// The board, by its profile's name if it has one.
    pub board: String,
    /// Why none of its rows can be used, if so.
    pub unusable: Option<String>,
    /// Those that can be used.
    pub rows: Vec<Observed>,
    /// Those that cannot: where they stand, and why not.
    pub left_out: Vec<(String, String)>,
}

impl Library {
    /// Finds the shape of a known model.
    pub fn known_shape(&self, name: &str) -> Option<Model> {
        let model = self.known_model(name).ok()?;
        let parameters = model.parameters_total();
        Some(Model { parameters, ..Model::new(model.name, model.architecture) })
    }

    /// The measurements that are built in, on these boards and others.
    pub fn published(&self, boards: &Boards) -> Result<Loaded> {
        let models: &Lookup<'_> = &|name| self.known_shape(name);
        read("built-in measurements.csv", self.built_in.measurements_csv.as_bytes(), &Options::new(models, boards))
    }
}

/// Every pair of engine and board among measurements, in their order; boards by the profiles that they name.
pub fn pairs(measurements: &[Measurement], library: &Library) -> Vec<Pair> {
    let mut pairs: Vec<(Pair, Option<Profile>)> = Vec::new();
    for measurement in measurements {
        let board = measurement.board.label();
        let known = pairs.iter().position(|(pair, _)| pair.engine == measurement.engine && pair.board == board);
        let at = known.unwrap_or_else(|| {
            let profile = measurement.board.name.as_ref().and_then(|name| library.profile(name).ok());
            let profile = profile.map(|(_, profile)| profile);
            let unusable = profile.is_none().then(|| "no profile of this board".to_owned());
            pairs.push((Pair::new(&measurement.engine, board, unusable), profile));
            pairs.len() - 1
        });
        let (pair, profile) = &mut pairs[at];
        match profile {
            Some(profile) => pair.add(measurement, profile, None),
            None => pair.leave_out(measurement, "no profile of this board"),
        }
    }
    pairs.into_iter().map(|(pair, _)| pair).collect()
}

impl Pair {
    /// None yet.
    pub fn new(engine: &str, board: &str, unusable: Option<String>) -> Self {
        Self { engine: engine.to_owned(), board: board.to_owned(), unusable, rows: Vec::new(), left_out: Vec::new() }
    }

    /// Adds a measurement on a board. `mode` takes precedence over what the measurement says. The default of the
    /// profile comes last.
    pub fn add(&mut self, measurement: &Measurement, profile: &Profile, mode: Option<&str>) {
        match observed(measurement, profile, mode) {
            Ok(observed) => match self.rows.iter().find(|known| known.is_the_same_as(&observed)) {
                Some(known) => {
                    let reason = format!("the same measurement as {}, counted once", known.measurement.origin);
                    self.leave_out(measurement, &reason);
                }
                None => self.rows.push(observed),
            },
            Err(reason) => self.leave_out(measurement, &reason),
        }
    }

    /// Keeps a measurement beside the others with the reason against its use.
    pub fn leave_out(&mut self, measurement: &Measurement, reason: &str) {
        self.left_out.push((measurement.origin.to_string(), reason.to_owned()));
    }
}

impl Observed {
    /// Whether it is one measurement given twice: no clock ticks the same for two runs.
    fn is_the_same_as(&self, other: &Self) -> bool {
        let what = |observed: &Self| {
            let Measurement { phase, batch, time_s, .. } = observed.measurement;
            (time_s, phase, batch, observed.observation.shape, observed.observation.precision)
        };
        what(self) == what(other) && self.mode == other.mode && self.observation.model == other.observation.model
    }
}

/// What was assumed about the power mode, a sentence for each file and mode. A wrong mode gives a wrong calibration
/// that looks like a right one.
pub fn assumed_modes<'a>(rows: impl Iterator<Item = &'a Observed>) -> Vec<String> {
    let mut assumed: Vec<(&str, &str, usize)> = Vec::new();
    for row in rows.filter(|row| row.mode_basis == ModeBasis::Assumed) {
        let file = row.measurement.origin.file.as_str();
        match assumed.iter_mut().find(|(known, mode, _)| *known == file && *mode == row.mode) {
            Some((.., times)) => *times += 1,
            None => assumed.push((file, &row.mode, 1)),
        }
    }
    let words = |(file, mode, times): (&str, &str, usize)| {
        let times = if times == 1 { "1 time".to_owned() } else { format!("{times} times") };
        format!("{file}: the power mode of {times} is not stated: {mode}, the profile's default, is taken; say --mode")
    };
    assumed.into_iter().map(words).collect()
}

fn observed(measurement: &Measurement, profile: &Profile, mode: Option<&str>) -> Result<Observed, String> {
    if let Some(reason) = &measurement.excluded {
        return Err(reason.clone());
    }
    if measurement.device == Some(Device::Cpu) && profile.compute_capability.is_some() {
        return Err(format!("it ran on the CPU, and the peaks of {} are its GPU's", profile.name));
    }
    let precision = stored(measurement)
        .ok_or_else(|| format!("the number format '{}' is not modelled", measurement.formats.weights.label()))?;
    let (mode, mode_basis) = match mode.or(measurement.mode.name.as_deref()) {
        Some(name) => (profile.mode(name).map_err(|error| error.headline().to_owned())?, ModeBasis::Known),
        None if profile.modes.len() == 1 => (profile.default_mode(), ModeBasis::Known),
        None => (profile.default_mode(), ModeBasis::Assumed),
    };
    let hardware = profile.hardware(mode);
    if hardware.rate_flops_per_s(precision.compute).is_none() {
        return Err(format!("{} cannot compute {}", hardware.name, precision.name));
    }
    let pass = match measurement.phase {
        Phase::Prefill { prompt_tokens } => Pass::Prefill { prompt_tokens, cached_tokens: 0.0 },
        Phase::Decode { context_tokens, .. } => Pass::Decode { context_tokens },
        Phase::Request { .. } => {
            return Err(
                "prefill and decode were timed as one: give the time to first token and that per token".to_owned()
            );
        }
    };
    let observation = Observation {
        model: measurement.model.label().to_owned(),
        shape: measurement.architecture,
        precision,
        pass,
        batch: measurement.batch,
        prefill_chunk_tokens: measurement
            .prefill_chunk_tokens
            .or_else(|| engines::prefill_chunk(&measurement.engine).map(|chunk| chunk.tokens)),
        seconds: measurement.time_s,
        clocks: mode.clocks(),
        hardware,
    };
    Ok(Observed { measurement: measurement.clone(), observation, mode: mode.name.clone(), mode_basis })
}

/// The formats that a model ran in, head and cache as far as they are said.
fn stored(measurement: &Measurement) -> Option<Precision> {
    let formats = &measurement.formats;
    let mut precision = formats.precision()?;
    if let Some(head) = &formats.head {
        precision.head = storage(head.name.as_deref()?)?;
    }
    if let Some(kv_cache) = &formats.kv_cache {
        precision.kv_cache = storage(kv_cache.name.as_deref()?)?;
    }
    Some(precision)
}

/// By its own name, or by that of a model's format whose head is stored so.
fn storage(format: &str) -> Option<Storage> {
    let known = Storage::named(format);
    known.or_else(|| Precision::named(format).map(|precision| precision.head))
}

#[cfg(test)]
mod tests;
