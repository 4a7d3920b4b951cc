//! The overlay that `--out` writes.

use std::time::{SystemTime, UNIX_EPOCH};

use super::pair::{Calibrated, models};
use engine::calibration::{Calibration, Group, Observation, shapes};
use engine::error::Result;
use engine::roofline::Phase;
use files::observations::Observed;
use files::profile::{Draft, DraftFormat, Overlay, Profile, Spread};

/// The file, which has been read back.
pub(super) fn text(calibrated: &Calibrated, profile: &Profile, name: &str) -> Result<String> {
    let rows = &calibrated.pair.rows;
    let mut sources: Vec<String> = rows.iter().map(source).collect();
    sources.sort_unstable();
    sources.dedup();
    let fitted = calibrated.groups.iter().filter_map(|group| Some((group, group.outcome.as_ref().ok()?)));
    let formats: Vec<DraftFormat<'_>> =
        fitted.clone().map(|(group, calibration)| draft(group, calibration, rows)).collect();
    let cautions = fitted.flat_map(|(group, calibration)| {
        let refusals = calibration.refusals.iter().map(ToString::to_string);
        let words = refusals.chain(calibration.cautions.iter().map(ToString::to_string));
        words.map(|words| format!("{}: {words}.", group.formats.join(", "))).collect::<Vec<_>>()
    });
    let draft = Draft {
        name: name.to_owned(),
        base: profile.name.clone(),
        engine: calibrated.pair.engine.clone(),
        notes: cautions.collect(),
        sources,
        date: today(),
        formats,
    };
    let text = draft.to_toml();
    Overlay::parse(name, &text)?;
    Ok(text)
}

fn source(row: &Observed) -> String {
    row.measurement.source.clone().unwrap_or_else(|| row.measurement.origin.file.clone())
}

fn draft<'a>(group: &Group, calibration: &'a Calibration, rows: &[Observed]) -> DraftFormat<'a> {
    let members = || group.members.iter().map(|&index| &rows[index]);
    let mut modes: Vec<String> = Vec::new();
    for row in members() {
        if !modes.contains(&row.mode) {
            modes.push(row.mode.clone());
        }
    }
    let of_phase = |phase: Phase| {
        let observed = || {
            let all = members().map(|row| &row.observation);
            all.filter(move |observation: &&Observation| observation.pass.phase() == phase)
        };
        Spread { models: models(observed()), shapes: shapes(observed()) }
    };
    let head = members().find_map(|row| row.measurement.formats.head.as_ref());
    let kv = members().find(|row| row.observation.precision.kv_cache.is_quantised());
    DraftFormat {
        formats: group.formats.clone(),
        head: head.map(|head| head.label().to_owned()),
        kv: kv.map(|row| row.observation.precision.kv_cache.name.to_owned()),
        modes,
        spread: [of_phase(Phase::Prefill), of_phase(Phase::Decode)],
        calibration,
    }
}

/// `YYYY-MM-DD`, UTC.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// The day so many days after 1970-01-01 (Hinnant's algorithm: years begin in March, so that leap days come last).
fn date(days: u64) -> String {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_779, "2026-11-22"),
            (20_453, "2025-12-31"),
        ] {
            assert_eq!(date(days), expected);
        }
    }
}
