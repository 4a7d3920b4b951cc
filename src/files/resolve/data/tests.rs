//! Runs on disk: what is remembered of columns, and which files of a directory are runs.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::fixtures;
use crate::runs::Field;

const TOLD: &str = "name,l,width,heads,ffn_ratio,out\na,2,64,4,1,3\nb,4,64,4,1,2.5\n";

fn choice(text: &str) -> Reading {
    Reading::from(ColumnChoice::parse(text).unwrap())
}

/// A directory of the user's data, and a library with a configuration directory of its own.
fn place(files: &[(&str, &str)]) -> (TempDir, Library) {
    let dir = TempDir::new().unwrap();
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    let library = Library { user_dir: Some(dir.path().join("config")), ..fixtures::library() };
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
    assert!(library.data_as(&b, &choice("none")).unwrap_err().to_string().contains("no column gives layers"));
    assert!(library.data(&a).is_err(), "it is forgotten for every file with that header");
}

#[test]
fn what_is_told_in_several_goes_adds_up() {
    let (dir, library) = place(&[("a.csv", TOLD)]);
    let a = at(&dir, "a.csv");
    let error = library.data_as(&a, &choice("layers=l")).unwrap_err().to_string();
    assert!(error.contains("no column gives loss\n"), "{error}");
    assert!(error.contains("\n  try: --columns layers=l,loss="), "{error}");
    // A column that is not there is no part of it.
    assert!(library.data_as(&a, &choice("loss=result")).is_err());
    let loaded = library.data_as(&a, &choice("loss=out")).unwrap();
    assert_eq!(loaded.mapping.to_string(), "layers=l,loss=out");
    assert_eq!(library.data(&a).unwrap().told, Told::Earlier);
    // What is told later wins.
    assert_eq!(library.data_as(&a, &choice("layers=width")).unwrap().dataset.runs[0].features.layers, 64.0);
}

#[test]
fn what_was_told_and_went_wrong_says_how_to_be_rid_of_it() {
    let (dir, library) = place(&[("a.csv", TOLD)]);
    let a = at(&dir, "a.csv");
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
    let homeless = fixtures::library().data_as(&at(&dir, "a.csv"), &choice("layers=l,loss=out")).unwrap();
    assert!(homeless.remarks.is_empty());
}

#[test]
fn built_in_runs_do_not_ask_the_memory() {
    let (_dir, library) = place(&[("config/columns.toml", "spoiled")]);
    assert_eq!(library.data("tiny").unwrap().told, Told::Nothing);
    assert_eq!(library.data_as("tiny", &choice("loss=train_loss")).unwrap().told, Told::Now);
}

/// A state after `step` steps, and a shape that no other test run has.
fn run(step: u32, loss: f64) -> [String; 2] {
    [
        format!(
            "{{\"global_step\":{step},\"max_steps\":{step},\"log_history\":[{{\"eval_loss\":{loss},\"step\":{step}}}]}}"
        ),
        "{\"model_type\":\"llama\",\"hidden_size\":512,\"intermediate_size\":1536,\"num_hidden_layers\":6,\
         \"num_attention_heads\":8}"
            .to_owned(),
    ]
}

fn write_run(dir: &Path, path: &str, step: u32, loss: f64) {
    let [state, config] = run(step, loss);
    write(dir, &format!("{path}/trainer_state.json"), &state);
    write(dir, &format!("{path}/config.json"), &config);
}

fn losses(loaded: &Loaded) -> Vec<(&str, f64)> {
    loaded.dataset.runs.iter().map(|run| (run.name.as_str(), run.loss)).collect()
}

#[test]
fn a_directory_of_runs_is_a_dataset() {
    let (dir, library) = place(&[("out/notes/readme.txt", ""), ("out/plan.csv", TOLD), ("out/empty/.keep", "")]);
    let out = dir.path().join("out");
    write_run(&out, "small/checkpoint-500", 500, 3.5);
    // As a number, not as a text; one that is still being written has no state.
    write_run(&out, "small/checkpoint-1000", 1000, 3.25);
    fs::create_dir(out.join("small/checkpoint-1500")).unwrap();
    write_run(&out, "large", 2000, 2.75);
    write_run(&out, "large/checkpoint-1500", 1500, 3.0);
    write_run(&out, "medium", 10, 9.0);
    write_run(&out, "medium/checkpoint-20", 20, 2.9);
    fs::remove_file(out.join("medium/checkpoint-20/config.json")).unwrap();
    let typed = at(&dir, "out");
    let loaded = library.data(&typed).unwrap();
    assert_eq!(losses(&loaded), [("large", 2.75), ("medium", 2.9), ("small", 3.25)]);
    assert_eq!(loaded.ignored, ["empty", "notes"]);
    assert_eq!((loaded.dataset.name.as_str(), loaded.dataset.origin.as_deref()), ("out", Some(typed.as_str())));
    let files = ["large/config.json", "large/trainer_state.json", "medium/checkpoint-20/trainer_state.json"];
    let files = files.into_iter().chain(["medium/config.json", "small/checkpoint-1000/config.json"]);
    let sums: Vec<String> = files
        .chain(["small/checkpoint-1000/trainer_state.json"])
        .map(|file| format!("{}  {file}\n", crate::runs::sha256(&fs::read(out.join(file)).unwrap())))
        .collect();
    assert_eq!(loaded.dataset.sha256, crate::runs::sha256(sums.concat().as_bytes()));
    // One of them alone.
    let small = library.data(&at(&dir, "out/small/")).unwrap();
    assert_eq!(losses(&small), [("small", 3.25)]);
}

#[cfg(unix)]
#[test]
fn links_are_neither_followed_in_circles_nor_counted_twice() {
    use std::os::unix::fs::symlink;

    let (dir, library) = place(&[]);
    let out = dir.path().join("out");
    write_run(&out, "run-1", 100, 3.5);
    symlink(&out, out.join("loop")).unwrap();
    symlink(out.join("run-1"), out.join("latest")).unwrap();
    symlink("self", out.join("self")).unwrap();
    symlink("..", out.join("run-1/checkpoint-900")).unwrap();
    write_run(dir.path(), "elsewhere", 100, 3.0);
    symlink(dir.path().join("elsewhere"), out.join("run-2")).unwrap();
    let loaded = library.data(&at(&dir, "out")).unwrap();
    assert_eq!(losses(&loaded), [("run-1", 3.5), ("run-2", 3.0)]);
    assert_eq!(loaded.ignored, ["latest", "loop"]);
}

#[test]
fn what_is_no_directory_of_runs_says_what_it_is() {
    let (dir, library) =
        place(&[("t/runs.csv", TOLD), ("w/run-1.wandb", ""), ("w/files/x", ""), ("b/a/trainer_state.json", "{}")]);
    fs::create_dir(dir.path().join("e")).unwrap();
    write_run(dir.path(), "one", 1, 3.0);
    let refusal = |path: &str, choice: &Reading| {
        let error = library.data_as(&at(&dir, path), choice).unwrap_err().to_string();
        error.replace(&dir.path().display().to_string(), "")
    };
    let expected = "expected: trainer_state.json with config.json, here, in checkpoint-N, or one directory below; \
                    or runs of W&B or Lightning";
    let by_name = Reading::from(ColumnChoice::ByName);
    assert_eq!(
        refusal("e", &by_name),
        format!("/e: there are no training runs in this directory, only 0 files and 0 directories\n  {expected}")
    );
    assert_eq!(
        refusal("t", &by_name),
        format!(
            "/t: there are no training runs in this directory, only 1 file and 0 directories\n  {expected}\n  try: --data \
             /t/runs.csv"
        )
    );
    assert!(refusal("w", &by_name).ends_with("try: wandb sync, then export the table of runs as CSV"));
    assert_eq!(
        refusal("b", &by_name),
        "/b/a/trainer_state.json: there is no config.json beside trainer_state.json\n  expected: the model's shape, as \
         save_pretrained writes it"
    );
    assert_eq!(
        refusal("one", &choice("loss=x")),
        "/one: run 'one' cannot be used: no x, but eval_loss\n  expected: x in log_history, or another loss told\n  try: \
         --columns loss=eval_loss"
    );
    assert!(
        refusal("one", &choice("width=x")).starts_with("/one, '--columns': a directory of runs has no columns to give")
    );
    assert_eq!(
        refusal("one/trainer_state.json", &by_name),
        "/one/trainer_state.json: this is one run's log, which lacks the model's shape\n  try: --data /one, the directory \
         that has config.json too"
    );
}

#[test]
fn one_bad_directory_does_not_stop_the_others() {
    let (dir, library) = place(&[
        (
            "out/adapter/trainer_state.json",
            "{\"global_step\": 9, \"log_history\": [{\"eval_loss\": 1.2, \"step\": 9}]}",
        ),
        ("out/adapter/adapter_config.json", "{\"peft_type\": \"LORA\"}"),
        ("out/cut/trainer_state.json", "{\"global_step\": 9, \"log_hist"),
        ("out/cut/config.json", &run(9, 3.0)[1]),
        ("out/mamba/config.json", "{\"model_type\": \"mamba\"}"),
        ("out/mamba/trainer_state.json", &run(9, 3.0)[0]),
        ("out/evaluated/eval_results.json", "{\"eval_loss\": 3.125}"),
        ("out/evaluated/config.json", &run(9, 3.0)[1]),
    ]);
    write_run(&dir.path().join("out"), "good", 1000, 2.75);
    let loaded = library.data(&at(&dir, "out")).unwrap();
    assert_eq!(losses(&loaded), [("evaluated", 3.125), ("good", 2.75)]);
    let skipped: Vec<String> = loaded.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(skipped[0], "adapter (there is no config.json beside trainer_state.json)");
    assert!(skipped[1].starts_with("cut (not JSON at character 28"), "{skipped:?}");
    assert!(skipped[2].starts_with("mamba (models of type 'mamba' are not read here"), "{skipped:?}");
}

const SETTINGS: &str =
    "n_layer:\n    value: 4\nd_model:\n    value: 256\nn_head:\n    value: 4\nffn_ratio:\n    value: 4\n";

#[test]
fn runs_of_trackers_are_found_where_they_put_them() {
    let (dir, library) = place(&[
        ("p/wandb/debug.log", ""),
        ("p/wandb/run-1-a/files/config.yaml", SETTINGS),
        ("p/wandb/run-1-a/files/wandb-summary.json", "{\"eval/loss\": 3.25, \"k\": 7}"),
        ("p/wandb/run-1-a/run-a.wandb", ""),
        ("p/wandb/offline-run-2-b/files/config.yaml", SETTINGS),
        ("p/wandb/offline-run-2-b/files/wandb-summary.json", "{\"eval/loss\": 3.5}"),
        ("p/wandb/run-3-c/files/config.yaml", SETTINGS),
        ("p/src/train.py", ""),
        ("l/lightning_logs/version_0/metrics.csv", "step,val_loss\n1,3.5\n2,3.25\n"),
        ("l/lightning_logs/version_0/hparams.yaml", "n_layer: 4\nd_model: 256\nn_head: 4\nffn_ratio: 4\n"),
        ("l/lightning_logs/version_1/metrics.csv", "step,val_loss\n1,3.125\n"),
        ("l/lightning_logs/version_1/hparams.yaml", "n_layer: 8\nd_model: 256\nn_head: 4\nffn_ratio: 4\n"),
    ]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("run-1-a", dir.path().join("p/wandb/latest-run")).unwrap();
    for (path, prefix) in [("p", "wandb/"), ("p/wandb", "")] {
        let loaded = library.data(&at(&dir, path)).unwrap();
        let names = [format!("{prefix}offline-run-2-b"), format!("{prefix}run-1-a")];
        assert_eq!(losses(&loaded), [(names[0].as_str(), 3.5), (names[1].as_str(), 3.25)]);
        assert!(loaded.skipped[0].reason.starts_with("there is no wandb-summary.json"), "{:?}", loaded.skipped);
        assert!(loaded.summary().contains("W&B run directories"), "{}", loaded.summary());
    }
    assert_eq!(losses(&library.data(&at(&dir, "p/wandb/run-1-a")).unwrap()), [("run-1-a", 3.25)]);
    assert_eq!(losses(&library.data(&at(&dir, "p/wandb/run-1-a/files")).unwrap()), [("files", 3.25)]);
    let told = library.data_as(&at(&dir, "p"), &choice("seed=summary.k")).unwrap();
    assert_eq!(told.used.iter().find(|used| used.field == Field::Seed).unwrap().column, "summary.k");
    for (path, prefix) in [("l", "lightning_logs/"), ("l/lightning_logs", "")] {
        let names = ["version_0", "version_1"].map(|name| format!("{prefix}{name}"));
        let loaded = library.data(&at(&dir, path)).unwrap();
        assert_eq!(losses(&loaded), [(names[0].as_str(), 3.25), (names[1].as_str(), 3.125)]);
    }
}

#[test]
fn what_other_programs_keep_is_named_with_the_way_to_export_it() {
    let (dir, library) = place(&[
        ("board/run/events.out.tfevents.1700000000.host.1.0", ""),
        ("n/.neptune/offline/x", ""),
        ("c/.cometml-runs/x.zip", ""),
        ("m/mlruns/0/meta.yaml", ""),
        (
            "e/model/results_2026-01-01.json",
            "{\"results\": {\"wikitext\": {\"bits_per_byte,none\": 0.8}}, \"versions\": {}}",
        ),
    ]);
    for (path, what, way) in [
        ("board", "only TensorBoard's event files", "one row per run"),
        (
            "board/run/events.out.tfevents.1700000000.host.1.0",
            "this is one of TensorBoard's event files",
            "one row per run",
        ),
        ("n", "only runs of Neptune", "fetch_runs_table"),
        ("c", "only runs of Comet", "download them as CSV"),
        ("m", "only runs of MLflow", "mlflow experiments csv"),
        ("e", "bits_per_byte is per byte, and a law is of nats per token", "tokenizer"),
        ("e/model/results_2026-01-01.json", "bits_per_byte is per byte", "tokenizer"),
    ] {
        let error = library.data(&at(&dir, path)).unwrap_err().to_string();
        assert!(error.contains(what) && error.lines().last().unwrap().contains(way), "{path}: {error}");
    }
}
