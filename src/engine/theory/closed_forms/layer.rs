//! What one layer costs at a given width and activation rate: linear in r and 1/gqa, whatever the limit.
//!
//! The coefficients are read off the [`Simplified`] costs, so that these are written in one place.

use crate::budget::Limit;
use crate::theory::{CostModel, Point, Simplified};

/// ψ = constant + `per_ratio`·r + `per_kv`/gqa, in seconds, joules or bytes. A limit C is kept exactly at l = C/ψ.
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
        // Beside so large a power of two the constant is rounded away. So each coefficient is read off exactly.
        let large = 2_f64.powi(100);
        let at = |width: f64, ffn_ratio: f64, per_gqa: f64| {
            costs.cost(limit, &Point { layers: 1.0, width, ffn_ratio, gqa: per_gqa.recip(), rho })
        };
        let [per_kv, twice_as_wide] = [width, 2.0 * width].map(|width| at(width, 0.0, large) / large);
        Self {
            constant: at(width, 0.0, 0.0),
            per_ratio: at(width, large, 0.0) / large,
            per_kv,
            context: (4.0 * per_kv - twice_as_wide) / 2.0,
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
    use crate::theory::closed_forms::tests::orin;
    use crate::workload::Workload;

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

    /// Weights grow with d², and the context that decode reads with d: the two parts of Eq. 39, and the one of Eq. 42.
    #[test]
    fn its_coefficients_are_those_of_the_equations() {
        let costs = orin();
        let (d, context) = (1536.0_f64, 2.0 * 1032.5 * 1536.0 * 2.0 / 204.8e9);
        let unit = d * d * 2.0 / 204.8e9;
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-15 * b.abs();
        let decode = LayerCost::of(&costs, Limit::Tpot, d, 0.2);
        assert!(close(decode.constant, 2.0 * unit) && close(decode.per_ratio, 3.0 * unit), "{decode:?}");
        assert!(close(decode.per_kv, 2.0 * unit + context) && (decode.context / context - 1.0).abs() < 1e-13);
        let memory = LayerCost::of(&costs, Limit::Memory, d, 0.25);
        let [constant, per_ratio] = [2.0, 12.0].map(|weights| weights * d * d * 2.0);
        assert_eq!(
            [memory.constant, memory.per_ratio, memory.per_kv, memory.context],
            [constant, per_ratio, constant, 0.0]
        );
        let silent = Workload { generated_tokens: 0, ..costs.workload };
        let silent = LayerCost::of(&Simplified { workload: silent, ..costs }, Limit::Tpot, d, 0.2);
        assert_eq!([silent.constant, silent.per_ratio, silent.per_kv, silent.context], [0.0; 4]);
    }
}
