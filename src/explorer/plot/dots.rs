//! Braille: eight dots in each cell.

use ratatui::layout::Rect;

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
        self.line_where(from, to, |_| true);
    }

    /// Sets the dots of a straight line, but only in those columns of dots that `shows` lets through. A line with gaps
    /// differs from others without colour.
    pub fn line_where(&mut self, from: (i32, i32), to: (i32, i32), shows: impl Fn(i32) -> bool) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).clamp(1, 4096);
        for i in 0..=steps {
            let share = f64::from(i) / f64::from(steps);
            let along = |a: i32, b: i32| (f64::from(a) + share * f64::from(b - a)).round() as i32;
            let dot = (along(from.0, to.0), along(from.1, to.1));
            if shows(dot.0) {
                self.set(dot);
            }
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

    #[test]
    fn a_line_is_connected() {
        let mut dots = Dots::new(Rect::new(0, 0, 4, 4));
        dots.line((0, 0), (7, 15));
        assert!((0..4).all(|i| dots.mask(i, i) != 0));
        assert_eq!(braille(0xff), '⣿');
    }

    #[test]
    fn a_line_with_gaps_is_the_same_from_either_end() {
        let row = |from: i32, to: i32| {
            let mut dots = Dots::new(Rect::new(0, 0, 6, 1));
            dots.line_where((from, 0), (to, 0), |x| x % 4 < 2);
            [0, 1, 2, 3, 4, 5].map(|column| dots.mask(column, 0))
        };
        assert_eq!(row(0, 11), [0x09, 0, 0x09, 0, 0x09, 0]);
        assert_eq!(row(11, 0), row(0, 11));
    }
}
