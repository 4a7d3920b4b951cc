//! What is said of numbers, once for the screen and for scripts: warnings, on what a latency rests, and the JSON documents.
//!
//! It stands between the engine, which knows only numbers, and the program, which only shows and prints.

mod basis;
mod document;
mod model;
mod parts;
mod uncertainty;
mod warning;

pub use basis::{latency_basis, latency_basis_in_short};
pub use document::{
    Document, Generator, SCHEMA_VERSION, Selection, View, document, document_with, to_json, write_json,
};
pub use model::ModelPart;
pub use parts::{
    ArchitecturePart, EfficiencyPart, Entry, ExtrapolationPart, LawPart, PredictionsPart, ProfilePart, QualityPart,
    SpacePart,
};
pub use uncertainty::{BootstrapPart, CoefficientsCi, EntryConfidence, Uncertainty};
pub use warning::{Shapes, Warning};
