//! The Theory screen's actions: moving budgets, and asking the theory anew whenever the question has changed.

use std::sync::Arc;

use super::action::TheoryAction;
use super::layout;
use super::model::answer::{Answered, Inquiry, Swept};
use super::model::table::Row;
use super::model::words::notes;
use crate::explorer::change::{budgets, prompt};
use crate::explorer::message::Effect;
use crate::explorer::screen::Screen;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Arrow, Control, Direction, Focus, Stride};
use engine::budget::Limit;
use engine::text::wrapped;
use engine::theory::regime;

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: TheoryAction) {
    match action {
        TheoryAction::Arrow(Arrow::Left, stride) => step(state, Direction::Down, stride),
        TheoryAction::Arrow(Arrow::Right, stride) => step(state, Direction::Up, stride),
        TheoryAction::Arrow(Arrow::Up, _) => focus_neighbour(state, -1),
        TheoryAction::Arrow(Arrow::Down, _) => focus_neighbour(state, 1),
        TheoryAction::ToggleFocused => budgets::toggle(state, state.focus.limit()),
        TheoryAction::TypeValue => {
            focus(state, state.focus.limit());
            prompt::type_value(state);
        }
        TheoryAction::FlipLowerPane => {
            state.theory.lower_pane = state.theory.lower_pane.next();
            (state.theory.optima_top, state.theory.notes_top) = (0, 0);
        }
        // Where both are shown, the keys move both, and the wheel moves the one under the mouse.
        TheoryAction::MoveRows(rows) => {
            scroll_optima(state, rows);
            scroll_notes(state, rows);
        }
        TheoryAction::ScrollOptima(rows) => scroll_optima(state, rows),
        TheoryAction::ScrollNotes(rows) => scroll_notes(state, rows),
    }
}

const fn focus(state: &mut State, limit: Limit) {
    state.focus = Focus::Control(Control::Budget(limit));
}

fn step(state: &mut State, direction: Direction, stride: Stride) {
    let limit = state.focus.limit();
    focus(state, limit);
    budgets::step(state, limit, direction, stride);
}

fn focus_neighbour(state: &mut State, by: isize) {
    let to = state.focus.limit().index().saturating_add_signed(by).min(Limit::COUNT - 1);
    focus(state, Limit::ALL[to]);
}

/// Scrolls the notes as far as they reach, if they are shown.
fn scroll_notes(state: &mut State, rows: isize) {
    let (Some(panes), Some(answered)) = (layout::shown(state), &state.theory.answered) else { return };
    let Some(body) = panes.notes.map(layout::notes_body) else { return };
    let room = usize::from(body.width).saturating_sub(2);
    let all = notes(answered).iter().map(|(_, words)| wrapped(words, room).len()).sum();
    state.theory.notes_top = scrolled(state.theory.notes_top, rows, (all, body.height));
}

/// The same of the optima.
fn scroll_optima(state: &mut State, rows: isize) {
    let (Some(panes), Some(answered)) = (layout::shown(state), &state.theory.answered) else { return };
    let Some(pane) = panes.optima else { return };
    let room = pane.height.saturating_sub(2);
    state.theory.optima_top = scrolled(state.theory.optima_top, rows, (Row::of(answered).len(), room));
}

/// From where a smaller pane may have had its last rows: they may all have room by now.
fn scrolled(top: usize, rows: isize, (all, shown): (usize, u16)) -> usize {
    let last = all.saturating_sub(usize::from(shown));
    top.min(last).saturating_add_signed(rows).min(last)
}

/// Asks about the present picture, unless that was asked last. It asks only while the screen is shown, because no other
/// screen needs the answer.
pub(crate) fn follow(state: &mut State) -> Option<Effect> {
    if state.screen != Screen::Theory {
        return None;
    }
    let now = inquiry(state);
    let is_asked = now == state.theory.inquiry;
    state.theory.inquiry = now;
    if !is_asked {
        state.theory.failed = None;
    }
    if state.theory.is_current() {
        find_best_swept(state);
        return None;
    }
    state.theory.inquiry.clone().filter(|_| !is_asked).map(|inquiry| Effect::Theorise(Box::new(inquiry)))
}

/// Puts the best of the sweep beside an answer, once for each landscape.
fn find_best_swept(state: &mut State) {
    let Some(landscape) = state.landscape().map(Arc::clone) else { return };
    let Some(answered) = &mut state.theory.answered else { return };
    if answered.swept.as_ref().is_none_or(|swept| !swept.is_of(&landscape)) {
        let swept = Swept::of(&landscape, &answered.inquiry);
        Arc::make_mut(answered).swept = Some(swept);
        // Where no shape is rounded, the notes are about this one.
        scroll_notes(state, 0);
    }
}

/// Takes an answer, unless something else has been asked meanwhile.
pub(crate) fn answered(state: &mut State, answered: Arc<Answered>) {
    if state.theory.inquiry.as_ref() == Some(&answered.inquiry) {
        // Other sentences stand there now: what is gravest in them comes first.
        if state.theory.answered.as_ref().is_none_or(|before| !is_alike(before, &answered)) {
            state.theory.notes_top = 0;
        }
        state.theory.answered = Some(answered);
        scroll_optima(state, 0);
    }
}

/// Takes that there is no answer, unless something else has been asked meanwhile.
pub(crate) fn failed(state: &mut State, inquiry: Inquiry) {
    if state.theory.inquiry.as_ref() == Some(&inquiry) {
        state.theory.failed = Some(inquiry);
    }
}

/// Whether answers are about the same board and law, and the same budgets bind.
fn is_alike(before: &Answered, now: &Answered) -> bool {
    let regimes = |answered: &Answered| [&answered.simplified, &answered.operators].map(regime);
    before.inquiry.question == now.inquiry.question && regimes(before) == regimes(now)
}

/// What the picture calls for; none before the first.
fn inquiry(state: &State) -> Option<Inquiry> {
    let (landscape, question) = (state.landscape()?, state.shown());
    Some(Inquiry {
        question,
        law: landscape.law.clone(),
        estimator: landscape.estimator,
        hardware: state.hardware(question),
        space: state.shelf.space_under(&Arc::new(landscape.law.clone())).0,
        budgets: state.budgets(),
    })
}
