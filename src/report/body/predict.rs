//! One architecture in full, on one board or in all of its power modes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::document::Body;
use crate::entry::{Entry, MemoryPart};
use crate::model::ModelPart;
use crate::uncertainty::BootstrapPart;
use engine::law::Terms;
use engine::roofline::OperatorCost;
use engine::what_if::{Elasticities, Sensitivity};

/// `roofscape predict`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Predict {
    /// The model that was named; null where a shape was typed.
    pub model: Option<ModelPart>,
    /// The architecture.
    #[serde(flatten)]
    pub entry: Entry,
    /// What each term of the law adds to the loss, nats per token.
    pub loss_terms: Terms,
    /// How intervals were found; null where no runs were resampled.
    pub bootstrap: Option<BootstrapPart>,
    /// What takes up memory.
    pub memory: MemoryPart,
    /// Times with 10 % more of a resource, over those without.
    pub sensitivity: SensitivityPart,
    /// ∂ln(time)/∂ln(resource).
    pub elasticity: Elasticities,
    /// Operator by operator, in both phases.
    pub operators: Vec<OperatorCost>,
    /// By number format: where it turns from memory-bound to compute-bound.
    pub ridge_flop_per_byte: BTreeMap<&'static str, f64>,
    /// Energy by the power that was measured in this mode; null where the calibration holds none, or there is none.
    pub measured_energy: Option<MeasuredEnergy>,
}

/// Energy by the power that was measured while an engine computed, times the predicted time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct MeasuredEnergy {
    /// Mean while it computed, W.
    pub watts: f64,
    /// A tenth of the samples are below, W.
    pub low_watts: f64,
    /// A tenth of the samples are above, W.
    pub high_watts: f64,
    /// Of a request, J.
    pub request_j: f64,
    /// Of a generated token, J; null where none is generated.
    pub token_j: Option<f64>,
}

impl Body for Predict {
    const COMMAND: &'static str = "predict";
}

/// Times with 10 % more of a resource, over those without; null where that cannot be priced.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct SensitivityPart {
    /// Of DRAM.
    pub bandwidth: Option<Sensitivity>,
    /// Of all number formats.
    pub compute: Option<Sensitivity>,
}

/// `roofscape predict --all-modes`. The architecture at the top is priced in the mode that holds without that option.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AllModes {
    /// The model that was named; null where a shape was typed.
    pub model: Option<ModelPart>,
    /// The architecture.
    #[serde(flatten)]
    pub entry: Entry,
    /// Every power mode of the board.
    pub modes: Vec<ModePart>,
}

impl Body for AllModes {
    const COMMAND: &'static str = "predict --all-modes";
}

/// One power mode. Times are null where it cannot compute in the number format, energies without watts too.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModePart {
    /// Its name.
    pub mode: String,
    /// Power budget; null where nobody states one.
    pub watts: Option<f64>,
    /// Streaming multiprocessors that are powered.
    pub sms: Option<f64>,
    /// Highest GPU clock.
    pub gpu_clock_hz: Option<f64>,
    /// Of DRAM.
    pub bandwidth_bytes_per_s: f64,
    /// Generated tokens of all sequences over the time for them.
    pub tokens_per_s: Option<f64>,
    /// On what the times rest: calibrated, extrapolated, given or ideal.
    pub basis: Option<&'static str>,
    /// Whose efficiencies they rest on, as `engine` of the setting; null where the mode cannot compute in the number format.
    pub engine: Option<String>,
    /// The architecture in this mode.
    #[serde(flatten)]
    pub entry: Entry,
}
