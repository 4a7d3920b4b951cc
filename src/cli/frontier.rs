//! `roofscape frontier`: what a space offers within the budgets, best trade-offs only.

mod row;

use serde::Serialize;

use super::args::{FrontierArgs, RowFormat, SweepArgs};
use super::load::{self, BoardInMode, LoadedLaw};
use super::progress::Progress;
use super::table::write_pairs;
use super::{Failure, Outcome, Streams, setting};
use crate::engine::budget::{Budgets, Limit, Loosening};
use crate::engine::confidence::{Confidence, Question};
use crate::engine::landscape::Landscape;
use crate::engine::law::fit::FitOptions;
use crate::engine::law::{DatasetIdentity, Ensemble};
use crate::engine::precision::Precision;
use crate::engine::roofline::Attention;
use crate::engine::workload::{Objective, Workload};
use crate::error::{Error, Result};
use crate::files::export::{
    BootstrapPart, CoefficientsCi, EntryConfidence, LawPart, ProfilePart, Uncertainty, View, Warning, write_json,
};
use crate::files::resolve::Library;
use crate::files::toml_source::shown;
use crate::units::{self, significant};
use row::{Columns, Line, Row};

/// A space that has been priced, with what limits it.
pub(super) struct Priced {
    pub(super) landscape: Landscape,
    resampled: Option<Resampled>,
    note: Option<String>,
    board: BoardInMode,
    space: String,
    objective: Objective,
    budgets: Budgets,
}

/// What there is to say about its uncertainty.
struct Resampled {
    ensemble: Ensemble,
    confidence: Confidence,
}

impl Priced {
    pub(super) fn new(args: &SweepArgs, library: &Library) -> Result<Self> {
        let board = load::board(library, &args.board)?;
        let estimator = load::estimator(&board, &args.board, &args.workload, args.attention)?;
        let space = library.space(&args.space.space)?;
        let LoadedLaw { law, ensemble, note, .. } =
            load::law(library, &args.law, &FitOptions::DEFAULT, args.bootstrap, &Progress::new("resampling the runs"))?;
        let landscape = Landscape::new(&space, law, estimator);
        let (objective, budgets) = (args.objective, args.budgets.budgets());
        let resampled = ensemble.and_then(|ensemble| {
            let question = Question { objective, budgets: &budgets, level: Ensemble::LEVEL };
            let watch = Progress::new("pricing under each law");
            let confidence = Confidence::of(&landscape, &ensemble, question, &watch)?;
            Some(Resampled { ensemble, confidence })
        });
        Ok(Self { landscape, resampled, note, board, space: space.name, objective, budgets })
    }

    /// What resampling the law's runs says.
    pub(super) fn uncertainty(&self) -> Option<Uncertainty<'_>> {
        let Resampled { ensemble, confidence } = self.resampled.as_ref()?;
        Some(Uncertainty { ensemble, confidence })
    }

    /// Says on stderr what was made of the runs, why there are no intervals, and what not to believe.
    pub(super) fn warn(&self, warnings: &[Warning], streams: &mut Streams<'_>) {
        streams.note_reading(&self.landscape.law);
        streams.note(self.note.as_deref());
        streams.warn(warnings);
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
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap: Option<BootstrapPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coefficients_ci: Option<CoefficientsCi>,
    profile: ProfilePart,
    #[serde(flatten)]
    precision: Precision,
    workload: Workload,
    attention: Attention,
    warnings: Vec<String>,
    frontier: Vec<Line>,
}

pub(super) fn run(args: &FrontierArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let priced = Priced::new(&args.sweep, library)?;
    let view = priced.view();
    let warnings = view.warnings();
    priced.warn(&warnings, streams);
    let memory_bytes = priced.board.hardware.memory_bytes;
    let frontier = priced.landscape.feasible_frontier(priced.objective, &priced.budgets);
    let uncertainty = priced.uncertainty();
    let line = |&index: &u32| Line {
        row: Row::new(&priced.landscape, index as usize, memory_bytes),
        confidence: uncertainty.map(|known| EntryConfidence::of(&priced.landscape, known, index as usize)),
    };
    let rows: Vec<Line> = frontier.iter().map(line).collect();
    let columns = if uncertainty.is_some() { Columns::WithConfidence } else { Columns::Plain };
    let feasible = view.space_part().feasible;
    match args.format {
        RowFormat::Json => write_json(&report(&priced, feasible, &warnings, rows), &mut *streams.out)?,
        RowFormat::Csv => row::csv(&rows, columns, streams.out)?,
        RowFormat::Table => print(&priced, feasible, &rows, streams)?,
    }
    Ok(priced.outcome(feasible, streams))
}

fn report(priced: &Priced, feasible: usize, warnings: &[Warning], frontier: Vec<Line>) -> Report {
    let Landscape { law, estimator, sweep, .. } = &priced.landscape;
    let uncertainty = priced.uncertainty();
    Report {
        space: priced.space.clone(),
        space_origin: priced.landscape.space_origin.clone(),
        candidates: sweep.len(),
        feasible,
        objective: priced.objective,
        budgets: priced.budgets,
        law: LawPart::from(law),
        dataset: law.dataset.clone(),
        bootstrap: uncertainty.map(|known| BootstrapPart::new(known.ensemble, known.confidence.level)),
        coefficients_ci: uncertainty.map(|known| CoefficientsCi::new(known.ensemble, known.confidence.level)),
        profile: ProfilePart::new(&priced.board.profile, &priced.board.mode, estimator.precision()),
        precision: *estimator.precision(),
        workload: estimator.workload(),
        attention: estimator.attention(),
        warnings: warnings.iter().map(Warning::to_string).collect(),
        frontier,
    }
}

fn print(priced: &Priced, feasible: usize, rows: &[Line], streams: &mut Streams<'_>) -> Result<(), Failure> {
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
    if let Some(Uncertainty { ensemble, confidence }) = priced.uncertainty() {
        let words = format!(
            "{}; {} of {} on the frontier are so in more than half of them; ± at {:.0} %",
            BootstrapPart::new(ensemble, confidence.level).sentence(),
            units::count(confidence.robust_members()),
            units::count(rows.len()),
            100.0 * confidence.level
        );
        pairs.push(("bootstrap", words));
    }
    // The table runs from the fastest to the best: who pipes it through head must still see the winner.
    if let Some(Line { row: best, .. }) = rows.last() {
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
    Ok(row::table(rows).write(streams.out)?)
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
