//! The Theory screen's actions: moving budgets; and asking the theory anew whenever what is looked at has changed.

use std::sync::Arc;

use super::{budgets, frontier, prompt, question};
use crate::engine::budget::Limit;
use crate::explorer::layout;
use crate::explorer::message::{Action, Arrow, Control, Effect, Focus};
use crate::explorer::screen::Screen;
use crate::explorer::slider::{Direction, Stride};
use crate::explorer::sources::wrapped;
use crate::explorer::state::State;
use crate::explorer::theory_view::answer::{Answered, Inquiry};
use crate::explorer::theory_view::words::notes;

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
        Action::FlipLowerPane => state.theory.lower_pane = state.theory.lower_pane.next(),
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

fn scroll(state: &mut State, rows: isize) {
    let (Some(area), Some(answered)) = (layout::theory::notes(state), &state.theory.answered) else { return };
    let room = usize::from(area.width).saturating_sub(2);
    let all: usize = notes(answered).iter().map(|(_, words)| wrapped(words, room).len()).sum();
    let last = all.saturating_sub(usize::from(area.height));
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
        state.theory.answered = Some(answered);
        scroll(state, 0);
    }
}
