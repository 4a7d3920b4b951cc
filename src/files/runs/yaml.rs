//! Settings of a run in YAML, as W&B and Lightning write them.
//!
//! Tags of Python and anchors are passed over: what they stand for is no setting that a law sees.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::literal::word;
use super::value::{Entries, Value};
use engine::error::{Error, Result};
use engine::text::escaped;

/// Deeper nesting is no settings.
const DEEPEST: usize = 64;

/// A list or an object that has begun.
enum Open<'a> {
    List(Vec<Value<'a>>),
    /// With the key whose value is to come.
    Object(Entries<'a>, Option<Cow<'a, str>>),
}

/// The entries of the file called `source`; none where it is empty.
pub(super) fn settings<'a>(source: &str, text: &'a str) -> Result<Entries<'a>> {
    let refused = |what: String, line: usize| Error::new(what).in_source(source).at_line(line as u64);
    let mut open: Vec<Open<'a>> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, place) =
            event.map_err(|error| refused(format!("not YAML: {}", escaped(error.info())), error.marker().line()))?;
        let done = match event {
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Object(Vec::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(Open::closed),
            Event::Scalar(text, ScalarStyle::Plain, ..) => Some(plain(text)),
            Event::Scalar(text, ..) => Some(Value::Text(text)),
            Event::Alias(_) => Some(Value::Null),
            _ => None,
        };
        if open.len() > DEEPEST {
            return Err(refused("settings are nested too deep".to_owned(), place.start.line()));
        }
        let Some(value) = done else { continue };
        match open.last_mut() {
            Some(above) => above.take(value),
            // Of several documents the first.
            None => {
                return match value {
                    Value::Object(entries) => Ok(entries),
                    Value::Null => Ok(Vec::new()),
                    _ => Err(refused("there are no settings in the file".to_owned(), 1).expected("keys with values")),
                };
            }
        }
    }
    Ok(Vec::new())
}

impl<'a> Open<'a> {
    fn take(&mut self, value: Value<'a>) {
        match self {
            Self::List(values) => values.push(value),
            Self::Object(entries, key) => match key.take() {
                Some(key) => entries.push((key, value)),
                None => *key = Some(Cow::Owned(value.text().into_owned())),
            },
        }
    }

    fn closed(self) -> Value<'a> {
        match self {
            Self::List(values) => Value::List(values),
            Self::Object(entries, _) => Value::Object(entries),
        }
    }
}

/// A scalar without quotation marks.
fn plain(text: Cow<'_, str>) -> Value<'_> {
    if matches!(text.as_ref(), "" | "~") {
        return Value::Null;
    }
    match text {
        Cow::Borrowed(text) => word(text),
        Cow::Owned(text) => match word(&text) {
            Value::Text(_) => Value::Text(Cow::Owned(text)),
            Value::Number(number) => Value::Number(number),
            Value::Bool(truth) => Value::Bool(truth),
            _ => Value::Null,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::value::flattened;
    use super::*;

    fn flat(text: &str) -> String {
        let entries = flattened(settings("x.yaml", text).unwrap()).into_iter();
        entries.map(|(key, value)| format!("{key}={}", value.text())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn settings_of_trackers_are_read() {
        // As W&B writes it, before and after its rewrite.
        let old = "wandb_version: 1\n\n_wandb:\n  desc: null\n  value:\n    cli_version: 0.12.0\n    t:\n      1:\n      - 1\n\
                   n_layer:\n  desc: null\n  value: 12\nmodel:\n  desc: null\n  value:\n    d_model: 768\n    act: 'gelu'\n";
        assert_eq!(flat(old), "wandb_version=1 _wandb= n_layer=12 model.d_model=768 model.act=gelu");
        let new = "_wandb:\n    value:\n        cli_version: 0.17.0\n        m: []\n        t:\n            \"1\":\n                - 1\n\
                   lr:\n    value: 0.0003\n";
        assert_eq!(flat(new), "_wandb= lr=0.0003");
        // As Lightning keeps hyperparameters.
        let hparams = "n_layer: 12\nconfig: !!python/object:model.Config\n  n_embd: 768\n  bias: false\n  betas: &id001\n  - 0.9\n  - \
                       0.95\nother: *id001\nname: \"a: b\"\nnote: |\n  two\n  lines\nnone: ~\n";
        assert_eq!(
            flat(hparams),
            "n_layer=12 config.n_embd=768 config.bias=false config.betas=[0.9, 0.95] other= name=a: b note=two\nlines none="
        );
        assert_eq!((flat("{}"), flat(""), flat("---\n")), (String::new(), String::new(), String::new()));
    }

    #[test]
    fn what_is_no_settings_is_refused() {
        for (text, message) in [
            ("- 1\n- 2\n", "x.yaml:1: there are no settings in the file\n  expected: keys with values"),
            ("text", "x.yaml:1: there are no settings in the file\n  expected: keys with values"),
            (&"[".repeat(100), "x.yaml:1: settings are nested too deep"),
        ] {
            assert_eq!(settings("x.yaml", text).unwrap_err().to_string(), message, "{text}");
        }
        let error = settings("x.yaml", "a: 1\nb: [1, 2\nc: 3\n").unwrap_err().to_string();
        assert!(error.starts_with("x.yaml:"), "{error}");
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_harmless(text in "[a: \n\\-\\[\\]{}&*!|>'\"#,0-9]{0,60}|.{0,40}") {
            let _ = settings("x", &text);
        }
    }
}
