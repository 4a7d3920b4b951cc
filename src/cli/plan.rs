//! `roofscape plan`: which runs to train next, for what one is about to choose.
//!
//! Without a budget the question is the whole frontier; with one it is what keeps it, or with `--aim best` the one
//! architecture that would be taken, by what changes which one that is. Candidates are those of the space: what is too large to be chosen can still be
//! the run that tells most.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::args::{Aim, BoardArgs, Format, PlanArgs};
use super::load::{self, BoardInMode, LoadedLaw};
use super::progress::Progress;
use super::streams::{Failure, Outcome, Streams};
use super::table::{Table, write_pairs};
use engine::architecture::Architecture;
use engine::budget::Budgets;
use engine::error::{Error, Result};
use engine::features::Features;
use engine::landscape::Landscape;
use engine::law::fit::{Fit, FitOptions};
use engine::law::{Coefficients, Evidence};
use engine::plan::{About, Plan, PlanQuestion, Proposal, Worth, plan, training_flops_per_token};
use engine::quantity::Quantity;
use engine::units::{self, count, significant};
use engine::workload::Objective;
use files::resolve::Library;
use report::body::{self, ProposalPart};
use report::{BootstrapPart, Document, Entry, View, Warning, write_json};

/// More targets than this say no more about which run serves them all.
const MOST_TARGETS: usize = 32;
/// Fewer resamples hardly tell which losses rise and fall together.
const FEWEST_RESAMPLES: usize = 50;
/// More candidates than this are thinned out evenly.
const MOST_CANDIDATES: usize = 20_000;

/// What is planned from: the runs' law, what resampling them gave, and the space priced under it.
struct Ground {
    landscape: Landscape,
    space: String,
    fit: Fit,
    /// All that the data hold, those left out on request included.
    runs: usize,
    evidence: Evidence,
    trained: Vec<Features>,
    tokens: Option<f64>,
    budgets: Budgets,
    board: BoardInMode,
}

impl Ground {
    fn view(&self, objective: Objective) -> View<'_> {
        let Self { landscape, space, budgets, board, .. } = self;
        View { landscape, profile: &board.profile, mode: &board.mode, space, objective, budgets }
    }
}

pub(super) fn run(args: &PlanArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let ground = ground(args, library)?;
    streams.note_reading(&ground.landscape.law);
    let warnings = Warning::of_law(&ground.landscape.law);
    streams.warn(&warnings);
    if ground.landscape.feasible_frontier(args.sweep.objective, &ground.budgets).is_empty() {
        let nearest = ground.budgets.loosening(&ground.landscape.sweep);
        let nearest = nearest.map_or_else(String::new, |loosening| format!(": {loosening}"));
        // Nobody can be told that stderr is closed.
        let _ = writeln!(streams.err, "roofscape: nothing feasible{nearest}");
        return Ok(Outcome::NothingFeasible);
    }
    let body = body(args, &ground)?;
    match args.format {
        Format::Json => {
            let view = ground.view(args.sweep.objective);
            write_json(&Document::new(view.setting(), &warnings, body), &mut *streams.out)?;
        }
        Format::Table => print(&body, &ground, args.sweep.objective, streams)?,
    }
    Ok(Outcome::Found)
}

fn ground(args: &PlanArgs, library: &Library) -> Result<Ground> {
    let sweep = &args.sweep;
    if sweep.law.data.is_none() {
        return Err(Error::new("there are no runs to plan from")
            .at_column("--data")
            .expected("the training runs so far: a table, a directory of runs, `tiny` or `synthetic-170`"));
    }
    if let Some(asked) = sweep.bootstrap.bootstrap.filter(|asked| *asked < FEWEST_RESAMPLES) {
        return Err(Error::new(format!(
            "{asked} resamples are too few to plan from: other ones would propose other runs"
        ))
        .at_column("--bootstrap")
        .expected(format!("{FEWEST_RESAMPLES} resamples at least"))
        .hint("200, the default"));
    }
    load::objective(sweep.objective, &sweep.workload)?;
    let board = load::board(library, &sweep.board)?;
    // Runs are trained in 16 bit, so their losses are said without what a number format costs.
    let trained = BoardArgs { loss_penalty: Vec::new(), ..sweep.board.clone() };
    let estimator = load::estimator(&board, &trained, &sweep.workload, sweep.attention)?;
    let budgets = load::budgets(&sweep.budgets, &board, &sweep.workload)?;
    let space = load::enumerable_space(library, &sweep.space)?;
    let LoadedLaw { law, evidence, note, fitting } =
        load::law(library, &sweep.law, &FitOptions::DEFAULT, sweep.bootstrap, &Progress::new("resampling the runs"))?;
    let (space, law) = space.under(law, sweep.space.blind);
    let nothing = || Error::new(note.unwrap_or_else(|| "without resamples nothing is known of what is unknown".into()));
    let (evidence, fitting) = evidence.zip(fitting).ok_or_else(|| {
        nothing()
            .at_column("--bootstrap")
            .expected(format!("{FEWEST_RESAMPLES} resamples at least"))
            .hint("200, the default")
    })?;
    Ok(Ground {
        tokens: args.cost_tokens.or(sweep.law.fitting.tokens).or_else(|| fitting.longest()),
        trained: fitting.shapes(),
        runs: fitting.choice.runs.len() + fitting.choice.excluded.len(),
        landscape: Landscape::new(&space, law, estimator),
        space: space.name,
        fit: fitting.fit,
        evidence,
        budgets,
        board,
    })
}

fn body(args: &PlanArgs, ground: &Ground) -> Result<body::Plan> {
    let Ground { landscape, fit, runs, evidence, trained, tokens, budgets, board, .. } = ground;
    let noise_nats = fit.residual_sd_nats().ok_or_else(|| Error::new("the runs leave no error to plan by"))?;
    let frontier = landscape.feasible_frontier(args.sweep.objective, budgets);
    let (about, targets) = match args.aim {
        Aim::Frontier => (About::Losses, thinned(&frontier, MOST_TARGETS)),
        Aim::Best => (About::Choice, thinned(&rivals(landscape, evidence, budgets), MOST_TARGETS)),
    };
    let targets: Vec<Features> =
        targets.into_iter().map(|index| landscape.sweep.architecture(index as usize).features()).collect();
    let all: Vec<u32> = (0..landscape.sweep.len() as u32).collect();
    let considered = thinned(&all, MOST_CANDIDATES);
    let candidates: Vec<Architecture> =
        considered.iter().map(|&index| landscape.sweep.architecture(index as usize)).collect();
    let worth = if args.per_flop { Worth::KnowledgePerFlop } else { Worth::Knowledge };
    let question = PlanQuestion {
        laws: &evidence.ensemble.laws,
        noise_nats,
        targets: &targets,
        candidates: &candidates,
        runs: args.runs,
        worth,
        about,
    };
    let Plan { target_sd_nats, proposals } = plan(&question);
    let proposed = |(place, proposal): (usize, &Proposal)| {
        let shape = &candidates[proposal.candidate];
        let index = considered[proposal.candidate];
        let per_token = training_flops_per_token(shape);
        let entry = Entry::of_candidate(landscape, index as usize, board.hardware.memory_bytes);
        let entry = entry.with_evidence(&landscape.law, evidence, shape);
        ProposalPart {
            rank: place + 1,
            entry: Entry { on_frontier: Some(frontier.contains(&index)), ..entry },
            loss_sd_nats: proposal.loss_sd_nats,
            variance_removed: proposal.variance_removed,
            regret_removed_nats: proposal.regret_removed_nats,
            target_sd_nats: proposal.target_sd_nats,
            training_flops_per_token: per_token,
            training_flops: tokens.map(|tokens| per_token * tokens),
            in_runs: trained.contains(&shape.features()),
        }
    };
    Ok(body::Plan {
        aim: args.aim.name(),
        runs: *runs,
        runs_fitted: fit.train.len(),
        bootstrap: BootstrapPart::new(&evidence.ensemble, Evidence::LEVEL),
        noise_nats,
        candidates: landscape.sweep.len(),
        candidates_considered: candidates.len(),
        targets: targets.len(),
        target_sd_nats,
        ranked_by: match (about, worth) {
            (About::Losses, Worth::Knowledge) => "variance removed",
            (About::Losses, Worth::KnowledgePerFlop) => "variance removed per training FLOP",
            (About::Choice, Worth::Knowledge) => "regret removed",
            (About::Choice, Worth::KnowledgePerFlop) => "regret removed per training FLOP",
        },
        tokens: *tokens,
        loss_tokens: landscape.law.coefficients.tokens_stated(),
        blind_to: landscape.law.coefficients.blind_to(),
        plan: proposals.iter().enumerate().map(proposed).collect(),
    })
}

/// What each of the laws would choose within the budgets, in the order of the sweep.
fn rivals(landscape: &Landscape, evidence: &Evidence, budgets: &Budgets) -> Vec<u32> {
    let sweep = &landscape.sweep;
    // What no law would choose stands far behind in the order of the law of all runs.
    let feasible = landscape.best_first().iter().filter(|index| budgets.admits(sweep, **index as usize));
    let allowed: Vec<(u32, Features)> =
        feasible.take(MOST_CANDIDATES).map(|index| (*index, sweep.architecture(*index as usize).features())).collect();
    let best = |law: &Coefficients| {
        let losses = allowed.iter().map(|(index, shape)| (law.loss(shape), *index));
        losses.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, index)| index)
    };
    let laws = evidence.ensemble.laws.par_iter().chain([&landscape.law.coefficients]);
    laws.filter_map(best).collect::<BTreeSet<u32>>().into_iter().collect()
}

/// At most so many of them, evenly, first and last included.
fn thinned(all: &[u32], most: usize) -> Vec<u32> {
    if all.len() <= most {
        return all.to_vec();
    }
    (0..most).map(|place| all[place * (all.len() - 1) / (most - 1)]).collect()
}

/// A standard deviation of the loss as one of perplexity: nats are relative while they are small, and factors beyond.
fn relative(sd_nats: f64) -> String {
    const SMALL: f64 = 0.2;
    if sd_nats < SMALL {
        format!("± {} %", significant(100.0 * sd_nats, 2))
    } else {
        format!("×÷ {:.1}", sd_nats.exp())
    }
}

fn print(report: &body::Plan, ground: &Ground, objective: Objective, streams: &mut Streams<'_>) -> std::io::Result<()> {
    let law = &ground.landscape.law;
    let about = match report.aim {
        "best" => "the best architecture within the budgets".to_owned(),
        _ => format!("{} architectures along the frontier", report.targets),
    };
    let tokens = report.tokens.map_or_else(
        || "not known: costs are per token; --cost-tokens 10B gives a length".to_owned(),
        |tokens| format!("{tokens:.2e} each"),
    );
    let losses = report.loss_tokens.map_or_else(
        || "of the law, which knows no training length".to_owned(),
        |tokens| format!("after {tokens:.2e} tokens"),
    );
    let considered = if report.candidates_considered < report.candidates {
        format!(", {} of them considered", count(report.candidates_considered))
    } else {
        String::new()
    };
    let synthetic = if law.synthetic { ", synthetic" } else { "" };
    let dataset = law.dataset.as_ref().map_or_else(String::new, |dataset| dataset.name.clone());
    write_pairs(
        streams.out,
        &[
            (
                "runs",
                format!(
                    "{dataset}{synthetic}, {} of {} fitted; {}; law {}",
                    count(report.runs_fitted),
                    count(report.runs),
                    report.bootstrap.sentence(),
                    law.coefficients.form().name
                ),
            ),
            ("candidates", format!("{} of space {}{considered}", count(report.candidates), ground.space)),
            ("question", format!("perplexity of {about}, by {} latency", objective.name())),
            ("known to", format!("{} (standard deviation over the resamples)", relative(report.target_sd_nats))),
            ("error per run", format!("{} (noise and misfit)", relative(report.noise_nats))),
            ("tokens", tokens),
            ("losses", losses),
            ("ranked by", format!("{}, each given those before it", report.ranked_by)),
        ],
    )?;
    writeln!(streams.out)?;
    if !report.blind_to.is_empty() {
        writeln!(
            streams.out,
            "First of all: these runs cannot show what {} do. No resample doubts a term that is left out, so below\n\
             stands only what runs tell about the terms that are there; train some that vary these as well.\n",
            report.blind_to.join(", ")
        )?;
    }
    if report.plan.is_empty() {
        return writeln!(streams.out, "The resampled laws agree: no run of this space would tell anything.");
    }
    let cost = if report.tokens.is_some() { "training FLOPs" } else { "FLOPs/token" };
    let mut table = Table::new(
        &["run", "layers", "width", "heads", "kv", "r", "experts", "loss", "±", "removes", "then", cost, ""],
        &[12],
    );
    for row in &report.plan {
        let shape = &row.entry.architecture;
        table.row([
            row.rank.to_string(),
            shape.layers.to_string(),
            shape.width.to_string(),
            shape.heads.to_string(),
            shape.kv_heads.to_string(),
            units::ratio(shape.ffn_ratio),
            if shape.experts == 1 { "dense".into() } else { format!("{}/{}", shape.top_k, shape.experts) },
            format!("{:.3}", row.entry.predictions.number(Quantity::LOSS).unwrap_or(f64::NAN)),
            format!("{:.3}", row.loss_sd_nats),
            units::percent(row.variance_removed),
            relative(row.target_sd_nats),
            format!("{:.1e}", row.training_flops.unwrap_or(row.training_flops_per_token)),
            remarks(row),
        ]);
    }
    table.write(streams.out)?;
    writeln!(streams.out)?;
    writeln!(
        streams.out,
        "removes: share of the variance left by the runs above it. FLOPs: 6 per token and active parameter.\n\
         These figures trust the law's form; a run far outside those so far tests it instead."
    )
}

fn remarks(row: &ProposalPart) -> String {
    let again = row.in_runs.then(|| "once more: it is among the runs".to_owned());
    let outside = row
        .entry
        .extrapolation
        .as_ref()
        .map(|beyond| format!("×{} outside in {}", significant(beyond.factor, 2), beyond.axis.replace('_', " ")));
    again.into_iter().chain(outside).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_uncertainty_is_a_factor() {
        assert_eq!(relative(0.0123), "± 1.2 %");
        assert_eq!(relative(1.1), "×÷ 3.0");
    }

    #[test]
    fn thinning_keeps_both_ends() {
        assert_eq!(thinned(&[3, 1, 2], 5), [3, 1, 2]);
        let all: Vec<u32> = (0..1000).collect();
        let some = thinned(&all, 10);
        assert_eq!((some.len(), some[0], some[9]), (10, 0, 999));
        assert!(some.windows(2).all(|pair| (110..=112).contains(&(pair[1] - pair[0]))), "{some:?}");
    }
}
