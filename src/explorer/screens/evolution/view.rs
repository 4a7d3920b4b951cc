//! The evolution: what the frontier's members are like, from the fastest to the slowest.
//!
//! ```text
//! ╭ Evolution · 138 members of the frontier of total latency ──── ◆ 97.5 ms · ppl 24.6 ╮
//! │ depth  ◆ 16    4 → 20 of 32             width  ◆ 1792  768 → 1792 of 3072         │
//! │  32 ┤                   ┊ ⠒⠒            3072 ┤                   ┊    ⠒⠒⠒         │
//! │     │       ⠤⠤⠤⠤⠤⠤⠤⠤⠤◆┊                     │          ⠤⠤⠤⠤⠤⠤◆┊⠒⠒             │
//! │   4 ┤⠤⠤⠤               ┊                768 ┤⠤⠤⠤⠤⠤             ┊               │
//! ```

mod panel;

use ratatui::layout::Rect;

use super::layout::panes;
use super::model::members::members;
use super::model::paper;
use crate::explorer::draw::axes_over;
use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::legend::{Entry, legend};
use crate::explorer::draw::no_picture::{without_landscape, without_latency};
use crate::explorer::draw::theme::Role;
use crate::explorer::state::State;
use engine::text::{self, fit};
use engine::units;
use panel::Drawn;

/// What the marks mean, for the help.
pub(crate) const LEGEND: &[(&str, Role, &str)] = &[
    ("⠤", Role::Frontier, "a member the budgets admit"),
    ("⠄", Role::FrontierOver, "a member regardless of them"),
    ("◆", Role::Pick, "the pick"),
    ("┊", Role::Over, "a budget (drag it)"),
];

/// The two kinds of line, in the lower border.
const LINES: [Entry; 2] =
    [(" ⠤⠤ ", Role::Frontier, "within the budgets "), (" ⠤ ⠤ ", Role::FrontierOver, "regardless of them ")];

/// Draws the screen.
pub(crate) fn render(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let title = fit(&title(state), usize::from(body.width.saturating_sub(6)));
    let inner = canvas.pane(body, &title, Focused::No);
    let Some(landscape) = state.landscape() else {
        return without_landscape(canvas, state, inner);
    };
    pick(canvas, state, body, text::width(&title));
    legend(canvas, Rect { y: body.bottom() - 1, height: 1, ..body }, &LINES, 0);
    let panes = panes(body, state.evolution.top);
    let last_row = panes.panels.last().map_or(0, |panel| panel.plot.y);
    let axes = panes.panels.first().and_then(|panel| axes_over(state, landscape, panel.plot));
    for panel in panes.panels {
        let drawn = axes.and_then(|axes| Drawn::new(state, landscape, &axes, panel));
        let Some(drawn) = drawn else {
            return without_latency(canvas, inner);
        };
        drawn.render(canvas, panel.plot.y == last_row);
    }
    if panes.words.height > 0 {
        let (words, role) = words(state);
        let words = fit(&words, usize::from(panes.words.width).saturating_sub(2));
        canvas.line(Rect { x: panes.words.x + 1, ..panes.words }, vec![canvas.span(words, role)]);
    }
}

fn title(state: &State) -> String {
    let imagined = state.imagined_aside();
    let count = units::count(state.selection.frontier.len());
    format!("Evolution · {count} members of the frontier of {} latency{imagined}", state.objective.name())
}

/// ` ◆ 97.5 ms · ppl 24.6 ` in the upper border, where there is room; `◆ over budget · …` of what the budgets do not admit.
fn pick(canvas: &mut Canvas<'_>, state: &State, body: Rect, title_columns: usize) {
    let (Some(landscape), Some(index)) = (state.landscape(), state.picked()) else { return };
    let place = landscape.position(state.objective, index);
    let over = !state.budgets().admits(&landscape.sweep, index);
    let (standing, role) = if over { ("over budget · ", Role::Over) } else { ("", Role::Pick) };
    let words =
        format!(" ◆ {standing}{} · ppl {} ", units::seconds(place.latency_s), units::significant(place.loss.exp(), 3));
    let columns = text::width(&words);
    if title_columns + columns + 8 <= usize::from(body.width) {
        let x = body.right() - columns as u16 - 2;
        canvas.buffer.set_string(x, body.y, words, canvas.style(role));
    }
}

/// The line below the panels: what stands in the way, what is extrapolated, how the paper compares.
fn words(state: &State) -> (String, Role) {
    if let Some(loosening) = &state.selection.loosening {
        return (format!("no architecture: {loosening}"), Role::Over);
    }
    let members = members(state);
    let beyond = members.iter().filter(|&&index| state.extrapolation(index as usize).is_some()).count();
    let paper = paper::in_words(state);
    match (beyond, paper) {
        (0, Some(paper)) => (paper, Role::Text),
        (0, None) => (format!("the law is inside its range at all {} members", members.len()), Role::Label),
        (beyond, _) => (format!("⚠ extrapolated at {beyond} of {} members", members.len()), Role::Warning),
    }
}
