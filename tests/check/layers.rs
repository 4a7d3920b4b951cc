//! Dependencies point one way: error, text, units ← engine ← files ← explorer, cli. A crate split would enforce it; this test does.

use std::fs;
use std::path::{Path, PathBuf};

/// Sources of one folder and its namesake file, test modules in files of their own left out.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        [format!("src/{folder}.rs")].into_iter().map(PathBuf::from).filter(|path| path.is_file()).collect();
    let mut folders = vec![PathBuf::from(format!("src/{folder}"))];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
            if is_test {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found
}

/// Without the items behind `#[cfg(test)]`, which may reach up for fixtures. What follows them stays: rustfmt puts an
/// item's closing brace where its first line begins.
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

fn assert_never_names(layer: &str, forbidden: &[&str], except: &[&str]) {
    for path in sources(layer).iter().filter(|path| !except.iter().any(|name| path.ends_with(Path::new(name)))) {
        let code = without_tests(&fs::read_to_string(path).expect("UTF-8 source"));
        for name in forbidden {
            assert!(!code.contains(name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn the_engine_knows_no_terminal_no_files_and_no_layer_above() {
    assert!(sources("engine").len() > 20);
    let outside = ["ratatui", "crossterm", "clap", "toml::", "csv::", "std::fs", "std::io", "std::env", "std::time"];
    assert_never_names("engine", &outside, &[]);
    // By whatever path; words of prose have no colons.
    assert_never_names("engine", &["files::", "explorer::", "cli::"], &[]);
}

#[test]
fn the_law_does_not_know_how_it_was_found() {
    let law = without_tests(&fs::read_to_string("src/engine/law.rs").expect("UTF-8 source"));
    assert!(law.contains("pub mod fit;") && !law.contains("fit::"), "law.rs names what is in law/fit");
    for lower in ["features", "runs", "architecture"] {
        let text = fs::read_to_string(format!("src/engine/{lower}.rs")).expect("UTF-8 source");
        assert!(!without_tests(&text).contains("law::"), "{lower}.rs names the law");
    }
}

#[test]
fn loaders_know_no_terminal() {
    assert!(sources("files").len() > 10);
    assert_never_names("files", &["ratatui", "crossterm", "clap", "explorer::", "cli::"], &[]);
}

#[test]
fn reports_know_nothing_of_the_screen() {
    assert!(sources("cli").len() > 30);
    assert_never_names(
        "cli",
        &["crate::explorer", "explorer::", "ratatui", "crossterm"],
        &["cli.rs", "cli/explore.rs"],
    );
}

#[test]
fn what_people_read_and_type_knows_no_layer() {
    for lowest in ["engine/error", "engine/text", "engine/units"] {
        assert_never_names(lowest, &["engine::", "files::", "explorer::", "cli::", "ratatui", "crossterm"], &[]);
    }
}

#[test]
fn update_and_view_touch_no_files() {
    assert!(sources("explorer").len() > 20);
    let forbidden = ["std::fs", "std::env", "cli::", "files::resolve", "files::save", "files::watch", ".reread()"];
    assert_never_names("explorer", &forbidden, &["explorer.rs", "open.rs", "worker.rs", "headless.rs"]);
}

/// What applies actions to the state: the dispatcher, what screens share, and each screen's own.
fn reducers() -> Vec<String> {
    let rooms = fs::read_dir("src/explorer/screens").expect("the screens").map(|entry| entry.expect("a screen").path());
    let rooms = rooms.filter(|path| path.is_dir());
    let own = rooms.map(|room| format!("explorer/screens/{}/update", room.file_name().expect("a name").display()));
    ["explorer/update".to_owned(), "explorer/change".to_owned()].into_iter().chain(own).collect()
}

#[test]
fn update_draws_nothing() {
    let reducers = reducers();
    assert!(reducers.len() > 4 && reducers.iter().all(|reducer| !sources(reducer).is_empty()));
    for reducer in &reducers {
        let drawing = ["ratatui", "explorer::view", "super::view", "explorer::draw", "super::draw"];
        assert_never_names(reducer, &drawing, &[]);
    }
}

#[test]
fn only_test_items_are_stripped() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nfn b() {\n}\n#[cfg(test)]\npub(crate) fn c() {\n    d;\n}\nfn e() {}\n\
                impl F {\n    #[cfg(test)]\n    fn g() {\n    }\n    fn h() {}\n}\n";
    assert_eq!(without_tests(text), "use a;\nfn b() {\n}\nfn e() {}\nimpl F {\n    fn h() {}\n}\n");
}
