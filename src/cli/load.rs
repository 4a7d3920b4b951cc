//! From options to engine types: every command takes its law, board and space through here.

use super::args::{AttentionArgs, BoardArgs, LawArgs, WorkloadArgs};
use super::fitting::Fitting;
use crate::engine::hardware::Hardware;
use crate::engine::law::LossLaw;
use crate::engine::law::fit::FitOptions;
use crate::engine::precision::Precision;
use crate::engine::roofline::Estimator;
use crate::error::{Error, Result};
use crate::files::profile::{PowerMode, Profile};
use crate::files::resolve::Library;
use crate::files::toml_source::one_of;

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

/// The board that the options name.
pub fn board(library: &Library, args: &BoardArgs) -> Result<BoardInMode> {
    let (_, profile) = library.profile(&args.profile)?;
    let mode = match &args.mode {
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
    let estimator = Estimator::new(&board.hardware, args.precision, workload.workload());
    estimator.map(|estimator| estimator.with_attention(attention.attention)).map_err(|unsupported| {
        let supported = Precision::ALL.iter().filter(|known| board.hardware.rate_flops_per_s(known.compute).is_some());
        let supported: Vec<&str> = supported.map(|known| known.name).collect();
        Error::new(unsupported.to_string()).at_column("--precision").expected(one_of(&supported))
    })
}

/// The law that the options name, or the one fitted to the runs that they name.
pub fn law(library: &Library, args: &LawArgs) -> Result<LossLaw> {
    match &args.data {
        Some(typed) => {
            let dataset = library.data(typed)?.dataset;
            Ok(Fitting::of(&dataset, &args.fitting, &FitOptions::DEFAULT)?.law(&dataset))
        }
        None => Ok(library.law(args.law.as_deref().unwrap_or("paper"))?.1),
    }
}
