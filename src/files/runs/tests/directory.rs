//! Runs from the texts of trainers' directories.

use proptest::prelude::*;

use super::*;
use crate::runs::Dialect;
use crate::runs::directory::{DirectoryReader, RunFile};

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

fn add(reader: &mut DirectoryReader, name: &str, state: &str, config: &str) -> Result<()> {
    let [state_path, config_path] = ["trainer_state", "config"].map(|file| format!("{name}/{file}.json"));
    reader.add(
        name,
        &RunFile { path: &state_path, source: &state_path, bytes: state.as_bytes() },
        &RunFile { path: &config_path, source: &config_path, bytes: config.as_bytes() },
    )
}

fn one(state: &str, config: &str) -> Result<Loaded> {
    let mut reader = DirectoryReader::default();
    add(&mut reader, "a", state, config)?;
    reader.finish("runs".to_owned(), Vec::new())
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
    let mut reader = DirectoryReader::default();
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
            "unheld (no eval_loss, only loss, eval_c4_loss, train_loss; a training loss is not a held-out loss)",
            "new (no eval_loss)",
        ]
    );
    assert_eq!((loaded.dataset.runs.len(), loaded.ignored.as_slice()), (1, ["notes".to_owned()].as_slice()));
    assert_eq!(
        one(&STATE.replace("eval_loss", "x"), CONFIG).unwrap_err().to_string(),
        "run 'a' cannot be used: no eval_loss, only loss, train_loss; a training loss is not a held-out loss\n  expected: \
         an eval_loss in log_history\n  try: train with eval_strategy and an eval_dataset"
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
    let error = DirectoryReader::default().add("a", &file, &file).unwrap_err();
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
    let mut reader = DirectoryReader::default();
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
        let mut reader = DirectoryReader::default();
        let file = |bytes| RunFile { path: "x", source: "x", bytes };
        if reader.add("a", &file(&state), &file(&config)).is_ok()
            && let Ok(loaded) = reader.finish("x".to_owned(), Vec::new())
        {
            super::properties::assert_sound(&loaded);
        }
    }
}
