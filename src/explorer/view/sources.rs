//! The window that says where the numbers come from.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::draw::window;
use crate::explorer::frame::sources_window;
use crate::explorer::message::Action;
use crate::explorer::message::WindowAction;
use crate::explorer::pointer::Target;
use crate::explorer::sources::{LABEL_COLUMNS, Tone, lines};
use crate::explorer::state::State;

/// Draws the window over the screen; `top` lines are scrolled away.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, top: usize, screen: Rect) {
    let body = sources_window(state.size);
    let inner = window(canvas, screen, (body.width + 4, body.height + 2), "Sources: ↑ ↓ scroll, esc closes");
    let body = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let shown = lines(state, usize::from(body.width)).into_iter().skip(top);
    for (y, line) in (body.top()..body.bottom()).zip(shown) {
        let (label, role) = match line.tone {
            Tone::Heading => (line.label, Role::Title),
            Tone::Text => (line.label, Role::Text),
            Tone::Aside => (line.label, Role::Label),
            Tone::Warning => (line.label, Role::Warning),
        };
        let label_role = if line.tone == Tone::Heading { Role::Title } else { Role::Label };
        let spans = vec![canvas.span(format!("{label:<LABEL_COLUMNS$}"), label_role), canvas.span(line.text, role)];
        canvas.line(Rect { y, height: 1, ..body }, spans);
    }
    let wheel = [-1, 1].map(|rows| Action::Window(WindowAction::Scroll(rows)));
    canvas.hits.push_with_wheel(screen, Some(Target::Press(Action::Window(WindowAction::Cancel))), wheel);
}
