//! What the budgets leave: recomputed by linear scans whenever a budget or the objective changes.

use rayon::prelude::*;

use engine::budget::{Budgets, Limit, Loosening};
use engine::landscape::{Landscape, Position};
use engine::sweep::Sweep;
use engine::workload::Objective;

/// Frontiers that do not depend on budgets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frontiers {
    /// Of all candidates.
    pub all: Vec<u32>,
    /// Of the dense ones alone: what mixture of experts is worth is the distance between the two.
    pub dense: Vec<u32>,
    /// Beside an imagined board: of all candidates on the board as it is.
    pub before: Vec<Position>,
}

impl Frontiers {
    /// Of a landscape under one objective, and of the same on the board as it is.
    pub fn new(landscape: &Landscape, before: Option<&Landscape>, objective: Objective) -> Self {
        let places = |before: &Landscape| {
            let front = before.frontier_of(objective, |_| true);
            front.into_iter().map(|index| before.position(objective, index as usize)).collect()
        };
        Self {
            before: before.map(places).unwrap_or_default(),
            all: landscape.frontier_of(objective, |_| true),
            dense: landscape.frontier_of(objective, |index| landscape.sweep.is_dense(index)),
        }
    }
}

/// The part of a landscape that keeps every budget.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Feasible candidates in the table's order.
    pub feasible: Vec<u32>,
    /// Their frontier.
    pub frontier: Vec<u32>,
    /// For every budget that is no bound on the chart's axis: the frontier of the candidates that keep this budget
    /// alone. What this budget takes away lies below it.
    pub bounds: Vec<(Limit, Vec<u32>)>,
    /// With nothing feasible: the way out.
    pub loosening: Option<Loosening>,
}

impl Selection {
    /// `order` is the table's order of all candidates.
    ///
    /// Budgets are checked once per candidate, in memory order and on all cores. Everything else reads the resulting
    /// marks. That keeps a drag step short for spaces of millions.
    pub fn new(landscape: &Landscape, order: &[u32], objective: Objective, budgets: &Budgets) -> Self {
        let sweep = &landscape.sweep;
        let admitted: Vec<bool> = (0..sweep.len()).into_par_iter().map(|index| budgets.admits(sweep, index)).collect();
        let feasible: Vec<u32> = order.par_iter().copied().filter(|&index| admitted[index as usize]).collect();
        let bounds = budgets
            .active()
            .filter(|(limit, _)| axis_value(objective, *limit, 1.0, sweep).is_none())
            .map(|(limit, value)| (limit, landscape.frontier_of(objective, |index| limit.of(sweep, index) <= value)))
            .collect();
        Self {
            frontier: landscape.frontier_of(objective, |index| admitted[index]),
            bounds,
            loosening: if feasible.is_empty() { budgets.loosening(sweep) } else { None },
            feasible,
        }
    }
}

/// Where a budget cuts the chart's latency axis, seconds; `None` if it limits something else.
///
/// A token budget is a bound on decode time too: so many seconds per token, times the generated tokens. An energy budget
/// is one on the total: so many joules over the watts.
pub fn axis_value(objective: Objective, limit: Limit, value: f64, sweep: &Sweep) -> Option<f64> {
    match (objective, limit) {
        (Objective::Total, Limit::Total) | (Objective::Prefill, Limit::Prefill) => Some(value),
        (Objective::Decode, Limit::Tpot) => Some(value * f64::from(sweep.generated_tokens.max(1))),
        (Objective::Total, Limit::Energy) => sweep.power.map(|power| power.total_s(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::fixtures::{paper_sweep, sweep_at};

    #[test]
    fn an_energy_cuts_the_axis_of_total_latency_alone() {
        let sweep = sweep_at(50.0);
        assert_eq!(axis_value(Objective::Total, Limit::Energy, 5.0, &sweep), Some(0.1));
        assert_eq!(axis_value(Objective::Prefill, Limit::Energy, 5.0, &sweep), None);
        assert_eq!(axis_value(Objective::Decode, Limit::Energy, 5.0, &sweep), None);
        assert_eq!(axis_value(Objective::Total, Limit::Energy, 5.0, &paper_sweep()), None);
        assert_eq!(axis_value(Objective::Decode, Limit::Tpot, 0.005, &sweep), Some(0.08));
    }
}
