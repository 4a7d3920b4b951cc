//! What the user said about columns, kept for the next file with the same header.
//!
//! An export of a tracker is made again and again with the same columns, so the user says once what they mean. A header
//! is recognised by its names alone, in any order: neither the path of the file nor its runs matter. Everything is in
//! one TOML file in the user's configuration directory, which a person can read and mend.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::runs::Mapping;
use super::save;
use super::toml_source::{KeyPath, TomlSource};
use engine::error::{Error, Result};

const PREAMBLE: &str = "\
# What --columns has told, one table per header: field = column. A header is known by its sorted column names.
# roofscape writes this file anew when columns are told; --columns none takes the header of that file out.
";

/// The file, as it is.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    #[serde(default)]
    headers: BTreeMap<String, BTreeMap<String, String>>,
}

/// The file's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMemory {
    path: PathBuf,
}

impl ColumnMemory {
    /// The memory in the user's configuration directory.
    pub fn in_dir(dir: &Path) -> Self {
        Self { path: dir.join("columns.toml") }
    }

    /// What was told for a header, if anything was.
    pub fn recall(&self, header: &[String]) -> Result<Option<Mapping>> {
        let Some((source, text)) = self.read()? else { return Ok(None) };
        let toml = TomlSource::new(&source, &text);
        let fingerprint = fingerprint(header);
        let entries: Entries = toml.read().map_err(|error| self.spoiled(error))?;
        let Some(told) = entries.headers.get(&fingerprint) else { return Ok(None) };
        let mut mapping = Mapping::default();
        for (field, column) in told {
            mapping.tell(field, column).map_err(|error| {
                let key = KeyPath::ROOT.key("headers").key(&fingerprint).key(field);
                self.spoiled(toml.error(&key, error.headline()))
            })?;
        }
        Ok(Some(mapping))
    }

    /// Keeps what was told for a header.
    pub fn remember(&self, header: &[String], told: &Mapping) -> Result<()> {
        let told = told.iter().map(|(field, column)| (field.name().to_owned(), column.to_owned())).collect();
        self.change(|headers| headers.insert(fingerprint(header), told))
    }

    /// Forgets what was told for a header.
    pub fn forget(&self, header: &[String]) -> Result<()> {
        self.change(|headers| headers.remove(&fingerprint(header)))
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, BTreeMap<String, String>>) -> T) -> Result<()> {
        let old: Entries = match self.read()? {
            Some((source, text)) => TomlSource::new(&source, &text).read().map_err(|error| self.spoiled(error))?,
            None => Entries::default(),
        };
        let mut new = Entries { headers: old.headers.clone() };
        change(&mut new.headers);
        if new == old {
            return Ok(());
        }
        let text = toml::to_string(&new).map_err(|error| Error::new(format!("the columns cannot be kept: {error}")))?;
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir).map_err(|error| self.inaccessible(&error))?;
        }
        save::replace(&self.path, format!("{PREAMBLE}\n{text}").as_bytes())
    }

    /// The name for messages and the text; `None` where there is no file yet.
    fn read(&self) -> Result<Option<(String, String)>> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some((self.path.display().to_string(), text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.inaccessible(&error)),
        }
    }

    fn inaccessible(&self, error: &io::Error) -> Error {
        Error::new(format!("this cannot be used: {error}")).in_source(self.path.display().to_string())
    }

    fn spoiled(&self, error: Error) -> Error {
        error.hint(format!("mend it, or remove {}: it holds no more than what --columns told", self.path.display()))
    }
}

/// Of the sorted names, so that the order of a table's columns does not count.
fn fingerprint(header: &[String]) -> String {
    /// 32 bytes are enough: no user has so many headers that two of them would collide.
    const BYTES: usize = 8;
    let mut names: Vec<&str> = header.iter().map(|name| name.trim()).collect();
    names.sort_unstable();
    let digest = Sha256::digest(names.join("\n"));
    digest.iter().take(BYTES).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::ColumnChoice;

    fn told(text: &str) -> Mapping {
        match ColumnChoice::parse(text).unwrap() {
            ColumnChoice::AsTold(mapping) => mapping,
            other => panic!("{other:?}"),
        }
    }

    fn header(names: &str) -> Vec<String> {
        names.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn what_is_told_is_kept_by_header_until_it_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let memory = ColumnMemory::in_dir(&dir.path().join("not yet there"));
        let (ab, bc) = (header("a b"), header("b c"));
        assert_eq!(memory.recall(&ab), Ok(None));
        memory.forget(&ab).unwrap();
        assert!(!memory.path.exists(), "nothing is written for nothing");
        memory.remember(&ab, &told("loss=a,width=b")).unwrap();
        memory.remember(&bc, &told("loss=c")).unwrap();
        assert_eq!(memory.recall(&header("b a")).unwrap().unwrap().to_string(), "loss=a,width=b");
        assert_eq!(
            fs::read_to_string(&memory.path).unwrap(),
            format!(
                "{PREAMBLE}\n[headers.{}]\nloss = \"c\"\n\n[headers.{}]\nloss = \"a\"\nwidth = \"b\"\n",
                fingerprint(&bc),
                fingerprint(&ab)
            )
        );
        memory.remember(&ab, &told("loss=b")).unwrap();
        memory.forget(&bc).unwrap();
        assert_eq!(memory.recall(&ab).unwrap().unwrap().to_string(), "loss=b");
        assert_eq!(memory.recall(&bc), Ok(None));
    }

    #[test]
    fn the_fingerprint_is_of_the_sorted_names() {
        // printf 'a\nb' | sha256sum
        assert_eq!(fingerprint(&header("b a")), "7e18f737311b2dc3");
        assert_ne!(fingerprint(&header("ab")), fingerprint(&header("a b")));
    }

    #[test]
    fn a_spoiled_memory_is_named_and_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let memory = ColumnMemory::in_dir(dir.path());
        let ab = header("a b");
        let path = memory.path.display().to_string();
        let hint = format!("mend it, or remove {path}: it holds no more than what --columns told");
        let key = fingerprint(&ab);
        fs::write(&memory.path, format!("[headers.{key}]\nlos = \"a\"\n")).unwrap();
        assert_eq!(
            memory.recall(&ab).unwrap_err().to_string(),
            format!("{path}:2, 'headers.{key}.los': there is no field 'los'\n  try: {hint}")
        );
        fs::write(&memory.path, "headers = 3").unwrap();
        let refused = memory.remember(&ab, &told("loss=a")).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("{path}:1, 'headers': integer `3` cannot stand here")), "{refused}");
        assert!(refused.ends_with(&hint), "{refused}");
        assert_eq!(fs::read_to_string(&memory.path).unwrap(), "headers = 3");
    }
}
