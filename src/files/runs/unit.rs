//! Units as people put them into the name of a column or behind a number: `Tokens (B)`, `params_m`, `loss [nats]`, `10B`.
//!
//! A number without its unit is the commonest way to be wrong by nine orders of magnitude, and a loss in bits per byte
//! looks like a very good one in nats. So a unit that is written is read, one that is not known is refused, and nothing is
//! concluded from how large a number looks, except that it is asked about.

use super::field::{Field, reduced};

/// What a loss is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum LossUnit {
    /// As the law has it.
    #[default]
    NatsPerToken,
    /// ln 2 nats.
    BitsPerToken,
    /// Nats follow from the bytes, or characters, of a token.
    BitsPerByte,
    /// exp of nats.
    Perplexity,
}

impl LossUnit {
    /// The unit of a column that was told to give the loss: its own name may say another one.
    pub(super) fn of_column(column: &str) -> Self {
        let (name, unit) = split(column);
        if let Some(unit) = unit.and_then(of_loss) {
            return unit;
        }
        let words = words(name);
        let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
        if has(&["ppl", "perplexity"]) {
            Self::Perplexity
        } else if has(&["bpb", "bpc"]) || (has(&["bits", "bit"]) && has(&["byte", "char", "character", "bytes"])) {
            Self::BitsPerByte
        } else if has(&["bits", "bit", "bpt"]) {
            Self::BitsPerToken
        } else {
            Self::NatsPerToken
        }
    }

    /// As people say it.
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::NatsPerToken => "nats per token",
            Self::BitsPerToken => "bits per token",
            Self::BitsPerByte => "bits per byte",
            Self::Perplexity => "perplexity",
        }
    }
}

/// A column's field by its name and unit, with what one of the unit is.
pub(super) fn named(column: &str) -> Option<(Field, f64, LossUnit)> {
    if let Some(field) = Field::named(column) {
        return Some((field, 1.0, LossUnit::default()));
    }
    let (name, unit) = split(column);
    let (field, unit) = (Field::named(name)?, unit?);
    match field {
        Field::Loss => Some((field, 1.0, of_loss(unit)?)),
        _ => Some((field, scale(field, unit)?, LossUnit::default())),
    }
}

/// What one of the unit in a column's name is; 1 without one.
pub(super) fn scale_of(field: Field, column: &str) -> f64 {
    split(column).1.and_then(|unit| scale(field, unit)).unwrap_or(1.0)
}

/// A name and the unit behind it: in brackets, or as a last word of its own.
pub(super) fn split(column: &str) -> (&str, Option<&str>) {
    let column = column.trim();
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some((name, unit)) = column.strip_suffix(close).and_then(|inside| inside.rsplit_once(open)) {
            return (name.trim(), Some(unit.trim()));
        }
    }
    match column.rsplit_once(['_', ' ', '-', '.', '/']) {
        Some((name, unit)) if of_count(unit).is_some() => {
            let name = name.strip_suffix("_in").or_else(|| name.strip_suffix(" in")).unwrap_or(name);
            (name.trim(), Some(unit))
        }
        _ => (column, None),
    }
}

fn scale(field: Field, unit: &str) -> Option<f64> {
    matches!(field, Field::Tokens | Field::Parameters | Field::ActiveParameters | Field::TrainingFlops)
        .then(|| of_count(unit.strip_suffix(" tokens").unwrap_or(unit)))
        .flatten()
}

/// Billions and the like, in any case.
fn of_count(unit: &str) -> Option<f64> {
    match unit.to_ascii_lowercase().as_str() {
        "k" | "thousand" | "thousands" => Some(1e3),
        "m" | "mn" | "mio" | "million" | "millions" | "1e6" => Some(1e6),
        "b" | "bn" | "g" | "billion" | "billions" | "1e9" => Some(1e9),
        "t" | "tn" | "trillion" | "trillions" | "1e12" => Some(1e12),
        _ => None,
    }
}

fn of_loss(unit: &str) -> Option<LossUnit> {
    match reduced(unit).0.as_str() {
        "nats" | "nat" | "natstoken" | "natspertoken" | "nats/token" => Some(LossUnit::NatsPerToken),
        "bits" | "bit" | "bitstoken" | "bitspertoken" => Some(LossUnit::BitsPerToken),
        "bpb" | "bpc" | "bitsbyte" | "bitsperbyte" | "bitschar" | "bitsperchar" | "bitspercharacter" => {
            Some(LossUnit::BitsPerByte)
        }
        "ppl" | "perplexity" => Some(LossUnit::Perplexity),
        _ => None,
    }
}

/// A number with a unit behind it, `10B`, in digits; the text itself where there is none.
pub(super) fn count(text: &str) -> Option<f64> {
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = &text[digits.len()..];
    // The end of 1e9 is no unit.
    let value: f64 = digits.trim_end().parse().ok()?;
    let value = value * of_count(unit)?;
    value.is_finite().then_some(value)
}

/// The words of a name, in small letters.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_small = false;
    for c in name.chars() {
        let parts = !c.is_alphanumeric() || (c.is_uppercase() && before_is_small);
        if parts {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        before_is_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_in_a_name_is_read() {
        let plain = LossUnit::NatsPerToken;
        for (column, wanted) in [
            ("tokens", Some((Field::Tokens, 1.0, plain))),
            ("Tokens (B)", Some((Field::Tokens, 1e9, plain))),
            ("tokens_b", Some((Field::Tokens, 1e9, plain))),
            ("Training Tokens [billions]", Some((Field::Tokens, 1e9, plain))),
            ("tokens_in_millions", Some((Field::Tokens, 1e6, plain))),
            ("config.tokens (T)", Some((Field::Tokens, 1e12, plain))),
            ("params (M)", Some((Field::Parameters, 1e6, plain))),
            ("params_m", Some((Field::Parameters, 1e6, plain))),
            ("val loss (nats)", Some((Field::Loss, 1.0, plain))),
            ("loss (nats/token)", Some((Field::Loss, 1.0, plain))),
            ("loss [bits/byte]", Some((Field::Loss, 1.0, LossUnit::BitsPerByte))),
            ("loss (bits)", Some((Field::Loss, 1.0, LossUnit::BitsPerToken))),
            // What these units are nobody knows.
            ("loss (hellos)", None),
            ("tokens (epochs)", None),
            ("width (B)", None),
        ] {
            assert_eq!(named(column), wanted, "{column}");
        }
    }

    #[test]
    fn what_is_told_to_be_the_loss_may_be_another_measure() {
        for (column, wanted) in [
            ("val_bpb", LossUnit::BitsPerByte),
            ("eval/bits_per_char", LossUnit::BitsPerByte),
            ("bits", LossUnit::BitsPerToken),
            ("c4_ppl", LossUnit::Perplexity),
            ("evalPerplexity", LossUnit::Perplexity),
            ("paloma/macro_loss", LossUnit::NatsPerToken),
            ("habitat_loss", LossUnit::NatsPerToken),
        ] {
            assert_eq!(LossUnit::of_column(column), wanted, "{column}");
        }
    }

    #[test]
    fn a_unit_behind_a_number_is_read() {
        for (text, wanted) in [
            ("10B", Some(1e10)),
            ("1.5 T", Some(1.5e12)),
            ("300M", Some(3e8)),
            ("2 billion", Some(2e9)),
            ("10", None),
            ("1e9", None),
            ("10 bags", None),
            ("B", None),
        ] {
            assert_eq!(count(text), wanted, "{text}");
        }
    }
}
