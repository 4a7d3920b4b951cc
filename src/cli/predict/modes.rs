//! `roofscape predict --all-modes`: one architecture in every power mode of a board, to compare what the watts buy.

use serde::Serialize;

use super::super::load::BoardInMode;
use super::super::setting;
use super::super::streams::{Failure, Streams};
use super::super::table::{Table, write_csv, write_pairs};
use super::json_setting;
use crate::cli::args::RowFormat;
use engine::architecture::Architecture;
use engine::law::LossLaw;
use engine::roofline::Estimator;
use engine::units::{self, significant};
use files::profile::{PowerMode, Profile};
use report::body::{AllModes, ModePart};
use report::{Document, Entry, ModelPart, Warning, engine, write_json};

/// One power mode as columns; latencies are empty where it cannot compute in the number format, energies without watts too.
#[derive(Debug, Serialize)]
struct ModeRow {
    mode: String,
    watts: Option<f64>,
    sms: Option<f64>,
    gpu_clock_hz: Option<f64>,
    bandwidth_bytes_per_s: f64,
    prefill_s: Option<f64>,
    decode_s: Option<f64>,
    total_s: Option<f64>,
    tpot_s: Option<f64>,
    tokens_per_s: Option<f64>,
    energy_at_power_budget_j: Option<f64>,
    energy_per_token_at_power_budget_j: Option<f64>,
    energy_is_upper_bound: Option<bool>,
    /// On what the times rest: calibrated, extrapolated, given or ideal.
    basis: Option<&'static str>,
}

const COLUMNS: [&str; 14] = [
    "mode",
    "watts",
    "sms",
    "gpu_clock_hz",
    "bandwidth_bytes_per_s",
    "prefill_s",
    "decode_s",
    "total_s",
    "tpot_s",
    "tokens_per_s",
    "energy_at_power_budget_j",
    "energy_per_token_at_power_budget_j",
    "energy_is_upper_bound",
    "basis",
];

impl ModeRow {
    fn new(shape: &Architecture, profile: &Profile, mode: &PowerMode, estimator: &Estimator) -> Self {
        let hardware = profile.hardware(mode);
        let priced = estimator.on(&hardware).ok().map(|estimator| (estimator, estimator.latency(shape)));
        let latency = priced.map(|(_, latency)| latency);
        let power = priced.and_then(|(estimator, latency)| Some((estimator.power()?, latency)));
        let generated_tokens = estimator.workload().generated_tokens;
        Self {
            mode: mode.name.clone(),
            watts: hardware.watts,
            sms: mode.sms.as_ref().map(|sms| sms.si),
            gpu_clock_hz: mode.gpu_clock.as_ref().map(|clock| clock.si),
            bandwidth_bytes_per_s: hardware.bandwidth_bytes_per_s,
            prefill_s: latency.map(|latency| latency.prefill_s),
            decode_s: latency.map(|latency| latency.decode_s),
            total_s: latency.map(|latency| latency.total_s()),
            tpot_s: latency.map(|latency| latency.tpot_s(generated_tokens)),
            tokens_per_s: priced.and_then(|(estimator, latency)| estimator.tokens_per_s(latency)),
            energy_at_power_budget_j: power.map(|(power, latency)| power.request_j(latency.total_s())),
            energy_per_token_at_power_budget_j: power.and_then(|(power, latency)| power.token_j(latency)),
            energy_is_upper_bound: power.map(|(power, _)| power.is_upper_bound()),
            basis: priced.map(|(estimator, _)| hardware.efficiency_in(estimator.precision()).1.name()),
        }
    }
}

fn mode_part(
    shape: &Architecture,
    (law, profile, mode): (&LossLaw, &Profile, &PowerMode),
    estimator: &Estimator,
) -> ModePart {
    let hardware = profile.hardware(mode);
    let priced = estimator.on(&hardware).ok();
    let entry =
        priced.map_or_else(|| Entry::sized(shape), |estimator| Entry::priced(&estimator, shape, hardware.memory_bytes));
    let row = ModeRow::new(shape, profile, mode, estimator);
    ModePart {
        mode: row.mode,
        watts: row.watts,
        sms: row.sms,
        gpu_clock_hz: row.gpu_clock_hz,
        bandwidth_bytes_per_s: row.bandwidth_bytes_per_s,
        tokens_per_s: row.tokens_per_s,
        basis: row.basis,
        engine: priced.map(|estimator| engine(profile, mode, estimator.precision())),
        entry: entry.under(law, shape),
    }
}

/// Writes one row per mode of the board's profile.
pub(super) fn write(
    (shape, model): (&Architecture, Option<ModelPart>),
    (law, board, estimator): (&LossLaw, &BoardInMode, &Estimator),
    warnings: &[Warning],
    format: RowFormat,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let profile = &board.profile;
    let rows: Vec<ModeRow> = profile.modes.iter().map(|mode| ModeRow::new(shape, profile, mode, estimator)).collect();
    match format {
        RowFormat::Csv => write_csv(&COLUMNS, &rows, streams.out)?,
        RowFormat::Table => {
            let mut pairs = vec![("shape", shape.to_string())];
            pairs.extend(setting::describe(law, board, estimator));
            pairs.push((
                "energy",
                "watts of the mode × time: where that is calibrated an upper bound (≤), elsewhere no bound".to_owned(),
            ));
            write_pairs(streams.out, &pairs)?;
            writeln!(streams.out)?;
            table(&rows).write(streams.out)?;
        }
        RowFormat::Json => {
            let parts = profile.modes.iter().map(|mode| mode_part(shape, (law, profile, mode), estimator)).collect();
            let entry = Entry::priced(estimator, shape, board.hardware.memory_bytes).under(law, shape);
            let body = AllModes { model, entry, modes: parts };
            write_json(&Document::new(json_setting(law, board, estimator), warnings, body), &mut *streams.out)?;
        }
    }
    Ok(())
}

fn table(rows: &[ModeRow]) -> Table {
    let headings =
        ["mode", "W", "SMs", "GPU MHz", "GB/s", "TTFT ms", "TPOT ms", "total ms", "tokens/s", "J", "J/token", "basis"];
    let mut table = Table::new(&headings, &[0, 11]);
    let cell =
        |value: Option<f64>, scale: f64| value.map_or_else(|| "–".to_owned(), |value| significant(value * scale, 4));
    let plain =
        |value: Option<f64>, scale: f64| value.map_or_else(|| "–".to_owned(), |value| units::ratio(value * scale));
    let joules = |row: &ModeRow, value: Option<f64>| {
        let sign = if row.energy_is_upper_bound == Some(true) { "≤ " } else { "" };
        value.map_or_else(|| "–".to_owned(), |value| format!("{sign}{}", significant(value, 4)))
    };
    for row in rows {
        table.row([
            row.mode.clone(),
            plain(row.watts, 1.0),
            plain(row.sms, 1.0),
            row.gpu_clock_hz.map_or_else(|| "–".to_owned(), |clock_hz| format!("{:.0}", clock_hz / 1e6)),
            plain(Some(row.bandwidth_bytes_per_s), 1e-9),
            cell(row.prefill_s, 1e3),
            cell(row.tpot_s, 1e3),
            cell(row.total_s, 1e3),
            cell(row.tokens_per_s, 1.0),
            joules(row, row.energy_at_power_budget_j),
            joules(row, row.energy_per_token_at_power_budget_j),
            row.basis.unwrap_or("–").to_owned(),
        ]);
    }
    table
}
