//! Which of the known boards this machine is, in which power mode, and how much of its memory the system uses.
//!
//! Only read: a handful of small files that any user may read (`facts.rs` lists them). What is concluded from them is
//! said with the file and the value, because a wrong guess would make every latency wrong in silence.

mod facts;
mod matching;
mod module;
mod nvpmodel;
mod today;
mod tree;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use facts::{ClocksNow, Evidence, MemoryNow, Unread};
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
    /// The profile's mode to use.
    pub mode: String,
    /// The mode as nvpmodel calls it.
    pub machine_mode: Option<String>,
    /// How the board was told.
    pub recognised_by: Vec<Evidence>,
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
    let Some(identity) = module::identify(&facts, boards)? else { return Ok((detection, None)) };
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
    profile.start_in(&matched.mode);
    let how: Vec<String> = identity.evidence.iter().map(|evidence| evidence.value.clone()).collect();
    let origin = profile.origin.take().unwrap_or_default();
    profile.origin = Some(format!("{origin}; recognised on this machine by {}", how.join(", ")));
    detection.board = Some(DetectedBoard {
        profile: identity.profile,
        title: profile.title.clone(),
        mode: matched.mode,
        machine_mode: matched.machine_mode,
        recognised_by: identity.evidence,
    });
    Ok((detection, Some(profile)))
}

impl Detection {
    /// In a sentence.
    pub fn summary(&self) -> String {
        match (&self.board, &self.model) {
            (Some(board), _) => {
                let used = self.memory.as_ref().and_then(MemoryNow::used_bytes);
                let used =
                    used.map_or_else(String::new, |used| format!(", {} of memory in use", engine::units::bytes(used)));
                format!("this machine is {}, mode {}{used}", board.title, board.mode)
            }
            (None, Some(model)) => format!("this machine ({}) is none of the known boards", model.value),
            (None, None) => "this machine is none of the known boards".to_owned(),
        }
    }
}
