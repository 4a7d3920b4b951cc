//! Whether intervals hold what they say.

use schemars::JsonSchema;
use serde::Serialize;

use super::OptionsPart;
use crate::document::Body;
use engine::law::DatasetIdentity;
use engine::law::conformal::coverage::Coverage as Counted;

/// `roofscape fit --coverage`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Coverage {
    /// The runs.
    pub dataset: DatasetIdentity,
    /// How many, without those left out on request.
    pub runs: usize,
    /// The law.
    pub form: &'static str,
    /// What its fits minimise.
    pub criterion: &'static str,
    /// Level of the intervals.
    pub level: f64,
    /// How they fit.
    pub options: OptionsPart,
    /// By what was left out, and by method.
    pub coverage: Vec<Counted>,
}

impl Body for Coverage {
    const COMMAND: &'static str = "fit --coverage";
}
