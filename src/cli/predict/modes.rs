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
use engine::quantity::{Known, Quantity, Unit, Value};
use engine::roofline::Estimator;
use engine::units;
use files::profile::{PowerMode, Profile};
use report::body::{AllModes, ModePart};
use report::{Document, Entry, ModelPart, Warning, engine, write_json};

/// One power mode as columns.
#[derive(Debug)]
struct ModeRow<'a> {
    mode: &'a str,
    watts: Option<f64>,
    sms: Option<f64>,
    gpu_clock_hz: Option<f64>,
    bandwidth_bytes_per_s: f64,
    /// Latencies are not known where the mode cannot compute in the number format, energies without watts neither.
    known: Known<'static>,
    /// On what the times rest: calibrated, extrapolated, given or ideal.
    basis: Option<&'static str>,
}

/// What is compared of the architecture.
const COMPARED: [Quantity; 8] = [
    Quantity::PREFILL,
    Quantity::DECODE,
    Quantity::TOTAL,
    Quantity::TPOT,
    Quantity::TOKENS_PER_S,
    Quantity::ENERGY,
    Quantity::ENERGY_PER_TOKEN,
    Quantity::ENERGY_IS_UPPER_BOUND,
];

/// Columns of CSV.
fn header() -> Vec<&'static str> {
    let of_mode = ["mode", "watts", "sms", "gpu_clock_hz", "bandwidth_bytes_per_s"];
    of_mode.into_iter().chain(COMPARED.map(Quantity::key)).chain(["basis"]).collect()
}

impl<'a> ModeRow<'a> {
    fn new(shape: &Architecture, profile: &Profile, mode: &'a PowerMode, estimator: &Estimator) -> Self {
        let hardware = profile.hardware(mode);
        let estimator = estimator.on(&hardware).ok();
        let sized = Known::sized(shape);
        Self {
            mode: &mode.name,
            watts: hardware.watts,
            sms: mode.sms.as_ref().map(|sms| sms.si),
            gpu_clock_hz: mode.gpu_clock.as_ref().map(|clock| clock.si),
            bandwidth_bytes_per_s: hardware.bandwidth_bytes_per_s,
            known: estimator.map_or(sized, |estimator| sized.on(&estimator)),
            basis: estimator.map(|estimator| hardware.efficiency_in(estimator.precision()).1.name()),
        }
    }

    /// In the order of [`header`].
    fn cells(&self) -> impl Serialize {
        let of_mode = (self.mode, self.watts, self.sms, self.gpu_clock_hz, self.bandwidth_bytes_per_s);
        (of_mode, COMPARED.map(|quantity| quantity.of(&self.known)), self.basis)
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
        mode: row.mode.to_owned(),
        watts: row.watts,
        sms: row.sms,
        gpu_clock_hz: row.gpu_clock_hz,
        bandwidth_bytes_per_s: row.bandwidth_bytes_per_s,
        tokens_per_s: Quantity::TOKENS_PER_S.of(&row.known).number(),
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
    let rows: Vec<ModeRow<'_>> =
        profile.modes.iter().map(|mode| ModeRow::new(shape, profile, mode, estimator)).collect();
    match format {
        RowFormat::Csv => {
            let cells: Vec<_> = rows.iter().map(ModeRow::cells).collect();
            write_csv(&header(), &cells, streams.out)?;
        }
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

fn table(rows: &[ModeRow<'_>]) -> Table {
    const PRINTED: [Quantity; 6] = [
        Quantity::PREFILL,
        Quantity::TPOT,
        Quantity::TOTAL,
        Quantity::TOKENS_PER_S,
        Quantity::ENERGY,
        Quantity::ENERGY_PER_TOKEN,
    ];
    let of_mode = ["mode", "W", "SMs", "GPU MHz", "GB/s"];
    let headings: Vec<&str> = of_mode.into_iter().chain(PRINTED.map(Quantity::column)).chain(["basis"]).collect();
    let mut table = Table::new(&headings, &[0, 11]);
    let plain =
        |value: Option<f64>, scale: f64| value.map_or_else(|| "–".to_owned(), |value| units::ratio(value * scale));
    for row in rows {
        let cell = |quantity: Quantity| {
            let is_bound = Quantity::ENERGY_IS_UPPER_BOUND.of(&row.known) == Value::Flag(true);
            let is_known = quantity.of(&row.known) != Value::Unknown;
            let sign = if quantity.unit() == Unit::Joules && is_bound && is_known { "≤ " } else { "" };
            format!("{sign}{}", quantity.cell(&row.known))
        };
        let of_mode = [
            row.mode.to_owned(),
            plain(row.watts, 1.0),
            plain(row.sms, 1.0),
            row.gpu_clock_hz.map_or_else(|| "–".to_owned(), |clock_hz| format!("{:.0}", clock_hz / 1e6)),
            plain(Some(row.bandwidth_bytes_per_s), 1e-9),
        ];
        table.row(of_mode.into_iter().chain(PRINTED.map(cell)).chain([row.basis.unwrap_or("–").to_owned()]));
    }
    table
}
