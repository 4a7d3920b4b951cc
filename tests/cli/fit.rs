//! Laws from runs.

use roofscape::engine::law::Coefficients;
use roofscape::engine::space::Space;
use roofscape::files::resolve::Library;
use roofscape::files::{catalog::Kind, space};
use serde_json::Value;

use super::program::{Program, list, number};

#[test]
fn the_tiny_runs_give_a_law_with_its_pedigree() {
    let program = Program::new();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/tiny.csv");
    let output = program.run(&["fit", "--data", data, "--format", "json"]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
    let json = output.json();
    assert_eq!(json["coefficients"].as_object().map(serde_json::Map::len), Some(11));
    assert_eq!(json["runs"], 173);
    assert_eq!(json["runs_train"].as_u64().zip(json["runs_holdout"].as_u64()).map(|(a, b)| a + b), Some(173));
    assert!(number(&json["r2_train"]) > 0.9 && number(&json["r2_holdout"]) > 0.8 && number(&json["rmse"]) > 0.0);
    assert_eq!((&json["synthetic"], &json["dataset"]["name"]), (&false.into(), &"tiny".into()));
    assert_eq!(json["dataset"]["sha256"].as_str().map(str::len), Some(64));
    assert!(list(&json["columns"]["ignored"]).contains(&"wall_s".into()));
    assert!(list(&json["columns"]["used"]).iter().any(|used| used["column"] == "val_loss" && used["field"] == "loss"));
    // Built in under its name, and repeatable.
    assert_eq!(json["origin"], data);
    let built_in = output.stdout.replace(data, "built in");
    assert_eq!(program.found("fit --data tiny --format json").stdout, built_in);
    let table = program.found("fit --data tiny").stdout;
    for wanted in ["loss from 'val_loss'", "held out", "nats per token", "kappa_rho", "ignored"] {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
}

fn paper() -> (Space, Coefficients) {
    let library = Library::default();
    let found = library.resolve(Kind::Space, "paper").expect("space");
    let (_, law) = library.law("paper").expect("law");
    (space::parse(&found.source, &found.text).expect("space"), law.coefficients)
}

#[test]
fn a_law_without_noise_is_found_again_and_can_be_saved() {
    let program = Program::new();
    let (space, law) = paper();
    let runs: Vec<String> = space
        .candidates()
        .iter()
        .step_by(37)
        .map(|shape| {
            let loss = law.loss(&shape.features());
            let Value::Object(run) = serde_json::json!({
                "num_hidden_layers": shape.layers, "hidden_size": shape.width, "num_attention_heads": shape.heads,
                "num_key_value_heads": shape.kv_heads, "moe_intermediate_size": shape.expert_hidden,
                "num_experts": shape.experts, "num_experts_per_tok": shape.top_k, "eval_loss": loss
            }) else {
                panic!("an object")
            };
            Value::Object(run).to_string()
        })
        .collect();
    program.write("exact.jsonl", &runs.join("\n"));
    let json = program.found("fit --data exact.jsonl --save mine.toml --format json").json();
    let truth = serde_json::to_value(law).expect("JSON");
    for (name, value) in truth.as_object().expect("coefficients") {
        let (ours, truth) = (number(&json["coefficients"][name]), number(value));
        assert!((ours / truth - 1.0).abs() < 1e-6, "{name}: {ours} is not {truth}");
    }
    let saved = program.found("predict --law mine.toml --arch qwen2.5-0.5b --format json").json();
    let published = program.found("predict --arch qwen2.5-0.5b --format json").json();
    assert!((number(&saved["loss"]) - number(&published["loss"])).abs() < 1e-6);
    assert_eq!((&saved["law"]["name"], &saved["dataset"]["sha256"]), (&"mine".into(), &json["dataset"]["sha256"]));
    let error = program.refused("fit --data exact.jsonl --save mine.toml");
    assert!(error.contains("--force"), "{error}");
}

#[test]
fn runs_that_cannot_be_fitted_are_named() {
    let program = Program::new();
    program.write("bad.csv", "layers,width,heads,ffn_ratio,loss\n12,768,12,4,abc\n");
    program.write("few.csv", "layers,width,heads,ffn_ratio,loss\n12,768,12,4,3.1\n");
    for (line, wanted) in [
        ("fit", "--data"),
        ("fit --data bad.csv", "bad.csv:2, 'loss': 'abc'"),
        ("fit --data few.csv", "few: 1 runs are too few"),
        ("fit --data none.csv", "none.csv: there is no such file"),
        ("fit --data tinny", "try: --data tiny"),
        ("fit --data tiny --holdout 1.5", "'1.5' is no share"),
        ("fit --data tiny --starts 0", "0 is not in 1..=100000"),
        ("fit --data tiny --starts 99999999999", "is not in 1..=100000"),
        ("fit --data tiny --force", "--save"),
    ] {
        let error = program.refused(line);
        assert!(error.contains(wanted), "{line}: {error}");
    }
    let synthetic = program.found("fit --data synthetic-170");
    assert!(synthetic.stderr.contains("synthetic") && synthetic.stdout.contains("synthetic"));
}
