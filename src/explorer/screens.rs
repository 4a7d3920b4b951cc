//! The screens, each in a folder of its own: what it knows, its keys, where its panes lie, what its actions do, how it is
//! drawn.

pub mod evolution;
pub mod fit;
pub mod frontier;
pub mod hardware;
pub mod theory;

use ratatui::layout::Rect;

use super::frame::Room;
use super::screen::Screen;

/// How much room a body of that size gives the panes of a screen.
pub fn room(screen: Screen, body: Rect) -> Room {
    match screen {
        Screen::Frontier => frontier::layout::room(body),
        Screen::Fit => fit::layout::room(body),
        Screen::Hardware => hardware::layout::room(body),
        Screen::Evolution => evolution::layout::room(body),
        Screen::Theory => theory::layout::room(body),
    }
}
