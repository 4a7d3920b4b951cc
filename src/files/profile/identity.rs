//! How a board is recognised: the names that its firmware, its driver and tables of measurements give it.
//!
//! They are written in the file of the board. So a board is one file, and a user's own board is detected and finds its
//! measurements as a built-in one does. A calibration has the identity of its board.

use serde::Deserialize;

/// `[identity]` of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// Module numbers: pieces of `compatible` or `nvidia,dtsfilename` of the device tree, such as `p3701-0005`.
    pub modules: Vec<String>,
    /// Modules with another memory than the number promises.
    pub variants: Vec<Variant>,
    /// Beginnings of `model` of the device tree; each is enough to recognise the board.
    pub models: Vec<String>,
    /// Words of `model`, where no module number is known. The memory must be that of the board too.
    pub kits: Vec<String>,
    /// Graphics cards, exactly as NVIDIA's driver calls them.
    pub cards: Vec<String>,
    /// The same of a GPU that shares the machine's memory.
    pub shared_cards: Vec<String>,
    /// Beginnings of the CPU's name in `/proc/cpuinfo`, of a chip whose GPU shares its memory.
    pub cpus: Vec<String>,
    /// Names in tables of measurements, beside the name of the profile.
    pub aliases: Vec<String>,
    /// Words that tables add to any of these names.
    pub other_words: Vec<String>,
    /// Pieces of names of other machines, for which this profile is the one to start from.
    pub relatives: Vec<String>,
}

/// A module whose number does not tell which board it is, while its memory does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The module number.
    pub module: String,
    /// Memory fitted, GiB.
    pub memory_gib: u32,
    /// A power mode that `nvpmodel.conf` must have, where memory is not enough to tell either.
    pub mode: Option<String>,
    /// What the user is told.
    pub note: String,
}

impl Identity {
    /// The lists of names, with their keys.
    pub(super) fn lists(&self) -> [(&'static str, &[String]); 9] {
        [
            ("modules", &self.modules),
            ("models", &self.models),
            ("kits", &self.kits),
            ("cards", &self.cards),
            ("shared_cards", &self.shared_cards),
            ("cpus", &self.cpus),
            ("aliases", &self.aliases),
            ("other_words", &self.other_words),
            ("relatives", &self.relatives),
        ]
    }
}
