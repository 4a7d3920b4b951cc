//! The conditions of an optimum (Karush, Kuhn, Tucker), and how far a point is from them.
//!
//! At an optimum no direction lowers the loss without breaking a constraint: the loss's slope is a sum of the slopes of the
//! constraints that bind, each with a weight λ ≥ 0. Where loss and costs are convex, as Eq. 2 and the simplified costs are
//! in the logarithms, these conditions are not only necessary: a point that satisfies them is the best there is. Elsewhere,
//! a law of parameter counts for one, they say that no small step is better, and a distant point may be.
//!
//! Where an operator takes as long to compute as to read, its cost has a kink and two slopes, and any mean of the two may
//! stand in the sum. The operator model offers one: both slopes weighted by how nearly each side is the larger. A residual
//! of 0 then says that no direction gains by more than the kinks' rounding hides, five millionths of a cost.

use serde::Serialize;

use super::jet::{Gradient, Jet};
use crate::linalg::{largest, plus};

/// The largest residual of what counts as an optimum.
pub(super) const MOST_RESIDUAL: f64 = 1e-9;

/// Loss and constraints at one point.
#[derive(Debug, Clone)]
pub(super) struct Evaluation {
    pub(super) loss: Jet,
    pub(super) constraints: Vec<Jet>,
}

/// What is left of each condition; all 0 at an optimum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kkt {
    /// Largest component of ∇L + Σ λ·∇g over the largest of ∇L, all by the logarithms of the variables.
    pub stationarity: f64,
    /// By what share the worst constraint is broken.
    pub violation: f64,
    /// Largest λ times unused share of its constraint, over the largest component of ∇L: what is not used up must not
    /// press.
    pub complementarity: f64,
}

impl Kkt {
    /// The worst of the three.
    pub const fn residual(&self) -> f64 {
        self.stationarity.max(self.violation).max(self.complementarity)
    }

    /// At a point with multipliers in the order of the constraints; `free` says which variables are not fixed.
    pub(super) fn of(at: &Evaluation, multipliers: &[f64], free: [bool; 5]) -> Self {
        let slope = largest(&stationarity(at, multipliers, free));
        let scale = steepness(at);
        let worst = |part: fn(&Jet, f64) -> f64| {
            at.constraints
                .iter()
                .zip(multipliers)
                .map(|(constraint, &lambda)| part(constraint, lambda))
                .fold(0.0, f64::max)
        };
        Self {
            stationarity: slope / scale,
            violation: worst(|constraint, _| constraint.value.exp_m1()),
            complementarity: worst(|constraint, lambda| lambda * constraint.value.abs()) / scale,
        }
    }
}

/// What slopes are measured by: the largest component of ∇L. A law that is flat everywhere is optimal everywhere, so below
/// this many nats for a variable's e-fold a slope counts as none.
pub(super) fn steepness(at: &Evaluation) -> f64 {
    const FLAT: f64 = 1e-9;
    largest(&at.loss.gradient).max(FLAT)
}

/// ∇L + Σ λ·∇g along the free variables.
pub(super) fn stationarity(at: &Evaluation, multipliers: &[f64], free: [bool; 5]) -> Gradient {
    let pressed = at.constraints.iter().zip(multipliers);
    only(pressed.fold(at.loss.gradient, |sum, (constraint, &lambda)| plus(&sum, &constraint.gradient, lambda)), free)
}

pub(super) fn only(gradient: Gradient, free: [bool; 5]) -> Gradient {
    std::array::from_fn(|place| if free[place] { gradient[place] } else { 0.0 })
}
