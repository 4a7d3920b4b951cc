//! The default command: the full-screen explorer.

use std::io::{IsTerminal, stdin, stdout};
use std::process::ExitCode;

use super::args::{BoardArgs, ExploreArgs};
use crate::explorer;
use crate::explorer::open::{Choices, open};
use crate::explorer::recipe::Recipe;
use engine::error::{Error, Result};
use engine::law::fit::FitOptions;
use engine::precision::Precision;
use files::resolve::{DETECTED, Library};

/// Opens the explorer on what the options select. Errors in them are reported before the screen is taken.
pub fn explore(args: &ExploreArgs, library: &Library) -> Result<ExitCode> {
    let fitting = &args.law.fitting;
    args.workload.answered_by(&args.board.number_format())?;
    let choices = Choices {
        data: args.law.data.clone(),
        reading: args.law.reading.reading(),
        recipe: Recipe { options: fitting.of_any_form(&FitOptions::DEFAULT), tokens: fitting.tokens },
        form: fitting.form,
        exclude: fitting.exclude.clone(),
        law: args.law.law.clone().unwrap_or_else(|| "paper".into()),
        profile: args.board.profile.clone().unwrap_or_else(|| DETECTED.to_owned()),
        fallback: args.board.profile.is_none().then(|| BoardArgs::DEFAULT.to_owned()),
        mode: args.board.mode.clone(),
        space: args.space.space.clone(),
        blind: args.space.blind,
        precision: args.board.precision.unwrap_or(Precision::FP16),
        head: args.board.head,
        kv_cache: args.board.kv,
        penalties: args.board.loss_penalties(),
        workload: args.workload.workload(),
        models: args.models.models.clone(),
        what_if: args.board.what_if.scaling(),
        prefill_chunk: args.workload.prefill_chunk,
        others: args.board.others,
    };
    let opening = open(library, &choices)?;
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Error::new("the explorer needs a terminal, and this is none")
            .hint("for scripts: roofscape frontier, predict, fit or export; see roofscape --help"));
    }
    explorer::run(opening).map_err(|error| Error::new(format!("the terminal failed: {error}")))?;
    Ok(ExitCode::SUCCESS)
}
