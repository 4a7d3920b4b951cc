//! Levenberg–Marquardt within a box, as a solver that argmin's executor runs.
//!
//! Damping is in units of the Jacobian's own columns (Marquardt): the exponents differ in effect by a thousand and
//! more. If a step would carry an exponent out of the box, that exponent is put on its bound and the step is solved
//! again for the others.

use argmin::core::{Error, Executor, IterState, KV, Problem, Solver, State, TerminationReason, TerminationStatus};

use super::model::{EXPONENTS, Exponents, Misfit};
use super::projection::{Linearised, Projection};
use super::{FitError, Watch};
use crate::linalg::Basis;

/// When a search ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Iterations at most.
    pub(super) iterations: u64,
    /// Ends when a step lowers the squared error by less than this share.
    pub(super) gain: f64,
}

/// Where a search ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) exponents: Exponents,
    pub(super) squared_error: f64,
}

/// Searches downhill from `start`; `None` if the error is not finite there.
pub(super) fn descend(
    misfit: &Misfit,
    space: &mut Projection,
    start: Exponents,
    patience: Patience,
    watch: &dyn Watch,
) -> Result<Option<End>, FitError> {
    let solver = LevenbergMarquardt { space, watch, patience, damping: 1e-2 };
    let result = Executor::new(misfit, solver)
        .configure(|state: Iterate| state.param(start).max_iters(patience.iterations))
        .ctrlc(false)
        .run();
    match result {
        Ok(result) => {
            let state = result.state();
            Ok(state.get_best_param().map(|&exponents| End { exponents, squared_error: state.get_best_cost() }))
        }
        Err(error) if error.is::<Cancelled>() => Err(FitError::Cancelled),
        Err(_) => Ok(None),
    }
}

type Iterate = IterState<Exponents, (), (), (), (), f64>;

struct LevenbergMarquardt<'a> {
    space: &'a mut Projection,
    watch: &'a dyn Watch,
    patience: Patience,
    damping: f64,
}

/// How a search is stopped from outside: argmin has no token, but an error ends it.
#[derive(Debug)]
struct Cancelled;

impl std::fmt::Display for Cancelled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

impl Solver<&Misfit, Iterate> for LevenbergMarquardt<'_> {
    fn name(&self) -> &'static str {
        "Levenberg-Marquardt on the projected residual"
    }

    fn init(&mut self, problem: &mut Problem<&Misfit>, state: Iterate) -> Result<(Iterate, Option<KV>), Error> {
        let start = *state.get_param().ok_or_else(|| Error::msg("no start"))?;
        let error = problem.problem("cost_count", |misfit| Ok(self.space.project(misfit, &start)))?;
        if error.is_finite() { Ok((state.cost(error), None)) } else { Err(Error::msg("squared error is not finite")) }
    }

    fn next_iter(&mut self, problem: &mut Problem<&Misfit>, state: Iterate) -> Result<(Iterate, Option<KV>), Error> {
        if self.watch.cancelled() {
            return Err(Cancelled.into());
        }
        let at = *state.get_param().ok_or_else(|| Error::msg("no exponents"))?;
        let error = state.get_cost();
        let near = problem.problem("jacobian_count", |misfit| Ok(self.space.linearise(misfit)))?;
        for _trial in 0..MOST_TRIALS {
            let (to, predicted) = problem.problem("step_count", |misfit| Ok(step(misfit, &near, &at, self.damping)))?;
            if predicted <= error * f64::EPSILON * 1e-2 || to == at {
                break;
            }
            let trial = problem.problem("cost_count", |misfit| Ok(self.space.project(misfit, &to)))?;
            let gained = error - trial;
            // Written so that a trial error of NaN counts as no gain.
            if gained > 0.0 {
                self.damping *= if gained > 0.75 * predicted {
                    0.1
                } else if gained > 0.25 * predicted {
                    0.5
                } else {
                    2.0
                };
                self.damping = self.damping.max(LEAST_DAMPING);
                let state = state.param(to).cost(trial);
                let enough = gained.max(predicted) <= self.patience.gain * error;
                let state = if enough { state.terminate_with(TerminationReason::SolverConverged) } else { state };
                return Ok((state, None));
            }
            self.damping *= 8.0;
        }
        Ok((state.terminate_with(TerminationReason::SolverConverged), None))
    }

    fn terminate(&mut self, _state: &Iterate) -> TerminationStatus {
        TerminationStatus::NotTerminated
    }
}

/// Farthest that an exponent moves at once. Longer first steps jump to where a term is dead and stays so.
const LONGEST_STEP: f64 = 0.5;
/// Eight to this power is far beyond any useful damping.
const MOST_TRIALS: usize = 16;
const LEAST_DAMPING: f64 = 1e-15;

/// The damped step within the box, and by how much the linear model says it lowers the squared error.
fn step(misfit: &Misfit, near: &Linearised, at: &Exponents, damping: f64) -> (Exponents, f64) {
    let model = &misfit.model;
    // Some(move) for exponents that this step may not choose.
    let mut fixed: [Option<f64>; EXPONENTS] = std::array::from_fn(|exponent| {
        let outwards = (at[exponent] <= model.lower[exponent] && near.gradient[exponent] >= 0.0)
            || (at[exponent] >= model.upper[exponent] && near.gradient[exponent] <= 0.0);
        (outwards || !model.is_free(exponent)).then_some(0.0)
    });
    let mut chosen = damped(near, &fixed, damping);
    for _round in 0..EXPONENTS {
        let mut left_box = false;
        for exponent in 0..EXPONENTS {
            let down = (model.lower[exponent] - at[exponent]).max(-LONGEST_STEP);
            let up = (model.upper[exponent] - at[exponent]).min(LONGEST_STEP);
            if fixed[exponent].is_none() && !(down..=up).contains(&chosen[exponent]) {
                fixed[exponent] = Some(chosen[exponent].clamp(down, up));
                left_box = true;
            }
        }
        if !left_box {
            break;
        }
        chosen = damped(near, &fixed, damping);
    }
    let to: Exponents = std::array::from_fn(|j| (at[j] + chosen[j]).clamp(model.lower[j], model.upper[j]));
    let moved: Exponents = std::array::from_fn(|exponent| to[exponent] - at[exponent]);
    let turned = times(&near.r, &moved);
    let slope: f64 = near.gradient.iter().zip(&moved).map(|(gradient, moved)| gradient * moved).sum();
    (to, -2.0 * slope - turned.iter().map(|x| x * x).sum::<f64>())
}

/// Least squares of [R; √damping·D]·step = −[Qᵀ·residual; 0] over the exponents that are not fixed.
fn damped(near: &Linearised, fixed: &[Option<f64>; EXPONENTS], damping: f64) -> Exponents {
    const ROWS: usize = 2 * EXPONENTS;
    let given = fixed.map(|fixed| fixed.unwrap_or(0.0));
    let shifted = times(&near.r, &given);
    let mut target = [0.0; ROWS];
    for row in 0..EXPONENTS {
        target[row] = -near.components[row] - shifted[row];
    }
    let mut columns = [[0.0; ROWS]; EXPONENTS];
    for (place, column) in columns.iter_mut().enumerate() {
        let mut square = 0.0;
        for (entry, row) in column.iter_mut().zip(&near.r) {
            *entry = row[place];
            square += row[place].powi(2);
        }
        column[EXPONENTS + place] = (damping * square).sqrt();
    }
    let mut basis = Basis::<EXPONENTS>::new(ROWS);
    basis.factor(&columns, fixed.map(|fixed| fixed.is_none()));
    let chosen = basis.solve(&basis.components(&target));
    std::array::from_fn(|exponent| fixed[exponent].unwrap_or(chosen[exponent]))
}

fn times(r: &[[f64; EXPONENTS]; EXPONENTS], v: &Exponents) -> Exponents {
    std::array::from_fn(|row| r[row].iter().zip(v).map(|(r, v)| r * v).sum())
}
