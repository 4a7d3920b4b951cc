use std::fs;

use tempfile::TempDir;

use super::*;
use crate::fixtures;
use engine::law::fit::{FitOptions, fit};

/// A configuration directory with files in it.
fn library(files: &[(&str, &str)]) -> (TempDir, Library) {
    let dir = TempDir::new().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let library = Library { user_dir: Some(dir.path().to_owned()), ..fixtures::library() };
    (dir, library)
}

fn orin() -> &'static str {
    fixtures::agx_orin()
}

#[test]
fn built_in_names_need_no_files() {
    let (found, profile) = fixtures::library().profile("agx-orin-64gb").unwrap();
    assert_eq!((found.origin.clone(), found.label().as_str()), (Origin::Embedded, "agx-orin-64gb (built in)"));
    assert_eq!(
        (found.source.as_str(), profile.title.as_str()),
        ("built-in profile agx-orin-64gb", "NVIDIA Jetson AGX Orin 64GB")
    );
    let (_, law) = fixtures::library().law("paper").unwrap();
    assert_eq!((law.name.as_str(), law.origin.as_deref()), ("paper", Some("built in")));
    assert_eq!(fixtures::library().space("paper").unwrap().origin.as_deref(), Some("built in"));
}

#[test]
fn runs_carry_their_origin_and_their_reading_into_the_law() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/tiny.csv");
    for (typed, origin) in [("tiny", "built in"), (path, path)] {
        let dataset = fixtures::library().data(typed).unwrap().dataset;
        assert_eq!(dataset.origin.as_deref(), Some(origin));
        let fit = fit(&dataset.runs, &FitOptions { starts: 2, ..FitOptions::default() }, &()).unwrap();
        let law = LossLaw::fitted(fit, &dataset);
        assert_eq!(law.origin, Some(format!("runs: {origin}")));
        let reading = law.reading.unwrap();
        assert!(reading.starts_with("173 runs; ") && reading.contains("loss from 'val_loss'"), "{reading}");
    }
}

#[test]
fn a_file_of_the_user_wins_and_says_so() {
    let (dir, library) = library(&[
        ("profiles/agx-orin-64gb.toml", &orin().replace("85, unit", "80, unit")),
        ("profiles/mine.toml", orin()),
    ]);
    let (found, profile) = library.profile("agx-orin-64gb").unwrap();
    assert_eq!(profile.default_mode().int8.as_ref().unwrap().value, 80.0);
    let path = dir.path().join("profiles/agx-orin-64gb.toml");
    assert_eq!(found.label(), format!("agx-orin-64gb ({}, in place of the built-in one)", path.display()));
    assert_eq!(profile.origin, Some(format!("{}, in place of the built-in one", path.display())));
    let mine = library.resolve(Kind::Profile, "mine").unwrap();
    assert_eq!(mine.label(), format!("mine ({})", dir.path().join("profiles/mine.toml").display()));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_passed_over() {
    let (dir, library) = library(&[("profiles/mine.toml", "")]);
    let link = dir.path().join("profiles/agx-orin-64gb.toml");
    std::os::unix::fs::symlink(dir.path().join("gone"), &link).unwrap();
    assert_eq!(
        library.resolve(Kind::Profile, "agx-orin-64gb").unwrap_err().to_string(),
        format!("{}: there is no such file", link.display())
    );
}

#[test]
fn a_path_wins_over_everything() {
    let (dir, library) = library(&[("elsewhere/agx-orin-64gb.toml", "text")]);
    let path = dir.path().join("elsewhere/agx-orin-64gb.toml");
    let found = library.resolve(Kind::Profile, path.to_str().unwrap()).unwrap();
    assert_eq!((found.name.as_str(), found.text.as_str()), ("agx-orin-64gb", "text"));
    assert_eq!(found.label(), path.display().to_string());
}

#[test]
fn what_cannot_be_found_or_read_is_said_plainly() {
    const BUILT_IN: BuiltIn = BuiltIn {
        profiles: &[Embedded { name: "thor-t5000", text: "" }, Embedded { name: "agx-orin-64gb", text: "" }],
        laws: &[Embedded { name: "paper", text: "" }],
        ..BuiltIn::NONE
    };
    let (dir, library) = library(&[("profiles/mine.toml", orin()), ("a.csv/x", ""), ("latin.csv", "a\nb")]);
    let library = Library { built_in: &BUILT_IN, ..library };
    fs::write(dir.path().join("latin.csv"), b"name\nM\xfcller\n").unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let refusal = |kind, typed: &str| library.resolve(kind, typed).unwrap_err().to_string();
    assert_eq!(
        refusal(Kind::Profile, "agx-orin"),
        "'--profile': there is no profile 'agx-orin'\n  \
         expected: a path, or one of agx-orin-64gb, mine, thor-t5000\n  \
         try: --profile agx-orin-64gb"
    );
    assert_eq!(refusal(Kind::Law, "qqq"), "'--law': there is no law 'qqq'\n  expected: a path, or paper");
    assert_eq!(refusal(Kind::Profile, "./gone"), "./gone: there is no such file");
    assert_eq!(refusal(Kind::Data, "gone.jsonl"), "gone.jsonl: there is no such file");
    assert_eq!(
        refusal(Kind::Data, &at("a.csv")),
        format!("{}: this is a directory\n  expected: a file with a dataset", at("a.csv"))
    );
    assert_eq!(
        refusal(Kind::Data, &at("latin.csv")),
        format!("{}:2: the file is not UTF-8 text\n  try: save it as UTF-8", at("latin.csv"))
    );
    fs::write(dir.path().join("big.toml"), vec![b' '; 1_000_001]).unwrap();
    assert_eq!(
        refusal(Kind::Space, &at("big.toml")),
        format!("{}: the file is larger than 1 MB, which no space is", at("big.toml"))
    );
    assert_eq!(refusal(Kind::Profile, "runs"), "runs: this is a directory\n  expected: a file with a profile");
    assert!(refusal(Kind::Profile, "").starts_with("'--profile': there is no profile ''"));
}

#[test]
fn errors_in_a_file_name_it() {
    let (dir, library) = library(&[("profiles/mine.toml", "name = 3\n")]);
    assert_eq!(
        library.profile("mine").unwrap_err().to_string(),
        format!(
            "{}:1, 'name': integer `3` cannot stand here\n  expected: a string",
            dir.path().join("profiles/mine.toml").display()
        )
    );
}

#[test]
fn one_broken_file_does_not_hide_the_others() {
    let (dir, library) = library(&[
        ("profiles/broken.toml", "name = "),
        ("profiles/orin-nx-16gb.toml", &orin().replace("NVIDIA Jetson AGX Orin 64GB\"", "Mine\"")),
        ("profiles/notes.txt", "not a profile"),
    ]);
    let listed = library.profiles();
    assert_eq!(listed.len(), fixtures::built_in().profiles.len() + 1);
    assert!(listed.is_sorted_by_key(|line| &line.name));
    let line = |name: &str| listed.iter().find(|line| line.name == name).unwrap();
    let built_in = line("agx-orin-64gb");
    assert_eq!(built_in.title.as_deref(), Ok("NVIDIA Jetson AGX Orin 64GB"));
    assert_eq!(built_in.origin, Origin::Embedded);
    assert!(line("broken").title.as_ref().unwrap_err().to_string().contains("not valid TOML"));
    assert_eq!(line("orin-nx-16gb").title.as_deref(), Ok("Mine"));
    let path = dir.path().join("profiles/orin-nx-16gb.toml");
    assert_eq!(line("orin-nx-16gb").origin, Origin::User { path, replaces: true });
    assert_eq!(fixtures::library().laws().len(), 1);
}

#[test]
fn a_downloaded_model_is_found_by_its_name_and_by_its_folder() {
    let cache = tempfile::tempdir().unwrap();
    let library = Library { hub_cache: Some(cache.path().to_owned()), ..fixtures::library() };
    let folder = cache.path().join("models--acme--tiny-1B");
    let snapshot = folder.join("snapshots").join("abc");
    std::fs::create_dir_all(&snapshot).unwrap();
    let config = r#"{"model_type": "llama", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 2, "vocab_size": 100}"#;
    std::fs::write(snapshot.join("config.json"), config).unwrap();
    for typed in ["acme/tiny-1B".to_owned(), folder.display().to_string()] {
        let model = library.model(&typed).unwrap();
        assert_eq!((model.name.as_str(), model.architecture.width), ("acme/tiny-1B", 64), "{typed}");
    }
    let error = library.model("acme/other").unwrap_err().to_string();
    assert!(error.contains("no model of that name was downloaded"), "{error}");
    assert!(error.contains("try: hf download acme/other config.json"), "{error}");
}
