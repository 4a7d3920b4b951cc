//! Numbers as spreadsheets and people write them: `3,25`, `1.234,5`, `1,234,567`, `1 024`, `1_000`.
//!
//! A comma is a decimal sign in one half of the world and groups digits in the other. A file is written in one of the two
//! ways, so all its cells together tell which: `3,25` cannot be grouped digits, `1,234,567` has no decimals, layers and
//! widths are whole, and a loss is never a thousand nats. Where cells contradict each other nothing is guessed, and the
//! cell is refused.

use std::borrow::Cow;

use super::field::Field;

/// What a file's decimal sign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Decimal {
    /// A point; commas may group digits.
    #[default]
    Point,
    /// A comma; points may group digits.
    Comma,
    /// Some cells have a point and some have a comma, so that neither can be believed to group digits.
    Both,
}

/// What cells have told of the decimal sign.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    point: bool,
    comma: bool,
}

/// A number's text: digits and the signs between them, and what follows.
struct Parts<'a> {
    sign: &'a str,
    body: &'a str,
    /// An exponent or a unit.
    rest: &'a str,
}

/// What numbers of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Without decimals.
    Whole,
    /// Below a thousand.
    Small,
    Any,
    Text,
}

const BLANKS: [char; 4] = [' ', '\u{a0}', '\u{202f}', '\u{2009}'];
const APOSTROPHES: [char; 2] = ['\'', '’'];

fn kind(field: Field) -> Kind {
    match field {
        Field::Name | Field::Synthetic | Field::FfnMatrices => Kind::Text,
        Field::Loss | Field::FfnRatio | Field::BitsPerByte | Field::BytesPerToken => Kind::Small,
        Field::Tokens | Field::Parameters | Field::ActiveParameters | Field::TrainingFlops | Field::Perplexity => {
            Kind::Any
        }
        _ => Kind::Whole,
    }
}

impl Evidence {
    /// Takes a cell of that field into account.
    pub(super) fn see(&mut self, field: Field, text: &str) {
        if !text.contains(['.', ',']) || kind(field) == Kind::Text {
            return;
        }
        let Some(parts) = Parts::of(text) else { return };
        match decimal_sign(parts.body, kind(field)) {
            Some('.') => self.point = true,
            Some(_) => self.comma = true,
            None => {}
        }
    }

    pub(super) fn decimal(self) -> Decimal {
        match (self.point, self.comma) {
            (true, true) => Decimal::Both,
            (false, true) => Decimal::Comma,
            (_, false) => Decimal::Point,
        }
    }
}

/// The sign before decimals, as far as one number alone tells it.
fn decimal_sign(body: &str, kind: Kind) -> Option<char> {
    let other = |sign: char| if sign == '.' { ',' } else { '.' };
    let last = body.chars().rev().find(|c| matches!(c, '.' | ','))?;
    let count = body.matches(last).count();
    if body.contains(other(last)) {
        return (count == 1).then_some(last);
    }
    if count > 1 {
        return Some(other(last));
    }
    let (before, after) = body.split_once(last)?;
    let could_group = after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    match kind {
        _ if !could_group => Some(last),
        Kind::Whole => Some(other(last)),
        Kind::Small => Some(last),
        Kind::Any | Kind::Text => None,
    }
}

impl Decimal {
    /// The number with a point before its decimals and no other sign, where that is what the text says; else the text.
    pub(super) fn plain(self, field: Field, text: Cow<'_, str>) -> Cow<'_, str> {
        let kind = kind(field);
        let is_plain = |c: char| c.is_ascii_digit() || c == '.';
        if kind == Kind::Text || (self != Self::Comma && text.chars().all(is_plain)) {
            return text;
        }
        match self.read(kind, &text) {
            Some(plain) => Cow::Owned(plain),
            None => text,
        }
    }

    fn read(self, kind: Kind, text: &str) -> Option<String> {
        let Parts { sign, body, rest } = Parts::of(text)?;
        let point = if self == Self::Comma { ',' } else { '.' };
        let (whole, decimals) = body.split_once(point).unwrap_or((body, ""));
        if !decimals.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let whole = ungrouped(whole, |separator| match separator {
            ',' | '.' => self != Self::Both && separator != point && (kind != Kind::Small || !decimals.is_empty()),
            _ => true,
        })?;
        let point = if decimals.is_empty() { "" } else { "." };
        Some(format!("{sign}{whole}{point}{decimals}{rest}"))
    }
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let unsigned = text.trim_start_matches(['+', '-']);
        let sign = &text[..text.len() - unsigned.len()];
        let is_body = |c: char| {
            c.is_ascii_digit() || matches!(c, '.' | ',' | '_') || BLANKS.contains(&c) || APOSTROPHES.contains(&c)
        };
        let end = unsigned.find(|c| !is_body(c)).unwrap_or(unsigned.len());
        let body = unsigned[..end].trim_end_matches(BLANKS);
        let is_number = sign.len() <= 1 && body.starts_with(|c: char| c.is_ascii_digit());
        (is_number && body.ends_with(|c: char| c.is_ascii_digit())).then(|| Self {
            sign,
            body,
            rest: &unsigned[body.len()..],
        })
    }
}

/// The digits of a whole number that one sign divides into groups of three. Python's `_` may stand anywhere between
/// digits.
fn ungrouped(whole: &str, may_group: impl Fn(char) -> bool) -> Option<String> {
    let Some(separator) = whole.chars().find(|c| !c.is_ascii_digit()) else { return Some(whole.to_owned()) };
    if !may_group(separator) {
        return None;
    }
    let mut groups = whole.split(separator);
    let mut digits = groups.next()?.to_owned();
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let sized = |length: usize, sizes: std::ops::RangeInclusive<usize>| separator == '_' || sizes.contains(&length);
    if !is_number(&digits) || !sized(digits.len(), 1..=3) {
        return None;
    }
    for group in groups {
        if !is_number(group) || !sized(group.len(), 3..=3) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(decimal: Decimal, field: Field, text: &str) -> String {
        decimal.plain(field, Cow::Borrowed(text)).into_owned()
    }

    #[test]
    fn digits_are_freed_of_what_groups_them() {
        for (decimal, field, text, wanted) in [
            (Decimal::Point, Field::Tokens, "1,234,567", "1234567"),
            (Decimal::Point, Field::Tokens, "1,234,567.5", "1234567.5"),
            (Decimal::Point, Field::Width, "1,024", "1024"),
            (Decimal::Point, Field::Width, "1 024", "1024"),
            (Decimal::Point, Field::Width, "1\u{202f}024", "1024"),
            (Decimal::Point, Field::Width, "1'024", "1024"),
            (Decimal::Point, Field::Tokens, "10_000_00", "1000000"),
            (Decimal::Point, Field::Tokens, "-1_0", "-10"),
            (Decimal::Comma, Field::Loss, "3,25", "3.25"),
            (Decimal::Comma, Field::Tokens, "1.234.567,5", "1234567.5"),
            (Decimal::Comma, Field::Tokens, "1,05E+06", "1.05E+06"),
            (Decimal::Comma, Field::Tokens, "1,5 B", "1.5 B"),
            (Decimal::Comma, Field::Width, "1.024", "1024"),
            // What these say is not sure, so they stay for the cell to refuse.
            (Decimal::Point, Field::Loss, "3,251", "3,251"),
            (Decimal::Point, Field::Loss, "3,2", "3,2"),
            (Decimal::Point, Field::Tokens, "1,23,456", "1,23,456"),
            (Decimal::Point, Field::Tokens, "1234,567", "1234,567"),
            (Decimal::Point, Field::Tokens, "1,234 567", "1,234 567"),
            (Decimal::Both, Field::Tokens, "1,234,567", "1,234,567"),
            (Decimal::Point, Field::Name, "1,024", "1,024"),
            (Decimal::Point, Field::Loss, "3.25", "3.25"),
            (Decimal::Point, Field::Loss, "1e-3", "1e-3"),
            (Decimal::Point, Field::Loss, "nan", "nan"),
            (Decimal::Point, Field::Seed, "1.2.3", "1.2.3"),
            (Decimal::Point, Field::Tokens, "1__0", "1__0"),
        ] {
            assert_eq!(plain(decimal, field, text), wanted, "{decimal:?} {field:?} {text}");
        }
    }

    #[test]
    fn cells_together_tell_the_decimal_sign() {
        let of = |cells: &[(Field, &str)]| {
            let mut evidence = Evidence::default();
            for (field, text) in cells {
                evidence.see(*field, text);
            }
            evidence.decimal()
        };
        for (cells, wanted) in [
            (&[(Field::Loss, "3,25")][..], Decimal::Comma),
            (&[(Field::Loss, "3,251"), (Field::Width, "1.024")], Decimal::Comma),
            (&[(Field::Loss, "3.251"), (Field::Width, "1,024")], Decimal::Point),
            (&[(Field::Tokens, "1.000.000")], Decimal::Comma),
            (&[(Field::Tokens, "1,000,000")], Decimal::Point),
            (&[(Field::Tokens, "1.000,5")], Decimal::Comma),
            (&[(Field::Tokens, "1,000"), (Field::Name, "3,2")], Decimal::Point),
            (&[(Field::Loss, "0,251")], Decimal::Comma),
            (&[(Field::Loss, "3,25"), (Field::Loss, "3.25")], Decimal::Both),
            (&[(Field::Tokens, "1,05E+06")], Decimal::Comma),
            (&[], Decimal::Point),
        ] {
            assert_eq!(of(cells), wanted, "{cells:?}");
        }
    }

    proptest! {
        /// Whatever is written with a point and nothing else is left as it is.
        #[test]
        fn plain_numbers_stay(number in any::<f64>(), whole in any::<u64>()) {
            for text in [number.to_string(), format!("{number:e}"), whole.to_string()] {
                prop_assert_eq!(plain(Decimal::Point, Field::Loss, &text), text);
            }
        }

        #[test]
        fn grouping_and_back_is_the_number(whole in any::<u64>(), decimals in 0..1000u32, comma in any::<bool>()) {
            let digits = whole.to_string();
            let mut grouped = String::new();
            for (place, digit) in digits.chars().enumerate() {
                if place > 0 && (digits.len() - place) % 3 == 0 {
                    grouped.push(if comma { '.' } else { ',' });
                }
                grouped.push(digit);
            }
            let (text, decimal) = if comma { (format!("{grouped},{decimals}"), Decimal::Comma) } else { (format!("{grouped}.{decimals}"), Decimal::Point) };
            prop_assert_eq!(plain(decimal, Field::Tokens, &text), format!("{whole}.{decimals}"));
        }

        #[test]
        fn arbitrary_text_is_harmless(text in "[-+0-9., '_eE]{0,16}|.{0,12}") {
            for decimal in [Decimal::Point, Decimal::Comma, Decimal::Both] {
                for field in Field::all() {
                    plain(decimal, field, &text);
                }
            }
            Evidence::default().see(Field::Loss, &text);
        }
    }
}
