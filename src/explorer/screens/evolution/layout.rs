//! The evolution's panels: small multiples in two columns, over one latency axis each.
//!
//! ```text
//! │ depth   ◆ 16  4 → 20 of 32    width   ◆ 1792 …          │
//! │  32 ┤         ⠤⠤⠤             3072 ┤          ⠤⠤⠤      │     small: not all rows of panels have room
//! │   4 ┤⠤⠤⠤⠤⠤                     768 ┤⠤⠤⠤⠤⠤             │
//! │ experts …                     top-k …                   │
//! │     └┬────┬────── ms              └┬────┬────── ms      │
//! │ how it compares with the paper                          │
//! ```

use ratatui::layout::Rect;

use crate::explorer::frame::{Room, frame};
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use engine::quantity::Quantity;

/// Panels side by side.
const COLUMNS: usize = 2;
/// Rows of a panel at least: a heading and four rows of plot.
const LEAST_ROWS: u16 = 5;
/// Rows of a panel at most: steps between a few values need no more.
const MOST_ROWS: u16 = 13;
/// Rows below the last panels: the axis and its labels.
const AXIS_ROWS: u16 = 2;
/// Cells left of a plot: labels of values, `10.0 B` being the longest, and the tick.
const LABEL_COLUMNS: u16 = 7;
/// Cells between two panels.
const GAP: u16 = 3;

/// One panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the parts'")]
pub struct Panel {
    pub quantity: Quantity,
    pub heading: Rect,
    pub plot: Rect,
}

/// What one frame shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panes {
    /// Row by row, from the left.
    pub panels: Vec<Panel>,
    /// The line of words below the panels; empty where there is no room.
    pub words: Rect,
}

/// Rows of panels.
fn all_rows() -> usize {
    Quantity::with_panel().len().div_ceil(COLUMNS)
}

/// Whether all panels have room.
pub(crate) fn room(body: Rect) -> Room {
    if rows_shown(body) == all_rows() { Room::Ample } else { Room::Shared }
}

/// How many rows of panels have room.
fn rows_shown(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(2 + AXIS_ROWS) / LEAST_ROWS).min(all_rows())
}

/// Divides what is inside the pane that fills `body`; `top` is the first row of panels shown.
pub fn panes(body: Rect, top: usize) -> Panes {
    let inner = Rect {
        x: body.x + 1,
        y: body.y + 1,
        width: body.width.saturating_sub(2),
        height: body.height.saturating_sub(2),
    };
    let shown = rows_shown(body).max(1);
    let for_panels = inner.height.saturating_sub(AXIS_ROWS);
    // A row is left for words if the smallest panels do not lose a row by it.
    let spare = u16::from(for_panels > shown as u16 * LEAST_ROWS);
    // What does not divide evenly goes to the first panels, a row each.
    let rows = (for_panels - spare).min(MOST_ROWS * shown as u16);
    let (height, taller) = (rows / shown as u16, rows % shown as u16);
    let width = inner.width.saturating_sub(GAP) / COLUMNS as u16;
    let panel = |place: usize, quantity: Quantity| {
        let (row, column) = ((place / COLUMNS) as u16, (place % COLUMNS) as u16);
        let x = inner.x + column * (width + GAP);
        let y = inner.y + row * height + row.min(taller);
        let height = height + u16::from(row < taller);
        let heading = Rect { x, y, width, height: 1 };
        let plot = Rect {
            x: x + LABEL_COLUMNS,
            y: heading.bottom(),
            width: width.saturating_sub(LABEL_COLUMNS),
            height: height.saturating_sub(1),
        };
        Panel { quantity, heading, plot }
    };
    let quantities = Quantity::with_panel().iter().skip(COLUMNS * top.min(all_rows() - shown)).take(COLUMNS * shown);
    let panels: Vec<Panel> = quantities.enumerate().map(|(place, quantity)| panel(place, *quantity)).collect();
    let used = rows + AXIS_ROWS;
    let words = Rect { y: inner.y + used, height: inner.height.saturating_sub(used).min(1), ..inner };
    Panes { panels, words }
}

/// Which rows of panels are shown.
pub fn window(state: &State) -> RowWindow {
    let shown = frame(state.size).map_or_else(all_rows, |frame| rows_shown(frame.body));
    RowWindow { top: state.evolution.top, shown, all: all_rows() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::frame::tests::bodies;

    #[test]
    fn panels_lie_within_the_body_and_apart_with_their_axes_at_every_size() {
        for body in bodies() {
            for top in 0..all_rows() {
                let Panes { panels, words } = panes(body, top);
                let bottom = panels.iter().map(|panel| panel.plot.bottom()).max().unwrap();
                assert!(bottom + AXIS_ROWS <= words.y && words.bottom() < body.bottom(), "{body}: {words}");
                for (i, panel) in panels.iter().enumerate() {
                    assert!(panel.plot.height >= LEAST_ROWS - 1 && panel.plot.width > 20, "{body}: {panel:?}");
                    let whole = panel.heading.union(panel.plot);
                    assert_eq!(body.union(whole), body);
                    assert!(panels[i + 1..].iter().all(|other| !whole.intersects(other.heading.union(other.plot))));
                }
            }
        }
    }

    #[test]
    fn the_smallest_screen_scrolls_to_the_last_panels() {
        let body = frame((80, 24)).unwrap().body;
        assert_eq!(room(body), Room::Shared);
        assert_eq!(panes(body, 0).panels.len(), 6);
        assert_eq!(panes(body, 9).panels.last().unwrap().quantity, Quantity::ACTIVE_SHARE);
        assert_eq!(panes(body, 9).panels[0].quantity, Quantity::EXPERTS);
        assert_eq!(room(frame((120, 40)).unwrap().body), Room::Ample);
    }
}
