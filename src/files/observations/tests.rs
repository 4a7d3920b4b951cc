use std::fs;

use super::*;
use crate::boards::{Board, Owner};
use crate::catalog::Kind;
use crate::fixtures;

const TABLE: &str = "device,engine,model,weight_format,prompt_tokens,gen_tokens,decode_tok_s\n\
    Acme Edge Box rev2,acme-run,Qwen3-0.6B,FP16,128,64,30\n\
    Acme Edge Box Pro,acme-run,Qwen3-0.6B,FP16,128,64,60\n";

/// A built-in board as somebody's own, with names of its own.
fn acme() -> String {
    let text = fixtures::built_in().named(Kind::Profile, "raspberry-pi-5").unwrap().text;
    let (top, rest) = text.split_once("[identity]").unwrap();
    let (_, rest) = rest.split_once("[sources").unwrap();
    let top = top.replace("name = \"raspberry-pi-5\"", "name = \"acme\"");
    format!("{top}[identity]\naliases = [\"Acme Edge Box\"]\nother_words = [\"rev2\"]\n\n[sources{rest}")
}

fn boards_of(library: &Library, boards: &Boards) -> Vec<(String, usize)> {
    let models: &Lookup<'_> = &|name| library.known_shape(name);
    let loaded = read("t.csv", TABLE.as_bytes(), &Options::new(models, boards)).unwrap();
    pairs(&loaded.measurements, library).into_iter().map(|pair| (pair.board, pair.rows.len())).collect()
}

#[test]
fn measurements_on_a_board_of_the_user_s_own_are_matched() {
    let library = fixtures::library();
    let unknown = [("Acme Edge Box rev2".to_owned(), 0), ("Acme Edge Box Pro".to_owned(), 0)];
    assert_eq!(boards_of(&library, &library.boards()), unknown);
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("profiles")).unwrap();
    fs::write(dir.path().join("profiles/acme.toml"), acme()).unwrap();
    let library = Library { user_dir: Some(dir.path().to_owned()), ..library };
    let known = [("acme".to_owned(), 1), ("Acme Edge Box Pro".to_owned(), 0)];
    assert_eq!(boards_of(&library, &library.boards()), known);
}

#[test]
fn measurements_on_a_board_that_is_given_by_path_are_matched() {
    let library = fixtures::library();
    let profile = Profile::parse("./acme.toml", &acme()).unwrap();
    let mut boards = library.boards();
    boards.add(Board::new(&profile.name, "./acme.toml", Owner::Given, &profile));
    let models: &Lookup<'_> = &|name| library.known_shape(name);
    let loaded = read("t.csv", TABLE.as_bytes(), &Options::new(models, &boards)).unwrap();
    let names: Vec<Option<&str>> = loaded.measurements.iter().map(|row| row.board.name.as_deref()).collect();
    assert_eq!(names, [Some("acme"), None]);
}
