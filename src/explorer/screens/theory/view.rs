//! The theory: which budgets bind, what the best architecture under them looks like, and what more of each would buy.
//!
//! ```text
//! ╭ Budgets · total latency binds in both models ────────────────────────────────────────────────╮
//! │▸● total    ≤   100 ms ━━━━━━●──────  ▇▇▇▇▇▇ 1 ms more: −0.26 % ppl      simplified: −0.31 % │
//! ├ Optimum ───────────────────────────────────────────────────────────────┬ What it rests on ───┤
//! │            closed form  simplified   operators     rounded  best swept │ ✗ closed form: …    │
//! ├ Best by width ─────────────────────────────────────────────────────────┴─────────────────────┤
//! │ l*(d)                         ρ*(d)                         perplexity along d               │
//! ```

mod budgets;
mod curves;
mod notes;
mod optima;

use ratatui::layout::Rect;

use super::layout::panes;
use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::no_picture::without_landscape;
use crate::explorer::draw::theme::Role;
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use engine::text::{self, fit};

/// What the marks mean, for the help.
pub(crate) const LEGEND: &[(&str, Role, &str)] = &[
    ("⠤", Role::Frontier, "operator model, ◆ its optimum"),
    ("⠄", Role::DenseFrontier, "simplified model, ◇ its optimum"),
    ("·", Role::Reference, "closed form"),
    ("○", Role::Pick, "best of the sweep"),
    ("░", Role::Shade, "beyond the space's ends"),
    ("✗", Role::Over, "a condition or budget that fails"),
    ("op.", Role::Label, "by the operator model"),
    ("P1 D1", Role::Label, "TTFT binds, TPOT binds"),
    ("D2=P2", Role::Label, "memory binds"),
    ("P3 D3", Role::Label, "memory and TTFT, or TPOT"),
    ("residual", Role::Label, "left of KKT, 0 is exact"),
];

/// Draws the screen.
pub(crate) fn render(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let panes = panes(body, state.theory.lower_pane);
    budgets::render(canvas, state, panes.budgets);
    if let Some(area) = panes.optima {
        optima::render(canvas, state, area);
    }
    if let Some(area) = panes.notes {
        notes::render(canvas, state, area);
    }
    if let Some(area) = panes.curves {
        curves::render(canvas, state, area);
    }
}

/// Numbers of a question that is not asked any more stand back until the new ones are there.
fn numbers(state: &State, role: Role) -> Role {
    if state.theory.is_current() { role } else { Role::Faint }
}

/// What stands in a pane that has nothing to show yet.
fn nothing_yet(canvas: &mut Canvas<'_>, state: &State, inner: Rect) {
    match state.landscape() {
        Some(_) if state.law_entry().law().is_some() => canvas.centred(inner, state.theory.why_none(), Role::Label),
        _ => without_landscape(canvas, state, inner),
    }
}

/// ` rows 1–10 of 12 · pgdn ` in the lower border, where not all have room.
fn rows_hint(canvas: &mut Canvas<'_>, area: Rect, RowWindow { top, shown, all }: RowWindow) {
    if all <= shown {
        return;
    }
    let end = (top + shown).min(all);
    let words = format!(" rows {}–{end} of {all} · {} ", top + 1, if end < all { "pgdn" } else { "pgup" });
    let x = area.right().saturating_sub(text::width(&words) as u16 + 2);
    canvas.buffer.set_string(x, area.bottom() - 1, &words, canvas.style(Role::Label));
}

fn pane(canvas: &mut Canvas<'_>, area: Rect, title: &str) -> Rect {
    let title = fit(title, usize::from(area.width.saturating_sub(6)));
    canvas.pane(area, &title, Focused::No)
}
