//! One row of a file, by key: JSON's values and CSV's texts held to the same rules and refused in the same words.

use serde_json::{Map, Value};

use engine::error::{Error, Result};
use engine::text::shown;

/// In a second.
pub(super) const MILLISECONDS: f64 = 1e3;
/// In a second.
pub(super) const NANOSECONDS: f64 = 1e9;
/// The shortest and the longest time that is believed of one phase: a clock tick, and eleven days.
const TIMES_S: [f64; 2] = [1e-9, 1e6];
/// Up to here every whole number has its own f64.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The entries of an object or of a line. A key without a value counts as none.
#[derive(Debug, Clone, Default)]
pub(super) struct Row(Map<String, Value>);

impl Row {
    pub(super) const fn new(object: Map<String, Value>) -> Self {
        Self(object)
    }

    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| is_said(value))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Every key, with a value or without.
    pub(super) fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The object that it was.
    pub(super) fn into_object(self) -> Map<String, Value> {
        self.0
    }

    /// An object within the row.
    pub(super) fn object(&self, key: &str) -> Result<Option<Self>> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Self::new(object.clone()))),
            Some(other) => Err(refuse(key, other, "is not an object", "an object")),
        }
    }

    /// A text. A number counts as text too, because tables write versions and sizes without quotation marks.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    }

    /// A finite number.
    pub(super) fn number(&self, key: &str) -> Result<Option<f64>> {
        const EXPECTED: &str = "a finite number";
        let Some(value) = self.value(key) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if number.is_finite() => Ok(Some(number)),
            Some(_) => Err(refuse(key, value, "is not finite", EXPECTED)),
            None => Err(refuse(key, value, "is not a number", EXPECTED)),
        }
    }

    /// A finite number above 0.
    pub(super) fn positive(&self, key: &str) -> Result<Option<f64>> {
        self.within(key, [f64::MIN_POSITIVE, LARGEST_EXACT], "a number above 0")
    }

    /// A number of tokens above 0; a mean need not be whole.
    pub(super) fn tokens(&self, key: &str) -> Result<Option<f64>> {
        self.within(key, [f64::MIN_POSITIVE, 1e9], "a number of tokens above 0")
    }

    /// A time in a unit of which so many make a second, in seconds.
    pub(super) fn time_s(&self, key: &str, per_s: f64) -> Result<Option<f64>> {
        let limits = TIMES_S.map(|limit| limit * per_s);
        Ok(self.within(key, limits, "a time above 0 and below eleven days")?.map(|time| time / per_s))
    }

    /// A standard deviation, in a unit of which so many make a second. That of a single sample is 0.
    pub(super) fn spread_s(&self, key: &str, per_s: f64) -> Result<Option<f64>> {
        let spread = self.within(key, [0.0, TIMES_S[1] * per_s], "a time of at least 0")?;
        Ok(spread.filter(|spread| *spread > 0.0).map(|spread| spread / per_s))
    }

    /// A rate per second of what takes a believable time.
    pub(super) fn rate(&self, key: &str) -> Result<Option<f64>> {
        self.within(key, [1.0 / TIMES_S[1], 1.0 / TIMES_S[0]], "a number per second, above 0")
    }

    /// A whole number, 0 or more.
    pub(super) fn count(&self, key: &str) -> Result<Option<u64>> {
        const EXPECTED: &str = "a whole number, 0 or more";
        let Some(number) = self.number(key)? else { return Ok(None) };
        if number.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(&number) {
            return Ok(Some(number as u64));
        }
        self.value(key).map_or(Ok(None), |value| Err(refuse(key, value, "is out of range", EXPECTED)))
    }

    /// The keys that are none of these.
    pub(super) fn others(&self, known: &[&str]) -> Vec<&str> {
        let said = self.0.iter().filter(|(_, value)| is_said(value));
        said.map(|(key, _)| key.as_str()).filter(|key| !known.contains(key)).collect()
    }

    fn within(&self, key: &str, [least, most]: [f64; 2], expected: &str) -> Result<Option<f64>> {
        let Some(number) = self.number(key)? else { return Ok(None) };
        if (least..=most).contains(&number) {
            return Ok(Some(number));
        }
        self.value(key).map_or(Ok(None), |value| Err(refuse(key, value, "is out of range", expected)))
    }
}

fn is_said(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// The error for a key that must be there.
pub(super) fn missing(key: &str) -> Error {
    Error::new("the key is missing").at_column(key)
}

fn refuse(key: &str, value: &Value, why: &str, expected: &str) -> Error {
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Error::new(format!("'{}' {why}", shown(&written))).at_column(shown(key)).expected(expected)
}

/// Two ways of saying one time must agree: a slip of unit or a mixed-up row shows in nothing else.
pub(super) fn agree(stated: (&str, f64), other: (&str, f64), tolerance: f64) -> Result<()> {
    if (stated.1 / other.1 - 1.0).abs() <= tolerance {
        return Ok(());
    }
    let digits = |value| engine::units::significant(value, 5);
    Err(Error::new(format!(
        "{} per second contradicts the {} per second of '{}'",
        digits(stated.1),
        digits(other.1),
        other.0
    ))
    .at_column(stated.0)
    .expected(format!("both to agree within {} %", engine::units::ratio(tolerance * 100.0))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: &Value) -> Row {
        Row::new(value.as_object().unwrap().clone())
    }

    #[test]
    fn times_are_seconds_and_above_zero() {
        let good = row(&json!({"a": 41.2, "b": " 5e6 ", "c": null, "d": ""}));
        assert_eq!(good.time_s("a", 1e3).unwrap(), Some(0.0412));
        assert_eq!(good.time_s("b", 1e9).unwrap(), Some(0.005));
        assert_eq!((good.time_s("c", 1.0).unwrap(), good.time_s("d", 1.0).unwrap()), (None, None));
        for (value, message) in [
            (json!(0), "'0' is out of range"),
            (json!(-1.5), "'-1.5' is out of range"),
            (json!(1e300), "'1e+300' is out of range"),
            (json!("inf"), "'inf' is not finite"),
            (json!("NaN"), "'NaN' is not finite"),
            (json!([1]), "'[1]' is not a number"),
            (json!("1,5"), "'1,5' is not a number"),
        ] {
            let error = row(&json!({ "t_ms": value })).time_s("t_ms", MILLISECONDS).unwrap_err();
            assert!(error.to_string().starts_with(&format!("'t_ms': {message}\n  expected: ")), "{error}");
        }
    }

    #[test]
    fn counts_are_whole() {
        let row = row(&json!({"a": 512.0, "b": "128", "c": 1.5, "d": -1}));
        assert_eq!((row.count("a").unwrap(), row.count("b").unwrap()), (Some(512), Some(128)));
        assert!(row.count("c").is_err() && row.count("d").is_err());
    }
}
