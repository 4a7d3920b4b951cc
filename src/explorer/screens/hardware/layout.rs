//! The hardware's panes.
//!
//! ```text
//! │ roofline                        │ totals           │
//! │                                 ├──────────────────┤
//! ├─────────────────────────────────┤ what if          │      small: operators and what if share the lower part
//! │ operators                       │                  │
//! ```

use ratatui::layout::Rect;

use super::model::LowerPane;
use crate::explorer::frame::{Room, frame};
use crate::explorer::state::State;

/// Rows of the totals, borders included: a heading, four times, two shares.
const TOTALS_ROWS: u16 = 9;
/// Rows of the operators' pane that show them all: borders, heading, ten rows of a mixture of experts.
const OPERATORS_ROWS: u16 = 13;
/// Rows of the body below which what if has no pane of its own.
const ROOMY_ROWS: u16 = 30;
/// Columns below which it has none.
const ROOMY_COLUMNS: u16 = 112;

/// The panes of one frame; a pane that gives way is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub struct Panes {
    pub roofline: Rect,
    pub operators: Option<Rect>,
    pub totals: Option<Rect>,
    pub what_if: Option<Rect>,
}

/// Whether every pane has a place of its own.
pub(crate) const fn room(body: Rect) -> Room {
    if body.width >= ROOMY_COLUMNS && body.height >= ROOMY_ROWS { Room::Ample } else { Room::Shared }
}

/// Divides the body.
pub fn panes(body: Rect, lower: LowerPane) -> Panes {
    if room(body) == Room::Ample {
        let right = (body.width * 29 / 100).clamp(34, 52);
        let left = body.width - right;
        let roofline = Rect { width: left, height: body.height - OPERATORS_ROWS, ..body };
        let totals = Rect { x: body.x + left, width: right, height: TOTALS_ROWS, ..body };
        return Panes {
            roofline,
            operators: Some(Rect { y: roofline.bottom(), height: OPERATORS_ROWS, ..roofline }),
            totals: Some(totals),
            what_if: Some(Rect { y: totals.bottom(), height: body.height - TOTALS_ROWS, ..totals }),
        };
    }
    let below_rows = (body.height * 45 / 100).min(OPERATORS_ROWS);
    let roofline = Rect { height: body.height - below_rows, ..body };
    let below = Some(Rect { y: roofline.bottom(), height: below_rows, ..body });
    let bare = Panes { roofline, operators: None, totals: None, what_if: None };
    match lower {
        LowerPane::Operators => Panes { operators: below, ..bare },
        LowerPane::WhatIf => Panes { what_if: below, ..bare },
    }
}

/// Rows of operators that the table shows: its pane less borders and heading.
pub fn table_rows(state: &State) -> usize {
    let pane = frame(state.size).and_then(|frame| panes(frame.body, state.hardware_view.lower_pane).operators);
    pane.map_or(0, |pane| usize::from(pane.height.saturating_sub(3)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::frame::tests::{assert_tiles, bodies};

    #[test]
    fn panes_cover_the_body_without_overlap_at_every_size() {
        for body in bodies() {
            for lower in [LowerPane::Operators, LowerPane::WhatIf] {
                let panes = panes(body, lower);
                let others = [panes.operators, panes.totals, panes.what_if];
                let all: Vec<Rect> = [panes.roofline].into_iter().chain(others.into_iter().flatten()).collect();
                assert_tiles(body, &all);
            }
        }
    }
}
