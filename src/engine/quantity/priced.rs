//! What every quantity is read from.

use crate::architecture::Architecture;
use crate::energy::PowerBudget;
use crate::landscape::Landscape;
use crate::latency::Latency;
use crate::law::{FittedRange, Interval, LossLaw};
use crate::reference::ReferenceModel;
use crate::roofline::Estimator;
use crate::workload::Workload;

/// An architecture with everything that is predicted of it. It is a candidate with the numbers of its sweep, or any
/// other architecture, priced alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priced<'a> {
    /// Its shape.
    pub architecture: Architecture,
    /// Nats per token.
    pub loss: f64,
    /// By phase.
    pub latency: Latency,
    /// With everything in it.
    pub memory_bytes: f64,
    /// Parameters stored.
    pub parameters_total: u64,
    /// Parameters used per token.
    pub parameters_active: u64,
    /// What it serves.
    pub workload: Workload,
    /// What it may draw; `None` where the power mode states no watts.
    pub power: Option<PowerBudget>,
    /// What the law was fitted on.
    pub range: &'a FittedRange,
    /// What a program can have on the board; `None` where nobody said.
    pub board_memory_bytes: Option<f64>,
    /// How sure its place is; `None` where the law's runs were not resampled.
    pub confident: Option<Confident>,
}

/// How sure an architecture's place is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confident {
    /// Share of the resamples in which it is on the frontier of the feasible candidates.
    pub frontier_probability: f64,
    /// Whether that is more than half.
    pub is_robust: bool,
    /// Of its loss, nats per token; `None` where nobody asked, or a resample's law gives no number.
    pub loss: Option<Interval>,
}

impl<'a> Priced<'a> {
    /// Candidate `index`, with the numbers of its sweep.
    pub fn candidate(landscape: &'a Landscape, index: usize) -> Self {
        let Landscape { sweep, law, estimator, .. } = landscape;
        Self {
            architecture: sweep.architecture(index),
            loss: sweep.loss[index],
            latency: sweep.latency(index),
            memory_bytes: sweep.memory_bytes[index],
            parameters_total: sweep.parameters_total[index],
            parameters_active: sweep.parameters_active[index],
            workload: estimator.workload(),
            power: sweep.power,
            range: &law.range,
            board_memory_bytes: None,
            confident: None,
        }
    }

    /// Any architecture, by a law in the estimator's number format.
    pub fn alone(law: &'a LossLaw, estimator: &Estimator, architecture: &Architecture) -> Self {
        Self {
            architecture: *architecture,
            loss: law.coefficients.loss(&architecture.features()),
            latency: estimator.latency(architecture),
            memory_bytes: estimator.memory(architecture).total_bytes(),
            parameters_total: architecture.parameters_total(),
            parameters_active: architecture.parameters_active(),
            workload: estimator.workload(),
            power: estimator.power(),
            range: &law.range,
            board_memory_bytes: None,
            confident: None,
        }
    }

    /// A model, with its published number of parameters.
    pub fn model(law: &'a LossLaw, estimator: &Estimator, model: &ReferenceModel) -> Self {
        Self {
            parameters_total: model.parameters_total(),
            parameters_active: model.parameters_active(),
            ..Self::alone(law, estimator, &model.architecture)
        }
    }

    /// On a board where a program can have so much memory.
    #[must_use]
    pub const fn on_board(self, memory_bytes: f64) -> Self {
        Self { board_memory_bytes: Some(memory_bytes), ..self }
    }
}
