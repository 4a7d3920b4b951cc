//! One timed phase of one model on one board: what every file comes down to.
//!
//! Names are kept beside what they were taken for ([`Named`]), because a reader who doubts a calibration looks at the
//! words of the file first. A reason against the use of a time is kept with it ([`Measurement::excluded`]), so that a
//! report can list the row and say why it was left out.

use std::fmt;

use serde::Serialize;

use engine::architecture::Architecture;
use engine::error::Error;
use engine::precision::Precision;
use engine::text::shown;

/// What a file calls a thing, and what it is called here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Named {
    /// As written; empty where the file does not say.
    pub written: String,
    /// The name here, where it is certain.
    pub name: Option<String>,
}

impl Named {
    /// What is written, not known here (yet).
    pub fn written(written: impl Into<String>) -> Self {
        Self { written: written.into(), name: None }
    }

    /// What is written, and the name here.
    pub fn known(written: impl Into<String>, name: impl Into<String>) -> Self {
        Self { written: written.into(), name: Some(name.into()) }
    }

    /// The name here, else what is written.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.written)
    }
}

/// Where in a file a measurement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The line, counted from 1.
    Line(u64),
    /// The entry of a list, counted from 1.
    Entry(usize),
    /// The file as a whole.
    File,
}

impl Place {
    /// The error, said to be there in the file called `file`.
    pub(super) fn locate(self, error: Error, file: &str) -> Error {
        match self {
            Self::Line(line) => error.at_line(line),
            Self::Entry(entry) => error.in_source(format!("{file}, entry {entry}")),
            Self::File => error,
        }
    }
}

/// Where a measurement comes from, for messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The file.
    pub file: String,
    /// Where in it.
    pub place: Place,
}

/// `bench.csv:17`, `bench.json, entry 2` or `bench.json`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match self.place {
            Place::Line(line) => write!(f, ":{line}"),
            Place::Entry(entry) => write!(f, ", entry {entry}"),
            Place::File => Ok(()),
        }
    }
}

/// What was timed. Tokens are means over the requests of a measurement, so not always whole; all are per sequence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// One pass over a whole prompt.
    Prefill {
        /// Tokens of the prompt.
        prompt_tokens: f64,
    },
    /// One token of a generation.
    Decode {
        /// Tokens that attention looks back on, the new one included, mean over the generation.
        context_tokens: f64,
        /// Tokens generated, where it is said.
        generated_tokens: Option<f64>,
    },
    /// A prefill and the generation after it, timed as one.
    Request {
        /// Tokens of the prompt.
        prompt_tokens: f64,
        /// Tokens generated.
        generated_tokens: f64,
    },
}

impl Phase {
    /// Decode of `generated` tokens after `before` others. Token t looks back on before + t tokens, which is before +
    /// (generated + 1)/2 on average. Where the number of tokens is not given, the context of the first token counts.
    pub fn decode(before: f64, generated: Option<f64>) -> Self {
        Self::Decode {
            context_tokens: before + f64::midpoint(generated.unwrap_or(1.0), 1.0),
            generated_tokens: generated,
        }
    }
}

/// The number formats of a model as it ran.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Formats {
    /// Weights of the linear layers; the name is a [`Precision`]'s.
    pub weights: Named,
    /// Weights of the LM head, where it is said.
    pub head: Option<Named>,
    /// The KV cache, where it is said.
    pub kv_cache: Option<Named>,
}

impl Formats {
    /// The weights' format, if it is known here.
    pub fn precision(&self) -> Option<Precision> {
        self.weights.name.as_deref().and_then(Precision::named)
    }

    /// Why a time in these formats cannot be compared with a prediction.
    pub(super) fn doubt(&self) -> Option<String> {
        let kinds =
            [("number", Some(&self.weights)), ("head", self.head.as_ref()), ("KV cache", self.kv_cache.as_ref())];
        kinds.into_iter().find_map(|(kind, format)| {
            let format = format.filter(|format| format.name.is_none())?;
            Some(format!("the {kind} format '{}' is not modelled", shown(&format.written)))
        })
    }
}

/// What computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The CPU, on a board that may have a GPU.
    Cpu,
    /// A GPU.
    Gpu,
}

/// One timed phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// Where it stands.
    pub origin: Origin,
    /// The board; the name is a profile's.
    pub board: Named,
    /// Its power mode; the name is a mode's of the profile.
    pub mode: Named,
    /// The program that ran the model.
    pub engine: String,
    /// Its version, as written.
    pub engine_version: Option<String>,
    /// The model; the name is that of the table of shapes or of the file that gave the shape.
    pub model: Named,
    /// Its shape.
    pub architecture: Architecture,
    /// Its number formats.
    pub formats: Formats,
    /// Size of its weights, where the file says.
    pub model_bytes: Option<f64>,
    /// Sequences at a time.
    pub batch: u32,
    /// What was timed.
    pub phase: Phase,
    /// Seconds of the whole prefill or request, or per generated token; above 0 and finite.
    pub time_s: f64,
    /// Standard deviation of the same.
    pub spread_s: Option<f64>,
    /// Who measured, as the file says.
    pub source: Option<String>,
    /// The file's own remark.
    pub note: Option<String>,
    /// Why it should not be compared with a prediction, if so.
    pub excluded: Option<String>,
    /// What computed, where the file says.
    pub device: Option<Device>,
    /// Most prompt tokens that one pass took, where the file says.
    pub prefill_chunk_tokens: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_context_is_that_of_every_token() {
        let sum: f64 = (1..=128).map(|token| 1000.0 + f64::from(token)).sum();
        let Phase::Decode { context_tokens, .. } = Phase::decode(1000.0, Some(128.0)) else { panic!() };
        assert_eq!(context_tokens, sum / 128.0);
        assert_eq!(Phase::decode(64.0, None), Phase::Decode { context_tokens: 65.0, generated_tokens: None });
    }

    #[test]
    fn a_place_reads_as_editors_take_it() {
        let at = |place| Origin { file: "a.csv".to_owned(), place }.to_string();
        assert_eq!([at(Place::Line(3)), at(Place::Entry(2)), at(Place::File)], ["a.csv:3", "a.csv, entry 2", "a.csv"]);
    }
}
