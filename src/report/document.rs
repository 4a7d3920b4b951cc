//! A JSON document: the same head on every one, and below it what the command found.
//!
//! ```text
//! schema_version, generator, command │ setting │ warnings │ body: a command's own keys
//! ```
//!
//! Screen and command line build a document by the same functions, so that a file does not tell which of them wrote it.
//! Key names carry units. A key of a document is always there: what does not apply is null.

use schemars::JsonSchema;
use serde::Serialize;

use crate::setting::SettingPart;
use crate::warning::{Warning, WarningPart};

/// Raised whenever a reader of the older document could misread the newer one.
pub const SCHEMA_VERSION: u32 = 2;

/// What a command says below the head.
pub trait Body: Serialize + JsonSchema {
    /// The command as typed, with the option that changes what it says.
    const COMMAND: &'static str;
}

/// One document.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Document<B> {
    /// Which version of the vocabulary.
    pub schema_version: u32,
    /// Which program.
    pub generator: Generator,
    /// Which command, and so which keys stand below.
    pub command: &'static str,
    /// What the numbers are of.
    pub setting: SettingPart,
    /// What a reader must know before trusting them.
    pub warnings: Vec<WarningPart>,
    /// What the command found.
    #[serde(flatten)]
    pub body: B,
}

impl<B: Body> Document<B> {
    /// With the head.
    pub fn new(setting: SettingPart, warnings: &[Warning], body: B) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            generator: Generator::THIS,
            command: B::COMMAND,
            setting,
            warnings: warnings.iter().map(WarningPart::from).collect(),
            body,
        }
    }

    /// Of something that is no prediction: nothing is set, and nothing warned of.
    pub fn plain(body: B) -> Self {
        Self::new(SettingPart::default(), &[], body)
    }
}

/// The program that wrote a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Generator {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Generator {
    /// This program.
    pub const THIS: Self = Self { name: "roofscape", version: env!("CARGO_PKG_VERSION") };
}
