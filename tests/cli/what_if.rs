//! Imagined boards, and real ones by watts.

use super::program::{Program, list, number};

#[test]
fn an_imagined_board_is_priced_and_says_so() {
    let program = Program::new();
    let real = program.found("predict --arch qwen2.5-0.5b --format json").json();
    assert!(real["setting"]["profile"]["what_if"].is_null());
    let line = "predict --arch qwen2.5-0.5b --scale-bandwidth 2 --scale-compute 0.5x --board-memory 1GB --format json";
    let output = program.found(line);
    let imagined = output.json();
    let bandwidth = |json: &serde_json::Value| number(&json["setting"]["profile"]["bandwidth_bytes_per_s"]);
    assert_eq!(bandwidth(&imagined), 2.0 * bandwidth(&real));
    assert_eq!(
        imagined["setting"]["profile"]["what_if"].to_string(),
        r#"{"bandwidth":2.0,"compute":0.5,"memory_bytes":1000000000}"#
    );
    assert_eq!(
        imagined["setting"]["profile"]["figures"], real["setting"]["profile"]["figures"],
        "figures are the real board's"
    );
    assert_eq!(imagined["memory"]["fits"], false);
    let said = "what if: agx-orin-64gb MAXN with bandwidth ×2, compute ×0.5, memory 1.00 GB";
    assert!(output.stderr.contains(said), "{}", output.stderr);
    let text = program.found("frontier --scale-bandwidth 2 --max-total 50ms").stdout;
    assert!(text.contains("agx-orin-64gb MAXN, bandwidth ×2"), "{text}");
}

#[test]
fn what_ten_percent_more_is_worth_is_what_pricing_it_gives() {
    let program = Program::new();
    let plain = program.found("predict --arch qwen2.5-0.5b --format json").json();
    for resource in ["bandwidth", "compute"] {
        let line = format!("predict --arch qwen2.5-0.5b --scale-{resource} 1.1 --format json");
        let more = program.found(&line).json();
        let ratio = number(&more["predictions"]["total_s"]) / number(&plain["predictions"]["total_s"]);
        assert!((number(&plain["sensitivity"][resource]["total"]) - ratio).abs() < 1e-12);
    }
    let elasticity = &plain["elasticity"]["total"];
    // The ideal roofline launches for free.
    assert!((number(&elasticity["bandwidth"]) + number(&elasticity["compute"]) + 1.0).abs() < 1e-12);
    let text = program.found("predict --arch qwen2.5-0.5b").stdout;
    assert!(text.contains("+10 % of") && text.contains("bandwidth: total −"), "{text}");
}

#[test]
fn factors_beyond_what_can_be_imagined_are_refused() {
    let program = Program::new();
    for typed in ["5", "0.2", "-1", "fast", "nan"] {
        let said = program.refused(&format!("frontier --scale-bandwidth {typed}"));
        assert!(said.contains("from 0.25 to 4, such as 2"), "{said}");
    }
    assert!(program.refused("predict --arch qwen2.5-0.5b --board-memory 16").contains("no unit"));
}

#[test]
fn boards_are_ranked_by_watts() {
    let program = Program::new();
    let report = program.found("profiles rank --arch qwen2.5-0.5b --max-total 400ms --format json").json();
    let ranking = list(&report["ranking"]);
    let of = |verdict: &str| ranking.iter().filter(|row| row["verdict"] == verdict).collect::<Vec<_>>();
    let meets = of("meets");
    let watts: Vec<f64> = meets.iter().map(|row| number(&row["watts"])).collect();
    assert!(!watts.is_empty() && watts.is_sorted());
    assert!(meets.iter().all(|row| number(&row["predictions"]["total_s"]) <= 0.4 && row["reason"] == ""));
    assert_eq!(&report["cheapest"], meets[0]);
    for row in of("fails") {
        assert!(
            number(&row["predictions"]["total_s"]) > 0.4
                && row["reason"].as_str().is_some_and(|why| why.starts_with("total "))
        );
    }
    // Each number is the one that predict gives for that board.
    let row = meets[0];
    let line = format!(
        "predict --arch qwen2.5-0.5b --profile {} --mode {} --format json",
        row["profile"].as_str().expect("a name"),
        row["mode"].as_str().expect("a name")
    );
    let alone = program.found(&line).json();
    for key in ["prefill_s", "decode_s", "total_s", "tpot_s", "memory_bytes", "energy_j", "parameters_total"] {
        assert_eq!(alone["predictions"][key], row["predictions"][key], "{key}");
    }
    assert_eq!(alone["setting"]["engine"], row["engine"]);

    let table = program.found("profiles rank --arch qwen2.5-0.5b --max-total 400ms").stdout;
    let said = format!(
        "{} {}: {} W, on an ideal roofline: real times are longer",
        row["profile"].as_str().expect("a name"),
        row["mode"].as_str().expect("a name"),
        row["watts"].as_f64().expect("a number"),
    );
    assert!(table.contains(&said), "{table}");
    assert!(table.contains("ideal: times are lower bounds"), "{table}");
    let csv = program.found("profiles rank --arch qwen2.5-0.5b --format csv").stdout;
    assert_eq!(csv.lines().count(), ranking.len() + 1);
    let output = program.line("profiles rank --arch qwen2.5-0.5b --max-total 1us");
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("no board of the list keeps these budgets"), "{}", output.stderr);
}

#[test]
fn a_format_that_a_board_lacks_is_its_verdict() {
    let program = Program::new();
    let output = program.line("profiles rank --arch qwen2.5-0.5b --precision w8a8 --format json");
    let report = output.json();
    assert!(
        list(&report["ranking"])
            .iter()
            .all(|row| row["verdict"] != "cannot compute" || row["predictions"]["total_s"].is_null())
    );
}

#[test]
fn where_an_engine_was_measured_no_ideal_row_stands_beside_it() {
    let program = Program::new();
    let report = program.found("profiles rank --arch qwen2.5-0.5b --precision w4a16 --format json").json();
    let modes = |profile: &str| -> Vec<(String, bool)> {
        let rows = list(&report["ranking"]).iter().filter(|row| row["profile"] == profile);
        rows.map(|row| (row["mode"].as_str().expect("a name").to_owned(), row["calibrated"] == true)).collect()
    };
    let (board, engine) = (modes("agx-orin-64gb"), modes("agx-orin-64gb+edge-llm"));
    assert!(board.iter().all(|(mode, calibrated)| mode != "MAXN" && !calibrated), "{board:?}");
    assert!(engine.contains(&("MAXN".to_owned(), true)), "{engine:?}");
    // Nothing was measured in its other modes: there both stand.
    assert_eq!(board.len() + 1, engine.len());
}
