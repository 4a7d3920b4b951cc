//! How long a request takes, by phase.

use std::ops::{Add, Mul};

use super::workload::{Objective, Workload};

/// Seconds by phase.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Latency {
    /// Time to first token (TTFT).
    pub prefill_s: f64,
    /// Time for all generated tokens.
    pub decode_s: f64,
}

impl Add for Latency {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self { prefill_s: self.prefill_s + other.prefill_s, decode_s: self.decode_s + other.decode_s }
    }
}

impl Mul<f64> for Latency {
    type Output = Self;

    #[inline]
    fn mul(self, times: f64) -> Self {
        Self { prefill_s: self.prefill_s * times, decode_s: self.decode_s * times }
    }
}

impl Latency {
    /// Prefill and decode together.
    #[inline]
    pub fn total_s(&self) -> f64 {
        self.prefill_s + self.decode_s
    }

    /// The phase that an objective minimises.
    pub fn of(&self, objective: Objective) -> f64 {
        match objective {
            Objective::Prefill => self.prefill_s,
            Objective::Decode => self.decode_s,
            Objective::Total => self.total_s(),
        }
    }

    /// Generated tokens of all sequences per second of decoding; `None` if none are generated.
    pub fn tokens_per_s(&self, workload: Workload) -> Option<f64> {
        let Workload { batch, generated_tokens, .. } = workload;
        self.tpot_s(generated_tokens).map(|tpot_s| f64::from(batch) / tpot_s)
    }

    /// Time per output token (TPOT): decode over generated tokens; `None` if none are generated, because no token is not
    /// a token in no time.
    pub fn tpot_s(&self, generated_tokens: u32) -> Option<f64> {
        (generated_tokens > 0).then(|| self.decode_s / f64::from(generated_tokens))
    }
}
