//! Runs from directories as trainers and trackers leave them: the Hugging Face Trainer (`trainer`), Weights & Biases
//! and Lightning (`tracked`).
//!
//! Text in, runs out, like the readers of tables; [`crate::resolve`] finds the files. A run without a held-out loss is
//! left out and named, like an unfinished run of an export, and so is one that cannot be read: people keep adapters,
//! half-copied folders and other models beside their runs. A directory in which nothing can be used is an error.

mod tracked;
mod trainer;

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use self::trainer::Trained;
use super::rows::Rows;
use super::{Dialect, Field, Loaded, Mapping, Skipped, Table, Told, Used, grouped, hex};
use crate::encoding::decoded;
use engine::error::{Error, Result};
use engine::runs::Dataset;
use engine::text::shown;

/// A file that belongs to a run.
#[derive(Debug, Clone, Copy)]
pub struct RunFile<'a> {
    /// Below the dataset's directory, with `/` on every platform.
    pub path: &'a str,
    /// For error messages.
    pub source: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// The files of one run.
#[derive(Debug, Clone, Copy)]
pub enum RunFiles<'a> {
    /// The Hugging Face Trainer's.
    Trainer {
        /// Its log, `trainer_state.json`.
        state: Option<RunFile<'a>>,
        /// What the example scripts write at the end: `eval_results.json` before `all_results.json`.
        results: &'a [RunFile<'a>],
        /// The model's shape, `config.json`.
        config: RunFile<'a>,
    },
    /// Weights & Biases's, below `wandb/`.
    Wandb {
        /// The last value of every metric, `wandb-summary.json`.
        summary: RunFile<'a>,
        /// The settings, `config.yaml`.
        config: Option<RunFile<'a>>,
    },
    /// Of Lightning's CSV logger.
    Lightning {
        /// `metrics.csv`.
        metrics: RunFile<'a>,
        /// `hparams.yaml`.
        hparams: Option<RunFile<'a>>,
    },
}

/// How many steps a trainer's state has behind it, to find the newest of several.
pub fn global_step(file: &RunFile<'_>) -> Result<u64> {
    trainer::global_step(file)
}

/// The error for results of lm-eval, if the file is one; it gives no run.
pub fn lm_eval(file: &RunFile<'_>) -> Option<Error> {
    let text = text(file).ok()?;
    super::lm_eval::refusal_of(&text).map(|error| error.in_source(file.source))
}

/// A dataset that grows by one run directory at a time, so that only one run's log is held.
pub struct DirectoryReader<'t> {
    told: &'t Mapping,
    trained: Trained<'t>,
    tracked: Rows<'t>,
    dialect: Dialect,
    skipped: Vec<Skipped>,
    /// The first run that could not be read, in full.
    first_error: Option<Error>,
    /// Digest and path of each file that gave a run.
    files: Vec<(String, String)>,
}

impl<'t> DirectoryReader<'t> {
    /// One without runs, whose columns are as told where something is told.
    pub fn new(told: &'t Mapping) -> Self {
        Self {
            told,
            trained: Trained::new(told),
            tracked: Rows::new(Dialect::Tracker, told),
            dialect: Dialect::TrainerDirectories,
            skipped: Vec::new(),
            first_error: None,
            files: Vec::new(),
        }
    }

    /// Adds the run in the directory called `name`. Fails where its files cannot be read.
    pub fn add(&mut self, name: &str, files: &RunFiles<'_>) -> Result<()> {
        match files {
            RunFiles::Trainer { state, results, config } => {
                if let Some(skipped) = self.trained.add(name, state.as_ref(), results, config)? {
                    self.skipped.push(skipped);
                    return Ok(());
                }
                self.remember(state.iter().chain(*results).chain([config]));
            }
            RunFiles::Wandb { summary, config } => {
                self.dialect = Dialect::WandbDirectories;
                tracked::wandb(&mut self.tracked, name, summary, config.as_ref())?;
                self.remember([summary].into_iter().chain(config));
            }
            RunFiles::Lightning { metrics, hparams } => {
                self.dialect = Dialect::LightningDirectories;
                tracked::lightning(&mut self.tracked, name, metrics, hparams.as_ref())?;
                self.remember([metrics].into_iter().chain(hparams));
            }
        }
        Ok(())
    }

    /// Leaves out a run that cannot be read.
    pub fn skip(&mut self, name: &str, error: Error) {
        self.skipped.push(Skipped { name: name.to_owned(), reason: error.headline().to_owned() });
        self.first_error.get_or_insert(error);
    }

    fn remember<'f>(&mut self, files: impl Iterator<Item = &'f RunFile<'f>>) {
        self.files.extend(files.map(|file| (file.path.to_owned(), super::sha256(file.bytes))));
    }

    /// The dataset of that name; `ignored` are the directories that hold no run.
    pub fn finish(self, name: String, ignored: Vec<String>) -> Result<Loaded> {
        let table = if self.dialect == Dialect::TrainerDirectories {
            self.trained.check()?;
            if self.trained.is_empty() {
                let first = self.first_error.filter(|_| are_alike(&self.skipped));
                return Err(first.unwrap_or_else(|| self.trained.refusal(unusable(&self.skipped))));
            }
            Ok(self.trained.table())
        } else {
            self.tracked.finish()
        };
        let mut table = match (table, self.first_error) {
            (Err(_), Some(first)) => return Err(first_of(&self.skipped, first)),
            (table, _) => table?,
        };
        table.skipped.extend(self.skipped);
        table.ignored.extend(ignored);
        let mut loaded = Loaded {
            dataset: Dataset {
                name,
                sha256: digest(self.files),
                synthetic: table.synthetic,
                runs: table.runs,
                origin: None,
                reading: None,
            },
            dialect: self.dialect,
            used: table.used,
            ignored: table.ignored,
            skipped: table.skipped,
            told: if self.told.is_empty() { Told::Nothing } else { Told::Now },
            mapping: self.told.clone(),
            remarks: table.remarks,
        };
        loaded.dataset.reading = Some(loaded.summary());
        Ok(loaded)
    }
}

/// Why there is no run.
fn unusable(skipped: &[Skipped]) -> String {
    match skipped {
        [] => "there are no runs in the directory".to_owned(),
        [only] => format!("run '{}' cannot be used: {}", shown(&only.name), only.reason),
        several => format!("none of the {} runs can be used: {}", several.len(), grouped(several).join(", ")),
    }
}

/// Whether all were left out for the same reason.
fn are_alike(skipped: &[Skipped]) -> bool {
    skipped.windows(2).all(|pair| pair[0].reason == pair[1].reason)
}

/// The error of the first run that could not be read, of all of them if they differ.
fn first_of(skipped: &[Skipped], first: Error) -> Error {
    if are_alike(skipped) { first } else { first.of_whole(unusable(skipped)) }
}

/// The sha256 of the text that `sha256sum` prints for the files, sorted by path. `sha256sum FILES… | sha256sum` checks
/// it.
fn digest(mut files: Vec<(String, String)>) -> String {
    files.sort_unstable();
    let mut digest = Sha256::new();
    for (path, sha256) in files {
        digest.update(format!("{sha256}  {path}\n"));
    }
    hex(&digest.finalize())
}

fn text<'a>(file: &RunFile<'a>) -> Result<Cow<'a, str>> {
    decoded(file.bytes).map(|(text, _)| text).map_err(|error| error.in_source(file.source))
}
