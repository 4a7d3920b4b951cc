//! What a reader found, gathered while it reads: measurements, and everything that was not taken as it stands.

use serde::Serialize;

use super::measurement::{Measurement, Origin};
use engine::text::shown;

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Where it stands.
    pub origin: String,
    /// Why it is no measurement.
    pub reason: String,
}

/// The time of one operator or layer, by the name that the engine gives it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperatorTime {
    /// As written.
    pub name: String,
    /// Seconds in one pass.
    pub time_s: f64,
}

/// What one file holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) measurements: Vec<Measurement>,
    pub(super) operators: Vec<OperatorTime>,
    pub(super) ignored: Vec<String>,
    pub(super) skipped: Vec<Skipped>,
    remarks: Vec<(String, usize)>,
}

impl Found {
    /// Keys that nobody reads, each named once.
    pub(super) fn ignore<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) {
        for key in keys.into_iter().map(shown) {
            if !self.ignored.contains(&key) {
                self.ignored.push(key);
            }
        }
    }

    /// Something that a reader of the numbers should know. It is said once, with the number of rows that it holds for.
    pub(super) fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        match self.remarks.iter_mut().find(|(known, _)| *known == remark) {
            Some((_, times)) => *times += 1,
            None => self.remarks.push((remark, 1)),
        }
    }

    /// Leaves something out.
    pub(super) fn skip(&mut self, origin: &Origin, reason: impl Into<String>) {
        self.skipped.push(Skipped { origin: origin.to_string(), reason: reason.into() });
    }

    pub(super) fn remarks(&self) -> Vec<String> {
        let words = |(remark, times): &(String, usize)| match times {
            1 => remark.clone(),
            _ => format!("{remark} ({times} times)"),
        };
        self.remarks.iter().map(words).collect()
    }
}
