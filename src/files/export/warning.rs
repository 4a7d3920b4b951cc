//! What a reader must know before trusting the numbers. Each is one sentence, the same on screen, on stderr and in files.

use std::fmt;

use super::View;
use super::parts::is_calibrated;
use crate::engine::architecture::Architecture;
use crate::engine::law::{Extrapolation, LossLaw};
use crate::engine::roofline::Estimator;
use crate::files::profile::{PowerMode, Profile};
use crate::units;

/// A reservation about predictions.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Shapes lie outside those that the law was fitted on.
    Extrapolation {
        /// The law's name.
        law: String,
        /// So many shapes; `None` is the one that was asked about.
        outside: Option<(usize, usize)>,
        /// The farthest.
        worst: Extrapolation,
    },
    /// The law describes runs that nobody trained.
    Synthetic {
        /// The law's name.
        law: String,
    },
    /// The profile says nothing about how far engines stay below the peaks.
    IdealRoofline {
        /// Profile and mode.
        board: String,
    },
    /// The law knows of no number format.
    Quantisation {
        /// Its name.
        precision: &'static str,
    },
    /// More memory is needed than the board has.
    Memory {
        /// Profile and mode.
        board: String,
        /// What a program can have there.
        memory_bytes: f64,
        /// So many of the feasible shapes; `None` is the one that was asked about.
        over: Option<(usize, usize)>,
    },
}

impl Warning {
    /// Whether it holds for every prediction on such a board, and so need not be repeated each time.
    pub const fn is_general(&self) -> bool {
        matches!(self, Self::IdealRoofline { .. })
    }

    /// About all feasible candidates, and about the law over all candidates.
    pub(super) fn of_view(view: &View<'_>) -> Vec<Self> {
        let (landscape, hardware) = (view.landscape, view.hardware());
        let sweep = &landscape.sweep;
        let mut warnings = Vec::new();
        if let Some(beyond) = landscape.extrapolated {
            let law = landscape.law.name.clone();
            let outside = Some((beyond.candidates, sweep.len()));
            warnings.push(Self::Extrapolation { law, outside, worst: beyond.worst });
        }
        warnings.extend(Self::of_setting(&landscape.law, view.profile, view.mode, &landscape.estimator));
        let feasible = || (0..sweep.len()).filter(|&index| view.budgets.admits(sweep, index));
        let over = feasible().filter(|&index| sweep.memory_bytes[index] > hardware.memory_bytes).count();
        if over > 0 {
            let memory_bytes = hardware.memory_bytes;
            warnings.push(Self::Memory { board: hardware.name, memory_bytes, over: Some((over, feasible().count())) });
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
            warnings.push(Self::Extrapolation { law: law.name.clone(), outside: None, worst });
        }
        warnings.extend(Self::of_setting(law, profile, mode, estimator));
        if estimator.memory(shape).total_bytes() > hardware.memory_bytes {
            warnings.push(Self::Memory { board: hardware.name, memory_bytes: hardware.memory_bytes, over: None });
        }
        warnings
    }

    fn of_setting(
        law: &LossLaw,
        profile: &Profile,
        mode: &PowerMode,
        estimator: &Estimator,
    ) -> impl Iterator<Item = Self> {
        let precision = estimator.precision();
        let synthetic = law.synthetic.then(|| Self::Synthetic { law: law.name.clone() });
        let quantised = precision.is_quantised().then_some(Self::Quantisation { precision: precision.name });
        let ideal = (!is_calibrated(profile)).then(|| Self::IdealRoofline { board: profile.hardware(mode).name });
        [synthetic, quantised, ideal].into_iter().flatten()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extrapolation { law, outside, worst } => {
                let Extrapolation { axis, factor } = worst;
                let factor = units::significant(*factor, 3);
                match outside {
                    Some((outside, of)) => write!(
                        f,
                        "{} of {} candidates lie outside the shapes that the law '{law}' was fitted on, \
                         the farthest by a factor of {factor} in {axis}: their losses are extrapolated",
                        units::count(*outside),
                        units::count(*of)
                    ),
                    None => write!(
                        f,
                        "this shape lies outside those that the law '{law}' was fitted on, by a factor of {factor} in \
                         {axis}: its loss is extrapolated"
                    ),
                }
            }
            Self::Synthetic { law } => {
                write!(f, "the law '{law}' describes synthetic runs, drawn from another law: nothing was trained")
            }
            Self::IdealRoofline { board } => write!(
                f,
                "latencies on {board} are those of an ideal roofline, not calibrated by measurements: engines are slower"
            ),
            Self::Quantisation { precision } => {
                write!(f, "losses are those of 16-bit models: what {precision} costs in quality is not modelled")
            }
            Self::Memory { board, memory_bytes, over } => {
                let memory = units::bytes(*memory_bytes);
                match over {
                    Some((over, of)) => write!(
                        f,
                        "{} of {} feasible candidates need more memory than the {memory} that a program can have on \
                         {board}",
                        units::count(*over),
                        units::count(*of)
                    ),
                    None => write!(
                        f,
                        "this architecture needs more memory than the {memory} that a program can have on {board}"
                    ),
                }
            }
        }
    }
}
