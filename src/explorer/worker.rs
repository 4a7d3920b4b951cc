//! Heavy work off the screen's thread. The newest question wins: whatever waits when a newer one comes is dropped,
//! and answers say which question they answer, so that a late one is recognised. Exports are different: each one
//! counts, none replaces another, and leaving the program waits for them. And a file that is watched is watched by a
//! thread of its own, which sleeps in the meantime.
//!
//! What a job does is a plain function here, so that a session without a terminal does the same on the spot.

mod find;
mod judge;
mod lane;
mod resample;
mod theorise;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use find::Hunt;
pub(super) use judge::{JudgeJob, judge};
use lane::{Lane, or_on_panic};
use resample::Backstage;
pub(super) use resample::{ResampleJob, assess, resample};
pub(super) use theorise::theorise;

use super::message::{ExportOutcome, ExportRequest, FitStop, FittedLaw, Message, Overwrite};
use super::recipe::Recipe;
use super::resampled::Inquiry;
use super::screens::frontier::model::order as order_by;
use super::screens::theory::model::answer::Inquiry as TheoryInquiry;
use super::state::State;
use super::table::SortOrder;
use super::vocabulary::{Answer, Question, Scope};
use engine::confidence::{self, Confidence};
use engine::error::Error;
use engine::landscape::Landscape;
use engine::law::fit::{self, Fit, FitError, Watch};
use engine::law::{Ensemble, LossLaw};
use engine::quantity::Quantity;
use engine::roofline::Estimator;
use engine::runs::{Dataset, Run};
use engine::space::Space;
use files::choice::at_length;
use files::live::{LastLine, LiveRuns, Reread};
use files::save::{self, SaveError};
use files::watch::{FileWatch, network_file_system};
use report::{Selection, Uncertainty, View};

/// A space to be priced.
pub(super) struct PriceJob {
    pub(super) question: Question,
    pub(super) space: Arc<Space>,
    pub(super) law: Arc<LossLaw>,
    pub(super) estimator: Estimator,
    /// Of an imagined board: the same on the board as it is.
    pub(super) before: Option<Before>,
    /// Where the space is too large to be priced as a whole.
    pub(super) hunt: Option<Hunt>,
}

/// The board as it is, beside an imagined one.
pub(super) enum Before {
    /// Priced already.
    Priced(Arc<Landscape>),
    /// To be priced by this.
    By(Box<Estimator>),
}

/// Runs to be fitted.
pub(super) struct FitJob {
    /// Place of the law on the shelf.
    pub(super) place: usize,
    /// The state of its runs.
    pub(super) revision: u32,
    pub(super) dataset: Arc<Dataset>,
    pub(super) excluded: BTreeSet<usize>,
    /// A fit of nearly the same runs, if there is one: then few other starts suffice.
    pub(super) nearby: Option<Arc<Fit>>,
    pub(super) recipe: Recipe,
}

/// A file of runs to be watched.
pub(super) struct WatchJob {
    /// Place of the law on the shelf.
    pub(super) place: usize,
    pub(super) source: LiveRuns,
    /// What is known of it.
    pub(super) dataset: Arc<Dataset>,
}

/// Candidates to be ordered for the table.
pub(super) struct OrderJob {
    pub(super) landscape: Arc<Landscape>,
    pub(super) sort: (Quantity, SortOrder),
}

impl PriceJob {
    /// For a question of the state; none if its edition of the law does not stand any more or its board lacks the
    /// number format, which update sees to before it asks.
    pub(super) fn of(state: &State, question: Question) -> Option<Self> {
        let standing = state.shelf.laws[question.law].standing.as_ref()?;
        if standing.edition != question.edition {
            return None;
        }
        let law = Arc::clone(&standing.law);
        let estimator = state.estimator(question).ok()?;
        let before = match state.unscaled_answer(question) {
            _ if question.scaling.is_none() => None,
            Some(landscape) => Some(Before::Priced(Arc::clone(landscape))),
            None => Some(Before::By(Box::new(state.estimator(question.unscaled()).ok()?))),
        };
        let hunt = Hunt::of(state, question);
        Some(Self { question, space: Arc::clone(&state.shelf.space), law, estimator, before, hunt })
    }
}

impl FitJob {
    /// For a law on the shelf; none if it comes from a file.
    pub(super) fn of(state: &State, place: usize) -> Option<Self> {
        let entry = &state.shelf.laws[place];
        let dataset = Arc::clone(entry.dataset.as_ref()?);
        let (excluded, recipe) = (entry.excluded.clone(), entry.recipe);
        let nearby = entry.fit_nearby().map(Arc::clone);
        Some(Self { place, revision: entry.revision, dataset, excluded, nearby, recipe })
    }
}

impl WatchJob {
    /// For a law on the shelf; none if its runs cannot change.
    pub(super) fn of(state: &State, place: usize) -> Option<Self> {
        let entry = &state.shelf.laws[place];
        let (live, dataset) = (entry.live.as_ref()?, entry.dataset.as_ref()?);
        Some(Self { place, source: live.source.clone(), dataset: Arc::clone(dataset) })
    }
}

/// Prices a space, unless `outdated` says meanwhile that something else has been asked. One that is too large is searched,
/// and `show` is told what has been found so far.
pub(super) fn price(job: &PriceJob, outdated: &(dyn Fn() -> bool + Sync), show: &dyn Fn(Message)) -> Option<Message> {
    let (space, law) = (&job.space, &job.law);
    let whole = |estimator| Landscape::new_unless(space, LossLaw::clone(law), estimator, outdated);
    let before = match (&job.before, &job.hunt) {
        (None, _) => None,
        (Some(Before::Priced(before)), _) => Some(Arc::clone(before)),
        (Some(Before::By(estimator)), None) => Some(Arc::new(whole(**estimator)?)),
        (Some(Before::By(estimator)), Some(hunt)) => {
            let search = hunt.search_anew(space, law, **estimator);
            Some(Arc::new(find::finish(search, outdated, &|_| {})?))
        }
    };
    let answer = |landscape| {
        Message::Priced(Answer { question: job.question, landscape: Arc::new(landscape), before: before.clone() })
    };
    let landscape = match &job.hunt {
        None => whole(job.estimator)?,
        Some(hunt) => {
            let search = hunt.search(space, law, job.estimator);
            find::finish(search, outdated, &|so_far| show(answer(so_far)))?
        }
    };
    Some(answer(landscape))
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
    let Recipe { options, tokens } = &job.recipe;
    let mut fit = match &job.nearby {
        Some(nearby) => fit::refit(&kept_runs, options, &nearby.coefficients, watch)?,
        None => fit::fit(&kept_runs, options, watch)?,
    };
    if let Some(tokens) = tokens.filter(|_| options.form.needs_tokens()) {
        fit.notes.push(at_length(&kept_runs, tokens));
        fit.coefficients = fit.coefficients.at_tokens(Some(tokens));
    }
    for place in fit.train.iter_mut().chain(&mut fit.holdout) {
        *place = kept[*place];
    }
    Ok(fit)
}

/// Orders candidates by a column.
pub(super) fn order(job: &OrderJob) -> Message {
    let (column, direction) = job.sort;
    Message::Ordered(Arc::clone(&job.landscape), job.sort, order_by(&job.landscape, column, direction))
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
    // Asked anew: what the screen says may be of other budgets, and is cut off nowhere on the chart's axis.
    let sure = request.ensemble.as_ref().and_then(|ensemble| {
        let (objective, budgets) = (request.objective, &request.budgets);
        let question = confidence::Question { objective, budgets, level: Ensemble::LEVEL };
        Some((ensemble, Confidence::of(&request.landscape, ensemble, question, &())?))
    });
    let uncertainty = sure.as_ref().map(|(ensemble, confidence)| Uncertainty { ensemble, confidence });
    let written = report::to_json(&report::export(&view, selection, &request.indices, uncertainty))
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

/// Reads a file again whenever it changes, and tells what is new, for as long as `tell` says that somebody listens.
fn watch(job: &WatchJob, tell: &dyn Fn(Message) -> bool) -> Result<(), Error> {
    let WatchJob { place, source, dataset } = job;
    let mut told = Ok(Reread { dataset: Arc::clone(dataset), last_line: LastLine::Complete });
    let mut watch = FileWatch::on(source.path())?;
    if let Some(kind) = network_file_system(source.path()) {
        let reason = Error::new(format!("on a network file system ({kind}) changes by other machines go unnoticed"));
        tell(Message::Unwatched(*place, reason.in_source(source.path().display().to_string())));
    }
    loop {
        // Before the first wait too: it may have changed between the first reading and now.
        let now = source.reread();
        if now != told && !tell(Message::Reread { place: *place, outcome: now.clone() }) {
            return Ok(());
        }
        told = now;
        watch.wait()?;
    }
}

/// The lanes in which work is done.
pub(super) struct Workers<M> {
    price: Lane<PriceJob>,
    order: Lane<OrderJob>,
    fit: Lane<FitJob>,
    resample: Lane<ResampleJob>,
    assess: Lane<Inquiry>,
    judge: Lane<JudgeJob>,
    theorise: Lane<TheoryInquiry>,
    backstage: Arc<Backstage>,
    answers: Sender<M>,
}

impl<M: From<Message> + Send + 'static> Workers<M> {
    /// Starts the threads; answers go to `answers`.
    pub(super) fn start(answers: Sender<M>) -> Self {
        let price = Lane::start(
            answers.clone(),
            |job, ticket| price(job, &|| ticket.is_overtaken(), &|so_far| ticket.tell(so_far)),
            |job: &PriceJob| Some(Message::PricingFailed(job.question)),
        );
        let order = Lane::start(
            answers.clone(),
            |job, ticket| (!ticket.is_overtaken()).then(|| order(job)),
            |_: &OrderJob| None,
        );
        // Every fit is answered, also one that was stopped: its law must not wait for ever.
        let fit = Lane::start(
            answers.clone(),
            |job: &FitJob, ticket| {
                let (place, revision) = (job.place, job.revision);
                let report = move |done, of| Message::FitProgressed { place, revision, done, of };
                Some(fit(job, &ticket.watch(report)))
            },
            |job| {
                let error = Error::new("a bug in roofscape stopped this fit").in_source(job.dataset.name.clone());
                let outcome = Err(FitStop::Impossible(error));
                Some(Message::Fitted { place: job.place, revision: job.revision, outcome })
            },
        );
        let backstage = Arc::new(Backstage::start());
        let (resample, assess) = Self::start_backstage(&backstage, &answers);
        let judge = Self::start_judge(&backstage, &answers);
        let theorise = Self::start_theorise(&backstage, &answers);
        Self { price, order, fit, resample, assess, judge, theorise, backstage, answers }
    }

    /// The lane for tests of a law, behind the picture as well.
    fn start_judge(threads: &Arc<Backstage>, answers: &Sender<M>) -> Lane<JudgeJob> {
        let threads = Arc::clone(threads);
        Lane::start(
            answers.clone(),
            move |job: &JudgeJob, ticket| threads.perform(|| judge(job, ticket)),
            |job| {
                let error = Error::new("a bug in roofscape stopped this test").in_source(job.dataset.name.clone());
                Some(job.answer(Err(error)))
            },
        )
    }

    /// The lane for the theory, behind the picture as well: a slider that is dragged asks at every step.
    fn start_theorise(threads: &Arc<Backstage>, answers: &Sender<M>) -> Lane<TheoryInquiry> {
        let threads = Arc::clone(threads);
        Lane::start(
            answers.clone(),
            move |inquiry, ticket| {
                if ticket.is_overtaken() { None } else { threads.perform(|| theorise(inquiry, ticket)) }
            },
            |inquiry: &TheoryInquiry| Some(Message::TheorisingFailed(Box::new(inquiry.clone()))),
        )
    }

    /// The two lanes for what nobody waits for.
    fn start_backstage(threads: &Arc<Backstage>, answers: &Sender<M>) -> (Lane<ResampleJob>, Lane<Inquiry>) {
        let (backstage, threads) = (Arc::clone(threads), Arc::clone(threads));
        // Resampling is answered also where it was stopped, so that it is asked for again.
        let resample = Lane::start(
            answers.clone(),
            move |job: &ResampleJob, ticket| {
                let (place, edition) = (job.place, job.edition);
                let watch = ticket.watch(move |done, _| Message::ResamplingProgressed { place, edition, done });
                Some(backstage.perform(|| resample(job, &watch)))
            },
            |job| {
                let error = Error::new("a bug in roofscape stopped the resampling").in_source(job.dataset.name.clone());
                let outcome = Err(FitStop::Impossible(error));
                Some(Message::Resampled { place: job.place, edition: job.edition, outcome })
            },
        );
        let assess = Lane::start(
            answers.clone(),
            move |inquiry, ticket| threads.perform(|| assess(inquiry, ticket)),
            |_: &Inquiry| None,
        );
        (resample, assess)
    }

    /// Prices a space; older questions are dropped, also one that is being priced.
    pub(super) fn price(&self, job: PriceJob) {
        self.price.ask(job);
    }

    /// Orders candidates; older orders that wait are dropped.
    pub(super) fn order(&self, job: OrderJob) {
        self.order.ask(job);
    }

    /// Tests a law; older tests are dropped, also one that is being made.
    pub(super) fn judge(&self, job: JudgeJob) {
        self.judge.ask(job);
    }

    /// Asks the theory; older questions are dropped, also one that is being asked.
    pub(super) fn theorise(&self, inquiry: TheoryInquiry) {
        self.theorise.ask(inquiry);
    }

    /// Fits runs; older fits are stopped, and say so. So are resampling and tests of the law before: the fit is what one
    /// waits for.
    pub(super) fn fit(&self, job: FitJob) {
        self.resample.clear();
        self.judge.clear();
        self.fit.ask(job);
    }

    /// Resamples runs; older ones are stopped, and say so.
    pub(super) fn resample(&self, job: ResampleJob) {
        self.resample.ask(job);
    }

    /// Asks an ensemble; older questions are dropped, also one that is being asked.
    pub(super) fn assess(&self, inquiry: Inquiry) {
        self.assess.ask(inquiry);
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
