//! What is best at each width, by both models and by the closed form: log–log, with the optimal widths marked and what
//! lies beyond the space's ends shaded.

use ratatui::layout::Rect;

use super::{nothing_yet, numbers, pane};
use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::legend::{Entry, legend};
use crate::explorer::draw::scales::scales;
use crate::explorer::draw::theme::Role;
use crate::explorer::plot::{Dots, Plane, Scale, Tick, braille, by_plainness};
use crate::explorer::screens::theory::model::answer::Answered;
use crate::explorer::screens::theory::model::curves::{Curve, nothing_at_all};
use crate::explorer::screens::theory::model::table::{Way, outcome};
use crate::explorer::state::State;
use engine::units;

/// Columns of a plot at least, labels included.
const LEAST_COLUMNS: u16 = 25;
/// Cells left of a plot: labels, tick included.
const LABEL_COLUMNS: u16 = 6;

const TITLE: &str = "Best by width";
/// The lines with the marks on them, in the upper border.
const LINES: [Entry; 4] = [
    (" ⠤⠤◆", Role::Frontier, " operators "),
    (" ⠤ ⠤◇", Role::DenseFrontier, " simplified "),
    (" ··", Role::Reference, " closed form "),
    (" ○", Role::Pick, " swept "),
];

/// Draws the pane with as many plots as have room.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inner = pane(canvas, area, TITLE);
    legend(canvas, area, &LINES, TITLE.len() as u16);
    let Some(answered) = state.theory.answered.as_deref() else { return nothing_yet(canvas, state, inner) };
    if let Some(words) = nothing_at_all(answered) {
        return canvas.centred(inner, words, Role::Label);
    }
    let plots = (inner.width / LEAST_COLUMNS).clamp(1, Curve::ALL.len() as u16);
    // Where there is room for more than fit well, three wide ones say more.
    let plots = if inner.width / plots < 36 { plots.min(3) } else { plots };
    let width = inner.width / plots;
    for (place, curve) in (0..plots).zip(Curve::ALL) {
        let area = Rect { x: inner.x + place * width, width: width - 1, ..inner };
        Plot::render(canvas, state, answered, (curve, area));
    }
}

struct Plot<'a> {
    state: &'a State,
    answered: &'a Answered,
    curve: Curve,
    plane: Plane,
}

impl<'a> Plot<'a> {
    fn render(canvas: &mut Canvas<'_>, state: &'a State, answered: &'a Answered, (curve, area): (Curve, Rect)) {
        canvas.buffer.set_string(area.x + 1, area.y, curve.title(), canvas.style(Role::Title));
        let plot = Rect {
            x: area.x + LABEL_COLUMNS,
            y: area.y + 1,
            width: area.width.saturating_sub(LABEL_COLUMNS),
            height: area.height.saturating_sub(3),
        };
        let Some(plane) = plane(answered, curve, plot) else {
            return canvas.centred(area, "nothing to draw", Role::Label);
        };
        let drawn = Self { state, answered, curve, plane };
        drawn.scales(canvas);
        drawn.field(canvas);
        drawn.marks(canvas);
    }

    fn scales(&self, canvas: &mut Canvas<'_>) {
        let widths = by_plainness(self.plane.x().ends()).into_iter().map(|width| (width, format!("{width:.0}")));
        let columns = self.plane.column_ticks(widths);
        let plain = by_plainness(self.plane.y().ends()).into_iter().map(|value| (value, units::ratio(value)));
        let rows: Vec<Tick> = self.plane.row_ticks(plain);
        scales(canvas, self.plane.area(), &rows, &columns, "d");
    }

    /// Lines over the shade.
    fn field(&self, canvas: &mut Canvas<'_>) {
        let area = self.plane.area();
        let layers = [
            (self.dots(Way::Operators, |_| true), Role::Frontier),
            (self.dots(Way::Simplified, |x| x % 4 < 2), Role::DenseFrontier),
            (self.dots(Way::Closed, |x| x % 4 == 0), Role::Reference),
        ];
        for column in 0..area.width {
            for row in 0..area.height {
                let (x, y) = (area.x + column, area.y + row);
                let drawn = layers.iter().find(|(dots, _)| dots.mask(column, row) != 0);
                if let Some((dots, role)) = drawn {
                    put(canvas.buffer, x, y, braille(dots.mask(column, row)), canvas.style(numbers(self.state, *role)));
                } else if self.is_beyond(x, y) {
                    put(canvas.buffer, x, y, '░', canvas.style(Role::Shade));
                }
            }
        }
    }

    fn dots(&self, way: Way, shows: impl Fn(i32) -> bool) -> Dots {
        let mut dots = Dots::new(self.plane.area());
        for piece in self.curve.pieces(self.answered, way) {
            for pair in piece.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|(width, value)| self.plane.dot(width, value));
                dots.line_where(from, to, &shows);
            }
        }
        dots
    }

    /// Whether a cell lies beyond the space's ends.
    fn is_beyond(&self, x: u16, y: u16) -> bool {
        let outside = |value: f64, [low, high]: [f64; 2]| value < low || value > high;
        outside(self.plane.x_at(x), self.answered.domain.width)
            || self.curve.ends(self.answered).is_some_and(|ends| outside(self.plane.y_at(y), ends))
    }

    /// The optimal widths.
    fn marks(&self, canvas: &mut Canvas<'_>) {
        let marks = [
            (Way::Swept, '○', Role::Pick),
            (Way::Simplified, '◇', Role::DenseFrontier),
            (Way::Operators, '◆', Role::Frontier),
        ];
        for (way, glyph, role) in marks {
            let Some(outcome) = outcome(self.answered, way) else { continue };
            let value = self.curve.of(&(outcome.point, outcome.loss));
            if let (Some(x), Some(y)) = (self.plane.column(outcome.point.width), self.plane.row(value)) {
                put(canvas.buffer, x, y, glyph, canvas.style(numbers(self.state, role)));
            }
        }
    }
}

/// Axes that hold what both models say, and as much of the closed form as does not squeeze that.
fn plane(answered: &Answered, curve: Curve, area: Rect) -> Option<Plane> {
    let values = |ways: &[Way]| -> Vec<f64> {
        let pieces = ways.iter().flat_map(|way| curve.pieces(answered, *way));
        pieces.flatten().map(|(_, value)| value).collect()
    };
    let span = |values: &[f64]| {
        values.iter().fold([f64::INFINITY, 0.0_f64], |[low, high], &value| [low.min(value), high.max(value)])
    };
    let [mut low, mut high] = span(&values(&[Way::Operators, Way::Simplified]));
    let closed = span(&values(&[Way::Closed]));
    if low > high {
        [low, high] = closed;
    }
    if closed[0] <= closed[1] {
        const MOST: f64 = 4.0;
        low = low.min(closed[0].max(low / MOST));
        high = high.max(closed[1].min(high * MOST));
    }
    let usable = low > 0.0 && low <= high && high.is_finite() && area.width > 6 && area.height > 2;
    let first = answered.curve.first()?.width;
    let last = answered.curve.last()?.width;
    usable.then(|| Plane::new(area, Scale::logarithmic([first, last], 0.0), Scale::logarithmic([low, high], 0.05)))
}
