//! What is built into the program: the files of `profiles/` and `datasets/`. So the program is useful before the user
//! has written a file.
//!
//! The build script makes the list of profiles from the files in the folder.

use files::catalog::{BuiltIn, Embedded};
use files::resolve::Library;

/// All of it.
pub const BUILT_IN: &BuiltIn = &BuiltIn {
    profiles: include!(concat!(env!("OUT_DIR"), "/profiles.rs")),
    laws: &[Embedded { name: "paper", text: include_str!("../datasets/paper-law.toml") }],
    spaces: &[
        Embedded { name: "paper", text: include_str!("../datasets/paper-space.toml") },
        Embedded { name: "large", text: include_str!("../datasets/large-space.toml") },
    ],
    data: &[
        Embedded { name: "tiny", text: include_str!("../datasets/tiny.csv") },
        Embedded { name: "gemstones", text: include_str!("../datasets/gemstones.csv") },
        Embedded { name: "synthetic-170", text: include_str!("../datasets/synthetic-170.csv") },
    ],
    models_csv: include_str!("../datasets/models.csv"),
    measurements_csv: include_str!("../datasets/measurements.csv"),
};

/// Only what is built in, without files of the user: the same on every machine.
pub const fn library() -> Library {
    Library::of(BUILT_IN)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_built_in_and_sorted_by_name() {
        let mut found: Vec<String> = Vec::new();
        for folder in ["profiles", "profiles/calibrations"] {
            let entries = fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            found.extend(names.filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())));
        }
        found.sort_unstable();
        let names: Vec<&str> = BUILT_IN.profiles.iter().map(|file| file.name).collect();
        assert_eq!(names, found);
    }
}
