//! One line of the frontier, as columns.

use std::io::Write;

use serde::Serialize;

use super::super::streams::Failure;
use super::super::table::{Table, write_csv};
use engine::architecture::Architecture;
use engine::landscape::Landscape;
use engine::reference::ReferenceModel;
use engine::units::{self, significant};
use report::EntryConfidence;

/// One architecture of the frontier, flat so that it is a row of CSV as well.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are columns")]
pub(super) struct Row {
    pub(super) layers: u32,
    pub(super) width: u32,
    pub(super) heads: u32,
    pub(super) head_dim: u32,
    pub(super) kv_heads: u32,
    pub(super) intermediate: u32,
    pub(super) ffn_ratio: f64,
    pub(super) experts: u32,
    pub(super) top_k: u32,
    pub(super) vocab: u32,
    pub(super) tied: bool,
    pub(super) parameters_total: u64,
    pub(super) parameters_active: u64,
    pub(super) loss: f64,
    pub(super) perplexity: f64,
    pub(super) prefill_s: f64,
    pub(super) decode_s: f64,
    pub(super) tpot_s: f64,
    pub(super) total_s: f64,
    pub(super) memory_bytes: f64,
    pub(super) fits_memory: bool,
    pub(super) extrapolated: bool,
    pub(super) energy_at_power_budget_j: Option<f64>,
    pub(super) energy_per_token_at_power_budget_j: Option<f64>,
    pub(super) energy_is_upper_bound: Option<bool>,
}

/// A row with how sure it is, where the runs were resampled: more columns.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) row: Row,
    pub(super) confidence: Option<EntryConfidence>,
}

/// A model beside the frontier.
#[derive(Debug)]
pub(super) struct ModelLine {
    pub(super) name: String,
    pub(super) row: Row,
    pub(super) notes: Vec<String>,
}

impl ModelLine {
    pub(super) fn new(landscape: &Landscape, model: &ReferenceModel, board_memory_bytes: f64) -> Self {
        let ReferenceModel { name, notes, .. } = model.clone();
        Self { name, row: Row::of_model(landscape, model, board_memory_bytes), notes }
    }
}

/// Models for people.
pub(super) fn model_table(lines: &[ModelLine]) -> Table {
    let headings = [
        "model",
        "params M",
        "active M",
        "loss nats",
        "perplexity",
        "TTFT ms",
        "TPOT ms",
        "total ms",
        "memory GB",
        "fits",
        "shape",
    ];
    let mut table = Table::new(&headings, &[0, 9, 10]);
    for ModelLine { name, row, .. } in lines {
        table.row([
            name.clone(),
            significant(row.parameters_total as f64 / 1e6, 4),
            significant(row.parameters_active as f64 / 1e6, 4),
            significant(row.loss, 4),
            significant(row.perplexity, 4),
            significant(row.prefill_s * 1e3, 4),
            significant(row.tpot_s * 1e3, 4),
            significant(row.total_s * 1e3, 4),
            significant(row.memory_bytes / 1e9, 4),
            if row.fits_memory { "yes" } else { "no" }.to_owned(),
            if row.extrapolated { "beyond the law's" } else { "within the law's" }.to_owned(),
        ]);
    }
    table
}

impl Line {
    fn cells(&self) -> impl Serialize {
        (&self.row, self.confidence.as_slice())
    }
}

impl Row {
    /// Of a candidate.
    pub(super) fn new(landscape: &Landscape, index: usize, board_memory_bytes: f64) -> Self {
        let sweep = &landscape.sweep;
        let shape = sweep.architecture(index);
        Self {
            loss: sweep.loss[index],
            perplexity: sweep.perplexity[index],
            prefill_s: sweep.prefill_s[index],
            decode_s: sweep.decode_s[index],
            tpot_s: sweep.tpot_s(index),
            total_s: sweep.total_s[index],
            memory_bytes: sweep.memory_bytes[index],
            fits_memory: sweep.memory_bytes[index] <= board_memory_bytes,
            ..Self::of_shape(landscape, &shape, board_memory_bytes)
        }
    }

    /// Of a model that is no candidate, with its published number of parameters.
    pub(super) fn of_model(landscape: &Landscape, model: &ReferenceModel, board_memory_bytes: f64) -> Self {
        Self {
            parameters_total: model.parameters_total(),
            parameters_active: model.parameters_active(),
            ..Self::of_shape(landscape, &model.architecture, board_memory_bytes)
        }
    }

    fn of_shape(landscape: &Landscape, shape: &Architecture, board_memory_bytes: f64) -> Self {
        let Landscape { estimator, law, .. } = landscape;
        let (features, latency) = (shape.features(), estimator.latency(shape));
        let power = estimator.power();
        let (loss, memory_bytes) = (law.coefficients.loss(&features), estimator.memory(shape).total_bytes());
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
            vocab: shape.vocab,
            tied: shape.tied,
            parameters_total: shape.parameters_total(),
            parameters_active: shape.parameters_active(),
            loss,
            perplexity: loss.exp(),
            prefill_s: latency.prefill_s,
            decode_s: latency.decode_s,
            tpot_s: latency.tpot_s(estimator.workload().generated_tokens),
            total_s: latency.total_s(),
            memory_bytes,
            fits_memory: memory_bytes <= board_memory_bytes,
            extrapolated: law.range.extrapolation(&features).is_some(),
            energy_at_power_budget_j: power.map(|power| power.request_j(latency.total_s())),
            energy_per_token_at_power_budget_j: power.and_then(|power| power.token_j(latency)),
            energy_is_upper_bound: power.map(|power| power.is_upper_bound()),
        }
    }
}

/// [`Row`]'s columns.
const COLUMNS: [&str; 25] = [
    "layers",
    "width",
    "heads",
    "head_dim",
    "kv_heads",
    "intermediate",
    "ffn_ratio",
    "experts",
    "top_k",
    "vocab",
    "tied",
    "parameters_total",
    "parameters_active",
    "loss",
    "perplexity",
    "prefill_s",
    "decode_s",
    "tpot_s",
    "total_s",
    "memory_bytes",
    "fits_memory",
    "extrapolated",
    "energy_at_power_budget_j",
    "energy_per_token_at_power_budget_j",
    "energy_is_upper_bound",
];

/// Those of [`EntryConfidence`].
const CONFIDENCE_COLUMNS: [&str; 6] =
    ["frontier_probability", "robust", "loss_ci_low", "loss_ci_high", "perplexity_ci_low", "perplexity_ci_high"];

/// How confidence changes the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    Plain,
    WithConfidence,
}

/// Below a header that depends on what is known, not on whether there are rows.
pub(super) fn csv(rows: &[Line], columns: Columns, out: &mut dyn Write) -> Result<(), Failure> {
    let mut header = COLUMNS.to_vec();
    if columns == Columns::WithConfidence {
        header.extend(CONFIDENCE_COLUMNS);
    }
    let cells: Vec<_> = rows.iter().map(Line::cells).collect();
    write_csv(&header, &cells, out)
}

/// For people.
pub(super) fn table(rows: &[Line]) -> Table {
    let mut headings = vec![
        "layers",
        "width",
        "heads",
        "head dim",
        "KV heads",
        "FFN ratio",
        "experts",
        "top k",
        "params M",
        "active M",
        "loss nats",
        "perplexity",
        "TTFT ms",
        "decode ms",
        "TPOT ms",
        "total ms",
        "memory GB",
        "fits",
    ];
    let has_energy = rows.iter().any(|line| line.row.energy_at_power_budget_j.is_some());
    if has_energy {
        let is_bound = rows.iter().any(|line| line.row.energy_is_upper_bound == Some(true));
        headings.push(if is_bound { "≤ J" } else { "J" });
    }
    if rows.iter().any(|line| line.confidence.is_some()) {
        headings.extend(["on frontier %", "loss ±"]);
    }
    let mut table = Table::new(&headings, &[17]);
    for Line { row, confidence } in rows {
        let mut cells = vec![
            row.layers.to_string(),
            row.width.to_string(),
            row.heads.to_string(),
            row.head_dim.to_string(),
            row.kv_heads.to_string(),
            units::ratio(row.ffn_ratio),
            row.experts.to_string(),
            row.top_k.to_string(),
            significant(row.parameters_total as f64 / 1e6, 4),
            significant(row.parameters_active as f64 / 1e6, 4),
            significant(row.loss, 4),
            significant(row.perplexity, 4),
            significant(row.prefill_s * 1e3, 4),
            significant(row.decode_s * 1e3, 4),
            significant(row.tpot_s * 1e3, 4),
            significant(row.total_s * 1e3, 4),
            significant(row.memory_bytes / 1e9, 4),
            if row.fits_memory { "yes" } else { "no" }.to_owned(),
        ];
        if has_energy {
            cells.push(row.energy_at_power_budget_j.map_or_else(|| "–".to_owned(), |joules| significant(joules, 4)));
        }
        if let Some(confidence) = confidence {
            cells.push(format!("{:.0}", 100.0 * confidence.frontier_probability));
            cells.push(significant(confidence.loss_ci.half_width(), 2));
        }
        table.row(cells);
    }
    table
}
