//! The repository's own profiles and data sets, read where they lie: what the tests of several crates start from.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::catalog::{BuiltIn, Embedded};
use crate::resolve::Library;

/// A file or folder of the repository.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// What the program has built in.
pub fn built_in() -> &'static BuiltIn {
    static FILES: OnceLock<BuiltIn> = OnceLock::new();
    FILES.get_or_init(|| BuiltIn {
        profiles: [profiles("profiles"), profiles("profiles/calibrations")].concat().leak(),
        laws: vec![file("paper", "datasets/paper-law.toml")].leak(),
        spaces: vec![file("paper", "datasets/paper-space.toml"), file("large", "datasets/large-space.toml")].leak(),
        data: vec![
            file("tiny", "datasets/tiny.csv"),
            file("gemstones", "datasets/gemstones.csv"),
            file("synthetic-170", "datasets/synthetic-170.csv"),
        ]
        .leak(),
        models_csv: text("datasets/models.csv"),
        measurements_csv: text("datasets/measurements.csv"),
    })
}

/// What is built in and nothing else.
pub fn library() -> Library {
    Library::of(built_in())
}

/// The profile of AGX Orin 64GB as a file.
pub fn agx_orin() -> &'static str {
    text("profiles/agx-orin-64gb.toml")
}

fn file(name: &str, path: &str) -> Embedded {
    Embedded { name: name.to_owned().leak(), text: text(path) }
}

fn text(name: &str) -> &'static str {
    let path = path(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).leak()
}

fn profiles(folder: &str) -> Vec<Embedded> {
    let entries = fs::read_dir(path(folder)).expect("a folder of the repository");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut stems: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())).collect();
    stems.sort_unstable();
    stems.iter().map(|stem| file(stem, &format!("{folder}/{stem}.toml"))).collect()
}
