//! The operator model on real sizes: what the sweep prices, for shapes between those that can be built.
//!
//! A point has five numbers, and an architecture has more. K and the head size are fixed, and the rest follows: E =
//! K/ρ, `n_h` = d/`d_h`, h = r·d/K. Weights take their nominal bytes, because real sizes have no rows that blocks could
//! fail to fit. So with K-quants a rounded shape may cost more. The rounded shape is always priced exactly.
//!
//! A router costs time however few its experts are, and a dense model has no router. So in a space of both the costs
//! jump at ρ = 1, and there are two problems to solve. The dense one wins where every microsecond counts.
//!
//! **Is its optimum the best there is?** FLOPs and bytes are sums of products of powers, and the larger of two such
//! sums is convex in logarithms too. One part is not: the expert coverage of a short pass, `E·(1 − (1 − K/E)^T)`, which
//! grows with E and then ends at K·T. It is constant at T = 1 and nearly E in a long prompt. In between, an optimum may
//! be the best of its neighbourhood only. Starts from 32 corners led to a single optimum in every case that was tried.

use super::costs::{CostModel, CostPart};
use super::{Jet, Point};
use crate::architecture::Architecture;
use crate::budget::Limit;
use crate::roofline::{
    Dimensions, Estimator, ForwardPass, Operator, Phase, Roofline, Size, WeightBytes, visit_attention, visit_layer,
    visit_once,
};
use crate::space::Space;

/// An estimator, and what it must know of a model beside the five variables.
#[derive(Debug, Clone, Copy)]
pub struct OperatorModel {
    /// Board, number format, workload, attention.
    pub estimator: Estimator,
    /// `d_h`.
    pub head_dim: f64,
    /// K.
    pub top_k: f64,
    /// V.
    pub vocab: f64,
    /// Whether the LM head shares the embedding's weights.
    pub tied: bool,
    /// With a router or without.
    pub kind: ModelKind,
}

/// Which models are priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKind {
    /// Without experts.
    Dense,
    /// With experts, at ρ = 1 too.
    Routed,
    /// Dense at ρ = 1, with experts below.
    Either,
}

impl OperatorModel {
    /// For the models of a space: its smallest K among experts and its smallest head.
    pub fn of(space: &Space, estimator: Estimator) -> Self {
        let routed = || space.experts.iter().filter(|(experts, _)| *experts > 1);
        Self {
            estimator,
            head_dim: f64::from(space.head_dims.iter().copied().min().unwrap_or(64)),
            top_k: f64::from(routed().map(|&(_, top_k)| top_k).min().unwrap_or(1)),
            vocab: f64::from(space.vocab),
            tied: space.tied,
            kind: match (routed().next(), space.experts.iter().any(|&(experts, _)| experts == 1)) {
                (None, _) => ModelKind::Dense,
                (Some(_), false) => ModelKind::Routed,
                (Some(_), true) => ModelKind::Either,
            },
        }
    }

    /// The same for dense models alone.
    const fn dense(&self) -> Self {
        Self { kind: ModelKind::Dense, top_k: 1.0, ..*self }
    }

    fn sizes<S: Size>(&self, point: &Point<S>) -> Dimensions<S> {
        Dimensions {
            width: point.width,
            heads: point.width * self.head_dim.recip(),
            attention_dim: point.width,
            kv_dim: point.width * point.gqa.recip(),
            expert_hidden: point.ffn_ratio * point.width * self.top_k.recip(),
            experts: point.rho.recip() * self.top_k,
            top_k: self.top_k,
            head_dim: self.head_dim,
            shared_hidden: 0.0,
            vocab: self.vocab,
            tied: self.tied,
            routed: self.kind != ModelKind::Dense,
            weights: WeightBytes::nominal(self.estimator.precision()),
        }
    }

    /// Seconds of prefill and decode by the estimator's own sums, `Limit::ALL`'s order from there.
    fn limited(&self, limit: Limit, [prefill_s, decode_s, memory_bytes]: [f64; 3]) -> f64 {
        let steps = f64::from(self.estimator.workload().generated_tokens.max(1));
        match limit {
            Limit::Total => prefill_s + decode_s,
            Limit::Prefill => prefill_s,
            Limit::Tpot => decode_s / steps,
            Limit::Energy => {
                self.estimator.power().map_or(f64::INFINITY, |power| power.request_j(prefill_s + decode_s))
            }
            Limit::Memory => memory_bytes,
        }
    }

    /// Seconds of all layers and of what surrounds them in one pass, attention left out.
    fn pass_s(&self, sizes: &Dimensions<Jet>, layers: Jet, pass: &ForwardPass, roofs: &Rounded<'_>) -> Jet {
        let precision = self.estimator.precision();
        let (mut layer, mut once) = (Jet::constant(0.0), Jet::constant(0.0));
        visit_layer(sizes, precision, pass, |operator| layer = layer + roofs.seconds(&operator));
        visit_once(sizes, precision, pass, |operator| once = once + roofs.seconds(&operator));
        layer * layers + once
    }

    fn attention_s(&self, sizes: &Dimensions<Jet>, pass: &ForwardPass, roofs: &Rounded<'_>) -> Jet {
        let mut sum = Jet::constant(0.0);
        visit_attention(sizes, self.estimator.precision(), self.estimator.attention(), pass, |operator| {
            sum = sum + roofs.seconds(&operator);
        });
        sum
    }

    fn prefill_s(&self, sizes: &Dimensions<Jet>, layers: Jet, sharpness: f64) -> Jet {
        let pass = self.estimator.prefill_pass();
        let roofs = Rounded { roofline: self.estimator.roofline(Phase::Prefill), sharpness };
        self.pass_s(sizes, layers, &pass, &roofs) + self.attention_s(sizes, &pass, &roofs) * layers
    }

    /// Attention changes with each token, and may pass from one roof to the other. Tokens are priced in at most so many
    /// groups of consecutive tokens, each by its mean. That is exact in all groups but the one where the roof changes.
    fn decode_s(&self, sizes: &Dimensions<Jet>, layers: Jet, sharpness: f64) -> Jet {
        const GROUPS: u32 = 16;
        let steps = self.estimator.workload().generated_tokens;
        if steps == 0 {
            return Jet::constant(0.0);
        }
        let roofs = Rounded { roofline: self.estimator.roofline(Phase::Decode), sharpness };
        let groups = steps.min(GROUPS);
        let mut attention = Jet::constant(0.0);
        for group in 0..groups {
            // In 64 bits: the product of two counts of tokens.
            let bound = |group: u32| (u64::from(steps) * u64::from(group) / u64::from(groups)) as f64;
            let (from, to) = (bound(group), bound(group + 1));
            let first = self.estimator.decode_pass(1);
            let mean = ForwardPass { context_tokens: first.context_tokens + f64::midpoint(from, to - 1.0), ..first };
            attention = attention + self.attention_s(sizes, &mean, &roofs) * (to - from);
        }
        self.pass_s(sizes, layers, &self.estimator.decode_pass(1), &roofs) * f64::from(steps) + attention * layers
    }
}

/// A roofline whose ridge is rounded off.
struct Rounded<'a> {
    roofline: &'a Roofline,
    sharpness: f64,
}

impl Rounded<'_> {
    /// Of all executions in a layer or pass.
    fn seconds(&self, operator: &Operator<Jet>) -> Jet {
        let larger = self.roofline.compute_s(operator).larger(self.roofline.memory_s(operator), self.sharpness);
        (larger + self.roofline.overhead_s()) * operator.count
    }
}

impl CostModel for OperatorModel {
    fn parts(&self) -> Vec<CostPart> {
        let routed = Self { kind: ModelKind::Routed, ..*self };
        match self.kind {
            ModelKind::Either => vec![
                CostPart { costs: Box::new(routed), rho: None },
                CostPart { costs: Box::new(self.dense()), rho: Some(1.0) },
            ],
            ModelKind::Dense | ModelKind::Routed => Vec::new(),
        }
    }

    fn cost(&self, limit: Limit, point: &Point) -> f64 {
        if self.kind == ModelKind::Either && point.rho == 1.0 {
            return self.dense().cost(limit, point);
        }
        let sizes = self.sizes(point);
        let latency = self.estimator.cost_of_sizes(&sizes).at_real_depth(point.layers);
        let memory =
            self.estimator.memory_per_layer_bytes(&sizes) * point.layers + self.estimator.memory_once_bytes(&sizes);
        self.limited(limit, [latency.prefill_s, latency.decode_s, memory])
    }

    fn jets(&self, point: &Point<Jet>, sharpness: f64) -> [Jet; Limit::COUNT] {
        let (sizes, layers) = (self.sizes(point), point.layers);
        let prefill_s = self.prefill_s(&sizes, layers, sharpness);
        let decode_s = self.decode_s(&sizes, layers, sharpness);
        let memory = self.estimator.memory_per_layer_bytes(&sizes) * layers + self.estimator.memory_once_bytes(&sizes);
        // Each is linear in these three.
        Limit::ALL.map(|limit| {
            let by = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|unit| self.limited(limit, unit));
            prefill_s * by[0] + decode_s * by[1] + memory * by[2]
        })
    }

    fn cost_of(&self, limit: Limit, shape: &Architecture) -> f64 {
        let latency = self.estimator.latency(shape);
        self.limited(limit, [latency.prefill_s, latency.decode_s, self.estimator.memory(shape).total_bytes()])
    }
}

#[cfg(test)]
mod tests;
