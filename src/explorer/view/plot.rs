//! The chart's geometry: cells and braille dots to latency and loss, and back. Both axes are logarithmic in what they
//! show (latency; perplexity, whose logarithm the loss is), so one linear map per axis does it.

use ratatui::layout::Rect;

/// A plot area with its ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axes {
    area: Rect,
    latency_ln: [f64; 2],
    loss: [f64; 2],
}

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Column or row.
    pub cell: u16,
    /// Its text, without unit.
    pub label: String,
}

impl Axes {
    /// Axes over `area` that show these latencies (seconds) and losses (nats) with a margin.
    pub fn new(area: Rect, latency_s: [f64; 2], loss: [f64; 2]) -> Self {
        const MARGIN: f64 = 0.02;
        let pad = |[low, high]: [f64; 2], least: f64| {
            let margin = ((high - low) * MARGIN).max(least);
            [low - margin, high + margin]
        };
        Self { area, latency_ln: pad(latency_s.map(f64::ln), 0.02), loss: pad(loss, 0.01) }
    }

    /// Where the plot is drawn.
    pub const fn area(&self) -> Rect {
        self.area
    }

    /// ln(latency) over the whole width.
    pub fn width_ln(&self) -> f64 {
        self.latency_ln[1] - self.latency_ln[0]
    }

    /// Loss over the whole height, nats.
    pub fn height(&self) -> f64 {
        self.loss[1] - self.loss[0]
    }

    /// Share of the width at which a latency lies; outside 0..1 if it is off the chart.
    pub fn across(&self, latency_s: f64) -> f64 {
        (latency_s.ln() - self.latency_ln[0]) / self.width_ln()
    }

    /// Share of the height, from the top, at which a loss lies.
    pub fn down(&self, loss: f64) -> f64 {
        (self.loss[1] - loss) / self.height()
    }

    /// Column of a latency, if it is on the chart.
    pub fn column(&self, latency_s: f64) -> Option<u16> {
        cell(self.across(latency_s), self.area.width).map(|column| self.area.x + column)
    }

    /// Row of a loss, if it is on the chart.
    pub fn row(&self, loss: f64) -> Option<u16> {
        cell(self.down(loss), self.area.height).map(|row| self.area.y + row)
    }

    /// Braille dot, two per column and four per row from the top left; may lie outside.
    pub fn dot(&self, latency_s: f64, loss: f64) -> (i32, i32) {
        let x = self.across(latency_s) * f64::from(self.area.width) * 2.0;
        let y = self.down(loss) * f64::from(self.area.height) * 4.0;
        (x.floor() as i32, y.floor() as i32)
    }

    /// Latency in the middle of a column, seconds; columns outside count as the nearest.
    pub fn latency_at(&self, column: u16) -> f64 {
        let (low, high) = self.latency_span_at(column);
        (low * high).sqrt()
    }

    /// Latencies at a column's two edges, seconds.
    pub fn latency_span_at(&self, column: u16) -> (f64, f64) {
        let last = self.area.right().saturating_sub(1);
        let offset = f64::from(column.clamp(self.area.x, last) - self.area.x);
        let edge = |cells: f64| (self.latency_ln[0] + cells / f64::from(self.area.width) * self.width_ln()).exp();
        (edge(offset), edge(offset + 1.0))
    }

    /// Loss in the middle of a row.
    pub fn loss_at(&self, row: u16) -> f64 {
        let last = self.area.bottom().saturating_sub(1);
        let offset = f64::from(row.clamp(self.area.y, last) - self.area.y) + 0.5;
        self.loss[1] - offset / f64::from(self.area.height) * self.height()
    }

    /// The unit of the latency axis and how many of it make a second: milliseconds, or seconds for very slow spaces.
    pub fn latency_unit(&self) -> (&'static str, f64) {
        const SLOW_S: f64 = 30.0;
        if self.latency_ln[1] > SLOW_S.ln() { ("s", 1.0) } else { ("ms", 1e3) }
    }

    /// Ticks of the latency axis in its unit: plain numbers, no two closer than their labels allow.
    pub fn latency_ticks(&self) -> Vec<Tick> {
        let (_, per_second) = self.latency_unit();
        let low = self.latency_ln[0].exp() * per_second;
        let high = self.latency_ln[1].exp() * per_second;
        let mut ticks: Vec<Tick> = Vec::new();
        let mut taken: Vec<(u16, u16)> = Vec::new();
        for value in by_plainness(low, high) {
            let Some(cell) = self.column(value / per_second) else { continue };
            let label = crate::units::ratio(value);
            let half = label.len() as u16 / 2 + 1;
            let span = (cell.saturating_sub(half), cell + half);
            if taken.iter().all(|other| span.1 < other.0 || span.0 > other.1) {
                taken.push(span);
                ticks.push(Tick { cell, label });
            }
        }
        ticks
    }

    /// Ticks of the perplexity axis.
    pub fn perplexity_ticks(&self) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        for value in by_plainness(self.loss[0].exp(), self.loss[1].exp()) {
            let Some(cell) = self.row(value.ln()) else { continue };
            let label = crate::units::ratio(value);
            if ticks.iter().all(|tick| tick.cell.abs_diff(cell) >= 2 && tick.label != label) {
                ticks.push(Tick { cell, label });
            }
        }
        ticks
    }
}

/// Candidate tick values of a logarithmic axis, the plainest first. Over less than an octave a logarithmic axis is
/// nearly linear, and equal steps are plainer.
fn by_plainness(low: f64, high: f64) -> Vec<f64> {
    const MANTISSAS: [&[f64]; 4] = [&[1.0], &[2.0, 5.0], &[3.0, 7.0], &[1.5, 2.5, 4.0, 6.0, 8.0]];
    const SPLIT: [f64; 8] = [1.2, 1.4, 1.6, 1.8, 2.2, 2.7, 3.5, 4.5];
    if high < 2.0 * low {
        let step = crate::explorer::slider::roundest((high - low) / 7.0, (high - low) / 3.0);
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        return (first..=last).map(|i| i as f64 * step).collect();
    }
    let decade = |value: f64| value.log10().clamp(-300.0, 300.0);
    let decades = decade(low).floor() as i32..=decade(high).ceil() as i32;
    MANTISSAS
        .iter()
        .copied()
        .chain([SPLIT.as_slice()])
        .flat_map(|tier| decades.clone().flat_map(move |e| tier.iter().map(move |m| m * 10f64.powi(e))))
        .filter(|value| *value >= low && *value <= high)
        .collect()
}

fn cell(share: f64, cells: u16) -> Option<u16> {
    let at = (share * f64::from(cells)).floor();
    (at >= 0.0 && at < f64::from(cells)).then_some(at as u16)
}

/// A grid of braille dots, two by four in each cell.
#[derive(Debug, Clone)]
pub struct Dots {
    width: u16,
    height: u16,
    masks: Vec<u8>,
}

impl Dots {
    /// No dots, for an area of that size.
    pub fn new(area: Rect) -> Self {
        let cells = usize::from(area.width) * usize::from(area.height);
        Self { width: area.width, height: area.height, masks: vec![0; cells] }
    }

    /// Sets one dot; outside the area nothing happens.
    #[inline]
    pub fn set(&mut self, (x, y): (i32, i32)) {
        const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        if x < 0 || y < 0 || x >= i32::from(self.width) * 2 || y >= i32::from(self.height) * 4 {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        self.masks[(y / 4) * usize::from(self.width) + x / 2] |= BITS[y % 4][x % 2];
    }

    /// Sets the dots of a straight line.
    pub fn line(&mut self, from: (i32, i32), to: (i32, i32)) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).clamp(1, 4096);
        for i in 0..=steps {
            let share = f64::from(i) / f64::from(steps);
            let along = |a: i32, b: i32| (f64::from(a) + share * f64::from(b - a)).round() as i32;
            self.set((along(from.0, to.0), along(from.1, to.1)));
        }
    }

    /// The dots of a cell, counted from the area's top left; 0 if there are none.
    pub fn mask(&self, column: u16, row: u16) -> u8 {
        self.masks[usize::from(row) * usize::from(self.width) + usize::from(column)]
    }
}

/// The character that shows these dots.
pub fn braille(mask: u8) -> char {
    char::from_u32(0x2800 + u32::from(mask)).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cells_and_values_agree(column in 3u16..80, row in 2u16..30) {
            let axes = Axes::new(Rect::new(3, 2, 77, 28), [0.02, 2.5], [2.9, 5.0]);
            prop_assert_eq!(axes.column(axes.latency_at(column)), Some(column));
            prop_assert_eq!(axes.row(axes.loss_at(row)), Some(row));
            let (low, high) = axes.latency_span_at(column);
            prop_assert!(low < axes.latency_at(column) && axes.latency_at(column) < high);
        }
    }

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

    #[test]
    fn a_line_is_connected() {
        let mut dots = Dots::new(Rect::new(0, 0, 4, 4));
        dots.line((0, 0), (7, 15));
        assert!((0..4).all(|i| dots.mask(i, i) != 0));
        assert_eq!(braille(0xff), '⣿');
    }
}
