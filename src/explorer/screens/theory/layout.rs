//! The theory's panes.
//!
//! ```text
//! │ budgets: sliders, what binds, what one step more buys        │
//! ├──────────────────────────────────────┬───────────────────────┤
//! │ optima                               │ notes                 │     small: optima, curves and notes share
//! ├──────────────────────────────────────┴───────────────────────┤     the lower part
//! │ curves against width                                         │
//! ```

use ratatui::layout::Rect;

use super::model::LowerPane;
use crate::explorer::frame::{Room, frame};
use crate::explorer::state::State;

/// Rows of the budgets, borders included: five of them and the ends of the space.
const BUDGETS_ROWS: u16 = 8;
/// Rows of the optima at least, borders included: five sizes, perplexity, two limits that bind twice each, two others, a
/// residual.
const OPTIMA_ROWS: u16 = 15;
/// Rows of the optima at most: all five limits twice each.
const MOST_OPTIMA_ROWS: u16 = 19;
/// Columns of the optima, borders included.
const OPTIMA_COLUMNS: u16 = 76;
/// Rows of the curves from which on the optima have more than their least.
const CURVES_ROWS: u16 = 20;
/// Rows of the body below which the lower panes share a place.
const ROOMY_ROWS: u16 = BUDGETS_ROWS + OPTIMA_ROWS + 10;
/// Columns below which they do.
const ROOMY_COLUMNS: u16 = 112;

/// The panes of one frame; a pane that gives way is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub struct Panes {
    pub budgets: Rect,
    pub optima: Option<Rect>,
    pub notes: Option<Rect>,
    pub curves: Option<Rect>,
}

/// Whether every pane has a place of its own.
pub(crate) const fn room(body: Rect) -> Room {
    if body.width >= ROOMY_COLUMNS && body.height >= ROOMY_ROWS { Room::Ample } else { Room::Shared }
}

/// Divides the body.
pub fn panes(body: Rect, lower: LowerPane) -> Panes {
    let budgets = Rect { height: BUDGETS_ROWS, ..body };
    let below = Rect { y: budgets.bottom(), height: body.height - BUDGETS_ROWS, ..body };
    if room(body) == Room::Ample {
        let height = below.height.saturating_sub(CURVES_ROWS).clamp(OPTIMA_ROWS, MOST_OPTIMA_ROWS);
        let optima = Rect { width: OPTIMA_COLUMNS, height, ..below };
        return Panes {
            budgets,
            optima: Some(optima),
            notes: Some(Rect { x: optima.right(), width: body.width - OPTIMA_COLUMNS, ..optima }),
            curves: Some(Rect { y: optima.bottom(), height: below.height - height, ..below }),
        };
    }
    let bare = Panes { budgets, optima: None, notes: None, curves: None };
    match lower {
        LowerPane::Optima => Panes { optima: Some(below), ..bare },
        LowerPane::Curves => Panes { curves: Some(below), ..bare },
        LowerPane::Notes => Panes { notes: Some(below), ..bare },
    }
}

/// What is inside the notes' pane, a blank left and right.
pub fn notes_body(pane: Rect) -> Rect {
    Rect { x: pane.x + 2, y: pane.y + 1, width: pane.width.saturating_sub(4), height: pane.height.saturating_sub(2) }
}

/// The panes on a terminal of that size.
pub fn shown(state: &State) -> Option<Panes> {
    Some(panes(frame(state.size)?.body, state.theory.lower_pane))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::frame::tests::{assert_tiles, bodies};

    #[test]
    fn panes_cover_the_body_without_overlap_at_every_size() {
        for body in bodies() {
            for lower in [LowerPane::Optima, LowerPane::Curves, LowerPane::Notes] {
                let panes = panes(body, lower);
                let others = [panes.optima, panes.notes, panes.curves];
                let all: Vec<Rect> = [panes.budgets].into_iter().chain(others.into_iter().flatten()).collect();
                assert_tiles(body, &all);
            }
        }
    }
}
