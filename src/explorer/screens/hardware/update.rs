//! The Hardware screen's actions: looking at operators and phases, and at another architecture beside the pick.

use super::action::HardwareAction;
use super::layout::table_rows;
use super::model::operators::{picked, rows};
use super::model::{Comparison, HardwareFocus, LowerPane};
use crate::explorer::change::{question, what_if};
use crate::explorer::message::Effect;
use crate::explorer::state::{Mode, State};
use crate::explorer::table::RowWindow;
use crate::explorer::vocabulary::{Arrow, Control, Direction, Prompt, Stride};
use engine::what_if::Resource;

/// Applies an action of this screen.
pub(crate) fn act(state: &mut State, action: HardwareAction) -> Vec<Effect> {
    match action {
        HardwareAction::FlipFocus => set_focus(
            state,
            match state.hardware_view.focus {
                HardwareFocus::Operators => HardwareFocus::WhatIf,
                HardwareFocus::WhatIf => HardwareFocus::Operators,
            },
        ),
        HardwareAction::Focus(focus) => set_focus(state, focus),
        HardwareAction::Arrow(arrow, stride) => return move_by_arrow(state, arrow, stride),
        HardwareAction::SelectOperator(name) => {
            set_focus(state, HardwareFocus::Operators);
            state.hardware_view.selected = Some(name);
            keep_in_view(state);
        }
        HardwareAction::MoveRows(by) => move_rows(state, by),
        HardwareAction::Scroll(by) => {
            let all = rows(state).len();
            state.hardware_view.top = window(state, all).scrolled_to(state.hardware_view.top.saturating_add_signed(by));
        }
        HardwareAction::FlipLowerPane => match state.hardware_view.lower_pane {
            LowerPane::Operators => set_focus(state, HardwareFocus::WhatIf),
            LowerPane::WhatIf => set_focus(state, HardwareFocus::Operators),
        },
        HardwareAction::FlipComparison => {
            state.hardware_view.comparison = match state.hardware_view.comparison {
                Comparison::Alone => Comparison::SideBySide,
                Comparison::SideBySide => Comparison::Alone,
            };
        }
        HardwareAction::TogglePin => toggle_pin(state),
        HardwareAction::Imagine(resource, value) => {
            focus_resource(state, resource);
            return what_if::imagine_near(state, resource, value);
        }
        HardwareAction::ImagineNothing => return what_if::imagine_nothing(state),
        HardwareAction::FocusResource(resource) => focus_resource(state, resource),
        HardwareAction::StepResource(resource, direction, stride) => {
            focus_resource(state, resource);
            return question::step(state, Control::Scale(resource), direction, stride);
        }
        HardwareAction::TypeValue => {
            focus_resource(state, state.hardware_view.resource);
            state.mode = Mode::Typing(Control::Scale(state.hardware_view.resource), Prompt::default());
        }
        HardwareAction::RankBoards => what_if::show_boards(state),
        HardwareAction::TakeBoard(row) => return what_if::take_board(state, row),
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

/// Phases and operators, or the sliders of what if: whichever has the keys.
fn move_by_arrow(state: &mut State, arrow: Arrow, stride: Stride) -> Vec<Effect> {
    let resource = state.hardware_view.resource;
    let emphasis = state.hardware_view.emphasis;
    match (state.hardware_view.focus, arrow) {
        (HardwareFocus::WhatIf, Arrow::Left) => {
            return question::step(state, Control::Scale(resource), Direction::Down, stride);
        }
        (HardwareFocus::WhatIf, Arrow::Right) => {
            return question::step(state, Control::Scale(resource), Direction::Up, stride);
        }
        (HardwareFocus::WhatIf, Arrow::Up) => state.hardware_view.resource = neighbour(resource, -1),
        (HardwareFocus::WhatIf, Arrow::Down) => state.hardware_view.resource = neighbour(resource, 1),
        (HardwareFocus::Operators, Arrow::Up) => move_rows(state, -1),
        (HardwareFocus::Operators, Arrow::Down) => move_rows(state, 1),
        (HardwareFocus::Operators, Arrow::Left) => state.hardware_view.emphasis = emphasis.stepped(-1),
        (HardwareFocus::Operators, Arrow::Right) => state.hardware_view.emphasis = emphasis.stepped(1),
    }
    Vec::new()
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

/// Pins the pick. If it is pinned already, the baseline model takes its place again.
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

fn focus_resource(state: &mut State, resource: Resource) {
    state.hardware_view.resource = resource;
    set_focus(state, HardwareFocus::WhatIf);
}

fn neighbour(resource: Resource, offset: isize) -> Resource {
    let here = Resource::ALL.iter().position(|known| *known == resource).unwrap_or(0);
    Resource::ALL[here.saturating_add_signed(offset).min(Resource::ALL.len() - 1)]
}
