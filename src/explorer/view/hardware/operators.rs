//! Every operator with what it costs: intensity, rate, time, share, in both phases.

use ratatui::layout::Rect;

use super::focused;
use crate::explorer::hardware_view::HardwareFocus;
use crate::explorer::hardware_view::operators::Subject;
use crate::explorer::state::State;
use crate::explorer::view::Canvas;

/// Draws the pane.
pub(super) fn render(
    canvas: &mut Canvas<'_>,
    state: &State,
    subjects: (Option<&Subject>, Option<&Subject>),
    area: Rect,
) {
    let _ = subjects;
    canvas.pane(area, "Operators", focused(state, HardwareFocus::Operators));
}
