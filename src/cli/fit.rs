//! `roofscape fit`: a law from runs, with everything that tells how far to trust it.
//!
//! ```text
//! runs ──fitting──▶ Fit ──assessment──▶ what it rests on ──report──▶ JSON
//!   └──────────────compare──▶ table | JSON                └─print──▶ table
//! ```

mod compare;
mod coverage;
mod print;

use std::path::Path;

use super::args::{FitArgs, Format};
use super::progress::Progress;
use super::streams::{Failure, Outcome, Streams};
use engine::error::Error;
use engine::law::LossLaw;
use engine::law::fit::FitOptions;
use files::law;
use files::resolve::Library;
use report::fit::{Assessment, body};
use report::{Document, SettingPart, Warning, write_json};

pub(super) fn run(args: &FitArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let loaded = library.data_as(&args.data, &args.reading.reading())?;
    let dataset = &loaded.dataset;
    let options = FitOptions { seed: args.seed, starts: args.starts, ..FitOptions::DEFAULT };
    if args.compare {
        return compare::run(args, dataset, &options, streams);
    }
    if args.coverage {
        return coverage::run(args, dataset, &options, streams);
    }
    let fitting = args.fitting.fit(dataset, &options)?;
    let assessment = Assessment::of(&fitting, args.folds, args.bootstrap, Progress::new)
        .map_err(|error| Error::from(error).in_source(dataset.name.clone()))?;
    let mut law = fitting.law(dataset);
    law.notes.extend(assessment.notes(&fitting));
    let warnings = Warning::of_law(&law);
    streams.warn(&warnings);
    let body = body(&fitting, &assessment, &loaded, &law.notes);
    if let Some(path) = &args.save {
        save(path, args.force, law.clone(), streams)?;
    }
    match args.format {
        Format::Json => {
            write_json(&Document::new(SettingPart::default().with_law(&law), &warnings, body), &mut *streams.out)?;
        }
        Format::Table => print::print(&body, &loaded, args.save.as_deref(), streams)?,
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
