//! Pricing a whole space: loss, latency, memory and parameters of every candidate.
//!
//! A struct of arrays, filled in parallel in place. Nothing is allocated per candidate. In a space that is priced as a
//! whole, whatever depends on a shape alone (attention, expert coverage, powers of width and ratio) is computed once
//! for all its depths. Candidates that a search found one by one are in a list that only grows, so an index stays
//! valid.

mod candidates;

use rayon::prelude::*;

use candidates::Candidates;

use super::architecture::Architecture;
use super::energy::PowerBudget;
use super::latency::Latency;
use super::law::{AtDepths, Coefficients, Extrapolation, FittedRange};
use super::roofline::{Dimensions, Estimator};
use super::space::Space;
use super::workload::Objective;

/// Every candidate of a space with its predictions; all columns have one entry per candidate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sweep {
    candidates: Candidates,
    /// Loss of the law, nats per token.
    pub loss: Vec<f64>,
    /// exp(loss).
    pub perplexity: Vec<f64>,
    /// TTFT, seconds.
    pub prefill_s: Vec<f64>,
    /// All generated tokens, seconds.
    pub decode_s: Vec<f64>,
    /// Prefill and decode, seconds.
    pub total_s: Vec<f64>,
    /// Memory with everything in it, bytes.
    pub memory_bytes: Vec<f64>,
    /// Parameters stored.
    pub parameters_total: Vec<u64>,
    /// Parameters used per token.
    pub parameters_active: Vec<u64>,
    /// Generated tokens of the workload, to turn decode time into TPOT.
    pub generated_tokens: u32,
    /// What bounds the energy, to turn latency into joules; `None` where the power mode states no watts.
    pub power: Option<PowerBudget>,
}

/// How much of a sweep lies outside the law's fitted range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extrapolated {
    /// Candidates outside.
    pub candidates: usize,
    /// The farthest of them.
    pub worst: Extrapolation,
}

/// The columns' parts that belong to one shape.
struct Rows<'a> {
    loss: &'a mut [f64],
    perplexity: &'a mut [f64],
    prefill_s: &'a mut [f64],
    decode_s: &'a mut [f64],
    total_s: &'a mut [f64],
    memory_bytes: &'a mut [f64],
    parameters_total: &'a mut [u64],
    parameters_active: &'a mut [u64],
}

impl Sweep {
    /// Prices every valid candidate of `space`.
    pub fn new(space: &Space, law: &Coefficients, estimator: &Estimator) -> Self {
        Self::of_shapes(space.shapes(), space.layers.clone(), law, estimator)
    }

    /// Prices every shape at every depth: candidate `i` is shape `i / depths` at depth `i % depths`.
    pub fn of_shapes(shapes: Vec<Architecture>, depths: Vec<u32>, law: &Coefficients, estimator: &Estimator) -> Self {
        let mut sweep = Self::unpriced(shapes.len() * depths.len(), estimator);
        let per_shape = depths.len();
        if !sweep.is_empty() {
            let law = AtDepths::new(*law, &depths);
            sweep.fill(0, per_shape, &shapes, &|shape, rows| price(shape, &depths, &law, estimator, rows));
        }
        sweep.candidates = Candidates::Grid { shapes, depths };
        sweep
    }

    /// No candidates yet, for [`Self::append`].
    pub fn list(estimator: &Estimator) -> Self {
        Self { candidates: Candidates::List(Vec::new()), ..Self::unpriced(0, estimator) }
    }

    /// Prices more candidates and adds them at the end; those of a grid become a list first.
    pub fn append(&mut self, more: &[Architecture], law: &Coefficients, estimator: &Estimator) {
        let from = self.len();
        self.candidates.append(more);
        self.resize(from + more.len());
        let laws = candidates::at_each_depth(law, more);
        self.fill(from, 1, more, &|shape, rows| {
            if let Some(law) = laws.get(&shape.layers) {
                price(shape, &[shape.layers], law, estimator, rows);
            }
        });
    }

    fn unpriced(candidates: usize, estimator: &Estimator) -> Self {
        let (generated_tokens, power) = (estimator.workload().generated_tokens, estimator.power());
        let mut sweep = Self { generated_tokens, power, ..Self::default() };
        sweep.resize(candidates);
        sweep
    }

    fn resize(&mut self, candidates: usize) {
        for column in [
            &mut self.loss,
            &mut self.perplexity,
            &mut self.prefill_s,
            &mut self.decode_s,
            &mut self.total_s,
            &mut self.memory_bytes,
        ] {
            column.resize(candidates, 0.0);
        }
        for column in [&mut self.parameters_total, &mut self.parameters_active] {
            column.resize(candidates, 0);
        }
    }

    /// Fills the rows from `from` on, so many for each shape.
    fn fill(
        &mut self,
        from: usize,
        per_shape: usize,
        shapes: &[Architecture],
        price: &(impl Fn(&Architecture, &mut Rows<'_>) + Sync),
    ) {
        (
            shapes.par_iter(),
            self.loss[from..].par_chunks_exact_mut(per_shape),
            self.perplexity[from..].par_chunks_exact_mut(per_shape),
            self.prefill_s[from..].par_chunks_exact_mut(per_shape),
            self.decode_s[from..].par_chunks_exact_mut(per_shape),
            self.total_s[from..].par_chunks_exact_mut(per_shape),
            self.memory_bytes[from..].par_chunks_exact_mut(per_shape),
            (
                self.parameters_total[from..].par_chunks_exact_mut(per_shape),
                self.parameters_active[from..].par_chunks_exact_mut(per_shape),
            )
                .into_par_iter(),
        )
            .into_par_iter()
            .with_min_len(64)
            .for_each(|(shape, loss, perplexity, prefill_s, decode_s, total_s, memory_bytes, parameters)| {
                let (parameters_total, parameters_active) = parameters;
                let mut rows = Rows {
                    loss,
                    perplexity,
                    prefill_s,
                    decode_s,
                    total_s,
                    memory_bytes,
                    parameters_total,
                    parameters_active,
                };
                price(shape, &mut rows);
            });
    }

    /// Losses of all candidates under another law; on this thread.
    pub fn fill_losses(&self, law: &Coefficients, losses: &mut [f64]) {
        self.candidates.fill_losses(law, losses);
    }

    /// Number of candidates.
    pub fn len(&self) -> usize {
        self.loss.len()
    }

    /// Whether the space has no valid candidate.
    pub fn is_empty(&self) -> bool {
        self.loss.is_empty()
    }

    /// The shape of candidate `index`.
    pub fn architecture(&self, index: usize) -> Architecture {
        self.candidates.architecture(index)
    }

    /// Whether candidate `index` is dense, without building its shape.
    pub fn is_dense(&self, index: usize) -> bool {
        self.candidates.is_dense(index)
    }

    /// The index of that very shape, if it is a candidate.
    pub fn index_of(&self, architecture: &Architecture) -> Option<usize> {
        self.candidates.index_of(architecture)
    }

    /// The column that an objective minimises, seconds.
    pub fn latency_s(&self, objective: Objective) -> &[f64] {
        match objective {
            Objective::Prefill => &self.prefill_s,
            Objective::Decode => &self.decode_s,
            Objective::Total => &self.total_s,
        }
    }

    /// Latency of candidate `index` by phase.
    pub fn latency(&self, index: usize) -> Latency {
        Latency { prefill_s: self.prefill_s[index], decode_s: self.decode_s[index] }
    }

    /// Time per output token of candidate `index`, seconds; `None` if none are generated.
    pub fn tpot_s(&self, index: usize) -> Option<f64> {
        self.latency(index).tpot_s(self.generated_tokens)
    }

    /// What part of the candidates the law was never fitted on; `None` if it covers them all.
    pub fn extrapolated(&self, range: &FittedRange) -> Option<Extrapolated> {
        (0..self.len())
            .into_par_iter()
            .filter_map(|index| range.extrapolation(&self.architecture(index).features()))
            .map(|worst| Extrapolated { candidates: 1, worst })
            .reduce_with(|a, b| Extrapolated {
                candidates: a.candidates + b.candidates,
                worst: if b.worst.factor > a.worst.factor { b.worst } else { a.worst },
            })
    }
}

/// Prices one shape at every depth.
fn price(shape: &Architecture, depths: &[u32], law: &AtDepths, estimator: &Estimator, rows: &mut Rows<'_>) {
    let shape = &Architecture { layers: 1, ..*shape };
    let sizes = Dimensions::of(shape, estimator.precision());
    let cost = estimator.cost_of_sizes(&sizes, shape.layout.window);
    law.fill(&shape.features(), rows.loss);
    let memory_bytes = estimator.memory_by_depth(&sizes, shape.layout.window);
    let parameters_once = shape.parameters_vocab() + u64::from(shape.width);
    let total_per_layer = shape.parameters_total() - parameters_once;
    let active_per_layer = shape.parameters_active() - parameters_once;
    for (i, &layers) in depths.iter().enumerate() {
        let latency = cost.at_depth(layers);
        rows.perplexity[i] = rows.loss[i].exp();
        rows.prefill_s[i] = latency.prefill_s;
        rows.decode_s[i] = latency.decode_s;
        rows.total_s[i] = latency.total_s();
        rows.memory_bytes[i] = memory_bytes.at_depth(layers);
        rows.parameters_total[i] = u64::from(layers) * total_per_layer + parameters_once;
        rows.parameters_active[i] = u64::from(layers) * active_per_layer + parameters_once;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Axis;
    use crate::fixtures::{agx_orin, paper_space, paper_sweep, table_6};
    use crate::law::Variable;
    use crate::precision::Precision;
    use crate::workload::Workload;

    #[test]
    fn every_row_equals_the_prediction_for_its_architecture_alone() {
        let estimator = Estimator::new(&agx_orin(), Precision::W8A8, Workload::default()).unwrap();
        let sweep = Sweep::new(&paper_space(), &table_6(), &estimator);
        assert_eq!(sweep.len(), 10_560);
        for index in 0..sweep.len() {
            let shape = sweep.architecture(index);
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs();
            assert!(close(sweep.loss[index], table_6().loss(&shape.features())), "{shape}");
            assert_eq!(sweep.perplexity[index], sweep.loss[index].exp());
            assert_eq!(sweep.latency(index), estimator.latency(&shape), "{shape}");
            assert!(close(sweep.memory_bytes[index], estimator.memory(&shape).total_bytes()), "{shape}");
            assert_eq!(sweep.parameters_total[index], shape.parameters_total());
            assert_eq!(sweep.parameters_active[index], shape.parameters_active());
            assert_eq!(sweep.index_of(&shape), Some(index));
        }
    }

    #[test]
    fn candidates_one_by_one_are_priced_as_those_of_a_grid_and_keep_their_places() {
        let estimator = Estimator::new(&agx_orin(), Precision::W8A8, Workload::default()).unwrap();
        let (grid, all) = (Sweep::new(&paper_space(), &table_6(), &estimator), paper_space().candidates());
        let mut list = Sweep::list(&estimator);
        for some in all.chunks(997) {
            list.append(some, &table_6(), &estimator);
        }
        let (mut relisted, mut relosses) = (vec![0.0; all.len()], vec![0.0; all.len()]);
        list.fill_losses(&table_6(), &mut relisted);
        grid.fill_losses(&table_6(), &mut relosses);
        assert_eq!((&relisted, &relosses), (&grid.loss, &grid.loss));
        for (index, shape) in all.iter().enumerate().step_by(131) {
            assert_eq!((list.architecture(index), list.index_of(shape)), (*shape, Some(index)));
            assert_eq!(list.is_dense(index), grid.is_dense(index));
        }
        assert_eq!(Sweep { candidates: grid.candidates.clone(), ..list }, grid, "every column to the last bit");

        let mut grown = grid.clone();
        let deeper = Architecture { layers: 33, ..all[0] };
        grown.append(&[deeper], &table_6(), &estimator);
        assert_eq!((grown.len(), grown.architecture(7), grown.architecture(10_560)), (10_561, all[7], deeper));
        assert_eq!(grown.loss[..10_560], grid.loss);
    }

    #[test]
    fn candidates_outside_the_fitted_range_are_counted() {
        let sweep = paper_sweep();
        let features: Vec<_> = (0..sweep.len()).map(|i| sweep.architecture(i).features()).collect();
        let all = FittedRange::spanned_by(&features).unwrap();
        assert_eq!(sweep.extrapolated(&all), None);
        let shallow = FittedRange { layers: [4.0, 16.0], active_parameters: None, ..all };
        let beyond = sweep.extrapolated(&shallow).unwrap();
        assert_eq!(beyond.candidates, 10_560 / 2);
        assert_eq!((beyond.worst.axis, beyond.worst.factor), (Variable::Feature(Axis::Layers), 2.0));
    }
}
