//! What the Fit screen shows, as plain data: computed here, drawn in `view`, moved in `update`.

pub mod coefficients;
pub mod comparison;
pub mod evidence;
pub mod headline;
pub mod runs;

use evidence::Evidence;
use runs::{BY_SIZE, RunColumn};

use crate::explorer::shelf::LawEntry;
use crate::explorer::table::SortOrder;
use crate::explorer::vocabulary::Direction;
use engine::features::Axis;
use engine::law::Variable;

/// What the Fit screen looks at.
#[derive(Debug, Clone)]
pub struct FitView {
    /// The runs beside the law in question. `None` for a law that came without runs, or before it is fitted.
    pub evidence: Option<Evidence>,
    /// Its place on the shelf.
    place: usize,
    /// The runs in the table's order.
    pub order: Vec<usize>,
    /// The column that the runs are sorted by, and which way.
    pub sort: (RunColumn, SortOrder),
    /// What `order` was made for.
    sorted_by: Option<(RunColumn, SortOrder)>,
    /// The run looked at.
    pub selected: Option<usize>,
    /// First row of the runs that is shown.
    pub top: usize,
    /// The axis along which a small screen shows the residuals.
    pub axis: Variable,
    /// Where keys go.
    pub focus: FitFocus,
    /// What a small screen shows below the plots.
    pub lower_pane: LowerPane,
    /// First line of the coefficients that is shown.
    pub coefficients_top: usize,
}

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FitFocus {
    /// The plots: ← → step through the axes.
    Plots,
    /// The runs: ← → choose the column to sort by.
    Runs,
    /// The coefficients: ↑ ↓ scroll.
    Coefficients,
}

/// Which of the two shares the lower part of a small screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub enum LowerPane {
    Runs,
    Coefficients,
}

impl Default for FitView {
    fn default() -> Self {
        Self {
            evidence: None,
            place: 0,
            order: Vec::new(),
            sort: BY_SIZE,
            sorted_by: None,
            selected: None,
            top: 0,
            axis: Variable::Feature(Axis::Layers),
            focus: FitFocus::Plots,
            lower_pane: LowerPane::Runs,
            coefficients_top: 0,
        }
    }
}

impl FitView {
    /// Follows the law at `place`: another law, another fit of it, other runs left out, another order. Whether anything
    /// was different.
    pub fn follow(&mut self, place: usize, entry: &LawEntry) -> bool {
        if place != self.place {
            *self = Self { sort: self.sort, axis: self.axis, focus: self.focus, ..Self::default() };
            self.place = place;
        }
        let up_to_date = match &self.evidence {
            Some(evidence) => evidence.is_of(entry) && self.sorted_by == Some(self.sort),
            None => !Evidence::exists(entry),
        };
        if up_to_date {
            return false;
        }
        self.evidence = Evidence::of(entry);
        // Whoever looks at the first row and sorts wants to see what is first now.
        let looks_at_first = self.selected.is_some() && self.selected == self.order.first().copied();
        if looks_at_first && self.sorted_by != Some(self.sort) {
            self.selected = None;
        }
        if !self.keeps_order() {
            self.order = self.evidence.as_ref().map_or_else(Vec::new, |evidence| runs::order(evidence, self.sort));
        }
        self.sorted_by = Some(self.sort);
        // If none was chosen it is the first one, which misses its prediction by most.
        self.selected = self.selected.filter(|run| *run < self.order.len()).or_else(|| self.order.first().copied());
        true
    }

    /// Whether the rows stay where they are: ranked by influence, they wait for that of the new law.
    fn keeps_order(&self) -> bool {
        let same_runs = |evidence: &Evidence| evidence.awaits_influence && evidence.points.len() == self.order.len();
        self.sorted_by == Some(self.sort)
            && self.sort.0.needs_influence()
            && self.evidence.as_ref().is_some_and(same_runs)
    }

    /// The row of the run looked at.
    pub fn selected_row(&self) -> Option<usize> {
        self.order.iter().position(|run| Some(*run) == self.selected)
    }

    /// The axis after the one at hand, or before it, round and round.
    pub fn neighbouring_axis(&self, direction: Direction) -> Variable {
        let Some(evidence) = &self.evidence else { return self.axis };
        direction.next_in(&evidence.axes(), evidence.axis_or_first(self.axis))
    }
}
