//! The exported file: what is in it, and that no other is lost for it.

use serde_json::Value;

use super::program::{Program, assert_valid, list, number};

fn read(program: &Program, name: &str) -> Value {
    let text = std::fs::read_to_string(program.dir().join(name)).expect("the file");
    let document = serde_json::from_str(&text).expect("JSON");
    assert_valid(&document);
    document
}

#[test]
fn all_feasible_architectures_are_written_best_first() {
    let program = Program::new();
    let output = program.found("export --max-total 40ms --max-memory 2GB --out feasible.json");
    let document = read(&program, "feasible.json");
    let entries = list(&document["architectures"]);
    assert!(output.stdout.starts_with(&format!("wrote {} architectures to feasible.json", entries.len())));
    assert_eq!(document["schema_version"], 2);
    assert_eq!(document["generator"]["name"], "roofscape");
    assert_eq!(document["feasible"], entries.len());
    assert_eq!(document["selection"], "feasible");
    assert_eq!(document["setting"]["objective"], "total");
    assert_eq!(
        (&document["setting"]["budgets"]["max_total_s"], &document["setting"]["budgets"]["max_tpot_s"]),
        (&0.04.into(), &Value::Null)
    );
    assert_eq!(number(&document["setting"]["budgets"]["max_memory_bytes"]), 2e9);
    assert_eq!(document["setting"]["law"]["coefficients"].as_object().map(serde_json::Map::len), Some(11));
    assert!(
        list(&document["setting"]["profile"]["figures"])
            .iter()
            .all(|figure| figure["kind"].is_string() && figure["date"].is_string())
    );
    let losses: Vec<f64> = entries.iter().map(|e| number(&e["predictions"]["loss"])).collect();
    assert!(losses.is_sorted());
    assert!(entries.iter().all(|entry| number(&entry["predictions"]["total_s"]) <= 0.04));
    let on_frontier = entries.iter().filter(|entry| entry["on_frontier"] == true).count();
    program.found("export --max-total 40ms --max-memory 2GB --select frontier --out frontier.json");
    assert_eq!(list(&read(&program, "frontier.json")["architectures"]).len(), on_frontier);
}

#[test]
fn a_penalty_shifts_every_exported_loss_and_a_plan_knows_none() {
    let program = Program::new();
    let losses = |options: &str| -> Vec<f64> {
        let line = format!("export --max-total 40ms --precision w8a8 --select frontier --out - {options}");
        let document = program.found(&line).json();
        assert_eq!(
            (&document["setting"]["head_format"], &document["setting"]["kv_format"]),
            (&"int8".into(), &"fp16".into())
        );
        list(&document["architectures"]).iter().map(|e| number(&e["predictions"]["loss"])).collect()
    };
    let (plain, raised) = (losses(""), losses("--loss-penalty w8a8=0.02"));
    assert!(plain.len() > 5);
    assert_eq!(raised, plain.iter().map(|loss| loss + 0.02).collect::<Vec<_>>());
    // Runs are trained in 16 bit.
    let proposal = "plan --data tiny --bootstrap 50 --runs 1 --format json --precision w8a8";
    let penalised = program.found(&format!("{proposal} --loss-penalty w8a8=0.02"));
    assert_eq!(penalised.stdout, program.found(proposal).stdout);
}

#[test]
fn the_best_goes_to_stdout_as_predict_has_it() {
    let program = Program::new();
    let document = program.found("export --max-tpot 2ms --select best --out -").json();
    let [entry] = list(&document["architectures"]) else { panic!("one architecture") };
    let shape = &entry["architecture"];
    let keys =
        ["layers", "width", "heads", "head_dim", "kv_heads", "intermediate", "experts", "top_k", "vocab", "tied"];
    let arch: Vec<String> = keys.iter().map(|key| format!("{key}={}", shape[key])).collect();
    let predicted = program.found(&format!("predict --arch {} --format json", arch.join(","))).json();
    let close = |a: &Value, b: &Value| (number(a) / number(b) - 1.0).abs() < 1e-12;
    assert!(close(&entry["predictions"]["total_s"], &predicted["predictions"]["total_s"]));
    assert!(close(&entry["predictions"]["memory_bytes"], &predicted["memory"]["total_bytes"]));
    assert!(close(&entry["predictions"]["loss"], &predicted["predictions"]["loss"]));
    assert_eq!((&entry["on_frontier"], &entry["fits_memory"]), (&true.into(), &true.into()));
}

#[test]
fn a_file_is_replaced_only_when_told() {
    let program = Program::new();
    let path = program.write("a.json", "precious");
    let error = program.refused("export --max-total 40ms --out a.json");
    assert!(error.contains("a.json: the file exists already\n  try: --force"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "precious");
    program.found("export --max-total 40ms --out a.json --force");
    assert_eq!(read(&program, "a.json")["schema_version"], 2);
    let names: Vec<_> = std::fs::read_dir(program.dir()).expect("directory").collect();
    assert_eq!(names.len(), 1, "no temporary file stays: {names:?}");
}

#[test]
fn nothing_feasible_writes_nothing() {
    let program = Program::new();
    let output = program.line("export --max-total 1ms --out a.json");
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("try: --max-total"), "{}", output.stderr);
    assert!(!program.dir().join("a.json").exists());
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let program = Program::new();
    program.write("dir/x", "");
    for (line, wanted) in [
        ("export --out no/a.json", "the directory 'no' does not exist"),
        ("export --out dir", "dir: this is a directory"),
        ("export --out dir --force", "dir: this is a directory"),
        ("export --out dir/x/a.json", "the directory 'dir/x' is not a directory"),
        ("export", "--out"),
        ("export --out a.json --select bset", "'best'"),
    ] {
        let error = program.refused(line);
        assert!(error.contains(wanted), "{line}: {error}");
    }
}

#[test]
fn a_window_of_the_space_is_written_with_each_architecture_and_said_to_be_unseen_by_the_law() {
    let program = Program::new();
    let space = include_str!("../../datasets/paper-space.toml");
    program.write("windowed.toml", &format!("window = 1024\nfull_every = 6\n{space}"));
    program.found("export --space windowed.toml --select frontier --out windowed.json");
    let document = read(&program, "windowed.json");
    let window = serde_json::json!({ "window": { "tokens": 1024, "full_every": 6 } });
    let entries = list(&document["architectures"]);
    assert!(!entries.is_empty() && entries.iter().all(|entry| entry["architecture"]["layout"] == window));
    let layers = list(&document["warnings"]).iter().find(|warning| warning["kind"] == "layers").expect("a warning");
    assert_eq!((&layers["candidates"], &layers["of"]), (&10_560.into(), &10_560.into()));
}
