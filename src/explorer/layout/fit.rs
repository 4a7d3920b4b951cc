//! The fit's panes: a headline, and below it the coefficients.

use ratatui::layout::Rect;

use super::{Room, frame};
use crate::explorer::state::State;

/// The panes of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub struct Panes {
    pub headline: Rect,
    pub coefficients: Rect,
}

/// Whether every pane has a place of its own.
pub(super) const fn room(_body: Rect) -> Room {
    Room::Ample
}

/// Divides the body.
pub const fn panes(body: Rect) -> Panes {
    let headline = Rect { height: 1, ..body };
    Panes { headline, coefficients: Rect { y: body.y + 1, height: body.height - 1, ..body } }
}

/// What is inside the coefficients' pane on a terminal of that size, if it is large enough; a blank left and right.
pub fn coefficients_body(state: &State) -> Option<Rect> {
    let pane = panes(frame(state.size)?.body).coefficients;
    Some(Rect { x: pane.x + 2, y: pane.y + 1, width: pane.width - 4, height: pane.height - 2 })
}
