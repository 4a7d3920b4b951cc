//! What a reader must know before trusting the numbers. The only place that words it: a sentence for stderr and files, a
//! few words for status lines and headings.

use std::fmt;

use rayon::prelude::*;

use super::View;
use crate::engine::architecture::Architecture;
use crate::engine::efficiency::Basis;
use crate::engine::law::{Extrapolation, LossLaw, MAX_LOSS};
use crate::engine::precision::Precision;
use crate::engine::reference::ReferenceModel;
use crate::engine::roofline::Estimator;
use crate::engine::what_if::Scaling;
use crate::files::profile::{PowerMode, Profile};
use crate::units;

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
    },
    /// The law knows of no number format.
    Quantisation {
        /// Its name, with those of head and cache where they depart from it.
        precision: String,
        /// What was given for it, and is part of every loss; 0 if nothing was.
        penalty_nats: f64,
    },
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

    /// About all feasible candidates, and about the law over all candidates. Scans all candidates once.
    pub fn of_view(view: &View<'_>) -> Vec<Self> {
        let (landscape, hardware) = (view.landscape, view.hardware());
        let (sweep, law) = (&landscape.sweep, &landscape.law);
        let mut warnings = Vec::new();
        if let Some(beyond) = landscape.extrapolated {
            let shapes = Shapes::Some { count: beyond.candidates, of: sweep.len() };
            warnings.push(Self::Extrapolation { law: law.name.clone(), shapes, worst: beyond.worst });
        }
        let absurd = landscape.beyond_belief();
        if let Some(&worst) = landscape.best_first().last().filter(|_| absurd > 0) {
            let shapes = Shapes::Some { count: absurd, of: sweep.len() };
            warnings.push(Self::Absurd { law: law.name.clone(), shapes, worst_nats: sweep.loss[worst as usize] });
        }
        warnings.extend(Self::of_setting(law, view.profile, view.mode, &landscape.estimator));
        let (over, of) = (0..sweep.len())
            .into_par_iter()
            .filter(|&index| view.budgets.admits(sweep, index))
            .map(|index| (usize::from(sweep.memory_bytes[index] > hardware.memory_bytes), 1))
            .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        if over > 0 {
            let shapes = Shapes::Some { count: over, of };
            warnings.push(Self::Memory { board: hardware.name, memory_bytes: hardware.memory_bytes, shapes });
        }
        warnings
    }

    /// About one architecture.
    pub fn of_architecture(
        shape: &Architecture,
        law: &LossLaw,
        profile: &Profile,
        mode: &PowerMode,
        estimator: &Estimator,
    ) -> Vec<Self> {
        let hardware = profile.hardware(mode);
        let mut warnings = Vec::new();
        if let Some(worst) = law.range.extrapolation(&shape.features()) {
            warnings.push(Self::Extrapolation { law: law.name.clone(), shapes: Shapes::Asked, worst });
        }
        let worst_nats = law.coefficients.loss(&shape.features());
        if worst_nats > MAX_LOSS {
            warnings.push(Self::Absurd { law: law.name.clone(), shapes: Shapes::Asked, worst_nats });
        }
        warnings.extend(Self::of_setting(law, profile, mode, estimator));
        if estimator.memory(shape).total_bytes() > hardware.memory_bytes {
            let (board, memory_bytes) = (hardware.name, hardware.memory_bytes);
            warnings.push(Self::Memory { board, memory_bytes, shapes: Shapes::Asked });
        }
        warnings
    }

    /// About a known model that others are compared with: its loss under `law` may be extrapolated.
    pub fn of_model(model: &ReferenceModel, law: &LossLaw) -> Option<Self> {
        let worst = law.range.extrapolation(&model.architecture.features())?;
        Some(Self::Extrapolation { law: law.name.clone(), shapes: Shapes::Model(model.name.clone()), worst })
    }

    /// About a law by itself, before any architecture is asked about.
    pub fn of_law(law: &LossLaw) -> Vec<Self> {
        let worst_nats = law.coefficients.largest_loss(&law.range);
        let absurd = (worst_nats.is_nan() || worst_nats > MAX_LOSS).then(|| Self::Absurd {
            law: law.name.clone(),
            shapes: Shapes::Fitted,
            worst_nats,
        });
        Self::of_runs(law).into_iter().chain(absurd).collect()
    }

    /// About a board, on which calibrated figures need none.
    pub fn of_board(profile: &Profile, mode: &PowerMode, precision: &Precision) -> Option<Self> {
        let hardware = profile.hardware(mode);
        let (_, basis) = hardware.efficiency_in(precision);
        match (basis, &profile.calibration) {
            (Basis::Ideal, _) => Some(Self::IdealRoofline { board: hardware.name }),
            (Basis::Uncovered, Some(calibration)) => Some(Self::Uncalibrated {
                what: precision.name,
                engine: calibration.engine.clone(),
                measured: calibration.covered().join(", "),
            }),
            _ => None,
        }
    }

    /// About what a calibration says nothing of: a phase or a power mode that was not measured.
    pub fn of_calibration(profile: &Profile, mode: &PowerMode, precision: &Precision) -> Vec<Self> {
        let Some(calibration) = &profile.calibration else { return Vec::new() };
        let Some(figures) = calibration.of(precision) else { return Vec::new() };
        let mut warnings = Vec::new();
        let halves = [("prefill", figures.prefill, "decode"), ("decode", figures.decode, "prefill")];
        warnings.extend(halves.into_iter().filter(|(_, tested, _)| tested.is_none()).map(|(what, _, other)| {
            Self::Uncalibrated { what, engine: calibration.engine.clone(), measured: other.to_owned() }
        }));
        if !figures.modes.iter().any(|measured| measured.eq_ignore_ascii_case(&mode.name)) {
            warnings.push(Self::OtherMode {
                mode: mode.name.clone(),
                engine: calibration.engine.clone(),
                measured: figures.modes.join(", "),
            });
        }
        warnings
    }

    fn of_imagination(profile: &Profile, mode: &PowerMode) -> Option<Self> {
        let board = || format!("{} {}", profile.name, mode.name);
        (!profile.what_if.is_none()).then(|| Self::WhatIf { board: board(), scaling: profile.what_if })
    }

    fn of_runs(law: &LossLaw) -> Option<Self> {
        law.synthetic.then(|| Self::Synthetic { law: law.name.clone() })
    }

    fn of_setting(
        law: &LossLaw,
        profile: &Profile,
        mode: &PowerMode,
        estimator: &Estimator,
    ) -> impl Iterator<Item = Self> {
        let precision = estimator.precision();
        let penalty_nats = precision.loss_penalty_nats;
        let quantised = (precision.is_quantised() || penalty_nats > 0.0)
            .then(|| Self::Quantisation { precision: precision.in_short(), penalty_nats });
        [Self::of_runs(law), quantised, Self::of_sight(law), Self::of_length(law), Self::of_imagination(profile, mode)]
            .into_iter()
            .flatten()
            .chain(Self::of_board(profile, mode, precision))
            .chain(Self::of_calibration(profile, mode, precision))
    }

    fn of_sight(law: &LossLaw) -> Option<Self> {
        let mut to = law.coefficients.blind_to();
        if law.coefficients.form().needs_tokens() && !law.coefficients.sees_tokens() {
            to.push("training tokens");
        }
        (!to.is_empty()).then(|| Self::Blind { law: law.name.clone(), to })
    }

    fn of_length(law: &LossLaw) -> Option<Self> {
        let tokens = law.coefficients.tokens().filter(|_| law.coefficients.sees_tokens())?;
        let beyond = law.range.beyond_tokens(tokens).map(|beyond| beyond.factor);
        Some(Self::Length { law: law.name.clone(), tokens, beyond })
    }

    /// In a few words, for a status line or a heading.
    pub fn short(&self) -> String {
        match self {
            Self::Extrapolation { shapes, worst, .. } => {
                let model = if let Shapes::Model(name) = shapes { format!("{name} ") } else { String::new() };
                format!("{model}extrapolated ×{} in {}{}", units::ratio(worst.factor), worst.axis, shapes.share())
            }
            Self::Blind { to, .. } => format!("blind to {}", to.join(", ")),
            Self::Length { tokens, beyond, .. } => {
                let outside =
                    beyond.map_or_else(String::new, |factor| format!(", extrapolated ×{}", units::ratio(factor)));
                format!("for {tokens:.1e} training tokens{outside}")
            }
            Self::Absurd { shapes, .. } => format!("losses above {MAX_LOSS} nats{}", shapes.share()),
            Self::Synthetic { .. } => "synthetic runs".to_owned(),
            Self::WhatIf { scaling, .. } => format!("what if: {scaling}"),
            Self::IdealRoofline { .. } => "ideal roofline, uncalibrated".to_owned(),
            Self::Uncalibrated { what, .. } => format!("{what} uncalibrated"),
            Self::OtherMode { mode, .. } => format!("calibration extrapolated to {mode}"),
            Self::Quantisation { precision, penalty_nats: 0.0 } => format!("no quality loss modelled for {precision}"),
            Self::Quantisation { precision, penalty_nats } => {
                format!("+{} nats for {precision}, as given", units::ratio(*penalty_nats))
            }
            Self::Memory { memory_bytes, shapes, .. } => {
                let memory = units::bytes(*memory_bytes);
                match shapes {
                    Shapes::Some { count, .. } => {
                        let verb = if *count == 1 { "exceeds" } else { "exceed" };
                        format!("{} {verb} the board's {memory}", units::count(*count))
                    }
                    Shapes::Asked | Shapes::Model(_) | Shapes::Fitted => format!("exceeds the board's {memory}"),
                }
            }
        }
    }
}

impl Shapes {
    /// ` (12 %)`, of many; nothing for one.
    fn share(&self) -> String {
        let Self::Some { count, of } = *self else { return String::new() };
        match 100.0 * count as f64 / of as f64 {
            percent if percent < 1.0 => " (<1 %)".to_owned(),
            percent => format!(" ({percent:.0} %)"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extrapolation { law, shapes, worst } => extrapolated(f, law, shapes, worst),
            Self::Blind { law, to } => write!(
                f,
                "the law '{law}' cannot see {}: its runs never showed what they do, so the cheapest looks best under it and under \
                 every resample of its runs",
                to.join(", ")
            ),
            Self::Length { law, tokens, beyond } => {
                write!(f, "losses of the law '{law}' are those after {tokens:.2e} training tokens")?;
                match beyond {
                    Some(factor) => write!(
                        f,
                        ", {} times beyond what its runs saw: they are extrapolated",
                        units::significant(*factor, 3)
                    ),
                    None => Ok(()),
                }
            }
            Self::Absurd { law, shapes, worst_nats } => absurd(f, law, shapes, *worst_nats),
            Self::Synthetic { law } => {
                write!(f, "the law '{law}' describes synthetic runs, drawn from another law: nothing was trained")
            }
            Self::WhatIf { board, scaling } => {
                write!(f, "what if: {board} with {scaling}; no such board is known, and its power would be another")
            }
            Self::IdealRoofline { board } => write!(
                f,
                "latencies on {board} are those of an ideal roofline, not calibrated by measurements: engines are slower"
            ),
            Self::Uncalibrated { what, engine, measured } => write!(
                f,
                "{engine} was measured in {measured} here, not in {what}: its latencies are those of an ideal roofline"
            ),
            Self::OtherMode { mode, engine, measured } => write!(
                f,
                "{engine} was measured in power mode {measured}: what it reaches in {mode} is extrapolated from the clocks"
            ),
            Self::Quantisation { precision, penalty_nats: 0.0 } => {
                write!(f, "losses are those of 16-bit models: what {precision} costs in quality is not modelled")
            }
            Self::Quantisation { precision, penalty_nats } => write!(
                f,
                "losses are those of 16-bit models and {} nats per token for what {precision} costs in quality, as given",
                units::ratio(*penalty_nats)
            ),
            Self::Memory { board, memory_bytes, shapes } => {
                let needs = match shapes {
                    Shapes::Some { count, of } => {
                        format!("{} of {} feasible candidates need", units::count(*count), units::count(*of))
                    }
                    Shapes::Asked | Shapes::Fitted => "this architecture needs".to_owned(),
                    Shapes::Model(name) => format!("{name} needs"),
                };
                let memory = units::bytes(*memory_bytes);
                write!(f, "{needs} more memory than the {memory} that a program can have on {board}")
            }
        }
    }
}

fn extrapolated(f: &mut fmt::Formatter<'_>, law: &str, shapes: &Shapes, worst: &Extrapolation) -> fmt::Result {
    let Extrapolation { axis, factor } = worst;
    let factor = units::significant(*factor, 3);
    match shapes {
        Shapes::Some { count, of } => write!(
            f,
            "{} of {} candidates lie outside the shapes that the law '{law}' was fitted on, \
             the farthest by a factor of {factor} in {axis}: their losses are extrapolated",
            units::count(*count),
            units::count(*of)
        ),
        Shapes::Asked | Shapes::Fitted => write!(
            f,
            "this shape lies outside those that the law '{law}' was fitted on, by a factor of {factor} in {axis}: \
             its loss is extrapolated"
        ),
        Shapes::Model(name) => write!(
            f,
            "{name} lies outside the shapes that the law '{law}' was fitted on, by a factor of {factor} in {axis}: \
             comparisons with it rest on an extrapolated loss"
        ),
    }
}

fn absurd(f: &mut fmt::Formatter<'_>, law: &str, shapes: &Shapes, worst_nats: f64) -> fmt::Result {
    let which = match shapes {
        Shapes::Some { count, of } => {
            format!("for {} of {} candidates the law '{law}' gives", units::count(*count), units::count(*of))
        }
        Shapes::Asked => format!("for this shape the law '{law}' gives"),
        Shapes::Model(name) => format!("for {name} the law '{law}' gives"),
        Shapes::Fitted => format!("for shapes within its own range the law '{law}' gives"),
    };
    write!(
        f,
        "{which} losses above {MAX_LOSS} nats per token, up to {}, which no model has: it says nothing about them, and \
         perplexities too large for a number are inf, null in JSON",
        units::significant(worst_nats, 3)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::law::{Axis, Variable};

    fn both(warning: &Warning) -> (String, String) {
        (warning.short(), warning.to_string())
    }

    #[test]
    fn each_warning_has_a_sentence_and_a_few_words() {
        let worst = Extrapolation { axis: Variable::Feature(Axis::FfnRatio), factor: 1.357 };
        let law = || "mine".to_owned();
        let some = Shapes::Some { count: 1234, of: 10_560 };
        let board = || "orin 15W".to_owned();
        for (warning, short, begins) in [
            (
                Warning::Extrapolation { law: law(), shapes: some.clone(), worst },
                "extrapolated ×1.36 in FFN ratio (12 %)",
                "1,234 of 10,560 candidates lie outside",
            ),
            (
                Warning::Extrapolation { law: law(), shapes: Shapes::Asked, worst },
                "extrapolated ×1.36 in FFN ratio",
                "this shape lies outside",
            ),
            (
                Warning::Extrapolation { law: law(), shapes: Shapes::Model("Qwen2.5-0.5B".into()), worst },
                "Qwen2.5-0.5B extrapolated ×1.36 in FFN ratio",
                "Qwen2.5-0.5B lies outside",
            ),
            (
                Warning::Absurd { law: law(), shapes: Shapes::Some { count: 1, of: 10_560 }, worst_nats: 2e4 },
                "losses above 100 nats (<1 %)",
                "for 1 of 10,560 candidates the law 'mine' gives losses above 100 nats per token, up to 20000",
            ),
            (
                Warning::Blind { law: law(), to: vec!["r", "experts"] },
                "blind to r, experts",
                "the law 'mine' cannot see r, experts: its runs never showed what they do",
            ),
            (
                Warning::Length { law: law(), tokens: 1e12, beyond: Some(9.1) },
                "for 1.0e12 training tokens, extrapolated ×9.1",
                "losses of the law 'mine' are those after 1.00e12 training tokens, 9.10 times beyond",
            ),
            (Warning::Synthetic { law: law() }, "synthetic runs", "the law 'mine' describes synthetic runs"),
            (
                Warning::IdealRoofline { board: board() },
                "ideal roofline, uncalibrated",
                "latencies on orin 15W are those of an ideal roofline",
            ),
            (
                Warning::Quantisation { precision: "w8a8".into(), penalty_nats: 0.0 },
                "no quality loss modelled for w8a8",
                "losses are those of 16-bit models: what w8a8 costs in quality is not modelled",
            ),
            (
                Warning::Quantisation { precision: "w4a16 · KV fp8".into(), penalty_nats: 0.03 },
                "+0.03 nats for w4a16 · KV fp8, as given",
                "losses are those of 16-bit models and 0.03 nats per token for what w4a16 · KV fp8 costs in quality, as given",
            ),
            (
                Warning::Memory { board: board(), memory_bytes: 65.9e9, shapes: some },
                "1,234 exceed the board's 65.9 GB",
                "1,234 of 10,560 feasible candidates need more memory than the 65.9 GB",
            ),
            (
                Warning::Memory { board: board(), memory_bytes: 65.9e9, shapes: Shapes::Asked },
                "exceeds the board's 65.9 GB",
                "this architecture needs more memory",
            ),
        ] {
            let (few, sentence) = both(&warning);
            assert_eq!(few, short);
            assert!(sentence.starts_with(begins), "{sentence}");
        }
    }
}
