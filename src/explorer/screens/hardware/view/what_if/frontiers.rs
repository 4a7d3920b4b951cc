//! The frontier on the board as it is and on the imagined one, small.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::scales::scales;
use crate::explorer::draw::theme::Role;
use crate::explorer::plot::axes::Axes;
use crate::explorer::plot::{Dots, braille};
use crate::explorer::state::State;
use engine::landscape::Position;

/// Rows below which it says nothing: two of axis, four of plot.
pub(super) const LEAST_ROWS: u16 = 6;

/// Columns of the perplexity labels, tick included.
const LABEL_COLUMNS: u16 = 5;

/// Draws both, the board as it is behind.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(landscape) = state.landscape() else { return };
    let position = |&index: &u32| landscape.position(state.objective, index as usize);
    let now: Vec<Position> = state.frontiers.all.iter().map(position).collect();
    let before = &state.frontiers.before;
    let plot = Rect {
        x: area.x + LABEL_COLUMNS,
        width: area.width.saturating_sub(LABEL_COLUMNS),
        height: area.height.saturating_sub(2),
        ..area
    };
    let Some(axes) = axes(plot, &[&now, before]) else { return };
    scales(canvas, plot, &axes.perplexity_ticks(), &axes.latency_ticks(), axes.latency_unit().0);
    let (now, before) = (line(&axes, &now), line(&axes, before));
    for column in 0..plot.width {
        for row in 0..plot.height {
            let layers = [(now.mask(column, row), Role::Frontier), (before.mask(column, row), Role::Before)];
            if let Some((mask, role)) = layers.into_iter().find(|(mask, _)| *mask != 0) {
                put(canvas.buffer, plot.x + column, plot.y + row, braille(mask), canvas.style(role));
            }
        }
    }
}

fn axes(plot: Rect, frontiers: &[&[Position]]) -> Option<Axes> {
    let span = |of: fn(&Position) -> f64| {
        let values = frontiers.iter().copied().flatten().map(of);
        values.fold([f64::INFINITY, 0.0], |[low, high]: [f64; 2], value| [low.min(value), high.max(value)])
    };
    let (latency_s, loss) = (span(|place| place.latency_s), span(|place| place.loss));
    let usable = latency_s[0] > 0.0 && latency_s[1].is_finite() && loss[0].is_finite() && loss[1] > loss[0];
    (usable && plot.width > 4).then(|| Axes::new(plot, latency_s, loss))
}

fn line(axes: &Axes, places: &[Position]) -> Dots {
    let mut dots = Dots::new(axes.area());
    let dot = |place: &Position| axes.dot(place.latency_s, place.loss);
    for pair in places.windows(2) {
        dots.line(dot(&pair[0]), dot(&pair[1]));
    }
    dots
}
