//! A dictionary as Python or JSON writes it, in a cell of a table.
//!
//! Scripts that fetch runs from a tracker put its dictionaries into data frames, and the file then has
//! `{'n_layer': 12, 'act': None, 'at': datetime.datetime(…)}` in a cell. What is no literal, such as that time, is kept
//! as the text that it is. So one odd value does not hide the others.

use std::borrow::Cow;

use serde_json::Number;

use super::value::{Entries, Value};

/// Deeper nesting is no configuration.
const DEEPEST: usize = 64;

/// The entries of the one dictionary that the text is.
pub(super) fn dictionary(text: &str) -> Option<Entries<'_>> {
    let text = text.trim();
    if !(text.starts_with('{') && text.ends_with('}')) {
        return None;
    }
    let mut parser = Parser { text, place: 0 };
    let entries = parser.object(0)?;
    (parser.place == text.len()).then_some(entries)
}

struct Parser<'a> {
    text: &'a str,
    place: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.place..]
    }

    /// The next character that is no blank, which is not taken.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.place += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.place += wanted.len_utf8();
        }
        is_there
    }

    fn object(&mut self, depth: usize) -> Option<Entries<'a>> {
        let mut entries = Vec::new();
        if depth > DEEPEST || !self.takes('{') {
            return None;
        }
        while !self.takes('}') {
            let key = match self.peek()? {
                '"' | '\'' => self.string()?,
                _ => Cow::Borrowed(self.bare(&[':', ',', '}'])?),
            };
            if !self.takes(':') {
                return None;
            }
            entries.push((key, self.value(depth + 1)?));
            if !self.takes(',') && self.peek()? != '}' {
                return None;
            }
        }
        Some(entries)
    }

    fn list(&mut self, end: char, depth: usize) -> Option<Vec<Value<'a>>> {
        let mut values = Vec::new();
        if depth > DEEPEST {
            return None;
        }
        self.place += 1;
        while !self.takes(end) {
            values.push(self.value(depth + 1)?);
            if !self.takes(',') && self.peek()? != end {
                return None;
            }
        }
        Some(values)
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        let first = self.peek()?;
        let begin = self.place;
        let read = match first {
            '{' => self.object(depth).map(Value::Object),
            '[' => self.list(']', depth).map(Value::List),
            '(' => self.list(')', depth).map(Value::List),
            '"' | '\'' => self.string().map(Value::Text),
            _ => None,
        };
        // After a literal comes the next one, or the end.
        if let Some(value) = read
            && matches!(self.peek(), Some(',' | '}' | ']' | ')'))
        {
            return Some(value);
        }
        self.place = begin;
        self.bare(&[',', '}', ']', ')']).map(word)
    }

    /// The text up to one of these, where it stands outside of brackets and quotation marks.
    fn bare(&mut self, ends: &[char]) -> Option<&'a str> {
        let begin = self.place;
        let mut depth = 0_usize;
        while let Some(next) = self.rest().chars().next() {
            match next {
                end if depth == 0 && ends.contains(&end) => {
                    let text = self.text[begin..self.place].trim_end();
                    return (!text.is_empty()).then_some(text);
                }
                '"' | '\'' => {
                    self.string()?;
                    continue;
                }
                '(' | '[' | '{' | '<' => depth += 1,
                ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.place += next.len_utf8();
        }
        None
    }

    /// The text in the quotation marks that begin here.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest();
        let mark = rest.chars().next()?;
        let body = &rest[1..];
        let mut chars = body.char_indices();
        let mut escaped = false;
        while let Some((place, next)) = chars.next() {
            if next == mark {
                self.place += 1 + place + 1;
                let raw = &body[..place];
                return Some(if escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) });
            }
            if next == '\\' {
                escaped = true;
                chars.next();
            }
        }
        None
    }
}

/// What stands for itself: a number, a truth, nothing, or text of some other kind.
pub(super) fn word(text: &str) -> Value<'_> {
    match text {
        "None" | "null" => return Value::Null,
        "True" | "true" => return Value::Bool(true),
        "False" | "false" => return Value::Bool(false),
        _ => {}
    }
    let whole = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok();
    match whole.or_else(|| Number::from_f64(text.parse().ok()?)) {
        Some(number) => Value::Number(number),
        None => Value::Text(Cow::Borrowed(text)),
    }
}

/// A character after a backslash is itself, except those that stand for another.
fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(next) = chars.next() {
        if next != '\\' {
            text.push(next);
            continue;
        }
        let digits = match chars.next() {
            Some('n') => {
                text.push('\n');
                continue;
            }
            Some('t') => {
                text.push('\t');
                continue;
            }
            Some('r') => {
                text.push('\r');
                continue;
            }
            Some('x') => 2,
            Some('u') => 4,
            Some(other) => {
                text.push(other);
                continue;
            }
            None => break,
        };
        let code: String = chars.by_ref().take(digits).collect();
        let read = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
        text.push(read.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::value::flattened;
    use super::*;

    fn flat(text: &str) -> Option<String> {
        let pairs = flattened(dictionary(text)?).into_iter().map(|(key, value)| format!("{key}={}", value.text()));
        Some(pairs.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn dictionaries_of_python_and_json_are_read() {
        for (text, wanted) in [
            ("{'n_layer': 12, 'lr': 3e-05, 'act': None, 'tied': True}", "n_layer=12 lr=0.00003 act= tied=true"),
            (r#"{"model": {"d_model": 768}, "loss": NaN}"#, "model.d_model=768 loss=NaN"),
            ("{'it\\'s': \"a \\\"b\\\"\", 'u': '\\u00e9\\x41'}", "it's=a \"b\" u=éA"),
            ("{'l': [1, 2], 't': (3,), 'e': [], 'nan': nan, 'm': -inf}", "l=[1, 2] t=[3] e=[] nan=nan m=-inf"),
            ("{'at': datetime.datetime(2026, 1, 1, 0, 0), 'x': 1}", "at=datetime.datetime(2026, 1, 1, 0, 0) x=1"),
            (
                "{'f': <function f at 0x7f, a>, 'p': PosixPath('a,b'), 2: 3}",
                "f=<function f at 0x7f, a> p=PosixPath('a,b') 2=3",
            ),
            ("{'s': {1, 2}, 'x': 1}", "s={1, 2} x=1"),
            ("{}", ""),
            (" {'a': 1,} ", "a=1"),
        ] {
            assert_eq!(flat(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["", "{", "{'a'}", "{'a': 1", "{'a': 1} x}", "{'a' 1}", "{'a': '}", "[1]", "{,}", "{'a': 1}}"] {
            assert_eq!(dictionary(text), None, "{text}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        let deep = |levels: usize| format!("{}1{}", "{'a':".repeat(levels), "}".repeat(levels));
        assert!(flat(&deep(60)).is_some_and(|text| text.ends_with("a=1")));
        assert!(dictionary(&deep(100_000)).is_some());
    }

    proptest! {
        #[test]
        fn json_means_the_same(key in "[a-z]{1,5}", text in "[a-zA-Z0-9 '{}:,\\[\\]]{0,12}", number in any::<f64>(), whole in any::<u64>()) {
            let json = serde_json::json!({ key.clone(): {"t": text, "n": number, "w": whole, "b": [true, null]} }).to_string();
            let Value::Object(wanted) = serde_json::from_str(&json).unwrap() else { panic!("{json}") };
            prop_assert_eq!(dictionary(&json), Some(wanted));
        }

        #[test]
        fn arbitrary_text_is_harmless(text in "\\{[\\{\\}\\[\\]()'\"\\\\,: a1]{0,40}\\}|\\{.{0,60}\\}") {
            let _ = dictionary(&text);
        }
    }
}
