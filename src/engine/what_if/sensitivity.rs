//! What a little more bandwidth or compute is worth, of an architecture and of the best one that can be had.
//!
//! People ask for "+10 %", so that is priced exactly ([`Sensitivity`]). Its limit for small steps is the elasticity, and
//! that needs no second pricing: latency is a sum of terms that each go with one resource's reciprocal, so the elasticity
//! in a resource is minus the share of time that it bounds ([`Elasticity`]).

use rayon::prelude::*;
use serde::Serialize;

use super::ranking::Needs;
use super::scaling::{Factor, Resource, Scaling};
use crate::architecture::Architecture;
use crate::budget::{Budgets, Limit};
use crate::hardware::{Hardware, TrafficLimit};
use crate::landscape::Landscape;
use crate::roofline::{Bound, Estimator, Phase, UnsupportedFormat};

/// By how much more the response is asked for: 10 %.
pub const STEP: f64 = 1.1;

/// The board with 10 % more of one resource; memory changes no time.
pub fn with_more(hardware: &Hardware, resource: Resource) -> Hardware {
    let step = Factor::new(STEP).unwrap_or_default();
    hardware.scaled(&match resource {
        Resource::Bandwidth => Scaling { bandwidth: step, ..Scaling::NONE },
        Resource::Compute => Scaling { compute: step, ..Scaling::NONE },
        Resource::Memory => Scaling { memory_bytes: Some((hardware.memory_bytes * STEP) as u64), ..Scaling::NONE },
    })
}

/// What [`STEP`] times as much of a resource makes of an architecture's times: new over old, at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sensitivity {
    /// Time to first token.
    pub ttft: f64,
    /// Time per output token; none where nothing is generated.
    pub tpot: Option<f64>,
    /// Both phases together.
    pub total: f64,
}

/// Prices `shape` on `hardware`, for which `estimator` was made, and with more of `resource`.
pub fn sensitivity(
    hardware: &Hardware,
    estimator: &Estimator,
    shape: &Architecture,
    resource: Resource,
) -> Result<Sensitivity, UnsupportedFormat> {
    let before = estimator.latency(shape);
    let after = estimator.on(&with_more(hardware, resource))?.latency(shape);
    Ok(Sensitivity {
        ttft: after.prefill_s / before.prefill_s,
        tpot: (before.decode_s > 0.0).then(|| after.decode_s / before.decode_s),
        total: after.total_s() / before.total_s(),
    })
}

/// The best candidate within the budgets on a board with [`STEP`] times as much of one resource, which `faster` prices.
///
/// Nearly nothing is priced: no time grows with a faster board, and none shrinks by more than the step, so only
/// candidates that break a budget by less than that need be looked at.
pub fn best_with_more(landscape: &Landscape, budgets: &Budgets, faster: &Estimator) -> Option<usize> {
    let sweep = &landscape.sweep;
    let mut within_reach = *budgets;
    for (limit, value) in budgets.active().filter(|(limit, _)| *limit != Limit::Memory) {
        within_reach.set(limit, Some(value * STEP * (1.0 + 1e-9)));
    }
    let admits = |index: usize| {
        budgets.admits(sweep, index)
            || within_reach.admits(sweep, index) && Needs::of(faster, &sweep.architecture(index)).keep(budgets)
    };
    let order = landscape.best_first();
    let place = order.par_iter().position_first(|&index| admits(index as usize))?;
    Some(order[place] as usize)
}

/// ∂ln(latency)/∂ln(resource), from −1 to 0; what is left to −1 is the share that launches take.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Elasticity {
    /// In the bandwidth.
    pub bandwidth: f64,
    /// In the compute rates.
    pub compute: f64,
}

/// The elasticities of one architecture's times; none of a time that is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Elasticities {
    /// Time to first token.
    pub ttft: Option<Elasticity>,
    /// Time per output token.
    pub tpot: Option<Elasticity>,
    /// Both phases together.
    pub total: Option<Elasticity>,
}

impl Elasticities {
    /// Of one architecture. An operator whose bound changes while tokens are generated counts for the bound that its
    /// breakdown names.
    pub fn of(estimator: &Estimator, shape: &Architecture) -> Self {
        let waits_for_sms = estimator.traffic_limit() == TrafficLimit::InFlight;
        let (mut prefill, mut decode) = (Bounded::default(), Bounded::default());
        for point in estimator.points(shape) {
            let phase = match point.cost.phase {
                Phase::Prefill => &mut prefill,
                Phase::Decode => &mut decode,
            };
            let work_s = point.cost.seconds * (1.0 - point.overhead_share);
            phase.all_s += point.cost.seconds;
            match point.cost.bound {
                Bound::Memory if !waits_for_sms => phase.memory_s += work_s,
                Bound::Memory | Bound::Compute => phase.compute_s += work_s,
            }
        }
        let total = Bounded {
            all_s: prefill.all_s + decode.all_s,
            memory_s: prefill.memory_s + decode.memory_s,
            compute_s: prefill.compute_s + decode.compute_s,
        };
        Self { ttft: prefill.elasticity(), tpot: decode.elasticity(), total: total.elasticity() }
    }
}

/// Seconds by what bounds them.
#[derive(Default)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the name")]
struct Bounded {
    all_s: f64,
    memory_s: f64,
    compute_s: f64,
}

impl Bounded {
    fn elasticity(&self) -> Option<Elasticity> {
        let share = |seconds: f64| -seconds / self.all_s;
        (self.all_s > 0.0).then(|| Elasticity { bandwidth: share(self.memory_s), compute: share(self.compute_s) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::efficiency::{Efficiency, Overhead};
    use crate::fixtures::{agx_orin, paper_landscape};
    use crate::precision::Precision;
    use crate::reference::QWEN2_5_0_5B;
    use crate::workload::Workload;

    fn board(fp16_flops_per_s: f64, overhead_s: f64) -> Hardware {
        let efficiency = Efficiency { overhead: Overhead::both(overhead_s), ..Efficiency::IDEAL }.into();
        Hardware { fp16_flops_per_s, efficiency, ..agx_orin() }
    }

    fn estimator(hardware: &Hardware) -> Estimator {
        Estimator::new(hardware, Precision::FP16, Workload::default()).unwrap()
    }

    #[test]
    fn what_is_bound_by_memory_alone_goes_with_bandwidth_alone() {
        // So fast that arithmetic never counts.
        let hardware = board(1e20, 0.0);
        let estimator = estimator(&hardware);
        let elasticity = Elasticities::of(&estimator, &QWEN2_5_0_5B).total.unwrap();
        assert!((elasticity.bandwidth + 1.0).abs() < 1e-12, "{elasticity:?}");
        assert_eq!(elasticity.compute, 0.0);
        let more = sensitivity(&hardware, &estimator, &QWEN2_5_0_5B, Resource::Bandwidth).unwrap();
        assert!((more.total - 1.0 / 1.1).abs() < 1e-12 && (more.ttft - 1.0 / 1.1).abs() < 1e-12);
        assert_eq!(sensitivity(&hardware, &estimator, &QWEN2_5_0_5B, Resource::Compute).unwrap().total, 1.0);
    }

    #[test]
    fn with_free_launches_elasticities_sum_to_minus_one_and_else_lack_their_share() {
        for overhead_s in [0.0, 5e-6] {
            let hardware = board(42.5e12, overhead_s);
            let estimator = estimator(&hardware);
            let elasticities = Elasticities::of(&estimator, &QWEN2_5_0_5B);
            let latency = estimator.latency(&QWEN2_5_0_5B);
            // Per layer: q, k, v, attention, o, gate, up, down; embedding and head once.
            let launches = f64::from(24 * 8 + 2) * overhead_s;
            for (elasticity, share) in [
                (elasticities.ttft, launches / latency.prefill_s),
                (elasticities.tpot, 16.0 * launches / latency.decode_s),
                (elasticities.total, 17.0 * launches / latency.total_s()),
            ] {
                let Elasticity { bandwidth, compute } = elasticity.unwrap();
                assert!((bandwidth + compute - (share - 1.0)).abs() < 1e-12, "{elasticity:?} {share}");
            }
        }
    }

    #[test]
    fn elasticities_are_the_slopes_of_the_priced_latency() {
        let hardware = board(42.5e12, 2e-6);
        let before = estimator(&hardware);
        let elasticity = Elasticities::of(&before, &QWEN2_5_0_5B).total.unwrap();
        let slope = |bandwidth: f64, compute: f64| {
            let moved = Hardware {
                bandwidth_bytes_per_s: hardware.bandwidth_bytes_per_s * bandwidth,
                fp16_flops_per_s: hardware.fp16_flops_per_s * compute,
                ..hardware.clone()
            };
            (estimator(&moved).latency(&QWEN2_5_0_5B).total_s() / before.latency(&QWEN2_5_0_5B).total_s()).ln()
                / 1e-6_f64.ln_1p()
        };
        assert!((slope(1.0 + 1e-6, 1.0) - elasticity.bandwidth).abs() < 1e-5);
        assert!((slope(1.0, 1.0 + 1e-6) - elasticity.compute).abs() < 1e-5);
        assert!(elasticity.bandwidth < -0.1 && elasticity.compute < -0.1, "both roofs are hit: {elasticity:?}");
    }

    #[test]
    fn nothing_generated_has_no_time_per_token() {
        let workload = Workload { generated_tokens: 0, ..Workload::default() };
        let estimator = Estimator::new(&agx_orin(), Precision::FP16, workload).unwrap();
        assert_eq!(Elasticities::of(&estimator, &QWEN2_5_0_5B).tpot, None);
        assert_eq!(sensitivity(&agx_orin(), &estimator, &QWEN2_5_0_5B, Resource::Compute).unwrap().tpot, None);
    }

    #[test]
    fn the_best_with_more_is_that_of_the_whole_space_priced_again() {
        let landscape = paper_landscape();
        let (space, law) = (crate::fixtures::paper_space(), landscape.law.clone());
        for resource in Resource::SPEEDS {
            let faster = estimator(&with_more(&agx_orin(), resource));
            let again = Landscape::new(&space, law.clone(), faster);
            for total_s in [0.005, 0.02, 0.05, 0.1, 0.3, 2.0] {
                let budgets =
                    Budgets::NONE.with(Limit::Total, total_s).with(Limit::Memory, 6e9).with(Limit::Tpot, 0.02);
                let expected =
                    again.best_first().iter().map(|&i| i as usize).find(|&i| budgets.admits(&again.sweep, i));
                assert_eq!(best_with_more(&landscape, &budgets, &faster), expected, "{resource:?} {total_s}");
            }
        }
    }
}
