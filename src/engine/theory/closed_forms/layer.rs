//! What one layer costs at a given width and activation rate: linear in r and 1/gqa, whatever the limit.

use crate::engine::budget::Limit;
use crate::engine::theory::Simplified;

/// ψ = constant + `per_ratio`·r + `per_kv`/gqa, so that a limit C is kept exactly at l = C/ψ. Seconds, joules or bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerCost {
    pub(super) constant: f64,
    pub(super) per_ratio: f64,
    pub(super) per_kv: f64,
    /// The part of `per_kv` that is read from the KV cache and so grows with d, where all else grows with d².
    context: f64,
}

impl LayerCost {
    /// NaN or infinite where the quantity is not known: energy without a power mode.
    pub(super) fn of(costs: &Simplified, limit: Limit, width: f64, rho: f64) -> Self {
        let matrix = width.powi(2);
        match limit {
            Limit::Prefill => {
                let tokens = f64::from(costs.workload.batch) * f64::from(costs.workload.prompt_tokens);
                Self::matrices(2.0 * matrix * tokens / costs.flops_per_s, 1.0)
            }
            Limit::Tpot => {
                let context = 2.0 * costs.mean_context() * width * costs.kv_bytes / costs.bytes_per_s;
                let weights = Self::matrices(matrix * costs.weight_bytes / costs.bytes_per_s, 1.0);
                Self { per_kv: weights.per_kv + context, context, ..weights }
            }
            Limit::Memory => Self::matrices(matrix * costs.weight_bytes, rho),
            Limit::Total => {
                let [prefill, token] = [Limit::Prefill, Limit::Tpot].map(|part| Self::of(costs, part, width, rho));
                let tokens = f64::from(costs.workload.generated_tokens);
                Self {
                    constant: prefill.constant + tokens * token.constant,
                    per_ratio: prefill.per_ratio + tokens * token.per_ratio,
                    per_kv: prefill.per_kv + tokens * token.per_kv,
                    context: tokens * token.context,
                }
            }
            Limit::Energy => {
                let total = Self::of(costs, Limit::Total, width, rho);
                total.times(costs.power.map_or(f64::NAN, |power| power.request_j(1.0)))
            }
        }
    }

    /// `unit`·(2 + 2/gqa + 3r/ρ).
    const fn matrices(unit: f64, rho: f64) -> Self {
        Self { constant: 2.0 * unit, per_ratio: 3.0 * unit / rho, per_kv: 2.0 * unit, context: 0.0 }
    }

    fn times(self, factor: f64) -> Self {
        Self {
            constant: factor * self.constant,
            per_ratio: factor * self.per_ratio,
            per_kv: factor * self.per_kv,
            context: factor * self.context,
        }
    }

    /// ψ.
    pub(super) fn value(&self, ffn_ratio: f64, gqa: f64) -> f64 {
        self.constant + self.per_ratio * ffn_ratio + self.per_kv / gqa
    }

    /// ∂ ln ψ/∂ ln r.
    pub(super) fn ratio_slope(&self, ffn_ratio: f64, gqa: f64) -> f64 {
        self.per_ratio * ffn_ratio / self.value(ffn_ratio, gqa)
    }

    /// ∂ ln ψ/∂ ln gqa.
    pub(super) fn gqa_slope(&self, ffn_ratio: f64, gqa: f64) -> f64 {
        -self.per_kv / gqa / self.value(ffn_ratio, gqa)
    }

    /// ∂ ln ψ/∂ ln d.
    pub(super) fn width_slope(&self, ffn_ratio: f64, gqa: f64) -> f64 {
        2.0 - self.context / gqa / self.value(ffn_ratio, gqa)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::theory::closed_forms::tests::orin;
    use crate::engine::theory::{CostModel, Point};

    #[test]
    fn layers_times_it_is_what_the_simplified_model_says() {
        let costs = orin();
        let point = Point { layers: 13.0, width: 1536.0, ffn_ratio: 1.7, gqa: 3.0, rho: 0.2 };
        for limit in Limit::ALL {
            let per_layer =
                |width: f64| LayerCost::of(&costs, limit, width, point.rho).value(point.ffn_ratio, point.gqa);
            assert!((13.0 * per_layer(1536.0) / costs.cost(limit, &point) - 1.0).abs() < 1e-14, "{limit:?}");
            let slope = (per_layer(1536.0 * 1e-5f64.exp()) / per_layer(1536.0 * (-1e-5f64).exp())).ln() / 2e-5;
            let exact = LayerCost::of(&costs, limit, 1536.0, point.rho).width_slope(point.ffn_ratio, point.gqa);
            assert!((slope - exact).abs() < 1e-8, "{limit:?} {slope} {exact}");
        }
    }
}
