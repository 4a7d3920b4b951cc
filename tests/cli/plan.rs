//! Which run next: proposals, their order, and what is said where nothing can be proposed.

use std::fmt::Write;

use super::program::{Program, list, number};

#[test]
fn each_run_leaves_less_to_learn_than_the_one_before() {
    let program = Program::new();
    let json = program.found("plan --data synthetic-170 --bootstrap 60 --runs 5 --format json").json();
    assert_eq!(json["setting"]["law"]["synthetic"], true);
    assert_eq!((&json["aim"], &json["candidates"]), (&"frontier".into(), &10_560.into()));
    assert_eq!((&json["runs"], &json["runs_fitted"]), (&170.into(), &170.into()));
    let mut left = number(&json["target_sd_nats"]);
    for row in list(&json["plan"]) {
        let after = number(&row["target_sd_nats"]);
        let removed = number(&row["variance_removed"]);
        assert!((1.0 - (after / left).powi(2) - removed).abs() < 1e-9, "{row}");
        assert!(removed > 0.0 && number(&row["loss_sd_nats"]) > 0.0);
        let shape = &row["architecture"];
        assert_eq!(shape["tied"], true);
        let per_token = number(&row["training_flops_per_token"]);
        assert_eq!(number(&row["training_flops"]), per_token * 1e10, "the paper's runs saw 10B tokens");
        left = after;
    }
    assert_eq!(list(&json["plan"]).len(), 5);
}

#[test]
fn cost_and_aim_change_the_answer() {
    let program = Program::new();
    let first = |options: &str| {
        let line = format!("plan --data synthetic-170 --bootstrap 60 --runs 1 --format json {options}");
        let json = program.found(&line).json();
        (json["targets"].clone(), list(&json["plan"])[0].clone())
    };
    let (many, most) = first("");
    let (one, best) = first("--aim best --max-total 60ms");
    assert!(number(&many) > 10.0 && number(&one) > 1.0, "{many} {one}");
    assert_ne!(most["architecture"], best["architecture"]);
    let (_, cheap) = first("--per-flop --cost-tokens 20B");
    let per_flop =
        |row: &serde_json::Value| number(&row["variance_removed"]) / number(&row["training_flops_per_token"]);
    assert!(number(&cheap["training_flops_per_token"]) <= number(&most["training_flops_per_token"]));
    assert!(per_flop(&cheap) >= per_flop(&most), "{cheap} {most}");
    assert_eq!(number(&cheap["training_flops"]), 2e10 * number(&cheap["training_flops_per_token"]));
}

#[test]
fn people_read_a_table_and_what_the_runs_cannot_show() {
    let program = Program::new();
    let mut text = String::from("layers,width,heads,ffn_ratio,loss\n");
    for (i, (layers, width)) in
        [4, 8, 12, 16, 24].iter().flat_map(|l| [256, 512, 768, 1024].map(|d| (l, d))).enumerate()
    {
        let loss = 2.0 + 4.0 / f64::from(*layers) + 300.0 / f64::from(width) + 0.01 * ((i * i) as f64).sin();
        let _ = writeln!(text, "{layers},{width},{},4,{loss}", width / 64);
    }
    let runs = program.write("dense.csv", &text);
    let output = program.found(&format!("plan --data {} --bootstrap 60 --runs 2", runs.display()));
    let table = output.stdout;
    assert!(table.contains("these runs cannot show what r, KV heads, experts do"), "{table}");
    assert!(table.contains("dense, 20 of 20 fitted") && table.contains("(noise and misfit)"), "{table}");
    assert!(table.contains("not known: costs are per token") && table.contains("FLOPs/token"), "{table}");
}

#[test]
fn nothing_is_planned_from_nothing() {
    let program = Program::new();
    assert!(program.refused("plan").contains("there are no runs to plan from"));
    for resamples in [0, 49] {
        let error = program.refused(&format!("plan --data tiny --bootstrap {resamples}"));
        assert!(
            error.contains(&format!("{resamples} resamples are too few")) && error.contains("50 resamples at least")
        );
    }
    let nothing = program.line("plan --data tiny --max-total 1us");
    assert!(nothing.stderr.contains("nothing feasible: the nearest needs total"), "{}", nothing.stderr);
    assert_eq!(nothing.code, 1);
}
