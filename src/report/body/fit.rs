//! A law from runs, with everything that tells how far to trust it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::by_key::ByKey;
use crate::document::Body;
use crate::uncertainty::{BootstrapPart, CoefficientsCi};
use engine::error::Error;
use engine::law::fit::{Fate, FitError, FitOptions, Profile, Repeats};
use engine::law::validation::{Fold, KFold, Score, SizeExtrapolation};
use engine::law::{Coefficients, DatasetIdentity, Features, FittedRange};
use files::runs::{Skipped, Told};

/// `roofscape fit`. Losses and their errors are in nats per token.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fit<'a> {
    /// Which law was fitted.
    pub form: &'static str,
    /// Its formula.
    pub formula: &'static str,
    /// Who proposed it.
    pub form_source: &'static str,
    /// What the fit minimises.
    pub criterion: &'static str,
    /// What counts once: `runs` or `architectures`.
    pub weights: &'static str,
    /// The training length that losses are for, of a law with a data term.
    pub tokens: Option<f64>,
    /// The numbers of the law.
    pub coefficients: Coefficients,
    /// Free parameters.
    pub parameters: usize,
    /// Of each coefficient; null where it has none.
    pub standard_errors: ByKey<Option<StandardError>>,
    /// Of each coefficient that was fitted; null where nothing was resampled.
    pub coefficients_ci: Option<CoefficientsCi>,
    /// How these intervals were found, or why there are none; null where nobody asked.
    pub bootstrap: Option<Answer<BootstrapPart>>,
    /// What became of each coefficient.
    pub fate: ByKey<Fate>,
    /// Whether the runs tell each coefficient, by every account there is of it.
    pub identified: ByKey<bool>,
    /// How far each exponent may move.
    pub profile: ByKey<&'a Profile>,
    /// R² on the runs fitted.
    pub r2_train: Option<f64>,
    /// R² on the runs held out.
    pub r2_holdout: Option<f64>,
    /// Root mean square error of the runs fitted.
    pub rmse: Option<f64>,
    /// Half of the runs fitted are off by less.
    pub median_absolute_error: f64,
    /// All runs of the data.
    pub runs: usize,
    /// Those fitted.
    pub runs_train: usize,
    /// Those held out.
    pub runs_holdout: usize,
    /// Those left out on request.
    pub runs_excluded: usize,
    /// Whether the runs were drawn from a law instead of trained.
    pub synthetic: bool,
    /// Which data.
    pub dataset: DatasetIdentity,
    /// Which file, in words.
    pub origin: Option<&'a str>,
    /// What was made of its columns.
    pub columns: ColumnsPart<'a>,
    /// Runs without a result.
    pub skipped: &'a [Skipped],
    /// How the fit was made.
    pub options: OptionsPart,
    /// Starting points that ended in the best optimum.
    pub starts_agreeing: usize,
    /// Of so many: all starts of least squares; of the Huber criterion the robust ones that were followed to the end.
    pub starts_followed: usize,
    /// The shapes that were fitted.
    pub range: FittedRange,
    /// What runs of one architecture differ by; null where none was repeated.
    pub repeats: Option<Repeats>,
    /// Errors on runs that the law has not seen; null where nobody asked.
    pub validation: Option<ValidationPart>,
    /// Run by run.
    pub residuals: Vec<ResidualPart<'a>>,
    /// How many runs were left out one by one: all that were fitted, or those with the largest residuals.
    pub left_out_one_by_one: usize,
    /// What each of these means to the law, the most influential first.
    pub influence: Vec<InfluencePart<'a>>,
    /// Runs that are not of one kind with the others, held-out ones among them, the farthest first.
    pub outliers: Vec<OutlierPart<'a>>,
    /// What a reader of the law must know.
    pub notes: &'a [String],
}

impl Body for Fit<'_> {
    const COMMAND: &'static str = "fit";
}

/// A part, or why there is none.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Answer_{T}")]
pub enum Answer<T> {
    /// It.
    Known(T),
    /// Why there is none.
    Unknown {
        /// In one line.
        error: String,
    },
}

impl<T> Answer<T> {
    /// Of what may have failed.
    pub fn of(result: &Result<T, FitError>) -> Answer<&T> {
        match result {
            Ok(known) => Answer::Known(known),
            Err(error) => Answer::Unknown { error: headline(error) },
        }
    }

    /// Another part of what is known.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Known(known) => Answer::Known(change(known)),
            Self::Unknown { error } => Answer::Unknown { error },
        }
    }
}

/// In one line.
pub fn headline(error: &FitError) -> String {
    Error::from(error.clone()).headline().to_owned()
}

/// Of one coefficient.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct StandardError {
    /// Of what: κ and the floor vary by factors, so theirs is that of the logarithm.
    pub of: &'static str,
    /// It.
    pub value: f64,
}

/// What was made of the columns of the data.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ColumnsPart<'a> {
    /// Which column gave which field.
    pub used: Vec<UsedPart<'a>>,
    /// Columns that are not known here.
    pub ignored: &'a [String],
    /// What stands in for what the file does not have.
    pub assumed: Vec<String>,
    /// Whether somebody said what the columns mean.
    pub told: Told,
}

/// One column.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsedPart<'a> {
    /// The field of a run.
    pub field: &'static str,
    /// The column's name in the file.
    pub column: &'a str,
}

/// How a fit was made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct OptionsPart {
    /// Share of the architectures held out.
    pub holdout: f64,
    /// Seed of the draws.
    pub seed: u64,
    /// Starting points.
    pub starts: usize,
}

impl From<&FitOptions> for OptionsPart {
    fn from(options: &FitOptions) -> Self {
        Self { holdout: options.holdout, seed: options.seed, starts: options.starts }
    }
}

/// Errors on runs that a law has not seen.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ValidationPart {
    /// Between architectures like those fitted.
    pub k_fold: Answer<KFoldPart>,
    /// From the smaller architectures to the largest.
    pub extrapolation: Answer<ExtrapolationTest>,
}

/// Every architecture predicted once from the others.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct KFoldPart {
    /// Parts.
    pub k: usize,
    /// Over all runs.
    #[serde(flatten)]
    pub score: Score,
    /// Standard error of the RMSE over the parts.
    pub rmse_standard_error: f64,
    /// The parts.
    pub folds: Vec<Fold>,
}

impl From<&KFold> for KFoldPart {
    fn from(tested: &KFold) -> Self {
        Self {
            k: tested.k,
            score: tested.score,
            rmse_standard_error: tested.rmse_standard_error,
            folds: tested.folds.clone(),
        }
    }
}

/// The largest architectures predicted from the smaller ones.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ExtrapolationTest {
    /// Over all runs of the largest.
    #[serde(flatten)]
    pub score: Score,
    /// Taking each architecture for one witness.
    pub bias_standard_error: f64,
    /// Architectures that were predicted.
    pub architectures: usize,
    /// Runs fitted.
    pub runs_fitted: usize,
    /// Architectures fitted.
    pub architectures_fitted: usize,
    /// Free parameters of the law of the smaller ones.
    pub parameters: usize,
    /// Smallest and largest that were fitted.
    pub active_parameters_fitted: [f64; 2],
    /// Smallest and largest that were predicted.
    pub active_parameters_predicted: [f64; 2],
}

impl From<&SizeExtrapolation> for ExtrapolationTest {
    fn from(tested: &SizeExtrapolation) -> Self {
        Self {
            score: tested.score,
            bias_standard_error: tested.bias_standard_error,
            architectures: tested.architectures,
            runs_fitted: tested.runs_fitted,
            architectures_fitted: tested.architectures_fitted,
            parameters: tested.parameters,
            active_parameters_fitted: tested.size_fitted,
            active_parameters_predicted: tested.size_predicted,
        }
    }
}

/// Which part a run plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum FitPart {
    Train,
    Holdout,
    Excluded,
}

/// One run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResidualPart<'a> {
    /// In the file, from 1.
    pub number: usize,
    /// What it is called.
    pub name: &'a str,
    /// What the law sees of its shape; null where only its size is known.
    pub features: Option<Features>,
    /// Parameters that a token uses, in all layers, without embeddings; where only sizes are known, as the data count
    /// them.
    pub active_parameters: f64,
    /// What it was trained on; null where nobody says.
    pub tokens: Option<f64>,
    /// Its loss.
    pub measured: f64,
    /// By the law; null where that gives no number.
    pub predicted: Option<f64>,
    /// Measured less predicted.
    pub residual: Option<f64>,
    /// By the law of the other folds.
    pub predicted_unseen: Option<f64>,
    /// Which part it plays.
    pub part: FitPart,
}

/// What one run means to the law.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InfluencePart<'a> {
    /// In the file, from 1.
    pub number: usize,
    /// What it is called.
    pub name: &'a str,
    /// By how much predictions change without it.
    pub shift: Option<f64>,
    /// Its loss less what the law without it predicts.
    pub deleted_residual: Option<f64>,
    /// Why there is no law without it; null where there is one.
    pub error: Option<String>,
}

/// A run that is not of one kind with the others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OutlierPart<'a> {
    /// In the file, from 1.
    pub number: usize,
    /// What it is called.
    pub name: &'a str,
    /// Its loss less what the law of the others predicts, nats per token.
    pub residual_nats: f64,
    /// The same in standard deviations.
    pub standard_deviations: f64,
    /// `simulated`: more than in any of 199 files drawn from that law; `robust`: more than six robust ones, among many runs.
    pub limit: &'static str,
}
