//! What there is to choose from: plain data, loaded at the start. Only the laws change, when their runs do.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::judged::{Basis, Judged};
use super::live::Live;
use super::recipe::Recipe;
use super::resampled::{Resampled, ResamplingProgress};
use super::standing::Standing;
use engine::error::Error;
use engine::hardware::Hardware;
use engine::law::fit::{Fit, FitOptions, usual_form};
use engine::law::form::Form;
use engine::law::influence::Influence;
use engine::law::{Ensemble, LossLaw};
use engine::precision::Precision;
use engine::reference::ReferenceModel;
use engine::runs::{Dataset, Run};
use engine::space::Space;
use files::profile::Profile;

impl Shelf {
    /// Whether the space is too large to be priced as a whole.
    pub const fn is_searched(&self) -> bool {
        self.candidates > Space::MAX_CANDIDATES as u64
    }
}

/// A board with its power modes.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Its figures with their sources.
    pub profile: Arc<Profile>,
    /// What each of the profile's power modes computes with, in the profile's order; never empty.
    pub modes: Vec<Hardware>,
    /// The mode that it starts in.
    pub default_mode: usize,
}

impl Board {
    /// A board in all its modes.
    pub fn new(profile: Profile) -> Self {
        let start = &profile.default_mode().name;
        Self {
            default_mode: profile.modes.iter().position(|mode| mode.name == *start).unwrap_or(0),
            modes: profile.modes.iter().map(|mode| profile.hardware(mode)).collect(),
            profile: Arc::new(profile),
        }
    }

    /// As people say it: without the maker.
    pub fn title(&self) -> &str {
        self.profile.title.trim_start_matches("NVIDIA ").trim_start_matches("Jetson ")
    }
}

/// A law on the shelf. A file gives it, or it is fitted to runs when it is first chosen. The runs stay with it, because
/// the runs to fit can change. Then the present law stays until there is a new one, so that no picture loses its law to
/// a refit.
#[derive(Debug, Clone, PartialEq)]
pub struct LawEntry {
    /// What to call it in a control.
    pub label: String,
    /// The runs that it is fitted from; none for a law from a file.
    pub dataset: Option<Arc<Dataset>>,
    /// Places of the runs that are left out of the fit.
    pub excluded: BTreeSet<usize>,
    /// How they are fitted.
    pub recipe: Recipe,
    /// The form that was tried last and could not be fitted, so that the next step leads beyond it.
    pub refused: Option<&'static Form>,
    /// How far the fit of the runs is, as they are now.
    pub progress: FitProgress,
    /// Counts the changes of what is to be fitted, so that the answer to an earlier state is recognised.
    pub revision: u32,
    /// How many runs have come or gone since the law that stands was fitted.
    pub changes: usize,
    /// The revision in which the runs or their exclusion changed last.
    pub runs_changed: u32,
    /// The newest law that there is.
    pub standing: Option<Standing>,
    /// What resampling the runs gave last, and how far that is for the law that stands.
    pub resampled: Resampled,
    /// What is known of it beyond its fit.
    pub judged: Judged,
    /// The file that the runs came from, if it can change.
    pub live: Option<Live>,
}

/// How far a fit is.
#[derive(Debug, Clone, PartialEq)]
pub enum FitProgress {
    /// To be done when the law is asked about.
    Due,
    /// A worker is at it.
    UnderWay {
        /// Of its starts that are finished.
        percent: usize,
    },
    /// The law that stands is the one.
    Done,
    /// There is no such law, and why. The one that stands is of an earlier state of the runs.
    Failed(Error),
}

impl LawEntry {
    /// A law that is there.
    pub fn ready(law: LossLaw) -> Self {
        Self {
            label: law.name.clone(),
            dataset: None,
            excluded: BTreeSet::new(),
            recipe: Recipe::default(),
            refused: None,
            progress: FitProgress::Done,
            revision: 0,
            changes: 0,
            runs_changed: 0,
            standing: Some(Standing { law: Arc::new(law), fit: None, recipe: Recipe::default(), edition: 0 }),
            resampled: Resampled::default(),
            judged: Judged::default(),
            live: None,
        }
    }

    /// A law to be fitted.
    pub fn from_runs(dataset: Dataset) -> Self {
        let recipe = Recipe::default().of_form(usual_form(&dataset.runs));
        Self {
            label: format!("fit of {}", dataset.name),
            dataset: Some(Arc::new(dataset)),
            excluded: BTreeSet::new(),
            recipe,
            refused: None,
            progress: FitProgress::Due,
            revision: 0,
            changes: 0,
            runs_changed: 0,
            standing: None,
            resampled: Resampled::default(),
            judged: Judged::default(),
            live: None,
        }
    }

    /// The law that stands.
    pub fn law(&self) -> Option<&Arc<LossLaw>> {
        self.standing.as_ref().map(|standing| &standing.law)
    }

    /// The fit behind it.
    pub fn fit(&self) -> Option<&Arc<Fit>> {
        self.standing.as_ref()?.fit.as_ref()
    }

    /// The runs that are not left out.
    pub fn kept_runs(&self) -> Option<Vec<Run>> {
        let runs = self.dataset.as_ref()?.runs.iter().enumerate();
        Some(runs.filter(|(place, _)| !self.excluded.contains(place)).map(|(_, run)| run.clone()).collect())
    }

    /// What decides how forms compare on its runs.
    pub const fn basis(&self) -> Basis {
        let FitOptions { criterion, weighting, .. } = self.recipe.options;
        Basis { runs: self.runs_changed, criterion, weighting }
    }

    /// What each run means to the law that stands, once it is known; or why it cannot be.
    pub fn influence(&self) -> Option<&Result<Arc<Vec<Influence>>, Error>> {
        self.judged.influence(self.standing.as_ref()?, self.dataset.as_ref()?)
    }

    /// Whether that is still to be found out: not of a law that stands for lack of a newer one.
    pub fn awaits_influence(&self) -> bool {
        self.influence().is_none() && !matches!(self.progress, FitProgress::Failed(_))
    }

    /// What there is to say about the law that stands, beyond its own notes.
    pub fn findings(&self) -> &[String] {
        self.standing.as_ref().map_or(&[], |standing| self.judged.notes(standing))
    }

    /// Why there is no law of the runs as they are now: their file cannot be read, or they cannot be fitted.
    pub fn trouble(&self) -> Option<&Error> {
        let unreadable = self.live.as_ref().and_then(|live| live.trouble.as_ref());
        unreadable.or(match &self.progress {
            FitProgress::Failed(error) => Some(error),
            FitProgress::Due | FitProgress::UnderWay { .. } | FitProgress::Done => None,
        })
    }

    /// The laws of resampled runs beside an edition of the law. Those of another edition are not used in their place.
    pub fn ensemble(&self, edition: u32) -> Option<&Arc<Ensemble>> {
        self.resampled.of_edition(edition)
    }

    /// Those beside the law that stands.
    pub fn standing_ensemble(&self) -> Option<&Ensemble> {
        self.ensemble(self.standing.as_ref()?.edition).map(Arc::as_ref)
    }

    /// The present fit, if it is near to what the runs will give now: few runs have come or gone since, and they are
    /// fitted in the same way.
    pub fn fit_nearby(&self) -> Option<&Arc<Fit>> {
        const SHARE: usize = 10;
        let standing = self.standing.as_ref().filter(|standing| standing.recipe == self.recipe)?;
        let few = |fit: &&Arc<Fit>| self.changes <= (fit.train.len() + fit.holdout.len()) / SHARE;
        standing.fit.as_ref().filter(few)
    }

    /// So many runs came or went: whatever is fitted at the moment is out of date.
    pub(super) fn call_for_refit(&mut self, changes: usize) {
        self.revision += 1;
        self.changes += changes;
        self.runs_changed = self.revision;
        self.refused = None;
        self.begin_anew();
    }

    /// The same runs are to be fitted in another way.
    pub(super) fn call_for_recipe(&mut self, recipe: Recipe) {
        self.recipe = recipe;
        self.revision += 1;
        self.begin_anew();
    }

    fn begin_anew(&mut self) {
        self.progress = FitProgress::Due;
        // What is being resampled are the runs as they were.
        if let ResamplingProgress::UnderWay { .. } = self.resampled.progress {
            self.resampled.progress = ResamplingProgress::Due;
        }
    }
}

/// All choices of one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    /// Laws; never empty.
    pub laws: Vec<LawEntry>,
    /// Boards; never empty.
    pub boards: Vec<Board>,
    /// Number formats; never empty.
    pub precisions: Vec<Precision>,
    /// The space that is explored.
    pub space: Arc<Space>,
    /// How many candidates it has: more than [`Space::MAX_CANDIDATES`] are searched.
    pub candidates: u64,
    /// Models to find one's bearings by, from the smallest to the largest.
    pub landmarks: Vec<Landmark>,
}

/// A model to find one's bearings by.
#[derive(Debug, Clone, PartialEq)]
pub struct Landmark {
    /// The model.
    pub model: ReferenceModel,
    /// Whether the chart has to show it.
    pub prominence: Prominence,
}

/// Whether the chart has to show a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prominence {
    /// It reaches as far as this one, and names it: the baseline, and what was asked for.
    Marked,
    /// It shows it where it happens to lie on it.
    Passing,
}
