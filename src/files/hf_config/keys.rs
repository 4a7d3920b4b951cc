//! Values by key, with errors that name file and key.

use serde_json::{Map, Value};

use engine::architecture::Architecture;
use engine::error::{Error, Result};
use engine::text::shown;
use engine::units::count;

#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) source: &'a str,
    pub(super) text: &'a str,
    /// What can be done where the family is not read.
    pub(super) otherwise: &'static str,
    pub(super) object: &'a Map<String, Value>,
    /// The key that the object stands under; none for the file's own.
    pub(super) within: Option<&'static str>,
    /// Sizes that hold where a key is left out.
    pub(super) defaults: &'static [(&'static str, u32)],
}

/// Which layers of a mixture have experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sparse {
    All,
    None,
}

impl<'a> Keys<'a> {
    /// The value, if there is one; null is none.
    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn error(&self, key: &str, what: impl Into<String>) -> Error {
        let error = Error::new(what).in_source(self.source);
        let error = match self.line_of(key) {
            Some(line) => error.at_line(line),
            None => error,
        };
        error.at_column(match self.within {
            Some(outer) => format!("{outer}.{key}"),
            None => key.to_owned(),
        })
    }

    /// The line that a key stands in, if it stands in one alone: the text may have it in other objects too.
    fn line_of(&self, key: &str) -> Option<u64> {
        let quoted = format!("\"{key}\"");
        let mut places = self
            .text
            .match_indices(&quoted)
            .map(|(place, _)| place)
            .filter(|place| self.text[place + quoted.len()..].trim_start().starts_with(':'));
        let place = places.next().filter(|_| self.value(key).is_some())?;
        match places.next() {
            None => Some(self.text[..place].matches('\n').count() as u64 + 1),
            Some(_) => None,
        }
    }

    /// A whole number from 1 to `largest`. `16.0` is one too.
    pub(super) fn size(&self, key: &str, largest: u32) -> Result<Option<u32>> {
        let Some(value) = self.value(key) else {
            return Ok(self.defaults.iter().find(|(known, _)| *known == key).map(|(_, size)| *size));
        };
        let whole =
            value.as_u64().or_else(|| value.as_f64().filter(|v| v.fract() == 0.0 && *v >= 0.0).map(|v| v as u64));
        match whole {
            Some(size) if (1..=u64::from(largest)).contains(&size) => Ok(Some(size as u32)),
            Some(size) => Err(self.error(key, format!("'{size}' is out of range")).expected(sizes(largest))),
            None => {
                let what = format!("'{}' is not a whole number", shown(&value.to_string()));
                Err(self.error(key, what).expected(sizes(largest)))
            }
        }
    }

    pub(super) fn required(&self, key: &str, largest: u32) -> Result<u32> {
        self.size(key, largest)?.ok_or_else(|| self.error(key, "the key is missing").expected(sizes(largest)))
    }

    /// A size that goes by either of two names; a file may have both, if they agree.
    pub(super) fn either(&self, keys: [&str; 2], largest: u32) -> Result<u32> {
        let [first, second] = keys;
        match (self.size(first, largest)?, self.size(second, largest)?) {
            (Some(a), Some(b)) if a != b => Err(self.error(first, format!("'{a}' contradicts '{b}' in '{second}'"))),
            (Some(size), _) | (None, Some(size)) => Ok(size),
            (None, None) => {
                let error = self.error(first, format!("the key is missing, and so is '{second}'"));
                Err(error.expected(sizes(largest)))
            }
        }
    }

    pub(super) fn truth(&self, key: &str) -> Result<Option<bool>> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(*truth)),
            Some(other) => {
                let what = format!("'{}' is neither true nor false", shown(&other.to_string()));
                Err(self.error(key, what).expected("true or false"))
            }
        }
    }

    /// Which layers have experts: every `decoder_sparse_step`-th that is not among `mlp_only_layers`. Fails where some
    /// have and others have not: law and latency model see one shape for all layers of a model.
    pub(super) fn sparse_layers(&self, layers: u32) -> Result<Sparse> {
        const STEP: &str = "decoder_sparse_step";
        const DENSE: &str = "mlp_only_layers";
        let step = self.size(STEP, Architecture::LIMITS.layers)?.unwrap_or(1);
        let dense = self.numbers(DENSE)?;
        let has_experts = |layer: &u32| (layer + 1).is_multiple_of(step) && !dense.contains(&u64::from(*layer));
        match (0..layers).filter(has_experts).count() {
            0 => Ok(Sparse::None),
            sparse if sparse == layers as usize => Ok(Sparse::All),
            _ if step > 1 => Err(self.mixed(STEP).expected("1, experts in every layer")),
            _ => Err(self.mixed(DENSE).expected("[], experts in every layer")),
        }
    }

    /// A list of whole numbers; empty where there is none.
    fn numbers(&self, key: &str) -> Result<Vec<u64>> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let numbers = value.as_array().and_then(|values| values.iter().map(Value::as_u64).collect());
        numbers.ok_or_else(|| {
            let what = format!("'{}' is no list of layers", shown(&value.to_string()));
            self.error(key, what).expected("whole numbers in brackets, such as []")
        })
    }

    fn mixed(&self, key: &str) -> Error {
        self.error(key, "some layers are dense and others have experts, but a law sees one shape for all layers")
    }
}

fn sizes(largest: u32) -> String {
    format!("a whole number from 1 to {}", count(largest as usize))
}
