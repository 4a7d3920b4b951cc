//! Which runs a law rests on: how it changes without each of them.
//!
//! Every run is left out once and the law is fitted again. An approximation from the Jacobian would not do: a law whose
//! terms trade off is too curved for that, and a term may vanish with a run.
//!
//! **Why the shift of the loss, and not Cook's distance in the coefficients.** Coefficients of a power law trade off.
//! They may move far while no predicted loss changes, so a distance among them ranks noise. A reader uses the loss. So
//! the shift is that of the loss: its root mean square over the shapes of all runs fitted, in nats per token.

use rayon::prelude::*;

use super::Coefficients;
use super::fit::{Fit, FitError, FitOptions, REFIT_STARTS, Watch, fit_from};
use super::steps::Steps;
use crate::runs::Run;
use crate::statistics::rms;

/// What one run means to a law.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Place of the run.
    pub run: usize,
    /// What happens without the run, or the reason why there is no law without it.
    pub effect: Result<Effect, FitError>,
}

/// What leaving a run out does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Measured less predicted loss of the run by the law that has not seen it, nats per token.
    pub deleted_residual: f64,
    /// Root mean square change of the law's loss over the shapes of all runs fitted, nats per token.
    pub shift: f64,
}

/// Leaves every run of the training part of `fit` out once. The most influential runs come first, and before all others
/// those without which there is no law. `runs` and `options` are those of the fit.
pub fn leave_one_out(
    runs: &[Run],
    fit: &Fit,
    options: &FitOptions,
    watch: &dyn Watch,
) -> Result<Vec<Influence>, FitError> {
    leave_out(runs, fit, options, &fit.train, watch)
}

/// Runs of the training part that the law misses most, the farthest first. They are for cases where leaving out every
/// run takes too long.
pub fn farthest(runs: &[Run], fit: &Fit, most: usize) -> Vec<usize> {
    let residual = |run: &Run| (run.loss - fit.coefficients.loss_after(&run.features, run.tokens)).abs();
    let mut ranked: Vec<(f64, usize)> =
        fit.train.iter().filter_map(|&index| Some((residual(runs.get(index)?), index))).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(most).map(|(_, index)| index).collect()
}

/// The same for some runs of the training part alone; others among `chosen` are passed over.
pub fn leave_out(
    runs: &[Run],
    fit: &Fit,
    options: &FitOptions,
    chosen: &[usize],
    watch: &dyn Watch,
) -> Result<Vec<Influence>, FitError> {
    let starts = options.starts.min(REFIT_STARTS);
    let options = FitOptions { holdout: 0.0, starts, ..*options };
    let train: Vec<&Run> =
        fit.train.iter().map(|&index| runs.get(index)).collect::<Option<_>>().ok_or(FitError::OtherRuns)?;
    let places: Vec<usize> = chosen.iter().filter_map(|run| fit.train.binary_search(run).ok()).collect();
    let steps = Steps::new(watch, places.len());
    let mut ranked: Vec<Influence> = places
        .into_par_iter()
        .map(|place| {
            let rest: Vec<Run> =
                train.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, &run)| run.clone()).collect();
            let effect = match fit_from(&rest, &options, Some(&fit.coefficients), &steps) {
                Err(FitError::Cancelled) => return Err(FitError::Cancelled),
                without => without.map(|without| effect(&train, place, &fit.coefficients, &without.coefficients)),
            };
            steps.finish_one();
            Ok(Influence { run: fit.train[place], effect })
        })
        .collect::<Result<_, FitError>>()?;
    let weight = |influence: &Influence| influence.effect.as_ref().map_or(f64::INFINITY, |effect| effect.shift);
    ranked.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    Ok(ranked)
}

fn effect(train: &[&Run], place: usize, with: &Coefficients, without: &Coefficients) -> Effect {
    let loss = |law: &Coefficients, run: &Run| law.loss_after(&run.features, run.tokens);
    let shift = rms(train.iter().map(|run| loss(without, run) - loss(with, run)));
    let left_out = train[place];
    Effect { deleted_residual: left_out.loss - loss(without, left_out), shift: shift.unwrap_or_default() }
}

#[cfg(test)]
mod tests;
