//! The costs that the paper's theory uses: Eq. 29, 39 and 42.
//!
//! ```text
//! T_pre = l·B·S_in·d²·ξ_F/π                    ξ_F   = 4 + 4/gqa + 6r       (24, 29)
//! T_dec = l·S_out·(ξ_dec·d²·b_w + 2·S̄·d·b_kv/gqa)/β
//!                                              ξ_dec = 2 + 2/gqa + 3r       (25, 39)
//! M     = l·ξ_all·d²·b_w                       ξ_all = 2 + 2/gqa + 3r/ρ     (26, 42)
//! ```
//!
//! Prefill is compute-bound. Decode is memory-bound and has a batch of one. Embedding, LM head, router and softmax are
//! left out. In prefill all traffic is left out too, and with it the weights of the experts. That is why the theory
//! asks for as many experts as possible even where prefill decides. The operator model contradicts it there.

use super::costs::CostModel;
use super::{Jet, Point};
use crate::budget::Limit;
use crate::energy::PowerBudget;
use crate::hardware::Hardware;
use crate::precision::{ComputeFormat, Precision};
use crate::roofline::{Estimator, Size};
use crate::workload::Workload;

/// One board, number format and workload as the theory sees them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simplified {
    /// π: rate of the linear operators that is reached, FLOP/s.
    pub flops_per_s: f64,
    /// β: bandwidth that is reached, byte/s.
    pub bytes_per_s: f64,
    /// `b_w`: bytes per weight.
    pub weight_bytes: f64,
    /// `b_kv`: bytes per KV element.
    pub kv_bytes: f64,
    /// B, `S_in`, `S_out`.
    pub workload: Workload,
    /// To turn latency into joules.
    pub power: Option<PowerBudget>,
}

impl Simplified {
    /// What they leave out, after "have".
    pub const LEFT_OUT: &str =
        "no LM head, no router, no softmax, no expert traffic in prefill and no KV cache in memory";

    /// As the theory sees what `estimator` predicts for. Formats that keep some matrices with more bits count by their
    /// plain weights.
    pub fn of(hardware: &Hardware, estimator: &Estimator) -> Self {
        let precision: &Precision = estimator.precision();
        let rate = |format| hardware.rate_flops_per_s(format);
        let peak = rate(precision.compute).or_else(|| rate(ComputeFormat::Bits16)).unwrap_or(f64::NAN);
        Self {
            flops_per_s: peak * hardware.efficiency_in(precision).0.compute,
            bytes_per_s: hardware.reached_bandwidth(precision).0,
            weight_bytes: precision.weights.bytes,
            kv_bytes: precision.kv_cache.bytes,
            workload: estimator.workload(),
            power: estimator.power(),
        }
    }

    /// S̄ = `S_in` + (`S_out` + 1)/2: mean context while decoding.
    pub fn mean_context(&self) -> f64 {
        f64::from(self.workload.prompt_tokens) + f64::midpoint(f64::from(self.workload.generated_tokens), 1.0)
    }

    /// `T_pre`, seconds.
    pub fn prefill_s<S: Size>(&self, point: &Point<S>) -> S {
        let tokens = f64::from(self.workload.batch) * f64::from(self.workload.prompt_tokens);
        point.layers * point.width * point.width * xi_f(point) * (tokens / self.flops_per_s)
    }

    /// Time per output token, seconds: `l·Γ/β`, and none where no token is put out.
    pub fn tpot_s<S: Size>(&self, point: &Point<S>) -> S {
        let s_per_byte = if self.workload.generated_tokens == 0 { 0.0 } else { self.bytes_per_s.recip() };
        point.layers * self.gamma_bytes(point) * s_per_byte
    }

    /// Γ: bytes that one layer reads per token, weights and context.
    pub fn gamma_bytes<S: Size>(&self, point: &Point<S>) -> S {
        xi_dec(point) * point.width * point.width * self.weight_bytes
            + point.width * point.gqa.recip() * (2.0 * self.mean_context() * self.kv_bytes)
    }

    /// `T_pre + T_dec`, seconds.
    pub fn total_s<S: Size>(&self, point: &Point<S>) -> S {
        self.prefill_s(point) + self.tpot_s(point) * f64::from(self.workload.generated_tokens)
    }

    /// M, bytes.
    pub fn memory_bytes<S: Size>(&self, point: &Point<S>) -> S {
        point.layers * xi_all(point) * point.width * point.width * self.weight_bytes
    }
}

impl CostModel for Simplified {
    fn cost(&self, limit: Limit, point: &Point) -> f64 {
        match limit {
            Limit::Total => self.total_s(point),
            Limit::Prefill => self.prefill_s(point),
            Limit::Tpot => self.tpot_s(point),
            Limit::Energy => self.power.map_or(f64::INFINITY, |power| power.request_j(self.total_s(point))),
            Limit::Memory => self.memory_bytes(point),
        }
    }

    fn jets(&self, point: &Point<Jet>, _sharpness: f64) -> [Jet; Limit::COUNT] {
        let total_s = self.total_s(point);
        let energy_j = total_s * self.power.map_or(f64::INFINITY, |power| power.request_j(1.0));
        [total_s, self.prefill_s(point), self.tpot_s(point), energy_j, self.memory_bytes(point)]
    }
}

/// `ξ_F`: FLOPs per token, layer and d² (Eq. 24).
fn xi_f<S: Size>(point: &Point<S>) -> S {
    xi_dec(point) * 2.0
}

/// `ξ_dec`: weights read per token, layer and d² (Eq. 25).
pub(super) fn xi_dec<S: Size>(point: &Point<S>) -> S {
    point.gqa.recip() * 2.0 + point.ffn_ratio * 3.0 + 2.0
}

/// `ξ_all`: weights stored per layer and d² (Eq. 26).
pub(super) fn xi_all<S: Size>(point: &Point<S>) -> S {
    point.gqa.recip() * 2.0 + point.ffn_ratio * point.rho.recip() * 3.0 + 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;
    use crate::roofline::{ForwardPass, operators};
    use crate::{architecture::Architecture, reference::QWEN2_5_0_5B};

    /// The theory's costs are the operator model's less what the module says it leaves out.
    #[test]
    fn it_counts_the_linear_operators_and_the_context() {
        let shape = Architecture { width: 1024, heads: 16, expert_hidden: 512, experts: 8, top_k: 2, ..QWEN2_5_0_5B };
        let (precision, workload) = (Precision::FP16, Workload::default());
        let hardware = agx_orin();
        let theory = Simplified::of(&hardware, &Estimator::new(&hardware, precision, workload).unwrap());
        let point = Point::of(&shape);
        let counted = |pass: &ForwardPass| {
            let linear = |name: &str| name.ends_with("_proj") || name == "gate_up" || name == "down";
            let all = operators(&shape, &precision, crate::roofline::Attention::Fused, pass);
            all.into_iter().filter(|operator| linear(operator.name)).collect::<Vec<_>>()
        };
        let prompt = ForwardPass { batch: 1.0, query_tokens: 1024.0, cached_tokens: 0.0 };
        let flops: f64 = counted(&prompt).iter().map(|operator| operator.count * operator.flops).sum();
        assert!((theory.prefill_s(&point) / (flops / 42.5e12) - 1.0).abs() < 1e-12);
        assert_eq!(theory.mean_context(), 1032.5);
        // Active weights of all layers, and keys and values of the mean context.
        let weights = 24.0 * (2.0 * 1024.0 * 1024.0 + 2.0 * 1024.0 * 128.0 + 3.0 * 1024.0 * 1024.0) * 2.0;
        let context = 24.0 * 2.0 * 1032.5 * 128.0 * 2.0;
        assert!((theory.tpot_s(&point) / ((weights + context) / 204.8e9) - 1.0).abs() < 1e-12);
        let stored = 24.0 * (2.0 * 1024.0 * 1024.0 + 2.0 * 1024.0 * 128.0 + 3.0 * 1024.0 * 512.0 * 8.0) * 2.0;
        assert!((theory.memory_bytes(&point) / stored - 1.0).abs() < 1e-12);
        assert_eq!(theory.cost(Limit::Total, &point), theory.prefill_s(&point) + 16.0 * theory.tpot_s(&point));
        let silent = Simplified { workload: Workload { generated_tokens: 0, ..workload }, ..theory };
        assert_eq!(
            [silent.cost(Limit::Tpot, &point), silent.cost(Limit::Total, &point)],
            [0.0, theory.prefill_s(&point)]
        );
    }
}
