//! A space too large to price: what a search finds, how it says how far it looked, and that nothing else pretends to price it.

use super::program::{Program, list, number};

#[test]
fn a_search_finds_almost_all_of_what_is_there_and_says_how_far_it_looked() {
    let program = Program::new();
    let whole = program.found("frontier --max-total 60ms --format json").json();
    let output = program.found("search --max-total 60ms --seed 3 --format json");
    let json = output.json();
    let search = &json["search"];
    assert_eq!((&search["of"], &search["seed"]), (&10_560.into(), &3.into()));
    assert_eq!(json["candidates"], search["evaluations"]);
    assert!(number(&search["evaluations"]) < 1_500.0 && number(&search["rounds"]) > 5.0, "{search}");
    assert!(["converged", "exhausted"].contains(&search["stopped_because"].as_str().expect("a reason")), "{search}");
    assert!(number(&search["hypervolume"]) > 0.0 && number(&search["growth"]) < 1e-3, "{search}");
    let (found, there) = (list(&json["frontier"]), list(&whole["frontier"]));
    assert!(found.len() > there.len() * 9 / 10, "{} of {}", found.len(), there.len());
    assert_eq!(found[0], there[0], "the fastest, with every number");
    let best = |rows: &[serde_json::Value]| number(&rows[rows.len() - 1]["predictions"]["perplexity"]);
    assert_eq!(best(found), best(there), "the best within the budget");
    assert!(
        output.stderr.contains("searched, not enumerated") && output.stderr.contains("(seed 3)"),
        "{}",
        output.stderr
    );
    assert!(list(&json["warnings"]).iter().any(|warning| warning["kind"] == "searched" && warning["seed"] == 3));
    assert!(whole["search"].is_null());
}

#[test]
fn the_same_seed_finds_the_same_and_evaluations_are_limited() {
    let program = Program::new();
    let line = "search --space large --max-evaluations 3000 --max-memory 4GB --format csv";
    let (once, again) = (program.found(line).stdout, program.found(line).stdout);
    assert_eq!(once, again);
    let json = program.found("search --space large --max-evaluations 3000 --format json").json();
    assert_eq!(json["search"]["evaluations"], 3000);
    assert_eq!(
        (&json["search"]["stopped_because"], &json["search"]["of"]),
        (&"max_evaluations".into(), &8_788_451_175_u64.into())
    );
    let table = program.found("search --space large --max-evaluations 3000").stdout;
    assert!(table.contains("3,000 of 8.79 × 10⁹ candidates priced"), "{table}");
    assert!(table.contains("until the evaluations ran out"), "{table}");
}

#[test]
fn what_prices_a_whole_space_leads_to_the_search() {
    let program = Program::new();
    for line in [
        "frontier --space large",
        "export --space large --out -",
        "plan --data tiny --space large",
        "synthesize --law paper --space large --runs 10 --out -",
    ] {
        let error = program.refused(line);
        assert!(
            error.contains("8.79 × 10⁹ candidates") && error.contains("roofscape search --space large"),
            "{line}: {error}"
        );
    }
    assert!(program.found("spaces").stdout.contains("up to 256 experts"));
}

#[test]
fn nothing_feasible_is_said_of_what_was_found() {
    let program = Program::new();
    let output = program.line("search --max-total 5ms");
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("nothing feasible: the nearest needs total 21.5 ms"), "{}", output.stderr);
    let error = program.refused("search --tolerance 1");
    assert!(error.contains("from 0 to below 1"), "{error}");
}

#[test]
fn a_search_that_has_priced_everything_is_complete() {
    let program = Program::new();
    let space = "name = \"few\"\nlayers = [4, 8, 12]\nwidth = [512, 1024]\nhead_dim = 64\nkv_heads = [2]\nffn_ratio = [1, 2]\n\
                 experts = [\"1/1\"]\nvocab = 32000\ntied = true\n";
    let path = program.write("few.toml", space);
    let output = program.found(&format!("search --space {}", path.display()));
    assert!(output.stdout.contains("all 12 candidates priced: nothing is left to find"), "{}", output.stdout);
    assert!(!output.stderr.contains("searched"), "{}", output.stderr);
    let json = program.found(&format!("search --space {} --format json", path.display())).json();
    assert!(!json["warnings"].to_string().contains("searched"), "{}", json["warnings"]);
    assert_eq!((&json["search"]["evaluations"], &json["search"]["of"]), (&12.into(), &12.into()));
}

#[test]
fn evaluations_are_counted_as_people_write_them() {
    let program = Program::new();
    let json = program.found("search --max-evaluations 1e3 --format json").json();
    assert!(number(&json["search"]["evaluations"]) <= 1_000.0, "{}", json["search"]);
    for typed in ["-1", "0", "1.5", "many", "1e9"] {
        let error = program.refused(&format!("search --max-evaluations {typed}"));
        assert!(error.contains("a whole number from 1 to 10,000,000, such as 200000 or 1e6"), "{typed}: {error}");
    }
}
