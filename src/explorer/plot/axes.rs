//! The chart's axes. Both are logarithmic: latency, and perplexity, whose logarithm is the loss.

use ratatui::layout::Rect;

use super::{Plane, Scale, Tick, by_plainness};
use engine::units;

/// Latency across, loss down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axes(Plane);

impl Axes {
    /// Axes over `area` that show these latencies (seconds) and losses (nats) with a margin.
    pub fn new(area: Rect, latency_s: [f64; 2], loss: [f64; 2]) -> Self {
        Self(Plane::new(area, Scale::logarithmic(latency_s, 0.02), Scale::linear(loss, 0.01)))
    }

    /// The same axes over another area.
    #[must_use]
    pub const fn over(&self, area: Rect) -> Self {
        Self(Plane::new(area, *self.0.x(), *self.0.y()))
    }

    /// Where the plot is drawn.
    pub const fn area(&self) -> Rect {
        self.0.area()
    }

    /// ln(latency) over the whole width.
    pub fn width_ln(&self) -> f64 {
        self.0.x().span()
    }

    /// Loss over the whole height, nats.
    pub fn height(&self) -> f64 {
        self.0.y().span()
    }

    /// Column of a latency, if it is on the chart.
    pub fn column(&self, latency_s: f64) -> Option<u16> {
        self.0.column(latency_s)
    }

    /// Row of a loss, if it is on the chart.
    pub fn row(&self, loss: f64) -> Option<u16> {
        self.0.row(loss)
    }

    /// Braille dot, two per column and four per row from the top left; may lie outside.
    pub fn dot(&self, latency_s: f64, loss: f64) -> (i32, i32) {
        self.0.dot(latency_s, loss)
    }

    /// Latency in the middle of a column, seconds; columns outside count as the nearest.
    pub fn latency_at(&self, column: u16) -> f64 {
        self.0.x_at(column)
    }

    /// Latencies at a column's two edges, seconds.
    pub fn latency_span_at(&self, column: u16) -> (f64, f64) {
        self.0.x_span_at(column)
    }

    /// Loss in the middle of a row.
    pub fn loss_at(&self, row: u16) -> f64 {
        self.0.y_at(row)
    }

    /// The unit of the latency axis and how many of it make a second: milliseconds, or seconds for very slow spaces.
    pub fn latency_unit(&self) -> (&'static str, f64) {
        const SLOW_S: f64 = 30.0;
        if self.0.x().ends()[1] > SLOW_S { ("s", 1.0) } else { ("ms", 1e3) }
    }

    /// Ticks of the latency axis in its unit: plain numbers, no two closer than their labels allow.
    pub fn latency_ticks(&self) -> Vec<Tick> {
        let (_, per_second) = self.latency_unit();
        let plain = by_plainness(self.0.x().ends().map(|end_s| end_s * per_second));
        self.0.column_ticks(plain.into_iter().map(|value| (value / per_second, units::ratio(value))))
    }

    /// Ticks of the perplexity axis.
    pub fn perplexity_ticks(&self) -> Vec<Tick> {
        let plain = by_plainness(self.0.y().ends().map(f64::exp));
        self.0.row_ticks(plain.into_iter().map(|value| (value.ln(), units::ratio(value))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_plain_and_apart() {
        let axes = Axes::new(Rect::new(0, 0, 70, 20), [0.021, 2.1], [18f64.ln(), 140f64.ln()]);
        let mut labels: Vec<String> = axes.latency_ticks().into_iter().map(|tick| tick.label).collect();
        assert!(labels.iter().any(|label| label == "100") && labels.iter().any(|label| label == "1000"));
        labels.dedup();
        assert!(labels.len() >= 6);
        let rows: Vec<u16> = axes.perplexity_ticks().iter().map(|tick| tick.cell).collect();
        assert!(rows.len() >= 5);
    }
}
