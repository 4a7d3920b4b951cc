//! Energy as watts × time through the command line: budgets, refusals, every power mode side by side.

use serde_json::Value;

use super::program::{Program, assert_close, list, number};

/// Modes of 20 W, of none, and of 5 W at half of what the first has.
const BOARD: &str = include_str!("../data/watts-board.toml");

fn program() -> Program {
    let program = Program::new();
    program.write("board.toml", BOARD);
    program
}

const PREDICT: &str = "predict --arch qwen2.5-0.5b --profile board.toml";

#[test]
fn a_prediction_has_its_energy_where_watts_are_stated() {
    let program = program();
    let json = program.found(&format!("{PREDICT} --format json")).json();
    let predictions = &json["predictions"];
    assert_eq!(json["setting"]["profile"]["watts"], 20.0);
    assert_close("request", &predictions["energy_j"], 20.0 * number(&predictions["total_s"]));
    assert_close("token", &predictions["energy_per_token_j"], 20.0 * number(&predictions["tpot_s"]));
    let batch = &program.found(&format!("{PREDICT} --batch 4 --format json")).json()["predictions"];
    assert_close("request", &batch["energy_j"], 5.0 * number(&batch["total_s"]));
    assert_close("token", &batch["energy_per_token_j"], 5.0 * number(&batch["tpot_s"]));
    let table = program.found(PREDICT).stdout;
    assert!(table.contains(" per generated token at the power budget of 20 W and ideal time: no bound"), "{table}");
    let silent = program.found(&format!("{PREDICT} --output 0 --format json")).json();
    assert_eq!(silent["predictions"]["energy_per_token_j"], Value::Null);

    let free = format!("{PREDICT} --mode free");
    assert_eq!(program.found(&format!("{free} --format json")).json()["predictions"]["energy_j"], Value::Null);
    let table = program.found(&free).stdout;
    assert!(table.contains("energy      not known: no watts stated for my-board FREE"), "{table}");
}

#[test]
fn every_power_mode_stands_in_a_row() {
    let program = program();
    let json = program.found(&format!("{PREDICT} --all-modes --format json")).json();
    let rows = list(&json["modes"]);
    assert_eq!(rows.iter().map(|row| row["mode"].as_str().expect("text")).collect::<Vec<_>>(), ["20W", "FREE", "5W"]);
    for row in rows {
        let line = format!("{PREDICT} --mode {} --format json", row["mode"].as_str().expect("text"));
        let alone = program.found(&line).json();
        for key in ["architecture", "predictions", "fits_memory", "extrapolation"] {
            assert_eq!(row[key], alone[key], "{key}");
        }
        assert_close("tokens per second", &row["tokens_per_s"], 1.0 / number(&row["predictions"]["tpot_s"]));
    }
    // Half the clocks at a quarter of the watts: twice as long, half the energy.
    let [first, free, slow] = [0, 1, 2].map(|place: usize| &rows[place]["predictions"]);
    assert_close("time", &slow["total_s"], 2.0 * number(&first["total_s"]));
    assert_close("energy", &slow["energy_j"], 0.5 * number(&first["energy_j"]));
    assert_eq!(free["energy_j"], Value::Null);

    let csv = program.found(&format!("{PREDICT} --all-modes --format csv")).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().expect("header").clone();
    for (record, row) in reader.records().zip(rows) {
        let record = record.expect("a record");
        assert_eq!((headers.len(), headers.get(7)), (record.len(), Some("total_s")));
        assert_eq!(record.get(7).and_then(|cell| cell.parse().ok()), row["predictions"]["total_s"].as_f64());
    }
    let table = program.found(&format!("{PREDICT} --all-modes")).stdout;
    assert!(
        table.contains("watts of the mode × time: where that is calibrated an upper bound (≤), elsewhere no bound"),
        "{table}"
    );
    assert_eq!(table.lines().filter(|line| line.starts_with("FREE   –")).count(), 1, "{table}");
    assert!(program.refused(&format!("{PREDICT} --all-modes --mode 5W")).contains("cannot be used with"));
}

#[test]
fn an_energy_budget_is_one_of_time_at_so_many_watts() {
    let program = program();
    let frontier = "frontier --profile board.toml";
    let json = program.found(&format!("{frontier} --max-energy 2000mJ --format json")).json();
    assert_eq!(json["setting"]["budgets"]["max_energy_j"], 2.0);
    let same = program.found(&format!("{frontier} --max-total 100ms --format json")).json();
    assert_eq!((&json["feasible"], &json["frontier"]), (&same["feasible"], &same["frontier"]));
    for row in list(&json["frontier"]) {
        let predictions = &row["predictions"];
        assert_close("energy", &predictions["energy_j"], 20.0 * number(&predictions["total_s"]));
    }
    let text = program.found(&format!("{frontier} --max-energy 2J")).stdout;
    assert!(text.contains("energy ≤ 2.00 J") && !text.contains(" ≤ J"), "{text}");

    let export = program.found("export --profile board.toml --max-energy 2J --select best --out -").json();
    assert_eq!(export["setting"]["budgets"]["max_energy_j"], 2.0);
    let predictions = &export["architectures"][0]["predictions"];
    assert_close("energy", &predictions["energy_j"], 20.0 * number(&predictions["total_s"]));
    assert_close("token", &predictions["energy_per_token_j"], 20.0 * number(&predictions["tpot_s"]));

    let hint = program.line(&format!("{frontier} --max-energy 1mJ")).stderr;
    let option = hint.lines().find_map(|line| line.strip_prefix("  try: --max-energy ")).expect("a hint").to_owned();
    assert!(option.ends_with('J'), "{hint}");
    assert_eq!(program.found(&format!("{frontier} --max-energy {option} --format json")).json()["feasible"], 1);
}

#[test]
fn a_mode_without_watts_takes_no_energy_budget() {
    let program = program();
    let wanted = "roofscape: '--max-energy': no watts stated for my-board FREE, so no energy\n  expected: a power mode with \
                  watts: one of 20W, 5W\n  try: --mode 20W\n";
    for command in ["frontier", "export --out a.json"] {
        assert_eq!(program.refused(&format!("{command} --profile board.toml --mode free --max-energy 2J")), wanted);
    }
    let plan = program.refused("plan --data tiny --profile board.toml --mode free --max-energy 2J");
    assert!(plan.contains("no watts stated for my-board FREE"), "{plan}");
    for (typed, wanted) in [("2", "'2' has no unit"), ("2W", "'W' is no unit"), ("0J", "out of range")] {
        let error = program.refused(&format!("frontier --profile board.toml --max-energy {typed}"));
        assert!(error.contains(wanted), "{error}");
    }
}

const CALIBRATED: &str = "predict --arch Qwen3-4B --profile agx-orin-64gb+edge-llm --precision w4a16 --head fp16";

#[test]
fn only_a_calibrated_time_makes_a_bound() {
    let program = program();
    let words = |line: &str| {
        let stdout = program.found(line).stdout;
        stdout.lines().find(|line| line.starts_with("energy")).expect("a line").to_owned()
    };
    let bound = words(CALIBRATED);
    assert!(bound.starts_with("energy      ≤ ") && bound.contains(" per request, ≤ "), "{bound}");
    let ends = " per generated token: 60 W × calibrated time, an upper bound (watts: Highest power of the module; the mode \
                itself has no limit)";
    assert!(bound.ends_with(ends), "{bound}");
    let none = words(&format!("{CALIBRATED} --mode 30W"));
    assert!(
        none.ends_with(" per generated token at the power budget of 30 W and extrapolated time: no bound"),
        "{none}"
    );
    let ideal = words("predict --arch Qwen3-4B --profile agx-orin-64gb --mode 30W --precision w4a16");
    assert!(ideal.ends_with(" per generated token at the power budget of 30 W and ideal time: no bound"), "{ideal}");
    assert!(!none.contains('≤') && !ideal.contains('≤'), "{none} {ideal}");

    let json = program.found(&format!("{CALIBRATED} --all-modes --format json")).json();
    let row =
        |row: &Value| (row["mode"].clone(), row["basis"].clone(), row["predictions"]["energy_is_upper_bound"].clone());
    let rows: Vec<_> = list(&json["modes"]).iter().map(row).collect();
    let expected = |mode: &str, basis: &str, bound: bool| (mode.into(), basis.into(), bound.into());
    let extrapolated = |mode| expected(mode, "extrapolated", false);
    assert_eq!(
        rows,
        [expected("MAXN", "calibrated", true), extrapolated("50W"), extrapolated("30W"), extrapolated("15W")]
    );
    let warned = program.found(&format!("{CALIBRATED} --all-modes")).stderr;
    assert!(warned.contains("what it reaches in 50W, 30W, 15W is extrapolated: may be far too fast"), "{warned}");
    assert_eq!(
        program.found(&format!("{PREDICT} --mode free --format json")).json()["predictions"]["energy_is_upper_bound"],
        Value::Null
    );
}

#[test]
fn an_energy_budget_over_ideal_times_is_warned_of_once() {
    let program = program();
    let wanted = "energies on my-board 20W are its power budget × ideal time: no bound, so a request within the energy budget \
                  may take more";
    let warned = program.found("frontier --profile board.toml --max-energy 2J").stderr;
    assert_eq!(warned.matches(wanted).count(), 1, "{warned}");
    assert!(!program.found("frontier --profile board.toml --max-total 1s").stderr.contains("energies on"));
}
