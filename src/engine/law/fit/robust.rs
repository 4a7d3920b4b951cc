//! The Huber criterion on log-loss: Σ huber(ln y − ln f), quadratic up to δ and straight beyond.
//!
//! Scaling laws are commonly fitted this way, with δ = 1e-3 (Hoffmann et al. 2022, App. D.3). Nearly all residuals are
//! beyond δ. Each run then pulls with the same force however far off it is, so one diverged run moves nothing.
//!
//! **Why weights.** The criterion is not linear in κ, so the factors cannot be eliminated from it directly. But its
//! stationary points are those of weighted least squares with
//!
//! ```text
//! w = ψ(ln y − ln f) / (f·(y − f))            ψ(e) = e clipped to ±δ
//! ```
//!
//! so the projection is run again and again with weights from the last round. δ comes down in stages, because far from
//! the optimum the weights of a small δ say little. Near one the large δ of the first stage leads away, so a start that
//! comes with factors of its own goes down at the last δ alone.
//!
//! **Where from.** The criterion has many minima, and least squares leads into the one that a bad run has made; [`search`]
//! has other starts.

mod search;

use self::search::{Search, Searched};
use super::descent::{Patience, descend};
use super::model::{Exponents, Linear, Misfit};
use super::projection::Projection;
use super::starts::Optimum;
use super::{FitError, FitOptions, Watch};

/// Residuals of ln loss beyond which a run pulls no harder.
pub const HUBER_DELTA: f64 = 1e-3;

const STAGES: [f64; 3] = [0.1, 0.01, HUBER_DELTA];
/// Rounds of weighting per stage, at most.
const ROUNDS: usize = 60;
/// A round that lowers the criterion by less than this share is the last.
const GAIN: f64 = 1e-10;
/// Within one round the weights are provisional: there is no use in going to the end.
const PER_ROUND: Patience = Patience { iterations: 20, gain: 1e-9 };

/// The sum that is minimised, over δ² so that it counts runs beyond δ.
fn criterion(misfit: &Misfit, predicted: &[f64], prior: &[f64], delta: f64) -> f64 {
    let cost = |(loss, predicted): (&f64, &f64)| {
        let size = (loss / predicted).ln().abs();
        if size <= delta { 0.5 * size * size } else { delta * (size - 0.5 * delta) }
    };
    misfit.loss.iter().zip(predicted).map(cost).zip(prior).map(|(cost, weight)| cost * weight).sum::<f64>()
        / (delta * delta)
}

/// Weights under which least squares has the criterion's stationary points, over δ so that they stay near 1.
fn weights(misfit: &Misfit, predicted: &[f64], prior: &[f64], delta: f64) -> Vec<f64> {
    let weight = |(&loss, &predicted): (&f64, &f64)| {
        let (error, difference) = ((loss / predicted).ln(), loss - predicted);
        // In the limit of no difference the quotient is 1/f².
        if difference.abs() <= f64::EPSILON * predicted {
            predicted.powi(-2)
        } else {
            error.clamp(-delta, delta) / (predicted * difference)
        }
    };
    misfit.loss.iter().zip(predicted).map(weight).zip(prior).map(|(weight, prior)| weight * prior).collect()
}

/// Where the rounds ended.
pub(super) struct Reached {
    pub(super) exponents: Exponents,
    pub(super) linear: Linear,
    pub(super) criterion: f64,
}

/// The best law under the criterion, from where least squares ended and from robust starts. `prior` are the runs' own
/// weights.
pub(super) fn refine(
    misfit: &Misfit,
    finalists: &[Exponents],
    prior: &[f64],
    (options, watch): (&FitOptions, &dyn Watch),
) -> Result<Optimum, FitError> {
    let Searched { best, agreeing, followed } = Search { misfit, prior, finalists, options, watch }.run()?;
    let predicted = misfit.predictions(&best.exponents, &best.linear);
    let squared_error = misfit.loss.iter().zip(&predicted).map(|(loss, predicted)| (loss - predicted).powi(2)).sum();
    Ok(Optimum { exponents: best.exponents, linear: best.linear, squared_error, agreeing, followed })
}

/// The same from exponents alone, whose factors least squares finds, through all stages.
pub(super) fn from_exponents(
    misfit: &Misfit,
    exponents: Exponents,
    prior: &[f64],
    watch: &dyn Watch,
) -> Result<Option<Reached>, FitError> {
    let mut space = Projection::new(misfit.runs());
    space.project(misfit, &exponents);
    follow(misfit, &Start { exponents, linear: space.linear, criterion: f64::INFINITY }, &STAGES, prior, watch)
}

/// Exponents with the factors that belong to them.
#[derive(Debug, Clone, Copy)]
struct Start {
    exponents: Exponents,
    linear: Linear,
    criterion: f64,
}

/// Downhill under the criterion from one start, through these values of δ.
fn follow(
    misfit: &Misfit,
    start: &Start,
    stages: &[f64],
    prior: &[f64],
    watch: &dyn Watch,
) -> Result<Option<Reached>, FitError> {
    let mut space = Projection::new(misfit.runs());
    let mut at = Reached { exponents: start.exponents, linear: start.linear, criterion: f64::INFINITY };
    for &delta in stages {
        let mut predicted = misfit.predictions(&at.exponents, &at.linear);
        at.criterion = criterion(misfit, &predicted, prior, delta);
        for _round in 0..ROUNDS {
            let round = misfit.clone().weighted(&weights(misfit, &predicted, prior, delta));
            let Some(end) = descend(&round, &mut space, at.exponents, PER_ROUND, watch)? else { return Ok(None) };
            space.project(&round, &end.exponents);
            predicted = misfit.predictions(&end.exponents, &space.linear);
            let reached = criterion(misfit, &predicted, prior, delta);
            let gained = at.criterion - reached;
            if gained > 0.0 {
                at = Reached { exponents: end.exponents, linear: space.linear, criterion: reached };
            }
            let goes_on = gained > GAIN * at.criterion;
            if !goes_on {
                break;
            }
        }
    }
    Ok(at.criterion.is_finite().then_some(at))
}
