//! Intervals and how sure the frontier is: where they stand, and that they are null where there is nothing to resample.

use serde_json::Value;

use super::program::{Program, list, number};

const KEYS: [&str; 3] = ["frontier_probability", "robust", "intervals"];

fn ends(interval: &Value) -> [f64; 2] {
    let [low, high] = list(interval) else { panic!("{interval} has two ends") };
    [number(low), number(high)]
}

#[test]
fn a_law_fitted_on_the_spot_has_intervals() {
    let program = Program::new();
    let line = "frontier --data synthetic-170 --bootstrap 40 --max-total 60ms --format json";
    let output = program.found(line);
    let json = output.json();
    assert_eq!(json["bootstrap"].to_string(), r#"{"resamples":40,"redrawn":0,"seed":0,"level":0.9}"#);
    let coefficients = json["coefficients_ci"].as_object().expect("a map");
    assert!(coefficients.contains_key("alpha_l") && coefficients.contains_key("l_inf"), "{coefficients:?}");
    assert!(coefficients.values().map(ends).all(|[low, high]| low <= high));
    let mut shares = Vec::new();
    for row in list(&json["frontier"]) {
        let share = number(&row["frontier_probability"]);
        assert!((0.0..=1.0).contains(&share) && (share * 40.0 - (share * 40.0).round()).abs() < 1e-9);
        assert_eq!(row["robust"], share > 0.5);
        let [low, high] = ends(&row["intervals"]["loss"]);
        assert!(low < high && (low - 0.05..high + 0.05).contains(&number(&row["predictions"]["loss"])), "{row}");
        assert_eq!(ends(&row["intervals"]["perplexity"]), [low.exp(), high.exp()]);
        shares.push(share);
    }
    assert!(shares.iter().any(|&share| share > 0.5) && shares.iter().any(|&share| share < 1.0), "{shares:?}");
    assert_eq!(program.found(line).stdout, output.stdout, "the same numbers every time");
}

#[test]
fn every_command_gives_the_same_interval() {
    let program = Program::new();
    let of_frontier =
        program.found("frontier --data synthetic-170 --bootstrap 20 --max-total 60ms --format json").json();
    let exported =
        program.found("export --data synthetic-170 --bootstrap 20 --max-total 60ms --select frontier --out -").json();
    let (rows, entries) = (list(&of_frontier["frontier"]), list(&exported["architectures"]));
    assert_eq!(rows.len(), entries.len());
    for key in ["bootstrap", "coefficients_ci"] {
        assert!(exported[key].is_object());
        assert_eq!(exported[key], of_frontier[key]);
    }
    for (row, entry) in rows.iter().zip(entries) {
        assert!(KEYS.iter().all(|&key| entry[key] == row[key] && !entry[key].is_null()), "{row} {entry}");
    }
    let (first, shape) = (&rows[0], &rows[0]["architecture"]);
    let keys =
        ["layers", "width", "heads", "head_dim", "kv_heads", "intermediate", "experts", "top_k", "vocab", "tied"];
    let arch: Vec<String> = keys.iter().map(|key| format!("{key}={}", shape[key])).collect();
    let predict = format!("predict --arch {} --data synthetic-170 --bootstrap 20", arch.join(","));
    let predicted = program.found(&format!("{predict} --format json")).json();
    assert_eq!(predicted["bootstrap"], of_frontier["bootstrap"]);
    assert_eq!(predicted["resampling_intervals"], first["resampling_intervals"]);
    // A member of the frontier was picked, and its interval lies as much higher.
    let correction_nats = number(&first["picked"]["correction_nats"]);
    let [of_shape, of_pick] = [&predicted, first].map(|entry| ends(&entry["intervals"]["loss"]));
    assert!(
        (0..2).all(|end| (of_shape[end] + correction_nats - of_pick[end]).abs() < 1e-9),
        "{of_shape:?} {of_pick:?}"
    );
    assert_eq!(first["picked"]["loss"], number(&first["predictions"]["loss"]) + correction_nats);
    let text = program.found(&predict).stdout;
    assert!(
        text.contains("(90 % of unseen runs: ")
            && text.contains(", 20 resamples of the runs by architecture (seed 0))"),
        "{text}"
    );
}

#[test]
fn tables_and_csv_gain_columns() {
    let program = Program::new();
    let line = "frontier --data synthetic-170 --bootstrap 10 --max-total 60ms";
    let table = program.found(line).stdout;
    assert!(table.contains("bootstrap  10 resamples of the runs by architecture (seed 0); "), "{table}");
    let heading = table.lines().find(|line| line.starts_with("layers")).expect("headings");
    assert!(heading.ends_with("fits      J  on frontier %  loss ±"), "{heading}");
    let csv = program.found(&format!("{line} --format csv")).stdout;
    let fields: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert!(fields.len() > 5 && fields.iter().all(|&count| count == 31), "{csv}");
    assert!(csv.lines().next().is_some_and(|header| header.contains(",frontier_probability,robust,loss_ci_low,")));
    // Nothing feasible: the header stays.
    let none = program.line("frontier --data synthetic-170 --bootstrap 10 --max-total 1ms --format csv");
    assert_eq!((none.code, none.stdout.lines().next()), (1, csv.lines().next()));
}

#[test]
fn laws_without_runs_have_none_and_say_so_when_asked() {
    let program = Program::new();
    let asked = program.found("frontier --bootstrap 10 --max-total 60ms --format json");
    let note = "roofscape: note: --bootstrap resamples the runs of --data; the law 'paper' comes without, so its losses have no \
                intervals\n";
    assert_eq!(asked.stderr.matches(note).count(), 1, "{}", asked.stderr);
    for line in ["frontier --max-total 60ms", "frontier --max-total 60ms --bootstrap 0"] {
        assert!(!program.found(line).stderr.contains("bootstrap"), "{line}");
    }
    let without = program.found("frontier --data synthetic-170 --bootstrap 0 --max-total 60ms --format json");
    for json in [asked.json(), without.json()] {
        assert!(json["bootstrap"].is_null() && json["coefficients_ci"].is_null());
        assert!(list(&json["frontier"]).iter().all(|row| KEYS.iter().all(|&key| row.get(key) == Some(&Value::Null))));
    }
    let error = program.refused("frontier --data tiny --bootstrap 100001");
    assert!(error.contains("0..=100000"), "{error}");
}

#[test]
fn too_few_runs_to_resample_still_have_a_law() {
    let program = Program::new();
    program.found("synthesize --runs 16 --noise 0.01 --out few.csv");
    let output = program.found("predict --arch qwen2.5-0.5b --data few.csv --format json");
    assert!(
        output.stderr.contains("note: few: no intervals: 16 different architectures are too few"),
        "{}",
        output.stderr
    );
    assert!(output.json()["intervals"].is_null());
    let error = program.refused("predict --arch qwen2.5-0.5b --data few.csv --bootstrap 200");
    assert!(error.contains("few: 16 different") && error.contains("--bootstrap 0"), "{error}");
}
