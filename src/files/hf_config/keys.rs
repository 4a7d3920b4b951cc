//! Values by key, with errors that name file and key.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::files::toml_source::shown;
use crate::units::count;

pub(super) struct Keys<'a> {
    pub(super) source: &'a str,
    pub(super) object: &'a Map<String, Value>,
}

impl Keys<'_> {
    /// The value, if there is one; null is none.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn error(&self, key: &str, what: impl Into<String>) -> Error {
        Error::new(what).in_source(self.source).at_column(key)
    }

    /// A whole number from 1 to `largest`. `16.0` is one too.
    pub(super) fn size(&self, key: &str, largest: u32) -> Result<Option<u32>> {
        let Some(value) = self.value(key) else { return Ok(None) };
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

    /// Fails where some layers are dense: a law sees one shape for all layers of a model.
    pub(super) fn every_layer_has_experts(&self) -> Result<()> {
        let step = self.value("decoder_sparse_step");
        if step.is_some_and(|step| step.as_f64() != Some(1.0)) {
            return Err(self.mixed("decoder_sparse_step").expected("1, experts in every layer"));
        }
        let dense = self.value("mlp_only_layers");
        if dense.is_some_and(|dense| dense.as_array().is_none_or(|layers| !layers.is_empty())) {
            return Err(self.mixed("mlp_only_layers").expected("[], experts in every layer"));
        }
        Ok(())
    }

    fn mixed(&self, key: &str) -> Error {
        self.error(key, "some layers are dense and others have experts, but a law sees one shape for all layers")
    }
}

fn sizes(largest: u32) -> String {
    format!("a whole number from 1 to {}", count(largest as usize))
}
