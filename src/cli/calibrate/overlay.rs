//! The overlay that `--out` writes.

use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::pair::{Calibrated, models};
use super::power::Drawn;
use engine::calibration::{Calibration, Group, Observation, shapes};
use engine::error::Result;
use engine::roofline::Phase;
use files::observations::Observed;
use files::profile::{Draft, DraftFormat, Overlay, Spread};
use files::resolve::{Origin, Resolved};

/// The file that goes to `out`, which has been read back; `board` is that of the board's profile.
pub(super) fn text(calibrated: &Calibrated, drawn: &[Drawn], board: &Resolved, out: &Path) -> Result<String> {
    let name = name(out);
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
        name: name.clone(),
        base: base(board, out),
        engine: calibrated.pair.engine.clone(),
        notes: cautions.collect(),
        sources,
        date: today(),
        formats,
        power: drawn.iter().map(|drawn| (drawn.mode.as_str(), &drawn.log)).collect(),
    };
    let text = draft.to_toml();
    Overlay::parse(&name, &text)?;
    Ok(text)
}

/// `agx-orin-64gb+edge-llm` of `profiles/calibrations/agx-orin-64gb+edge-llm.toml`.
fn name(out: &Path) -> String {
    out.file_stem().map_or_else(|| "calibration".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// What the file calls its board: a name where one finds it from anywhere, else the path from the file's folder, which
/// holds as long as both are moved together.
fn base(board: &Resolved, out: &Path) -> String {
    let Origin::Path(path) = &board.origin else { return board.name.clone() };
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let from_folder = path.canonicalize().ok().zip(folder.canonicalize().ok());
    let path = from_folder.map_or_else(|| path.clone(), |(path, folder)| between(&folder, &path));
    path.to_string_lossy().into_owned()
}

/// The way from a folder to a file; both are absolute.
fn between(folder: &Path, file: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), file.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    // On another disk there is no way but the absolute one.
    if shared == 0 {
        return file.to_owned();
    }
    let up = from.iter().skip(shared).map(|_| Component::ParentDir);
    let start = if shared == from.len() { Some(Component::CurDir) } else { None };
    start.into_iter().chain(up).chain(to.iter().skip(shared).copied()).collect()
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
    let mut chunks = members()
        .filter(|row| row.observation.pass.phase() == Phase::Prefill)
        .map(|row| row.measurement.prefill_chunk_tokens);
    let chunk = chunks.next().flatten().filter(|first| chunks.all(|chunk| chunk == Some(*first)));
    DraftFormat {
        prefill_chunk_tokens: chunk,
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
    fn a_way_leads_from_a_folder_to_a_file() {
        for (folder, file, way) in [
            ("/a/b", "/a/b/board.toml", "./board.toml"),
            ("/a/b", "/a/board.toml", "../board.toml"),
            ("/a/b/c", "/a/x/board.toml", "../../x/board.toml"),
        ] {
            assert_eq!(between(Path::new(folder), Path::new(file)), Path::new(way));
            let typed = between(Path::new(folder), Path::new(file)).to_string_lossy().into_owned();
            assert_eq!(typed, way);
        }
    }

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
