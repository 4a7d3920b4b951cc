//! Finds the files of training runs in a directory, for [`DirectoryReader`].
//!
//! A run of the Trainer is a directory with `trainer_state.json`, its own or that of its newest `checkpoint-N`, or with the
//! results of an example script. A run of W&B has `files/wandb-summary.json`, one of Lightning `metrics.csv`. The directory
//! given is a run, or holds runs one level down; where trackers put theirs into folders of their own (`wandb`,
//! `lightning_logs`, `version_0`), these are looked into. Nothing is searched deeper, so no loop of links can hold the
//! program.

pub(super) mod other;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::file::{read_bytes, unreadable};
use crate::catalog::Kind;
use crate::runs::directory::{DirectoryReader, RunFile, RunFiles, global_step, lm_eval};
use crate::runs::{Loaded, Mapping};
use engine::error::{Error, Result};

/// What makes a directory a run.
pub(super) const STATE: &str = "trainer_state.json";
const CONFIG: &str = "config.json";
/// What the example scripts of transformers write when all is done, the one of the evaluation first.
const RESULTS: [&str; 2] = ["eval_results.json", "all_results.json"];

/// The files of one run.
enum Run {
    Trainer { state: Option<PathBuf>, results: Vec<PathBuf>, config: PathBuf },
    Wandb { summary: PathBuf, config: Option<PathBuf> },
    Lightning { metrics: PathBuf, hparams: Option<PathBuf> },
    LmEval(PathBuf),
}

/// What is in a directory, sorted by name.
#[derive(Default)]
struct Listing {
    directories: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

/// Reads the run or the runs in a directory, the loss or the columns as told where something is told.
pub(super) fn read_dataset(path: &Path, told: &Mapping) -> Result<Loaded> {
    let name = called(path);
    let listing = list(path)?;
    let in_directory = |error: Error| error.or_source(path.display().to_string());
    let mut reader = DirectoryReader::new(told);
    if let Some(run) = find(path, &listing)? {
        add(&mut reader, path, &name, &run)?;
        return reader.finish(name, Vec::new()).map_err(in_directory);
    }
    let mut ignored = Vec::new();
    let mut found: Vec<(String, Result<Run>)> = Vec::new();
    for (folder, is_new) in distinct(&listing.directories) {
        let below = if is_new { below(path, folder) } else { Vec::new() };
        if below.is_empty() {
            ignored.push(called(folder));
        }
        found.extend(below);
    }
    if found.is_empty() {
        return Err(other::no_runs(path, &listing));
    }
    // Runs of the Trainer are often tracked too. They are those that have a shape for certain.
    let is_trained = |run: &Result<Run>| matches!(run, Ok(Run::Trainer { .. }));
    let any_trained = found.iter().any(|(_, run)| is_trained(run));
    for (name, run) in found {
        match run {
            Ok(run) if any_trained && !matches!(run, Run::Trainer { .. }) => ignored.push(name),
            Ok(run) => {
                if let Err(error) = add(&mut reader, path, &name, &run) {
                    reader.skip(&name, error);
                }
            }
            Err(error) => reader.skip(&name, error),
        }
    }
    reader.finish(name, ignored).map_err(in_directory)
}

/// Directories before links to them, so that `latest -> run-3` is not a run of its own; whether each is new.
fn distinct(directories: &[PathBuf]) -> Vec<(&PathBuf, bool)> {
    let mut seen = BTreeSet::new();
    let (links, own): (Vec<&PathBuf>, Vec<&PathBuf>) = directories.iter().partition(|folder| folder.is_symlink());
    let mut folders: Vec<(&PathBuf, bool)> = Vec::new();
    for folder in own.into_iter().chain(links) {
        let new = seen.insert(fs::canonicalize(folder).unwrap_or_else(|_| folder.clone()));
        folders.push((folder, new));
    }
    folders.sort();
    folders
}

/// The run that a folder is, or the runs in the folders that a tracker has made in it.
fn below(root: &Path, folder: &Path) -> Vec<(String, Result<Run>)> {
    /// Where trackers put their runs.
    const HOLDERS: [&str; 2] = ["wandb", "lightning_logs"];
    let listing = match list(folder) {
        Ok(listing) => listing,
        Err(error) => return vec![(called(folder), Err(error))],
    };
    let is_holder = |folder: &Path| HOLDERS.contains(&called(folder).as_str());
    if let Some(run) = find(folder, &listing).transpose() {
        return vec![(called(folder), run)];
    }
    let mut inside: Vec<PathBuf> = Vec::new();
    for inner in &listing.directories {
        if is_holder(inner) {
            inside.extend(list(inner).map(|listing| listing.directories).unwrap_or_default());
        } else if is_holder(folder) || called(inner).starts_with("version_") {
            inside.push(inner.clone());
        }
    }
    let runs = distinct(&inside).into_iter().filter(|(_, new)| *new).filter_map(|(folder, _)| {
        let run = find(folder, &list(folder).ok()?).transpose()?;
        Some((relative(root, folder), run))
    });
    runs.collect()
}

/// The run in a folder, if it is one.
fn find(folder: &Path, listing: &Listing) -> Result<Option<Run>> {
    let file = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
    if let Some(state) = newest_state(folder, listing)? {
        let beside = state.with_file_name(CONFIG);
        let config = if beside.is_file() { beside } else { folder.join(CONFIG) };
        if !config.is_file() {
            return Err(Error::new(format!("there is no {CONFIG} beside {STATE}"))
                .in_source(state.display().to_string())
                .expected("the model's shape, as save_pretrained writes it"));
        }
        let results = RESULTS.into_iter().filter_map(file).collect();
        return Ok(Some(Run::Trainer { state: Some(state), results, config }));
    }
    let results: Vec<PathBuf> = RESULTS.into_iter().filter_map(file).collect();
    if let (Some(config), false) = (file(CONFIG), results.is_empty()) {
        return Ok(Some(Run::Trainer { state: None, results, config }));
    }
    // Of W&B, a run's directory or the `files` in it.
    for files in [folder.join("files"), folder.to_owned()] {
        let summary = files.join("wandb-summary.json");
        let config = Some(files.join("config.yaml")).filter(|path| path.is_file());
        if summary.is_file() {
            return Ok(Some(Run::Wandb { summary, config }));
        }
        let is_run = ["run-", "offline-run-"].iter().any(|start| called(folder).starts_with(start));
        if is_run && config.is_some() {
            return Err(Error::new("there is no wandb-summary.json: the run did not finish, or is not synced")
                .in_source(folder.display().to_string())
                .hint("wandb sync, then export the table of runs as CSV"));
        }
    }
    if let Some(metrics) = file("metrics.csv") {
        return Ok(Some(Run::Lightning { metrics, hparams: file("hparams.yaml") }));
    }
    let is_result = |path: &&PathBuf| {
        called(path).starts_with("results") && path.extension().is_some_and(|ending| ending == "json")
    };
    Ok(listing.files.iter().find(is_result).cloned().map(Run::LmEval).filter(Run::is_lm_eval))
}

/// The Trainer's newest state in a folder.
fn newest_state(folder: &Path, listing: &Listing) -> Result<Option<PathBuf>> {
    let own = folder.join(STATE);
    let own = own.is_file().then_some(own);
    let mut checkpoints: Vec<(u64, &PathBuf)> =
        listing.directories.iter().filter_map(|folder| Some((checkpoint(folder)?, folder))).collect();
    checkpoints.sort_unstable();
    // One that is still being written has no state yet.
    let newest = checkpoints.into_iter().rev().map(|(_, folder)| folder.join(STATE)).find(|state| state.is_file());
    Ok(match (own, newest) {
        (Some(own), Some(newest)) => {
            if step(&own)? >= step(&newest)? {
                Some(own)
            } else {
                Some(newest)
            }
        }
        (only, None) | (None, only) => only,
    })
}

/// N of `checkpoint-N`, the step at which it was written.
fn checkpoint(folder: &Path) -> Option<u64> {
    folder.file_name()?.to_str()?.strip_prefix("checkpoint-")?.parse().ok()
}

fn step(state: &Path) -> Result<u64> {
    let (source, bytes) = (state.display().to_string(), read_bytes(Kind::Data, state)?);
    global_step(&RunFile { path: &source, source: &source, bytes: &bytes })
}

/// A file that has been read, with its names.
struct Text {
    path: String,
    source: String,
    bytes: Vec<u8>,
}

impl Text {
    fn read(root: &Path, path: &Path) -> Result<Self> {
        let bytes = read_bytes(Kind::Data, path)?;
        Ok(Self { path: relative(root, path), source: path.display().to_string(), bytes })
    }

    fn file(&self) -> RunFile<'_> {
        RunFile { path: &self.path, source: &self.source, bytes: &self.bytes }
    }
}

impl Run {
    fn is_lm_eval(&self) -> bool {
        let Self::LmEval(path) = self else { return false };
        Text::read(path, path).is_ok_and(|text| lm_eval(&text.file()).is_some())
    }
}

fn add(reader: &mut DirectoryReader<'_>, root: &Path, name: &str, run: &Run) -> Result<()> {
    let read = |path: &PathBuf| Text::read(root, path);
    let all = |paths: &[PathBuf]| paths.iter().map(read).collect::<Result<Vec<Text>>>();
    let optional = |path: &Option<PathBuf>| path.as_ref().map(read).transpose();
    match run {
        Run::Trainer { state, results, config } => {
            let (state, results, config) = (optional(state)?, all(results)?, read(config)?);
            let results: Vec<RunFile<'_>> = results.iter().map(Text::file).collect();
            let state = state.as_ref().map(Text::file);
            reader.add(name, &RunFiles::Trainer { state, results: &results, config: config.file() })
        }
        Run::Wandb { summary, config } => {
            let (summary, config) = (read(summary)?, optional(config)?);
            let config = config.as_ref().map(Text::file);
            reader.add(name, &RunFiles::Wandb { summary: summary.file(), config })
        }
        Run::Lightning { metrics, hparams } => {
            let (metrics, hparams) = (read(metrics)?, optional(hparams)?);
            let hparams = hparams.as_ref().map(Text::file);
            reader.add(name, &RunFiles::Lightning { metrics: metrics.file(), hparams })
        }
        Run::LmEval(results) => lm_eval(&read(results)?.file()).map_or(Ok(()), Err),
    }
}

/// A path below another, with `/` on every platform.
fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// What the directory is called, `.` included.
fn called(path: &Path) -> String {
    let whole = if path.file_name().is_none() { fs::canonicalize(path).ok() } else { None };
    let named = whole.as_deref().unwrap_or(path).file_name().map(|name| name.to_string_lossy().into_owned());
    named.unwrap_or_else(|| path.display().to_string())
}

fn list(path: &Path) -> Result<Listing> {
    let mut listing = Listing::default();
    for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let path = entry.map_err(|error| unreadable(path, &error))?.path();
        if path.is_dir() { listing.directories.push(path) } else { listing.files.push(path) }
    }
    listing.directories.sort();
    listing.files.sort();
    Ok(listing)
}
