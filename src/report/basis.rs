//! What predicted latencies rest on, in words: the one place that says it, for the screen and for reports.

use engine::efficiency::Basis;
use engine::precision::Precision;
use files::profile::{PowerMode, Profile};

const IDEAL: &str = "ideal roofline, uncalibrated";
const MEASURED_WITH: &str = ", measured with ";

/// `calibrated: TensorRT Edge-LLM 0.9, median error 4 % decode, 7 % prefill (…)`, and how head and cache were stored
/// then, where that is not how they are predicted.
pub fn latency_basis(profile: &Profile, mode: &PowerMode, precision: &Precision) -> String {
    let (_, basis) = profile.hardware(mode).efficiency_in(precision);
    let calibration = profile.calibration.as_ref();
    match (basis, calibration.and_then(|calibration| Some((&calibration.engine, calibration.of(precision)?)))) {
        (Basis::Calibrated(_), Some((engine, figures))) => {
            let departures = figures.departures(precision).join(" and ");
            let with = if departures.is_empty() { String::new() } else { format!("{MEASURED_WITH}{departures}") };
            format!("calibrated: {engine}, {}{with}", figures.accuracy())
        }
        (Basis::Extrapolated(_), Some((engine, figures))) => {
            format!("extrapolated from {}: {engine}, {} there", figures.modes.join(", "), figures.accuracy())
        }
        (Basis::Given | Basis::Calibrated(_) | Basis::Extrapolated(_), _) => {
            "roofline with the profile's efficiencies".to_owned()
        }
        (Basis::Uncovered, _) => format!("ideal roofline, {} uncalibrated", precision.name),
        (Basis::Ideal, _) => IDEAL.to_owned(),
    }
}

/// The same where there is little room: the first word, and what it is worth.
pub fn latency_basis_in_short(basis: &str) -> String {
    if basis.contains("uncalibrated") {
        return "uncalibrated".to_owned();
    }
    let plain = |words: &str| words.split(" (").next().unwrap_or(words).to_owned();
    let (words, with) = basis.split_once(MEASURED_WITH).unwrap_or((basis, ""));
    let with: Vec<String> = with.split(" and ").map(plain).filter(|part| !part.is_empty()).collect();
    let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(", ")) };
    let words = plain(words);
    if let Some((from, _)) = basis.split_once(": ").filter(|(from, _)| from.starts_with("extrapolated from ")) {
        return from.to_owned();
    }
    match words.split_once(", ") {
        Some((_, accuracy)) if basis.starts_with("calibrated") => format!("calibrated, {accuracy}{with}"),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::precision::Storage;
    use files::fixtures;

    #[test]
    fn what_is_shortened_keeps_its_worth() {
        for (basis, short) in [
            (IDEAL, "uncalibrated"),
            ("ideal roofline, w8a8 uncalibrated", "uncalibrated"),
            (
                "calibrated: engine 0.9, median error 2 % decode, 7 % prefill (leave-one-model-out, worst 20 %)",
                "calibrated, median error 2 % decode, 7 % prefill",
            ),
            (
                "calibrated: engine 0.9, median error 2 % decode (leave-one-model-out, worst 20 %), measured with head fp16 (int4 here) and KV fp16 \
                 (fp8 here)",
                "calibrated, median error 2 % decode with head fp16, KV fp16",
            ),
            (
                "extrapolated from MAXN: engine 0.9, median error 2 % decode, 7 % prefill (leave-one-model-out, worst 20 %) there",
                "extrapolated from MAXN",
            ),
            ("roofline with the profile's efficiencies", "roofline with the profile's efficiencies"),
        ] {
            assert_eq!(latency_basis_in_short(basis), short);
        }
    }

    #[test]
    fn a_head_or_cache_that_was_not_measured_is_said() {
        let (_, profile) = fixtures::library().profile("agx-orin-64gb+edge-llm").unwrap();
        let w4a16 = Precision::named("w4a16").unwrap();
        let basis = |precision: &Precision| latency_basis(&profile, profile.default_mode(), precision);
        let measured = w4a16.with_head(Some(Storage::FP16));
        assert!(basis(&measured).ends_with(" prefill (leave-one-model-out, worst 29 %)"), "{}", basis(&measured));
        assert_eq!(basis(&measured.with_head(Some(Storage::BF16))), basis(&measured));
        assert_eq!(basis(&measured), basis(&w4a16), "16 bit is the head's format");
        let other = w4a16.with_head(Some(Storage::INT4));
        let (own, cache) = (basis(&other), basis(&other.with_kv_cache(Some(Storage::FP8))));
        assert_eq!(own, format!("{}, measured with head fp16 (int4 here)", basis(&measured)));
        assert_eq!(cache, format!("{own} and KV fp16 (fp8 here)"));
    }
}
