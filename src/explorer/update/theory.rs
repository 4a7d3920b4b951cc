//! The Theory screen's actions: moving budgets; and asking the theory anew whenever what is looked at has changed.

use std::sync::Arc;

use super::{budgets, frontier, prompt, question};
use crate::engine::budget::Limit;
use crate::explorer::layout;
use crate::explorer::message::{Action, Arrow, Control, Effect, Focus};
use crate::explorer::screen::Screen;
use crate::explorer::slider::{Direction, Stride};
use crate::explorer::state::State;
use crate::explorer::theory_view::answer::{Answered, Inquiry, regime};
use crate::explorer::theory_view::table::Row;
use crate::explorer::theory_view::words::notes;
use crate::text::wrapped;

/// Applies an action of this screen.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Step(Control::Budget(limit), direction, stride) => step(state, limit, direction, stride),
        Action::Step(control, direction, stride) => return question::step(state, control, direction, stride),
        Action::Arrow(Arrow::Left, stride) => step(state, focused(state), Direction::Down, stride),
        Action::Arrow(Arrow::Right, stride) => step(state, focused(state), Direction::Up, stride),
        Action::Arrow(Arrow::Up, _) => focus_neighbour(state, -1),
        Action::Arrow(Arrow::Down, _) => focus_neighbour(state, 1),
        Action::Focus(focus @ Focus::Control(Control::Budget(_))) => state.focus = focus,
        Action::SetBudget(limit, value) => {
            focus(state, limit);
            budgets::set(state, limit, value);
        }
        Action::ToggleBudget(limit) => {
            focus(state, limit);
            budgets::toggle(state, limit);
        }
        Action::ToggleFocused => budgets::toggle(state, focused(state)),
        Action::TypeValue => {
            focus(state, focused(state));
            prompt::type_value(state);
        }
        Action::Preset(which) => budgets::preset(state, which),
        Action::Release => return frontier::release(state),
        Action::FlipLowerPane => {
            state.theory.lower_pane = state.theory.lower_pane.next();
            state.theory.top = 0;
        }
        Action::MoveRows(rows) | Action::Scroll(rows) => scroll(state, rows),
        _ => {}
    }
    Vec::new()
}

/// The budget that has the keys: that of the frontier, or the first where something else has them there.
pub(in crate::explorer) const fn focused(state: &State) -> Limit {
    match state.focus {
        Focus::Control(Control::Budget(limit)) => limit,
        _ => Limit::Total,
    }
}

const fn focus(state: &mut State, limit: Limit) {
    state.focus = Focus::Control(Control::Budget(limit));
}

fn step(state: &mut State, limit: Limit, direction: Direction, stride: Stride) {
    focus(state, limit);
    budgets::step(state, limit, direction, stride);
}

fn focus_neighbour(state: &mut State, by: isize) {
    let to = focused(state).index().saturating_add_signed(by).min(Limit::COUNT - 1);
    focus(state, Limit::ALL[to]);
}

/// Scrolls the notes, or the optima where these are shown instead.
fn scroll(state: &mut State, rows: isize) {
    let (Some(panes), Some(answered)) = (layout::theory::shown(state), &state.theory.answered) else { return };
    let (all, shown) = match (panes.notes.map(layout::theory::notes_body), panes.optima) {
        (Some(body), _) => {
            let room = usize::from(body.width).saturating_sub(2);
            (notes(answered).iter().map(|(_, words)| wrapped(words, room).len()).sum(), body.height)
        }
        (None, Some(pane)) => (Row::of(answered).len(), pane.height.saturating_sub(2)),
        (None, None) => return,
    };
    let last = usize::saturating_sub(all, usize::from(shown));
    state.theory.top = state.theory.top.saturating_add_signed(rows).min(last);
}

/// Asks about what is looked at now, if that is not what was asked last: only while one looks, since nothing else
/// shows it.
pub(super) fn follow(state: &mut State) -> Option<Effect> {
    if state.screen != Screen::Theory {
        return None;
    }
    let now = Inquiry::of(state);
    if now == state.theory.inquiry {
        return None;
    }
    state.theory.inquiry.clone_from(&now);
    if state.theory.is_current() {
        return None;
    }
    now.map(|inquiry| Effect::Theorise(Box::new(inquiry)))
}

/// Takes an answer, unless something else has been asked meanwhile.
pub(super) fn answered(state: &mut State, answered: Arc<Answered>) {
    if state.theory.inquiry.as_ref() == Some(&answered.inquiry) {
        // Other sentences stand there now: what is gravest in them comes first.
        if state.theory.answered.as_ref().is_none_or(|before| !is_alike(before, &answered)) {
            state.theory.top = 0;
        }
        state.theory.answered = Some(answered);
        scroll(state, 0);
    }
}

/// Whether answers are about the same board and law, and the same budgets bind.
fn is_alike(before: &Answered, now: &Answered) -> bool {
    let regimes = |answered: &Answered| [&answered.simplified, &answered.operators].map(regime);
    Arc::ptr_eq(&before.inquiry.landscape, &now.inquiry.landscape) && regimes(before) == regimes(now)
}
