//! The command line: the same engine as the explorer, without a screen.
//!
//! ```text
//! args ──clap──▶ Command ──load──▶ law, board, space ──engine──▶ result ──▶ table | JSON | CSV on stdout
//!                                                                   └─────▶ warnings, errors on stderr
//! ```
//!
//! Exit codes are ripgrep's: 0 found, 1 nothing feasible or a claim not reproduced, 2 error, bugs of ours included.
//! Commands write to the streams they are given, never to the process's own, so that a closed pipe is an answer and not
//! a crash.

pub mod args;
pub mod explore;
pub mod load;

mod arch;
mod calibrate;
mod detect;
mod export;
mod fit;
mod fitting;
mod frontier;
mod interrupt;
mod lists;
mod models;
mod plan;
mod predict;
mod profiles;
mod progress;
mod reproduce;
mod schema;
mod search;
mod setting;
mod streams;
mod synthesize;
mod table;
mod theory;

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use self::args::{Cli, Command};
use self::streams::{Failure, Outcome, Streams};
use crate::built_in::BUILT_IN;
use engine::error::Error;
use files::resolve::Library;

const FOUND: u8 = 0;
const NOTHING_FEASIBLE: u8 = 1;
const NOT_REPRODUCED: u8 = 1;
const FAILED: u8 = 2;

/// Runs the program with `args`, the first of which is its name. A bug of ours is an error like others to the shell: it
/// exits with 2, after the panic hook has reported it.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> ExitCode {
    // The streams are line-wise at worst after a panic, and are only written to once more.
    match catch_unwind(AssertUnwindSafe(|| answer(args, out, err))) {
        Ok(code) => code,
        Err(_) => failed(&Failure::Bug, err),
    }
}

fn answer(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> ExitCode {
    let cli = match Cli::try_parse_from(sysroot_last(args)) {
        Ok(cli) => cli,
        Err(usage) => return misused(&usage, out, err),
    };
    if cli.sysroot.is_some() && !cli.looks_at_a_machine() {
        return failed(&without_effect(&cli).into(), err);
    }
    let library = match Library::of_user(BUILT_IN).with_sysroot(cli.sysroot.as_deref()) {
        Ok(library) => library,
        Err(error) => return failed(&error.into(), err),
    };
    let Some(command) = cli.command else {
        return match explore::explore(&cli.explore, &library) {
            Ok(code) => code,
            Err(error) => failed(&error.into(), err),
        };
    };
    let mut streams = Streams { out, err };
    let outcome = dispatch(&command, &library, &mut streams)
        .and_then(|outcome| streams.out.flush().map(|()| outcome).map_err(Failure::from));
    match outcome {
        Ok(Outcome::Found) => FOUND.into(),
        Ok(Outcome::NothingFeasible) => NOTHING_FEASIBLE.into(),
        Ok(Outcome::NotReproduced) => NOT_REPRODUCED.into(),
        Err(failure) => failed(&failure, streams.err),
    }
}

/// `--sysroot DIR` means the same before the command and after it, but options before a command are the explorer's.
fn sysroot_last(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    const OPTION: &str = "--sysroot";
    let (mut others, mut last) = (Vec::new(), Vec::new());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == OPTION {
            last.push(arg);
            last.extend(args.next());
        } else if arg.to_str().is_some_and(|arg| arg.strip_prefix(OPTION).is_some_and(|rest| rest.starts_with('='))) {
            last.push(arg);
        } else {
            others.push(arg);
        }
    }
    let end = others.iter().position(|arg| arg == "--").unwrap_or(others.len());
    others.splice(end..end, last);
    others
}

fn without_effect(cli: &Cli) -> Error {
    let error = Error::new("nothing that was asked for looks at a machine, so this would change nothing");
    error.at_column("--sysroot").hint(match &cli.command {
        None => "leave --profile out, or --profile detected",
        Some(command) if command.profile().is_some() => "--profile detected, or roofscape profiles detect",
        Some(_) => "roofscape profiles detect, or leave it out",
    })
}

fn dispatch(command: &Command, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    match command {
        Command::Fit(args) => fit::run(args, library, streams),
        Command::Predict(args) => predict::run(args, library, streams),
        Command::Frontier(args) => frontier::run(args, library, streams),
        Command::Search(args) => search::run(args, library, streams),
        Command::Theory(args) => theory::run(args, library, streams),
        Command::Plan(args) => plan::run(args, library, streams),
        Command::Calibrate(args) => calibrate::run(args, library, streams),
        Command::Export(args) => export::run(args, library, streams),
        Command::Profiles(args) => profiles::run(args, library, streams),
        Command::Models(args) => models::run(args, library, streams),
        Command::Laws(args) => lists::laws(*args, library, streams),
        Command::Spaces(args) => lists::spaces(*args, library, streams),
        Command::Synthesize(args) => synthesize::run(args, library, streams),
        Command::Reproduce(args) => reproduce::run(args, library, streams),
        Command::Schema => schema::run(streams),
    }
}

/// Help and version are answers; everything else is misuse, in the shape of our own errors.
fn misused(usage: &clap::Error, out: &mut dyn Write, err: &mut dyn Write) -> ExitCode {
    let text = usage.render().to_string();
    if usage.use_stderr() {
        let _ = write!(err, "roofscape: {}", text.strip_prefix("error: ").unwrap_or(&text));
        return FAILED.into();
    }
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => FOUND.into(),
        Err(error) => failed(&error.into(), err),
    }
}

fn failed(failure: &Failure, err: &mut dyn Write) -> ExitCode {
    match failure {
        // The reader has seen enough, as `head` does.
        Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => FOUND.into(),
        Failure::Output(error) => {
            let _ = writeln!(err, "roofscape: the output cannot be written: {error}");
            FAILED.into()
        }
        Failure::Mendable(error) => {
            let _ = writeln!(err, "roofscape: {error}");
            FAILED.into()
        }
        Failure::Bug => {
            let _ = writeln!(
                err,
                "roofscape: this is a bug in roofscape: please report it with the command that was typed"
            );
            FAILED.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments that break while they are read, as nothing a user types can.
    struct Broken;

    impl Iterator for Broken {
        type Item = OsString;

        fn next(&mut self) -> Option<OsString> {
            panic!("on purpose")
        }
    }

    #[test]
    fn a_bug_of_ours_is_an_error_and_not_a_crash() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(Broken, &mut out, &mut err);
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(FAILED)));
        assert!(out.is_empty());
        assert!(String::from_utf8(err).unwrap().starts_with("roofscape: this is a bug"));
    }
}
