//! The parts of documents, shared by exports and by the JSON of single commands.

use serde::Serialize;

use crate::uncertainty::EntryConfidence;
use engine::architecture::Architecture;
use engine::landscape::Landscape;
use engine::law::{Coefficients, Extrapolation, FitQuality, FittedRange, LossLaw};
use engine::precision::Precision;
use engine::search::Searched;
use engine::what_if::Scaling;
use files::profile::{Figure, PowerMode, Profile};

/// The law with its pedigree.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of LossLaw")]
pub struct LawPart {
    pub name: String,
    pub source: String,
    pub synthetic: bool,
    pub form: &'static str,
    pub formula: &'static str,
    pub tokens: Option<f64>,
    pub coefficients: Coefficients,
    pub quality: QualityPart,
    pub range: FittedRange,
    pub notes: Vec<String>,
    pub origin: Option<String>,
    pub reading: Option<String>,
}

/// [`FitQuality`], with the unit in the key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of FitQuality")]
pub struct QualityPart {
    pub r2_train: Option<f64>,
    pub r2_holdout: Option<f64>,
    pub rmse_nats_per_token: Option<f64>,
    pub runs: Option<usize>,
}

impl From<&LossLaw> for LawPart {
    fn from(law: &LossLaw) -> Self {
        let FitQuality { r2_train, r2_holdout, rmse, runs } = law.quality;
        Self {
            name: law.name.clone(),
            source: law.source.clone(),
            synthetic: law.synthetic,
            form: law.coefficients.form().name,
            formula: law.coefficients.form().formula,
            tokens: law.coefficients.tokens(),
            coefficients: law.coefficients,
            quality: QualityPart { r2_train, r2_holdout, rmse_nats_per_token: rmse, runs },
            range: law.range,
            notes: law.notes.clone(),
            origin: law.origin.clone(),
            reading: law.reading.clone(),
        }
    }
}

/// The board in one mode: what was computed with, and how each figure is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProfilePart {
    /// As typed on the command line.
    pub name: String,
    /// As its maker calls it.
    pub title: String,
    /// Power mode.
    pub mode: String,
    /// How the board is imagined otherwise: rates, bandwidth and memory here are those of no board that there is, the
    /// figures are the real one's. Absent where nothing is imagined.
    #[serde(skip_serializing_if = "Scaling::is_none")]
    pub what_if: Scaling,
    /// Dense rate.
    pub fp16_flops_per_s: f64,
    /// Dense rate, where the board has one.
    pub int8_ops_per_s: Option<f64>,
    /// Dense rate, where the board has one.
    pub fp8_flops_per_s: Option<f64>,
    /// Dense rate, where the board has one.
    pub fp4_flops_per_s: Option<f64>,
    /// Of DRAM.
    pub bandwidth_bytes_per_s: f64,
    /// What a program can have.
    pub memory_bytes: f64,
    /// Of that, kept by system and runtime.
    pub reserved_bytes: f64,
    /// Power budget of the mode; null where nobody states one.
    pub watts: Option<f64>,
    /// Deviation from the ideal roofline in the number format.
    pub efficiency: EfficiencyPart,
    /// Whether anything is known of such a deviation: false is the ideal roofline.
    pub calibrated: bool,
    /// What a reader must know before trusting the figures.
    pub notes: Vec<String>,
    /// Every figure of the mode with its unit, kind, source and date.
    pub figures: Vec<Figure>,
    /// Which file it was read from, in words.
    pub origin: Option<String>,
}

/// Efficiency, with units in the keys.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EfficiencyPart {
    /// Share of the compute peak that is reached.
    pub compute_share: f64,
    /// Share of the bandwidth that is reached.
    pub bandwidth_share: f64,
    /// What every operator costs besides, in decode.
    pub overhead_s: f64,
    /// The same in prefill.
    pub prefill_overhead_s: f64,
}

impl ProfilePart {
    /// A board in one of its modes, computing in a number format.
    pub fn new(profile: &Profile, mode: &PowerMode, precision: &Precision) -> Self {
        let hardware = profile.hardware(mode);
        let (efficiency, basis) = hardware.efficiency_in(precision);
        Self {
            name: profile.name.clone(),
            title: profile.title.clone(),
            mode: mode.name.clone(),
            what_if: profile.what_if,
            fp16_flops_per_s: hardware.fp16_flops_per_s,
            int8_ops_per_s: hardware.int8_flops_per_s,
            fp8_flops_per_s: hardware.fp8_flops_per_s,
            fp4_flops_per_s: hardware.fp4_flops_per_s,
            bandwidth_bytes_per_s: hardware.bandwidth_bytes_per_s,
            memory_bytes: hardware.memory_bytes,
            reserved_bytes: hardware.reserved_bytes,
            watts: hardware.watts,
            efficiency: EfficiencyPart {
                compute_share: efficiency.compute,
                bandwidth_share: efficiency.bandwidth_share(hardware.bandwidth_bytes_per_s).0,
                overhead_s: efficiency.overhead.decode_s,
                prefill_overhead_s: efficiency.overhead.prefill_s,
            },
            calibrated: !basis.is_ideal(),
            notes: profile.notes.iter().chain(&mode.notes).cloned().collect(),
            figures: profile.figures(mode).into_iter().cloned().collect(),
            origin: profile.origin.clone(),
        }
    }
}

/// A space in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpacePart {
    /// As typed on the command line.
    pub name: String,
    /// Candidates priced: all of the space, or those that a search found.
    pub candidates: usize,
    /// Those that keep every budget.
    pub feasible: usize,
    /// Which file it was read from, in words.
    pub origin: Option<String>,
    /// How the candidates were found, where they are not the whole space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<Searched>,
}

/// A shape, by the names that the command line takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ArchitecturePart {
    /// l.
    pub layers: u32,
    /// d.
    pub width: u32,
    /// `n_h`.
    pub heads: u32,
    /// `d_h`.
    pub head_dim: u32,
    /// `n_kv`.
    pub kv_heads: u32,
    /// h: hidden size of one expert.
    pub intermediate: u32,
    /// r, over all activated experts.
    pub ffn_ratio: f64,
    /// E.
    pub experts: u32,
    /// K.
    pub top_k: u32,
    /// Hidden size of an expert that every token uses beside the routed ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<u32>,
    /// V.
    pub vocab: u32,
    /// Whether the LM head shares the embedding's weights.
    pub tied: bool,
}

impl From<&Architecture> for ArchitecturePart {
    fn from(shape: &Architecture) -> Self {
        Self {
            layers: shape.layers,
            width: shape.width,
            heads: shape.heads,
            head_dim: shape.head_dim,
            kv_heads: shape.kv_heads,
            intermediate: shape.expert_hidden,
            ffn_ratio: shape.ffn_ratio(),
            experts: shape.experts,
            top_k: shape.top_k,
            shared: (shape.shared_hidden > 0).then_some(shape.shared_hidden),
            vocab: shape.vocab,
            tied: shape.tied,
        }
    }
}

/// What is predicted of one architecture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the keys say quantity and unit")]
pub struct PredictionsPart {
    pub loss_nats_per_token: f64,
    /// exp(loss); null where that is too large for a number, which the warnings then say.
    pub perplexity: f64,
    pub prefill_s: f64,
    pub decode_s: f64,
    pub total_s: f64,
    /// Time per output token.
    pub tpot_s: f64,
    /// Watts of the power mode × total time of a request; null where no watts are stated.
    pub energy_at_power_budget_j: Option<f64>,
    /// Watts × time per output token; null where no watts are stated or nothing is generated.
    pub energy_per_token_at_power_budget_j: Option<f64>,
    /// Whether these two bound what is drawn: only over calibrated times; null where no watts are stated.
    pub energy_is_upper_bound: Option<bool>,
    /// All parts together.
    pub memory_bytes: f64,
    pub weights_bytes: f64,
    pub kv_cache_bytes: f64,
    pub activations_bytes: f64,
    pub reserved_bytes: f64,
    pub parameters_total: u64,
    pub parameters_active: u64,
}

/// How far a shape lies outside what the law was fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ExtrapolationPart {
    /// The worst axis, by the name it has in the law's range.
    pub axis: &'static str,
    /// By what factor it lies outside; above 1.
    pub factor: f64,
}

impl From<Extrapolation> for ExtrapolationPart {
    fn from(beyond: Extrapolation) -> Self {
        Self { axis: beyond.axis.key(), factor: beyond.factor }
    }
}

/// One exported architecture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Entry {
    /// Its shape.
    pub architecture: ArchitecturePart,
    /// What is predicted of it.
    pub predictions: PredictionsPart,
    /// Whether it is on the frontier of the feasible candidates.
    pub on_frontier: bool,
    /// Whether it needs no more memory than a program can have on the board.
    pub fits_memory: bool,
    /// How far it lies outside what the law was fitted on; null inside.
    pub extrapolation: Option<ExtrapolationPart>,
    /// How sure its place is, where the runs were resampled.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<EntryConfidence>,
}

impl Entry {
    /// Candidate `index`, with the numbers of the sweep.
    pub(crate) fn of_candidate(
        landscape: &Landscape,
        index: usize,
        on_frontier: bool,
        board_memory_bytes: f64,
    ) -> Self {
        let sweep = &landscape.sweep;
        let shape = sweep.architecture(index);
        let memory = landscape.estimator.memory(&shape);
        Self {
            architecture: ArchitecturePart::from(&shape),
            predictions: PredictionsPart {
                loss_nats_per_token: sweep.loss[index],
                perplexity: sweep.perplexity[index],
                prefill_s: sweep.prefill_s[index],
                decode_s: sweep.decode_s[index],
                total_s: sweep.total_s[index],
                tpot_s: sweep.tpot_s(index),
                energy_at_power_budget_j: sweep.power.map(|power| power.request_j(sweep.total_s[index])),
                energy_per_token_at_power_budget_j: sweep.power.and_then(|power| power.token_j(sweep.latency(index))),
                energy_is_upper_bound: sweep.power.map(|power| power.is_upper_bound()),
                memory_bytes: sweep.memory_bytes[index],
                weights_bytes: memory.weights_bytes,
                kv_cache_bytes: memory.kv_cache_bytes,
                activations_bytes: memory.activations_bytes,
                reserved_bytes: memory.reserved_bytes,
                parameters_total: sweep.parameters_total[index],
                parameters_active: sweep.parameters_active[index],
            },
            on_frontier,
            fits_memory: sweep.memory_bytes[index] <= board_memory_bytes,
            extrapolation: landscape.law.range.extrapolation(&shape.features()).map(ExtrapolationPart::from),
            confidence: None,
        }
    }
}
