//! One function applies one message to the state and returns what the world should do. No terminal, no files, no
//! clock: whatever a session does can be replayed in a test.

mod budgets;
mod live;
mod pick;
mod prompt;
mod question;

use std::sync::Arc;

use super::message::{Action, Arrow, Control, Effect, ExportOutcome, Focus, Message};
use super::selection::{Frontiers, Selection};
use super::slider::{Direction, Stride};
use super::state::{Answer, LowerPane, Mode, Notice, Pick, Prompt, Question, State};
use super::table::{self, Column, SortOrder};
use super::{change, layout, sources};
use crate::engine::budget::Limit;
use crate::engine::landscape::Landscape;
use crate::files::export::Warning;

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

/// What to do at the very start: watch what may change, and price, or fit first.
pub fn start(state: &mut State) -> Vec<Effect> {
    let is_live = |place: &usize| state.shelf.laws[*place].live.is_some();
    let mut effects: Vec<Effect> = (0..state.shelf.laws.len()).filter(is_live).map(Effect::Watch).collect();
    effects.extend(question::ask(state));
    effects
}

/// Applies `message`.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let effects = apply(state, message);
    // A question that came while the keyboard was taken is asked as soon as it is free.
    if matches!(state.mode, Mode::Explore) && !state.conflicts.is_empty() {
        state.mode = Mode::Overwriting(Box::new(state.conflicts.remove(0)));
    }
    effects
}

fn apply(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Act(action) => {
            state.notice = None;
            return act(state, action);
        }
        Message::Pasted(text) => text.chars().for_each(|typed| prompt::push(state, typed)),
        Message::Resized(columns, rows) => {
            state.size = (columns, rows);
            pick::keep_in_view(state);
        }
        Message::Priced(question, landscape) => return receive(state, question, landscape),
        Message::Fitted { place, revision, outcome } => return question::fitted(state, place, revision, outcome),
        Message::FitProgressed { place, revision, done, of } => {
            question::fit_progressed(state, place, revision, (done, of));
        }
        Message::Ordered(landscape, sort, order) => ordered(state, &landscape, sort, order),
        Message::Reread { place, outcome } => return live::reread(state, place, outcome),
        Message::Unwatched(place, reason) => live::unwatched(state, place, reason),
        Message::Exported(outcome) => exported(state, outcome),
        Message::PricingFailed(question) => question::pricing_failed(state, question),
    }
    Vec::new()
}

/// Applies what a person did.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
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
        Action::MoveRows(rows) if matches!(state.mode, Mode::Sources(_)) => scroll_sources(state, rows),
        Action::MoveRows(rows) => pick::move_rows(state, rows),
        Action::Scroll(rows) => pick::scroll(state, rows),
        Action::FollowBest => pick::follow_best(state),
        Action::Sort(column) => return pick::sort(state, column),
        Action::SortNext => return pick::sort_next(state),
        Action::ReverseSort => return pick::reverse(state),
        Action::FlipLowerPane => {
            state.lower_pane = match state.lower_pane {
                LowerPane::Table => LowerPane::Pick,
                LowerPane::Pick => LowerPane::Table,
            };
        }
        Action::ToggleRun(run) => return question::toggle_run(state, run),
        Action::RestoreRuns => return question::restore_runs(state),
        Action::Help => state.mode = Mode::Help,
        Action::Sources => state.mode = Mode::Sources(0),
        Action::TypeValue => prompt::type_value(state),
        Action::Export(scope) => prompt::export(state, scope),
        Action::Char(typed) => prompt::push(state, typed),
        Action::Backspace => prompt::pop(state),
        Action::ClearLine => prompt::clear(state),
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
    if matches!(state.mode, Mode::Sources(_)) {
        scroll_sources(state, if arrow == Arrow::Up { -1 } else { 1 });
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
        (Focus::Table, Arrow::Left) => return pick::sort_previous(state),
        (Focus::Table, Arrow::Right) => return pick::sort_next(state),
        (Focus::Chart, Arrow::Left | Arrow::Up) => pick::along_frontier(state, Direction::Down),
        (Focus::Chart, Arrow::Right | Arrow::Down) => pick::along_frontier(state, Direction::Up),
    }
    Vec::new()
}

fn scroll_sources(state: &mut State, rows: isize) {
    let window = layout::sources_window(state.size);
    let all = sources::lines(state, usize::from(window.width)).len();
    if let Mode::Sources(top) = &mut state.mode {
        *top = top.saturating_add_signed(rows).min(all.saturating_sub(usize::from(window.height)));
    }
}

/// Takes an answer, unless something else has been asked since.
fn receive(state: &mut State, question: Question, landscape: Arc<Landscape>) -> Vec<Effect> {
    if question != state.question {
        return Vec::new();
    }
    if matches!(state.pick, Pick::Chosen(index) if index >= landscape.sweep.len()) {
        state.pick = Pick::Best;
    }
    let earlier = state.answer.as_ref().filter(|earlier| earlier.question.asks_the_same_as(question));
    let change = earlier.map(|earlier| change::in_words(&earlier.landscape, &landscape, state.objective));
    state.answer = Some(Answer { question, landscape });
    refront(state);
    if let Some(words) = change {
        state.notice = Some(Notice::Done(words));
        // The rows keep their order until the new one is there: another in between would only flash.
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

/// The landscape or the sort column changed: best first needs no sorting, anything else is a worker's task.
fn reorder(state: &mut State) -> Vec<Effect> {
    state.order = None;
    match state.landscape() {
        Some(landscape) if state.sort != table::BEST_FIRST => {
            vec![Effect::Order(Arc::clone(landscape), state.sort)]
        }
        _ => Vec::new(),
    }
}

/// Takes the table's order, unless it is for another landscape or column by now.
fn ordered(state: &mut State, landscape: &Arc<Landscape>, sort: (Column, SortOrder), order: Vec<u32>) {
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
fn refront(state: &mut State) {
    if let Some(landscape) = state.landscape() {
        state.frontiers = Frontiers::new(landscape, state.objective);
    }
}

/// Applies the budgets again.
fn reselect(state: &mut State) {
    if let Some(landscape) = state.landscape() {
        let order = state.order.as_deref().unwrap_or_else(|| landscape.best_first());
        state.selection = Selection::new(landscape, order, state.objective, &state.budgets());
    }
    state.warnings = state.with_view(Warning::of_view).unwrap_or_default();
    pick::locate(state);
}

/// The same with other numbers for the same question: whoever has scrolled away from the pick goes on reading there.
fn reselect_in_place(state: &mut State) {
    let (top, in_view) = (state.top, pick::is_in_view(state));
    reselect(state);
    if !in_view {
        pick::scroll_to(state, top);
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
        ExportOutcome::Exists(request) => state.conflicts.push(*request),
        ExportOutcome::Failed(error) => state.notice = Some(Notice::Trouble(error.to_string())),
    }
}

/// Puts an error beside what was typed.
fn refuse(prompt: &mut Prompt, error: &str) {
    prompt.error = Some(error.to_owned());
}
