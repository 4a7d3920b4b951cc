//! Models people know, to find one's bearings on the chart.

use super::architecture::Architecture;
use super::extras::Extras;
use super::layout::Layout;
use super::precision::Precision;

/// Qwen2.5-0.5B's shape, the paper's baseline (§4.3.5). Its QKV biases are [`Extras`].
pub const QWEN2_5_0_5B: Architecture = Architecture {
    layers: 24,
    width: 896,
    heads: 14,
    head_dim: 64,
    kv_heads: 2,
    expert_hidden: 4864,
    experts: 1,
    top_k: 1,
    shared_hidden: 0,
    layout: Layout::UNIFORM,
    vocab: 151_936,
    tied: true,
};

/// Name of the model that comparisons are made against.
pub const BASELINE: &str = "Qwen2.5-0.5B";

/// The note on a model whose file has a window that no layer could be given.
pub const SLIDING_WINDOW: &str = "sliding window not modelled: attention over the whole context is an upper bound";

/// A model that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceModel {
    /// As people write it.
    pub name: String,
    /// Its shape.
    pub architecture: Architecture,
    /// `model_type` of its `config.json`.
    pub family: String,
    /// What it has beside its matrices.
    pub extras: Extras,
    /// How sure its shape is.
    pub certainty: Certainty,
    /// Where its shape is written.
    pub source: String,
    /// How its file stores the weights, where that is a number format of its own.
    pub format: Option<OwnFormat>,
    /// What else a reader must know of it.
    pub notes: Vec<String>,
}

/// How a model's file stores its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnFormat {
    /// As a number format to price the model in.
    pub precision: Precision,
    /// As people and files call it, with its bits: `Q4_K_M, 4.89 bits per weight on average`.
    pub words: String,
}

impl OwnFormat {
    /// The note where the model is priced in another format.
    pub fn passed_over(&self) -> String {
        format!("its own weights are {}; what is priced is the number format chosen", self.words)
    }

    /// The note where the model is priced so.
    pub fn taken(&self) -> String {
        format!("priced in the format of its file: {}", self.words)
    }
}

/// How sure a model's shape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Its configuration was read.
    Known,
    /// Taken to be that of the model that it was made from.
    Assumed,
}

impl ReferenceModel {
    /// Parameters, exactly as published: biases and norms included.
    pub fn parameters_total(&self) -> u64 {
        self.parameters_with_experts(self.architecture.experts)
    }

    /// Parameters that one token uses: K of E experts, and the embedding whole.
    pub fn parameters_active(&self) -> u64 {
        self.parameters_with_experts(self.architecture.top_k)
    }

    /// Says that it is priced in the format of its file, in place of the note that it is not.
    pub fn say_own_format_is_taken(&mut self) {
        if let Some(format) = &self.format {
            let (passed_over, taken) = (format.passed_over(), format.taken());
            self.notes.retain(|note| *note != passed_over);
            self.notes.push(taken);
        }
    }

    fn parameters_with_experts(&self, experts: u32) -> u64 {
        self.architecture.parameters_of_matrices(experts) + self.extras.parameters(&self.architecture, experts)
    }
}
