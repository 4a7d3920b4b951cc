//! The fit: how well the law describes its runs, and which run says what.
//!
//! ```text
//! │ tiny · 138 runs fitted, 35 held out · Eq. 2 · R² 0.974 fitted, 0.960 held out · RMSE 0.0123 nats    │  headline
//! ├ Predicted against measured ─────────────────┬ Coefficients ────────────────────────────────────────┤
//! │  the diagonal, and a mark for every run     │ α_l  1.63  how fast depth pays                       │
//! ├ Residuals ──────────────────────────────────┴──────────────────────────────────────────────────────┤
//! │  along every axis that varies                                                                      │
//! ├ Runs ──────────────────────────────────────────────────────────────────────────────────────────────┤
//! │  the largest residual first                                                                        │
//! ```

mod coefficients;
pub(crate) mod comparison;
mod marks;
mod residuals;
mod runs;
mod scatter;

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::layout::{breaks_before_quality, breaks_before_unseen, content, panes};
use super::model::FitFocus;
use super::model::headline::{headline, without_runs};
use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::no_picture::without_law;
use crate::explorer::draw::theme::Role;
use crate::explorer::state::State;
use engine::text::fit as cut;

/// What the marks mean, for the help.
pub(crate) const LEGEND: &[(&str, Role, &str)] = &[
    (marks::FITTED_SAMPLE, Role::Frontier, "a run fitted"),
    (marks::HELD_OUT, Role::DenseFrontier, "a run held out"),
    (marks::LEFT_OUT, Role::Label, "a run excluded"),
    (marks::SELECTED, Role::Pick, "the run looked at"),
    ("△", Role::Label, "excluded, off the scale"),
];

/// Draws the screen.
pub(crate) fn render(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let panes = panes(body, content(state));
    render_headline(canvas, state, panes.headline);
    if let Some(area) = panes.words {
        words(canvas, state, area);
    }
    if let Some(area) = panes.coefficients {
        coefficients::render(canvas, state, area);
    }
    let Some(evidence) = &state.fit.evidence else { return };
    if let Some(area) = panes.scatter {
        scatter::render(canvas, state, evidence, area);
    }
    if let Some(area) = panes.residuals {
        residuals::render(canvas, state, evidence, area);
    }
    if let Some(area) = panes.runs {
        runs::render(canvas, state, evidence, area);
    }
}

/// As many lines as the width of the screen needs: which runs, how well they are described, how well others are
/// predicted.
fn render_headline(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(headline) = headline(state.law_entry(), state.fit.evidence.as_ref()) else { return };
    let mut first = vec![canvas.span(" ", Role::Text)];
    first.extend(headline.cautions.iter().map(|caution| canvas.span(format!("{caution} "), Role::Warning)));
    let room = room_after(&first, area);
    first.push(canvas.span(cut(&headline.runs, room), Role::Title));
    let mut lines = vec![first];
    let parts = [(headline.quality, breaks_before_quality(area)), (headline.unseen, breaks_before_unseen(area))];
    for (words, breaks) in parts.into_iter().filter(|(words, _)| !words.is_empty()) {
        match lines.last_mut() {
            Some(line) if !breaks => {
                let room = room_after(line, area);
                line.push(canvas.span(cut(&format!(" · {words}"), room), Role::Label));
            }
            _ => {
                let room = usize::from(area.width.saturating_sub(1));
                lines.push(vec![canvas.span(format!(" {}", cut(&words, room)), Role::Label)]);
            }
        }
    }
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        canvas.line(Rect { y, height: 1, ..area }, line);
    }
}

fn room_after(spans: &[Span<'_>], area: Rect) -> usize {
    usize::from(area.width).saturating_sub(spans.iter().map(Span::width).sum())
}

/// Why there are no runs, or no law yet.
fn words(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inner = canvas.pane(area, "Runs", Focused::No);
    let room = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    match state.law_entry().law() {
        Some(law) => canvas.centred(room, &without_runs(law), Role::Text),
        None => without_law(canvas, state, room),
    }
}

fn focused(state: &State, focus: FitFocus) -> Focused {
    Focused::when(state.fit.focus == focus)
}
