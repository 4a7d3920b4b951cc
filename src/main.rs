//! The `roofscape` program: dispatch and exit code; everything else is in the library.

use std::io::{self, BufWriter};
use std::process::ExitCode;

fn main() -> ExitCode {
    // A second hook cannot be installed; reports of panics are then merely plainer.
    let _ = color_eyre::install();
    // Not locked: the explorer takes the terminal for itself.
    roofscape::cli::run(std::env::args_os(), &mut BufWriter::new(io::stdout()), &mut io::stderr())
}
