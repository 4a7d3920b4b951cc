//! The default command: the full-screen explorer.

use std::process::ExitCode;

use super::args::ExploreArgs;
use crate::error::{Error, Result};

/// Opens the explorer on what the options select.
pub fn explore(_args: &ExploreArgs) -> Result<ExitCode> {
    Err(Error::new("this build has no explorer").hint("roofscape frontier, or roofscape --help"))
}
