//! Fitting a law. Every fit is answered, even one that was stopped. Otherwise its law would wait for ever. Resampling
//! and tests of the law before are stopped with it, because the fit is what one waits for.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::job::{Job, Listener, Reporting};
use super::judge::JudgeJob;
use super::resample::ResampleJob;
use crate::explorer::message::{FitStop, FittedLaw, Message};
use crate::explorer::recipe::Recipe;
use crate::explorer::state::State;
use engine::error::Error;
use engine::law::LossLaw;
use engine::law::fit::{self, Fit, FitError, Watch};
use engine::runs::{Dataset, Run};
use files::choice::at_length;

/// Runs to be fitted.
pub(in crate::explorer) struct FitJob {
    /// Place of the law on the shelf.
    place: usize,
    /// The state of its runs.
    revision: u32,
    dataset: Arc<Dataset>,
    excluded: BTreeSet<usize>,
    /// A fit of nearly the same runs, if there is one: then few other starts suffice.
    nearby: Option<Arc<Fit>>,
    recipe: Recipe,
}

impl FitJob {
    /// For a law on the shelf; none if it comes from a file.
    pub(in crate::explorer) fn of(state: &State, place: usize) -> Option<Self> {
        let entry = &state.shelf.laws[place];
        let dataset = Arc::clone(entry.dataset.as_ref()?);
        let (excluded, recipe) = (entry.excluded.clone(), entry.recipe);
        let nearby = entry.fit_nearby().map(Arc::clone);
        Some(Self { place, revision: entry.revision, dataset, excluded, nearby, recipe })
    }
}

impl Job for FitJob {
    fn run(&self, listener: &dyn Listener) -> Option<Message> {
        let (place, revision) = (self.place, self.revision);
        let watch = Reporting::to(listener, move |done, of| Message::FitProgressed { place, revision, done, of });
        let outcome = fit_kept(self, &watch)
            .map(|fit| FittedLaw { law: Arc::new(LossLaw::fitted(fit.clone(), &self.dataset)), fit: Arc::new(fit) })
            .map_err(|error| match error {
                FitError::Cancelled => FitStop::Superseded,
                error => FitStop::Impossible(Error::from(error).in_source(self.dataset.name.clone())),
            });
        Some(Message::Fitted { place, revision, outcome })
    }

    fn crashed(&self) -> Option<Message> {
        let error = Error::new("a bug in roofscape stopped this fit").in_source(self.dataset.name.clone());
        let outcome = Err(FitStop::Impossible(error));
        Some(Message::Fitted { place: self.place, revision: self.revision, outcome })
    }

    fn clears(&self) -> Vec<TypeId> {
        vec![TypeId::of::<ResampleJob>(), TypeId::of::<JudgeJob>()]
    }
}

/// The fit of the runs that are not excluded, with their places in the whole dataset.
fn fit_kept(job: &FitJob, watch: &dyn Watch) -> Result<Fit, FitError> {
    let runs = &job.dataset.runs;
    let kept: Vec<usize> = (0..runs.len()).filter(|place| !job.excluded.contains(place)).collect();
    let kept_runs: Vec<Run> = kept.iter().map(|&place| runs[place].clone()).collect();
    let Recipe { options, tokens } = &job.recipe;
    let mut fit = match &job.nearby {
        Some(nearby) => fit::refit(&kept_runs, options, &nearby.coefficients, watch)?,
        None => fit::fit(&kept_runs, options, watch)?,
    };
    if let Some(tokens) = tokens.filter(|_| options.form.needs_tokens()) {
        fit.notes.push(at_length(&fit.coefficients, &kept_runs, tokens));
        fit.coefficients = fit.coefficients.at_tokens(Some(tokens));
    }
    for place in fit.train.iter_mut().chain(&mut fit.holdout) {
        *place = kept[*place];
    }
    Ok(fit)
}
