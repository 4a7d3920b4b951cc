//! A warning in a document: what kind it is, in words, and the figures in it, so that a script need not read English.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Shapes, Traffic, Warning};
use engine::search::{Searched, Stop};

/// One warning.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are those of Warning; every one has its sentence in `words`")]
pub enum WarningPart {
    /// Shapes lie outside those that the law was fitted on.
    Extrapolation {
        words: String,
        law: String,
        #[serde(flatten)]
        about: AboutPart,
        /// The worst axis of the worst shape.
        axis: &'static str,
        /// By what factor it lies outside; above 1.
        factor: f64,
    },
    /// The law's runs never varied something that shapes differ in.
    Blind {
        words: String,
        law: String,
        /// To what.
        to: Vec<&'static str>,
        /// What the space is held at for that, the runs' own values; empty where it is open.
        held_at: Vec<String>,
    },
    /// Losses are for one training length.
    Length {
        words: String,
        law: String,
        tokens: f64,
        /// How far beyond the lengths of its runs; null within.
        beyond_factor: Option<f64>,
    },
    /// The law gives losses that no model has.
    Absurd {
        words: String,
        law: String,
        #[serde(flatten)]
        about: AboutPart,
        /// The largest; null where it is no number.
        worst_loss_nats: Option<f64>,
    },
    /// The law was fitted on models of equal layers, and knows no others.
    Layers {
        words: String,
        law: String,
        #[serde(flatten)]
        about: AboutPart,
        /// How the layers differ, a phrase each.
        differ: Vec<String>,
    },
    /// The law describes runs that nobody trained.
    Synthetic { words: String, law: String },
    /// The board is imagined.
    WhatIf {
        words: String,
        board: String,
        bandwidth_factor: f64,
        compute_factor: f64,
        /// In place of what a program can have; null where that is the board's own.
        memory_bytes: Option<u64>,
    },
    /// Nothing says how far engines stay below the peaks.
    IdealRoofline { words: String, board: String },
    /// A calibration does not speak of the number format or of a phase: it is ideal there.
    Uncalibrated {
        words: String,
        /// The number format or the phase.
        what: &'static str,
        engine: String,
        /// What was measured.
        measured: String,
    },
    /// A calibration was measured in other power modes.
    OtherMode {
        words: String,
        mode: String,
        engine: String,
        /// The modes that were measured.
        measured: String,
        /// Whether the bandwidth that is reached in the mode is known.
        traffic_is_known: bool,
    },
    /// The machine is throttled below the mode that is predicted.
    Throttled {
        words: String,
        /// Which clock.
        what: &'static str,
        mode: String,
        /// Where it is held.
        now_hz: f64,
        /// What the mode says, with its unit.
        stated: String,
    },
    /// An energy budget is held against energies that bound nothing.
    Energy {
        words: String,
        board: String,
        /// By which time its watts are multiplied.
        time: &'static str,
    },
    /// The law knows of no number format.
    Quantisation { words: String, precision: String, penalty_nats: f64 },
    /// The candidates are those that a search found, not the whole space.
    Searched {
        words: String,
        evaluations: usize,
        of: u64,
        seed: u64,
        /// Null while it goes on.
        stopped_because: Option<Stop>,
    },
    /// More memory is needed than the board has.
    Memory {
        words: String,
        board: String,
        /// What a program can have there.
        memory_bytes: f64,
        #[serde(flatten)]
        about: AboutPart,
    },
}

/// Which shapes a warning is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AboutPart {
    /// Which.
    pub about: About,
    /// The model's name, where it is one.
    pub model: Option<String>,
    /// How many candidates, where it is some of many.
    pub candidates: Option<usize>,
    /// Of so many.
    pub of: Option<usize>,
}

/// What [`Shapes`] are, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The architecture that was asked about.
    Architecture,
    /// A known model that others are compared with.
    Model,
    /// Some of many candidates.
    Candidates,
    /// Shapes within the law's own range.
    FittedRange,
}

impl From<&Shapes> for AboutPart {
    fn from(shapes: &Shapes) -> Self {
        let nobody = |about| Self { about, model: None, candidates: None, of: None };
        match shapes {
            Shapes::Asked => nobody(About::Architecture),
            Shapes::Fitted => nobody(About::FittedRange),
            Shapes::Model(name) => Self { model: Some(name.clone()), ..nobody(About::Model) },
            Shapes::Some { count, of } => Self { candidates: Some(*count), of: Some(*of), ..nobody(About::Candidates) },
        }
    }
}

impl From<&Warning> for WarningPart {
    fn from(warning: &Warning) -> Self {
        let words = warning.to_string();
        match warning.clone() {
            Warning::Extrapolation { law, shapes, worst } => Self::Extrapolation {
                words,
                law,
                about: (&shapes).into(),
                axis: worst.axis.key(),
                factor: worst.factor,
            },
            Warning::Blind { law, to, held_at } => Self::Blind { words, law, to, held_at },
            Warning::Length { law, tokens, beyond } => Self::Length { words, law, tokens, beyond_factor: beyond },
            Warning::Absurd { law, shapes, worst_nats } => {
                Self::Absurd { words, law, about: (&shapes).into(), worst_loss_nats: Some(worst_nats) }
            }
            Warning::Layers { law, shapes, differ } => Self::Layers { words, law, about: (&shapes).into(), differ },
            Warning::Synthetic { law } => Self::Synthetic { words, law },
            Warning::WhatIf { board, scaling } => Self::WhatIf {
                words,
                board,
                bandwidth_factor: scaling.bandwidth.value(),
                compute_factor: scaling.compute.value(),
                memory_bytes: scaling.memory_bytes,
            },
            Warning::IdealRoofline { board } => Self::IdealRoofline { words, board },
            Warning::Uncalibrated { what, engine, measured } => Self::Uncalibrated { words, what, engine, measured },
            Warning::OtherMode { mode, engine, measured, traffic } => {
                Self::OtherMode { words, mode, engine, measured, traffic_is_known: traffic == Traffic::Known }
            }
            Warning::Throttled(limit) => Self::Throttled {
                words,
                what: limit.what,
                mode: limit.mode,
                now_hz: limit.now_hz,
                stated: limit.stated,
            },
            Warning::Energy { board, time } => Self::Energy { words, board, time },
            Warning::Quantisation { precision, penalty_nats } => Self::Quantisation { words, precision, penalty_nats },
            Warning::Searched(Searched { evaluations, of, seed, stopped_because, .. }) => {
                Self::Searched { words, evaluations, of, seed, stopped_because }
            }
            Warning::Memory { board, memory_bytes, shapes } => {
                Self::Memory { words, board, memory_bytes, about: (&shapes).into() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use engine::law::{Axis, Extrapolation, Variable};

    #[test]
    fn the_figures_of_a_sentence_stand_beside_it() {
        let worst = Extrapolation { axis: Variable::Feature(Axis::FfnRatio), factor: 1.5 };
        let shapes = Shapes::Some { count: 3, of: 10 };
        let warning = Warning::Extrapolation { law: "mine".into(), shapes, worst };
        let part: Value = serde_json::to_value(WarningPart::from(&warning)).unwrap();
        assert_eq!(
            part,
            json!({
                "kind": "extrapolation", "words": warning.to_string(), "law": "mine", "about": "candidates",
                "model": null, "candidates": 3, "of": 10, "axis": "ffn_ratio", "factor": 1.5,
            })
        );
        let ideal = WarningPart::from(&Warning::IdealRoofline { board: "orin 15W".into() });
        assert_eq!(serde_json::to_value(ideal).unwrap()["kind"], "ideal_roofline");
    }
}
