//! `roofscape calibrate`: efficiencies of an engine on a board from measured times, and how far they can be trusted.

mod overlay;
mod pair;
mod power;
mod rows;

use std::path::Path;

use self::pair::Calibrated;
use super::args::{CalibrateArgs, Format};
use super::streams::{Failure, Outcome, Streams};
use engine::error::{Error, Result};
use engine::precision::Precision;
use engine::text::{one_of, shown};
use files::boards::{Board, Boards, Owner};
use files::measurements::{Loaded, Lookup, Measurement, Model, Options, load};
use files::observations::{PUBLISHED, Pair, assumed_modes, pairs, shape};
use files::profile::Profile;
use files::resolve::{Library, Resolved};
use report::body::Calibrate;
use report::{Document, SettingPart, write_json};

pub(super) fn run(args: &CalibrateArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    match &args.profile {
        Some(profile) => {
            let (file, profile) = library.profile(profile)?;
            let mut boards = library.boards();
            boards.add(Board::new(&profile.name, &file.source, Owner::Given, &profile));
            let models = args.model.iter().map(|typed| shape(typed, library)).collect::<Result<Vec<Model>>>()?;
            one(args, &Told { library, file: &file, profile: &profile, models: &models, boards: &boards }, streams)
        }
        None if args.measurements.iter().all(|name| name == PUBLISHED) => all(args, library, streams),
        None => Err(Error::new("it is not said which board was measured")
            .at_column("--profile")
            .expected("the board's profile; `roofscape profiles` lists them")
            .into()),
    }
}

/// Every pair of engine and board of the published measurements, or those of one engine.
fn all(args: &CalibrateArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let mut measurements = library.published(&library.boards())?.measurements;
    if let Some(engine) = &args.engine {
        let known = engines(&measurements);
        if !known.iter().any(|known| known.eq_ignore_ascii_case(engine)) {
            return Err(no_engine(engine, &known, None).into());
        }
        measurements.retain(|measurement| measurement.engine.eq_ignore_ascii_case(engine));
    }
    let calibrated: Vec<Calibrated> =
        pairs(&measurements, library).into_iter().map(Calibrated::new).collect::<Result<_>>()?;
    match args.format {
        Format::Json => {
            let summary = calibrated.iter().flat_map(Calibrated::lines).collect();
            let body = Calibrate { summary, parameters: None, rows: None, left_out: None, power: None };
            write_json(&Document::plain(body), &mut *streams.out)?;
        }
        Format::Table => pair::print(&calibrated, streams)?,
    }
    Ok(Outcome::Found)
}

/// What goes beside the files of measurements.
#[derive(Debug, Clone, Copy)]
struct Told<'a> {
    library: &'a Library,
    /// The file of the board that was measured.
    file: &'a Resolved,
    /// The board that was measured.
    profile: &'a Profile,
    /// The models that ran.
    models: &'a [Model],
    /// The boards that have names, this one among them.
    boards: &'a Boards,
}

/// One engine on one board.
fn one(args: &CalibrateArgs, told: &Told<'_>, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let profile = told.profile;
    if let Some(calibration) = &profile.calibration {
        return Err(Error::new(format!("{} is a calibration itself", profile.name))
            .at_column("--profile")
            .hint(format!("--profile {}", calibration.base))
            .into());
    }
    if let Some(mode) = &args.mode {
        profile.mode(mode).map_err(|error| error.at_column("--mode"))?;
    }
    // What will be refused is refused before anything is printed.
    if let Some(out) = &args.out {
        Streams::can_deliver(out, args.force)?;
    }
    let pair = measured(args, told, streams)?;
    for assumption in assumed_modes(pair.rows.iter()) {
        let known: Vec<&str> = profile.modes.iter().map(|mode| mode.name.as_str()).collect();
        streams.note(Some(&format!("{assumption} ({})", one_of(&known))));
    }
    let drawn = power::read(&args.power, args.mode.as_deref(), &pair, profile)?;
    let calibrated = Calibrated::new(pair)?;
    let usable = calibrated.groups.iter().any(|group| group.outcome.is_ok());
    let overlay = match &args.out {
        Some(out) if usable => Some((out, overlay::text(&calibrated, &drawn, told.file, out)?)),
        _ => None,
    };
    match args.format {
        Format::Json => {
            let mode = args.mode.as_deref().map_or_else(|| Ok(profile.default_mode()), |mode| profile.mode(mode))?;
            let setting = SettingPart {
                engine: Some(calibrated.pair.engine.clone()),
                mode: args.mode.as_ref().map(|_| mode.name.clone()),
                ..SettingPart::default().with_board(profile, mode, &Precision::FP16)
            };
            write_json(&Document::new(setting, &[], rows::body(&calibrated, &drawn)), &mut *streams.out)?;
        }
        Format::Table => {
            rows::print(&calibrated, streams)?;
            power::print(&calibrated, &drawn, streams)?;
        }
    }
    let Some((out, text)) = overlay else {
        return match &args.out {
            Some(out) => Err(Error::new("nothing could be calibrated, so no file was written")
                .in_source(out.display().to_string())
                .hint("measure what the reasons above ask for")
                .into()),
            None if usable => Ok(Outcome::Found),
            None => Ok(Outcome::NothingFeasible),
        };
    };
    if streams.deliver(out, args.force, text.as_bytes())? {
        let path = out.display();
        streams.note(Some(&format!("{path}: written; use it with --profile {path}")));
    }
    Ok(Outcome::Found)
}

/// The measurements of the files that are of the board and the engine.
fn measured(args: &CalibrateArgs, told: &Told<'_>, streams: &mut Streams<'_>) -> Result<Pair> {
    let profile = told.profile;
    let mut here = Vec::new();
    let mut unclaimed: Vec<Measurement> = Vec::new();
    for name in &args.measurements {
        let loaded = read(args, told, name)?;
        streams.note(Some(&format!("{name}: {}", loaded.summary())));
        let mut elsewhere: Vec<String> = Vec::new();
        for measurement in loaded.measurements {
            match (measurement.board.name.as_deref(), measurement.board.written.as_str()) {
                (Some(board), _) if board == profile.name => here.push(measurement),
                (Some(board), _) => elsewhere.push(board.to_owned()),
                // A file of the user's own may leave the board to --profile. The published one holds many boards.
                (None, "") if name != PUBLISHED => here.push(measurement),
                (None, _) if name != PUBLISHED => unclaimed.push(measurement),
                (None, _) => {}
            }
        }
        if name != PUBLISHED {
            streams.note(of_other_boards(name, elsewhere).as_deref());
        }
    }
    let wanted = engine(args.engine.as_deref(), &here, profile).map_err(|error| match unclaimed.first() {
        Some(first) if here.is_empty() => no_claim(first, profile),
        _ => error,
    })?;
    let mut pair = Pair::new(&wanted, &profile.name, None);
    for measurement in &unclaimed {
        let device = shown(&measurement.board.written);
        pair.leave_out(
            measurement,
            &format!("measured on '{device}', which the profile of {} does not claim", profile.name),
        );
    }
    for measurement in here.iter().filter(|measurement| measurement.engine.eq_ignore_ascii_case(&wanted)) {
        pair.add(measurement, profile, args.mode.as_deref());
    }
    Ok(pair)
}

/// The engine that is calibrated, as the measurements call it. Nobody's times are taken for another engine's.
fn engine(asked: Option<&str>, measurements: &[Measurement], profile: &Profile) -> Result<String> {
    let engines = engines(measurements);
    if engines.is_empty() {
        return Err(Error::new(format!("the files hold no measurement on {}", profile.name))
            .at_column("--measurements")
            .expected("times measured on that board"));
    }
    match (asked, engines.as_slice()) {
        (Some(asked), known) => {
            let found = known.iter().find(|known| known.eq_ignore_ascii_case(asked));
            found.map(|&found| found.to_owned()).ok_or_else(|| no_engine(asked, known, Some(profile)))
        }
        (None, [only]) => Ok((*only).to_owned()),
        (None, several) => Err(Error::new("the files hold several engines, and each is calibrated by itself")
            .at_column("--engine")
            .expected(one_of(several))),
    }
}

/// `times.csv: 12 times are of other boards (agx-orin-64gb, thor-t5000): not used`.
fn of_other_boards(name: &str, mut boards: Vec<String>) -> Option<String> {
    let times = match boards.len() {
        0 => return None,
        1 => "1 time is of another board".to_owned(),
        several => format!("{several} times are of other boards"),
    };
    boards.sort_unstable();
    boards.dedup();
    Some(format!("{name}: {times} ({}): not used", boards.join(", ")))
}

/// A board that nobody claims may be any: its times would calibrate another one.
fn no_claim(measurement: &Measurement, profile: &Profile) -> Error {
    let device = shown(&measurement.board.written);
    Error::new(format!("the files hold no measurement on {}: they name '{device}'", profile.name))
        .at_column("--measurements")
        .expected("times measured on that board")
        .hint(format!(
            "if '{device}' is {}, leave the device out of the file or add it to the aliases in [identity] of the profile",
            profile.name
        ))
}

/// The engines, each once.
fn engines(measurements: &[Measurement]) -> Vec<&str> {
    let mut engines: Vec<&str> = measurements.iter().map(|measurement| measurement.engine.as_str()).collect();
    engines.sort_unstable();
    engines.dedup();
    engines
}

fn no_engine(engine: &str, known: &[&str], profile: Option<&Profile>) -> Error {
    let on = profile.map_or_else(String::new, |profile| format!(" on {}", profile.name));
    let error = Error::new(format!("the measurements hold no engine '{}'{on}", shown(engine))).at_column("--engine");
    error.expected(one_of(known))
}

/// If the user names one model, it is that of all files. Of several models, each is that of the files that name it.
fn read(args: &CalibrateArgs, told: &Told<'_>, name: &str) -> Result<Loaded> {
    let Told { library, profile, models, boards, .. } = *told;
    if name == PUBLISHED {
        return library.published(boards);
    }
    let told = |name: &str| models.iter().find(|model| model.name.eq_ignore_ascii_case(name)).cloned();
    let known: &Lookup<'_> = &|name: &str| told(name).or_else(|| library.known_shape(name));
    let run = &args.run;
    let options = Options {
        model: if let [only] = models { Some(only.clone()) } else { None },
        told: models.to_vec(),
        board: Some(profile.name.clone()),
        mode: args.mode.clone(),
        engine: args.engine.clone(),
        precision: run.precision.map(|precision| precision.name.to_owned()),
        head: run.head.map(|head| head.name.to_owned()),
        kv_cache: run.kv.map(|kv| kv.name.to_owned()),
        input_len: run.input_len,
        output_len: run.output_len,
        past_kv_len: run.past_kv_len,
        batch: run.batch,
        ..Options::new(known, boards)
    };
    load(Path::new(name), &options)
}
