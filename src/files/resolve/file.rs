//! A file that was found: where it came from, and its text. No more of it is read than a file of its kind has.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::catalog::Kind;
use crate::gzip;
use engine::error::{Error, Result};
use engine::text::escaped;

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

/// The same before it is known to be text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) source: String,
    pub(crate) bytes: Vec<u8>,
}

impl Found {
    pub(super) fn into_text(self) -> Result<Resolved> {
        let text = text(self.bytes, &self.source)?;
        Ok(Resolved { name: self.name, origin: self.origin, source: self.source, text })
    }

    /// [`Origin`] as it goes with what was read, harmless to a terminal whatever the file is called.
    pub(super) fn origin_in_words(&self) -> String {
        escaped(&self.origin.to_string())
    }
}

impl From<Resolved> for Found {
    fn from(file: Resolved) -> Self {
        Self { name: file.name, origin: file.origin, source: file.source, bytes: file.text.into_bytes() }
    }
}

impl Resolved {
    /// [`Origin`] as it goes with what was read, harmless to a terminal whatever the file is called.
    pub(super) fn origin_in_words(&self) -> String {
        escaped(&self.origin.to_string())
    }

    /// Which file that was, for people.
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

/// The file at a path.
pub(super) fn read_path(kind: Kind, path: &Path) -> Result<Resolved> {
    find_path(kind, path)?.into_text()
}

/// The same, whatever is in it.
pub(crate) fn find_path(kind: Kind, path: &Path) -> Result<Found> {
    let source = path.display().to_string();
    let name = path.file_name().map_or_else(|| source.clone(), |name| name.to_string_lossy().into_owned());
    let name = Path::new(gzip::stem(&name))
        .file_stem()
        .map_or_else(|| name.clone(), |stem| stem.to_string_lossy().into_owned());
    Ok(Found { name, origin: Origin::Path(path.to_owned()), source, bytes: read_bytes(kind, path)? })
}

/// The whole file as text.
pub(super) fn read(kind: Kind, path: &Path) -> Result<String> {
    text(read_bytes(kind, path)?, &path.display().to_string())
}

fn text(bytes: Vec<u8>, source: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() as u64 + 1;
        Error::new("the file is not UTF-8 text").in_source(source).at_line(line).hint("save it as UTF-8")
    })
}

/// The whole file. Reads no more than the limit, whatever size the file claims: devices and pipes claim none.
pub(super) fn read_bytes(kind: Kind, path: &Path) -> Result<Vec<u8>> {
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

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "this may not be read: permission denied".to_owned(),
        _ => format!("this cannot be read: {error}"),
    };
    Error::new(what).in_source(path.display().to_string())
}
