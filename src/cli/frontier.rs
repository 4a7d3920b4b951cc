//! `roofscape frontier`: what a space offers within the budgets, best trade-offs only.

use serde::Serialize;

use super::args::{FrontierArgs, RowFormat, SweepArgs};
use super::load::{self, BoardInMode};
use super::table::{Table, write_csv, write_pairs};
use super::{Failure, Outcome, Streams, setting};
use crate::engine::budget::{Budgets, Limit, Loosening};
use crate::engine::landscape::Landscape;
use crate::engine::law::DatasetIdentity;
use crate::engine::precision::Precision;
use crate::engine::roofline::Attention;
use crate::engine::workload::{Objective, Workload};
use crate::error::{Error, Result};
use crate::files::export::{LawPart, ProfilePart, View, Warning, write_json};
use crate::files::resolve::Library;
use crate::files::toml_source::shown;
use crate::units::{self, significant};

/// A space that has been priced, with what limits it.
pub(super) struct Priced {
    pub(super) landscape: Landscape,
    board: BoardInMode,
    space: String,
    objective: Objective,
    budgets: Budgets,
}

impl Priced {
    pub(super) fn new(args: &SweepArgs, library: &Library) -> Result<Self> {
        let board = load::board(library, &args.board)?;
        let estimator = load::estimator(&board, &args.board, &args.workload, args.attention)?;
        let space = library.space(&args.space.space)?;
        let law = load::law(library, &args.law)?;
        Ok(Self {
            landscape: Landscape::new(&space, law, estimator),
            board,
            space: space.name,
            objective: args.objective,
            budgets: args.budgets.budgets(),
        })
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            landscape: &self.landscape,
            profile: &self.board.profile,
            mode: &self.board.mode,
            space: &self.space,
            objective: self.objective,
            budgets: &self.budgets,
        }
    }

    /// With nothing feasible, says on stderr which budget to loosen and by how much.
    pub(super) fn outcome(&self, feasible: usize, streams: &mut Streams<'_>) -> Outcome {
        if feasible > 0 {
            return Outcome::Found;
        }
        let message = match self.budgets.loosening(&self.landscape.sweep) {
            Some(loosening) => {
                Error::new(format!("nothing feasible: {loosening}")).hint(options_that_suffice(&loosening))
            }
            None => Error::new("nothing feasible: the space has no candidates"),
        };
        // Nobody can be told that stderr is closed.
        let _ = writeln!(streams.err, "roofscape: {message}");
        Outcome::NothingFeasible
    }
}

/// `--max-total 112.4ms, or --max-memory 9.101GB`, rounded up so that they do suffice.
fn options_that_suffice(loosening: &Loosening) -> String {
    let (needs, joint) = match loosening {
        Loosening::Any(needs) => (needs, ", or "),
        Loosening::Together(needs) => (needs, " "),
    };
    let options: Vec<String> = needs.iter().map(|&(limit, needed)| option(limit, needed)).collect();
    options.join(joint)
}

fn option(limit: Limit, needed: f64) -> String {
    let (name, scale, unit) = match limit {
        Limit::Total => ("--max-total", 1e3, "ms"),
        Limit::Prefill => ("--max-prefill", 1e3, "ms"),
        Limit::Tpot => ("--max-tpot", 1e3, "ms"),
        Limit::Memory => ("--max-memory", 1e-9, "GB"),
    };
    format!("{name} {}{unit}", significant(units::rounded_up(needed * scale, 3), 3))
}

/// One architecture of the frontier, flat so that it is a row of CSV as well.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are columns")]
struct Row {
    layers: u32,
    width: u32,
    heads: u32,
    head_dim: u32,
    kv_heads: u32,
    intermediate: u32,
    ffn_ratio: f64,
    experts: u32,
    top_k: u32,
    vocab: u32,
    tied: bool,
    parameters_total: u64,
    parameters_active: u64,
    loss: f64,
    perplexity: f64,
    prefill_s: f64,
    decode_s: f64,
    tpot_s: f64,
    total_s: f64,
    memory_bytes: f64,
    fits_memory: bool,
    extrapolated: bool,
}

impl Row {
    fn new(landscape: &Landscape, index: usize, board_memory_bytes: f64) -> Self {
        let sweep = &landscape.sweep;
        let shape = sweep.architecture(index);
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
            parameters_total: sweep.parameters_total[index],
            parameters_active: sweep.parameters_active[index],
            loss: sweep.loss[index],
            perplexity: sweep.perplexity[index],
            prefill_s: sweep.prefill_s[index],
            decode_s: sweep.decode_s[index],
            tpot_s: sweep.tpot_s(index),
            total_s: sweep.total_s[index],
            memory_bytes: sweep.memory_bytes[index],
            fits_memory: sweep.memory_bytes[index] <= board_memory_bytes,
            extrapolated: landscape.law.range.extrapolation(&shape.features()).is_some(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Report {
    space: String,
    space_origin: Option<String>,
    candidates: usize,
    feasible: usize,
    objective: Objective,
    budgets: Budgets,
    law: LawPart,
    dataset: Option<DatasetIdentity>,
    profile: ProfilePart,
    precision: Precision,
    workload: Workload,
    attention: Attention,
    warnings: Vec<String>,
    frontier: Vec<Row>,
}

pub(super) fn run(args: &FrontierArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let priced = Priced::new(&args.sweep, library)?;
    let view = priced.view();
    let warnings = view.warnings();
    streams.note_reading(&priced.landscape.law);
    streams.warn(&warnings);
    let memory_bytes = priced.board.hardware.memory_bytes;
    let frontier = priced.landscape.feasible_frontier(priced.objective, &priced.budgets);
    let rows: Vec<Row> =
        frontier.iter().map(|&index| Row::new(&priced.landscape, index as usize, memory_bytes)).collect();
    let feasible = view.space_part().feasible;
    match args.format {
        RowFormat::Json => write_json(&report(&priced, feasible, &warnings, rows), &mut *streams.out)?,
        RowFormat::Csv => write_csv(&HEADER, &rows, streams.out)?,
        RowFormat::Table => print(&priced, feasible, &rows, streams)?,
    }
    Ok(priced.outcome(feasible, streams))
}

fn report(priced: &Priced, feasible: usize, warnings: &[Warning], frontier: Vec<Row>) -> Report {
    let Landscape { law, estimator, sweep, .. } = &priced.landscape;
    Report {
        space: priced.space.clone(),
        space_origin: priced.landscape.space_origin.clone(),
        candidates: sweep.len(),
        feasible,
        objective: priced.objective,
        budgets: priced.budgets,
        law: LawPart::from(law),
        dataset: law.dataset.clone(),
        profile: ProfilePart::new(&priced.board.profile, &priced.board.mode),
        precision: *estimator.precision(),
        workload: estimator.workload(),
        attention: estimator.attention(),
        warnings: warnings.iter().map(Warning::to_string).collect(),
        frontier,
    }
}

/// [`Row`]'s columns.
const HEADER: [&str; 22] = [
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
];

fn print(priced: &Priced, feasible: usize, rows: &[Row], streams: &mut Streams<'_>) -> Result<(), Failure> {
    let mut pairs = setting::describe(&priced.landscape.law, &priced.board, &priced.landscape.estimator);
    let budgets: Vec<String> =
        priced.budgets.active().map(|(limit, value)| format!("{} ≤ {}", limit.label(), limit.text(value))).collect();
    pairs.extend([
        ("budgets", if budgets.is_empty() { "none".to_owned() } else { budgets.join(", ") }),
        (
            "space",
            format!(
                "{}{}: {} candidates, {} feasible, {} on the frontier of {} latency and loss",
                shown(&priced.space),
                priced.landscape.space_origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})")),
                units::count(priced.landscape.sweep.len()),
                units::count(feasible),
                units::count(rows.len()),
                priced.objective.name()
            ),
        ),
    ]);
    // The table runs from the fastest to the best: who pipes it through head must still see the winner.
    if let Some(best) = rows.last() {
        let kind =
            if best.experts == 1 { "dense".to_owned() } else { format!("{} experts top-{}", best.experts, best.top_k) };
        let latency_s = match priced.objective {
            Objective::Prefill => best.prefill_s,
            Objective::Decode => best.decode_s,
            Objective::Total => best.total_s,
        };
        let words = format!(
            "{}×{}, {} KV heads, FFN ratio {}, {kind}: perplexity {} in {}, {}",
            best.layers,
            best.width,
            best.kv_heads,
            units::ratio(best.ffn_ratio),
            significant(best.perplexity, 4),
            units::seconds(latency_s),
            units::bytes(best.memory_bytes)
        );
        pairs.push(("best", words));
    }
    write_pairs(streams.out, &pairs)?;
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(streams.out)?;
    let headings = [
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
    let mut table = Table::new(&headings, &[17]);
    for row in rows {
        table.row([
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
        ]);
    }
    Ok(table.write(streams.out)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::parse_seconds;

    #[test]
    fn a_suggested_limit_suffices() {
        for needed in [0.112_345_678, 0.1123, 1.0, 9.999_9e-5, 12.345_6] {
            let text = option(Limit::Total, needed);
            let typed = text.strip_prefix("--max-total ").unwrap();
            let suggested = parse_seconds(typed).unwrap();
            assert!(suggested >= needed && suggested <= needed * 1.01, "{needed} {typed}");
        }
    }
}
