//! One measured forward pass, reduced to what the fit needs: the work of each operator in seconds at the peaks.

use crate::architecture::Architecture;
use crate::efficiency::Clocks;
use crate::hardware::Hardware;
use crate::precision::Precision;
use crate::roofline::{Attention, Estimator, ForwardPass, Phase, UnsupportedFormat, operators};
use crate::workload::Workload;

/// What was timed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pass {
    /// A whole prompt.
    Prefill {
        /// Per sequence.
        prompt_tokens: f64,
    },
    /// One generated token.
    Decode {
        /// Per sequence; the mean, where the time is a mean over tokens.
        context_tokens: f64,
    },
}

impl Pass {
    /// Prefill or decode.
    pub const fn phase(self) -> Phase {
        match self {
            Self::Prefill { .. } => Phase::Prefill,
            Self::Decode { .. } => Phase::Decode,
        }
    }

    fn forward(self, batch: u32) -> ForwardPass {
        let batch = f64::from(batch);
        match self {
            Self::Prefill { prompt_tokens } => {
                ForwardPass { batch, query_tokens: prompt_tokens, context_tokens: prompt_tokens }
            }
            Self::Decode { context_tokens } => ForwardPass { batch, query_tokens: 1.0, context_tokens },
        }
    }
}

/// A model in a number format on a board in a mode, and the time that one forward pass took.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Its name.
    pub model: String,
    /// Its shape: rows of one shape are left out together, whatever the models are called.
    pub shape: Architecture,
    /// As it was stored and computed.
    pub precision: Precision,
    /// What was timed.
    pub pass: Pass,
    /// Sequences processed together.
    pub batch: u32,
    /// The time it took.
    pub seconds: f64,
    /// The peaks; its efficiencies play no part.
    pub hardware: Hardware,
    /// What ran, and how fast.
    pub clocks: Clocks,
}

/// One operator's time at the peaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    pub(super) count: f64,
    pub(super) compute_s: f64,
    pub(super) memory_s: f64,
}

/// An observation as the fit sees it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) phase: Phase,
    pub(super) model: String,
    pub(super) shape: Architecture,
    pub(super) work: Vec<Work>,
    pub(super) seconds: f64,
    pub(super) clocks: Clocks,
    pub(super) bandwidth_bytes_per_s: f64,
}

impl Row {
    /// Fails if the board has no rate for the format.
    pub(super) fn of(observation: &Observation) -> Result<Self, UnsupportedFormat> {
        let Observation { shape, precision, pass, batch, hardware, .. } = observation;
        Estimator::new(hardware, *precision, Workload::default())?;
        let bits16_flops_per_s = hardware.fp16_flops_per_s;
        let linear_flops_per_s = hardware.rate_flops_per_s(precision.compute).unwrap_or(bits16_flops_per_s);
        let work = operators(shape, precision, Attention::default(), &pass.forward(*batch));
        let work = work.iter().map(|operator| Work {
            count: operator.count,
            compute_s: operator.flops / if operator.linear { linear_flops_per_s } else { bits16_flops_per_s },
            memory_s: operator.bytes / hardware.bandwidth_bytes_per_s,
        });
        Ok(Self {
            phase: pass.phase(),
            model: observation.model.clone(),
            shape: alike(*shape),
            work: work.collect(),
            seconds: observation.seconds,
            clocks: observation.clocks,
            bandwidth_bytes_per_s: hardware.bandwidth_bytes_per_s,
        })
    }
}

/// What shapes that take the same time have in common. A tied head is read as often as one that is not tied. A
/// vocabulary that was padded, or has a few tokens more, makes no other model.
const fn alike(shape: Architecture) -> Architecture {
    Architecture { vocab: 0, tied: false, ..shape }
}

/// How many shapes models have that differ in more than name, vocabulary and tied weights.
pub fn shapes<'a>(observed: impl Iterator<Item = &'a Observation>) -> usize {
    distinct(observed.map(|observation| alike(observation.shape))).len()
}

/// In the order of their first appearance.
pub(super) fn distinct(shapes: impl Iterator<Item = Architecture>) -> Vec<Architecture> {
    let mut distinct = Vec::new();
    for shape in shapes {
        if !distinct.contains(&shape) {
            distinct.push(shape);
        }
    }
    distinct
}
