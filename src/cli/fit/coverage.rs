//! `roofscape fit --coverage`: whether the intervals hold what they say, counted on architectures that they have not seen.

use crate::cli::args::{FitArgs, Format};
use crate::cli::progress::Progress;
use crate::cli::streams::{Failure, Outcome, Streams};
use crate::cli::table::{Table, write_pairs};
use engine::error::Error;
use engine::law::Evidence;
use engine::law::conformal::coverage::{LeftOut, Method, coverage};
use engine::law::fit::FitOptions;
use engine::runs::Dataset;
use engine::text::shown;
use engine::units::{count, significant};
use report::body::{Coverage, OptionsPart};
use report::fit::Choice;
use report::{Document, SettingPart, write_json};

pub(super) fn run(
    args: &FitArgs,
    dataset: &Dataset,
    options: &FitOptions,
    streams: &mut Streams<'_>,
) -> Result<Outcome, Failure> {
    let choice = Choice::of(dataset, &args.fitting.exclude)?;
    let options = args.fitting.options(options, dataset);
    let counted = coverage(&choice.runs, &options, &Progress::new("leaving out one part after another"))
        .map_err(|error| Error::from(error).in_source(dataset.name.clone()))?;
    let report = Coverage {
        dataset: dataset.identity(),
        runs: choice.runs.len(),
        form: options.form.name,
        criterion: options.criterion.name(),
        level: Evidence::LEVEL,
        options: OptionsPart::from(&options),
        coverage: counted,
    };
    match args.format {
        Format::Json => {
            let setting = SettingPart::default().with_dataset(dataset.identity());
            write_json(&Document::new(setting, &[], report), &mut *streams.out)?;
        }
        Format::Table => print(&report, streams)?,
    }
    Ok(Outcome::Found)
}

fn print(report: &Coverage, streams: &mut Streams<'_>) -> std::io::Result<()> {
    let synthetic = if report.dataset.synthetic { ", synthetic" } else { "" };
    write_pairs(
        streams.out,
        &[
            ("dataset", format!("{}, {} runs{synthetic}", shown(&report.dataset.name), count(report.runs))),
            ("law", format!("{} by {}", report.form, report.criterion.replace('-', " "))),
            (
                "counted",
                format!(
                    "intervals of {:.0} %, each by the law, folds and scores of the other architectures alone",
                    100.0 * report.level
                ),
            ),
        ],
    )?;
    writeln!(streams.out)?;
    let headings = [
        "left out",
        "interval",
        "runs",
        "architectures",
        "no interval",
        "held %",
        "median width, nats",
        "Winkler score, nats",
    ];
    let mut table = Table::new(&headings, &[0, 1]);
    let known =
        |value: Option<f64>, digits: u8| value.map_or_else(|| "–".to_owned(), |value| significant(value, digits));
    for row in &report.coverage {
        table.row([
            left_out(row.left_out).to_owned(),
            method(row.method).to_owned(),
            count(row.runs),
            count(row.architectures),
            count(row.without_interval),
            row.coverage.map_or_else(|| "–".to_owned(), |share| format!("{:.0}", 100.0 * share)),
            known(row.median_width, 3),
            known(row.winkler, 4),
        ]);
    }
    table.write(streams.out)
}

const fn left_out(left_out: LeftOut) -> &'static str {
    match left_out {
        LeftOut::Within => "a fifth in turn, within the range of the rest",
        LeftOut::Largest => "the largest fifth",
    }
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Conformal => "as shown (CV+)",
        Method::Rmse => "± 1.645 k-fold RMSE",
        Method::Resampling => "resampling alone",
    }
}
