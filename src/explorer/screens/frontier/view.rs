//! The frontier: the chart, the budgets, the table of what is feasible, and the pick.
//!
//! ```text
//! ╭ Frontier ──────────────────────────────────────────╮╭ Budgets ─────────────────────────╮
//! │ ⡀  cloud, frontier, shading, references, pick      ││ ● total   ≤ 100 ms  ━━━━━━●───── │  controls
//! │ ⠱⡀  ·······  ◇ Qwen2.5-0.5B       ░░░ over ░░░    ││ …                                │
//! │  ⠑⠤⣀⣀⣀⣀⣀⣀⣀⣀◆⣀                 ░░░░░░░░░░░░░    │├ Workload ────────────────────────┤
//! ╰────────────────────────────────────────────────────╯│ prompt ◂ 1024 ▸  generate ◂ 16 ▸ │
//! ╭ Feasible: 2,314 of 10,560 ─────────────────────────╮├ Pick ────────────────────────────┤
//! │   ppl  total …                                     ││ shape, latency by phase, operators, memory, gaps
//! ╰────────────────────────────────────────────────────╯╰──────────────────────────────────╯
//! ```

mod band;
mod chart;
mod controls;
mod pick;
mod power;
mod table;

use ratatui::layout::Rect;

use super::layout::panes;
use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::theme::Role;
use crate::explorer::state::State;
use crate::explorer::vocabulary::Focus;

/// What the marks mean, for the help. Those of the band stand in the chart's border, whenever there is one.
pub(crate) const LEGEND: &[(&str, Role, &str)] = &[
    ("⣿", Role::CloudMoe, "mixture of experts"),
    ("∘", Role::CloudDense, "dense"),
    ("⠤", Role::Frontier, "frontier of what is feasible"),
    ("○", Role::DenseFrontier, "frontier of dense models"),
    ("◆", Role::Pick, "the pick"),
    ("░", Role::Shade, "a budget forbids it"),
    ("◇", Role::Reference, "a known model (click: compare)"),
    ("·", Role::Frontier, "row on the frontier"),
    ("C", Role::Compute, "compute-bound operator"),
    ("M", Role::Memory, "memory-bound operator"),
];

/// Draws the screen.
pub(crate) fn render(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let panes = panes(body, state.lower_pane);
    chart::render(canvas, state, panes.chart);
    controls::render(canvas, state, panes.controls);
    if let Some(area) = panes.table {
        table::render(canvas, state, area);
    }
    if let Some(area) = panes.pick {
        pick::render(canvas, state, area);
    }
}

fn focused(state: &State, focus: Focus) -> Focused {
    Focused::when(state.focus == focus)
}
