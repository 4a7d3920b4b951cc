//! Background work that nothing waits for: the runs are resampled, and the evidence is asked.
//!
//! It has threads of its own, one fewer than there are cores. In the common pool, a frame that scans the candidates
//! would queue behind hundreds of refits, and a dragged slider would stand still until they are done.

use std::sync::Arc;
use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::job::{Job, Listener, Quiet, Reporting};
use crate::explorer::message::{FitStop, Message};
use crate::explorer::resampled::{Inquiry, Verdict};
use crate::explorer::shelf::FitProgress;
use crate::explorer::state::State;
use engine::confidence::{Confidence, Question};
use engine::error::Error;
use engine::law::Evidence;
use engine::law::fit::{Bootstrap, Fit, FitError, FitOptions};
use engine::runs::{Dataset, Run};

/// Runs to be resampled.
pub(in crate::explorer) struct ResampleJob {
    /// Place of the law on the shelf.
    place: usize,
    /// Its edition.
    edition: u32,
    dataset: Arc<Dataset>,
    fit: Arc<Fit>,
    options: FitOptions,
    asked: Bootstrap,
}

impl ResampleJob {
    /// For a law on the shelf; none if it stands for other runs than there are now.
    pub(in crate::explorer) fn of(state: &State, place: usize) -> Option<Self> {
        let entry = &state.shelf.laws[place];
        let standing = entry.standing.as_ref().filter(|_| entry.progress == FitProgress::Done)?;
        Some(Self {
            place,
            edition: standing.edition,
            dataset: Arc::clone(entry.dataset.as_ref()?),
            fit: Arc::clone(standing.fit.as_ref()?),
            options: standing.recipe.options,
            asked: state.bootstrap,
        })
    }
}

impl Job for ResampleJob {
    /// Answers also where it was stopped, so that it is asked for again.
    fn run(&self, listener: &dyn Listener) -> Option<Message> {
        let Self { place, edition, dataset, fit, options, asked } = self;
        let (place, edition) = (*place, *edition);
        let watch = Reporting::to(listener, move |done, _| Message::ResamplingProgressed { place, edition, done });
        // Only the runs that were fitted, so that nothing is asked of those left out.
        let runs: Option<Vec<Run>> = fit.train.iter().map(|&run| dataset.runs.get(run).cloned()).collect();
        let runs = runs.unwrap_or_default();
        let fit = Fit { train: (0..runs.len()).collect(), holdout: Vec::new(), ..Fit::clone(fit) };
        let outcome = Evidence::of(&runs, &fit, options, asked, &watch).map(Arc::new);
        let outcome = outcome.map_err(|error| match error {
            FitError::Cancelled => FitStop::Superseded,
            error => FitStop::Impossible(Error::from(error).in_source(dataset.name.clone())),
        });
        Some(Message::Resampled { place, edition, outcome })
    }

    fn crashed(&self) -> Option<Message> {
        let error = Error::new("a bug in roofscape stopped the resampling").in_source(self.dataset.name.clone());
        let outcome = Err(FitStop::Impossible(error));
        Some(Message::Resampled { place: self.place, edition: self.edition, outcome })
    }
}

/// An evidence to be asked about a frontier.
pub(in crate::explorer) struct AssessJob(pub(super) Inquiry);

impl Job for AssessJob {
    fn run(&self, listener: &dyn Listener) -> Option<Message> {
        let Inquiry { landscape, evidence, objective, budgets, .. } = &self.0;
        let level = Evidence::LEVEL;
        let question = Question { objective: *objective, budgets, level };
        let confidence = Confidence::of(landscape, evidence, question, &Quiet(listener))?;
        let best = landscape.best_first().first().map(|&index| landscape.sweep.architecture(index as usize).features());
        let lowest = best
            .and_then(|shape| evidence.loss_interval(&landscape.law, &shape, level).ok())
            .map(|interval| interval.low);
        let verdict = Verdict { inquiry: self.0.clone(), confidence, lowest_loss: lowest };
        Some(Message::Assessed(Arc::new(verdict)))
    }

    fn crashed(&self) -> Option<Message> {
        None
    }
}

/// Threads for work that must not hold up a frame.
pub(in crate::explorer) struct Backstage(Option<ThreadPool>);

impl Backstage {
    /// Starts the threads; without any, the work is done in the common pool.
    pub(in crate::explorer) fn start() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self(ThreadPoolBuilder::new().num_threads((cores - 1).max(1)).build().ok())
    }

    /// Does the work there, and waits for it.
    pub(in crate::explorer) fn perform<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.0 {
            Some(threads) => threads.install(work),
            None => work(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};
    use serde_json::Value;

    use super::*;
    use crate::explorer::headless::Headless;
    use crate::explorer::message::{Action, ExportOutcome};
    use crate::explorer::open::Choices;
    use crate::explorer::worker::export;

    fn settled() -> Headless {
        let choices = Choices { data: Some("tiny".into()), ..Choices::default() };
        let mut session = Headless::open(&choices, (120, 40)).unwrap();
        session.state.bootstrap.resamples = 24;
        session.settle();
        session
    }

    #[test]
    fn what_is_resampled_is_what_was_fitted() {
        let mut session = settled();
        session.tell(Action::ToggleRun(0));
        session.settle();
        let (entry, asked) = (session.state.law_entry(), session.state.bootstrap);
        let runs = &entry.dataset.as_ref().unwrap().runs;
        let by_the_engine = Evidence::of(runs, entry.fit().unwrap(), &FitOptions::default(), &asked, &()).unwrap();
        assert_eq!(entry.standing_ensemble(), Some(&by_the_engine.ensemble));
    }

    #[test]
    fn a_law_of_other_runs_than_there_are_now_is_not_resampled() {
        let mut session = settled();
        assert!(ResampleJob::of(&session.state, 0).is_some());
        session.state.shelf.laws[0].call_for_refit(1);
        assert!(ResampleJob::of(&session.state, 0).is_none());
        assert!(ResampleJob::of(&session.state, 1).is_none(), "a published law has no runs");
    }

    #[test]
    fn an_exported_file_says_how_sure_its_architectures_are() {
        let mut session = settled();
        session.keys("e");
        session.key(KeyCode::Enter, KeyModifiers::NONE);
        let folder = tempfile::tempdir().unwrap();
        let mut request = session.exports.remove(0);
        request.path = folder.path().join("pick.json");
        let path = request.path.clone();
        let index = request.indices[0] as usize;
        assert!(matches!(export(request), ExportOutcome::Written(_, 1)));
        let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(document["bootstrap"]["resamples"], 24);
        let shown = &session.state.current_verdict().unwrap().confidence;
        let share = document["architectures"][0]["frontier_probability"].as_f64();
        assert!(share.is_some() && share == shown.frontier_probability(index));
    }
}
