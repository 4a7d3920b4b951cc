//! Dependencies point one way: engine ← files ← explorer, cli. A crate split would enforce it; this test does.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from(format!("src/{folder}.rs"))];
    let mut folders = vec![PathBuf::from(format!("src/{folder}"))];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found
}

fn assert_never_names(layer: &str, forbidden: &[&str], except: &[&str]) {
    let files = sources(layer);
    assert!(files.len() > 3, "{layer} has sources");
    for path in files.iter().filter(|path| !except.iter().any(|name| path.ends_with(Path::new(name)))) {
        let text = fs::read_to_string(path).expect("UTF-8 source");
        // Tests may reach up for fixtures.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for name in forbidden {
            assert!(!code.contains(name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn the_engine_knows_no_terminal_and_no_files() {
    let forbidden =
        ["ratatui", "crossterm", "std::fs", "std::io", "std::env", "crate::files", "crate::explorer", "crate::cli"];
    assert_never_names("engine", &forbidden, &[]);
}

#[test]
fn loaders_know_no_terminal() {
    assert_never_names("files", &["ratatui", "crossterm", "crate::explorer", "crate::cli"], &[]);
}

#[test]
fn update_and_view_touch_no_files() {
    let forbidden = ["std::fs", "std::env", "crate::cli", "files::resolve", "files::save"];
    assert_never_names("explorer", &forbidden, &["explorer.rs", "open.rs", "worker.rs", "headless.rs"]);
}
