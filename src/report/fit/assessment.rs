//! Every test that a fitted law must pass before anyone believes it.

use engine::law::fit::{
    Bootstrap, Criterion, Fate, Fit, FitError, FitOptions, Profile, Watch, bootstrap, fates, profile,
};
use engine::law::form::{Exponent, Name, Slot};
use engine::law::influence::{Influence, farthest, leave_out};
use engine::law::outliers::{Limit, Outlier, Outliers, outliers};
use engine::law::validation::{KFold, SizeExtrapolation, extrapolate, k_fold};
use engine::law::{Coefficients, Ensemble, Interval, Variable};
use engine::runs::Run;
use engine::units::significant;

use super::fitting::Fitting;
use files::choice::numbered;

/// Runs left out one by one where leaving out each would take too long.
const SOME_LEFT_OUT: usize = 40;
/// Fits to more runs than this take too long for that, and so do those by the Huber criterion.
const MANY_RUNS: usize = 300;
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
    /// Runs that are not like the others, among all of them.
    pub outliers: Outliers,
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
            outliers: outliers(runs, fit, options, &watching("looking for outliers"))?,
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

    /// Runs that are not of one kind with the others.
    fn astray(&self, fitting: &Fitting) -> Vec<String> {
        const MOST: usize = 5;
        let Fitting { choice, options, fit } = fitting;
        let robust = if options.criterion == Criterion::HuberLog { "" } else { ", or --criterion huber" };
        let note = |outlier: &Outlier| {
            let (place, run) = (choice.kept[outlier.run], &choice.runs[outlier.run]);
            let side = if outlier.residual_nats > 0.0 { "above" } else { "below" };
            let active = |run: &Run| Variable::ActiveParameters.value(&run.features, None);
            let all = || choice.runs.iter().map(active);
            let at_end = if all().all(|other| other >= active(run)) {
                Some("smallest")
            } else if all().all(|other| other <= active(run)) {
                Some("largest")
            } else {
                None
            };
            let advice = at_end.map_or_else(
                || "leave it out with".to_owned(),
                |end| format!("it is the {end}, where the law itself may fail; see what changes with"),
            );
            let held = if fit.holdout.contains(&outlier.run) { ", which was held out," } else { "" };
            let limit = match outlier.limit {
                Limit::Simulated => "standard deviations, more than in any of 199 files drawn from that law",
                Limit::Robust => "robust standard deviations",
            };
            format!(
                "{}{held} lies {} nats {side} the law of the others, {} {limit}: {advice} --exclude '#{}'{robust}",
                numbered(place, &run.name),
                significant(outlier.residual_nats.abs(), 2),
                significant(outlier.standard_deviations, 2),
                place + 1
            )
        };
        let found = &self.outliers.found;
        let more = found.len().saturating_sub(MOST);
        let rest =
            (more > 0).then(|| format!("{more} more runs lie as far off: has the data more than one kind of run?"));
        let too_few = self.outliers.too_few.then(|| "too few runs to tell one that is off from noise".to_owned());
        found.iter().take(MOST).map(note).chain(rest).chain(too_few).collect()
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
