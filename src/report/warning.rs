//! What a reader must know before trusting the numbers: what there is to know ([`Warning`]), when it holds (`about`), how it
//! is said (`words`), and how it is written in a document (`part`).

mod about;
mod part;
mod words;

pub use part::{About, AboutPart, WarningPart};

use engine::law::Extrapolation;
use engine::search::Searched;
use engine::what_if::Scaling;
use files::profile::ClockLimit;

/// A reservation about predictions.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Shapes lie outside those that the law was fitted on.
    Extrapolation {
        /// The law's name.
        law: String,
        /// Which.
        shapes: Shapes,
        /// The farthest.
        worst: Extrapolation,
    },
    /// The law's runs never varied something that shapes differ in: whatever is cheapest there looks best.
    Blind {
        /// The law's name.
        law: String,
        /// To what.
        to: Vec<&'static str>,
        /// What the space is held at for that; empty where it is open.
        held_at: Vec<String>,
    },
    /// Losses are for one training length.
    Length {
        /// The law's name.
        law: String,
        /// Tokens.
        tokens: f64,
        /// How far that is from the lengths of its runs.
        beyond: Option<f64>,
    },
    /// The law gives losses that no model has.
    Absurd {
        /// The law's name.
        law: String,
        /// Which shapes have them.
        shapes: Shapes,
        /// The largest, nats per token.
        worst_nats: f64,
    },
    /// The law was fitted on models of equal layers, and knows no others.
    Layers {
        /// The law's name.
        law: String,
        /// Which shapes have layers that differ.
        shapes: Shapes,
        /// How they differ, a phrase each.
        differ: Vec<String>,
    },
    /// The law describes runs that nobody trained.
    Synthetic {
        /// The law's name.
        law: String,
    },
    /// The board is imagined.
    WhatIf {
        /// Profile and mode that it is imagined from.
        board: String,
        /// How it differs.
        scaling: Scaling,
    },
    /// Nothing says how far engines stay below the peaks.
    IdealRoofline {
        /// Profile and mode.
        board: String,
    },
    /// A calibration does not speak of the number format or of a phase: it is ideal there.
    Uncalibrated {
        /// The number format or the phase.
        what: &'static str,
        /// The engine that was measured.
        engine: String,
        /// What was measured.
        measured: String,
    },
    /// A calibration was measured in other power modes.
    OtherMode {
        /// The mode.
        mode: String,
        /// The engine that was measured.
        engine: String,
        /// The modes that were measured.
        measured: String,
        /// What carries over.
        traffic: Traffic,
    },
    /// The machine that the board was detected on is throttled below the mode that is predicted.
    Throttled(ClockLimit),
    /// An energy budget is held against energies that bound nothing.
    Energy {
        /// Profile and mode.
        board: String,
        /// By which time its watts are multiplied.
        time: &'static str,
    },
    /// The law knows of no number format.
    Quantisation {
        /// Its name, with those of head and cache where they depart from it.
        precision: String,
        /// What was given for it, and is part of every loss; 0 if nothing was.
        penalty_nats: f64,
    },
    /// The candidates are those that a search found, not the whole space.
    Searched(Searched),
    /// More memory is needed than the board has.
    Memory {
        /// Profile and mode.
        board: String,
        /// What a program can have there.
        memory_bytes: f64,
        /// So many of the feasible shapes, or the one asked about.
        shapes: Shapes,
    },
}

/// What a calibration knows of the bandwidth that is reached in a mode that was not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// It follows the clocks, or these are no slower than where it was measured.
    Known,
    /// All SMs together are slower than in any measured mode, and nothing tells what they still read.
    Unknown,
}

/// Which shapes a warning is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shapes {
    /// The one that was asked about.
    Asked,
    /// A known model that others are compared with.
    Model(String),
    /// Some of many.
    Some {
        /// So many.
        count: usize,
        /// Of so many.
        of: usize,
    },
    /// Those in the law's own range.
    Fitted,
}
impl Warning {
    /// Whether it holds for every prediction on such a board, and so need not be repeated each time.
    pub const fn is_general(&self) -> bool {
        matches!(self, Self::IdealRoofline { .. })
    }
}
