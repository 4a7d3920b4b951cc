//! From options to engine types: every command takes its law, board and space through here.

use super::args::{AttentionArgs, BoardArgs, BootstrapArgs, BudgetArgs, LawArgs, SpaceArgs, WorkloadArgs};
use engine::budget::{Budgets, Limit};
use engine::error::{Error, Result};
use engine::hardware::Hardware;
use engine::law::fit::{Bootstrap, FitError, FitOptions, Watch};
use engine::law::{Evidence, LossLaw};
use engine::precision::Precision;
use engine::roofline::Estimator;
use engine::space::Space;
use engine::units::{count, many};
use engine::workload::Objective;
use files::profile::{PowerMode, Profile};
use files::resolve::Library;
use report::fit::Fitting;

/// A board in one of its modes.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardInMode {
    /// The board.
    pub profile: Profile,
    /// The mode.
    pub mode: PowerMode,
    /// Both, as the engine sees them.
    pub hardware: Hardware,
}

/// The space that the options name, where it is priced as a whole; an error that leads to the search for a larger one.
pub fn enumerable_space(library: &Library, args: &SpaceArgs) -> Result<Space> {
    let space = library.space(&args.space)?;
    if space.can_be_enumerated() {
        return Ok(space);
    }
    let what = format!("the space '{}' has {} candidates, too many to price them all", space.name, many(space.len()));
    Err(Error::new(what)
        .at_column("--space")
        .expected(format!("at most {}", count(Space::MAX_CANDIDATES)))
        .hint(format!("roofscape search --space {}, or coarser steps", args.space)))
}

/// The board that the options name.
pub fn board(library: &Library, args: &BoardArgs) -> Result<BoardInMode> {
    let profile = library.profile(args.profile())?.1.imagined(args.what_if.scaling()).shared_with(args.others);
    in_mode(profile, args.mode.as_deref())
}

/// A board in the mode of that name, or in its own.
pub fn in_mode(profile: Profile, mode: Option<&str>) -> Result<BoardInMode> {
    let mode = match mode {
        Some(name) => profile.mode(name)?,
        None => profile.default_mode(),
    };
    let (mode, hardware) = (mode.clone(), profile.hardware(mode));
    Ok(BoardInMode { profile, mode, hardware })
}

/// The estimator for a board; an error where it cannot compute in the number format.
pub fn estimator(
    board: &BoardInMode,
    args: &BoardArgs,
    workload: &WorkloadArgs,
    attention: AttentionArgs,
) -> Result<Estimator> {
    estimator_in(board, args.number_format(), workload, attention)
}

/// The same in a given format.
pub fn estimator_in(
    board: &BoardInMode,
    precision: Precision,
    workload: &WorkloadArgs,
    attention: AttentionArgs,
) -> Result<Estimator> {
    workload.answered_by(&precision)?;
    let estimator = Estimator::new(&board.hardware, precision, workload.workload())?;
    Ok(estimator.with_attention(attention.attention).with_prefill_chunk(workload.prefill_chunk))
}

/// The latency to minimise; an error where the workload has none of it, because the frontier would be one architecture
/// that takes no time.
pub fn objective(objective: Objective, workload: &WorkloadArgs) -> Result<Objective> {
    if objective.is_of(workload.workload()) {
        return Ok(objective);
    }
    let what = format!("nothing is generated (--output 0), so no {} latency can be minimised", objective.name());
    Err(Error::new(what)
        .at_column("--objective")
        .expected("prefill or total, or an --output of at least 1")
        .hint("--objective prefill, or --output 16"))
}

/// What is allowed on any board; an error where the workload has nothing of that kind, because all would keep it.
pub fn budgets_anywhere(args: &BudgetArgs, workload: &WorkloadArgs) -> Result<Budgets> {
    let budgets = args.budgets();
    match budgets.active().find(|(limit, _)| !limit.is_of(workload.workload())) {
        None => Ok(budgets),
        Some((limit, _)) => {
            Err(Error::new("nothing is generated (--output 0), so there is no time per output token to limit")
                .at_column(limit.option())
                .expected("a limit of another kind, or an --output of at least 1")
                .hint("--max-prefill in its place, or --output 16"))
        }
    }
}

/// What is allowed; an error where the board or the workload cannot be held to it.
pub fn budgets(args: &BudgetArgs, board: &BoardInMode, workload: &WorkloadArgs) -> Result<Budgets> {
    let budgets = budgets_anywhere(args, workload)?;
    if budgets.get(Limit::Energy).is_some() && board.hardware.watts.is_none() {
        return Err(board.profile.no_energy(&board.mode).at_column("--max-energy"));
    }
    Ok(budgets)
}

/// A law, and what its runs say of it if it was fitted on the spot.
#[derive(Debug)]
pub struct LoadedLaw {
    /// The law.
    pub law: LossLaw,
    /// The fit behind it, if it was fitted on the spot.
    pub fitting: Option<Fitting>,
    /// What its runs say of it.
    pub evidence: Option<Evidence>,
    /// Why there are none, if somebody might expect them.
    pub note: Option<String>,
}

/// The law that the options name, or the one fitted to the runs that they name. `options` hold what cannot be typed.
pub fn law(
    library: &Library,
    args: &LawArgs,
    options: &FitOptions,
    bootstrap: BootstrapArgs,
    watch: &dyn Watch,
) -> Result<LoadedLaw> {
    let Some(typed) = &args.data else {
        let law = library.law(args.law.as_deref().unwrap_or("paper"))?.1;
        let expected = bootstrap.bootstrap.is_some_and(|resamples| resamples > 0);
        let note = expected.then(|| {
            format!(
                "--bootstrap resamples the runs of --data; the law '{}' comes without, so its losses have no intervals",
                law.name
            )
        });
        return Ok(LoadedLaw { law, fitting: None, evidence: None, note });
    };
    let dataset = library.data_as(typed, &args.reading.reading())?.dataset;
    let of_data = |error: FitError| Error::from(error).in_source(dataset.name.clone());
    let fitting = args.fitting.fit(&dataset, options)?;
    let resamples = bootstrap.bootstrap.unwrap_or(Bootstrap::DEFAULT.resamples);
    let drawn = (resamples > 0).then(|| {
        let asked = Bootstrap { resamples, ..Bootstrap::DEFAULT };
        Evidence::of(&fitting.choice.runs, &fitting.fit, &fitting.options, &asked, watch)
    });
    let (evidence, note) = match drawn.transpose() {
        Ok(evidence) => (evidence.map(|evidence| evidence.at_tokens(fitting.fit.coefficients.tokens())), None),
        // Intervals that were asked for are an error if there are none. Otherwise the law goes on without them.
        Err(error) if bootstrap.bootstrap.is_some() => return Err(of_data(error)),
        Err(error) => {
            let reason = error.to_string().lines().next().unwrap_or_default().to_owned();
            (None, Some(format!("{}: no intervals: {reason}", dataset.name)))
        }
    };
    Ok(LoadedLaw { law: fitting.law(&dataset), fitting: Some(fitting), evidence, note })
}
