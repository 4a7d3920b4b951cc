//! What another board would make of it: sliders, what 10 % more is worth, the frontier before and after, the cheapest
//! boards.
//!
//! ```text
//! tall                          wide
//! │ bandwidth  ×2    410 GB/s │  │ bandwidth ×2  410 GB/s ━━━●──   +10 % of  bandwidth  compute │
//! │ ━━━━━━━━━━━━━━━━●──────── │  │ …                               TTFT       −3.4 %    −5.6 % │
//! │ +10 % of  bandwidth  comp… │  │ best 24.6 → 23.9 (−2.8 %)       …                           │
//! │ frontier before and after │  │ 15 W  Orin Nano 8GB · 15W  97.0 ms                          │
//! │ cheapest boards           │
//! ```

mod frontiers;

use ratatui::layout::Rect;

use super::focused;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::screens::hardware::action::HardwareAction;
use crate::explorer::screens::hardware::model::HardwareFocus;
use crate::explorer::screens::hardware::model::what_if::{
    BoardRow, Worth, best_in_words, has, own, quantity, ranking, track, worths,
};
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Direction, Stride};
use engine::budget::Limit;
use engine::text::{self, fit, fit_before, left, right};
use engine::units;
use engine::what_if::{Resource, Standing};

/// Columns from which sliders and what they are worth stand side by side.
const WIDE_COLUMNS: u16 = 64;
/// Columns of the table of what 10 % more is worth.
const WORTH_COLUMNS: u16 = 32;
/// Cells before a slider's track on the same line: marker, name, factor, quantity.
const SLIDER_LABEL: u16 = 31;

/// Draws the pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let scaling = state.question.scaling;
    let title = if scaling.is_none() { "What if".to_owned() } else { format!("What if: {scaling}") };
    let title = fit(&title, usize::from(area.width.saturating_sub(6)));
    let inner = canvas.pane(area, &title, focused(state, HardwareFocus::WhatIf));
    canvas.hits.push(area, Target::Press(Action::Hardware(HardwareAction::Focus(HardwareFocus::WhatIf))));
    if !scaling.is_none() {
        let words = " x as it is ";
        let x = area.right().saturating_sub(text::width(words) as u16 + 2);
        canvas.button((x, area.bottom() - 1), words, Role::Label, Action::Hardware(HardwareAction::ImagineNothing));
    }
    if inner.width >= WIDE_COLUMNS { wide(canvas, state, inner) } else { tall(canvas, state, inner) }
}

fn wide(canvas: &mut Canvas<'_>, state: &State, inner: Rect) {
    let left = Rect { width: inner.width - WORTH_COLUMNS - 2, ..inner };
    for (row, resource) in Resource::ALL.into_iter().enumerate() {
        let line = Rect { y: inner.y + row as u16, height: 1, ..left };
        let track = Rect { x: line.x + SLIDER_LABEL, width: line.width.saturating_sub(SLIDER_LABEL + 1), ..line };
        slider(canvas, state, resource, (line, track));
    }
    best(canvas, state, Rect { y: inner.y + 3, height: 1, ..left });
    boards(canvas, state, Rect { y: inner.y + 4, height: inner.height.saturating_sub(4), ..left });
    worth(canvas, state, Rect { x: left.right() + 2, width: WORTH_COLUMNS, ..inner });
}

fn tall(canvas: &mut Canvas<'_>, state: &State, inner: Rect) {
    const BOARDS_ROWS: u16 = 5;
    for (row, resource) in Resource::ALL.into_iter().enumerate() {
        let line = Rect { y: inner.y + 2 * row as u16, height: 1, ..inner };
        let track = Rect { x: line.x + 1, y: line.y + 1, width: line.width.saturating_sub(2), height: 1 };
        slider(canvas, state, resource, (line, track));
    }
    best(canvas, state, Rect { y: inner.y + 6, height: 1, ..inner });
    worth(canvas, state, Rect { y: inner.y + 8, height: 5.min(inner.height.saturating_sub(8)), ..inner });
    let rest = Rect { y: inner.y + 14, height: inner.height.saturating_sub(14), ..inner };
    let chart = Rect { height: rest.height.saturating_sub(BOARDS_ROWS), ..rest };
    if chart.height >= frontiers::LEAST_ROWS {
        frontiers::render(canvas, state, chart);
        boards(canvas, state, Rect { y: chart.bottom(), height: BOARDS_ROWS, ..rest });
    } else {
        boards(canvas, state, rest);
    }
}

/// `▸bandwidth  ×2     410 GB/s`, and the track beside or below it.
fn slider(canvas: &mut Canvas<'_>, state: &State, resource: Resource, (line, track_area): (Rect, Rect)) {
    let view = &state.hardware_view;
    let has_keys = view.focus == HardwareFocus::WhatIf && view.resource == resource;
    let (value, own) = (has(state, resource), own(state, resource));
    let imagined = value != own;
    let wheel = [Direction::Up, Direction::Down]
        .map(|direction| Action::Hardware(HardwareAction::StepResource(resource, direction, Stride::Coarse)));
    canvas.hits.push_with_wheel(
        line.union(track_area),
        Some(Target::Press(Action::Hardware(HardwareAction::FocusResource(resource)))),
        wheel,
    );
    let spans = vec![
        canvas.span(if has_keys { "▸" } else { " " }, Role::Focus),
        canvas.span(format!("{:<10}", resource.name()), if has_keys { Role::Focus } else { Role::Text }),
        canvas.span(format!("{:<6}", format!("×{}", units::ratio(value / own))), changed(imagined)),
        canvas.span(right(&quantity(state, resource), 12), changed(imagined)),
    ];
    canvas.line(line, spans);

    let track = track(resource, track_area.width);
    let (knob, middle) = (track.cell_of(value), track.cell_of(own));
    for cell in 0..track_area.width {
        let (glyph, role) = match cell {
            _ if cell == knob => ("●", if imagined { Role::Pick } else { Role::Label }),
            _ if cell == middle => ("┼", Role::Label),
            // What was added or taken away.
            _ if (cell > middle) != (cell > knob) => ("━", Role::Focus),
            _ => ("─", Role::Faint),
        };
        canvas.buffer.set_string(track_area.x + cell, track_area.y, glyph, canvas.style(role));
    }
    canvas.hits.push(track_area, Target::Resource(resource, track));
}

const fn changed(imagined: bool) -> Role {
    if imagined { Role::Pick } else { Role::Label }
}

/// A row of the table: new over old.
type WorthColumn = fn(&Worth) -> Option<f64>;

/// What 10 % more is worth: the pick's times, and the best perplexity within the budgets.
fn worth(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let worths = worths(state);
    if worths.is_empty() {
        canvas.line(area, vec![canvas.span(" no pick", Role::Label)]);
        return;
    }
    let head = worths.iter().map(|worth| right(worth.resource.name(), 11)).collect::<String>();
    let mut lines = vec![vec![canvas.span(format!(" {:<9}{head}", "+10 % of"), Role::Label)]];
    let response = |ratio: Option<f64>| ratio.map_or_else(|| "–".to_owned(), units::percent_change);
    let rows: [(&str, WorthColumn); 4] = [
        ("TTFT", |worth| Some(worth.times.ttft)),
        ("TPOT", |worth| worth.times.tpot),
        ("total", |worth| Some(worth.times.total)),
        ("best ppl", |worth| worth.perplexity),
    ];
    for (label, of) in rows {
        let cells = worths.iter().map(|worth| right(&response(of(worth)), 11)).collect::<String>();
        lines.push(vec![canvas.span(format!(" {label:<9}"), Role::Label), canvas.span(cells, Role::Text)]);
    }
    for (y, spans) in (area.top()..area.bottom()).zip(lines) {
        canvas.line(Rect { y, height: 1, ..area }, spans);
    }
}

/// `best ppl   24.6 → 23.9 (−2.8 %)`: within the budgets, on the board as it is and on the imagined one.
fn best(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let words = vec![canvas.span(" best ppl  ", Role::Label), canvas.span(best_in_words(state), Role::Text)];
    canvas.line(area, words);
}

/// The boards with the least watts that will do, then the nearest of those that will not, each a button below one that
/// opens the window of all of them.
fn boards(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let rows = ranking(state);
    let Some(first) = rows.first().filter(|_| area.height > 0) else { return };
    let answer = match (first.placed.is_in_the_running(), &first.placed.standing) {
        (true, _) => {
            format!("cheapest: {}, {} · w all", first.watts(), first.roofline())
        }
        (false, Standing::Meets(_)) => "cheapest unknown · w all".to_owned(),
        (false, _) => "no board in budget · w all".to_owned(),
    };
    canvas.button(
        (area.x + 1, area.y),
        &fit(&answer, usize::from(area.width)),
        Role::Label,
        Action::Hardware(HardwareAction::RankBoards),
    );
    for (y, (place, row)) in (area.top() + 1..area.bottom()).zip(rows.iter().enumerate()) {
        board(canvas, state, (place, row), Rect { y, height: 1, ..area });
    }
}

/// `✓  15 W Orin Nano 8GB 15W  97.0 ms`.
fn board(canvas: &mut Canvas<'_>, state: &State, (place, row): (usize, &BoardRow), line: Rect) {
    const WATTS_COLUMNS: usize = 5;
    let time = row.value(Limit::Total).map(units::seconds).unwrap_or_default();
    let room = usize::from(line.width).saturating_sub(WATTS_COLUMNS + text::width(&time) + 4);
    let title = fit_before(&row.board_title, &format!(" {}", row.mode_name), room);
    let words = format!("{} {} {time}", right(&row.watts(), WATTS_COLUMNS), left(&title, room));
    let meets = matches!(row.placed.standing, Standing::Meets(_));
    let here = (row.board, row.mode) == (state.question.board, state.question.mode);
    let role = match (here, meets) {
        (true, _) => Role::Title,
        (false, true) => Role::Text,
        (false, false) => Role::Label,
    };
    canvas.button((line.x + 2, line.y), &words, role, Action::Hardware(HardwareAction::TakeBoard(place)));
    let (mark, role) = if meets { ("✓", Role::Good) } else { ("✗", Role::Over) };
    canvas.button((line.x, line.y), mark, role, Action::Hardware(HardwareAction::TakeBoard(place)));
}
