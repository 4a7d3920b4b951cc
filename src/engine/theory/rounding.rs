//! From the real optimum to a shape that can be built.
//!
//! Nobody trains 19.4 layers. Depth, width, KV heads and experts take the few buildable values on either side of the
//! optimum. For each combination the hidden size is not rounded but chosen. The loss falls with it and every cost
//! grows, so the largest one that the budgets leave room for is the best. Bisection finds it. Where the combination is
//! cheaper than the optimum, a larger hidden size makes up for what rounding the others had cost.

use std::fmt;

use serde::Serialize;

use super::optimum::Optimum;
use super::problem::Problem;
use crate::architecture::Architecture;
use crate::budget::Limit;
use crate::layout::Layout;
use crate::precision::Precision;
use crate::space::Space;
use crate::units;

/// What buildable sizes are multiples of, and what a shape has that a point has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quanta {
    /// d is a multiple of this and of the head size.
    pub width: u32,
    /// h is a multiple of this.
    pub expert_hidden: u32,
    /// `d_h`.
    pub head_dim: u32,
    /// K.
    pub top_k: u32,
    /// V.
    pub vocab: u32,
    /// Whether the LM head shares the embedding's weights.
    pub tied: bool,
    /// What all models have beside equal layers.
    pub layout: Layout,
}

impl Quanta {
    /// Widths by 64, hidden sizes by 16, as matrix units like them; where weights come in blocks of 256, hidden sizes that
    /// these fit. Smallest K among experts and smallest head of the space, as the operator model has it.
    pub fn of(space: &Space, precision: &Precision) -> Self {
        let routed = space.experts.iter().filter(|(experts, _)| *experts > 1).map(|&(_, top_k)| top_k);
        Self {
            width: 64,
            expert_hidden: if precision.nominal_matrices().down.minds_rows() { 256 } else { 16 },
            head_dim: space.head_dims.iter().copied().min().unwrap_or(64),
            top_k: routed.min().unwrap_or(1),
            vocab: space.vocab,
            tied: space.tied,
            layout: space.layout(),
        }
    }
}

/// A buildable shape near an optimum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rounded {
    /// It.
    pub architecture: Architecture,
    /// Nats per token.
    pub loss: f64,
    /// What rounding cost: its loss less the optimum's.
    pub loss_cost_nats: f64,
    /// How many shapes were priced.
    pub priced: usize,
}

/// No shape near the optimum keeps the budgets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoNeighbour {
    /// How many were priced.
    pub priced: usize,
    /// What the nearest shape exceeds, and by what factor. `None` where the domain has no whole sizes there.
    pub nearest: Option<(Limit, f64)>,
}

impl std::error::Error for NoNeighbour {}

impl fmt::Display for NoNeighbour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nearest {
            Some((limit, factor)) => write!(
                f,
                "none of {} buildable shapes around the optimum keeps the budgets: the nearest needs {} times the {}",
                units::count(self.priced),
                units::significant(units::rounded_up(factor, 3), 3),
                limit.label()
            ),
            None => f.write_str("the space has no buildable shape around the optimum: its sizes there are not whole"),
        }
    }
}

/// The shape of least loss around the optimum that keeps the budgets as the cost model prices it exactly. Looks twice as far
/// where nothing near does.
pub fn round(problem: &Problem<'_>, optimum: &Optimum, quanta: &Quanta) -> Result<Rounded, NoNeighbour> {
    const REACH: u32 = 2;
    let Quanta { width, expert_hidden, head_dim, top_k, .. } = *quanta;
    let [width, expert_hidden, head_dim, top_k] = [width, expert_hidden, head_dim, top_k].map(|size| size.max(1));
    let quanta = &Quanta { width, expert_hidden, head_dim, top_k, ..*quanta };
    let near = Neighbourhood { problem, optimum, quanta, reach: REACH };
    near.best().or_else(|_| Neighbourhood { reach: 2 * REACH, ..near }.best())
}

struct Neighbourhood<'a> {
    problem: &'a Problem<'a>,
    optimum: &'a Optimum,
    quanta: &'a Quanta,
    /// Buildable values on either side.
    reach: u32,
}

impl Neighbourhood<'_> {
    fn best(&self) -> Result<Rounded, NoNeighbour> {
        let mut priced = 0;
        let mut best: Option<(f64, Architecture)> = None;
        let mut nearest: Option<(Limit, f64)> = None;
        for frame in self.frames() {
            let mut miss = |shape: &Architecture| {
                priced += 1;
                let excess = self.excess(shape);
                if excess.is_some_and(|(_, factor)| nearest.is_none_or(|(_, least)| factor < least)) {
                    nearest = excess;
                }
                excess.is_some()
            };
            let Some(shape) = self.widest(&frame, &mut miss) else { continue };
            let loss = self.problem.law.loss(&shape.features());
            if best.is_none_or(|(least, _)| loss < least) {
                best = Some((loss, shape));
            }
        }
        let (loss, architecture) = best.ok_or(NoNeighbour { priced, nearest })?;
        Ok(Rounded { architecture, loss, loss_cost_nats: loss - self.optimum.loss, priced })
    }

    /// The budget that a shape exceeds most and by what factor; `None` if it keeps all.
    fn excess(&self, shape: &Architecture) -> Option<(Limit, f64)> {
        let factors =
            self.problem.budgets.active().map(|(limit, most)| (limit, self.problem.costs.cost_of(limit, shape) / most));
        factors.filter(|(_, factor)| *factor > 1.0).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Everything but the hidden size.
    fn frames(&self) -> Vec<Architecture> {
        let Quanta { head_dim, top_k, vocab, tied, layout, .. } = *self.quanta;
        let (point, domain) = (&self.optimum.point, &self.problem.domain);
        let mut frames = Vec::new();
        let width_quantum = least_common_multiple(self.quanta.width, head_dim);
        let k = f64::from(top_k);
        let experts_ends = [k / domain.rho[1], k / domain.rho[0]];
        for width in self.around(point.width, width_quantum, domain.width) {
            let heads = width / head_dim;
            for layers in self.around(point.layers, 1, domain.layers) {
                for kv_heads in self.kv_heads(heads) {
                    for experts in self.around(k / point.rho, 1, experts_ends) {
                        frames.push(Architecture {
                            layers,
                            width,
                            heads,
                            head_dim,
                            kv_heads,
                            expert_hidden: 1,
                            experts,
                            top_k,
                            shared_hidden: 0,
                            layout,
                            vocab,
                            tied,
                        });
                    }
                }
            }
        }
        frames.retain(|frame| frame.validate().is_ok());
        frames
    }

    /// The multiples of a quantum nearest to a value, so many on either side, within the domain's ends.
    fn around(&self, value: f64, quantum: u32, [low, high]: [f64; 2]) -> Vec<u32> {
        let below = (value / f64::from(quantum)).floor() as i64;
        let reach = i64::from(self.reach);
        let multiples = (below + 1 - reach..=below + reach).filter_map(|times| {
            let size = u32::try_from(times.checked_mul(i64::from(quantum))?).ok()?;
            let real = f64::from(size);
            (size > 0 && real >= low * (1.0 - ROUNDING) && real <= high * (1.0 + ROUNDING)).then_some(size)
        });
        multiples.collect()
    }

    /// The divisors of the query heads whose gqa is nearest to the optimum's, twice the reach of them.
    fn kv_heads(&self, heads: u32) -> Vec<u32> {
        let (domain, gqa) = (&self.problem.domain, self.optimum.point.gqa);
        let [low, high] = domain.gqa;
        let mut divisors: Vec<u32> = (1..=heads)
            .filter(|count| {
                let shared = f64::from(heads) / f64::from(*count);
                heads.is_multiple_of(*count)
                    && f64::from(*count) >= domain.fewest_kv_heads
                    && shared >= low * (1.0 - ROUNDING)
                    && shared <= high * (1.0 + ROUNDING)
            })
            .collect();
        let distance = |count: &u32| (f64::from(heads) / f64::from(*count) / gqa).ln().abs();
        divisors.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        divisors.truncate(2 * self.reach as usize);
        divisors
    }

    /// The frame with the largest hidden size that does not miss; `None` if all do.
    fn widest(&self, frame: &Architecture, misses: &mut dyn FnMut(&Architecture) -> bool) -> Option<Architecture> {
        let quantum = self.quanta.expert_hidden;
        let per_ratio = f64::from(frame.width) / f64::from(frame.top_k) / f64::from(quantum);
        let most = f64::from(Architecture::LIMITS.expert_hidden / quantum);
        let times = |ratio: f64| (ratio * per_ratio).clamp(1.0, most);
        let [low, high] = self.problem.domain.ffn_ratio;
        let (mut least, mut beyond) =
            ((times(low) - ROUNDING).ceil() as u32, (times(high) + ROUNDING).floor() as u32 + 1);
        if beyond <= least {
            // No multiple between the ends: the nearest, as for a ratio that is given.
            least = times(self.optimum.point.ffn_ratio).round() as u32;
            beyond = least + 1;
        }
        let with = |times: u32| Architecture { expert_hidden: times * quantum, ..*frame };
        if with(least).validate().is_err() || misses(&with(least)) {
            return None;
        }
        while beyond - least > 1 {
            let middle = least.midpoint(beyond);
            if misses(&with(middle)) { beyond = middle } else { least = middle }
        }
        Some(with(least))
    }
}

/// Relative error of sizes that were computed.
const ROUNDING: f64 = 1e-9;

const fn least_common_multiple(a: u32, b: u32) -> u32 {
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    match a.checked_div(divisor) {
        Some(times) => times.saturating_mul(b),
        None => 1,
    }
}

#[cfg(test)]
mod tests;
