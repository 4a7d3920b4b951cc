//! Where each pane lies, as a pure function of the terminal's size: update and view must agree on it.
//!
//! ```text
//! ┌ header ────────────────────────────────────────────┐
//! │ chart                           │ controls         │
//! │                                 ├──────────────────┤
//! ├─────────────────────────────────┤ pick             │      small: table and pick share the lower part
//! │ table                           │                  │
//! └ status, truth, keys ───────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use super::state::{LowerPane, State};

/// Smallest terminal that the screen fits into, columns and rows.
pub const SMALLEST: (u16, u16) = (80, 24);

/// Rows of the controls pane, borders included: four budgets, a rule, five rows of workload.
const CONTROLS_ROWS: u16 = 12;
/// Rows below which the pick has no pane of its own.
const ROOMY_ROWS: u16 = 36;
/// Columns below which the pick has no pane of its own.
const ROOMY_COLUMNS: u16 = 104;

/// The panes of one frame; a pane that gives way is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub struct Panes {
    pub header: Rect,
    pub chart: Rect,
    pub controls: Rect,
    pub table: Option<Rect>,
    pub pick: Option<Rect>,
    pub status: Rect,
    pub truth: Rect,
    pub keys: Rect,
}

/// Divides a terminal of that size; `None` if it is too small.
pub fn panes((columns, rows): (u16, u16), lower: LowerPane) -> Option<Panes> {
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        return None;
    }
    let line = |y| Rect::new(0, y, columns, 1);
    let body = Rect::new(0, 1, columns, rows - 4);
    let right = (columns * 37 / 100).clamp(34, 58);
    let left = columns - right;
    let frame = Panes {
        header: line(0),
        chart: body,
        controls: Rect::new(left, body.y, right, CONTROLS_ROWS),
        table: None,
        pick: None,
        status: line(rows - 3),
        truth: line(rows - 2),
        keys: line(rows - 1),
    };
    if columns >= ROOMY_COLUMNS && rows >= ROOMY_ROWS {
        let table_rows = (body.height * 36 / 100).max(8);
        let chart = Rect::new(0, body.y, left, body.height - table_rows);
        return Some(Panes {
            chart,
            table: Some(Rect::new(0, chart.bottom(), left, table_rows)),
            pick: Some(Rect::new(left, frame.controls.bottom(), right, body.height - CONTROLS_ROWS)),
            ..frame
        });
    }
    // The chart is as high as the controls, or higher where there is room.
    let chart_rows = (body.height * 60 / 100).max(CONTROLS_ROWS);
    let chart = Rect::new(0, body.y, left, chart_rows);
    let controls = Rect { height: chart_rows, ..frame.controls };
    let below = Rect::new(0, chart.bottom(), columns, body.height - chart_rows);
    let (table, pick) = match lower {
        LowerPane::Table => (Some(below), None),
        LowerPane::Pick => (None, Some(below)),
    };
    Some(Panes { chart, controls, table, pick, ..frame })
}

/// What is inside the window of sources: its size is all that scrolling needs.
pub fn sources_window((columns, rows): (u16, u16)) -> Rect {
    Rect::new(0, 0, columns.min(110).saturating_sub(4), rows.saturating_sub(4))
}

/// Rows of architectures that the table shows: its pane less borders and heading.
pub fn table_rows(state: &State) -> usize {
    let table = panes(state.size, state.lower_pane).and_then(|panes| panes.table);
    table.map_or(0, |pane| usize::from(pane.height.saturating_sub(3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_cover_the_screen_without_overlap_at_every_size() {
        for columns in 80..230 {
            for rows in 24..70 {
                for lower in [LowerPane::Table, LowerPane::Pick] {
                    let panes = panes((columns, rows), lower).unwrap();
                    let all = [panes.header, panes.chart, panes.controls, panes.status, panes.truth, panes.keys];
                    let all: Vec<Rect> = all.into_iter().chain(panes.table).chain(panes.pick).collect();
                    let cells: u32 = all.iter().map(|pane| pane.area()).sum();
                    assert_eq!(cells, u32::from(columns) * u32::from(rows), "{columns}×{rows}");
                    for (i, a) in all.iter().enumerate() {
                        assert!(all[i + 1..].iter().all(|b| !a.intersects(*b)), "{columns}×{rows}");
                    }
                }
            }
        }
    }

    #[test]
    fn too_small_is_said() {
        assert_eq!(panes((79, 24), LowerPane::Table), None);
        assert_eq!(panes((80, 23), LowerPane::Table), None);
    }
}
