//! For people who choose the board: what another one would make of the same architectures.
//!
//! ```text
//! Hardware ──Scaling──▶ Hardware that nobody sells ──▶ Estimator, Landscape: as any other
//! Hardware × 1.1 ──▶ Sensitivity: what a little more of it is worth, and Elasticity, its limit
//! all boards, all modes ──contenders──▶ each as well as it is known ──rank──▶ the least watts that keep the budgets
//! ```
//!
//! An imagined board is a [`Hardware`](super::hardware::Hardware) like any other, so no code that uses it needs to
//! know. Its name says what was changed, so no output can hide it.

mod contenders;
mod ranking;
mod scaling;
mod sensitivity;

pub use contenders::{Contender, contenders};
pub use ranking::{Needs, Placed, Shortfall, Standing, rank};
pub use scaling::{Factor, Resource, Scaling};
pub use sensitivity::{Elasticities, Elasticity, STEP, Sensitivity, best_with_more, sensitivity, with_more};
