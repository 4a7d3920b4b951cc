//! The roofs: bandwidth as a slope, one ceiling for each number format, and the ridge between them.
//!
//! The roofs of the format at hand are bright, every other ceiling is faint. Where an engine reaches less than the data
//! sheet says, the roofs of the data sheet stand above as dots.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::theme::Role;
use crate::explorer::plot::{Dots, Plane, braille};
use engine::precision::ComputeFormat;
use engine::roofline::{Ceiling, Roofs};
use engine::text;
use engine::units;

/// The roofs on a plane.
pub(super) struct Skyline<'a> {
    pub(super) roofs: &'a Roofs,
    /// What the linear operators multiply in; everything else does in 16 bit.
    pub(super) format: ComputeFormat,
    pub(super) plane: Plane,
}

/// Cells that lines and their labels take.
#[derive(Clone)]
pub(super) struct Taken {
    area: Rect,
    cells: Vec<bool>,
}

impl Taken {
    /// None of an area's.
    pub(super) fn of(area: Rect) -> Self {
        Self { area, cells: vec![false; usize::from(area.width) * usize::from(area.height)] }
    }

    /// Whether so many cells from a place on are on the plot and free.
    pub(super) fn is_free(&self, (x, y): (u16, u16), length: u16) -> bool {
        let row = Rect { x, y, width: length, height: 1 };
        self.area.union(row) == self.area && (x..x + length).all(|x| !self.cells[self.index(x, y)])
    }

    /// Takes so many cells, as far as they are on the plot.
    pub(super) fn take(&mut self, (x, y): (u16, u16), length: u16) {
        for x in (x..x + length).filter(|x| self.area.contains((*x, y).into())) {
            let index = self.index(x, y);
            self.cells[index] = true;
        }
    }

    fn index(&self, x: u16, y: u16) -> usize {
        usize::from(y - self.area.y) * usize::from(self.area.width) + usize::from(x - self.area.x)
    }
}

impl Skyline<'_> {
    /// Draws the roofs.
    pub(super) fn lines(&self, canvas: &mut Canvas<'_>, taken: &mut Taken) {
        self.peaks(canvas);
        for ceiling in self.roofs.ceilings.iter().filter(|ceiling| !self.counts(ceiling)) {
            self.ceiling(canvas, (ceiling, Role::Faint), taken);
        }
        let highest = self.roofs.ceilings.iter().map(|ceiling| ceiling.reached_flops_per_s).fold(0.0, f64::max);
        self.slope(canvas, (highest, Role::Faint), taken);
        for ceiling in self.roofs.ceilings.iter().filter(|ceiling| self.counts(ceiling)) {
            self.ceiling(canvas, (ceiling, Role::Roof), taken);
        }
        let Some(ceiling) = self.main() else { return };
        self.slope(canvas, (ceiling.reached_flops_per_s, Role::Roof), taken);
        let (x, top) = (self.plane.column(self.ridge()), self.plane.row(ceiling.reached_flops_per_s));
        if let (Some(x), Some(top)) = (x, top) {
            for y in top + 1..self.plane.area().bottom() {
                put(canvas.buffer, x, y, '┊', canvas.style(Role::Faint));
            }
        }
    }

    /// The ceiling of the linear operators.
    fn main(&self) -> Option<&Ceiling> {
        self.roofs.ceiling(self.format)
    }

    fn counts(&self, ceiling: &Ceiling) -> bool {
        [self.format, ComputeFormat::Bits16].contains(&ceiling.format)
    }

    /// Intensity at which the format at hand turns from memory-bound to compute-bound.
    fn ridge(&self) -> f64 {
        self.main().map_or(f64::NAN, |ceiling| self.roofs.ridge_flop_per_byte(ceiling))
    }

    /// A flat line from where it meets the slope.
    fn ceiling(&self, canvas: &mut Canvas<'_>, (ceiling, role): (&Ceiling, Role), taken: &mut Taken) {
        let mut dots = Dots::new(self.plane.area());
        let (ridge, right) = (self.roofs.ridge_flop_per_byte(ceiling), self.plane.x().ends()[1]);
        let rate = ceiling.reached_flops_per_s;
        dots.line(self.plane.dot(ridge, rate), self.plane.dot(right, rate));
        self.draw(canvas, &dots, role, taken);
    }

    /// Bandwidth times intensity, up to a ceiling.
    fn slope(&self, canvas: &mut Canvas<'_>, (to_flops_per_s, role): (f64, Role), taken: &mut Taken) {
        let mut dots = Dots::new(self.plane.area());
        let (reached, left) = (self.roofs.reached_bytes_per_s, self.plane.x().ends()[0]);
        dots.line(self.plane.dot(left, left * reached), self.plane.dot(to_flops_per_s / reached, to_flops_per_s));
        self.draw(canvas, &dots, role, taken);
    }

    /// What the data sheet says, where less is reached: every third dot.
    fn peaks(&self, canvas: &mut Canvas<'_>) {
        let Some(ceiling) = self.main().filter(|_| !self.is_ideal()) else { return };
        let area = self.plane.area();
        let mut dots = Dots::new(area);
        let [left, right] = self.plane.x().ends();
        for column in (0..i32::from(area.width) * 2).step_by(3) {
            let share = f64::from(column) / f64::from(area.width * 2);
            let intensity = left * (right / left).powf(share);
            let roof = ceiling.peak_flops_per_s.min(intensity * self.roofs.bandwidth_bytes_per_s);
            dots.set((column, self.plane.dot(intensity, roof).1));
        }
        self.draw(canvas, &dots, Role::Label, &mut Taken::of(area));
    }

    fn is_ideal(&self) -> bool {
        self.main().is_none_or(|ceiling| {
            ceiling.reached_flops_per_s >= ceiling.peak_flops_per_s
                && self.roofs.reached_bytes_per_s >= self.roofs.bandwidth_bytes_per_s
        })
    }

    /// What lies on either side of the ridge, and where it is: in the lowest row that has room.
    pub(super) fn sides(&self, canvas: &mut Canvas<'_>, taken: &mut Taken) {
        let area = self.plane.area();
        let Some(x) = self.plane.column(self.ridge()) else { return };
        let rows = || (area.y + area.height / 2..area.bottom()).rev();
        let label = format!("{} FLOP/B", units::ratio(self.ridge()));
        let length = text::width(&label) as u16;
        let places = rows().flat_map(|y| [Some((x + 2, y)), x.checked_sub(length + 1).map(|left| (left, y))]).flatten();
        if let Some(at) = places.into_iter().find(|at| taken.is_free(*at, length)) {
            canvas.buffer.set_string(at.0, at.1, &label, canvas.style(Role::Text));
            taken.take(at, length);
        }
        let words = [("memory-bound ◂", "▸ compute-bound"), ("memory ◂", "▸ compute")];
        let found = words.iter().find_map(|(memory, compute)| {
            let (left, right) = (text::width(memory) as u16, text::width(compute) as u16);
            let start = x.checked_sub(left)?;
            let y = rows().find(|y| taken.is_free((start, *y), left + 1 + right))?;
            Some((start, y, memory, compute))
        });
        if let Some((start, y, memory, compute)) = found {
            canvas.buffer.set_string(start, y, memory, canvas.style(Role::Memory));
            canvas.buffer.set_string(x + 1, y, compute, canvas.style(Role::Compute));
            taken.take((start, y), (text::width(memory) + 1 + text::width(compute)) as u16);
        }
    }

    /// Names all roofs, left of where they begin, because nothing lies above the slope. Where two names would share a
    /// row, the one of the format in use stays.
    pub(super) fn labels(&self, canvas: &mut Canvas<'_>, taken: &mut Taken) {
        let area = self.plane.area();
        let (used, others): (Vec<&Ceiling>, Vec<&Ceiling>) =
            self.roofs.ceilings.iter().rev().partition(|ceiling| self.counts(ceiling));
        for ceiling in used.into_iter().chain(others) {
            let unit = if ceiling.format == ComputeFormat::Int8 { "OP" } else { "FLOP" };
            let rate = of_peak(ceiling.reached_flops_per_s, ceiling.peak_flops_per_s, unit);
            let label = format!("{} {rate}", ceiling.format.name().to_uppercase());
            let role = if self.counts(ceiling) { Role::Text } else { Role::Label };
            if let Some(y) = self.plane.row(ceiling.reached_flops_per_s) {
                self.label(canvas, (y, &label, role), taken);
            }
        }
        let label = of_peak(self.roofs.reached_bytes_per_s, self.roofs.bandwidth_bytes_per_s, "B");
        // As low as there is room, but not below the slope's middle.
        for y in (area.y + 1..=area.y + area.height * 3 / 5).rev() {
            if self.label(canvas, (y, &label, Role::Text), taken) {
                return;
            }
        }
    }

    /// Writes a label left of all lines in a row, if there is room.
    fn label(&self, canvas: &mut Canvas<'_>, (y, label, role): (u16, &str, Role), taken: &mut Taken) -> bool {
        let area = self.plane.area();
        let length = text::width(label) as u16;
        let first = (area.x..area.right()).find(|x| !taken.is_free((*x, y), 1));
        // In the first row the subject's name stands before all lines.
        let Some(x) = first.and_then(|x| x.checked_sub(length + 2)).filter(|x| *x > area.x) else { return false };
        canvas.buffer.set_string(x, y, label, canvas.style(role));
        taken.take((x, y), length);
        true
    }

    fn draw(&self, canvas: &mut Canvas<'_>, dots: &Dots, role: Role, taken: &mut Taken) {
        let (area, style) = (self.plane.area(), canvas.style(role));
        for row in 0..area.height {
            for column in 0..area.width {
                let mask = dots.mask(column, row);
                if mask != 0 {
                    put(canvas.buffer, area.x + column, area.y + row, braille(mask), style);
                    taken.take((area.x + column, area.y + row), 1);
                }
            }
        }
    }
}

/// `205 GB/s`, or `164 of 205 GB/s` where less than the peak is reached.
fn of_peak(reached: f64, peak: f64, unit: &str) -> String {
    if reached >= peak {
        return units::rate(peak, unit);
    }
    let (scaled, _) = units::with_prefix(peak);
    format!("{} of {}", units::ratio(reached * scaled / peak), units::rate(peak, unit))
}
