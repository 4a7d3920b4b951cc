//! On what predicted latencies rest, in words: the one place that says it, for the screen and for reports.

use crate::engine::efficiency::Basis;
use crate::engine::precision::Precision;
use crate::files::profile::{PowerMode, Profile};

const IDEAL: &str = "ideal roofline, uncalibrated";

/// `calibrated: TensorRT Edge-LLM 0.9, ±2 % decode, ±7 % prefill (leave-one-model-out)`.
pub fn latency_basis(profile: &Profile, mode: &PowerMode, precision: &Precision) -> String {
    let (_, basis) = profile.hardware(mode).efficiency_in(precision);
    let calibration = profile.calibration.as_ref();
    match (basis, calibration.and_then(|calibration| Some((&calibration.engine, calibration.of(precision)?)))) {
        (Basis::Calibrated(_), Some((engine, figures))) => format!("calibrated: {engine}, {}", figures.accuracy()),
        (Basis::Given | Basis::Calibrated(_), _) => "roofline with the profile's efficiencies".to_owned(),
        (Basis::Uncovered, _) => format!("ideal roofline, {} uncalibrated", precision.name),
        (Basis::Ideal, _) => IDEAL.to_owned(),
    }
}

/// The same where there is little room: the first word, and what it is worth.
pub fn latency_basis_in_short(basis: &str) -> String {
    if basis.contains("uncalibrated") {
        return "uncalibrated".to_owned();
    }
    let words = basis.split(" (").next().unwrap_or(basis);
    match words.split_once(", ") {
        Some((_, accuracy)) if basis.starts_with("calibrated") => format!("calibrated {accuracy}"),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shortened_keeps_its_worth() {
        for (basis, short) in [
            (IDEAL, "uncalibrated"),
            ("ideal roofline, w8a8 uncalibrated", "uncalibrated"),
            (
                "calibrated: engine 0.9, ±2 % decode, ±7 % prefill (leave-one-model-out)",
                "calibrated ±2 % decode, ±7 % prefill",
            ),
            ("roofline with the profile's efficiencies", "roofline with the profile's efficiencies"),
        ] {
            assert_eq!(latency_basis_in_short(basis), short);
        }
    }
}
