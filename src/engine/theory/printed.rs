//! Where the paper's §5 contradicts itself, and its printed form of ρ* under decode and memory limits, for comparison.
//!
//! Everything else of the paper's table of regimes was derived again and agrees.

use serde::Serialize;

use super::simplified::xi_dec;
use super::{Point, Regime};
use crate::budget::Limit;

/// The paper's ρ* where decode latency and memory bind (Eq. 109–117, Theorem 5.3b), beside the right one.
///
/// Both limits give `ξ_all = (α_attn + 3r + δ)/η`. The paper divides δ by `ξ_all` once more, so that its `ξ_all` solves
/// `η·ξ² − (α_attn + 3r)·ξ − δ = 0`: too few stored weights, and ρ too large. With as many layers as memory then holds,
/// decode takes longer than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PrintedD3 {
    /// η = `M̄_d`/`M_budget`: bytes that may be read per token over bytes that may be stored.
    pub eta: f64,
    /// δ = 2·S̄·`b_kv`/(gqa·d·`b_w`): what reading the context adds to `ξ_dec`.
    pub delta: f64,
    /// ρ* as printed.
    pub printed_rho: f64,
    /// ρ* from the two limits.
    pub rho: f64,
    /// By what share decode takes longer than its limit with the printed ρ* and memory full: 0.09 is 9 %.
    pub decode_excess: f64,
}

impl PrintedD3 {
    /// At the r, gqa and d of `point`, whose ρ does not matter.
    pub fn at(point: &Point, eta: f64, delta: f64) -> Self {
        let active = xi_dec(point);
        let attention = active - 3.0 * point.ffn_ratio;
        let rho = |stored: f64| 3.0 * point.ffn_ratio / (stored - attention);
        let stored = (active + delta) / eta;
        let printed = (active + (active.powi(2) + 4.0 * eta * delta).sqrt()) / (2.0 * eta);
        let decode_excess = stored / printed - 1.0;
        Self { eta, delta, printed_rho: rho(printed), rho: rho(stored), decode_excess }
    }
}

/// What the paper says of a regime that is not so, in sentences for people.
pub fn deviations(regime: Regime) -> Vec<&'static str> {
    let mut sentences = Vec::new();
    if regime == Regime::of([Limit::Tpot, Limit::Memory]) {
        sentences.push(
            "the paper's printed ρ* for decode and memory (Eq. 109–117, Theorem 5.3b) divides δ by ξ_all twice and \
             breaks its own limits; the form here solves both limits as they stand",
        );
        sentences.push("§5.5.2 reads η ≪ 1 the wrong way round: then latency binds, not memory");
    }
    if regime == Regime::of([Limit::Prefill, Limit::Memory]) {
        sentences.push("§5.5.2 compares η_p with 2; η_p carries FLOP/byte, so η_p·b_w is what compares");
    }
    if regime.has(Limit::Prefill) || regime.has(Limit::Total) || regime.has(Limit::Energy) {
        sentences.push(
            "prefill here has no traffic of expert weights, so it asks for as many experts as there may be; §4.3.4 finds \
             few, as the operator model does",
        );
    }
    if regime.has(Limit::Memory) {
        sentences
            .push("memory here (Eq. 42) has no KV cache, embedding, activations or system; the operator model has");
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gqa 4, r 2.667, d 2048, b 2, S̄ 4096: true ρ 0.250, printed 0.275.
    #[test]
    fn the_erratums_example() {
        let point = Point { layers: 1.0, width: 2048.0, ffn_ratio: 8.0 / 3.0, gqa: 4.0, rho: 1.0 };
        let delta = 2.0 * 4096.0 * 2.0 / (4.0 * 2048.0 * 2.0);
        let d3 = PrintedD3::at(&point, 1.0 / 3.0, delta);
        assert_eq!(delta, 1.0);
        assert!((d3.rho - 0.25).abs() < 1e-12, "{}", d3.rho);
        assert!((d3.printed_rho - 0.275).abs() < 5e-4, "{}", d3.printed_rho);
        // ρ* = 3ηr/(α_attn(1 − η) + 3r + δ), and ξ_all = 34.5 where the paper has 31.6.
        assert!((d3.rho - 3.0 * d3.eta * point.ffn_ratio / (2.5 * (1.0 - d3.eta) + 8.0 + 1.0)).abs() < 1e-12);
        assert!((d3.decode_excess - (34.5 / 31.595 - 1.0)).abs() < 1e-4, "{}", d3.decode_excess);
        // Without a context the two agree.
        let without = PrintedD3::at(&point, 1.0 / 3.0, 0.0);
        assert!((without.printed_rho / without.rho - 1.0).abs() < 1e-12 && without.decode_excess.abs() < 1e-12);
    }

    #[test]
    fn what_the_paper_has_wrong_is_said_where_it_matters() {
        let about = |limits: &[Limit]| deviations(Regime::of(limits.iter().copied())).join("\n");
        assert!(about(&[Limit::Tpot, Limit::Memory]).contains("divides δ by ξ_all twice"));
        assert!(about(&[Limit::Prefill, Limit::Memory]).contains("η_p·b_w"));
        assert!(about(&[Limit::Prefill]).contains("no traffic of expert weights"));
        assert_eq!(about(&[Limit::Tpot]), "");
    }
}
