//! One value of a row: text until it is known what it ought to be.
//!
//! The values of both formats become text. So a number is held to the same rules and refused in the same words,
//! wherever it comes from. Whole numbers may be spelled `16.0`: data frames with gaps write them that way.

use std::borrow::Cow;

use super::field::Field;
use super::unit;
use engine::architecture::Architecture;
use engine::error::{Error, Result};

/// A size above [`Field::largest`] is a slip such as a token count in the column of layers.
const LARGEST_RATIO: f64 = Architecture::LARGEST_FFN_RATIO;
/// Up to here every whole number has its own f64.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A value, the field it gives and the column in which it stands.
#[derive(Debug)]
pub(super) struct Cell<'a> {
    pub(super) field: Field,
    pub(super) column: &'a str,
    pub(super) text: Cow<'a, str>,
    /// What one of the column's unit is.
    pub(super) scale: f64,
}

impl Cell<'_> {
    /// Whether it says that there is no value, in one of the ways that data frames and people do.
    pub(super) fn is_empty(&self) -> bool {
        const NOTHING: [&str; 10] = ["n/a", "na", "none", "null", "-", "–", "—", "?", "<na>", "nil"];
        self.text.is_empty() || NOTHING.iter().any(|nothing| self.text.eq_ignore_ascii_case(nothing))
    }

    /// The same of a field that may be left out: there a number that is none says so too.
    pub(super) fn is_unknown(&self) -> bool {
        self.is_empty() || self.text.eq_ignore_ascii_case("nan")
    }

    /// How many there are: tokens, parameters. `10B` is 10 billion; a plain number is in the column's unit.
    pub(super) fn count(&self) -> Result<f64> {
        let count = match unit::count(&self.text) {
            Some(count) => count,
            None => self.number()? * self.scale,
        };
        if count.is_finite() && count > 0.0 {
            Ok(count)
        } else {
            Err(self.refuse(format!("'{}' is out of range", self.text)))
        }
    }

    /// A size: layers, width, heads, experts.
    pub(super) fn size(&self) -> Result<u32> {
        let largest = self.field.largest();
        match self.whole()? {
            value if (1..=u64::from(largest)).contains(&value) => Ok(value as u32),
            _ => Err(self.refuse(format!("'{}' is out of range", self.text))),
        }
    }

    /// A whole number, 0 or more.
    pub(super) fn whole(&self) -> Result<u64> {
        if let Ok(value) = self.text.parse() {
            return Ok(value);
        }
        let value = self.finite()?;
        if value.fract() != 0.0 {
            return Err(self.refuse(format!("'{}' is not a whole number", self.text)));
        }
        if !(0.0..=LARGEST_EXACT).contains(&value) {
            return Err(self.refuse(format!("'{}' is out of range", self.text)));
        }
        Ok(value as u64)
    }

    /// A number within the field's bounds.
    pub(super) fn number(&self) -> Result<f64> {
        let value = self.finite()?;
        let within = match self.field {
            Field::Perplexity => value >= 1.0,
            Field::FfnRatio => value > 0.0 && value <= LARGEST_RATIO,
            _ => value > 0.0,
        };
        if within { Ok(value) } else { Err(self.refuse(format!("'{}' is out of range", self.text))) }
    }

    /// `true` or `false`, in any case.
    pub(super) fn truth(&self) -> Result<bool> {
        match self.text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.refuse(format!("'{}' is neither true nor false", self.text))),
        }
    }

    /// The error for this cell, with what would be accepted in it.
    pub(super) fn refuse(&self, what: impl Into<String>) -> Error {
        Error::new(what).at_column(self.column).expected(self.expected())
    }

    /// The error for a value that would do by itself, but not beside the row's others.
    pub(super) fn contradicts(&self, what: impl Into<String>) -> Error {
        Error::new(what).at_column(self.column)
    }

    fn finite(&self) -> Result<f64> {
        match self.text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => {
                let error = self.refuse(format!("'{}' is not finite", self.text));
                Err(if self.field == Field::Loss { error.hint("remove the run if it diverged") } else { error })
            }
            Err(_) => {
                let error = self.refuse(format!("'{}' is not a number", self.text));
                if self.text.starts_with('[') {
                    return Err(error.hint(
                        "put one value of the list, such as the last loss of a curve, into a column of its own",
                    ));
                }
                let punctuated = self.text.contains([',', '\'', '_', ' ']);
                Err(if punctuated && self.text.replace([',', '\'', '_', ' '], "").parse::<f64>().is_ok() {
                    error.hint("write digits without separators, with a point before decimals")
                } else {
                    error
                })
            }
        }
    }

    fn expected_size(&self) -> String {
        format!("a whole number from 1 to {}", engine::units::count(self.field.largest() as usize))
    }

    fn expected(&self) -> String {
        match self.field {
            Field::Name => "a text".to_owned(),
            Field::FfnRatio => format!("a number above 0 and up to {LARGEST_RATIO}, K·h/d over all activated experts"),
            Field::Tokens
            | Field::Parameters
            | Field::ActiveParameters
            | Field::TrainingFlops
            | Field::BytesPerToken
            | Field::BitsPerByte => "a number above 0".to_owned(),
            Field::Vocab => "a whole number".to_owned(),
            Field::SharedExperts => "a whole number, 0 without shared experts".to_owned(),
            Field::FfnMatrices => "2 or 3, or the name of a feed-forward block such as swiglu or gelu".to_owned(),
            Field::Seed => "a whole number, 0 or more".to_owned(),
            Field::Loss => "a number above 0, in nats per token".to_owned(),
            Field::Perplexity => "a number of at least 1".to_owned(),
            Field::Synthetic => "true or false".to_owned(),
            Field::Experts => format!("{}, 1 in a dense model", self.expected_size()),
            _ => self.expected_size(),
        }
    }
}
