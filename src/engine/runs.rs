//! Training runs as the fit sees them: a shape, a loss, and enough identity to keep repeats together.

use serde::{Deserialize, Serialize};

use super::features::Features;

/// One finished training run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The file's name for it, or its line number.
    pub name: String,
    /// What the law sees.
    pub features: Features,
    /// Tokens trained on, where the file says.
    pub tokens: Option<f64>,
    /// Seed of the repeat, where the file says.
    pub seed: Option<u64>,
    /// Held-out loss, nats per token.
    pub loss: f64,
    /// Perplexity on whatever text the file's author measured, where the file says; never mixed with exp(loss).
    pub perplexity: Option<f64>,
}

/// Which runs a law was fitted on: enough to find the very file again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DatasetIdentity {
    /// File stem or embedded name.
    pub name: String,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Whether its runs were drawn from a law instead of trained.
    pub synthetic: bool,
}

/// A file of runs with what identifies it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// File stem or embedded name.
    pub name: String,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Whether the runs were drawn from a law instead of trained.
    pub synthetic: bool,
    /// The runs, in file order.
    pub runs: Vec<Run>,
    /// Which file they were read from, in words; `None` where nobody said.
    pub origin: Option<String>,
    /// What was made of the file's columns, on one line; `None` where there was no file.
    pub reading: Option<String>,
}

impl Dataset {
    /// What a law fitted on these runs says of them.
    pub fn identity(&self) -> DatasetIdentity {
        DatasetIdentity { name: self.name.clone(), sha256: self.sha256.clone(), synthetic: self.synthetic }
    }
}
