//! What the runs say of a law beyond its coefficients: how far they fix it, and how far it misses.
//!
//! Two questions with two answers. [`Ensemble`] is about the coefficients: what other runs of the same kind would have
//! given. [`Conformal`] is about losses: where the next run will lie. They go together wherever a number is shown, so
//! that no loss gets the narrow interval of the first.

use super::conformal::{Conformal, NoInterval};
use super::ensemble::{Ensemble, Interval};
use super::fit::{Bootstrap, Fit, FitError, FitOptions, Watch, bootstrap};
use super::{Coefficients, Features, LossLaw};
use crate::runs::Run;

/// The runs behind a law, as far as they say how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Laws of resampled runs.
    pub ensemble: Ensemble,
    /// Intervals of unseen losses, or why there are none at all.
    pub conformal: Result<Conformal, FitError>,
}

impl Evidence {
    /// Level of intervals unless somebody asks for another.
    pub const LEVEL: f64 = Ensemble::LEVEL;

    /// Of a fit to `runs` by `options`.
    pub fn of(
        runs: &[Run],
        fit: &Fit,
        options: &FitOptions,
        asked: &Bootstrap,
        watch: &dyn Watch,
    ) -> Result<Self, FitError> {
        let ensemble = bootstrap(runs, fit, options, asked, watch)?;
        match Conformal::of(runs, fit, options, &Quiet(watch)) {
            Err(FitError::Cancelled) => Err(FitError::Cancelled),
            conformal => Ok(Self { ensemble, conformal }),
        }
    }

    /// The same for runs of another length.
    #[must_use]
    pub fn at_tokens(self, tokens: Option<f64>) -> Self {
        Self { ensemble: self.ensemble.at_tokens(tokens), ..self }
    }

    /// Where the loss of one more run of a shape will lie in the setting of `law`, nats per token: misfit, noise and
    /// distance from the runs included.
    pub fn loss_interval(&self, law: &LossLaw, shape: &Features, level: f64) -> Result<Interval, NoInterval> {
        let conformal = self.conformal.as_ref().map_err(|_| NoInterval::NoFolds)?;
        conformal.interval(&law.coefficients, shape, level)
    }

    /// By how much the difference of two losses may be wrong at this level, nats per token: how differently the
    /// resampled laws see it, and what the law misses at each of the two shapes. Errors that both share cancel.
    pub fn difference_error(&self, law: &LossLaw, [a, b]: [&Features; 2], level: f64) -> Result<f64, NoInterval> {
        let penalty_nats = law.coefficients.penalty_nats();
        let loss = |resampled: &Coefficients, shape: &Features| resampled.with_penalty(penalty_nats).loss(shape);
        let between = |of: &dyn Fn(&Coefficients) -> f64| {
            self.ensemble.interval(level, of).map(|interval| interval.half_width()).ok_or(NoInterval::NoLoss)
        };
        let mut squared = between(&|resampled| loss(resampled, a) - loss(resampled, b))?.powi(2);
        for shape in [a, b] {
            let all = self.loss_interval(law, shape, level)?.half_width();
            let fixed = between(&|resampled| loss(resampled, shape))?;
            squared += (all * all - fixed * fixed).max(0.0);
        }
        Ok(squared.sqrt())
    }

    /// Why the runs say nothing of a shape; `None` where they do.
    pub fn silence(&self, law: &LossLaw, shape: &Features) -> Option<NoInterval> {
        let conformal = self.conformal.as_ref().ok()?;
        conformal.departure(shape, law.coefficients.tokens()).map(NoInterval::Unvaried)
    }
}

/// Asks on whether to stop, and tells no progress: that is of the resamples.
struct Quiet<'a>(&'a dyn Watch);

impl Watch for Quiet<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
