//! A primal–dual interior-point method, as a solver that argmin's executor runs.
//!
//! Every constraint gets a slack s > 0 and a multiplier λ > 0. Newton's method solves for λ·s = μ, with μ falling
//! towards 0. The path leads through the inside of the feasible set. It ends where each constraint either binds (s = 0)
//! or does not press (λ = 0). Kinks of the costs are rounded off less and less as μ falls. The start need not be
//! feasible.
//!
//! Slack and multiplier of each constraint are eliminated, so a step solves one system of five equations.

use argmin::core::{Error, Executor, IterState, KV, Problem, Solver, State, TerminationReason, TerminationStatus};

use super::jet::{Gradient, Hessian};
use super::kkt::{self, Evaluation, Kkt, MOST_RESIDUAL, steepness};
use super::program::{Iterate, Program, SHARPEST};
use crate::linalg::{self, inner, largest, matrix, plus, scaled};

/// A search goes on until this residual, though a larger one would be enough: where two budgets limit nearly the same
/// thing, the point is much less certain than its residual.
const GOOD_ENOUGH: f64 = 1e-12;
const MOST_ITERATIONS: u64 = 300;
/// By how much kinks sharpen at once, and μ falls with them.
const STAGE: f64 = 8.0;
/// The first and the last μ, as shares of the loss's slope.
const MUS: [f64; 2] = [0.1, 1e-13];
/// A point of the path counts as reached when its equations are missed by less than this many μ.
const NEAR: f64 = 10.0;
/// A step goes this share of the way to where a slack or a multiplier would be 0.
const SHARE_TO_BOUNDARY: f64 = 0.99;
/// Farthest that a logarithm moves at once.
const LONGEST_STEP: f64 = 1.5;
/// The kinks' first sharpness.
const BLUNTEST: f64 = 8.0;
const MOST_TRIALS: usize = 12;
/// What two values of the same may differ by, as a share.
const ROUNDING: f64 = 1e-14;

/// Where a search ended.
pub(super) struct End {
    pub(super) iterate: Iterate,
    pub(super) iterations: u64,
}

type Progress = IterState<Iterate, (), (), (), (), f64>;

/// Follows the path from a start; `None` if loss or costs are not finite there.
pub(super) fn solve(program: &Program<'_>, start: Gradient) -> Option<End> {
    let path = Path { mu: f64::NAN, sharpness: BLUNTEST, nearest: f64::INFINITY };
    let solver = InteriorPoint { path, here: None };
    let start = Iterate { logarithms: start, multipliers: Vec::new(), slacks: Vec::new() };
    let result = Executor::new(program, solver)
        .configure(|state: Progress| state.param(start).max_iters(MOST_ITERATIONS))
        .ctrlc(false)
        .run()
        .ok()?;
    let state = result.state();
    Some(End { iterate: state.get_param()?.clone(), iterations: state.get_iter() })
}

/// Which point of the path is aimed at.
#[derive(Debug, Clone, Copy)]
struct Path {
    mu: f64,
    sharpness: f64,
    /// The least by which its equations have been missed so far.
    nearest: f64,
}

struct InteriorPoint {
    path: Path,
    /// Loss and costs where the search is, as far as they are known: they are what a step takes its time for.
    here: Option<Evaluation>,
}

impl Solver<&Program<'_>, Progress> for InteriorPoint {
    fn name(&self) -> &'static str {
        "primal-dual interior point"
    }

    fn init(&mut self, problem: &mut Problem<&Program<'_>>, state: Progress) -> Result<(Progress, Option<KV>), Error> {
        let start = state.get_param().ok_or_else(|| Error::msg("no start"))?.logarithms;
        let at = problem.problem("evaluations", |program| Ok(program.evaluate(&start, self.path.sharpness)))?;
        let finite = largest(&at.loss.gradient).is_finite()
            && at.constraints.iter().all(|constraint| constraint.value.is_finite());
        if !finite {
            return Err(Error::msg("loss or costs are not finite"));
        }
        let slacks: Vec<f64> = at.constraints.iter().map(|constraint| (-constraint.value).max(0.1)).collect();
        self.path.mu = MUS[0] * steepness(&at);
        let multipliers = slacks.iter().map(|slack| self.path.mu / slack).collect();
        self.here = Some(at);
        Ok((state.param(Iterate { logarithms: start, multipliers, slacks }).cost(f64::INFINITY), None))
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<&Program<'_>>,
        mut state: Progress,
    ) -> Result<(Progress, Option<KV>), Error> {
        let iterate = state.take_param().ok_or_else(|| Error::msg("no point"))?;
        let free = problem.problem("programs", |program| Ok(program.free))?;
        let mut evaluate = |logarithms: &Gradient, sharpness: f64| {
            problem.problem("evaluations", |program| Ok(program.evaluate(logarithms, sharpness)))
        };
        let known = self.here.take();
        let mut at = known.map_or_else(|| evaluate(&iterate.logarithms, self.path.sharpness), Ok)?;
        let residual = Kkt::of(&at, &iterate.multipliers, free).residual();
        // So near, rounding errors may leave nothing to be gained.
        let at_rest = residual <= MOST_RESIDUAL && residual >= state.get_cost();
        if (residual <= GOOD_ENOUGH || at_rest) && self.path.sharpness >= SHARPEST {
            return Ok((state.param(iterate).cost(residual).terminate_with(TerminationReason::SolverConverged), None));
        }
        if miss(&at, &iterate, self.path.mu, free) <= NEAR * self.path.mu {
            let next = self.path.farther(steepness(&at));
            if next.sharpness > self.path.sharpness {
                at = evaluate(&iterate.logarithms, next.sharpness)?;
            }
            self.path = next;
        }
        let Path { mu, sharpness, .. } = self.path;
        self.path.nearest = self.path.nearest.min(miss(&at, &iterate, mu, free));
        let broken = broken(&at, &iterate);
        let direction = Direction::newton(&at, &iterate, [mu, 1.0], (&broken, free));
        let goal = Goal::at(&at, &iterate, &direction, mu);
        let (mut step, barrier) = (direction.longest(&iterate), goal.value(&at, &iterate));
        let mut moved = direction.from(&iterate, step);
        for trial in 0..MOST_TRIALS {
            let there = evaluate(&moved.logarithms, sharpness)?;
            // Nearer than ever before. Otherwise each of the two measures could undo what the other one gained.
            let accepts = |there: &Evaluation, moved: &Iterate| {
                let nearer = miss(there, moved, mu, free) <= (1.0 - 0.01 * step) * self.path.nearest;
                let allowed = barrier + 0.01 * step * goal.slope + ROUNDING * barrier.abs();
                nearer || goal.value(there, moved) <= allowed
            };
            if accepts(&there, &moved) {
                self.here = Some(there);
                break;
            }
            if trial < 3 {
                let left: Vec<f64> =
                    broken.iter().zip(self::broken(&there, &moved)).map(|(before, now)| step * before + now).collect();
                let bent = Direction::newton(&at, &iterate, [mu, step], (&left, free));
                let bent = bent.from(&iterate, bent.longest(&iterate));
                let there = evaluate(&bent.logarithms, sharpness)?;
                if accepts(&there, &bent) {
                    (moved, self.here) = (bent, Some(there));
                    break;
                }
            }
            step *= 0.5;
            moved = direction.from(&iterate, step);
        }
        Ok((state.param(moved).cost(residual), None))
    }

    fn terminate(&mut self, _state: &Progress) -> TerminationStatus {
        TerminationStatus::NotTerminated
    }
}

impl Path {
    /// The next point to aim at.
    fn farther(self, steepness: f64) -> Self {
        let mu = (self.mu / STAGE).max(MUS[1] * steepness);
        let sharpness = (MUS[0] * steepness / mu).clamp(self.sharpness, STAGE * self.sharpness).min(SHARPEST);
        Self { mu, sharpness, nearest: f64::INFINITY }
    }
}

/// Where Newton's method wants to go.
struct Direction {
    logarithms: Gradient,
    multipliers: Vec<f64>,
    slacks: Vec<f64>,
}

impl Direction {
    fn newton(at: &Evaluation, iterate: &Iterate, [mu, share]: [f64; 2], (broken, free): (&[f64], [bool; 5])) -> Self {
        let Iterate { multipliers, slacks, .. } = iterate;
        let rows = || at.constraints.iter().zip(multipliers.iter().zip(slacks));
        let mut curvature = at.loss.hessian;
        let mut target = scaled(&kkt::stationarity(at, multipliers, free), -share);
        for ((constraint, (&lambda, &slack)), broken) in rows().zip(broken) {
            let gradient = kkt::only(constraint.gradient, free);
            curvature = matrix(|i, j| {
                curvature[i][j] + (constraint.hessian[i][j] * lambda + gradient[i] * gradient[j] * (lambda / slack))
            });
            target = plus(&target, &gradient, -((share * (mu - lambda * slack) + lambda * broken) / slack));
        }
        let logarithms = downhill(&restricted(&curvature, free), &target);
        let ahead = at.constraints.iter().map(|constraint| inner(&constraint.gradient, &logarithms));
        let to_slacks: Vec<f64> = ahead.zip(broken).map(|(ahead, broken)| -broken - ahead).collect();
        let to_multiplier =
            |((&lambda, &slack), &by): ((&f64, &f64), &f64)| (share * (mu - lambda * slack) - lambda * by) / slack;
        let to_multipliers = multipliers.iter().zip(slacks).zip(&to_slacks).map(to_multiplier).collect();
        Self { logarithms, multipliers: to_multipliers, slacks: to_slacks }
    }

    /// The share of it that keeps slacks and multipliers positive and no logarithm jumping.
    fn longest(&self, from: &Iterate) -> f64 {
        let to_zero =
            |(value, by): (&f64, &f64)| if *by < 0.0 { -SHARE_TO_BOUNDARY * value / by } else { f64::INFINITY };
        let slacks = from.slacks.iter().zip(&self.slacks).map(to_zero);
        let multipliers = from.multipliers.iter().zip(&self.multipliers).map(to_zero);
        let jump = LONGEST_STEP / largest(&self.logarithms).max(f64::MIN_POSITIVE);
        slacks.chain(multipliers).fold(1.0, f64::min).min(jump)
    }

    fn from(&self, from: &Iterate, step: f64) -> Iterate {
        let along = |values: &[f64], by: &[f64]| values.iter().zip(by).map(|(value, by)| value + step * by).collect();
        Iterate {
            logarithms: plus(&from.logarithms, &self.logarithms, step),
            multipliers: along(&from.multipliers, &self.multipliers),
            slacks: along(&from.slacks, &self.slacks),
        }
    }
}

/// What a step should lower: the loss, the barrier of the slacks, and broken constraints with a weight above their
/// multipliers. The equations alone mislead. Where the problem is not quite convex, they can be nearest to satisfied at
/// a point that gains nothing.
struct Goal {
    mu: f64,
    penalty: f64,
    /// Along the whole direction, if everything were straight.
    slope: f64,
}

impl Goal {
    fn at(at: &Evaluation, iterate: &Iterate, direction: &Direction, mu: f64) -> Self {
        let worth = iterate.multipliers.iter().zip(&direction.multipliers).map(|(value, by)| (value + by).abs());
        let penalty = 2.0 * worth.fold(mu, f64::max);
        let broken = at.constraints.iter().zip(&iterate.slacks).map(|(row, slack)| (row.value + slack).abs());
        let slacks = direction.slacks.iter().zip(&iterate.slacks).map(|(by, slack)| by / slack);
        let slope =
            inner(&at.loss.gradient, &direction.logarithms) - mu * slacks.sum::<f64>() - penalty * broken.sum::<f64>();
        Self { mu, penalty, slope: slope.min(0.0) }
    }

    fn value(&self, at: &Evaluation, iterate: &Iterate) -> f64 {
        let rows = at.constraints.iter().zip(&iterate.slacks);
        let parts = rows.map(|(row, slack)| self.penalty * (row.value + slack).abs() - self.mu * slack.ln());
        at.loss.value + parts.sum::<f64>()
    }
}

/// By how much each constraint and its slack miss each other.
fn broken(at: &Evaluation, iterate: &Iterate) -> Vec<f64> {
    at.constraints.iter().zip(&iterate.slacks).map(|(constraint, slack)| constraint.value + slack).collect()
}

/// By how much all equations of the path are missed: what a Newton step lowers if it is short enough.
fn miss(at: &Evaluation, iterate: &Iterate, mu: f64, free: [bool; 5]) -> f64 {
    let slope = kkt::stationarity(at, &iterate.multipliers, free);
    let rows = at.constraints.iter().zip(iterate.multipliers.iter().zip(&iterate.slacks));
    let parts =
        rows.map(|(constraint, (lambda, slack))| (constraint.value + slack).powi(2) + (lambda * slack - mu).powi(2));
    (inner(&slope, &slope) + parts.sum::<f64>()).sqrt()
}

/// Fixed variables stay: their equations become "no step".
fn restricted(curvature: &Hessian, free: [bool; 5]) -> Hessian {
    matrix(|row, column| match (free[row] && free[column], row == column) {
        (true, _) => curvature[row][column],
        (false, true) => 1.0,
        (false, false) => 0.0,
    })
}

/// Solves the system, with the curvature raised until it is positive everywhere. The costs of expert coverage and laws
/// of parameter counts are not convex, and a step must lead down there too.
fn downhill(curvature: &Hessian, target: &Gradient) -> Gradient {
    // In units of its own diagonal, so that one binding constraint does not outweigh the others.
    let scale: Gradient = std::array::from_fn(|place| curvature[place][place].abs().max(1e-12).sqrt().recip());
    let in_scale = |v: &Gradient| -> Gradient { std::array::from_fn(|place| v[place] * scale[place]) };
    let mut raised_by = 0.0;
    for _trial in 0..30 {
        let raised = matrix(|row, column| {
            curvature[row][column] * scale[row] * scale[column] + if row == column { raised_by } else { 0.0 }
        });
        if let Some(step) = linalg::solve_definite(&raised, &in_scale(target)) {
            return in_scale(&step);
        }
        raised_by = if raised_by == 0.0 { 1e-12 } else { raised_by * 10.0 };
    }
    [0.0; 5]
}
