//! The theory on the command line: both cost models, closed forms, what to build, and what is refused.

use serde_json::Value;

use super::program::{Program, list, number};

const DOCUMENT: &str = include_str!("../../docs/theory.md");

fn loss(entry: &Value) -> f64 {
    number(&entry["predictions"]["loss"])
}

fn variables(optimum: &Value) -> [f64; 5] {
    let shape = &optimum["architecture"];
    let [layers, width, ffn_ratio] = ["layers", "width", "ffn_ratio"].map(|key| number(&shape[key]));
    [layers, width, ffn_ratio, number(&optimum["gqa"]), number(&optimum["rho"])]
}

fn assert_same(a: &Value, b: &Value) {
    for (ours, theirs) in variables(a).into_iter().zip(variables(b)) {
        assert!((ours / theirs).ln().abs() < 1e-6, "{a} {b}");
    }
}

#[test]
fn scripts_get_the_optimum_with_its_evidence() {
    let json = Program::new().found("theory --max-tpot 5ms --format json").json();
    assert_eq!((&json["regime"], &json["paper_regime"]), (&"decode".into(), &"D1".into()));
    assert_eq!(json["regime_in_words"], "decode latency binds");
    assert!(number(&json["kkt_residual"]) < 1e-9);
    assert!((number(&json["optimum"]["predictions"]["tpot_s"]) / 5e-3 - 1.0).abs() < 1e-5);
    assert_eq!(json["optimum"], json["operators"]["optimum"]);
    let first = &list(&json["sensitivities"])[0];
    assert_eq!((&first["limit"], &first["words"]), (&"tpot".into(), &"1 ms more TPOT buys −4.2 % perplexity".into()));
    // The slope at the margin, over one step along the logarithm, is near what solving again finds.
    let nats = number(&first["nats_per_unit"]) * 5e-3 * (1e-3 / 5e-3_f64).ln_1p();
    assert!(((-nats).exp_m1() / number(&first["perplexity_change"]) - 1.0).abs() < 0.1);
    assert_eq!(list(&json["curve"]).len(), 9, "the paper's widths");
    let losses = list(&json["curve"]).iter().filter_map(|at| at["optimum"]["predictions"]["loss"].as_f64());
    let lowest = losses.fold(f64::INFINITY, f64::min);
    let widest = list(&json["curve"]).last().expect("widths");
    assert!(widest["optimum"].is_null(), "the LM head alone takes longer");
    assert!(widest["no_optimum"].as_str().is_some_and(|reason| reason.starts_with("TPOT of 5.00 ms cannot be kept")));
    assert!(loss(&json["optimum"]) <= lowest && lowest < loss(&json["sweep_best"]));
}

#[test]
fn a_mode_with_watts_prices_a_token_as_a_request() {
    let json = Program::new().found("theory --max-tpot 20ms --profile agx-orin-64gb --mode 30W --format json").json();
    for optimum in [&json["optimum"], &json["rounded"], &json["sweep_best"], &json["simplified"]["optimum"]] {
        let [joules, tpot_s] = ["energy_per_token_j", "tpot_s"].map(|key| number(&optimum["predictions"][key]));
        assert!((joules / (30.0 * tpot_s) - 1.0).abs() < 1e-9, "{optimum}");
    }
}

#[test]
fn the_closed_form_with_its_ends_kept_is_the_simplified_optimum() {
    for budgets in ["--max-tpot 5ms", "--max-memory 4GB", "--max-prefill 20ms", "--max-total 100ms"] {
        let json = Program::new().found(&format!("theory {budgets} --costs simplified --format json")).json();
        assert_eq!((&json["costs"], &json["optimum"]), (&"simplified".into(), &json["simplified"]["optimum"]));
        let form = &json["closed_form"];
        assert_eq!(form["regime"], json["regime"]);
        let kept = if form["ends_kept"].is_null() { form } else { &form["ends_kept"] };
        assert_same(&kept["optimum"], &json["optimum"]);
        assert!((loss(&kept["optimum"]) - loss(&json["optimum"])).abs() < 1e-9);
    }
}

#[test]
fn what_is_to_be_built_costs_what_predict_says() {
    let program = Program::new();
    let json = program.found("theory --max-tpot 5ms --max-memory 4GB --format json").json();
    let (rounded, shape) = (&json["rounded"], &json["rounded"]["architecture"]);
    let taken = &rounded["predictions"];
    assert!(number(&taken["tpot_s"]) <= 5e-3 && number(&taken["memory_bytes"]) <= 4e9);
    let keys = ["layers", "width", "heads", "kv_heads", "intermediate", "experts", "top_k", "vocab"];
    let typed: Vec<String> = keys.iter().map(|key| format!("{key}={}", shape[*key])).collect();
    let predicted = program.found(&format!("predict --arch {} --format json", typed.join(","))).json();
    for key in ["loss", "tpot_s", "memory_bytes", "parameters_total"] {
        assert_eq!(predicted["predictions"][key], taken[key], "{key}");
    }
    let cost = loss(rounded) - loss(&json["optimum"]);
    assert!(cost > 0.0 && (cost - number(&rounded["loss_cost_nats"])).abs() < 1e-12);
    assert!(loss(rounded) < loss(&json["sweep_best"]), "rounding is finer than the space");
}

#[test]
fn the_papers_printed_form_is_marked_as_breaking_its_own_limits() {
    let json = Program::new().found("theory --max-tpot 5ms --max-memory 4GB --format json").json();
    let form = &json["closed_form"];
    assert_eq!((&form["regime"], &form["paper_regime"]), (&"decode+memory".into(), &"D3".into()));
    let printed = &form["printed"];
    assert!(number(&printed["printed_rho"]) > number(&printed["rho"]) && number(&printed["decode_excess"]) > 0.01);
    assert!((number(&printed["rho"]) - number(&form["optimum"]["rho"])).abs() < 1e-9);
    assert!(list(&form["deviations"])[0].as_str().is_some_and(|words| words.contains("divides δ by ξ_all twice")));
    let failing: Vec<&Value> = list(&form["conditions"]).iter().filter(|known| known["verdict"] == "fails").collect();
    assert!(failing.iter().any(|known| known["what"] == "r* in the space"), "{failing:?}");
}

#[test]
fn people_read_what_the_document_shows() {
    let output = Program::new().found("theory --max-tpot 5ms --max-memory 4GB");
    assert_eq!(output.stderr, "");
    let lines: Vec<&str> = DOCUMENT.lines().skip_while(|line| !line.contains("$ roofscape theory")).skip(1).collect();
    let shown: Vec<&str> = lines.into_iter().take_while(|line| line.starts_with("    ") || line.is_empty()).collect();
    assert!(shown.len() > 15);
    // What rounding leaves of the conditions of an optimum is nobody's promise.
    let promised = |line: &str| line.trim_start().split("KKT residual").next().map(str::to_owned);
    for line in shown.into_iter().filter(|line| line.trim() != "…") {
        let printed = output.stdout.lines().any(|printed| promised(printed) == promised(line));
        assert!(printed, "{line}\n{}", output.stdout);
    }
}

#[test]
fn what_has_no_answer_is_said() {
    let program = Program::new();
    assert_eq!(
        program.refused("theory"),
        "roofscape: without a limit the best architecture is the largest of the space\n  expected: at least one of \
         --max-total, --max-prefill, --max-tpot, --max-energy and --max-memory\n  try: --max-tpot 5ms, or --max-total 100ms \
         --max-memory 8GB\n"
    );
    let output = program.line("theory --max-tpot 1us");
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("nothing feasible: TPOT of 1.00 µs cannot be kept"), "{}", output.stderr);
    let suggested = output.stderr.split("try: ").nth(1).expect("a hint").trim().to_owned();
    program.found(&format!("theory {suggested}"));
}

#[test]
fn what_the_paper_has_no_form_for_and_what_was_not_priced_is_said() {
    let program = Program::new();
    let total = program.found("theory --max-total 60ms").stdout;
    assert!(
        total.contains("\nclosed form: the paper has none where total latency binds; derived here as it derives"),
        "{total}"
    );
    program.write("huge.toml", include_str!("../../datasets/large-space.toml"));
    let path = "huge.toml";
    let huge = program.found(&format!("theory --max-tpot 5ms --space {path}"));
    let hint = format!("the space is too large to price: roofscape search --space {path} finds the best of it");
    assert!(huge.stdout.contains(&hint), "{}", huge.stdout);
    let json = program.found("theory --max-tpot 5ms --space large --format json").json();
    assert!(json["sweep_best"].is_null());
    assert!(json["no_sweep_best"].as_str().is_some_and(|reason| reason.starts_with("the space is too large")));
}

/// Nothing is decoded, so no limit on decoding binds in either model.
#[test]
fn a_workload_without_output_spends_nothing_on_it() {
    let json = Program::new().found("theory --max-total 10s --output 0 --format json").json();
    for model in ["operators", "simplified"] {
        assert_eq!(json[model]["regime_in_words"], "nothing binds");
        assert!(json[model]["optimum"]["predictions"]["tpot_s"].is_null());
    }
}

/// A law without a KV term holds gqa at no value: the optimum exists within the space, the closed form does not.
#[test]
fn a_law_without_a_kv_term_has_an_optimum_and_no_closed_form() {
    let program = Program::new();
    program.found("fit --data tiny --form eq2-no-kv --bootstrap 0 --folds 0 --save law.toml");
    let output = program.found("theory --law law.toml --max-tpot 5ms --format json");
    let json = output.json();
    assert!(json["closed_form"].is_null() && !json["optimum"].is_null());
    assert!(json["no_closed_form"].as_str().is_some_and(|reason| reason.starts_with("no closed form")), "{json}");
}
