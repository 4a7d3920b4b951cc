//! The whole state of a session as plain data: what is asked, what is known, what is shown.
//!
//! Three layers, each derived from the one before: a [`Question`] is priced into a [`Landscape`] by a worker; budgets
//! and objective cut a [`Selection`] out of it at once; pick, sort order, scroll position, focus and mode only concern
//! what is shown.

use std::sync::Arc;

use super::fit_view::FitView;
use super::judged::Trial;
use super::message::{Control, ExportRequest, Focus, Scope};
use super::resampled::{Inquiry, Verdict};
use super::screen::Screen;
use super::selection::{Frontiers, Selection};
use super::shelf::{Board, LawEntry, Shelf};
use super::slider::Track;
use super::table::{Column, SortOrder};
use crate::engine::budget::{Budgets, Limit};
use crate::engine::hardware::Hardware;
use crate::engine::landscape::{Landscape, Position};
use crate::engine::law::fit::Bootstrap;
use crate::engine::law::{Ensemble, Extrapolation};
use crate::engine::precision::{LossPenalties, Precision, Storage};
use crate::engine::roofline::{Estimator, UnsupportedFormat};
use crate::engine::workload::{Objective, Workload};
use crate::files::export::{View, Warning};
use crate::files::profile::PowerMode;

/// What a landscape answers; places on the shelf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Law.
    pub law: usize,
    /// Which of the laws that have stood there.
    pub edition: u32,
    /// Board.
    pub board: usize,
    /// Its power mode.
    pub mode: usize,
    /// Number format.
    pub precision: usize,
    /// Format of the LM head, where another is chosen than the number format's own.
    pub head: Option<Storage>,
    /// Format of the KV cache, where another is chosen.
    pub kv_cache: Option<Storage>,
    /// What each number format adds to every loss.
    pub penalties: LossPenalties,
    /// Batch, prompt, answer.
    pub workload: Workload,
}

impl Question {
    /// Whether another differs from it at most in the edition of the law.
    pub fn asks_the_same_as(self, other: Self) -> bool {
        Self { edition: other.edition, ..self } == other
    }
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
#[derive(Debug, Clone)]
pub enum Mode {
    /// The screen itself.
    Explore,
    /// The help lies over it.
    Help,
    /// The numbers' sources lie over it, scrolled by so many lines.
    Sources(usize),
    /// The comparison of all forms of the law lies over it, scrolled by so many lines.
    Comparison(usize),
    /// A value is typed for a control.
    Typing(Control, Prompt),
    /// A path is typed for an export.
    Exporting(Scope, Prompt),
    /// The path is taken; may the file be replaced?
    Overwriting(Box<ExportRequest>),
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

/// A question with its answer: whoever shows a number of the landscape shows what it was priced for.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// What came out.
    pub landscape: Arc<Landscape>,
}

/// The session.
#[derive(Debug, Clone)]
pub struct State {
    /// What there is to choose from.
    pub shelf: Shelf,
    /// What is asked: what the controls show.
    pub question: Question,
    /// The number format last chosen; a board that lacks it is asked in another, the next that has it in this.
    pub wanted_precision: usize,
    /// The newest answer: what chart, table, pick, header and status show.
    pub answer: Option<Answer>,
    /// What the chart and the frontier minimise.
    pub objective: Objective,
    /// The four budgets.
    pub sliders: [Slider; 4],
    /// Frontiers regardless of budgets.
    pub frontiers: Frontiers,
    /// All candidates in the table's order; none while they stand in the landscape's own order, best first.
    pub order: Option<Vec<u32>>,
    /// What the budgets leave.
    pub selection: Selection,
    /// What a reader must know before believing the picture.
    pub warnings: Vec<Warning>,
    /// How runs are resampled.
    pub bootstrap: Bootstrap,
    /// What the ensemble of the picture's law was asked last.
    pub inquiry: Option<Inquiry>,
    /// What it said last, about this picture; the budgets may have been others.
    pub verdict: Option<Arc<Verdict>>,
    /// The candidate looked at.
    pub pick: Pick,
    /// Its row in the table.
    pub picked_row: Option<usize>,
    /// The column that the table is sorted by, and which way.
    pub sort: (Column, SortOrder),
    /// First row of the table that is shown.
    pub top: usize,
    /// Which screen is shown.
    pub screen: Screen,
    /// What the Fit screen looks at.
    pub fit: FitView,
    /// The test of the law that is being made.
    pub trial: Option<Trial>,
    /// Where keys go on the frontier.
    pub focus: Focus,
    /// What the keyboard speaks to.
    pub mode: Mode,
    /// Exports that found their file taken while the keyboard spoke to something else.
    pub conflicts: Vec<ExportRequest>,
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
            wanted_precision: question.precision,
            answer: None,
            objective: Objective::Total,
            frontiers: Frontiers::default(),
            order: None,
            selection: Selection::default(),
            warnings: Vec::new(),
            bootstrap: Bootstrap::DEFAULT,
            inquiry: None,
            verdict: None,
            pick: Pick::Best,
            picked_row: None,
            sort: (Column::Perplexity, SortOrder::Ascending),
            top: 0,
            screen: Screen::Frontier,
            fit: FitView::default(),
            trial: None,
            focus: Focus::Control(Control::Budget(Limit::Total)),
            mode: Mode::Explore,
            conflicts: Vec::new(),
            lower_pane: LowerPane::Table,
            notice: None,
            size,
        }
    }

    /// The landscape that is shown.
    pub fn landscape(&self) -> Option<&Arc<Landscape>> {
        self.answer.as_ref().map(|answer| &answer.landscape)
    }

    /// What the picture answers; before the first picture, what is asked.
    pub fn shown(&self) -> Question {
        self.answer.as_ref().map_or(self.question, |answer| answer.question)
    }

    /// Whether the picture answers another question than the one asked.
    pub fn is_stale(&self) -> bool {
        self.answer.as_ref().is_none_or(|answer| answer.question != self.question)
    }

    /// The laws of resampled runs beside the law of the picture.
    pub fn ensemble(&self) -> Option<&Arc<Ensemble>> {
        let shown = self.answer.as_ref()?.question;
        self.shelf.laws[shown.law].ensemble(shown.edition)
    }

    /// What the ensemble says about the picture with the budgets as they are now.
    pub fn current_verdict(&self) -> Option<&Verdict> {
        self.verdict.as_deref().filter(|verdict| self.inquiry.as_ref() == Some(&verdict.inquiry))
    }

    /// The law asked about.
    pub fn law_entry(&self) -> &LawEntry {
        &self.shelf.laws[self.question.law]
    }

    /// The board of a question.
    pub fn board(&self, question: Question) -> &Board {
        &self.shelf.boards[question.board]
    }

    /// The power mode of a question.
    pub fn power_mode(&self, question: Question) -> &PowerMode {
        &self.board(question).profile.modes[question.mode]
    }

    /// The rates of a question's board in its mode.
    pub fn hardware(&self, question: Question) -> &Hardware {
        &self.board(question).modes[question.mode]
    }

    /// The number format of a question: weights, head, cache and penalty together.
    pub fn precision(&self, question: Question) -> Precision {
        let precision = self.shelf.precisions[question.precision];
        let penalty_nats = question.penalties.nats(precision.name);
        precision.with_head(question.head).with_kv_cache(question.kv_cache).with_loss_penalty(penalty_nats)
    }

    /// Prices for a question; fails if its board lacks its number format.
    pub fn estimator(&self, question: Question) -> Result<Estimator, UnsupportedFormat> {
        Estimator::new(self.hardware(question), self.precision(question), question.workload)
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

    /// What is looked at, as exports and warnings see it.
    pub fn with_view<T>(&self, look: impl FnOnce(&View<'_>) -> T) -> Option<T> {
        let answer = self.answer.as_ref()?;
        Some(look(&View {
            landscape: &answer.landscape,
            profile: &self.board(answer.question).profile,
            mode: self.power_mode(answer.question),
            space: &self.shelf.space.name,
            objective: self.objective,
            budgets: &self.budgets(),
        }))
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
        let span = self.landscape().map(|landscape| landscape.span(limit));
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

    /// Where the baseline model lies under the present law, board, format and workload.
    pub fn baseline(&self) -> Option<Position> {
        let landscape = self.landscape()?;
        let baseline = self.shelf.references.first()?;
        Some(landscape.position_of(self.objective, &baseline.architecture))
    }

    /// How far candidate `index` lies outside the law's range.
    pub fn extrapolation(&self, index: usize) -> Option<Extrapolation> {
        let landscape = self.landscape()?;
        landscape.law.range.extrapolation(&landscape.sweep.architecture(index).features())
    }
}
