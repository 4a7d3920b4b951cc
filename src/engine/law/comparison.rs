//! Laws side by side: which one the runs prefer.
//!
//! Every form is fitted to all runs. It is judged by what it predicts and not by how well it describes, because more
//! parameters always describe better. The judge is the k-fold error, with the same folds for all forms. Beside it stand
//! the error at the largest architectures and two criteria that need no second fit. They suppose independent normal
//! errors of equal variance:
//!
//! ```text
//! AIC = n·(ln(2π·SSE/n) + 1) + 2·k        BIC = n·(ln(2π·SSE/n) + 1) + k·ln n        k = free parameters + 1 (the variance)
//! ```
//!
//! They are left out where the fit minimises something else than the squared error of all runs alike.
//!
//! **One standard error.** Folds are few and their errors scatter, so the lowest k-fold error alone is partly luck. If a
//! simpler law comes within one standard error of it (Breiman et al. 1984, §3.4.3), that law is named too.

use std::f64::consts::TAU;

use super::fit::{Criterion, Fit, FitError, FitOptions, Watch, Weighting, fit};
use super::form::Form;
use super::forms;
use super::steps::Steps;
use super::validation::{KFold, SizeExtrapolation, extrapolate, k_fold};
use crate::runs::Run;

/// One form on the runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which law.
    pub form: &'static Form,
    /// How it did, or why it could not be fitted.
    pub outcome: Result<Candidate, FitError>,
}

/// A law that could be fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Fitted to all runs.
    pub fit: Fit,
    /// Predicted in folds.
    pub k_fold: Result<KFold, FitError>,
    /// Predicted beyond the sizes fitted.
    pub extrapolation: Result<SizeExtrapolation, FitError>,
    /// Akaike's criterion; none if the fit is exact or does not minimise the plain squared error.
    pub aic: Option<f64>,
    /// Schwarz's criterion; likewise.
    pub bic: Option<f64>,
    /// The form earlier in the list that these runs reduce to the very same law.
    pub same_as: Option<&'static str>,
}

/// All forms that the runs allow.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// In the order of [`forms::ALL`].
    pub entries: Vec<Entry>,
    /// Why there are no laws with a data term, if there are none.
    pub without_tokens: Option<String>,
    /// The form of the lowest k-fold error; none if no form could be tested.
    pub preferred: Option<&'static Form>,
    /// The form of the fewest parameters within one standard error of that, if it has fewer.
    pub simplest_as_good: Option<&'static Form>,
}

impl Comparison {
    /// Which law the runs prefer, and whether they give a reason to.
    pub fn verdict(&self) -> String {
        self.verdict_with(|form| form.name)
    }

    /// The same where forms are called by something else than their names.
    pub fn verdict_with(&self, called: fn(&Form) -> &'static str) -> String {
        match (self.preferred.map(called), self.simplest_as_good.map(called)) {
            (None, _) => "none: no law could be tested on unseen runs".to_owned(),
            (Some(preferred), None) => {
                format!("{preferred}: the lowest k-fold error; nothing simpler comes within its standard error")
            }
            (Some(preferred), Some(simplest)) => format!(
                "{preferred}: the lowest k-fold error; {simplest} has fewer parameters and comes within one standard error, so these \
                 folds alone do not decide for the larger"
            ),
        }
    }

    /// Entries from the lowest to the highest of some figure; those without it are left out.
    pub fn ranked(&self, figure: impl Fn(&Candidate) -> Option<f64>) -> Vec<&'static Form> {
        let mut known: Vec<(f64, &'static Form)> =
            self.entries.iter().filter_map(|entry| Some((figure(entry.outcome.as_ref().ok()?)?, entry.form))).collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        known.into_iter().map(|(_, form)| form).collect()
    }
}

/// The forms that there is a use in fitting: those with a data term only where lengths differ, those of shapes only where
/// all runs have one.
pub fn allowed(runs: &[Run]) -> Vec<&'static Form> {
    let with_tokens = one_length(runs).is_none();
    let with_shapes = runs.iter().all(|run| run.features.is_shape());
    let is_allowed = |form: &&Form| (with_tokens || !form.needs_tokens()) && (with_shapes || !form.needs_shapes());
    forms::ALL.into_iter().filter(is_allowed).collect()
}

/// Fits and tests every form that the runs allow, as `options` say. The form and the `holdout` of the options are not
/// used.
pub fn compare(runs: &[Run], options: &FitOptions, folds: usize, watch: &dyn Watch) -> Result<Comparison, FitError> {
    let without_tokens = one_length(runs);
    let allowed = allowed(runs);
    let steps = Steps::new(watch, allowed.len());
    let mut entries: Vec<Entry> = Vec::new();
    for form in allowed {
        let options = FitOptions { form, holdout: 0.0, ..*options };
        let outcome = match fit(runs, &options, &steps) {
            Err(FitError::Cancelled) => return Err(FitError::Cancelled),
            Err(reason) => Err(reason),
            Ok(fit) => {
                let [aic, bic] = criteria(&fit, &options);
                let twin = entries.iter().find(|entry| is_same(entry, &fit));
                Ok(Candidate {
                    k_fold: unless_cancelled(k_fold(runs, &options, folds, &steps))?,
                    extrapolation: unless_cancelled(extrapolate(runs, &options, &steps))?,
                    aic,
                    bic,
                    same_as: twin.map(|entry| entry.form.name),
                    fit,
                })
            }
        };
        entries.push(Entry { form, outcome });
        steps.finish_one();
    }
    let (preferred, simplest_as_good) = choose(&entries);
    Ok(Comparison { entries, without_tokens, preferred, simplest_as_good })
}

fn unless_cancelled<T>(result: Result<T, FitError>) -> Result<Result<T, FitError>, FitError> {
    match result {
        Err(FitError::Cancelled) => Err(FitError::Cancelled),
        result => Ok(result),
    }
}

/// Why there is no use in a data term; none if there is.
fn one_length(runs: &[Run]) -> Option<String> {
    const SAME: f64 = 1.2;
    let lengths: Vec<f64> = runs.iter().filter_map(|run| run.tokens).collect();
    let (least, most) =
        lengths.iter().fold((f64::INFINITY, 0.0f64), |(least, most), &length| (least.min(length), most.max(length)));
    if lengths.len() < runs.len() {
        return Some("not all runs say how many tokens they saw, so laws with a data term are left out".to_owned());
    }
    (most <= SAME * least)
        .then(|| format!("all runs saw about {most:.2e} tokens, so laws with a data term are left out"))
}

/// AIC and BIC.
fn criteria(fit: &Fit, options: &FitOptions) -> [Option<f64>; 2] {
    let least_squares = options.criterion == Criterion::LeastSquares && options.weighting == Weighting::Runs;
    if !least_squares || fit.squared_error <= 0.0 {
        return [None; 2];
    }
    let (runs, free) = (fit.train.len() as f64, (fit.parameters + 1) as f64);
    let deviance = runs * ((TAU * fit.squared_error / runs).ln() + 1.0);
    [Some(2.0f64.mul_add(free, deviance)), Some(free.mul_add(runs.ln(), deviance))]
}

/// Forms that differ only in what the runs cannot show.
fn is_same(entry: &Entry, fit: &Fit) -> bool {
    let shown = |fit: &Fit| -> Vec<&'static str> {
        fit.coefficients.named().into_iter().filter(|(_, value)| *value != 0.0).map(|(key, _)| key).collect()
    };
    entry.outcome.as_ref().is_ok_and(|other| {
        other.fit.parameters == fit.parameters
            && (other.fit.squared_error - fit.squared_error).abs() <= 1e-6 * fit.squared_error
            && shown(&other.fit) == shown(fit)
    })
}

/// The lowest k-fold error, and the simplest within one standard error.
fn choose(entries: &[Entry]) -> (Option<&'static Form>, Option<&'static Form>) {
    let mut tested: Vec<(&Entry, usize, f64, f64)> = entries
        .iter()
        .filter_map(|entry| {
            let candidate = entry.outcome.as_ref().ok().filter(|candidate| candidate.same_as.is_none())?;
            let k_fold = candidate.k_fold.as_ref().ok()?;
            Some((entry, candidate.fit.parameters, k_fold.score.rmse, k_fold.rmse_standard_error))
        })
        .collect();
    tested.sort_by(|a, b| a.2.total_cmp(&b.2));
    let Some(&(best, parameters, rmse, standard_error)) = tested.first() else { return (None, None) };
    let simplest = tested
        .iter()
        .filter(|other| other.2 <= rmse + standard_error && other.1 < parameters)
        .min_by_key(|other| other.1)
        .map(|other| other.0.form);
    (Some(best.form), simplest)
}

#[cfg(test)]
mod tests;
