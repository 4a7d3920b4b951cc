//! Names of boards and power modes, as tables write them, and those they have here.
//!
//! A board is recognised only if every word of its name is known: `RTX 4090 Laptop` is another card than `RTX 4090`,
//! and `AGX Orin` without its memory may be either module.

use super::measurement::Named;

struct Board {
    profile: &'static str,
    /// Words that must be there.
    words: &'static [&'static str],
    /// Words that may.
    others: &'static [&'static str],
}

const JETSON: &[&str] = &["nvidia", "jetson", "super", "devkit", "developer", "kit", "module"];
const GEFORCE: &[&str] = &["nvidia", "geforce", "24gb"];

const fn board(profile: &'static str, words: &'static [&'static str], others: &'static [&'static str]) -> Board {
    Board { profile, words, others }
}

const BOARDS: [Board; 13] = [
    board("orin-nano-4gb", &["orin", "nano", "4gb"], JETSON),
    board("orin-nano-8gb", &["orin", "nano", "8gb"], JETSON),
    board("orin-nx-8gb", &["orin", "nx", "8gb"], JETSON),
    board("orin-nx-16gb", &["orin", "nx", "16gb"], JETSON),
    board("agx-orin-32gb", &["agx", "orin", "32gb"], JETSON),
    board("agx-orin-64gb", &["agx", "orin", "64gb"], JETSON),
    board("agx-orin-industrial", &["agx", "orin", "industrial"], JETSON),
    board("thor-t4000", &["thor", "t4000"], &["nvidia", "jetson", "agx", "devkit", "module"]),
    board("thor-t5000", &["thor", "t5000"], &["nvidia", "jetson", "agx", "devkit", "developer", "kit", "module"]),
    board("raspberry-pi-5", &["raspberry", "pi", "5"], &["model", "b", "cpu", "2gb", "4gb", "8gb", "16gb"]),
    board("rtx-4090", &["rtx", "4090"], GEFORCE),
    board("rtx-3090", &["rtx", "3090"], GEFORCE),
    board("apple-m4", &["apple", "m4"], &["mini", "16gb", "24gb", "32gb", "10", "core"]),
];

/// The board, with its profile's name where that is certain.
pub(super) fn named(written: &str) -> Named {
    let lower = written.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is = |board: &&Board| {
        board.words.iter().all(|word| words.contains(word))
            && words.iter().all(|word| board.words.contains(word) || board.others.contains(word))
    };
    let found = BOARDS.iter().find(is);
    Named { written: written.to_owned(), name: found.map(|board| board.profile.to_owned()) }
}

/// Whether a driver's name of a GPU excludes a known board. Drivers of Jetsons only say `Orin`.
pub(super) fn is_another(gpu: &str, profile: &str) -> bool {
    const OF_DRIVERS: [&str; 6] = ["tegra", "nvgpu", "gpu", "graphics", "cuda", "integrated"];
    let Some(board) = BOARDS.iter().find(|board| board.profile == profile) else { return false };
    let lower = gpu.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| !board.words.contains(&word) && !board.others.contains(&word) && !OF_DRIVERS.contains(&word))
}

/// The power mode, by the word that it begins with: `15W (GPU ~612 MHz)`.
pub(super) fn mode(written: &str) -> Named {
    let first = written.split([' ', '(']).next().unwrap_or_default();
    let is_watts =
        first.strip_suffix('W').is_some_and(|watts| !watts.is_empty() && watts.bytes().all(|c| c.is_ascii_digit()));
    let certain = (is_watts || matches!(first, "MAXN" | "MAXN_SUPER")) && !written.contains("not stated");
    Named { written: written.to_owned(), name: certain.then(|| first.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_certain_board_has_a_profile() {
        for (written, profile) in [
            ("Jetson AGX Orin 64GB", Some("agx-orin-64gb")),
            ("Jetson Orin Nano 8GB Super devkit", Some("orin-nano-8gb")),
            ("Jetson AGX Thor T5000", Some("thor-t5000")),
            ("RTX 4090 24GB", Some("rtx-4090")),
            ("NVIDIA GeForce RTX 4090", Some("rtx-4090")),
            ("Raspberry Pi 5 16GB (CPU)", Some("raspberry-pi-5")),
            ("Apple M4 mini 32GB (10-core)", Some("apple-m4")),
            ("orin-nx-16gb", Some("orin-nx-16gb")),
            ("Jetson AGX Orin", None),
            ("Jetson Orin (variant not named; AGX Orin 64GB likely)", None),
            ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
            ("Raspberry Pi 500+ 16GB (CPU)", None),
            ("Apple M4 Pro", None),
            ("", None),
        ] {
            assert_eq!(named(written).name.as_deref(), profile, "{written}");
        }
    }

    #[test]
    fn a_gpu_of_another_board_is_told() {
        for (gpu, profile, another) in [
            ("NVIDIA GeForce RTX 4090", "orin-nano-8gb", true),
            ("NVIDIA GeForce RTX 4080", "rtx-4090", true),
            ("NVIDIA GeForce RTX 4090 Laptop GPU", "rtx-4090", true),
            ("NVIDIA GeForce RTX 4090", "rtx-4090", false),
            ("Orin", "orin-nano-8gb", false),
            ("NVIDIA Tegra Orin (nvgpu)", "agx-orin-64gb", false),
            ("NVIDIA Thor", "thor-t5000", false),
            ("NVIDIA Thor", "agx-orin-64gb", true),
            ("NVIDIA GeForce RTX 4090", "a-board-of-mine", false),
        ] {
            assert_eq!(is_another(gpu, profile), another, "{gpu} {profile}");
        }
    }

    #[test]
    fn only_a_stated_mode_has_a_name() {
        for (written, name) in [
            ("15W (GPU ~612 MHz)", Some("15W")),
            ("25W (GPU stated ~820 MHz; nvpmodel cap 918)", Some("25W")),
            ("MAXN_SUPER + jetson_clocks", Some("MAXN_SUPER")),
            ("MAXN", Some("MAXN")),
            ("MAXN (not stated)", None),
            ("not stated (JetPack 7.2)", None),
            ("not max mode (asked in thread)", None),
            ("", None),
        ] {
            assert_eq!(mode(written).name.as_deref(), name, "{written}");
        }
    }
}
