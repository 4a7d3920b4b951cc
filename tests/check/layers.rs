//! What the crates cannot hold. That engine ← files ← report ← program is Cargo's to enforce; that the engine asks no
//! file, clock or environment, that the commands know no screen, and that the explorer's state machine touches no
//! file and draws nothing, is read from the source here.

use std::fs;
use std::path::{Path, PathBuf};

/// Sources of one folder and its namesake file, test modules in files of their own left out.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from(format!("src/{folder}.rs"))];
    found.retain(|path| path.is_file());
    let mut folders = vec![PathBuf::from(format!("src/{folder}"))];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.file_stem().is_some_and(|stem| stem == "tests") {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found
}

/// Without the items behind `#[cfg(test)]`, which may use files. What follows them stays: rustfmt puts an item's closing
/// brace where its first line begins.
fn without_tests(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.trim() != "#[cfg(test)]" {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        let last = [format!("{indent}}}"), format!("{indent}}};")];
        for line in lines.by_ref() {
            let opens_nothing =
                line.starts_with(indent) && line.ends_with(';') && !line[indent.len()..].starts_with(' ');
            if opens_nothing || last.iter().any(|end| line == end) {
                break;
            }
        }
    }
    code
}

fn assert_never_names(files: &[PathBuf], forbidden: &[&str]) {
    for path in files {
        let code = without_tests(&fs::read_to_string(path).expect("UTF-8 source"));
        for name in forbidden {
            assert!(!code.contains(name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn the_engine_asks_no_file_clock_or_environment() {
    let files = sources("engine");
    assert!(files.len() > 100);
    // A list in braces would hide what it imports.
    assert_never_names(&files, &["std::fs", "std::io", "std::env", "std::time", "std::net", "std::process", "std::{"]);
}

#[test]
fn the_law_does_not_know_how_it_was_found() {
    let law = without_tests(&fs::read_to_string("src/engine/law.rs").expect("UTF-8 source"));
    assert!(law.contains("pub mod fit;") && !law.contains("fit::"), "law.rs names what is in law/fit");
    let lower = ["features", "runs", "architecture"].map(|name| PathBuf::from(format!("src/engine/{name}.rs")));
    assert_never_names(&lower, &["law::"]);
}

#[test]
fn commands_know_nothing_of_the_screen() {
    let mut files = sources("cli");
    assert!(files.len() > 30);
    // The command that opens it.
    files.retain(|path| !path.ends_with("cli/explore.rs") && !path.ends_with("src/cli.rs"));
    assert_never_names(&files, &["explorer::", "ratatui", "crossterm"]);
}

#[test]
fn update_and_view_touch_no_files() {
    let mut files = sources("explorer");
    assert!(files.len() > 100);
    // Those that open, watch and write on their behalf.
    files.retain(|path| {
        !["explorer.rs", "open.rs", "worker/export.rs", "worker/watch.rs", "headless.rs"]
            .iter()
            .any(|name| path.ends_with(Path::new(name)))
    });
    assert_never_names(
        &files,
        &["std::fs", "std::env", "cli::", "files::resolve", "files::save", "files::watch", ".reread()"],
    );
}

#[test]
fn update_draws_nothing() {
    let mut files = sources("explorer");
    // The dispatcher and each screen's own; what screens share.
    let reducers = ["update", "update.rs", "change", "change.rs"];
    files.retain(|path| path.iter().any(|part| reducers.iter().any(|name| part == *name)));
    assert!(files.len() > 15);
    assert_never_names(&files, &["ratatui", "::view::", "::draw::"]);
}

#[test]
fn only_test_items_are_stripped() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nfn b() {\n}\n#[cfg(test)]\npub(crate) fn c() {\n    d;\n}\nfn e() {}\n\
                impl F {\n    #[cfg(test)]\n    fn g() {\n    }\n    fn h() {}\n}\n";
    assert_eq!(without_tests(text), "use a;\nfn b() {\n}\nfn e() {}\nimpl F {\n    fn h() {}\n}\n");
}
