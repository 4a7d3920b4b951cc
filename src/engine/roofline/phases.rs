//! Prefill and decode seconds, in closed form.
//!
//! Both phases are [runs of passes](super::passes): a prompt is one pass or its chunks, an answer is one pass per token.
//! From pass to pass only attention changes, and within a part of a run both sides of its roofline are affine. A sum of
//! maxima of two affine sequences needs no loop. The larger side changes at most once, so the sum is two arithmetic
//! series split at one integer ([`sum_of_larger`]).

use std::ops::{Add, Mul};

use super::dimensions::Dimensions;
use super::operators::{
    Operator, embedding, lm_head, visit_attention, visit_feed, visit_layer_embedding, visit_projections,
};
use super::passes::{ForwardPass, PassRun};
use super::{Estimator, Phase, Roofline};
use crate::architecture::Architecture;
use crate::latency::Latency;
use crate::layout::{FullLayers, Window};

/// A quantity split into what grows with depth and what does not: all depths of one shape are priced together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ByDepth<T> {
    /// Of one layer that sees the whole context.
    pub full: T,
    /// Of one layer with a window; as above where there is none.
    pub windowed: T,
    /// Of what surrounds the layers.
    pub once: T,
    /// Which layers see the whole context; all where it is left out.
    pub full_layers: Option<FullLayers>,
}

impl<T: Copy + Add<Output = T> + Mul<f64, Output = T>> ByDepth<T> {
    /// Of a model of `layers` layers.
    #[inline]
    pub fn at_depth(&self, layers: u32) -> T {
        let full = self.full_layers.map_or(layers, |full_layers| full_layers.of(layers));
        self.full * f64::from(full) + self.windowed * f64::from(layers - full) + self.once
    }

    /// Of one layer, in the mean over many.
    #[inline]
    pub(crate) fn mean_layer(&self) -> T {
        let full = self.full_layers.map_or(1.0, FullLayers::share);
        self.full * full + self.windowed * (1.0 - full)
    }
}

impl Estimator {
    /// Latency of one architecture.
    pub fn latency(&self, shape: &Architecture) -> Latency {
        // As a sweep prices it, to the last bit.
        if shape.layout.is_at_most_windowed() { self.cost(shape).at_depth(shape.layers) } else { self.of_blocks(shape) }
    }

    /// Block by block, each kind of layer for itself.
    fn of_blocks(&self, shape: &Architecture) -> Latency {
        let of_phase = |phase| {
            let attention = shape.attention_blocks().map(|block| {
                let sizes = Dimensions::of_attention(shape, &block, &self.precision);
                f64::from(block.layers) * self.attention_block_s(phase, &sizes)
            });
            let feed = shape.feed_blocks().map(|block| {
                let sizes = Dimensions::of_feed(shape, &block, &self.precision);
                f64::from(block.layers) * self.feed_block_s(phase, &sizes)
            });
            let layers_s = attention.sum::<f64>() + feed.sum::<f64>();
            let once_s = self.once_s(phase, &Dimensions::of(shape, &self.precision));
            layers_s + once_s + self.layer_embedding_s(phase, shape)
        };
        Latency { prefill_s: of_phase(Phase::Prefill), decode_s: of_phase(Phase::Decode) }
    }

    /// Latency per layer and per forward pass, for layers that differ in nothing but a window. The shape's own depth
    /// plays no part.
    #[inline]
    pub fn cost(&self, shape: &Architecture) -> ByDepth<Latency> {
        self.cost_of_sizes(&Dimensions::of(shape, &self.precision), shape.layout.window)
    }

    /// The same for sizes that need not be whole.
    #[inline]
    pub(crate) fn cost_of_sizes(&self, sizes: &Dimensions, window: Option<Window>) -> ByDepth<Latency> {
        let by_phase =
            |of: &dyn Fn(Phase) -> f64| Latency { prefill_s: of(Phase::Prefill), decode_s: of(Phase::Decode) };
        let feed = by_phase(&|phase| self.feed_block_s(phase, sizes));
        let full = by_phase(&|phase| self.attention_block_s(phase, sizes)) + feed;
        ByDepth {
            full,
            windowed: window.map_or(full, |window| {
                let sizes = sizes.within(f64::from(window.tokens));
                by_phase(&|phase| self.attention_block_s(phase, &sizes)) + feed
            }),
            once: by_phase(&|phase| self.once_s(phase, sizes)),
            full_layers: window.map(|window| window.full),
        }
    }

    /// Projections and attention of one layer, over all passes of a phase.
    #[inline]
    fn attention_block_s(&self, phase: Phase, sizes: &Dimensions) -> f64 {
        let roofline = self.roofline(phase);
        let mut seconds = 0.0;
        for run in self.runs(phase) {
            visit_projections(sizes, &self.precision, &run.first, |op| seconds += run.count * roofline.executed_s(&op));
            self.visit_attention_sums(phase, sizes, &run, |sum| seconds += sum.seconds);
        }
        seconds
    }

    #[inline]
    fn feed_block_s(&self, phase: Phase, sizes: &Dimensions) -> f64 {
        let roofline = self.roofline(phase);
        let mut seconds = 0.0;
        for run in self.runs(phase) {
            visit_feed(sizes, &self.precision, &run.first, |op| seconds += run.count * roofline.executed_s(&op));
        }
        seconds
    }

    /// Embedding and LM head.
    #[inline]
    fn once_s(&self, phase: Phase, sizes: &Dimensions) -> f64 {
        let roofline = self.roofline(phase);
        let embedding_s = |run: PassRun| run.count * roofline.seconds(&embedding(sizes, &self.precision, &run.first));
        let head_s = self
            .head_run(phase)
            .and_then(|run| Some(run.count * roofline.seconds(&lm_head(sizes, &self.precision, &run.first)?)));
        self.runs(phase).map(embedding_s).sum::<f64>() + head_s.unwrap_or(0.0)
    }

    fn layer_embedding_s(&self, phase: Phase, shape: &Architecture) -> f64 {
        let roofline = self.roofline(phase);
        let mut seconds = 0.0;
        for run in self.runs(phase) {
            visit_layer_embedding(shape, &self.precision, &run.first, |op| {
                seconds += run.count * roofline.executed_s(&op);
            });
        }
        seconds
    }

    /// Visits each attention operator of one layer with its sum over a run.
    #[inline]
    pub(super) fn visit_attention_sums(
        &self,
        phase: Phase,
        sizes: &Dimensions,
        run: &PassRun,
        mut visit: impl FnMut(OperatorSum),
    ) {
        let roofline = self.roofline(phase);
        let of = |pass: &ForwardPass| {
            let (mut operators, mut slot) = ([None; 3], 0);
            visit_attention(sizes, &self.precision, self.attention, pass, |op| {
                operators[slot] = Some(op);
                slot += 1;
            });
            operators
        };
        for part in run.parts(sizes.window) {
            let first = of(&part.first);
            let last = if part.count > 1.0 { of(&part.last()) } else { first };
            for (first, last) in first.into_iter().flatten().zip(last.into_iter().flatten()) {
                visit(OperatorSum::new(roofline, first, last, part.count));
            }
        }
    }
}

impl Roofline {
    /// Seconds that all executions of an operator in one layer take.
    #[inline]
    fn executed_s(&self, operator: &Operator) -> f64 {
        operator.count * self.seconds(operator)
    }
}

/// One operator summed over passes from one to the next of which it changes evenly.
pub(super) struct OperatorSum {
    /// As executed in the first pass.
    pub(super) first: Operator,
    /// Mean of the first and the last execution, which is the mean of all.
    pub(super) mean: Operator,
    /// Passes.
    pub(super) passes: f64,
    /// Seconds over all passes.
    pub(super) seconds: f64,
}

impl OperatorSum {
    fn new(roofline: &Roofline, first: Operator, last: Operator, passes: f64) -> Self {
        let compute = [roofline.compute_s(&first), roofline.compute_s(&last)];
        let memory = [roofline.memory_s(&first), roofline.memory_s(&last)];
        let overhead_s = passes * roofline.overhead_s;
        Self {
            first,
            mean: Operator {
                flops: f64::midpoint(first.flops, last.flops),
                bytes: f64::midpoint(first.bytes, last.bytes),
                ..first
            },
            passes,
            seconds: first.count * (sum_of_larger(compute, memory, passes) + overhead_s),
        }
    }
}

/// `Σ max(a_i, b_i)` over `n` terms of two arithmetic sequences given by their first and last terms.
fn sum_of_larger(a: [f64; 2], b: [f64; 2], n: f64) -> f64 {
    let lead = [a[0] - b[0], a[1] - b[1]];
    let series = |ends: [f64; 2], terms: f64| terms * f64::midpoint(ends[0], ends[1]);
    if n < 2.0 || lead[0] * lead[1] >= 0.0 {
        let a_leads = lead[0] + lead[1] >= 0.0;
        return series(if a_leads { a } else { b }, n);
    }
    // Terms 0..switch belong to the sequence that leads at first. A term on the switch is equal in both.
    let switch = (lead[0] / (lead[0] - lead[1]) * (n - 1.0)).floor() + 1.0;
    let (early, late) = if lead[0] > 0.0 { (a, b) } else { (b, a) };
    let term = |ends: [f64; 2], i: f64| ends[0] + (ends[1] - ends[0]) * i / (n - 1.0);
    series([early[0], term(early, switch - 1.0)], switch) + series([term(late, switch), late[1]], n - switch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::hardware::{Efficiency, Hardware, Overhead};
    use crate::layout::Layout;
    use crate::precision::ComputeCapability;
    use crate::precision::Precision;
    use crate::reference::QWEN2_5_0_5B;
    use crate::roofline::passes::Mask;
    use crate::roofline::{Attention, PrefillChunk};
    use crate::workload::Workload;
    use proptest::prelude::*;

    fn hardware(bandwidth: f64, overhead_s: f64) -> Hardware {
        Hardware {
            name: "test".into(),
            fp16_flops_per_s: 1e12,
            int8_flops_per_s: None,
            fp8_flops_per_s: None,
            fp4_flops_per_s: None,
            bandwidth_bytes_per_s: bandwidth,
            memory_bytes: 8e9,
            reserved_bytes: 0.0,
            watts: None,
            efficiency: Efficiency {
                compute: 0.7,
                bandwidth: 0.8,
                overhead: Overhead { prefill_s: 3.0 * overhead_s, decode_s: overhead_s },
                ..Efficiency::IDEAL
            }
            .into(),
            compute_capability: None,
        }
    }

    /// Pass by pass and layer by layer: the definition that the closed forms must equal. The window of each layer is
    /// given, and the mask is applied query by query.
    fn by_loop(estimator: &Estimator, shape: &Architecture, windows: &[f64]) -> [f64; 2] {
        let Workload { batch, cached_tokens, prompt_tokens, generated_tokens } = estimator.workload;
        let sizes = Dimensions::of(shape, &estimator.precision);
        let precision = &estimator.precision;
        let [cached, prompt, generated] = [cached_tokens, prompt_tokens, generated_tokens];
        let chunk = estimator.prefill_chunk_tokens().unwrap_or(prompt).min(prompt);
        let mut passes = Vec::new();
        let mut done = 0;
        while done < prompt {
            let new = chunk.min(prompt - done);
            passes.push((Phase::Prefill, new, cached + done, done + new == prompt));
            done += new;
        }
        passes.extend((0..generated).map(|step| (Phase::Decode, 1, cached + prompt + step, true)));
        let mut sums = [0.0; 2];
        for (phase, new, before, has_head) in passes {
            let pass =
                ForwardPass { batch: f64::from(batch), query_tokens: f64::from(new), cached_tokens: f64::from(before) };
            let roofline = estimator.roofline(phase);
            let mut once = 0.0;
            for window in windows {
                visit_projections(&sizes, precision, &pass, |op| once += op.count * roofline.seconds(&op));
                visit_feed(&sizes, precision, &pass, |op| once += op.count * roofline.seconds(&op));
                let sees = |query: u32| match estimator.attention.mask() {
                    Mask::Causal => f64::from(before + query).min(*window),
                    Mask::Whole => f64::from(before + new).min(*window),
                };
                let products: f64 = (1..=new).map(sees).sum();
                visit_attention(&sizes.within(*window), precision, estimator.attention, &pass, |op| {
                    // FLOPs from the products one by one; traffic as the operator has it.
                    let per_product = if op.flops == 0.0 {
                        0.0
                    } else {
                        op.flops / (pass.products(estimator.attention.mask(), *window))
                    };
                    once += op.count * roofline.seconds(&Operator { flops: per_product * products, ..op });
                });
            }
            once += roofline.seconds(&embedding(&sizes, precision, &pass));
            if has_head {
                once += lm_head(&sizes, precision, &pass).map_or(0.0, |op| roofline.seconds(&op));
            }
            sums[usize::from(phase == Phase::Decode)] += once;
        }
        sums
    }

    proptest! {
        #[test]
        fn closed_forms_equal_the_loop_over_passes(
            // From memory-bound to compute-bound attention, across the switch.
            bandwidth in 1e9..1e13f64,
            overhead_s in 0.0..1e-5f64,
            kv_heads in prop::sample::select(vec![1u32, 2, 7, 14]),
            workload in (1u32..5, 0u32..500, 1u32..600, 0u32..300),
            chunk in prop::option::of(1u32..700),
            window in prop::option::of((1u32..900, 0u32..8)),
            attention in prop::sample::select(Attention::ALL.to_vec()),
        ) {
            let (batch, cached_tokens, prompt_tokens, generated_tokens) = workload;
            let window = window.map(|(tokens, every)| Window { tokens, full: FullLayers::Every(every) });
            let layout = Layout { window, ..Layout::UNIFORM };
            let shape = Architecture { kv_heads, layout, ..QWEN2_5_0_5B };
            let workload = Workload { batch, cached_tokens, prompt_tokens, generated_tokens };
            let estimator = Estimator::new(&hardware(bandwidth, overhead_s), Precision::FP16, workload)
                .unwrap()
                .with_attention(attention)
                .with_prefill_chunk(chunk.map(PrefillChunk::Tokens));
            let windows: Vec<f64> = (1..=shape.layers).map(|layer| match window {
                Some(Window { full: FullLayers::Every(every), .. }) if every > 0 && layer % every == 0 => f64::INFINITY,
                Some(window) => f64::from(window.tokens),
                None => f64::INFINITY,
            }).collect();
            let looped = by_loop(&estimator, &shape, &windows);
            for latency in [estimator.latency(&shape), estimator.of_blocks(&shape)] {
                for (closed, looped) in [latency.prefill_s, latency.decode_s].into_iter().zip(looped) {
                    prop_assert!((closed - looped).abs() <= 1e-12 * looped, "{closed} {looped}");
                }
            }
        }

        #[test]
        fn sum_of_larger_equals_the_sum(
            a in prop::array::uniform2(0.0..10.0f64), b in prop::array::uniform2(0.0..10.0f64), steps in 1u32..50,
        ) {
            let term = |ends: [f64; 2], i: u32| {
                if steps == 1 { ends[0] } else { ends[0] + (ends[1] - ends[0]) * f64::from(i) / f64::from(steps - 1) }
            };
            let (a, b) = if steps == 1 { ([a[0]; 2], [b[0]; 2]) } else { (a, b) };
            let expected: f64 = (0..steps).map(|i| term(a, i).max(term(b, i))).sum();
            prop_assert!((sum_of_larger(a, b, f64::from(steps)) - expected).abs() <= 1e-12 * expected.max(1.0));
        }
    }

    /// Of S·S products the mask leaves S·(S + 1)/2. A generated token sees all that was before it.
    #[test]
    fn the_mask_spares_prefill_alone() {
        let workload = Workload { prompt_tokens: 4096, generated_tokens: 8, ..Workload::default() };
        let causal = Estimator::new(&hardware(1e15, 0.0), Precision::FP16, workload).unwrap();
        let whole = causal.with_attention(Attention::Fused);
        let attention_s = |estimator: &Estimator| {
            let rows = estimator.breakdown(&QWEN2_5_0_5B);
            rows.iter().find(|row| row.phase == Phase::Prefill && row.name == "attention").unwrap().seconds
        };
        assert!((attention_s(&whole) / attention_s(&causal) - 2.0 * 4096.0 / 4097.0).abs() < 1e-12);
        assert_eq!(whole.latency(&QWEN2_5_0_5B).decode_s, causal.latency(&QWEN2_5_0_5B).decode_s);
    }

    #[test]
    fn a_board_without_the_rate_says_so() {
        let refusal = Estimator::new(&hardware(1e11, 0.0), Precision::W8A8, Workload::default()).unwrap_err();
        assert_eq!(refusal.to_string(), "test cannot compute w8a8: its profile has no int8 rate");
        let ampere = Hardware { compute_capability: ComputeCapability::parse("8.7"), ..hardware(1e11, 0.0) };
        let refusal = |name: &str| {
            let precision = Precision::named(name).unwrap();
            Error::from(Estimator::new(&ampere, precision, Workload::default()).unwrap_err()).to_string()
        };
        let of_gguf = Precision::ALL.iter().filter(|known| known.family == "gguf").map(|known| known.name);
        let computable: Vec<&str> = ["fp16", "bf16", "w8a16", "w4a16"].into_iter().chain(of_gguf).collect();
        let expected = format!("\n  expected: one of {}", computable.join(", "));
        for (name, why) in [
            ("w8a8", "its profile has no int8 rate"),
            ("fp8", "no FP8 tensor cores, which need compute capability 8.9 or later; this is 8.7"),
            ("nvfp4", "no FP4 tensor cores, which need compute capability 10.0 or later; this is 8.7"),
        ] {
            assert_eq!(refusal(name), format!("'--precision': test cannot compute {name}: {why}{expected}"));
        }
    }
}
