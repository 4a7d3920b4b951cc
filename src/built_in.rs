//! What is built into the program: the files of `profiles/` and `datasets/`, so that it is useful before anybody has
//! written one.
//!
//! The list of profiles is made by the build script from what lies in the folder.

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
        Embedded { name: "synthetic-170", text: include_str!("../datasets/synthetic-170.csv") },
    ],
    models_csv: include_str!("../datasets/models.csv"),
    measurements_csv: include_str!("../datasets/measurements.csv"),
};

/// What is built in and nothing of the user's: the same on every machine.
pub const fn library() -> Library {
    Library::of(BUILT_IN)
}
