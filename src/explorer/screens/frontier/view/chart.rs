//! The chart: which architectures there are, and which ones the budgets forbid.
//!
//! From back to front: the band around the feasible frontier, the cloud of candidates (in another colour within the
//! band), the frontier of dense models, the frontier of all where no budget allows it, shading for what is forbidden,
//! the feasible frontier, budget lines, reference models, the pick. A budget on the chart's own axis forbids a
//! half-plane. Any other budget (memory, say) forbids the strip between the frontier of all candidates and the frontier
//! of those that keep this budget.

mod landmarks;

use std::collections::HashSet;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::band::Band;
use super::{band, focused};
use crate::explorer::draw::axes_over;
use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::legend::{Entry, legend};
use crate::explorer::draw::no_picture::{without_landscape, without_latency};
use crate::explorer::draw::scales::scales;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::plot::axes::Axes;
use crate::explorer::plot::{Dots, braille};
use crate::explorer::pointer::Target;
use crate::explorer::screens::frontier::action::FrontierAction;
use crate::explorer::selection::axis_value;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Arrow, Focus, Stride};
use engine::budget::Limit;
use engine::landscape::{Landscape, Position};
use engine::pareto;
use engine::text;

/// Columns of the perplexity labels, tick included.
const LABEL_COLUMNS: u16 = 5;
/// Above so many candidates the cloud shows every k-th; the frontier is always exact.
const CLOUD_LIMIT: usize = 200_000;

/// The cloud's two markers, in the upper border.
const CLOUD: [Entry; 2] = [(" ⣿", Role::CloudMoe, " MoE "), ("∘", Role::CloudDense, " dense ")];

/// Draws the chart's pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let imagined = state.imagined_aside();
    let title = format!("Frontier · perplexity against {} latency{imagined}", state.objective.name());
    let inner = canvas.pane(area, &title, focused(state, Focus::Chart));
    canvas.hits.push(area, Target::Press(Action::Focus(Focus::Chart)));
    legend(canvas, area, &CLOUD, text::width(&title) as u16);
    band::legend(canvas, state, area);
    let Some(landscape) = state.landscape() else {
        return without_landscape(canvas, state, inner);
    };
    let Some(axes) = axes(state, landscape, inner) else {
        return without_latency(canvas, inner);
    };
    Chart { state, landscape, axes, labels: Vec::new(), lines: HashSet::new() }.render(canvas);
}

/// The axes depend on the candidates and on the law: budgets shade, they never move them.
fn axes(state: &State, landscape: &Landscape, inner: Rect) -> Option<Axes> {
    let area = Rect {
        x: inner.x + LABEL_COLUMNS,
        y: inner.y,
        width: inner.width.saturating_sub(LABEL_COLUMNS),
        height: inner.height.saturating_sub(2),
    };
    axes_over(state, landscape, area)
}

struct Chart<'a> {
    state: &'a State,
    landscape: &'a Landscape,
    axes: Axes,
    /// Cells taken by labels, so that no two overlap.
    labels: Vec<Rect>,
    /// Cells through which a frontier runs; labels keep off them where they can.
    lines: HashSet<(u16, u16)>,
}

impl Chart<'_> {
    fn render(&mut self, canvas: &mut Canvas<'_>) {
        let unit = self.axes.latency_unit().0;
        scales(canvas, self.axes.area(), &self.axes.perplexity_ticks(), &self.axes.latency_ticks(), unit);
        self.field(canvas);
        self.interaction(canvas);
        self.budget_lines(canvas);
        landmarks::draw(self, canvas);
        self.before_label(canvas);
        self.nothing_feasible(canvas);
    }

    /// Cloud, frontiers and shading, cell by cell.
    fn field(&mut self, canvas: &mut Canvas<'_>) {
        let area = self.axes.area();
        let (moe, dense) = self.cloud();
        let front = self.line(&self.state.selection.frontier);
        let all = self.line(&self.state.frontiers.all);
        let dense_front = self.line(&self.state.frontiers.dense);
        let before = self.line_through(&self.state.frontiers.before);
        let band = Band::new(self.state, self.landscape, &self.axes);
        for column in 0..area.width {
            let forbidden = self.forbidden(area.x + column);
            for row in 0..area.height {
                let (x, y) = (area.x + column, area.y + row);
                let over = forbidden.covers(self.axes.loss_at(y));
                let candidate = match (band.covers(column, row), over) {
                    (true, _) => Role::CloudInBand,
                    (false, true) => Role::Shade,
                    (false, false) => Role::CloudMoe,
                };
                let layers = [
                    (front.mask(column, row), Role::Frontier),
                    (all.mask(column, row), Role::FrontierOver),
                    (dense_front.mask(column, row), Role::DenseFrontier),
                    (before.mask(column, row), Role::Before),
                    (moe.mask(column, row), candidate),
                ];
                if layers[..4].iter().any(|(mask, _)| *mask != 0) {
                    self.lines.insert((x, y));
                }
                if let Some((mask, role)) = layers.into_iter().find(|(mask, _)| *mask != 0) {
                    put(canvas.buffer, x, y, braille(mask), canvas.style(role));
                } else if dense.mask(column, row) != 0 {
                    let role = if over { Role::Shade } else { Role::CloudDense };
                    put(canvas.buffer, x, y, '∘', canvas.style(role));
                } else if band.texture(column, row) != 0 {
                    put(canvas.buffer, x, y, braille(band.texture(column, row)), canvas.style(Role::Band));
                } else if over {
                    put(canvas.buffer, x, y, '░', canvas.style(Role::Shade));
                }
            }
        }
        self.dense_markers(canvas);
        self.unsure_members(canvas);
    }

    /// Dots of the mixtures of experts and of the dense candidates.
    fn cloud(&self) -> (Dots, Dots) {
        let area = self.axes.area();
        let (mut moe, mut dense) = (Dots::new(area), Dots::new(area));
        let sweep = &self.landscape.sweep;
        let latencies_s = sweep.latency_s(self.state.objective);
        for index in (0..sweep.len()).step_by(sweep.len().div_ceil(CLOUD_LIMIT).max(1)) {
            let dot = self.axes.dot(latencies_s[index], sweep.loss[index]);
            if sweep.is_dense(index) { dense.set(dot) } else { moe.set(dot) }
        }
        (moe, dense)
    }

    fn line(&self, front: &[u32]) -> Dots {
        let position = |&index: &u32| self.landscape.position(self.state.objective, index as usize);
        self.line_through(&front.iter().map(position).collect::<Vec<_>>())
    }

    fn line_through(&self, places: &[Position]) -> Dots {
        let mut dots = Dots::new(self.axes.area());
        let dot = |place: &Position| self.axes.dot(place.latency_s, place.loss);
        for pair in places.windows(2) {
            dots.line(dot(&pair[0]), dot(&pair[1]));
        }
        if let [only] = places {
            dots.set(dot(only));
        }
        dots
    }

    /// Dense members of either frontier carry a ring: told apart from mixtures by marker as well as colour.
    fn dense_markers(&self, canvas: &mut Canvas<'_>) {
        let style = canvas.style(Role::DenseFrontier);
        let mut last = None;
        for &index in &self.state.frontiers.dense {
            let place = self.landscape.position(self.state.objective, index as usize);
            let Some((x, y)) = self.cell(place) else { continue };
            // One ring every few columns keeps the line readable.
            if last.is_none_or(|last: u16| x.abs_diff(last) >= 4) {
                put(canvas.buffer, x, y, '○', style);
                last = Some(x);
            }
        }
    }

    /// Members of the feasible frontier that are on it in half of the resampled laws at most.
    fn unsure_members(&self, canvas: &mut Canvas<'_>) {
        let cell = |member: u32| self.cell(self.landscape.position(self.state.objective, member as usize));
        let (cells, role) = band::unsure_cells(self.state, cell);
        for (x, y) in cells {
            put(canvas.buffer, x, y, band::UNSURE, canvas.style(role));
        }
    }

    fn cell(&self, place: Position) -> Option<(u16, u16)> {
        Some((self.axes.column(place.latency_s)?, self.axes.row(place.loss)?))
    }

    /// What the budgets forbid in one column.
    fn forbidden(&self, column: u16) -> Forbidden {
        let state = self.state;
        let (left_s, right_s) = self.axes.latency_span_at(column);
        let beyond = state.budgets().active().any(|(limit, value)| {
            axis_value(state.objective, limit, value, &self.landscape.sweep).is_some_and(|bound| left_s >= bound)
        });
        if beyond {
            return Forbidden { from: f64::NEG_INFINITY, below: f64::INFINITY };
        }
        let latencies_s = self.landscape.sweep.latency_s(state.objective);
        let best = |front: &[u32]| {
            pareto::best_within(front, latencies_s, right_s).map(|index| self.landscape.sweep.loss[index])
        };
        let from = best(&state.frontiers.all).unwrap_or(f64::INFINITY);
        let below = state
            .selection
            .bounds
            .iter()
            .map(|(_, front)| best(front).unwrap_or(f64::INFINITY))
            .fold(f64::NEG_INFINITY, f64::max);
        Forbidden { from, below }
    }

    /// Clicks pick, the wheel walks along the frontier.
    fn interaction(&self, canvas: &mut Canvas<'_>) {
        let wheel =
            [Arrow::Left, Arrow::Right].map(|arrow| Action::Frontier(FrontierAction::Arrow(arrow, Stride::Coarse)));
        let wheel = (self.state.focus == Focus::Chart).then_some(wheel);
        let target = Target::Plot(self.axes);
        match wheel {
            Some(wheel) => canvas.hits.push_with_wheel(self.axes.area(), Some(target), wheel),
            None => canvas.hits.push(self.axes.area(), target),
        }
    }

    /// A line at every budget on the latency axis, to be dragged; a word for every forbidden area.
    fn budget_lines(&mut self, canvas: &mut Canvas<'_>) {
        let area = self.axes.area();
        let style = canvas.style(Role::Over);
        for (limit, value) in self.state.budgets().active() {
            let words = format!("over {} {}", limit.label(), limit.text(value));
            let Some(bound_s) = axis_value(self.state.objective, limit, value, &self.landscape.sweep) else {
                self.strip_label(canvas, limit, &words);
                continue;
            };
            let Some(x) = self.axes.column(bound_s) else { continue };
            for y in area.top()..area.bottom() {
                put(canvas.buffer, x, y, '┊', style);
            }
            let line = Rect::new(x, area.y, 1, area.height);
            canvas.hits.push(line, Target::BudgetLine(limit, self.axes, value / bound_s));
            self.label(canvas, (x, area.y), &words, style);
        }
    }

    /// Names a strip that a budget off the axis forbids, where the strip is high enough to hold a word.
    fn strip_label(&mut self, canvas: &mut Canvas<'_>, limit: Limit, words: &str) {
        let area = self.axes.area();
        let Some((_, front)) = self.state.selection.bounds.iter().find(|(bound, _)| *bound == limit) else { return };
        let latencies_s = self.landscape.sweep.latency_s(self.state.objective);
        let room = text::width(words) as u16 + 2;
        for x in (area.left()..area.right().saturating_sub(room)).rev() {
            let spans = |column: u16| {
                let (_, right_s) = self.axes.latency_span_at(column);
                let row = |front: &[u32]| {
                    let best = pareto::best_within(front, latencies_s, right_s)?;
                    self.axes.row(self.landscape.sweep.loss[best])
                };
                Some((row(front)?, row(&self.state.frontiers.all)?))
            };
            let (Some((top, bottom)), Some((top_end, bottom_end))) = (spans(x), spans(x + room)) else { continue };
            let (top, bottom) = (top.max(top_end), bottom.min(bottom_end));
            if top + 1 < bottom {
                let style = canvas.style(Role::Over);
                self.label(canvas, (x, u16::midpoint(top, bottom)), words, style);
                return;
            }
        }
    }

    /// Writes beside a cell: to its right, its left, or a row above or below, wherever there is room. Says where.
    fn label(&mut self, canvas: &mut Canvas<'_>, at: (u16, u16), words: &str, style: Style) -> Option<Rect> {
        let area = self.axes.area();
        let length = text::width(words) as u16;
        let right = at.0 + 2;
        let left = at.0.saturating_sub(length + 1);
        let rows = [at.1, at.1.saturating_sub(1), at.1 + 1];
        let own = marker_area(at);
        let fits = |&(x, y): &(u16, u16)| {
            let wanted = Rect::new(if x > at.0 { x - 1 } else { x }, y, length + 1, 1);
            x >= area.left()
                && x + length <= area.right()
                && y >= area.top()
                && y < area.bottom()
                && (x > at.0 || x + length <= at.0)
                && self.labels.iter().all(|taken| *taken == own || !taken.intersects(wanted))
        };
        // Beside the marker if that hides little of a line. A row off costs as much as six cells of a line.
        let cost = |&(x, y): &(u16, u16)| {
            let hidden = (x..x + length).filter(|&x| self.lines.contains(&(x, y))).count();
            hidden + 6 * usize::from(y.abs_diff(at.1))
        };
        let (x, y) = rows.into_iter().flat_map(|y| [(right, y), (left, y)]).filter(fits).min_by_key(cost)?;
        // A blank on the side of the marker keeps the lines of the chart away from the words.
        let (text, from) = if x > at.0 { (format!(" {words}"), x - 1) } else { (format!("{words} "), x) };
        canvas.buffer.set_string(from, y, text, style);
        let written = Rect::new(from, y, length + 1, 1);
        self.labels.push(written);
        Some(written)
    }

    /// Names the dim line beside an imagined board: where it runs freely, in its lower half.
    fn before_label(&mut self, canvas: &mut Canvas<'_>) {
        let before = &self.state.frontiers.before;
        let place = before.get(before.len() * 3 / 5).and_then(|place| self.cell(*place));
        if let Some(at) = place {
            let style = canvas.style(Role::Before);
            self.label(canvas, at, "as it is", style);
        }
    }

    fn nothing_feasible(&self, canvas: &mut Canvas<'_>) {
        if let Some(loosening) = &self.state.selection.loosening {
            canvas.centred(self.axes.area(), &format!("no architecture: {loosening}"), Role::Over);
        }
    }
}

/// What a marker keeps free of others' labels: its cell and one to either side.
const fn marker_area((x, y): (u16, u16)) -> Rect {
    Rect::new(x.saturating_sub(1), y, 3, 1)
}

/// The losses that one column's budgets forbid: from the frontier of all up to what the budgets leave.
struct Forbidden {
    from: f64,
    below: f64,
}

impl Forbidden {
    fn covers(&self, loss: f64) -> bool {
        loss >= self.from && loss < self.below
    }
}
