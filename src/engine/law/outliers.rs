//! Runs that are not of one kind with the others: one that diverged, or was written down wrong.
//!
//! A run is judged by the law of all others. Leaving out a run that is like them lowers the squared error by about its
//! variance; leaving out one that is not, by far more:
//!
//! ```text
//! T² = (SSE − SSE without it) / (SSE without it / (n − 1 − p))
//! ```
//!
//! In a linear model that is the squared externally studentised residual (Cook and Weisberg 1982, §2.2.2): leverage is
//! in it, so the smallest and the largest run of a ladder, which the others can only extrapolate to, are held to a wider
//! limit. The run with the largest T is taken, then the next one is looked for among the rest.
//!
//! **Why simulation.** T would follow Student's t were a law linear in its coefficients. It is not, and on ladders of ten
//! runs with eight coefficients the t limit for one in twenty names a run in one of five clean files. So where runs are
//! few the limit comes from files of the same design, drawn from the law of the others with their noise, and searched in
//! the same way (a parametric bootstrap test; Davison and Hinkley 1997, §4.2). A run is named if its T is above that of
//! every one of 199 such files. Where runs are many, leaving one out hardly moves the law, and six robust standard
//! deviations are the limit.
//!
//! Every run is looked at, those that a fit holds out too: they are there to judge the law, and a diverged one among them
//! would be taken for the law's failure.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::fit::{Criterion, Fit, FitError, FitOptions, Watch, fit, refit};
use crate::runs::Run;
use crate::statistics::robust_standard_deviation;

/// Up to so many runs the limit is simulated.
const FEW: usize = 40;
/// Files that are drawn for it.
const FILES: u64 = 199;
/// Chance of T in one of the runs above which nothing is simulated.
const WORTH_A_TEST: f64 = 0.05;
/// Robust standard deviations beyond which a run among many is off.
const FAR: f64 = 6.0;
/// Runs that are left out to find the largest T: those with the largest residuals.
const LEFT_OUT: usize = 6;
/// Below this residuals are rounding.
const EXACT_NATS: f64 = 1e-9;

/// A run that is not like the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlier {
    /// Its place among the runs.
    pub run: usize,
    /// Measured less predicted by the law of the others, nats per token.
    pub residual_nats: f64,
    /// How many of the standard deviations that it would have if it were like the others.
    pub standard_deviations: f64,
    /// What they were held against.
    pub limit: Limit,
}

/// What a run is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Files drawn from the law of the others.
    Simulated,
    /// Robust standard deviations of the others.
    Robust,
}

/// What was looked for and found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outliers {
    /// Farthest first.
    pub found: Vec<Outlier>,
    /// Runs above or below which no law of so many coefficients can be told from noise: none was judged.
    pub too_few: bool,
}

/// A run taken out, and the law of the others.
struct Without {
    run: usize,
    rest: Fit,
    t: f64,
}

/// Looks for them among all runs, whatever `options` hold out and minimise. `known` is the law that these options gave.
pub fn outliers(runs: &[Run], known: &Fit, options: &FitOptions, watch: &dyn Watch) -> Result<Outliers, FitError> {
    let is_of_all = options.criterion == Criterion::LeastSquares && known.train.len() == runs.len();
    let options = FitOptions { holdout: 0.0, criterion: Criterion::LeastSquares, ..*options };
    let mut places: Vec<usize> = (0..runs.len()).collect();
    let mut rest = runs.to_vec();
    let mut law = if is_of_all { known.clone() } else { fit(&rest, &options, watch)? };
    let mut outliers = Outliers::default();
    while outliers.found.len() < runs.len() / 5 {
        if law.train.len() <= law.parameters + 1 {
            outliers.too_few |= outliers.found.is_empty();
            break;
        }
        let Some(farthest) = farthest(&rest, &law, &options, watch)? else { break };
        let Some((limit, standard_deviations)) = judged(&rest, &farthest, &options, watch)? else { break };
        let run = rest.remove(farthest.run);
        let residual_nats = run.loss - farthest.rest.coefficients.loss_after(&run.features, run.tokens);
        outliers.found.push(Outlier { run: places.remove(farthest.run), residual_nats, standard_deviations, limit });
        law = farthest.rest;
    }
    outliers.found.sort_by(|a, b| b.standard_deviations.total_cmp(&a.standard_deviations));
    Ok(outliers)
}

/// The run with the largest T; none where the others are met exactly or leave no degree of freedom.
fn farthest(runs: &[Run], law: &Fit, options: &FitOptions, watch: &dyn Watch) -> Result<Option<Without>, FitError> {
    let candidates = super::influence::farthest(runs, law, LEFT_OUT);
    let without = |run: usize| {
        let rest: Vec<Run> =
            runs.iter().enumerate().filter(|(other, _)| *other != run).map(|(_, run)| run.clone()).collect();
        let rest = match refit(&rest, options, &law.coefficients, watch) {
            Err(FitError::Cancelled) => return Err(FitError::Cancelled),
            Err(_) => return Ok(None),
            Ok(rest) => rest,
        };
        let Some(sd) = rest.residual_sd_nats() else { return Ok(None) };
        let dropped = (law.squared_error - rest.squared_error).max(0.0).sqrt();
        Ok((sd > EXACT_NATS || dropped > EXACT_NATS).then(|| Without { run, t: dropped / sd.max(EXACT_NATS), rest }))
    };
    let found: Vec<Option<Without>> = candidates.into_par_iter().map(without).collect::<Result<_, FitError>>()?;
    Ok(found.into_iter().flatten().max_by(|a, b| a.t.total_cmp(&b.t)))
}

/// What it was held against and how far it is off; none if that is not far.
fn judged(
    runs: &[Run],
    farthest: &Without,
    options: &FitOptions,
    watch: &dyn Watch,
) -> Result<Option<(Limit, f64)>, FitError> {
    let Without { run, rest, t } = farthest;
    if runs.len() > FEW {
        let others = runs.iter().enumerate().filter(|(other, _)| other != run);
        let residual = |run: &Run| run.loss - rest.coefficients.loss_after(&run.features, run.tokens);
        let residuals: Vec<f64> = others.map(|(_, run)| residual(run)).collect();
        let sd = robust_standard_deviation(&residuals).unwrap_or_default();
        let deviations = t * rest.residual_sd_nats().unwrap_or_default() / sd.max(EXACT_NATS);
        return Ok((sd > EXACT_NATS && deviations > FAR).then_some((Limit::Robust, deviations)));
    }
    let freedom = rest.train.len().saturating_sub(rest.parameters);
    let is_far = chance(*t, freedom, runs.len()) < WORTH_A_TEST && is_above_simulated(runs, farthest, options, watch)?;
    Ok(is_far.then_some((Limit::Simulated, *t)))
}

/// Chance of a T as large in one of so many runs, were the law linear in its coefficients.
fn chance(t: f64, freedom: usize, runs: usize) -> f64 {
    let of_one = FisherSnedecor::new(1.0, freedom as f64).map_or(1.0, |f| f.sf(t * t));
    (of_one * runs as f64).min(1.0)
}

/// Whether no file drawn from the law of the others has a T as large.
fn is_above_simulated(
    runs: &[Run],
    farthest: &Without,
    options: &FitOptions,
    watch: &dyn Watch,
) -> Result<bool, FitError> {
    let Some(noise) = farthest.rest.residual_sd_nats().and_then(|sd| Normal::new(0.0, sd).ok()) else {
        return Ok(false);
    };
    let truth = &farthest.rest.coefficients;
    let means: Vec<f64> = runs.iter().map(|run| truth.loss_after(&run.features, run.tokens)).collect();
    for file in 0..FILES {
        let mut random = ChaCha8Rng::seed_from_u64(options.seed);
        // A stream of its own for each file, apart from those of the starts and the split.
        random.set_stream(1000 + file);
        let mut drawn = runs.to_vec();
        for (run, mean) in drawn.iter_mut().zip(&means) {
            run.loss = (mean + noise.sample(&mut random)).max(f64::MIN_POSITIVE);
        }
        let law = match refit(&drawn, options, truth, watch) {
            Err(FitError::Cancelled) => return Err(FitError::Cancelled),
            Err(_) => continue,
            Ok(law) => law,
        };
        if self::farthest(&drawn, &law, options, watch)?.is_some_and(|drawn| drawn.t >= farthest.t) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Outliers {
    /// The places of the runs found.
    pub fn places(&self) -> BTreeSet<usize> {
        self.found.iter().map(|outlier| outlier.run).collect()
    }
}

#[cfg(test)]
mod tests;
