//! The science, and nothing else: no terminal, no files, no clock, no environment.
//!
//! ```text
//! Runs ──fit──▶ LossLaw ─────────────┐
//! Space ──shapes × depths────────────┼──sweep──▶ Sweep (struct of arrays) ──┐
//! Hardware + Precision + Workload ───┘                                       ▼
//!                                    Budgets + Objective ──────────────▶ Landscape ──▶ frontier, feasible set
//! Measurements ──calibrate──▶ Reach (efficiencies) ──a power mode──▶ Hardware
//! Space, LossLaw, Hardware ──claims──▶ what of the paper comes out here, with its errata
//! Runs ──bootstrap──▶ Ensemble ──────────────────────────────────────────────┴──▶ Confidence of the frontier
//! ```
//!
//! Formulas come from Sun et al., arXiv 2602.10377 (equation numbers are that paper's); where the paper leaves a
//! hole (router, expert coverage, embedding, LM head) the module that fills it says so. SI units throughout:
//! seconds, bytes, FLOP/s, and names that carry them.

pub mod architecture;
pub mod budget;
pub mod calibration;
pub mod claims;
pub mod confidence;
pub mod efficiency;
pub mod energy;
pub mod error;
pub mod extras;
pub mod features;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod hardware;
pub mod landscape;
pub mod latency;
pub mod law;
pub mod layout;
mod linalg;
pub mod pareto;
pub mod plan;
pub mod precision;
pub mod quantity;
pub mod reference;
pub mod roofline;
pub mod runs;
#[cfg(feature = "schema")]
mod schema;
pub mod search;
pub mod sharing;
pub mod space;
pub mod statistics;
pub mod sweep;
pub mod synthetic;
pub mod text;
pub mod theory;
pub mod units;
pub mod what_if;
pub mod workload;
