//! Heavy work off the screen's thread. The newest question wins: whatever waits when a newer one comes is dropped,
//! and answers say which question they answer, so that a late one is recognised. Exports are different: each one
//! counts, none replaces another, and leaving the program waits for them.
//!
//! What a job does is a plain function here, so that a session without a terminal does the same on the spot.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::message::{ExportOutcome, ExportRequest, FitStop, FittedLaw, Message, Overwrite, Scope};
use super::state::{Question, State};
use super::table::{self, Column, SortOrder};
use crate::engine::landscape::Landscape;
use crate::engine::law::LossLaw;
use crate::engine::law::fit::{self, Fit, FitError, FitOptions, Watch};
use crate::engine::roofline::Estimator;
use crate::engine::runs::{Dataset, Run};
use crate::engine::space::Space;
use crate::error::Error;
use crate::files::export::{self, Selection, View};
use crate::files::save::{self, SaveError};

/// A space to be priced.
pub(super) struct PriceJob {
    pub(super) question: Question,
    pub(super) space: Arc<Space>,
    pub(super) law: Arc<LossLaw>,
    pub(super) estimator: Estimator,
}

/// Runs to be fitted.
pub(super) struct FitJob {
    /// Place of the law on the shelf.
    pub(super) place: usize,
    /// The state of its runs.
    pub(super) revision: u32,
    pub(super) dataset: Arc<Dataset>,
    pub(super) excluded: BTreeSet<usize>,
}

/// Candidates to be ordered for the table.
pub(super) struct OrderJob {
    pub(super) landscape: Arc<Landscape>,
    pub(super) sort: (Column, SortOrder),
}

impl PriceJob {
    /// For a question of this session; none if its edition of the law does not stand any more or its board lacks the
    /// number format, which update sees to before it asks.
    pub(super) fn of(state: &State, question: Question) -> Option<Self> {
        let standing = state.shelf.laws[question.law].standing.as_ref()?;
        if standing.edition != question.edition {
            return None;
        }
        let law = Arc::clone(&standing.law);
        let estimator = state.estimator(question).ok()?;
        Some(Self { question, space: Arc::clone(&state.shelf.space), law, estimator })
    }
}

impl FitJob {
    /// For a law on this session's shelf; none if it comes from a file.
    pub(super) fn of(state: &State, place: usize) -> Option<Self> {
        let entry = &state.shelf.laws[place];
        let dataset = Arc::clone(entry.dataset.as_ref()?);
        Some(Self { place, revision: entry.revision, dataset, excluded: entry.excluded.clone() })
    }
}

/// Prices a space, unless `outdated` says meanwhile that something else has been asked.
pub(super) fn price(job: &PriceJob, outdated: &dyn Fn() -> bool) -> Option<Message> {
    let landscape = Landscape::new_unless(&job.space, LossLaw::clone(&job.law), job.estimator, outdated)?;
    Some(Message::Priced(job.question, Arc::new(landscape)))
}

/// Fits a law; `watch` may stop it.
pub(super) fn fit(job: &FitJob, watch: &dyn Watch) -> Message {
    let outcome = fit_kept(job, watch)
        .map(|fit| FittedLaw { law: Arc::new(LossLaw::fitted(fit.clone(), &job.dataset)), fit: Arc::new(fit) })
        .map_err(|error| match error {
            FitError::Cancelled => FitStop::Superseded,
            error => FitStop::Impossible(Error::from(error).in_source(job.dataset.name.clone())),
        });
    Message::Fitted { place: job.place, revision: job.revision, outcome }
}

/// The fit of the runs that are not excluded, with their places in the whole dataset.
fn fit_kept(job: &FitJob, watch: &dyn Watch) -> Result<Fit, FitError> {
    let runs = &job.dataset.runs;
    let kept: Vec<usize> = (0..runs.len()).filter(|place| !job.excluded.contains(place)).collect();
    let kept_runs: Vec<Run> = kept.iter().map(|&place| runs[place].clone()).collect();
    let mut fit = fit::fit(&kept_runs, &FitOptions::default(), watch)?;
    for place in fit.train.iter_mut().chain(&mut fit.holdout) {
        *place = kept[*place];
    }
    Ok(fit)
}

/// Orders candidates by a column.
pub(super) fn order(job: &OrderJob) -> Message {
    let (column, direction) = job.sort;
    Message::Ordered(Arc::clone(&job.landscape), job.sort, table::order(&job.landscape, column, direction))
}

/// Writes architectures. Whether the file is there is looked at first: the document may be large.
pub(super) fn export(request: ExportRequest) -> ExportOutcome {
    if request.overwrite == Overwrite::Refuse && request.path.symlink_metadata().is_ok() {
        return ExportOutcome::Exists(Box::new(request));
    }
    let view = View {
        landscape: &request.landscape,
        profile: &request.profile,
        mode: &request.profile.modes[request.mode],
        space: &request.space,
        objective: request.objective,
        budgets: &request.budgets,
    };
    let selection = match request.scope {
        Scope::Picked => Selection::Picked,
        Scope::Feasible => Selection::Feasible,
    };
    let written = export::to_json(&export::document(&view, selection, &request.indices))
        .map_err(SaveError::from)
        .and_then(|json| match request.overwrite {
            Overwrite::Refuse => save::write_new(&request.path, &json),
            Overwrite::Replace => save::replace(&request.path, &json).map_err(SaveError::from),
        });
    match written {
        Ok(()) => ExportOutcome::Written(request.path, request.indices.len()),
        Err(SaveError::Exists(_)) => ExportOutcome::Exists(Box::new(request)),
        Err(SaveError::Failed(error)) => ExportOutcome::Failed(error),
    }
}

/// The threads that work, and the ends of the channels to them.
pub(super) struct Workers<M> {
    price: Sender<(u64, PriceJob)>,
    /// Number of the newest question to be priced.
    asked: Arc<AtomicU64>,
    order: Sender<OrderJob>,
    fit: Sender<FitJob>,
    stop_fit: Arc<Stop>,
    answers: Sender<M>,
}

/// Set when a newer fit was asked for.
#[derive(Default)]
struct Stop(AtomicBool);

impl Watch for Stop {
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<M: From<Message> + Send + 'static> Workers<M> {
    /// Starts the threads; answers go to `answers`.
    pub(super) fn start(answers: Sender<M>) -> Self {
        let (price_jobs, price_queue) = channel();
        let (order_jobs, order_queue) = channel();
        let (fit_jobs, fit_queue) = channel::<FitJob>();
        let asked = Arc::new(AtomicU64::new(0));
        let newest = Arc::clone(&asked);
        spawn(price_queue, answers.clone(), move |(number, job): &(u64, PriceJob)| {
            let outdated = || newest.load(Ordering::Relaxed) != *number;
            or_on_panic(|| price(job, &outdated), || Some(Message::PricingFailed(job.question)))
        });
        spawn(order_queue, answers.clone(), |job| Some(order(job)));
        let stop_fit = Arc::new(Stop::default());
        let (watch, fit_answers) = (Arc::clone(&stop_fit), answers.clone());
        thread::spawn(move || {
            // Every fit is answered, also one that was stopped: its law must not wait for ever.
            while let Ok(job) = fit_queue.recv() {
                watch.0.store(false, Ordering::Relaxed);
                let answer = or_on_panic(
                    || fit(&job, watch.as_ref()),
                    || {
                        let error =
                            Error::new("a bug in roofscape stopped this fit").in_source(job.dataset.name.clone());
                        let outcome = Err(FitStop::Impossible(error));
                        Message::Fitted { place: job.place, revision: job.revision, outcome }
                    },
                );
                if fit_answers.send(answer.into()).is_err() {
                    return;
                }
            }
        });
        Self { price: price_jobs, asked, order: order_jobs, fit: fit_jobs, stop_fit, answers }
    }

    // The workers survive panics in their work, so their ends of the channels live as long as the session.

    /// Prices a space; older questions are dropped, also one that is being priced.
    pub(super) fn price(&self, job: PriceJob) {
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let _ = self.price.send((number, job));
    }

    /// Orders candidates; older orders that wait are dropped.
    pub(super) fn order(&self, job: OrderJob) {
        let _ = self.order.send(job);
    }

    /// Fits runs; a fit that is under way is stopped.
    pub(super) fn fit(&self, job: FitJob) {
        self.stop_fit.0.store(true, Ordering::Relaxed);
        let _ = self.fit.send(job);
    }

    /// Writes a file.
    pub(super) fn export(&self, request: ExportRequest) {
        let answers = self.answers.clone();
        thread::spawn(move || {
            let path = request.path.display().to_string();
            let outcome = or_on_panic(
                || export(request),
                || ExportOutcome::Failed(Error::new("a bug in roofscape stopped this export").in_source(path)),
            );
            let _ = answers.send(Message::Exported(outcome).into());
        });
    }
}

/// One thread that takes the newest job and answers it, if there is an answer.
fn spawn<J: Send + 'static, M: From<Message> + Send + 'static>(
    queue: Receiver<J>,
    answers: Sender<M>,
    work: impl Fn(&J) -> Option<Message> + Send + 'static,
) {
    thread::spawn(move || {
        while let Ok(first) = queue.recv() {
            let newest = queue.try_iter().last().unwrap_or(first);
            let Some(answer) = work(&newest) else { continue };
            if answers.send(answer.into()).is_err() {
                return;
            }
        }
    });
}

/// The result of `work`; if it panics, what `otherwise` says.
fn or_on_panic<T>(work: impl FnOnce() -> T, otherwise: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| otherwise())
}
