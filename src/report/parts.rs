//! Law and board in a document, with what makes their numbers citable.

use schemars::JsonSchema;
use serde::Serialize;

use engine::law::{Coefficients, FitQuality, FittedRange, LossLaw};
use engine::precision::Precision;
use engine::sharing::Others;
use engine::what_if::Scaling;
use files::profile::{Figure, PowerMode, Profile};

/// The law with its pedigree.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
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
            tokens: law.coefficients.tokens_stated(),
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
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProfilePart {
    /// As typed on the command line.
    pub name: String,
    /// As its maker calls it.
    pub title: String,
    /// How the board is imagined otherwise: rates, bandwidth and memory here are those of no board that there is, the
    /// figures are the real one's. Null where nothing is imagined.
    pub what_if: Option<Scaling>,
    /// What others take of it: rates, bandwidth and memory here are what they leave. Null where nothing else runs.
    pub others: Option<Others>,
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
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
            what_if: Some(profile.what_if).filter(|what_if| !what_if.is_none()),
            others: Some(profile.others).filter(|others| !others.is_none()),
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
