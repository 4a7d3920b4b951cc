//! Fitting Eq. 2 to runs: separable least squares from many starts.
//!
//! ```text
//! runs ─split─▶ training part ─axes─▶ Model ──starts (rayon)──▶ descent (argmin) ──▶ Coefficients + notes
//!                held-out part                  exponents        │  ▲                     │
//!                      └────────── R² ◀──────────────────────────┼──┼─────────────────────┘
//!                                               projection: κ and L_inf by NNLS
//! ```
//!
//! **Why variable projection.** Given its six exponents the law is linear in κ and `L_inf`, so these five have a
//! best value in closed form (non-negative least squares), and only the exponents need a search. Six dimensions
//! instead of eleven make 64 starts cheap, and the wildest trade-offs (κ of 0.03 beside κ of 500) vanish from the
//! search altogether. The projected problem has the same minima as the full one, so there is nothing left to polish in eleven parameters: the best starts are only run on until the
//! cost no longer falls.
//!
//! **Scaling.** Features enter as logarithms relative to their geometric means. All five columns are then near 1
//! in the middle of the data, κ is compared at a typical shape instead of at width 1, and exponent and κ hardly
//! correlate. Least squares are solved by orthogonalisation, never by normal equations, since `α_m`, `κ_m` and
//! `L_inf` trade off: squaring that condition number would cost the digits which tell them apart.
//!
//! **Bounds.** κ and `L_inf` are at least 0: each term is a loss that remains. `α_l`, `α_ρ`, `α_r`, `α_m` lie in
//! 0..4, since more layers, ratio or KV cannot hurt in this law, nor sparsity help at equal activated size; β1 and
//! β2 lie in −2..4. A power beyond 4 falls by more than 16 per doubling: on any grid in use it singles out the smallest
//! value and fits that one's noise. A coefficient that ends at a bound is named in the notes.
//!
//! **What cannot be told apart is left out before the fit**, and said in the notes:
//!
//! | in the training part | consequence |
//! |---|---|
//! | ρ never varies | sparsity looks like capacity: `κ_ρ` = 0 |
//! | r never varies | `α_r` = 0, its effect is in `κ_d` and `κ_ρ` |
//! | l never varies | depth term is part of the floor: `κ_l` = 0 |
//! | `d_m` never varies, or follows d | KV term is part of the floor or of capacity: `κ_m` = 0 |
//! | d never varies | β1 = β2 = 0; without r, capacity is part of the floor: `κ_d` = 0 |
//! | l or `d_m` takes two values | one contrast cannot give κ and an exponent: the exponent is 1 |
//!
//! Fewer distinct architectures than free parameters is an error and not a smaller law: which terms to give up
//! would be our choice, and the reader would take it for the data's.

mod axes;
mod basis;
mod descent;
mod diagnosis;
mod error;
mod model;
mod nnls;
mod projection;
mod revival;
mod split;
mod starts;
#[cfg(test)]
mod tests;

pub use error::FitError;

use super::{Coefficients, Features, FitQuality, FittedRange, LossLaw};
use crate::engine::runs::{Dataset, Run};
use model::Misfit;

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOptions {
    /// Share of the architectures held out, 0 (none) to below 1.
    pub holdout: f64,
    /// Seed of the held-out draw and of the starts.
    pub seed: u64,
    /// Starting points of the search.
    pub starts: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { holdout: 0.2, seed: 0, starts: 64 }
    }
}

impl FitOptions {
    /// Most starting points: far beyond what finds anything new.
    pub const MAX_STARTS: usize = 100_000;
}

/// Someone who waits for a fit. Called from several threads; `()` waits without looking.
pub trait Watch: Sync {
    /// Whether to stop; asked at every iteration of every start.
    fn cancelled(&self) -> bool {
        false
    }

    /// So many starts are finished, of so many.
    fn progress(&self, _done: usize, _of: usize) {}
}

impl Watch for () {}

/// Eq. 2 fitted to the training part of some runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The best law found; a term left out has κ and exponents 0.
    pub coefficients: Coefficients,
    /// How well it describes the training and the held-out part.
    pub quality: FitQuality,
    /// Shapes of the training part.
    pub range: FittedRange,
    /// What was left out, held, at a bound, or not determined, in sentences.
    pub notes: Vec<String>,
    /// Indices of the runs fitted, ascending.
    pub train: Vec<usize>,
    /// Indices of the runs held out, ascending.
    pub holdout: Vec<usize>,
    /// Sum of squared residuals of the training part, (nats per token)².
    pub squared_error: f64,
    /// Starts that ended within 0.1 % of the best squared error, a measure of how safe the optimum is.
    pub starts_agreeing: usize,
}

impl Fit {
    /// The law with its pedigree.
    pub fn into_law(self, name: impl Into<String>, source: impl Into<String>, synthetic: bool) -> LossLaw {
        LossLaw {
            name: name.into(),
            source: source.into(),
            synthetic,
            coefficients: self.coefficients,
            quality: self.quality,
            range: self.range,
            notes: self.notes,
            dataset: None,
            origin: None,
            reading: None,
        }
    }
}

/// Here, not beside the type: a law does not know how it was found.
impl LossLaw {
    /// The law that a fit found in `dataset`, named after it.
    pub fn fitted(fit: Fit, dataset: &Dataset) -> Self {
        let (train, held) = (fit.train.len(), fit.holdout.len());
        let excluded = dataset.runs.len().saturating_sub(train + held);
        let all = if held == 0 && excluded == 0 { "all " } else { "" };
        let said = |count: usize, fate: &str| if count > 0 { format!(", {count} {fate}") } else { String::new() };
        let (not_fitted, left_out) = (said(held, "held out"), said(excluded, "excluded"));
        let source = format!("fitted to {all}{train} runs of {}{not_fitted}{left_out}", dataset.name);
        let law = fit.into_law(dataset.name.clone(), source, dataset.synthetic);
        Self {
            dataset: Some(dataset.identity()),
            origin: dataset.origin.as_ref().map(|origin| format!("runs: {origin}")),
            reading: dataset.reading.clone(),
            ..law
        }
    }
}

/// Fits Eq. 2 to `runs`. Repeatable: the result depends on the arguments alone, not on threads or time.
pub fn fit(runs: &[Run], options: &FitOptions, watch: &dyn Watch) -> Result<Fit, FitError> {
    error::check(runs, options)?;
    let split = split::by_architecture(runs, options.holdout, options.seed);
    let train: Vec<&Run> = split.train.iter().map(|&index| &runs[index]).collect();
    let shapes: Vec<Features> = train.iter().map(|run| run.features).collect();
    let range = FittedRange::spanned_by(&shapes).ok_or(FitError::TooFewRuns { runs: 0 })?;

    let (model, mut notes) = axes::examine(&shapes);
    let architectures = split::count_architectures(&train);
    // One architecture, however often it was run, shows no law at all.
    let parameters = model.parameters().max(2);
    if architectures < parameters {
        let held_out = split.holdout.len();
        return Err(FitError::TooFewArchitectures { architectures, parameters, held_out });
    }
    notes.extend(mixed_tokens(&train));

    let losses = train.iter().map(|run| run.loss).collect();
    let misfit = Misfit::new(&shapes, losses, model);
    let optimum = starts::search(&misfit, options, watch)?;
    let coefficients = misfit.coefficients(&optimum.exponents, &optimum.linear).ok_or(FitError::NoOptimum)?;
    notes.extend(diagnosis::describe(&misfit, &optimum, &coefficients));

    let held: Vec<&Run> = split.holdout.iter().map(|&index| &runs[index]).collect();
    let quality = FitQuality {
        r2_train: r_squared(&coefficients, &train),
        r2_holdout: r_squared(&coefficients, &held),
        rmse: Some((optimum.squared_error / train.len() as f64).sqrt()),
        runs: Some(runs.len()),
    };
    Ok(Fit {
        coefficients,
        quality,
        range,
        notes,
        train: split.train,
        holdout: split.holdout,
        squared_error: optimum.squared_error,
        starts_agreeing: optimum.agreeing,
    })
}

/// The law knows shapes alone: runs of different length differ for a reason that it cannot see.
fn mixed_tokens(runs: &[&Run]) -> Option<String> {
    const SAME: f64 = 1.2;
    let tokens = || runs.iter().filter_map(|run| run.tokens);
    let (least, most) = (tokens().fold(f64::INFINITY, f64::min), tokens().fold(0.0, f64::max));
    (most > SAME * least).then(|| {
        format!(
            "the runs saw from {least:.2e} to {most:.2e} tokens, which this law ignores: fit runs of one length, or take its \
             losses as a mean over lengths"
        )
    })
}

/// 1 − residual variance / variance; `None` with fewer than two runs or if their loss does not vary.
fn r_squared(law: &Coefficients, runs: &[&Run]) -> Option<f64> {
    let mean = runs.iter().map(|run| run.loss).sum::<f64>() / runs.len() as f64;
    let spread: f64 = runs.iter().map(|run| (run.loss - mean).powi(2)).sum();
    let error: f64 = runs.iter().map(|run| (run.loss - law.loss(&run.features)).powi(2)).sum();
    let rounding = (1e-12 * mean).powi(2);
    (runs.len() >= 2 && spread > rounding).then(|| 1.0 - error / spread)
}
