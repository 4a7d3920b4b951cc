//! The window of all boards by watts: which is the cheapest that will do for the pick, and what the others lack.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::table::position_hint;
use crate::explorer::draw::theme::Role;
use crate::explorer::draw::window;
use crate::explorer::message::Action;
use crate::explorer::message::WindowAction;
use crate::explorer::pointer::Target;
use crate::explorer::screens::hardware::action::HardwareAction;
use crate::explorer::screens::hardware::model::what_if::{BoardRow, budgets_anywhere, ranking};
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use engine::budget::Limit;
use engine::text::{self, fit, fit_before, left, right};
use engine::units;

/// Widest the window becomes.
const MOST_COLUMNS: u16 = 112;

/// Draws the window over the screen; `selected` is the row that enter takes.
pub(crate) fn render(canvas: &mut Canvas<'_>, state: &State, selected: usize, screen: Rect) {
    let rows = ranking(state);
    let height = (rows.len() as u16 + 4).min(screen.height.saturating_sub(2));
    let shape = state.picked().zip(state.landscape()).map(|(index, landscape)| landscape.sweep.architecture(index));
    let pick = shape.map_or_else(String::new, |shape| format!(" for {}×{}", shape.layers, shape.width));
    let title = format!("Boards by watts{pick}: enter takes one, esc closes");
    let inner = window(canvas, screen, (MOST_COLUMNS.min(screen.width - 2), height), &title);
    let widths = Widths::of(&rows, inner.width);
    heading(canvas, state, widths, inner);
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let shown = usize::from(body.height);
    let window = RowWindow { top: 0, shown, all: rows.len() };
    let top = window.holding(Some(selected));
    let border = Rect { x: inner.x - 1, y: inner.y - 1, width: inner.width + 2, height: inner.height + 2 };
    position_hint(canvas, border, RowWindow { top, ..window });
    let wheel = [-1, 1].map(|rows| Action::Window(WindowAction::Scroll(rows)));
    canvas.hits.push_with_wheel(screen, Some(Target::Press(Action::Window(WindowAction::Cancel))), wheel);
    for (y, (place, row)) in (body.top()..body.bottom()).zip(rows.iter().enumerate().skip(top)) {
        let line = Rect { y, height: 1, ..body };
        render_row(canvas, state, (row, place == selected), widths, line);
        canvas.hits.push(line, Target::Press(Action::Hardware(HardwareAction::TakeBoard(place))));
    }
}

/// Columns of the titles, as many as the longest needs and the verdicts can spare; the times beside the total only where
/// there is room.
#[derive(Clone, Copy)]
struct Widths {
    title: usize,
    phases: bool,
}

impl Widths {
    /// Cells of everything else: markers, watts, total, roofline.
    const FIXED: usize = 33;
    /// Of the times of both phases.
    const PHASES: usize = 20;
    /// Of the shortest verdict that says enough: `✗ total 308 ms`.
    const VERDICT: usize = 15;

    fn of(rows: &[BoardRow], columns: u16) -> Self {
        let phases = columns >= 100;
        let others = Self::FIXED + Self::VERDICT + if phases { Self::PHASES } else { 0 };
        let longest = rows.iter().map(|row| text::width(&row.title())).max().unwrap_or(0);
        Self { title: (longest + 1).min(usize::from(columns).saturating_sub(others)), phases }
    }
}

fn heading(canvas: &mut Canvas<'_>, state: &State, Widths { title, phases }: Widths, inner: Rect) {
    let phases = if phases { format!("{:>10}{:>10}", "TTFT", "TPOT") } else { String::new() };
    let text =
        format!("   {:>6}  {:<title$}{:>9}{phases}  {:<11}verdict", "power", "board · mode", "total", "roofline");
    canvas.line(Rect { height: 1, ..inner }, vec![canvas.span(text, Role::Label)]);
    let limits = budgets_anywhere(state).in_words().unwrap_or_else(|| "no budgets".to_owned());
    let words = format!(" {limits} · ideal: lower bounds of time ");
    let words = fit(&words, usize::from(inner.width.saturating_sub(2)));
    canvas.buffer.set_string(inner.x + 1, inner.bottom(), words, canvas.style(Role::Label));
}

fn render_row(
    canvas: &mut Canvas<'_>,
    state: &State,
    (row, selected): (&BoardRow, bool),
    Widths { title, phases }: Widths,
    line: Rect,
) {
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
    let figures = format!(
        "{}{}  {}{}{phases}  {:<11}",
        if here { "•" } else { " " },
        right(&row.watts(), 6),
        left(&fit_before(&row.board_title, &format!(" · {}", row.mode_name), title.saturating_sub(1)), title),
        time(Limit::Total, 9),
        row.roofline(),
    );
    let room = usize::from(line.width).saturating_sub(text::width(&figures) + 2);
    let verdict = fit(&row.verdict(), room);
    let verdict_role = if row.verdict().starts_with('✓') { Role::Good } else { Role::Over };
    let spans = vec![
        canvas.span(format!(" {marker}"), Role::Focus),
        canvas.span(figures, if selected { Role::Focus } else { role }),
        canvas.span(verdict, verdict_role),
    ];
    canvas.line(line, spans);
}
