//! Heavy work off the screen's thread. The newest question wins: whatever was asked before it and has not been begun
//! is dropped, and answers carry the number of their question, so that a late one is recognised.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::message::{ExportOutcome, Message, Overwrite, Scope};
use crate::engine::budget::Budgets;
use crate::engine::landscape::Landscape;
use crate::engine::law::LossLaw;
use crate::engine::law::fit::{self, FitOptions, Watch};
use crate::engine::roofline::Estimator;
use crate::engine::runs::Dataset;
use crate::engine::space::Space;
use crate::engine::workload::Objective;
use crate::files::export::{self, Selection, View};
use crate::files::profile::Profile;
use crate::files::save::{self, SaveError};

/// A space to be priced.
pub(super) struct PriceJob {
    /// Number of the question.
    pub(super) number: u64,
    /// Candidates.
    pub(super) space: Arc<Space>,
    /// Their loss.
    pub(super) law: Arc<LossLaw>,
    /// Their latency and memory.
    pub(super) estimator: Estimator,
}

/// Architectures to be written.
pub(super) struct ExportJob {
    /// What.
    pub(super) scope: Scope,
    /// Where.
    pub(super) path: PathBuf,
    /// Whether a file there may be replaced.
    pub(super) overwrite: Overwrite,
    /// The candidates, in the order in which they are written.
    pub(super) indices: Vec<u32>,
    /// Their predictions.
    pub(super) landscape: Arc<Landscape>,
    /// The board, and the place of its power mode.
    pub(super) board: (Profile, usize),
    /// The space's name.
    pub(super) space: String,
    /// Which latency the frontier minimises.
    pub(super) objective: Objective,
    /// What is allowed.
    pub(super) budgets: Budgets,
}

/// Runs to be fitted.
pub(super) struct FitJob {
    /// Place of the law on the shelf.
    pub(super) place: usize,
    /// The runs.
    pub(super) dataset: Arc<Dataset>,
}

/// The threads that work, and the ends of the channels to them.
pub(super) struct Workers<M> {
    price: Sender<PriceJob>,
    fit: Sender<FitJob>,
    cancel_fit: Arc<Cancel>,
    answers: Sender<M>,
}

/// Set when a newer fit was asked for, or when the program leaves.
#[derive(Default)]
struct Cancel(AtomicBool);

impl Watch for Cancel {
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<M: From<Message> + Send + 'static> Workers<M> {
    /// Starts the threads; answers go to `answers`.
    pub(super) fn start(answers: Sender<M>) -> Self {
        let (price, price_jobs) = channel();
        let (fit, fit_jobs) = channel();
        let cancel_fit = Arc::new(Cancel::default());
        spawn(price_jobs, answers.clone(), |job| price_one(&job));
        let watch = Arc::clone(&cancel_fit);
        spawn(fit_jobs, answers.clone(), move |job| {
            watch.0.store(false, Ordering::Relaxed);
            fit_one(&job, watch.as_ref())
        });
        Self { price, fit, cancel_fit, answers }
    }

    /// Prices a space; older questions that wait are dropped.
    pub(super) fn price(&self, job: PriceJob) {
        self.send_or_report(self.price.send(job).is_err());
    }

    /// Fits runs; a fit that is under way is cancelled.
    pub(super) fn fit(&self, job: FitJob) {
        self.cancel_fit.0.store(true, Ordering::Relaxed);
        self.send_or_report(self.fit.send(job).is_err());
    }

    /// Writes a file; every request counts, none replaces another.
    pub(super) fn export(&self, job: ExportJob) {
        let answers = self.answers.clone();
        thread::spawn(move || {
            // Nobody listens only when the program has left.
            let _ = answers.send(Message::Exported(export_one(&job)).into());
        });
    }

    /// A worker that is gone has panicked, and has said so already; this is for the question it will never answer.
    fn send_or_report(&self, gone: bool) {
        if gone {
            let report = "the worker has stopped; please restart roofscape".to_owned();
            let _ = self.answers.send(Message::WorkerFailed(report).into());
        }
    }
}

/// One thread that takes the newest job, works, answers, and survives a panic in the work.
fn spawn<J: Send + 'static, M: From<Message> + Send + 'static>(
    jobs: Receiver<J>,
    answers: Sender<M>,
    work: impl Fn(J) -> Message + Send + 'static,
) {
    thread::spawn(move || {
        while let Ok(mut job) = jobs.recv() {
            while let Ok(newer) = jobs.try_recv() {
                job = newer;
            }
            let answer = catch_unwind(AssertUnwindSafe(|| work(job))).unwrap_or_else(|_| {
                Message::WorkerFailed(
                    "a bug in roofscape stopped this calculation; the picture shows the last one".into(),
                )
            });
            if answers.send(answer.into()).is_err() {
                return;
            }
        }
    });
}

fn price_one(job: &PriceJob) -> Message {
    let landscape = Landscape::new(&job.space, LossLaw::clone(&job.law), job.estimator);
    Message::Priced(job.number, Arc::new(landscape))
}

fn fit_one(job: &FitJob, watch: &Cancel) -> Message {
    let dataset = &job.dataset;
    let outcome =
        fit::fit(&dataset.runs, &FitOptions::default(), watch).map(|fit| Arc::new(LossLaw::fitted(fit, dataset)));
    Message::Fitted(job.place, outcome.map_err(Into::into))
}

fn export_one(job: &ExportJob) -> ExportOutcome {
    let (profile, mode) = (&job.board.0, &job.board.0.modes[job.board.1]);
    let view = View {
        landscape: &job.landscape,
        profile,
        mode,
        space: &job.space,
        objective: job.objective,
        budgets: &job.budgets,
    };
    let selection = match job.scope {
        Scope::Picked => Selection::Picked,
        Scope::Feasible => Selection::Feasible,
    };
    let written =
        export::to_json(&export::document(&view, selection, &job.indices)).map_err(SaveError::from).and_then(|json| {
            match job.overwrite {
                Overwrite::Refuse => save::write_new(&job.path, &json),
                Overwrite::Replace => save::replace(&job.path, &json).map_err(SaveError::from),
            }
        });
    match written {
        Ok(()) => ExportOutcome::Written(job.path.clone(), job.indices.len()),
        Err(SaveError::Exists(path)) => ExportOutcome::Exists(path, job.scope),
        Err(SaveError::Failed(error)) => ExportOutcome::Failed(error),
    }
}
