//! The roofline as a picture: the roofs of a board, and every operator as a point under them (Williams et al., 2009).
//!
//! A point is an operator over a whole phase. In decode its FLOPs and bytes grow with the context, so its intensity is
//! that of all generated tokens together. Its rate is work over time, both as the breakdown gives them, launch overhead
//! included. A point lies on a roof where launches are free, and below it by what they cost.

use super::{Estimator, OperatorCost, Phase};
use crate::architecture::Architecture;
use crate::hardware::Hardware;
use crate::precision::{ComputeFormat, Precision};

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
    /// β·`e_m`, or less where the SMs keep too little in flight.
    pub reached_bytes_per_s: f64,
}

impl Roofs {
    /// The roofs of a board that runs a model in `precision`. Efficiencies are known by number format. They hold for
    /// the ceilings that the operators of this format meet: its own and that of 16 bit.
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
            reached_bytes_per_s: hardware.reached_bandwidth(precision).0,
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

impl Estimator {
    /// Every operator of both phases, in the order in which a forward pass executes them.
    pub fn points(&self, shape: &Architecture) -> Vec<OperatorPoint> {
        let costs = self.breakdown(shape);
        let phase_s =
            |phase: Phase| costs.iter().filter(|cost| cost.phase == phase).fold(0.0, |sum, cost| sum + cost.seconds);
        let (prefill_s, decode_s) = (phase_s(Phase::Prefill), phase_s(Phase::Decode));
        let point = |cost: &OperatorCost| {
            let of_s = match cost.phase {
                Phase::Prefill => prefill_s,
                Phase::Decode => decode_s,
            };
            let launches_s = cost.executions * self.roofline(cost.phase).overhead_s;
            OperatorPoint { cost: *cost, share: cost.seconds / of_s, overhead_share: launches_s / cost.seconds }
        };
        costs.iter().map(point).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::efficiency::{Efficiency, Overhead};
    use crate::fixtures::agx_orin;
    use crate::reference::QWEN2_5_0_5B;
    use crate::roofline::Bound;
    use crate::workload::Workload;

    const REACHED: Efficiency = Efficiency { compute: 0.5, bandwidth: 0.8, ..Efficiency::IDEAL };

    fn assert_close(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{value} instead of {expected}");
    }

    fn board(efficiency: Efficiency) -> Hardware {
        Hardware { efficiency: efficiency.into(), ..agx_orin() }
    }

    fn estimator(efficiency: Efficiency, precision: Precision) -> Estimator {
        Estimator::new(&board(efficiency), precision, Workload::default()).unwrap()
    }

    fn point(points: &[OperatorPoint], phase: Phase, name: &str) -> OperatorPoint {
        *points.iter().find(|point| point.cost.phase == phase && point.cost.name == name).unwrap()
    }

    #[test]
    fn roofs_meet_at_rate_over_bandwidth() {
        let roofs = Roofs::of(&board(REACHED), &Precision::W8A8);
        let formats: Vec<ComputeFormat> = roofs.ceilings.iter().map(|ceiling| ceiling.format).collect();
        assert_eq!(formats, [ComputeFormat::Bits16, ComputeFormat::Int8], "the lowest first, and no other");
        let int8 = roofs.ceiling(ComputeFormat::Int8).unwrap();
        assert_close(roofs.peak_ridge_flop_per_byte(int8), 85e12 / 204.8e9);
        assert_close(roofs.ridge_flop_per_byte(int8), 85e12 * 0.5 / (204.8e9 * 0.8));
        assert_eq!(roofs.ceiling(ComputeFormat::Fp8), None);
    }

    #[test]
    fn without_overhead_every_point_lies_on_its_roof() {
        for efficiency in [Efficiency::IDEAL, REACHED] {
            let roofs = Roofs::of(&board(efficiency), &Precision::W8A8);
            for point in estimator(efficiency, Precision::W8A8).points(&QWEN2_5_0_5B) {
                let format = match point.cost.name {
                    "attention" | "embedding" => ComputeFormat::Bits16,
                    _ => ComputeFormat::Int8,
                };
                let roof = match point.cost.bound {
                    Bound::Memory => point.cost.intensity_flop_per_byte * roofs.reached_bytes_per_s,
                    Bound::Compute => roofs.ceiling(format).unwrap().reached_flops_per_s,
                };
                assert_close(point.cost.attained_flops_per_s, roof);
                assert_eq!(point.overhead_share, 0.0);
            }
        }
    }

    #[test]
    fn shares_of_a_phase_are_those_of_its_latency() {
        let estimator = estimator(REACHED, Precision::FP16);
        let (points, latency) = (estimator.points(&QWEN2_5_0_5B), estimator.latency(&QWEN2_5_0_5B));
        for (phase, of_s) in [(Phase::Prefill, latency.prefill_s), (Phase::Decode, latency.decode_s)] {
            let of_phase = || points.iter().filter(|point| point.cost.phase == phase);
            assert_close(of_phase().map(|point| point.share).sum(), 1.0);
            of_phase().for_each(|point| assert_close(point.share * of_s, point.cost.seconds));
        }
    }

    #[test]
    fn intensities_are_the_closed_forms() {
        let points = estimator(Efficiency::IDEAL, Precision::FP16).points(&QWEN2_5_0_5B);
        let (tokens, width, kv_dim) = (1024.0, 896.0, 128.0);
        let query = 2.0 * tokens * width * width / (2.0 * (width * width + 2.0 * tokens * width));
        assert_close(point(&points, Phase::Prefill, "q_proj").cost.intensity_flop_per_byte, query);
        // Over all 16 tokens together: sums of FLOPs and of bytes, token by token.
        let contexts = || (1025..=1040).map(f64::from);
        let flops: f64 = contexts().map(|context| (4.0 * width + 5.0 * 14.0) * context).sum();
        let bytes: f64 = contexts().map(|context| 4.0 * width + 4.0 * context * kv_dim).sum();
        assert_close(point(&points, Phase::Decode, "attention").cost.intensity_flop_per_byte, flops / bytes);
        assert_eq!(point(&points, Phase::Decode, "embedding").cost.attained_flops_per_s, 0.0);
    }

    #[test]
    fn launches_push_a_point_below_its_roof() {
        let launched = Efficiency { overhead: Overhead::both(5e-6), ..Efficiency::IDEAL };
        let ideal = estimator(Efficiency::IDEAL, Precision::FP16).points(&QWEN2_5_0_5B);
        let points = estimator(launched, Precision::FP16).points(&QWEN2_5_0_5B);
        for (point, ideal) in points.iter().zip(&ideal) {
            let passes = if point.cost.phase == Phase::Decode { 16.0 } else { 1.0 };
            let launches_s = f64::from(point.cost.count) * passes * 5e-6;
            assert_close(point.cost.seconds, ideal.cost.seconds + launches_s);
            assert_close(point.overhead_share, launches_s / point.cost.seconds);
            assert_close(
                point.cost.attained_flops_per_s,
                ideal.cost.attained_flops_per_s * (1.0 - point.overhead_share),
            );
        }
    }
}
