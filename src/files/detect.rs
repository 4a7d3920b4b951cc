//! Which of the known boards this machine is, in which power mode, and how much of its memory the system uses.
//!
//! Only read: a handful of small files that any user may read (`facts.rs` lists them). What is concluded from them is
//! said with the file and the value, because a wrong guess would make every latency wrong in silence.

mod facts;
mod matching;
mod module;
mod nvpmodel;
mod stranger;
mod today;
mod tree;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use facts::{ClocksNow, Evidence, MemoryNow, Unread};
pub use stranger::Closest;
pub use today::today;
pub use tree::Tree;

use self::module::Memory;
use super::boards::Boards;
use super::profile::Profile;
use engine::error::Result;

/// What was found out about a machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Detection {
    /// The board; none if it is none of the known ones.
    pub board: Option<DetectedBoard>,
    /// What the machine calls itself, known or not.
    pub model: Option<Evidence>,
    /// NVIDIA's graphics cards, known or not.
    pub cards: Vec<Evidence>,
    /// The CPU, where the kernel names it, as on PCs.
    pub cpu: Option<Evidence>,
    /// Where it is none of the known boards: which profile is the closest, if any is.
    pub closest: Option<Closest>,
    /// First line of `/etc/nv_tegra_release`: the version of Jetson Linux.
    pub release: Option<String>,
    /// Main memory.
    pub memory: Option<MemoryNow>,
    /// Clocks.
    pub clocks: ClocksNow,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// Files that could not be read.
    pub unread: Vec<Unread>,
}

/// A board that was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DetectedBoard {
    /// Name of the profile to use.
    pub profile: String,
    /// As its maker calls it.
    pub title: String,
    /// The mode to use.
    pub mode: String,
    /// Whether it is one of the profile's.
    pub mode_from: ModeFrom,
    /// The mode as nvpmodel calls it.
    pub machine_mode: Option<String>,
    /// How the board was told.
    pub recognised_by: Vec<Evidence>,
}

/// Where the figures of a mode are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ModeFrom {
    /// The profile lists it.
    Profile,
    /// No profile does: they follow from the clocks that this machine's nvpmodel sets, and `--profile detected` has it.
    Machine,
}

/// Looks at a machine: what was found out, and the profile of this very machine if it is one of `boards`. Then the default
/// mode is the one that holds, the memory is what the kernel reports, and reserved is what the system uses.
///
/// `read` gives the profile of that name; its error is the only one, because the file may be the user's.
pub fn detect(
    tree: &Tree,
    boards: &Boards,
    read: impl FnOnce(&str) -> Result<Profile>,
) -> Result<(Detection, Option<Profile>)> {
    let facts = facts::gather(tree);
    let mut detection = Detection {
        board: None,
        model: facts.model.clone(),
        cards: facts.cards.clone(),
        cpu: facts.cpu.clone(),
        closest: None,
        release: facts.release.clone(),
        memory: facts.memory.clone(),
        clocks: facts.clocks.clone(),
        notes: Vec::new(),
        unread: facts.unread.clone(),
    };
    let broken = boards.broken.iter();
    detection
        .unread
        .extend(broken.map(|file| Unread { file: file.source.clone(), reason: file.error.headline().to_owned() }));
    let Some(identity) = module::identify(&facts, boards)? else {
        detection.closest = stranger::closest(&facts, boards);
        return Ok((detection, None));
    };
    let mut profile = read(&identity.profile)?;
    let matched = matching::matched(&profile, &facts);
    // What makes predictions wrong comes first: a short line has room for no more.
    detection.notes = matched.limited.iter().map(|limit| format!("{limit}: expect longer latencies")).collect();
    detection.notes.extend(identity.notes);
    detection.notes.extend(matched.notes);
    if let Some(memory) = facts.memory.as_ref().filter(|_| identity.memory != Memory::OfCard) {
        profile.put_in_machine(memory.total_bytes, memory.used_bytes(), &today::today());
        if memory.available_bytes.is_none() {
            let reason = facts.impossible_memory.as_deref().unwrap_or("no MemAvailable");
            detection.notes.push(format!(
                "what the system uses is not known ({reason} in /proc/meminfo): nothing counts as reserved"
            ));
        }
    }
    profile.limited = matched.limited;
    let mode_from = if matched.own.is_some() { ModeFrom::Machine } else { ModeFrom::Profile };
    profile.modes.extend(matched.own);
    profile.start_in(&matched.mode);
    let how: Vec<String> = identity.evidence.iter().map(|evidence| evidence.value.clone()).collect();
    let origin = profile.origin.take().unwrap_or_default();
    profile.origin = Some(format!("{origin}; recognised on this machine by {}", how.join(", ")));
    let board = DetectedBoard {
        profile: identity.profile,
        title: profile.title.clone(),
        mode: matched.mode,
        mode_from,
        machine_mode: matched.machine_mode,
        recognised_by: identity.evidence,
    };
    detection.notes.extend(stranger::beside(&board, &facts, boards));
    detection.board = Some(board);
    Ok((detection, Some(profile)))
}

/// `rtx-4060-laptop-gpu` of `NVIDIA GeForce RTX 4060 Laptop GPU`.
fn file_name(name: &str) -> String {
    const LEFT_OUT: [&str; 7] = ["nvidia", "geforce", "amd", "with", "developer", "kit", "r"];
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_lowercase);
    let words: Vec<String> = words.filter(|word| !word.is_empty() && !LEFT_OUT.contains(&word.as_str())).collect();
    let name: String = words.join("-").chars().take(40).collect();
    if name.is_empty() { "my-board".to_owned() } else { name.trim_end_matches('-').to_owned() }
}

impl Detection {
    /// In a sentence.
    pub fn summary(&self) -> String {
        match (&self.board, self.own_name()) {
            (Some(board), _) => {
                let used = self.memory.as_ref().and_then(MemoryNow::used_bytes);
                let used =
                    used.map_or_else(String::new, |used| format!(", {} of memory in use", engine::units::bytes(used)));
                format!("this machine is {}, mode {}{used}", board.title, board.mode)
            }
            (None, Some(name)) => format!("this machine ({name}) is none of the known boards"),
            (None, None) => "this machine is none of the known boards".to_owned(),
        }
    }

    /// What it calls itself: the board, else its cards, else its CPU.
    pub fn own_name(&self) -> Option<String> {
        let Self { model, cards, cpu, .. } = self;
        let cards = cards.iter().map(|card| card.value.as_str()).collect::<Vec<_>>().join(" and ");
        let cards = Some(cards).filter(|cards| !cards.is_empty());
        let value = |evidence: &Option<Evidence>| evidence.as_ref().map(|evidence| evidence.value.clone());
        value(model).or(cards).or_else(|| value(cpu))
    }

    /// How to come to a profile of a machine that has none: a command that writes one to edit.
    pub fn way_on(&self) -> String {
        let like = self.closest.as_ref().map_or("NAME", |closest| closest.profile.as_str());
        let file = format!("{}.toml", self.own_name().map_or_else(|| "my-board".to_owned(), |name| file_name(&name)));
        format!("roofscape profiles new --like {like} --out {file}, edit it, then --profile {file}")
    }
}
