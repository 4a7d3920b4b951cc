//! What every screen draws with: the canvas and its colours, and the parts that occur on more than one screen.

mod axes_over;
mod budget_slider;
pub(crate) mod canvas;
pub(crate) mod legend;
pub(crate) mod no_picture;
pub(crate) mod scales;
pub(crate) mod table;
pub mod theme;
mod window;

pub(crate) use axes_over::axes_over;
pub(crate) use budget_slider::render_slider;
pub(crate) use window::window;
