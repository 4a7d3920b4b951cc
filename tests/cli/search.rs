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
    let best = |rows: &[serde_json::Value]| number(&rows[rows.len() - 1]["perplexity"]);
    assert_eq!(best(found), best(there), "the best within the budget");
    assert!(
        output.stderr.contains("searched, not enumerated") && output.stderr.contains("(seed 3)"),
        "{}",
        output.stderr
    );
    assert!(list(&json["warnings"]).iter().any(|words| words.as_str().is_some_and(|words| words.contains("(seed 3)"))));
    assert!(whole.get("search").is_none());
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
    assert!(output.stderr.contains("nothing feasible: the nearest needs total 21.7 ms"), "{}", output.stderr);
    let error = program.refused("search --tolerance 1");
    assert!(error.contains("from 0 to below 1"), "{error}");
}
