//! The picture: what a landscape, the budgets, the objective and the order of the table make of it.

use std::sync::Arc;

use super::pick;
use crate::explorer::message::Effect;
use crate::explorer::news;
use crate::explorer::screens::frontier::model::BEST_FIRST;
use crate::explorer::selection::{Frontiers, Selection};
use crate::explorer::state::State;
use crate::explorer::table::SortOrder;
use crate::explorer::vocabulary::{Answer, Notice};
use engine::landscape::Landscape;
use engine::quantity::Quantity;
use report::Warning;

/// Takes an answer, unless something else has been asked since.
pub(crate) fn receive(state: &mut State, answer: Answer) -> Vec<Effect> {
    let Answer { question, landscape, .. } = &answer;
    if *question != state.question {
        return Vec::new();
    }
    pick::carry_over(state, landscape);
    let earlier = state.answer.as_ref().filter(|earlier| earlier.question.asks_the_same_as(*question));
    let earlier = earlier.map(|earlier| {
        // A search that has found more is the same picture still.
        let is_news = earlier.question != *question;
        is_news.then(|| news::in_words(&earlier.landscape, landscape, state.objective))
    });
    state.answer = Some(answer);
    refront(state);
    if let Some(change) = earlier {
        if let Some(words) = change {
            state.notice = Some(Notice::Done(words));
        }
        // The rows keep their order until the new one is there. Any order in between would only flash.
        let order = state.order.take();
        let effects = reorder(state);
        state.order = order;
        reselect_in_place(state);
        return effects;
    }
    let effects = reorder(state);
    reselect(state);
    effects
}

/// The landscape or the sort column changed. The order "best first" needs no sorting. Any other order is the work of a
/// worker.
pub(crate) fn reorder(state: &mut State) -> Vec<Effect> {
    state.order = None;
    match state.landscape() {
        Some(landscape) if state.sort != BEST_FIRST => {
            vec![Effect::Order(Arc::clone(landscape), state.sort)]
        }
        _ => Vec::new(),
    }
}

/// Takes the table's order, unless it is for another landscape or column by now.
pub(crate) fn ordered(state: &mut State, landscape: &Arc<Landscape>, sort: (Quantity, SortOrder), order: Vec<u32>) {
    let current = state.landscape().is_some_and(|shown| Arc::ptr_eq(shown, landscape));
    if current && sort == state.sort {
        if state.order.replace(order).is_some() {
            reselect_in_place(state);
        } else {
            state.top = 0;
            reselect(state);
        }
    }
}

/// Draws the unconditional frontiers again: the landscape or the objective changed.
pub(crate) fn refront(state: &mut State) {
    if let Some(Answer { landscape, before, .. }) = &state.answer {
        state.frontiers = Frontiers::new(landscape, before.as_deref(), state.objective);
    }
}

/// Applies the budgets again.
pub(crate) fn reselect(state: &mut State) {
    if let Some(landscape) = state.landscape() {
        let order = state.order.as_deref().unwrap_or_else(|| landscape.best_first());
        state.selection = Selection::new(landscape, order, state.objective, &state.budgets());
    }
    state.warnings = state.with_view(Warning::of_view).unwrap_or_default();
    pick::locate(state);
}

/// The same, with other numbers for the same question. A user who has scrolled away from the pick stays there.
fn reselect_in_place(state: &mut State) {
    let (top, in_view) = (state.top, pick::is_in_view(state));
    reselect(state);
    if !in_view {
        pick::scroll_to(state, top);
    }
}
