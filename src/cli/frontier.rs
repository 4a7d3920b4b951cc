//! `roofscape frontier`: what a space offers within the budgets, best trade-offs only.

mod row;

use std::sync::Arc;

use super::args::{FrontierArgs, ModelArgs, RowFormat, SweepArgs};
use super::interrupt::Interruptible;
use super::load::{self, BoardInMode, LoadedLaw};
use super::progress::Progress;
use super::setting;
use super::streams::{Failure, Outcome, Streams};
use super::table::write_pairs;
use engine::architecture::experts_in_words;
use engine::budget::{Budgets, Limit, Loosening};
use engine::confidence::{Confidence, Question};
use engine::error::{Error, Result};
use engine::landscape::Landscape;
use engine::law::fit::FitOptions;
use engine::law::{Evidence, Interval, LossLaw};
use engine::quantity::{Confident, Known, Quantity, Value};
use engine::reference::ReferenceModel;
use engine::roofline::Estimator;
use engine::search::{self, Search, SearchOptions, Searched};
use engine::space::Space;
use engine::text::shown;
use engine::units::{self, significant};
use engine::workload::Objective;
use files::resolve::Library;
use report::{Body, BootstrapPart, Document, Uncertainty, View, Warning, body, confident, write_json};
use row::{Columns, ModelLine};

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
    evidence: Evidence,
    confidence: Confidence,
}

impl Priced {
    /// Prices the whole space.
    pub(super) fn new(args: &SweepArgs, library: &Library) -> Result<Self> {
        let space = load::enumerable_space(library, &args.space)?;
        Self::with(args, library, space, |space, law, estimator, _| Landscape::new(&space, law, estimator))
    }

    /// Prices what a search finds in it.
    pub(super) fn by_search(args: &SweepArgs, library: &Library, options: SearchOptions) -> Result<Self> {
        let space = library.space(&args.space.space)?;
        Self::with(args, library, space, |space, law, estimator, aim| {
            let mut search = Search::new(&Arc::new(space), law, estimator, aim, options);
            search.finish(&Interruptible::new(Progress::new("searching")));
            search.landscape()
        })
    }

    fn with(
        args: &SweepArgs,
        library: &Library,
        space: Space,
        price: impl FnOnce(Space, LossLaw, Estimator, search::Aim) -> Landscape,
    ) -> Result<Self> {
        let board = load::board(library, &args.board)?;
        let estimator = load::estimator(&board, &args.board, &args.workload, args.attention)?;
        let objective = load::objective(args.objective, &args.workload)?;
        let budgets = load::budgets(&args.budgets, &board, &args.workload)?;
        let LoadedLaw { law, evidence, note, .. } =
            load::law(library, &args.law, &FitOptions::DEFAULT, args.bootstrap, &Progress::new("resampling the runs"))?;
        let name = space.name.clone();
        let (space, law) = space.under(law, args.space.blind);
        let landscape = price(space, law, estimator, search::Aim { objective, budgets });
        let resampled = evidence.and_then(|evidence| {
            let question = Question { objective, budgets: &budgets, level: Evidence::LEVEL };
            let watch = Progress::new("pricing under each law");
            let confidence = Confidence::of(&landscape, &evidence, question, &watch)?;
            Some(Resampled { evidence, confidence })
        });
        Ok(Self { landscape, resampled, note, board, space: name, objective, budgets })
    }

    /// What resampling the law's runs says.
    pub(super) fn uncertainty(&self) -> Option<Uncertainty<'_>> {
        let Resampled { evidence, confidence } = self.resampled.as_ref()?;
        Some(Uncertainty { evidence, confidence })
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

/// `--max-tpot 1.25ms`, rounded up.
pub(super) fn option(limit: Limit, needed: f64) -> String {
    let (value, unit) = limit.quantity().unit().in_column(needed);
    format!("{} {}{unit}", limit.option(), significant(units::rounded_up(value, 3), 3))
}

pub(super) fn run(args: &FrontierArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let models = models(&args.models, args.format, library)?;
    let priced = Priced::new(&args.sweep, library)?;
    deliver(&priced, &models, (args.format, |frontier| frontier), streams)
}

/// The models named, in a format that has a place for them.
pub(super) fn models(args: &ModelArgs, format: RowFormat, library: &Library) -> Result<Vec<ReferenceModel>> {
    if format == RowFormat::Csv && !args.models.is_empty() {
        return Err(Error::new("the rows of CSV are the frontier's, which models are not part of")
            .at_column("--model")
            .hint("--format table or --format json"));
    }
    args.models.iter().map(|typed| library.model(typed)).collect()
}

/// Prints the frontier; in JSON as the body of a document that says which command it is of.
pub(super) fn deliver<B: Body>(
    priced: &Priced,
    models: &[ReferenceModel],
    (format, body): (RowFormat, fn(body::Frontier) -> B),
    streams: &mut Streams<'_>,
) -> Result<Outcome, Failure> {
    let view = priced.view();
    let mut warnings = view.warnings();
    warnings.extend(models.iter().filter_map(|model| Warning::of_layers_of(model, &priced.landscape.law)));
    priced.warn(&warnings, streams);
    let feasible = view.feasible();
    if format == RowFormat::Json {
        let frontier = body::Frontier::of(&view, priced.uncertainty(), models);
        write_json(&Document::new(view.setting(), &warnings, body(frontier)), &mut *streams.out)?;
        return Ok(priced.outcome(feasible, streams));
    }
    let memory_bytes = priced.board.hardware.memory_bytes;
    let frontier = priced.landscape.feasible_frontier(priced.objective, &priced.budgets);
    let uncertainty = priced.uncertainty();
    let row = |&index: &u32| Known {
        confident: uncertainty.map(|known| confident(&priced.landscape, known, index as usize)),
        ..Known::candidate(&priced.landscape, index as usize).within(memory_bytes)
    };
    let rows: Vec<Known<'_>> = frontier.iter().map(row).collect();
    if format == RowFormat::Csv {
        let columns = if uncertainty.is_some() { Columns::WithConfidence } else { Columns::Plain };
        row::csv(&rows, columns, streams.out)?;
    } else {
        let models: Vec<ModelLine<'_>> =
            models.iter().map(|model| ModelLine::new(&priced.landscape, model, memory_bytes)).collect();
        print(priced, feasible, &rows, streams)?;
        print_models(&models, streams)?;
    }
    Ok(priced.outcome(feasible, streams))
}

fn print(priced: &Priced, feasible: usize, rows: &[Known<'_>], streams: &mut Streams<'_>) -> Result<(), Failure> {
    let mut pairs = setting::describe(&priced.landscape.law, &priced.board, &priced.landscape.estimator);
    pairs.extend([
        ("budgets", priced.budgets.in_words().unwrap_or_else(|| "none".to_owned())),
        (
            "space",
            format!(
                "{}{}: {}, {} feasible, {} on the frontier of {} latency and loss",
                shown(&priced.space),
                priced.landscape.space_origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})")),
                candidates(&priced.landscape),
                units::count(feasible),
                units::count(rows.len()),
                priced.objective.name()
            ),
        ),
    ]);
    pairs.extend(priced.landscape.searched.map(|searched| ("search", in_words(&searched))));
    if let Some(Uncertainty { evidence, confidence }) = priced.uncertainty() {
        let words = format!(
            "{}; {} of {} on the frontier are so in more than half of them; ± at {:.0} %",
            BootstrapPart::new(&evidence.ensemble, confidence.level).sentence(),
            units::count(confidence.robust_members()),
            units::count(rows.len()),
            100.0 * confidence.level
        );
        pairs.push(("bootstrap", words));
    }
    // The table runs from the fastest to the best: who pipes it through head must still see the winner.
    if let Some(best) = rows.last() {
        pairs.push(("best", best_in_words(best, priced.objective)));
    }
    write_pairs(streams.out, &pairs)?;
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(streams.out)?;
    Ok(row::table(rows).write(streams.out)?)
}

/// `24×1792, 4 KV heads, FFN ratio 1, 16 experts top-1: perplexity 24.53 in 98.7 ms, 2.90 GB`.
fn best_in_words(best: &Known<'_>, objective: Objective) -> String {
    let shape = &best.architecture;
    let latency = match objective {
        Objective::Prefill => Quantity::PREFILL,
        Objective::Decode => Quantity::DECODE,
        Objective::Total => Quantity::TOTAL,
    };
    let text = |quantity: Quantity| quantity.of(best).number().map_or_else(String::new, |value| quantity.text(value));
    let fits = Quantity::FITS_MEMORY.of(best) != Value::Flag(false);
    format!(
        "{}×{}, {}, FFN ratio {}, {}: perplexity {}{} in {}, {}{}",
        shape.layers,
        shape.width,
        units::counted(shape.kv_heads, "KV head"),
        text(Quantity::FFN_RATIO),
        experts_in_words(shape.experts, shape.top_k),
        text(Quantity::PERPLEXITY),
        best.confident.map_or_else(String::new, |known| as_picked(best, &known)),
        text(latency),
        text(Quantity::MEMORY),
        if fits { "" } else { ", more than the board has" }
    )
}

/// ` (24.71 as picked, 90 %: 23.9 to 25.6)`: corrected for having been picked as the best of many.
fn as_picked(best: &Known<'_>, known: &Confident) -> String {
    let perplexity = |nats: f64| significant(nats.exp(), 4);
    let picked = best.loss.zip(known.optimism_nats).map(|(loss, optimism_nats)| perplexity(loss + optimism_nats));
    let picked = picked.map_or_else(String::new, |picked| format!("{picked} as picked, "));
    match known.loss {
        Ok(Interval { low, high }) => {
            format!(" ({picked}{:.0} %: {} to {})", 100.0 * Evidence::LEVEL, perplexity(low), perplexity(high))
        }
        Err(reason) => format!(" (no interval: {reason})"),
    }
}

fn candidates(landscape: &Landscape) -> String {
    let priced = units::count(landscape.sweep.len());
    match landscape.searched {
        None => format!("{priced} candidates"),
        Some(searched) if searched.is_complete() => format!("all {priced} candidates priced: nothing is left to find"),
        Some(searched) => format!("{priced} of {} candidates priced", units::many(searched.of)),
    }
}

fn in_words(searched: &Searched) -> String {
    let Searched { rounds, seed, hypervolume, growth, stopped_because, .. } = searched;
    let stop = stopped_because.map_or_else(String::new, |stop| format!("until {}; ", stop.in_words()));
    format!(
        "seed {seed}, {} rounds, {stop}hypervolume {}, {} % of it from the last quarter of the evaluations",
        units::count(*rounds),
        significant(*hypervolume, 6),
        significant(100.0 * growth, 2)
    )
}

/// Where the models named lie that are no candidates.
fn print_models(models: &[ModelLine<'_>], streams: &mut Streams<'_>) -> std::io::Result<()> {
    if models.is_empty() {
        return Ok(());
    }
    writeln!(streams.out)?;
    row::model_table(models).write(streams.out)?;
    let notes = models.iter().flat_map(|model| model.notes.iter().map(move |note| (model.name, note)));
    for (name, note) in notes {
        writeln!(streams.out, "{name}: {note}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::units::parse_seconds;

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
