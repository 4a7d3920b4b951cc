//! What resampling the runs of a law tells about the picture, and for which picture that holds.
//!
//! There are two steps. Each is slower than a frame, so a worker does it. The runs are resampled into an [`Evidence`]
//! beside the law, and the evidence is asked about the architectures on the screen. By then the screen may show
//! something else. So both answers carry their question, and a share or an interval is shown only beside the numbers
//! that it belongs to.

use std::sync::Arc;

use engine::budget::Budgets;
use engine::confidence::Confidence;
use engine::error::Error;
use engine::landscape::Landscape;
use engine::law::Evidence;
use engine::workload::Objective;

/// The newest laws of a law's runs resampled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resampled {
    /// The laws, and the edition of the law beside which they stand.
    pub newest: Option<(u32, Arc<Evidence>)>,
    /// How far it is for the law that stands.
    pub progress: ResamplingProgress,
    /// The lowest loss that a chart needs to show for them, nats. It stays while the runs are resampled anew, so that
    /// the scale of the chart does not jump.
    pub lowest_loss: Option<f64>,
}

impl Resampled {
    /// The laws beside this edition.
    pub fn of_edition(&self, edition: u32) -> Option<&Arc<Evidence>> {
        self.newest.as_ref().filter(|(known, _)| *known == edition).map(|(_, evidence)| evidence)
    }
}

/// How far resampling is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ResamplingProgress {
    /// To be done once the law is fitted and in question. Never for a law without runs.
    #[default]
    Due,
    /// A worker is at it.
    UnderWay {
        /// Finished, as far as it is said.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// The newest laws are those of the law that stands.
    Done,
    /// It cannot be done, and why.
    Impossible(Error),
}

/// A frontier about which an evidence is asked.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// The law's place on the shelf.
    pub law: usize,
    /// The candidates.
    pub landscape: Arc<Landscape>,
    /// The laws to ask.
    pub evidence: Arc<Evidence>,
    /// Which latency the frontier minimises.
    pub objective: Objective,
    /// What is allowed, without the budgets on the chart's own axis. Such a budget cuts the frontier off and does not
    /// change which members are on it before the cut. So dragging such a budget asks nothing new.
    pub budgets: Budgets,
}

impl PartialEq for Inquiry {
    fn eq(&self, other: &Self) -> bool {
        self.is_of_same_picture(other) && self.budgets == other.budgets
    }
}

impl Inquiry {
    /// Whether another inquiry differs at most in budgets. Then the interval of each loss is the same, but the members
    /// of the frontier may differ.
    pub fn is_of_same_picture(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.landscape, &other.landscape)
            && Arc::ptr_eq(&self.evidence, &other.evidence)
            && self.objective == other.objective
    }
}

/// What the evidence said.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Of what.
    pub inquiry: Inquiry,
    /// How sure it is.
    pub confidence: Confidence,
    /// Lower end of the interval of the best candidate's loss, nats, whatever the budgets.
    pub lowest_loss: Option<f64>,
}
