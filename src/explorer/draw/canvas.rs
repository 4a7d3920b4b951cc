//! What panes draw on, and the few ways in which all of them put words there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use super::theme::{Role, Theme};
use crate::explorer::frame::SMALLEST;
use crate::explorer::message::Action;
use crate::explorer::pointer::{Hits, Target};
use engine::text::{self, wrapped};

/// What panes draw on.
pub(crate) struct Canvas<'a> {
    pub(crate) buffer: &'a mut Buffer,
    pub(crate) theme: Theme,
    pub(crate) hits: Hits,
}

impl Canvas<'_> {
    pub(crate) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    pub(crate) fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    /// A pane with a rounded border; returns what is inside.
    pub(crate) fn pane(&mut self, area: Rect, title: &str, focused: Focused) -> Rect {
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
    pub(crate) fn line(&mut self, area: Rect, spans: Vec<Span<'static>>) {
        Line::from(spans).render(Rect { height: area.height.min(1), ..area }, self.buffer);
    }

    /// Words in the middle of an area, over as many lines as it takes.
    pub(crate) fn centred(&mut self, area: Rect, words: &str, role: Role) {
        let lines = wrapped(words, usize::from(area.width.saturating_sub(2).max(1)));
        let above = (usize::from(area.height).saturating_sub(lines.len()) / 2) as u16;
        for (y, line) in (area.top() + above..area.bottom()).zip(&lines) {
            let length = (text::width(line) as u16).min(area.width);
            let x = area.x + (area.width - length) / 2;
            self.buffer.set_stringn(x, y, line, usize::from(area.width), self.style(role));
        }
    }

    /// Text that does something when it is clicked.
    pub(crate) fn button(&mut self, (x, y): (u16, u16), text: &str, role: Role, message: Action) {
        self.buffer.set_string(x, y, text, self.style(role));
        let width = text::width(text) as u16;
        self.hits.push(Rect::new(x, y, width, 1), Target::Press(message));
    }

    pub(crate) fn too_small(&mut self, area: Rect) {
        let (columns, rows) = SMALLEST;
        let words = format!("roofscape needs {columns}×{rows}; this is {}×{}", area.width, area.height);
        self.centred(area, &words, Role::Label);
    }
}

/// Whether a pane has the keys.
#[derive(Clone, Copy)]
pub(crate) enum Focused {
    Yes,
    No,
}

impl Focused {
    pub(crate) fn when(has_keys: bool) -> Self {
        if has_keys { Self::Yes } else { Self::No }
    }
}

/// One glyph in one cell, if that is on the screen.
pub(crate) fn put(buffer: &mut Buffer, x: u16, y: u16, glyph: char, style: Style) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.set_char(glyph).set_style(style);
    }
}
