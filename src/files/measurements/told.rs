//! The parts of a measurement that some tools do not write and that the user must give.

use super::measurement::{Formats, Measurement, Named, Origin, Phase};
use super::options::Options;
use engine::error::{Error, Result};
use engine::text::shown;

/// A measurement as far as the user has described it. The reader fills in what was timed. `names` are what the file
/// calls the model.
pub(super) fn measurement(options: &Options<'_>, origin: Origin, engine: &str, names: &[&str]) -> Result<Measurement> {
    let model = options.model(names.iter().copied()).ok_or_else(|| {
        let what = match names.first() {
            Some(name) => format!("the shape of '{}' is not known", shown(name)),
            None => "the file does not say which model ran".to_owned(),
        };
        Error::new(what).hint("give its shape: --model config.json")
    })?;
    let formats = Formats { weights: options.weights()?, head: None, kv_cache: None };
    Ok(Measurement {
        origin,
        board: named(options.board.as_ref()),
        mode: named(options.mode.as_ref()),
        engine: options.engine.clone().unwrap_or_else(|| engine.to_owned()),
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
