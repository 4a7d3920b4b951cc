//! One architecture against the reference values, and what is said about shapes that cannot be trusted or read.

use serde_json::Value;

use super::program::{Program, assert_close, list, number};

#[test]
fn the_check_values_hold_through_the_command_line() {
    let document: Value = serde_json::from_str(include_str!("../data/check-values.json")).expect("JSON");
    let program = Program::new();
    for case in list(&document["cases"]) {
        let (shape, workload) = (&case["architecture"], &case["workload"]);
        let precision = case["precision"].as_str().and_then(|text| text.split(':').next()).expect("precision");
        let intermediate = number(&shape["ffn_ratio"]) * number(&shape["d"]) / number(&shape["top_k"]);
        let line = format!(
            "predict --arch layers={},width={},heads={},head_dim={},kv_heads={},intermediate={intermediate},experts={},\
             top_k={},vocab={},tied={} --profile agx-orin-64gb --mode MAXN --precision {precision} --input {} --output \
             {} --batch {} --law paper --format json",
            shape["l"],
            shape["d"],
            shape["heads"],
            shape["head_dim"],
            shape["kv_heads"],
            shape["experts"],
            shape["top_k"],
            shape["vocab"],
            shape["tied"],
            workload["input"],
            workload["output"],
            workload["batch"]
        );
        let ours = program.found(&line).json();
        let name = &case["name"];
        for (key, reference) in [("prefill_s", "prefill_s"), ("decode_s", "decode_s"), ("total_s", "total_s")] {
            assert_close(&format!("{name} {key}"), &ours["latency"][key], number(&case[reference]));
        }
        let steps = number(&workload["output"]);
        assert_close("tpot", &ours["latency"]["tpot_s"], number(&case["decode_s"]) / steps);
        assert_close("memory", &ours["memory"]["total_bytes"], number(&case["memory_bytes"]));
        assert_close("loss", &ours["loss"], number(&case["loss_paper_law"]));
        assert_close("perplexity", &ours["perplexity"], number(&case["loss_paper_law"]).exp());
        assert_eq!(ours["parameters"]["total"], case["params_total"], "{name}");
        assert_eq!(ours["parameters"]["active"], case["params_active"], "{name}");
        assert_operators(&ours, case);
    }
}

fn assert_operators(ours: &Value, case: &Value) {
    let rows = list(&ours["operators"]);
    let mut seen = 0;
    for (phase, key) in [("prefill", "prefill_operators"), ("decode", "first_decode_step_operators")] {
        for reference in list(&case[key]) {
            let row = rows
                .iter()
                .find(|row| row["phase"] == phase && row["name"] == reference["name"])
                .unwrap_or_else(|| panic!("no {phase} {}", reference["name"]));
            for field in ["count", "flops", "bytes", "seconds_each"] {
                assert_close(&format!("{phase} {} {field}", row["name"]), &row[field], number(&reference[field]));
            }
            assert!(row["bound"] == "compute" || row["bound"] == "memory");
            seen += 1;
        }
        let sum: f64 = rows.iter().filter(|row| row["phase"] == phase).map(|row| number(&row["seconds"])).sum();
        assert_close(phase, &ours["latency"][format!("{phase}_s")], sum);
    }
    assert_eq!(rows.len(), seen);
}

const QWEN: &str = "layers=24,width=896,heads=14,kv_heads=2,intermediate=4864,vocab=151936,tied=true";

#[test]
fn aliases_and_known_models_are_the_same_shape() {
    let program = Program::new();
    let ours = program.found(&format!("predict --arch {QWEN} --format json")).stdout;
    for arch in [
        "num_hidden_layers=24,hidden_size=896,num_attention_heads=14,num_key_value_heads=2,intermediate_size=4864",
        "qwen2.5-0.5b",
    ] {
        assert_eq!(program.found(&format!("predict --arch {arch} --format json")).stdout, ours);
    }
}

#[test]
fn what_cannot_be_trusted_is_said() {
    let program = Program::new();
    let output = program.found(&format!("predict --arch {QWEN} --precision w8a8"));
    assert!(
        output.stderr.contains("outside those that the law 'paper' was fitted on, by a factor of 1.36 in FFN ratio")
    );
    assert!(output.stderr.contains("what w8a8 costs in quality is not modelled"));
    assert!(output.stdout.contains("ideal roofline, not calibrated"));
    let json = program.found(&format!("predict --arch {QWEN} --format json")).json();
    assert_eq!(json["extrapolation"]["axis"], "ffn_ratio");
    assert!(list(&json["warnings"]).iter().any(|warning| warning.as_str().is_some_and(|w| w.contains("ideal"))));
    let inside = program.found("predict --arch layers=16,width=1024,head_dim=64,kv_heads=4,ffn_ratio=3");
    assert_eq!(inside.stderr, "");
    let huge = "predict --arch layers=32,width=3072,head_dim=64,ffn_ratio=4,experts=16,top_k=1 --profile orin-nano-8gb";
    assert!(program.found(huge).stderr.contains("needs more memory than the 7.98 GB"));
    assert_eq!(program.found(&format!("{huge} --format json")).json()["memory"]["fits"], false);
}

#[test]
fn what_is_typed_wrong_is_named() {
    let program = Program::new();
    for (line, wanted) in [
        ("predict --arch layrs=24", "--arch: 'layrs' is no key of a shape"),
        ("predict --arch layrs=24", "try: 'layers'"),
        ("predict", "--arch"),
        ("predict --arch qwen2.5-0.5b --precision fp61", "a similar value exists: 'fp16'"),
        (
            "predict --arch qwen2.5-0.5b --precision fp8",
            "agx-orin-64gb MAXN cannot compute fp8: its profile has no fp8 rate",
        ),
        ("predict --arch qwen2.5-0.5b --profile agx-orin", "try: --profile agx-orin-64gb"),
        ("predict --arch qwen2.5-0.5b --mode MAXM", "agx-orin-64gb has no power mode 'MAXM'"),
        ("predict --arch qwen2.5-0.5b --law papre", "try: --law paper"),
        ("predict --arch qwen2.5-0.5b --input 0", "'0'"),
        ("predict --arch qwen2.5-0.5b --batsh 2", "'--batch'"),
        ("predict --arch qwen2.5-0.5b --law paper --data tiny", "cannot be used with"),
    ] {
        let error = program.refused(line);
        assert!(error.contains(wanted), "{line}: {error}");
    }
}
