//! The window of all boards by watts: which is the cheapest that will do for the pick, and what the others lack.

use ratatui::layout::Rect;

use super::table::position_hint;
use super::theme::Role;
use super::window::window;
use super::{Canvas, Target, fit, right};
use crate::engine::budget::Limit;
use crate::explorer::hardware_view::what_if::{BoardRow, budgets_anywhere, ranking};
use crate::explorer::message::{Action, Arrow};
use crate::explorer::slider::Stride;
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use crate::units;

/// Widest the window becomes.
const MOST_COLUMNS: u16 = 112;

/// Draws the window over the screen; `selected` is the row that enter takes.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, selected: usize, screen: Rect) {
    let rows = ranking(state);
    let height = (rows.len() as u16 + 4).min(screen.height.saturating_sub(2));
    let shape = state.picked().zip(state.landscape()).map(|(index, landscape)| landscape.sweep.architecture(index));
    let pick = shape.map_or_else(String::new, |shape| format!(" for {}×{}", shape.layers, shape.width));
    let title = format!("Boards by watts{pick}: enter takes one, esc closes");
    let inner = window(canvas, screen, (MOST_COLUMNS.min(screen.width - 2), height), &title);
    heading(canvas, state, inner);
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let shown = usize::from(body.height);
    let window = RowWindow { top: 0, shown, all: rows.len() };
    let top = window.holding(Some(selected));
    let border = Rect { x: inner.x - 1, y: inner.y - 1, width: inner.width + 2, height: inner.height + 2 };
    position_hint(canvas, border, RowWindow { top, ..window });
    let wheel = [Arrow::Up, Arrow::Down].map(|arrow| Action::Arrow(arrow, Stride::Coarse));
    canvas.hits.push_with_wheel(screen, Some(Target::Press(Action::Cancel)), wheel);
    for (y, (place, row)) in (body.top()..body.bottom()).zip(rows.iter().enumerate().skip(top)) {
        let line = Rect { y, height: 1, ..body };
        render_row(canvas, state, (row, place == selected), line);
        canvas.hits.push(line, Target::Press(Action::TakeBoard(place)));
    }
}

/// Columns of title and of each time; the times beside the total only where there is room.
struct Widths {
    title: usize,
    phases: bool,
}

impl Widths {
    const fn of(area: Rect) -> Self {
        if area.width >= 100 { Self { title: 32, phases: true } } else { Self { title: 27, phases: false } }
    }
}

fn heading(canvas: &mut Canvas<'_>, state: &State, inner: Rect) {
    let Widths { title, phases } = Widths::of(inner);
    let phases = if phases { format!("{:>10}{:>10}", "TTFT", "TPOT") } else { String::new() };
    let text =
        format!("   {:>6}  {:<title$}{:>9}{phases}  {:<11}verdict", "power", "board · mode", "total", "roofline");
    canvas.line(Rect { height: 1, ..inner }, vec![canvas.span(text, Role::Label)]);
    let limits: Vec<String> = budgets_anywhere(state)
        .active()
        .map(|(limit, value)| format!("{} ≤ {}", limit.label(), limit.text(value)))
        .collect();
    let words = format!(" {} ", if limits.is_empty() { "no budgets".to_owned() } else { limits.join(", ") });
    let words = fit(&words, usize::from(inner.width.saturating_sub(2)));
    canvas.buffer.set_string(inner.x + 1, inner.bottom(), words, canvas.style(Role::Label));
}

fn render_row(canvas: &mut Canvas<'_>, state: &State, (row, selected): (&BoardRow, bool), line: Rect) {
    let Widths { title, phases } = Widths::of(line);
    let time =
        |limit: Limit, width: usize| right(&row.value(limit).map_or_else(|| "–".to_owned(), units::seconds), width);
    let phases = if phases { time(Limit::Prefill, 10) + &time(Limit::Tpot, 10) } else { String::new() };
    let here = (row.board, row.mode) == (state.question.board, state.question.mode);
    let role = match (here, row.placed.is_in_the_running()) {
        (true, _) => Role::Title,
        (false, true) => Role::Text,
        (false, false) => Role::Label,
    };
    let marker = if selected { "▸" } else { " " };
    let known = if row.calibrated { "calibrated" } else { "ideal" };
    let figures = format!(
        "{}{}  {:<title$}{}{phases}  {known:<11}",
        if here { "•" } else { " " },
        right(&row.watts(), 6),
        fit(&row.title, title.saturating_sub(1)),
        time(Limit::Total, 9),
    );
    let room = usize::from(line.width).saturating_sub(figures.chars().count() + 2);
    let verdict = fit(&row.verdict(), room);
    let verdict_role = if row.verdict().starts_with('✓') { Role::Good } else { Role::Over };
    let spans = vec![
        canvas.span(format!(" {marker}"), Role::Focus),
        canvas.span(figures, if selected { Role::Focus } else { role }),
        canvas.span(verdict, verdict_role),
    ];
    canvas.line(line, spans);
}
