//! `roofscape search`: the frontier of a space that is too large to price, with how far it was searched.

use super::args::SearchArgs;
use super::frontier::{Priced, deliver, models};
use super::streams::{Failure, Outcome, Streams};
use engine::search::SearchOptions;
use files::resolve::Library;
use report::body;

pub(super) fn run(args: &SearchArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let SearchArgs { sweep, seed, max_evaluations, tolerance, models: named, format } = args;
    let models = models(named, *format, library)?;
    let options = SearchOptions { seed: *seed, max_evaluations: *max_evaluations, tolerance: *tolerance };
    let priced = Priced::by_search(sweep, library, options)?;
    deliver(&priced, &models, (*format, body::Search), streams)
}
