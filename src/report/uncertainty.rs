//! What resampling the runs adds to documents.

use schemars::JsonSchema;
use serde::Serialize;

use crate::by_key::ByKey;

use engine::confidence::Confidence;
use engine::landscape::Landscape;
use engine::law::{Ensemble, Evidence, Interval};
use engine::quantity::Confident;

/// What the runs say of a law, and of the frontier that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Uncertainty<'a> {
    /// What the runs say of the law.
    pub evidence: &'a Evidence,
    /// The frontier under each of them.
    pub confidence: &'a Confidence,
}

/// How the intervals of a document were found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct BootstrapPart {
    /// Resamples of the runs, by architecture.
    pub resamples: usize,
    /// Draws that could not be fitted, and were made again.
    pub redrawn: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Level of the intervals.
    pub level: f64,
}

impl BootstrapPart {
    /// Of an ensemble, for intervals of that level.
    pub const fn new(ensemble: &Ensemble, level: f64) -> Self {
        Self { resamples: ensemble.laws.len(), redrawn: ensemble.redrawn, seed: ensemble.seed, level }
    }

    /// `200 resamples of the runs by architecture (seed 0)`.
    pub fn sentence(&self) -> String {
        let Self { resamples, redrawn, seed, .. } = self;
        let again = match redrawn {
            0 => String::new(),
            _ => format!(", {redrawn} more could not be fitted"),
        };
        format!("{resamples} resamples of the runs by architecture (seed {seed}){again}")
    }
}

/// `{ "kappa_l": [low, high], … }`: every coefficient that was fitted, in the order of the form's slots.
pub type CoefficientsCi = ByKey<Interval>;

impl CoefficientsCi {
    /// Of an ensemble, at that level.
    pub fn new(ensemble: &Ensemble, level: f64) -> Self {
        Self(ensemble.coefficients_ci(level))
    }
}

/// How sure the place of candidate `index` is.
pub fn confident(landscape: &Landscape, uncertainty: Uncertainty<'_>, index: usize) -> Confident {
    let Uncertainty { evidence, confidence } = uncertainty;
    let shape = landscape.sweep.architecture(index).features();
    let member = confidence.member(index);
    let frontier_probability = confidence.frontier_probability(index);
    Confident {
        frontier_probability,
        is_robust: frontier_probability.map(|_| confidence.is_robust(index)),
        loss: match member {
            Some(member) => member.loss,
            None => evidence.loss_interval(&landscape.law, &shape, confidence.level),
        },
        resampling: landscape.law.resampling_interval(&evidence.ensemble, confidence.level, &shape),
        optimism_nats: member.map(|member| member.optimism_nats),
    }
}
