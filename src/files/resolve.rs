//! From `NAME|PATH` on the command line to a text and where it came from.
//!
//! A path wins, then the user's own file of that name, then the built-in one. Which of them it was is part of the
//! answer, so that nobody compares results from a profile that silently was not the one he thinks.

pub(super) mod data;
mod model;
mod run_directory;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::catalog::{Embedded, Kind};
use super::detect::{self, Detection, ThisMachine, Tree};
use super::law;
use super::profile::{Overlay, Profile};
use super::space;
use super::toml_source::{KeyPath, TomlSource, escaped, one_of, shown};
use crate::engine::law::LossLaw;
use crate::engine::space::Space;
use crate::error::{Error, Result, did_you_mean};

/// Where named files are looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Library {
    /// The user's configuration directory of this program; none where the platform has none, and in tests.
    pub user_dir: Option<PathBuf>,
    /// The machine that the profile `detected` stands for; none in tests, which must not depend on where they run.
    pub machine: Option<Tree>,
}

/// The profile of the machine that the program runs on.
pub const DETECTED: &str = "detected";

/// Where a file came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Embedded,
    /// A file in the user's configuration directory.
    User {
        /// That file.
        path: PathBuf,
        /// Whether a built-in file of the same name gives way to it.
        replaces: bool,
    },
    /// The path that was typed.
    Path(PathBuf),
}

/// A file that has been found and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The name typed, or the path's stem.
    pub name: String,
    /// Where it came from.
    pub origin: Origin,
    /// For error messages: the path, or `built-in profile agx-orin-64gb`.
    pub source: String,
    /// The file, as it is; its bytes are those to fingerprint.
    pub text: String,
}

impl Resolved {
    /// [`Origin`] as it goes with what was read, harmless to a terminal whatever the file is called.
    fn origin_in_words(&self) -> String {
        escaped(&self.origin.to_string())
    }

    /// For people who want to know which file that was.
    pub fn label(&self) -> String {
        match &self.origin {
            Origin::Path(path) => path.display().to_string(),
            named => format!("{} ({named})", self.name),
        }
    }
}

/// `built in`, or the file, and whether it hides a built-in one.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("built in"),
            Self::User { path, replaces: true } => write!(f, "{}, in place of the built-in one", path.display()),
            Self::User { path, replaces: false } | Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A line of `roofscape profiles list`.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// As to be typed.
    pub name: String,
    /// Where it is.
    pub origin: Origin,
    /// What it is, or why it cannot be used: a broken file must not hide the others.
    pub title: Result<String>,
}

impl Library {
    /// The library of the user who runs the program.
    pub fn of_user() -> Self {
        let user_dir = ProjectDirs::from("", "", "roofscape").map(|dirs| dirs.config_dir().to_owned());
        Self { user_dir, machine: Some(Tree::new("/")) }
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
    pub fn detect(&self) -> Result<(Detection, Option<ThisMachine>)> {
        match &self.machine {
            Some(tree) => detect::detect(tree, self),
            None => Err(Error::new("no machine is looked at here").at_column("--profile")),
        }
    }

    /// Finds and reads what was typed.
    pub fn resolve(&self, kind: Kind, typed: &str) -> Result<Resolved> {
        let path = Path::new(typed);
        if looks_like_a_path(typed) || path.is_file() {
            return read_path(kind, path);
        }
        // A link that leads nowhere counts: falling back to the built-in file would hide that it is broken.
        if let Some(path) = self.user_file(kind, typed).filter(|path| path.symlink_metadata().is_ok()) {
            let replaces = embedded(kind, typed).is_some();
            let source = path.display().to_string();
            let text = read(kind, &path)?;
            return Ok(Resolved { name: typed.to_owned(), origin: Origin::User { path, replaces }, source, text });
        }
        match embedded(kind, typed) {
            Some(file) => Ok(of_embedded(kind, file)),
            // A directory is no file of any kind; saying so helps more than a list of names.
            None if path.exists() => read_path(kind, path),
            None => Err(self.unknown(kind, typed)),
        }
    }

    /// The profile of that name or path.
    pub fn profile(&self, typed: &str) -> Result<(Resolved, Profile)> {
        if typed == DETECTED && self.machine.is_some() {
            let (detection, machine) = self.detect()?;
            let ThisMachine { resolved, profile } = machine.ok_or_else(|| unrecognised(&detection))?;
            return Ok((resolved, profile));
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
        let base = self.resolve(Kind::Profile, &overlay.base).map_err(|error| at_base(error.headline().to_owned()))?;
        if Overlay::is(&base.text) {
            return Err(at_base(format!("'{}' is a calibration itself", shown(&overlay.base)))
                .expected("the name of a board's profile"));
        }
        Profile::parse(&base.source, &base.text)?.with_overlay(overlay, toml)
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

    /// Every profile that can be named, sorted by name.
    pub fn profiles(&self) -> Vec<Listed> {
        self.list(Kind::Profile, |file| self.read_profile(file).map(|profile| profile.title))
    }

    /// Every law that can be named, sorted by name.
    pub fn laws(&self) -> Vec<Listed> {
        self.list(Kind::Law, |file| law::parse(&file.source, &file.text).map(|law| law.source))
    }

    /// Everything of a kind that can be named, sorted by name; `title` reads a file for its one-line description.
    pub fn list(&self, kind: Kind, title: impl Fn(&Resolved) -> Result<String>) -> Vec<Listed> {
        let user = self.user_names(kind);
        let mut listed = Vec::new();
        if let Err(error) = &user {
            let path = self.user_folder(kind).unwrap_or_default();
            let name = path.display().to_string();
            listed.push(Listed { name, origin: Origin::User { path, replaces: false }, title: Err(error.clone()) });
        }
        let user = user.unwrap_or_default();
        for file in kind.embedded().iter().filter(|file| !user.iter().any(|name| name == file.name)) {
            let title = title(&of_embedded(kind, file));
            listed.push(Listed { name: file.name.to_owned(), origin: Origin::Embedded, title });
        }
        for name in user {
            let Some(path) = self.user_file(kind, &name) else { continue };
            let replaces = embedded(kind, &name).is_some();
            let origin = Origin::User { path: path.clone(), replaces };
            let source = path.display().to_string();
            let title = read(kind, &path)
                .and_then(|text| title(&Resolved { name: name.clone(), origin: origin.clone(), source, text }));
            listed.push(Listed { name, origin, title });
        }
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        listed
    }

    fn user_folder(&self, kind: Kind) -> Option<PathBuf> {
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
        let mut known: Vec<String> = kind.embedded().iter().map(|file| file.name.to_owned()).collect();
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
        .expected("a Jetson of the Orin or Thor family, a Raspberry Pi 5, or a GeForce RTX 4090 or 3090")
        .hint("'roofscape profiles detect' shows what was looked at; or a profile by name")
}

fn looks_like_a_path(typed: &str) -> bool {
    let extension = Path::new(typed).extension().and_then(|extension| extension.to_str());
    typed.contains(std::path::is_separator) || matches!(extension, Some("toml" | "csv" | "jsonl"))
}

fn embedded(kind: Kind, name: &str) -> Option<&'static Embedded> {
    kind.embedded().iter().find(|file| file.name == name)
}

fn of_embedded(kind: Kind, file: &Embedded) -> Resolved {
    Resolved {
        name: file.name.to_owned(),
        origin: Origin::Embedded,
        source: format!("built-in {} {}", kind.noun(), file.name),
        text: file.text.to_owned(),
    }
}

/// The file at a path.
pub(super) fn read_path(kind: Kind, path: &Path) -> Result<Resolved> {
    let source = path.display().to_string();
    let name = path.file_stem().map_or_else(|| source.clone(), |stem| stem.to_string_lossy().into_owned());
    let text = read(kind, path)?;
    Ok(Resolved { name, origin: Origin::Path(path.to_owned()), source, text })
}

/// The whole file as text.
fn read(kind: Kind, path: &Path) -> Result<String> {
    String::from_utf8(read_bytes(kind, path)?).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() as u64 + 1;
        Error::new("the file is not UTF-8 text")
            .in_source(path.display().to_string())
            .at_line(line)
            .hint("save it as UTF-8")
    })
}

/// The whole file. Reads no more than the limit, whatever size the file claims: devices and pipes claim none.
fn read_bytes(kind: Kind, path: &Path) -> Result<Vec<u8>> {
    let source = path.display().to_string();
    if path.is_dir() {
        let expected = format!("a file with a {}", kind.noun());
        return Err(Error::new("this is a directory").in_source(source).expected(expected));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(kind.largest() + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > kind.largest() {
        let what = format!("the file is larger than {} MB, which no {} is", kind.largest() / 1_000_000, kind.noun());
        return Err(Error::new(what).in_source(source));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "this may not be read: permission denied".to_owned(),
        _ => format!("this cannot be read: {error}"),
    };
    Error::new(what).in_source(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::engine::law::fit::{FitOptions, fit};

    /// A configuration directory with files in it.
    fn library(files: &[(&str, &str)]) -> (TempDir, Library) {
        let dir = TempDir::new().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let library = Library { user_dir: Some(dir.path().to_owned()), machine: None };
        (dir, library)
    }

    fn orin() -> &'static str {
        Kind::Profile.embedded()[0].text
    }

    #[test]
    fn built_in_names_need_no_files() {
        let (found, profile) = Library::default().profile("agx-orin-64gb").unwrap();
        assert_eq!((found.origin.clone(), found.label().as_str()), (Origin::Embedded, "agx-orin-64gb (built in)"));
        assert_eq!(
            (found.source.as_str(), profile.title.as_str()),
            ("built-in profile agx-orin-64gb", "NVIDIA Jetson AGX Orin 64GB")
        );
        let (_, law) = Library::default().law("paper").unwrap();
        assert_eq!((law.name.as_str(), law.origin.as_deref()), ("paper", Some("built in")));
        assert_eq!(Library::default().space("paper").unwrap().origin.as_deref(), Some("built in"));
    }

    #[test]
    fn runs_carry_their_origin_and_their_reading_into_the_law() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/tiny.csv");
        for (typed, origin) in [("tiny", "built in"), (path, path)] {
            let dataset = Library::default().data(typed).unwrap().dataset;
            assert_eq!(dataset.origin.as_deref(), Some(origin));
            let fit = fit(&dataset.runs, &FitOptions { starts: 2, ..FitOptions::default() }, &()).unwrap();
            let law = LossLaw::fitted(fit, &dataset);
            assert_eq!(law.origin, Some(format!("runs: {origin}")));
            let reading = law.reading.unwrap();
            assert!(reading.starts_with("173 runs; ") && reading.contains("loss from 'val_loss'"), "{reading}");
        }
    }

    #[test]
    fn a_file_of_the_user_wins_and_says_so() {
        let (dir, library) = library(&[
            ("profiles/agx-orin-64gb.toml", &orin().replace("85, unit", "80, unit")),
            ("profiles/mine.toml", orin()),
        ]);
        let (found, profile) = library.profile("agx-orin-64gb").unwrap();
        assert_eq!(profile.default_mode().int8.as_ref().unwrap().value, 80.0);
        let path = dir.path().join("profiles/agx-orin-64gb.toml");
        assert_eq!(found.label(), format!("agx-orin-64gb ({}, in place of the built-in one)", path.display()));
        assert_eq!(profile.origin, Some(format!("{}, in place of the built-in one", path.display())));
        let mine = library.resolve(Kind::Profile, "mine").unwrap();
        assert_eq!(mine.label(), format!("mine ({})", dir.path().join("profiles/mine.toml").display()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_not_passed_over() {
        let (dir, library) = library(&[("profiles/mine.toml", "")]);
        let link = dir.path().join("profiles/agx-orin-64gb.toml");
        std::os::unix::fs::symlink(dir.path().join("gone"), &link).unwrap();
        assert_eq!(
            library.resolve(Kind::Profile, "agx-orin-64gb").unwrap_err().to_string(),
            format!("{}: there is no such file", link.display())
        );
    }

    #[test]
    fn a_path_wins_over_everything() {
        let (dir, library) = library(&[("elsewhere/agx-orin-64gb.toml", "text")]);
        let path = dir.path().join("elsewhere/agx-orin-64gb.toml");
        let found = library.resolve(Kind::Profile, path.to_str().unwrap()).unwrap();
        assert_eq!((found.name.as_str(), found.text.as_str()), ("agx-orin-64gb", "text"));
        assert_eq!(found.label(), path.display().to_string());
    }

    #[test]
    fn what_cannot_be_found_or_read_is_said_plainly() {
        let (dir, library) = library(&[("profiles/mine.toml", orin()), ("a.csv/x", ""), ("latin.csv", "a\nb")]);
        fs::write(dir.path().join("latin.csv"), b"name\nM\xfcller\n").unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        let refusal = |kind, typed: &str| library.resolve(kind, typed).unwrap_err().to_string();
        assert_eq!(
            refusal(Kind::Profile, "agx-orin"),
            "'--profile': there is no profile 'agx-orin'\n  \
             expected: a path, or one of agx-orin-32gb, agx-orin-64gb, agx-orin-64gb+edge-llm, \
             agx-orin-industrial, apple-m4, mine, orin-nano-4gb, orin-nano-8gb, orin-nano-8gb+llama.cpp, orin-nx-16gb, \
             orin-nx-8gb, raspberry-pi-5, rtx-3090, rtx-4090, rtx-4090+transformers, thor-t4000, thor-t5000, \
             thor-t5000+edge-llm, thor-t5000+edge-llm-0.4\n  \
             try: --profile agx-orin-64gb"
        );
        assert_eq!(refusal(Kind::Law, "qqq"), "'--law': there is no law 'qqq'\n  expected: a path, or paper");
        assert_eq!(refusal(Kind::Profile, "./gone"), "./gone: there is no such file");
        assert_eq!(refusal(Kind::Data, "gone.jsonl"), "gone.jsonl: there is no such file");
        assert_eq!(
            refusal(Kind::Data, &at("a.csv")),
            format!("{}: this is a directory\n  expected: a file with a dataset", at("a.csv"))
        );
        assert_eq!(
            refusal(Kind::Data, &at("latin.csv")),
            format!("{}:2: the file is not UTF-8 text\n  try: save it as UTF-8", at("latin.csv"))
        );
        fs::write(dir.path().join("big.toml"), vec![b' '; 1_000_001]).unwrap();
        assert_eq!(
            refusal(Kind::Space, &at("big.toml")),
            format!("{}: the file is larger than 1 MB, which no space is", at("big.toml"))
        );
        assert_eq!(refusal(Kind::Profile, "src"), "src: this is a directory\n  expected: a file with a profile");
        assert!(refusal(Kind::Profile, "").starts_with("'--profile': there is no profile ''"));
    }

    #[test]
    fn errors_in_a_file_name_it() {
        let (dir, library) = library(&[("profiles/mine.toml", "name = 3\n")]);
        assert_eq!(
            library.profile("mine").unwrap_err().to_string(),
            format!(
                "{}:1, 'name': integer `3` cannot stand here\n  expected: a string",
                dir.path().join("profiles/mine.toml").display()
            )
        );
    }

    #[test]
    fn one_broken_file_does_not_hide_the_others() {
        let (dir, library) = library(&[
            ("profiles/broken.toml", "name = "),
            ("profiles/orin-nx-16gb.toml", &orin().replace("NVIDIA Jetson AGX Orin 64GB\"", "Mine\"")),
            ("profiles/notes.txt", "not a profile"),
        ]);
        let listed = library.profiles();
        assert_eq!(listed.len(), Kind::Profile.embedded().len() + 1);
        assert!(listed.is_sorted_by_key(|line| &line.name));
        let line = |name: &str| listed.iter().find(|line| line.name == name).unwrap();
        let built_in = line("agx-orin-64gb");
        assert_eq!(built_in.title.as_deref(), Ok("NVIDIA Jetson AGX Orin 64GB"));
        assert_eq!(built_in.origin, Origin::Embedded);
        assert!(line("broken").title.as_ref().unwrap_err().to_string().contains("not valid TOML"));
        assert_eq!(line("orin-nx-16gb").title.as_deref(), Ok("Mine"));
        let path = dir.path().join("profiles/orin-nx-16gb.toml");
        assert_eq!(line("orin-nx-16gb").origin, Origin::User { path, replaces: true });
        assert_eq!(Library::default().laws().len(), 1);
    }
}
