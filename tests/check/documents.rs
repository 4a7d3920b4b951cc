//! The documents keep their word: their links and paths exist, their examples are understood, their tables of keys are
//! the program's own, and the README stays short.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Parser;
use roofscape::cli::args::Cli;
use roofscape::explorer::keys;

/// Where documents are.
const FOLDERS: [&str; 6] = ["", "docs", "datasets", "profiles", "tests/frozen", "tests/sysroots"];
/// Set, and the tables of keys are written anew instead of compared.
const REWRITE: &str = "ROOFSCAPE_REWRITE_DOCUMENTS";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every document, relative to the root.
fn documents() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = FOLDERS.iter().flat_map(|folder| documents_in(Path::new(folder))).collect();
    found.sort();
    found
}

fn documents_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| folder.join(entry.expect("an entry").file_name()));
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The name by which a heading can be linked to.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

fn has_anchor(document: &str, wanted: &str) -> bool {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).any(|known| known == wanted)
}

/// Targets of `[words](target)` that lie in this repository.
fn links(document: &str) -> impl Iterator<Item = &str> {
    let targets = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

#[test]
fn every_link_leads_somewhere() {
    for path in documents() {
        let text = read(&path);
        for link in links(&text) {
            let (file, wanted) = link.split_once('#').map_or((link, None), |(file, wanted)| (file, Some(wanted)));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            assert!(root().join(&target).exists(), "{}: no file of the link {link}", path.display());
            if let Some(wanted) = wanted {
                assert!(has_anchor(&read(&target), wanted), "{}: no heading of the link {link}", path.display());
            }
        }
    }
}

#[test]
fn every_path_that_is_named_exists() {
    const BEGINNINGS: [&str; 8] =
        ["src/", "tests/", "docs/", "benches/", "examples/", "profiles/", "datasets/", "screenshots/"];
    // `NAME` stands for a name of the reader's.
    let is_path = |word: &&str| BEGINNINGS.iter().any(|folder| word.starts_with(folder)) && !word.contains("NAME");
    for path in documents() {
        let text = read(&path);
        let of_a_path = |letter: char| letter.is_alphanumeric() || "_./+-".contains(letter);
        let words = text.split(|letter| !of_a_path(letter)).map(|word| word.trim_end_matches('.'));
        for named in words.filter(is_path) {
            assert!(root().join(named).exists(), "{}: no {named}", path.display());
        }
    }
}

#[test]
fn the_readme_is_short_and_begins_with_two_commands() {
    let readme = read(Path::new("README.md"));
    assert!(readme.len() <= 9 * 1024, "{} bytes: tables and walks belong into docs/", readme.len());
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("    ")).map(str::trim).collect();
    assert!(commands[0].starts_with("cargo run --release ") && commands[1].starts_with("cargo test "), "{commands:?}");
    let needed = format!("Rust {}", env!("CARGO_PKG_RUST_VERSION"));
    assert!(readme.contains(&needed), "the README asks for another Rust than Cargo.toml: {needed}");
}

/// A table of keys, as docs/explorer.md has it.
fn table(rows: &[(String, &str)]) -> String {
    let rows = rows.iter().map(|(keys, does)| format!("| {keys} | {does} |\n"));
    format!("| key | does |\n|---|---|\n{}", rows.collect::<String>())
}

#[test]
fn the_keys_are_those_of_the_program() {
    let path = Path::new("docs/explorer.md");
    let written = read(path);
    let mut expected = written.clone();
    for (title, rows) in keys::help_tables() {
        let begin = format!("<!-- keys: {title} -->\n");
        let (before, rest) = expected.split_once(&begin).unwrap_or_else(|| panic!("no line {begin}"));
        let (_, after) = rest.split_once("<!-- end of keys -->").expect("an end of the keys");
        expected = format!("{before}{begin}{}<!-- end of keys -->{after}", table(&rows));
    }
    if std::env::var_os(REWRITE).is_some() {
        fs::write(root().join(path), &expected).expect("a document that can be written");
    } else {
        assert!(written == expected, "docs/explorer.md has other keys than the program: {REWRITE}=1 writes them anew");
    }
}

/// The words of an example, without its comment and without what comes after a pipe; quotes as in sh.
fn words(example: &str) -> Vec<String> {
    const ENDS: [&str; 4] = ["#", "|", ">", "&&"];
    let mut words: Vec<String> = Vec::new();
    for (place, part) in example.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
            continue;
        }
        let plain: Vec<&str> = part.split_whitespace().collect();
        let until = plain.iter().position(|word| ENDS.contains(word)).unwrap_or(plain.len());
        words.extend(plain[..until].iter().map(|word| (*word).to_owned()));
        if until < plain.len() {
            break;
        }
    }
    words
}

/// Every command line of the program in a document's blocks of code.
fn examples(document: &str) -> Vec<Vec<String>> {
    let joined = document.replace("\\\n", " ");
    let code = joined.lines().filter(|line| line.starts_with("    ")).map(|line| line.trim_start_matches([' ', '$']));
    code.filter(|line| *line == "roofscape" || line.starts_with("roofscape ")).map(words).collect()
}

#[test]
fn every_example_is_understood() {
    let mut understood = 0;
    for path in documents() {
        for example in examples(&read(&path)) {
            if let Err(error) = Cli::try_parse_from(&example) {
                panic!("{}: {}\n{error}", path.display(), example.join(" "));
            }
            understood += 1;
        }
    }
    assert!(understood > 50, "{understood}");
}

#[test]
fn examples_that_need_no_file_find_something() {
    const FILES: [&str; 6] = [".csv", ".toml", ".json", ".jsonl", ".gguf", "/"];
    // The explorer wants a terminal; the others take seconds and have tests of their own.
    const NOT_HERE: [&str; 5] = ["fit", "calibrate", "reproduce", "search", "profiles detect"];
    let home = tempfile::tempdir().expect("a home directory");
    let needs_none = |example: &Vec<String>| {
        let line = example[1..].join(" ");
        let is_command = example.get(1).is_some_and(|word| !word.starts_with('-'));
        let is_here = NOT_HERE.iter().all(|name| !line.starts_with(name));
        is_command && is_here && !example.iter().any(|word| FILES.iter().any(|end| word.contains(end)))
    };
    let documents = ["README.md", "docs/commands.md"].map(|name| read(Path::new(name)));
    let shown = documents.iter().flat_map(|document| examples(document));
    let mut running: Vec<_> = Vec::new();
    // The one that shows what is said where nothing is feasible.
    let nothing = ["roofscape", "frontier", "--max-total", "20ms"];
    for example in shown.filter(needs_none).filter(|example| *example != nothing) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roofscape"));
        command.args(&example[1..]).current_dir(home.path()).env("HOME", home.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        running.push((example, command.spawn().expect("the program")));
    }
    assert!(running.len() > 10, "{}", running.len());
    for (example, mut child) in running {
        let status = child.wait().expect("an end");
        assert_eq!(status.code(), Some(0), "{}", example.join(" "));
    }
}

#[test]
fn the_table_of_number_formats_has_every_format() {
    let method = read(&root().join("docs/method.md"));
    let table = method.split("\n| `--precision` |").nth(1).expect("the table").split("\n\n").next().expect("its rows");
    let named = |line: &str| {
        line.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let rows: Vec<String> = table.lines().skip(2).flat_map(|line| -> Vec<String> { named(line) }).collect();
    let known: Vec<&str> = engine::precision::Precision::ALL.iter().map(|known| known.name).collect();
    assert_eq!(rows, known);
}
