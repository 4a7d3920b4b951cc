//! What is remembered of columns.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;

const TOLD: &str = "name,l,width,heads,ffn_ratio,out\na,2,64,4,1,3\nb,4,64,4,1,2.5\n";

fn choice(text: &str) -> ColumnChoice {
    ColumnChoice::parse(text).unwrap()
}

/// A directory of the user's data, and a library with a configuration directory of its own.
fn place(files: &[(&str, &str)]) -> (TempDir, Library) {
    let dir = TempDir::new().unwrap();
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    let library = Library { user_dir: Some(dir.path().join("config")) };
    (dir, library)
}

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn at(dir: &TempDir, path: &str) -> String {
    dir.path().join(path).display().to_string()
}

#[test]
fn what_is_told_is_remembered_for_the_header_and_forgotten_on_demand() {
    let (dir, library) = place(&[("a.csv", TOLD), ("b.csv", "out,l,name,width,heads,ffn_ratio\n9,2,c,64,4,1\n")]);
    let [a, b] = ["a.csv", "b.csv"].map(|name| at(&dir, name));
    assert!(library.data(&a).is_err());
    let told = library.data_as(&a, &choice("layers=l,loss=out")).unwrap();
    assert_eq!(told.told, Told::Now);
    // The same names in another order, in another file.
    let other = library.data(&b).unwrap();
    assert_eq!((other.told, other.dataset.runs[0].loss), (Told::Earlier, 9.0));
    let reading = other.dataset.reading.unwrap();
    assert!(reading.contains("; columns as told earlier for this header; "), "{reading}");
    assert!(library.data_as(&b, &choice("none")).unwrap_err().to_string().contains("there is no 'layers'"));
    assert!(library.data(&a).is_err(), "it is forgotten for every file with that header");
}

#[test]
fn what_does_not_load_is_not_remembered() {
    let (dir, library) = place(&[("a.csv", TOLD)]);
    let a = at(&dir, "a.csv");
    assert!(library.data_as(&a, &choice("layers=l,loss=name")).is_err());
    assert!(!dir.path().join("config/columns.toml").exists());
    // A table that has gone wrong since says how to be rid of what was told.
    library.data_as(&a, &choice("layers=l,loss=out")).unwrap();
    write(dir.path(), "a.csv", &TOLD.replace(",2.5", ",x"));
    assert_eq!(
        library.data(&a).unwrap_err().to_string(),
        format!(
            "{a}:3, 'out': 'x' is not a number\n  expected: a number above 0, in nats per token\n  try: --columns none, if \
             what was told earlier is wrong: layers=l,loss=out"
        )
    );
}

#[test]
fn a_memory_that_cannot_be_kept_costs_no_result() {
    let (dir, library) = place(&[("a.csv", TOLD), ("config", "a file where the directory should be")]);
    let loaded = library.data_as(&at(&dir, "a.csv"), &choice("layers=l,loss=out")).unwrap();
    assert_eq!(loaded.dataset.runs.len(), 2);
    assert!(loaded.remarks[0].starts_with("columns are not remembered: "), "{:?}", loaded.remarks);
    let homeless = Library::default().data_as(&at(&dir, "a.csv"), &choice("layers=l,loss=out")).unwrap();
    assert!(homeless.remarks.is_empty());
}

#[test]
fn built_in_runs_do_not_ask_the_memory() {
    let (_dir, library) = place(&[("config/columns.toml", "spoiled")]);
    assert_eq!(library.data("tiny").unwrap().told, Told::Nothing);
    assert_eq!(library.data_as("tiny", &choice("loss=train_loss")).unwrap().told, Told::Now);
}
