//! Training results as trackers and trainers leave them, and `--columns`.

use std::fmt::Write as _;

use super::program::{Program, list};

/// A W&B run table of runs on a law's surface, with names that no alias covers.
fn wandb_table() -> String {
    let mut table =
        "\"Name\",\"State\",\"_wandb\",\"config.depth_of_net\",\"config.hidden_size\",\"config.num_attention_heads\",\
         \"config.intermediate_size\",\"final/nll\",\"eval/loss\"\n"
            .to_owned();
    for (layers, width) in [4, 8, 12, 16].into_iter().flat_map(|layers| [256, 512, 1024].map(|width| (layers, width))) {
        let hidden = 2 * width;
        let loss = 2.5 + 9.0 / f64::from(layers).powf(1.6) + 100.0 / f64::from(width);
        let _ = writeln!(
            table,
            "\"l{layers}d{width}\",\"finished\",\"{{\n}}\",\"{layers}\",\"{width}\",\"8\",\"{hidden}\",\"{loss:.4}\",\"99\""
        );
    }
    table + "\"young\",\"running\",\"\",\"4\",\"256\",\"8\",\"512\",\"\",\"\"\n"
}

const TOLD: &str = "--columns layers=config.depth_of_net,loss=final/nll";

#[test]
fn columns_are_told_once_and_forgotten_on_demand() {
    let program = Program::new();
    program.write("wandb.csv", &wandb_table());
    let error = program.refused("fit --data wandb.csv");
    assert!(error.contains("wandb.csv:1: no column gives layers") && error.contains("--columns layers="), "{error}");

    let fit = "fit --data wandb.csv --format json";
    let told = program.found(&format!("{fit} {TOLD}")).json();
    assert_eq!((&told["columns"]["told"], &told["runs"]), (&"now".into(), &12.into()));
    assert_eq!(told["skipped"], serde_json::json!([{"name": "young", "reason": "running"}]));
    assert!(list(&told["columns"]["ignored"]).contains(&"eval/loss".into()));
    let remembered = program.found(fit).json();
    assert_eq!(remembered["columns"]["told"], "earlier");
    assert_eq!(remembered["coefficients"], told["coefficients"]);
    let table = program.found("fit --data wandb.csv").stdout;
    assert!(table.contains("columns as told earlier for this header") && table.contains("young (running)"), "{table}");

    // Every command that takes --data takes the columns, and remembers.
    for command in ["frontier", "predict --arch qwen2.5-0.5b", "export --out -"] {
        let note = program.found(&format!("{command} --data wandb.csv")).stderr;
        assert!(note.contains("columns as told earlier for this header"), "{command}: {note}");
        let note = program.found(&format!("{command} --data wandb.csv {TOLD}")).stderr;
        assert!(note.contains("; columns as told; "), "{command}: {note}");
    }
    assert!(program.refused("fit --data wandb.csv --columns none").contains("no column gives layers"));
    assert!(program.refused("fit --data wandb.csv").contains("no column gives layers"));
}

#[test]
fn what_cannot_be_told_is_said() {
    let program = Program::new();
    program.write("wandb.csv", &wandb_table());
    for (columns, wanted) in [
        ("los=final/nll", "there is no field 'los'\n  expected: one of name, layers, width"),
        ("los=final/nll", "try: --columns loss=final/nll"),
        ("loss=final/nl", "wandb.csv:1, '--columns': there is no column 'final/nl' to give loss"),
        ("loss=final/nl", "try: --columns loss=final/nll"),
        ("loss", "'loss' says no column"),
    ] {
        let error = program.refused(&format!("fit --data wandb.csv --columns {columns}"));
        assert!(error.contains(wanted), "{columns}: {error}");
    }
    // Nothing of it is remembered, and without runs there is nothing to tell.
    assert!(program.refused("fit --data wandb.csv").contains("no column gives layers"));
    assert!(program.refused("frontier --columns loss=x").contains("--data"));
    assert!(program.refused("--columns loss=x").contains("--data"));
}

#[test]
fn two_columns_for_one_field_are_asked_about() {
    let program = Program::new();
    let table = wandb_table().replace("config.depth_of_net", "config.n_layer").replace("final/nll", "val/loss");
    program.write("wandb.csv", &table);
    let error = program.refused("fit --data wandb.csv");
    assert!(
        error.contains("'val/loss' and 'eval/loss' both give loss") && error.contains("--columns loss=val/loss"),
        "{error}"
    );
    assert_eq!(program.found("fit --data wandb.csv --columns loss=val/loss --format json").json()["runs"], 12);
}

#[test]
fn a_directory_of_hugging_face_runs_is_fitted() {
    let program = Program::new();
    for (layers, width) in [4, 8, 12, 16].into_iter().flat_map(|layers| [256, 512, 1024].map(|width| (layers, width))) {
        let loss = 2.5 + 9.0 / f64::from(layers).powf(1.6) + 100.0 / f64::from(width);
        let run = format!("runs/l{layers}d{width:04}/checkpoint-1000");
        let state = serde_json::json!({"global_step": 1000, "max_steps": 1000, "num_input_tokens_seen": 1_000_000,
            "log_history": [{"loss": 9.0, "step": 1000}, {"eval_loss": loss, "step": 1000}]});
        program.write(&format!("{run}/trainer_state.json"), &state.to_string());
        let config = serde_json::json!({"model_type": "llama", "hidden_size": width, "intermediate_size": 2 * width,
            "num_hidden_layers": layers, "num_attention_heads": 8, "vocab_size": 32000});
        program.write(&format!("{run}/config.json"), &config.to_string());
    }
    program.write("runs/logs/x", "");
    let json = program.found("fit --data runs --format json").json();
    assert_eq!(
        (&json["runs"], &json["dataset"]["name"], &json["origin"]),
        (&12.into(), &"runs".into(), &"runs".into())
    );
    assert_eq!(json["columns"]["ignored"], serde_json::json!(["logs"]));
    let note = program.found("predict --arch qwen2.5-0.5b --data runs").stderr;
    assert!(note.contains("12 runs; Hugging Face run directories; "), "{note}");
    assert!(program.refused("fit --data runs --columns loss=x").contains("(no x, but eval_loss)"));
}
