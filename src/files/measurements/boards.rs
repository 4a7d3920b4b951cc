//! Names of boards and power modes, as tables write them, and those they have here.
//!
//! A board is recognised only if every word of its name is known: `RTX 4090 Laptop` is another card than `RTX 4090`,
//! and `AGX Orin` without its memory may be either module.

use super::measurement::Named;
use crate::boards::{Board, Boards, only};
use engine::error::Result;

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Names that a board has in tables: that of its profile, and its aliases.
fn names(board: &Board) -> impl Iterator<Item = Vec<String>> {
    [&board.name].into_iter().chain(&board.identity.aliases).map(|name| words(name))
}

/// Words that tables may add to each of them.
fn other_words(board: &Board) -> Vec<String> {
    board.identity.other_words.iter().flat_map(|text| words(text)).collect()
}

fn is_meant(board: &Board, written: &[String]) -> bool {
    let others = other_words(board);
    names(board).any(|name| {
        !name.is_empty()
            && name.iter().all(|word| written.contains(word))
            && written.iter().all(|word| name.contains(word) || others.contains(word))
    })
}

/// The board, with its profile's name where that is certain.
pub(super) fn named(written: &str, boards: &Boards) -> Result<Named> {
    let spoken = words(written);
    for boards in boards.by_owner() {
        let meant = boards.into_iter().filter(|board| is_meant(board, &spoken));
        if let Some(board) = only(meant.collect(), written)? {
            return Ok(Named::known(written, &board.name));
        }
    }
    Ok(Named::written(written))
}

/// Whether a driver's name of a GPU excludes a known board. Drivers of Jetsons only say `Orin`. A board whose profile
/// says nothing of its names excludes none.
pub(super) fn is_another(gpu: &str, profile: &str, boards: &Boards) -> bool {
    const OF_DRIVERS: [&str; 13] = [
        "nvidia",
        "geforce",
        "amd",
        "radeon",
        "intel",
        "apple",
        "tegra",
        "nvgpu",
        "gpu",
        "graphics",
        "cuda",
        "vulkan",
        "integrated",
    ];
    let Some(board) = boards.named(profile) else { return false };
    let identity = &board.identity;
    if identity.aliases.is_empty() && identity.other_words.is_empty() && identity.cards.is_empty() {
        return false;
    }
    let cards = identity.cards.iter().chain(&identity.shared_cards).flat_map(|card| words(card));
    let known: Vec<String> = names(board).flatten().chain(other_words(board)).chain(cards).collect();
    words(gpu).iter().any(|word| !known.contains(word) && !OF_DRIVERS.contains(&word.as_str()))
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
    use crate::boards::Owner;
    use crate::fixtures;
    use engine::error::Error;

    /// The built-in boards and one of the user's own.
    fn boards() -> Boards {
        let mut boards = fixtures::library().boards();
        boards.add(mine("acme", &["Acme Edge Box"]));
        boards
    }

    fn mine(name: &str, aliases: &[&str]) -> Board {
        let profile = fixtures::library().profile("orin-nx-8gb").unwrap().1;
        let mut board = Board::new(name, &format!("{name}.toml"), Owner::User, &profile);
        board.identity.aliases = aliases.iter().map(|&alias| alias.to_owned()).collect();
        board.identity.other_words = vec!["rev2".to_owned()];
        board
    }

    #[test]
    fn only_a_certain_board_has_a_profile() {
        let boards = boards();
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
            ("Apple M4 Pro 16-core GPU", Some("apple-m4-pro")),
            ("Apple M4 Pro 20-core GPU", None),
            ("Apple M2 Ultra 76-core GPU 192GB", None),
            ("DGX Spark (GB10)", Some("dgx-spark")),
            ("", None),
            ("Acme Edge Box rev2", Some("acme")),
            ("box of Acme's edge", None),
            ("ACME", Some("acme")),
        ] {
            assert_eq!(named(written, &boards).unwrap().name.as_deref(), profile, "{written}");
        }
    }

    #[test]
    fn a_gpu_of_another_board_is_told() {
        let boards = boards();
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
            ("NVIDIA GeForce RTX 4090", "acme", true),
            ("Acme Edge", "acme", false),
        ] {
            assert_eq!(is_another(gpu, profile, &boards), another, "{gpu} {profile}");
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

    #[test]
    fn the_user_s_own_claim_wins_and_two_of_them_are_an_error() {
        let mut boards = boards();
        boards.add(mine("my-nano", &["Orin Nano 8GB"]));
        assert_eq!(named("orin nano 8gb", &boards).unwrap().name.as_deref(), Some("my-nano"));
        boards.add(mine("other", &["Edge Box Acme"]));
        let refused: Error = named("Acme Edge Box", &boards).unwrap_err();
        assert_eq!(refused.headline(), "'Acme Edge Box' may be one of acme, other");
    }
}
