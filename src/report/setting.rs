//! What the numbers of a document are of: law, board, number format, workload, budgets, space. One block, the same in
//! every document, so that a script finds it without knowing the command. What a command does not ask for is null.

use schemars::JsonSchema;
use serde::Serialize;

use crate::parts::{LawPart, ProfilePart};
use engine::budget::Budgets;
use engine::efficiency::Basis;
use engine::law::{DatasetIdentity, LossLaw};
use engine::precision::Precision;
use engine::roofline::{Attention, Estimator};
use engine::workload::{Objective, Workload};
use files::profile::{PowerMode, Profile};

/// The setting of a document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct SettingPart {
    /// The law that losses are of.
    pub law: Option<LawPart>,
    /// The runs that the law was fitted on; null where they are not at hand.
    pub dataset: Option<DatasetIdentity>,
    /// The board.
    pub profile: Option<ProfilePart>,
    /// Its power mode.
    pub mode: Option<String>,
    /// Whose efficiencies the latencies rest on: a measured engine, `given` where the profile states them for no engine,
    /// `ideal` where nothing says how far engines stay below the peaks.
    pub engine: Option<String>,
    /// Number format of weights and arithmetic.
    pub precision: Option<&'static str>,
    /// Format that the LM head is stored in.
    pub head_format: Option<&'static str>,
    /// Format that the KV cache is stored in.
    pub kv_format: Option<&'static str>,
    /// What the number format adds to every loss, as given.
    pub loss_penalty_nats_per_token: Option<f64>,
    /// Tokens in and out, sequences at a time.
    pub workload: Option<Workload>,
    /// How attention is executed.
    pub attention: Option<Attention>,
    /// Most tokens that one pass of a prompt takes; null where one takes them all.
    pub prefill_chunk_tokens: Option<u32>,
    /// Which latency the frontier minimises.
    pub objective: Option<Objective>,
    /// What is allowed.
    pub budgets: Option<Budgets>,
    /// The space that candidates are taken from.
    pub space: Option<SpacePart>,
}

/// A space, by name and file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SpacePart {
    /// As its file calls it.
    pub name: String,
    /// Which file it was read from, in words.
    pub origin: Option<String>,
}

impl SettingPart {
    /// With the law, and what it was fitted on.
    #[must_use]
    pub fn with_law(self, law: &LossLaw) -> Self {
        Self { law: Some(LawPart::from(law)), dataset: law.dataset.clone(), ..self }
    }

    /// With what was measured or fitted, where there is no law.
    #[must_use]
    pub fn with_dataset(self, dataset: DatasetIdentity) -> Self {
        Self { dataset: Some(dataset), ..self }
    }

    /// With a board in one of its modes, computing in a number format that is stated elsewhere.
    #[must_use]
    pub fn with_board(self, profile: &Profile, mode: &PowerMode, precision: &Precision) -> Self {
        Self {
            profile: Some(ProfilePart::new(profile, mode, precision)),
            mode: Some(mode.name.clone()),
            engine: Some(engine(profile, mode, precision)),
            ..self
        }
    }

    /// With weights, head, cache and penalty.
    #[must_use]
    pub fn with_precision(self, precision: &Precision) -> Self {
        Self {
            precision: Some(precision.name),
            head_format: Some(precision.head.name),
            kv_format: Some(precision.kv_cache.name),
            loss_penalty_nats_per_token: Some(precision.loss_penalty_nats),
            ..self
        }
    }

    /// With what one estimator prices: number format, workload, attention.
    #[must_use]
    pub fn with_estimator(self, estimator: &Estimator) -> Self {
        let prefill_chunk_tokens = estimator.prefill_chunk_tokens();
        let priced = Self { prefill_chunk_tokens, ..self.with_precision(estimator.precision()) };
        priced.with_workload(estimator.workload(), estimator.attention())
    }

    /// With the work to be done.
    #[must_use]
    pub fn with_workload(self, workload: Workload, attention: Attention) -> Self {
        Self { workload: Some(workload), attention: Some(attention), ..self }
    }

    /// With what is allowed.
    #[must_use]
    pub fn with_budgets(self, budgets: Budgets) -> Self {
        Self { budgets: Some(budgets), ..self }
    }

    /// With the latency that is minimised.
    #[must_use]
    pub fn with_objective(self, objective: Objective) -> Self {
        Self { objective: Some(objective), ..self }
    }

    /// With the space of the candidates.
    #[must_use]
    pub fn with_space(self, name: &str, origin: Option<&str>) -> Self {
        Self { space: Some(SpacePart { name: name.to_owned(), origin: origin.map(str::to_owned) }), ..self }
    }
}

/// Whose efficiencies a board's latencies rest on in a number format.
pub fn engine(profile: &Profile, mode: &PowerMode, precision: &Precision) -> String {
    let (_, basis) = profile.hardware(mode).efficiency_in(precision);
    match (basis, &profile.calibration) {
        (Basis::Calibrated(_) | Basis::Extrapolated(_), Some(calibration)) => calibration.engine.clone(),
        (basis, _) if basis.is_ideal() => "ideal".to_owned(),
        _ => "given".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use files::fixtures;

    #[test]
    fn the_engine_is_the_calibration_s_where_that_covers_the_format() {
        let library = fixtures::library();
        let of = |name: &str, precision: &str| {
            let profile = library.profile(name).unwrap().1;
            let mode = profile.default_mode().clone();
            engine(&profile, &mode, &Precision::named(precision).unwrap())
        };
        assert_eq!(of("agx-orin-64gb", "fp16"), "ideal");
        assert_eq!(of("agx-orin-64gb+edge-llm", "w4a16"), "TensorRT Edge-LLM 0.8-0.9");
        assert_eq!(of("agx-orin-64gb+edge-llm", "w8a8"), "ideal");
    }
}
