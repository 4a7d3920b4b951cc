//! Everything that is asked about a fitted law before anyone believes it.

use crate::engine::law::fit::{Bootstrap, FitError, Profile, bootstrap, profile};
use crate::engine::law::form::{Exponent, Name, Slot};
use crate::engine::law::influence::{Influence, leave_one_out};
use crate::engine::law::validation::{KFold, SizeExtrapolation, extrapolate, k_fold};
use crate::engine::law::{Coefficients, Ensemble, Interval};
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
        let told = self.loose_by_profile();
        let ranges = |from_nothing: bool| -> Vec<String> {
            self.loose_by_resampling()
                .into_iter()
                .filter(|(name, ends)| {
                    !told.contains(&name.key) && ends.high > 0.0 && (ends.low <= 0.0) == from_nothing
                })
                .map(|(name, ends)| {
                    format!("{} ({} to {})", name.symbol, significant(ends.low, 3), significant(ends.high, 3))
                })
                .collect()
        };
        let level = 100.0 * Ensemble::LEVEL;
        for (ranges, words) in [(ranges(true), "not told from 0"), (ranges(false), "hardly fixed")] {
            if !ranges.is_empty() {
                let ranges = ranges.join(", ");
                notes.push(format!("{words} by these runs: {ranges}; the ranges hold {level} % of the resamples"));
            }
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

    /// What has an interval that begins at 0, and exponents that may be anything: those that cover half of the range in use, or
    /// reach the end of the search.
    fn loose_by_resampling(&self) -> Vec<(Name, Interval)> {
        const MOST: f64 = 0.5;
        let Some(Ok(ensemble)) = &self.ensemble else { return Vec::new() };
        let Some(form) = ensemble.laws.first().map(Coefficients::form) else { return Vec::new() };
        let loose = |slot: Slot, ends: Interval| match slot {
            Slot::Factor(_) | Slot::Floor => ends.low <= 0.0,
            Slot::Exponent(exponent) => {
                let Exponent { bounds, starts: [from, to], .. } = form.exponents[exponent];
                let covered = ends.high.min(to) - ends.low.max(from);
                covered >= MOST * (to - from) || ends.low <= bounds[0] || ends.high >= bounds[1]
            }
        };
        let fitted = form.slots().into_iter().filter(|slot| ensemble.fitted.contains(slot));
        fitted
            .filter_map(|slot| {
                let ends = ensemble.interval(Ensemble::LEVEL, |law| law.get(slot))?;
                loose(slot, ends).then(|| (*form.name_of(slot), ends))
            })
            .collect()
    }
}
