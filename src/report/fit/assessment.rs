//! Every test that a fitted law must pass before anyone believes it.

use std::collections::BTreeMap;

use engine::law::fit::{
    Bootstrap, Criterion, Fate, Fit, FitError, FitOptions, Profile, Watch, bootstrap, fates, profile,
};
use engine::law::form::{Exponent, Name, Slot};
use engine::law::influence::{Influence, farthest, leave_out};
use engine::law::validation::{KFold, SizeExtrapolation, extrapolate, k_fold};
use engine::law::{Coefficients, Ensemble, Interval};
use engine::statistics::robust_standard_deviation;
use engine::units::significant;

use super::fitting::Fitting;
use files::choice::numbered;

/// Runs left out one by one where leaving out each would take too long.
const SOME_LEFT_OUT: usize = 40;
/// Fits to more runs than this take too long for that, and so do those by the Huber criterion.
const MANY_RUNS: usize = 300;
/// Below this residuals are rounding.
const EXACT_NATS: f64 = 1e-9;
/// A factor that may be anything within so many times its least value is not told.
pub(super) const WIDE_FACTOR: f64 = 100.0;

/// What is known of a fit beside its numbers.
#[derive(Debug)]
pub struct Assessment {
    /// What became of each coefficient, in the order of the form.
    pub fates: Vec<Fate>,
    /// How far each exponent may move.
    pub profiles: Vec<Profile>,
    /// Of all runs fitted, or of those with the largest residuals.
    pub influence: Vec<Influence>,
    /// Tests on unseen runs, or why there are none. Absent if none were asked for.
    pub tests: Option<Validation>,
    /// Laws of resampled runs, or why there are none. Absent if none were asked for.
    pub ensemble: Option<Result<Ensemble, FitError>>,
}

/// Both errors on runs that a law has not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// Between shapes like those fitted.
    pub k_fold: Result<KFold, FitError>,
    /// From the smaller architectures to the largest.
    pub extrapolation: Result<SizeExtrapolation, FitError>,
}

impl Assessment {
    /// `folds` and `resamples` of 0 ask for no tests and no resampling. `watching` is told what takes a while.
    pub fn of<W: Watch>(
        fitting: &Fitting,
        folds: usize,
        resamples: usize,
        watching: impl Fn(&'static str) -> W,
    ) -> Result<Self, FitError> {
        let Fitting { choice, options, fit } = fitting;
        let runs = &choice.runs;
        let tests = match folds {
            0 => None,
            1 => return Err(FitError::BadFolds(folds)),
            _ => Some(Validation {
                k_fold: k_fold(runs, options, folds, &watching("predicting each part from the others")),
                extrapolation: extrapolate(runs, options, &()),
            }),
        };
        let asked = Bootstrap { resamples, seed: options.seed };
        Ok(Self {
            fates: fates(runs, fit, options)?,
            profiles: profile(runs, fit, options, &())?,
            influence: {
                let chosen = farthest(runs, fit, left_out(fit, options));
                leave_out(runs, fit, options, &chosen, &watching("leaving out one run after another"))?
            },
            tests,
            ensemble: (resamples > 0).then(|| bootstrap(runs, fit, options, &asked, &watching("resampling the runs"))),
        })
    }

    /// What a reader of the law must know.
    pub fn notes(&self, fitting: &Fitting) -> Vec<String> {
        let mut notes: Vec<String> = self.astray(fitting);
        notes.extend(self.loose());
        notes
    }

    /// Runs that lie where no noise of the others would put them.
    fn astray(&self, fitting: &Fitting) -> Vec<String> {
        const FARTHEST: f64 = 6.0;
        const MOST: usize = 5;
        let Fitting { choice, options, fit } = fitting;
        let mut deleted: BTreeMap<usize, f64> = fit
            .train
            .iter()
            .filter_map(|&run| Some((run, choice.runs.get(run)?)))
            .map(|(index, run)| (index, run.loss - fit.coefficients.loss_after(&run.features, run.tokens)))
            .collect();
        let known = self.influence.iter().filter_map(|run| Some((run.run, run.effect.as_ref().ok()?.deleted_residual)));
        deleted.extend(known);
        let residuals: Vec<f64> = deleted.values().copied().collect();
        let sd = robust_standard_deviation(&residuals).unwrap_or_default();
        let mut far: Vec<(usize, f64)> =
            deleted.into_iter().filter(|(_, residual)| sd > EXACT_NATS && residual.abs() > FARTHEST * sd).collect();
        far.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let robust = if options.criterion == Criterion::HuberLog { "" } else { ", or --criterion huber" };
        let note = |&(run, residual): &(usize, f64)| {
            let (place, side) = (choice.kept[run], if residual > 0.0 { "above" } else { "below" });
            format!(
                "{} lies {} nats {side} the law fitted without it, more than {FARTHEST} robust standard deviations: leave it out \
                 with --exclude '#{}'{robust}",
                numbered(place, &choice.runs[run].name),
                significant(residual.abs(), 2),
                place + 1
            )
        };
        let more = far.len().saturating_sub(MOST);
        let rest =
            (more > 0).then(|| format!("{more} more runs lie as far off: has the data more than one kind of run?"));
        far.iter().take(MOST).map(note).chain(rest).collect()
    }

    /// What the runs do not fix.
    fn loose(&self) -> Vec<String> {
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
    pub fn not_identified(&self) -> Vec<&'static str> {
        let mut keys = self.loose_by_profile();
        keys.extend(self.loose_by_resampling().into_iter().map(|(name, _)| name.key));
        keys
    }

    fn loose_by_profile(&self) -> Vec<&'static str> {
        let loose = self.profiles.iter().filter(|profile| !profile.identified);
        loose.flat_map(|profile| profile.along.iter().map(|(name, _)| name.key).chain([profile.name.key])).collect()
    }

    /// Which coefficients an interval leaves open. A factor is left open if its interval begins at 0. An exponent is
    /// left open if it may be 0, covers half of the range in use, or reaches the end of the search.
    fn loose_by_resampling(&self) -> Vec<(Name, Interval)> {
        const MOST: f64 = 0.5;
        let Some(Ok(ensemble)) = &self.ensemble else { return Vec::new() };
        let Some(form) = ensemble.laws.first().map(Coefficients::form) else { return Vec::new() };
        let loose = |slot: Slot, ends: Interval| match slot {
            Slot::Floor => ends.low <= 0.0,
            Slot::Factor(_) => ends.low <= 0.0 || ends.high > WIDE_FACTOR * ends.low,
            Slot::Exponent(exponent) => {
                let Exponent { bounds, starts: [from, to], .. } = form.exponents[exponent];
                let covered = ends.high.min(to) - ends.low.max(from);
                let may_be_0 = ends.low <= 0.0 && ends.high >= 0.0;
                may_be_0 || covered >= MOST * (to - from) || ends.low <= bounds[0] || ends.high >= bounds[1]
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

/// How many runs to leave out one by one.
fn left_out(fit: &Fit, options: &FitOptions) -> usize {
    let slow = fit.train.len() > MANY_RUNS || options.criterion == Criterion::HuberLog;
    if slow { SOME_LEFT_OUT } else { fit.train.len() }
}
