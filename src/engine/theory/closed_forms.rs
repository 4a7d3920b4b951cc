//! The paper's closed forms (§5, App. E–L): the optimal shape at a given width, regime by regime.
//!
//! With the [`Simplified`] costs every limit is l·ψ(r, gqa, ρ, d) ≤ C, so where it binds the depth is C/ψ and only the
//! shape of a layer is left to choose. The paper's table of regimes follows by setting the derivatives to 0; each of its
//! entries was derived again, and but for D3 they agree ([`deviations`](super::deviations)). Its r* and gqa* are implicit
//! and its coupled regimes have none at all, so "closed form" means equations that are solved to rounding here and say
//! how far they are from it ([`Convergence`]). The width has no form even in the paper: d* is where the derivative of the
//! loss along the forms, Eq. 62 in the general case, vanishes ([`ClosedForms::best_width`]).
//!
//! Nothing is clamped. What makes a form the optimum of the paper's problem, or a shape that can be built, is listed with
//! each form as [`Condition`]s; a form with variables put on the ends of their range has to be asked for ([`Ends`]).

mod best_width;
mod condition;
mod ends;
mod error;
mod layer;
mod one_limit;
#[cfg(test)]
mod tests;
mod two_limits;

use serde::Serialize;

pub use best_width::power;
pub use condition::{Condition, Verdict};
pub use error::NoClosedForm;

use super::printed::PrintedD3;
use super::regime::FormKind;
use super::{Constraint, Domain, Multiplier, Point, Regime, Simplified};
use crate::budget::{Budgets, Limit};
use crate::law::Coefficients;
use crate::law::forms::Eq2;
use layer::LayerCost;
use one_limit::{OneLimit, Solution};
use two_limits::TwoLimits;

/// A law, a board's costs, what is allowed and where: what closed forms are forms of.
#[derive(Debug, Clone, Copy)]
pub struct ClosedForms {
    loss: Coefficients,
    law: Eq2,
    costs: Simplified,
    budgets: Budgets,
    domain: Domain,
}

/// What becomes of a variable that its form carries beyond its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// It stays there, and a condition says so: the paper's form as it stands.
    Reported,
    /// r, gqa or ρ is put on the end, and the others are solved for again. Depth and width have no ends here.
    Kept,
}

/// How well the equations of a form are solved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Convergence {
    /// Steps that it took.
    pub iterations: u32,
    /// What is left: of ln l where one limit binds, of the gradient against its largest term where two do.
    pub residual: f64,
}

/// The optimal shape at one width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClosedForm {
    /// The limits taken to bind; they are met exactly.
    pub regime: Regime,
    /// l*, d, r*, gqa*, ρ*.
    pub point: Point,
    /// Nats per token.
    pub loss: f64,
    /// How well it is solved.
    pub convergence: Convergence,
    /// What each limit that binds costs.
    pub multipliers: Vec<Multiplier>,
    /// Variables that were put on an end of their range.
    pub held: Vec<&'static str>,
    /// dL*/d ln d along the forms, nats: Eq. 62 times d in D1. It vanishes at a d* inside.
    pub width_slope: f64,
    /// What has to hold for this to be the optimum, and to be buildable.
    pub conditions: Vec<Condition>,
    /// The paper's printed ρ*, where decode and memory bind.
    pub printed: Option<PrintedD3>,
}

/// Variables at given values; the others are free.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    ffn_ratio: Option<f64>,
    gqa: Option<f64>,
    rho: Option<f64>,
}

/// The solution of a form's equations, and nats per e-fold of each limit.
#[derive(Debug, Clone)]
struct Stationary {
    point: Point,
    convergence: Convergence,
    shares: Vec<(Limit, f64)>,
}

impl ClosedForms {
    /// Fails if the law is not Eq. 2.
    pub fn new(law: &Coefficients, costs: Simplified, budgets: Budgets, domain: Domain) -> Result<Self, NoClosedForm> {
        let eq2 = Eq2::of(law).ok_or_else(|| NoClosedForm::OtherLaw { law: law.form().title })?;
        Ok(Self { loss: *law, law: eq2, costs, budgets, domain })
    }

    /// The form of a regime at one width.
    pub fn at(&self, regime: Regime, width: f64, ends: Ends) -> Result<ClosedForm, NoClosedForm> {
        let free = self.solve(regime, width, Held::default());
        match ends {
            Ends::Reported => free,
            Ends::Kept => self.within(regime, width, free),
        }
    }

    /// The form at each width.
    pub fn curve(&self, regime: Regime, widths: &[f64], ends: Ends) -> Vec<Result<ClosedForm, NoClosedForm>> {
        widths.iter().map(|&width| self.at(regime, width, ends)).collect()
    }

    fn layer(&self, limit: Limit, width: f64, rho: f64) -> Result<LayerCost, NoClosedForm> {
        let layer = LayerCost::of(&self.costs, limit, width, rho);
        if layer.constant == 0.0 { Err(NoClosedForm::NeverBinds(limit)) } else { Ok(layer) }
    }

    fn budget(&self, limit: Limit) -> Result<f64, NoClosedForm> {
        let known = limit != Limit::Energy || self.costs.power.is_some();
        let value = self.budgets.get(limit).filter(|value| known && *value > 0.0 && value.is_finite());
        value.ok_or(NoClosedForm::NoBudget(limit))
    }

    /// Query heads per KV head if there are as few of these as the domain allows.
    fn most_sharing(&self, width: f64) -> f64 {
        width / (self.domain.head_dim * self.domain.fewest_kv_heads)
    }

    fn solve(&self, regime: Regime, width: f64, held: Held) -> Result<ClosedForm, NoClosedForm> {
        let stationary = self.stationary(regime, width, held)?;
        self.form(regime, stationary, held)
    }

    fn stationary(&self, regime: Regime, width: f64, held: Held) -> Result<Stationary, NoClosedForm> {
        let shape = regime.form_kind().ok_or(NoClosedForm::NoForm(regime))?;
        self.check(held)?;
        Ok(match shape {
            FormKind::One(limit) => {
                let rho = match (held.rho, limit) {
                    (Some(rho), _) => Some(rho),
                    (None, Limit::Memory) if held.ffn_ratio.is_none() => Some(self.memory_rho(width)?),
                    (None, Limit::Memory) => None,
                    (None, _) => Some(self.domain.rho[0]),
                };
                let layer = self.layer(limit, width, rho.unwrap_or(1.0))?;
                let problem = OneLimit { budget: self.budget(limit)?, layer, width, rho };
                let solution = problem.solve(&self.law, held)?;
                let depth = self.law.alpha_l * self.law.kappa_l * solution.layers.powf(-self.law.alpha_l);
                let shares = vec![(limit, depth)];
                Stationary { point: solution.point(width), convergence: solution.convergence, shares }
            }
            FormKind::WithMemory(limit) => {
                let problem = self.coupled(limit, width)?;
                let solution = problem.solve(&self.law, held, self.domain.rho)?;
                let point = solution.point(width);
                let shares = self.coupled_shares(limit, &point);
                Stationary { point, convergence: solution.convergence, shares }
            }
        })
    }

    fn coupled(&self, limit: Limit, width: f64) -> Result<TwoLimits, NoClosedForm> {
        Ok(TwoLimits {
            width,
            latency: self.budget(limit)?,
            layer: self.layer(limit, width, 1.0)?,
            memory: self.budget(Limit::Memory)?,
            stored: self.layer(Limit::Memory, width, 1.0)?,
        })
    }

    /// ρ moves the loss and memory alone, and l moves the loss and both limits.
    fn coupled_shares(&self, limit: Limit, point: &Point) -> Vec<(Limit, f64)> {
        let law = &self.law;
        let sparsity = self.summands(point)[1];
        let stored = LayerCost::of(&self.costs, Limit::Memory, point.width, point.rho);
        let memory = law.alpha_rho * sparsity / stored.ratio_slope(point.ffn_ratio, point.gqa);
        let depth = law.alpha_l * law.kappa_l * point.layers.powf(-law.alpha_l);
        vec![(limit, depth - memory), (Limit::Memory, memory)]
    }

    fn form(&self, regime: Regime, stationary: Stationary, held: Held) -> Result<ClosedForm, NoClosedForm> {
        let Stationary { point, convergence, shares } = stationary;
        let loss = self.loss.loss(&point.features());
        if !loss.is_finite() {
            let Convergence { iterations, residual } = convergence;
            return Err(NoClosedForm::NoConvergence { iterations, residual });
        }
        let price = |&(limit, nats): &(Limit, f64)| Multiplier { constraint: Constraint::Budget(limit), nats };
        let names = [("r", held.ffn_ratio), ("gqa", held.gqa), ("ρ", held.rho)];
        let mut form = ClosedForm {
            regime,
            point,
            loss,
            convergence,
            multipliers: shares.iter().map(price).collect(),
            held: names.into_iter().filter_map(|(name, held)| held.map(|_| name)).collect(),
            width_slope: self.width_slope(&point, &shares, held),
            conditions: Vec::new(),
            printed: (regime == Regime::of([Limit::Tpot, Limit::Memory])).then(|| {
                let (eta, delta) = (self.eta(), self.delta(&point));
                PrintedD3::at(&point, eta, delta)
            }),
        };
        form.conditions = condition::of(self, &form, held);
        Ok(form)
    }

    /// By the envelope theorem: what d alone changes of the loss, and of each limit at its price.
    fn width_slope(&self, point: &Point, shares: &[(Limit, f64)], held: Held) -> f64 {
        let law = &self.law;
        let [_, sparsity, capacity, kv] = self.summands(point);
        let mut slope = -law.beta_1 * sparsity - law.beta_2 * capacity - law.alpha_m * kv;
        let mut gqa_slope = law.alpha_m * kv;
        for &(limit, nats) in shares {
            let layer = LayerCost::of(&self.costs, limit, point.width, point.rho);
            slope += nats * layer.width_slope(point.ffn_ratio, point.gqa);
            gqa_slope += nats * layer.gqa_slope(point.ffn_ratio, point.gqa);
        }
        if self.gqa_follows(point.width, held) { slope + gqa_slope.min(0.0) } else { slope }
    }

    /// Whether gqa is held by the number of heads, and so grows with the width.
    fn gqa_follows(&self, width: f64, held: Held) -> bool {
        held.gqa.is_some_and(|gqa| gqa == self.most_sharing(width))
    }

    /// d ln l*/d ln d along the forms: the power of the width that depth goes with here, r* and gqa* solved for again.
    ///
    /// `None` where there is no form beside this one.
    fn depth_power(&self, form: &ClosedForm, held: Held) -> Option<f64> {
        const STEP: f64 = 1e-3;
        let width = form.point.width;
        let beside = |step: f64| {
            let beside = width * step.exp();
            let gqa = if self.gqa_follows(width, held) { Some(self.most_sharing(beside)) } else { held.gqa };
            self.stationary(form.regime, beside, Held { gqa, ..held }).ok()
        };
        let (narrower, wider) = (beside(-STEP)?, beside(STEP)?);
        Some((wider.point.layers / narrower.point.layers).ln() / (2.0 * STEP))
    }

    /// The terms of the loss: depth, sparsity, capacity, KV.
    fn summands(&self, point: &Point) -> [f64; 4] {
        let law = &self.law;
        let Point { layers, width, ffn_ratio, rho, .. } = *point;
        let ratio = ffn_ratio.powf(law.alpha_r);
        [
            law.kappa_l / layers.powf(law.alpha_l),
            law.kappa_rho * rho.powf(law.alpha_rho) / (ratio * width.powf(law.beta_1)),
            law.kappa_d / (ratio * width.powf(law.beta_2)),
            law.kappa_m / point.kv_dim().powf(law.alpha_m),
        ]
    }

    /// ρ* of D2 = P2.
    fn memory_rho(&self, width: f64) -> Result<f64, NoClosedForm> {
        let Eq2 { alpha_rho, alpha_r, kappa_rho, kappa_d, beta_1, beta_2, .. } = self.law;
        if !(alpha_rho > alpha_r && kappa_rho > 0.0) {
            return Err(NoClosedForm::RhoAtOne { alpha_rho, alpha_r });
        }
        let at_one = alpha_r * kappa_d / ((alpha_rho - alpha_r) * kappa_rho);
        Ok(((at_one.ln() + (beta_1 - beta_2) * width.ln()) / alpha_rho).exp())
    }

    /// Whether the law holds what is free.
    fn check(&self, held: Held) -> Result<(), NoClosedForm> {
        let law = &self.law;
        let mut needed = vec![("κ_l", law.kappa_l, "depth"), ("α_l", law.alpha_l, "depth")];
        if held.ffn_ratio.is_none() {
            needed.extend([("κ_d", law.kappa_d, "r"), ("α_r", law.alpha_r, "r")]);
        }
        if held.gqa.is_none() {
            needed.extend([("κ_m", law.kappa_m, "gqa"), ("α_m", law.alpha_m, "gqa")]);
        }
        if held.rho.is_none() && held.ffn_ratio.is_some() {
            needed.extend([("κ_ρ", law.kappa_rho, "ρ"), ("α_ρ", law.alpha_rho, "ρ")]);
        }
        match needed.into_iter().find(|(_, value, _)| *value <= 0.0 || !value.is_finite()) {
            Some((symbol, value, variable)) => Err(NoClosedForm::Flat { symbol, value, variable }),
            None => Ok(()),
        }
    }

    /// η: bytes that may be read per token over bytes that may be stored.
    fn eta(&self) -> f64 {
        let of = |limit| self.budgets.get(limit).unwrap_or(f64::NAN);
        of(Limit::Tpot) * self.costs.bytes_per_s / of(Limit::Memory)
    }

    /// `η_p·b_w`: FLOPs that a prompt may take per token over parameters that may be stored.
    fn eta_p(&self) -> f64 {
        let of = |limit| self.budgets.get(limit).unwrap_or(f64::NAN);
        let tokens = f64::from(self.costs.workload.batch) * f64::from(self.costs.workload.prompt_tokens);
        of(Limit::Prefill) * self.costs.flops_per_s / tokens * self.costs.weight_bytes / of(Limit::Memory)
    }

    /// δ: what reading the context adds to `ξ_dec`.
    fn delta(&self, point: &Point) -> f64 {
        let Simplified { weight_bytes, kv_bytes, .. } = self.costs;
        2.0 * self.costs.mean_context() * kv_bytes / (point.gqa * point.width * weight_bytes)
    }
}

impl Solution {
    const fn point(&self, width: f64) -> Point {
        Point { layers: self.layers, width, ffn_ratio: self.ffn_ratio, gqa: self.gqa, rho: self.rho }
    }
}
