//! The whole state of a session as plain data: what is asked, what is known, what is shown.
//!
//! Three layers, each derived from the one before: a [`Question`] is priced into a [`Landscape`] by a worker; budgets
//! and objective cut a [`Selection`] out of it at once; pick, sort order, scroll position, focus and mode only concern
//! what is shown.

use std::path::PathBuf;
use std::sync::Arc;

use super::message::{Control, Focus, Scope};
use super::selection::{Frontiers, Selection};
use super::shelf::{Board, LawChoice, Shelf};
use super::slider::Track;
use super::table::{Column, SortOrder};
use crate::engine::budget::{Budgets, Limit};
use crate::engine::hardware::Hardware;
use crate::engine::landscape::{Landscape, Position};
use crate::engine::law::{Extrapolation, LossLaw};
use crate::engine::precision::Precision;
use crate::engine::roofline::{Estimator, UnsupportedFormat};
use crate::engine::workload::{Objective, Workload};
use crate::files::profile::PowerMode;

/// What a landscape answers; places on the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Law.
    pub law: usize,
    /// Board.
    pub board: usize,
    /// Its power mode.
    pub mode: usize,
    /// Number format.
    pub precision: usize,
    /// Batch, prompt, answer.
    pub workload: Workload,
}

/// One budget slider: its value stays while it is switched off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slider {
    /// What it limits.
    pub limit: Limit,
    /// Whether the limit counts.
    pub switch: Switch,
    /// Seconds or bytes.
    pub value: f64,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Switch {
    On,
    Off,
}

/// Which candidate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Whatever is the best feasible one.
    Best,
    /// This one, feasible or not.
    Chosen(usize),
}

/// A line being typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prompt {
    /// So far.
    pub text: String,
    /// What was wrong with it when it was last submitted.
    pub error: Option<String>,
}

/// What the keyboard speaks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// The screen itself.
    Explore,
    /// The help lies over it.
    Help,
    /// The numbers' sources lie over it, scrolled by so many lines.
    Sources(u16),
    /// A value is typed for a control.
    Typing(Control, Prompt),
    /// A path is typed for an export.
    Exporting(Scope, Prompt),
    /// The path is taken; may the file be replaced?
    Overwriting(Scope, PathBuf),
}

/// Which of the two shares the lower part of a small screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub enum LowerPane {
    Table,
    Pick,
}

/// A sentence about what just happened; stays until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It worked.
    Done(String),
    /// It did not, or not as asked.
    Trouble(String),
}

/// The session.
#[derive(Debug, Clone)]
pub struct State {
    /// What there is to choose from.
    pub shelf: Shelf,
    /// What is asked.
    pub question: Question,
    /// What the picture answers: the question of `landscape`.
    pub shown: Question,
    /// Number of the newest question.
    pub asked: u64,
    /// Number of the question that `landscape` answers.
    pub answered: u64,
    /// Place of the law that is being fitted.
    pub fitting: Option<usize>,
    /// The newest answer.
    pub landscape: Option<Arc<Landscape>>,
    /// What the chart and the frontier minimise.
    pub objective: Objective,
    /// The four budgets.
    pub sliders: [Slider; 4],
    /// Frontiers regardless of budgets.
    pub frontiers: Frontiers,
    /// All candidates in the table's order.
    pub order: Vec<u32>,
    /// What the budgets leave.
    pub selection: Selection,
    /// The candidate looked at.
    pub pick: Pick,
    /// The column that the table is sorted by, and which way.
    pub sort: (Column, SortOrder),
    /// First row of the table that is shown.
    pub top: usize,
    /// Where keys go.
    pub focus: Focus,
    /// What the keyboard speaks to.
    pub mode: Mode,
    /// What a small screen shows below the chart.
    pub lower_pane: LowerPane,
    /// What just happened.
    pub notice: Option<Notice>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
}

impl State {
    /// A session at its beginning; nothing is priced yet.
    pub fn new(shelf: Shelf, question: Question, size: (u16, u16)) -> Self {
        let memory_bytes = shelf.boards[question.board].modes[question.mode].memory_bytes;
        let slider = |limit, switch, value| Slider { limit, switch, value };
        Self {
            sliders: [
                slider(Limit::Total, Switch::On, 0.1),
                slider(Limit::Prefill, Switch::Off, 0.03),
                slider(Limit::Tpot, Switch::Off, 0.005),
                slider(Limit::Memory, Switch::On, memory_bytes),
            ],
            shelf,
            question,
            shown: question,
            asked: 0,
            answered: 0,
            fitting: None,
            landscape: None,
            objective: Objective::Total,
            frontiers: Frontiers::default(),
            order: Vec::new(),
            selection: Selection::default(),
            pick: Pick::Best,
            sort: (Column::Perplexity, SortOrder::Ascending),
            top: 0,
            focus: Focus::Control(Control::Budget(Limit::Total)),
            mode: Mode::Explore,
            lower_pane: LowerPane::Table,
            notice: None,
            size,
        }
    }

    /// The board asked about.
    pub fn board(&self) -> &Board {
        &self.shelf.boards[self.question.board]
    }

    /// Its power mode.
    pub fn power_mode(&self) -> &PowerMode {
        &self.board().profile.modes[self.question.mode]
    }

    /// The board's rates in that mode.
    pub fn hardware(&self) -> &Hardware {
        &self.board().modes[self.question.mode]
    }

    /// The number format asked about.
    pub fn precision(&self) -> &Precision {
        &self.shelf.precisions[self.question.precision]
    }

    /// The law asked about, once it is fitted.
    pub fn law(&self) -> Option<&Arc<LossLaw>> {
        match &self.shelf.laws[self.question.law] {
            LawChoice::Ready(law) => Some(law),
            LawChoice::FromRuns(_) => None,
        }
    }

    /// Prices for the present question; fails if the board lacks the number format.
    pub fn estimator(&self) -> Result<Estimator, UnsupportedFormat> {
        Estimator::new(self.hardware(), *self.precision(), self.question.workload)
    }

    /// Whether the picture answers an older question than the one asked.
    pub fn is_stale(&self) -> bool {
        self.asked != self.answered
    }

    /// The limits that are switched on.
    pub fn budgets(&self) -> Budgets {
        let mut budgets = Budgets::default();
        for slider in &self.sliders {
            if slider.switch == Switch::On {
                budgets.set(slider.limit, Some(slider.value));
            }
        }
        budgets
    }

    /// The slider of one limit.
    pub fn slider(&self, limit: Limit) -> &Slider {
        let at = Limit::ALL.iter().position(|known| *known == limit).unwrap_or(0);
        &self.sliders[at]
    }

    /// The same, to change it.
    pub fn slider_mut(&mut self, limit: Limit) -> &mut Slider {
        let at = Limit::ALL.iter().position(|known| *known == limit).unwrap_or(0);
        &mut self.sliders[at]
    }

    /// A slider's track: from the smallest to the largest value in the sweep, rounded outwards.
    pub fn track(&self, limit: Limit, cells: u16) -> Track {
        let span = self.landscape.as_ref().map(|landscape| landscape.span(limit));
        let (low, high) = span.filter(|(low, high)| *low > 0.0 && high.is_finite()).unwrap_or((1e-3, 1.0));
        Track::over(low, high, cells)
    }

    /// The candidate looked at; none if nothing is feasible and none was chosen.
    pub fn picked(&self) -> Option<usize> {
        match self.pick {
            Pick::Chosen(index) => Some(index),
            Pick::Best => self.selection.frontier.last().map(|&index| index as usize),
        }
    }

    /// The table row of the candidate looked at.
    pub fn picked_row(&self) -> Option<usize> {
        let picked = self.picked()? as u32;
        self.selection.feasible.iter().position(|&index| index == picked)
    }

    /// Where the baseline model lies under the present law, board, format and workload.
    pub fn baseline(&self) -> Option<Position> {
        let landscape = self.landscape.as_ref()?;
        let baseline = self.shelf.references.first()?;
        Some(landscape.position_of(self.objective, &baseline.architecture))
    }

    /// How far candidate `index` lies outside the law's range.
    pub fn extrapolation(&self, index: usize) -> Option<Extrapolation> {
        let landscape = self.landscape.as_ref()?;
        landscape.law.range.extrapolation(&landscape.sweep.architecture(index).features())
    }
}
