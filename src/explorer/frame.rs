//! Where each pane lies, as a pure function of the size of the terminal, because update and view must agree on it.
//!
//! ```text
//! ┌ header: whose numbers, which screen ─┐
//! │ body: one folder per screen          │
//! └ status, truth, keys ─────────────────┘
//! ```

use ratatui::layout::Rect;

/// Smallest terminal that the screens fit into, columns and rows.
pub const SMALLEST: (u16, u16) = (80, 24);

/// What every screen has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the lines'")]
pub struct Frame {
    pub header: Rect,
    pub body: Rect,
    pub status: Rect,
    pub truth: Rect,
    pub keys: Rect,
}

/// Whether every pane of a screen has a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// A key says which pane is shown where two share a place.
    Shared,
    /// All are shown.
    Ample,
}

/// Divides a terminal of that size; `None` if it is too small.
pub fn frame((columns, rows): (u16, u16)) -> Option<Frame> {
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        return None;
    }
    let line = |y| Rect::new(0, y, columns, 1);
    Some(Frame {
        header: line(0),
        body: Rect::new(0, 1, columns, rows - 4),
        status: line(rows - 3),
        truth: line(rows - 2),
        keys: line(rows - 1),
    })
}

/// What is inside the window of sources: its size is all that scrolling needs.
pub fn sources_window((columns, rows): (u16, u16)) -> Rect {
    Rect::new(0, 0, columns.min(110).saturating_sub(4), rows.saturating_sub(4))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Asserts that these panes cover `body` and that no two of them overlap.
    pub(crate) fn assert_tiles(body: Rect, panes: &[Rect]) {
        let cells: u32 = panes.iter().map(|pane| pane.area()).sum();
        assert_eq!(cells, body.area(), "{body}: {panes:?}");
        for (i, pane) in panes.iter().enumerate() {
            assert_eq!(body.union(*pane), body, "{pane} is outside {body}");
            assert!(panes[i + 1..].iter().all(|other| !pane.intersects(*other)), "{body}: {panes:?}");
        }
    }

    /// Bodies of terminals of every size in use.
    pub(crate) fn bodies() -> impl Iterator<Item = Rect> {
        (80..230).flat_map(|columns| (24..70).filter_map(move |rows| Some(frame((columns, rows))?.body)))
    }

    #[test]
    fn the_frame_covers_the_terminal() {
        for body in bodies() {
            let terminal = Rect::new(0, 0, body.width, body.height + 4);
            let frame = frame((terminal.width, terminal.height)).unwrap();
            assert_tiles(terminal, &[frame.header, frame.body, frame.status, frame.truth, frame.keys]);
        }
    }

    #[test]
    fn too_small_is_said() {
        assert_eq!(frame((79, 24)), None);
        assert_eq!(frame((80, 23)), None);
    }
}
