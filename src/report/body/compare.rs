//! Every law that some runs allow.

use schemars::JsonSchema;
use serde::Serialize;

use super::fit::{Answer, ExtrapolationTest, KFoldPart, OptionsPart};
use crate::document::Body;
use engine::law::DatasetIdentity;

/// `roofscape fit --compare`. Losses and their errors are in nats per token.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Compare {
    /// Which data.
    pub dataset: DatasetIdentity,
    /// All runs of the data.
    pub runs: usize,
    /// Those left out on request.
    pub runs_excluded: usize,
    /// What the fits minimise.
    pub criterion: &'static str,
    /// What counts once: `runs` or `architectures`.
    pub weights: &'static str,
    /// Parts of the cross-validation.
    pub folds: usize,
    /// How the fits were made.
    pub options: OptionsPart,
    /// Law by law.
    pub comparison: Vec<ComparedForm>,
    /// Of the lowest k-fold error.
    pub preferred: Option<&'static str>,
    /// The simplest within one standard error of it, if it is simpler.
    pub simplest_as_good: Option<&'static str>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Body for Compare {
    const COMMAND: &'static str = "fit --compare";
}

/// One law; where it cannot be fitted, `error` says why and the figures are null.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComparedForm {
    /// As typed.
    pub form: &'static str,
    /// In words.
    pub title: &'static str,
    /// Its formula.
    pub formula: &'static str,
    /// Why there is none.
    pub error: Option<String>,
    /// Free parameters.
    pub parameters: Option<usize>,
    /// R² on the runs fitted.
    pub r2: Option<f64>,
    /// Root mean square error on the runs fitted.
    pub rmse: Option<f64>,
    /// Between architectures like those fitted.
    pub k_fold: Option<Answer<KFoldPart>>,
    /// From the smaller architectures to the largest.
    pub extrapolation: Option<Answer<ExtrapolationTest>>,
    /// Akaike's criterion.
    pub aic: Option<f64>,
    /// Schwarz's criterion.
    pub bic: Option<f64>,
    /// Its places among the laws.
    pub rank: Option<RankPart>,
    /// The law that it is the same as on these runs.
    pub same_as: Option<&'static str>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Places from 1, the best.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the keys are those of the figures")]
pub struct RankPart {
    pub k_fold: Option<usize>,
    pub extrapolation: Option<usize>,
    pub aic: Option<usize>,
    pub bic: Option<usize>,
}
