//! Laws from runs.

use engine::law::Coefficients;
use engine::space::Space;
use files::{catalog::Kind, space};
use roofscape::built_in;
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
    assert_eq!(
        (&json["runs_train"], &json["runs_holdout"], &json["r2_holdout"]),
        (&173.into(), &0.into(), &Value::Null)
    );
    assert!(number(&json["r2_train"]) > 0.9 && number(&json["rmse"]) > 0.0);
    let held_out = program.run(&["fit", "--data", data, "--holdout", "0.2", "--format", "json"]).json();
    assert_eq!((&held_out["runs_train"], &held_out["runs_holdout"]), (&137.into(), &36.into()));
    assert!(number(&held_out["r2_holdout"]) > 0.8);
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
    let library = built_in::library();
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
    assert!((number(&saved["predictions"]["loss"]) - number(&published["predictions"]["loss"])).abs() < 1e-6);
    assert_eq!(
        (&saved["setting"]["law"]["name"], &saved["setting"]["dataset"]["sha256"]),
        (&"mine".into(), &json["dataset"]["sha256"])
    );
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
        ("fit --data few.csv", "few: one run is too few"),
        ("fit --data none.csv", "none.csv: there is no such file"),
        ("fit --data tinny", "try: --data tiny"),
        ("fit --data tiny --holdout 1.5", "'1.5' is no share"),
        ("fit --data tiny --starts 0", "0 is not in 1..=100000"),
        ("fit --data tiny --starts 99999999999", "is not in 1..=100000"),
        ("fit --data tiny --force", "--save"),
        ("fit --data tiny --form eq3", "invalid value 'eq3'"),
        ("fit --data tiny --folds 1", "1 parts cannot test a law"),
        ("fit --data tiny --compare --folds 0", "--folds"),
        ("fit --data tiny --compare --form eq2", "cannot be used with"),
        ("fit --data tiny --exclude no-such-run", "there is no run 'no-such-run' in tiny"),
        ("fit --data tiny --exclude #999", "#1 to #173"),
        ("fit --data tiny --tokens 20B", "try: --form eq2-tokens"),
        ("fit --data tiny --tokens -3", "'-3' is no number of tokens"),
        ("frontier --form eq2", "--data"),
        ("--data tiny --criterion huber", "the explorer needs a terminal"),
        ("--data tiny --exclude #999", "#1 to #173"),
        ("--data tiny --tokens 20B", "try: --form eq2-tokens"),
    ] {
        let error = program.refused(line);
        assert!(error.contains(wanted), "{line}: {error}");
    }
    let synthetic = program.found("fit --data synthetic-170");
    assert!(synthetic.stderr.contains("synthetic") && synthetic.stdout.contains("synthetic"));
}

#[test]
fn the_report_says_how_far_to_trust_the_law() {
    let program = Program::new();
    let json = program.found("fit --data synthetic-170 --bootstrap 40 --format json").json();
    assert_eq!(
        (&json["form"], &json["criterion"], &json["weights"]),
        (&"eq2".into(), &"least-squares".into(), &"runs".into())
    );
    let k_fold = &json["validation"]["k_fold"];
    assert_eq!((&k_fold["k"], list(&k_fold["folds"]).len(), &k_fold["runs"]), (&5.into(), 5, &170.into()));
    // The runs were drawn with a noise of 0.062 nats.
    assert!((number(&k_fold["rmse"]) - 0.062).abs() < 0.01 && number(&k_fold["r2"]) > 0.95, "{k_fold}");
    let largest = &json["validation"]["extrapolation"];
    let ends = |key: &str| list(&largest[key]).iter().map(number).collect::<Vec<f64>>();
    assert!(ends("active_parameters_fitted")[1] < ends("active_parameters_predicted")[0], "{largest}");
    assert!(number(&largest["rmse"]) > 0.0 && largest["bias"].is_number());
    // Every run once, with its part.
    let residuals = list(&json["residuals"]);
    assert_eq!(residuals.len(), 170);
    for (place, residual) in residuals.iter().enumerate() {
        let off = number(&residual["measured"]) - number(&residual["predicted"]) - number(&residual["residual"]);
        assert!(off.abs() < 1e-12 && residual["number"] == place + 1 && residual["predicted_unseen"].is_number());
    }
    let held = residuals.iter().filter(|residual| residual["part"] == "holdout").count();
    assert_eq!(json["runs_holdout"], held);
    let shifts: Vec<f64> = list(&json["influence"]).iter().map(|run| number(&run["shift"])).collect();
    assert!(shifts.is_sorted_by(|a, b| a >= b) && json["runs_train"] == shifts.len());
    // The KV term of these runs is a matter of taste, and said to be.
    assert_eq!((&json["identified"]["alpha_m"], &json["identified"]["alpha_l"]), (&false.into(), &true.into()));
    let note =
        list(&json["notes"]).iter().filter_map(Value::as_str).find(|note| note.starts_with("α_m is not identified"));
    assert!(note.is_some_and(|note| note.contains("κ_m") && note.contains("L_inf")), "{note:?}");
    assert_eq!(json["standard_errors"]["alpha_l"]["of"], "value");
    assert_eq!((&json["bootstrap"]["resamples"], &json["bootstrap"]["level"]), (&40.into(), &0.9.into()));
    let interval = list(&json["coefficients_ci"]["alpha_l"]);
    assert!(number(&interval[0]) < 1.63 && 1.63 < number(&interval[1]), "{interval:?}");
    let profile = &json["profile"]["alpha_l"];
    assert!(number(&profile["low"]) < 1.63 && 1.63 < number(&profile["high"]) && list(&profile["points"]).len() > 4);
    let table = program.found("fit --data synthetic-170 --bootstrap 40").stdout;
    for wanted in [
        "k-fold     RMSE 0.06",
        "active parameters predicted from",
        "90 % interval",
        "how fast depth pays",
        "most influential",
    ] {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
}

#[test]
fn tests_and_resamples_can_be_left_out() {
    let program = Program::new();
    let json = program.found("fit --data synthetic-170 --folds 0 --bootstrap 0 --format json").json();
    assert!(json["validation"].is_null() && json["bootstrap"].is_null() && json["coefficients_ci"].is_null());
    assert!(list(&json["residuals"])[0]["predicted_unseen"].is_null());
    let table = program.found("fit --data synthetic-170 --folds 0 --bootstrap 0").stdout;
    assert!(!table.contains("k-fold") && !table.contains("90 %") && table.contains("95 % profile"), "{table}");
}

#[test]
fn runs_are_left_out_by_name_or_number_everywhere() {
    let program = Program::new();
    let json = program.found("fit --data synthetic-170 --exclude #3,#5 --folds 0 --bootstrap 0 --format json").json();
    assert_eq!((&json["runs"], &json["runs_excluded"]), (&170.into(), &2.into()));
    let excluded: Vec<&Value> =
        list(&json["residuals"]).iter().filter(|run| run["part"] == "excluded").map(|run| &run["number"]).collect();
    assert_eq!(excluded, [3, 5]);
    assert!(list(&json["influence"]).iter().all(|run| run["number"] != 3 && run["number"] != 5));
    let left_out = |notes: &Value| {
        list(notes)
            .iter()
            .filter_map(Value::as_str)
            .any(|note| note.starts_with("left out on request, 2 of 170 runs: #3 "))
    };
    assert!(left_out(&json["notes"]), "{}", json["notes"]);
    let same = program.found("predict --arch qwen2.5-0.5b --data synthetic-170 --exclude #3,#5 --format json").json();
    let all = program.found("predict --arch qwen2.5-0.5b --data synthetic-170 --format json").json();
    let law = &same["setting"]["law"];
    assert!(left_out(&law["notes"]) && same["predictions"]["loss"] != all["predictions"]["loss"], "{law}");
}

#[test]
fn laws_are_compared_in_one_table() {
    let program = Program::new();
    let json = program.found("fit --data tiny --compare --format json").json();
    let forms: Vec<&str> = list(&json["comparison"]).iter().filter_map(|entry| entry["form"].as_str()).collect();
    assert_eq!(forms, ["eq2", "eq2-no-kv", "active-total"]);
    assert_eq!(json["preferred"], "eq2");
    let rmse = |place: usize| number(&json["comparison"][place]["k_fold"]["rmse"]);
    assert!(rmse(0) < rmse(1) && rmse(1) < rmse(2));
    assert_eq!(json["comparison"][0]["rank"]["k_fold"], 1);
    assert!(json["comparison"][0]["aic"].is_number() && json["comparison"][0]["bic"].is_number());
    let table = program.found("fit --data tiny --compare").stdout;
    assert!(table.contains("preferred  eq2: the lowest k-fold error") && table.contains("active-total"), "{table}");
    assert!(table.contains("all runs saw about 1.05e6 tokens"), "{table}");
}

#[test]
fn a_law_with_a_data_term_predicts_for_the_length_asked_for() {
    let program = Program::new();
    let mut lines = vec!["name,layers,width,heads,ffn_ratio,tokens,loss".to_owned()];
    for (place, (layers, width)) in
        [4, 8, 12, 16, 24, 32].iter().flat_map(|l| [512, 768, 1024, 2048].map(|d| (*l, d))).enumerate()
    {
        for tokens in [1e9, 4e9, 1.6e10] {
            let loss = 2.0 + 4.0 / f64::from(layers) + 300.0 / f64::from(width) + 2e4 / f64::powf(tokens, 0.5);
            lines.push(format!("run-{place},{layers},{width},{},4,{tokens},{loss}", width / 64));
        }
    }
    program.write("lengths.csv", &lines.join("\n"));
    let fit = "fit --data lengths.csv --form eq2-tokens --folds 0 --bootstrap 0 --format json";
    let longest = program.found(fit).json();
    assert_eq!(number(&longest["tokens"]), 1.6e10);
    assert!((number(&longest["coefficients"]["alpha_data"]) - 0.5).abs() < 1e-3, "{}", longest["coefficients"]);
    let loss = |tokens: &str| {
        let line = format!(
            "predict --arch layers=16,width=1024,heads=16,ffn_ratio=4 --data lengths.csv --form eq2-tokens --tokens {tokens} --format json"
        );
        program.found(&line).json()
    };
    let (short, beyond) = (loss("1B"), loss("64B"));
    let expected = 2e4 / 1e9f64.sqrt() - 2e4 / 6.4e10f64.sqrt();
    assert!((number(&short["predictions"]["loss"]) - number(&beyond["predictions"]["loss"]) - expected).abs() < 1e-3);
    let notes = beyond["setting"]["law"]["notes"].to_string();
    assert!(notes.contains("6.40e10 tokens, as asked for, outside what the runs saw"), "{notes}");
    // 24 architectures thrice: neither repeats nor independent.
    let table = program.found("fit --data lengths.csv --compare --folds 3").stdout;
    assert!(table.contains("72 runs of 24 architectures") && table.contains("preferred  eq2-tokens"), "{table}");
}

#[test]
fn a_robust_fit_has_intervals_by_resampling_alone() {
    let program = Program::new();
    let line = "fit --data tiny --criterion huber --weights architectures --folds 0 --bootstrap 10 --format json";
    let json = program.found(line).json();
    assert_eq!((&json["criterion"], &json["weights"]), (&"huber".into(), &"architectures".into()));
    assert!(json["standard_errors"]["alpha_l"].is_null() && json["coefficients_ci"]["alpha_l"].is_array());
    assert_eq!(json["profile"], serde_json::json!({}));
    // Where each refit takes long, the runs farthest off are left out one by one, and the table says so.
    assert_eq!((&json["left_out_one_by_one"], list(&json["influence"]).len()), (&40.into(), 40));
    let table = program.found(&line.replace(" --format json", "")).stdout;
    for wanted in [" robust starts ended", "the 40 runs with the largest residuals", "90 % of 10 resamples of the runs"]
    {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
}

/// Two terms over 24 dense shapes with little noise: KV, ratio and sparsity are left out.
fn dense(change: impl Fn(usize, f64) -> f64) -> Vec<String> {
    let shapes = [4, 8, 12, 16, 24, 32].iter().flat_map(|l| [512, 768, 1024, 2048].map(|d| (*l, d)));
    let row = |(place, (layers, width)): (usize, (i32, i32))| {
        let noise = 0.002 * ((place * place) as f64).sin();
        let loss = change(place, 2.0 + 4.0 / f64::from(layers) + 300.0 / f64::from(width) + noise);
        format!("r{},{layers},{width},{},4,{loss}", place + 1, width / 64)
    };
    ["name,layers,width,heads,ffn_ratio,loss".to_owned()].into_iter().chain(shapes.enumerate().map(row)).collect()
}

#[test]
fn a_run_that_went_astray_is_named_and_so_is_a_row_that_stands_twice() {
    let program = Program::new();
    let mut lines = dense(|place, loss| if place == 7 { loss + 5.0 } else { loss });
    lines.push(lines[3].replace("r3,", "r3-again,"));
    program.write("astray.csv", &lines.join("\n"));
    let json = program.found("fit --data astray.csv --holdout 0 --folds 0 --bootstrap 0 --format json").json();
    let notes: Vec<&str> = list(&json["notes"]).iter().filter_map(Value::as_str).collect();
    let astray = notes.iter().find(|note| note.starts_with("#8 r8 lies ")).expect("a note");
    assert!(astray.contains(" nats above the law of the others, "), "{astray}");
    assert!(astray.ends_with("leave it out with --exclude '#8', or --criterion huber"), "{astray}");
    assert!(notes.iter().any(|note| note.starts_with("1 run repeats another")), "{notes:?}");
    assert!(json["repeats"].is_null());
    assert!(number(&json["median_absolute_error"]) < number(&json["rmse"]));
    let clean =
        program.found("fit --data astray.csv --exclude #8 --holdout 0 --folds 0 --bootstrap 0 --format json").json();
    assert!(!clean["notes"].to_string().contains("lies"), "{}", clean["notes"]);
}

#[test]
fn what_was_left_out_is_told_from_the_model_and_not_from_its_value() {
    let program = Program::new();
    program.write("dense.csv", &dense(|_, loss| loss).join("\n"));
    let line = "fit --data dense.csv --holdout 0 --folds 0 --bootstrap 0";
    let json = program.found(&format!("{line} --format json")).json();
    for (key, fate) in
        [("kappa_rho", "left-out"), ("alpha_rho", "left-out"), ("kappa_l", "fitted"), ("l_inf", "fitted")]
    {
        assert_eq!(json["fate"][key], fate, "{key}: {}", json["fate"]);
    }
    let table = program.found(line).stdout;
    assert!(table.contains("size of sparsity term (left out)"), "{table}");
    assert!(!table.contains("loss no shape removes ("), "{table}");
}

#[test]
fn three_runs_are_refused_and_what_cannot_be_tested_says_why() {
    let program = Program::new();
    let header = "layers,width,heads,ffn_ratio,loss\n";
    program.write("three.csv", &format!("{header}12,768,12,4,3.1\n12,1024,16,4,3.0\n24,1024,16,4,2.9\n"));
    assert!(program.refused("fit --data three.csv --holdout 0").contains("different architectures are too few"));
    let compared = program.found("fit --data three.csv --compare --format json").json();
    assert!(compared["preferred"].is_null(), "{compared}");
    assert!(
        list(&compared["comparison"])
            .iter()
            .all(|entry| entry["error"].as_str().is_some_and(|error| error.contains("too few")))
    );
    program.write("six.csv", &format!("{header}12,512,8,4,3.4\n12,768,12,4,3.1\n12,1024,16,4,3.0\n12,1536,24,4,2.92\n12,2048,32,4,2.9\n12,3072,48,4,2.85\n"));
    let json = program.found("fit --data six.csv --form active-total --holdout 0 --folds 2 --format json").json();
    assert!(
        json["validation"]["k_fold"]["error"].as_str().is_some_and(|error| error.starts_with("without part 1 of 2")),
        "{json}"
    );
}
