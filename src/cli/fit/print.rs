//! The report as tables for people.

use std::io;
use std::path::Path;

use crate::cli::streams::Streams;
use crate::cli::table::{Table, write_pairs};
use engine::law::fit::{Fate, PROFILE_LEVEL, Profile};
use engine::law::form::{Form, Slot};
use engine::law::{Ensemble, Variable, forms};
use engine::text::shown;
use engine::units::{self, count, significant};
use files::runs::Loaded;
use report::body::{Fit, StandardError};
use report::fit::words::{self, nats, signed};

/// Runs of the influence table.
const MOST_INFLUENTIAL: usize = 10;

pub(super) fn print(
    report: &Fit<'_>,
    loaded: &Loaded,
    saved: Option<&Path>,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let mut pairs = of_data(report, loaded);
    pairs.extend(of_fit(report));
    pairs.extend(
        words::tests_in_full(report).into_iter().flat_map(|tests| ["k-fold", "largest"].into_iter().zip(tests)),
    );
    pairs.extend(report.bootstrap.as_ref().map(|drawn| ("intervals", words::intervals_in_full(drawn))));
    if report.left_out_one_by_one < report.runs_train {
        let some = report.left_out_one_by_one;
        pairs
            .push(("left out", format!("one by one, for their influence: the {some} runs with the largest residuals")));
    }
    pairs.extend(saved.map(|path| ("saved", path.display().to_string())));
    pairs.extend(report.notes.iter().map(|note| ("note", note.clone())));
    write_pairs(streams.out, &pairs)?;
    writeln!(streams.out)?;
    coefficients(report).write(streams.out)?;
    writeln!(streams.out)?;
    influence(report).write(streams.out)?;
    writeln!(streams.out)?;
    range(report).write(streams.out)
}

fn of_data(report: &Fit<'_>, loaded: &Loaded) -> Vec<(&'static str, String)> {
    let dataset = &loaded.dataset;
    let synthetic = if dataset.synthetic { ", synthetic" } else { "" };
    let origin = dataset.origin.as_deref().unwrap_or("given");
    let used = loaded.used.iter().map(|used| {
        let canonical = used.field.name() == used.column;
        if canonical { used.column.clone() } else { shown(&used.to_string()) }
    });
    let mut pairs = vec![
        ("dataset", format!("{}, {} runs{synthetic}; {origin}", shown(&dataset.name), count(report.runs))),
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
    pairs
}

fn of_fit(report: &Fit<'_>) -> Vec<(&'static str, String)> {
    let mut pairs = vec![
        ("law", format!("{}: {}", report.form, report.formula)),
        (
            "fitted",
            format!(
                "{} free parameters by {}, each {} counts once",
                report.parameters,
                report.criterion.replace('-', " "),
                report.weights.trim_end_matches('s')
            ),
        ),
        ("split", words::split_in_full(report)),
        ("starts", words::starts_in_full(report)),
        ("R²", words::r_squared_in_full(report)),
        ("RMSE", words::rmse_in_full(report)),
    ];
    pairs.extend(report.tokens.map(|tokens| ("tokens", format!("losses are those after {tokens:.3e} tokens"))));
    if report.tokens.is_none() && forms::named(report.form).is_some_and(Form::needs_tokens) {
        pairs.push(("tokens", "losses are those at each size's own length: the law has no data term".to_owned()));
    }
    pairs
}

fn coefficients(report: &Fit<'_>) -> Table {
    let form = report.coefficients.form();
    let level = 100.0 * Ensemble::LEVEL;
    let mut headings = vec!["coefficient", "value", "std. error"];
    let resampled = report.coefficients_ci.is_some();
    if resampled {
        debug_assert_eq!(level, 90.0, "the heading says so");
        headings.push("90 % interval");
    }
    if !report.profile.is_empty() {
        debug_assert_eq!(PROFILE_LEVEL, 0.95, "the heading says so");
        headings.push("95 % profile");
    }
    headings.push("what it says");
    let in_words: &'static [usize] = match headings.len() {
        4 => &[0, 3],
        5 => &[0, 4],
        _ => &[0, 5],
    };
    let mut table = Table::new(&headings, in_words);
    for slot in form.slots() {
        let name = form.name_of(slot);
        let error = report.standard_errors.get(name.key).and_then(Option::as_ref);
        let mut cells =
            vec![name.key.to_owned(), significant(report.coefficients.get(slot), 4), standard_error(error, slot)];
        if let Some(intervals) = &report.coefficients_ci {
            cells.push(intervals.get(name.key).map_or_else(nothing, |ends| interval(ends.low, ends.high)));
        }
        if !report.profile.is_empty() {
            cells.push(report.profile.get(name.key).map_or_else(nothing, |profile| profiled(profile)));
        }
        cells.push(format!("{}{}", name.meaning, doubt(report, slot)));
        table.row(cells);
    }
    table
}

/// Why a coefficient is not to be taken at its value.
fn doubt(report: &Fit<'_>, slot: Slot) -> &'static str {
    let key = report.coefficients.form().name_of(slot).key;
    match report.fate.get(key) {
        Some(Fate::Fitted) if report.identified.get(key) == Some(&true) => "",
        Some(Fate::Fitted) | None => " (not identified)",
        Some(Fate::AtBound) => " (at its bound)",
        Some(Fate::Idle) => " (its term is 0)",
        Some(Fate::Held) => " (held)",
        Some(Fate::LeftOut) => " (left out)",
    }
}

fn nothing() -> String {
    "–".to_owned()
}

/// Of a factor, by what it may be multiplied or divided.
fn standard_error(error: Option<&StandardError>, slot: Slot) -> String {
    /// Beyond this a factor is not known at all.
    const ANY: f64 = 10.0;
    let Some(error) = error else { return nothing() };
    match slot {
        Slot::Exponent(_) => format!("± {}", significant(error.value, 2)),
        _ if error.value < ANY.ln() => format!("×÷ {}", significant(error.value.exp(), 3)),
        _ => "×÷ > 10".to_owned(),
    }
}

fn interval(low: f64, high: f64) -> String {
    format!("{} to {}", significant(low, 3), significant(high, 3))
}

/// A bound that the runs do not rule out is no end.
fn profiled(profile: &Profile) -> String {
    let number = |value: f64| significant(value, 3);
    match (profile.low, profile.high) {
        (Some(low), Some(high)) => interval(low, high),
        (None, Some(high)) => format!("up to {}", number(high)),
        (Some(low), None) => format!("from {}", number(low)),
        (None, None) => "any".to_owned(),
    }
}

fn influence(report: &Fit<'_>) -> Table {
    let mut table =
        Table::new(&["most influential", "law shifts, nats", "measured − predicted without it, nats"], &[0]);
    for run in report.influence.iter().take(MOST_INFLUENTIAL) {
        let name = format!("#{} {}", run.number, shown(run.name));
        match (run.shift, run.deleted_residual) {
            (Some(shift), Some(residual)) => table.row([name, nats(shift, 3), signed(residual)]),
            _ => table.row([name, "no law without it".to_owned(), run.error.clone().unwrap_or_default()]),
        }
    }
    table
}

fn range(report: &Fit<'_>) -> Table {
    let mut table = Table::new(&["fitted on", "from", "to"], &[0]);
    for (variable, ends) in report.range.axes() {
        let written = |value: f64| match variable {
            Variable::Feature(_) => units::whole_or(value, 4),
            _ => units::parameters(value.round() as u64),
        };
        let [low, high] = ends.map(written);
        table.row([variable.to_string(), low, high]);
    }
    table
}
