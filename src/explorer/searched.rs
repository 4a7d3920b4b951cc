//! What a session on a space too large to price searches for.
//!
//! A search finds one frontier: of one latency, within the budgets that are no bound on its axis. As long as these stay,
//! what has been found answers every question; when they change, it is searched on.

use super::selection::axis_value;
use super::state::State;
use engine::budget::Budgets;
use engine::search::{Aim, Searched};
use engine::sweep::Sweep;

impl State {
    /// The budgets that do not bound the chart's own axis under a question: one that does cuts the frontier off, and
    /// changes nothing about who is on it before the cut.
    pub fn budgets_off_axis(&self, sweep: &Sweep) -> Budgets {
        let bounds = |limit, value| axis_value(self.objective, limit, value, sweep).is_some();
        self.budgets()
            .active()
            .filter(|&(limit, value)| sweep.generated_tokens == 0 || !bounds(limit, value))
            .fold(Budgets::NONE, |budgets, (limit, value)| budgets.with(limit, value))
    }

    /// What a search of the space is for; none where it is priced as a whole.
    pub fn wanted_aim(&self) -> Option<Aim> {
        let estimator = self.estimator(self.question).ok().filter(|_| self.shelf.is_searched())?;
        Some(Aim { objective: self.objective, budgets: self.budgets_off_axis(&Sweep::list(&estimator)) })
    }

    /// How the search of the picture's space stands; none where it was priced as a whole.
    pub fn searched(&self) -> Option<&Searched> {
        self.landscape()?.searched.as_ref()
    }
}
