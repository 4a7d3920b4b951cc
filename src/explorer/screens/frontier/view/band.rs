//! The band around the frontier: where the loss of a run of each member will lie in 9 of 10 cases, and which members keep
//! their place under most of the resampled laws. A member of which the runs say nothing has no band.
//!
//! The interval of a loss does not depend on the budgets. So the band stays while a slider is dragged, and only new
//! members lack it. Which members are on the frontier does depend on the budgets: marks that belong to earlier budgets
//! are dimmed.

use std::collections::HashMap;

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::plot::Dots;
use crate::explorer::plot::axes::Axes;
use crate::explorer::state::State;
use engine::landscape::Landscape;
use engine::law::Interval;

/// The glyph of the band's texture.
pub(super) const TEXTURE: char = '⠡';
/// The glyph of a frontier member that is not robust.
pub(super) const UNSURE: char = '◌';

/// Of a cell's dots those that the texture keeps: few, and evenly spread over all cells.
const TEXTURE_DOTS: u8 = 0x21;

/// The dots that the band covers.
pub(super) struct Band(Dots);

impl Band {
    /// Around the feasible frontier, between members that the last verdict knows.
    pub(super) fn new(state: &State, landscape: &Landscape, axes: &Axes) -> Self {
        let mut dots = Dots::new(axes.area());
        let verdict = state.verdict.as_deref();
        let known: HashMap<u32, Interval> = verdict
            .into_iter()
            .flat_map(|verdict| &verdict.confidence.band)
            .filter_map(|member| Some((member.index, member.loss.ok()?)))
            .collect();
        let latencies_s = landscape.sweep.latency_s(state.objective);
        let edge = |member: u32| {
            let interval = known.get(&member)?;
            let latency_s = latencies_s[member as usize];
            let (x, top) = axes.dot(latency_s, interval.high);
            Some([x, top, axes.dot(latency_s, interval.low).1].map(f64::from))
        };
        let front = &state.selection.frontier;
        for pair in front.windows(2) {
            if let (Some(from), Some(to)) = (edge(pair[0]), edge(pair[1])) {
                fill(&mut dots, axes.area(), from, to);
            }
        }
        if let [only] = front[..]
            && let Some(at) = edge(only)
        {
            fill(&mut dots, axes.area(), at, at);
        }
        Self(dots)
    }

    /// The texture of one cell; 0 where there is none.
    pub(super) fn texture(&self, column: u16, row: u16) -> u8 {
        self.0.mask(column, row) & TEXTURE_DOTS
    }

    /// Whether it covers most of a cell.
    pub(super) fn covers(&self, column: u16, row: u16) -> bool {
        self.0.mask(column, row).count_ones() >= 4
    }
}

/// Sets all dots between two edges, each a column with its upper and its lower end.
fn fill(dots: &mut Dots, area: Rect, from: [f64; 3], to: [f64; 3]) {
    let (columns, rows) = (f64::from(area.width) * 2.0, f64::from(area.height) * 4.0);
    let (first, last) = (from[0].clamp(0.0, columns), to[0].clamp(0.0, columns));
    for x in first as i32..=last as i32 {
        let length = to[0] - from[0];
        let share = if length > 0.0 { ((f64::from(x) - from[0]) / length).clamp(0.0, 1.0) } else { 0.0 };
        let [top, bottom] = [1, 2].map(|end| (from[end] + share * (to[end] - from[end])).clamp(-1.0, rows).round());
        for y in top as i32..=bottom as i32 {
            dots.set((x, y));
        }
    }
}

/// Cells of the feasible frontier in which no member is robust, and how to draw them; none without a verdict.
pub(super) fn unsure_cells(state: &State, cell: impl Fn(u32) -> Option<(u16, u16)>) -> (Vec<(u16, u16)>, Role) {
    let Some(verdict) = state.verdict.as_deref() else { return (Vec::new(), Role::Frontier) };
    let mut cells: HashMap<(u16, u16), bool> = HashMap::new();
    for &member in &state.selection.frontier {
        if let Some(at) = cell(member) {
            *cells.entry(at).or_default() |= verdict.confidence.is_robust(member as usize);
        }
    }
    let unsure = cells.into_iter().filter(|(_, robust)| !robust).map(|(at, _)| at).collect();
    (unsure, if state.current_verdict().is_some() { Role::Frontier } else { Role::Faint })
}

/// What band and marks mean, in the lower border of the chart. Empty where there is no verdict.
pub(super) fn legend(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(verdict) = state.verdict.as_deref() else { return };
    let percent = 100.0 * verdict.confidence.level;
    let in_full = (format!(" {percent:.0} % of unseen runs  "), " on it in half of the resamples at most ");
    let in_short = (format!(" {percent:.0} %  "), " not robust ");
    for (band, unsure) in [in_full, in_short] {
        let spans = vec![
            canvas.span(format!(" {TEXTURE}"), Role::CloudInBand),
            canvas.span(band, Role::Label),
            canvas.span(UNSURE.to_string(), Role::Frontier),
            canvas.span(unsure, Role::Label),
        ];
        let width = spans.iter().map(Span::width).sum::<usize>() as u16;
        if width + 4 <= area.width {
            let place = Rect { x: area.right() - width - 2, y: area.bottom() - 1, width, height: 1 };
            return canvas.line(place, spans);
        }
    }
}
