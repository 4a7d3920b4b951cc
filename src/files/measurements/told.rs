//! The parts of a measurement that some tools do not write and that the user must give.

use super::formats;
use super::measurement::{Formats, Measurement, Named, Origin, Phase};
use super::options::Options;
use engine::error::{Error, Result};
use engine::text::shown;

/// Who ran the model, as far as a tool's file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Engine<'a> {
    /// As it is called in reports where nobody says more.
    pub(super) name: &'a str,
    /// How the name of any version of it begins; empty where the tool times any engine.
    pub(super) family: &'a str,
}

impl<'a> Engine<'a> {
    /// One whose versions all begin with its name.
    pub(super) const fn new(name: &'a str) -> Self {
        Self { name, family: name }
    }

    /// A tool that times whatever answers it.
    pub(super) const fn any(name: &'a str) -> Self {
        Self { name, family: "" }
    }

    /// The engine's name. The user may say which version it was, but never that it was another: a calibration under
    /// another engine's name looks like a right one.
    pub(super) fn named(self, options: &Options<'_>) -> String {
        let is_it = |told: &&String| told.to_lowercase().starts_with(&self.family.to_lowercase());
        options.engine.as_ref().filter(is_it).map_or_else(|| self.name.to_owned(), String::clone)
    }
}

/// A measurement as far as the user has described it. The reader fills in what was timed. `names` are what the file
/// calls the model.
pub(super) fn measurement(
    options: &Options<'_>,
    origin: Origin,
    engine: Engine<'_>,
    names: &[&str],
) -> Result<Measurement> {
    in_format(options, origin, engine, (names, None))
}

/// The same, of a file that may say in which format the weights are.
pub(super) fn in_format(
    options: &Options<'_>,
    origin: Origin,
    engine: Engine<'_>,
    (names, format): (&[&str], Option<Named>),
) -> Result<Measurement> {
    let model = options.model(names.iter().copied()).ok_or_else(|| {
        let what = match names.first() {
            Some(name) => format!("the shape of '{}' is not known", shown(name)),
            None => "the file does not say which model ran".to_owned(),
        };
        Error::new(what).hint("give its shape: --model config.json")
    })?;
    let weights = format.map_or_else(|| weights(options, names), Ok)?;
    let formats = Formats { weights, head: None, kv_cache: None };
    Ok(Measurement {
        prefill_chunk_tokens: None,
        origin,
        board: named(options.board.as_ref()),
        mode: named(options.mode.as_ref()),
        engine: engine.named(options),
        engine_version: None,
        model: Named::known(names.first().copied().unwrap_or(&model.name), &model.name),
        architecture: model.architecture,
        excluded: formats.doubt(),
        formats,
        model_bytes: None,
        batch: options.batch.unwrap_or(1).max(1),
        phase: Phase::Prefill { prompt_tokens: 1.0 },
        time_s: 0.0,
        spread_s: None,
        device: None,
        source: None,
        note: None,
    })
}

/// The weights' format: as told, else by a word of the model's name (`Qwen3-4B-AWQ`).
fn weights(options: &Options<'_>, names: &[&str]) -> Result<Named> {
    match names.iter().find_map(|name| formats::of_model(name)) {
        Some(format) if options.precision.is_none() => Ok(format),
        _ => options.weights(),
    }
}

/// What a person calls a board or a mode.
pub(super) fn named(name: Option<&String>) -> Named {
    name.map_or_else(Named::default, |name| Named::known(name, name))
}

/// What one pass of an engine computed, as told: a prompt, or one token after others.
pub(super) fn one_pass(options: &Options<'_>) -> Result<Phase> {
    match (options.input_len, options.past_kv_len) {
        (Some(prompt), None) if prompt > 0 => Ok(Phase::Prefill { prompt_tokens: f64::from(prompt) }),
        (None | Some(1), Some(before)) => Ok(Phase::decode(f64::from(before), Some(1.0))),
        _ => Err(Error::new("the file does not say what one pass computed")
            .hint("give --input-len for a pass over a prompt, or --past-kv-len for one token after that many others")),
    }
}
