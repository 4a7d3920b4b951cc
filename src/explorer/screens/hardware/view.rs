//! The hardware: which roof stops each operator of the pick, and where its time goes.
//!
//! ```text
//! ╭ Roofline · AGX Orin 64GB · MAXN · fp16 ────────────╮╭ Time ────────────────────────────╮
//! │          ⡠⠤⠤⠤⠤⠤⠤⠤⠤ FP16 42.5 TFLOP/s           ││ prefill, token, decode: A and B  │
//! │       ⡠⠊     G  Q A                               │├ What if ─────────────────────────┤
//! │    ⡠⠊                                             ││                                  │
//! ├ Operators ─────────────────────────────────────────┤│                                  │
//! │ what takes longest first                           ││                                  │
//! ```

pub(crate) mod boards;
mod marks;
mod operators;
mod plot;
mod roofs;
mod totals;
mod what_if;

use ratatui::layout::Rect;

use super::layout::panes;
use super::model::HardwareFocus;
use super::model::operators::{beside, compared, picked};
use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::theme::Role;
use crate::explorer::state::State;

/// What the marks mean, for the help.
pub(crate) const LEGEND: &[(&str, Role, &str)] = &[
    ("G", Role::Prefill, "an operator in prefill"),
    ("g", Role::Decode, "the same in decode"),
    ("C", Role::Compute, "compute-bound operator"),
    ("M", Role::Memory, "memory-bound operator"),
    ("L", Role::Warning, "launches take most of its time"),
];

/// Draws the screen.
pub(crate) fn render(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let panes = panes(body, state.hardware_view.lower_pane);
    let (picked, beside) = (picked(state), beside(state));
    plot::render(canvas, state, (picked.as_ref(), beside.as_ref()), panes.roofline);
    if let Some(area) = panes.operators {
        operators::render(canvas, state, (picked.as_ref(), beside.as_ref()), area);
    }
    if let Some(area) = panes.totals {
        totals::render(canvas, state, (picked.as_ref(), compared(state).as_ref()), area);
    }
    if let Some(area) = panes.what_if {
        what_if::render(canvas, state, area);
    }
}

fn focused(state: &State, focus: HardwareFocus) -> Focused {
    Focused::when(state.hardware_view.focus == focus)
}
