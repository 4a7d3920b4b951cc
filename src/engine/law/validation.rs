//! How well a law predicts runs that it has not seen.
//!
//! Two questions, because they have different answers. *k-fold*: every architecture is predicted once from the others,
//! which tells the error between shapes like those fitted. *Extrapolation*: the largest architectures are predicted from
//! the smaller ones, which is what a law is for and what most laws fail at; its error stands beside the first.
//!
//! Both hold out whole architectures, since a repeat of a fitted one would test the noise, and every law in them is
//! fitted from scratch by the same search as the law that is judged. A part that cannot be fitted is an error: an average over
//! the folds that happened to work would be an average over the easy ones.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::Coefficients;
use super::fit::{FitError, FitOptions, Watch, check, fit, split};
use super::form::Variable;
use super::steps::Steps;
use crate::runs::Run;
use crate::statistics::{mean, rms, variance};

/// Folds unless somebody asks for others.
pub const FOLDS: usize = 5;
/// Share of the architectures that the extrapolation predicts.
pub const LARGEST_SHARE: f64 = 0.2;
/// But so many at least: one run is an anecdote.
const FEWEST_LARGEST: usize = 2;

/// One run as a law predicts it that has not seen it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prediction {
    /// Place of the run.
    pub run: usize,
    /// Its measured loss, nats per token.
    pub measured: f64,
    /// Its predicted loss.
    pub predicted: f64,
}

/// Errors of some predictions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Score {
    /// Predictions.
    pub runs: usize,
    /// Root mean square error, nats per token.
    pub rmse: f64,
    /// Mean of predicted less measured loss: above 0 the law is too pessimistic, below too optimistic.
    pub bias: f64,
    /// 1 − squared error over the squared spread of the measured losses around their mean. Below 0 the mean would have
    /// been the better prediction. None for fewer than three runs, or if their losses do not vary.
    pub r2: Option<f64>,
}

impl Score {
    fn of(predictions: &[Prediction]) -> Self {
        let errors = || predictions.iter().map(|run| run.predicted - run.measured);
        let squared: f64 = errors().map(|error| error * error).sum();
        let mean_loss = mean(predictions.iter().map(|run| run.measured)).unwrap_or(f64::NAN);
        let spread: f64 = predictions.iter().map(|run| (run.measured - mean_loss).powi(2)).sum();
        let rounding = (1e-12 * mean_loss).powi(2);
        Self {
            runs: predictions.len(),
            rmse: rms(errors()).unwrap_or(f64::NAN),
            bias: mean(errors()).unwrap_or(f64::NAN),
            r2: (predictions.len() >= 3 && spread > rounding).then(|| 1.0 - squared / spread),
        }
    }
}

/// One part of a k-fold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fold {
    /// Architectures held out.
    pub architectures: usize,
    /// How they were predicted from the rest.
    pub score: Score,
    /// Free parameters of the law of the rest; fewer than those of the law of all runs where the rest shows less.
    pub parameters: usize,
}

/// Every architecture predicted once from the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KFold {
    /// Parts; no more than architectures.
    pub k: usize,
    /// Over all runs.
    pub score: Score,
    /// Standard error of the RMSE over the folds: that of the folds' mean square errors over 2·RMSE.
    pub rmse_standard_error: f64,
    /// The parts.
    pub folds: Vec<Fold>,
    /// A prediction for every run, in the order of the runs.
    pub predictions: Vec<Prediction>,
}

/// Predicts every architecture once from the others, in `folds` parts drawn by the seed of the options; their `holdout` plays
/// no part.
pub fn k_fold(runs: &[Run], options: &FitOptions, folds: usize, watch: &dyn Watch) -> Result<KFold, FitError> {
    if folds < 2 {
        return Err(FitError::BadFolds(folds));
    }
    let options = FitOptions { holdout: 0.0, ..*options };
    check(runs, &options)?;
    let parts = deal(runs, folds, options.seed);
    let k = parts.len();
    let steps = Steps::new(watch, k);
    // All parts first: of several that cannot be tested, the first is said, whichever thread is faster.
    let tested: Vec<Result<(Fold, Vec<Prediction>), FitError>> = parts
        .par_iter()
        .enumerate()
        .map(|(place, part)| {
            let held = part.concat();
            let law = fit(&without(runs, &held), &options, &steps)
                .map_err(|reason| in_part(format!("without part {} of {k}", place + 1), reason))?;
            steps.finish_one();
            let predictions = predict(runs, &held, &law.coefficients);
            let score = Score::of(&predictions);
            Ok((Fold { architectures: part.len(), score, parameters: law.parameters }, predictions))
        })
        .collect();
    let tested: Vec<(Fold, Vec<Prediction>)> = tested.into_iter().collect::<Result<_, FitError>>()?;
    let (folds, predictions): (Vec<Fold>, Vec<Vec<Prediction>>) = tested.into_iter().unzip();
    let mut predictions = predictions.concat();
    predictions.sort_by_key(|prediction| prediction.run);
    let score = Score::of(&predictions);
    Ok(KFold { k, score, rmse_standard_error: rmse_standard_error(&folds, score.rmse), folds, predictions })
}

/// Architectures in random order, dealt like cards.
pub(super) fn deal(runs: &[Run], folds: usize, seed: u64) -> Vec<Vec<Vec<usize>>> {
    let mut groups = split::groups(runs);
    // Its own stream, so that folds are not the held-out part again.
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::MAX);
    groups.shuffle(&mut random);
    let mut parts = vec![Vec::new(); folds.min(groups.len())];
    let k = parts.len();
    for (place, group) in groups.into_iter().enumerate() {
        parts[place % k].push(group);
    }
    parts
}

/// From the spread of the folds' mean squares: d RMSE = d MSE / (2·RMSE).
fn rmse_standard_error(folds: &[Fold], rmse: f64) -> f64 {
    let squares: Vec<f64> = folds.iter().map(|fold| fold.score.rmse.powi(2)).collect();
    let variance = variance(&squares).unwrap_or_default();
    if rmse > 0.0 { (variance / squares.len() as f64).sqrt() / (2.0 * rmse) } else { 0.0 }
}

/// The largest architectures predicted from the smaller ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SizeExtrapolation {
    /// How the largest were predicted.
    pub score: Score,
    /// Standard error of the bias, taking each architecture for one witness.
    pub bias_standard_error: f64,
    /// Architectures that were predicted.
    pub architectures: usize,
    /// Runs fitted.
    pub runs_fitted: usize,
    /// Architectures fitted.
    pub architectures_fitted: usize,
    /// Free parameters of the law of the smaller ones.
    pub parameters: usize,
    /// Active parameters without embeddings: from smallest to largest architecture fitted.
    pub size_fitted: [f64; 2],
    /// The same of those predicted.
    pub size_predicted: [f64; 2],
    /// A prediction for every run of the largest, in the order of the runs.
    pub predictions: Vec<Prediction>,
}

/// Predicts the largest fifth of the architectures by active parameters, two at least, from the others. Architectures of one size
/// stay on one side. `holdout` of the options plays no part.
pub fn extrapolate(runs: &[Run], options: &FitOptions, watch: &dyn Watch) -> Result<SizeExtrapolation, FitError> {
    let options = FitOptions { holdout: 0.0, ..*options };
    check(runs, &options)?;
    let mut groups: Vec<(f64, Vec<usize>)> = split::groups(runs)
        .into_iter()
        .map(|group| (Variable::ActiveParameters.ln(&runs[group[0]].features, None).exp(), group))
        .collect();
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let largest = ((LARGEST_SHARE * groups.len() as f64).round() as usize).max(FEWEST_LARGEST);
    let cut = groups.len().saturating_sub(largest);
    let threshold = groups[cut].0;
    let (small, large) = groups.split_at(groups.partition_point(|(size, _)| *size < threshold));
    let indices = |groups: &[(f64, Vec<usize>)]| {
        let mut indices: Vec<usize> = groups.iter().flat_map(|(_, group)| group).copied().collect();
        indices.sort_unstable();
        indices
    };
    let sizes = |groups: &[(f64, Vec<usize>)]| [groups[0].0, groups[groups.len() - 1].0];
    let held = indices(large);
    let smaller = without(runs, &held);
    let law = fit(&smaller, &options, &Steps::new(watch, 1))
        .map_err(|reason| in_part("the smaller architectures alone".to_owned(), reason))?;
    let predictions = predict(runs, &held, &law.coefficients);
    let score = Score::of(&predictions);
    let by_run: BTreeMap<usize, f64> =
        predictions.iter().map(|one| (one.run, one.predicted - one.measured - score.bias)).collect();
    let sums: Vec<f64> = large.iter().map(|(_, group)| group.iter().map(|run| by_run[run]).sum()).collect();
    Ok(SizeExtrapolation {
        score,
        bias_standard_error: clustered(&sums) / predictions.len() as f64,
        architectures: large.len(),
        runs_fitted: smaller.len(),
        architectures_fitted: small.len(),
        parameters: law.parameters,
        size_fitted: sizes(small),
        size_predicted: sizes(large),
        predictions,
    })
}

/// Standard error of a total, from the deviations summed over each of its independent parts.
fn clustered(sums: &[f64]) -> f64 {
    let count = sums.len() as f64;
    let squares: f64 = sums.iter().map(|sum| sum * sum).sum();
    if count > 1.0 { (squares * count / (count - 1.0)).sqrt() } else { f64::INFINITY }
}

fn in_part(part: String, reason: FitError) -> FitError {
    match reason {
        FitError::Cancelled => FitError::Cancelled,
        reason => FitError::Part { part, reason: Box::new(reason) },
    }
}

pub(super) fn without(runs: &[Run], held: &[usize]) -> Vec<Run> {
    runs.iter().enumerate().filter(|(index, _)| !held.contains(index)).map(|(_, run)| run.clone()).collect()
}

fn predict(runs: &[Run], held: &[usize], law: &Coefficients) -> Vec<Prediction> {
    held.iter()
        .map(|&index| {
            let run = &runs[index];
            Prediction { run: index, measured: run.loss, predicted: law.loss_after(&run.features, run.tokens) }
        })
        .collect()
}

#[cfg(test)]
mod tests;
