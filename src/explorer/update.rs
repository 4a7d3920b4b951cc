//! One function applies one message to the state and returns what the world should do. No terminal, no files, no
//! clock: whatever a session does can be replayed in a test.

mod budgets;
mod pick;
mod prompt;
mod question;

use std::sync::Arc;

use super::message::{Action, Arrow, Control, Effect, ExportOutcome, Focus, Message};
use super::selection::{Frontiers, Selection};
use super::shelf::LawChoice;
use super::slider::{Direction, Stride};
use super::state::{LowerPane, Mode, Notice, Pick, Prompt, State};
use super::table;
use crate::engine::budget::Limit;
use crate::engine::landscape::Landscape;
use crate::engine::law::LossLaw;
use crate::error::Error;

/// Controls in the order in which the arrow keys walk through them.
pub const CONTROLS: [Control; 12] = [
    Control::Budget(Limit::Total),
    Control::Budget(Limit::Prefill),
    Control::Budget(Limit::Tpot),
    Control::Budget(Limit::Memory),
    Control::Prompt,
    Control::Generate,
    Control::Batch,
    Control::Aim,
    Control::Format,
    Control::Mode,
    Control::Board,
    Control::Law,
];

/// Farthest that the sources scroll; more lines than any profile has.
const LAST_LINE: u16 = 200;

/// What to do at the very start: price, or fit first.
pub fn start(state: &mut State) -> Vec<Effect> {
    question::ask(state)
}

/// Applies `message`.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Resized(columns, rows) => {
            state.size = (columns, rows);
            pick::keep_in_view(state);
            Vec::new()
        }
        Message::Priced(number, landscape) => {
            receive(state, number, landscape);
            Vec::new()
        }
        Message::Fitted(place, outcome) => fitted(state, place, outcome),
        Message::Exported(outcome) => {
            exported(state, outcome);
            Vec::new()
        }
        Message::WorkerFailed(report) => {
            state.notice = Some(Notice::Trouble(report));
            Vec::new()
        }
        Message::Act(action) => {
            state.notice = None;
            act(state, action)
        }
    }
}

/// Applies what a person did.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::FocusNext => focus_next(state, Direction::Up),
        Action::FocusPrevious => focus_next(state, Direction::Down),
        Action::Focus(focus) => state.focus = focus,
        Action::Arrow(arrow, stride) => return move_by_arrow(state, arrow, stride),
        Action::Step(control, direction, stride) => return step(state, control, direction, stride),
        Action::SetBudget(limit, value) => budgets::set(state, limit, value),
        Action::ToggleBudget(limit) => budgets::toggle(state, limit),
        Action::ToggleFocused => {
            if let Focus::Control(Control::Budget(limit)) = state.focus {
                budgets::toggle(state, limit);
            }
        }
        Action::LiftBudgets => budgets::lift(state),
        Action::Preset(which) => budgets::preset(state, which),
        Action::PickNear { place, width_ln, height } => pick::nearest(state, place, width_ln, height),
        Action::PickRow(row) => pick::row(state, row),
        Action::MoveRows(rows) => pick::move_rows(state, rows),
        Action::Scroll(rows) => pick::scroll(state, rows),
        Action::FollowBest => pick::follow_best(state),
        Action::Sort(column) => pick::sort(state, column),
        Action::SortNext => pick::sort_next(state),
        Action::ReverseSort => pick::reverse(state),
        Action::FlipLowerPane => {
            state.lower_pane = match state.lower_pane {
                LowerPane::Table => LowerPane::Pick,
                LowerPane::Pick => LowerPane::Table,
            };
        }
        Action::Help => state.mode = Mode::Help,
        Action::Sources => state.mode = Mode::Sources(0),
        Action::TypeValue => prompt::type_value(state),
        Action::Export(scope) => prompt::export(state, scope),
        Action::Char(typed) => prompt::push(state, typed),
        Action::Backspace => prompt::pop(state),
        Action::Submit => return prompt::submit(state),
        Action::Cancel => state.mode = Mode::Explore,
        Action::Quit => return vec![Effect::Quit],
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
    let next = match direction {
        Direction::Up => (here + 1) % stops.len(),
        Direction::Down => (here + stops.len() - 1) % stops.len(),
    };
    state.focus = stops[next];
}

fn move_by_arrow(state: &mut State, arrow: Arrow, stride: Stride) -> Vec<Effect> {
    if let Mode::Sources(top) = &mut state.mode {
        *top = if arrow == Arrow::Up { top.saturating_sub(1) } else { top.saturating_add(1).min(LAST_LINE) };
        return Vec::new();
    }
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
        (Focus::Table, Arrow::Left) => pick::sort_previous(state),
        (Focus::Table, Arrow::Right) => pick::sort_next(state),
        (Focus::Chart, Arrow::Left | Arrow::Up) => pick::along_frontier(state, Direction::Down),
        (Focus::Chart, Arrow::Right | Arrow::Down) => pick::along_frontier(state, Direction::Up),
    }
    Vec::new()
}

/// Takes a priced landscape, unless a newer question has been asked since.
fn receive(state: &mut State, number: u64, landscape: Arc<Landscape>) {
    if number != state.asked {
        return;
    }
    state.answered = number;
    state.shown = state.question;
    if matches!(state.pick, Pick::Chosen(index) if index >= landscape.sweep.len()) {
        state.pick = Pick::Best;
    }
    state.landscape = Some(landscape);
    reorder(state);
    refront(state);
    reselect(state);
}

/// Sorts the table again: the landscape or the sort column changed.
fn reorder(state: &mut State) {
    if let Some(landscape) = &state.landscape {
        state.order = table::order(landscape, state.sort.0, state.sort.1);
    }
}

/// Draws the unconditional frontiers again: the landscape or the objective changed.
fn refront(state: &mut State) {
    if let Some(landscape) = &state.landscape {
        state.frontiers = Frontiers::new(landscape, state.objective);
    }
}

/// Applies the budgets again.
fn reselect(state: &mut State) {
    if let Some(landscape) = &state.landscape {
        state.selection = Selection::new(landscape, &state.order, state.objective, &state.budgets());
    }
    pick::keep_in_view(state);
}

fn fitted(state: &mut State, place: usize, outcome: Result<Arc<LossLaw>, Error>) -> Vec<Effect> {
    if state.fitting == Some(place) {
        state.fitting = None;
    }
    match outcome {
        Ok(law) => {
            state.shelf.laws[place] = LawChoice::Ready(law);
            if state.question.law == place { question::ask(state) } else { Vec::new() }
        }
        Err(error) => {
            state.notice = Some(Notice::Trouble(error.to_string()));
            Vec::new()
        }
    }
}

fn exported(state: &mut State, outcome: ExportOutcome) {
    match outcome {
        ExportOutcome::Written(path, architectures) => {
            let what = if architectures == 1 { "architecture" } else { "architectures" };
            state.notice = Some(Notice::Done(format!(
                "wrote {} {what} to {}",
                crate::units::count(architectures),
                path.display()
            )));
        }
        ExportOutcome::Exists(path, scope) => state.mode = Mode::Overwriting(scope, path),
        ExportOutcome::Failed(error) => state.notice = Some(Notice::Trouble(error.to_string())),
    }
}

/// Puts an error beside what was typed.
fn refuse(prompt: &mut Prompt, error: &str) {
    prompt.error = Some(error.to_owned());
}
