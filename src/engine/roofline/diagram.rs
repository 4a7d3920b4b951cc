//! The roofline as a picture: the roofs of a board, and every operator as a point under them (Williams et al., 2009).
//!
//! A point is an operator over a whole phase. In decode its FLOPs and bytes grow with the context, so its intensity is
//! that of all generated tokens together, and its rate is what it attains on their average, launch overhead included:
//! work over time, both as the breakdown gives them. A point lies on a roof where launches are free, and below it by
//! what they cost.

use super::{Estimator, OperatorCost, Phase};
use crate::engine::architecture::Architecture;
use crate::engine::hardware::Hardware;
use crate::engine::precision::{ComputeFormat, Precision};

/// How fast a board computes in one number format: what its data sheet says, and what an engine reaches of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ceiling {
    /// The format.
    pub format: ComputeFormat,
    /// π: dense peak, FLOP/s, or OP/s for integers.
    pub peak_flops_per_s: f64,
    /// π·`e_c`; the peak for formats that the calibration says nothing about.
    pub reached_flops_per_s: f64,
}

/// The roofs of a board in one power mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Roofs {
    /// One for each number format that the board computes in, the lowest first.
    pub ceilings: Vec<Ceiling>,
    /// β: peak bandwidth, byte/s.
    pub bandwidth_bytes_per_s: f64,
    /// β·`e_m`.
    pub reached_bytes_per_s: f64,
}

impl Roofs {
    /// Of a board that runs a model in `precision`: efficiencies are known by number format, and hold for the ceilings
    /// that this format's operators meet, its own and that of 16 bit.
    pub fn of(hardware: &Hardware, precision: &Precision) -> Self {
        const FORMATS: [ComputeFormat; 4] =
            [ComputeFormat::Bits16, ComputeFormat::Int8, ComputeFormat::Fp8, ComputeFormat::Fp4];
        let (efficiency, _) = hardware.efficiency_in(precision);
        let ceiling = |format: ComputeFormat| {
            let peak_flops_per_s = hardware.rate_flops_per_s(format)?;
            let is_met = format == precision.compute || format == ComputeFormat::Bits16;
            let reached_flops_per_s = peak_flops_per_s * if is_met { efficiency.compute } else { 1.0 };
            Some(Ceiling { format, peak_flops_per_s, reached_flops_per_s })
        };
        let mut ceilings: Vec<Ceiling> = FORMATS.into_iter().filter_map(ceiling).collect();
        ceilings.sort_by(|a, b| a.peak_flops_per_s.total_cmp(&b.peak_flops_per_s));
        Self {
            ceilings,
            bandwidth_bytes_per_s: hardware.bandwidth_bytes_per_s,
            reached_bytes_per_s: hardware.bandwidth_bytes_per_s * efficiency.bandwidth,
        }
    }

    /// The ceiling of a number format; none where the board cannot compute in it.
    pub fn ceiling(&self, format: ComputeFormat) -> Option<&Ceiling> {
        self.ceilings.iter().find(|ceiling| ceiling.format == format)
    }

    /// Where the data sheet's roofs meet, π/β: below this intensity memory decides, above it arithmetic.
    pub fn peak_ridge_flop_per_byte(&self, ceiling: &Ceiling) -> f64 {
        ceiling.peak_flops_per_s / self.bandwidth_bytes_per_s
    }

    /// Where the roofs that are reached meet, (π·`e_c`)/(β·`e_m`): predictions turn here.
    pub fn ridge_flop_per_byte(&self, ceiling: &Ceiling) -> f64 {
        ceiling.reached_flops_per_s / self.reached_bytes_per_s
    }
}

/// One operator over one phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperatorPoint {
    /// Its work and its time.
    pub cost: OperatorCost,
    /// Of its phase's seconds.
    pub share: f64,
    /// Of its own seconds: what launches cost.
    pub overhead_share: f64,
}

impl OperatorPoint {
    /// FLOPs over bytes. 0 for what only moves data.
    pub fn intensity_flop_per_byte(&self) -> f64 {
        self.cost.intensity_flop_per_byte
    }

    /// FLOPs over seconds.
    pub fn attained_flops_per_s(&self) -> f64 {
        self.cost.attained_flops_per_s
    }
}

impl Estimator {
    /// Every operator of both phases, in the order in which a forward pass executes them.
    pub fn points(&self, shape: &Architecture) -> Vec<OperatorPoint> {
        let costs = self.breakdown(shape);
        let phase_s =
            |phase: Phase| costs.iter().filter(|cost| cost.phase == phase).fold(0.0, |sum, cost| sum + cost.seconds);
        let (prefill_s, decode_s) = (phase_s(Phase::Prefill), phase_s(Phase::Decode));
        let point = |cost: &OperatorCost| {
            let (passes, of_s) = match cost.phase {
                Phase::Prefill => (1.0, prefill_s),
                Phase::Decode => (f64::from(self.workload.generated_tokens), decode_s),
            };
            let launches_s = f64::from(cost.count) * passes * self.roofline(cost.phase).overhead_s;
            OperatorPoint { cost: *cost, share: cost.seconds / of_s, overhead_share: launches_s / cost.seconds }
        };
        costs.iter().map(point).collect()
    }
}
