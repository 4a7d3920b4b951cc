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
        /// In the cache before it, per sequence.
        cached_tokens: f64,
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

    /// The forward passes that were timed: chunks of so many tokens where the engine divides prompts.
    fn forward(self, batch: u32, prefill_chunk_tokens: Option<u32>) -> Vec<ForwardPass> {
        let batch = f64::from(batch);
        let pass = |query_tokens: f64, cached_tokens: f64| ForwardPass { batch, query_tokens, cached_tokens };
        match self {
            Self::Prefill { prompt_tokens, cached_tokens } => {
                let chunk = prefill_chunk_tokens.map_or(prompt_tokens, |most| f64::from(most.max(1)));
                let chunks = (prompt_tokens / chunk).ceil().max(1.0) as u32;
                let before = |index: u32| f64::from(index) * chunk;
                let of = |index| pass(chunk.min(prompt_tokens - before(index)), cached_tokens + before(index));
                (0..chunks).map(of).collect()
            }
            Self::Decode { context_tokens } => vec![pass(1.0, context_tokens - 1.0)],
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
    /// Most tokens that the engine passes at a time, where it divides prompts.
    pub prefill_chunk_tokens: Option<u32>,
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
        let passes = pass.forward(*batch, observation.prefill_chunk_tokens);
        let last = passes.len() - 1;
        let work = passes.iter().enumerate().flat_map(|(index, pass)| {
            let mut all = operators(shape, precision, Attention::default(), pass);
            // A prompt's first answer is made of its last token.
            all.retain(|operator| index == last || operator.name != "lm_head");
            all
        });
        let work = work.map(|operator| Work {
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
