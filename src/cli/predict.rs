//! `roofscape predict`: one architecture in full.

mod modes;

use std::collections::BTreeMap;

use super::arch::{self, Asked};
use super::args::{BootstrapArgs, PredictArgs, RowFormat};
use super::load::{self, BoardInMode, LoadedLaw};
use super::progress::Progress;
use super::setting;
use super::streams::{Failure, Outcome, Streams};
use super::table::{Table, write_csv, write_pairs};
use engine::architecture::Architecture;
use engine::energy::PowerBudget;
use engine::error::{Error, Result};
use engine::law::fit::FitOptions;
use engine::law::{Evidence, Interval, LossLaw};
use engine::precision::{Precision, Storage};
use engine::quantity::Quantity;
use engine::reference::ReferenceModel;
use engine::roofline::{Bound, Ceiling, Estimator, OperatorCost, Phase, PrefillChunk, Roofs};
use engine::units::{self, significant};
use engine::what_if::{Elasticities, Resource, Sensitivity, sensitivity};
use files::resolve::Library;
use report::body::{MeasuredEnergy, Predict, SensitivityPart};
use report::{BootstrapPart, Document, Entry, MemoryPart, ModelPart, Reason, SettingPart, Warning, write_json};

pub(super) fn run(args: &PredictArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let Asked { shape, mut model } = arch::asked(&args.shape, library)?;
    let board = load::board(library, &args.board)?;
    let precision = number_format(args, model.as_mut());
    let estimator = load::estimator_in(&board, precision, &args.workload, args.attention)
        .map_err(|error| with_a_way_on(error, &precision, &board))?;
    // Intervals are of losses, which no power mode changes.
    let bootstrap = if args.all_modes { BootstrapArgs { bootstrap: Some(0) } } else { args.bootstrap };
    let LoadedLaw { law, evidence, note, .. } =
        load::law(library, &args.law, &FitOptions::DEFAULT, bootstrap, &Progress::new("resampling the runs"))?;
    let law = law.in_format(estimator.precision());
    let mut warnings = Warning::of_architecture(&shape, &law, &board.profile, &board.mode, &estimator);
    if args.all_modes {
        warnings.retain(|warning| !matches!(warning, Warning::OtherMode { .. }));
        warnings.extend(Warning::of_modes(&board.profile, &board.profile.modes, estimator.precision()));
    }
    streams.note_reading(&law);
    streams.note(note.as_deref());
    streams.warn(&warnings);
    let model = model.as_ref().map(ModelPart::from);
    if args.all_modes {
        modes::write((&shape, model), (&law, &board, &estimator), &warnings, args.format, streams)?;
        return Ok(Outcome::Found);
    }
    let prediction = Predict { model, ..predict(&shape, (&law, evidence.as_ref()), &board, &estimator) };
    match args.format {
        RowFormat::Json => {
            let setting = json_setting(&law, &board, &estimator);
            write_json(&Document::new(setting, &warnings, prediction), &mut *streams.out)?;
        }
        RowFormat::Csv => write_csv(&OperatorCost::KEYS, &prediction.operators, streams.out)?,
        RowFormat::Table => {
            let setting = setting::describe(&law, &board, &estimator);
            print((&shape, &board, &estimator), &prediction, setting, streams)?;
        }
    }
    Ok(Outcome::Found)
}

/// The format that was typed, else that of the model's file, else 16 bit. The model's notes say which.
fn number_format(args: &PredictArgs, model: Option<&mut ReferenceModel>) -> Precision {
    let Some((model, own)) = model.and_then(|model| model.format.clone().map(|own| (model, own))) else {
        return args.board.number_format();
    };
    let (precision, is_own) = args.board.number_format_of(&own.precision);
    if is_own {
        model.say_own_format_is_taken();
    }
    precision
}

/// The refusal of a format that a file has and the board cannot compute. Runtimes then expand the weights to 16 bit, at the
/// bytes of the nearest format that does so.
fn with_a_way_on(error: Error, precision: &Precision, board: &BoardInMode) -> Error {
    if precision.file.is_none() || board.hardware.rate_flops_per_s(precision.compute).is_some() {
        return error;
    }
    let nearest = if precision.weights.bytes < Storage::INT8.bytes { "w4a16" } else { "w8a16" };
    error.hint(format!(
        "{} is the format of the model's file; with weights of nearly the same size that are expanded to 16 bit: --precision \
         {nearest} --head {}",
        precision.name, precision.head.name
    ))
}

/// What the numbers are of, in a document.
fn json_setting(law: &LossLaw, board: &BoardInMode, estimator: &Estimator) -> SettingPart {
    let setting = SettingPart::default().with_law(law);
    setting.with_board(&board.profile, &board.mode, estimator.precision()).with_estimator(estimator)
}

fn predict(
    shape: &Architecture,
    (law, evidence): (&LossLaw, Option<&Evidence>),
    board: &BoardInMode,
    estimator: &Estimator,
) -> Predict {
    let board_memory_bytes = board.hardware.memory_bytes;
    let more = |resource| sensitivity(&board.hardware, estimator, shape, resource).ok();
    let loss_terms = law.coefficients.terms(&shape.features());
    let entry = Entry::priced(estimator, shape, board_memory_bytes).under(law, shape);
    let entry = evidence.map_or(entry, |evidence| entry.with_evidence(law, evidence, shape));
    Predict {
        model: None,
        entry: Entry { predictions: entry.predictions.with_loss(loss_terms.loss()), ..entry },
        loss_terms,
        bootstrap: evidence.map(|evidence| BootstrapPart::new(&evidence.ensemble, Evidence::LEVEL)),
        memory: MemoryPart::new(&estimator.memory(shape), board_memory_bytes),
        sensitivity: SensitivityPart { bandwidth: more(Resource::Bandwidth), compute: more(Resource::Compute) },
        elasticity: Elasticities::of(estimator, shape),
        operators: estimator.breakdown(shape),
        ridge_flop_per_byte: ridges(&Roofs::of(&board.hardware, estimator.precision())),
        measured_energy: measured_energy(shape, board, estimator),
    }
}

/// By the power that the calibration measured in this mode.
fn measured_energy(shape: &Architecture, board: &BoardInMode, estimator: &Estimator) -> Option<MeasuredEnergy> {
    let power = board.profile.calibration.as_ref()?.power_in(&board.mode.name)?;
    let latency = estimator.latency(shape);
    let (_, basis) = board.hardware.efficiency_in(estimator.precision());
    let drawn = PowerBudget::new(power.watts.si, estimator.workload(), basis);
    Some(MeasuredEnergy {
        watts: power.watts.si,
        low_watts: power.low_watts,
        high_watts: power.high_watts,
        request_j: drawn.request_j(latency.total_s()),
        token_j: drawn.token_j(latency),
    })
}

/// `; 0.80 J per generated token by the 11.2 W that were measured (9.8 to 12.1 W)`.
fn by_measured_power(energy: &MeasuredEnergy) -> String {
    let MeasuredEnergy { watts, low_watts, high_watts, request_j, token_j } = *energy;
    let token =
        token_j.map_or_else(String::new, |token_j| format!(" and {} per generated token", units::joules(token_j)));
    let [watts, low, high] = [watts, low_watts, high_watts].map(|watts| significant(watts, 3));
    format!("; {} per request{token} by the {watts} W that were measured ({low} to {high} W)", units::joules(request_j))
}

fn ridges(roofs: &Roofs) -> BTreeMap<&'static str, f64> {
    let ridge = |ceiling: &Ceiling| (ceiling.format.name(), roofs.ridge_flop_per_byte(ceiling));
    roofs.ceilings.iter().map(ridge).collect()
}

fn print(
    (shape, board, estimator): (&Architecture, &BoardInMode, &Estimator),
    prediction: &Predict,
    setting: Vec<setting::Pair>,
    streams: &mut Streams<'_>,
) -> std::io::Result<()> {
    let Predict { memory, loss_terms, .. } = prediction;
    let (latency, loss) = (estimator.latency(shape), loss_terms.loss());
    let mut pairs = Vec::new();
    if let Some(model) = &prediction.model {
        pairs.push(("model", format!("{} ({}), shape {}; {}", model.name, model.family, model.shape, model.source)));
        pairs.extend(model.notes.iter().map(|note| ("note", note.clone())));
    }
    pairs.push(("shape", shape.to_string()));
    pairs.extend(setting);
    pairs.extend([
        (
            "loss",
            format!(
                "{} nats per token, perplexity {}{}",
                significant(loss, 4),
                significant(loss.exp(), 4),
                in_words(prediction)
            ),
        ),
        (
            "parameters",
            format!(
                "{}, {} active{}",
                units::parameters(shape.parameters_total()),
                units::parameters(shape.parameters_active()),
                published(prediction.model.as_ref())
            ),
        ),
        (
            "latency",
            match latency.tpot_s(estimator.workload().generated_tokens) {
                Some(tpot_s) => format!(
                    "{}: prefill {}, decode {} ({} per token)",
                    units::seconds(latency.total_s()),
                    units::seconds(latency.prefill_s),
                    units::seconds(latency.decode_s),
                    units::seconds(tpot_s)
                ),
                None => format!("{}: prefill alone, nothing is generated", units::seconds(latency.total_s())),
            },
        ),
        ("energy", energy(prediction, board, estimator)),
        ("+10 % of", in_percent(&prediction.sensitivity)),
        (
            "memory",
            format!(
                "{} of {}: weights {}, KV cache {}, activations {}, reserved {}",
                units::bytes(memory.total_bytes),
                units::bytes(memory.board_bytes),
                units::bytes(memory.weights_bytes),
                units::bytes(memory.kv_cache_bytes),
                units::bytes(memory.activations_bytes),
                units::bytes(memory.reserved_bytes)
            ),
        ),
    ]);
    pairs.extend(in_pieces(shape, estimator).map(|words| ("in pieces", words)));
    write_pairs(streams.out, &pairs)?;
    writeln!(streams.out)?;
    let headings = ["phase", "operator", "count", "GFLOP", "MB", "ms", "share %", "bound"];
    let mut table = Table::new(&headings, &[0, 1, 7]);
    for operator in &prediction.operators {
        table.row([
            phase(operator.phase).to_owned(),
            operator.name.to_owned(),
            operator.count.to_string(),
            significant(operator.phase_flops / 1e9, 4),
            significant(operator.phase_bytes / 1e6, 4),
            significant(operator.seconds * 1e3, 4),
            format!("{:.1}", operator.seconds / latency.total_s() * 100.0),
            bound(operator.bound).to_owned(),
        ]);
    }
    table.write(streams.out)
}

/// What a long prompt needs where it passes in pieces, as engines pass it; nothing where it does so already.
fn in_pieces(shape: &Architecture, estimator: &Estimator) -> Option<String> {
    const PIECE_TOKENS: u32 = 2048;
    let is_whole = estimator.prefill_chunk_tokens().is_none();
    if !is_whole || estimator.workload().prompt_tokens <= PIECE_TOKENS {
        return None;
    }
    let there = estimator.with_prefill_chunk(Some(PrefillChunk::Tokens(PIECE_TOKENS)));
    let (memory, latency) = (there.memory(shape), there.latency(shape));
    Some(format!(
        "--prefill-chunk {PIECE_TOKENS}: {} with activations of {}; prefill {}",
        units::bytes(memory.total_bytes()),
        units::bytes(memory.activations_bytes),
        units::seconds(latency.prefill_s)
    ))
}

/// `≤ 3.10 J per request, ≤ 194 mJ per generated token: 50 W × calibrated time, an upper bound`; over a time that nobody
/// measured `3.10 J per request, 194 mJ per generated token at the power budget of 50 W and ideal time: no bound`.
fn energy(prediction: &Predict, board: &BoardInMode, estimator: &Estimator) -> String {
    let predicted = |quantity| prediction.entry.predictions.number(quantity);
    let measured = prediction.measured_energy.as_ref().map_or_else(String::new, by_measured_power);
    let (Some(power), Some(request_j)) = (estimator.power(), predicted(Quantity::ENERGY)) else {
        return format!("not known: no watts stated for {} {}{measured}", board.profile.name, board.mode.name);
    };
    let (sign, time, watts) = (power.sign(), power.time(), units::ratio(power.watts));
    let per_token = predicted(Quantity::ENERGY_PER_TOKEN)
        .map_or_else(String::new, |token_j| format!(", {sign}{} per generated token", units::joules(token_j)));
    let how = if power.is_upper_bound() {
        format!(": {watts} W × {time}, an upper bound")
    } else {
        format!(" at the power budget of {watts} W and {time}: no bound")
    };
    // A mode without a limit is charged what the module may draw, and the figure says so.
    let note = board.mode.watts.as_ref().and_then(|figure| figure.note.as_deref());
    let note = note.map_or_else(String::new, |note| format!(" (watts: {note})"));
    format!("{sign}{} per request{per_token}{how}{note}{measured}", units::joules(request_j))
}

/// `bandwidth: total −7.1 %, TTFT −3.4 %; compute: …`.
fn in_percent(part: &SensitivityPart) -> String {
    let words = |name: &str, times: &Option<Sensitivity>| {
        let times = times.as_ref()?;
        let tpot = times.tpot.map_or_else(String::new, |tpot| format!(", TPOT {}", units::percent_change(tpot)));
        let (total, ttft) = (units::percent_change(times.total), units::percent_change(times.ttft));
        Some(format!("{name}: total {total}, TTFT {ttft}{tpot}"))
    };
    let parts = [words("bandwidth", &part.bandwidth), words("compute", &part.compute)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// ` (90 % of unseen runs: 3.15 to 3.31 nats; resampling alone: 3.21 to 3.25, 200 resamples …)`.
fn in_words(prediction: &Predict) -> String {
    let (Some(bootstrap), entry) = (prediction.bootstrap, &prediction.entry) else { return String::new() };
    let ends = |interval: Interval| format!("{} to {}", significant(interval.low, 4), significant(interval.high, 4));
    let level = 100.0 * bootstrap.level;
    let unseen = match (entry.intervals.and_then(|intervals| intervals.loss), entry.intervals_reason) {
        (Some(interval), _) => format!("{level:.0} % of unseen runs: {} nats", ends(interval)),
        (None, Some(Reason(reason))) => return format!(" (no interval: {reason})"),
        (None, None) => return String::new(),
    };
    let alone = entry.resampling_intervals.and_then(|intervals| intervals.loss);
    let alone = alone.map_or_else(String::new, |interval| format!("; resampling alone: {}", ends(interval)));
    format!(" ({unseen}{alone}, {})", bootstrap.sentence())
}

/// `; 494,032,768 with the biases and norms of its family`.
fn published(model: Option<&ModelPart>) -> String {
    model.map_or_else(String::new, |model| {
        format!("; {} with the biases and norms of its family", units::count(model.parameters_total as usize))
    })
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Prefill => "prefill",
        Phase::Decode => "decode",
    }
}

const fn bound(bound: Bound) -> &'static str {
    match bound {
        Bound::Compute => "compute",
        Bound::Memory => "memory",
    }
}
