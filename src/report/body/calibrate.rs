//! What an engine reaches on a board, from measured times.

use schemars::JsonSchema;
use serde::Serialize;

use crate::document::Body;
use engine::roofline::Phase;

/// `roofscape calibrate`. Without `--profile` every pair of engine and board has its summary, and nothing else is said.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Calibrate {
    /// One line for each engine, board and group of number formats.
    pub summary: Vec<SummaryPart>,
    /// The fitted numbers of one pair; null of many.
    pub parameters: Option<Vec<FittedNumber>>,
    /// Predicted against measured, row by row, of one pair; null of many.
    pub rows: Option<Vec<RowPart>>,
    /// Rows that were not used, of one pair; null of many.
    pub left_out: Option<Vec<LeftOut>>,
    /// What the board drew, by power mode, of one pair; empty where no log was given, null of many.
    pub power: Option<Vec<PowerPart>>,
}

impl Body for Calibrate {
    const COMMAND: &'static str = "calibrate";
}

/// One group of formats, or a pair without any.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SummaryPart {
    /// The engine.
    pub engine: String,
    /// The board's profile.
    pub board: String,
    /// Number formats that were measured together.
    pub formats: Vec<&'static str>,
    /// Models that ran.
    pub models: usize,
    /// Which differ in more than the names of models.
    pub shapes: usize,
    /// Errors in decode.
    pub decode: PhaseErrors,
    /// Errors in prefill.
    pub prefill: PhaseErrors,
    /// What nobody says of the rows, and what was taken.
    pub assumptions: Vec<String>,
    /// What is to be said of it.
    pub remarks: Vec<String>,
}

/// Errors as shares of the measured time; null where there is no such prediction.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the keys say which prediction and which error")]
pub struct PhaseErrors {
    pub rows: usize,
    pub ideal_median_error: Option<f64>,
    pub ideal_worst_error: Option<f64>,
    pub fitted_median_error: Option<f64>,
    pub fitted_worst_error: Option<f64>,
    pub left_out_median_error: Option<f64>,
    pub left_out_worst_error: Option<f64>,
}

/// One fitted number.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FittedNumber {
    /// The number formats that it holds for.
    pub formats: Vec<&'static str>,
    /// Which.
    pub symbol: &'static str,
    /// In SI units, or a share.
    pub value: f64,
    /// The smallest that describes the rows as well.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// Whether the rows fix it, in words.
    pub standing: &'static str,
}

/// One measured time and its predictions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RowPart {
    /// Prefill or decode.
    pub phase: Phase,
    /// The model that ran.
    pub model: String,
    /// Its number format.
    pub precision: &'static str,
    /// The power mode.
    pub mode: String,
    /// Of the prompt in prefill; looked back on in decode, on average.
    pub tokens: f64,
    /// What was measured.
    pub measured_s: f64,
    /// By the ideal roofline.
    pub ideal_s: f64,
    /// By the fit; null where there is none.
    pub calibrated_s: Option<f64>,
    /// By a fit that this model took no part in; null where that is not possible.
    pub left_out_s: Option<f64>,
    /// File and line.
    pub origin: String,
    /// What a token cost by the logged power; null where no log is of the row's power mode.
    pub energy: Option<RowEnergy>,
}

/// Energy of one token of the prompt or of the generation: power times measured time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct RowEnergy {
    /// By the mean power, J.
    pub token_j: f64,
    /// By the power that a tenth of the samples are below, J.
    pub low_j: f64,
    /// By the power that a tenth of the samples are above, J.
    pub high_j: f64,
    /// By the power budget of the mode, a bound, J; null where it states none.
    pub budget_j: Option<f64>,
}

/// What the board drew in one power mode while it computed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PowerPart {
    /// The power mode.
    pub mode: String,
    /// Mean, W.
    pub watts: f64,
    /// A tenth of the samples are below, W.
    pub low_watts: f64,
    /// A tenth of the samples are above, W.
    pub high_watts: f64,
    /// The power budget of the mode, W; null where it states none.
    pub budget_watts: Option<f64>,
    /// Samples while it computed.
    pub busy_samples: usize,
    /// All samples of the log.
    pub samples: usize,
    /// The rails that were summed.
    pub rails: Vec<String>,
    /// The log.
    pub source: String,
    /// Why it may be of another power mode; null where nothing says so.
    pub doubt: Option<String>,
}

/// A row that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOut {
    /// File and line.
    pub origin: String,
    /// Why.
    pub reason: String,
}
