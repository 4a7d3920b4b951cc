//! The paper's §5 made checkable: what an optimal architecture looks like before any space is searched.
//!
//! The problem is Eq. 1 over real numbers: minimise the loss over (l, d, r, gqa, ρ) under limits on latency and memory.
//! With Eq. 2 both sides are sums of products of powers. So the loss and every cost of the [`Simplified`] model are
//! convex in the logarithms of the five variables: the problem is a *geometric program*. A point whose KKT residual
//! vanishes is the global optimum. The paper's closed forms are stationary points that can be checked against a solver.
//! Laws of parameter counts are not convex, and neither is one part of the operator model (the experts that a short
//! pass touches). There such a point is the best of those around it, and no more is proven.
//!
//! ```text
//! Point (five real numbers) ──▶ CostModel: Simplified (Eq. 29, 39, 42) or the operator model ──┐
//! LossLaw, Budgets, Domain ────────────────────────────────────────────────────────────────────┴▶ optimum, multipliers
//! ```

pub mod closed_forms;
mod constraint;
mod domain;
#[cfg(test)]
mod fixtures;
mod interior_point;
mod jet;
mod kkt;
mod loss;
mod operator_model;
mod point;
mod printed;
mod problem;
mod program;
mod regime;
mod rounding;
mod sensitivity;
mod simplified;
mod solved;
mod undetermined;

pub use closed_forms::{ClosedForm, ClosedForms, Ends, NoClosedForm};
pub use constraint::{Constraint, Coordinate};
pub use domain::Domain;
pub use jet::Jet;
pub use kkt::Kkt;
pub use operator_model::{ModelKind, OperatorModel};
pub use point::Point;
pub use printed::{PrintedD3, deviations};
pub use problem::{Multiplier, NoOptimum, Optimum, Problem, minimise};
pub use regime::{FormKind, Regime};
pub use rounding::{NoNeighbour, Quanta, Rounded, round};
pub use sensitivity::{EndSensitivity, Sensitivity, end_sensitivities, sensitivities};
pub use simplified::Simplified;
pub use solved::{Solved, regime};

use super::architecture::Architecture;
use super::budget::Limit;

/// What predicts the costs of architectures whose sizes are real numbers.
pub trait CostModel: Sync {
    /// The limited quantity at a point, in seconds, joules or bytes. It is infinite where it is not known.
    fn cost(&self, limit: Limit, point: &Point) -> f64;

    /// The models without jumps that this one consists of. Each shape belongs to one of them. Empty where this model
    /// has no jumps itself.
    fn parts(&self) -> Vec<OperatorModel> {
        Vec::new()
    }

    /// All of them in the order of [`Limit::ALL`] with their derivatives. Where a cost has kinks they are rounded off, upwards
    /// and the less the greater the `sharpness`.
    fn jets(&self, point: &Point<Jet>, sharpness: f64) -> [Jet; Limit::COUNT];

    /// The limited quantity for an architecture that can be built.
    fn cost_of(&self, limit: Limit, shape: &Architecture) -> f64 {
        self.cost(limit, &Point::of(shape))
    }
}
