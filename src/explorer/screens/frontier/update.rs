//! The frontier's actions: what keys and clicks do depends on what has the focus.

use super::model::LowerPane;
use crate::explorer::change::{budgets, pick, prompt, question, what_if};
use crate::explorer::message::{Action, Effect};
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Arrow, Control, Direction, Focus, Stride};
use engine::budget::Limit;

/// Controls in the order in which the arrow keys walk through them.
const CONTROLS: [Control; 15] = [
    Control::Budget(Limit::Total),
    Control::Budget(Limit::Prefill),
    Control::Budget(Limit::Tpot),
    Control::Budget(Limit::Energy),
    Control::Budget(Limit::Memory),
    Control::Prompt,
    Control::Generate,
    Control::Batch,
    Control::Aim,
    Control::Format,
    Control::Head,
    Control::KvCache,
    Control::Mode,
    Control::Board,
    Control::Law,
];

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::FocusNext => focus_next(state, Direction::Up),
        Action::FocusPrevious => focus_next(state, Direction::Down),
        Action::Focus(focus) => state.focus = focus,
        Action::Arrow(arrow, stride) => return move_by_arrow(state, arrow, stride),
        Action::Step(control, direction, stride) => return step(state, control, direction, stride),
        Action::SetBudget(limit, value) => {
            state.focus = Focus::Control(Control::Budget(limit));
            budgets::set(state, limit, value);
        }
        Action::ToggleBudget(limit) => {
            state.focus = Focus::Control(Control::Budget(limit));
            budgets::toggle(state, limit);
        }
        Action::ToggleFocused => {
            if let Focus::Control(Control::Budget(limit)) = state.focus {
                budgets::toggle(state, limit);
            }
        }
        Action::Release => return what_if::release(state),
        Action::LiftBudgets => budgets::lift(state),
        Action::Preset(which) => budgets::preset(state, which),
        Action::PickNear { place, width_ln, height } => {
            state.focus = Focus::Chart;
            pick::nearest(state, place, width_ln, height);
        }
        Action::PickRow(row) => {
            state.focus = Focus::Table;
            pick::row(state, row);
        }
        Action::MoveRows(rows) => pick::move_rows(state, rows),
        Action::Scroll(rows) => pick::scroll(state, rows),
        Action::FollowBest => pick::follow_best(state),
        Action::CompareWith(place) => pick::compare_with(state, place),
        Action::CompareWithNext(direction) => pick::compare_with_next(state, direction),
        Action::Sort(column) => return pick::sort(state, column),
        Action::SortNext => return pick::sort_by_neighbour(state, Direction::Up),
        Action::ReverseSort => return pick::reverse(state),
        Action::FlipLowerPane => {
            state.lower_pane = match state.lower_pane {
                LowerPane::Table => LowerPane::Pick,
                LowerPane::Pick => LowerPane::Table,
            };
        }
        Action::TypeValue => prompt::type_value(state),
        Action::Export(scope) => prompt::export(state, scope),
        _ => {}
    }
    Vec::new()
}

/// Steps whatever `control` controls.
fn step(state: &mut State, control: Control, direction: Direction, stride: Stride) -> Vec<Effect> {
    state.focus = Focus::Control(control);
    match control {
        Control::Budget(limit) => {
            budgets::step(state, limit, direction, stride);
            Vec::new()
        }
        Control::Aim => {
            question::step_objective(state, direction);
            Vec::new()
        }
        _ => question::step(state, control, direction, stride),
    }
}

/// Tab: budgets, workload, table, chart, and round again.
fn focus_next(state: &mut State, direction: Direction) {
    let stops =
        [Focus::Control(Control::Budget(Limit::Total)), Focus::Control(Control::Prompt), Focus::Table, Focus::Chart];
    let here = match state.focus {
        Focus::Control(Control::Budget(_)) => 0,
        Focus::Control(_) => 1,
        Focus::Table => 2,
        Focus::Chart => 3,
    };
    state.focus = stops[direction.next_place(here, stops.len())];
}

fn move_by_arrow(state: &mut State, arrow: Arrow, stride: Stride) -> Vec<Effect> {
    match (state.focus, arrow) {
        (Focus::Control(control), Arrow::Left) => return step(state, control, Direction::Down, stride),
        (Focus::Control(control), Arrow::Right) => return step(state, control, Direction::Up, stride),
        (Focus::Control(control), Arrow::Up | Arrow::Down) => {
            let here = CONTROLS.iter().position(|known| *known == control).unwrap_or(0);
            let next = match arrow {
                Arrow::Up => here.saturating_sub(1),
                _ => (here + 1).min(CONTROLS.len() - 1),
            };
            state.focus = Focus::Control(CONTROLS[next]);
        }
        (Focus::Table, Arrow::Up) => pick::move_rows(state, -1),
        (Focus::Table, Arrow::Down) => pick::move_rows(state, 1),
        (Focus::Table, Arrow::Left) => return pick::sort_by_neighbour(state, Direction::Down),
        (Focus::Table, Arrow::Right) => return pick::sort_by_neighbour(state, Direction::Up),
        (Focus::Chart, Arrow::Left | Arrow::Up) => pick::along_frontier(state, Direction::Down),
        (Focus::Chart, Arrow::Right | Arrow::Down) => pick::along_frontier(state, Direction::Up),
    }
    Vec::new()
}
