//! What a search was for, and what there is to say of it. Apart from the search itself: a landscape says how its
//! candidates were found, and a search makes landscapes.

use serde::Serialize;

use crate::budget::Budgets;
use crate::workload::Objective;

/// Which frontier is searched.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Aim {
    /// Which latency it minimises.
    pub objective: Objective,
    /// Who may be on it.
    pub budgets: Budgets,
}

/// Why a search came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The frontier has stopped growing.
    Converged,
    /// Every single step and every pair of steps from every member has been tried, and some leaps.
    Exhausted,
    /// As many candidates have been priced as were allowed.
    MaxEvaluations,
    /// Somebody asked to stop.
    Cancelled,
}

impl Stop {
    /// As a sentence goes on after "searched until".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Converged => "the frontier stopped growing",
            Self::Exhausted => "no neighbour of the frontier was left to try",
            Self::MaxEvaluations => "the evaluations ran out",
            Self::Cancelled => "it was interrupted",
        }
    }
}

/// What there is to say of a search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Searched {
    /// Candidates priced.
    pub evaluations: usize,
    /// Candidates that the space has.
    pub of: u64,
    /// Area that the frontier dominates, in (ln latency, nats), up to the reference.
    pub hypervolume: f64,
    /// The reference, the same for every seed: the slower of the smallest and the largest candidate of the space, seconds.
    pub reference_latency_s: f64,
    /// And the higher of their losses, nats.
    pub reference_loss: f64,
    /// By what share the last quarter of the evaluations made the hypervolume grow.
    pub growth: f64,
    /// Batches of candidates after the first sample.
    pub rounds: usize,
    /// Seed of the first sample.
    pub seed: u64,
    /// Why it ended; `None` while it goes on.
    pub stopped_because: Option<Stop>,
    /// What was searched for.
    #[serde(skip)]
    pub aim: Aim,
}

impl Searched {
    /// Whether nothing is left: the frontier found is then that of the space.
    pub const fn is_complete(&self) -> bool {
        self.evaluations as u64 >= self.of
    }
}
