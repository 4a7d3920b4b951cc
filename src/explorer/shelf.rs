//! What there is to choose from: loaded once at the start, then plain data.

use std::sync::Arc;

use crate::engine::hardware::Hardware;
use crate::engine::law::LossLaw;
use crate::engine::precision::Precision;
use crate::engine::reference::ReferenceModel;
use crate::engine::runs::Dataset;
use crate::engine::space::Space;
use crate::error::Error;
use crate::files::profile::Profile;

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

/// A law on the shelf: given by a file, or fitted from runs when it is first chosen. The runs stay with it.
#[derive(Debug, Clone, PartialEq)]
pub struct LawEntry {
    /// What to call it in a control.
    pub label: String,
    /// The runs that it is fitted from; none for a law from a file.
    pub dataset: Option<Arc<Dataset>>,
    /// How far it is.
    pub state: LawState,
}

/// How far a law is.
#[derive(Debug, Clone, PartialEq)]
pub enum LawState {
    /// Not asked for yet.
    Unfitted,
    /// A worker is at it.
    Fitting,
    /// Can be used.
    Ready(Arc<LossLaw>),
    /// Cannot be had, and why.
    Failed(Error),
}

impl LawEntry {
    /// A law that is there.
    pub fn ready(law: LossLaw) -> Self {
        Self { label: law.name.clone(), dataset: None, state: LawState::Ready(Arc::new(law)) }
    }

    /// A law to be fitted.
    pub fn from_runs(dataset: Dataset) -> Self {
        let label = format!("fit of {}", dataset.name);
        Self { label, dataset: Some(Arc::new(dataset)), state: LawState::Unfitted }
    }

    /// The law, once it is there.
    pub const fn law(&self) -> Option<&Arc<LossLaw>> {
        match &self.state {
            LawState::Ready(law) => Some(law),
            LawState::Unfitted | LawState::Fitting | LawState::Failed(_) => None,
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
    /// Models to find one's bearings by; the first is the baseline.
    pub references: Vec<ReferenceModel>,
}
