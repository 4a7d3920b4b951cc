//! The screens, each in a folder of its own: what it knows (model), what can be done (action), its keys, where its panes
//! lie (layout), what its actions do (update), how it is drawn (view).
//!
//! A new screen is a folder and a line here. The compiler then asks for the rest: a variant of [`Screen`] (give it its
//! place in `Screen::ALL`, which makes it a tab), a variant of
//! [`Action`](super::message::Action) with the line in `update` that hands it to the screen, and a field in
//! [`State`](super::state::State) for what it looks at.

pub mod evolution;
pub mod fit;
pub mod frontier;
pub mod hardware;
pub mod theory;

use super::parts::Parts;
use super::screen::Screen;

/// The parts of a screen.
pub const fn parts(screen: Screen) -> &'static Parts {
    match screen {
        Screen::Frontier => &frontier::PARTS,
        Screen::Fit => &fit::PARTS,
        Screen::Hardware => &hardware::PARTS,
        Screen::Evolution => &evolution::PARTS,
        Screen::Theory => &theory::PARTS,
    }
}
