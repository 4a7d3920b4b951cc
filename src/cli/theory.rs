//! `roofscape theory`: the best architecture of real sizes, what limits it, and what to build instead.
//!
//! Two cost models answer side by side, because they disagree and both are wanted. All other commands price with the
//! operator model. Only the paper's simplified costs have closed forms. The multipliers of the simplified optimum say
//! which limit binds, and so which closed form applies.

mod print;
mod report;

use super::args::{TheoryArgs, TheoryCosts};
use super::frontier::option;
use super::load::{self, BoardInMode, LoadedLaw};
use super::progress::Progress;
use super::streams::{Failure, Outcome, Streams};
use crate::cli::args::{BootstrapArgs, Format};
use ::report::body::{BuiltPart, Theory};
use ::report::{Document, SettingPart, Warning, write_json};
use engine::architecture::Architecture;
use engine::budget::{Budgets, Limit};
use engine::error::{Error, Result};
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::law::fit::FitOptions;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::text::shown;
use engine::theory::{
    ClosedForm, ClosedForms, CostModel, Domain, Ends, NoClosedForm, NoOptimum, OperatorModel, Problem, Quanta, Regime,
    Simplified, Solved, regime,
};
use files::resolve::Library;
use report::Report;

/// What is asked.
struct Question {
    law: LossLaw,
    board: BoardInMode,
    estimator: Estimator,
    budgets: Budgets,
    space: Space,
    /// As typed, for hints.
    space_arg: String,
    domain: Domain,
    quanta: Quanta,
    simplified: Simplified,
    operators: OperatorModel,
}

impl Question {
    fn new(args: &TheoryArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Self> {
        let board = load::board(library, &args.board)?;
        let estimator = load::estimator(&board, &args.board, &args.workload, args.attention)?;
        let budgets = load::budgets(&args.budgets, &board)?;
        if budgets == Budgets::NONE {
            return Err(Error::new("without a limit the best architecture is the largest of the space")
                .expected("at least one of --max-total, --max-prefill, --max-tpot, --max-energy and --max-memory")
                .hint("--max-tpot 5ms, or --max-total 100ms --max-memory 8GB"));
        }
        let space = library.space(&args.space.space)?;
        let no_resamples = BootstrapArgs { bootstrap: Some(0) };
        let LoadedLaw { law, note, .. } =
            load::law(library, &args.law, &FitOptions::DEFAULT, no_resamples, &Progress::new("fitting the runs"))?;
        streams.note_reading(&law);
        streams.note(note.as_deref());
        Ok(Self {
            law: law.in_format(estimator.precision()),
            budgets,
            domain: Domain::of(&space),
            quanta: Quanta::of(&space, estimator.precision()),
            simplified: Simplified::of(&board.hardware, &estimator),
            operators: OperatorModel::of(&space, estimator),
            space,
            space_arg: args.space.space.clone(),
            board,
            estimator,
        })
    }

    /// What the numbers are of, in a document.
    fn setting(&self) -> SettingPart {
        let Self { law, board, estimator, budgets, space, .. } = self;
        SettingPart::default()
            .with_law(law)
            .with_board(&board.profile, &board.mode, estimator.precision())
            .with_estimator(estimator)
            .with_budgets(*budgets)
            .with_space(&space.name, space.origin.as_deref())
    }

    fn problem<'a>(&'a self, costs: &'a dyn CostModel) -> Problem<'a> {
        Problem { law: &self.law.coefficients, costs, budgets: self.budgets, domain: self.domain }
    }

    fn costs(&self, costs: TheoryCosts) -> &dyn CostModel {
        match costs {
            TheoryCosts::Operators => &self.operators,
            TheoryCosts::Simplified => &self.simplified,
        }
    }

    fn forms(&self) -> Result<ClosedForms, NoClosedForm> {
        ClosedForms::new(&self.law.coefficients, self.simplified, self.budgets, self.domain)
    }

    fn best_form(&self, regime: Regime, ends: Ends) -> Result<ClosedForm, NoClosedForm> {
        self.forms()?.best_width(regime, self.domain.width, ends)
    }

    /// The best feasible candidate, or why there is none.
    fn best_candidate(&self) -> Result<BuiltPart, String> {
        if !self.space.can_be_enumerated() {
            let hint = format!("roofscape search --space {} finds the best of it", shown(&self.space_arg));
            return Err(format!("the space is too large to price: {hint}"));
        }
        let landscape = Landscape::new(&self.space, self.law.clone(), self.estimator);
        let nothing = || "no candidate of the space keeps all limits".to_owned();
        let best = landscape.best_within(&self.budgets).ok_or_else(nothing)?;
        Ok(self.built(&self.operators, &landscape.sweep.architecture(best), landscape.sweep.loss[best]))
    }

    /// The budgets that a shape exceeds as all other commands price it, with what it takes.
    fn over_by_operators(&self, shape: &Architecture) -> Vec<(Limit, f64)> {
        let taken = self.budgets.active().map(|(limit, most)| (limit, self.operators.cost_of(limit, shape), most));
        taken.filter(|(_, takes, most)| takes > most).map(|(limit, takes, _)| (limit, takes)).collect()
    }

    /// About what is to be built if anything is, and about law and board in any case.
    fn warnings(&self, shape: Option<&Architecture>) -> Vec<Warning> {
        let (profile, mode, precision) = (&self.board.profile, &self.board.mode, self.estimator.precision());
        let mut warnings = match shape {
            Some(shape) => Warning::of_architecture(shape, &self.law, profile, mode, &self.estimator),
            None => Warning::of_law(&self.law)
                .into_iter()
                .chain(Warning::of_board(profile, mode, precision))
                .chain(Warning::of_calibration(profile, mode, precision))
                .collect(),
        };
        let unbounded = self.estimator.power().filter(|power| !power.is_upper_bound());
        if let (Some(power), Some(_)) = (unbounded, self.budgets.get(Limit::Energy)) {
            warnings.push(Warning::Energy { board: self.board.hardware.name.clone(), time: power.time() });
        }
        warnings
    }
}

pub(super) fn run(args: &TheoryArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let question = Question::new(args, library, streams)?;
    let optimum = |costs| Solved::of(&question.problem(question.costs(costs)));
    let (operators, simplified) = (optimum(TheoryCosts::Operators), optimum(TheoryCosts::Simplified));
    let chosen = match args.costs {
        TheoryCosts::Operators => &operators,
        TheoryCosts::Simplified => &simplified,
    };
    // If the search ended before an optimum, the rest is still printed. If the question has no optimum, there is no
    // answer.
    if let Err(error) = chosen
        && !matches!(error, NoOptimum::Infeasible { .. } | NoOptimum::NotConverged { .. })
    {
        return Err(Error::new(error.to_string()).into());
    }
    let report = Report::new(&question, args.costs, (&operators, &simplified));
    let warnings = question.warnings(report.asked.shape.as_ref());
    streams.warn(&warnings);
    match args.format {
        Format::Json => {
            let curve = report::curve(&question, args.costs, regime(&simplified));
            let body = Theory { curve, ..report.body };
            write_json(&Document::new(question.setting(), &warnings, body), &mut *streams.out)?;
        }
        Format::Table => print::write(&question, &report, streams)?,
    }
    match chosen {
        Ok(_) => Ok(Outcome::Found),
        Err(error @ NoOptimum::Infeasible { limit, least, .. }) => {
            let message = Error::new(format!("nothing feasible: {error}")).hint(option(*limit, *least));
            // Nobody can be told that stderr is closed.
            let _ = writeln!(streams.err, "roofscape: {message}");
            Ok(Outcome::NothingFeasible)
        }
        Err(error) => Err(Error::new(error.to_string()).into()),
    }
}
