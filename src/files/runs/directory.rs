//! Runs from directories as the Hugging Face Trainer leaves them: `trainer_state.json` beside `config.json`.
//!
//! Text in, runs out, like the readers of tables; [`crate::resolve`] finds the files. A run without a held-out loss is
//! left out and named, like an unfinished run of an export. A file that cannot be read is an error.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::trainer_state::{Evaluation, TrainerState};
use super::{Dialect, Field, Loaded, Skipped, Told, Used, hex};
use crate::encoding::decoded;
use crate::hf_config::{HfConfig, Purpose};
use engine::error::{Error, Result};
use engine::runs::{Dataset, Run};
use engine::text::{shown, some_of};

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

/// A dataset that grows by one run directory at a time, so that only one run's log is held.
#[derive(Debug, Default)]
pub struct DirectoryReader {
    runs: Vec<Run>,
    skipped: Vec<Skipped>,
    /// Runs whose last evaluation was not at the end, with the step.
    early: Vec<String>,
    /// Runs with a shared expert.
    shared: Vec<String>,
    /// Runs whose layers differ, and how.
    differing: Vec<String>,
    /// Digest and path of each file that gave a run.
    files: Vec<(String, String)>,
}

/// How many steps a trainer's state has behind it, to find the newest of several.
pub fn global_step(file: &RunFile<'_>) -> Result<u64> {
    Ok(TrainerState::parse(file.source, &text(file)?)?.global_step)
}

impl DirectoryReader {
    /// Adds the run in the directory called `name`.
    pub fn add(&mut self, name: &str, state_file: &RunFile<'_>, config_file: &RunFile<'_>) -> Result<()> {
        let state = TrainerState::parse(state_file.source, &text(state_file)?)?;
        let config = HfConfig::parse(config_file.source, &text(config_file)?, Purpose::Runs)?;
        let reason = match state.evaluation {
            Evaluation::Loss { .. } if config.layout().dense.is_some() => {
                "some layers are dense and others have experts, but a law sees one shape for all layers".to_owned()
            }
            Evaluation::Loss { loss, step } => {
                self.note(name, &state, step, &config);
                for file in [state_file, config_file] {
                    self.files.push((file.path.to_owned(), super::sha256(file.bytes)));
                }
                self.runs.push(Run {
                    name: name.to_owned(),
                    features: config.features(),
                    tokens: state.tokens,
                    seed: None,
                    loss,
                    perplexity: None,
                });
                return Ok(());
            }
            Evaluation::Diverged(value) => format!("the last eval_loss is {value}"),
            Evaluation::Missing { others } if others.is_empty() => "no eval_loss".to_owned(),
            Evaluation::Missing { others } => {
                let others: Vec<String> = others.iter().take(4).map(|key| shown(key)).collect();
                format!("no eval_loss, only {}; a training loss is not a held-out loss", others.join(", "))
            }
        };
        self.skipped.push(Skipped { name: name.to_owned(), reason });
        Ok(())
    }

    fn note(&mut self, name: &str, state: &TrainerState, step: u64, config: &HfConfig) {
        let end = state.max_steps.unwrap_or(0).max(state.global_step);
        if step < end {
            let [step, end] = [step, end].map(|steps| engine::units::count(steps as usize));
            self.early.push(format!("{} at step {step} of {end}", shown(name)));
        }
        if config.has_shared_expert() {
            self.shared.push(shown(name));
        }
        if !config.layout().is_uniform() {
            let how = config.layout().in_words(config.layers()).join(", ");
            self.differing.push(format!("{} ({how})", shown(name)));
        }
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if !self.early.is_empty() {
            remarks.push(format!("evaluated before the end of training: {}", some_of(&self.early)));
        }
        if !self.shared.is_empty() {
            let what = "a shared expert counts by its weights in FFN ratio and activation rate";
            remarks.push(format!("{what}: {}", some_of(&self.shared)));
        }
        if !self.differing.is_empty() {
            remarks.push(format!("no law sees how layers differ: {}", some_of(&self.differing)));
        }
        remarks
    }

    /// The dataset of that name; `ignored` are the directories that hold no run.
    pub fn finish(self, name: String, ignored: Vec<String>) -> Result<Loaded> {
        if self.runs.is_empty() {
            let what = match self.skipped.as_slice() {
                [] => "there are no runs in the directory".to_owned(),
                [only] => format!("run '{}' cannot be used: {}", shown(&only.name), only.reason),
                skipped => format!("none of the {} runs can be used: {}", skipped.len(), some_of(skipped)),
            };
            return Err(Error::new(what)
                .expected("an eval_loss in log_history")
                .hint("train with eval_strategy and an eval_dataset"));
        }
        let (used, remarks) = (used(&self.runs), self.remarks());
        let mut loaded = Loaded {
            dataset: Dataset {
                name,
                sha256: digest(self.files),
                synthetic: false,
                runs: self.runs,
                origin: None,
                reading: None,
            },
            dialect: Dialect::TrainerDirectories,
            used,
            ignored,
            skipped: self.skipped,
            told: Told::Nothing,
            remarks,
        };
        loaded.dataset.reading = Some(loaded.summary());
        Ok(loaded)
    }
}

/// The sha256 of the text that `sha256sum` prints for the files, sorted by path. `sha256sum FILES… | sha256sum` checks
/// it.
fn digest(mut files: Vec<(String, String)>) -> String {
    files.sort();
    let mut digest = Sha256::new();
    for (path, sha256) in files {
        digest.update(format!("{sha256}  {path}\n"));
    }
    hex(&digest.finalize())
}

fn used(runs: &[Run]) -> Vec<Used> {
    let column = |field, column: &str| Used { field, column: column.to_owned() };
    let mut used = vec![
        column(Field::Layers, "num_hidden_layers"),
        column(Field::Width, "hidden_size"),
        column(Field::KvHeads, "num_key_value_heads"),
        column(Field::Loss, "eval_loss"),
    ];
    if runs.iter().any(|run| run.tokens.is_some()) {
        used.push(column(Field::Tokens, "num_input_tokens_seen"));
    }
    used
}

fn text<'a>(file: &RunFile<'a>) -> Result<Cow<'a, str>> {
    decoded(file.bytes).map(|(text, _)| text).map_err(|error| error.in_source(file.source))
}
