//! `roofscape profiles new`: a profile to edit, for a board that has none.

use std::path::Path;

use crate::cli::args::NewProfileArgs;
use crate::cli::streams::{Failure, Outcome, Streams};
use engine::error::Error;
use engine::text::shown;
use files::catalog::Kind;
use files::detect::today;
use files::profile::Template;
use files::resolve::Library;

/// What the profile is called where no file says it.
const UNNAMED: &str = "my-board";

pub(super) fn run(args: &NewProfileArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let like = library.profile(&args.like)?.1;
    if let Some(calibration) = &like.calibration {
        return Err(Error::new(format!("'{}' is a calibration, and a board is not begun from one", shown(&args.like)))
            .at_column("--like")
            .expected("the profile of a board")
            .hint(format!("--like {}", calibration.base))
            .into());
    }
    let name = args.out.file_stem().and_then(|stem| stem.to_str()).filter(|stem| *stem != "-").unwrap_or(UNNAMED);
    // A machine that cannot be told is no reason not to write.
    let machine = library.detect().ok().map(|(detection, _)| detection);
    let text = Template { like: &like, name, machine: machine.as_ref(), date: &today() }.text();
    let folder = library.user_folder(Kind::Profile);
    let parent = args.out.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(folder) = folder.as_deref().filter(|folder| parent == Some(folder)) {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::new(format!("the directory cannot be made: {error}")).in_source(folder.display().to_string())
        })?;
    }
    if streams.deliver(&args.out, args.force, text.as_bytes())? {
        said(&args.out, name, folder.as_deref(), streams)?;
    }
    Ok(Outcome::Found)
}

/// What was written and what to do with it.
fn said(out: &Path, name: &str, folder: Option<&Path>, streams: &mut Streams<'_>) -> std::io::Result<()> {
    let path = out.display();
    let is_found = out.parent().zip(folder).is_some_and(|(parent, folder)| parent == folder);
    let typed = if is_found { name.to_owned() } else { file_as_typed(out) };
    writeln!(streams.out, "written: {path}")?;
    writeln!(streams.out, "edit it: every figure that says 'assumed' is another board's")?;
    writeln!(streams.out, "then: roofscape profiles show {typed}")?;
    writeln!(streams.out, "      roofscape frontier --profile {typed}")?;
    match folder.filter(|_| !is_found) {
        Some(folder) => writeln!(
            streams.out,
            "in {} it is found as --profile {name}, and profiles detect recognises the board",
            folder.display()
        ),
        None => Ok(()),
    }
}

/// The path, so that it is not taken for a name.
fn file_as_typed(out: &Path) -> String {
    let path = out.display().to_string();
    let is_path =
        path.contains(std::path::is_separator) || out.extension().is_some_and(|extension| extension == "toml");
    if is_path { path } else { format!("./{path}") }
}
