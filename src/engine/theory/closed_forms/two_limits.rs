//! A latency and memory bind together: P3, D3, and by the same derivation total latency or energy with memory.
//!
//! The two limits leave r and gqa free at a given width: l = C/ψ from the one, and from both
//!
//! ```text
//! ξ_all = M·ψ/(C·d²·b_w)      so      ρ = 3r/(ξ_all − 2 − 2/gqa)
//! ```
//!
//! which is the paper's P3, `3·η_p·b_w·r/(α_attn·(2−η_p·b_w) + 6r)`, with prefill's ψ, and with decode's the *linear*
//! relation `ρ = 3·η·r/(α_attn·(1−η) + 3r + δ)` where the paper prints a quadratic ([`PrintedD3`]). With both
//! substituted, the loss is a sum of exponentials of ln r and ln gqa that need not be convex. So Newton's method only
//! takes steps downhill. The signs of the two multipliers say whether the point found is the optimum, because the
//! problem before the substitution is convex.

use super::error::NoClosedForm;
use super::layer::LayerCost;
use super::one_limit::{OneLimit, Solution};
use super::{Convergence, Held};
use crate::law::forms::Eq2;

/// Both limits, and what one layer takes of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoLimits {
    pub(super) width: f64,
    pub(super) latency: f64,
    pub(super) layer: LayerCost,
    pub(super) memory: f64,
    /// Without sparsity: its r stands for r/ρ.
    pub(super) stored: LayerCost,
}

/// ψ or q of r and gqa, and how its logarithm changes with theirs.
#[derive(Debug, Clone, Copy)]
struct Linear {
    constant: f64,
    per_ratio: f64,
    per_kv: f64,
}

/// A positive term of the loss: value, and first and second derivatives of its logarithm in (ln r, ln gqa).
#[derive(Debug, Clone, Copy)]
struct LogTerm {
    value: f64,
    gradient: [f64; 2],
    hessian: [[f64; 2]; 2],
}

/// The loss that is left, without its constant.
#[derive(Debug, Clone, Copy)]
struct Reduced {
    value: f64,
    gradient: [f64; 2],
    hessian: [[f64; 2]; 2],
    /// The largest derivative of a single term: what the gradient is small against.
    scale: f64,
}

impl Linear {
    fn log(self, [ln_r, ln_gqa]: [f64; 2]) -> LogTerm {
        let (by_ratio, by_kv) = (self.per_ratio * ln_r.exp(), self.per_kv * (-ln_gqa).exp());
        let value = self.constant + by_ratio + by_kv;
        let gradient = [by_ratio / value, -by_kv / value];
        let hessian = [
            [gradient[0] - gradient[0].powi(2), -gradient[0] * gradient[1]],
            [-gradient[0] * gradient[1], -gradient[1] - gradient[1].powi(2)],
        ];
        LogTerm { value, gradient, hessian }
    }
}

impl LogTerm {
    /// factor·self^power·r^of[0]·gqa^of[1].
    fn power(self, factor: f64, power: f64, of: [f64; 2], at: [f64; 2]) -> Self {
        Self {
            value: factor * (power * self.value.ln() + of[0] * at[0] + of[1] * at[1]).exp(),
            gradient: [power * self.gradient[0] + of[0], power * self.gradient[1] + of[1]],
            hessian: self.hessian.map(|row| row.map(|entry| power * entry)),
        }
    }
}

const MOST_ITERATIONS: u32 = 200;
/// Of ln r and ln gqa, where Newton's method has converged.
const SHORTEST_STEP: f64 = 1e-14;
/// Of the gradient against [`Reduced::scale`], where it has not failed.
const TOLERANCE: f64 = 1e-10;
/// Steps below this go all the way: the loss no longer tells which way is down.
const NEAR: f64 = 1e-5;

impl TwoLimits {
    /// r/ρ as both limits have it, a linear function of r and 1/gqa: what memory has left beside attention.
    fn all_experts(&self) -> Linear {
        let Self { layer, stored, .. } = *self;
        let share = self.memory / self.latency;
        Linear {
            constant: (share * layer.constant - stored.constant) / stored.per_ratio,
            per_ratio: share * layer.per_ratio / stored.per_ratio,
            per_kv: (share * layer.per_kv - stored.per_kv) / stored.per_ratio,
        }
    }

    /// ρ as both limits have it.
    fn rho(&self, ffn_ratio: f64, gqa: f64) -> f64 {
        let Linear { constant, per_ratio, per_kv } = self.all_experts();
        ffn_ratio / (constant + per_ratio * ffn_ratio + per_kv / gqa)
    }

    fn reduced(&self, law: &Eq2, at: [f64; 2]) -> Reduced {
        const ONE: LogTerm = LogTerm { value: 1.0, gradient: [0.0; 2], hessian: [[0.0; 2]; 2] };
        let Self { layer, width, latency, .. } = *self;
        let psi = Linear { constant: layer.constant, per_ratio: layer.per_ratio, per_kv: layer.per_kv }.log(at);
        let experts = self.all_experts().log(at);
        if experts.value <= 0.0 {
            return Reduced {
                value: f64::INFINITY,
                gradient: [f64::NAN; 2],
                hessian: [[f64::NAN; 2]; 2],
                scale: f64::NAN,
            };
        }
        let terms = [
            psi.power(law.kappa_l * latency.powf(-law.alpha_l), law.alpha_l, [0.0; 2], at),
            experts.power(
                law.kappa_rho * width.powf(-law.beta_1),
                -law.alpha_rho,
                [law.alpha_rho - law.alpha_r, 0.0],
                at,
            ),
            ONE.power(law.kappa_d * width.powf(-law.beta_2), 0.0, [-law.alpha_r, 0.0], at),
            ONE.power(law.kappa_m * width.powf(-law.alpha_m), 0.0, [0.0, law.alpha_m], at),
        ];
        let mut sum = Reduced { value: 0.0, gradient: [0.0; 2], hessian: [[0.0; 2]; 2], scale: 0.0 };
        for LogTerm { value, gradient, hessian } in terms {
            sum.value += value;
            for i in 0..2 {
                sum.gradient[i] += value * gradient[i];
                sum.scale = sum.scale.max((value * gradient[i]).abs());
                for j in 0..2 {
                    sum.hessian[i][j] += value * (gradient[i] * gradient[j] + hessian[i][j]);
                }
            }
        }
        sum
    }

    /// The least of the stationary points that descents from the latency's own forms lead to.
    pub(super) fn solve(&self, law: &Eq2, held: Held, rho_ends: [f64; 2]) -> Result<Solution, NoClosedForm> {
        let mut best: Option<(f64, Solution)> = None;
        let mut failure = NoClosedForm::NoConvergence { iterations: 0, residual: f64::NAN };
        for rho in rho_ends {
            let latency_alone = OneLimit { budget: self.latency, layer: self.layer, width: self.width, rho: Some(rho) };
            match latency_alone.solve(law, held).and_then(|start| self.descend(law, held, &start)) {
                Ok((value, _)) if best.as_ref().is_some_and(|(least, _)| *least <= value) => {}
                Ok(found) => best = Some(found),
                Err(error) => failure = error,
            }
        }
        best.map(|(_, solution)| solution).ok_or(failure)
    }

    fn descend(&self, law: &Eq2, held: Held, start: &Solution) -> Result<(f64, Solution), NoClosedForm> {
        let free = [held.ffn_ratio.is_none(), held.gqa.is_none()];
        let mut at = self.inside([start.ffn_ratio.ln(), start.gqa.ln()], free);
        let mut near = self.reduced(law, at);
        let residual = |near: &Reduced| {
            (0..2).filter(|&i| free[i]).map(|i| near.gradient[i].abs()).fold(0.0, f64::max) / near.scale
        };
        for iterations in 1..=MOST_ITERATIONS {
            let step = downhill(&near, free);
            let length = step[0].abs().max(step[1].abs());
            if length <= SHORTEST_STEP || !length.is_finite() {
                let convergence = Convergence { iterations, residual: residual(&near) };
                return self.finish(near.value, at, convergence);
            }
            let slope: f64 = (0..2).map(|i| near.gradient[i] * step[i]).sum();
            let mut share = 1.0_f64.min(2.0 / length);
            let (to, there) = loop {
                let to = [at[0] + share * step[0], at[1] + share * step[1]];
                let there = self.reduced(law, to);
                let lower = there.value <= near.value + 1e-4 * share * slope;
                if lower || share * length < NEAR && there.value.is_finite() || share < 1e-18 {
                    break (to, there);
                }
                share *= 0.5;
            };
            // A step that no longer makes the gradient smaller: the resolution of the numbers is reached.
            if share * length < NEAR && length < 1e-9 && residual(&there) >= residual(&near) {
                let convergence = Convergence { iterations, residual: residual(&near) };
                return self.finish(near.value, at, convergence);
            }
            (at, near) = (to, there);
        }
        let convergence = Convergence { iterations: MOST_ITERATIONS, residual: residual(&near) };
        self.finish(near.value, at, convergence)
    }

    fn finish(&self, value: f64, at: [f64; 2], convergence: Convergence) -> Result<(f64, Solution), NoClosedForm> {
        let Convergence { iterations, residual } = convergence;
        // Written so that NaN has not converged.
        if !(residual <= TOLERANCE && value.is_finite()) {
            return Err(NoClosedForm::NoConvergence { iterations, residual });
        }
        let [ffn_ratio, gqa] = at.map(f64::exp);
        let layers = self.latency / self.layer.value(ffn_ratio, gqa);
        let rho = self.rho(ffn_ratio, gqa);
        Ok((value, Solution { layers, ffn_ratio, gqa, rho, convergence }))
    }

    /// The nearest start with a larger r at which both limits can bind at all.
    fn inside(&self, mut at: [f64; 2], free: [bool; 2]) -> [f64; 2] {
        const MOST_DOUBLINGS: usize = 60;
        for _doubling in 0..MOST_DOUBLINGS {
            if !free[0] || self.all_experts().log(at).value > 0.0 {
                break;
            }
            at[0] += std::f64::consts::LN_2;
        }
        at
    }
}

/// Newton's step, with so much of the identity added that it goes downhill; 0 in what is held.
fn downhill(near: &Reduced, free: [bool; 2]) -> [f64; 2] {
    let Reduced { gradient, mut hessian, scale, .. } = *near;
    let mut target = gradient;
    for i in 0..2 {
        if !free[i] {
            target[i] = 0.0;
            hessian[i] = [0.0; 2];
            hessian[1 - i][i] = 0.0;
            hessian[i][i] = scale;
        }
    }
    let [[a, b], [_, c]] = hessian;
    let least = f64::midpoint(a, c) - (0.25 * (a - c).powi(2) + b * b).sqrt();
    let needed = 1e-6 * scale;
    let shift = if least < needed { needed - least } else { 0.0 };
    let (a, c) = (a + shift, c + shift);
    let determinant = a * c - b * b;
    [(b * target[1] - c * target[0]) / determinant, (b * target[0] - a * target[1]) / determinant]
}
