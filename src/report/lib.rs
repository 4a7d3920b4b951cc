//! What is said of numbers, once for the screen and for scripts: warnings, on what a latency rests, and the JSON documents.
//!
//! It stands between the engine, which knows only numbers, and the program, which only shows and prints.
//!
//! ```text
//! View, law, board ──▶ SettingPart ─┐
//! when it holds ──▶ Warning ────────┼──▶ Document<Body> ──▶ JSON
//! numbers ──▶ Entry, body::* ───────┘        └──▶ schema
//! ```

mod basis;
pub mod body;
mod by_key;
mod document;
mod entry;
pub mod fit;
mod json;
mod model;
mod parts;
mod predictions;
mod schema;
mod setting;
pub mod theory;
mod uncertainty;
mod view;
mod warning;

pub use basis::{latency_basis, latency_basis_in_short};
pub use body::export;
pub use by_key::ByKey;
pub use document::{Body, Document, Generator, SCHEMA_VERSION};
pub use entry::{
    ArchitecturePart, CandidatePart, Entry, ExtrapolationPart, IntervalsPart, MemoryPart, PickedPart, Reason,
};
pub use json::{to_json, write_json};
pub use model::ModelPart;
pub use parts::{EfficiencyPart, LawPart, ProfilePart, QualityPart};
pub use predictions::PredictionsPart;
pub use schema::{definition_of, schema};
pub use setting::{SettingPart, SpacePart, engine};
pub use uncertainty::{BootstrapPart, CoefficientsCi, Uncertainty, confident};
pub use view::{Selection, View};
pub use warning::{About, AboutPart, Shapes, Warning, WarningPart};
