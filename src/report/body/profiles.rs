//! Boards: which there are, one in full, how they rank, which one this machine is.

use schemars::JsonSchema;
use serde::Serialize;

use super::lists::Item;
use crate::document::Body;
use crate::entry::Entry;
use crate::model::ModelPart;
use files::detect::Detection;
use files::profile::Profile;

/// `roofscape profiles list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Profiles {
    /// All of them.
    pub profiles: Vec<Item>,
}

impl Body for Profiles {
    const COMMAND: &'static str = "profiles list";
}

/// `roofscape profiles show`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ShowProfile<'a> {
    /// Which file it was read from, in words.
    pub origin: String,
    /// The mode that holds when none is asked for.
    pub default_mode: &'a str,
    /// The board.
    #[serde(flatten)]
    pub profile: &'a Profile,
}

impl Body for ShowProfile<'_> {
    const COMMAND: &'static str = "profiles show";
}

/// `roofscape profiles detect`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Detect<'a>(pub &'a Detection);

impl Body for Detect<'_> {
    const COMMAND: &'static str = "profiles detect";
}

/// `roofscape profiles rank`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rank {
    /// The model that was named; null where a shape was typed.
    pub model: Option<ModelPart>,
    /// The first of the ranking, if it keeps the budgets at stated watts.
    pub cheapest: Option<RankedPart>,
    /// All boards in all modes, the best first.
    pub ranking: Vec<RankedPart>,
}

impl Body for Rank {
    const COMMAND: &'static str = "profiles rank";
}

/// A board in one of its modes, in its place.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RankedPart {
    /// The board.
    pub profile: String,
    /// Its mode.
    pub mode: String,
    /// Whose efficiencies the times rest on, as `engine` of the setting.
    pub engine: String,
    /// Power budget; null where nobody states one.
    pub watts: Option<f64>,
    /// Whether the times rest on measurements.
    pub calibrated: bool,
    /// `meets`, `fails`, `no watts stated` or `cannot compute`.
    pub verdict: &'static str,
    /// What it falls short of, in words; empty where it keeps the budgets.
    pub reason: String,
    /// What a program can have on the board.
    pub board_memory_bytes: f64,
    /// The architecture there; its predictions are null where the board cannot compute in the number format.
    #[serde(flatten)]
    pub entry: Entry,
}
