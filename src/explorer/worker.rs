//! Heavy work, away from the thread of the screen. The newest question wins: a question that still waits when a newer
//! one comes is dropped. Answers say which question they answer, so that a late one is recognised. Exports are
//! different: each one counts, none replaces another, and the program does not end before they are written. A file that
//! is watched has a thread of its own, which sleeps in the meantime.
//!
//! A new job is a file here that says how it is done ([`Job`]), and a line in [`job_of`] for the effect that asks for it.
//! A session without a terminal runs the same jobs on the spot.

mod export;
mod find;
mod fit;
mod job;
mod judge;
mod lane;
mod order;
mod price;
mod resample;
mod theorise;
mod watch;

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use super::message::{Effect, ExportOutcome, ExportRequest, Message};
use super::state::State;
use engine::error::Error;
use export::export;
use fit::FitJob;
pub(super) use job::{Job, Patient};
use judge::JudgeJob;
use lane::{Lane, or_on_panic};
use order::OrderJob;
use price::PriceJob;
use resample::{AssessJob, Backstage, ResampleJob};
use theorise::TheoriseJob;
pub(super) use watch::WatchJob;
use watch::watch;

/// The job that an effect asks for. None where the state has moved on, and for effects that are no job of a lane.
pub(super) fn job_of(state: &State, effect: Effect) -> Option<Box<dyn Job>> {
    Some(match effect {
        Effect::Price(question) => Box::new(PriceJob::of(state, question)?),
        Effect::Fit(place) => Box::new(FitJob::of(state, place)?),
        Effect::Resample(place) => Box::new(ResampleJob::of(state, place)?),
        Effect::Assess(inquiry) => Box::new(AssessJob(*inquiry)),
        Effect::Judge(trial) => Box::new(JudgeJob::of(state, trial)?),
        Effect::Theorise(inquiry) => Box::new(TheoriseJob(*inquiry)),
        Effect::Order(landscape, sort) => Box::new(OrderJob { landscape, sort }),
        Effect::Watch(_) | Effect::Export(_) | Effect::Quit => return None,
    })
}

/// The lanes in which work is done; each is opened by its first job.
pub(super) struct Workers<M> {
    lanes: HashMap<TypeId, Lane<Box<dyn Job>>>,
    backstage: Arc<Backstage>,
    answers: Sender<M>,
}

impl<M: From<Message> + Send + 'static> Workers<M> {
    /// Nothing is under way yet; answers will go to `answers`.
    pub(super) fn new(answers: Sender<M>) -> Self {
        Self { lanes: HashMap::new(), backstage: Arc::new(Backstage::start()), answers }
    }

    /// Does what an effect asks for, if it is a job of a lane. Older jobs of its kind are overtaken.
    pub(super) fn ask(&mut self, state: &State, effect: Effect) {
        let threads = effect.is_backstage().then(|| Arc::clone(&self.backstage));
        let Some(job) = job_of(state, effect) else { return };
        for other in job.clears() {
            if let Some(lane) = self.lanes.get(&other) {
                lane.clear();
            }
        }
        let answers = &self.answers;
        let lane = self.lanes.entry(job.lane()).or_insert_with(|| {
            Lane::<Box<dyn Job>>::start(
                answers.clone(),
                move |job, ticket| match &threads {
                    Some(threads) => threads.perform(|| job.run(ticket)),
                    None => job.run(ticket),
                },
                |job| job.crashed(),
            )
        });
        lane.ask(job);
    }

    /// Watches a file until the session ends.
    pub(super) fn watch(&self, job: WatchJob) {
        let answers = self.answers.clone();
        thread::spawn(move || {
            let tell = |message: Message| answers.send(message.into()).is_ok();
            let ended = or_on_panic(
                || watch(&job, &tell),
                || Err(Error::new("not watched any more: a bug in roofscape").in_source(job.dataset.name.clone())),
            );
            if let Err(reason) = ended {
                tell(Message::Unwatched(job.place, reason));
            }
        });
    }

    /// Writes a file.
    pub(super) fn export(&self, request: ExportRequest) {
        let (answers, backstage) = (self.answers.clone(), Arc::clone(&self.backstage));
        thread::spawn(move || {
            let path = request.path.display().to_string();
            let outcome = or_on_panic(
                || backstage.perform(|| export(request)),
                || ExportOutcome::Failed(Error::new("a bug in roofscape stopped this export").in_source(path)),
            );
            let _ = answers.send(Message::Exported(outcome).into());
        });
    }
}
