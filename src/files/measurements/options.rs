//! What a person says beside the files, because few of them say all.

use std::fmt;

use super::formats;
use super::measurement::{Formats, Named};
use crate::boards::Boards;
use engine::architecture::Architecture;
use engine::error::{Error, Result};
use engine::reference::ReferenceModel;
use engine::text::shown;
use engine::units;

/// A model's shape, for a time that must be compared with a prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// As it is called here.
    pub name: String,
    /// Its shape.
    pub architecture: Architecture,
    /// Parameters as published, with biases and norms; those of the shape where no count is published.
    pub parameters: u64,
}

impl Model {
    /// The largest difference between a file's parameters and the shape's: one family's norms and biases, not a size.
    const TOLERANCE: f64 = 0.02;

    /// A model of that shape.
    pub fn new(name: impl Into<String>, architecture: Architecture) -> Self {
        Self { name: name.into(), architecture, parameters: architecture.parameters_total() }
    }

    /// A model that was read or found.
    pub fn of(model: ReferenceModel) -> Self {
        let parameters = model.parameters_total();
        Self { name: model.name, architecture: model.architecture, parameters }
    }

    /// The shape, if it has so many parameters. Some converters store a tied head twice. Then it is not tied in the
    /// file that ran, and the shape follows that file.
    pub(super) fn with_parameters(&self, parameters: f64) -> Result<Checked> {
        let near = |count: u64| (parameters / count as f64 - 1.0).abs() <= Self::TOLERANCE;
        if near(self.parameters) {
            return Ok(Checked { architecture: self.architecture, head_stored_twice: None });
        }
        let head = u64::from(self.architecture.vocab) * u64::from(self.architecture.width);
        if self.architecture.tied && near(self.parameters + head) {
            let architecture = Architecture { tied: false, ..self.architecture };
            let twice = format!("the file holds the head of {} apart from its embedding", shown(&self.name));
            return Ok(Checked { architecture, head_stored_twice: Some(twice) });
        }
        let count = |value: f64| units::count(value.min(1e18) as usize);
        Err(Error::new(format!("the file's model has {} parameters", count(parameters)))
            .expected(format!("{} within 2 %, as {} has", count(self.parameters as f64), shown(&self.name)))
            .hint("give the shape of the model that ran: --model config.json"))
    }
}

/// A shape that agrees with a file's number of parameters.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) architecture: Architecture,
    pub(super) head_stored_twice: Option<String>,
}

/// Finds the shape that a model's name stands for.
pub type Lookup<'a> = dyn Fn(&str) -> Option<Model> + 'a;

/// What the user says. It fills what a file leaves open. For the model it takes precedence over the file.
pub struct Options<'a> {
    /// The table of known shapes.
    pub models: &'a Lookup<'a>,
    /// The boards that have names.
    pub boards: &'a Boards,
    /// The model that ran.
    pub model: Option<Model>,
    /// The models that ran, where these are several: each in the files that name it.
    pub told: Vec<Model>,
    /// The board's profile.
    pub board: Option<String>,
    /// The power mode.
    pub mode: Option<String>,
    /// The program that ran the model.
    pub engine: Option<String>,
    /// The number format.
    pub precision: Option<String>,
    /// The format of the LM head, for files that do not say.
    pub head: Option<String>,
    /// The format of the KV cache, for files that do not say.
    pub kv_cache: Option<String>,
    /// Tokens of each prompt.
    pub input_len: Option<u32>,
    /// Tokens generated for each.
    pub output_len: Option<u32>,
    /// Tokens in the cache before a single decode step, for tools that time one.
    pub past_kv_len: Option<u32>,
    /// Sequences at a time.
    pub batch: Option<u32>,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("model", &self.model).field("board", &self.board).finish_non_exhaustive()
    }
}

impl<'a> Options<'a> {
    /// Nothing but the table of shapes and the boards.
    pub fn new(models: &'a Lookup<'a>, boards: &'a Boards) -> Self {
        Self {
            models,
            boards,
            model: None,
            told: Vec::new(),
            board: None,
            mode: None,
            engine: None,
            precision: None,
            head: None,
            kv_cache: None,
            input_len: None,
            output_len: None,
            past_kv_len: None,
            batch: None,
        }
    }

    /// The model that the user named, otherwise the one with the first of these names. A name may be a path, may begin
    /// with an organisation, and may have words after the name of the model: `models/Qwen2.5-0.5B-Instruct-Q8_0.gguf`.
    pub(super) fn model<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<Model> {
        self.model.clone().or_else(|| names.into_iter().find_map(|name| self.named(name)))
    }

    /// Why a row of a table of several models is not of the one that was told: it names another known model.
    pub(super) fn is_of_another(&self, name: &str) -> Option<String> {
        let told = self.model.as_ref()?;
        let known = self.named(name).filter(|known| known.architecture != told.architecture)?;
        Some(format!("'{}' is {}, and --model is {}", shown(name), known.name, told.name))
    }

    fn named(&self, name: &str) -> Option<Model> {
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let mut rest = base.strip_suffix(".gguf").unwrap_or(base).trim();
        loop {
            if let Some(model) = (self.models)(rest) {
                return Some(model);
            }
            rest = &rest[..rest.rfind(['-', '_', '.', ' ', ':'])?];
        }
    }

    /// The formats of head and cache that are told, where the file does not say.
    pub(super) fn complete(&self, formats: &mut Formats) {
        for (format, told) in [(&mut formats.head, &self.head), (&mut formats.kv_cache, &self.kv_cache)] {
            if format.is_none() {
                *format = told.as_deref().and_then(formats::stored);
            }
        }
    }

    /// The number format that is told.
    pub(super) fn weights(&self) -> Result<Named> {
        let told = self.precision.as_deref().map(formats::weights);
        told.ok_or_else(|| {
            Error::new("the file does not say which number format the weights have").hint("give it: --precision fp16")
        })
    }
}
