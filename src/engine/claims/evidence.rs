//! What the claims are judged by: the frontiers of the paper's six regimes, two number formats times three latencies.

use std::cmp::Reverse;
use std::sync::OnceLock;

use super::Figure;
use crate::architecture::Architecture;
use crate::hardware::Hardware;
use crate::landscape::Landscape;
use crate::law::LossLaw;
use crate::precision::Precision;
use crate::roofline::{Attention, Estimator, PrefillChunk, UnsupportedFormat};
use crate::space::Space;
use crate::theory::Simplified;
use crate::units::ratio;
use crate::workload::{Objective, Workload};

/// Number formats of the claims: the paper's FP16 and INT8.
const FORMATS: [Precision; 2] = [Precision::FP16, Precision::W8A8];

/// One board, law and space in the paper's workload, priced in both number formats.
#[derive(Debug, Clone)]
pub struct Evidence {
    formats: [Priced; 2],
    /// The same space without an LM head to speak of, as the paper's roofline has none.
    headless: [Headless; 2],
    /// Found once for the claim and the erratum.
    sparsest: OnceLock<Vec<Figure>>,
    /// How many times as fast the board computes in INT8 as in FP16.
    pub(super) int8_over_fp16: f64,
    /// How much faster any operator can be in INT8. Neither its computing nor its traffic gains more than this.
    pub(super) most_int8_gain: f64,
    pub(super) routing: Routing,
    /// The board in FP16 as the paper's theory sees it.
    pub(super) theory: Simplified,
}

/// What a prompt brings to each expert where a space spreads it most: over its most experts, with the fewest of them active.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Routing {
    pub(super) experts: u32,
    pub(super) tokens_per_expert: f64,
    /// Of the expert's FP16 weights.
    pub(super) flops_per_byte: f64,
}

impl Routing {
    fn of(space: &Space, workload: Workload) -> Self {
        /// A multiplication and an addition.
        const FLOPS_PER_WEIGHT: f64 = 2.0;
        let most = space.experts.iter().copied().max_by_key(|&(experts, top_k)| (experts, Reverse(top_k)));
        let (experts, top_k) = most.unwrap_or((1, 1));
        let prompt = f64::from(workload.batch) * f64::from(workload.prompt_tokens);
        let tokens_per_expert = prompt * f64::from(top_k) / f64::from(experts);
        let flops_per_byte = FLOPS_PER_WEIGHT * tokens_per_expert / Precision::FP16.weights.bytes;
        Self { experts, tokens_per_expert, flops_per_byte }
    }
}

#[derive(Debug, Clone)]
struct Priced {
    landscape: Landscape,
    fronts: [Vec<u32>; Objective::COUNT],
}

impl Priced {
    fn new(space: &Space, law: &LossLaw, estimator: Estimator) -> Self {
        let landscape = Landscape::new(space, law.clone(), estimator);
        let fronts = Objective::ALL.map(|objective| landscape.frontier_of(objective, |_| true));
        Self { landscape, fronts }
    }

    fn front(&self, objective: Objective) -> Front<'_> {
        Front { landscape: &self.landscape, objective, members: &self.fronts[objective.index()] }
    }
}

/// Of decode alone, which is what the head matters to.
#[derive(Debug, Clone)]
struct Headless {
    landscape: Landscape,
    decode: Vec<u32>,
}

impl Headless {
    fn new(space: &Space, law: &LossLaw, estimator: Estimator) -> Self {
        let landscape = Landscape::new(space, law.clone(), estimator);
        let decode = landscape.frontier_of(Objective::Decode, |_| true);
        Self { landscape, decode }
    }

    fn front(&self) -> Front<'_> {
        Front { landscape: &self.landscape, objective: Objective::Decode, members: &self.decode }
    }
}

/// The frontier of one regime.
#[derive(Debug, Clone, Copy)]
pub(super) struct Front<'a> {
    pub(super) landscape: &'a Landscape,
    pub(super) objective: Objective,
    /// By rising latency.
    pub(super) members: &'a [u32],
}

impl Evidence {
    /// Prices `space`; fails if the board lacks one of the two number formats.
    pub fn new(space: &Space, law: &LossLaw, hardware: &Hardware) -> Result<Self, UnsupportedFormat> {
        let estimator = |precision| {
            let estimator = Estimator::new(hardware, precision, Workload::default())?;
            Ok(estimator.with_attention(Attention::PAPER).with_prefill_chunk(Some(PrefillChunk::Whole)))
        };
        let (fp16, int8) = (estimator(Precision::FP16)?, estimator(Precision::W8A8)?);
        let theory = Simplified::of(hardware, &fp16);
        let without_head = Space { vocab: 1, ..space.clone() };
        let priced = |estimator: &Estimator| {
            rayon::join(|| Priced::new(space, law, *estimator), || Headless::new(&without_head, law, *estimator))
        };
        let (of_fp16, of_int8) = rayon::join(|| priced(&fp16), || priced(&int8));
        let rate = |precision: Precision| {
            let reached = hardware.efficiency_in(&precision).0.compute;
            hardware.rate_flops_per_s(precision.compute).map_or(f64::NAN, |peak| peak * reached)
        };
        let int8_over_fp16 = rate(Precision::W8A8) / rate(Precision::FP16);
        let bytes_per_s = |precision: Precision| hardware.reached_bandwidth(&precision).0;
        let weights_per_s = |precision: Precision| bytes_per_s(precision) / precision.weights.bytes;
        let traffic = weights_per_s(Precision::W8A8) / weights_per_s(Precision::FP16);
        Ok(Self {
            formats: [of_fp16.0, of_int8.0],
            headless: [of_fp16.1, of_int8.1],
            sparsest: OnceLock::new(),
            int8_over_fp16,
            most_int8_gain: int8_over_fp16.max(traffic),
            routing: Routing::of(space, Workload::default()),
            theory,
        })
    }

    /// The six frontiers: FP16's of prefill, decode and total latency, then INT8's.
    pub(super) fn fronts(&self) -> impl Iterator<Item = Front<'_>> + Clone {
        self.formats.iter().flat_map(|priced| Objective::ALL.map(|objective| priced.front(objective)))
    }

    /// The two frontiers of one latency, FP16's first.
    pub(super) fn fronts_of(&self, objective: Objective) -> [Front<'_>; 2] {
        self.formats.each_ref().map(|priced| priced.front(objective))
    }

    /// What is measured on each of the six.
    pub(super) fn figures(&self, name: &'static str, of: impl Fn(Front<'_>) -> f64) -> Vec<Figure> {
        self.fronts().map(|front| front.figure(name, of(front))).collect()
    }

    /// Share of the members of each frontier that have the smallest activation rate of the space.
    pub(super) fn sparsest(&self) -> &[Figure] {
        self.sparsest.get_or_init(|| {
            let sweep = &self.fp16().sweep;
            let rate = |index| sweep.architecture(index).activation_rate();
            let least = (0..sweep.len()).map(rate).fold(f64::INFINITY, f64::min);
            let is_sparsest = |shape: &Architecture| shape.activation_rate() <= least;
            self.figures("members with the smallest ρ, %", |front| front.percent(is_sparsest))
        })
    }

    /// The two decode frontiers of a vocabulary so small that the LM head costs nothing.
    pub(super) fn headless_decode(&self) -> [Front<'_>; 2] {
        self.headless.each_ref().map(Headless::front)
    }

    /// FLOPs per byte at which the board computes as long as it reads FP16 weights.
    pub(super) fn ridge(&self) -> f64 {
        self.theory.flops_per_s / self.theory.bytes_per_s
    }

    /// The landscape in FP16.
    pub fn fp16(&self) -> &Landscape {
        let [fp16, _] = &self.formats;
        &fp16.landscape
    }

    /// Why many experts cost a long prompt little, if they do: even with the most experts, the prompt brings more FLOPs
    /// per byte of an expert than the board computes in the time that it reads a byte.
    pub(super) fn experts_do_not_wait(&self) -> (bool, String) {
        let Routing { experts, flops_per_byte, .. } = self.routing;
        let reason = format!(
            "the prompt makes {} FLOP per byte of {experts} experts, and the ridge here is at {}: they do not wait for \
             memory in prefill",
            ratio(flops_per_byte),
            ratio(self.ridge())
        );
        (self.ridge() < flops_per_byte, reason)
    }

    /// How many candidates each of the two landscapes has.
    pub fn candidates(&self) -> usize {
        self.fp16().sweep.len()
    }
}

impl<'a> Front<'a> {
    pub(super) fn shapes(self) -> impl Iterator<Item = Architecture> + 'a {
        self.members.iter().map(move |&index| self.landscape.sweep.architecture(index as usize))
    }

    /// Share of the members that `counts` is true of, percent.
    pub(super) fn percent(self, counts: impl Fn(&Architecture) -> bool) -> f64 {
        percent(self.shapes().filter(counts).count(), self.members.len())
    }

    pub(super) fn values(self, of: impl Fn(&Architecture) -> f64) -> Vec<f64> {
        self.shapes().map(|shape| of(&shape)).collect()
    }

    /// Latencies of the members, rising, seconds.
    pub(super) fn latencies_s(self) -> impl DoubleEndedIterator<Item = f64> + 'a {
        let latencies_s = self.landscape.sweep.latency_s(self.objective);
        self.members.iter().map(move |&index| latencies_s[index as usize])
    }

    pub(super) fn precision(self) -> &'static str {
        self.landscape.estimator.precision().name
    }

    pub(super) fn figure(self, name: &'static str, value: f64) -> Figure {
        Figure { name, precision: Some(self.precision()), objective: Some(self.objective), value }
    }
}

/// `part` of `whole` in percent; 0 of nothing.
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

/// One value per frontier, in the order of [`Evidence::fronts`]: `fp16 93 / 99 / 98, w8a8 92 / 99 / 98`.
pub(super) fn by_regime(figures: &[Figure], written: impl Fn(f64) -> String) -> String {
    let of = |format: Precision| {
        let values: Vec<String> = figures
            .iter()
            .filter(|figure| figure.precision == Some(format.name))
            .map(|figure| written(figure.value))
            .collect();
        format!("{} {}", format.name, values.join(" / "))
    };
    FORMATS.map(of).join(", ")
}

/// Those figures that are of one latency, in both formats.
pub(super) fn of_objective(figures: &[Figure], objective: Objective) -> Vec<Figure> {
    figures.iter().filter(|figure| figure.objective == Some(objective)).cloned().collect()
}

/// Whole percents. Only all of it is written as 100, and only none of it as 0.
pub(super) fn whole_percent(value: f64) -> String {
    let shown = if value == 0.0 || value == 100.0 { value } else { value.round().clamp(1.0, 99.0) };
    format!("{shown:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::paper_space;

    #[test]
    fn a_prompt_is_spread_over_the_most_experts_with_the_fewest_active() {
        let of = |experts: &[(u32, u32)], workload| {
            let space = Space { experts: experts.to_vec(), ..paper_space() };
            let Routing { experts, tokens_per_expert, flops_per_byte } = Routing::of(&space, workload);
            (experts, tokens_per_expert, flops_per_byte)
        };
        let paper = Workload::default();
        assert_eq!(of(&paper_space().experts, paper), (16, 64.0, 64.0));
        assert_eq!(of(&[(1, 1), (64, 8), (64, 4)], Workload { batch: 2, ..paper }), (64, 128.0, 128.0));
        assert_eq!(of(&[(1, 1)], paper), (1, 1024.0, 1024.0));
    }
}
