//! The best architecture of real sizes, why it is no better, and what to build instead.

use schemars::JsonSchema;
use serde::Serialize;

use crate::document::Body;
use crate::entry::{ArchitecturePart, Entry};
use crate::predictions::PredictionsPart;
use engine::theory::closed_forms::{Condition, Convergence};
use engine::theory::{Coordinate, EndSensitivity, Kkt, PrintedD3, Regime, Sensitivity};

/// `roofscape theory`. The keys of the answer that was asked for stand at the top as well.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Theory {
    /// Which cost model was asked: `operators` or `simplified`.
    pub costs: &'static str,
    /// Its answer.
    #[serde(flatten)]
    pub answer: TheoryAnswer,
    /// By the operator model, which is that of all other commands.
    pub operators: TheoryAnswer,
    /// By the paper's simplified costs.
    pub simplified: TheoryAnswer,
    /// The paper's closed form at the best width of the space.
    pub closed_form: Option<ClosedFormPart>,
    /// Why there is none.
    pub no_closed_form: Option<String>,
    /// The best feasible candidate of the space.
    pub sweep_best: Option<BuiltPart>,
    /// Why there is none.
    pub no_sweep_best: Option<String>,
    /// The best at each width, by the cost model that was asked for.
    pub curve: Vec<AtWidth>,
}

impl Body for Theory {
    const COMMAND: &'static str = "theory";
}

/// One cost model's optimum.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TheoryAnswer {
    /// Which limits bind.
    pub regime: Regime,
    /// The same in words.
    pub regime_in_words: String,
    /// P1, D1, D2 = P2, P3, D3; null where the paper has no name for it.
    pub paper_regime: Option<&'static str>,
    /// Where it is.
    pub optimum: Option<OptimumPart>,
    /// Why there is none.
    pub no_optimum: Option<String>,
    /// The worst of `kkt`.
    pub kkt_residual: Option<f64>,
    /// What is left of the conditions of an optimum.
    pub kkt: Option<Kkt>,
    /// Variables that nothing decides.
    pub undetermined: Vec<Coordinate>,
    /// What more of each budget buys.
    pub sensitivities: Vec<InWords<Sensitivity>>,
    /// What lies beyond the ends of the space that stop it.
    pub ends: Vec<InWords<EndSensitivity>>,
    /// What can be built next to it.
    pub rounded: Option<BuiltPart>,
    /// Why nothing near can be built.
    pub not_rounded: Option<String>,
}

/// An architecture of real sizes; `predictions` are those of the cost model that it was sought with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct OptimumPart {
    /// It.
    #[serde(flatten)]
    pub entry: Entry<ArchitecturePart<f64>>,
    /// Query heads that share a KV head.
    pub gqa: f64,
    /// ρ = K/E: activation rate.
    pub rho: f64,
}

/// Something with its sentence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "{T}InWords")]
pub struct InWords<T> {
    /// It.
    #[serde(flatten)]
    pub what: T,
    /// Its sentence.
    pub words: String,
}

impl<T: ToString> From<T> for InWords<T> {
    fn from(what: T) -> Self {
        Self { words: what.to_string(), what }
    }
}

/// A shape that can be built; `predictions` are those of the cost model that it was sought with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct BuiltPart {
    /// It.
    #[serde(flatten)]
    pub entry: Entry,
    /// Its loss less that of the optimum of real sizes; null where it was not rounded from one.
    pub loss_cost_nats: Option<f64>,
    /// The same predictions by the operator model, which is that of all other commands.
    pub predictions_by_operators: PredictionsPart,
}

/// The paper's closed form.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClosedFormPart {
    /// As it stands.
    #[serde(flatten)]
    pub free: FormPart,
    /// The same with r, gqa and ρ put on an end of their range where they leave it; null where that is not needed, or has no
    /// form.
    pub ends_kept: Option<FormPart>,
    /// Where the paper contradicts itself on this regime.
    pub deviations: Vec<&'static str>,
}

/// A closed form at one width.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FormPart {
    /// The limits taken to bind.
    pub regime: Regime,
    /// The paper's name of them.
    pub paper_regime: Option<&'static str>,
    /// Where it leads, by the simplified costs.
    pub optimum: OptimumPart,
    /// How well it is solved.
    pub convergence: Convergence,
    /// Variables that were put on an end of their range.
    pub held: Vec<&'static str>,
    /// dL*/d ln d, which vanishes at d* (Eq. 62).
    pub width_slope_nats: f64,
    /// What has to hold for it to be the optimum.
    pub conditions: Vec<Condition>,
    /// The paper's printed form of ρ*, where that is another.
    pub printed: Option<PrintedD3>,
}

/// The best at one width of the space, and the closed form as it stands there.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AtWidth {
    /// d.
    pub width: f64,
    /// By the cost model that was asked for.
    pub optimum: Option<OptimumPart>,
    /// Why there is none.
    pub no_optimum: Option<String>,
    /// By the closed form, wherever its regime has one.
    pub closed_form: Option<OptimumPart>,
}
