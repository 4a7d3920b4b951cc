//! `roofscape theory`: the best architecture of real sizes, what limits it, and what to build instead.
//!
//! Two cost models answer side by side, because they disagree and both are wanted. All other commands price with the
//! operator model. Only the paper's simplified costs have closed forms. The multipliers of the simplified optimum say
//! which limit binds, and so which closed form applies.

mod print;

use super::args::{TheoryArgs, TheoryCosts};
use super::frontier::option;
use super::load::{self, BoardInMode, LoadedLaw};
use super::progress::Progress;
use super::streams::{Failure, Outcome, Streams};
use crate::cli::args::{BootstrapArgs, Format};
use engine::architecture::Architecture;
use engine::budget::{Budgets, Limit};
use engine::error::{Error, Result};
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::law::fit::FitOptions;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::text::shown;
use engine::theory::{NoOptimum, Solved, regime};
use files::resolve::Library;
use report::body::{BuiltPart, Theory};
use report::theory::{Answers, Costs, Question, curve};
use report::{Document, SettingPart, Warning, write_json};

/// What is asked.
struct Asked {
    law: LossLaw,
    board: BoardInMode,
    estimator: Estimator,
    budgets: Budgets,
    space: Space,
    /// As typed, for hints.
    space_arg: String,
}

impl Asked {
    fn new(args: &TheoryArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Self> {
        let board = load::board(library, &args.board)?;
        let estimator = load::estimator(&board, &args.board, &args.workload, args.attention)?;
        let budgets = load::budgets(&args.budgets, &board, &args.workload)?;
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
        let (space, law) = space.under(law, args.space.blind);
        Ok(Self {
            law: law.in_format(estimator.precision()),
            budgets,
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

    fn question(&self) -> Question<'_> {
        Question::new(&self.law, (&self.board.hardware, self.estimator), &self.space, self.budgets)
    }

    /// The best feasible candidate, or why there is none.
    fn best_candidate(&self, question: &Question<'_>) -> Result<BuiltPart, String> {
        if !self.space.can_be_enumerated() {
            let hint = format!("roofscape search --space {} finds the best of it", shown(&self.space_arg));
            return Err(format!("the space is too large to price: {hint}"));
        }
        let landscape = Landscape::new(&self.space, self.law.clone(), self.estimator);
        let nothing = || "no candidate of the space keeps all limits".to_owned();
        let best = landscape.best_within(&self.budgets).ok_or_else(nothing)?;
        Ok(question.built(
            question.costs(Costs::Operators),
            &landscape.sweep.architecture(best),
            landscape.sweep.loss[best],
        ))
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
    let asked = Asked::new(args, library, streams)?;
    let question = asked.question();
    let optimum = |costs| Solved::of(&question.problem(costs));
    let (operators, simplified) = (optimum(Costs::Operators), optimum(Costs::Simplified));
    let (costs, chosen) = match args.costs {
        TheoryCosts::Operators => (Costs::Operators, &operators),
        TheoryCosts::Simplified => (Costs::Simplified, &simplified),
    };
    // If the search ended before an optimum, the rest is still printed. If the question has no optimum, there is no
    // answer.
    if let Err(error) = chosen
        && !matches!(error, NoOptimum::Infeasible { .. } | NoOptimum::NotConverged { .. })
    {
        return Err(Error::new(error.to_string()).into());
    }
    let answers = Answers::new(&question, costs, (&operators, &simplified), asked.best_candidate(&question));
    let warnings = asked.warnings(answers.asked.shape.as_ref());
    streams.warn(&warnings);
    match args.format {
        Format::Json => {
            let curve = curve(&question, costs, regime(&simplified));
            let body = Theory { curve, ..answers.body };
            write_json(&Document::new(asked.setting(), &warnings, body), &mut *streams.out)?;
        }
        Format::Table => print::write(&asked, &answers, streams)?,
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
