//! The mouse: a pure function of an event, of the rectangles of the last frame, and of what is held.
//!
//! The view reports every rectangle that reacts ([`Hits`]), and the top-most one under the pointer wins. What a press
//! grabs stays grabbed until the button is released, wherever the pointer goes. So a drag never jumps to a neighbour.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position as Cell, Rect};

use super::message::Action;
use super::plot::Plane;
use super::plot::axes::Axes;
use super::screens::evolution::action::EvolutionAction;
use super::screens::fit::action::FitAction;
use super::screens::fit::model::evidence::FitPlot;
use super::screens::frontier::action::FrontierAction;
use super::screens::hardware::action::HardwareAction;
use super::slider::Track;
use engine::budget::Limit;
use engine::landscape::Position;
use engine::what_if::Resource;

/// What a rectangle does when it is pressed.
#[derive(Debug, Clone)]
pub enum Target {
    /// Send this.
    Press(Action),
    /// Move the slider's knob here.
    Slider(Limit, Track),
    /// Move the knob of a resource here.
    Resource(Resource, Track),
    /// Pick the nearest architecture.
    Plot(Axes),
    /// Pick the nearest member of the frontier.
    Members(Axes),
    /// Look at the nearest run.
    Runs(FitPlot, Plane),
    /// Move the budget's line on the chart; the factor turns seconds on the axis into the budget's own.
    BudgetLine(Limit, Axes, f64),
}

impl Target {
    /// What pressing it takes hold of.
    const fn grip(&self) -> Option<Held> {
        match self {
            Self::Press(_) => None,
            Self::Slider(limit, _) => Some(Held::Slider(*limit)),
            Self::Resource(resource, _) => Some(Held::Resource(*resource)),
            Self::BudgetLine(limit, axes, _) => Some(Held::BudgetLine(*limit, axes.area().x)),
            Self::Members(axes) => Some(Held::Members(axes.area().x)),
            Self::Plot(_) => Some(Held::Plot),
            Self::Runs(plot, _) => Some(Held::Runs(*plot)),
        }
    }
}

/// A rectangle that reacts.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Where.
    pub area: Rect,
    /// To a press; none for areas that only scroll.
    pub target: Option<Target>,
    /// To the wheel: up, down.
    pub wheel: Option<[Action; 2]>,
}

/// Everything that reacted in the last frame, bottom-most first.
#[derive(Debug, Clone, Default)]
pub struct Hits(Vec<Hit>);

impl Hits {
    /// Adds a rectangle on top.
    pub fn push(&mut self, area: Rect, target: Target) {
        self.0.push(Hit { area, target: Some(target), wheel: None });
    }

    /// Adds a rectangle on top that reacts to press and wheel.
    pub fn push_with_wheel(&mut self, area: Rect, target: Option<Target>, wheel: [Action; 2]) {
        self.0.push(Hit { area, target, wheel: Some(wheel) });
    }

    /// Drops everything below: a window lies over the screen.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Where the track of a slider was drawn.
    pub fn slider(&self, limit: Limit) -> Option<Rect> {
        self.again(Held::Slider(limit)).map(|hit| hit.area)
    }

    /// Where the track of a resource was drawn.
    pub fn resource(&self, resource: Resource) -> Option<Rect> {
        self.again(Held::Resource(resource)).map(|hit| hit.area)
    }

    fn topmost(&self, at: Cell, reacts: impl Fn(&Hit) -> bool) -> Option<&Hit> {
        self.0.iter().rev().find(|hit| hit.area.contains(at) && reacts(hit))
    }

    /// The rectangle of a slider or budget line in this frame, to go on dragging after the screen changed.
    fn again(&self, held: Held) -> Option<&Hit> {
        self.0.iter().find(|hit| hit.target.as_ref().and_then(Target::grip) == Some(held))
    }
}

/// What the pressed button has hold of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A slider's knob.
    Slider(Limit),
    /// The knob of a resource.
    Resource(Resource),
    /// A budget's line on the chart that begins at this column: several may stand side by side.
    BudgetLine(Limit, u16),
    /// The members on the chart that begins at this column.
    Members(u16),
    /// The chart's cursor.
    Plot,
    /// The cursor of a plot of runs.
    Runs(FitPlot),
}

/// What a mouse event means.
pub fn pointer_action(event: MouseEvent, hits: &Hits, held: &mut Option<Held>) -> Option<Action> {
    let at = Cell::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            let hit = hits.topmost(at, |hit| hit.target.is_some())?;
            let target = hit.target.as_ref()?;
            *held = target.grip();
            Some(point(target, hit.area, at))
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            let hit = hits.again((*held)?)?;
            Some(point(hit.target.as_ref()?, hit.area, at))
        }
        MouseEventKind::Up(MouseButton::Left) => {
            *held = None;
            None
        }
        MouseEventKind::ScrollUp | MouseEventKind::ScrollDown => {
            let [up, down] = hits.topmost(at, |hit| hit.wheel.is_some())?.wheel?;
            Some(if event.kind == MouseEventKind::ScrollUp { up } else { down })
        }
        _ => None,
    }
}

/// Pointing at a cell of a target; outside its area the nearest cell counts.
fn point(target: &Target, area: Rect, at: Cell) -> Action {
    match target {
        Target::Press(action) => *action,
        Target::Slider(limit, track) => {
            let cell = at.x.clamp(area.x, area.right().saturating_sub(1)) - area.x;
            Action::SetBudget(*limit, track.value_at(cell))
        }
        Target::Resource(resource, track) => {
            let cell = at.x.clamp(area.x, area.right().saturating_sub(1)) - area.x;
            Action::Hardware(HardwareAction::Imagine(*resource, track.value_at(cell)))
        }
        Target::BudgetLine(limit, axes, factor) => {
            let (low, high) = axes.latency_span_at(at.x);
            Action::SetBudget(*limit, super::slider::roundest(low * factor, high * factor))
        }
        Target::Plot(axes) => Action::Frontier(FrontierAction::PickNear {
            place: Position { latency_s: axes.latency_at(at.x), loss: axes.loss_at(at.y) },
            width_ln: axes.width_ln(),
            height: axes.height(),
        }),
        Target::Members(axes) => Action::Evolution(EvolutionAction::PickMember(axes.latency_at(at.x))),
        Target::Runs(plot, plane) => Action::Fit(FitAction::SelectNear {
            plot: *plot,
            place: (plane.x_at(at.x), plane.y_at(at.y)),
            spans: (plane.x().span(), plane.y().span()),
        }),
    }
}
