//! Searching a space that is too large to price: what has been found is shown as it grows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::explorer::state::State;
use crate::explorer::vocabulary::{Pick, Question};
use engine::architecture::Architecture;
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::law::fit::Watch;
use engine::roofline::Estimator;
use engine::search::{Aim, Search, SearchOptions, Stop};
use engine::space::Space;

/// A search's landscapes are worth a frame only so often.
const INTERVAL: Duration = Duration::from_millis(150);

/// What to search for, and from where.
pub(in crate::explorer) struct Hunt {
    pub(super) aim: Aim,
    /// What has been found for the same question: the search goes on from there.
    pub(super) found: Option<Arc<Landscape>>,
    /// What is picked: it is priced in any case, so that it can stay picked.
    pub(super) picked: Option<Architecture>,
}

impl Hunt {
    /// For a question of the state; none where its space is priced as a whole.
    pub(super) fn of(state: &State, question: Question) -> Option<Self> {
        let aim = state.wanted_aim()?;
        let answer = state.answer.as_ref();
        Some(Self {
            aim,
            found: answer.filter(|answer| answer.question == question).map(|answer| Arc::clone(&answer.landscape)),
            picked: state.landscape().and_then(|found| match state.pick {
                Pick::Chosen(index) => Some(found.sweep.architecture(index)),
                Pick::Best => None,
            }),
        })
    }

    /// A search that goes on from what has been found, or begins.
    pub(super) fn search(&self, space: &Arc<Space>, law: &LossLaw, estimator: Estimator) -> Search {
        let found = self.found.as_ref().and_then(|found| Some((found, found.searched?)));
        match found {
            Some((found, before)) => Search::resume(space, found, before, self.aim, SearchOptions::DEFAULT),
            None => self.search_anew(space, law, estimator),
        }
    }

    /// The same from the beginning, such as on another board.
    pub(super) fn search_anew(&self, space: &Arc<Space>, law: &LossLaw, estimator: Estimator) -> Search {
        let mut search = Search::new(space, law.clone(), estimator, self.aim, SearchOptions::DEFAULT);
        search.include(self.picked.as_slice());
        search
    }
}

/// Searches until there is an end, unless `outdated` says that something else has been asked. `show` is given what has been
/// found so far, now and then.
pub(super) fn finish(
    mut search: Search,
    outdated: &(dyn Fn() -> bool + Sync),
    show: &dyn Fn(Landscape),
) -> Option<Landscape> {
    let mut shown = Instant::now();
    loop {
        match search.advance(&Outdated(outdated)) {
            Some(Stop::Cancelled) => return None,
            Some(_) => return Some(search.landscape()),
            None if shown.elapsed() >= INTERVAL => {
                show(search.landscape());
                shown = Instant::now();
            }
            None => {}
        }
    }
}

struct Outdated<'a>(&'a (dyn Fn() -> bool + Sync));

impl Watch for Outdated<'_> {
    fn cancelled(&self) -> bool {
        (self.0)()
    }
}
