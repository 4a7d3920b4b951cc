//! What is looked at, and which architectures of it a document holds.

use schemars::JsonSchema;
use serde::Serialize;

use crate::setting::SettingPart;
use crate::warning::Warning;
use engine::budget::Budgets;
use engine::hardware::Hardware;
use engine::landscape::Landscape;
use engine::workload::Objective;
use files::profile::{PowerMode, Profile};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
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

impl View<'_> {
    /// The board as the engine sees it.
    pub fn hardware(&self) -> Hardware {
        self.profile.hardware(self.mode)
    }

    /// How many candidates keep every budget.
    pub fn feasible(&self) -> usize {
        self.budgets.count(&self.landscape.sweep)
    }

    /// What the numbers are of.
    pub fn setting(&self) -> SettingPart {
        let Landscape { law, estimator, space_origin, .. } = self.landscape;
        SettingPart::default()
            .with_law(law)
            .with_board(self.profile, self.mode, estimator.precision())
            .with_estimator(estimator)
            .with_objective(self.objective)
            .with_budgets(*self.budgets)
            .with_space(self.space, space_origin.as_deref())
    }

    /// What a reader must know before trusting the numbers. Scans all candidates once.
    pub fn warnings(&self) -> Vec<Warning> {
        Warning::of_view(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::body::export;
    use crate::json::to_json;
    use crate::uncertainty::Uncertainty;
    use crate::warning::WarningPart;
    use engine::budget::Limit;
    use engine::confidence::{Confidence, Question};
    use engine::fixtures::{TABLE_6, paper_landscape};
    use engine::law::fit::FitError;
    use engine::law::form::Slot;
    use engine::law::forms::Eq2;
    use engine::law::{Ensemble, Evidence};
    use engine::quantity::Quantity;
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
                serde_json::from_slice(&to_json(&export(view, Selection::Best, &indices, None)).unwrap()).unwrap();
            let index = indices[0] as usize;
            let sweep = &view.landscape.sweep;
            let setting = &document["setting"];
            assert_eq!((&document["schema_version"], &document["command"]), (&2.into(), &"export".into()));
            assert_eq!(setting["law"]["coefficients"].as_object().unwrap().len(), 11);
            assert_eq!(setting["dataset"], Value::Null);
            assert_eq!(setting["profile"]["fp16_flops_per_s"], 42.5e12);
            assert_eq!((&setting["engine"], &setting["mode"]), (&"ideal".into(), &"MAXN".into()));
            assert_eq!((&setting["precision"], &document["selection"]), (&"fp16".into(), &"best".into()));
            assert_eq!(setting["budgets"]["max_total_s"], 0.1);
            assert_eq!(document["feasible"], view.budgets.count(sweep));
            let entry = &document["architectures"][0];
            assert_eq!((&entry["on_frontier"], &entry["extrapolation"]), (&true.into(), &Value::Null));
            // To the last bit.
            assert_eq!(entry["predictions"]["total_s"].as_f64(), Some(sweep.total_s[index]));
            assert_eq!(entry["predictions"]["loss"].as_f64(), Some(sweep.loss[index]));
            assert_eq!(entry["architecture"]["layers"], sweep.architecture(index).layers);
        });
    }

    #[test]
    fn resampling_gives_intervals_and_its_absence_nulls() {
        let laws = (0..19).map(|i| Eq2 { l_inf: 2.4 + 0.01 * f64::from(i), ..TABLE_6 }.into()).collect();
        let ensemble = Ensemble { laws, fitted: vec![Slot::Floor], seed: 7, redrawn: 2 };
        let evidence = Evidence { ensemble, conformal: Err(FitError::OtherRuns) };
        with_view(Budgets::NONE.with(Limit::Total, 0.1), |view| {
            let question = Question { objective: view.objective, budgets: view.budgets, level: 0.9 };
            let confidence = Confidence::of(view.landscape, &evidence, question, &()).unwrap();
            let indices = Selection::Frontier.indices(view);
            let uncertainty = Uncertainty { evidence: &evidence, confidence: &confidence };
            let with = export(view, Selection::Frontier, &indices, Some(uncertainty));
            let json: Value = serde_json::from_slice(&to_json(&with).unwrap()).unwrap();
            let bootstrap = r#"{"resamples":19,"redrawn":2,"seed":7,"level":0.9}"#;
            assert_eq!(json["bootstrap"].to_string(), bootstrap);
            assert_eq!(json["coefficients_ci"].as_object().unwrap().len(), 1);
            assert_eq!(json["coefficients_ci"]["l_inf"][0], 2.4);
            // Another floor moves all losses alike, and so no frontier.
            for entry in json["architectures"].as_array().unwrap() {
                assert_eq!((&entry["frontier_probability"], &entry["robust"]), (&1.0.into(), &true.into()));
                assert_eq!(entry["intervals"]["loss"], Value::Null);
                assert!(entry["intervals_reason"].as_str().unwrap().contains("too few"), "{entry}");
                let end = |key: &str, place: usize| entry["resampling_intervals"][key][place].as_f64().unwrap();
                let loss = entry["predictions"]["loss"].as_f64().unwrap();
                assert!((end("loss", 0) - (loss - 0.13)).abs() < 1e-9 && (end("loss", 1) - loss - 0.05).abs() < 1e-9);
                assert_eq!(end("perplexity", 1), end("loss", 1).exp());
            }
            let without = to_json(&export(view, Selection::Frontier, &indices, None)).unwrap();
            let without: Value = serde_json::from_slice(&without).unwrap();
            assert_eq!((&without["bootstrap"], &without["coefficients_ci"]), (&Value::Null, &Value::Null));
            for entry in without["architectures"].as_array().unwrap() {
                let keys = ["intervals", "frontier_probability", "robust"];
                assert!(keys.iter().all(|key| entry.get(key) == Some(&Value::Null)), "{entry}");
            }
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
            assert!(
                export(view, Selection::Frontier, &frontier, None).body.architectures.iter().all(|e| e
                    .candidate
                    .entry
                    .on_frontier
                    == Some(true))
            );
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
        let document = export(&view, Selection::Picked, &all, None);
        let deep = document
            .body
            .architectures
            .iter()
            .map(|exported| &exported.candidate.entry)
            .find(|e| e.architecture.layers == 32)
            .unwrap();
        let beyond = deep.extrapolation.as_ref().unwrap();
        assert_eq!((beyond.axis, beyond.factor), ("layers", 2.0));
        let memory_bytes = view.hardware().memory_bytes;
        let mut entries = document.body.architectures.iter().map(|exported| &exported.candidate.entry);
        assert!(entries.any(|entry| entry.fits_memory == Some(false)));
        for entry in document.body.architectures.iter().map(|exported| &exported.candidate.entry) {
            assert_eq!(
                entry.fits_memory,
                entry.predictions.number(Quantity::MEMORY).map(|bytes| bytes <= memory_bytes)
            );
        }
        assert!(
            document.warnings.iter().any(|warning| matches!(
                warning,
                WarningPart::Extrapolation { words, .. } if words.starts_with("5,280 of 10,560 candidates")
            )),
            "{document:?}"
        );
    }
}
