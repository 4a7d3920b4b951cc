//! A value of JSON or of a Python literal, and what is nested in it by its path: `arch.n_layers`.
//!
//! Unlike a map it keeps a key that stands twice, so that none of the two is lost without a word. Texts are borrowed
//! where they can be: a file has millions of them, and a fit reads a few columns.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Entries<'a>),
}

/// Keys and values in the order written.
pub(super) type Entries<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

impl Value<'_> {
    /// As it would stand in a cell. Of a list no more than shows what it is.
    pub(super) fn text(&self) -> Cow<'_, str> {
        const SHOWN: usize = 3;
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => Cow::Borrowed(text.trim()),
            Self::List(values) => {
                let shown: Vec<_> = values.iter().take(SHOWN).map(Value::text).collect();
                let more = if values.len() > SHOWN { ", …" } else { "" };
                Cow::Owned(format!("[{}{more}]", shown.join(", ")))
            }
            Self::Object(_) => Cow::Borrowed("{…}"),
        }
    }
}

/// The entries with what is nested in them under dotted keys.
pub(super) fn flattened(entries: Entries<'_>) -> Entries<'_> {
    if entries.iter().all(|(_, value)| !matches!(value, Value::Object(_))) {
        return entries;
    }
    let mut flat = Vec::with_capacity(2 * entries.len());
    for (key, value) in entries {
        let private = is_private(&key);
        flatten(&mut flat, key, value, private);
    }
    flat
}

fn flatten<'a>(flat: &mut Entries<'a>, path: Cow<'a, str>, value: Value<'a>, private: bool) {
    match value {
        Value::Object(_) if private => flat.push((path, Value::Null)),
        Value::Object(inner) => {
            for (key, value) in inner {
                match key.as_ref() {
                    // W&B keeps a setting as {"value": 12, "desc": null}.
                    "value" if !path.is_empty() => flatten(flat, path.clone(), value, false),
                    "desc" if !path.is_empty() && value == Value::Null => {}
                    inner => flatten(flat, Cow::Owned(format!("{path}.{inner}")), value, is_private(inner)),
                }
            }
        }
        other => flat.push((path, other)),
    }
}

/// What W&B notes for itself.
pub(super) fn is_private(key: &str) -> bool {
    key == "_wandb"
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        // JSON has no others.
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            entries.push((key, value));
        }
        Ok(Value::Object(entries))
    }
}

/// A key, borrowed where it has no escapes.
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyKey;

        impl<'de> Visitor<'de> for AnyKey {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(AnyKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(json: &str) -> Vec<(String, String)> {
        let Value::Object(entries) = serde_json::from_str(json).unwrap() else { panic!("{json}") };
        flattened(entries).iter().map(|(key, value)| (key.to_string(), value.text().into_owned())).collect()
    }

    #[test]
    fn what_is_nested_goes_by_its_path() {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
        };
        for (json, wanted) in [
            (
                r#"{"a":1,"b":{"c":2.5,"d":{"e":" x "}},"f":null}"#,
                &[("a", "1"), ("b.c", "2.5"), ("b.d.e", "x"), ("f", "")][..],
            ),
            // A key that stands twice is seen twice, within objects too.
            (r#"{"a":{"b":1,"b":true}}"#, &[("a.b", "1"), ("a.b", "true")]),
            (r#"{"l":[1,2,3,4],"s":[0.5]}"#, &[("l", "[1, 2, 3, …]"), ("s", "[0.5]")]),
            // W&B's own notes, and its way to keep settings.
            (
                r#"{"_wandb":{"value":{"t":{}}},"n":{"desc":null,"value":12},"m":{"value":{"d":64}}}"#,
                &[("_wandb", ""), ("n", "12"), ("m.d", "64")],
            ),
            (r#"{"a":{"_wandb":{"x":1},"y":2},"e":{}}"#, &[("a._wandb", ""), ("a.y", "2")]),
        ] {
            assert_eq!(flat(json), pairs(wanted), "{json}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        for number in ["3.1234567890123456", "18446744073709551615", "-7", "1e10"] {
            let Value::Number(read) = serde_json::from_str(number).unwrap() else { panic!("{number}") };
            assert_eq!(read.to_string().parse::<f64>().unwrap(), number.parse::<f64>().unwrap());
        }
    }
}
