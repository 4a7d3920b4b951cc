//! The roofs, and every operator as a point under them: one architecture, or two under the same roofs.

use ratatui::layout::Rect;

use super::roofs::{Skyline, Taken};
use super::{focused, marks};
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::no_picture::without_landscape;
use crate::explorer::draw::scales::scales;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::plot::{Plane, Scale};
use crate::explorer::pointer::Target;
use crate::explorer::screens::hardware::action::HardwareAction;
use crate::explorer::screens::hardware::model::HardwareFocus;
use crate::explorer::screens::hardware::model::operators::Subject;
use crate::explorer::state::State;
use engine::hardware::Basis;
use engine::roofline::{OperatorPoint, Roofs};
use engine::text::{self, fit};
use engine::units;

/// Columns of the rates' labels, tick included.
const LABEL_COLUMNS: u16 = 5;

/// Draws the pane.
pub(super) fn render(
    canvas: &mut Canvas<'_>,
    state: &State,
    (picked, beside): (Option<&Subject>, Option<&Subject>),
    area: Rect,
) {
    let inner = canvas.pane(area, &title(state), focused(state, HardwareFocus::Operators));
    canvas.hits.push(area, Target::Press(Action::Hardware(HardwareAction::Focus(HardwareFocus::Operators))));
    let Some(landscape) = state.landscape() else {
        return without_landscape(canvas, state, inner);
    };
    legend(canvas, area);
    let roofs = Roofs::of(&state.hardware(state.shown()), landscape.estimator.precision());
    let spans = Spans::new(&roofs, picked.into_iter().chain(beside).flat_map(|subject| &subject.points));
    let halves = if beside.is_some() {
        let left = Rect { width: inner.width / 2, ..inner };
        let right = Rect { x: left.right(), width: inner.width - left.width, ..inner };
        vec![(left, "A ", picked), (right, "B ", beside)]
    } else {
        vec![(inner, "", picked)]
    };
    for (half, mark, subject) in halves {
        let Some(plane) = spans.plane(half) else { continue };
        axes(canvas, plane);
        let skyline = Skyline { roofs: &roofs, format: landscape.estimator.precision().compute, plane };
        let mut taken = Taken::of(plane.area());
        let name = subject.map_or("nothing is feasible, so nothing is picked", |subject| &subject.name);
        let name = fit(&format!("{mark}{name}"), usize::from(plane.area().width));
        let at = (plane.area().x + 1, plane.area().y);
        canvas.buffer.set_string(
            at.0,
            at.1,
            &name,
            canvas.style(if mark == "B " { Role::Reference } else { Role::Pick }),
        );
        taken.take(at, text::width(&name) as u16);
        skyline.lines(canvas, &mut taken);
        skyline.labels(canvas, &mut taken);
        if let Some(subject) = subject {
            marks::render(canvas, &state.hardware_view, subject, (plane, &mut taken));
        }
        skyline.sides(canvas, &mut taken);
    }
}

/// `Roofline · AGX Orin 64GB · MAXN · fp16 · ideal, uncalibrated`: of what the picture answers.
fn title(state: &State) -> String {
    let shown = state.shown();
    let (board, mode) = (state.board_title(shown), state.power_mode(shown));
    let trust = match state.hardware(shown).efficiency_in(&state.precision(shown)).1 {
        Basis::Ideal => "ideal, uncalibrated",
        Basis::Uncovered => "ideal: not calibrated in this format",
        Basis::Extrapolated(_) => "calibrated in other modes",
        Basis::Given | Basis::Calibrated(_) => "calibrated",
    };
    format!("Roofline · {board} · {} · {} · {trust}", mode.name, state.precision(shown).name)
}

/// What is shown of both axes, FLOP/B and FLOP/s: all roofs with the places where they meet, and every point. If no
/// point lies beyond the roofs, only the board decides, so that the picture does not move from pick to pick.
struct Spans {
    flop_per_byte: [f64; 2],
    flops_per_s: [f64; 2],
}

impl Spans {
    fn new<'a>(roofs: &Roofs, points: impl Iterator<Item = &'a OperatorPoint>) -> Self {
        const FROM_FLOP_PER_BYTE: f64 = 0.5;
        const BEYOND_RIDGE: f64 = 5.0;
        const BEYOND_POINT: f64 = 2.0;
        // Launch overhead can push a point this far below the lower end of the bandwidth roof.
        const DEEPEST: f64 = 0.01;
        let highest = roofs.ceilings.iter().map(|ceiling| ceiling.peak_flops_per_s).fold(0.0, f64::max);
        let floor = FROM_FLOP_PER_BYTE * roofs.reached_bytes_per_s;
        let mut x = [FROM_FLOP_PER_BYTE, BEYOND_RIDGE * highest / roofs.bandwidth_bytes_per_s];
        let mut y = [floor, highest];
        for point in points.filter(|point| point.cost.phase_flops > 0.0) {
            let (intensity, attained) = (point.cost.intensity_flop_per_byte, point.cost.attained_flops_per_s);
            x = [x[0].min(intensity / 1.2), x[1].max(intensity * BEYOND_POINT)];
            y[0] = y[0].min(attained / 1.2).max(floor * DEEPEST);
        }
        Self { flop_per_byte: x, flops_per_s: y }
    }

    /// The plane in a half of the pane; none where that is too small. The row above the highest ceiling stays free.
    fn plane(&self, half: Rect) -> Option<Plane> {
        const ABOVE: f64 = 1.5;
        let area = Rect {
            x: half.x + LABEL_COLUMNS,
            width: half.width.saturating_sub(LABEL_COLUMNS + 1),
            height: half.height.saturating_sub(2),
            ..half
        };
        if area.width < 20 || area.height < 5 {
            return None;
        }
        let [low, high] = self.flops_per_s;
        let top = high * (high / low).powf(ABOVE / (f64::from(area.height) - ABOVE));
        let scales = (Scale::logarithmic(self.flop_per_byte, 0.0), Scale::logarithmic([low, top], 0.0));
        Some(Plane::new(area, scales.0, scales.1))
    }
}

fn axes(canvas: &mut Canvas<'_>, plane: Plane) {
    let rate = |value: f64| {
        let (number, prefix) = units::with_prefix(value);
        (value, format!("{}{prefix}", units::ratio(number)))
    };
    let Rect { width, height, .. } = plane.area();
    let rows = plain(plane.y(), height, 8).into_iter().map(rate);
    let columns = plain(plane.x(), width, 18).into_iter().map(|value| (value, units::ratio(value)));
    scales(canvas, plane.area(), &plane.row_ticks(rows), &plane.column_ticks(columns), "FLOP/B");
}

/// Powers of ten; with so many cells for each, what divides them into three.
fn plain(scale: &Scale, cells: u16, roomy: u16) -> Vec<f64> {
    let [low, high] = scale.ends();
    let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let per_decade = f64::from(cells) / (high / low).log10();
    let mantissas: &[f64] = if per_decade >= f64::from(roomy) { &[1.0, 2.0, 5.0] } else { &[1.0] };
    mantissas.iter().flat_map(|mantissa| decades.clone().map(move |e| mantissa * 10f64.powi(e))).collect()
}

/// What capitals and small letters are, in the lower border.
fn legend(canvas: &mut Canvas<'_>, area: Rect) {
    let parts = [(" G", Role::Prefill, " prefill  "), ("g", Role::Decode, " decode · FLOP/s over FLOP/B ")];
    let mut x = area.x + 2;
    for (glyph, role, words) in parts {
        canvas.buffer.set_string(x, area.bottom() - 1, glyph, canvas.style(role));
        x += text::width(glyph) as u16;
        canvas.buffer.set_string(x, area.bottom() - 1, words, canvas.style(Role::Label));
        x += text::width(words) as u16;
    }
}
