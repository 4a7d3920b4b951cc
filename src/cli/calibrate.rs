//! `roofscape calibrate`: efficiencies of an engine on a board from measured times, and how far they can be trusted.

mod overlay;
mod pair;
mod rows;

use std::path::Path;

use serde::Serialize;

use self::pair::Calibrated;
use super::args::{CalibrateArgs, Format};
use super::{Failure, Outcome, Streams};
use crate::error::{Error, Result};
use crate::files::export::write_json;
use crate::files::measurements::{Loaded, Lookup, Model, Options, load};
use crate::files::observations::{PUBLISHED, Pair, lookup, pairs, published, shape};
use crate::files::profile::Profile;
use crate::files::resolve::Library;
use crate::files::toml_source::{one_of, shown};

pub(super) fn run(args: &CalibrateArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    match &args.profile {
        Some(profile) => {
            let (_, profile) = library.profile(profile)?;
            let models = args.model.iter().map(|typed| shape(typed, library)).collect::<Result<Vec<Model>>>()?;
            one(args, &profile, &models, streams)
        }
        None if args.measurements.iter().all(|name| name == PUBLISHED) => all(args.format, library, streams),
        None => Err(Error::new("it is not said which board was measured")
            .at_column("--profile")
            .expected("the board's profile; `roofscape profiles` lists them")
            .into()),
    }
}

/// Every pair of engine and board of the published measurements.
fn all(format: Format, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let measurements = published()?.measurements;
    let calibrated: Vec<Calibrated> =
        pairs(&measurements, library).into_iter().map(Calibrated::new).collect::<Result<_>>()?;
    match format {
        Format::Json => {
            let lines: Vec<pair::Line> = calibrated.iter().flat_map(Calibrated::lines).collect();
            write_json(&lines, &mut *streams.out)?;
        }
        Format::Table => pair::print(&calibrated, streams)?,
    }
    Ok(Outcome::Found)
}

/// One engine on one board.
fn one(
    args: &CalibrateArgs,
    profile: &Profile,
    models: &[Model],
    streams: &mut Streams<'_>,
) -> Result<Outcome, Failure> {
    if let Some(calibration) = &profile.calibration {
        return Err(Error::new(format!("{} is a calibration itself", profile.name))
            .at_column("--profile")
            .hint(format!("--profile {}", calibration.base))
            .into());
    }
    let pair = measured(args, profile, models, streams)?;
    let calibrated = Calibrated::new(pair)?;
    let usable = calibrated.groups.iter().any(|group| group.outcome.is_ok());
    match args.format {
        Format::Json => {
            #[derive(Serialize)]
            struct Report<'a> {
                summary: Vec<pair::Line>,
                parameters: Vec<rows::Number>,
                rows: Vec<rows::Line>,
                left_out: &'a [(String, String)],
            }
            let report = Report {
                summary: calibrated.lines(),
                parameters: rows::numbers(&calibrated),
                rows: rows::lines(&calibrated),
                left_out: &calibrated.pair.left_out,
            };
            write_json(&report, &mut *streams.out)?;
        }
        Format::Table => rows::print(&calibrated, streams)?,
    }
    let Some(out) = &args.out else {
        return Ok(if usable { Outcome::Found } else { Outcome::NothingFeasible });
    };
    if !usable {
        return Err(Error::new("nothing could be calibrated, so no file was written")
            .in_source(out.display().to_string())
            .hint("measure what the reasons above ask for")
            .into());
    }
    let text = overlay::text(&calibrated, profile, &overlay_name(out))?;
    if streams.deliver(out, args.force, text.as_bytes())? {
        let path = out.display();
        streams.note(Some(&format!("{path}: written; use it with --profile {path}")));
    }
    Ok(Outcome::Found)
}

/// `agx-orin-64gb+edge-llm` of `profiles/calibrations/agx-orin-64gb+edge-llm.toml`.
fn overlay_name(out: &Path) -> String {
    out.file_stem().map_or_else(|| "calibration".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The measurements of the files that are of the board and the engine.
fn measured(args: &CalibrateArgs, profile: &Profile, models: &[Model], streams: &mut Streams<'_>) -> Result<Pair> {
    let mut measurements = Vec::new();
    for name in &args.measurements {
        let loaded = read(args, profile, models, name)?;
        streams.note(Some(&format!("{name}: {}", loaded.summary())));
        measurements.extend(loaded.measurements);
    }
    measurements.retain(|measurement| measurement.board.name.as_ref().is_none_or(|name| *name == profile.name));
    let mut engines: Vec<&str> = measurements.iter().map(|measurement| measurement.engine.as_str()).collect();
    engines.sort_unstable();
    engines.dedup();
    let wanted = match (&args.engine, engines.as_slice()) {
        (Some(engine), [_, _, ..]) => engine.as_str(),
        (given, [only]) => given.as_deref().filter(|given| given.eq_ignore_ascii_case(only)).unwrap_or(only),
        (_, []) => {
            return Err(Error::new(format!("the files hold no measurement on {}", profile.name))
                .at_column("--measurements")
                .expected("times measured on that board"));
        }
        (None, several) => {
            return Err(Error::new("the files hold several engines, and each is calibrated by itself")
                .at_column("--engine")
                .expected(one_of(several)));
        }
    };
    let wanted = wanted.to_owned();
    let known = engines.iter().any(|engine| engine.eq_ignore_ascii_case(&wanted));
    if !known {
        let error = Error::new(format!("the files hold no engine '{}'", shown(&wanted))).at_column("--engine");
        return Err(error.expected(one_of(&engines)));
    }
    let named = args.engine.as_ref().filter(|_| engines.len() == 1).unwrap_or(&wanted);
    let mut pair = Pair::new(named, &profile.name, None);
    for measurement in measurements.iter().filter(|measurement| measurement.engine.eq_ignore_ascii_case(&wanted)) {
        pair.add(measurement, profile, args.mode.as_deref());
    }
    Ok(pair)
}

/// One told model is that of all files; of several, each is that of the files that name it.
fn read(args: &CalibrateArgs, profile: &Profile, models: &[Model], name: &str) -> Result<Loaded> {
    if name == PUBLISHED {
        return published();
    }
    let told = |name: &str| models.iter().find(|model| model.name.eq_ignore_ascii_case(name)).cloned();
    let known: &Lookup<'_> = &|name: &str| told(name).or_else(|| lookup(name));
    let run = &args.run;
    let options = Options {
        model: if let [only] = models { Some(only.clone()) } else { None },
        board: Some(profile.name.clone()),
        mode: args.mode.clone(),
        engine: args.engine.clone(),
        precision: run.precision.map(|precision| precision.name.to_owned()),
        input_len: run.input_len,
        output_len: run.output_len,
        past_kv_len: run.past_kv_len,
        batch: run.batch,
        ..Options::new(known)
    };
    load(Path::new(name), &options)
}
