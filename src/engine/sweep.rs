//! Pricing a whole space: loss, latency, memory and parameters of every candidate.
//!
//! A struct of arrays, filled in parallel in place: candidate `i` is shape `i / depths` at depth `i % depths`. Nothing
//! is allocated per candidate, and whatever depends on the shape alone (attention, expert coverage, powers of width
//! and ratio) is computed once for all its depths.

use rayon::prelude::*;

use super::architecture::Architecture;
use super::energy::PowerBudget;
use super::law::{AtDepths, Coefficients, Extrapolation, FittedRange};
use super::roofline::{Dimensions, Estimator, Latency};
use super::space::Space;
use super::workload::Objective;

/// Every candidate of a space with its predictions; all columns have one entry per candidate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sweep {
    shapes: Vec<Architecture>,
    depths: Vec<u32>,
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

    /// Prices every shape at every depth.
    pub fn of_shapes(shapes: Vec<Architecture>, depths: Vec<u32>, law: &Coefficients, estimator: &Estimator) -> Self {
        let candidates = shapes.len() * depths.len();
        let mut sweep = Self {
            loss: vec![0.0; candidates],
            perplexity: vec![0.0; candidates],
            prefill_s: vec![0.0; candidates],
            decode_s: vec![0.0; candidates],
            total_s: vec![0.0; candidates],
            memory_bytes: vec![0.0; candidates],
            parameters_total: vec![0; candidates],
            parameters_active: vec![0; candidates],
            generated_tokens: estimator.workload().generated_tokens,
            power: estimator.power(),
            shapes,
            depths,
        };
        if candidates > 0 {
            sweep.fill(law, estimator);
        }
        sweep
    }

    fn fill(&mut self, law: &Coefficients, estimator: &Estimator) {
        let depths = self.depths.as_slice();
        let per_shape = depths.len();
        let law = AtDepths::new(*law, depths);
        (
            self.shapes.par_iter(),
            self.loss.par_chunks_exact_mut(per_shape),
            self.perplexity.par_chunks_exact_mut(per_shape),
            self.prefill_s.par_chunks_exact_mut(per_shape),
            self.decode_s.par_chunks_exact_mut(per_shape),
            self.total_s.par_chunks_exact_mut(per_shape),
            self.memory_bytes.par_chunks_exact_mut(per_shape),
            (
                self.parameters_total.par_chunks_exact_mut(per_shape),
                self.parameters_active.par_chunks_exact_mut(per_shape),
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
                price(shape, depths, &law, estimator, &mut rows);
            });
    }

    /// Depths that every shape is priced at.
    pub fn depths(&self) -> &[u32] {
        &self.depths
    }

    /// Losses of all candidates under another law, which must have been prepared for [`Self::depths`]; on this thread.
    pub fn fill_losses(&self, law: &AtDepths, losses: &mut [f64]) {
        // At least 1, because a chunk must have a size; without depths there are no candidates.
        let per_shape = self.depths.len().max(1);
        for (shape, losses) in self.shapes.iter().zip(losses.chunks_exact_mut(per_shape)) {
            law.fill(&shape.features(), losses);
        }
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
        let per_shape = self.depths.len();
        Architecture { layers: self.depths[index % per_shape], ..self.shapes[index / per_shape] }
    }

    /// Whether candidate `index` is dense, without building its shape.
    pub fn is_dense(&self, index: usize) -> bool {
        self.shapes[index / self.depths.len()].is_dense()
    }

    /// The index of that very shape, if it is a candidate.
    pub fn index_of(&self, architecture: &Architecture) -> Option<usize> {
        let depth = self.depths.iter().position(|&layers| layers == architecture.layers)?;
        let shape = Architecture { layers: 1, ..*architecture };
        let row = self.shapes.iter().position(|known| *known == shape)?;
        Some(row * self.depths.len() + depth)
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

    /// Time per output token of candidate `index`, seconds.
    pub fn tpot_s(&self, index: usize) -> f64 {
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
    let cost = estimator.cost(shape);
    law.fill(&shape.features(), rows.loss);
    let sizes = Dimensions::of(shape, estimator.precision());
    let memory_once = estimator.memory_once_bytes(&sizes);
    let memory_per_layer = estimator.memory_per_layer_bytes(&sizes);
    let parameters_once = shape.parameters_vocab() + u64::from(shape.width);
    let total_per_layer = shape.parameters_total() - parameters_once;
    let active_per_layer = shape.parameters_active() - parameters_once;
    for (i, &layers) in depths.iter().enumerate() {
        let latency = cost.at_depth(layers);
        rows.perplexity[i] = rows.loss[i].exp();
        rows.prefill_s[i] = latency.prefill_s;
        rows.decode_s[i] = latency.decode_s;
        rows.total_s[i] = latency.total_s();
        rows.memory_bytes[i] = f64::from(layers) * memory_per_layer + memory_once;
        rows.parameters_total[i] = u64::from(layers) * total_per_layer + parameters_once;
        rows.parameters_active[i] = u64::from(layers) * active_per_layer + parameters_once;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::engine::features::Axis;
    use crate::engine::hardware::{ComputeCapability, Efficiencies, Hardware};
    use crate::engine::law::Variable;
    use crate::engine::law::tests::table_6;
    use crate::engine::precision::Precision;
    use crate::engine::space::paper_space;
    use crate::engine::workload::Workload;

    /// AGX Orin 64GB, MAXN.
    pub(crate) fn agx_orin() -> Hardware {
        Hardware {
            name: "agx-orin-64gb".into(),
            fp16_flops_per_s: 42.5e12,
            int8_flops_per_s: Some(85e12),
            fp8_flops_per_s: None,
            fp4_flops_per_s: None,
            bandwidth_bytes_per_s: 204.8e9,
            memory_bytes: 62.841e9,
            reserved_bytes: 0.0,
            watts: None,
            efficiency: Efficiencies::IDEAL,
            compute_capability: ComputeCapability::parse("8.7"),
        }
    }

    /// The paper's space, law and workload on AGX Orin in FP16.
    pub(crate) fn paper_sweep() -> Sweep {
        let estimator = Estimator::new(&agx_orin(), Precision::FP16, Workload::default()).unwrap();
        Sweep::new(&paper_space(), &table_6(), &estimator)
    }

    /// The same on a board of so many watts.
    pub(crate) fn sweep_at(watts: f64) -> Sweep {
        let hardware = Hardware { watts: Some(watts), ..agx_orin() };
        let estimator = Estimator::new(&hardware, Precision::FP16, Workload::default()).unwrap();
        Sweep::new(&paper_space(), &table_6(), &estimator)
    }

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
