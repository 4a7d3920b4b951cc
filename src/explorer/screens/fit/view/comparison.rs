//! The window that sets all forms of the law side by side.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::draw::window;
use crate::explorer::frame::sources_window;
use crate::explorer::message::Action;
use crate::explorer::message::WindowAction;
use crate::explorer::pointer::Target;
use crate::explorer::screens::fit::model::comparison::{ComparisonTone, lines};
use crate::explorer::state::State;

/// Draws the window over the screen; `top` lines are scrolled away.
pub(crate) fn render(canvas: &mut Canvas<'_>, state: &State, top: usize, screen: Rect) {
    let body = sources_window(state.size);
    let lines = lines(state.law_entry(), usize::from(body.width));
    let rows = body.height.min(lines.len() as u16);
    let below = lines.len() > usize::from(rows);
    let title = if below { "Forms of the law: ↑ ↓ scroll, esc closes" } else { "Forms of the law: esc closes" };
    let inner = window(canvas, screen, (body.width + 4, rows + 2), title);
    let body = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (y, line) in (body.top()..body.bottom()).zip(lines.into_iter().skip(top)) {
        let role = match line.tone {
            ComparisonTone::Aside => Role::Label,
            ComparisonTone::Row => Role::Text,
            ComparisonTone::Preferred => Role::Title,
            ComparisonTone::Pending => Role::Focus,
        };
        let spans = vec![canvas.span(line.text, role)];
        canvas.line(Rect { y, height: 1, ..body }, spans);
    }
    let wheel = [-1, 1].map(|rows| Action::Window(WindowAction::Scroll(rows)));
    canvas.hits.push_with_wheel(screen, Some(Target::Press(Action::Window(WindowAction::Cancel))), wheel);
}
