//! Solves Eq. 1 over real sizes.

use super::constraint::Coordinate;
use super::costs::CostPart;
use super::interior_point;
use super::kkt::MOST_RESIDUAL;
use super::optimum::{NoOptimum, Optimum};
use super::problem::Problem;
use super::program::Program;
use super::{Domain, Point};

/// Solves a problem by an interior-point method in the logarithms of the variables; where its costs have parts, each by
/// itself, and takes the best.
pub fn minimise(problem: &Problem<'_>) -> Result<Optimum, NoOptimum> {
    let parts = problem.costs.parts();
    let solved = parts.iter().map(|part| solve_part(problem, part));
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

/// A part's own optimum.
fn solve_part(problem: &Problem<'_>, part: &CostPart) -> Result<Optimum, NoOptimum> {
    let costs = part.costs.as_ref();
    let Some(rho) = part.rho else { return solve(&Problem { costs, ..*problem }) };
    let [least, most] = problem.domain.rho;
    if least > rho || most < rho {
        return Err(NoOptimum::EmptyDomain(Coordinate::Rho));
    }
    let domain = Domain { rho: [rho; 2], ..problem.domain };
    let mut optimum = solve(&Problem { costs, domain, ..*problem })?;
    // The part is what is chosen, not an end that holds it.
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
