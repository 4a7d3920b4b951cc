//! What a quantity can be.

use serde::{Serialize, Serializer};

/// The value of a quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A count.
    Whole(u64),
    /// Any number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// Nobody knows: null in JSON, empty in CSV.
    Unknown,
}

impl Value {
    /// As a number; a flag is 1 or 0.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Whole(value) => Some(value as f64),
            Self::Real(value) => Some(value),
            Self::Flag(value) => Some(f64::from(u8::from(value))),
            Self::Unknown => None,
        }
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Whole(value.into())
    }
}

impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Unknown, Self::Real)
    }
}

impl From<Option<bool>> for Value {
    fn from(value: Option<bool>) -> Self {
        value.map_or(Self::Unknown, Self::Flag)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Whole(value) => serializer.serialize_u64(value),
            Self::Real(value) => serializer.serialize_f64(value),
            Self::Flag(value) => serializer.serialize_bool(value),
            Self::Unknown => serializer.serialize_none(),
        }
    }
}
