//! Latency by per-operator roofline (Eq. 3, 4, 16; Tables 10–12 made complete).
//!
//! Every operator takes `max(FLOPs/(π·e_c), bytes/(β·e_m)) + t_0`. Three things that the paper's tables leave out are
//! here, because a real model has them and the frontier depends on them. The **router**. The **expert coverage** of a
//! long prompt: it touches nearly all experts, so their weights are all read, and prefill favours few experts.
//! **Embedding and LM head**: a quarter of a small model's decode time with a 152k vocabulary.
//!
//! ```text
//! operators ──▶ Roofline (seconds of one) ──▶ Estimator (phases, memory, breakdown, diagram)
//! ```
//!
//! The sweep and the detail view share one visitor of operators. So a number in the table is the number in the
//! breakdown.

mod breakdown;
mod diagram;
mod dimensions;
mod memory;
mod operators;
mod passes;
mod phases;
mod weights;

pub use breakdown::{OperatorCost, Phase};
pub use diagram::{Ceiling, OperatorPoint, Roofs};
pub use dimensions::{Dimensions, Size};
pub use memory::Memory;
pub use operators::{Attention, Bound, CausalMask, Operator, operators};
pub(crate) use operators::{embedding, lm_head, visit_attention, visit_feed, visit_projections};
pub(crate) use passes::PassRun;
pub use passes::{ForwardPass, Mask};
pub use phases::ByDepth;
pub(crate) use weights::WeightBytes;

use super::energy::PowerBudget;
use super::hardware::{Hardware, TrafficLimit};
use super::latency::Latency;
use super::precision::{ComputeCapability, ComputeFormat, Precision};
use super::text::shown;
use super::workload::{MAX_TOKENS, Workload};
use crate::error::Error;

/// Seconds per unit of work on one board at one number format: the reciprocals of the roofs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Roofline {
    linear_s_per_flop: f64,
    bits16_s_per_flop: f64,
    s_per_byte: f64,
    overhead_s: f64,
}

impl Roofline {
    /// Seconds that one execution of `operator` takes.
    #[inline]
    pub fn seconds(&self, operator: &Operator) -> f64 {
        self.compute_s(operator).max(self.memory_s(operator)) + self.overhead_s
    }

    /// Seconds its arithmetic would take alone.
    #[inline]
    pub(crate) fn compute_s<S: Size>(&self, operator: &Operator<S>) -> S {
        operator.flops * if operator.linear { self.linear_s_per_flop } else { self.bits16_s_per_flop }
    }

    /// Seconds its traffic would take alone.
    #[inline]
    pub(crate) fn memory_s<S: Size>(&self, operator: &Operator<S>) -> S {
        operator.bytes * self.s_per_byte
    }

    /// Seconds that every execution takes besides.
    #[inline]
    pub(crate) const fn overhead_s(&self) -> f64 {
        self.overhead_s
    }

    /// Which roof `operator` hits.
    pub fn bound(&self, operator: &Operator) -> Bound {
        if self.compute_s(operator) > self.memory_s(operator) { Bound::Compute } else { Bound::Memory }
    }
}

/// The board cannot compute in the number format asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedFormat {
    /// Profile and mode.
    pub hardware: String,
    /// Number format as typed.
    pub precision: &'static str,
    /// The rate that the profile lacks.
    pub lacking: ComputeFormat,
    /// What the board's GPU has, where that is known.
    pub compute_capability: Option<ComputeCapability>,
    /// The formats that it can compute.
    pub computable: Vec<&'static str>,
}

impl std::error::Error for UnsupportedFormat {}

impl std::fmt::Display for UnsupportedFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { hardware, precision, lacking, compute_capability, .. } = self;
        write!(f, "{hardware} cannot compute {precision}: ")?;
        match (lacking.tensor_cores_since(), compute_capability) {
            (Some(since), Some(has)) if *has < since => {
                let cores = lacking.name().to_uppercase();
                write!(f, "no {cores} tensor cores, which need compute capability {since} or later; this is {has}")
            }
            _ => write!(f, "its profile has no {} rate", lacking.name()),
        }
    }
}

impl From<UnsupportedFormat> for Error {
    fn from(refusal: UnsupportedFormat) -> Self {
        let computable = refusal.computable.join(", ");
        Self::new(refusal.to_string()).at_column("--precision").expected(format!("one of {computable}"))
    }
}

/// Predicts latency and memory of any architecture for one board, number format and workload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimator {
    /// Launches cost more in prefill than in decode; the roofs are the same.
    prefill: Roofline,
    decode: Roofline,
    traffic_limit: TrafficLimit,
    precision: Precision,
    workload: Workload,
    attention: Attention,
    /// Tokens that one pass of a prompt takes: what somebody chose, and what the engine does.
    prefill_chunk: Option<PrefillChunk>,
    engine_chunk_tokens: Option<u32>,
    reserved_bytes: f64,
    power: Option<PowerBudget>,
}

impl Estimator {
    /// Fails if the board has no rate for the format. On a calibrated board, head and cache are stored as they were
    /// measured, unless the user chose otherwise, which `precision` says.
    pub fn new(hardware: &Hardware, precision: Precision, workload: Workload) -> Result<Self, UnsupportedFormat> {
        let precision = hardware.efficiency.as_measured(precision);
        let linear_flops_per_s = hardware.rate_flops_per_s(precision.compute).ok_or_else(|| UnsupportedFormat {
            hardware: hardware.name.clone(),
            precision: precision.name,
            lacking: precision.compute,
            compute_capability: hardware.compute_capability,
            computable: hardware.computable(),
        })?;
        let bits16_flops_per_s = hardware.rate_flops_per_s(ComputeFormat::Bits16).unwrap_or(linear_flops_per_s);
        let (efficiency, basis) = hardware.efficiency_in(&precision);
        let (reached_bytes_per_s, traffic_limit) = hardware.reached_bandwidth(&precision);
        let roofline = |overhead_s| Roofline {
            linear_s_per_flop: (linear_flops_per_s * efficiency.compute).recip(),
            bits16_s_per_flop: (bits16_flops_per_s * efficiency.compute).recip(),
            s_per_byte: reached_bytes_per_s.recip(),
            overhead_s,
        };
        Ok(Self {
            prefill: roofline(efficiency.overhead.prefill_s),
            decode: roofline(efficiency.overhead.decode_s),
            traffic_limit,
            precision,
            workload,
            attention: Attention::default(),
            prefill_chunk: None,
            engine_chunk_tokens: hardware.efficiency.prefill_chunk_tokens(&precision),
            reserved_bytes: hardware.reserved_bytes,
            power: hardware.watts.map(|watts| PowerBudget::new(watts, workload, basis)),
        })
    }

    /// The same predictions for another board: number format, workload and attention stay. Fails if it lacks the format.
    pub fn on(&self, hardware: &Hardware) -> Result<Self, UnsupportedFormat> {
        Self::new(hardware, self.precision, self.workload).map(|there| Self {
            attention: self.attention,
            prefill_chunk: self.prefill_chunk,
            ..there
        })
    }

    /// The same with another attention model; fused and causal unless asked for.
    #[must_use]
    pub const fn with_attention(self, attention: Attention) -> Self {
        Self { attention, ..self }
    }

    /// The same with prompts in passes of another length; none leaves it to the engine.
    #[must_use]
    pub const fn with_prefill_chunk(self, prefill_chunk: Option<PrefillChunk>) -> Self {
        Self { prefill_chunk, ..self }
    }

    /// Most tokens per sequence that one pass of a prompt takes; `None` where it takes all. The ideal roofline takes all,
    /// because every further pass reads the weights again.
    pub const fn prefill_chunk_tokens(&self) -> Option<u32> {
        match self.prefill_chunk {
            Some(PrefillChunk::Tokens(tokens)) => Some(tokens),
            Some(PrefillChunk::Whole) => None,
            None => self.engine_chunk_tokens,
        }
    }

    /// Whether somebody chose how long a pass of a prompt is.
    pub const fn prefill_chunk(&self) -> Option<PrefillChunk> {
        self.prefill_chunk
    }

    /// How attention is executed.
    pub const fn attention(&self) -> Attention {
        self.attention
    }

    /// The workload that predictions are for.
    pub const fn workload(&self) -> Workload {
        self.workload
    }

    /// What operators that wait for memory wait for.
    pub const fn traffic_limit(&self) -> TrafficLimit {
        self.traffic_limit
    }

    /// The number format that predictions are for.
    pub const fn precision(&self) -> &Precision {
        &self.precision
    }

    /// The roofs of a phase.
    #[inline]
    pub const fn roofline(&self, phase: Phase) -> &Roofline {
        match phase {
            Phase::Prefill => &self.prefill,
            Phase::Decode => &self.decode,
        }
    }

    /// What may be drawn, and for how long; `None` where the power mode states no watts.
    pub const fn power(&self) -> Option<PowerBudget> {
        self.power
    }

    /// Generated tokens of all sequences per second of decoding; `None` if none are generated.
    pub fn tokens_per_s(&self, latency: Latency) -> Option<f64> {
        latency.tokens_per_s(self.workload)
    }

    /// The passes of a phase, in their order: whole chunks of the prompt and what is left of it, or one for each
    /// generated token.
    pub(crate) fn runs(&self, phase: Phase) -> impl Iterator<Item = PassRun> + use<> {
        let Workload { prompt_tokens, generated_tokens, .. } = self.workload;
        let run = |query_tokens: u32, after: u32, count: u32| PassRun {
            first: self.pass(query_tokens, after),
            count: f64::from(count),
        };
        let runs = match phase {
            Phase::Prefill => {
                let chunk = self.chunk_tokens();
                let (chunks, rest) = (prompt_tokens / chunk, prompt_tokens % chunk);
                [run(chunk, 0, chunks), run(rest, prompt_tokens - rest, u32::from(rest > 0))]
            }
            Phase::Decode => [run(1, prompt_tokens, generated_tokens), run(0, 0, 0)],
        };
        runs.into_iter().filter(|run| run.count > 0.0)
    }

    /// The passes that end in the LM head: the last one of a prompt, and every generated token's.
    pub(crate) fn head_run(&self, phase: Phase) -> Option<PassRun> {
        let run = self.runs(phase).last()?;
        Some(match phase {
            Phase::Prefill => PassRun { first: run.last(), count: 1.0 },
            Phase::Decode => run,
        })
    }

    /// Tokens per sequence of a pass of the prompt that is not its last.
    pub(crate) fn chunk_tokens(&self) -> u32 {
        let prompt_tokens = self.workload.prompt_tokens;
        self.prefill_chunk_tokens().unwrap_or(prompt_tokens).clamp(1, prompt_tokens.max(1))
    }

    /// A pass of so many tokens, after so many of the request.
    fn pass(&self, query_tokens: u32, after: u32) -> ForwardPass {
        let Workload { batch, cached_tokens, .. } = self.workload;
        ForwardPass {
            batch: f64::from(batch),
            query_tokens: f64::from(query_tokens),
            cached_tokens: f64::from(cached_tokens) + f64::from(after),
        }
    }
}

/// Most tokens per sequence that one pass of a prompt takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrefillChunk {
    /// All of them.
    Whole,
    /// So many, 1 or more.
    Tokens(u32),
}

impl PrefillChunk {
    /// `512`, `whole`.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        let typed = typed.trim();
        if typed.eq_ignore_ascii_case("whole") {
            return Ok(Self::Whole);
        }
        let tokens = typed.replace(',', "").parse().ok().filter(|tokens| (1..=MAX_TOKENS).contains(tokens));
        tokens.map(Self::Tokens).ok_or_else(|| {
            let what = format!("'{}' is no number of tokens in one pass", shown(typed));
            Error::new(what).expected("a whole number, 1 or above, or 'whole'")
        })
    }
}
