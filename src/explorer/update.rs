//! One function applies one message to the state and returns what the world should do. No terminal, no files, no
//! clock: whatever a session does can be replayed in a test.

mod budgets;
mod evolution;
mod fit;
mod format;
mod frontier;
mod hardware;
mod judging;
mod live;
mod pick;
mod prompt;
mod question;
mod recipe;
mod resampling;
mod theory;
mod what_if;

use std::sync::Arc;

use super::fit_view::comparison;
use super::message::{Action, Arrow, Effect, ExportOutcome, Message};
use super::screen::Screen;
use super::selection::{Frontiers, Selection};
use super::slider::Direction;
use super::state::{Answer, Mode, Notice, Prompt, State};
use super::table::{self, Column, SortOrder};
use super::{change, layout, sources};
use engine::landscape::Landscape;
use report::Warning;

/// What to do at the very start: watch what may change, and price, or fit first.
pub fn start(state: &mut State) -> Vec<Effect> {
    let is_live = |place: &usize| state.shelf.laws[*place].live.is_some();
    let mut effects: Vec<Effect> = (0..state.shelf.laws.len()).filter(is_live).map(Effect::Watch).collect();
    effects.extend(question::ask(state));
    effects
}

/// Applies `message`.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let mut effects = apply(state, message);
    fit::follow(state);
    effects.extend(question::search_on(state));
    effects.extend(resampling::follow(state));
    effects.extend(judging::follow(state));
    effects.extend(theory::follow(state));
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
            fit::keep_in_view(state);
            hardware::keep_in_view(state);
            evolution::keep_in_view(state);
        }
        Message::Priced(answer) => return receive(state, answer),
        Message::Fitted { place, revision, outcome } => return question::fitted(state, place, revision, outcome),
        Message::FitProgressed { place, revision, done, of } => {
            question::fit_progressed(state, place, revision, (done, of));
        }
        Message::Resampled { place, edition, outcome } => {
            return resampling::resampled(state, place, edition, outcome);
        }
        Message::ResamplingProgressed { place, edition, done } => resampling::progressed(state, place, edition, done),
        Message::Assessed(verdict) => resampling::assessed(state, verdict),
        Message::Judged { trial, outcome } => judging::judged(state, trial, *outcome),
        Message::Theorised(answered) => theory::answered(state, answered),
        Message::TheorisingFailed(inquiry) => theory::failed(state, *inquiry),
        Message::Ordered(landscape, sort, order) => ordered(state, &landscape, sort, order),
        Message::Reread { place, outcome } => return live::reread(state, place, outcome),
        Message::Unwatched(place, reason) => live::unwatched(state, place, reason),
        Message::Exported(outcome) => exported(state, outcome),
        Message::PricingFailed(question) => question::pricing_failed(state, question),
    }
    Vec::new()
}

/// Applies what a person did: a window that scrolls first, then what means the same on every screen, then the screen.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if scroll_window(state, action) {
        return Vec::new();
    }
    match action {
        Action::NextScreen => state.screen = state.screen.neighbour(Direction::Up),
        Action::PreviousScreen => state.screen = state.screen.neighbour(Direction::Down),
        Action::Show(screen) => state.screen = screen,
        Action::ToggleRun(run) => return question::toggle_run(state, run),
        Action::NextForm => return recipe::next_form(state),
        Action::RestoreRuns => return question::restore_runs(state),
        Action::RankBoards => what_if::show_boards(state),
        Action::TakeBoard(row) => return what_if::take_board(state, row),
        Action::Help => state.mode = Mode::Help,
        Action::Sources => state.mode = Mode::Sources(0),
        Action::Char(typed) => prompt::push(state, typed),
        Action::Backspace => prompt::pop(state),
        Action::ClearLine => prompt::clear(state),
        Action::Submit => return prompt::submit(state),
        Action::Cancel => state.mode = Mode::Explore,
        Action::Quit => return vec![Effect::Quit],
        _ => {
            return match state.screen {
                Screen::Frontier => frontier::act(state, action),
                Screen::Fit => fit::act(state, action),
                Screen::Hardware => hardware::act(state, action),
                Screen::Evolution => evolution::act(state, action),
                Screen::Theory => theory::act(state, action),
            };
        }
    }
    Vec::new()
}

/// Scrolls the window over the screen, if there is one to scroll and the action asks for that.
fn scroll_window(state: &mut State, action: Action) -> bool {
    let rows = match action {
        Action::Arrow(Arrow::Up, _) => -1,
        Action::Arrow(..) => 1,
        Action::MoveRows(rows) => rows,
        _ => return false,
    };
    if let Mode::Boards(row) = state.mode {
        state.mode = Mode::Boards(what_if::moved(state, row, rows));
        return true;
    }
    let window = layout::sources_window(state.size);
    let columns = usize::from(window.width);
    let all = match state.mode {
        Mode::Sources(_) => sources::lines(state, columns).len(),
        Mode::Comparison(_) => comparison::lines(state.law_entry(), columns).len(),
        _ => return false,
    };
    if let Mode::Sources(top) | Mode::Comparison(top) = &mut state.mode {
        *top = top.saturating_add_signed(rows).min(all.saturating_sub(usize::from(window.height)));
    }
    true
}

/// Takes an answer, unless something else has been asked since.
fn receive(state: &mut State, answer: Answer) -> Vec<Effect> {
    let Answer { question, landscape, .. } = &answer;
    if *question != state.question {
        return Vec::new();
    }
    pick::carry_over(state, landscape);
    let earlier = state.answer.as_ref().filter(|earlier| earlier.question.asks_the_same_as(*question));
    let earlier = earlier.map(|earlier| {
        // A search that has found more is the same picture still.
        let is_news = earlier.question != *question;
        is_news.then(|| change::in_words(&earlier.landscape, landscape, state.objective))
    });
    state.answer = Some(answer);
    refront(state);
    if let Some(change) = earlier {
        if let Some(words) = change {
            state.notice = Some(Notice::Done(words));
        }
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
    if let Some(Answer { landscape, before, .. }) = &state.answer {
        state.frontiers = Frontiers::new(landscape, before.as_deref(), state.objective);
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
                engine::units::count(architectures),
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
