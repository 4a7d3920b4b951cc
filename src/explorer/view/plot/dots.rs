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

    #[test]
    fn a_line_is_connected() {
        let mut dots = Dots::new(Rect::new(0, 0, 4, 4));
        dots.line((0, 0), (7, 15));
        assert!((0..4).all(|i| dots.mask(i, i) != 0));
        assert_eq!(braille(0xff), '⣿');
    }
}
