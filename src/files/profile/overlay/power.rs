//! What a board drew in a power mode while an engine computed, as a calibration holds it.

use serde::Serialize;

use super::{Check, Figure, KeyPath, RawFigure};
use crate::profile::figure;
use engine::error::Result;

/// What was drawn in one mode.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeasuredPower {
    /// The power mode.
    pub mode: String,
    /// Mean while the engine computed.
    pub watts: Figure,
    /// A tenth of the samples are below.
    pub low_watts: f64,
    /// A tenth of the samples are above.
    pub high_watts: f64,
    /// Samples while the engine computed.
    pub samples: usize,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPower {
    mode: String,
    watts: Option<RawFigure>,
    low_watts: f64,
    high_watts: f64,
    samples: usize,
}

/// Every mode once, with a band around its figure.
pub(super) fn powers(check: &Check<'_>, root: &KeyPath, raw: Vec<RawPower>) -> Result<Vec<MeasuredPower>> {
    let mut powers: Vec<MeasuredPower> = Vec::with_capacity(raw.len());
    for (i, raw) in raw.into_iter().enumerate() {
        let path = root.key("power").index(i);
        check.text(&path.key("mode"), &raw.mode)?;
        if powers.iter().any(|known| known.mode.eq_ignore_ascii_case(&raw.mode)) {
            return Err(check.toml.error(&path.key("mode"), format!("the power in {} stands twice", raw.mode)));
        }
        let watts = check.optional(&path, &figure::DRAWN, raw.watts)?;
        let watts = watts.ok_or_else(|| check.toml.error(&path, "key 'watts' is missing"))?;
        let RawPower { mode, low_watts, high_watts, samples, .. } = raw;
        let in_order = low_watts > 0.0 && low_watts <= watts.si && watts.si <= high_watts && high_watts.is_finite();
        if !in_order {
            let error = check.toml.error(&path.key("low_watts"), format!("{low_watts} to {high_watts} W is no band"));
            return Err(error.expected(format!("watts above 0 on both sides of {}", watts.si)));
        }
        powers.push(MeasuredPower { mode, watts, low_watts, high_watts, samples });
    }
    Ok(powers)
}
