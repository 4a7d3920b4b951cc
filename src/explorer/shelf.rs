//! What there is to choose from: loaded once at the start, then plain data.

use std::sync::Arc;

use crate::engine::hardware::Hardware;
use crate::engine::law::LossLaw;
use crate::engine::precision::Precision;
use crate::engine::reference::ReferenceModel;
use crate::engine::runs::Dataset;
use crate::engine::space::Space;
use crate::files::profile::Profile;

/// A board with its power modes.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Its figures with their sources.
    pub profile: Profile,
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
            profile,
        }
    }

    /// As people say it: without the maker.
    pub fn title(&self) -> &str {
        self.profile.title.trim_start_matches("NVIDIA ").trim_start_matches("Jetson ")
    }
}

/// A law that can be shown: given by a file, or still to be fitted from runs.
#[derive(Debug, Clone, PartialEq)]
pub enum LawChoice {
    /// Ready to be used.
    Ready(Arc<LossLaw>),
    /// To be fitted when it is first chosen.
    FromRuns(Arc<Dataset>),
}

impl LawChoice {
    /// What to call it in a control.
    pub fn label(&self) -> String {
        match self {
            Self::Ready(law) if law.dataset.is_some() => format!("fit of {}", law.name),
            Self::Ready(law) => law.name.clone(),
            Self::FromRuns(dataset) => format!("fit of {}", dataset.name),
        }
    }
}

/// All choices of one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    /// Laws; never empty.
    pub laws: Vec<LawChoice>,
    /// Boards; never empty.
    pub boards: Vec<Board>,
    /// Number formats; never empty.
    pub precisions: Vec<Precision>,
    /// The space that is explored.
    pub space: Arc<Space>,
    /// Models to find one's bearings by; the first is the baseline.
    pub references: Vec<ReferenceModel>,
}
