//! The report of a fit as one document. The table prints from it, so that both say the same.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::assessment::Assessment;
use super::identified::identified;
use crate::cli::fitting::Fitting;
use engine::error::Error;
use engine::law::fit::{Fate, FitError, FitOptions, Profile, Repeats};
use engine::law::form::Slot;
use engine::law::influence::Influence;
use engine::law::validation::{Fold, KFold, Score, SizeExtrapolation};
use engine::law::{Coefficients, DatasetIdentity, Ensemble, Features, FittedRange, Interval};
use engine::runs::Run;
use engine::statistics::median;
use files::runs::{Loaded, Skipped, Told};
use report::BootstrapPart;

/// Everything that `roofscape fit` says.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    pub(super) form: &'static str,
    pub(super) formula: &'static str,
    pub(super) form_source: &'static str,
    pub(super) criterion: &'static str,
    pub(super) weights: &'static str,
    /// The training length that losses are for, of a law with a data term.
    pub(super) tokens: Option<f64>,
    pub(super) coefficients: Coefficients,
    pub(super) parameters: usize,
    pub(super) standard_errors: ByKey<Option<StandardError>>,
    pub(super) coefficients_ci: Option<ByKey<Interval>>,
    pub(super) bootstrap: Option<Answer<BootstrapPart>>,
    pub(super) fate: ByKey<Fate>,
    pub(super) identified: ByKey<bool>,
    pub(super) profile: ByKey<&'a Profile>,
    pub(super) r2_train: Option<f64>,
    pub(super) r2_holdout: Option<f64>,
    pub(super) rmse: Option<f64>,
    /// Of the runs fitted, nats per token.
    pub(super) median_absolute_error: f64,
    pub(super) runs: usize,
    pub(super) runs_train: usize,
    pub(super) runs_holdout: usize,
    pub(super) runs_excluded: usize,
    pub(super) synthetic: bool,
    pub(super) dataset: DatasetIdentity,
    pub(super) origin: Option<&'a str>,
    pub(super) columns: ColumnsPart<'a>,
    pub(super) skipped: &'a [Skipped],
    pub(super) options: OptionsPart,
    pub(super) starts_agreeing: usize,
    pub(super) range: FittedRange,
    pub(super) repeats: Option<Repeats>,
    pub(super) validation: Option<ValidationPart>,
    pub(super) residuals: Vec<ResidualPart<'a>>,
    /// How many runs were left out one by one: all that were fitted, or those with the largest residuals.
    pub(super) left_out_one_by_one: usize,
    pub(super) influence: Vec<InfluencePart<'a>>,
    pub(super) notes: &'a [String],
}

/// Values under the names of coefficients.
#[derive(Debug)]
pub(super) struct ByKey<T>(pub(super) Vec<(&'static str, T)>);

impl<T> ByKey<T> {
    pub(super) fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }
}

impl<T: Serialize> Serialize for ByKey<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// A part, or why there is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer<T> {
    Known(T),
    Unknown { error: String },
}

impl<T> Answer<T> {
    pub(super) fn of(result: &Result<T, FitError>) -> Answer<&T> {
        match result {
            Ok(known) => Answer::Known(known),
            Err(error) => Answer::Unknown { error: headline(error) },
        }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Known(known) => Answer::Known(change(known)),
            Self::Unknown { error } => Answer::Unknown { error },
        }
    }
}

/// In one line.
pub(super) fn headline(error: &FitError) -> String {
    Error::from(error.clone()).headline().to_owned()
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct StandardError {
    /// Of what: κ and the floor vary by factors, so theirs is that of the logarithm.
    pub(super) of: &'static str,
    pub(super) value: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct ColumnsPart<'a> {
    used: Vec<UsedPart<'a>>,
    ignored: &'a [String],
    assumed: Vec<String>,
    told: Told,
}

#[derive(Debug, Serialize)]
struct UsedPart<'a> {
    field: &'static str,
    column: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct OptionsPart {
    pub(super) holdout: f64,
    pub(super) seed: u64,
    pub(super) starts: usize,
}

impl From<&FitOptions> for OptionsPart {
    fn from(options: &FitOptions) -> Self {
        Self { holdout: options.holdout, seed: options.seed, starts: options.starts }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ValidationPart {
    pub(super) k_fold: Answer<KFoldPart>,
    pub(super) extrapolation: Answer<ExtrapolationPart>,
}

#[derive(Debug, Serialize)]
pub(super) struct KFoldPart {
    pub(super) k: usize,
    #[serde(flatten)]
    pub(super) score: Score,
    pub(super) rmse_standard_error: f64,
    pub(super) folds: Vec<Fold>,
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

#[derive(Debug, Serialize)]
pub(super) struct ExtrapolationPart {
    #[serde(flatten)]
    pub(super) score: Score,
    pub(super) bias_standard_error: f64,
    pub(super) architectures: usize,
    pub(super) runs_fitted: usize,
    pub(super) architectures_fitted: usize,
    pub(super) parameters: usize,
    pub(super) active_parameters_fitted: [f64; 2],
    pub(super) active_parameters_predicted: [f64; 2],
}

impl From<&SizeExtrapolation> for ExtrapolationPart {
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Part {
    Train,
    Holdout,
    Excluded,
}

#[derive(Debug, Serialize)]
pub(super) struct ResidualPart<'a> {
    /// In the file, from 1.
    pub(super) number: usize,
    pub(super) name: &'a str,
    features: Features,
    tokens: Option<f64>,
    measured: f64,
    predicted: f64,
    /// Measured less predicted.
    residual: f64,
    /// By the law of the other folds.
    predicted_unseen: Option<f64>,
    part: Part,
}

#[derive(Debug, Serialize)]
pub(super) struct InfluencePart<'a> {
    pub(super) number: usize,
    pub(super) name: &'a str,
    pub(super) shift: Option<f64>,
    pub(super) deleted_residual: Option<f64>,
    /// Why there is no law without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        fitting: &'a Fitting,
        assessment: &'a Assessment,
        loaded: &'a Loaded,
        notes: &'a [String],
    ) -> Self {
        let Fitting { choice, options, fit } = fitting;
        let dataset = &loaded.dataset;
        let used = loaded.used.iter().map(|used| UsedPart { field: used.field.name(), column: &used.column });
        let ensemble = assessment.ensemble.as_ref();
        Self {
            form: options.form.name,
            formula: options.form.formula,
            form_source: options.form.source,
            criterion: options.criterion.name(),
            weights: options.weighting.name(),
            tokens: fit.coefficients.tokens(),
            coefficients: fit.coefficients,
            parameters: fit.parameters,
            standard_errors: standard_errors(fitting),
            coefficients_ci: ensemble
                .and_then(|ensemble| ensemble.as_ref().ok())
                .map(|ensemble| ByKey(ensemble.coefficients_ci(Ensemble::LEVEL))),
            bootstrap: ensemble
                .map(|ensemble| Answer::of(ensemble).map(|ensemble| BootstrapPart::new(ensemble, Ensemble::LEVEL))),
            fate: {
                let keys = options.form.slots().into_iter().map(|slot| options.form.name_of(slot).key);
                ByKey(keys.zip(assessment.fates.iter().copied()).collect())
            },
            identified: identified(fitting, assessment),
            profile: ByKey(assessment.profiles.iter().map(|profile| (profile.name.key, profile)).collect()),
            r2_train: fit.quality.r2_train,
            r2_holdout: fit.quality.r2_holdout,
            rmse: fit.quality.rmse,
            median_absolute_error: {
                let runs = fit.train.iter().filter_map(|&run| choice.runs.get(run));
                median(runs.map(|run| (run.loss - fit.coefficients.loss_after(&run.features, run.tokens)).abs()))
                    .unwrap_or(f64::NAN)
            },
            runs: dataset.runs.len(),
            runs_train: fit.train.len(),
            runs_holdout: fit.holdout.len(),
            runs_excluded: choice.excluded.len(),
            synthetic: dataset.synthetic,
            dataset: dataset.identity(),
            origin: dataset.origin.as_deref(),
            columns: ColumnsPart {
                used: used.collect(),
                ignored: &loaded.ignored,
                assumed: loaded.assumed(),
                told: loaded.told,
            },
            skipped: &loaded.skipped,
            options: options.into(),
            starts_agreeing: fit.starts_agreeing,
            range: fit.range,
            repeats: fit.repeats,
            validation: assessment.tests.as_ref().map(|tests| ValidationPart {
                k_fold: Answer::of(&tests.k_fold).map(KFoldPart::from),
                extrapolation: Answer::of(&tests.extrapolation).map(ExtrapolationPart::from),
            }),
            residuals: residuals(fitting, assessment, &dataset.runs),
            left_out_one_by_one: assessment.influence.len(),
            influence: assessment.influence.iter().map(|run| influence(run, fitting, &dataset.runs)).collect(),
            notes,
        }
    }
}

fn standard_errors(fitting: &Fitting) -> ByKey<Option<StandardError>> {
    let form = fitting.options.form;
    let error = |(slot, error): (Slot, &Option<f64>)| {
        let of = if matches!(slot, Slot::Exponent(_)) { "value" } else { "logarithm" };
        (form.name_of(slot).key, error.map(|value| StandardError { of, value }))
    };
    ByKey(form.slots().into_iter().zip(&fitting.fit.standard_errors).map(error).collect())
}

fn residuals<'a>(fitting: &Fitting, assessment: &Assessment, runs: &'a [Run]) -> Vec<ResidualPart<'a>> {
    let Fitting { choice, fit, .. } = fitting;
    let mut parts: BTreeMap<usize, Part> = choice.excluded.iter().map(|&run| (run, Part::Excluded)).collect();
    parts.extend(fit.train.iter().map(|&run| (choice.kept[run], Part::Train)));
    parts.extend(fit.holdout.iter().map(|&run| (choice.kept[run], Part::Holdout)));
    let folds = assessment.tests.as_ref().and_then(|tests| tests.k_fold.as_ref().ok());
    let unseen: BTreeMap<usize, f64> = folds
        .into_iter()
        .flat_map(|tested| &tested.predictions)
        .map(|prediction| (choice.kept[prediction.run], prediction.predicted))
        .collect();
    parts
        .into_iter()
        .map(|(place, part)| {
            let run = &runs[place];
            let predicted = fit.coefficients.loss_after(&run.features, run.tokens);
            ResidualPart {
                number: place + 1,
                name: &run.name,
                features: run.features,
                tokens: run.tokens,
                measured: run.loss,
                predicted,
                residual: run.loss - predicted,
                predicted_unseen: unseen.get(&place).copied(),
                part,
            }
        })
        .collect()
}

fn influence<'a>(influence: &Influence, fitting: &Fitting, runs: &'a [Run]) -> InfluencePart<'a> {
    let place = fitting.choice.kept[influence.run];
    let effect = influence.effect.as_ref();
    InfluencePart {
        number: place + 1,
        name: &runs[place].name,
        shift: effect.ok().map(|effect| effect.shift),
        deleted_residual: effect.ok().map(|effect| effect.deleted_residual),
        error: effect.err().map(headline),
    }
}
