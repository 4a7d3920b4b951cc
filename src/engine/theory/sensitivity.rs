//! What a little more of each budget would buy: multipliers in units that people budget in.
//!
//! A multiplier λ is in nats per unit of the logarithm of a budget b, so the loss falls by λ/b per second, joule or byte.
//! That slope falls over a step that can be felt, a hundredth to a fifth of the budget, and where the step meets another
//! limit it ends. So the problem is solved again with the step: what is said of it is then so. Only where that fails is the
//! slope charged along the logarithm, `λ·ln(1 + step/b)`. Perplexity is exp(loss): so many nats less are so many per cent.

use std::fmt;

use serde::Serialize;

use super::Domain;
use super::constraint::{Constraint, Coordinate};
use super::minimise::minimise;
use super::optimum::Optimum;
use super::problem::Problem;
use crate::budget::Limit;
use crate::units;

/// One budget's worth at the margin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "BudgetSensitivity"))]
pub struct Sensitivity {
    /// Of what.
    pub limit: Limit,
    /// What is allowed: seconds, joules or bytes.
    pub allowed: f64,
    /// Nats that the loss falls per second, joule or byte more; 0 where the budget does not bind.
    pub nats_per_unit: f64,
    /// A step of the budget in a plain unit, the largest power of ten that is no more than a fifth of it.
    pub step: f64,
    /// By what share of itself perplexity changes with one step more, solved again: 0 or less.
    pub perplexity_change: f64,
}

/// One end's worth: what shapes beyond the domain would buy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndSensitivity {
    /// Which end.
    pub constraint: Constraint,
    /// Where it is: layers, width, ratio, gqa, ρ or KV heads.
    pub end: f64,
    /// By what share of itself perplexity changes where the end gives way by a tenth: 0 or less.
    pub perplexity_change: f64,
}

impl EndSensitivity {
    /// Why nothing can be built beyond it in any space; none where something can.
    pub fn physical(&self) -> Option<&'static str> {
        match self.constraint {
            Constraint::FewestKvHeads if self.end <= 1.0 => Some("gqa is the largest that there is: one KV head"),
            Constraint::Least(Coordinate::Gqa) if self.end <= 1.0 => {
                Some("gqa is the smallest that there is: a KV head for every query head")
            }
            Constraint::Most(Coordinate::Rho) if self.end >= 1.0 => {
                Some("ρ is the largest that there is: all experts active")
            }
            _ => None,
        }
    }

    /// How it gives way: `width beyond 3072 by a tenth`.
    pub fn step_in_words(&self) -> String {
        let end = units::ratio(self.end);
        match self.constraint {
            Constraint::Most(coordinate) => format!("{} beyond {end} by a tenth", coordinate.name()),
            Constraint::Least(coordinate) => format!("{} below {end} by a tenth", coordinate.name()),
            Constraint::FewestKvHeads => format!("a tenth fewer KV heads than {end}"),
            Constraint::Budget(limit) => format!("a tenth more {}", limit.label()),
        }
    }

    /// By how much perplexity changes then: `−1.2 %`; none for less than can be told from nothing.
    pub fn bought(&self) -> Option<String> {
        bought(self.perplexity_change)
    }
}

impl Sensitivity {
    /// By the slope alone.
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

    /// The step without the zeros that align columns: `10 ms`.
    pub fn step_in_words(&self) -> String {
        let text = self.limit.text(self.step);
        match text.split_once(' ') {
            Some((number, unit)) if number.contains('.') => {
                format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
            }
            _ => text,
        }
    }

    /// By how much perplexity changes with a step more: `−0.26 %`; none for less than can be told from nothing.
    pub fn bought(&self) -> Option<String> {
        bought(self.perplexity_change)
    }
}

/// `1 ms more TPOT buys −0.6 % perplexity`, `1 GB more memory buys nothing`.
impl fmt::Display for Sensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} more {} buys {}", self.step_in_words(), self.limit.label(), in_perplexity(self.bought()))
    }
}

/// `width beyond 3072 by a tenth buys −1.2 % perplexity`.
impl fmt::Display for EndSensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.physical() {
            Some(why) => f.write_str(why),
            None => write!(f, "{} buys {}", self.step_in_words(), in_perplexity(self.bought())),
        }
    }
}

fn in_perplexity(bought: Option<String>) -> String {
    bought.map_or_else(|| "nothing".to_owned(), |percent| format!("{percent} perplexity"))
}

/// What changes less than this changes nothing.
const NOTHING: f64 = 5e-7;

fn bought(perplexity_change: f64) -> Option<String> {
    let percent = || format!("−{} %", units::significant(-100.0 * perplexity_change, 2));
    (perplexity_change.abs() >= NOTHING).then(percent)
}

/// Of every budget that is set, those that buy nothing included.
pub fn sensitivities(problem: &Problem<'_>, optimum: &Optimum) -> Vec<Sensitivity> {
    let worth = |(limit, allowed)| {
        let slope = Sensitivity::of(limit, allowed, optimum);
        let budgets = problem.budgets.with(limit, allowed + slope.step);
        Sensitivity {
            perplexity_change: solved(&Problem { budgets, ..*problem }, optimum, slope.perplexity_change),
            ..slope
        }
    };
    problem.budgets.active().map(worth).collect()
}

/// By what share perplexity changes where a looser problem takes the place of the optimum's; by the slope where that is
/// nothing, or the looser one is not solved.
fn solved(looser: &Problem<'_>, optimum: &Optimum, by_slope: f64) -> f64 {
    if by_slope.abs() < NOTHING {
        return by_slope;
    }
    minimise(looser).map_or(by_slope, |best| (best.loss - optimum.loss).min(0.0).exp_m1())
}

/// Of the domain's ends that stop the optimum, the hardest first.
pub fn end_sensitivities(problem: &Problem<'_>, optimum: &Optimum) -> Vec<EndSensitivity> {
    let mut all: Vec<EndSensitivity> = optimum
        .binding_ends()
        .into_iter()
        .map(|held| {
            let mut domain = problem.domain;
            let (end, share) = given_way(&mut domain, held.constraint);
            let by_slope = (-held.nats * share.ln().abs()).exp_m1();
            let perplexity_change = solved(&Problem { domain, ..*problem }, optimum, by_slope);
            EndSensitivity { constraint: held.constraint, end, perplexity_change }
        })
        .collect();
    all.sort_by(|a, b| a.perplexity_change.total_cmp(&b.perplexity_change));
    all
}

/// Moves an end by a tenth of itself: where it was, and the share of that where it is then.
fn given_way(domain: &mut Domain, constraint: Constraint) -> (f64, f64) {
    const OUT: f64 = 1.1;
    const IN: f64 = 0.9;
    let ends = |domain: &mut Domain, coordinate, side: usize, share: f64| {
        let ends = match coordinate {
            Coordinate::Layers => &mut domain.layers,
            Coordinate::Width => &mut domain.width,
            Coordinate::FfnRatio => &mut domain.ffn_ratio,
            Coordinate::Gqa => &mut domain.gqa,
            Coordinate::Rho => &mut domain.rho,
        };
        let end = ends[side];
        ends[side] *= share;
        (end, share)
    };
    match constraint {
        Constraint::Least(coordinate) => ends(domain, coordinate, 0, IN),
        Constraint::Most(coordinate) => ends(domain, coordinate, 1, OUT),
        Constraint::FewestKvHeads => {
            let fewest = domain.fewest_kv_heads;
            domain.fewest_kv_heads *= IN;
            (fewest, IN)
        }
        Constraint::Budget(_) => (f64::NAN, OUT),
    }
}

#[cfg(test)]
mod tests;
