//! Residuals along each axis of the law. What the law has not understood is a slope or a bend around 0.
//!
//! Where there is room all axes that vary stand side by side over one scale; on a small screen one of them is shown.

use ratatui::layout::Rect;

use super::{focused, marks};
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::scales::scales;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::plot::{Plane, Scale, Tick, by_plainness, even_labels};
use crate::explorer::pointer::Target;
use crate::explorer::screens::fit::action::FitAction;
use crate::explorer::screens::fit::model::FitFocus;
use crate::explorer::screens::fit::model::evidence::{Evidence, FitPlot, Variation};
use crate::explorer::slider::roundest;
use crate::explorer::state::State;
use crate::explorer::vocabulary::Direction;
use engine::law::Variable;
use engine::text::{self, fit as cut};
use engine::units;

/// Columns of the residuals' labels, tick included.
const LABEL_COLUMNS: u16 = 7;

/// Free above and below the largest residual, in units of it.
const MARGIN: f64 = 0.05;

/// Draws the pane: all axes where it is as wide as the screen, else the one at hand.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, evidence: &Evidence, area: Rect) {
    if area.width == state.size.0 {
        side_by_side(canvas, state, evidence, area);
    } else {
        one(canvas, state, evidence, area);
    }
}

/// The axis at hand, with buttons for its neighbours in the title.
fn one(canvas: &mut Canvas<'_>, state: &State, evidence: &Evidence, area: Rect) {
    let axis = evidence.axis_or_first(state.fit.axis);
    let title = format!("Residuals along ◂{axis}▸");
    let inner = canvas.pane(area, &title, focused(state, FitFocus::Plots));
    canvas.hits.push(area, Target::Press(Action::Fit(FitAction::Focus(FitFocus::Plots))));
    let name_x = area.x + 2 + text::width("Residuals along ◂") as u16;
    let neighbour = |direction| Action::Fit(FitAction::ShowAxis(state.fit.neighbouring_axis(direction)));
    canvas.button((name_x - 1, area.y), "◂", Role::Focus, neighbour(Direction::Down));
    canvas.button((name_x, area.y), &format!("{axis}▸"), Role::Focus, neighbour(Direction::Up));
    convention(canvas, area);
    match evidence.variation(axis) {
        Variation::Constant(value) => {
            let words = format!(
                "{axis} is {} in all {} runs: they cannot show what it does (← →: other axes)",
                written(axis, value),
                units::count(evidence.points.len())
            );
            canvas.centred(inner, &words, Role::Label);
        }
        Variation::Over(values) => {
            let area = Rect { width: inner.width.saturating_sub(1), ..inner };
            tile(canvas, state, evidence, (axis, &values), (area, Labels::Shown));
        }
    }
}

/// All that vary; those that do not are named below.
fn side_by_side(canvas: &mut Canvas<'_>, state: &State, evidence: &Evidence, area: Rect) {
    let inner = canvas.pane(area, "Residuals along", focused(state, FitFocus::Plots));
    canvas.hits.push(area, Target::Press(Action::Fit(FitAction::Focus(FitFocus::Plots))));
    convention(canvas, area);
    let mut varying: Vec<(Variable, Vec<f64>)> = Vec::new();
    let mut constant: Vec<String> = Vec::new();
    for axis in evidence.axes() {
        match evidence.variation(axis) {
            Variation::Constant(value) => constant.push(format!("{axis} ({})", written(axis, value))),
            Variation::Over(values) => varying.push((axis, values)),
        }
    }
    if !constant.is_empty() {
        let words = format!(" the same in all runs: {} ", constant.join(", "));
        // The right end says what a residual is.
        let room = usize::from(area.width).saturating_sub(36);
        canvas.buffer.set_string(area.x + 2, area.bottom() - 1, cut(&words, room), canvas.style(Role::Label));
    }
    let count = varying.len() as u16;
    if count == 0 {
        return canvas.centred(inner, "all runs have the same shape", Role::Label);
    }
    let width = (inner.width.saturating_sub(LABEL_COLUMNS)) / count;
    for (i, (axis, values)) in varying.iter().enumerate() {
        let i = i as u16;
        // The labels on the left belong to all.
        let (x, labels) =
            if i == 0 { (inner.x, Labels::Shown) } else { (inner.x + LABEL_COLUMNS - 1 + i * width, Labels::Shared) };
        let width = if i == 0 { LABEL_COLUMNS + width - 2 } else { width - 1 };
        let area = Rect { x, width, ..inner };
        tile(canvas, state, evidence, (*axis, values), (area, labels));
        name(canvas, state, *axis, area);
    }
}

/// What the sign of a residual means, in the lower border.
fn convention(canvas: &mut Canvas<'_>, area: Rect) {
    let words = " measured − predicted, nats ";
    let x = area.right().saturating_sub(text::width(words) as u16 + 2);
    canvas.buffer.set_string(x, area.bottom() - 1, words, canvas.style(Role::Label));
}

/// Whether a tile has its own labels for the residuals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Labels {
    Shown,
    Shared,
}

/// The residuals along one axis.
fn tile(
    canvas: &mut Canvas<'_>,
    state: &State,
    evidence: &Evidence,
    (axis, values): (Variable, &[f64]),
    (area, labels): (Rect, Labels),
) {
    let before = if labels == Labels::Shown { LABEL_COLUMNS } else { 1 };
    let plot = Rect {
        x: area.x + before,
        width: area.width.saturating_sub(before),
        height: area.height.saturating_sub(2),
        ..area
    };
    let (Some(low), Some(high)) = (values.first(), values.last()) else { return };
    if plot.width < 4 || plot.height < 2 {
        return;
    }
    let most = evidence.largest_residual();
    let plane = Plane::new(plot, Scale::logarithmic([*low, *high], 0.1), Scale::linear([-most, most], MARGIN * most));
    let steps = steps(most, plot.height);
    let of_rows = if labels == Labels::Shown { even_labels(&steps) } else { vec![String::new(); steps.len()] };
    let rows: Vec<Tick> = steps
        .into_iter()
        .zip(of_rows)
        .filter_map(|(value, label)| Some(Tick { cell: plane.row(value)?, label }))
        .collect();
    let columns = plane.column_ticks(tick_values(values).into_iter().map(|value| (value, written(axis, value))));
    scales(canvas, plot, &rows, &columns, "");
    let ends = plane.x().ends();
    marks::render(canvas, state, evidence, (FitPlot::Residuals(axis), plane), [(ends[0], 0.0), (ends[1], 0.0)]);
}

/// The axis' name at the right end of its tile, in the pane's upper border.
fn name(canvas: &mut Canvas<'_>, state: &State, axis: Variable, tile: Rect) {
    let words = format!(" {axis} ");
    let x = tile.right().saturating_sub(words.len() as u16);
    let role = if state.fit.axis == axis { Role::Title } else { Role::Label };
    canvas.button((x, tile.y - 1), &words, role, Action::Fit(FitAction::ShowAxis(axis)));
}

/// A value along an axis.
fn written(axis: Variable, value: f64) -> String {
    match axis {
        Variable::Feature(_) => units::ratio(value),
        Variable::ActiveParameters | Variable::TotalParameters => units::parameters(value.round() as u64),
        Variable::Tokens => format!("{value:.1e}"),
    }
}

/// Round values up to the largest residual either way, as many as have room in so many rows; 0 always.
fn steps(most: f64, rows: u16) -> Vec<f64> {
    let each_way = f64::from((rows / 5).max(1));
    let largest = 0.95 * most / each_way;
    let step = roundest(largest / 2.2, largest);
    let count = (most / step).floor() as i32;
    (-count..=count).map(|i| f64::from(i) * step).collect()
}

/// Where few values occur, these are labelled, the ends first. Where many occur, round values are.
fn tick_values(values: &[f64]) -> Vec<f64> {
    const FEW: usize = 12;
    match values {
        [low, between @ .., high] if values.len() <= FEW => {
            [*low, *high].into_iter().chain(between.iter().copied()).collect()
        }
        [low, .., high] => by_plainness([*low, *high]),
        _ => values.to_vec(),
    }
}
