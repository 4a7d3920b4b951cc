//! Fitting a law to runs: separable least squares from many starts.
//!
//! ```text
//! runs ─split─▶ training part ─axes─▶ Model ──starts (rayon)──▶ descent (argmin) ──▶ Coefficients + notes
//!                held-out part                  exponents        │  ▲                     │
//!                      └────────── R² ◀──────────────────────────┼──┼─────────────────────┘
//!                                               projection: κ and L_inf by NNLS
//! ```
//!
//! **Why variable projection.** Given its exponents, a law is linear in κ and `L_inf`. These have a best value in
//! closed form (non-negative least squares), so only the exponents need a search. For Eq. 2 that makes six dimensions
//! instead of eleven, and 64 starts are cheap. The wildest trade-offs (κ of 0.03 beside κ of 500) are not in the search
//! at all. The projected problem has the same minima as the full one, so nothing is left to polish in eleven
//! parameters. The best starts only run on until the cost no longer falls.
//!
//! **Scaling.** Features enter as logarithms relative to their geometric means. All five columns are then near 1 in the
//! middle of the data, κ is compared at a typical shape instead of at width 1, and exponent and κ hardly correlate.
//! Least squares are solved by orthogonalisation, never by normal equations. `α_m`, `κ_m` and `L_inf` trade off, and
//! normal equations square the condition number: that would cost the digits that tell them apart.
//!
//! **Bounds.** κ and `L_inf` are at least 0: each term is a loss that remains. Exponents stay within the bounds of their
//! form. A coefficient that ends at a bound is named in the notes.
//!
//! **What cannot be told apart is left out before the fit**, and the notes say so; `axes` has the rules. There must be
//! more distinct architectures than free parameters. Otherwise it is an error and not a smaller law: we would choose
//! which terms to give up, and the reader would think that the data did.
//!
//! **What the search minimises** is the squared error, as the paper does. Where the Huber criterion on log-loss is
//! asked for, `robust` goes on from the result of the search.

mod axes;
mod dependence;
mod descent;
mod diagnosis;
mod error;
mod fate;
mod model;
mod nnls;
mod options;
mod profile;
mod projection;
mod rank;
mod repeats;
mod resample;
mod revival;
mod robust;
pub(super) mod split;
mod spread;
mod starts;
#[cfg(test)]
pub(in crate::law) mod tests;

pub use error::FitError;
pub(super) use error::check;
pub use fate::{Fate, fates};
pub use options::{Criterion, FitOptions, REFIT_STARTS, Watch, Weighting};
pub use profile::{PROFILE_LEVEL, Point, Profile, profile};
pub use repeats::{LackOfFit, Repeats};
pub use resample::{Bootstrap, bootstrap};
pub use robust::HUBER_DELTA;

use super::form::{Form, MOST_EXPONENTS, Slot, Variable};
use super::forms::{ACTIVE_TOTAL, ACTIVE_TOTAL_TOKENS, EQ_2, EQ_2_TOKENS};
use super::{Coefficients, Features, FitQuality, FittedRange, LossLaw};
use crate::runs::{Dataset, Run};
use crate::statistics::{mean, upper_median};
use model::{Misfit, Sample};
use spread::{Parameter, Spread};
use starts::{Found, Optimum};

/// A law fitted to the training part of some runs.
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
    /// Free parameters: neither dropped nor held before the fit.
    pub parameters: usize,
    /// Standard errors of the coefficients, in the order of [`Form::slots`]: of the logarithm for factors and the
    /// floor, of the value for exponents. `None` for one that was dropped, held or at a bound. All are `None` under
    /// [`Criterion::HuberLog`] and where runs are not independent; there resampling gives the errors.
    pub standard_errors: Vec<Option<f64>>,
    /// What repeated runs tell; none if there are none.
    pub repeats: Option<Repeats>,
    /// Starts that ended within 0.1 % of the best squared error, a measure of how safe the optimum is.
    pub starts_agreeing: usize,
    /// Of how many: all starts of least squares; of the Huber criterion those that were followed to the end.
    pub starts_followed: usize,
}

impl Fit {
    /// Standard deviation of the residuals with the parameters' degrees of freedom taken off, nats per token; `None` if
    /// none are left.
    pub fn residual_sd_nats(&self) -> Option<f64> {
        let spare = self.train.len().checked_sub(self.parameters).filter(|&spare| spare > 0)?;
        Some((self.squared_error / spare as f64).sqrt())
    }

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
            query_heads_per_kv_head: None,
            held_at: Vec::new(),
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
            query_heads_per_kv_head: usual_group(&dataset.runs),
            ..law
        }
    }
}

/// Query heads for each KV head in the middle of the runs: the width over the KV dimension, where all heads are of the
/// width.
fn usual_group(runs: &[Run]) -> Option<u32> {
    let shapes = runs.iter().map(|run| &run.features).filter(|shape| shape.is_shape());
    let groups = shapes.map(|shape| shape.width / shape.kv_dim);
    upper_median(groups).filter(|group| (1.0..=f64::from(u16::MAX)).contains(group)).map(|group| group.round() as u32)
}

/// The law to fit where nobody names one: the paper's, with a data term where architectures were trained to several
/// lengths. Without that term every length but one would count as misfit. For runs without shapes, the law of sizes.
pub fn usual_form(runs: &[Run]) -> &'static Form {
    const OTHER_LENGTH: f64 = 1.2;
    let all_say = runs.iter().all(|run| run.tokens.is_some());
    let varies = |runs: &[&Run]| span_of_tokens(runs).is_some_and(|[least, most]| most > OTHER_LENGTH * least);
    if runs.iter().any(|run| !run.features.is_shape()) {
        let all: Vec<&Run> = runs.iter().collect();
        return if all_say && varies(&all) { &ACTIVE_TOTAL_TOKENS } else { &ACTIVE_TOTAL };
    }
    let groups = split::groups(runs);
    let of_several_lengths = |group: &&Vec<usize>| varies(&group.iter().map(|&run| &runs[run]).collect::<Vec<_>>());
    let several = 2 * groups.iter().filter(of_several_lengths).count() > groups.len();
    if all_say && several { &EQ_2_TOKENS } else { &EQ_2 }
}

/// Fits a law to `runs`. Repeatable: the result depends on the arguments alone, not on threads or time.
pub fn fit(runs: &[Run], options: &FitOptions, watch: &dyn Watch) -> Result<Fit, FitError> {
    fit_from(runs, options, None, watch)
}

/// The same, where a law is known that should be near, such as that of all runs but one. Its exponents are one more
/// start, and few others are then needed.
pub fn fit_from(
    runs: &[Run],
    options: &FitOptions,
    near: Option<&Coefficients>,
    watch: &dyn Watch,
) -> Result<Fit, FitError> {
    check(runs, options)?;
    let split = split::by_architecture(runs, options.holdout, options.seed);
    let train: Vec<&Run> = split.train.iter().map(|&index| &runs[index]).collect();
    let shapes: Vec<Features> = train.iter().map(|run| run.features).collect();
    let range = FittedRange::spanned_by(&shapes).ok_or(FitError::TooFewRuns { runs: 0 })?;
    let range = FittedRange { tokens: span_of_tokens(&train).filter(|_| options.form.needs_tokens()), ..range };

    let (misfit, weights, mut notes) = prepare(&train, options);
    let (architectures, points) = (split::count_architectures(&train), split::count_points(&train));
    let parameters = misfit.model.parameters();
    // With as many parameters as architectures a law fits anything, and there is no error left to judge it by.
    if !misfit.model.is_shown_by(architectures, points) {
        let held_out = split.holdout.len();
        return Err(FitError::TooFewArchitectures { architectures, parameters, held_out });
    }
    notes.extend(lengths(&train, options.form));

    let optimum = optimise(&misfit, &weights, options, near, watch)?;
    let tokens = span_of_tokens(&train).map(|[_, most]| most);
    let coefficients =
        misfit.coefficients(&optimum.exponents, &optimum.linear).ok_or(FitError::NoOptimum)?.at_tokens(tokens);
    let spread = Spread::of(&misfit, &optimum);
    notes.extend(diagnosis::describe(&misfit, &optimum, spread.as_ref()));
    let repeats = Repeats::among(&train, &coefficients, parameters, options.criterion);
    let dependence = dependence::reason(&train, options, repeats.as_ref());
    let spread = spread.filter(|_| options.criterion == Criterion::LeastSquares && dependence.is_none());
    if let Some(spread) = &spread {
        notes.extend(diagnosis::wide_errors(&misfit, &coefficients, spread));
        notes.extend(fate::given(&misfit.model, &coefficients));
    }
    notes.extend(repeats::copies(&train));
    notes.extend(repeats.as_ref().map(Repeats::sentence));
    notes.extend(dependence);

    let held: Vec<&Run> = split.holdout.iter().map(|&index| &runs[index]).collect();
    let squared_error = squared_error(&coefficients, &train);
    let quality = FitQuality {
        r2_train: r_squared(&coefficients, &train),
        r2_holdout: r_squared(&coefficients, &held),
        rmse: Some((squared_error / train.len() as f64).sqrt()),
        runs: Some(runs.len()),
    };
    Ok(Fit {
        coefficients,
        quality,
        range,
        notes,
        train: split.train,
        holdout: split.holdout,
        squared_error,
        parameters,
        standard_errors: standard_errors(options.form, spread.as_ref()),
        repeats,
        starts_agreeing: optimum.agreeing,
        starts_followed: optimum.followed,
    })
}

/// [`fit_from`] with as few other starts as suffice where one or a few runs have come or gone.
pub fn refit(runs: &[Run], options: &FitOptions, near: &Coefficients, watch: &dyn Watch) -> Result<Fit, FitError> {
    fit_from(runs, &FitOptions { starts: REFIT_STARTS, ..*options }, Some(near), watch)
}

/// The runs as the search sees them, the weight of each, and what they cannot show.
fn prepare(train: &[&Run], options: &FitOptions) -> (Misfit, Vec<f64>, Vec<String>) {
    let samples: Vec<Sample> =
        train.iter().map(|run| Sample { shape: run.features, tokens: run.tokens, loss: run.loss }).collect();
    let (model, notes) = axes::examine(&samples, options.form);
    let misfit = Misfit::new(&samples, model);
    match options.weighting {
        Weighting::Runs => (misfit, vec![1.0; train.len()], notes),
        Weighting::Architectures => {
            let weights = split::shares(train);
            (misfit.weighted(&weights), weights, notes)
        }
    }
}

/// The best exponents and factors under the criterion asked for.
fn optimise(
    misfit: &Misfit,
    weights: &[f64],
    options: &FitOptions,
    near: Option<&Coefficients>,
    watch: &dyn Watch,
) -> Result<Optimum, FitError> {
    let first = near.filter(|law| law.form() == options.form).map(exponents_of);
    let Found { best, finalists } = starts::search(misfit, options, first, watch)?;
    match options.criterion {
        Criterion::LeastSquares => Ok(best),
        Criterion::HuberLog => robust::refine(misfit, &finalists, weights, (options, watch)),
    }
}

fn exponents_of(law: &Coefficients) -> [f64; MOST_EXPONENTS] {
    let known = law.form().exponents.len();
    std::array::from_fn(|exponent| if exponent < known { law.get(Slot::Exponent(exponent)) } else { 0.0 })
}

fn standard_errors(form: &Form, spread: Option<&Spread<'_>>) -> Vec<Option<f64>> {
    let error = |slot: Slot| {
        let spread = spread?;
        spread
            .parameters
            .iter()
            .find(|parameter| parameter.slot() == slot)
            .and_then(|&own: &Parameter| spread.error_of(own))
    };
    form.slots().into_iter().map(error).collect()
}

/// Shortest and longest training among some runs, tokens.
fn span_of_tokens(runs: &[&Run]) -> Option<[f64; 2]> {
    let tokens = || runs.iter().filter_map(|run| run.tokens);
    Some([tokens().reduce(f64::min)?, tokens().reduce(f64::max)?])
}

/// Most laws cannot see why runs of different length differ. A law that can see it carries its length with it.
fn lengths(runs: &[&Run], form: &Form) -> Option<String> {
    const SAME: f64 = 1.2;
    /// Of the variance of ln tokens.
    const IN_STEP: f64 = 0.98;
    let [least, most] = span_of_tokens(runs).filter(|_| !form.needs_tokens())?;
    (most > SAME * least).then(|| {
        if follows_size(runs).is_some_and(|share| share > IN_STEP) {
            return format!(
                "the runs saw from {least:.2e} to {most:.2e} tokens, in step with their size: losses are those at each size's own \
                 length, and no law can tell tokens from size here"
            );
        }
        format!(
            "the runs saw from {least:.2e} to {most:.2e} tokens, which this law ignores: fit runs of one length, take its losses \
             as a mean over lengths, or fit {}-tokens, which has a term for them",
            form.name
        )
    })
}

/// How much of the variance of ln tokens goes with ln active parameters.
fn follows_size(runs: &[&Run]) -> Option<f64> {
    let size = |run: &Run| Variable::ActiveParameters.ln(&run.features, None);
    let pairs: Vec<[f64; 2]> = runs.iter().filter_map(|run| Some([size(run), run.tokens?.ln()])).collect();
    let [x, y] = [0, 1].map(|of| mean(pairs.iter().map(|pair| pair[of])));
    let (x, y) = (x?, y?);
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|[size, tokens]| of(size - x, tokens - y)).sum::<f64>();
    let (both, of_size, of_tokens) = (sum(&|a, b| a * b), sum(&|a, _| a * a), sum(&|_, b| b * b));
    (of_size > 0.0 && of_tokens > 0.0).then(|| both * both / (of_size * of_tokens))
}

fn squared_error(law: &Coefficients, runs: &[&Run]) -> f64 {
    runs.iter().map(|run| (run.loss - law.loss_after(&run.features, run.tokens)).powi(2)).sum()
}

/// 1 − residual variance / variance; `None` with fewer than two runs or if their loss does not vary.
fn r_squared(law: &Coefficients, runs: &[&Run]) -> Option<f64> {
    let mean = mean(runs.iter().map(|run| run.loss))?;
    let spread: f64 = runs.iter().map(|run| (run.loss - mean).powi(2)).sum();
    let error = squared_error(law, runs);
    let rounding = (1e-12 * mean).powi(2);
    (runs.len() >= 2 && spread > rounding).then(|| 1.0 - error / spread)
}
