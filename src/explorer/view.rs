//! The screen, drawn from the state, which it only reads.
//!
//! ```text
//!  roofscape ▸Frontier  Fit  Hardware  AGX Orin 64GB · MAXN · fp16 · 1,024 → 16 tokens            ? help   header
//!  …                                                                                                       the screen
//!  law paper · R² 0.975 …                                                                                  status
//!  ideal roofline, uncalibrated · ⚠ extrapolated …                                                         truth
//!  ← → change  tab next  space on/off …                                                                    keys
//! ```
//!
//! Windows lie over it.
//! [`render`] returns the rectangles that react to the mouse, so that input never has to guess what was drawn where.

mod boards;
mod comparison;
mod evolution;
mod fit;
pub mod frontier;
mod hardware;
mod header;
mod help;
mod legend;
mod no_picture;
pub mod plot;
mod scales;
mod sources;
mod status;
mod table;
pub mod theme;
mod theory;
mod window;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use super::layout::{SMALLEST, frame};
use super::message::Action;
use super::pointer::{Hits, Target};
use super::screen::Screen;
use super::state::{Mode, State};
use engine::text::wrapped;
use theme::{Role, Theme};

/// What panes draw on.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: Theme,
    hits: Hits,
}

/// Draws the whole screen and returns what reacts to the mouse.
pub fn render(state: &State, theme: Theme, buffer: &mut Buffer) -> Hits {
    let area = buffer.area;
    if area.is_empty() {
        return Hits::default();
    }
    let mut canvas = Canvas { buffer, theme, hits: Hits::default() };
    let Some(frame) = frame((area.width, area.height)) else {
        canvas.too_small(area);
        return canvas.hits;
    };
    header::render(&mut canvas, state, frame.header);
    match state.screen {
        Screen::Frontier => frontier::render(&mut canvas, state, frame.body),
        Screen::Fit => fit::render(&mut canvas, state, frame.body),
        Screen::Hardware => hardware::render(&mut canvas, state, frame.body),
        Screen::Evolution => evolution::render(&mut canvas, state, frame.body),
        Screen::Theory => theory::render(&mut canvas, state, frame.body),
    }
    status::render(&mut canvas, state, &frame);
    match &state.mode {
        Mode::Explore => {}
        Mode::Help => help::render(&mut canvas, state.screen, area),
        Mode::Sources(top) => sources::render(&mut canvas, state, *top, area),
        Mode::Comparison(top) => comparison::render(&mut canvas, state, *top, area),
        Mode::Boards(row) => boards::render(&mut canvas, state, *row, area),
        mode => window::render(&mut canvas, state, mode, area),
    }
    canvas.hits
}

impl Canvas<'_> {
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    /// A pane with a rounded border; returns what is inside.
    fn pane(&mut self, area: Rect, title: &str, focused: Focused) -> Rect {
        let (border, title_role) = match focused {
            Focused::Yes => (Role::Focus, Role::Focus),
            Focused::No => (Role::Faint, Role::Title),
        };
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(self.style(border))
            .title(Line::from(self.span(format!(" {title} "), title_role)));
        let inner = block.inner(area);
        block.render(area, self.buffer);
        inner
    }

    /// One line of spans, cut at the area's edge.
    fn line(&mut self, area: Rect, spans: Vec<Span<'static>>) {
        Line::from(spans).render(Rect { height: area.height.min(1), ..area }, self.buffer);
    }

    /// Words in the middle of an area, over as many lines as it takes.
    fn centred(&mut self, area: Rect, words: &str, role: Role) {
        let lines = wrapped(words, usize::from(area.width.saturating_sub(2).max(1)));
        let above = (usize::from(area.height).saturating_sub(lines.len()) / 2) as u16;
        for (y, line) in (area.top() + above..area.bottom()).zip(&lines) {
            let length = (line.chars().count() as u16).min(area.width);
            let x = area.x + (area.width - length) / 2;
            self.buffer.set_stringn(x, y, line, usize::from(area.width), self.style(role));
        }
    }

    /// Text that does something when it is clicked.
    fn button(&mut self, (x, y): (u16, u16), text: &str, role: Role, message: Action) {
        self.buffer.set_string(x, y, text, self.style(role));
        let width = text.chars().count() as u16;
        self.hits.push(Rect::new(x, y, width, 1), Target::Press(message));
    }

    fn too_small(&mut self, area: Rect) {
        let (columns, rows) = SMALLEST;
        let words = format!("roofscape needs {columns}×{rows}; this is {}×{}", area.width, area.height);
        self.centred(area, &words, Role::Label);
    }
}

/// Whether a pane has the keys.
#[derive(Clone, Copy)]
enum Focused {
    Yes,
    No,
}

impl Focused {
    fn when(has_keys: bool) -> Self {
        if has_keys { Self::Yes } else { Self::No }
    }
}

/// `text` at the right end of `width` cells.
fn right(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

/// `text` cut to `width` cells, with an ellipsis where it was cut.
fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// `text` with `kept` behind it in `width` cells: where both have no room, `text` is the one to be cut.
fn fit_before(text: &str, kept: &str, width: usize) -> String {
    let room = width.saturating_sub(kept.chars().count());
    fit(&format!("{}{kept}", fit(text, room)), width)
}

/// One glyph in one cell, if that is on the screen.
fn put(buffer: &mut Buffer, x: u16, y: u16, glyph: char, style: Style) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.set_char(glyph).set_style(style);
    }
}
