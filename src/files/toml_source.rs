//! TOML with errors that a person can act on: file, line, key, what would be accepted, the name probably meant.
//!
//! serde and toml phrase errors for programmers ("unknown field `valeu`, expected one of …") and point at byte spans.
//! Every TOML loader here reads through [`TomlSource`], so all of them answer in the one form of [`Error`]. That holds
//! for rules that serde cannot express too: a loader names the key by its [`KeyPath`], and file and line are added.

use std::fmt;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use engine::error::{Error, Result, did_you_mean};
use engine::text::{escaped, one_of, shown};

/// Where a value stands in a document, from the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl KeyPath {
    /// The document itself.
    pub const ROOT: Self = Self(Vec::new());

    /// One table deeper.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    /// An element of the list here, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    fn then(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }
}

/// `modes.int8.unit`, as the file's headers spell it. List positions are left out: the line tells them apart.
impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        });
        for (i, key) in keys.enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            f.write_str(&shown(key))?;
        }
        Ok(())
    }
}

/// A TOML text and the name by which messages call it.
#[derive(Debug, Clone, Copy)]
pub struct TomlSource<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> TomlSource<'a> {
    /// `name` is the path or embedded name for messages.
    pub const fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text }
    }

    /// Deserialises the whole document.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        toml::from_str(self.text).map_err(|error| self.translated(&error))
    }

    /// An error about the value at `path`, or about what is missing there: the line is that of the deepest part of
    /// the path that exists.
    pub fn error(&self, path: &KeyPath, what: impl Into<String>) -> Error {
        let error = Error::new(what).in_source(self.name);
        let error = if path.0.is_empty() { error } else { error.at_column(path.to_string()) };
        match self.line(path) {
            Some(line) => error.at_line(line),
            None => error,
        }
    }

    fn line(&self, path: &KeyPath) -> Option<u64> {
        let document = DeTable::parse(self.text).ok()?;
        let mut span = None;
        let mut table = Some(document.get_ref());
        let mut list = None;
        for step in &path.0 {
            let value = match step {
                Step::Key(key) => {
                    let Some((key, value)) = table.and_then(|t| t.iter().find(|(k, _)| k.get_ref() == key)) else {
                        break;
                    };
                    span = Some(key.span());
                    value
                }
                Step::Index(index) => {
                    let Some(value) = list.and_then(|l: &toml::de::DeArray<'_>| l.get(*index)) else { break };
                    span = Some(value.span());
                    value
                }
            };
            table = value.get_ref().as_table();
            list = value.get_ref().as_array();
        }
        span.map(|span| self.line_at(&span))
    }

    fn line_at(&self, span: &Range<usize>) -> u64 {
        let before = self.text.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() as u64 + 1
    }

    fn translated(&self, error: &toml::de::Error) -> Error {
        let document = DeTable::parse(self.text);
        let reworded = match &document {
            Ok(_) => reworded(error.message()),
            Err(_) => Error::new(format!("not valid TOML: {}", escaped(error.message()))),
        };
        let reworded = reworded.in_source(self.name);
        let Some(span) = error.span() else { return reworded };
        let reworded = reworded.at_line(self.line_at(&span));
        match document.ok().and_then(|document| path_of(document.get_ref(), &span, &KeyPath::ROOT)) {
            Some(path) => reworded.at_column(path.to_string()),
            None => reworded,
        }
    }
}

/// The path whose key or value has exactly this span.
fn path_of(table: &DeTable<'_>, span: &Range<usize>, here: &KeyPath) -> Option<KeyPath> {
    table.iter().find_map(|(key, value)| {
        let path = here.key(key.get_ref());
        if key.span() == *span { Some(path) } else { path_in(value, span, path) }
    })
}

fn path_in(value: &Spanned<DeValue<'_>>, span: &Range<usize>, path: KeyPath) -> Option<KeyPath> {
    if value.span() == *span {
        return Some(path);
    }
    match value.get_ref() {
        DeValue::Table(table) => path_of(table, span, &path),
        DeValue::Array(list) => list.iter().enumerate().find_map(|(i, element)| path_in(element, span, path.index(i))),
        _ => None,
    }
}

/// The wording of serde, turned into house style. An unknown wording stays as it is: it is still right, only clumsy.
fn reworded(message: &str) -> Error {
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (key, known) = rest.split_once("`, expected ").unwrap_or_else(|| (rest.trim_end_matches('`'), ""));
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        let error = Error::new(format!("there is no key '{}' here", shown(key))).expected(one_of(&known));
        return match did_you_mean(key, known.iter().copied()) {
            Some(near) => error.hint(format!("'{near}'")),
            None => error,
        };
    }
    if let Some(key) = message.strip_prefix("missing field `") {
        return Error::new(format!("key '{}' is missing", key.trim_end_matches('`')));
    }
    let mismatch = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((found, expected)) = mismatch.and_then(|rest| rest.rsplit_once(", expected ")) {
        return Error::new(format!("{} cannot stand here", plainly(found))).expected(plainly(expected));
    }
    Error::new(escaped(message))
}

/// serde's names of types as people say them.
fn plainly(kind: &str) -> String {
    match kind {
        "f64" => "a number",
        "u8" | "u32" | "u64" | "usize" => "a whole number, 0 or above",
        "a sequence" | "sequence" => "a list",
        "a map" | "map" => "a table",
        "a boolean" => "true or false",
        other if other.starts_with("struct ") => "a table",
        other => return other.to_owned(),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read only to be refused")]
    struct Board {
        name: String,
        #[serde(default)]
        modes: Vec<Mode>,
        memory: Option<Memory>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read only to be refused")]
    struct Mode {
        clock: f64,
        cores: Option<usize>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read only to be refused")]
    struct Memory {
        size: Mode,
    }

    fn refusal(text: &str) -> String {
        TomlSource::new("b.toml", text).read::<Board>().unwrap_err().to_string()
    }

    #[test]
    fn serde_errors_read_as_ours() {
        for (text, wanted) in [
            (
                "name = \"x\"\n\n[[modes]]\nclock = 1\n[[modes]]\nclokc = 2\n",
                "b.toml:6, 'modes.clokc': there is no key 'clokc' here\n  expected: one of clock, cores\n  try: 'clock'",
            ),
            ("name = \"x\"\n[[modes]]\ncores = 2\n", "b.toml:2, 'modes': key 'clock' is missing"),
            ("memory = { size = { clock = 1 } }\n", "b.toml:1: key 'name' is missing"),
            (
                "name = \"x\"\nmemory = { size = { clock = \"fast\" } }\n",
                "b.toml:2, 'memory.size.clock': string \"fast\" cannot stand here\n  expected: a number",
            ),
            (
                "name = \"x\"\n[memory]\nsize = 3\n",
                "b.toml:3, 'memory.size': integer `3` cannot stand here\n  expected: a table",
            ),
            (
                "name = \"x\"\nmodes = [{ clock = 1, cores = -1 }]\n",
                "b.toml:2, 'modes.cores': integer `-1` cannot stand here\n  expected: a whole number, 0 or above",
            ),
            ("name = 3\n", "b.toml:1, 'name': integer `3` cannot stand here\n  expected: a string"),
            ("name = \"x\"\nname = \"y\"\n", "b.toml:2: not valid TOML: duplicate key"),
            ("name = \n", "b.toml:1: not valid TOML: string values must be quoted, expected literal string"),
            (
                "\"na\\u001bme\" = 1\n",
                "b.toml:1, 'na\\u{1b}me': there is no key 'na\\u{1b}me' here\n  expected: one of name, modes, memory\n  try: 'name'",
            ),
        ] {
            assert_eq!(refusal(text), wanted, "{text}");
        }
    }

    #[test]
    fn own_errors_find_their_line_even_for_what_is_missing() {
        let text = "name = \"x\"\n\n[memory]\nsize = { clock = 1 }\n\n[[modes]]\nclock = 1\n\n[[modes]]\nclock = 2\n";
        let source = TomlSource::new("b.toml", text);
        let line = |path: &KeyPath| source.error(path, "wrong").to_string();
        let second = KeyPath::ROOT.key("modes").index(1);
        assert_eq!(line(&second.key("clock")), "b.toml:10, 'modes.clock': wrong");
        assert_eq!(line(&second.key("cores")), "b.toml:9, 'modes.cores': wrong");
        assert_eq!(line(&KeyPath::ROOT.key("memory").key("size").key("unit")), "b.toml:4, 'memory.size.unit': wrong");
        assert_eq!(line(&KeyPath::ROOT), "b.toml: wrong");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shown(&"x".repeat(70)), format!("{}…", "x".repeat(60)));
        assert_eq!(shown("two\nlines"), "two\\nlines");
    }
}
