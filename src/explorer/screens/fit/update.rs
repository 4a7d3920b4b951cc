//! The Fit screen's actions: looking at runs, sorting them, leaving them out.

use super::action::FitAction;
use super::layout::{coefficients_body, panes_of, table_rows};
use super::model::{FitFocus, LowerPane, coefficients};
use crate::explorer::change::{question, recipe};
use crate::explorer::message::Effect;
use crate::explorer::state::State;
use crate::explorer::table;
use crate::explorer::table::RowWindow;
use crate::explorer::vocabulary::{Arrow, Direction};

/// Brings what the screen looks at up to date with the law asked about.
pub(crate) fn follow(state: &mut State) -> Option<Effect> {
    let place = state.question.law;
    if state.fit.follow(place, &state.shelf.laws[place]) {
        keep_in_view(state);
    }
    None
}

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: FitAction) -> Vec<Effect> {
    match action {
        FitAction::FocusNext(direction) => focus_next(state, direction),
        FitAction::Focus(focus) => set_focus(state, focus),
        FitAction::Arrow(arrow) => move_by_arrow(state, arrow),
        FitAction::ShowAxis(axis) => {
            state.fit.axis = axis;
            state.fit.focus = FitFocus::Plots;
        }
        FitAction::SelectNear { plot, place, spans } => {
            let nearest = state.fit.evidence.as_ref().and_then(|evidence| evidence.nearest(plot, place, spans));
            state.fit.focus = FitFocus::Plots;
            select(state, nearest);
        }
        FitAction::SelectRow(row) => {
            set_focus(state, FitFocus::Runs);
            select(state, state.fit.order.get(row).copied());
        }
        FitAction::MoveRows(rows) => move_rows(state, rows),
        FitAction::Scroll(rows) => state.fit.top = window(state).scrolled_to(state.fit.top.saturating_add_signed(rows)),
        FitAction::ScrollCoefficients(rows) => scroll_coefficients(state, rows),
        FitAction::Sort(column) => state.fit.sort = table::clicked(state.fit.sort, column),
        FitAction::SortNext => state.fit.sort = table::stepped(state.fit.sort, Direction::Up),
        FitAction::ReverseSort => state.fit.sort.1 = state.fit.sort.1.reversed(),
        FitAction::FlipLowerPane => match state.fit.lower_pane {
            LowerPane::Runs => set_focus(state, FitFocus::Coefficients),
            LowerPane::Coefficients => set_focus(state, FitFocus::Runs),
        },
        FitAction::FlipCriterion => return recipe::flip_criterion(state),
        FitAction::Compare => recipe::compare(state),
        FitAction::ToggleSelectedRun => {
            if let Some(run) = state.fit.selected {
                return question::toggle_run(state, run);
            }
        }
    }
    Vec::new()
}

/// Tab: plots, runs, coefficients, and round again.
fn focus_next(state: &mut State, direction: Direction) {
    let next = match (state.fit.focus, direction) {
        (FitFocus::Plots, Direction::Up) | (FitFocus::Coefficients, Direction::Down) => FitFocus::Runs,
        (FitFocus::Runs, Direction::Up) | (FitFocus::Plots, Direction::Down) => FitFocus::Coefficients,
        (FitFocus::Coefficients, Direction::Up) | (FitFocus::Runs, Direction::Down) => FitFocus::Plots,
    };
    set_focus(state, next);
}

/// A pane that has the keys is shown, also where it shares its place.
fn set_focus(state: &mut State, focus: FitFocus) {
    state.fit.focus = focus;
    match focus {
        FitFocus::Runs => state.fit.lower_pane = LowerPane::Runs,
        FitFocus::Coefficients => state.fit.lower_pane = LowerPane::Coefficients,
        FitFocus::Plots => {}
    }
}

fn move_by_arrow(state: &mut State, arrow: Arrow) {
    match (state.fit.focus, arrow) {
        (FitFocus::Coefficients, Arrow::Up) => scroll_coefficients(state, -1),
        (FitFocus::Coefficients, Arrow::Down) => scroll_coefficients(state, 1),
        (_, Arrow::Up) => move_rows(state, -1),
        (_, Arrow::Down) => move_rows(state, 1),
        (FitFocus::Runs, Arrow::Left) => state.fit.sort = table::stepped(state.fit.sort, Direction::Down),
        (FitFocus::Runs, Arrow::Right) => state.fit.sort = table::stepped(state.fit.sort, Direction::Up),
        (_, Arrow::Left) => state.fit.axis = state.fit.neighbouring_axis(Direction::Down),
        (_, Arrow::Right) => state.fit.axis = state.fit.neighbouring_axis(Direction::Up),
    }
}

fn move_rows(state: &mut State, rows: isize) {
    if state.fit.evidence.is_none() {
        return scroll_coefficients(state, rows);
    }
    let last = state.fit.order.len().saturating_sub(1);
    let here = state.fit.selected_row().unwrap_or(0);
    let row = here.saturating_add_signed(rows).min(last);
    select(state, state.fit.order.get(row).copied());
}

fn select(state: &mut State, run: Option<usize>) {
    state.fit.selected = run.or(state.fit.selected);
    keep_in_view(state);
}

/// Scrolls so that the run looked at is shown: it, the order or the room changed.
pub(crate) fn keep_in_view(state: &mut State) {
    state.fit.top = window(state).holding(state.fit.selected_row());
    scroll_coefficients(state, 0);
}

fn window(state: &State) -> RowWindow {
    RowWindow { top: state.fit.top, shown: table_rows(state), all: state.fit.order.len() }
}

fn scroll_coefficients(state: &mut State, rows: isize) {
    let pane = panes_of(state).and_then(|panes| panes.coefficients);
    let entry = state.law_entry();
    let (Some(law), Some(pane)) = (entry.law(), pane) else { return };
    let body = coefficients_body(pane);
    let last = coefficients::lines(law, entry.standing_ensemble(), entry.findings(), usize::from(body.width))
        .len()
        .saturating_sub(usize::from(body.height));
    state.fit.coefficients_top = state.fit.coefficients_top.saturating_add_signed(rows).min(last);
}
