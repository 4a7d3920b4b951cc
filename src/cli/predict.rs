//! `roofscape predict`: one architecture in full.

mod modes;

use std::collections::BTreeMap;

use serde::Serialize;

use super::arch::{self, Asked};
use super::args::{BootstrapArgs, PredictArgs, RowFormat};
use super::load::{self, BoardInMode, LoadedLaw};
use super::progress::Progress;
use super::setting;
use super::streams::{Failure, Outcome, Streams};
use super::table::{Table, write_csv, write_pairs};
use engine::architecture::Architecture;
use engine::error::Result;
use engine::law::fit::FitOptions;
use engine::law::{DatasetIdentity, Ensemble, Interval, LossLaw, Terms};
use engine::precision::Precision;
use engine::roofline::{Attention, Bound, Ceiling, Estimator, OperatorCost, Phase, Roofs};
use engine::units::{self, significant};
use engine::what_if::{Elasticities, Resource, Sensitivity, sensitivity};
use engine::workload::Workload;
use files::resolve::Library;
use report::{
    ArchitecturePart, BootstrapPart, ExtrapolationPart, LawPart, ModelPart, ProfilePart, Warning, write_json,
};

#[derive(Debug, Serialize)]
struct Prediction {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelPart>,
    architecture: ArchitecturePart,
    loss: f64,
    loss_terms: Terms,
    /// Null where it is too large for a number, which the warnings then say.
    perplexity: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss_ci: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    perplexity_ci: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap: Option<BootstrapPart>,
    extrapolation: Option<ExtrapolationPart>,
    latency: LatencyPart,
    energy_at_power_budget_j: Option<f64>,
    energy_per_token_at_power_budget_j: Option<f64>,
    /// Only over calibrated times.
    energy_is_upper_bound: Option<bool>,
    memory: MemoryPart,
    parameters: ParametersPart,
    /// Over 10 % more of each.
    sensitivity: SensitivityPart,
    /// ∂ln(time)/∂ln(resource).
    elasticity: Elasticities,
    operators: Vec<OperatorCost>,
    /// By number format: where it turns from memory-bound to compute-bound.
    ridge_flop_per_byte: BTreeMap<&'static str, f64>,
    law: LawPart,
    dataset: Option<DatasetIdentity>,
    profile: ProfilePart,
    #[serde(flatten)]
    precision: Precision,
    workload: Workload,
    attention: Attention,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the key")]
struct LatencyPart {
    prefill_s: f64,
    decode_s: f64,
    total_s: f64,
    tpot_s: f64,
}

#[derive(Debug, Serialize)]
struct MemoryPart {
    total_bytes: f64,
    weights_bytes: f64,
    kv_cache_bytes: f64,
    activations_bytes: f64,
    reserved_bytes: f64,
    board_bytes: f64,
    fits: bool,
}

/// Times with 10 % more of a resource, over those without; null where nothing is generated.
#[derive(Debug, Serialize)]
struct SensitivityPart {
    bandwidth: Option<Sensitivity>,
    compute: Option<Sensitivity>,
}

#[derive(Debug, Serialize)]
struct ParametersPart {
    total: u64,
    active: u64,
}

pub(super) fn run(args: &PredictArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let Asked { shape, model } = arch::asked(&args.shape, library)?;
    let board = load::board(library, &args.board)?;
    let estimator = load::estimator(&board, &args.board, &args.workload, args.attention)?;
    // Intervals are of losses, which no power mode changes.
    let bootstrap = if args.all_modes { BootstrapArgs { bootstrap: Some(0) } } else { args.bootstrap };
    let LoadedLaw { law, ensemble, note, .. } =
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
    if args.all_modes {
        modes::write(&shape, (&law, &board, &estimator), &warnings, args.format, streams)?;
        return Ok(Outcome::Found);
    }
    let loss_ci = ensemble.as_ref().and_then(|laws| law.loss_interval(laws, Ensemble::LEVEL, &shape.features()));
    let prediction = Prediction {
        model: model.as_ref().map(ModelPart::from),
        loss_ci,
        perplexity_ci: loss_ci.map(|interval| interval.map(f64::exp)),
        bootstrap: ensemble.as_ref().map(|laws| BootstrapPart::new(laws, Ensemble::LEVEL)),
        ..predict(&shape, &law, &board, &estimator, &warnings)
    };
    match args.format {
        RowFormat::Json => write_json(&prediction, &mut *streams.out)?,
        RowFormat::Csv => write_csv(&OperatorCost::KEYS, &prediction.operators, streams.out)?,
        RowFormat::Table => {
            let setting = setting::describe(&law, &board, &estimator);
            print((&shape, &estimator), &prediction, setting, streams)?;
        }
    }
    Ok(Outcome::Found)
}

fn predict(
    shape: &Architecture,
    law: &LossLaw,
    board: &BoardInMode,
    estimator: &Estimator,
    warnings: &[Warning],
) -> Prediction {
    let features = shape.features();
    let loss_terms = law.coefficients.terms(&features);
    let loss = loss_terms.loss();
    let latency = estimator.latency(shape);
    let memory = estimator.memory(shape);
    let power = estimator.power();
    let more = |resource| sensitivity(&board.hardware, estimator, shape, resource).ok();
    Prediction {
        model: None,
        architecture: ArchitecturePart::from(shape),
        loss,
        loss_terms,
        perplexity: loss.exp(),
        loss_ci: None,
        perplexity_ci: None,
        bootstrap: None,
        extrapolation: law.range.extrapolation(&features).map(ExtrapolationPart::from),
        latency: LatencyPart {
            prefill_s: latency.prefill_s,
            decode_s: latency.decode_s,
            total_s: latency.total_s(),
            tpot_s: latency.tpot_s(estimator.workload().generated_tokens),
        },
        energy_at_power_budget_j: power.map(|power| power.request_j(latency.total_s())),
        energy_per_token_at_power_budget_j: power.and_then(|power| power.token_j(latency)),
        energy_is_upper_bound: power.map(|power| power.is_upper_bound()),
        memory: MemoryPart {
            total_bytes: memory.total_bytes(),
            weights_bytes: memory.weights_bytes,
            kv_cache_bytes: memory.kv_cache_bytes,
            activations_bytes: memory.activations_bytes,
            reserved_bytes: memory.reserved_bytes,
            board_bytes: board.hardware.memory_bytes,
            fits: memory.total_bytes() <= board.hardware.memory_bytes,
        },
        parameters: ParametersPart { total: shape.parameters_total(), active: shape.parameters_active() },
        sensitivity: SensitivityPart { bandwidth: more(Resource::Bandwidth), compute: more(Resource::Compute) },
        elasticity: Elasticities::of(estimator, shape),
        operators: estimator.breakdown(shape),
        ridge_flop_per_byte: ridges(&Roofs::of(&board.hardware, estimator.precision())),
        law: LawPart::from(law),
        dataset: law.dataset.clone(),
        profile: ProfilePart::new(&board.profile, &board.mode, estimator.precision()),
        precision: *estimator.precision(),
        workload: estimator.workload(),
        attention: estimator.attention(),
        warnings: warnings.iter().map(Warning::to_string).collect(),
    }
}

fn ridges(roofs: &Roofs) -> BTreeMap<&'static str, f64> {
    let ridge = |ceiling: &Ceiling| (ceiling.format.name(), roofs.ridge_flop_per_byte(ceiling));
    roofs.ceilings.iter().map(ridge).collect()
}

fn print(
    (shape, estimator): (&Architecture, &Estimator),
    prediction: &Prediction,
    setting: Vec<setting::Pair>,
    streams: &mut Streams<'_>,
) -> std::io::Result<()> {
    let Prediction { latency, memory, parameters, .. } = prediction;
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
                significant(prediction.loss, 4),
                significant(prediction.perplexity, 4),
                in_words(prediction)
            ),
        ),
        (
            "parameters",
            format!(
                "{}, {} active{}",
                units::parameters(parameters.total),
                units::parameters(parameters.active),
                published(prediction.model.as_ref())
            ),
        ),
        (
            "latency",
            format!(
                "{}: prefill {}, decode {} ({} per token)",
                units::seconds(latency.total_s),
                units::seconds(latency.prefill_s),
                units::seconds(latency.decode_s),
                units::seconds(latency.tpot_s)
            ),
        ),
        ("energy", energy(prediction, estimator)),
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
            format!("{:.1}", operator.seconds / latency.total_s * 100.0),
            bound(operator.bound).to_owned(),
        ]);
    }
    table.write(streams.out)
}

/// `≤ 3.10 J per request, ≤ 194 mJ per generated token: 50 W × calibrated time, an upper bound`; over a time that nobody
/// measured `3.10 J per request, 194 mJ per generated token at the power budget of 50 W and ideal time: no bound`.
fn energy(prediction: &Prediction, estimator: &Estimator) -> String {
    let ProfilePart { name, mode, figures, .. } = &prediction.profile;
    let (Some(power), Some(request_j)) = (estimator.power(), prediction.energy_at_power_budget_j) else {
        return format!("not known: no watts stated for {name} {mode}");
    };
    let (sign, time, watts) = (power.sign(), power.time(), units::ratio(power.watts));
    let per_token = prediction
        .energy_per_token_at_power_budget_j
        .map_or_else(String::new, |token_j| format!(", {sign}{} per generated token", units::joules(token_j)));
    let how = if power.is_upper_bound() {
        format!(": {watts} W × {time}, an upper bound")
    } else {
        format!(" at the power budget of {watts} W and {time}: no bound")
    };
    // A mode without a limit is charged what the module may draw, and the figure says so.
    let note = figures.iter().find(|figure| figure.key == "watts").and_then(|figure| figure.note.as_deref());
    let note = note.map_or_else(String::new, |note| format!(" (watts: {note})"));
    format!("{sign}{} per request{per_token}{how}{note}", units::joules(request_j))
}

/// `bandwidth: total −7.1 %, TTFT −3.4 %; compute: …`.
fn in_percent(part: &SensitivityPart) -> String {
    let words = |name: &str, times: &Option<Sensitivity>| {
        let times = times.as_ref()?;
        let tpot = times.tpot.map_or_else(String::new, |tpot| format!(", TPOT {}", units::percent_response(tpot)));
        let (total, ttft) = (units::percent_response(times.total), units::percent_response(times.ttft));
        Some(format!("{name}: total {total}, TTFT {ttft}{tpot}"))
    };
    let parts = [words("bandwidth", &part.bandwidth), words("compute", &part.compute)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// ` (90 %: 3.21 to 3.25 nats; 200 resamples of the runs by architecture (seed 0))`.
fn in_words(prediction: &Prediction) -> String {
    let (Some(interval), Some(bootstrap)) = (prediction.loss_ci, prediction.bootstrap) else { return String::new() };
    format!(
        " ({:.0} %: {} to {} nats; {})",
        100.0 * bootstrap.level,
        significant(interval.low, 4),
        significant(interval.high, 4),
        bootstrap.sentence()
    )
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
