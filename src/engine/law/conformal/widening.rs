//! How much faster errors grow beyond the runs than leverage tells.
//!
//! A law is wrong in its form, and that shows most where it was not fitted. The runs tell how much: at several cuts the
//! larger architectures are predicted from the smaller ones (and, with a data term, the longer runs from the shorter
//! ones), as in rolling-origin evaluation of forecasts (Tashman 2000). For each run predicted so there is a growth per
//! e-fold that would just have held it; the widening is the growth that holds nine tenths of them.

use rayon::prelude::*;

use super::Unseen;
use super::reach::{Reach, beyond};
use crate::law::Variable;
use crate::law::fit::{Fit, FitError, FitOptions, refit, split};
use crate::runs::Run;

/// Shares of the architectures, and of the lengths, that are predicted from the rest.
const CUTS: [f64; 3] = [0.2, 0.35, 0.5];
/// The share that is to be held.
const LEVEL: f64 = 0.9;
/// Growth per e-fold at least, whatever the cuts say: few architectures lie beyond each, and by luck a law may meet them.
/// With it errors double 2.4 times beyond the runs, as they do on public ladders of 50 M to 2 B.
const LEAST: f64 = 2.0;
/// A step shorter than this, e-folds, counts as this long: what a run lies off at the very edge is no growth.
const LEAST_STEP: f64 = 0.3;

/// Growth of errors for each e-fold beyond the runs: by shape or size, and by training length. The factor is
/// √(1 + (growth·e-folds)²).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Widening {
    /// Beyond the shapes.
    pub shape: f64,
    /// Beyond the training lengths.
    pub tokens: f64,
}

impl Widening {
    pub(super) const NONE: Self = Self { shape: 0.0, tokens: 0.0 };

    /// From the runs; `unseen` are their scores without any.
    pub(super) fn of(runs: &[Run], fit: &Fit, options: &FitOptions, unseen: &[Unseen]) -> Result<Self, FitError> {
        let bound = usual(unseen);
        let by_size = |run: &Run| Variable::ActiveParameters.value(&run.features, None);
        let by_length = |run: &Run| run.tokens.unwrap_or(f64::NAN);
        let shape = growth(&growths(runs, fit, options, bound, (by_size, 0))?);
        let tokens = if options.form.needs_tokens() {
            growth(&growths(runs, fit, options, bound, (by_length, 1))?)
        } else {
            LEAST
        };
        Ok(Self { shape, tokens })
    }

    /// The factor so many e-folds beyond.
    pub(super) fn factor(&self, [shape, tokens]: &[f64; 2]) -> f64 {
        (1.0 + (self.shape * shape).powi(2) + (self.tokens * tokens).powi(2)).sqrt()
    }
}

/// The score that nine tenths of the architectures keep amid the runs.
fn usual(unseen: &[Unseen]) -> f64 {
    let scores: Vec<(f64, f64)> = unseen.iter().flat_map(|fold| fold.scores.iter().copied()).collect();
    weighted_quantile(scores, LEVEL)
}

fn weighted_quantile(mut values: Vec<(f64, f64)>, share: f64) -> f64 {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = values.iter().map(|(_, weight)| weight).sum();
    let mut counted = 0.0;
    for (value, weight) in &values {
        counted += weight;
        if counted >= (share * (all + 1.0)).min(all) - 1e-9 {
            return *value;
        }
    }
    f64::NAN
}

fn growth(found: &[(f64, f64)]) -> f64 {
    if found.is_empty() { LEAST } else { weighted_quantile(found.to_vec(), LEVEL).max(LEAST) }
}

/// What would just have held each run beyond a cut, with its weight.
fn growths(
    runs: &[Run],
    fit: &Fit,
    options: &FitOptions,
    bound: f64,
    (of, place): (impl Fn(&Run) -> f64 + Sync, usize),
) -> Result<Vec<(f64, f64)>, FitError> {
    let mut values: Vec<f64> = runs.iter().map(&of).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    let cut = |share: f64| -> Result<Vec<(f64, f64)>, FitError> {
        let kept = ((1.0 - share) * values.len() as f64).round() as usize;
        let Some(&threshold) = values.get(kept) else { return Ok(Vec::new()) };
        let (rest, larger): (Vec<Run>, Vec<Run>) = runs.iter().cloned().partition(|run| of(run) < threshold);
        let law = match refit(&rest, options, &fit.coefficients, &()) {
            Ok(law) => law,
            Err(FitError::Cancelled) => return Err(FitError::Cancelled),
            // Too few for a law: this cut tells nothing.
            Err(_) => return Ok(Vec::new()),
        };
        let reach = Reach::of(&rest, &law.coefficients, law.range);
        let shares = split::shares(&larger.iter().collect::<Vec<_>>());
        Ok(larger
            .iter()
            .zip(shares)
            .filter_map(|(run, share)| {
                let error = (run.loss - law.coefficients.loss_after(&run.features, run.tokens)).abs();
                let over = error / (bound * reach.scale(&run.features, run.tokens));
                let e_folds = beyond(&law.range, &run.features, run.tokens)[place];
                (e_folds > 0.0).then(|| ((over * over - 1.0).max(0.0).sqrt() / e_folds.max(LEAST_STEP), share))
            })
            .collect())
    };
    let found: Vec<Vec<(f64, f64)>> = CUTS.into_par_iter().map(cut).collect::<Result<_, FitError>>()?;
    Ok(found.concat())
}
