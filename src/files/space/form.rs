//! What the tables of a space file consist of, key by key.
//!
//! An axis may be written in several ways. Of a file that fits none of them, serde can only say that it fits none. So
//! this module first finds which key is missing or unknown.

use toml::de::{DeTable, DeValue};

use crate::toml_source::{KeyPath, TomlSource};
use engine::error::Result;
use engine::text::shown;

const AXES: [&str; 6] = ["layers", "width", "head_dim", "kv_heads", "ffn_ratio", "experts"];
const RANGE: [&str; 3] = ["from", "to", "step"];
const PRODUCT: [&str; 2] = ["experts", "top_k"];

/// Fails at the first table that no axis may be, and at a vocabulary that is no number. The reader finds everything
/// else that is wrong.
pub(super) fn check(toml: &TomlSource<'_>, text: &str) -> Result<()> {
    let Ok(document) = DeTable::parse(text) else { return Ok(()) };
    let form = Form { toml };
    for key in AXES {
        let Some(value) = value(document.get_ref(), key) else { continue };
        let path = KeyPath::ROOT.key(key);
        match value.as_table() {
            Some(table) if key == "experts" && PRODUCT.iter().any(|key| self::value(table, key).is_some()) => {
                form.product(&path, table)?;
            }
            _ => form.range(&path, value)?,
        }
    }
    for key in ["window", "full_every"] {
        if let Some(value) = value(document.get_ref(), key).filter(|value| !value.is_integer()) {
            let what = format!("a {} is not allowed here", value.type_str());
            let error = toml.error(&KeyPath::ROOT.key(key), what).expected("a whole number");
            return Err(error.hint("it is a setting of the space and no axis: the law does not see it"));
        }
    }
    match value(document.get_ref(), "vocab") {
        Some(vocab) if !vocab.is_integer() => {
            let what = format!("a {} is not allowed here", vocab.type_str());
            Err(toml.error(&KeyPath::ROOT.key("vocab"), what).expected("a whole number"))
        }
        _ => Ok(()),
    }
}

struct Form<'a> {
    toml: &'a TomlSource<'a>,
}

impl Form<'_> {
    fn product(&self, path: &KeyPath, table: &DeTable<'_>) -> Result<()> {
        self.keys(path, table, &PRODUCT, "{ experts = …, top_k = … }")?;
        PRODUCT
            .iter()
            .filter_map(|key| Some((key, value(table, key)?)))
            .try_for_each(|(key, value)| self.range(&path.key(key), value))
    }

    /// Values and lists are not looked into.
    fn range(&self, path: &KeyPath, axis: &DeValue<'_>) -> Result<()> {
        const EXPECTED: &str = "a range { from = …, to = …, step = … }";
        let Some(table) = axis.as_table() else { return Ok(()) };
        self.keys(path, table, &RANGE, EXPECTED)?;
        let no_number = RANGE.iter().find_map(|key| {
            let value = value(table, key).filter(|value| !value.is_integer() && !value.is_float())?;
            Some((key, value))
        });
        match no_number {
            Some((key, value)) => {
                let what = format!("a {} is not allowed here", value.type_str());
                Err(self.toml.error(&path.key(key), what).expected("a number"))
            }
            None => Ok(()),
        }
    }

    /// All of these keys and no other.
    fn keys(&self, path: &KeyPath, table: &DeTable<'_>, keys: &[&str], expected: &str) -> Result<()> {
        if let Some((key, _)) = table.iter().find(|(key, _)| !keys.contains(&key.get_ref().as_ref())) {
            let what = format!("'{}' is not known here", shown(key.get_ref()));
            return Err(self.toml.error(&path.key(key.get_ref()), what).expected(expected));
        }
        match keys.iter().find(|key| value(table, key).is_none()) {
            Some(key) => Err(self.toml.error(&path.key(key), format!("'{key}' is missing")).expected(expected)),
            None => Ok(()),
        }
    }
}

fn value<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeValue<'i>> {
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value.get_ref())
}
