//! What stands where there is nothing to draw, on whatever screen: why, and what to do.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::theme::Role;
use crate::explorer::state::State;

/// Why there is no landscape to draw: no law to price with, or a space that is still being priced.
pub(crate) fn without_landscape(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    match state.law_entry().law() {
        Some(_) => canvas.centred(area, "pricing the space …", Role::Label),
        None => without_law(canvas, state, area),
    }
}

/// Why there is no law to show.
pub(crate) fn without_law(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    match state.law_entry().trouble() {
        Some(error) => canvas.centred(area, &format!("no law: {error} (l: next law)"), Role::Over),
        None => canvas.centred(area, "fitting the law …", Role::Label),
    }
}

/// Why there is no latency axis.
pub(crate) fn without_latency(canvas: &mut Canvas<'_>, area: Rect) {
    canvas.centred(area, "nothing is generated, so decode takes no time (o: next objective)", Role::Label);
}
