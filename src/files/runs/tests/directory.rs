//! Runs from the texts of trainers' directories.

use proptest::prelude::*;

use super::*;
use crate::runs::ColumnChoice;
use crate::runs::Dialect;
use crate::runs::directory::{DirectoryReader, RunFile, RunFiles};

const CONFIG: &str = r#"{"model_type":"llama","hidden_size":512,"intermediate_size":1536,"num_hidden_layers":6,
    "num_attention_heads":8,"num_key_value_heads":2,"vocab_size":32000}"#;

const SHARED: &str = r#"{"model_type":"qwen2_moe","hidden_size":512,"moe_intermediate_size":256,"num_hidden_layers":6,
    "shared_expert_intermediate_size":256,"num_attention_heads":8,"num_key_value_heads":8,"num_experts":15,"num_experts_per_tok":3}"#;

/// As the Trainer of transformers 5 writes it, with the `NaN` that Python writes for a gradient that overflowed.
const STATE: &str = r#"{
  "best_metric": 3.30, "epoch": 1.0, "eval_steps": 500, "global_step": 1000, "max_steps": 1000,
  "num_input_tokens_seen": 65536000, "total_flos": 1e15,
  "log_history": [
    {"epoch": 0.5, "grad_norm": NaN, "learning_rate": 0.0003, "loss": 3.41, "step": 500},
    {"epoch": 0.5, "eval_loss": 3.40, "eval_runtime": 2.1, "step": 500},
    {"epoch": 1.0, "loss": 3.11, "step": 1000},
    {"epoch": 1.0, "eval_loss": 3.25, "eval_runtime": 2.1, "step": 1000},
    {"epoch": 1.0, "train_loss": 3.7, "train_runtime": 60.0, "step": 1000}
  ]
}"#;

fn told(text: &str) -> Mapping {
    match ColumnChoice::parse(text).unwrap() {
        ColumnChoice::AsTold(mapping) => mapping,
        other => panic!("{other:?}"),
    }
}

/// Of a file of that name, whose path is its source.
fn file<'a>(path: &'a str, text: &'a str) -> RunFile<'a> {
    RunFile { path, source: path, bytes: text.as_bytes() }
}

fn add(reader: &mut DirectoryReader<'_>, name: &str, state: &str, config: &str) -> Result<()> {
    let [state_path, config_path] = ["trainer_state", "config"].map(|file| format!("{name}/{file}.json"));
    let state = Some(file(&state_path, state));
    reader.add(name, &RunFiles::Trainer { state, results: &[], config: file(&config_path, config) })
}

fn one_as(state: &str, config: &str, told: &Mapping) -> Result<Loaded> {
    let mut reader = DirectoryReader::new(told);
    add(&mut reader, "a", state, config)?;
    reader.finish("runs".to_owned(), Vec::new())
}

fn one(state: &str, config: &str) -> Result<Loaded> {
    one_as(state, config, &Mapping::default())
}

#[test]
fn a_run_is_its_last_evaluation_and_its_shape() {
    let loaded = one(STATE, CONFIG).unwrap();
    let run = &loaded.dataset.runs[0];
    assert_eq!((run.name.as_str(), run.loss, run.tokens, run.seed), ("a", 3.25, Some(65_536_000.0), None));
    assert_eq!(features(&loaded), [6.0, 512.0, 3.0, 128.0, 1.0]);
    assert_eq!(loaded.dialect, Dialect::TrainerDirectories);
    assert_eq!(
        loaded.summary(),
        "1 run; Hugging Face run directories; layers from 'num_hidden_layers'; width from 'hidden_size'; kv_heads from \
         'num_key_value_heads'; loss from 'eval_loss'; tokens from 'num_input_tokens_seen'"
    );
    let dressed = format!("\u{feff}{}", STATE.replace('\n', "\r\n"));
    assert_eq!(one(&dressed, CONFIG).unwrap().dataset.runs, loaded.dataset.runs);
    let uncounted = one(&STATE.replace("65536000", "0"), CONFIG).unwrap();
    assert_eq!(uncounted.dataset.runs[0].tokens, None);
}

#[test]
fn what_is_not_the_end_of_training_is_said() {
    let loaded = one(&STATE.replace("\"max_steps\": 1000", "\"max_steps\": 12000"), SHARED).unwrap();
    assert_eq!(
        loaded.assumed(),
        [
            "evaluated before the end of training: a at step 1,000 of 12,000",
            "a shared expert counts by its weights in FFN ratio and activation rate: a"
        ]
    );
    // r = (3·256 + 256)/512, ρ = (3 + 1)/(15 + 1).
    assert_eq!(features(&loaded), [6.0, 512.0, 2.0, 512.0, 0.25]);
}

#[test]
fn runs_without_a_held_out_loss_are_left_out_by_name() {
    let nothing = Mapping::default();
    let mut reader = DirectoryReader::new(&nothing);
    add(&mut reader, "good", STATE, CONFIG).unwrap();
    add(&mut reader, "diverged", &STATE.replace("\"eval_loss\": 3.25", "\"eval_loss\": NaN"), CONFIG).unwrap();
    add(&mut reader, "nulled", &STATE.replace("\"eval_loss\": 3.25", "\"eval_loss\": null"), CONFIG).unwrap();
    add(&mut reader, "unheld", &STATE.replace("eval_loss", "eval_c4_loss"), CONFIG).unwrap();
    add(&mut reader, "new", r#"{"global_step": 0, "log_history": []}"#, CONFIG).unwrap();
    let loaded = reader.finish("runs".to_owned(), vec!["notes".to_owned()]).unwrap();
    assert_eq!(
        loaded.skipped.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "diverged (the last eval_loss is NaN)",
            "nulled (the last eval_loss is null)",
            "unheld (no eval_loss, but eval_c4_loss)",
            "new (no eval_loss)",
        ]
    );
    assert_eq!((loaded.dataset.runs.len(), loaded.ignored.as_slice()), (1, ["notes".to_owned()].as_slice()));
    assert_eq!(
        one(&STATE.replace("eval_loss", "x"), CONFIG).unwrap_err().to_string(),
        "run 'a' cannot be used: no eval_loss, only loss, train_loss; a training loss is not a held-out loss\n  expected: \
         an eval_loss in log_history or eval_results.json\n  try: evaluate the saved model (run_clm.py --do_eval writes \
         eval_results.json), or train with eval_strategy and an eval_dataset"
    );
}

/// The log of a run whose best checkpoint was before the end.
const BEST: &str = r#"{"global_step": 1000, "max_steps": 1000, "num_input_tokens_seen": 1000000, "best_metric": 3.125,
  "best_model_checkpoint": "out/checkpoint-600", "log_history": [
    {"eval_loss": 3.5, "step": 200}, {"eval_loss": 3.125, "step": 600}, {"eval_loss": 3.25, "step": 1000}]}"#;

#[test]
fn the_best_checkpoint_counts_where_the_trainer_was_asked_for_it_and_the_last_on_demand() {
    let said =
        |taken: &str| vec![format!("best_metric is below the last eval_loss in 1 of 1 runs, by 0.1250 nats: {taken}")];
    let best = one(BEST, CONFIG).unwrap();
    // 600 of 1,000 steps.
    assert_eq!((best.dataset.runs[0].loss, best.dataset.runs[0].tokens), (3.125, Some(600_000.0)));
    assert_eq!(best.remarks, said("that of best_model_checkpoint was taken; --columns loss=eval_loss takes the last"));
    assert_eq!(one_as(BEST, CONFIG, &told("loss=best_metric")).unwrap().dataset.runs, best.dataset.runs);
    let last = one_as(BEST, CONFIG, &told("loss=eval_loss")).unwrap();
    assert_eq!((last.dataset.runs[0].loss, last.dataset.runs[0].tokens), (3.25, Some(1_000_000.0)));
    assert_eq!(last.remarks, said("the last one was taken; --columns loss=best_metric takes the best"));
    // Without a checkpoint nobody looked for the best, and a model that was last is not worse than itself.
    for (old, new) in [("\"out/checkpoint-600\"", "null"), ("3.125, \"step\": 600", "3.75, \"step\": 600")] {
        let loaded = one(&BEST.replace(old, new), CONFIG).unwrap();
        assert_eq!((loaded.dataset.runs[0].loss, loaded.remarks.len()), (3.25, 0), "{new}");
    }
    // By another metric the checkpoint is found by its step; without a step, by the metric.
    let accuracy = BEST.replace("\"best_metric\": 3.125", "\"best_metric\": 0.41");
    assert_eq!(one(&accuracy, CONFIG).unwrap().dataset.runs[0].loss, 3.125);
    assert_eq!(one(&BEST.replace("checkpoint-600", "best"), CONFIG).unwrap().dataset.runs[0].loss, 3.125);
    let logged = BEST.replace("\"step\": 600", "\"step\": 600, \"num_input_tokens_seen\": 500000");
    assert_eq!(one(&logged, CONFIG).unwrap().dataset.runs[0].tokens, Some(500_000.0));
}

#[test]
fn the_loss_of_an_evaluation_set_is_chosen_by_its_name() {
    let state = STATE.replace("eval_loss", "eval_prose_loss");
    let loaded = one_as(&state, CONFIG, &told("loss=eval_prose_loss")).unwrap();
    assert_eq!((loaded.dataset.runs[0].loss, loaded.told), (3.25, Told::Now));
    assert!(loaded.summary().contains("loss from 'eval_prose_loss'"), "{}", loaded.summary());
    let error = |told: &Mapping| one_as(&state, CONFIG, told).unwrap_err().to_string();
    assert_eq!(
        error(&Mapping::default()),
        "run 'a' cannot be used: no eval_loss, but eval_prose_loss\n  expected: eval_loss in log_history, or another loss \
         told\n  try: --columns loss=eval_prose_loss"
    );
    assert!(
        error(&told("loss=eval_code_loss"))
            .starts_with("run 'a' cannot be used: no eval_code_loss, but eval_prose_loss")
    );
    assert_eq!(
        error(&told("width=x")),
        "'--columns': a directory of runs has no columns to give width\n  expected: loss=KEY, with a key of log_history; the \
         shapes are in config.json\n  try: --columns loss=eval_loss, or a table"
    );
}

#[test]
fn results_of_the_example_scripts_are_read() {
    let unheld = STATE.replace("eval_loss", "x");
    let eval = r#"{"epoch": 1.0, "eval_accuracy": 0.4, "eval_loss": 3.125, "perplexity": 22.76}"#;
    let all = r#"{"epoch": 1.0, "train_loss": 2.9, "eval_loss": 9.0}"#;
    let loss = |state: Option<&str>, results: &[&str]| {
        let nothing = Mapping::default();
        let mut reader = DirectoryReader::new(&nothing);
        let results: Vec<RunFile<'_>> = results.iter().map(|text| file("a/eval_results.json", text)).collect();
        let state = state.map(|text| file("a/trainer_state.json", text));
        reader
            .add("a", &RunFiles::Trainer { state, results: &results, config: file("a/config.json", CONFIG) })
            .unwrap();
        reader
            .finish("runs".to_owned(), Vec::new())
            .map(|loaded| (loaded.dataset.runs[0].loss, loaded.dataset.runs[0].tokens))
    };
    assert_eq!(loss(Some(&unheld), &[eval, all]), Ok((3.125, Some(65_536_000.0))));
    assert_eq!(loss(None, &[eval]), Ok((3.125, None)));
    assert_eq!(loss(None, &[all]), Ok((9.0, None)));
    // The log goes to the end, so it has the same evaluation; what it has of an earlier one is not the last.
    assert_eq!(loss(Some(STATE), &[eval]).unwrap().0, 3.25);
    assert_eq!(loss(Some(&STATE.replace("\"global_step\": 1000", "\"global_step\": 1200")), &[eval]).unwrap().0, 3.125);
    assert!(loss(Some(&unheld), &[r#"{"train_loss": 3.0}"#]).is_err());
}

const SUMMARY: &str = r#"{"_step": 9, "_wandb": {"runtime": 9}, "val/loss": 3.125, "grad": NaN, "best": {"step": 7}}"#;
const SETTINGS: &str = "_wandb:\n    value:\n        n_layer: 99\nn_layer:\n    value: 6\nmodel:\n    value:\n        d_model: 512\n        \
                        n_head: 8\n        d_ff: 1536\n";

#[test]
fn runs_of_wandb_are_read_without_its_private_notes() {
    let nothing = Mapping::default();
    let mut reader = DirectoryReader::new(&nothing);
    for (name, summary) in [("run-1-a", SUMMARY), ("run-2-b", "{\"_step\": 1}")] {
        let (summary, config) = (file("files/wandb-summary.json", summary), Some(file("files/config.yaml", SETTINGS)));
        reader.add(name, &RunFiles::Wandb { summary, config }).unwrap();
    }
    let loaded = reader.finish("wandb".to_owned(), vec!["debug".to_owned()]).unwrap();
    assert_eq!(features(&loaded), [6.0, 512.0, 3.0, 512.0, 1.0]);
    assert_eq!((loaded.dataset.runs[0].name.as_str(), loaded.dataset.runs[0].loss), ("run-1-a", 3.125));
    assert_eq!(loaded.skipped[0].to_string(), "run-2-b (no loss)");
    assert_eq!(loaded.dialect, Dialect::WandbDirectories);
    assert_eq!(
        loaded.ignored,
        ["config._wandb", "summary._step", "summary._wandb", "summary.grad", "summary.best.step", "debug"]
    );
}

#[test]
fn runs_of_lightning_are_read() {
    let metrics = "epoch,step,train_loss,val_loss\n0,49,3.9,\n0,99,,3.5\n1,149,3.2,\n1,199,,3.125\n1,249,3.1,\n";
    let hparams =
        "config: !!python/object:model.Config\n  n_layer: 6\n  n_embd: 512\n  n_head: 8\n  n_inner: 1536\nlr: 0.001\n";
    let read = |metrics: &str| {
        let told = told("layers=hparams.config.n_layer,width=hparams.config.n_embd");
        let mut reader = DirectoryReader::new(&told);
        let hparams = Some(file("version_0/hparams.yaml", hparams));
        reader.add("version_0", &RunFiles::Lightning { metrics: file("version_0/metrics.csv", metrics), hparams })?;
        reader.finish("lightning_logs".to_owned(), Vec::new())
    };
    let loaded = read(metrics).unwrap();
    assert_eq!((features(&loaded), loaded.dataset.runs[0].loss), ([6.0, 512.0, 3.0, 512.0, 1.0], 3.125));
    assert_eq!(loaded.dialect, Dialect::LightningDirectories);
    assert!(read("").unwrap_err().to_string().starts_with("version_0/metrics.csv: the file is empty"));
}

#[test]
fn many_runs_that_are_left_out_for_one_reason_are_said_together() {
    let nothing = Mapping::default();
    let mut reader = DirectoryReader::new(&nothing);
    for run in 0..40 {
        let state = if run < 30 { STATE.replace("eval_loss", "x") } else { STATE.replace("3.25", "NaN") };
        add(&mut reader, &format!("run-{run}"), &state, CONFIG).unwrap();
    }
    reader.skip("adapter", Error::new("there is no config.json"));
    let error = reader.finish("runs".to_owned(), Vec::new()).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "none of the 41 runs can be used: run-0, run-1, run-2, run-3 and 26 more (no eval_loss, only loss, train_loss; a \
             training loss is not a held-out loss), run-30, run-31, run-32, run-33 and 6 more (the last eval_loss is NaN), \
             adapter (there is no config.json)\n"
        ),
        "{error}"
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    for (state, config, message) in [
        ("", CONFIG, "a/trainer_state.json:1: not JSON at character 0: EOF while parsing a value"),
        (&STATE[..200], CONFIG, "a/trainer_state.json:5: not JSON at character 26: EOF while parsing a string"),
        ("{\"log_history\":[]}", CONFIG, "a/trainer_state.json, 'global_step': the key is missing"),
        ("{\"global_step\":1}", CONFIG, "a/trainer_state.json, 'log_history': the key is missing"),
        (STATE, "[]", "a/config.json: there is no object in the file"),
        (STATE, "{}", "a/config.json, 'model_type': there is no model_type"),
    ] {
        let error = one(state, config).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
    let mamba = one(STATE, "{\"model_type\": \"mamba\"}").unwrap_err().to_string();
    assert!(mamba.ends_with("\n  try: put its runs into a table, see datasets/README.md"), "{mamba}");
    // A size that the file lacks is not that of the family's default.
    let bare = one(STATE, "{\"model_type\": \"llama\"}").unwrap_err().to_string();
    assert_eq!(bare, "a/config.json, 'hidden_size': the key is missing");
    let negative = one(&STATE.replace("3.25", "-3.25"), CONFIG).unwrap_err().to_string();
    assert_eq!(
        negative,
        "a/trainer_state.json, 'eval_loss': '-3.25' is out of range\n  expected: a number above 0, in nats per token"
    );
    let file = RunFile { path: "s", source: "s", bytes: b"{\n\0\xff" };
    let files = RunFiles::Trainer { state: Some(file), results: &[], config: file };
    let error = DirectoryReader::new(&Mapping::default()).add("a", &files).unwrap_err();
    assert_eq!(error.to_string(), "s:2: the file is not UTF-8 text");
}

/// `sha256sum a/config.json a/trainer_state.json | sha256sum`, whatever the order of reading.
#[test]
fn the_fingerprint_is_that_of_sha256sum() {
    let sums = |name: &str| {
        format!(
            "{}  {name}/config.json\n{}  {name}/trainer_state.json\n",
            super::sha256(CONFIG.as_bytes()),
            super::sha256(STATE.as_bytes())
        )
    };
    assert_eq!(one(STATE, CONFIG).unwrap().dataset.sha256, super::sha256(sums("a").as_bytes()));
    let nothing = Mapping::default();
    let mut reader = DirectoryReader::new(&nothing);
    for name in ["b", "a"] {
        add(&mut reader, name, STATE, CONFIG).unwrap();
    }
    let loaded = reader.finish("runs".to_owned(), Vec::new()).unwrap();
    assert_eq!(loaded.dataset.sha256, super::sha256((sums("a") + &sums("b")).as_bytes()));
}

proptest! {
    #[test]
    fn a_state_survives_the_round_trip(loss in 1e-3..20.0f64, steps in 1..u64::from(u32::MAX), tokens in 1..u64::MAX / 4096) {
        let state = serde_json::json!({
            "global_step": steps, "num_input_tokens_seen": tokens,
            "log_history": [{"eval_loss": 9.0, "step": 0}, {"eval_loss": loss, "step": steps}]
        });
        let loaded = one(&state.to_string(), CONFIG).unwrap();
        let run = &loaded.dataset.runs[0];
        prop_assert_eq!((run.loss, run.tokens), (loss, Some(tokens as f64)));
        prop_assert!(loaded.remarks.is_empty());
    }

    #[test]
    fn a_spoiled_file_loads_sound_or_fails(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
    ) {
        let [mut state, mut config] = [STATE, CONFIG].map(|text| text.as_bytes().to_vec());
        for (place, byte, in_state) in edits {
            let bytes = if in_state { &mut state } else { &mut config };
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let nothing = Mapping::default();
    let mut reader = DirectoryReader::new(&nothing);
        let file = |bytes| RunFile { path: "x", source: "x", bytes };
        let files = RunFiles::Trainer { state: Some(file(&state)), results: &[], config: file(&config) };
        if reader.add("a", &files).is_ok()
            && let Ok(loaded) = reader.finish("x".to_owned(), Vec::new())
        {
            super::properties::assert_sound(&loaded);
        }
    }
}
