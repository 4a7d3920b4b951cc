//! The background work of every picture: the runs of its law are resampled, and the evidence is asked how sure the
//! frontier is. Nothing waits for it.

use std::sync::Arc;

use crate::explorer::message::{Effect, FitStop};
use crate::explorer::resampled::{Inquiry, ResamplingProgress, Verdict};
use crate::explorer::shelf::FitProgress;
use crate::explorer::state::State;
use engine::law::Evidence;

/// Calls for resampling the law asked about, once it is fitted to its runs as they are now.
pub(crate) fn ask(state: &mut State) -> Option<Effect> {
    let place = state.question.law;
    let of = state.bootstrap.resamples;
    let entry = &mut state.shelf.laws[place];
    let is_due = entry.resampled.progress == ResamplingProgress::Due;
    if !is_due || entry.progress != FitProgress::Done || entry.fit().is_none() || of == 0 {
        return None;
    }
    entry.resampled.progress = ResamplingProgress::UnderWay { done: 0, of };
    Some(Effect::Resample(place))
}

/// So many resamples are fitted. Progress is shown in fifths: enough to see that it moves, and little to send over a
/// slow line.
pub(crate) fn progressed(state: &mut State, place: usize, edition: u32, finished: usize) {
    const STEPS: usize = 5;
    let entry = &mut state.shelf.laws[place];
    if let ResamplingProgress::UnderWay { done, of } = &mut entry.resampled.progress
        && entry.standing.as_ref().is_some_and(|standing| standing.edition == edition)
    {
        let step = (*of / STEPS).max(1);
        *done = (*done).max(finished / step * step).min(*of);
    }
}

/// Resampling ended. That of an earlier edition is dropped: it says nothing about the law that stands.
pub(crate) fn resampled(
    state: &mut State,
    place: usize,
    edition: u32,
    outcome: Result<Arc<Evidence>, FitStop>,
) -> Vec<Effect> {
    let entry = &mut state.shelf.laws[place];
    if entry.standing.as_ref().is_none_or(|standing| standing.edition != edition) {
        return Vec::new();
    }
    let resampled = &mut entry.resampled;
    resampled.progress = match outcome {
        Ok(evidence) => {
            resampled.newest = Some((edition, evidence));
            ResamplingProgress::Done
        }
        Err(FitStop::Superseded) => ResamplingProgress::Due,
        Err(FitStop::Impossible(error)) => ResamplingProgress::Impossible(error),
    };
    if state.question.law == place { ask(state).into_iter().collect() } else { Vec::new() }
}

/// Asks about the present picture, unless that was asked last. A verdict about another picture is removed at once. One
/// about other budgets stays until the next, because its intervals still hold.
pub(crate) fn follow(state: &mut State) -> Option<Effect> {
    let now = inquiry(state);
    let is_of_this = |verdict: &Arc<Verdict>| now.as_ref().is_some_and(|now| now.is_of_same_picture(&verdict.inquiry));
    state.verdict = state.verdict.take().filter(is_of_this);
    if now == state.inquiry {
        return None;
    }
    state.inquiry.clone_from(&now);
    if state.current_verdict().is_some() {
        return None;
    }
    now.map(|inquiry| Effect::Assess(Box::new(inquiry)))
}

/// Takes a verdict, unless something else is looked at by now.
pub(crate) fn assessed(state: &mut State, verdict: Arc<Verdict>) {
    if state.inquiry.as_ref() == Some(&verdict.inquiry) {
        state.shelf.laws[verdict.inquiry.law].resampled.lowest_loss = verdict.lowest_loss;
        state.verdict = Some(verdict);
    }
}

/// What the picture calls for; none where its law was not resampled.
pub fn inquiry(state: &State) -> Option<Inquiry> {
    let landscape = state.landscape()?;
    let evidence = state.evidence()?;
    let objective = state.objective;
    let off_axis = state.budgets_off_axis(&landscape.sweep);
    Some(Inquiry {
        law: state.shown().law,
        landscape: Arc::clone(landscape),
        evidence: Arc::clone(evidence),
        objective,
        budgets: off_axis,
    })
}
