//! A problem as the solver sees it: five logarithms, a loss, and constraints that are at most 0.
//!
//! Budgets become `ln(cost/budget) ≤ 0`, and ends of the domain become linear functions. So every violation is a share,
//! and every multiplier is in nats per unit of a logarithm, whatever the unit of the cost. A variable whose ends
//! coincide is fixed. A variable without an end gets one far outside of anything that can be built. A point there is
//! not called an optimum.

use super::constraint::{Constraint, Coordinate};
use super::jet::{Gradient, Jet};
use super::kkt::{self, Evaluation, Kkt};
use super::loss::loss;
use super::optimum::{Multiplier, NoOptimum};
use super::problem::Problem;
use super::undetermined::undetermined;
use super::{Domain, Point};
use crate::budget::Limit;
use crate::linalg::matrix;

/// Logarithm of where the fences stand: a thousand million, and its inverse.
const FENCE: f64 = 20.8;
/// Beyond this logarithm, some ten million, a variable without an end counts as running away.
const RUNAWAY: f64 = 16.0;
/// Ends that are as close as this are one.
const COINCIDE: f64 = 1e-12;

/// Sharpness of kinks at the end of a search: the larger of two equal times is then overstated by 5e-6.
pub(super) const SHARPEST: f64 = 131_072.0;

/// One constraint; `bound` is the logarithm of the budget or end.
#[derive(Debug, Clone, Copy)]
struct Row {
    constraint: Constraint,
    bound: f64,
    /// Whether it is ours and not the problem's.
    fence: bool,
}

/// Where a search is.
#[derive(Debug, Clone)]
pub(super) struct Iterate {
    pub(super) logarithms: Gradient,
    pub(super) multipliers: Vec<f64>,
    pub(super) slacks: Vec<f64>,
}

/// A problem that has a feasible point.
pub(super) struct Program<'a> {
    problem: &'a Problem<'a>,
    rows: Vec<Row>,
    /// Logarithms of the ends, fences included.
    ends: [[f64; 2]; Point::DIMENSIONS],
    pub(super) free: [bool; Point::DIMENSIONS],
}

impl<'a> Program<'a> {
    /// Fails where no point can be the optimum, and says why.
    pub(super) fn new(problem: &'a Problem<'a>) -> Result<Self, NoOptimum> {
        let domain = &problem.domain;
        let ends = domain.ends().map(|ends| ends.map(|end| end.ln().clamp(-FENCE, FENCE)));
        for (coordinate, [low, high]) in Coordinate::ALL.into_iter().zip(ends) {
            // Written so that an end of NaN is none.
            let some = low <= high + COINCIDE;
            if !some {
                return Err(NoOptimum::EmptyDomain(coordinate));
            }
        }
        let cheapest = cheapest(domain, ends)?;
        let mut worst: Option<(f64, NoOptimum)> = None;
        for (limit, allowed) in problem.budgets.active() {
            let least = problem.costs.cost(limit, &cheapest);
            if !least.is_finite() {
                return Err(NoOptimum::UnknownCost(limit));
            }
            let excess = least / allowed;
            if least > allowed && worst.as_ref().is_none_or(|(known, _)| excess > *known) {
                worst = Some((excess, NoOptimum::Infeasible { limit, allowed, least }));
            }
        }
        if let Some((_, reason)) = worst {
            return Err(reason);
        }
        if problem.law.loss(&cheapest.features()).is_nan() {
            return Err(NoOptimum::UnknownLoss);
        }
        let free = ends.map(|[low, high]| high - low > COINCIDE);
        Ok(Self { problem, rows: rows(problem, ends, free), ends, free })
    }

    /// The middle of the domain, or a common shape where it has no ends.
    pub(super) fn start(&self) -> Gradient {
        const COMMON: Point = Point { layers: 16.0, width: 1024.0, ffn_ratio: 1.5, gqa: 4.0, rho: 0.25 };
        let common = COMMON.logarithms();
        std::array::from_fn(|place| {
            let [low, high] = self.ends[place];
            if high - low < FENCE { f64::midpoint(low, high) } else { common[place].clamp(low.min(high - 0.5), high) }
        })
    }

    /// Loss and constraints with derivatives.
    pub(super) fn evaluate(&self, logarithms: &Gradient, sharpness: f64) -> Evaluation {
        let point = Point::at(logarithms);
        let costs = self.problem.costs.jets(&point, sharpness);
        let variable = |coordinate: Coordinate| Jet::logarithm(coordinate.index(), logarithms[coordinate.index()]);
        let constraints = self.rows.iter().map(|row| match row.constraint {
            Constraint::Budget(limit) => match costs[limit.index()] {
                // A cost of 0 exceeds no budget, such as the time per token where none is generated.
                cost if cost.value == 0.0 => Jet::constant(-1.0),
                cost => cost.ln() + -row.bound,
            },
            Constraint::Least(coordinate) => variable(coordinate) * -1.0 + row.bound,
            Constraint::Most(coordinate) => variable(coordinate) + -row.bound,
            Constraint::FewestKvHeads => variable(Coordinate::Gqa) + variable(Coordinate::Width) * -1.0 + row.bound,
        });
        Evaluation { loss: loss(self.problem.law, &point), constraints: constraints.collect() }
    }

    /// A variable at its fence, and whether it grows.
    pub(super) fn runaway(&self, logarithms: &Gradient) -> Option<(Coordinate, bool)> {
        let fenced = self.rows.iter().filter(|row| row.fence);
        fenced.into_iter().find_map(|row| match row.constraint {
            Constraint::Least(coordinate) => (logarithms[coordinate.index()] < -RUNAWAY).then_some((coordinate, false)),
            Constraint::Most(coordinate) => (logarithms[coordinate.index()] > RUNAWAY).then_some((coordinate, true)),
            _ => None,
        })
    }

    /// The residual at the end of a search, the multipliers of the constraints of the problem itself, and the variables
    /// that are left open. A constraint binds if its multiplier is larger than its unused share. At an optimum one of
    /// the two is 0, so the larger one decides, however close to 0 it is.
    pub(super) fn judge(&self, end: &Iterate) -> (Kkt, Vec<Multiplier>, Vec<Coordinate>) {
        let at = self.evaluate(&end.logarithms, SHARPEST);
        let kkt = Kkt::of(&at, &end.multipliers, self.free);
        let clean = pressing(end);
        let own = self.rows.iter().zip(&clean).filter(|(row, _)| !row.fence);
        let mut multipliers: Vec<Multiplier> =
            own.map(|(row, &nats)| Multiplier { constraint: row.constraint, nats }).collect();
        let pull = kkt::stationarity(&at, &clean, [true; Point::DIMENSIONS]);
        for coordinate in Coordinate::ALL.into_iter().filter(|coordinate| !self.free[coordinate.index()]) {
            let pull = pull[coordinate.index()];
            let constraint = if pull > 0.0 { Constraint::Least(coordinate) } else { Constraint::Most(coordinate) };
            multipliers.push(Multiplier { constraint, nats: pull.abs() });
        }
        (kkt, multipliers, self.left_open(&at, &clean))
    }

    fn left_open(&self, at: &Evaluation, pressing: &[f64]) -> Vec<Coordinate> {
        let pressing = || at.constraints.iter().zip(pressing).filter(|(_, lambda)| **lambda > 0.0);
        let lagrangian = pressing().fold(at.loss.hessian, |sum, (constraint, &lambda)| {
            matrix(|row, column| sum[row][column] + constraint.hessian[row][column] * lambda)
        });
        let unit = |place| std::array::from_fn(|row| if row == place { 1.0 } else { 0.0 });
        let fixed = (0..Point::DIMENSIONS).filter(|&place| !self.free[place]).map(unit);
        undetermined(&lagrangian, pressing().map(|(constraint, _)| constraint.gradient).chain(fixed))
    }
}

/// The multipliers of what presses, and 0 for all else.
fn pressing(end: &Iterate) -> Vec<f64> {
    let pairs = end.multipliers.iter().zip(&end.slacks);
    pairs.map(|(&lambda, &slack)| if lambda > slack { lambda } else { 0.0 }).collect()
}

/// Where every cost is least: shallow, narrow, few active weights, few KV heads, few experts. Where a large gqa needs
/// width, the width grows, because a shape cannot have fewer KV heads than the fewest of the domain.
fn cheapest(domain: &Domain, ends: [[f64; 2]; Point::DIMENSIONS]) -> Result<Point, NoOptimum> {
    let [layers, width, ffn_ratio, gqa, rho] = ends;
    let one_head = (domain.head_dim * domain.fewest_kv_heads).ln();
    let narrowest = width[0].max(gqa[0] + one_head);
    if narrowest > width[1] + COINCIDE {
        return Err(NoOptimum::EmptyDomain(Coordinate::Gqa));
    }
    let shared = gqa[1].min(narrowest - one_head);
    Ok(Point::from_logarithms([layers[0], narrowest, ffn_ratio[0], shared, rho[1]]))
}

fn rows(problem: &Problem<'_>, ends: [[f64; 2]; Point::DIMENSIONS], free: [bool; Point::DIMENSIONS]) -> Vec<Row> {
    let domain = &problem.domain;
    let budgets = problem.budgets.active();
    let mut rows: Vec<Row> = budgets
        .map(|(limit, allowed): (Limit, f64)| Row {
            constraint: Constraint::Budget(limit),
            bound: allowed.ln(),
            fence: false,
        })
        .collect();
    let least_heads = (domain.head_dim * domain.fewest_kv_heads).ln();
    let wide = ends[Coordinate::Width.index()][1];
    let heads_end_gqa = ends[Coordinate::Gqa.index()][1] >= wide - least_heads - COINCIDE;
    for coordinate in Coordinate::ALL.into_iter().filter(|coordinate| free[coordinate.index()]) {
        let [low, high] = ends[coordinate.index()];
        rows.push(Row { constraint: Constraint::Least(coordinate), bound: low, fence: low <= -FENCE });
        // One end is enough. Two constraints that say the same would share one multiplier.
        if coordinate != Coordinate::Gqa || !heads_end_gqa {
            rows.push(Row { constraint: Constraint::Most(coordinate), bound: high, fence: high >= FENCE });
        }
    }
    let varies = free[Coordinate::Gqa.index()] || free[Coordinate::Width.index()];
    if least_heads.is_finite() && varies {
        rows.push(Row { constraint: Constraint::FewestKvHeads, bound: least_heads, fence: false });
    }
    rows
}
