//! The geometry of a plot: cells and braille dots to values, and back.

pub mod axes;
mod dots;
mod scale;

use engine::text;
use ratatui::layout::Rect;

pub use dots::{Dots, braille};
pub use scale::{Scale, by_plainness, even_labels, even_steps};

/// A plot area with its two axes; x grows to the right, y upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    area: Rect,
    x: Scale,
    y: Scale,
}

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Column or row.
    pub cell: u16,
    /// Its text, without unit.
    pub label: String,
}

impl Plane {
    /// These axes over `area`.
    pub const fn new(area: Rect, x: Scale, y: Scale) -> Self {
        Self { area, x, y }
    }

    /// Where the plot is drawn.
    pub const fn area(&self) -> Rect {
        self.area
    }

    /// The horizontal axis.
    pub const fn x(&self) -> &Scale {
        &self.x
    }

    /// The vertical axis.
    pub const fn y(&self) -> &Scale {
        &self.y
    }

    /// Column of a value, if it is on the plot.
    pub fn column(&self, x: f64) -> Option<u16> {
        cell(self.x.share(x), self.area.width).map(|column| self.area.x + column)
    }

    /// Row of a value, if it is on the plot.
    pub fn row(&self, y: f64) -> Option<u16> {
        cell(1.0 - self.y.share(y), self.area.height).map(|row| self.area.y + row)
    }

    /// Braille dot, two per column and four per row from the top left; may lie outside.
    pub fn dot(&self, x: f64, y: f64) -> (i32, i32) {
        let across = self.x.share(x) * f64::from(self.area.width) * 2.0;
        let down = (1.0 - self.y.share(y)) * f64::from(self.area.height) * 4.0;
        (across.floor() as i32, down.floor() as i32)
    }

    /// Values at a column's two edges; columns outside count as the nearest.
    pub fn x_span_at(&self, column: u16) -> (f64, f64) {
        let last = self.area.right().saturating_sub(1);
        let offset = f64::from(column.clamp(self.area.x, last) - self.area.x);
        let edge = |cells: f64| self.x.value_at(cells / f64::from(self.area.width));
        (edge(offset), edge(offset + 1.0))
    }

    /// Value in the middle of a column; columns outside count as the nearest.
    pub fn x_at(&self, column: u16) -> f64 {
        let last = self.area.right().saturating_sub(1);
        let offset = f64::from(column.clamp(self.area.x, last) - self.area.x) + 0.5;
        self.x.value_at(offset / f64::from(self.area.width))
    }

    /// Value in the middle of a row; rows outside count as the nearest.
    pub fn y_at(&self, row: u16) -> f64 {
        let last = self.area.bottom().saturating_sub(1);
        let offset = f64::from(row.clamp(self.area.y, last) - self.area.y) + 0.5;
        self.y.value_at(1.0 - offset / f64::from(self.area.height))
    }

    /// Those of the labelled values that find room below the plot, in the order of their importance.
    pub fn column_ticks(&self, labelled: impl IntoIterator<Item = (f64, String)>) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let mut taken: Vec<(u16, u16)> = Vec::new();
        for (value, label) in labelled {
            let Some(cell) = self.column(value) else { continue };
            let half = text::width(&label) as u16 / 2 + 1;
            let span = (cell.saturating_sub(half), cell + half);
            if taken.iter().all(|other| span.1 < other.0 || span.0 > other.1) {
                taken.push(span);
                ticks.push(Tick { cell, label });
            }
        }
        ticks
    }

    /// Those of the labelled values that find room beside the plot.
    pub fn row_ticks(&self, labelled: impl IntoIterator<Item = (f64, String)>) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        for (value, label) in labelled {
            let Some(cell) = self.row(value) else { continue };
            if ticks.iter().all(|tick| tick.cell.abs_diff(cell) >= 2 && tick.label != label) {
                ticks.push(Tick { cell, label });
            }
        }
        ticks
    }
}

fn cell(share: f64, cells: u16) -> Option<u16> {
    let at = (share * f64::from(cells)).floor();
    (at >= 0.0 && at < f64::from(cells)).then_some(at as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cells_and_values_agree(column in 3u16..80, row in 2u16..30) {
            let scales = (Scale::logarithmic([0.02, 2.5], 0.02), Scale::linear([2.9, 5.0], 0.01));
            let plane = Plane::new(Rect::new(3, 2, 77, 28), scales.0, scales.1);
            prop_assert_eq!(plane.column(plane.x_at(column)), Some(column));
            prop_assert_eq!(plane.row(plane.y_at(row)), Some(row));
            let (low, high) = plane.x_span_at(column);
            prop_assert!(low < plane.x_at(column) && plane.x_at(column) < high);
        }
    }
}
