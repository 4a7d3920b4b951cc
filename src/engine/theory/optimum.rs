//! What solving a problem says: the best point with the evidence for it, or why there is none.

use std::fmt;

use serde::Serialize;

use super::Point;
use super::constraint::{Constraint, Coordinate};
use super::kkt::Kkt;
use crate::budget::Limit;

/// How hard one constraint presses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Multiplier {
    /// What it belongs to.
    pub constraint: Constraint,
    /// λ: how many nats the loss falls per unit of the logarithm of what is allowed. A hundredth of it is what one per
    /// cent more buys. 0 where the constraint does not bind.
    pub nats: f64,
}

/// The best point, and the evidence that there is no better one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Optimum {
    /// Where.
    pub point: Point,
    /// Nats per token.
    pub loss: f64,
    /// How far the point is from satisfying the conditions of an optimum.
    pub kkt: Kkt,
    /// One for each budget that is set and each end that the domain has.
    pub multipliers: Vec<Multiplier>,
    /// Variables that nothing decides: others along with them are as good.
    pub undetermined: Vec<Coordinate>,
    /// Newton steps.
    pub iterations: u64,
}

impl Optimum {
    /// λ of a budget, nats per unit of its logarithm; 0 if it does not bind or is not set.
    pub fn multiplier(&self, limit: Limit) -> f64 {
        self.multipliers.iter().filter(|known| known.constraint.limit() == Some(limit)).map(|known| known.nats).sum()
    }

    /// The largest of what is left of the conditions of an optimum.
    pub const fn kkt_residual(&self) -> f64 {
        self.kkt.residual()
    }

    /// The budgets that stop the optimum: more of each would lower the loss.
    pub fn binding(&self) -> Vec<Limit> {
        self.pressing().filter_map(|known| known.constraint.limit()).collect()
    }

    /// The ends of the domain that stop it.
    pub fn binding_ends(&self) -> Vec<Multiplier> {
        self.pressing().filter(|known| known.constraint.limit().is_none()).collect()
    }

    /// What nothing decides, as a sentence; none where everything is decided.
    pub fn undetermined_in_words(&self) -> Option<String> {
        let names: Vec<&str> = self.undetermined.iter().map(|open| open.name()).collect();
        match names.as_slice() {
            [] => None,
            [only] => Some(format!("nothing decides {only}: other values of it are as good")),
            [first @ .., last] => {
                let names = first.join(", ");
                Some(format!(
                    "nothing decides between values of {names} and {last} that go together: others are as good"
                ))
            }
        }
    }

    fn pressing(&self) -> impl Iterator<Item = Multiplier> {
        self.multipliers.iter().copied().filter(|known| known.nats > 0.0)
    }
}

/// Why there is no optimum.
#[derive(Debug, Clone, PartialEq)]
pub enum NoOptimum {
    /// The loss is not a number: a law with a data term, and no training length.
    UnknownLoss,
    /// A budget on a cost that is not known: energy without watts.
    UnknownCost(Limit),
    /// The domain has no point.
    EmptyDomain(Coordinate),
    /// Even the cheapest point of the domain is over a budget.
    Infeasible {
        /// The budget that it misses most.
        limit: Limit,
        /// What is allowed.
        allowed: f64,
        /// What the cheapest point takes.
        least: f64,
    },
    /// The loss falls for ever: nothing stops a variable from growing or shrinking.
    Unbounded {
        /// Which.
        coordinate: Coordinate,
        /// Whether it grows; shrinks otherwise.
        grows: bool,
    },
    /// The search ended short of an optimum.
    NotConverged {
        /// What was left of the conditions.
        residual: f64,
    },
}

impl std::error::Error for NoOptimum {}

impl fmt::Display for NoOptimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnknownLoss => f.write_str("the law needs a number of training tokens, and none is given"),
            Self::UnknownCost(limit) => {
                write!(f, "{} is limited but not known: the power mode states no watts", limit.label())
            }
            Self::EmptyDomain(coordinate) => {
                write!(f, "no {} is allowed: the space's smallest is above its largest", coordinate.name())
            }
            Self::Infeasible { limit, allowed, least } => write!(
                f,
                "{} of {} cannot be kept: the cheapest shape of the space takes {}",
                limit.label(),
                limit.text(allowed),
                limit.text(crate::units::rounded_up(least, 3))
            ),
            Self::Unbounded { coordinate, grows } => {
                let (way, needs) =
                    if grows { ("grow", "a largest one or a budget") } else { ("shrink", "a smallest one") };
                write!(f, "there is no best {}: the loss falls for ever as it {way}s; set {needs}", coordinate.name())
            }
            Self::NotConverged { residual } => {
                write!(f, "no optimum was found: the search ended at a KKT residual of {residual:.1e}")
            }
        }
    }
}
