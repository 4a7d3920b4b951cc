//! One function applies one message to the state and returns what must be done outside of it. It knows no terminal, no
//! files and no clock, so a test can replay whatever a session does.

use super::change::{asking, budgets, judging, live, pick, picture, prompt, question, recipe, resampling, what_if};
use super::message::{Action, Effect, ExportOutcome, Message, WindowAction};
use super::screen::Screen;
use super::screens::fit::model::comparison;
use super::screens::{evolution, fit, frontier, hardware, parts, theory};
use super::state::{Mode, State};
use super::vocabulary::{Control, Direction, Focus, Notice};
use super::{frame, sources};

/// What to do at the very start: watch what may change, and price, or fit first.
pub fn start(state: &mut State) -> Vec<Effect> {
    let is_live = |place: &usize| state.shelf.laws[*place].live.is_some();
    let mut effects: Vec<Effect> = (0..state.shelf.laws.len()).filter(is_live).map(Effect::Watch).collect();
    effects.extend(asking::ask(state));
    effects
}

/// Applies `message`.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let mut effects = apply(state, message);
    effects.extend(question::search_on(state));
    effects.extend(resampling::follow(state));
    effects.extend(judging::follow(state));
    effects.extend(Screen::ALL.into_iter().filter_map(|screen| (parts(screen).follow)(state)));
    // A question that arose while the keyboard was in use is asked as soon as it is free.
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
            for screen in Screen::ALL {
                (parts(screen).keep_in_view)(state);
            }
        }
        Message::Priced(answer) => return picture::receive(state, answer),
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
        Message::Theorised(answered) => theory::update::answered(state, answered),
        Message::TheorisingFailed(inquiry) => theory::update::failed(state, *inquiry),
        Message::Ordered(landscape, sort, order) => picture::ordered(state, &landscape, sort, order),
        Message::Reread { place, outcome } => return live::reread(state, place, outcome),
        Message::Unwatched(place, reason) => live::unwatched(state, place, reason),
        Message::Exported(outcome) => exported(state, outcome),
        Message::PricingFailed(question) => question::pricing_failed(state, question),
    }
    Vec::new()
}

/// Applies what the user did.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::NextScreen => state.screen = state.screen.neighbour(Direction::Up),
        Action::PreviousScreen => state.screen = state.screen.neighbour(Direction::Down),
        Action::Show(screen) => state.screen = screen,
        Action::Focus(focus) => state.focus = focus,
        Action::Step(control, direction, stride) => {
            focus_if_shown(state, control);
            return question::step(state, control, direction, stride);
        }
        Action::SetBudget(limit, value) => {
            focus_if_shown(state, Control::Budget(limit));
            budgets::set(state, limit, value);
        }
        Action::ToggleBudget(limit) => {
            focus_if_shown(state, Control::Budget(limit));
            budgets::toggle(state, limit);
        }
        Action::Release => return what_if::release(state),
        Action::LiftBudgets => budgets::lift(state),
        Action::Preset(which) => budgets::preset(state, which),
        Action::FollowBest => pick::follow_best(state),
        Action::WalkFrontier(direction) => pick::along_frontier(state, direction),
        Action::ToggleRun(run) => return question::toggle_run(state, run),
        Action::RestoreRuns => return question::restore_runs(state),
        Action::NextForm => return recipe::next_form(state),
        Action::Help => state.mode = Mode::Help,
        Action::Sources => state.mode = Mode::Sources(0),
        Action::Quit => return vec![Effect::Quit],
        Action::Window(action) => return act_in_window(state, action),
        Action::Frontier(action) => return frontier::update::act(state, action),
        Action::Fit(action) => return fit::update::act(state, action),
        Action::Hardware(action) => return hardware::update::act(state, action),
        Action::Evolution(action) => evolution::update::act(state, action),
        Action::Theory(action) => theory::update::act(state, action),
    }
    Vec::new()
}

/// Moving a control that is on the screen gives it the keys.
fn focus_if_shown(state: &mut State, control: Control) {
    if (parts(state.screen).shows)(control) {
        state.focus = Focus::Control(control);
    }
}

fn act_in_window(state: &mut State, action: WindowAction) -> Vec<Effect> {
    match action {
        WindowAction::Scroll(rows) => scroll_window(state, rows),
        WindowAction::Char(typed) => prompt::push(state, typed),
        WindowAction::Backspace => prompt::pop(state),
        WindowAction::ClearLine => prompt::clear(state),
        WindowAction::Submit => return prompt::submit(state),
        WindowAction::Cancel => state.mode = Mode::Explore,
    }
    Vec::new()
}

/// Scrolls the window over the screen, if there is one to scroll.
fn scroll_window(state: &mut State, rows: isize) {
    if let Mode::Boards(row) = state.mode {
        state.mode = Mode::Boards(what_if::moved(state, row, rows));
    }
    let window = frame::sources_window(state.size);
    let columns = usize::from(window.width);
    let all = match state.mode {
        Mode::Sources(_) => sources::lines(state, columns).len(),
        Mode::Comparison(_) => comparison::lines(state.law_entry(), columns).len(),
        _ => return,
    };
    if let Mode::Sources(top) | Mode::Comparison(top) = &mut state.mode {
        *top = top.saturating_add_signed(rows).min(all.saturating_sub(usize::from(window.height)));
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
