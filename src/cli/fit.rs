//! `roofscape fit`: a law from runs, with everything that tells how far to trust it.

use std::path::Path;

use serde::Serialize;

use super::args::{FitArgs, Format};
use super::table::{Table, write_pairs};
use super::{Failure, Outcome, Streams};
use crate::engine::law::fit::{Fit, FitOptions, fit};
use crate::engine::law::{Axis, Coefficients, DatasetIdentity, FittedRange, LossLaw};
use crate::error::{Error, Result};
use crate::files::export::{Warning, write_json};
use crate::files::law;
use crate::files::resolve::Library;
use crate::files::runs::{Loaded, Skipped, Told};
use crate::files::toml_source::shown;
use crate::units::{count, significant};

#[derive(Debug, Serialize)]
struct Report<'a> {
    coefficients: Coefficients,
    r2_train: Option<f64>,
    r2_holdout: Option<f64>,
    rmse: Option<f64>,
    runs: usize,
    runs_train: usize,
    runs_holdout: usize,
    synthetic: bool,
    dataset: DatasetIdentity,
    origin: Option<&'a str>,
    columns: ColumnsPart<'a>,
    skipped: &'a [Skipped],
    options: OptionsPart,
    starts_agreeing: usize,
    range: FittedRange,
    notes: &'a [String],
}

#[derive(Debug, Serialize)]
struct ColumnsPart<'a> {
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
struct OptionsPart {
    holdout: f64,
    seed: u64,
    starts: usize,
}

pub(super) fn run(args: &FitArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let loaded = library.data_as(&args.data, &args.columns.clone().unwrap_or_default())?;
    let dataset = &loaded.dataset;
    let options = FitOptions { holdout: args.holdout, seed: args.seed, starts: args.starts, ..FitOptions::default() };
    let fit = fit(&dataset.runs, &options, &()).map_err(|error| Error::from(error).in_source(dataset.name.clone()))?;
    let law = LossLaw::fitted(fit.clone(), dataset);
    streams.warn(&Warning::of_law(&law));
    if let Some(path) = &args.save {
        save(path, args.force, law, streams)?;
    }
    match args.format {
        Format::Json => write_json(&report(&fit, &loaded, &options), &mut *streams.out)?,
        Format::Table => print(&fit, &loaded, &options, args.save.as_deref(), streams)?,
    }
    Ok(Outcome::Found)
}

/// The file's stem is the law's name, because that is what will be typed.
fn save(path: &Path, force: bool, mut law: LossLaw, streams: &mut Streams<'_>) -> Result<(), Failure> {
    if path == Path::new("-") {
        return Err(Error::new("the law goes to a file, the report to stdout").at_column("--save").into());
    }
    if let Some(stem) = path.file_stem() {
        law.name = stem.to_string_lossy().into_owned();
    }
    streams.deliver(path, force, law::to_toml(&law)?.as_bytes())?;
    Ok(())
}

fn report<'a>(fit: &'a Fit, loaded: &'a Loaded, options: &FitOptions) -> Report<'a> {
    let used = loaded.used.iter().map(|used| UsedPart { field: used.field.name(), column: &used.column });
    Report {
        coefficients: fit.coefficients,
        r2_train: fit.quality.r2_train,
        r2_holdout: fit.quality.r2_holdout,
        rmse: fit.quality.rmse,
        runs: loaded.dataset.runs.len(),
        runs_train: fit.train.len(),
        runs_holdout: fit.holdout.len(),
        synthetic: loaded.dataset.synthetic,
        dataset: loaded.dataset.identity(),
        origin: loaded.dataset.origin.as_deref(),
        columns: ColumnsPart {
            used: used.collect(),
            ignored: &loaded.ignored,
            assumed: loaded.assumed(),
            told: loaded.told,
        },
        skipped: &loaded.skipped,
        options: OptionsPart { holdout: options.holdout, seed: options.seed, starts: options.starts },
        starts_agreeing: fit.starts_agreeing,
        range: fit.range,
        notes: &fit.notes,
    }
}

fn print(
    fit: &Fit,
    loaded: &Loaded,
    options: &FitOptions,
    saved: Option<&Path>,
    streams: &mut Streams<'_>,
) -> std::io::Result<()> {
    let dataset = &loaded.dataset;
    let synthetic = if dataset.synthetic { ", synthetic" } else { "" };
    let origin = dataset.origin.as_deref().unwrap_or("given");
    let known = |value: Option<f64>| value.map_or_else(|| "not known".to_owned(), |value| significant(value, 4));
    let used = loaded.used.iter().map(|used| {
        let canonical = used.field.name() == used.column;
        if canonical { used.column.clone() } else { shown(&used.to_string()) }
    });
    let mut pairs = vec![
        ("dataset", format!("{}, {} runs{synthetic}; {origin}", shown(&dataset.name), count(dataset.runs.len()))),
        ("sha256", dataset.sha256.clone()),
        ("columns", used.collect::<Vec<String>>().join(", ")),
    ];
    pairs.extend(loaded.told_in_words().map(|told| ("", told.to_owned())));
    if !loaded.ignored.is_empty() {
        let ignored: Vec<String> = loaded.ignored.iter().map(|column| shown(column)).collect();
        pairs.push(("ignored", ignored.join(", ")));
    }
    pairs.extend(loaded.assumed().into_iter().map(|assumed| ("assumed", assumed)));
    pairs.extend(loaded.skipped.iter().map(|skipped| ("skipped", skipped.to_string())));
    pairs.extend([
        (
            "split",
            format!(
                "{} runs fitted, {} held out (share {} of the architectures, seed {})",
                count(fit.train.len()),
                count(fit.holdout.len()),
                options.holdout,
                options.seed
            ),
        ),
        ("starts", format!("{} of {} ended in the best optimum", fit.starts_agreeing, options.starts)),
        ("R²", format!("{} fitted, {} held out", known(fit.quality.r2_train), known(fit.quality.r2_holdout))),
        ("RMSE", format!("{} nats per token, fitted", known(fit.quality.rmse))),
    ]);
    pairs.extend(saved.map(|path| ("saved", path.display().to_string())));
    pairs.extend(fit.notes.iter().map(|note| ("note", note.clone())));
    write_pairs(streams.out, &pairs)?;

    writeln!(streams.out)?;
    let mut table = Table::new(&["coefficient", "value"], &[0]);
    for (name, value) in fit.coefficients.named() {
        table.row([name.to_owned(), significant(value, 4)]);
    }
    table.write(streams.out)?;

    writeln!(streams.out)?;
    let mut table = Table::new(&["fitted on", "from", "to"], &[0]);
    for axis in Axis::ALL {
        let [low, high] = fit.range.get(axis);
        table.row([axis.to_string(), plain(low), plain(high)]);
    }
    table.write(streams.out)
}

/// Whole numbers as they are, others to four digits.
fn plain(value: f64) -> String {
    if value.fract() == 0.0 { value.to_string() } else { significant(value, 4) }
}
