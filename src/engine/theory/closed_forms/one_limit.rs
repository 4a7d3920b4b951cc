//! One limit binds: P1, D1, D2 = P2, and total latency and energy, at a given width and activation rate.
//!
//! With l = C/ψ put into the loss, what is left is minimised where (D = `κ_ρ·ρ^α_ρ/d^β1 + κ_d/d^β2`, `ψ_r` and `ψ_g` are
//! ψ's coefficients of r and 1/gqa)
//!
//! ```text
//! r^(1+α_r)   = α_r·D·(C/ψ_r)/(α_l·κ_l)        · l^(α_l−1)
//! gqa^(1+α_m) = α_l·κ_l·(ψ_g/C)·d^α_m/(α_m·κ_m) · l^(1−α_l)
//! ```
//!
//! and, under a memory limit with r given, `ρ^(1+α_ρ) = α_l·κ_l·(3r·d²·b_w/C)·r^α_r·d^β1/(α_ρ·κ_ρ) · l^(1−α_l)`; with r
//! free, the two conditions together give the paper's ρ*, whatever l is. This
//! is the paper's table with `C^α_l/ψ^(α_l−1) = C·l^(α_l−1)`; the tests hold one against the other. So **depth is the
//! only unknown**: v = ln l is a fixed point of G(v) = ln C − ln ψ(r(v), gqa(v)), whose slope lies between 1 − `α_l` and 0.
//! The damping 2/(1 + `α_l`) therefore shrinks every error by |`α_l` − 1|/(`α_l` + 1) a step: it always converges.

use super::error::NoClosedForm;
use super::layer::LayerCost;
use super::{Convergence, Held};
use crate::law::forms::Eq2;

/// The limit and what one layer takes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct OneLimit {
    pub(super) budget: f64,
    pub(super) layer: LayerCost,
    pub(super) width: f64,
    /// `None` where it is free and r is given: then `layer` is that of ρ = 1.
    pub(super) rho: Option<f64>,
}

/// l, r, gqa and ρ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Solution {
    pub(super) layers: f64,
    pub(super) ffn_ratio: f64,
    pub(super) gqa: f64,
    pub(super) rho: f64,
    pub(super) convergence: Convergence,
}

const MOST_ITERATIONS: u32 = 2000;
/// In ln l.
const TOLERANCE: f64 = 1e-14;

/// What the law pays for r: D.
pub(super) fn ratio_factor(law: &Eq2, width: f64, rho: f64) -> f64 {
    law.kappa_rho * rho.powf(law.alpha_rho) / width.powf(law.beta_1) + law.kappa_d / width.powf(law.beta_2)
}

impl OneLimit {
    pub(super) fn solve(&self, law: &Eq2, held: Held) -> Result<Solution, NoClosedForm> {
        let Self { budget, layer, width, rho } = *self;
        let depth_pays = law.alpha_l * law.kappa_l;
        let ratio_at_one =
            law.alpha_r * ratio_factor(law, width, rho.unwrap_or(1.0)) * (budget / layer.per_ratio) / depth_pays;
        let gqa_at_one = depth_pays * (layer.per_kv / budget) * width.powf(law.alpha_m) / (law.alpha_m * law.kappa_m);
        let given = held.ffn_ratio.unwrap_or(f64::NAN);
        let rho_at_one =
            depth_pays * (layer.per_ratio * given / budget) * given.powf(law.alpha_r) * width.powf(law.beta_1)
                / (law.alpha_rho * law.kappa_rho);
        let shape = |v: f64| {
            let depth = (law.alpha_l - 1.0) * v;
            let free = |at_one: f64, depth: f64, exponent: f64| ((at_one.ln() + depth) / (1.0 + exponent)).exp();
            let ffn_ratio = held.ffn_ratio.unwrap_or_else(|| free(ratio_at_one, depth, law.alpha_r));
            let gqa = held.gqa.unwrap_or_else(|| free(gqa_at_one, -depth, law.alpha_m));
            let stored = rho.unwrap_or_else(|| free(rho_at_one, -depth, law.alpha_rho));
            let divisor = if rho.is_none() { stored } else { 1.0 };
            (ffn_ratio, gqa, stored, layer.value(ffn_ratio / divisor, gqa))
        };
        let damping = 2.0 / (1.0 + law.alpha_l);
        let mut v = 0.0_f64;
        let mut residual = f64::INFINITY;
        for iterations in 1..=MOST_ITERATIONS {
            let (ffn_ratio, gqa, rho, per_layer) = shape(v);
            let there = (budget / per_layer).ln();
            residual = (there - v).abs();
            if residual <= TOLERANCE * v.abs().max(1.0) {
                // The limit itself is met to the last bit, not to the tolerance.
                let convergence = Convergence { iterations, residual };
                return Ok(Solution { layers: there.exp(), ffn_ratio, gqa, rho, convergence });
            }
            if !residual.is_finite() {
                return Err(NoClosedForm::NoConvergence { iterations, residual });
            }
            v += damping * (there - v);
        }
        Err(NoClosedForm::NoConvergence { iterations: MOST_ITERATIONS, residual })
    }
}
