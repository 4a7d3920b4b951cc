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
use crate::layout::Window;
use crate::roofline::{
    Dimensions, Estimator, Operator, PassRun, Phase, Roofline, Size, WeightBytes, embedding, lm_head, visit_attention,
    visit_feed, visit_projections,
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
    /// What layers look back, where not all see the whole context.
    pub window: Option<Window>,
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
            window: space.window,
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
            window: f64::INFINITY,
            kv_projections: 2.0,
            kv_caches: 1.0,
            matrices_in: 2.0,
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

    /// Seconds of a phase: layers in the mean over many, and what surrounds them.
    fn phase_s(&self, phase: Phase, sizes: &Dimensions<Jet>, layers: Jet, sharpness: f64) -> Jet {
        let precision = self.estimator.precision();
        let roofs = Rounded { roofline: self.estimator.roofline(phase), sharpness };
        let (mut layer, mut once) = (Jet::constant(0.0), Jet::constant(0.0));
        for run in self.estimator.runs(phase) {
            let mut add = |operator: Operator<Jet>| layer = layer + roofs.seconds(&operator) * run.count;
            visit_projections(sizes, precision, &run.first, &mut add);
            visit_feed(sizes, precision, &run.first, &mut add);
            once = once + roofs.seconds(&embedding(sizes, precision, &run.first)) * run.count;
            layer = layer
                + match self.window {
                    None => self.attention_s(sizes, &run, &roofs),
                    Some(window) => {
                        let windowed = sizes.within(f64::from(window.tokens));
                        let full = window.full.share();
                        self.attention_s(sizes, &run, &roofs) * full
                            + self.attention_s(&windowed, &run, &roofs) * (1.0 - full)
                    }
                };
        }
        if let Some(run) = self.estimator.head_run(phase)
            && let Some(head) = lm_head(sizes, precision, &run.first)
        {
            once = once + roofs.seconds(&head) * run.count;
        }
        layer * layers + once
    }

    /// Attention changes with each pass, and may go from one roof to the other. Passes are priced in at most so many
    /// groups of consecutive ones, each by its mean. That is exact in all groups but the one where the roof changes.
    fn attention_s(&self, sizes: &Dimensions<Jet>, run: &PassRun, roofs: &Rounded<'_>) -> Jet {
        const GROUPS: f64 = 16.0;
        let (precision, attention) = (self.estimator.precision(), self.estimator.attention());
        let mut sum = Jet::constant(0.0);
        for part in run.parts(sizes.window) {
            let groups = part.count.min(GROUPS);
            let bound = |group: f64| (part.count * group / groups).floor();
            for group in 0..groups as u32 {
                let (from, to) = (bound(f64::from(group)), bound(f64::from(group + 1)));
                let [first, last] = [part.pass(from), part.pass(to - 1.0)].map(|pass| {
                    let mut seconds = [(Jet::constant(0.0), Jet::constant(0.0), 0.0); 3];
                    let mut slot = 0;
                    visit_attention(sizes, precision, attention, &pass, |operator| {
                        let roofline = roofs.roofline;
                        seconds[slot] = (roofline.compute_s(&operator), roofline.memory_s(&operator), operator.count);
                        slot += 1;
                    });
                    seconds
                });
                for (first, last) in first.into_iter().zip(last) {
                    let [compute, memory] = [(first.0, last.0), (first.1, last.1)].map(|(a, b)| (a + b) * 0.5);
                    sum = sum + roofs.larger(compute, memory, first.2) * (to - from);
                }
            }
        }
        sum
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
        self.larger(self.roofline.compute_s(operator), self.roofline.memory_s(operator), operator.count)
    }

    /// Of so many executions that would take this long for arithmetic or traffic alone.
    fn larger(&self, compute_s: Jet, memory_s: Jet, count: f64) -> Jet {
        (compute_s.larger(memory_s, self.sharpness) + self.roofline.overhead_s()) * count
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
        let latency = self.estimator.cost_of_sizes(&sizes, self.window);
        let latency = latency.mean_layer() * point.layers + latency.once;
        let memory = self.estimator.memory_by_depth(&sizes, self.window);
        let memory = memory.mean_layer() * point.layers + memory.once;
        self.limited(limit, [latency.prefill_s, latency.decode_s, memory])
    }

    fn jets(&self, point: &Point<Jet>, sharpness: f64) -> [Jet; Limit::COUNT] {
        let (sizes, layers) = (self.sizes(point), point.layers);
        let [prefill_s, decode_s] =
            [Phase::Prefill, Phase::Decode].map(|phase| self.phase_s(phase, &sizes, layers, sharpness));
        let memory = self.estimator.memory_by_depth(&sizes, self.window);
        let memory = memory.mean_layer() * layers + memory.once;
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
