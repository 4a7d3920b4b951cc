//! What transformers fills in where a file leaves a key out: the defaults of its configuration classes, by `model_type`.
//!
//! The table is written by `tests/transformers/defaults.py` from transformers 5.24.0 (`PyPI`, 2026-11-29). It is facts
//! about public files, and not code of theirs.

use std::sync::OnceLock;

use serde_json::{Map, Value};

const TABLE: &str = include_str!("defaults.json");

/// Of one family; of none, nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Defaults(Option<&'static Map<String, Value>>);

impl Defaults {
    /// Nothing is filled in.
    pub(super) const NONE: Self = Self(None);

    pub(super) fn of(model_type: &str) -> Self {
        Self(table().get(model_type).and_then(Value::as_object))
    }

    /// What the family calls a key, where it has a name of its own.
    pub(super) fn own_name(self, key: &str) -> Option<&'static str> {
        self.0?.get("names")?.get(key)?.as_str()
    }

    pub(super) fn value(self, key: &str) -> Option<&'static Value> {
        let own = self.own_name(key).unwrap_or(key);
        self.0?.get(own)
    }
}

fn table() -> &'static Map<String, Value> {
    static PARSED: OnceLock<Map<String, Value>> = OnceLock::new();
    // A test reads it, so an empty one never ships.
    PARSED.get_or_init(|| serde_json::from_str(TABLE).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_names_what_families_call_things() {
        assert!(table().len() > 90);
        let gpt2 = Defaults::of("gpt2");
        assert_eq!(gpt2.own_name("hidden_size"), Some("n_embd"));
        assert_eq!(gpt2.value("hidden_size"), Some(&Value::from(768)));
        assert_eq!(Defaults::of("gemma").value("head_dim"), Some(&Value::from(256)));
        assert_eq!(Defaults::of("nobody").value("head_dim"), None);
    }
}
