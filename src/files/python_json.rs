//! JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` as bare words, which JSON does not have.
//!
//! `json.dump` writes them unless told otherwise, and a training log often has them (`grad_norm`, a diverged loss).
//! They become texts. So one in a key that is never read does no harm, and one in a key that matters differs from a
//! value that is missing.

use std::borrow::Cow;

use serde_json::{Map, Value};

use engine::error::{Error, Result};
use engine::text::escaped;

/// An object from a file of its own.
pub fn object(source: &str, text: &str) -> Result<Map<String, Value>> {
    let value = serde_json::from_str(&without_bare_words(text)).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let refused = Error::new(format!("not JSON at character {}: {}", error.column(), escaped(message)))
            .in_source(source)
            .at_line(error.line() as u64);
        if error.is_eof() {
            refused.hint("the file ends too early: wait until it is written, or copy it again")
        } else {
            refused
        }
    })?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Error::new("there is no object in the file").in_source(source).expected("one JSON object")),
    }
}

/// The text with the bare words in quotation marks.
pub fn without_bare_words(text: &str) -> Cow<'_, str> {
    const WORDS: [&str; 3] = ["NaN", "Infinity", "-Infinity"];
    if !WORDS.iter().any(|word| text.contains(word)) {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::with_capacity(text.len() + 64);
    let mut rest = text;
    // Outside of a string at the top of the loop.
    while let Some(place) = rest.find(['"', 'N', 'I', '-']) {
        let (before, from) = rest.split_at(place);
        quoted.push_str(before);
        let length = if let Some(word) = WORDS.iter().find(|word| from.starts_with(**word)) {
            quoted.extend(["\"", word, "\""]);
            word.len()
        } else {
            let length = if from.starts_with('"') { string_length(from) } else { 1 };
            quoted.push_str(&from[..length]);
            length
        };
        rest = &from[length..];
    }
    quoted.push_str(rest);
    Cow::Owned(quoted)
}

/// Length of the string literal at the start of the text, its quotation marks included.
fn string_length(text: &str) -> usize {
    let mut escape = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escape => escape = false,
            b'\\' => escape = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bare_words_become_texts_and_nothing_else_changes() {
        for (text, wanted) in [
            ("[NaN, -Infinity,Infinity]", r#"["NaN", "-Infinity","Infinity"]"#),
            (r#"{"NaN": "x NaN \" NaN", "a": NaN}"#, r#"{"NaN": "x NaN \" NaN", "a": "NaN"}"#),
            ("[-1, -1e-5, null]", "[-1, -1e-5, null]"),
            ("\"NaN", "\"NaN"),
            (r#"["\\", NaN]"#, r#"["\\", "NaN"]"#),
        ] {
            assert_eq!(without_bare_words(text), wanted);
        }
    }

    #[test]
    fn what_is_no_object_is_named() {
        assert_eq!(
            object("a.json", "{\n \"a\": 1").unwrap_err().to_string(),
            "a.json:2: not JSON at character 7: EOF while parsing an object\n  try: the file ends too early: wait until \
             it is written, or copy it again"
        );
        assert_eq!(
            object("a.json", "[1]").unwrap_err().to_string(),
            "a.json: there is no object in the file\n  expected: one JSON object"
        );
    }

    proptest! {
        #[test]
        fn json_stays_as_it_is(text in "\\PC{0,20}", number in any::<i32>()) {
            let json = serde_json::json!({ "key NaN": text, "n": [number, null, true] }).to_string();
            prop_assert_eq!(without_bare_words(&json), json.as_str());
        }

        #[test]
        fn arbitrary_text_is_harmless(text in ".{0,80}|[\"\\\\NaIinfty:,-]{0,40}") {
            let _ = object("x", &text);
        }
    }
}
