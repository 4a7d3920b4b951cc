//! `roofscape fit --compare`: every law that the runs allow, in one table.

use crate::cli::args::{FitArgs, Format};
use crate::cli::streams::{Failure, Outcome, Streams};
use crate::cli::table::{Table, write_pairs};
use engine::error::Error;
use engine::law::comparison::{Candidate, Comparison, Entry, compare};
use engine::law::fit::FitOptions;
use engine::runs::Dataset;
use engine::text::shown;
use engine::units::{count, significant};
use report::body::{Answer, Compare, ComparedForm, ExtrapolationTest, KFoldPart, OptionsPart, RankPart, headline};
use report::fit::Choice;
use report::fit::words::signed;
use report::{Document, SettingPart, write_json};

pub(super) fn run(
    args: &FitArgs,
    dataset: &Dataset,
    options: &FitOptions,
    streams: &mut Streams<'_>,
) -> Result<Outcome, Failure> {
    if args.folds < 2 {
        return Err(Error::new(
            "laws are compared by their error on unseen runs, and there are no parts to leave unseen",
        )
        .at_column("--folds")
        .expected("2 parts or more")
        .into());
    }
    let choice = Choice::of(dataset, &args.fitting.exclude)?;
    let options = args.fitting.options(options, dataset);
    let compared = compare(&choice.runs, &options, args.folds, &())
        .map_err(|error| Error::from(error).in_source(dataset.name.clone()))?;
    let mut notes: Vec<String> = compared.without_tokens.iter().cloned().collect();
    notes.extend(dependence(&compared, choice.runs.len()));
    notes.extend(choice.sentence(dataset));
    let report = Compare {
        dataset: dataset.identity(),
        runs: dataset.runs.len(),
        runs_excluded: choice.excluded.len(),
        criterion: options.criterion.name(),
        weights: options.weighting.name(),
        folds: args.folds,
        options: OptionsPart::from(&options),
        comparison: compared.entries.iter().map(|entry| entry_part(entry, &compared)).collect(),
        preferred: compared.preferred.map(|form| form.name),
        simplest_as_good: compared.simplest_as_good.map(|form| form.name),
        notes,
    };
    match args.format {
        Format::Json => {
            let setting = SettingPart::default().with_dataset(dataset.identity());
            write_json(&Document::new(setting, &[], report), &mut *streams.out)?;
        }
        Format::Table => print(&report, &compared.verdict(), streams)?,
    }
    Ok(Outcome::Found)
}

fn entry_part(entry: &Entry, compared: &Comparison) -> ComparedForm {
    let none = ComparedForm {
        form: entry.form.name,
        title: entry.form.title,
        formula: entry.form.formula,
        error: entry.outcome.as_ref().err().map(headline),
        parameters: None,
        r2: None,
        rmse: None,
        k_fold: None,
        extrapolation: None,
        aic: None,
        bic: None,
        rank: None,
        same_as: None,
        notes: Vec::new(),
    };
    let Ok(candidate) = &entry.outcome else { return none };
    let place = |figure: fn(&Candidate) -> Option<f64>| {
        let ranked = compared.ranked(figure);
        ranked.iter().position(|form| form.name == entry.form.name).map(|place| place + 1)
    };
    ComparedForm {
        parameters: Some(candidate.fit.parameters),
        r2: candidate.fit.quality.r2_train,
        rmse: candidate.fit.quality.rmse,
        k_fold: Some(Answer::of(&candidate.k_fold).map(KFoldPart::from)),
        extrapolation: Some(Answer::of(&candidate.extrapolation).map(ExtrapolationTest::from)),
        aic: candidate.aic,
        bic: candidate.bic,
        rank: Some(RankPart {
            k_fold: place(|candidate| Some(candidate.k_fold.as_ref().ok()?.score.rmse)),
            extrapolation: place(|candidate| Some(candidate.extrapolation.as_ref().ok()?.score.rmse)),
            aic: place(|candidate| candidate.aic),
            bic: place(|candidate| candidate.bic),
        }),
        same_as: candidate.same_as,
        notes: candidate.fit.notes.clone(),
        ..none
    }
}

fn print(report: &Compare, verdict: &str, streams: &mut Streams<'_>) -> std::io::Result<()> {
    let mut pairs = vec![
        ("dataset", format!("{}, {} runs", shown(&report.dataset.name), count(report.runs))),
        (
            "tested",
            format!("{} folds of architectures, seed {}; errors in nats per token", report.folds, report.options.seed),
        ),
        ("preferred", verdict.to_owned()),
    ];
    pairs.extend(best_at_the_largest(report).map(|words| ("largest", words)));
    for entry in &report.comparison {
        let failed = entry.error.iter().map(|error| format!("{} cannot be fitted: {error}", entry.form));
        pairs.extend(failed.chain(remarks(entry)).map(|remark| ("note", remark)));
    }
    pairs.extend(report.notes.iter().map(|note| ("note", note.clone())));
    write_pairs(streams.out, &pairs)?;
    writeln!(streams.out)?;
    let headings = [
        "law",
        "parameters",
        "R²",
        "RMSE",
        "k-fold RMSE",
        "± std. error",
        "at the largest",
        "bias there",
        "AIC",
        "BIC",
    ];
    let mut table = Table::new(&headings, &[0]);
    for entry in &report.comparison {
        let Some(parameters) = entry.parameters else { continue };
        let number = |value: Option<f64>, digits| value.map_or_else(nothing, |value| significant(value, digits));
        let criterion = |value: Option<f64>| value.map_or_else(nothing, |value| format!("{value:.1}"));
        let (mut folds, mut error, mut largest, mut bias) = (nothing(), nothing(), nothing(), nothing());
        if let Some(Answer::Known(tested)) = &entry.k_fold {
            (folds, error) = (significant(tested.score.rmse, 3), significant(tested.rmse_standard_error, 2));
        }
        if let Some(Answer::Known(tested)) = &entry.extrapolation {
            (largest, bias) = (significant(tested.score.rmse, 3), signed(tested.score.bias));
        }
        table.row([
            entry.form.to_owned(),
            parameters.to_string(),
            number(entry.r2, 4),
            number(entry.rmse, 3),
            folds,
            error,
            largest,
            bias,
            criterion(entry.aic),
            criterion(entry.bic),
        ]);
    }
    table.write(streams.out)
}

fn nothing() -> String {
    "–".to_owned()
}

/// The law that extrapolates best, where that is not the one preferred.
fn best_at_the_largest(report: &Compare) -> Option<String> {
    let (best, rmse) = report
        .comparison
        .iter()
        .filter_map(|entry| match &entry.extrapolation {
            Some(Answer::Known(tested)) if entry.same_as.is_none() => Some((entry.form, tested.score.rmse)),
            _ => None,
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    (report.preferred != Some(best)).then(|| {
        format!(
            "{best} errs least where it predicts the largest architectures from the smaller ones (RMSE {})",
            significant(rmse, 3)
        )
    })
}

/// Information criteria count runs, and runs of one architecture err together.
fn dependence(compared: &Comparison, runs: usize) -> Option<String> {
    const MANY: usize = 2;
    let tested = compared.entries.iter().find_map(|entry| entry.outcome.as_ref().ok()?.k_fold.as_ref().ok())?;
    let architectures: usize = tested.folds.iter().map(|fold| fold.architectures).sum();
    (runs >= MANY * architectures).then(|| {
        format!(
            "AIC and BIC take {} runs of {architectures} architectures for independent, which they are not: go by the k-fold error, whose \
             folds are whole architectures",
            count(runs)
        )
    })
}

/// Why a figure is missing, and what a form has become.
fn remarks(entry: &ComparedForm) -> impl Iterator<Item = String> {
    let form = entry.form;
    let same = entry.same_as.map(|other| format!("on these runs {form} is the same law as {other}"));
    let untested = match &entry.k_fold {
        Some(Answer::Unknown { error }) => Some(format!("{form} in folds: {error}")),
        Some(Answer::Known(_)) | None => None,
    };
    let unextrapolated = match &entry.extrapolation {
        Some(Answer::Unknown { error }) => Some(format!("{form} at the largest: {error}")),
        Some(Answer::Known(_)) | None => None,
    };
    [same, untested, unextrapolated].into_iter().flatten()
}
