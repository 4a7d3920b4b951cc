//! `roofscape profiles detect`: which board this machine is, and how that was told.

use super::args::Format;
use super::streams::{Failure, Outcome, Streams};
use super::table::write_pairs;
use engine::units::{bytes, ratio};
use files::detect::{ClocksNow, Closest, DetectedBoard, Detection, Evidence, MemoryNow, ModeFrom, Unread};
use files::resolve::Library;
use report::body::Detect;
use report::{Document, write_json};

type Pair = (&'static str, String);

/// Ends as a search does: 1 if the machine is none of the known boards.
pub(super) fn run(format: Format, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let (detection, _) = library.detect()?;
    match format {
        Format::Json => write_json(&Document::plain(Detect { detection: &detection }), &mut *streams.out)?,
        Format::Table => write_pairs(streams.out, &pairs(&detection))?,
    }
    Ok(if detection.board.is_some() { Outcome::Found } else { Outcome::NothingFeasible })
}

fn pairs(detection: &Detection) -> Vec<Pair> {
    let Detection { board, model, cards, cpu, closest, release, memory, clocks, notes, unread } = detection;
    let mut pairs = vec![("machine", detection.summary())];
    if let Some(board) = board {
        pairs.extend(recognised(board));
    } else {
        pairs.extend(model.iter().map(|model| ("model", in_file(model))));
        pairs.extend(cards.iter().map(|card| ("card", in_file(card))));
        pairs.extend(cpu.iter().map(|cpu| ("cpu", in_file(cpu))));
        pairs.extend(
            closest.iter().map(|Closest { profile, because }| ("closest", format!("{profile}, for {because}"))),
        );
        pairs.push(("your own", detection.way_on()));
        let known = closest.as_ref().map_or("NAME", |closest| closest.profile.as_str());
        pairs.push(("use", format!("--profile {known} until then; without it, agx-orin-64gb stands for the board")));
    }
    pairs.extend(release.iter().map(|release| ("system", release.clone())));
    pairs.extend(memory.iter().map(|memory| ("memory", in_words(memory))));
    pairs.extend(clock_pairs(clocks));
    pairs.extend(notes.iter().map(|note| ("note", note.clone())));
    pairs.extend(unread.iter().map(|Unread { file, reason }| ("not read", format!("{file}: {reason}"))));
    pairs
}

fn recognised(board: &DetectedBoard) -> Vec<Pair> {
    let DetectedBoard { profile, title, mode, mode_from, machine_mode, recognised_by } = board;
    let mut pairs = vec![("board", title.clone())];
    pairs.extend(recognised_by.iter().map(|evidence| ("known by", in_file(evidence))));
    pairs.extend(machine_mode.iter().map(|name| ("power mode", format!("{name}, as nvpmodel calls it"))));
    let how = match mode_from {
        ModeFrom::Profile => {
            format!("--profile {profile} --mode {mode}, or --profile detected with this machine's memory")
        }
        ModeFrom::Machine => {
            format!("--profile detected: its mode {mode} is this machine's own; {profile} has the modes as shipped")
        }
    };
    pairs.push(("use", how));
    pairs
}

fn in_file(evidence: &Evidence) -> String {
    format!("{} ({})", evidence.value, evidence.file)
}

fn in_words(memory: &MemoryNow) -> String {
    let total = bytes(memory.total_bytes);
    match memory.used_bytes() {
        Some(used) => format!("{total}, of which {} used by the system now", bytes(used)),
        None => total,
    }
}

fn clock_pairs(clocks: &ClocksNow) -> Vec<Pair> {
    let gpu = clock("GPU clock", clocks.gpu_hz, clocks.gpu_limit_hz);
    let memory = clock("memory clock", clocks.emc_hz, clocks.emc_limit_hz);
    gpu.into_iter().chain(memory).collect()
}

fn clock(label: &'static str, now: Option<u64>, limit: Option<u64>) -> Option<Pair> {
    // Clocks fit a double without loss.
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    let mhz = |hz: u64| format!("{} MHz", ratio(hz as f64 / 1e6));
    let words = match (now, limit) {
        (None, None) => return None,
        (Some(now), None) => format!("{} now", mhz(now)),
        (None, Some(limit)) => format!("at most {}", mhz(limit)),
        (Some(now), Some(limit)) => format!("{} now, at most {}", mhz(now), mhz(limit)),
    };
    Some((label, words))
}
