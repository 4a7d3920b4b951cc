//! What every quantity is read from.

use crate::architecture::Architecture;
use crate::energy::PowerBudget;
use crate::landscape::Landscape;
use crate::latency::Latency;
use crate::law::{FittedRange, Interval, LossLaw, NoInterval};
use crate::reference::ReferenceModel;
use crate::roofline::Estimator;
use crate::workload::Workload;

/// An architecture with everything that is known of it. It is a candidate with the numbers of its sweep, or any other
/// architecture, priced step by step: [`Self::sized`], then [`on`](Self::on) a board, [`under`](Self::under) a law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known<'a> {
    /// Its shape.
    pub architecture: Architecture,
    /// Nats per token; `None` without a law.
    pub loss: Option<f64>,
    /// By phase; `None` without a board.
    pub latency: Option<Latency>,
    /// With everything in it; `None` without a board.
    pub memory_bytes: Option<f64>,
    /// Parameters stored.
    pub parameters_total: u64,
    /// Parameters used per token.
    pub parameters_active: u64,
    /// What it serves.
    pub workload: Workload,
    /// What it may draw; `None` where the power mode states no watts.
    pub power: Option<PowerBudget>,
    /// What the law was fitted on; `None` without a law.
    pub range: Option<&'a FittedRange>,
    /// What a program can have on the board; `None` where nobody said.
    pub board_memory_bytes: Option<f64>,
    /// How sure its place is; `None` where the law's runs were not resampled.
    pub confident: Option<Confident>,
}

/// How sure an architecture's place is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confident {
    /// Share of the resamples in which it is on the frontier of the feasible candidates; `None` where the runs say nothing
    /// of it.
    pub frontier_probability: Option<f64>,
    /// Whether that is more than half; `None` with it.
    pub is_robust: Option<bool>,
    /// Where the loss of a run of it will lie, nats per token, or why nobody knows; corrected for having been picked.
    pub loss: Result<Interval, NoInterval>,
    /// Where the law alone would lie had the runs been others, nats per token: its form taken for exact. `None` where a
    /// resample's law gives no number.
    pub resampling: Option<Interval>,
    /// What having been picked adds to the loss, nats per token; `None` for one that is not on the frontier.
    pub optimism_nats: Option<f64>,
}

impl<'a> Known<'a> {
    /// Candidate `index`, with the numbers of its sweep.
    pub fn candidate(landscape: &'a Landscape, index: usize) -> Self {
        let Landscape { sweep, law, estimator, .. } = landscape;
        Self {
            architecture: sweep.architecture(index),
            loss: Some(sweep.loss[index]),
            latency: Some(sweep.latency(index)),
            memory_bytes: Some(sweep.memory_bytes[index]),
            parameters_total: sweep.parameters_total[index],
            parameters_active: sweep.parameters_active[index],
            workload: estimator.workload(),
            power: sweep.power,
            range: Some(&law.range),
            board_memory_bytes: None,
            confident: None,
        }
    }

    /// What follows from a shape alone.
    pub fn sized(architecture: &Architecture) -> Self {
        Self {
            architecture: *architecture,
            loss: None,
            latency: None,
            memory_bytes: None,
            parameters_total: architecture.parameters_total(),
            parameters_active: architecture.parameters_active(),
            workload: Workload::default(),
            power: None,
            range: None,
            board_memory_bytes: None,
            confident: None,
        }
    }

    /// A model, with its published number of parameters.
    pub fn model(model: &ReferenceModel) -> Self {
        Self {
            parameters_total: model.parameters_total(),
            parameters_active: model.parameters_active(),
            ..Self::sized(&model.architecture)
        }
    }

    /// Known on a board.
    #[must_use]
    pub fn on(self, estimator: &Estimator) -> Self {
        Self {
            latency: Some(estimator.latency(&self.architecture)),
            memory_bytes: Some(estimator.memory(&self.architecture).total_bytes()),
            workload: estimator.workload(),
            power: estimator.power(),
            ..self
        }
    }

    /// With its loss by a law, which is in the estimator's number format.
    #[must_use]
    pub fn under(self, law: &'a LossLaw) -> Self {
        let loss = law.coefficients.loss(&self.architecture.features());
        Self { loss: Some(loss), range: Some(&law.range), ..self }
    }

    /// On a board where a program can have so much memory.
    #[must_use]
    pub const fn within(self, board_memory_bytes: f64) -> Self {
        Self { board_memory_bytes: Some(board_memory_bytes), ..self }
    }
}
