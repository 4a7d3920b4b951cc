//! One quantity against latency. The value of a member is drawn from its latency to that of the next member, because up
//! to there it is the best that one can have.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::scales;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::plot::axes::Axes;
use crate::explorer::plot::{Dots, Plane, Scale, Tick, braille, by_plainness};
use crate::explorer::pointer::Target;
use crate::explorer::screens::evolution::layout::Panel;
use crate::explorer::screens::evolution::model::course::value;
use crate::explorer::screens::evolution::model::members::{course, members};
use crate::explorer::selection::axis_value;
use crate::explorer::state::State;
use crate::explorer::vocabulary::Direction;
use engine::landscape::Landscape;
use engine::quantity::Quantity;
use engine::text::fit;

/// Cells of a heading's name and of its value.
const NAME: usize = 9;
const VALUE: usize = 8;

/// A panel with its axes.
pub(super) struct Drawn<'a> {
    state: &'a State,
    landscape: &'a Landscape,
    panel: Panel,
    axes: Axes,
    values: Scale,
}

impl<'a> Drawn<'a> {
    /// Of this quantity, along the latency axis of `axes`; none where it has no values to speak of.
    pub(super) fn new(state: &'a State, landscape: &'a Landscape, axes: &Axes, panel: Panel) -> Option<Self> {
        let axes = axes.over(panel.plot);
        let values = scale(state, landscape, panel.quantity)?;
        Some(Self { state, landscape, panel, axes, values })
    }

    /// Draws it; the last ones have the axis' labels below them.
    pub(super) fn render(&self, canvas: &mut Canvas<'_>, is_last: bool) {
        self.heading(canvas);
        self.scales(canvas, is_last);
        self.steps(canvas);
        let area = self.panel.plot;
        let wheel = [Direction::Down, Direction::Up].map(Action::WalkFrontier);
        canvas.hits.push_with_wheel(area, Some(Target::Members(self.axes)), wheel);
        self.budget_lines(canvas);
        self.pick(canvas);
    }

    /// `width    ◆ 1792   768 → 1792 of 3072`
    fn heading(&self, canvas: &mut Canvas<'_>) {
        let Panel { quantity, heading, .. } = self.panel;
        let value = self.picked().map(|(_, value)| format!("◆ {}", quantity.text(value))).unwrap_or_default();
        let room = usize::from(heading.width).saturating_sub(NAME + VALUE + 2);
        let words = course(self.state, quantity).map(|course| course.in_words(room)).unwrap_or_default();
        // Where nothing is feasible the words are faint. The members are then those without budgets.
        let role = if self.state.selection.frontier.is_empty() { Role::Faint } else { Role::Label };
        let spans = vec![
            canvas.span(format!(" {:<NAME$}", quantity.panel().map_or("", |panel| panel.label)), Role::Title),
            canvas.span(format!("{value:<VALUE$} "), Role::Pick),
            canvas.span(fit(&words, room), role),
        ];
        canvas.line(heading, spans);
    }

    /// The axis of values with those that occur; the latency axis below the last panels.
    fn scales(&self, canvas: &mut Canvas<'_>, is_last: bool) {
        scales::rows(canvas, self.panel.plot, &self.value_ticks());
        if is_last {
            scales::columns(canvas, self.panel.plot, &self.axes.latency_ticks(), self.axes.latency_unit().0);
        }
    }

    /// The ends first, so that they are labelled wherever others have no room.
    fn value_ticks(&self) -> Vec<Tick> {
        let quantity = self.panel.quantity;
        let values = match self.state.evolution.offered.of(quantity) {
            [] => by_plainness(self.values.ends()),
            [first, between @ .., last] => [*first, *last].into_iter().chain(between.iter().rev().copied()).collect(),
            [only] => vec![*only],
        };
        let plane = Plane::new(self.panel.plot, Scale::linear([0.0, 1.0], 0.0), self.values);
        plane.row_ticks(values.into_iter().map(|value| (value, quantity.text(value))))
    }

    /// Regardless of the budgets with gaps, what they admit whole.
    fn steps(&self, canvas: &mut Canvas<'_>) {
        let area = self.panel.plot;
        let admitted = self.dots(&self.state.selection.frontier, |_| true);
        let all = self.dots(&self.state.frontiers.all, |x| x % 4 < 2);
        for column in 0..area.width {
            for row in 0..area.height {
                let layers =
                    [(admitted.mask(column, row), Role::Frontier), (all.mask(column, row), Role::FrontierOver)];
                if let Some((mask, role)) = layers.into_iter().find(|(mask, _)| *mask != 0) {
                    put(canvas.buffer, area.x + column, area.y + row, braille(mask), canvas.style(role));
                }
            }
        }
    }

    /// The values of a frontier's members, in those columns of dots that `shows` lets through.
    fn dots(&self, front: &[u32], shows: impl Fn(i32) -> bool) -> Dots {
        let mut dots = Dots::new(self.panel.plot);
        let latencies_s = self.landscape.sweep.latency_s(self.state.objective);
        for (place, &index) in front.iter().enumerate() {
            let index = index as usize;
            let (x, y) = self.dot(latencies_s[index], self.value(index));
            let next = front.get(place + 1).map_or(x, |&next| self.dot(latencies_s[next as usize], 1.0).0 - 1);
            for x in (x..=next.max(x)).filter(|&x| shows(x)) {
                dots.set((x, y));
            }
        }
        dots
    }

    fn dot(&self, latency_s: f64, value: f64) -> (i32, i32) {
        let down = (1.0 - self.values.share(value)) * f64::from(self.panel.plot.height) * 4.0;
        (self.axes.dot(latency_s, 0.0).0, down.floor() as i32)
    }

    fn value(&self, index: usize) -> f64 {
        value(self.landscape, self.panel.quantity, index)
    }

    /// A line at every budget on the latency axis, to be dragged.
    fn budget_lines(&self, canvas: &mut Canvas<'_>) {
        let area = self.panel.plot;
        for (limit, value) in self.state.budgets().active() {
            let bound_s = axis_value(self.state.objective, limit, value, &self.landscape.sweep);
            let Some(bound_s) = bound_s else { continue };
            let Some(x) = self.axes.column(bound_s) else { continue };
            for y in area.top()..area.bottom() {
                put(canvas.buffer, x, y, '┊', canvas.style(Role::Over));
            }
            let line = Rect::new(x, area.y, 1, area.height);
            canvas.hits.push(line, Target::BudgetLine(limit, self.axes, value / bound_s));
        }
    }

    fn pick(&self, canvas: &mut Canvas<'_>) {
        let Some((latency_s, value)) = self.picked() else { return };
        let row = self.dot(latency_s, value).1.div_euclid(4);
        let height = i32::from(self.panel.plot.height);
        if let Some(x) = self.axes.column(latency_s)
            && (0..height).contains(&row)
        {
            put(canvas.buffer, x, self.panel.plot.y + row as u16, '◆', canvas.style(Role::Pick));
        }
    }

    /// Latency and value of the pick.
    fn picked(&self) -> Option<(f64, f64)> {
        let index = self.state.picked()?;
        Some((self.landscape.position(self.state.objective, index).latency_s, self.value(index)))
    }
}

/// From the smallest to the largest value that the space offers, so that budgets never move the axis. For a quantity
/// that follows from other sizes, the smallest and the largest value among the members. The axis is logarithmic, except
/// for the depth.
fn scale(state: &State, landscape: &Landscape, quantity: Quantity) -> Option<Scale> {
    let [low, high] = match *state.evolution.offered.of(quantity) {
        [low, .., high] => [low, high],
        [only] => [only, only],
        [] => {
            let members = state.frontiers.all.iter().chain(members(state));
            let values = members.map(|&index| value(landscape, quantity, index as usize));
            values.fold([f64::INFINITY, 0.0], |[low, high]: [f64; 2], value| [low.min(value), high.max(value)])
        }
    };
    let usable = low > 0.0 && high.is_finite() && low <= high;
    usable.then(|| match quantity {
        Quantity::LAYERS => Scale::linear([low, high], 0.5),
        _ => Scale::logarithmic([low, high], 0.05),
    })
}
