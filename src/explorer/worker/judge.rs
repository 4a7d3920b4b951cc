//! Tests of a fitted law, made in the background.

use std::sync::Arc;

use super::job::{Job, Listener, Quiet};
use crate::explorer::judged::{Finding, Test, Trial};
use crate::explorer::message::Message;
use crate::explorer::shelf::FitProgress;
use crate::explorer::state::State;
use engine::error::Error;
use engine::law::comparison::compare;
use engine::law::fit::{self, Fit, FitError, FitOptions, Profile, Watch};
use engine::law::influence::leave_one_out;
use engine::law::validation::{self, extrapolate, k_fold};
use engine::runs::{Dataset, Run};
use report::fit::Validation;

/// A law to be tested.
pub(in crate::explorer) struct JudgeJob {
    trial: Trial,
    dataset: Arc<Dataset>,
    /// The runs that are not left out.
    kept: Vec<Run>,
    fit: Arc<Fit>,
    options: FitOptions,
}

impl JudgeJob {
    /// For a law on the shelf; none if another stands by now, or stands for other runs.
    pub(in crate::explorer) fn of(state: &State, trial: Trial) -> Option<Self> {
        let entry = &state.shelf.laws[trial.place];
        let standing = entry.standing.as_ref().filter(|standing| standing.edition == trial.edition)?;
        let (dataset, fit) = (Arc::clone(entry.dataset.as_ref()?), Arc::clone(standing.fit.as_ref()?));
        let (kept, options) = (entry.kept_runs()?, standing.recipe.options);
        (entry.progress == FitProgress::Done).then_some(Self { trial, dataset, kept, fit, options })
    }

    /// The answer to this job.
    fn answer(&self, outcome: Result<Finding, Error>) -> Message {
        Message::Judged { trial: self.trial, outcome: Box::new(outcome) }
    }
}

impl Job for JudgeJob {
    fn run(&self, listener: &dyn Listener) -> Option<Message> {
        match find(self, &Quiet(listener)) {
            Ok(finding) => Some(self.answer(Ok(finding))),
            Err(FitError::Cancelled) => None,
            Err(error) => Some(self.answer(Err(Error::from(error).in_source(self.dataset.name.clone())))),
        }
    }

    fn crashed(&self) -> Option<Message> {
        let error = Error::new("a bug in roofscape stopped this test").in_source(self.dataset.name.clone());
        Some(self.answer(Err(error)))
    }
}

fn find(job: &JudgeJob, watch: &dyn Watch) -> Result<Finding, FitError> {
    let JudgeJob { dataset, kept, fit, options, .. } = job;
    // The places of the fit are those of the whole dataset, so it belongs with all runs, excluded ones included.
    let runs = &dataset.runs;
    Ok(match job.trial.test {
        Test::Influence => Finding::Influence(Arc::new(leave_one_out(runs, fit, options, watch)?)),
        Test::Profiles => {
            let profiles = fit::profile(runs, fit, options, watch)?;
            Finding::Profiles(profiles.iter().filter_map(Profile::sentence).collect())
        }
        Test::Validation => {
            let k_fold = unless_cancelled(k_fold(kept, options, validation::FOLDS, watch))?;
            let extrapolation = unless_cancelled(extrapolate(kept, options, watch))?;
            Finding::Validation(Arc::new(Validation { k_fold, extrapolation }))
        }
        Test::Comparison => Finding::Comparison(Arc::new(compare(kept, options, validation::FOLDS, watch)?)),
    })
}

fn unless_cancelled<T>(result: Result<T, FitError>) -> Result<Result<T, FitError>, FitError> {
    match result {
        Err(FitError::Cancelled) => Err(FitError::Cancelled),
        result => Ok(result),
    }
}
