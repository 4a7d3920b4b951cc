//! Energy as power budget × time: an **upper bound** where the time is a measured engine's, and called that only there.
//!
//! What a board draws depends on what its units do at each moment, and nobody publishes that. But a power mode states
//! what the board is allowed to draw, and the roofline says how long a request takes. A request cannot take more than
//! their product while the board keeps its budget. This compares power modes fairly, because each mode is charged all
//! that it may draw. Over an ideal time the product bounds nothing: engines take longer, and so they draw more than the
//! budget times the predicted time.

use super::efficiency::{Basis, CalibratedPhases};
use super::latency::Latency;
use super::workload::Workload;

/// What a board may draw while it serves a workload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerBudget {
    /// Of the power mode, W.
    pub watts: f64,
    sequences: f64,
    generated_tokens: u32,
    basis: Basis,
}

impl PowerBudget {
    /// Of a power mode under a workload, over times that rest on `basis`.
    pub fn new(watts: f64, workload: Workload, basis: Basis) -> Self {
        let Workload { batch, generated_tokens, .. } = workload;
        Self { watts, sequences: f64::from(batch.max(1)), generated_tokens, basis }
    }

    /// Whether a request draws no more: both phases were measured in this number format and power mode.
    pub const fn is_upper_bound(&self) -> bool {
        matches!(self.basis, Basis::Calibrated(CalibratedPhases::Both))
    }

    /// `≤ ` before an energy that is a bound, nothing before one that is none.
    pub const fn sign(&self) -> &'static str {
        if self.is_upper_bound() { "≤ " } else { "" }
    }

    /// By which time the watts are multiplied.
    pub const fn time(&self) -> &'static str {
        match self.basis {
            Basis::Calibrated(CalibratedPhases::Both) => "calibrated time",
            Basis::Calibrated(CalibratedPhases::Prefill | CalibratedPhases::Decode) => "partly ideal time",
            Basis::Extrapolated(_) => "extrapolated time",
            Basis::Given => "time by the profile's efficiencies",
            Basis::Ideal | Basis::Uncovered => "ideal time",
        }
    }

    /// Energy of one request at the power budget, prefill and decode together, J. The sequences of a batch share the
    /// time of the board.
    #[inline]
    pub fn request_j(&self, total_s: f64) -> f64 {
        self.watts * total_s / self.sequences
    }

    /// So much for each generated token, J: decode alone; `None` if none are generated.
    pub fn token_j(&self, latency: Latency) -> Option<f64> {
        latency.tpot_s(self.generated_tokens).map(|tpot_s| self.request_j(tpot_s))
    }

    /// How long prefill and decode may take together for so many joules per request, seconds.
    pub fn total_s(&self, request_j: f64) -> f64 {
        request_j * self.sequences / self.watts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: Latency = Latency { prefill_s: 0.02, decode_s: 0.08 };

    #[test]
    fn fifty_watts_for_a_tenth_of_a_second_are_five_joules() {
        let budget = PowerBudget::new(50.0, Workload::default(), Basis::Ideal);
        assert_eq!(budget.request_j(LATENCY.total_s()), 5.0);
        // 80 ms for 16 tokens are 5 ms each.
        assert_eq!(budget.token_j(LATENCY), Some(0.25));
        assert_eq!(budget.total_s(5.0), 0.1);
    }

    #[test]
    fn the_sequences_of_a_batch_share_it() {
        let budget = PowerBudget::new(50.0, Workload { batch: 4, ..Workload::default() }, Basis::Ideal);
        assert_eq!(budget.request_j(LATENCY.total_s()), 1.25);
        assert_eq!(budget.token_j(LATENCY), Some(0.0625));
        assert_eq!(budget.total_s(1.25), 0.1);
    }

    #[test]
    fn without_generated_tokens_there_is_no_energy_per_token() {
        let budget = PowerBudget::new(50.0, Workload { generated_tokens: 0, ..Workload::default() }, Basis::Ideal);
        assert_eq!(budget.token_j(Latency { prefill_s: 0.02, decode_s: 0.0 }), None);
    }

    #[test]
    fn only_over_a_measured_time_is_it_a_bound() {
        use CalibratedPhases::{Both, Decode};
        for (basis, sign, time) in [
            (Basis::Calibrated(Both), "≤ ", "calibrated time"),
            (Basis::Calibrated(Decode), "", "partly ideal time"),
            (Basis::Extrapolated(Both), "", "extrapolated time"),
            (Basis::Given, "", "time by the profile's efficiencies"),
            (Basis::Uncovered, "", "ideal time"),
            (Basis::Ideal, "", "ideal time"),
        ] {
            let budget = PowerBudget::new(50.0, Workload::default(), basis);
            assert_eq!((budget.sign(), budget.time()), (sign, time));
            assert_eq!(budget.is_upper_bound(), !sign.is_empty());
        }
    }
}
