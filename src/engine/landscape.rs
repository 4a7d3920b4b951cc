//! A priced space together with the orders that make every later question about it a linear scan.
//!
//! Sorting belongs to the sweep, which runs when law, board, format or workload change. Budgets only filter. That is
//! why count, table and frontier can follow a slider within a frame.

use std::convert::Infallible;

use super::architecture::Architecture;
use super::budget::{Budgets, Limit};
use super::law::{LossLaw, MAX_LOSS};
use super::pareto;
use super::roofline::Estimator;
use super::search::outcome::Searched;
use super::space::Space;
use super::sweep::{Extrapolated, Sweep};
use super::workload::Objective;

/// All candidates, priced and ordered.
#[derive(Debug, Clone)]
pub struct Landscape {
    /// The candidates' predictions.
    pub sweep: Sweep,
    /// What made them; prices single architectures in the same way.
    pub estimator: Estimator,
    /// The law behind the losses, in the estimator's number format.
    pub law: LossLaw,
    /// How much of it the law was never fitted on.
    pub extrapolated: Option<Extrapolated>,
    /// Which file the space was read from, in words; `None` where nobody said.
    pub space_origin: Option<String>,
    /// How the candidates were found; `None` where they are the whole space.
    pub searched: Option<Searched>,
    by_latency: [Vec<u32>; Objective::COUNT],
    by_loss: Vec<u32>,
    spans: [(f64, f64); Limit::COUNT],
}

/// One architecture's place: the two numbers that the chart is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Of the objective's phase, seconds.
    pub latency_s: f64,
    /// Nats per token.
    pub loss: f64,
}

/// How far an architecture lies from the frontier. Ratios are finite. A ratio without a value, such as that of two
/// decode times where nothing is generated, is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The frontier's best at no more latency, and its perplexity over the architecture's; at most 1 for candidates.
    pub perplexity: Option<(usize, f64)>,
    /// The frontier's fastest at no more loss, and its latency over the architecture's; at most 1 for candidates.
    pub latency: Option<(usize, f64)>,
}

impl Landscape {
    /// Prices `space` and sorts it.
    pub fn new(space: &Space, law: LossLaw, estimator: Estimator) -> Self {
        let Ok(landscape) = Self::in_stages(space, law, estimator, || Ok::<(), Infallible>(()));
        landscape
    }

    /// The same, for an answer that may be outdated before it is ready. `abandoned` is called before each stage
    /// (enumeration, pricing, each sort). If it returns true, there is no landscape.
    pub fn new_unless(space: &Space, law: LossLaw, estimator: Estimator, abandoned: &dyn Fn() -> bool) -> Option<Self> {
        Self::in_stages(space, law, estimator, || if abandoned() { Err(()) } else { Ok(()) }).ok()
    }

    fn in_stages<E>(
        space: &Space,
        law: LossLaw,
        estimator: Estimator,
        go_on: impl Fn() -> Result<(), E>,
    ) -> Result<Self, E> {
        go_on()?;
        let law = law.in_format(estimator.precision());
        let shapes = space.shapes();
        go_on()?;
        let sweep = Sweep::of_shapes(shapes, space.layers.clone(), &law.coefficients, &estimator);
        Self::ordered(sweep, law, estimator, space.origin.clone(), go_on)
    }

    /// Sorts what a search has found; the law is in the estimator's number format.
    pub(super) fn found(
        sweep: Sweep,
        law: LossLaw,
        estimator: Estimator,
        space_origin: Option<String>,
        searched: Searched,
    ) -> Self {
        let Ok(landscape) = Self::ordered(sweep, law, estimator, space_origin, || Ok::<(), Infallible>(()));
        Self { searched: Some(searched), ..landscape }
    }

    fn ordered<E>(
        sweep: Sweep,
        law: LossLaw,
        estimator: Estimator,
        space_origin: Option<String>,
        go_on: impl Fn() -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut by_latency = [const { Vec::new() }; Objective::COUNT];
        for objective in Objective::ALL {
            go_on()?;
            by_latency[objective.index()] = pareto::order_by(sweep.latency_s(objective), &sweep.loss);
        }
        go_on()?;
        let by_loss = pareto::order_by(&sweep.loss, &sweep.total_s);
        go_on()?;
        let extrapolated = sweep.extrapolated(&law.range);
        let spans = Limit::ALL.map(|limit| span(&sweep, limit));
        Ok(Self { sweep, estimator, law, extrapolated, space_origin, searched: None, by_latency, by_loss, spans })
    }

    /// Smallest and largest value of a limited quantity among all candidates, seconds or bytes.
    pub const fn span(&self, limit: Limit) -> (f64, f64) {
        self.spans[limit.index()]
    }

    /// Places of the fastest and the slowest latency, of the lowest and the highest loss; `None` if there are no
    /// candidates.
    pub fn extent(&self, objective: Objective) -> Option<[Position; 2]> {
        let order = &self.by_latency[objective.index()];
        let latencies_s = self.sweep.latency_s(objective);
        let (fastest, slowest) = (*order.first()? as usize, *order.last()? as usize);
        let (best, worst) = (*self.by_loss.first()? as usize, *self.by_loss.last()? as usize);
        Some([
            Position { latency_s: latencies_s[fastest], loss: self.sweep.loss[best] },
            Position { latency_s: latencies_s[slowest], loss: self.sweep.loss[worst] },
        ])
    }

    /// Candidates by rising latency, the better first where latencies are equal.
    pub fn fastest_first(&self, objective: Objective) -> &[u32] {
        &self.by_latency[objective.index()]
    }

    /// Candidates by rising loss, the faster first where losses are equal.
    pub fn best_first(&self) -> &[u32] {
        &self.by_loss
    }

    /// The candidate of the lowest loss that keeps every budget; `None` if none does.
    pub fn best_within(&self, budgets: &Budgets) -> Option<usize> {
        self.by_loss.iter().map(|&index| index as usize).find(|&index| budgets.admits(&self.sweep, index))
    }

    /// How many candidates have losses that are not believed, above [`MAX_LOSS`].
    pub fn beyond_belief(&self) -> usize {
        let believed = self.by_loss.partition_point(|&index| self.sweep.loss[index as usize] <= MAX_LOSS);
        self.by_loss.len() - believed
    }

    /// The frontier of the candidates that `admits` lets through, by rising latency.
    pub fn frontier_of(&self, objective: Objective, admits: impl Fn(usize) -> bool) -> Vec<u32> {
        let order = &self.by_latency[objective.index()];
        pareto::frontier(order, self.sweep.latency_s(objective), &self.sweep.loss, admits)
    }

    /// The frontier of what keeps every budget.
    pub fn feasible_frontier(&self, objective: Objective, budgets: &Budgets) -> Vec<u32> {
        self.frontier_of(objective, |index| budgets.admits(&self.sweep, index))
    }

    /// Where candidate `index` lies.
    pub fn position(&self, objective: Objective, index: usize) -> Position {
        Position { latency_s: self.sweep.latency_s(objective)[index], loss: self.sweep.loss[index] }
    }

    /// Where any architecture lies, candidate or not.
    pub fn position_of(&self, objective: Objective, architecture: &Architecture) -> Position {
        Position {
            latency_s: self.estimator.latency(architecture).of(objective),
            loss: self.law.coefficients.loss(&architecture.features()),
        }
    }

    /// How far a place lies from `front`.
    pub fn gap(&self, objective: Objective, front: &[u32], place: Position) -> Gap {
        let latencies_s = self.sweep.latency_s(objective);
        Gap {
            perplexity: pareto::best_within(front, latencies_s, place.latency_s)
                .map(|best| (best, (self.sweep.loss[best] - place.loss).exp()))
                .filter(|(_, ratio)| ratio.is_finite()),
            latency: pareto::fastest_within(front, &self.sweep.loss, place.loss)
                .map(|fastest| (fastest, latencies_s[fastest] / place.latency_s))
                .filter(|(_, ratio)| ratio.is_finite()),
        }
    }
}

fn span(sweep: &Sweep, limit: Limit) -> (f64, f64) {
    (0..sweep.len())
        .map(|index| limit.of(sweep, index))
        .fold((f64::INFINITY, 0.0), |(low, high), value| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::fixtures::{agx_orin, paper_landscape, paper_law, paper_space};
    use crate::precision::Precision;
    use crate::reference::QWEN2_5_0_5B;
    use crate::workload::Workload;

    #[test]
    fn a_candidate_on_the_frontier_has_no_gap_and_any_other_has_one() {
        let landscape = paper_landscape();
        let front = landscape.frontier_of(Objective::Total, |_| true);
        assert!(front.len() > 10);
        for index in (0..landscape.sweep.len()).step_by(97).chain(front.iter().map(|&i| i as usize)) {
            let gap = landscape.gap(Objective::Total, &front, landscape.position(Objective::Total, index));
            let (_, ratio) = gap.perplexity.expect("the frontier starts at the fastest");
            let on_frontier = front.contains(&(index as u32));
            assert_eq!(ratio >= 1.0, on_frontier, "candidate {index}: {ratio}");
        }
    }

    #[test]
    fn the_best_within_budgets_is_the_frontier_s_last_member_and_none_where_none_keeps_them() {
        let landscape = paper_landscape();
        for total_s in [0.05, 0.1, 1.0] {
            let budgets = Budgets::NONE.with(Limit::Total, total_s).with(Limit::Memory, 8e9);
            let last = landscape.feasible_frontier(Objective::Total, &budgets).last().copied();
            assert_eq!(landscape.best_within(&budgets), last.map(|index| index as usize));
        }
        assert_eq!(landscape.best_within(&Budgets::NONE), Some(landscape.best_first()[0] as usize));
        assert_eq!(landscape.best_within(&Budgets::NONE.with(Limit::Total, 1e-6)), None);
    }

    #[test]
    fn a_format_s_penalty_raises_every_loss_by_as_much_and_moves_nothing_else() {
        let plain = paper_landscape();
        let precision = Precision::FP16.with_loss_penalty(0.03);
        let estimator = Estimator::new(&agx_orin(), precision, Workload::default()).unwrap();
        let raised = Landscape::new(&paper_space(), paper_law(), estimator);
        assert_eq!(raised.law.coefficients.named(), plain.law.coefficients.named());
        let (before, after) = (&plain.sweep, &raised.sweep);
        for index in 0..before.len() {
            assert_eq!(after.loss[index], before.loss[index] + 0.03);
            assert_eq!(after.perplexity[index], after.loss[index].exp());
            assert_eq!(after.total_s[index], before.total_s[index]);
        }
        let baseline = |landscape: &Landscape| landscape.position_of(Objective::Total, &QWEN2_5_0_5B);
        assert_eq!(baseline(&raised).loss, baseline(&plain).loss + 0.03);
        let front = |landscape: &Landscape| landscape.frontier_of(Objective::Total, |_| true);
        assert_eq!(front(&raised), front(&plain));
    }

    #[test]
    fn an_outdated_answer_is_abandoned_between_stages() {
        let estimator = Estimator::new(&agx_orin(), Precision::FP16, Workload::default()).unwrap();
        let stages = Cell::new(0);
        let after = |most: usize| {
            stages.set(0);
            let abandoned = || stages.replace(stages.get() + 1) == most;
            Landscape::new_unless(&paper_space(), paper_law(), estimator, &abandoned)
        };
        let whole = after(usize::MAX).expect("nobody abandons it");
        assert_eq!(whole.sweep, paper_landscape().sweep);
        let all = stages.get();
        for most in 0..all {
            assert!(after(most).is_none());
            assert_eq!(stages.get(), most + 1, "nothing is done after that");
        }
    }

    #[test]
    fn where_nothing_is_decoded_there_is_no_gap_in_decode_time() {
        let workload = Workload { generated_tokens: 0, ..Workload::default() };
        let estimator = Estimator::new(&agx_orin(), Precision::FP16, workload).unwrap();
        let landscape = Landscape::new(&paper_space(), paper_law(), estimator);
        let front = landscape.frontier_of(Objective::Decode, |_| true);
        let gap = landscape.gap(Objective::Decode, &front, landscape.position_of(Objective::Decode, &QWEN2_5_0_5B));
        assert_eq!(gap.latency, None);
        assert!(gap.perplexity.is_some_and(|(_, ratio)| ratio < 1.0));
    }

    #[test]
    fn moe_makes_up_the_frontier_beyond_its_fastest_corner_and_beats_the_baseline() {
        let landscape = paper_landscape();
        let front = landscape.frontier_of(Objective::Total, |_| true);
        // Claim C1 says all of it. But the fastest candidates are dense, because they read no second expert.
        let dense = |index: &&u32| landscape.sweep.is_dense(**index as usize);
        assert!(front.iter().filter(dense).all(|&index| landscape.sweep.total_s[index as usize] < 0.025));
        assert!(front.iter().filter(dense).count() * 40 < front.len());
        let baseline = landscape.position_of(Objective::Total, &QWEN2_5_0_5B);
        let (_, ratio) = landscape.gap(Objective::Total, &front, baseline).perplexity.unwrap();
        assert!(ratio < 0.85, "{ratio}");
    }
}
