//! The frontier's actions: what keys and clicks do depends on what has the focus.

use super::action::FrontierAction;
use super::model::LowerPane;
use crate::explorer::change::{budgets, pick, prompt, question, sort};
use crate::explorer::message::Effect;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Arrow, Control, Direction, Focus, Stride};
use engine::budget::Limit;

/// Controls in the order in which the arrow keys walk through them.
const CONTROLS: [Control; 18] = [
    Control::Budget(Limit::Total),
    Control::Budget(Limit::Prefill),
    Control::Budget(Limit::Tpot),
    Control::Budget(Limit::Energy),
    Control::Budget(Limit::Memory),
    Control::Prompt,
    Control::Generate,
    Control::Cached,
    Control::Batch,
    Control::Chunk,
    Control::Aim,
    Control::Format,
    Control::Head,
    Control::KvCache,
    Control::Mode,
    Control::Board,
    Control::Law,
    Control::Others,
];

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: FrontierAction) -> Vec<Effect> {
    match action {
        FrontierAction::FocusNext(direction) => focus_next(state, direction),
        FrontierAction::Arrow(arrow, stride) => return move_by_arrow(state, arrow, stride),
        FrontierAction::ToggleFocused => {
            if let Focus::Control(Control::Budget(limit)) = state.focus {
                budgets::toggle(state, limit);
            }
        }
        FrontierAction::TypeValue => prompt::type_value(state),
        FrontierAction::PickNear { place, width_ln, height } => {
            state.focus = Focus::Chart;
            pick::nearest(state, place, width_ln, height);
        }
        FrontierAction::PickRow(row) => {
            state.focus = Focus::Table;
            pick::row(state, row);
        }
        FrontierAction::MoveRows(rows) => pick::move_rows(state, rows),
        FrontierAction::Scroll(rows) => pick::scroll(state, rows),
        FrontierAction::CompareWith(place) => pick::compare_with(state, place),
        FrontierAction::CompareWithNext(direction) => pick::compare_with_next(state, direction),
        FrontierAction::Sort(column) => return sort::by(state, column),
        FrontierAction::SortNext => return sort::by_neighbour(state, Direction::Up),
        FrontierAction::ReverseSort => return sort::reverse(state),
        FrontierAction::FlipLowerPane => {
            state.lower_pane = match state.lower_pane {
                LowerPane::Table => LowerPane::Pick,
                LowerPane::Pick => LowerPane::Table,
            };
        }
        FrontierAction::Export(scope) => prompt::export(state, scope),
    }
    Vec::new()
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
        (Focus::Control(control), Arrow::Left) => return question::step(state, control, Direction::Down, stride),
        (Focus::Control(control), Arrow::Right) => return question::step(state, control, Direction::Up, stride),
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
        (Focus::Table, Arrow::Left) => return sort::by_neighbour(state, Direction::Down),
        (Focus::Table, Arrow::Right) => return sort::by_neighbour(state, Direction::Up),
        (Focus::Chart, Arrow::Left | Arrow::Up) => pick::along_frontier(state, Direction::Down),
        (Focus::Chart, Arrow::Right | Arrow::Down) => pick::along_frontier(state, Direction::Up),
    }
    Vec::new()
}
