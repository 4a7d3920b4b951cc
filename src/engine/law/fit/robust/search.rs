//! Where to start from when some runs are not to be believed.
//!
//! Least squares bends to a diverged run, and all its best ends are bent alike. Downhill from them the Huber criterion
//! stops in the valley that the bad run has made, though a deeper one is left where that run is simply missed. The
//! criterion is not convex in the exponents, so no rule finds its least value for certain. Three kinds of starts come near
//! it in what was tried:
//!
//! - least squares without one run, for each of the runs that are missed most. If that was the bad one, the rest is clean;
//! - concentration steps from random exponents (Rousseeuw and Van Driessen 1999, *A fast algorithm for the minimum
//!   covariance determinant estimator*, §2): fit, keep the half that is fitted best, fit these, and again. A start that
//!   happens upon clean runs throws the bad ones out;
//! - from the best law so far, least squares without all runs that it misses by far.
//!
//! What they give are exponents. The criterion of each decides which are followed to the end, and the least end wins.

use rayon::prelude::*;

use super::super::descent::descend;
use super::super::model::{Exponents, Linear, Misfit};
use super::super::projection::Projection;
use super::super::starts::{BRISK, draw};
use super::super::{FitError, FitOptions, Watch};
use super::{HUBER_DELTA, Reached, STAGES, Start, criterion, follow};
use crate::statistics::median;

/// Runs that are left out one at a time, at most.
const MOST_LEFT_OUT: usize = 32;
/// Random starts without each of them, and of the concentration.
const DRAWN: usize = 16;
/// Steps of the concentration.
const STEPS: usize = 4;
/// Starts that are followed to the end.
const FOLLOWED: usize = 16;
/// The best of them, which are followed through all stages too.
const IN_STAGES: usize = 6;
/// Robust standard deviations beyond which a run is far off.
const FAR: f64 = 6.0;
/// How often all far runs are left out.
const ROUNDS: usize = 3;
/// Ends whose criterion is within this share of the least are the same minimum, or one as good.
const AS_GOOD: f64 = 1e-3;

/// The least end, how many ended there, and how many were followed.
pub(super) struct Searched {
    pub(super) best: Reached,
    pub(super) agreeing: usize,
    pub(super) followed: usize,
}

/// What is searched: the runs, their own weights, and where least squares ended.
#[derive(Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) misfit: &'a Misfit,
    pub(super) prior: &'a [f64],
    pub(super) finalists: &'a [Exponents],
    pub(super) options: &'a FitOptions,
    pub(super) watch: &'a dyn Watch,
}

impl Search<'_> {
    pub(super) fn run(&self) -> Result<Searched, FitError> {
        let drawn = draw(&self.misfit.model, DRAWN.min(self.options.starts), self.options.seed);
        let mut starts = self.without_one(&drawn)?;
        starts.extend(self.concentrated(&drawn)?);
        starts.extend(self.finalists.iter().filter_map(|exponents| self.all_runs_at(exponents)));
        starts.sort_by(|a, b| a.criterion.total_cmp(&b.criterion));
        starts.truncate(FOLLOWED);
        // Through all stages a start may leave a good valley, and at the last alone not come far enough down.
        let mut ends = self.follow(&starts, &STAGES[STAGES.len() - 1..])?;
        ends.extend(self.follow(&starts[..starts.len().min(IN_STAGES)], &STAGES)?);
        for _round in 0..ROUNDS {
            let Some(best) = least(&ends) else { break };
            let before = best.criterion;
            let again = self.without_far(best, &drawn)?;
            ends.extend(self.follow(&again, &STAGES[STAGES.len() - 1..])?);
            if least(&ends).is_none_or(|best| best.criterion >= before * (1.0 - AS_GOOD)) {
                break;
            }
        }
        let followed = ends.len();
        let limit = least(&ends).ok_or(FitError::NoOptimum)?.criterion * (1.0 + AS_GOOD);
        let agreeing = ends.iter().filter(|end| end.criterion <= limit).count();
        let best = ends.into_iter().min_by(|a, b| a.criterion.total_cmp(&b.criterion)).ok_or(FitError::NoOptimum)?;
        Ok(Searched { best, agreeing, followed })
    }

    /// Least squares without each of the runs that the best of least squares misses most.
    fn without_one(&self, drawn: &[Exponents]) -> Result<Vec<Start>, FitError> {
        let Some(law) = self.finalists.first().and_then(|exponents| self.all_runs_at(exponents)) else {
            return Ok(Vec::new());
        };
        let errors = self.errors(&law);
        let mut farthest: Vec<usize> = (0..errors.len()).collect();
        farthest.sort_by(|a, b| errors[*b].abs().total_cmp(&errors[*a].abs()));
        farthest.truncate(MOST_LEFT_OUT);
        let starts: Vec<Exponents> = drawn.iter().chain(self.finalists).copied().collect();
        let each = |out: &usize| self.fitted_without(&|run| run == *out, &starts);
        let found: Vec<Option<Start>> = farthest.par_iter().map(each).collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Laws of the half of the runs that each start comes to fit best.
    fn concentrated(&self, drawn: &[Exponents]) -> Result<Vec<Start>, FitError> {
        let one = |start: &Exponents| {
            let mut at = self.all_runs_at(start);
            for _step in 0..STEPS {
                let Some(law) = at else { break };
                let errors = self.errors(&law);
                let sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
                let Some(middle) = median(sizes.iter().copied()) else { break };
                // A few more than half, so that a law of as many parameters still has errors to be judged by.
                let enough = self.misfit.model.parameters() + 2;
                let mut ordered = sizes.clone();
                ordered.sort_by(f64::total_cmp);
                let limit = ordered.get(enough.min(ordered.len()) - 1).map_or(middle, |least| least.max(middle));
                at = self.fitted_without(&|run| sizes[run] > limit, &[law.exponents])?;
            }
            Ok(at)
        };
        let found: Vec<Option<Start>> = drawn.par_iter().map(one).collect::<Result<_, FitError>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Least squares without all runs that a law misses by far.
    fn without_far(&self, law: &Reached, drawn: &[Exponents]) -> Result<Vec<Start>, FitError> {
        let law = Start { exponents: law.exponents, linear: law.linear, criterion: law.criterion };
        let errors = self.errors(&law);
        let Some(middle) = median(errors.iter().map(|error| error.abs())) else { return Ok(Vec::new()) };
        let limit = (FAR * 1.4826 * middle).max(HUBER_DELTA);
        if errors.iter().all(|error| error.abs() <= limit) {
            return Ok(Vec::new());
        }
        let starts: Vec<Exponents> = drawn.iter().copied().chain([law.exponents]).collect();
        Ok(self.fitted_without(&|run| errors[run].abs() > limit, &starts)?.into_iter().collect())
    }

    /// The best of least squares from these starts over all runs but some.
    fn fitted_without(
        &self,
        is_out: &(dyn Fn(usize) -> bool + Sync),
        starts: &[Exponents],
    ) -> Result<Option<Start>, FitError> {
        let weights: Vec<f64> =
            self.prior.iter().enumerate().map(|(run, weight)| if is_out(run) { 0.0 } else { *weight }).collect();
        let rest = self.misfit.clone().weighted(&weights);
        let mut space = Projection::new(rest.runs());
        let mut best = None;
        let mut least = f64::INFINITY;
        for start in starts {
            let Some(end) = descend(&rest, &mut space, *start, BRISK, self.watch)? else { continue };
            if end.squared_error < least {
                (least, best) = (end.squared_error, Some(end.exponents));
            }
        }
        let Some(exponents) = best else { return Ok(None) };
        space.project(&rest, &exponents);
        Ok(self.judged(exponents, space.linear))
    }

    /// With the factors of least squares over all runs.
    fn all_runs_at(&self, exponents: &Exponents) -> Option<Start> {
        let mut space = Projection::new(self.misfit.runs());
        space.project(self.misfit, exponents);
        self.judged(*exponents, space.linear)
    }

    fn judged(&self, exponents: Exponents, linear: Linear) -> Option<Start> {
        let predicted = self.misfit.predictions(&exponents, &linear);
        let criterion = criterion(self.misfit, &predicted, self.prior, HUBER_DELTA);
        criterion.is_finite().then_some(Start { exponents, linear, criterion })
    }

    /// Of ln loss.
    fn errors(&self, law: &Start) -> Vec<f64> {
        let predicted = self.misfit.predictions(&law.exponents, &law.linear);
        self.misfit.loss.iter().zip(predicted).map(|(loss, predicted)| (loss / predicted).ln()).collect()
    }

    fn follow(&self, starts: &[Start], stages: &[f64]) -> Result<Vec<Reached>, FitError> {
        let ends: Vec<Option<Reached>> = starts
            .par_iter()
            .map(|start| follow(self.misfit, start, stages, self.prior, self.watch))
            .collect::<Result<_, FitError>>()?;
        Ok(ends.into_iter().flatten().collect())
    }
}

fn least(ends: &[Reached]) -> Option<&Reached> {
    ends.iter().min_by(|a, b| a.criterion.total_cmp(&b.criterion))
}
