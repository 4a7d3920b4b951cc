//! The science, and nothing else: no terminal, no files, no clock, no environment.
//!
//! ```text
//! Runs ──fit──▶ LossLaw ─────────────┐
//! Space ──enumerate──▶ blocks ───────┼──sweep──▶ Sweep (struct of arrays) ──pareto──▶ frontier
//! Hardware + Precision + Workload ───┘                     └──budget──▶ feasible set
//! ```
//!
//! Formulas come from Sun et al., arXiv 2602.10377 (equation numbers are that paper's); where the paper leaves a
//! hole (router, expert coverage, embedding, LM head) the module that fills it says so. SI units throughout:
//! seconds, bytes, FLOP/s, and names that carry them.

pub mod architecture;
pub mod hardware;
pub mod law;
pub mod precision;
pub mod reference;
pub mod runs;
pub mod synthetic;
pub mod workload;
