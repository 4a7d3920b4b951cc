//! What a session searches for on a space that is too large to price.
//!
//! A search finds one frontier: that of one latency, within the budgets that are no bound on the axis of this latency.
//! As long as latency and budgets stay, what has been found answers every question. When they change, the search goes
//! on.

use super::selection::axis_value;
use super::state::State;
use engine::budget::Budgets;
use engine::search::{Aim, Searched};
use engine::sweep::Sweep;

impl State {
    /// The budgets that do not bound the chart's own axis under a question. One that does cuts the frontier off and
    /// does not change which members are on it before the cut.
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
