//! Eq. 1 over real sizes, and what solving it says.

use std::fmt;

use serde::Serialize;

use super::constraint::{Constraint, Coordinate};
use super::interior_point;
use super::kkt::Kkt;
use super::program::Program;
use super::{CostModel, Domain, ModelKind, OperatorModel, Point};
use crate::budget::{Budgets, Limit};
use crate::law::Coefficients;

/// Minimise the loss within budgets and a domain.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    /// The loss.
    pub law: &'a Coefficients,
    /// What budgets are spent on.
    pub costs: &'a dyn CostModel,
    /// What may be spent.
    pub budgets: Budgets,
    /// Where to look.
    pub domain: Domain,
}

impl Problem<'_> {
    /// The same where the width is given.
    #[must_use]
    pub fn at_width(&self, width: f64) -> Self {
        Self { domain: Domain { width: [width; 2], ..self.domain }, ..*self }
    }
}

/// How hard one constraint presses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Multiplier {
    /// What it belongs to.
    pub constraint: Constraint,
    /// λ: how many nats the loss falls per unit of the logarithm of what is allowed. A hundredth of it is what one per
    /// cent more buys. 0 where the constraint does not bind.
    pub nats: f64,
}

/// The best point, and the evidence that there is no better one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Optimum {
    /// Where.
    pub point: Point,
    /// Nats per token.
    pub loss: f64,
    /// How far the point is from satisfying the conditions of an optimum.
    pub kkt: Kkt,
    /// One for each budget that is set and each end that the domain has.
    pub multipliers: Vec<Multiplier>,
    /// Variables that nothing decides: others along with them are as good.
    pub undetermined: Vec<Coordinate>,
    /// Newton steps.
    pub iterations: u64,
}

impl Optimum {
    /// λ of a budget, nats per unit of its logarithm; 0 if it does not bind or is not set.
    pub fn multiplier(&self, limit: Limit) -> f64 {
        self.multipliers.iter().filter(|known| known.constraint.limit() == Some(limit)).map(|known| known.nats).sum()
    }

    /// The largest of what is left of the conditions of an optimum.
    pub const fn kkt_residual(&self) -> f64 {
        self.kkt.residual()
    }

    /// The budgets that stop the optimum: more of each would lower the loss.
    pub fn binding(&self) -> Vec<Limit> {
        self.pressing().filter_map(|known| known.constraint.limit()).collect()
    }

    /// The ends of the domain that stop it.
    pub fn binding_ends(&self) -> Vec<Multiplier> {
        self.pressing().filter(|known| known.constraint.limit().is_none()).collect()
    }

    /// What nothing decides, as a sentence; none where everything is decided.
    pub fn undetermined_in_words(&self) -> Option<String> {
        let names: Vec<&str> = self.undetermined.iter().map(|open| open.name()).collect();
        match names.as_slice() {
            [] => None,
            [only] => Some(format!("nothing decides {only}: other values of it are as good")),
            [first @ .., last] => {
                let names = first.join(", ");
                Some(format!(
                    "nothing decides between values of {names} and {last} that go together: others are as good"
                ))
            }
        }
    }

    fn pressing(&self) -> impl Iterator<Item = Multiplier> {
        self.multipliers.iter().copied().filter(|known| known.nats > 0.0)
    }
}

/// Why there is no optimum.
#[derive(Debug, Clone, PartialEq)]
pub enum NoOptimum {
    /// The loss is not a number: a law with a data term, and no training length.
    UnknownLoss,
    /// A budget on a cost that is not known: energy without watts.
    UnknownCost(Limit),
    /// The domain has no point.
    EmptyDomain(Coordinate),
    /// Even the cheapest point of the domain is over a budget.
    Infeasible {
        /// The budget that it misses most.
        limit: Limit,
        /// What is allowed.
        allowed: f64,
        /// What the cheapest point takes.
        least: f64,
    },
    /// The loss falls for ever: nothing stops a variable from growing or shrinking.
    Unbounded {
        /// Which.
        coordinate: Coordinate,
        /// Whether it grows; shrinks otherwise.
        grows: bool,
    },
    /// The search ended short of an optimum.
    NotConverged {
        /// What was left of the conditions.
        residual: f64,
    },
}

impl std::error::Error for NoOptimum {}

impl fmt::Display for NoOptimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnknownLoss => f.write_str("the law needs a number of training tokens, and none is given"),
            Self::UnknownCost(limit) => {
                write!(f, "{} is limited but not known: the power mode states no watts", limit.label())
            }
            Self::EmptyDomain(coordinate) => {
                write!(f, "no {} is allowed: the space's smallest is above its largest", coordinate.name())
            }
            Self::Infeasible { limit, allowed, least } => write!(
                f,
                "{} of {} cannot be kept: the cheapest shape of the space takes {}",
                limit.label(),
                limit.text(allowed),
                limit.text(crate::units::rounded_up(least, 3))
            ),
            Self::Unbounded { coordinate, grows } => {
                let (way, needs) =
                    if grows { ("grow", "a largest one or a budget") } else { ("shrink", "a smallest one") };
                write!(f, "there is no best {}: the loss falls for ever as it {way}s; set {needs}", coordinate.name())
            }
            Self::NotConverged { residual } => {
                write!(f, "no optimum was found: the search ended at a KKT residual of {residual:.1e}")
            }
        }
    }
}

/// The largest KKT residual of what counts as an optimum.
pub(super) const MOST_RESIDUAL: f64 = 1e-9;

/// Solves a problem by an interior-point method in the logarithms of the variables; where its costs have parts, each by
/// itself, and takes the best.
pub fn minimise(problem: &Problem<'_>) -> Result<Optimum, NoOptimum> {
    let parts = problem.costs.parts();
    let solved = parts.iter().map(|costs| solve_part(problem, costs));
    solved.reduce(better).unwrap_or_else(|| solve(problem))
}

/// The better one of the optima of two parts. A part in which nothing is feasible leaves the choice to the other. If a
/// part was not solved, there is no choice.
fn better(a: Result<Optimum, NoOptimum>, b: Result<Optimum, NoOptimum>) -> Result<Optimum, NoOptimum> {
    let is_out = |error: &NoOptimum| matches!(error, NoOptimum::Infeasible { .. } | NoOptimum::EmptyDomain(_));
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(if b.loss < a.loss { b } else { a }),
        (Ok(found), Err(error)) | (Err(error), Ok(found)) => {
            if is_out(&error) {
                Ok(found)
            } else {
                Err(error)
            }
        }
        (
            Err(NoOptimum::Infeasible { limit, allowed, least }),
            Err(NoOptimum::Infeasible { limit: other, least: less, .. }),
        ) if limit == other => Err(NoOptimum::Infeasible { limit, allowed, least: least.min(less) }),
        (Err(error), Err(other)) => Err(if is_out(&error) { other } else { error }),
    }
}

/// A part's own optimum, which for dense models is at ρ = 1.
fn solve_part(problem: &Problem<'_>, costs: &OperatorModel) -> Result<Optimum, NoOptimum> {
    let [least, most] = problem.domain.rho;
    if costs.kind != ModelKind::Dense {
        return solve(&Problem { costs, ..*problem });
    }
    if least > 1.0 || most < 1.0 {
        return Err(NoOptimum::EmptyDomain(Coordinate::Rho));
    }
    let domain = Domain { rho: [1.0; 2], ..problem.domain };
    let mut optimum = solve(&Problem { costs, domain, ..*problem })?;
    // Dense is what is chosen, not an end that holds it.
    optimum.multipliers.retain(|known| known.constraint.coordinate() != Some(Coordinate::Rho));
    Ok(optimum)
}

fn solve(problem: &Problem<'_>) -> Result<Optimum, NoOptimum> {
    let program = Program::new(problem)?;
    let end =
        interior_point::solve(&program, program.start()).ok_or(NoOptimum::NotConverged { residual: f64::INFINITY })?;
    if let Some((coordinate, grows)) = program.runaway(&end.iterate.logarithms) {
        return Err(NoOptimum::Unbounded { coordinate, grows });
    }
    let (kkt, multipliers, undetermined) = program.judge(&end.iterate);
    if kkt.residual() > MOST_RESIDUAL {
        return Err(NoOptimum::NotConverged { residual: kkt.residual() });
    }
    let point = at_its_ends(end.iterate.logarithms, &problem.domain);
    let loss = problem.law.loss(&point.features());
    Ok(Optimum { point, loss, kkt, multipliers, undetermined, iterations: end.iterations })
}

/// The point itself, with what an end holds exactly there: the search stops a hair's breadth inside.
fn at_its_ends(logarithms: [f64; Point::DIMENSIONS], domain: &Domain) -> Point {
    const HAIR: f64 = 1e-10;
    let mut values = logarithms.map(f64::exp);
    for (value, ends) in values.iter_mut().zip(domain.ends()) {
        let end = ends.into_iter().find(|end| (*value / end - 1.0).abs() <= HAIR);
        *value = end.unwrap_or(*value);
    }
    let [layers, width, ffn_ratio, gqa, rho] = values;
    Point { layers, width, ffn_ratio, gqa, rho }
}

#[cfg(test)]
mod independent;
#[cfg(test)]
mod tests;
