//! What can be wrong with runs or options, said before any fitting.

use std::fmt;

use super::{Bootstrap, FitOptions};
use crate::error::Error;
use crate::features::Axis;
use crate::law::forms::{ACTIVE_TOTAL, ACTIVE_TOTAL_TOKENS};
use crate::runs::Run;
use crate::units;

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FitError {
    /// Fewer runs than any law could be judged by.
    TooFewRuns {
        /// How many there are.
        runs: usize,
    },
    /// No more distinct architectures than free parameters to be determined by them.
    TooFewArchitectures {
        /// Distinct architectures in the training part.
        architectures: usize,
        /// Free parameters of the law that these runs could show.
        parameters: usize,
        /// Runs held out.
        held_out: usize,
    },
    /// A loss or feature that no run can have: NaN, infinite, zero, negative, or an activation rate above 1.
    BadValue {
        /// Name of the run.
        run: String,
        /// Which quantity.
        quantity: &'static str,
        /// Its value.
        value: f64,
    },
    /// A law with a data term, and a run that does not say how many tokens it saw.
    NoTokens {
        /// Name of the run.
        run: String,
        /// Name of the law.
        form: &'static str,
    },
    /// A law of shapes, and a run of which only the size is known.
    NoShapes {
        /// Name of the run.
        run: String,
        /// Name of the law.
        form: &'static str,
    },
    /// The held-out share is not in 0..1.
    BadHoldout(f64),
    /// A search without starts finds nothing, and one with too many finds no more.
    BadStarts(usize),
    /// One part of the runs cannot show none of the others, nor more parts than there are architectures.
    BadFolds(usize),
    /// A fit to some of the runs failed, of those that a test of the law needs.
    Part {
        /// Which runs were to be fitted: `the smaller architectures alone`.
        part: String,
        /// Why they were not.
        reason: Box<Self>,
    },
    /// Resampling needs at least one resample, and so many tell no more.
    BadResamples(usize),
    /// The law to resample was fitted to other runs.
    OtherRuns,
    /// More than a quarter of the draws held too few different architectures to show the law.
    TooFewToResample {
        /// Distinct architectures in the training part.
        architectures: usize,
        /// Free parameters of the law.
        parameters: usize,
    },
    /// No start came to finite numbers: losses or shapes exceed what their squares and powers can hold.
    NoOptimum,
    /// The watcher asked to stop.
    Cancelled,
}

/// Refuses what would poison the fit silently.
pub(in crate::law) fn check(runs: &[Run], options: &FitOptions) -> Result<(), FitError> {
    const FEWEST: usize = 3;
    if !(0.0..1.0).contains(&options.holdout) {
        return Err(FitError::BadHoldout(options.holdout));
    }
    if !(1..=FitOptions::MAX_STARTS).contains(&options.starts) {
        return Err(FitError::BadStarts(options.starts));
    }
    if runs.len() < FEWEST {
        return Err(FitError::TooFewRuns { runs: runs.len() });
    }
    let untold = runs.iter().find(|run| options.form.needs_tokens() && run.tokens.is_none());
    if let Some(run) = untold {
        return Err(FitError::NoTokens { run: run.name.clone(), form: options.form.name });
    }
    let unshaped = runs.iter().find(|run| options.form.needs_shapes() && !run.features.is_shape());
    if let Some(run) = unshaped {
        return Err(FitError::NoShapes { run: run.name.clone(), form: options.form.name });
    }
    runs.iter().try_for_each(check_run)
}

fn check_run(run: &Run) -> Result<(), FitError> {
    let quantity = |axis: Axis| if axis == Axis::Layers { "number of layers" } else { axis.name() };
    let features = Axis::ALL.into_iter().map(|axis| (quantity(axis), run.features.get(axis), axis.most()));
    let tokens = run.tokens.map(|tokens| ("number of tokens", tokens, f64::MAX));
    [("loss", run.loss, f64::MAX)]
        .into_iter()
        .chain(features)
        .chain(tokens)
        .find(|&(_, value, most)| !is_possible(value, most))
        .map_or(Ok(()), |(quantity, value, _)| Err(FitError::BadValue { run: run.name.clone(), quantity, value }))
}

/// False for NaN too.
fn is_possible(value: f64, most: f64) -> bool {
    value > 0.0 && value <= most
}

impl From<FitError> for Error {
    fn from(error: FitError) -> Self {
        match error {
            FitError::TooFewRuns { runs } => Self::new(match runs {
                1 => "one run is too few to fit a law".to_owned(),
                _ => format!("{runs} runs are too few to fit a law"),
            })
                .expected("3 runs at the very least, some dozens for all of Eq. 2")
                .hint("a built-in law, or more runs"),
            FitError::TooFewArchitectures { architectures, parameters, held_out } => {
                let error = Self::new(match architectures {
                    1 => "one architecture, however often it was run, shows no law".to_owned(),
                    _ => format!(
                        "{architectures} different architectures are too few for a law with {parameters} free parameters"
                    ),
                })
                .expected("more different architectures than free parameters, better three times as many");
                if held_out > 0 {
                    error.hint(format!(
                        "more runs; of these, {held_out} held out: roofscape fit --holdout 0 --save fits all"
                    ))
                } else {
                    error.hint("more runs; repeats of the same architecture do not count")
                }
            }
            FitError::BadValue { run, quantity, value } => {
                Self::new(format!("run '{run}' has the {quantity} '{value}'"))
                    .expected(if quantity == Axis::ActivationRate.name() {
                        "a number above 0 and at most 1"
                    } else {
                        "a finite number above 0"
                    })
                    .hint("remove the row if the run diverged or never finished")
            }
            FitError::NoTokens { run, form } => {
                Self::new(format!("run '{run}' does not say how many tokens it saw, which {form} needs"))
                    .expected("a number of training tokens for every run")
                    .hint(format!("{}, which does without", form.trim_end_matches("-tokens")))
            }
            FitError::NoShapes { run, form } => {
                let size_alone = if form.ends_with("-tokens") { ACTIVE_TOTAL_TOKENS.name } else { ACTIVE_TOTAL.name };
                Self::new(format!(
                    "of run '{run}' only the number of parameters is known, and {form} is a law of layers, width, FFN ratio and KV \
                     dimension"
                ))
                .expected("a shape for every run, or a law of sizes")
                .hint(format!("--form {size_alone}, which needs no shapes"))
            }
            FitError::BadHoldout(share) => Self::new(format!("'{share}' is no share of runs to hold out"))
                .expected("at least 0 and below 1")
                .hint("0.2, or 0 to fit all runs"),
            FitError::BadStarts(starts) => {
                Self::new(format!("a search from {} starts is not possible", units::count(starts)))
                    .expected(format!("1 to {}", units::count(FitOptions::MAX_STARTS)))
                    .hint("64, the default")
            }
            FitError::BadFolds(folds) => Self::new(format!("{} parts cannot test a law", units::count(folds)))
                .expected("2 parts or more, each of which is predicted from the others")
                .hint("5, the default, or 0 for no test"),
            FitError::Part { part, reason } => Self::new(format!("{part}: {}", Self::from(*reason).headline()))
                .hint("more architectures, or a law with fewer parameters"),
            FitError::BadResamples(resamples) => {
                Self::new(format!("{} resamples are not possible", units::count(resamples)))
                    .expected(format!("1 to {}", units::count(Bootstrap::MAX_RESAMPLES)))
                    .hint("200, the default")
            }
            FitError::OtherRuns => Self::new("the law was fitted to other runs than these")
                .hint("a fit of these runs first"),
            FitError::TooFewToResample { architectures, parameters } => Self::new(format!(
                "{architectures} different architectures are too few to resample a law with {parameters} free parameters: more than a \
                 quarter of the draws could not be fitted"
            ))
            .expected("twice as many different architectures as free parameters: a resample holds about two thirds of them")
            .hint("more runs, or no intervals: --bootstrap 0"),
            FitError::NoOptimum => Self::new("no start of the fit came to finite numbers")
                .expected("losses in nats per token, usually 1 to 12, and shapes of models that exist")
                .hint("a look for misplaced columns"),
            FitError::Cancelled => Self::new("the fit was cancelled"),
        }
    }
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Error::from(self.clone()).fmt(f)
    }
}

impl std::error::Error for FitError {}
