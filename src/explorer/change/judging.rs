//! The law of the Fit screen is tested while one looks at it, one test at a time. What is shown first is computed
//! first, and what is asked for comes before everything else.

use crate::explorer::judged::{Finding, Test, Trial};
use crate::explorer::message::Effect;
use crate::explorer::screen::Screen;
use crate::explorer::shelf::FitProgress;
use crate::explorer::state::{Mode, State};
use engine::error::Error;

/// Calls for the next test, unless that is the one under way.
pub(crate) fn follow(state: &mut State) -> Option<Effect> {
    let next = next(state);
    if next == state.trial {
        return None;
    }
    state.trial = next;
    next.map(Effect::Judge)
}

/// The next test to be made. `None` if the law belongs to earlier runs.
fn next(state: &State) -> Option<Trial> {
    let entry = state.law_entry();
    let standing = entry.standing.as_ref().filter(|standing| standing.fit.is_some())?;
    if state.screen != Screen::Fit || entry.progress != FitProgress::Done {
        return None;
    }
    let asked_for = matches!(state.mode, Mode::Comparison(_)).then_some(Test::Comparison);
    let tests = asked_for.into_iter().chain([Test::Influence, Test::Validation, Test::Profiles]);
    let mut missing = tests.filter(|test| !entry.judged.knows(standing, entry.basis(), *test));
    Some(Trial { place: state.question.law, edition: standing.edition, test: missing.next()? })
}

/// A test was made. That of an earlier edition says nothing about the law that stands.
pub(crate) fn judged(state: &mut State, trial: Trial, outcome: Result<Finding, Error>) {
    if state.trial == Some(trial) {
        state.trial = None;
    }
    let entry = &mut state.shelf.laws[trial.place];
    let stands = entry.standing.as_ref().is_some_and(|standing| standing.edition == trial.edition);
    let basis = entry.basis();
    if let Some(dataset) = &entry.dataset
        && stands
        && entry.progress == FitProgress::Done
    {
        entry.judged.take((trial.edition, dataset, basis), trial.test, outcome);
    }
}
