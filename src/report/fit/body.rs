//! The report of a fit as one document. The table prints from it, so that both say the same.

use std::collections::BTreeMap;

use super::assessment::Assessment;
use super::fitting::Fitting;
use super::identified::identified;
use crate::body::{
    Answer, ColumnsPart, ExtrapolationTest, Fit, FitPart, InfluencePart, KFoldPart, OutlierPart, ResidualPart,
    StandardError, UsedPart, ValidationPart, headline,
};
use crate::by_key::ByKey;
use crate::uncertainty::BootstrapPart;
use engine::law::form::Slot;
use engine::law::influence::Influence;
use engine::law::outliers::{Limit, Outlier};
use engine::law::{Ensemble, Features, Variable};
use engine::runs::Run;
use engine::statistics::median;
use files::runs::Loaded;

/// Of a fit to `loaded`; `notes` are those of the law.
pub fn body<'a>(fitting: &'a Fitting, assessment: &'a Assessment, loaded: &'a Loaded, notes: &'a [String]) -> Fit<'a> {
    let Fitting { choice, options, fit } = fitting;
    let dataset = &loaded.dataset;
    let used = loaded.used.iter().map(|used| UsedPart { field: used.field.name(), column: &used.column });
    let ensemble = assessment.ensemble.as_ref();
    Fit {
        form: options.form.name,
        formula: options.form.formula,
        form_source: options.form.source,
        criterion: options.criterion.name(),
        weights: options.weighting.name(),
        tokens: fit.coefficients.tokens_stated(),
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
            let error = |run: &Run| (run.loss - fit.coefficients.loss_after(&run.features, run.tokens)).abs();
            median(runs.map(error)).unwrap_or_default()
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
        starts_followed: fit.starts_followed,
        range: fit.range,
        repeats: fit.repeats,
        validation: assessment.tests.as_ref().map(|tests| ValidationPart {
            k_fold: Answer::of(&tests.k_fold).map(KFoldPart::from),
            extrapolation: Answer::of(&tests.extrapolation).map(ExtrapolationTest::from),
        }),
        residuals: residuals(fitting, assessment, &dataset.runs),
        left_out_one_by_one: assessment.influence.len(),
        influence: assessment.influence.iter().map(|run| influence(run, fitting, &dataset.runs)).collect(),
        outliers: assessment.outliers.found.iter().map(|run| outlier(run, fitting, &dataset.runs)).collect(),
        notes,
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
    let mut parts: BTreeMap<usize, FitPart> = choice.excluded.iter().map(|&run| (run, FitPart::Excluded)).collect();
    parts.extend(fit.train.iter().map(|&run| (choice.kept[run], FitPart::Train)));
    parts.extend(fit.holdout.iter().map(|&run| (choice.kept[run], FitPart::Holdout)));
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
                features: Some(run.features).filter(Features::is_shape),
                active_parameters: Variable::ActiveParameters.value(&run.features, None),
                tokens: run.tokens,
                measured: run.loss,
                predicted: Some(predicted),
                residual: Some(run.loss - predicted),
                predicted_unseen: unseen.get(&place).copied(),
                part,
            }
        })
        .collect()
}

fn outlier<'a>(outlier: &Outlier, fitting: &Fitting, runs: &'a [Run]) -> OutlierPart<'a> {
    let place = fitting.choice.kept[outlier.run];
    OutlierPart {
        number: place + 1,
        name: &runs[place].name,
        residual_nats: outlier.residual_nats,
        standard_deviations: outlier.standard_deviations,
        limit: match outlier.limit {
            Limit::Simulated => "simulated",
            Limit::Robust => "robust",
        },
    }
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
