//! What can be named: laws, spaces, models.

use schemars::JsonSchema;
use serde::Serialize;

use super::architectures::ModelEntry;
use crate::document::Body;

/// Something that can be named, or a file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Item {
    /// As typed.
    pub name: String,
    /// What it is; null where its file cannot be used.
    pub title: Option<String>,
    /// Which file, in words.
    pub origin: String,
    /// Why it cannot be used; null where it can.
    pub error: Option<String>,
}

/// `roofscape laws`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Laws {
    /// All of them.
    pub laws: Vec<Item>,
}

impl Body for Laws {
    const COMMAND: &'static str = "laws";
}

/// `roofscape spaces`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Spaces {
    /// All of them.
    pub spaces: Vec<Item>,
}

impl Body for Spaces {
    const COMMAND: &'static str = "spaces";
}

/// `roofscape models list`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Models {
    /// All of them.
    pub models: Vec<ModelEntry>,
}

impl Body for Models {
    const COMMAND: &'static str = "models list";
}

/// `roofscape models show`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ShowModel(pub ModelEntry);

impl Body for ShowModel {
    const COMMAND: &'static str = "models show";
}
