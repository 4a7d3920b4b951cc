//! What another board would make of it.

use ratatui::layout::Rect;

use super::focused;
use crate::explorer::hardware_view::HardwareFocus;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::state::State;
use crate::explorer::view::Canvas;

/// Draws the pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    canvas.pane(area, "What if", focused(state, HardwareFocus::WhatIf));
    canvas.hits.push(area, Target::Press(Action::FocusHardware(HardwareFocus::WhatIf)));
}
