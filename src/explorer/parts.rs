//! The parts of a screen by which the rest of the explorer knows it. Each screen has them in a table of its own. So
//! code that lists, draws or steps through the screens names none of them.

use ratatui::layout::Rect;

use super::binding::Binding;
use super::draw::canvas::Canvas;
use super::draw::legend::Entry;
use super::frame::Room;
use super::message::Effect;
use super::state::State;
use super::vocabulary::Control;

/// See the module.
pub struct Parts {
    /// On its tab.
    pub title: &'static str,
    /// On its tab where there is little room and another screen is shown.
    pub short_title: &'static str,
    /// Its own keys, in the order of the help.
    pub(crate) bindings: &'static [Binding],
    /// What its marks mean, for the help.
    pub(crate) legend: &'static [Entry],
    /// How much room a body gives its panes.
    pub(crate) room: fn(Rect) -> Room,
    /// The controls that are on it. A click on one of them gives it the keys too.
    pub(crate) shows: fn(Control) -> bool,
    /// Brings what it looks at up to date with the state; called after every message, whatever screen is shown.
    pub(crate) follow: fn(&mut State) -> Option<Effect>,
    /// Scrolls so that the chosen row is shown after the size of the terminal has changed.
    pub(crate) keep_in_view: fn(&mut State),
    /// Draws it.
    pub(crate) render: fn(&mut Canvas<'_>, &State, Rect),
}
