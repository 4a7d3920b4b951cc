//! The frontier's panes.
//!
//! ```text
//! │ chart                           │ controls         │
//! │                                 ├──────────────────┤
//! ├─────────────────────────────────┤ pick             │      small: table and pick share the lower part
//! │ table                           │                  │
//! ```

use ratatui::layout::Rect;

use super::model::LowerPane;
use crate::explorer::frame::{Room, frame};
use crate::explorer::state::State;

/// Rows of the controls pane, borders included: five budgets, a rule, seven rows of workload and platform.
const CONTROLS_ROWS: u16 = 15;
/// The same without the rule, which gives way to a row of table or pick on the smallest screen.
const CONTROLS_ROWS_AT_LEAST: u16 = CONTROLS_ROWS - 1;
/// Rows of the body below which the pick has no pane of its own.
const ROOMY_ROWS: u16 = 32;
/// Columns below which the pick has no pane of its own.
const ROOMY_COLUMNS: u16 = 104;

/// The panes of one frame; a pane that gives way is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub struct Panes {
    pub chart: Rect,
    pub controls: Rect,
    pub table: Option<Rect>,
    pub pick: Option<Rect>,
}

/// Whether the pick has a pane of its own.
pub(crate) const fn room(body: Rect) -> Room {
    if body.width >= ROOMY_COLUMNS && body.height >= ROOMY_ROWS { Room::Ample } else { Room::Shared }
}

/// Divides the body.
pub fn panes(body: Rect, lower: LowerPane) -> Panes {
    let right = (body.width * 37 / 100).clamp(34, 58);
    let left = body.width - right;
    if room(body) == Room::Ample {
        let table_rows = (body.height * 36 / 100).max(8);
        let chart = Rect::new(body.x, body.y, left, body.height - table_rows);
        let controls = Rect::new(left, body.y, right, CONTROLS_ROWS);
        return Panes {
            chart,
            controls,
            table: Some(Rect::new(body.x, chart.bottom(), left, table_rows)),
            pick: Some(Rect::new(left, controls.bottom(), right, body.height - CONTROLS_ROWS)),
        };
    }
    // The chart is as high as the controls, or higher where there is room.
    let chart_rows = (body.height * 60 / 100).max(CONTROLS_ROWS_AT_LEAST);
    let chart = Rect::new(body.x, body.y, left, chart_rows);
    let controls = Rect::new(left, body.y, right, chart_rows);
    let below = Rect::new(body.x, chart.bottom(), body.width, body.height - chart_rows);
    let (table, pick) = match lower {
        LowerPane::Table => (Some(below), None),
        LowerPane::Pick => (None, Some(below)),
    };
    Panes { chart, controls, table, pick }
}

/// Rows of architectures that the table shows: its pane less borders and heading.
pub fn table_rows(state: &State) -> usize {
    let table = frame(state.size).and_then(|frame| panes(frame.body, state.lower_pane).table);
    table.map_or(0, |pane| usize::from(pane.height.saturating_sub(3)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::frame::tests::{assert_tiles, bodies};

    #[test]
    fn panes_cover_the_body_without_overlap_at_every_size() {
        for body in bodies() {
            for lower in [LowerPane::Table, LowerPane::Pick] {
                let panes = panes(body, lower);
                let all: Vec<Rect> =
                    [panes.chart, panes.controls].into_iter().chain(panes.table).chain(panes.pick).collect();
                assert_tiles(body, &all);
            }
        }
    }
}
