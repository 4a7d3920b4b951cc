//! Architectures of a space: the frontier, what a search found of it, and what is exported.

use schemars::JsonSchema;
use serde::Serialize;

use crate::document::{Body, Document};
use crate::entry::{CandidatePart, Entry, MemoryPart};
use crate::model::ModelPart;
use crate::uncertainty::{BootstrapPart, CoefficientsCi, Uncertainty, confident};
use crate::view::{Selection, View};
use engine::landscape::Landscape;
use engine::reference::ReferenceModel;
use engine::search::Searched;

/// `roofscape frontier`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Frontier {
    /// Candidates priced: all of the space, or those that a search found.
    pub candidates: usize,
    /// Those that keep every budget.
    pub feasible: usize,
    /// How the candidates were found; null where they are the whole space.
    pub search: Option<Searched>,
    /// How intervals were found; null where no runs were resampled.
    pub bootstrap: Option<BootstrapPart>,
    /// Of the law that was fitted; null where no runs were resampled.
    pub coefficients_ci: Option<CoefficientsCi>,
    /// The frontier of the feasible candidates, by rising latency.
    pub frontier: Vec<CandidatePart>,
    /// The models named, beside it.
    pub models: Vec<ModelEntry>,
}

impl Body for Frontier {
    const COMMAND: &'static str = "frontier";
}

/// `roofscape search`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Search {
    /// What a frontier has.
    #[serde(flatten)]
    pub frontier: Frontier,
}

impl Body for Search {
    const COMMAND: &'static str = "search";
}

/// A known model, beside candidates or by itself.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModelEntry {
    /// As people write it, or the name of its directory.
    pub name: String,
    /// `model_type` of its `config.json`.
    pub family: String,
    /// `known`, or `assumed` to be that of the model that it was made from.
    pub shape: &'static str,
    /// Where its shape is written.
    pub source: String,
    /// What else a reader must know of it.
    pub notes: Vec<String>,
    /// The architecture, with its published number of parameters.
    #[serde(flatten)]
    pub entry: Entry,
}

impl ModelEntry {
    /// With what is known of its architecture.
    pub fn new(model: &ReferenceModel, entry: Entry) -> Self {
        let ModelPart { name, family, shape, source, notes, .. } = ModelPart::from(model);
        Self { name, family, shape, source, notes, entry }
    }
}

impl Frontier {
    /// What a view offers within its budgets.
    pub fn of(view: &View<'_>, uncertainty: Option<Uncertainty<'_>>, models: &[ReferenceModel]) -> Self {
        let landscape = view.landscape;
        let board_memory_bytes = view.hardware().memory_bytes;
        let members = landscape.feasible_frontier(view.objective, view.budgets);
        let member =
            |&index: &u32| CandidatePart::of_frontier(landscape, index as usize, board_memory_bytes, uncertainty);
        let beside =
            |model: &ReferenceModel| ModelEntry::new(model, Entry::of_model(landscape, model, board_memory_bytes));
        Self {
            candidates: landscape.sweep.len(),
            feasible: view.feasible(),
            search: landscape.searched,
            bootstrap: uncertainty.map(bootstrap),
            coefficients_ci: uncertainty.map(coefficients_ci),
            frontier: members.iter().map(member).collect(),
            models: models.iter().map(beside).collect(),
        }
    }
}

fn bootstrap(known: Uncertainty<'_>) -> BootstrapPart {
    BootstrapPart::new(&known.evidence.ensemble, known.confidence.level)
}

fn coefficients_ci(known: Uncertainty<'_>) -> CoefficientsCi {
    CoefficientsCi::new(&known.evidence.ensemble, known.confidence.level)
}

/// `roofscape export`, and what the explorer exports.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Export {
    /// Which architectures are meant.
    pub selection: Selection,
    /// Candidates priced: all of the space, or those that a search found.
    pub candidates: usize,
    /// Those that keep every budget.
    pub feasible: usize,
    /// How the candidates were found; null where they are the whole space.
    pub search: Option<Searched>,
    /// How intervals were found; null where no runs were resampled.
    pub bootstrap: Option<BootstrapPart>,
    /// Of the law that was fitted; null where no runs were resampled.
    pub coefficients_ci: Option<CoefficientsCi>,
    /// They.
    pub architectures: Vec<ExportedPart>,
}

/// An exported architecture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct ExportedPart {
    /// The architecture, and its place.
    #[serde(flatten)]
    pub candidate: CandidatePart,
    /// What takes up its memory.
    pub memory: MemoryPart,
}

impl Body for Export {
    const COMMAND: &'static str = "export";
}

/// The document of some candidates, in the order given, with what resampling the law's runs says of them, where somebody
/// did.
pub fn export(
    view: &View<'_>,
    selection: Selection,
    indices: &[u32],
    uncertainty: Option<Uncertainty<'_>>,
) -> Document<Export> {
    let landscape = view.landscape;
    let mut frontier = landscape.feasible_frontier(view.objective, view.budgets);
    frontier.sort_unstable();
    let board_memory_bytes = view.hardware().memory_bytes;
    let exported = |&index: &u32| {
        let on_frontier = frontier.binary_search(&index).is_ok();
        exported(landscape, index as usize, board_memory_bytes, on_frontier, uncertainty)
    };
    let body = Export {
        selection,
        candidates: landscape.sweep.len(),
        feasible: view.feasible(),
        search: landscape.searched,
        bootstrap: uncertainty.map(bootstrap),
        coefficients_ci: uncertainty.map(coefficients_ci),
        architectures: indices.iter().map(exported).collect(),
    };
    Document::new(view.setting(), &view.warnings(), body)
}

fn exported(
    landscape: &Landscape,
    index: usize,
    board_memory_bytes: f64,
    on_frontier: bool,
    uncertainty: Option<Uncertainty<'_>>,
) -> ExportedPart {
    let entry = Entry::of_candidate(landscape, index, board_memory_bytes);
    let confidence = uncertainty.map(|known| confident(landscape, known, index));
    let memory = landscape.estimator.memory(&landscape.sweep.architecture(index));
    ExportedPart {
        candidate: CandidatePart::new(Entry { on_frontier: Some(on_frontier), ..entry }, confidence),
        memory: MemoryPart::new(&memory, board_memory_bytes),
    }
}
