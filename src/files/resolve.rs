//! From `NAME|PATH` on the command line to a text and where it came from.
//!
//! A path wins, then the user's own file of that name, then the built-in one. Which of them was taken is part of the
//! answer, so that nobody compares results of two profiles without knowing it.

mod boards;
pub(super) mod data;
mod file;
mod hub;
mod list;
mod model;
mod run_directory;

use std::path::{Path, PathBuf};
use std::{fs, io};

use directories::ProjectDirs;

pub(super) use self::file::{Found, find_path};
pub use self::file::{Origin, Resolved};
use self::file::{read_bytes, read_path, unreadable};
pub use self::list::Listed;

use super::catalog::{BuiltIn, Embedded, Kind};
use super::detect::{self, Detection, Tree};
use super::law;
use super::profile::{Overlay, Profile};
use super::space;
use super::toml_source::{KeyPath, TomlSource};
use engine::error::{Error, Result, did_you_mean};
use engine::law::LossLaw;
use engine::space::Space;
use engine::text::{escaped, one_of, shown};

/// Where named files are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// What the program has built in.
    pub built_in: &'static BuiltIn,
    /// The user's configuration directory of this program; none where the platform has none, and in tests.
    pub user_dir: Option<PathBuf>,
    /// The machine that the profile `detected` stands for; none in tests, which must not depend on where they run.
    pub machine: Option<Tree>,
    /// Where Hugging Face's tools keep what they have downloaded; none in tests.
    pub hub_cache: Option<PathBuf>,
}

/// The profile of the machine that the program runs on.
pub const DETECTED: &str = "detected";

impl Library {
    /// What is built in, and nothing of anybody's.
    pub const fn of(built_in: &'static BuiltIn) -> Self {
        Self { built_in, user_dir: None, machine: None, hub_cache: None }
    }

    /// The library of the user who runs the program.
    pub fn of_user(built_in: &'static BuiltIn) -> Self {
        let user_dir = ProjectDirs::from("", "", "roofscape").map(|dirs| dirs.config_dir().to_owned());
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let hub_cache = hub::cache_dir(variable, home.as_deref());
        Self { user_dir, machine: Some(Tree::new("/")), hub_cache, ..Self::of(built_in) }
    }

    /// The same, with another root for the machine: recorded trees.
    pub fn with_sysroot(self, sysroot: Option<&Path>) -> Result<Self> {
        let Some(sysroot) = sysroot else { return Ok(self) };
        if sysroot.is_dir() {
            return Ok(Self { machine: Some(Tree::new(sysroot)), ..self });
        }
        Err(Error::new(format!("{} is no directory", escaped(&sysroot.display().to_string())))
            .at_column("--sysroot")
            .expected("a directory with proc, sys and etc of a machine"))
    }

    /// What the machine is, and its profile if it is a known board.
    pub fn detect(&self) -> Result<(Detection, Option<(Resolved, Profile)>)> {
        match &self.machine {
            Some(tree) => {
                let mut file = None;
                let (detection, profile) = detect::detect(tree, &self.boards(), |name| {
                    let (resolved, profile) = self.profile(name)?;
                    file = Some(resolved);
                    Ok(profile)
                })?;
                Ok((detection, file.zip(profile)))
            }
            None => Err(Error::new("no machine is looked at here").at_column("--profile")),
        }
    }

    /// Finds and reads what was typed.
    pub fn resolve(&self, kind: Kind, typed: &str) -> Result<Resolved> {
        self.find(kind, typed)?.into_text()
    }

    /// The same, whatever is in the file.
    pub(crate) fn find(&self, kind: Kind, typed: &str) -> Result<Found> {
        let path = Path::new(typed);
        if looks_like_a_path(typed) || path.is_file() {
            return find_path(kind, path);
        }
        // A link that leads nowhere counts as a file. Falling back to the built-in file would hide that the link is
        // broken.
        if let Some(path) = self.user_file(kind, typed).filter(|path| path.symlink_metadata().is_ok()) {
            let replaces = self.built_in.named(kind, typed).is_some();
            let source = path.display().to_string();
            let bytes = read_bytes(kind, &path)?;
            return Ok(Found { name: typed.to_owned(), origin: Origin::User { path, replaces }, source, bytes });
        }
        match self.built_in.named(kind, typed) {
            Some(file) => Ok(of_embedded(kind, file).into()),
            // A directory is no file of any kind. Saying so helps more than a list of names.
            None if path.exists() => find_path(kind, path),
            None => Err(self.unknown(kind, typed)),
        }
    }

    /// The profile of that name or path.
    pub fn profile(&self, typed: &str) -> Result<(Resolved, Profile)> {
        if typed == DETECTED && self.machine.is_some() {
            let (detection, machine) = self.detect()?;
            return machine.ok_or_else(|| unrecognised(&detection));
        }
        let resolved = self.resolve(Kind::Profile, typed)?;
        let mut profile = self.read_profile(&resolved)?;
        profile.origin = Some(resolved.origin_in_words());
        Ok((resolved, profile))
    }

    /// A board's own file, or a calibration with the board that it is for.
    fn read_profile(&self, file: &Resolved) -> Result<Profile> {
        if !Overlay::is(&file.text) {
            return Profile::parse(&file.source, &file.text);
        }
        let toml = TomlSource::new(&file.source, &file.text);
        let overlay = Overlay::parse(&file.source, &file.text)?;
        let at_base = |what: String| toml.error(&KeyPath::ROOT.key("base"), what);
        let base = self
            .base(file, &overlay.base)
            .map_err(|error| at_base(error.headline().to_owned()).hint(beside(&overlay.base)))?;
        if Overlay::is(&base.text) {
            return Err(at_base(format!("'{}' is a calibration itself", shown(&overlay.base)))
                .expected("the name of a board's profile"));
        }
        Profile::parse(&base.source, &base.text)?.with_overlay(overlay, toml)
    }

    /// The board's profile that a calibration is for: by its name, by a path from the calibration's folder, or as a file of
    /// that name beside it. So a calibration of a board of one's own works where both lie together, installed or not.
    fn base(&self, calibration: &Resolved, base: &str) -> Result<Resolved> {
        let folder = match &calibration.origin {
            Origin::Embedded => None,
            Origin::User { path, .. } | Origin::Path(path) => path.parent(),
        };
        let Some(folder) = folder else { return self.resolve(Kind::Profile, base) };
        if looks_like_a_path(base) {
            return read_path(Kind::Profile, &folder.join(base));
        }
        self.resolve(Kind::Profile, base).or_else(|unknown| {
            let beside = folder.join(format!("{base}.toml"));
            if beside.is_file() { read_path(Kind::Profile, &beside) } else { Err(unknown) }
        })
    }

    /// The law of that name or path.
    pub fn law(&self, typed: &str) -> Result<(Resolved, LossLaw)> {
        let resolved = self.resolve(Kind::Law, typed)?;
        let mut law = law::parse(&resolved.source, &resolved.text)?;
        law.origin = Some(resolved.origin_in_words());
        Ok((resolved, law))
    }

    /// The space of that name or path.
    pub fn space(&self, typed: &str) -> Result<Space> {
        let resolved = self.resolve(Kind::Space, typed)?;
        let mut space = space::parse(&resolved.source, &resolved.text)?;
        space.origin = Some(resolved.origin_in_words());
        Ok(space)
    }

    /// Where the user's files of that kind are found by name; none where the platform has no such place.
    pub fn user_folder(&self, kind: Kind) -> Option<PathBuf> {
        Some(self.user_dir.as_ref()?.join(kind.folder()?))
    }

    fn user_file(&self, kind: Kind, name: &str) -> Option<PathBuf> {
        Some(self.user_folder(kind)?.join(format!("{name}.toml")))
    }

    /// Stems of the user's files; none where there is no such directory.
    fn user_names(&self, kind: Kind) -> Result<Vec<String>> {
        let Some(folder) = self.user_folder(kind) else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| unreadable(&folder, &error))?,
        };
        let stem = |path: PathBuf| {
            let is_toml = path.extension().is_some_and(|extension| extension == "toml");
            if is_toml { path.file_stem()?.to_str().map(str::to_owned) } else { None }
        };
        Ok(entries.filter_map(|entry| stem(entry.ok()?.path())).collect())
    }

    fn unknown(&self, kind: Kind, typed: &str) -> Error {
        let mut known: Vec<String> = self.built_in.of(kind).iter().map(|file| file.name.to_owned()).collect();
        known.extend(self.user_names(kind).unwrap_or_default());
        known.sort_unstable();
        known.dedup();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let error = Error::new(format!("there is no {} '{}'", kind.noun(), shown(typed))).at_column(kind.option());
        let error = error.expected(match known.as_slice() {
            [] => "a path".to_owned(),
            names => format!("a path, or {}", one_of(names)),
        });
        match did_you_mean(typed, known.iter().copied()) {
            Some(near) => error.hint(format!("{} {near}", kind.option())),
            None => error,
        }
    }
}

fn unrecognised(detection: &Detection) -> Error {
    Error::new(detection.summary())
        .at_column("--profile")
        .expected("a board of roofscape profiles list, or one of your own")
        .hint(format!(
            "a profile by name; or {}; roofscape profiles detect shows what was looked at",
            detection.way_on()
        ))
}

/// What to do for a calibration whose board is not found.
fn beside(base: &str) -> String {
    if looks_like_a_path(base) {
        return "put the board's profile there, or write its path from the calibration's folder as 'base'".to_owned();
    }
    let base = shown(base);
    format!(
        "put the board's profile beside the calibration as {base}.toml, or among your profiles (roofscape profiles)"
    )
}

fn looks_like_a_path(typed: &str) -> bool {
    let extension = Path::new(typed).extension().and_then(|extension| extension.to_str());
    typed.contains(std::path::is_separator)
        || matches!(extension, Some("toml" | "csv" | "tsv" | "jsonl" | "gz" | "parquet"))
}

fn of_embedded(kind: Kind, file: &Embedded) -> Resolved {
    Resolved {
        name: file.name.to_owned(),
        origin: Origin::Embedded,
        source: format!("built-in {} {}", kind.noun(), file.name),
        text: file.text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
