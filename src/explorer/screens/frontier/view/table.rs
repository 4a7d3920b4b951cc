//! The feasible architectures, best first.

use ratatui::layout::Rect;

use super::focused;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::table;
use crate::explorer::draw::table::Placed;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::screens::frontier::action::FrontierAction;
use crate::explorer::screens::frontier::model::BEST_FIRST;
use crate::explorer::state::State;
use crate::explorer::table::{RowWindow, TableColumn};
use crate::explorer::vocabulary::Focus;
use engine::confidence::Confidence;
use engine::law::NoInterval;
use engine::quantity::{Confident, Known, Quantity};
use engine::text::{right, wrapped};
use engine::units;

/// Draws heading and rows.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let total = state.landscape().map_or(0, |landscape| landscape.sweep.len());
    let title = format!(
        "Feasible: {} of {} {} space {}{}",
        units::count(state.selection.feasible.len()),
        units::count(total),
        if state.shelf.is_searched() { "found in" } else { "in" },
        state.shelf.space.name,
        if state.sort == BEST_FIRST && state.order.is_none() { " · best first" } else { "" },
    );
    let inner = canvas.pane(area, &title, focused(state, Focus::Table));
    let wheel = [-3, 3].map(|rows| Action::Frontier(FrontierAction::Scroll(rows)));
    canvas.hits.push_with_wheel(area, Some(Target::Press(Action::Focus(Focus::Table))), wheel);
    let shown = usize::from(inner.height).saturating_sub(1);
    table::position_hint(canvas, area, RowWindow { top: state.top, shown, all: state.selection.feasible.len() });
    let shares = Shares::of(state, inner);
    let columns =
        table::columns(Rect { width: inner.width - shares.as_ref().map_or(0, |_| Shares::columns()), ..inner });
    table::headings(canvas, state.sort, &columns, |column| Action::Frontier(FrontierAction::Sort(column)));
    if let Some(shares) = &shares {
        shares.heading(canvas, inner.y);
    }
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if state.selection.feasible.is_empty() {
        nothing(canvas, state, body);
    } else {
        rows(canvas, state, (&columns, shares.as_ref()), body);
    }
}

fn rows(
    canvas: &mut Canvas<'_>,
    state: &State,
    (columns, shares): (&[Placed<Quantity>], Option<&Shares<'_>>),
    body: Rect,
) {
    let Some(landscape) = state.landscape() else { return };
    let picked = state.picked();
    let shown = state.selection.feasible.iter().enumerate().skip(state.top).take(usize::from(body.height));
    for (y, (row, &index)) in (body.y..).zip(shown) {
        let is_picked = picked == Some(index as usize);
        let style = if is_picked { canvas.theme.picked_row() } else { canvas.style(Role::Text) };
        let (marker, marker_style) = if is_picked {
            ("◆", style)
        } else if state.selection.frontier.contains(&index) {
            ("·", canvas.style(Role::Frontier))
        } else {
            (" ", style)
        };
        canvas.buffer.set_string(body.x, y, marker, marker_style);
        let known = Known::candidate(landscape, index as usize);
        for placed in columns {
            placed.write(canvas, y, &placed.column.screen_cell(&known), style);
        }
        if let Some(shares) = shares {
            shares.write(canvas, y, index as usize, &known);
        }
        canvas.hits.push_with_wheel(
            Rect::new(body.x, y, body.width, 1),
            Some(Target::Press(Action::Frontier(FrontierAction::PickRow(row)))),
            [-3, 3].map(|rows| Action::Frontier(FrontierAction::Scroll(rows))),
        );
    }
}

/// Cells inside the pane below which the shape needs them all.
const ROOM_FOR_SHARES: u16 = 74;

/// What resampling says of each row, in columns at the right edge that are there when it is known. They do not sort: most
/// rows are on no frontier at all.
struct Shares<'a> {
    /// None while the budgets are others than those of the last verdict.
    confidence: Option<&'a Confidence>,
    right: u16,
}

impl<'a> Shares<'a> {
    fn of(state: &'a State, inner: Rect) -> Option<Self> {
        let known = state.verdict.is_some() && inner.width >= ROOM_FOR_SHARES;
        let confidence = state.current_verdict().map(|verdict| &verdict.confidence);
        known.then(|| Self { confidence, right: inner.right() })
    }

    /// Cells of all columns, gaps included.
    fn columns() -> u16 {
        Quantity::at_the_edge().iter().map(|column| column.width() + 1).sum()
    }

    fn heading(&self, canvas: &mut Canvas<'_>, y: u16) {
        self.line(canvas, y, Role::Label, |column| column.heading().to_owned());
    }

    fn write(&self, canvas: &mut Canvas<'_>, y: u16, index: usize, known: &Known<'_>) {
        let Some(confidence) = self.confidence else { return };
        let frontier_probability = confidence.frontier_probability(index);
        let is_robust = confidence.is_robust(index);
        let confident = Some(Confident {
            frontier_probability,
            is_robust: frontier_probability.map(|_| is_robust),
            loss: Err(NoInterval::NoLoss),
            resampling: None,
            optimism_nats: None,
        });
        let role = if is_robust { Role::Good } else { Role::Label };
        self.line(canvas, y, role, |column| column.screen_cell(&Known { confident, ..*known }));
    }

    fn line(&self, canvas: &mut Canvas<'_>, y: u16, role: Role, text: impl Fn(Quantity) -> String) {
        let mut x = self.right - Self::columns();
        for &column in Quantity::at_the_edge() {
            let cells = column.width() + 1;
            canvas.buffer.set_string(x, y, right(&text(column), usize::from(cells)), canvas.style(role));
            x += cells;
        }
    }
}

/// What to loosen, over as many lines as it takes.
fn nothing(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let Some(loosening) = &state.selection.loosening else { return };
    let words = format!("no architecture keeps these budgets: {loosening}");
    let room = Rect { x: body.x + 2, width: body.width.saturating_sub(4), ..body };
    for (y, line) in (room.top()..room.bottom()).zip(wrapped(&words, usize::from(room.width))) {
        canvas.buffer.set_string(room.x, y, line, canvas.style(Role::Over));
    }
}
