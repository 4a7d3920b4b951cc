//! Everything that is asked about a fitted law before anyone believes it.

use crate::engine::law::fit::{Bootstrap, FitError, Profile, bootstrap, profile};
use crate::engine::law::form::{Name, Slot};
use crate::engine::law::influence::{Influence, leave_one_out};
use crate::engine::law::validation::{KFold, SizeExtrapolation, extrapolate, k_fold};
use crate::engine::law::{Coefficients, Ensemble};
use crate::units::significant;

use super::super::fitting::Fitting;

/// What is known of a fit beside its numbers.
#[derive(Debug)]
pub(super) struct Assessment {
    pub(super) profiles: Vec<Profile>,
    pub(super) influence: Vec<Influence>,
    /// Tests on unseen runs, and why there is none; not there if nobody wants any.
    pub(super) tests: Option<Tests>,
    /// Laws of resampled runs, and why there are none; not there if nobody wants any.
    pub(super) ensemble: Option<Result<Ensemble, FitError>>,
}

/// Predictions of runs that a law has not seen.
#[derive(Debug)]
pub(super) struct Tests {
    pub(super) k_fold: Result<KFold, FitError>,
    pub(super) extrapolation: Result<SizeExtrapolation, FitError>,
}

impl Assessment {
    /// `folds` and `resamples` of 0 ask for no tests and no resampling.
    pub(super) fn of(fitting: &Fitting, folds: usize, resamples: usize) -> Result<Self, FitError> {
        let Fitting { choice, options, fit } = fitting;
        let runs = &choice.runs;
        let tests = match folds {
            0 => None,
            1 => return Err(FitError::BadFolds(folds)),
            _ => Some(Tests {
                k_fold: k_fold(runs, options, folds, &()),
                extrapolation: extrapolate(runs, options, &()),
            }),
        };
        let asked = Bootstrap { resamples, seed: options.seed };
        Ok(Self {
            profiles: profile(runs, fit, options, &())?,
            influence: leave_one_out(runs, fit, options, &())?,
            tests,
            ensemble: (resamples > 0).then(|| bootstrap(runs, fit, options, &asked, &())),
        })
    }

    /// What a reader of the law must know.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.profiles.iter().filter_map(Profile::sentence).collect();
        let told: Vec<&str> = self.loose_by_profile();
        let loose: Vec<String> = self
            .loose_by_resampling()
            .into_iter()
            .filter(|(name, _)| !told.contains(&name.key))
            .map(|(name, high)| format!("{} (0 to {})", name.symbol, significant(high, 3)))
            .collect();
        if !loose.is_empty() {
            notes.push(format!(
                "resampling leaves open whether there is any of {}: {} % of the resamples lie within the range given",
                loose.join(", "),
                100.0 * Ensemble::LEVEL
            ));
        }
        notes
    }

    /// Keys of the coefficients that the runs do not fix.
    pub(super) fn not_identified(&self) -> Vec<&'static str> {
        let mut keys = self.loose_by_profile();
        keys.extend(self.loose_by_resampling().into_iter().map(|(name, _)| name.key));
        keys
    }

    fn loose_by_profile(&self) -> Vec<&'static str> {
        let loose = self.profiles.iter().filter(|profile| !profile.identified);
        loose.flat_map(|profile| profile.along.iter().map(|(name, _)| name.key).chain([profile.name.key])).collect()
    }

    /// κ and the floor where the interval begins at 0, with its other end: the resamples cannot tell them from nothing.
    fn loose_by_resampling(&self) -> Vec<(Name, f64)> {
        let Some(Ok(ensemble)) = &self.ensemble else { return Vec::new() };
        let Some(form) = ensemble.laws.first().map(Coefficients::form) else { return Vec::new() };
        let slots = form.slots().into_iter().filter(|slot| !matches!(slot, Slot::Exponent(_)));
        slots
            .filter(|slot| ensemble.fitted.contains(slot))
            .filter_map(|slot| {
                let interval = ensemble.interval(Ensemble::LEVEL, |law| law.get(slot))?;
                (interval.low <= 0.0).then(|| (*form.name_of(slot), interval.high))
            })
            .collect()
    }
}
