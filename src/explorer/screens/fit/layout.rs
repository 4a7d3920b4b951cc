//! The fit's panes.
//!
//! ```text
//! │ headline                                                    │
//! │ predicted against measured      │ coefficients              │     small: residuals of one axis in the
//! ├─────────────────────────────────┴───────────────────────────┤     coefficients' place, which share the
//! │ residuals along every axis                                  │     lower part with the runs
//! ├─────────────────────────────────────────────────────────────┤
//! │ runs                                                        │
//! ```

use ratatui::layout::Rect;

use super::model::LowerPane;
use crate::explorer::frame::{Room, frame};
use crate::explorer::state::State;

/// Rows of the body below which residuals are shown along one axis at a time.
const ROOMY_ROWS: u16 = 34;
/// Columns below which they are.
const ROOMY_COLUMNS: u16 = 112;
/// Columns below which the headline's quality has a line of its own.
const QUALITY_COLUMNS: u16 = 110;
/// Columns below which the errors on unseen runs have one.
const UNSEEN_COLUMNS: u16 = 180;

/// The panes of one frame; a pane that gives way is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub struct Panes {
    pub headline: Rect,
    /// A sentence in place of what is missing.
    pub words: Option<Rect>,
    pub scatter: Option<Rect>,
    pub residuals: Option<Rect>,
    pub coefficients: Option<Rect>,
    pub runs: Option<Rect>,
}

/// What there is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// No law yet.
    Nothing,
    /// A law without runs.
    Coefficients,
    /// A law with its runs; a small screen shows one of the two lower panes.
    Runs(LowerPane),
}

/// Whether every pane is there and every axis has its residuals.
pub(crate) const fn room(body: Rect) -> Room {
    if body.width >= ROOMY_COLUMNS && body.height >= ROOMY_ROWS { Room::Ample } else { Room::Shared }
}

/// Whether a headline of that width goes on in the next line for its quality.
pub const fn breaks_before_quality(area: Rect) -> bool {
    area.width < QUALITY_COLUMNS
}

/// Whether it does for the errors on unseen runs.
pub const fn breaks_before_unseen(area: Rect) -> bool {
    area.width < UNSEEN_COLUMNS
}

/// Divides the body.
pub fn panes(body: Rect, content: Content) -> Panes {
    let unseen = matches!(content, Content::Runs(_)) && breaks_before_unseen(body);
    let headline = Rect { height: 1 + u16::from(breaks_before_quality(body)) + u16::from(unseen), ..body };
    let area = Rect { y: headline.bottom(), height: body.height - headline.height, ..body };
    let bare = Panes { headline, words: None, scatter: None, residuals: None, coefficients: None, runs: None };
    let rows = |y, height| Rect { y, height, ..area };
    let halves = |area: Rect| {
        let left = Rect { width: area.width / 2, ..area };
        (left, Rect { x: left.right(), width: area.width - left.width, ..area })
    };
    match content {
        Content::Nothing => Panes { words: Some(area), ..bare },
        Content::Coefficients => {
            let words = Rect { width: area.width * 45 / 100, ..area };
            let coefficients = Rect { x: words.right(), width: area.width - words.width, ..area };
            Panes { words: Some(words), coefficients: Some(coefficients), ..bare }
        }
        Content::Runs(_) if room(body) == Room::Ample => {
            let (top, middle) = (area.height * 44 / 100, area.height * 32 / 100);
            let (scatter, coefficients) = halves(rows(area.y, top));
            let residuals = rows(area.y + top, middle);
            let runs = rows(residuals.bottom(), area.height - top - middle);
            Panes {
                scatter: Some(scatter),
                residuals: Some(residuals),
                coefficients: Some(coefficients),
                runs: Some(runs),
                ..bare
            }
        }
        Content::Runs(lower) => {
            let top = area.height * 61 / 100;
            let (scatter, residuals) = halves(rows(area.y, top));
            let below = Some(rows(area.y + top, area.height - top));
            let plots = Panes { scatter: Some(scatter), residuals: Some(residuals), ..bare };
            match lower {
                LowerPane::Runs => Panes { runs: below, ..plots },
                LowerPane::Coefficients => Panes { coefficients: below, ..plots },
            }
        }
    }
}

/// The panes on a terminal of that size, if it is large enough.
pub fn panes_of(state: &State) -> Option<Panes> {
    frame(state.size).map(|frame| panes(frame.body, content(state)))
}

/// What there is to show of the law asked about.
pub fn content(state: &State) -> Content {
    match (&state.fit.evidence, state.law_entry().law()) {
        (Some(_), _) => Content::Runs(state.fit.lower_pane),
        (None, Some(_)) => Content::Coefficients,
        (None, None) => Content::Nothing,
    }
}

/// Rows of runs that the table shows: its pane less borders and heading.
pub fn table_rows(state: &State) -> usize {
    let runs = panes_of(state).and_then(|panes| panes.runs);
    runs.map_or(0, |pane| usize::from(pane.height.saturating_sub(3)))
}

/// What is inside the coefficients' pane, a blank left and right.
pub fn coefficients_body(pane: Rect) -> Rect {
    Rect { x: pane.x + 2, y: pane.y + 1, width: pane.width.saturating_sub(4), height: pane.height.saturating_sub(2) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::frame::tests::{assert_tiles, bodies};

    #[test]
    fn panes_cover_the_body_without_overlap_at_every_size() {
        for body in bodies() {
            let with_runs = [LowerPane::Runs, LowerPane::Coefficients].map(Content::Runs);
            for content in with_runs.into_iter().chain([Content::Nothing, Content::Coefficients]) {
                let panes = panes(body, content);
                let others = [panes.words, panes.scatter, panes.residuals, panes.coefficients, panes.runs];
                let all: Vec<Rect> = [panes.headline].into_iter().chain(others.into_iter().flatten()).collect();
                assert_tiles(body, &all);
            }
        }
    }
}
