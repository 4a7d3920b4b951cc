//! Prefill and decode seconds, decode in closed form.
//!
//! In decode only attention depends on the position of the token, and both sides of its roofline are affine in it. A
//! sum of maxima of two affine sequences needs no loop over tokens. The larger side changes at most once, so the sum is
//! two arithmetic series split at one integer ([`sum_of_larger`]).

use super::dimensions::Dimensions;
use super::operators::{Operator, visit_attention, visit_layer, visit_once};
use super::{Estimator, Roofline};
use crate::architecture::Architecture;
use crate::latency::Latency;

/// Latency split into what grows with depth and what does not: all depths of one shape are priced together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    /// Of one layer.
    pub layer: Latency,
    /// Of embedding and LM head.
    pub once: Latency,
}

impl Cost {
    /// Of a model of `layers` layers.
    #[inline]
    pub fn at_depth(&self, layers: u32) -> Latency {
        self.at_real_depth(f64::from(layers))
    }

    #[inline]
    pub(crate) fn at_real_depth(&self, layers: f64) -> Latency {
        Latency {
            prefill_s: layers * self.layer.prefill_s + self.once.prefill_s,
            decode_s: layers * self.layer.decode_s + self.once.decode_s,
        }
    }
}

impl Estimator {
    /// Latency of one architecture.
    pub fn latency(&self, shape: &Architecture) -> Latency {
        self.cost(shape).at_depth(shape.layers)
    }

    /// Latency per layer and per forward pass; the shape's own depth plays no part.
    #[inline]
    pub fn cost(&self, shape: &Architecture) -> Cost {
        self.cost_of_sizes(&Dimensions::of(shape, &self.precision))
    }

    /// The same for sizes that need not be whole.
    #[inline]
    pub(crate) fn cost_of_sizes(&self, sizes: &Dimensions) -> Cost {
        let steps = self.workload.generated_tokens;
        let prefill = self.prefill_pass();
        let decode = self.decode_pass(1);
        let mut cost = Cost::default();

        let add = |sum: &mut f64, operator: &Operator| *sum += operator.count * self.prefill.seconds(operator);
        visit_layer(sizes, &self.precision, &prefill, |op| add(&mut cost.layer.prefill_s, &op));
        visit_attention(sizes, &self.precision, self.attention, &prefill, |op| add(&mut cost.layer.prefill_s, &op));
        visit_once(sizes, &self.precision, &prefill, |op| add(&mut cost.once.prefill_s, &op));
        if steps > 0 {
            let times = f64::from(steps);
            let add =
                |sum: &mut f64, operator: &Operator| *sum += times * operator.count * self.decode.seconds(operator);
            visit_layer(sizes, &self.precision, &decode, |op| add(&mut cost.layer.decode_s, &op));
            visit_once(sizes, &self.precision, &decode, |op| add(&mut cost.once.decode_s, &op));
            self.visit_decode_attention(sizes, |sum| cost.layer.decode_s += sum.seconds);
        }
        cost
    }

    /// Visits each attention operator of one layer with its sum over all decode steps.
    pub(super) fn visit_decode_attention(&self, sizes: &Dimensions, mut visit: impl FnMut(DecodeSum)) {
        let steps = self.workload.generated_tokens;
        let mut first = [None; 3];
        let mut slot = 0;
        visit_attention(sizes, &self.precision, self.attention, &self.decode_pass(1), |op| {
            first[slot] = Some(op);
            slot += 1;
        });
        slot = 0;
        visit_attention(sizes, &self.precision, self.attention, &self.decode_pass(steps), |last| {
            if let Some(first) = first[slot] {
                visit(DecodeSum::new(&self.decode, first, last, steps));
            }
            slot += 1;
        });
    }
}

/// One operator summed over the decode steps.
pub(super) struct DecodeSum {
    /// As executed for the first generated token.
    pub(super) first: Operator,
    /// Mean of the first and the last execution, which is the mean of all, both being affine in the step.
    pub(super) mean: Operator,
    /// Seconds over all steps.
    pub(super) seconds: f64,
}

impl DecodeSum {
    fn new(roofline: &Roofline, first: Operator, last: Operator, steps: u32) -> Self {
        let compute = [roofline.compute_s(&first), roofline.compute_s(&last)];
        let memory = [roofline.memory_s(&first), roofline.memory_s(&last)];
        let overhead_s = f64::from(steps) * roofline.overhead_s;
        Self {
            first,
            mean: Operator {
                flops: f64::midpoint(first.flops, last.flops),
                bytes: f64::midpoint(first.bytes, last.bytes),
                ..first
            },
            seconds: first.count * (sum_of_larger(compute, memory, steps) + overhead_s),
        }
    }
}

/// `Σ max(a_i, b_i)` over `steps` terms of two arithmetic sequences given by their first and last terms.
fn sum_of_larger(a: [f64; 2], b: [f64; 2], steps: u32) -> f64 {
    let n = f64::from(steps);
    let lead = [a[0] - b[0], a[1] - b[1]];
    let series = |ends: [f64; 2], terms: f64| terms * f64::midpoint(ends[0], ends[1]);
    if steps < 2 || lead[0] * lead[1] >= 0.0 {
        let a_leads = lead[0] + lead[1] >= 0.0;
        return series(if a_leads { a } else { b }, n);
    }
    // Terms 0..switch belong to the sequence that leads at first. A term on the switch is equal in both.
    let switch = (lead[0] / (lead[0] - lead[1]) * (n - 1.0)).floor() + 1.0;
    let (early, late) = if lead[0] > 0.0 { (a, b) } else { (b, a) };
    let term = |ends: [f64; 2], i: f64| ends[0] + (ends[1] - ends[0]) * i / (n - 1.0);
    series([early[0], term(early, switch - 1.0)], switch) + series([term(late, switch), late[1]], n - switch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::hardware::{Efficiency, Hardware, Overhead};
    use crate::precision::ComputeCapability;
    use crate::precision::Precision;
    use crate::reference::QWEN2_5_0_5B;
    use crate::roofline::operators::{Attention, CausalMask};
    use crate::workload::Workload;
    use proptest::prelude::*;

    fn hardware(bandwidth: f64, overhead_s: f64) -> Hardware {
        Hardware {
            name: "test".into(),
            fp16_flops_per_s: 1e12,
            int8_flops_per_s: None,
            fp8_flops_per_s: None,
            fp4_flops_per_s: None,
            bandwidth_bytes_per_s: bandwidth,
            memory_bytes: 8e9,
            reserved_bytes: 0.0,
            watts: None,
            efficiency: Efficiency {
                compute: 0.7,
                bandwidth: 0.8,
                overhead: Overhead { prefill_s: 3.0 * overhead_s, decode_s: overhead_s },
                ..Efficiency::IDEAL
            }
            .into(),
            compute_capability: None,
        }
    }

    /// Decode token by token: the definition that the closed form must equal.
    fn decode_by_loop(estimator: &Estimator, shape: &Architecture) -> f64 {
        let mut sum = 0.0;
        let sizes = Dimensions::of(shape, &estimator.precision);
        for step in 1..=estimator.workload.generated_tokens {
            let pass = estimator.decode_pass(step);
            let layers = f64::from(shape.layers);
            let roofline = estimator.decode;
            visit_layer(&sizes, &estimator.precision, &pass, |op| sum += layers * op.count * roofline.seconds(&op));
            visit_attention(&sizes, &estimator.precision, estimator.attention, &pass, |op| {
                sum += layers * op.count * roofline.seconds(&op);
            });
            visit_once(&sizes, &estimator.precision, &pass, |op| sum += op.count * roofline.seconds(&op));
        }
        sum
    }

    proptest! {
        #[test]
        fn closed_form_equals_the_loop_over_tokens(
            // From memory-bound to compute-bound attention, across the switch.
            bandwidth in 1e9..1e13f64,
            overhead_s in 0.0..1e-5f64,
            kv_heads in prop::sample::select(vec![1u32, 2, 7, 14]),
            prompt_tokens in 1u32..600,
            generated_tokens in 0u32..300,
            batch in 1u32..5,
            attention in prop::sample::select(vec![
                Attention::Fused, Attention::FusedCausal, Attention::Materialised(CausalMask::Computed),
            ]),
        ) {
            let shape = Architecture { kv_heads, ..QWEN2_5_0_5B };
            let workload = Workload { cached_tokens: 0, batch, prompt_tokens, generated_tokens };
            let estimator = Estimator::new(&hardware(bandwidth, overhead_s), Precision::FP16, workload)
                .unwrap()
                .with_attention(attention);
            let closed = estimator.latency(&shape).decode_s;
            let looped = decode_by_loop(&estimator, &shape);
            prop_assert!((closed - looped).abs() <= 1e-12 * looped, "{closed} {looped}");
        }

        #[test]
        fn sum_of_larger_equals_the_sum(
            a in prop::array::uniform2(0.0..10.0f64), b in prop::array::uniform2(0.0..10.0f64), steps in 1u32..50,
        ) {
            let term = |ends: [f64; 2], i: u32| {
                if steps == 1 { ends[0] } else { ends[0] + (ends[1] - ends[0]) * f64::from(i) / f64::from(steps - 1) }
            };
            let (a, b) = if steps == 1 { ([a[0]; 2], [b[0]; 2]) } else { (a, b) };
            let expected: f64 = (0..steps).map(|i| term(a, i).max(term(b, i))).sum();
            prop_assert!((sum_of_larger(a, b, steps) - expected).abs() <= 1e-12 * expected.max(1.0));
        }
    }

    #[test]
    fn skipping_the_mask_halves_prefill_attention_only() {
        let workload = Workload { cached_tokens: 0, batch: 1, prompt_tokens: 4096, generated_tokens: 8 };
        let board = hardware(1e15, 0.0);
        let full = Estimator::new(&board, Precision::FP16, workload).unwrap();
        let causal = full.with_attention(Attention::FusedCausal);
        let attention = |estimator: &Estimator| {
            let mut seconds = 0.0;
            let pass = estimator.prefill_pass();
            let sizes = Dimensions::of(&QWEN2_5_0_5B, &estimator.precision);
            visit_attention(&sizes, &estimator.precision, estimator.attention, &pass, |op| {
                seconds += estimator.prefill.seconds(&op);
            });
            seconds
        };
        assert!((attention(&full) / attention(&causal) - 2.0).abs() < 1e-12);
        assert_eq!(full.latency(&QWEN2_5_0_5B).decode_s, causal.latency(&QWEN2_5_0_5B).decode_s);
    }

    #[test]
    fn a_board_without_the_rate_says_so() {
        let refusal = Estimator::new(&hardware(1e11, 0.0), Precision::W8A8, Workload::default()).unwrap_err();
        assert_eq!(refusal.to_string(), "test cannot compute w8a8: its profile has no int8 rate");
        let ampere = Hardware { compute_capability: ComputeCapability::parse("8.7"), ..hardware(1e11, 0.0) };
        let refusal = |name: &str| {
            let precision = Precision::named(name).unwrap();
            Error::from(Estimator::new(&ampere, precision, Workload::default()).unwrap_err()).to_string()
        };
        let of_gguf = Precision::ALL.iter().filter(|known| known.family == "gguf").map(|known| known.name);
        let computable: Vec<&str> = ["fp16", "bf16", "w8a16", "w4a16"].into_iter().chain(of_gguf).collect();
        let expected = format!("\n  expected: one of {}", computable.join(", "));
        for (name, why) in [
            ("w8a8", "its profile has no int8 rate"),
            ("fp8", "no FP8 tensor cores, which need compute capability 8.9 or later; this is 8.7"),
            ("nvfp4", "no FP4 tensor cores, which need compute capability 10.0 or later; this is 8.7"),
        ] {
            assert_eq!(refusal(name), format!("'--precision': test cannot compute {name}: {why}{expected}"));
        }
    }
}
