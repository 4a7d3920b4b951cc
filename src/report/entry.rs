//! One architecture, with what is predicted of it: the same in every document.
//!
//! A value that is not known is null: no loss without a law, no latency without a board. A command adds its own keys
//! beside these.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use engine::architecture::Architecture;
use engine::landscape::Landscape;
use engine::law::{Evidence, Extrapolation, Interval, LossLaw, NoInterval};
use engine::layout::Layout;
use engine::quantity::{Confident, Known, Quantity};
use engine::reference::ReferenceModel;
use engine::roofline::{Estimator, Memory};

use crate::predictions::PredictionsPart;
use crate::uncertainty::{Uncertainty, confident};

/// A shape, by the names that the command line takes. Sizes that no shape to be built need have are real numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Architecture_{S}")]
pub struct ArchitecturePart<S = u32> {
    /// l: transformer layers.
    pub layers: S,
    /// d: hidden size.
    pub width: S,
    /// `n_h`: query heads.
    pub heads: S,
    /// `d_h`: size of one head.
    pub head_dim: S,
    /// `n_kv`: key-value heads.
    pub kv_heads: S,
    /// r: feed-forward expansion over all activated experts.
    pub ffn_ratio: f64,
    /// h: hidden size of one expert; of the feed-forward block in a dense model.
    pub intermediate: S,
    /// E: experts per layer; 1 is dense.
    pub experts: S,
    /// K: experts that a token uses.
    pub top_k: S,
    /// Hidden size of an expert that every token uses beside the routed ones; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<S>,
    /// V: vocabulary.
    pub vocab: u32,
    /// Whether the LM head shares the embedding's weights.
    pub tied: bool,
    /// How layers differ from these sizes; left out where all are alike.
    #[serde(skip_serializing_if = "Layout::is_uniform")]
    pub layout: Layout,
}

impl From<&Architecture> for ArchitecturePart {
    fn from(shape: &Architecture) -> Self {
        Self {
            layers: shape.layers,
            width: shape.width,
            heads: shape.heads,
            head_dim: shape.head_dim,
            kv_heads: shape.kv_heads,
            ffn_ratio: shape.ffn_ratio(),
            intermediate: shape.expert_hidden,
            experts: shape.experts,
            top_k: shape.top_k,
            shared: (shape.shared_hidden > 0).then_some(shape.shared_hidden),
            vocab: shape.vocab,
            tied: shape.tied,
            layout: shape.layout,
        }
    }
}

/// Where a loss will lie: `[low, high]`, at the level of the document's `bootstrap`. Only losses rest on runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct IntervalsPart {
    /// Nats per token; null where there is none.
    pub loss: Option<Interval>,
    /// exp of both ends.
    pub perplexity: Option<Interval>,
}

impl IntervalsPart {
    /// Of a loss.
    pub fn of(loss: Option<Interval>) -> Self {
        Self { loss, perplexity: loss.map(|nats| nats.map(f64::exp)) }
    }
}

/// Why there is no interval, in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason(pub NoInterval);

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl JsonSchema for Reason {
    fn schema_name() -> Cow<'static, str> {
        "Reason".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "Why there is no interval, in words." })
    }
}

/// How far a shape lies outside what the law was fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct ExtrapolationPart {
    /// The worst axis, by the name it has in the law's range.
    pub axis: &'static str,
    /// By what factor it lies outside; above 1.
    pub factor: f64,
}

impl From<Extrapolation> for ExtrapolationPart {
    fn from(beyond: Extrapolation) -> Self {
        Self { axis: beyond.axis.key(), factor: beyond.factor }
    }
}

/// One architecture in a document.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Entry<A = ArchitecturePart> {
    /// Its shape.
    pub architecture: A,
    /// What is predicted of it.
    pub predictions: PredictionsPart,
    /// Where the measured loss of a run of it will lie: misfit of the law, noise and distance from the runs included; null
    /// where the runs behind the law are not at hand.
    pub intervals: Option<IntervalsPart>,
    /// Why `intervals` holds nulls; null where it does not.
    pub intervals_reason: Option<Reason>,
    /// Where the law would lie had the runs been others, its form taken for exact: resampling alone. Null where nothing
    /// was resampled.
    pub resampling_intervals: Option<IntervalsPart>,
    /// Whether it is on the frontier of the feasible candidates; null where there is no frontier, or it is no candidate.
    pub on_frontier: Option<bool>,
    /// Whether it needs no more memory than a program can have on the board; null where there is no board.
    pub fits_memory: Option<bool>,
    /// How far it lies outside what the law was fitted on; null inside, and without a law.
    pub extrapolation: Option<ExtrapolationPart>,
}

impl Entry {
    /// A shape of which only its parameters are known.
    pub fn sized(shape: &Architecture) -> Self {
        Self {
            architecture: shape.into(),
            predictions: PredictionsPart::sized(shape),
            intervals: None,
            intervals_reason: None,
            resampling_intervals: None,
            on_frontier: None,
            fits_memory: None,
            extrapolation: None,
        }
    }

    /// A shape on a board.
    pub fn priced(estimator: &Estimator, shape: &Architecture, board_memory_bytes: f64) -> Self {
        let predictions = PredictionsPart::priced(estimator, shape);
        Self {
            predictions,
            fits_memory: predictions.number(Quantity::MEMORY).map(|bytes| bytes <= board_memory_bytes),
            ..Self::sized(shape)
        }
    }

    /// With its loss under a law.
    #[must_use]
    pub fn under(self, law: &LossLaw, shape: &Architecture) -> Self {
        let features = shape.features();
        Self {
            predictions: self.predictions.with_loss(law.coefficients.loss(&features)),
            extrapolation: law.range.extrapolation(&features).map(ExtrapolationPart::from),
            ..self
        }
    }

    /// With what the runs behind a law say of its loss.
    #[must_use]
    pub fn with_evidence(self, law: &LossLaw, evidence: &Evidence, shape: &Architecture) -> Self {
        let features = shape.features();
        let loss = evidence.loss_interval(law, &features, Evidence::LEVEL);
        self.sure(loss, law.resampling_interval(&evidence.ensemble, Evidence::LEVEL, &features))
    }

    fn sure(self, loss: Result<Interval, NoInterval>, resampling: Option<Interval>) -> Self {
        Self {
            intervals: Some(IntervalsPart::of(loss.ok())),
            intervals_reason: loss.err().map(Reason),
            resampling_intervals: Some(IntervalsPart::of(resampling)),
            ..self
        }
    }

    /// Candidate `index`, with the numbers of the sweep; whoever knows the frontier says whether it is on it.
    pub fn of_candidate(landscape: &Landscape, index: usize, board_memory_bytes: f64) -> Self {
        let sweep = &landscape.sweep;
        let shape = sweep.architecture(index);
        Self {
            predictions: PredictionsPart::of(&Known::candidate(landscape, index)),
            fits_memory: Some(sweep.memory_bytes[index] <= board_memory_bytes),
            extrapolation: landscape.law.range.extrapolation(&shape.features()).map(ExtrapolationPart::from),
            ..Self::sized(&shape)
        }
    }

    /// A model beside the candidates, with its published number of parameters.
    pub fn of_model(landscape: &Landscape, model: &ReferenceModel, board_memory_bytes: f64) -> Self {
        let shape = &model.architecture;
        let entry = Self::priced(&landscape.estimator, shape, board_memory_bytes).under(&landscape.law, shape);
        Self { predictions: entry.predictions.as_published(model), ..entry }
    }
}

/// The loss of an architecture that was picked as the best within its latency, corrected for that. The best of many
/// estimates is where the law errs on the bright side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct PickedPart {
    /// What is added: how much better each resample's own pick looks to it than to the other half of them; nats per token.
    pub correction_nats: f64,
    /// Nats per token.
    pub loss: f64,
    /// exp of it.
    pub perplexity: f64,
}

impl PickedPart {
    /// Of the law's own loss.
    pub fn new(law_loss: f64, correction_nats: f64) -> Self {
        let loss = law_loss + correction_nats;
        Self { correction_nats, loss, perplexity: loss.exp() }
    }
}

/// A candidate of a space: an architecture whose place among others is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct CandidatePart {
    /// The architecture.
    #[serde(flatten)]
    pub entry: Entry,
    /// Its loss corrected for having been picked, around which `intervals` lie; null off the frontier, and where nothing was
    /// resampled.
    pub picked: Option<PickedPart>,
    /// Share of the resamples in which it is on the frontier of the feasible candidates; null where nothing was resampled, and
    /// where the runs say nothing of it.
    pub frontier_probability: Option<f64>,
    /// Whether that is more than half; null with it.
    pub robust: Option<bool>,
}

impl CandidatePart {
    /// An architecture, and how sure its place is if the runs were resampled.
    pub fn new(entry: Entry, confidence: Option<Confident>) -> Self {
        let Some(known) = confidence else {
            return Self { entry, picked: None, frontier_probability: None, robust: None };
        };
        let law_loss = entry.predictions.number(Quantity::LOSS);
        Self {
            entry: entry.sure(known.loss, known.resampling),
            picked: law_loss.zip(known.optimism_nats).map(|(loss, nats)| PickedPart::new(loss, nats)),
            frontier_probability: known.frontier_probability,
            robust: known.is_robust,
        }
    }

    /// Candidate `index` of a frontier.
    pub fn of_frontier(
        landscape: &Landscape,
        index: usize,
        board_memory_bytes: f64,
        uncertainty: Option<Uncertainty<'_>>,
    ) -> Self {
        let entry = Entry::of_candidate(landscape, index, board_memory_bytes);
        let confidence = uncertainty.map(|known| confident(landscape, known, index));
        Self::new(Entry { on_frontier: Some(true), ..entry }, confidence)
    }
}

/// What takes up memory, and how much the board has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct MemoryPart {
    /// All parts together.
    pub total_bytes: f64,
    /// All weights, every expert included.
    pub weights_bytes: f64,
    /// Keys and values of prompt and answer.
    pub kv_cache_bytes: f64,
    /// Activations of one layer over the whole prompt.
    pub activations_bytes: f64,
    /// Kept by operating system and runtime.
    pub reserved_bytes: f64,
    /// What a program can have on the board.
    pub board_bytes: f64,
    /// Whether that is enough.
    pub fits: bool,
}

impl MemoryPart {
    /// Of one architecture on a board.
    pub fn new(memory: &Memory, board_bytes: f64) -> Self {
        let total_bytes = memory.total_bytes();
        Self {
            total_bytes,
            weights_bytes: memory.weights_bytes,
            kv_cache_bytes: memory.kv_cache_bytes,
            activations_bytes: memory.activations_bytes,
            reserved_bytes: memory.reserved_bytes,
            board_bytes,
            fits: total_bytes <= board_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use engine::quantity::{Part, Quantity};
    use engine::reference::QWEN2_5_0_5B;

    /// Whoever reads a column of CSV finds the same number under the same key in a document.
    #[test]
    fn keys_are_those_of_the_quantities() {
        let entry = serde_json::to_value(Entry::sized(&QWEN2_5_0_5B)).unwrap();
        let keys = |part: &Value| -> BTreeSet<String> { part.as_object().unwrap().keys().cloned().collect() };
        let named = |part| -> BTreeSet<String> { Quantity::of_part(part).map(|of| of.key().to_owned()).collect() };
        assert_eq!(keys(&entry["architecture"]), named(Part::Architecture));
        assert_eq!(keys(&entry["predictions"]), named(Part::Prediction));
    }
}
