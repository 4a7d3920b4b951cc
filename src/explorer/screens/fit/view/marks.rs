//! Runs as marks on a plane. A run that was fitted is a dot, as fine as the terminal can draw it. Every other run is a
//! sign of its own.
//!
//! Along an axis of shapes many runs share a value, so signs would cover dots. There held-out runs stand one column to
//! the right, and excluded ones one column to the left.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::theme::Role;
use crate::explorer::plot::{Dots, Plane, braille};
use crate::explorer::pointer::Target;
use crate::explorer::screens::fit::model::evidence::{Evidence, FitPlot, Part};
use crate::explorer::state::State;

pub(super) const FITTED_SAMPLE: &str = "⠂";
pub(super) const HELD_OUT: &str = "×";
pub(super) const LEFT_OUT: &str = "◦";
pub(super) const SELECTED: &str = "◆";

/// A straight line through the plane, from one place to another.
pub(super) type Line = [(f64, f64); 2];

/// Draws the line where everything would lie if the law were right, the runs over it, and takes clicks.
pub(super) fn render(
    canvas: &mut Canvas<'_>,
    state: &State,
    evidence: &Evidence,
    (plot, plane): (FitPlot, Plane),
    right: Line,
) {
    let area = plane.area();
    let mut line = Dots::new(area);
    let [from, to] = right.map(|(x, y)| plane.dot(x, y));
    line.line(from, to);
    draw(canvas, area, &line, Role::Faint);

    for (run, part) in parts(evidence, |part| part != Part::Fitted) {
        let (glyph, role, aside) = match part {
            Part::HeldOut => (HELD_OUT, Role::DenseFrontier, 1),
            _ => (LEFT_OUT, Role::Label, -1),
        };
        let aside = if plot == FitPlot::Predictions { 0 } else { aside };
        mark(canvas, plane, evidence.place(plot, run), (glyph, role, aside));
    }
    let mut fitted = Dots::new(area);
    for (run, _) in parts(evidence, |part| part == Part::Fitted) {
        let (x, y) = evidence.place(plot, run);
        fitted.set(plane.dot(x, y));
    }
    draw(canvas, area, &fitted, Role::Frontier);
    if let Some(run) = state.fit.selected {
        mark(canvas, plane, evidence.place(plot, run), (SELECTED, Role::Pick, 0));
    }
    canvas.hits.push(area, Target::Runs(plot, plane));
}

/// The runs that play a part, with the part. A law may have no number for a run that it was not fitted to.
fn parts(evidence: &Evidence, wanted: impl Fn(Part) -> bool) -> impl Iterator<Item = (usize, Part)> {
    let runs = evidence.points.iter().enumerate();
    runs.filter(move |(_, point)| wanted(point.part) && point.residual().is_finite())
        .map(|(run, point)| (run, point.part))
}

fn draw(canvas: &mut Canvas<'_>, area: Rect, dots: &Dots, role: Role) {
    let style = canvas.style(role);
    for row in 0..area.height {
        for column in 0..area.width {
            let mask = dots.mask(column, row);
            if mask != 0 {
                put(canvas.buffer, area.x + column, area.y + row, braille(mask), style);
            }
        }
    }
}

/// One sign, so many columns aside; what lies off the scale stands at the edge and points there.
fn mark(canvas: &mut Canvas<'_>, plane: Plane, (x, y): (f64, f64), (glyph, role, aside): (&str, Role, i16)) {
    let (across, up) = (plane.x().share(x), plane.y().share(y));
    if !across.is_finite() || !up.is_finite() {
        return;
    }
    let glyph = match (across, up) {
        (_, up) if up >= 1.0 => "△",
        (_, up) if up < 0.0 => "▽",
        (across, _) if across >= 1.0 => "▷",
        (across, _) if across < 0.0 => "◁",
        _ => glyph,
    };
    let area = plane.area();
    let cell = |share: f64, cells: u16| ((share * f64::from(cells)).floor().clamp(0.0, f64::from(cells) - 1.0)) as u16;
    let column = cell(across, area.width).saturating_add_signed(aside).min(area.width - 1);
    let at = (area.x + column, area.y + cell(1.0 - up, area.height));
    canvas.buffer.set_string(at.0, at.1, glyph, canvas.style(role));
}
