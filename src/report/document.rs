//! Architectures to take away: one JSON document with everything that says what its numbers mean.
//!
//! Screen and command line build it by the same function from the same [`View`], so that a file does not tell which of
//! them wrote it. Key names carry units; floats are written to the last bit.
//!
//! ```text
//! View (landscape, board, space, objective, budgets) ──▶ Document ──▶ JSON
//!                                   selection, indices ──┘
//! ```

use std::io;

use serde::Serialize;

use crate::parts::{Entry, LawPart, ProfilePart, SpacePart};
use crate::uncertainty::{BootstrapPart, CoefficientsCi, EntryConfidence, Uncertainty};
use crate::warning::Warning;
use engine::budget::Budgets;
use engine::error::{Error, Result};
use engine::hardware::Hardware;
use engine::landscape::Landscape;
use engine::law::DatasetIdentity;
use engine::precision::Precision;
use engine::roofline::Attention;
use engine::workload::{Objective, Workload};
use files::profile::{PowerMode, Profile};

/// Raised whenever a reader of the older document could misread the newer one.
pub const SCHEMA_VERSION: u32 = 1;

/// What is looked at: a priced space and what it was priced with.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Candidates, law, number format, workload.
    pub landscape: &'a Landscape,
    /// The board.
    pub profile: &'a Profile,
    /// Its mode.
    pub mode: &'a PowerMode,
    /// The space's name.
    pub space: &'a str,
    /// Which latency the frontier minimises.
    pub objective: Objective,
    /// What is allowed.
    pub budgets: &'a Budgets,
}

/// Which architectures a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// Those that somebody picked by hand.
    Picked,
    /// The feasible one of the lowest loss.
    Best,
    /// The frontier of the feasible ones, by rising latency.
    Frontier,
    /// All that keep every budget, by rising loss.
    Feasible,
}

impl Selection {
    /// As typed on the command line and written in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Picked => "picked",
            Self::Best => "best",
            Self::Frontier => "frontier",
            Self::Feasible => "feasible",
        }
    }

    /// The candidates it stands for; none for those picked by hand.
    pub fn indices(self, view: &View<'_>) -> Vec<u32> {
        let landscape = view.landscape;
        let admitted = |index: &&u32| view.budgets.admits(&landscape.sweep, **index as usize);
        match self {
            Self::Picked => Vec::new(),
            Self::Best => landscape.best_within(view.budgets).map(|best| best as u32).into_iter().collect(),
            Self::Frontier => landscape.feasible_frontier(view.objective, view.budgets),
            Self::Feasible => landscape.best_first().iter().filter(admitted).copied().collect(),
        }
    }
}

/// The exported file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the parts' types say what they are")]
pub struct Document {
    pub schema_version: u32,
    pub generator: Generator,
    pub law: LawPart,
    /// What the law was fitted on; null where those runs are not at hand.
    pub dataset: Option<DatasetIdentity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<BootstrapPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coefficients_ci: Option<CoefficientsCi>,
    pub profile: ProfilePart,
    #[serde(flatten)]
    pub precision: Precision,
    pub workload: Workload,
    pub attention: Attention,
    pub objective: Objective,
    pub budgets: Budgets,
    pub space: SpacePart,
    /// What a reader must know before trusting the numbers, in sentences.
    pub warnings: Vec<String>,
    pub selection: Selection,
    pub architectures: Vec<Entry>,
}

/// The program that wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Generator {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Generator {
    /// This program.
    pub const THIS: Self = Self { name: "roofscape", version: env!("CARGO_PKG_VERSION") };
}

impl View<'_> {
    /// The board as the engine sees it.
    pub fn hardware(&self) -> Hardware {
        self.profile.hardware(self.mode)
    }

    /// Name, number of candidates and of feasible ones.
    pub fn space_part(&self) -> SpacePart {
        let sweep = &self.landscape.sweep;
        SpacePart {
            name: self.space.to_owned(),
            candidates: sweep.len(),
            feasible: self.budgets.count(sweep),
            origin: self.landscape.space_origin.clone(),
            search: self.landscape.searched,
        }
    }

    /// What a reader must know before trusting the numbers. Scans all candidates once.
    pub fn warnings(&self) -> Vec<Warning> {
        Warning::of_view(self)
    }
}

/// The document of some candidates, in the order given.
pub fn document(view: &View<'_>, selection: Selection, indices: &[u32]) -> Document {
    document_with(view, selection, indices, None)
}

/// The same with what resampling the law's runs says of them, where somebody did.
pub fn document_with(
    view: &View<'_>,
    selection: Selection,
    indices: &[u32],
    uncertainty: Option<Uncertainty<'_>>,
) -> Document {
    let landscape = view.landscape;
    let mut frontier = landscape.feasible_frontier(view.objective, view.budgets);
    frontier.sort_unstable();
    let memory_bytes = view.hardware().memory_bytes;
    let entry = |&index: &u32| {
        let on_frontier = frontier.binary_search(&index).is_ok();
        let confidence = uncertainty.map(|known| EntryConfidence::of(landscape, known, index as usize));
        Entry { confidence, ..Entry::of_candidate(landscape, index as usize, on_frontier, memory_bytes) }
    };
    Document {
        schema_version: SCHEMA_VERSION,
        generator: Generator::THIS,
        law: LawPart::from(&landscape.law),
        dataset: landscape.law.dataset.clone(),
        bootstrap: uncertainty.map(|known| BootstrapPart::new(known.ensemble, known.confidence.level)),
        coefficients_ci: uncertainty.map(|known| CoefficientsCi::new(known.ensemble, known.confidence.level)),
        profile: ProfilePart::new(view.profile, view.mode, view.landscape.estimator.precision()),
        precision: *landscape.estimator.precision(),
        workload: landscape.estimator.workload(),
        attention: landscape.estimator.attention(),
        objective: view.objective,
        budgets: *view.budgets,
        space: view.space_part(),
        warnings: view.warnings().iter().map(Warning::to_string).collect(),
        selection,
        architectures: indices.iter().map(entry).collect(),
    }
}

/// Readable JSON that ends with a line break.
pub fn to_json(document: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_json(document, &mut bytes).map_err(|error| Error::new(format!("the result is no JSON: {error}")))?;
    Ok(bytes)
}

/// The same, written as it comes.
pub fn write_json(document: &impl Serialize, mut out: impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, document)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use engine::budget::Limit;
    use engine::confidence::{Confidence, Question};
    use engine::fixtures::{TABLE_6, paper_landscape};
    use engine::law::Ensemble;
    use engine::law::form::Slot;
    use engine::law::forms::Eq2;
    use files::fixtures;

    fn profile() -> Profile {
        Profile::parse("agx", fixtures::agx_orin()).unwrap()
    }

    fn with_view<T>(budgets: Budgets, look: impl FnOnce(&View<'_>) -> T) -> T {
        let (landscape, profile) = (paper_landscape(), profile());
        look(&View {
            landscape: &landscape,
            profile: &profile,
            mode: profile.default_mode(),
            space: "paper",
            objective: Objective::Total,
            budgets: &budgets,
        })
    }

    #[test]
    fn a_document_says_what_its_numbers_mean() {
        let budgets = Budgets::NONE.with(Limit::Total, 0.1);
        with_view(budgets, |view| {
            let indices = Selection::Best.indices(view);
            let document: Value =
                serde_json::from_slice(&to_json(&document(view, Selection::Best, &indices)).unwrap()).unwrap();
            let index = indices[0] as usize;
            let sweep = &view.landscape.sweep;
            assert_eq!(document["schema_version"], 1);
            assert_eq!(document["law"]["coefficients"].as_object().unwrap().len(), 11);
            assert_eq!(document["dataset"], Value::Null);
            assert_eq!(document["profile"]["fp16_flops_per_s"], 42.5e12);
            assert_eq!(document["profile"]["calibrated"], false);
            assert_eq!((&document["precision"], &document["selection"]), (&"fp16".into(), &"best".into()));
            assert_eq!(document["budgets"]["max_total_s"], 0.1);
            assert_eq!(document["space"]["feasible"], view.budgets.count(sweep));
            let entry = &document["architectures"][0];
            assert_eq!((&entry["on_frontier"], &entry["extrapolation"]), (&true.into(), &Value::Null));
            // To the last bit.
            assert_eq!(entry["predictions"]["total_s"].as_f64(), Some(sweep.total_s[index]));
            assert_eq!(entry["predictions"]["loss_nats_per_token"].as_f64(), Some(sweep.loss[index]));
            assert_eq!(entry["architecture"]["layers"], sweep.architecture(index).layers);
        });
    }

    #[test]
    fn resampling_adds_keys_and_its_absence_none() {
        let laws = (0..19).map(|i| Eq2 { l_inf: 2.4 + 0.01 * f64::from(i), ..TABLE_6 }.into()).collect();
        let ensemble = Ensemble { laws, fitted: vec![Slot::Floor], seed: 7, redrawn: 2 };
        with_view(Budgets::NONE.with(Limit::Total, 0.1), |view| {
            let question = Question { objective: view.objective, budgets: view.budgets, level: 0.9 };
            let confidence = Confidence::of(view.landscape, &ensemble, question, &()).unwrap();
            let indices = Selection::Frontier.indices(view);
            let uncertainty = Uncertainty { ensemble: &ensemble, confidence: &confidence };
            let with = document_with(view, Selection::Frontier, &indices, Some(uncertainty));
            let json: Value = serde_json::from_slice(&to_json(&with).unwrap()).unwrap();
            let bootstrap = r#"{"resamples":19,"redrawn":2,"seed":7,"level":0.9}"#;
            assert_eq!(json["bootstrap"].to_string(), bootstrap);
            assert_eq!(json["coefficients_ci"].as_object().unwrap().len(), 1);
            assert_eq!(json["coefficients_ci"]["l_inf"][0], 2.4);
            // Another floor moves all losses alike, and so no frontier.
            for entry in json["architectures"].as_array().unwrap() {
                assert_eq!((&entry["frontier_probability"], &entry["robust"]), (&1.0.into(), &true.into()));
                let end = |key: &str, place: usize| entry[key][place].as_f64().unwrap();
                let loss = entry["predictions"]["loss_nats_per_token"].as_f64().unwrap();
                assert!(
                    (end("loss_ci", 0) - (loss - 0.13)).abs() < 1e-9 && (end("loss_ci", 1) - loss - 0.05).abs() < 1e-9
                );
                assert_eq!(end("perplexity_ci", 1), end("loss_ci", 1).exp());
            }
            let without = to_json(&document(view, Selection::Frontier, &indices)).unwrap();
            let without = String::from_utf8(without).unwrap();
            assert!(["bootstrap", "_ci", "robust", "probability"].iter().all(|key| !without.contains(key)));
        });
    }

    #[test]
    fn selections_are_of_what_keeps_the_budgets() {
        let budgets = Budgets::NONE.with(Limit::Total, 0.1);
        with_view(budgets, |view| {
            let sweep = &view.landscape.sweep;
            let feasible = Selection::Feasible.indices(view);
            assert_eq!(feasible.len(), view.budgets.count(sweep));
            assert!(feasible.is_sorted_by(|&a, &b| sweep.loss[a as usize] <= sweep.loss[b as usize]));
            assert_eq!(Selection::Best.indices(view), feasible[..1]);
            let frontier = Selection::Frontier.indices(view);
            assert!(!frontier.is_empty() && frontier.iter().all(|index| feasible.contains(index)));
            assert!(document(view, Selection::Frontier, &frontier).architectures.iter().all(|e| e.on_frontier));
            assert!(Selection::Picked.indices(view).is_empty());
        });
    }

    #[test]
    fn the_board_s_limits_and_the_law_s_are_flagged_per_architecture() {
        let (mut landscape, profile) = (paper_landscape(), profile());
        landscape.law.range.layers = [4.0, 16.0];
        landscape.extrapolated = landscape.sweep.extrapolated(&landscape.law.range);
        let view = View {
            landscape: &landscape,
            profile: &profile,
            mode: profile.default_mode(),
            space: "paper",
            objective: Objective::Total,
            budgets: &Budgets::default(),
        };
        let all: Vec<u32> = (0..landscape.sweep.len() as u32).collect();
        let document = document(&view, Selection::Picked, &all);
        let deep = document.architectures.iter().find(|e| e.architecture.layers == 32).unwrap();
        let beyond = deep.extrapolation.as_ref().unwrap();
        assert_eq!((beyond.axis, beyond.factor), ("layers", 2.0));
        let memory_bytes = view.hardware().memory_bytes;
        assert!(document.architectures.iter().any(|entry| !entry.fits_memory));
        for entry in &document.architectures {
            assert_eq!(entry.fits_memory, entry.predictions.memory_bytes <= memory_bytes);
        }
        assert!(document.warnings.iter().any(|w| w.starts_with("5,280 of 10,560 candidates")), "{document:?}");
    }
}
