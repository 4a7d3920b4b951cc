//! A model that exists, as documents name it.

use schemars::JsonSchema;
use serde::Serialize;

use engine::reference::{Certainty, ReferenceModel};

/// Name, size and origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModelPart {
    /// As people write it, or the name of its directory.
    pub name: String,
    /// `model_type` of its `config.json`.
    pub family: String,
    /// As published: with the biases and norms of its family, which `parameters` of a shape knows nothing of.
    pub parameters_total: u64,
    /// Those that one token uses.
    pub parameters_active: u64,
    /// `known`, or `assumed` to be that of the model that it was made from.
    pub shape: &'static str,
    /// Where its shape is written.
    pub source: String,
    /// What else a reader must know of it.
    pub notes: Vec<String>,
}

impl From<&ReferenceModel> for ModelPart {
    fn from(model: &ReferenceModel) -> Self {
        Self {
            name: model.name.clone(),
            family: model.family.clone(),
            parameters_total: model.parameters_total(),
            parameters_active: model.parameters_active(),
            shape: match model.certainty {
                Certainty::Known => "known",
                Certainty::Assumed => "assumed",
            },
            source: model.source.clone(),
            notes: model.notes.clone(),
        }
    }
}
