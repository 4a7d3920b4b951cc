//! The whole state of a session as plain data: what is asked, what is known, what is shown.
//!
//! There are three layers, each derived from the one before. A worker prices a [`Question`] into a [`Landscape`].
//! Budgets and objective cut a [`Selection`] out of it at once. Pick, sort order, scroll position, focus and mode only
//! concern what is shown.

use std::sync::Arc;

use super::judged::Trial;
use super::message::ExportRequest;
use super::resampled::{Inquiry, Verdict};
use super::screen::Screen;
use super::screens::evolution::model::EvolutionView;
use super::screens::fit::model::FitView;
use super::screens::frontier::model::LowerPane;
use super::screens::hardware::model::HardwareView;
use super::screens::theory::model::TheoryView;
use super::selection::{Frontiers, Selection};
use super::shelf::{Board, Landmark, LawEntry, Prominence, Shelf};
use super::slider::Track;
use super::table::SortOrder;
use super::vocabulary::{Answer, Notice, Pick, Prompt, Question, Slider, Switch};
use super::vocabulary::{Control, Focus, Scope};
use engine::budget::{Budgets, Limit};
use engine::hardware::Hardware;
use engine::landscape::{Landscape, Position};
use engine::law::fit::Bootstrap;
use engine::law::{Evidence, Extrapolation};
use engine::precision::Precision;
use engine::quantity::Quantity;
use engine::reference::{BASELINE, ReferenceModel};
use engine::roofline::{Estimator, UnsupportedFormat};
use engine::search::Aim;
use engine::workload::Objective;
use files::profile::{PowerMode, Profile};
use report::{View, Warning};

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
    /// All boards by watts lie over it, this row looked at.
    Boards(usize),
}

/// The session.
#[derive(Debug, Clone)]
pub struct State {
    /// What there is to choose from.
    pub shelf: Shelf,
    /// What is asked: what the controls show.
    pub question: Question,
    /// The number format that was chosen last. On a board that lacks it another format is used; the next board that has
    /// it uses it again.
    pub wanted_precision: usize,
    /// What was searched for last, in a space that is too large to be priced as a whole.
    pub aim: Option<Aim>,
    /// The newest answer: what chart, table, pick, header and status show.
    pub answer: Option<Answer>,
    /// What the chart and the frontier minimise.
    pub objective: Objective,
    /// The budgets.
    pub sliders: [Slider; Limit::COUNT],
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
    /// What the evidence of the picture's law was asked last.
    pub inquiry: Option<Inquiry>,
    /// What it said last, about this picture; the budgets may have been others.
    pub verdict: Option<Arc<Verdict>>,
    /// The candidate looked at.
    pub pick: Pick,
    /// Its row in the table.
    pub picked_row: Option<usize>,
    /// The model that the pick is compared with; a place on the shelf.
    pub compared: usize,
    /// The column that the table is sorted by, and which way.
    pub sort: (Quantity, SortOrder),
    /// First row of the table that is shown.
    pub top: usize,
    /// Which screen is shown.
    pub screen: Screen,
    /// What the Fit screen looks at.
    pub fit: FitView,
    /// What the Hardware screen looks at.
    pub hardware_view: HardwareView,
    /// What the Evolution screen looks at.
    pub evolution: EvolutionView,
    /// What the Theory screen looks at.
    pub theory: TheoryView,
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
        let board = &shelf.boards[question.board].modes[question.mode];
        let memory_bytes = board.scaled(&question.scaling).memory_bytes;
        let slider = |limit, switch, value| Slider { limit, switch, value };
        let compared = shelf.landmarks.iter().position(|landmark| landmark.model.name == BASELINE).unwrap_or(0);
        Self {
            sliders: [
                slider(Limit::Total, Switch::On, 0.1),
                slider(Limit::Prefill, Switch::Off, 0.03),
                slider(Limit::Tpot, Switch::Off, 0.005),
                slider(Limit::Energy, Switch::Off, 2.0),
                slider(Limit::Memory, Switch::On, memory_bytes),
            ],
            evolution: EvolutionView::new(&shelf.space),
            shelf,
            question,
            wanted_precision: question.precision,
            aim: None,
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
            compared,
            sort: (Quantity::PERPLEXITY, SortOrder::Ascending),
            top: 0,
            screen: Screen::Frontier,
            fit: FitView::default(),
            hardware_view: HardwareView::default(),
            theory: TheoryView::default(),
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
    pub fn evidence(&self) -> Option<&Arc<Evidence>> {
        let shown = self.answer.as_ref()?.question;
        self.shelf.laws[shown.law].evidence(shown.edition)
    }

    /// What the evidence says about the picture with the budgets as they are now.
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

    /// A question's board as people say it, and how it is imagined otherwise.
    pub fn board_title(&self, question: Question) -> String {
        let title = self.board(question).title();
        if question.scaling.is_none() { title.to_owned() } else { format!("what if: {title}, {}", question.scaling) }
    }

    /// ` · what if: bandwidth ×2` for the title of a picture of an imagined board; nothing for that of a real one.
    pub fn imagined_aside(&self) -> String {
        let scaling = self.shown().scaling;
        if scaling.is_none() { String::new() } else { format!(" · what if: {scaling}") }
    }

    /// The power mode of a question.
    pub fn power_mode(&self, question: Question) -> &PowerMode {
        &self.board(question).profile.modes[question.mode]
    }

    /// The rates of a question's board in its mode, as the question imagines it.
    pub fn hardware(&self, question: Question) -> Hardware {
        self.board(question).modes[question.mode].scaled(&question.scaling).shared_with(&question.others)
    }

    /// The figures of a question's board, as the question imagines it.
    pub fn profile(&self, question: Question) -> Arc<Profile> {
        let profile = &self.board(question).profile;
        if question.scaling.is_none() && question.others.is_none() {
            return Arc::clone(profile);
        }
        Arc::new(profile.imagined(question.scaling).shared_with(question.others))
    }

    /// The answer to `question` of the board as it is, if the picture knows it.
    pub fn unscaled_answer(&self, question: Question) -> Option<&Arc<Landscape>> {
        let answer = self.answer.as_ref().filter(|answer| answer.question.unscaled() == question.unscaled())?;
        answer.before.as_ref().or(Some(&answer.landscape))
    }

    /// The number format of a question: weights, head, cache and penalty together.
    pub fn precision(&self, question: Question) -> Precision {
        let precision = self.shelf.precisions[question.precision];
        let penalty_nats = question.penalties.nats(precision.name);
        let precision = precision.with_head(question.head).with_kv_cache(question.kv_cache);
        let board = &self.board(question).modes[question.mode];
        board.efficiency.as_measured(precision).with_loss_penalty(penalty_nats)
    }

    /// Prices for a question; fails if its board lacks its number format.
    pub fn estimator(&self, question: Question) -> Result<Estimator, UnsupportedFormat> {
        let estimator = Estimator::new(&self.hardware(question), self.precision(question), question.workload)?;
        Ok(estimator.with_prefill_chunk(question.prefill_chunk))
    }

    /// The limits that are switched on and that the picture can be held to.
    pub fn budgets(&self) -> Budgets {
        let mut budgets = Budgets::default();
        for slider in &self.sliders {
            if slider.switch == Switch::On && self.can_limit(self.shown(), slider.limit) {
                budgets.set(slider.limit, Some(slider.value));
            }
        }
        budgets
    }

    /// Whether a limit means something under a question. A limit on energy does where the power mode states its watts,
    /// and one on the time per output token where tokens are generated. Elsewhere its switch keeps its position without
    /// effect, so that the budget is back when it means something again.
    pub fn can_limit(&self, question: Question, limit: Limit) -> bool {
        limit.is_of(question.workload) && (limit != Limit::Energy || self.hardware(question).watts.is_some())
    }

    /// What is looked at, as exports and warnings see it.
    pub fn with_view<T>(&self, look: impl FnOnce(&View<'_>) -> T) -> Option<T> {
        let answer = self.answer.as_ref()?;
        Some(look(&View {
            landscape: &answer.landscape,
            profile: &self.profile(answer.question),
            mode: self.power_mode(answer.question),
            space: &self.shelf.space.name,
            objective: self.objective,
            budgets: &self.budgets(),
        }))
    }

    /// The slider of one limit.
    pub fn slider(&self, limit: Limit) -> &Slider {
        &self.sliders[limit.index()]
    }

    /// The same, to change it.
    pub fn slider_mut(&mut self, limit: Limit) -> &mut Slider {
        &mut self.sliders[limit.index()]
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

    /// The model that the pick is compared with.
    pub fn compared(&self) -> Option<&ReferenceModel> {
        self.shelf.landmarks.get(self.compared).map(|landmark| &landmark.model)
    }

    /// Where a model lies under the present law, board, format and workload.
    pub fn position_of(&self, model: &ReferenceModel) -> Option<Position> {
        Some(self.landscape()?.position_of(self.objective, &model.architecture))
    }

    /// Where those models lie to which the chart reaches.
    pub fn marked(&self) -> impl Iterator<Item = Position> {
        let marked = |landmark: &&Landmark| landmark.prominence == Prominence::Marked;
        self.shelf.landmarks.iter().filter(marked).filter_map(|landmark| self.position_of(&landmark.model))
    }

    /// How far candidate `index` lies outside the law's range.
    pub fn extrapolation(&self, index: usize) -> Option<Extrapolation> {
        let landscape = self.landscape()?;
        landscape.law.range.extrapolation(&landscape.sweep.architecture(index).features())
    }
}
