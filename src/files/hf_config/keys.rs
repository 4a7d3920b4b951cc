//! Values by key, with errors that name file and key.
//!
//! A key that is left out has the default of its family in transformers. A key that is null has none: there null says
//! "derive it from the others", and an early 4.x file leaves out what equals the default.

use serde_json::{Map, Value};

use super::Purpose;
use super::defaults::Defaults;
use engine::error::{Error, Result};
use engine::text::shown;
use engine::units::count;

#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) source: &'a str,
    pub(super) text: &'a str,
    /// What the shape is for.
    pub(super) purpose: Purpose,
    pub(super) object: &'a Map<String, Value>,
    /// The keys that lead to the object, as `a.b`; empty for the file's own.
    pub(super) within: &'a str,
    /// What holds where a key is left out.
    pub(super) defaults: Defaults,
}

impl<'a> Keys<'a> {
    /// What the file says of a key, null included. Families have names of their own for some.
    fn written(&self, key: &str) -> Option<&'a Value> {
        let own = self.defaults.own_name(key).and_then(|own| self.object.get(own));
        own.or_else(|| self.object.get(key))
    }

    /// What the file itself says, if it says anything but null.
    pub(super) fn stated(&self, key: &str) -> Option<&'a Value> {
        self.written(key).filter(|value| !value.is_null())
    }

    /// The value, from the file or as the family fills it in; null is none.
    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.written(key).or_else(|| self.defaults.value(key)).filter(|value| !value.is_null())
    }

    /// Whether the file says nothing of a key, so that the family's default was taken.
    pub(super) fn is_filled_in(&self, key: &str) -> bool {
        self.written(key).is_none() && self.defaults.value(key).is_some()
    }

    /// The name by which the file has a key.
    fn name_in_file<'k>(&self, key: &'k str) -> &'k str {
        match self.defaults.own_name(key) {
            Some(own) if self.object.contains_key(own) => own,
            _ => key,
        }
    }

    pub(super) fn error(&self, key: &str, what: impl Into<String>) -> Error {
        self.error_named(self.name_in_file(key), what)
    }

    /// The same, by the very name.
    fn error_named(&self, key: &str, what: impl Into<String>) -> Error {
        let error = Error::new(what).in_source(self.source);
        let error = match self.line_of(key) {
            Some(line) => error.at_line(line),
            None => error,
        };
        error.at_column(if self.within.is_empty() { key.to_owned() } else { format!("{}.{key}", self.within) })
    }

    /// The line that a key stands in, if it stands in one alone: the text may have it in other objects too.
    fn line_of(&self, key: &str) -> Option<u64> {
        let quoted = format!("\"{key}\"");
        let mut places = self
            .text
            .match_indices(&quoted)
            .map(|(place, _)| place)
            .filter(|place| self.text[place + quoted.len()..].trim_start().starts_with(':'));
        let place = places.next().filter(|_| self.object.get(key).is_some_and(|value| !value.is_null()))?;
        match places.next() {
            None => Some(self.text[..place].matches('\n').count() as u64 + 1),
            Some(_) => None,
        }
    }

    /// A whole number from `least` to `largest`. `16.0` is one too, and so is a list that repeats one.
    fn number(&self, key: &str, least: u32, largest: u32) -> Result<Option<u32>> {
        match self.value(key) {
            Some(value) => self.number_of(self.name_in_file(key), value, least, largest).map(Some),
            None => Ok(None),
        }
    }

    fn number_of(&self, key: &str, value: &Value, least: u32, largest: u32) -> Result<u32> {
        let value = match value {
            Value::Array(sizes) if sizes.len() > 1 => one_of_all(sizes).ok_or_else(|| {
                self.error_named(key, "the layers differ in it, but a prediction sees one size for all of them")
                    .expected("one number, or a list of equal ones")
            })?,
            one => one,
        };
        let whole =
            value.as_u64().or_else(|| value.as_f64().filter(|v| v.fract() == 0.0 && *v >= 0.0).map(|v| v as u64));
        match whole {
            Some(size) if (u64::from(least)..=u64::from(largest)).contains(&size) => Ok(size as u32),
            Some(size) => {
                Err(self.error_named(key, format!("'{size}' is out of range")).expected(sizes(least, largest)))
            }
            None => {
                let what = format!("'{}' is not a whole number", shown(&value.to_string()));
                Err(self.error_named(key, what).expected(sizes(least, largest)))
            }
        }
    }

    pub(super) fn size(&self, key: &str, largest: u32) -> Result<Option<u32>> {
        self.number(key, 1, largest)
    }

    /// A number that may be 0, and is where nothing says otherwise.
    pub(super) fn count(&self, key: &str, largest: u32) -> Result<u32> {
        Ok(self.number(key, 0, largest)?.unwrap_or(0))
    }

    pub(super) fn required(&self, key: &str, largest: u32) -> Result<u32> {
        self.size(key, largest)?.ok_or_else(|| self.error(key, "the key is missing").expected(sizes(1, largest)))
    }

    /// A size that goes by any of these names; a file may have several, if they agree.
    pub(super) fn any(&self, keys: &[&str], largest: u32) -> Result<u32> {
        let mut found: Option<(&str, u32)> = None;
        // By the very names, so that a family's own name for one does not hide another.
        for (key, value) in keys.iter().filter_map(|key| Some((*key, self.object.get(*key)?))) {
            if value.is_null() {
                continue;
            }
            let size = self.number_of(key, value, 1, largest)?;
            match found {
                Some((other, known)) if known != size => {
                    return Err(self.error_named(other, format!("'{known}' contradicts '{size}' in '{key}'")));
                }
                Some(_) => (),
                None => found = Some((key, size)),
            }
        }
        if let Some((_, size)) = found {
            return Ok(size);
        }
        for key in keys {
            if let Some(size) = self.size(key, largest)? {
                return Ok(size);
            }
        }
        let also: Vec<String> = keys.iter().skip(1).map(|key| format!(", and so is '{key}'")).collect();
        let also = also.concat();
        Err(self
            .error(keys.first().copied().unwrap_or(""), format!("the key is missing{also}"))
            .expected(sizes(1, largest)))
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

    /// Whether a switch is on.
    pub(super) fn is_on(&self, key: &str) -> Result<bool> {
        Ok(self.truth(key)? == Some(true))
    }

    /// A list of whole numbers.
    pub(super) fn numbers(&self, key: &str) -> Result<Option<Vec<u64>>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let numbers = value.as_array().and_then(|values| values.iter().map(Value::as_u64).collect());
        numbers.map(Some).ok_or_else(|| {
            let what = format!("'{}' is no list of layers", shown(&value.to_string()));
            self.error(key, what).expected("whole numbers in brackets, such as []")
        })
    }

    /// A list of words, one per layer. A longer one also names layers beyond the last, which are no part of the pass.
    pub(super) fn words(&self, key: &str, layers: u32) -> Result<Option<Vec<&'a str>>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let words: Option<Vec<&str>> = value.as_array().and_then(|values| values.iter().map(Value::as_str).collect());
        match words {
            Some(words) if words.len() >= layers as usize => {
                Ok(Some(words.into_iter().take(layers as usize).collect()))
            }
            Some(words) => Err(self
                .error(key, format!("it names {} layers, and num_hidden_layers is {layers}", words.len()))
                .expected("one word per layer")),
            None => {
                let what = format!("'{}' is no list of words", shown(&value.to_string()));
                Err(self.error(key, what).expected("one word per layer, such as \"full_attention\""))
            }
        }
    }
}

fn one_of_all(sizes: &[Value]) -> Option<&Value> {
    let first = sizes.first()?;
    sizes.iter().all(|size| size == first).then_some(first)
}

fn sizes(least: u32, largest: u32) -> String {
    format!("a whole number from {least} to {}", count(largest as usize))
}
