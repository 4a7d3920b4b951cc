//! What a little more of each budget would buy: multipliers in units that people budget in.
//!
//! A multiplier λ is in nats per unit of the logarithm of a budget b, so the loss falls by λ/b per second, joule or byte. Over a
//! step that can be felt, a hundredth to a fifth of the budget, that slope itself falls; along the logarithm it stays nearly
//! constant, so the step is charged `λ·ln(1 + step/b)`. Perplexity is exp(loss): so many nats less are so many per cent.

use std::fmt;

use serde::Serialize;

use super::constraint::{Constraint, Coordinate};
use super::problem::{Optimum, Problem};
use crate::engine::budget::Limit;
use crate::units;

/// One budget's worth at the margin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sensitivity {
    /// Of what.
    pub limit: Limit,
    /// What is allowed: seconds, joules or bytes.
    pub allowed: f64,
    /// Nats that the loss falls per second, joule or byte more; 0 where the budget does not bind.
    pub nats_per_unit: f64,
    /// A step of the budget in a plain unit, the largest power of ten that is no more than a fifth of it.
    pub step: f64,
    /// By what share of itself perplexity changes with one step more: 0 or less.
    pub perplexity_change: f64,
}

/// One end's worth: what shapes beyond the domain would buy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EndSensitivity {
    /// Which end.
    pub constraint: Constraint,
    /// Where it is: layers, width, ratio, gqa, ρ or KV heads.
    pub end: f64,
    /// By what share of itself perplexity changes where the end gives way by a tenth: 0 or less.
    pub perplexity_change: f64,
}

impl Sensitivity {
    fn of(limit: Limit, allowed: f64, optimum: &Optimum) -> Self {
        let nats = optimum.multiplier(limit);
        let step = 10f64.powf((allowed / 5.0).log10().floor());
        Self {
            limit,
            allowed,
            nats_per_unit: nats / allowed,
            step,
            perplexity_change: (-nats * (step / allowed).ln_1p()).exp_m1(),
        }
    }
}

/// `1 ms more TPOT buys −0.6 % perplexity`, `1 GB more memory buys nothing`.
impl fmt::Display for Sensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} more {} buys {}",
            plain(self.limit, self.step),
            self.limit.label(),
            bought(self.perplexity_change)
        )
    }
}

impl fmt::Display for EndSensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (end, bought) = (units::ratio(self.end), bought(self.perplexity_change));
        match self.constraint {
            Constraint::Most(coordinate) => write!(f, "{} beyond {end} by a tenth buys {bought}", coordinate.name()),
            Constraint::Least(coordinate) => write!(f, "{} below {end} by a tenth buys {bought}", coordinate.name()),
            Constraint::FewestKvHeads => write!(f, "a tenth fewer KV heads than {end} buys {bought}"),
            Constraint::Budget(limit) => write!(f, "a tenth more {} buys {bought}", limit.label()),
        }
    }
}

/// A power of ten without the zeros that align columns.
fn plain(limit: Limit, step: f64) -> String {
    let text = limit.text(step);
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

fn bought(perplexity_change: f64) -> String {
    const NOTHING: f64 = 5e-7;
    if perplexity_change.abs() < NOTHING {
        return "nothing".to_owned();
    }
    let percent = units::significant(-100.0 * perplexity_change, 2);
    format!("−{percent} % perplexity")
}

/// Of every budget that is set, those that buy nothing included.
pub fn sensitivities(problem: &Problem<'_>, optimum: &Optimum) -> Vec<Sensitivity> {
    problem.budgets.active().map(|(limit, allowed)| Sensitivity::of(limit, allowed, optimum)).collect()
}

/// Of the domain's ends that stop the optimum, the hardest first.
pub fn end_sensitivities(problem: &Problem<'_>, optimum: &Optimum) -> Vec<EndSensitivity> {
    let ends = problem.domain.ends();
    let end = |coordinate: Coordinate, side: usize| ends[coordinate.index()][side];
    let mut all: Vec<EndSensitivity> = optimum
        .binding_ends()
        .into_iter()
        .map(|held| {
            // Smaller by a tenth of itself is farther in logarithms than larger by one.
            let (end, gives) = match held.constraint {
                Constraint::Least(coordinate) => (end(coordinate, 0), -f64::ln_1p(-0.1)),
                Constraint::Most(coordinate) => (end(coordinate, 1), f64::ln_1p(0.1)),
                Constraint::FewestKvHeads => (problem.domain.fewest_kv_heads, -f64::ln_1p(-0.1)),
                Constraint::Budget(_) => (f64::NAN, f64::ln_1p(0.1)),
            };
            EndSensitivity { constraint: held.constraint, end, perplexity_change: (-held.nats * gives).exp_m1() }
        })
        .collect();
    all.sort_by(|a, b| a.perplexity_change.total_cmp(&b.perplexity_change));
    all
}

#[cfg(test)]
mod tests;
