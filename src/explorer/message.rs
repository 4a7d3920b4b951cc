//! Everything that can happen to the state, and everything the state can ask of the world.

use std::path::PathBuf;
use std::sync::Arc;

use super::judged::{Finding, Trial};
use super::resampled::{Inquiry, Verdict};
use super::screen::Screen;
use super::screens::evolution::action::EvolutionAction;
use super::screens::fit::action::FitAction;
use super::screens::frontier::action::FrontierAction;
use super::screens::hardware::action::HardwareAction;
use super::screens::theory::action::TheoryAction;
use super::screens::theory::model::answer::{Answered, Inquiry as TheoryInquiry};
use super::table::SortOrder;
use super::vocabulary::{Answer, Direction, Question, Stride};
use super::vocabulary::{Control, Focus, Scope};
use engine::budget::{Budgets, Limit};
use engine::error::Error;
use engine::landscape::Landscape;
use engine::law::fit::Fit;
use engine::law::{Evidence, LossLaw};
use engine::quantity::Quantity;
use engine::workload::Objective;
use files::live::Reread;
use files::profile::Profile;

/// Everything that the user can do: what keys, clicks and hints mean. What only one screen can do is an enum of that
/// screen, so that its reducer must name every case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Show the next screen.
    NextScreen,
    /// Show the one before.
    PreviousScreen,
    /// Show this one.
    Show(Screen),
    /// Move the frontier's focus there; budgets have it on the Theory screen too.
    Focus(Focus),
    /// Step a control's value.
    Step(Control, Direction, Stride),
    /// Set a budget, and switch it on.
    SetBudget(Limit, f64),
    /// Switch a budget on or off.
    ToggleBudget(Limit),
    /// Back to the board as it is; where nothing is imagined: switch all budgets off.
    Release,
    /// Switch all budgets off.
    LiftBudgets,
    /// Apply a preset of the paper's Table 2, counted from 0.
    Preset(usize),
    /// Follow the best feasible architecture again.
    FollowBest,
    /// Pick the next slower architecture on the frontier, or the next faster one.
    WalkFrontier(Direction),
    /// Leave a run of the law asked about out of its fit, or take it back in; counted in the dataset.
    ToggleRun(usize),
    /// Take all its runs back in.
    RestoreRuns,
    /// Fit the next form of the law that the runs allow.
    NextForm,
    /// Open the help.
    Help,
    /// Show where the numbers come from.
    Sources,
    /// Leave the program.
    Quit,
    /// In a window over the screen.
    Window(WindowAction),
    /// On the Frontier screen.
    Frontier(FrontierAction),
    /// On the Fit screen.
    Fit(FitAction),
    /// On the Hardware screen.
    Hardware(HardwareAction),
    /// On the Evolution screen.
    Evolution(EvolutionAction),
    /// On the Theory screen.
    Theory(TheoryAction),
}

/// What a person can do in a window that lies over the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowAction {
    /// Scroll by so many lines, or look at another row.
    Scroll(isize),
    /// A typed character.
    Char(char),
    /// Delete the last typed character.
    Backspace,
    /// Delete all that was typed.
    ClearLine,
    /// Accept what was typed, or the row looked at.
    Submit,
    /// Close it.
    Cancel,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// A person did something.
    Act(Action),
    /// The terminal has a new size, cells.
    Resized(u16, u16),
    /// Text was pasted.
    Pasted(String),
    /// A question was answered.
    Priced(Answer),
    /// A fit ended.
    Fitted {
        /// The law's place on the shelf.
        place: usize,
        /// The state of its runs that was fitted.
        revision: u32,
        /// What came of it.
        outcome: Result<FittedLaw, FitStop>,
    },
    /// So many starts of a fit are finished, of so many.
    FitProgressed {
        /// The law's place on the shelf.
        place: usize,
        /// The state of its runs that is being fitted.
        revision: u32,
        /// Finished.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// Resampling ended.
    Resampled {
        /// The law's place on the shelf.
        place: usize,
        /// The edition of the law beside which it was done.
        edition: u32,
        /// What came of it.
        outcome: Result<Arc<Evidence>, FitStop>,
    },
    /// So many resamples are fitted.
    ResamplingProgressed {
        /// The law's place on the shelf.
        place: usize,
        /// The edition of the law beside which it is done.
        edition: u32,
        /// Finished.
        done: usize,
    },
    /// An evidence has said how sure a frontier is.
    Assessed(Arc<Verdict>),
    /// A test of a law was made.
    Judged {
        /// Which.
        trial: Trial,
        /// What was found, or why that is nothing.
        outcome: Box<Result<Finding, Error>>,
    },
    /// The theory has said what it says of something.
    Theorised(Arc<Answered>),
    /// What the theory was asked was given up by a bug of ours.
    TheorisingFailed(Box<TheoryInquiry>),
    /// The table's order under a column was found for a landscape.
    Ordered(Arc<Landscape>, (Quantity, SortOrder), Vec<u32>),
    /// The file of a law's runs was read again.
    Reread {
        /// The law's place on the shelf.
        place: usize,
        /// What it holds now, or why that is nothing to fit.
        outcome: Result<Reread, Error>,
    },
    /// The file of the runs of the law at this place is not watched, or not reliably, and why.
    Unwatched(usize, Error),
    /// An export ended.
    Exported(ExportOutcome),
    /// A question was given up by a bug of ours.
    PricingFailed(Question),
}

/// What a fit brought.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedLaw {
    /// The law, to predict with.
    pub law: Arc<LossLaw>,
    /// The fit itself; its places are those of the whole dataset, excluded runs included.
    pub fit: Arc<Fit>,
}

/// Why a fit or resampling brought nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum FitStop {
    /// A newer one took its place.
    Superseded,
    /// It cannot be done with these runs.
    Impossible(Error),
}

impl From<Action> for Message {
    fn from(action: Action) -> Self {
        Self::Act(action)
    }
}

/// Architectures to be written. They are collected when the user asks for it, so that the file has what was on the
/// screen.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// What.
    pub scope: Scope,
    /// Where.
    pub path: PathBuf,
    /// Whether a file there may be replaced.
    pub overwrite: Overwrite,
    /// The candidates, in the order in which they are written.
    pub indices: Vec<u32>,
    /// Their predictions.
    pub landscape: Arc<Landscape>,
    /// The board.
    pub profile: Arc<Profile>,
    /// The place of its power mode.
    pub mode: usize,
    /// The space's name.
    pub space: String,
    /// Which latency the frontier minimises.
    pub objective: Objective,
    /// What is allowed.
    pub budgets: Budgets,
    /// The laws of resampled runs, if there are any by now.
    pub evidence: Option<Arc<Evidence>>,
}

/// What to do with a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// Leave it and say so.
    Refuse,
    /// Replace it: the user said so.
    Replace,
}

/// How an export ended.
#[derive(Debug, Clone)]
pub enum ExportOutcome {
    /// Written: where, and how many architectures.
    Written(PathBuf, usize),
    /// Something is there already, and nobody said it may be replaced.
    Exists(Box<ExportRequest>),
    /// Could not be written.
    Failed(Error),
}

/// What the state asks of the world.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "few are alive at a time, and a question is copied whole")]
pub enum Effect {
    /// Price a question.
    Price(Question),
    /// Fit the law at this place on the shelf.
    Fit(usize),
    /// Resample the runs of the law at this place.
    Resample(usize),
    /// Ask an evidence how sure a frontier is.
    Assess(Box<Inquiry>),
    /// Test the law at a place on the shelf.
    Judge(Trial),
    /// Ask the theory about what is looked at.
    Theorise(Box<TheoryInquiry>),
    /// Watch the file that the runs of the law at this place came from.
    Watch(usize),
    /// Order the candidates of a landscape by a column.
    Order(Arc<Landscape>, (Quantity, SortOrder)),
    /// Write architectures.
    Export(Box<ExportRequest>),
    /// Leave the program.
    Quit,
}

impl Effect {
    /// Whether it is worked out behind the picture, where nobody waits for it.
    pub const fn is_backstage(&self) -> bool {
        match self {
            Self::Resample(_) | Self::Assess(_) | Self::Judge(_) | Self::Theorise(_) => true,
            Self::Price(_) | Self::Fit(_) | Self::Watch(_) | Self::Order(..) | Self::Export(_) | Self::Quit => false,
        }
    }
}
