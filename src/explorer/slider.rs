//! A logarithmic slider whose values are numbers that a person would choose.
//!
//! A cell of the track covers a small interval of values. Rounding the value under the mouse could move the knob away
//! from the mouse. So the rule is the other way round: of all values in the interval of the cell, take the
//! **roundest**. The knob then stays under the mouse, and the value is as round as the length of the track allows.

use super::vocabulary::{Direction, Stride};

/// A slider's track: `cells` cells that cover `low..=high` logarithmically.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Track {
    /// Value at the left end, above 0.
    pub low: f64,
    /// Value at the right end, above `low`.
    pub high: f64,
    /// Length in terminal cells, at least 1.
    pub cells: u16,
}

impl Track {
    /// A track that covers `low..=high`, its ends rounded outwards to two significant digits.
    pub fn over(low: f64, high: f64, cells: u16) -> Self {
        let outwards = |value: f64, round: fn(f64) -> f64| {
            let unit = value.log10().floor() as i32 - 1;
            tidy(round(value / scale(1.0, unit)) * scale(1.0, unit), unit)
        };
        let (low, high) = (outwards(low, f64::floor), outwards(high, f64::ceil));
        Self { low, high: if high > low { high } else { 2.0 * low }, cells: cells.max(1) }
    }

    /// The cell that shows `value`; the nearest end where it lies outside.
    pub fn cell_of(&self, value: f64) -> u16 {
        let share = (value / self.low).ln() / (self.high / self.low).ln();
        // A value on the lower edge of a cell belongs to the cell, whatever the last digit of the logarithm.
        let cell = (share * f64::from(self.cells) + 1e-9).floor();
        cell.clamp(0.0, f64::from(self.cells.saturating_sub(1))) as u16
    }

    /// The value that pointing at `cell` means: the ends exactly, the roundest of the interval between them.
    pub fn value_at(&self, cell: u16) -> f64 {
        if cell == 0 {
            return self.low;
        }
        if cell + 1 >= self.cells {
            return self.high;
        }
        roundest(self.edge(cell), self.edge(cell + 1))
    }

    /// Lower edge of a cell.
    fn edge(&self, cell: u16) -> f64 {
        self.low * (self.high / self.low).powf(f64::from(cell) / f64::from(self.cells))
    }
}

/// The number in `low..high` with the fewest significant digits. Of several, the one nearest to the middle.
pub fn roundest(low: f64, high: f64) -> f64 {
    let middle = (low * high).sqrt();
    let magnitude = high.log10().floor() as i32;
    for digits in 0..12 {
        let exponent = magnitude - digits;
        let multiples = [5.0, 2.0, 1.0].map(|unit| scale(unit, exponent));
        for unit in multiples {
            let nearest = (middle / unit).round();
            let inside = [nearest, nearest - 1.0, nearest + 1.0]
                .into_iter()
                .map(|multiple| tidy(multiple * unit, exponent))
                .find(|value| *value >= low && *value < high && *value > 0.0);
            if let Some(value) = inside {
                return value;
            }
        }
    }
    middle
}

/// The next value in `direction`: of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 per decade, or of three significant digits.
pub fn step(value: f64, direction: Direction, stride: Stride) -> f64 {
    const SERIES: [f64; 10] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
    const SAME: f64 = 1e-9;
    let exponent = (value.log10() + SAME).floor() as i32;
    match stride {
        Stride::Fine => {
            let unit = exponent - 2;
            let units = value / scale(1.0, unit);
            match direction {
                Direction::Up => tidy((units + SAME * units).floor() * scale(1.0, unit) + scale(1.0, unit), unit),
                Direction::Down => {
                    // Below a power of ten the third digit is ten times finer.
                    let unit = if units <= 100.0 * (1.0 + SAME) { unit - 1 } else { unit };
                    let units = value / scale(1.0, unit);
                    tidy((units - SAME * units).ceil() * scale(1.0, unit) - scale(1.0, unit), unit)
                }
            }
        }
        Stride::Coarse => {
            let series = (exponent - 1..=exponent + 1).flat_map(|e| SERIES.map(|s| tidy(scale(s, e), e - 1)));
            match direction {
                Direction::Up => series.into_iter().find(|next| *next > value * (1.0 + SAME)),
                Direction::Down => series.into_iter().rfind(|next| *next < value * (1.0 - SAME)),
            }
            .unwrap_or(value)
        }
    }
}

/// `mantissa·10^exponent`.
fn scale(mantissa: f64, exponent: i32) -> f64 {
    mantissa * 10f64.powi(exponent)
}

/// Removes the binary residue of decimal arithmetic: the double nearest to the decimal of that many places.
fn tidy(value: f64, exponent: i32) -> f64 {
    let places = usize::try_from((-exponent).max(0)).unwrap_or(0);
    format!("{value:.places$}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_roundest_number_is_what_a_person_would_choose() {
        assert_eq!(roundest(0.09, 0.12), 0.1);
        assert_eq!(roundest(0.103, 0.118), 0.11);
        assert_eq!(roundest(4.2e9, 5.7e9), 5e9);
        assert_eq!(roundest(0.0213, 0.0262), 0.025);
        assert_eq!(roundest(1.231, 1.239), 1.235);
    }

    #[test]
    fn keys_step_through_preferred_numbers() {
        assert_eq!(step(0.1, Direction::Up, Stride::Coarse), 0.12);
        assert_eq!(step(0.1, Direction::Down, Stride::Coarse), 0.08);
        assert_eq!(step(0.137, Direction::Down, Stride::Coarse), 0.12);
        assert_eq!(step(0.1, Direction::Up, Stride::Fine), 0.101);
        assert_eq!(step(0.1, Direction::Down, Stride::Fine), 0.0999);
        assert_eq!(step(8e9, Direction::Up, Stride::Coarse), 10e9);
    }

    proptest! {
        #[test]
        fn the_knob_stays_under_the_mouse(
            low in 1e-6..1e3f64, span in 1.01..1e5f64, cells in 1u16..120, at in 0.0..1.0f64,
        ) {
            let track = Track { low, high: low * span, cells };
            let cell = (at * f64::from(cells)) as u16;
            prop_assert_eq!(track.cell_of(track.value_at(cell)), cell);
        }

        #[test]
        fn steps_go_where_they_say(value in 1e-6..1e12f64) {
            for stride in [Stride::Coarse, Stride::Fine] {
                let up = step(value, Direction::Up, stride);
                let down = step(value, Direction::Down, stride);
                prop_assert!(up > value && up < value * 1.51, "{value} up {up}");
                prop_assert!(down < value && down > value / 1.51, "{value} down {down}");
            }
        }
    }
}
