//! What is said of a fit, in sentences: how well the law describes its runs, and how it predicts those that it has not seen.
//!
//! The command has whole lines, and the head of the Fit screen has a part of one. Where they say the same in other words, the
//! two stand side by side as `…_in_full` and `…_in_short`.

use super::assessment::Validation;
use crate::body::{Answer, ExtrapolationTest, Fit, KFoldPart, headline};
use crate::uncertainty::BootstrapPart;
use engine::error::Error;
use engine::law::LossLaw;
use engine::law::fit::Criterion;
use engine::law::validation::{KFold, SizeExtrapolation};
use engine::units::{self, count, significant};

/// Errors below what rounding leaves are none.
pub fn nats(value: f64, digits: u8) -> String {
    const ROUNDING: f64 = 1e-9;
    if value.abs() < ROUNDING { "0".to_owned() } else { significant(value, digits) }
}

/// The same with its sign.
pub fn signed(value: f64) -> String {
    units::signed(value, |size| nats(size, 2))
}

/// `0.9750 fitted, 0.9520 held out`.
pub fn r_squared_in_full(fit: &Fit<'_>) -> String {
    let known = |value: Option<f64>| value.map_or_else(|| "not known".to_owned(), |value| significant(value, 4));
    let held_out = match fit.runs_holdout {
        0 => String::new(),
        _ => format!(", {} held out", known(fit.r2_holdout)),
    };
    format!("{} fitted{held_out}", known(fit.r2_train))
}

/// `0.01234 nats per token, fitted; half of the errors are below 0.006`.
pub fn rmse_in_full(fit: &Fit<'_>) -> String {
    format!(
        "{} nats per token, fitted; half of the errors are below {}",
        fit.rmse.map_or_else(|| "not known".to_owned(), |rmse| nats(rmse, 4)),
        nats(fit.median_absolute_error, 4)
    )
}

/// `R² 0.974 fitted, 0.960 held out · RMSE 0.0123 nats`; what is not known is left out.
pub fn quality_in_short(law: &LossLaw) -> String {
    let quality = &law.quality;
    let r2 = [(quality.r2_train, "fitted"), (quality.r2_holdout, "held out")];
    let r2: Vec<String> = r2.iter().filter_map(|(r2, part)| Some(format!("{:.3} {part}", (*r2)?))).collect();
    let r2 = (!r2.is_empty()).then(|| format!("R² {}", r2.join(", ")).replace('-', "−"));
    let rmse = quality.rmse.map(|nats| format!("RMSE {} nats", significant(nats, 3)));
    r2.into_iter().chain(rmse).collect::<Vec<_>>().join(" · ")
}

/// How many runs were fitted and how many were held out.
pub fn split_in_full(fit: &Fit<'_>) -> String {
    format!(
        "{} runs fitted, {} held out (share {} of the architectures, seed {})",
        count(fit.runs_train),
        count(fit.runs_holdout),
        fit.options.holdout,
        fit.options.seed
    )
}

/// Of the fit's starting points. Under the Huber criterion they are the robust ones, which were followed to the end.
pub fn starts_in_full(fit: &Fit<'_>) -> String {
    let robust = if fit.criterion == Criterion::HuberLog.name() { " robust starts" } else { "" };
    format!("{} of {}{robust} ended in the best optimum", fit.starts_agreeing, fit.starts_followed)
}

/// What resampling the runs gives, or why it gives nothing.
pub fn intervals_in_full(drawn: &Answer<BootstrapPart>) -> String {
    match drawn {
        Answer::Known(drawn) => format!("{} % of {}", 100.0 * drawn.level, drawn.sentence()),
        Answer::Unknown { error } => format!("none: {error}"),
    }
}

/// Both errors on unseen runs: between architectures like those fitted, and at the largest; none if nobody asked.
pub fn tests_in_full(fit: &Fit<'_>) -> Option<[String; 2]> {
    let tests = fit.validation.as_ref()?;
    let between = match &tests.k_fold {
        Answer::Known(tested) => Some(tested.score.rmse),
        Answer::Unknown { .. } => None,
    };
    Some([
        or_reason(&tests.k_fold, folds_in_full),
        or_reason(&tests.extrapolation, |tested| largest_in_full(tested, fit.parameters, between)),
    ])
}

fn or_reason<T>(answer: &Answer<T>, words: impl Fn(&T) -> String) -> String {
    match answer {
        Answer::Known(known) => words(known),
        Answer::Unknown { error } => format!("not tested: {error}"),
    }
}

/// `5-fold RMSE 0.0303 ± 0.0017 · largest 20 %: RMSE 0.053, bias −0.047`; why, where a test could not be made.
pub fn tests_in_short(Validation { k_fold, extrapolation }: &Validation) -> String {
    let folds = k_fold.as_ref().map_or_else(|error| format!("no k-fold: {}", headline(error)), folds_in_short);
    let largest = extrapolation.as_ref().map_or_else(|error| format!("largest: {}", headline(error)), largest_in_short);
    format!("{folds} · {largest}")
}

/// Why there are no such errors.
pub fn untested_in_short(error: Option<&Error>) -> String {
    let reason = error.map_or_else(String::new, |error| format!(": {}", error.headline()));
    format!("not tested on unseen runs{reason}")
}

fn folds_in_full(tested: &KFoldPart) -> String {
    format!(
        "RMSE {} ± {} nats per token{}, every architecture predicted from the others ({} parts)",
        nats(tested.score.rmse, 3),
        nats(tested.rmse_standard_error, 2),
        r_squared_of_unseen(tested.score.r2),
        tested.k
    )
}

fn folds_in_short(KFold { k, score, rmse_standard_error, .. }: &KFold) -> String {
    format!("{k}-fold RMSE {} ± {}", significant(score.rmse, 3), significant(*rmse_standard_error, 2))
}

fn largest_in_full(tested: &ExtrapolationTest, parameters: usize, between_rmse: Option<f64>) -> String {
    let size = |value: f64| units::parameters(value.round() as u64);
    let [fitted_from, fitted_to] = tested.active_parameters_fitted.map(size);
    let [from, to] = tested.active_parameters_predicted.map(size);
    let score = &tested.score;
    let opinion = if score.bias.abs() < 2.0 * tested.bias_standard_error {
        "no clear bias"
    } else if score.bias > 0.0 {
        "expects too much loss"
    } else {
        "expects too little loss"
    };
    let beside = between_rmse.filter(|between| *between > 0.0).map_or_else(String::new, |between| {
        format!(", {} times the k-fold error", significant(score.rmse / between, 2))
    });
    let poorer = if tested.parameters < parameters {
        format!(" (these show only {} of the {parameters} parameters)", tested.parameters)
    } else {
        String::new()
    };
    format!(
        "RMSE {} nats per token, bias {} ± {} ({opinion}){}{beside}: {} architectures of {from} to {to} active parameters predicted from {} of \
         {fitted_from} to {fitted_to}{poorer}",
        nats(score.rmse, 3),
        signed(score.bias),
        nats(tested.bias_standard_error, 2),
        r_squared_of_unseen(score.r2),
        tested.architectures,
        tested.architectures_fitted,
    )
}

fn largest_in_short(
    SizeExtrapolation { score, architectures, architectures_fitted, .. }: &SizeExtrapolation,
) -> String {
    let share = units::percent(*architectures as f64 / (architectures + architectures_fitted) as f64);
    let bias = units::signed(score.bias, |size| significant(size, 2));
    format!("largest {share}: RMSE {}, bias {bias}", significant(score.rmse, 3))
}

fn r_squared_of_unseen(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        // Of the largest, losses hardly differ, and nobody knows their mean beforehand.
        Some(value) if value < 0.0 => ", R² below 0".to_owned(),
        Some(value) => format!(", R² {}", significant(value, 3)),
    }
}

/// Why the runs of a law are not at hand.
pub fn runs_missing(law: &LossLaw) -> String {
    match (&law.dataset, law.quality.runs) {
        (Some(dataset), _) => format!(
            "It was fitted to runs of {} (sha256 {}), which are not open here.",
            dataset.name,
            dataset.sha256.get(..8).unwrap_or_default()
        ),
        (None, Some(runs)) => format!(
            "Its coefficients were published, the {} runs behind them never were: there is nothing to hold its \
             predictions against.",
            count(runs)
        ),
        (None, None) => "The runs behind its coefficients are not at hand.".to_owned(),
    }
}
