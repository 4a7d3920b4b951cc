//! `roofscape profiles rank`: the board and mode with the least watts that keep the budgets.

use serde::Serialize;

use crate::cli::arch::{self, Asked};
use crate::cli::args::{RankArgs, RowFormat};
use crate::cli::load;
use crate::cli::streams::{Failure, Outcome, Streams};
use crate::cli::table::{Table, write_csv, write_pairs};
use engine::architecture::Architecture;
use engine::budget::{Budgets, Limit};
use engine::error::Error;
use engine::hardware::Hardware;
use engine::precision::Precision;
use engine::roofline::Estimator;
use engine::units;
use engine::what_if::{Contender, Placed, Shortfall, Standing, contenders, rank};
use files::profile::{PowerMode, Profile};
use files::resolve::Library;
use report::body::{Rank, RankedPart};
use report::{Document, Entry, ModelPart, SettingPart, write_json};

/// A board in one of its modes, in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Row {
    profile: String,
    mode: String,
    watts: Option<f64>,
    calibrated: bool,
    verdict: &'static str,
    total_s: Option<f64>,
    prefill_s: Option<f64>,
    tpot_s: Option<f64>,
    memory_bytes: Option<f64>,
    board_memory_bytes: f64,
    /// What it falls short of, in words; empty where it keeps the budgets.
    reason: String,
    /// Whose efficiencies the times rest on; no column.
    #[serde(skip)]
    engine: String,
}

/// Which board in which mode, and whose efficiencies its times rest on.
#[derive(Debug, Clone)]
struct Offered<'a> {
    profile: &'a str,
    mode: &'a str,
    engine: String,
}

impl Row {
    const KEYS: [&'static str; 11] = [
        "profile",
        "mode",
        "watts",
        "calibrated",
        "verdict",
        "total_s",
        "prefill_s",
        "tpot_s",
        "memory_bytes",
        "board_memory_bytes",
        "reason",
    ];

    fn new(offered: &Offered<'_>, board: &Hardware, placed: &Placed, precision: &Precision) -> Self {
        let value = |limit| placed.standing.needs().map(|needs| needs.value(limit)).filter(|value| value.is_finite());
        let (verdict, reason) = match &placed.standing {
            Standing::Meets(_) if placed.watts.is_none() => ("no watts stated", String::new()),
            Standing::Meets(_) => ("meets", String::new()),
            Standing::Fails(_, shortfalls) => {
                ("fails", shortfalls.iter().map(Shortfall::to_string).collect::<Vec<_>>().join(", "))
            }
            Standing::CannotCompute(refusal) => ("cannot compute", refusal.to_string()),
        };
        Self {
            profile: offered.profile.to_owned(),
            mode: offered.mode.to_owned(),
            watts: placed.watts,
            calibrated: !board.efficiency_in(precision).1.is_ideal(),
            verdict,
            total_s: value(Limit::Total),
            prefill_s: value(Limit::Prefill),
            tpot_s: value(Limit::Tpot),
            memory_bytes: value(Limit::Memory),
            board_memory_bytes: board.memory_bytes,
            reason,
            engine: offered.engine.clone(),
        }
    }

    /// What its times rest on.
    const fn rests_on(&self) -> &'static str {
        if self.calibrated { "calibrated by measurements" } else { "on an ideal roofline: real times are longer" }
    }

    /// Its verdict, with the reason where it fails.
    fn in_words(&self) -> String {
        if self.reason.is_empty() { self.verdict.to_owned() } else { format!("{}: {}", self.verdict, self.reason) }
    }
}

pub(super) fn run(args: &RankArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let Asked { shape, model } = arch::asked(&args.shape, library)?;
    for note in model.iter().flat_map(|model| &model.notes) {
        streams.note(Some(note));
    }
    // A broken file of the user's is said, and hides no other.
    let mut profiles: Vec<Profile> = Vec::new();
    for listed in library.profiles() {
        match library.profile(&listed.name) {
            Ok((_, profile)) => profiles.push(profile),
            Err(error) => streams.note(Some(&error.to_string())),
        }
    }
    let precision = args.precision.with_head(args.head).with_kv_cache(args.kv);
    args.workload.answered_by(&precision)?;
    let (names, offers) = offers(&profiles, &precision);
    let estimator = offers.iter().find_map(|offer| Estimator::new(offer, precision, args.workload.workload()).ok());
    let asked = |estimator: Estimator| {
        estimator.with_attention(args.attention.attention).with_prefill_chunk(args.workload.prefill_chunk)
    };
    let Some(estimator) = estimator.map(asked) else {
        let what = format!("no board of the list can compute {}", args.precision.name);
        return Err(Error::new(what).at_column("--precision").into());
    };
    let budgets = load::budgets_anywhere(&args.budgets, &args.workload)?;
    let ranking = rank(&offers, &estimator, &shape, &budgets);
    let row = |placed: &Placed| Row::new(&names[placed.offer], &offers[placed.offer], placed, estimator.precision());
    let rows: Vec<Row> = ranking.iter().map(row).collect();
    let found = ranking.iter().any(|placed| matches!(placed.standing, Standing::Meets(_)));
    let cheapest = ranking.first().filter(|placed| placed.is_in_the_running()).and_then(|_| rows.first()).cloned();
    match args.format {
        RowFormat::Csv => write_csv(&Row::KEYS, &rows, streams.out)?,
        RowFormat::Json => {
            let part = |(placed, row): (&Placed, &Row)| ranked(row, &offers[placed.offer], &estimator, &shape);
            let ranking: Vec<RankedPart> = ranking.iter().zip(&rows).map(part).collect();
            let cheapest = cheapest.and_then(|_| ranking.first().cloned());
            let body = Rank { model: model.as_ref().map(ModelPart::from), cheapest, ranking };
            let setting = SettingPart::default()
                .with_precision(&precision)
                .with_workload(estimator.workload(), estimator.attention())
                .with_budgets(budgets);
            write_json(&Document::new(setting, &[], body), &mut *streams.out)?;
        }
        RowFormat::Table => print(&shape, &estimator, &budgets, (&rows, cheapest.as_ref()), streams)?,
    }
    if found {
        return Ok(Outcome::Found);
    }
    let _ = writeln!(streams.err, "roofscape: no board of the list keeps these budgets");
    Ok(Outcome::NothingFeasible)
}

fn ranked(row: &Row, board: &Hardware, estimator: &Estimator, shape: &Architecture) -> RankedPart {
    let entry = match estimator.on(board) {
        Ok(estimator) => Entry::priced(&estimator, shape, board.memory_bytes),
        Err(_) => Entry::sized(shape),
    };
    RankedPart {
        profile: row.profile.clone(),
        mode: row.mode.clone(),
        engine: row.engine.clone(),
        watts: row.watts,
        calibrated: row.calibrated,
        verdict: row.verdict,
        reason: row.reason.clone(),
        board_memory_bytes: row.board_memory_bytes,
        entry,
    }
}

/// All boards in all modes, with the names of profile and mode. Each board is calibrated where it was measured in the
/// number format, and ideal elsewhere.
fn offers<'a>(profiles: &'a [Profile], precision: &Precision) -> (Vec<Offered<'a>>, Vec<Hardware>) {
    let modes = profiles.iter().flat_map(|profile| profile.modes.iter().map(move |mode| (profile, mode)));
    let all: Vec<(&Profile, &PowerMode, Hardware)> =
        modes.map(|(profile, mode)| (profile, mode, profile.hardware(mode))).collect();
    let entrants: Vec<Contender<'_>> =
        all.iter().map(|(profile, mode, hardware)| profile.contender(mode, hardware, precision)).collect();
    let taken = contenders(&entrants, precision);
    let offer = |place: usize| {
        let (profile, mode, hardware) = &all[place];
        let engine = report::engine(profile, mode, precision);
        (Offered { profile: &profile.name, mode: &mode.name, engine }, hardware.clone())
    };
    taken.into_iter().map(offer).unzip()
}

fn print(
    shape: &Architecture,
    estimator: &Estimator,
    budgets: &Budgets,
    (rows, cheapest): (&[Row], Option<&Row>),
    streams: &mut Streams<'_>,
) -> std::io::Result<()> {
    let limits = budgets.in_words().unwrap_or_else(|| "none but the board's memory".to_owned());
    let answer = match (cheapest, rows.iter().any(|row| row.verdict == "no watts stated")) {
        (Some(row), _) => {
            let watts = units::ratio(row.watts.unwrap_or_default());
            format!("{} {}: {watts} W, {}", row.profile, row.mode, row.rests_on())
        }
        (None, true) => "unknown: no mode that keeps the budgets states its watts".to_owned(),
        (None, false) => "none keeps the budgets".to_owned(),
    };
    let pairs = [
        ("shape", shape.to_string()),
        ("workload", estimator.workload().to_string()),
        ("format", estimator.precision().name.to_owned()),
        ("budgets", limits),
        ("cheapest", answer),
    ];
    write_pairs(streams.out, &pairs)?;
    writeln!(streams.out)?;
    let headings = ["W", "profile", "mode", "total ms", "TTFT ms", "TPOT ms", "GB", "roofline", "verdict"];
    let mut table = Table::new(&headings, &[1, 2, 7, 8]);
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    // Up, as in the verdict: what stands beside `fails: total 210 ms` is 210.
    let up = |value: f64| units::rounded_up(value, 3);
    let milliseconds = |value: Option<f64>| or_dash(value.map(|value_s| units::milliseconds(up(value_s))));
    for row in rows {
        table.row([
            or_dash(row.watts.map(units::ratio)),
            row.profile.clone(),
            row.mode.clone(),
            milliseconds(row.total_s),
            milliseconds(row.prefill_s),
            milliseconds(row.tpot_s),
            or_dash(row.memory_bytes.map(|bytes| units::significant(up(bytes) / 1e9, 3))),
            if row.calibrated { "calibrated" } else { "ideal" }.to_owned(),
            row.in_words(),
        ]);
    }
    table.write(streams.out)?;
    writeln!(streams.out)?;
    let ideal = if estimator.attention().is_least() {
        "times are lower bounds"
    } else {
        "times count scores that an engine can skip, and are no bounds"
    };
    writeln!(streams.out, "ideal: {ideal}; calibrated: as an engine was measured to reach, in place of the ideal row")
}
