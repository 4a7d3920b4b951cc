//! The axes that show all of a picture. Chart, panels and marks of several screens use the same axes.

use ratatui::layout::Rect;

use crate::explorer::plot::axes::Axes;
use crate::explorer::state::State;
use engine::landscape::{Landscape, Position};

/// The same over an area; other screens have their latency axis from here.
pub(crate) fn axes_over(state: &State, landscape: &Landscape, area: Rect) -> Option<Axes> {
    let [mut best, mut worst] = landscape.extent(state.objective)?;
    // With an imagined board the axes cover both frontiers. Otherwise the frontier that moves would seem to stand
    // still.
    if let Some([fastest, slowest]) = state.answer.as_ref()?.before.as_ref().and_then(|b| b.extent(state.objective)) {
        best.latency_s = best.latency_s.min(fastest.latency_s);
        worst.latency_s = worst.latency_s.max(slowest.latency_s);
    }
    let marked: Vec<Position> = state.marked().collect();
    let within = |ends: [f64; 2], value: fn(&Position) -> f64| {
        marked.iter().map(value).fold(ends, |[low, high], value| [low.min(value), high.max(value)])
    };
    let latency_s = within([best.latency_s, worst.latency_s], |place| place.latency_s);
    let loss = within([lowest(state, [best.loss, worst.loss]), worst.loss], |place| place.loss);
    let usable = area.width > 4 && area.height > 2 && latency_s[0] > 0.0;
    usable.then(|| Axes::new(area, latency_s, loss))
}

/// The lowest loss to show: the lower end of the interval of the best candidate, as far as that leaves most of the
/// chart to the candidates.
fn lowest(state: &State, [best, worst]: [f64; 2]) -> f64 {
    const MOST_ADDED: f64 = 0.25;
    let wanted = state.shelf.laws[state.shown().law].resampled.lowest_loss.unwrap_or(best);
    wanted.clamp(best - MOST_ADDED * (worst - best), best)
}
