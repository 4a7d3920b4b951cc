//! The Hardware screen's actions: looking at operators and phases, and at another architecture beside the pick.

use super::layout::table_rows;
use super::model::operators::{picked, rows};
use super::model::{Comparison, HardwareFocus, LowerPane};
use crate::explorer::change::{pick, question, what_if};
use crate::explorer::message::{Action, Effect};
use crate::explorer::state::{Mode, State};
use crate::explorer::table::RowWindow;
use crate::explorer::vocabulary::{Arrow, Control, Direction, Prompt};
use engine::what_if::Resource;

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(effects) = act_on_what_if(state, action) {
        return effects;
    }
    match action {
        Action::Step(Control::Budget(_), ..) => {}
        Action::Step(Control::Aim, direction, _) => question::step_objective(state, direction),
        Action::Step(control, direction, stride) => return question::step(state, control, direction, stride),
        Action::FocusNext | Action::FocusPrevious => set_focus(
            state,
            match state.hardware_view.focus {
                HardwareFocus::Operators => HardwareFocus::WhatIf,
                HardwareFocus::WhatIf => HardwareFocus::Operators,
            },
        ),
        Action::FocusHardware(focus) => set_focus(state, focus),
        Action::FlipLowerPane => match state.hardware_view.lower_pane {
            LowerPane::Operators => set_focus(state, HardwareFocus::WhatIf),
            LowerPane::WhatIf => set_focus(state, HardwareFocus::Operators),
        },
        Action::Arrow(arrow, _) => move_by_arrow(state, arrow),
        Action::Emphasise(emphasis) => state.hardware_view.emphasis = emphasis,
        Action::SelectOperator(name) => {
            set_focus(state, HardwareFocus::Operators);
            state.hardware_view.selected = Some(name);
            keep_in_view(state);
        }
        Action::MoveRows(by) => move_rows(state, by),
        Action::Scroll(by) => {
            let all = rows(state).len();
            state.hardware_view.top = window(state, all).scrolled_to(state.hardware_view.top.saturating_add_signed(by));
        }
        Action::FlipComparison => {
            state.hardware_view.comparison = match state.hardware_view.comparison {
                Comparison::Alone => Comparison::SideBySide,
                Comparison::SideBySide => Comparison::Alone,
            };
        }
        Action::TogglePin => toggle_pin(state),
        Action::WalkFrontier(direction) => pick::along_frontier(state, direction),
        Action::FollowBest => pick::follow_best(state),
        _ => {}
    }
    Vec::new()
}

/// A pane that has the keys is shown, also where it shares its place.
pub(crate) fn set_focus(state: &mut State, focus: HardwareFocus) {
    state.hardware_view.focus = focus;
    state.hardware_view.lower_pane = match focus {
        HardwareFocus::Operators => LowerPane::Operators,
        HardwareFocus::WhatIf => LowerPane::WhatIf,
    };
    keep_in_view(state);
}

fn move_by_arrow(state: &mut State, arrow: Arrow) {
    match arrow {
        Arrow::Up => move_rows(state, -1),
        Arrow::Down => move_rows(state, 1),
        Arrow::Left => state.hardware_view.emphasis = state.hardware_view.emphasis.stepped(-1),
        Arrow::Right => state.hardware_view.emphasis = state.hardware_view.emphasis.stepped(1),
    }
    keep_in_view(state);
}

/// From no operator, either way leads to the first row.
fn move_rows(state: &mut State, by: isize) {
    let names = rows(state);
    let last = names.len().saturating_sub(1);
    let here = names.iter().position(|name| Some(*name) == state.hardware_view.selected);
    let row = here.map_or(0, |row| row.saturating_add_signed(by).min(last));
    state.hardware_view.selected = names.get(row).copied();
    keep_in_view(state);
}

/// Pins what is picked; if that is pinned already, the baseline model takes its place again.
fn toggle_pin(state: &mut State) {
    let Some(subject) = picked(state) else { return };
    let view = &mut state.hardware_view;
    view.pinned = if view.pinned == Some(subject.shape) { None } else { Some(subject.shape) };
    view.comparison = Comparison::SideBySide;
}

/// Scrolls so that the operator looked at is shown: it, the order or the room changed.
pub(crate) fn keep_in_view(state: &mut State) {
    let names = rows(state);
    let row = names.iter().position(|name| Some(*name) == state.hardware_view.selected);
    state.hardware_view.top = window(state, names.len()).holding(row);
}

fn window(state: &State, all: usize) -> RowWindow {
    RowWindow { top: state.hardware_view.top, shown: table_rows(state), all }
}

/// Applies what concerns the what-if pane; none of anything else.
fn act_on_what_if(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    let focused = state.hardware_view.focus == HardwareFocus::WhatIf;
    let resource = state.hardware_view.resource;
    Some(match action {
        Action::Imagine(resource, value) => {
            focus(state, resource);
            what_if::imagine_near(state, resource, value)
        }
        Action::ImagineNothing => what_if::imagine_nothing(state),
        Action::FocusResource(resource) => {
            focus(state, resource);
            Vec::new()
        }
        Action::Step(control @ Control::Scale(resource), direction, stride) => {
            focus(state, resource);
            question::step(state, control, direction, stride)
        }
        Action::Arrow(Arrow::Left, stride) if focused => {
            question::step(state, Control::Scale(resource), Direction::Down, stride)
        }
        Action::Arrow(Arrow::Right, stride) if focused => {
            question::step(state, Control::Scale(resource), Direction::Up, stride)
        }
        Action::Arrow(Arrow::Up, _) if focused => {
            state.hardware_view.resource = neighbour(resource, -1);
            Vec::new()
        }
        Action::Arrow(Arrow::Down, _) if focused => {
            state.hardware_view.resource = neighbour(resource, 1);
            Vec::new()
        }
        Action::TypeValue => {
            focus(state, resource);
            state.mode = Mode::Typing(Control::Scale(resource), Prompt::default());
            Vec::new()
        }
        _ => return None,
    })
}

fn focus(state: &mut State, resource: Resource) {
    state.hardware_view.resource = resource;
    set_focus(state, HardwareFocus::WhatIf);
}

fn neighbour(resource: Resource, offset: isize) -> Resource {
    let here = Resource::ALL.iter().position(|known| *known == resource).unwrap_or(0);
    Resource::ALL[here.saturating_add_signed(offset).min(Resource::ALL.len() - 1)]
}
