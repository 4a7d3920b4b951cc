//! The screen, drawn from the state. Drawing only reads the state.
//!
//! ```text
//!  roofscape ▸Frontier  Fit  Hardware  AGX Orin 64GB · MAXN · fp16 · 1,024 → 16 tokens            ? help   header
//!  …                                                                                                       the screen
//!  law paper · R² 0.975 …                                                                                  status
//!  ideal roofline, uncalibrated · ⚠ extrapolated …                                                         truth
//!  ← → change  tab next  space on/off …                                                                    keys
//! ```
//!
//! Windows lie over the screen. [`render`] returns the rectangles that react to the mouse, so that input never has to
//! guess what was drawn where.

mod header;
mod help;
mod sources;
mod status;
mod window;

use ratatui::buffer::Buffer;

use super::draw::canvas::Canvas;
use super::draw::theme::Theme;
use super::frame::frame;
use super::pointer::Hits;
use super::screens::{fit, hardware, parts};
use super::state::{Mode, State};

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
    (parts(state.screen).render)(&mut canvas, state, frame.body);
    status::render(&mut canvas, state, &frame);
    match &state.mode {
        Mode::Explore => {}
        Mode::Help => help::render(&mut canvas, state.screen, area),
        Mode::Sources(top) => sources::render(&mut canvas, state, *top, area),
        Mode::Comparison(top) => fit::view::comparison::render(&mut canvas, state, *top, area),
        Mode::Boards(row) => hardware::view::boards::render(&mut canvas, state, *row, area),
        mode => window::render(&mut canvas, state, mode, area),
    }
    canvas.hits
}
