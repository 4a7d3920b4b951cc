//! What quantities are measured in, and how numbers of each are written.
//!
//! A number is written in three ways. In a sentence it has its unit ([`Unit::text`]). In a printed column the heading
//! has the unit, and all rows have the same scale ([`Unit::cell`]). In a column on the screen it has only a few cells
//! ([`Unit::screen_cell`]).

use super::Value;
use crate::text::width;
use crate::units::{self, significant};

/// What a quantity is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A ratio, of few digits.
    Ratio,
    /// A share of a whole.
    Share,
    /// A number without a unit.
    Number,
    /// Of a loss, per token.
    Nats,
    /// Of time.
    Seconds,
    /// Of memory.
    Bytes,
    /// Of energy.
    Joules,
    /// Of a model.
    Parameters,
    /// Yes or no.
    Flag,
}

/// For a value that nobody knows.
const UNKNOWN: &str = "–";

impl Unit {
    /// In words, for documents; none of what only counts or compares.
    pub const fn in_words(self) -> Option<&'static str> {
        match self {
            Self::Nats => Some("nats per token"),
            Self::Seconds => Some("seconds"),
            Self::Bytes => Some("bytes"),
            Self::Joules => Some("joules"),
            Self::Share => Some("a share of 1"),
            Self::Count | Self::Ratio | Self::Number | Self::Parameters | Self::Flag => None,
        }
    }

    /// The unit of a printed column: what it is called, and the value in it.
    pub fn in_column(self, value: f64) -> (f64, &'static str) {
        match self {
            Self::Seconds => (value * 1e3, "ms"),
            Self::Bytes => (value / 1e9, "GB"),
            Self::Joules => (value, "J"),
            Self::Parameters => (value / 1e6, "M"),
            Self::Share => (value * 100.0, "%"),
            Self::Nats => (value, "nats"),
            Self::Count | Self::Ratio | Self::Number | Self::Flag => (value, ""),
        }
    }

    /// A value with its unit, as people read it.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Count => format!("{value:.0}"),
            Self::Ratio => units::ratio(value),
            Self::Share => units::percent(value),
            Self::Number => significant(value, 4),
            Self::Nats => format!("{} nats", significant(value, 4)),
            Self::Seconds => units::seconds(value),
            Self::Bytes => units::bytes(value),
            Self::Joules => units::joules(value),
            Self::Parameters => units::parameters(value as u64),
            Self::Flag => yes_or_no(value != 0.0),
        }
    }

    /// A cell of a printed column.
    pub fn cell(self, value: Value) -> String {
        match (self, value) {
            (_, Value::Unknown) => UNKNOWN.to_owned(),
            (_, Value::Flag(value)) => yes_or_no(value),
            (Self::Parameters, Value::Whole(count)) => self.printed(count as f64),
            (_, Value::Whole(count)) => count.to_string(),
            (_, Value::Real(value)) => self.printed(value),
        }
    }

    fn printed(self, value: f64) -> String {
        let (scaled, _) = self.in_column(value);
        match self {
            Self::Ratio => units::ratio(scaled),
            Self::Share => units::percents(value),
            _ => significant(scaled, 4),
        }
    }

    /// A cell of a column on the screen. A value without room is shortened and not cut off, because a figure cut off
    /// would be another figure.
    pub fn screen_cell(self, value: Value, room: usize) -> String {
        let number = match value {
            Value::Unknown => return UNKNOWN.to_owned(),
            Value::Flag(value) => return yes_or_no(value),
            Value::Whole(count) => count as f64,
            Value::Real(value) => value,
        };
        match self {
            Self::Seconds => units::milliseconds(number),
            Self::Ratio => {
                let text = units::ratio(number);
                if width(&text) <= room { text } else { significant(number, 2) }
            }
            _ => self.text(number),
        }
    }
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}
