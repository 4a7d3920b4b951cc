//! Finds the files of training runs in a directory, for [`DirectoryReader`].
//!
//! A run is a directory with `trainer_state.json`, its own or that of its newest `checkpoint-N`. The directory given is
//! a run, or holds runs one level down. Nothing is searched deeper, so no loop of links can hold the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::file::{read_bytes, unreadable};
use crate::catalog::Kind;
use crate::runs::Loaded;
use crate::runs::directory::{DirectoryReader, RunFile, global_step};
use engine::error::{Error, Result};

/// What makes a directory a run.
pub(super) const STATE: &str = "trainer_state.json";
const CONFIG: &str = "config.json";

/// The files of one run.
struct RunFiles {
    state: PathBuf,
    config: PathBuf,
}

/// What is in a directory, sorted by name.
#[derive(Default)]
struct Listing {
    directories: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

/// Reads the run or the runs in a directory.
pub(super) fn read_dataset(path: &Path) -> Result<Loaded> {
    let name = called(path);
    let listing = list(path)?;
    let mut reader = DirectoryReader::default();
    let mut ignored = Vec::new();
    if let Some(run) = find(path, &listing)? {
        add(&mut reader, path, &name, &run)?;
        return reader.finish(name, ignored).map_err(|error| error.in_source(path.display().to_string()));
    }
    let mut seen = BTreeSet::new();
    let mut found = 0;
    // Directories before links to them, so that `latest -> run-3` is not a run of its own.
    let (links, own): (Vec<&PathBuf>, Vec<&PathBuf>) =
        listing.directories.iter().partition(|folder| folder.is_symlink());
    let mut folders: Vec<(&PathBuf, bool)> = Vec::new();
    for folder in own.into_iter().chain(links) {
        let new = seen.insert(fs::canonicalize(folder).unwrap_or_else(|_| folder.clone()));
        folders.push((folder, new));
    }
    folders.sort();
    for (folder, new) in folders {
        let run = if new { list(folder).and_then(|listing| find(folder, &listing))? } else { None };
        match run {
            Some(run) => {
                add(&mut reader, path, &called(folder), &run)?;
                found += 1;
            }
            None => ignored.push(called(folder)),
        }
    }
    if found == 0 {
        return Err(no_runs(path, &listing));
    }
    reader.finish(name, ignored).map_err(|error| error.in_source(path.display().to_string()))
}

/// The run's newest state, with the configuration beside it or, where a checkpoint has none, above it.
fn find(folder: &Path, listing: &Listing) -> Result<Option<RunFiles>> {
    let own = folder.join(STATE);
    let own = own.is_file().then_some(own);
    let mut checkpoints: Vec<(u64, &PathBuf)> =
        listing.directories.iter().filter_map(|folder| Some((checkpoint(folder)?, folder))).collect();
    checkpoints.sort_unstable();
    // One that is still being written has no state yet.
    let newest = checkpoints.into_iter().rev().map(|(_, folder)| folder.join(STATE)).find(|state| state.is_file());
    let state = match (own, newest) {
        (Some(own), Some(newest)) => {
            if step(&own)? >= step(&newest)? {
                own
            } else {
                newest
            }
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return Ok(None),
    };
    let beside = state.with_file_name(CONFIG);
    let config = if beside.is_file() { beside } else { folder.join(CONFIG) };
    if !config.is_file() {
        return Err(Error::new(format!("there is no {CONFIG} beside {STATE}"))
            .in_source(state.display().to_string())
            .expected("the model's shape, as save_pretrained writes it"));
    }
    Ok(Some(RunFiles { state, config }))
}

/// N of `checkpoint-N`, the step at which it was written.
fn checkpoint(folder: &Path) -> Option<u64> {
    folder.file_name()?.to_str()?.strip_prefix("checkpoint-")?.parse().ok()
}

fn step(state: &Path) -> Result<u64> {
    let (source, bytes) = (state.display().to_string(), read_bytes(Kind::Data, state)?);
    global_step(&RunFile { path: &source, source: &source, bytes: &bytes })
}

fn add(reader: &mut DirectoryReader, root: &Path, name: &str, run: &RunFiles) -> Result<()> {
    let described = |path: &Path| {
        let below: Vec<_> = path.strip_prefix(root).unwrap_or(path).iter().map(|part| part.to_string_lossy()).collect();
        (below.join("/"), path.display().to_string())
    };
    let (state, config) = (read_bytes(Kind::Data, &run.state)?, read_bytes(Kind::Data, &run.config)?);
    let ((state_path, state_source), (config_path, config_source)) = (described(&run.state), described(&run.config));
    reader.add(
        name,
        &RunFile { path: &state_path, source: &state_source, bytes: &state },
        &RunFile { path: &config_path, source: &config_source, bytes: &config },
    )
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

fn no_runs(path: &Path, listing: &Listing) -> Error {
    let is = |file: &&PathBuf, extensions: &[&str]| {
        file.extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
    };
    let counted = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let error = Error::new(format!(
        "there are no training runs in this directory, only {} and {}",
        counted(listing.files.len(), "file", "files"),
        counted(listing.directories.len(), "directory", "directories")
    ))
    .in_source(path.display().to_string())
    .expected(format!("{STATE} with {CONFIG}, here, in checkpoint-N, or one directory below"));
    let table = listing.files.iter().find(|file| is(file, &["csv", "jsonl", "ndjson"]));
    let offline = listing.files.iter().any(|file| is(&file, &["wandb"]));
    match table {
        Some(table) => error.hint(format!("--data {}", table.display())),
        None if offline => error.hint("wandb sync, then export the table of runs as CSV"),
        None => error,
    }
}
