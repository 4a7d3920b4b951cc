//! The frontier against a recomputation pair by pair, budgets, and what happens when nothing keeps them.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use engine::architecture::Architecture;
use engine::latency::Latency;
use engine::precision::Precision;
use engine::quantity::{Part, Printed, Quantity};
use engine::roofline::Estimator;
use engine::space::Space;
use engine::workload::Workload;
use files::space;
use roofscape::built_in;
use serde_json::Value;

use super::program::{Program, assert_close, list, number};

const SPACE: &str = r#"
name = "small"
layers = [8, 16, 32]
width = [768, 1536]
head_dim = 64
kv_heads = [1, 4]
ffn_ratio = [1, 4]
experts = ["1/1", "8/2"]
vocab = 32000
tied = true
"#;

struct Candidate {
    shape: Architecture,
    loss: f64,
    latency: Latency,
    memory_bytes: f64,
}

fn candidates(space: &Space, profile: &str, workload: Workload) -> Vec<Candidate> {
    let library = built_in::library();
    let (_, profile) = library.profile(profile).expect("profile");
    let (_, law) = library.law("paper").expect("law");
    let estimator =
        Estimator::new(&profile.hardware(profile.default_mode()), Precision::W8A8, workload).expect("supported");
    let price = |shape: Architecture| Candidate {
        shape,
        loss: law.coefficients.loss(&shape.features()),
        latency: estimator.latency(&shape),
        memory_bytes: estimator.memory(&shape).total_bytes(),
    };
    space.candidates().into_iter().map(price).collect()
}

#[test]
fn the_frontier_is_what_no_feasible_candidate_dominates() {
    let program = Program::new();
    program.write("small.toml", SPACE);
    let json = program
        .found(
            "frontier --space small.toml --profile orin-nano-8gb --precision w8a8 --input 512 --output 32 --objective \
             decode --max-total 150ms --max-memory 2.7GB --format json",
        )
        .json();
    let workload = Workload { cached_tokens: 0, batch: 1, prompt_tokens: 512, generated_tokens: 32 };
    let all = candidates(&space::parse("small", SPACE).expect("space"), "orin-nano-8gb", workload);
    let feasible: Vec<&Candidate> =
        all.iter().filter(|c| c.latency.total_s() <= 0.15 && c.memory_bytes <= 2.7e9).collect();
    assert!(feasible.len() > 3 && feasible.len() < all.len());
    let mut front: Vec<&Candidate> = feasible
        .iter()
        .filter(|c| {
            !feasible.iter().any(|other| {
                let (a, b) = (other.latency.decode_s, c.latency.decode_s);
                a <= b && other.loss <= c.loss && (a < b || other.loss < c.loss)
            })
        })
        .copied()
        .collect();
    front.sort_by(|a, b| a.latency.decode_s.total_cmp(&b.latency.decode_s));

    assert_eq!(json["candidates"], all.len());
    assert_eq!(json["feasible"], feasible.len());
    let rows = list(&json["frontier"]);
    assert_eq!(rows.len(), front.len());
    for (row, expected) in rows.iter().zip(front) {
        assert_row(row, expected, workload.generated_tokens);
    }
    assert_eq!(json["setting"]["budgets"]["max_total_s"], 0.15);
    assert_eq!(json["setting"]["workload"]["generated_tokens"], 32);
    assert_eq!(
        (&json["setting"]["profile"]["name"], &json["setting"]["mode"]),
        (&"orin-nano-8gb".into(), &"25W".into())
    );
    assert_eq!(json["setting"]["law"]["name"], "paper");
}

fn assert_row(row: &Value, expected: &Candidate, generated_tokens: u32) {
    let shape = &expected.shape;
    for (key, value) in [
        ("layers", shape.layers),
        ("width", shape.width),
        ("heads", shape.heads),
        ("head_dim", shape.head_dim),
        ("kv_heads", shape.kv_heads),
        ("intermediate", shape.expert_hidden),
        ("experts", shape.experts),
        ("top_k", shape.top_k),
    ] {
        assert_eq!(row["architecture"][key], value, "{shape} {key}");
    }
    for (key, value) in [
        ("loss", expected.loss),
        ("perplexity", expected.loss.exp()),
        ("prefill_s", expected.latency.prefill_s),
        ("decode_s", expected.latency.decode_s),
        ("total_s", expected.latency.total_s()),
        ("tpot_s", expected.latency.tpot_s(generated_tokens).expect("some are generated")),
        ("memory_bytes", expected.memory_bytes),
        ("parameters_total", shape.parameters_total() as f64),
        ("parameters_active", shape.parameters_active() as f64),
    ] {
        assert_close(&format!("{shape} {key}"), &row["predictions"][key], value);
    }
    assert_close("ffn_ratio", &row["architecture"]["ffn_ratio"], shape.ffn_ratio());
    assert_eq!(row["on_frontier"], true);
    assert_eq!(row["fits_memory"], true);
}

#[test]
fn the_paper_s_space_is_the_default_and_has_no_budget() {
    let program = Program::new();
    let output = program.found("frontier --format json");
    let json = output.json();
    assert_eq!((&json["candidates"], &json["feasible"]), (&10_560.into(), &10_560.into()));
    assert_eq!(json["setting"]["budgets"]["max_total_s"], Value::Null);
    // Some candidates are larger than the board: counted, and flagged one by one.
    assert!(output.stderr.contains("feasible candidates need more memory than the 65.9 GB"), "{}", output.stderr);
    assert!(list(&json["frontier"]).iter().any(|row| row["fits_memory"] == false));
    assert!(
        list(&json["frontier"])
            .iter()
            .all(|row| row["fits_memory"] == (number(&row["predictions"]["memory_bytes"]) <= 65.893_564_416e9))
    );
}

#[test]
fn nothing_feasible_says_what_to_loosen_and_that_suffices() {
    let program = Program::new();
    for format in ["table", "json", "csv"] {
        let output = program.line(&format!("frontier --max-total 5ms --max-memory 60GB --format {format}"));
        assert_eq!(output.code, 1);
        assert!(output.stderr.contains("nothing feasible: the nearest needs total 21.5 ms"), "{}", output.stderr);
    }
    let hint = program.line("frontier --max-total 5ms").stderr;
    let option = hint.lines().find_map(|line| line.strip_prefix("  try: ")).expect("a hint").to_owned();
    assert_eq!(program.line(&format!("frontier {option} --format json")).json()["feasible"], 1);
    let both = program.line("frontier --max-prefill 1us --max-tpot 1us").stderr;
    assert!(both.contains(" and TPOT "), "{both}");
}

/// The value in a document that a column of CSV has.
fn of_column(row: &Value, column: &str) -> Value {
    let key = match column {
        "extrapolated" => return (!row["extrapolation"].is_null()).into(),
        known => known,
    };
    let parts = [&row["architecture"], &row["predictions"], row];
    parts.iter().find_map(|part| part.get(key)).unwrap_or_else(|| panic!("no {key}: {row}")).clone()
}

#[test]
fn rows_come_out_as_csv_too() {
    let program = Program::new();
    let json = program.found("frontier --max-total 60ms --format json").json();
    let text = program.found("frontier --max-total 60ms --format csv").stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().expect("header").clone();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("records");
    let rows = list(&json["frontier"]);
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(rows) {
        for (name, cell) in headers.iter().zip(record) {
            let expected = &of_column(row, name);
            let equal = match expected {
                Value::Number(_) => cell.parse::<f64>().ok() == expected.as_f64(),
                Value::Bool(truth) => cell.parse() == Ok(*truth),
                Value::Null => cell.is_empty(),
                other => panic!("{name} is {other}"),
            };
            assert!(equal, "{name}: {cell} is not {expected}");
        }
    }
    let none = program.line("frontier --max-total 1ms --format csv").stdout;
    assert_eq!(none.lines().count(), 1, "the header alone");
}

/// A number of an architecture is one entry of the engine's table. From there it comes into every output that has room.
#[test]
fn every_quantity_stands_in_every_output() {
    let program = Program::new();
    let said = |format: &str| {
        let question = "frontier --data synthetic-170 --bootstrap 20 --max-total 60ms --mode 30W";
        program.found(&format!("{question} --format {format}")).stdout
    };
    let (csv, table) = (said("csv"), said("table"));
    let json: Value = serde_json::from_str(&said("json")).expect("JSON");
    let (row, header) = (&json["frontier"][0], csv.lines().next().expect("a header"));
    let columns: Vec<&str> = header.split(',').collect();
    let theory = program.found("theory --max-tpot 5ms").stdout;
    let modes = program.found("predict --arch qwen2.5-0.5b --all-modes").stdout;
    for quantity in Quantity::all() {
        let (key, column) = (quantity.key(), quantity.column());
        let is_derived = quantity.part() == Part::Derived;
        assert_eq!(columns.contains(&key), !is_derived, "{key} in {header}");
        match quantity.part() {
            Part::Architecture => assert!(row["architecture"].get(key).is_some(), "{key}: {row}"),
            Part::Prediction => assert!(row["predictions"].get(key).is_some(), "{key}: {row}"),
            Part::Standing | Part::Confidence => _ = of_column(row, key),
            Part::Derived => {
                let is_shown = quantity.panel().is_some() || theory.contains(column) || modes.contains(column);
                assert!(is_shown, "{key} is of no use");
            }
        }
        for end in ["low", "high"] {
            assert_eq!(header.contains(&format!("{key}_ci_{end}")), quantity.has_interval(), "{key}");
        }
        assert_eq!(row["intervals"].get(key).is_some(), quantity.has_interval(), "{key}");
        assert!(quantity.printed() == Printed::No || table.contains(column), "{key} in {table}");
    }
    let parts = [("architecture", Part::Architecture), ("predictions", Part::Prediction)];
    for (part, quantities) in parts.map(|(name, part)| (&row[name], Quantity::of_part(part))) {
        assert_eq!(part.as_object().expect("an object").len(), quantities.count(), "{part}");
    }
}

#[test]
fn tables_name_units_and_say_what_they_are_of() {
    let program = Program::new();
    let text = program.found("frontier --max-total 30ms").stdout;
    for wanted in ["total ≤ 30.0 ms", "total ms", "memory GB", "paper (Sun et al.", "R² 0.952", "agx-orin-64gb MAXN"]
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[test]
fn a_law_can_be_fitted_on_the_spot() {
    let program = Program::new();
    let output = program.found("frontier --data synthetic-170 --max-total 60ms --format json");
    let json = output.json();
    assert_eq!(
        (&json["setting"]["law"]["synthetic"], &json["setting"]["dataset"]["name"]),
        (&true.into(), &"synthetic-170".into())
    );
    assert!(output.stderr.contains("describes synthetic runs"), "{}", output.stderr);
    let tiny = program.found("frontier --data tiny --max-total 60ms").stderr;
    assert!(tiny.contains("10,560 of 10,560 candidates lie outside"), "{tiny}");
}

#[test]
fn budgets_need_units() {
    let program = Program::new();
    for (line, wanted) in [
        ("frontier --max-total 100", "'100' has no unit"),
        ("frontier --max-memory 8parsecs", "'parsecs' is no unit"),
        ("frontier --max-totl 100ms", "'--max-total'"),
        ("frontir", "'frontier'"),
        ("frontier --space papr", "try: --space paper"),
        ("frontier --objective totl", "'total'"),
    ] {
        let error = program.refused(line);
        assert!(error.contains(wanted), "{line}: {error}");
    }
}

/// As under `| head -1`.
#[test]
fn a_closed_pipe_is_no_error() {
    let program = Program::new();
    let mut child = program
        .command(&["frontier", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::with_capacity(16, child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(0));
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!stderr.contains("panicked") && !stderr.contains("written"), "{stderr}");
}

#[test]
fn the_user_s_own_files_are_found_by_name() {
    let program = Program::new();
    let folder = if cfg!(target_os = "macos") { "Library/Application Support/roofscape" } else { "config/roofscape" };
    program.write(&format!("{folder}/spaces/mine.toml"), SPACE);
    let text = include_str!("../../profiles/agx-orin-64gb.toml").replace("agx-orin-64gb", "my-board");
    program.write(&format!("{folder}/profiles/my-board.toml"), &text);
    let json = program.found("frontier --space mine --profile my-board --format json").json();
    assert_eq!(
        (&json["setting"]["space"]["name"], &json["setting"]["profile"]["name"]),
        (&"small".into(), &"my-board".into())
    );
    assert!(program.found("spaces").stdout.contains("mine"));
}

/// As Python's repr and jq write them.
#[test]
fn truth_scinum_numbers_with_an_exponent_are_budgets() {
    let program = Program::new();
    let best = |budgets: &str| program.found(&format!("frontier {budgets} --format json")).json()["frontier"].clone();
    assert_eq!(best("--max-total 1e-1s"), best("--max-total 100ms"));
    assert_eq!(best("--max-tpot 4.4e-03s --max-memory 25E2MB"), best("--max-tpot 4.4ms --max-memory 2.5GB"));
    // Too little for any architecture, which is another answer than a refusal.
    assert_eq!(program.line("frontier --max-tpot 4.4e-05s").code, 1);
}

/// Nothing is decoded, so every architecture decodes in no time, and the largest would be the only one on a frontier.
#[test]
fn truth_output0_without_generated_tokens_no_decode_is_minimised_or_limited() {
    let program = Program::new();
    for command in ["frontier", "search --space paper", "export --out x.json", "plan --data tiny"] {
        let error = program.refused(&format!("{command} --objective decode --output 0"));
        assert!(error.contains("no decode latency can be minimised"), "{command}: {error}");
        assert!(error.contains("try: --objective prefill, or --output 16"), "{command}: {error}");
    }
    for command in [
        "frontier",
        "search --space paper",
        "export --out x.json",
        "plan --data tiny",
        "theory",
        "profiles rank --arch qwen2.5-0.5b",
    ] {
        let error = program.refused(&format!("{command} --max-tpot 5ms --output 0"));
        assert!(error.contains("--max-tpot") && error.contains("no time per output token to limit"), "{error}");
        assert!(error.contains("try: --max-prefill in its place, or --output 16"), "{command}: {error}");
    }
    // The rest of a request without an answer is as it was.
    for objective in ["prefill", "total"] {
        let line = format!("frontier --objective {objective} --output 0 --max-prefill 50ms --format json");
        let json = program.found(&line).json();
        assert!(list(&json["frontier"]).len() > 10);
        for entry in list(&json["frontier"]) {
            let predictions = &entry["predictions"];
            assert_eq!((&predictions["tpot_s"], &predictions["decode_s"]), (&Value::Null, &0.0.into()));
            assert_eq!(predictions["total_s"], predictions["prefill_s"]);
        }
    }
    let json = program.found("predict --arch qwen2.5-0.5b --output 0 --format json").json();
    assert_eq!(json["predictions"]["tpot_s"], Value::Null);
    assert!(program.found("predict --arch qwen2.5-0.5b --output 0").stdout.contains("prefill alone, nothing is"));
    let json = program.found("profiles rank --arch qwen2.5-0.5b --output 0 --format json").json();
    assert!(list(&json["ranking"]).iter().all(|row| row["predictions"]["tpot_s"] == Value::Null));
    let json = program.found("theory --output 0 --max-prefill 50ms --format json").json();
    assert_eq!(json["optimum"]["predictions"]["tpot_s"], Value::Null);
}
