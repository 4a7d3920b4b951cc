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
mod costs;
mod domain;
#[cfg(test)]
mod fixtures;
mod interior_point;
mod jet;
mod kkt;
mod loss;
mod minimise;
mod operator_model;
mod optimum;
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
pub use costs::{CostModel, CostPart};
pub use domain::Domain;
pub use jet::Jet;
pub use kkt::Kkt;
pub use minimise::minimise;
pub use operator_model::{ModelKind, OperatorModel};
pub use optimum::{Multiplier, NoOptimum, Optimum};
pub use point::Point;
pub use printed::{PrintedD3, deviations};
pub use problem::Problem;
pub use regime::{FormKind, Regime};
pub use rounding::{NoNeighbour, Quanta, Rounded, round};
pub use sensitivity::{EndSensitivity, Sensitivity, end_sensitivities, sensitivities};
pub use simplified::Simplified;
pub use solved::{Solved, regime};
