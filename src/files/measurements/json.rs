//! JSON with nothing lost: a key that occurs twice is refused. A map would silently keep the last one.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::python_json;
use engine::error::{Error, Result};
use engine::text::{escaped, shown};

/// The value that is the whole text; `NaN` is a text, as in all JSON that Python writes.
pub(super) fn parse(text: &str) -> Result<Value> {
    let Strict(value) =
        serde_json::from_str(&python_json::without_bare_words(text)).map_err(|error| refusal(&error))?;
    Ok(value)
}

/// Whether a text is JSON as far as it goes, and ends too early.
pub(super) fn is_cut_off(text: &str) -> bool {
    let text = python_json::without_bare_words(text);
    serde_json::from_str::<de::IgnoredAny>(&text).is_err_and(|error| error.is_eof())
}

/// The value at the start of a text, and its length; none where there is no JSON, an error where it is cut off.
pub(super) fn first(text: &str) -> Result<Option<(Value, usize)>> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Strict>();
    match values.next() {
        Some(Ok(Strict(value))) => Ok(Some((value, values.byte_offset()))),
        Some(Err(error)) if error.is_eof() || error.is_data() => Err(refusal(&error)),
        Some(Err(_)) | None => Ok(None),
    }
}

fn refusal(error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let message = escaped(message.split(" at line ").next().unwrap_or_default());
    let what = if error.is_data() { message } else { format!("not JSON at character {}: {message}", error.column()) };
    let refused = Error::new(what).at_line(error.line().max(1) as u64);
    if error.is_eof() {
        refused.hint("the file ends too early: wait until it is written, or copy it again")
    } else {
        refused
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Self)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = entries.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key '{}' stands twice", shown(&key))));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_library() {
        for text in [r#"{"a": [1, -2, 2.5, "x", null, true, {"b": {}}], "c": 18446744073709551615}"#, "[]", "3"] {
            assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        }
        assert_eq!(parse("[NaN]").unwrap(), serde_json::json!(["NaN"]));
    }

    #[test]
    fn what_is_wrong_is_named_by_line() {
        for (text, message) in [
            ("{\n\"a\": 1, \"a\": 2}", "the key 'a' stands twice"),
            ("{\n\"a\": 1e999}", "not JSON at character 10: number out of range"),
            (
                "[\n{\"a\": 1,",
                "not JSON at character 8: EOF while parsing a value\n  try: the file ends too early: wait until it is \
                 written, or copy it again",
            ),
        ] {
            let error = parse(text).unwrap_err().in_source("a.json").to_string();
            assert_eq!(error, format!("a.json:2: {message}"));
        }
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).unwrap_err().to_string().contains("recursion limit exceeded"));
    }
}
