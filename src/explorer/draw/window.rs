//! A window over the screen: what it covers reacts no more.

use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::canvas::{Canvas, Focused};
use crate::explorer::message::Action;
use crate::explorer::message::WindowAction;
use crate::explorer::pointer::Target;

/// Clears a window in the middle of the screen, draws its border, and returns what is inside. Nothing below it reacts
/// to the mouse; a click beside it closes it.
pub(crate) fn window(canvas: &mut Canvas<'_>, screen: Rect, (width, height): (u16, u16), title: &str) -> Rect {
    let area = screen.centered(
        ratatui::layout::Constraint::Length(width.min(screen.width)),
        ratatui::layout::Constraint::Length(height.min(screen.height)),
    );
    Clear.render(area, canvas.buffer);
    canvas.hits.clear();
    canvas.hits.push(screen, Target::Press(Action::Window(WindowAction::Cancel)));
    canvas.pane(area, title, Focused::Yes)
}
