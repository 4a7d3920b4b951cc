//! Where the loss of an architecture that nobody trained will lie: intervals that know of misfit.
//!
//! Resampling the runs tells how far the coefficients would have moved. It takes the form of the law for true. Real runs
//! miss every law of a few terms by more than their noise, so such intervals hold far less than they say: 41 % instead
//! of 90 % of the unseen architectures of `tiny`. What a law misses is seen on runs that it was not fitted to.
//!
//! **CV+** (Barber, Candès, Ramdas and Tibshirani 2021, arXiv 1905.02928). The architectures are dealt into folds. Each
//! fold is predicted by the law of the others, and how far each run lies off is its score. The interval of a new shape
//! goes from the low quantile of `law of the others − score` to the high quantile of `law of the others + score`. No
//! form of the errors is assumed. An architecture counts once, however often it was run: its runs share the law's error.
//!
//! **Widened by the distance from the runs.** Scores are in units of `Reach::scale` (normalised scores: Papadopoulos et
//! al. 2002; Lei et al. 2018, arXiv 1604.04173). It is 1 amid the runs and grows in two ways:
//!
//! - with the leverage h of the shape, as √(1 + h) does in a linear regression;
//! - beyond the range of the runs, by a factor for each e-fold. That factor is found from the runs themselves: the
//!   larger ones are predicted from the smaller ones at several cuts ([`Widening`]), and it is as large as it must be to
//!   hold them. So an error is stated for the step that is asked for, and not for a shorter one.
//!
//! **No interval where the runs say nothing.** A shape may leave the runs along a direction in which they never varied:
//! narrow and deep, where width grew in step with depth. Then no residual tells how wrong the law is there, and there is
//! no interval but a reason (`support`).

pub mod coverage;
mod reach;
mod support;
mod widening;

use std::fmt;

use rayon::prelude::*;

pub use support::Departure;
pub use widening::Widening;

use super::fit::{Fit, FitError, FitOptions, Watch, refit, split};
use super::steps::Steps;
use super::validation::{FOLDS, deal, without};
use super::{Coefficients, Features, Interval};
use crate::runs::Run;
use reach::Reach;
use support::Support;

/// Times that the architectures are dealt into folds anew: one deal gives scores that depend on its luck.
const DEALS: u64 = 4;
/// Deals of other things begin at other seeds.
const NEXT_SEED: u64 = 77;

/// Laws that have each not seen a part of the runs, and how far off each was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Conformal {
    folds: Vec<Unseen>,
    /// Architectures among the scores.
    pub architectures: usize,
    reach: Reach,
    support: Support,
    /// Root mean square error of the laws on what they had not seen, each architecture counted once, nats per token.
    pub rmse: f64,
}

/// The law of all folds but one, and the scores of that one.
#[derive(Debug, Clone, PartialEq)]
struct Unseen {
    law: Coefficients,
    /// Distance of each run from the law in units of the scale there, nats per token, rising; and the share of its
    /// architecture that the run is.
    scores: Vec<(f64, f64)>,
}

/// Why there is no interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoInterval {
    /// The shape leaves the runs along a direction in which they never varied.
    Unvaried(Departure),
    /// So few architectures that their largest error does not bound the share asked for.
    TooFew {
        /// How many there are.
        architectures: usize,
    },
    /// So few runs that a part of them cannot be predicted from the others.
    NoFolds,
    /// The law gives no number there.
    NoLoss,
}

impl NoInterval {
    /// For a line on the screen.
    pub fn in_short(&self) -> String {
        match self {
            Self::Unvaried(departure) => departure.in_short(),
            Self::TooFew { .. } | Self::NoFolds => "too few runs".to_owned(),
            Self::NoLoss => "no loss".to_owned(),
        }
    }
}

/// `the runs never varied width and layers in this way: it lies ×3.1 off them`.
impl fmt::Display for NoInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unvaried(departure) => departure.fmt(f),
            Self::TooFew { architectures } => {
                write!(f, "{architectures} architectures are too few for an interval")
            }
            Self::NoFolds => f.write_str("the runs are too few to predict a part of them from the others"),
            Self::NoLoss => f.write_str("the law gives no loss"),
        }
    }
}

impl Conformal {
    /// Of the runs that `fit` was fitted to, by `options`.
    pub fn of(runs: &[Run], fit: &Fit, options: &FitOptions, watch: &dyn Watch) -> Result<Self, FitError> {
        let train: Vec<Run> =
            fit.train.iter().map(|&run| runs.get(run).cloned()).collect::<Option<_>>().ok_or(FitError::OtherRuns)?;
        let options = FitOptions { holdout: 0.0, form: fit.coefficients.form(), ..*options };
        let deals = (0..DEALS).map(|again| options.seed.wrapping_add(NEXT_SEED * again));
        let parts: Vec<Vec<Vec<usize>>> = deals.flat_map(|seed| deal(&train, FOLDS, seed)).collect();
        let steps = Steps::new(watch, parts.len());
        let laws: Vec<(Vec<usize>, Vec<Run>, Fit)> = parts
            .into_par_iter()
            .map(|part| {
                let held = part.concat();
                let rest = without(&train, &held);
                let law = refit(&rest, &options, &fit.coefficients, &steps)?;
                steps.finish_one();
                Ok((held, rest, law))
            })
            .collect::<Result<_, FitError>>()?;
        let of_architecture = split::shares(&train.iter().collect::<Vec<_>>());
        let shares: Vec<f64> = of_architecture.into_iter().map(|share| share / DEALS as f64).collect();
        let scored = |widening: Widening| -> Vec<Unseen> {
            let of = |(held, rest, law): &(Vec<usize>, Vec<Run>, Fit)| {
                let reach = Reach::of(rest, &fit.coefficients, law.range).widened(widening);
                Unseen::of(&train, held, &shares, &law.coefficients, |run| reach.scale(&run.features, run.tokens))
            };
            laws.iter().map(of).collect()
        };
        let widening = Widening::of(&train, fit, &options, &scored(Widening::NONE))?;
        let mut squares = 0.0;
        for (held, _, law) in &laws {
            for &run in held {
                let error = train[run].loss - law.coefficients.loss_after(&train[run].features, train[run].tokens);
                squares += shares[run] * error * error;
            }
        }
        let architectures = split::count_architectures(&train.iter().collect::<Vec<_>>());
        Ok(Self {
            folds: scored(widening),
            architectures,
            reach: Reach::of(&train, &fit.coefficients, fit.range).widened(widening),
            support: Support::of(&train, options.form),
            rmse: (squares / architectures as f64).sqrt(),
        })
    }

    /// The interval that holds the measured loss of one more run of that shape with this probability, nats per token.
    /// Training length and penalty are those of `law`, of which the folds are.
    pub fn interval(&self, law: &Coefficients, shape: &Features, level: f64) -> Result<Interval, NoInterval> {
        let needs_tokens = law.form().needs_tokens();
        let tokens = law.tokens().filter(|_| needs_tokens);
        if let Some(departure) = self.support.departure(shape, tokens) {
            return Err(NoInterval::Unvaried(departure));
        }
        // Amid the runs CV+ errs on the safe side: its laws have seen four fifths of them. Beyond them, one more
        // architecture lies within the scores of n with probability n/(n + 1) at most.
        let more = if self.reach.is_beyond(shape, tokens) { 1.0 } else { 0.0 };
        let within = level * (self.architectures as f64 + more);
        if level * (self.architectures + 1) as f64 > self.architectures as f64 {
            return Err(NoInterval::TooFew { architectures: self.architectures });
        }
        let scale = self.reach.scale(shape, tokens);
        let losses: Vec<f64> = self
            .folds
            .iter()
            .map(|fold| fold.law.at_tokens(law.tokens()).with_penalty(law.penalty_nats()).loss(shape))
            .collect();
        if !scale.is_finite() || losses.iter().any(|loss| !loss.is_finite()) {
            return Err(NoInterval::NoLoss);
        }
        let end = |sign: f64| self.end(&losses, scale, within, sign);
        Ok(Interval { low: -end(-1.0), high: end(1.0) })
    }

    /// The value that `within` architectures lie below, of `sign·loss + scale·score` over all scores; on the straight line
    /// between two of them, as [quantiles](crate::statistics::quantile) are.
    fn end(&self, losses: &[f64], scale: f64, within: f64, sign: f64) -> f64 {
        let mut reached: Vec<(f64, f64)> = self
            .folds
            .iter()
            .zip(losses)
            .flat_map(|(fold, loss)| {
                fold.scores.iter().map(move |(score, share)| (sign * loss + scale * score, *share))
            })
            .collect();
        reached.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut below: Option<(f64, f64)> = None;
        let mut counted = 0.0;
        for &(value, share) in &reached {
            counted += share;
            if counted >= within {
                let Some((before, at)) = below else { return value };
                return before + (value - before) * (within - at) / share;
            }
            below = Some((value, counted));
        }
        below.map_or(f64::NAN, |(value, _)| value)
    }

    /// How errors grow beyond the runs.
    pub const fn widening(&self) -> Widening {
        self.reach.widening
    }

    /// Whether the runs tell how wrong the law is at a shape.
    pub fn departure(&self, shape: &Features, tokens: Option<f64>) -> Option<Departure> {
        self.support.departure(shape, tokens)
    }
}

impl Unseen {
    fn of(runs: &[Run], held: &[usize], shares: &[f64], law: &Coefficients, scale: impl Fn(&Run) -> f64) -> Self {
        let mut scores: Vec<(f64, f64)> = held
            .iter()
            .map(|&run| {
                let error = runs[run].loss - law.loss_after(&runs[run].features, runs[run].tokens);
                (error.abs() / scale(&runs[run]), shares[run])
            })
            .collect();
        scores.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        Self { law: *law, scores }
    }
}
