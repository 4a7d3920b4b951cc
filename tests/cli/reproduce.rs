//! The paper's claims: verdicts, exit codes, and that docs/reproduced.md says what the program says.

use super::program::{Program, list, number};

const DOCUMENT: &str = include_str!("../../docs/reproduced.md");

#[test]
fn the_published_law_gives_what_the_document_says() {
    let markdown = Program::new().found("reproduce --format markdown").stdout;
    let is_timing = |line: &str| line.starts_with("| C9 |");
    for line in markdown.lines().filter(|line| !is_timing(line)) {
        assert!(DOCUMENT.lines().any(|written| written == line), "not in docs/reproduced.md:\n{line}");
    }
    let timing = DOCUMENT.lines().find(|line| is_timing(line)).expect("a row for C9");
    let before_time = markdown.lines().find(|line| is_timing(line)).expect("a row for C9").split(" in ").next();
    assert!(before_time.is_some_and(|text| timing.starts_with(text)), "{timing}");
}

#[test]
fn scripts_get_every_figure_with_what_it_is_of() {
    let output = Program::new().found("reproduce --format json");
    assert_eq!(output.stderr, "");
    let json = output.json();
    assert_eq!((&json["reproduced"], &json["published_law"]), (&true.into(), &true.into()));
    assert_eq!((&json["candidates"], &json["setting"]["workload"]["prompt_tokens"]), (&10_560.into(), &1024.into()));
    assert_eq!(json["precisions"], serde_json::json!(["fp16", "w8a8"]));
    assert_eq!(
        (&json["setting"]["profile"]["name"], &json["setting"]["mode"]),
        (&"agx-orin-64gb".into(), &"MAXN".into())
    );
    let claims = list(&json["claims"]);
    let verdicts: Vec<&str> = claims.iter().filter_map(|claim| claim["verdict"].as_str()).collect();
    let part = "holds-in-part";
    assert_eq!(verdicts, ["differs", part, part, "holds", "holds", "holds", "not-testable", part, part]);
    let first = &list(&claims[0]["checks"])[0];
    assert_eq!((&first["outcome"], &first["expected"]), (&"fails".into(), &"fails".into()));
    let own: Vec<&str> = list(&claims[0]["checks"]).iter().filter_map(|check| check["stated_by"].as_str()).collect();
    assert_eq!(own, ["paper", "us", "us"]);
    assert!(first["reason"].as_str().is_some_and(|reason| reason.contains("always dense")));
    let share = &list(&first["figures"])[1];
    assert_eq!((&share["precision"], &share["objective"]), (&"fp16".into(), &"decode".into()));
    assert!((number(&share["value"]) - 99.0).abs() < 0.1, "{share}");
    let errata = list(&json["errata"]);
    assert_eq!(errata.len(), 8);
    assert!(errata.iter().all(|erratum| erratum["confirmed"] == true));
    let d3 = errata[0]["evidence"].as_str().expect("words");
    assert!(d3.contains("ρ 0.250") && d3.contains("0.275"), "{d3}");
}

#[test]
fn people_read_it_in_80_columns() {
    let table = Program::new().found("reproduce").stdout;
    let claims = table.split_once("\nC1 ").expect("claims below the setting").1;
    for line in claims.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(table.contains("3 of 9 claims hold, 4 in part, 1 differs, 1 cannot be tested"), "{table}");
    assert!(table.contains("C7  not testable\n") && table.contains("    unknown  on WikiText-2"), "{table}");
}

#[test]
fn a_law_that_does_not_give_the_claims_is_told_which() {
    let program = Program::new();
    let tampered = include_str!("../../datasets/paper-law.toml").replace("alpha_rho = 1.09", "alpha_rho = 0");
    let law = program.write("tampered.toml", &tampered);
    let output = program.line(&format!("reproduce --law {}", law.display()));
    assert_eq!(output.code, 1, "{}", output.stderr);
    let sentence = "roofscape: C1 should hold and does not: (ours) at least 90 % of the members are MoE on every \
                    frontier; here: fp16 0 / 0 / 0, w8a8 0 / 0 / 0 %\n";
    assert!(output.stderr.contains(sentence), "{}", output.stderr);
    assert!(
        output.stdout.contains("C1  differs, by more than it should: 2 of 2 expected statements fail"),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains("not the published law"), "{}", output.stdout);
    assert!(output.stderr.contains("within twice the fastest latency; here: the slowest is at "), "{}", output.stderr);
    let json = program.line(&format!("reproduce --law {} --format json", law.display()));
    assert_eq!((json.code, &json.json()["reproduced"]), (1, &false.into()));
}

/// Without a term in ρ nothing speaks for experts: every member is dense, and there is no share of them to take.
#[test]
fn rel_nan_reproduce_where_no_member_is_a_mixture() {
    let program = Program::new();
    let paper = include_str!("../../datasets/paper-law.toml");
    let line = paper.lines().find(|line| line.starts_with("kappa_rho = ")).expect("the factor of ρ");
    let law = program.write("dense.toml", &paper.replace(line, "kappa_rho = 0"));
    let reproduce = |format| program.line(&format!("reproduce --law {} --format {format}", law.display()));
    let [table, markdown, json] = ["table", "markdown", "json"].map(reproduce);
    for output in [&table, &markdown, &json] {
        assert_eq!(output.code, 1, "{}", output.stderr);
        assert!(!output.stdout.contains("NaN"), "{}", output.stdout);
        assert!(!output.stderr.contains("NaN") && !output.stderr.contains("C4"), "{}", output.stderr);
    }
    let words = table.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("C4 not testable paper top-1 routing is preferred here no member is MoE"), "{words}");
    let unknown = "unknown most MoE members are top-1 on every frontier (no member is MoE)";
    assert!(words.contains(unknown), "{words}");
    let row = "| C4 | top-1 routing is preferred | no member is MoE | not testable |";
    assert!(markdown.stdout.contains(row), "{}", markdown.stdout);
    let document = json.json();
    let claim = &list(&document["claims"])[3];
    assert_eq!((&claim["verdict"], &claim["measured"]), (&"not-testable".into(), &"no member is MoE".into()));
    let check = &list(&claim["checks"])[0];
    assert_eq!((&check["outcome"], &check["expected"]), (&"not-testable".into(), &"holds".into()));
    assert!(list(&check["figures"]).iter().all(|figure| figure["value"].is_null()), "{check}");
}

/// A reason is one where its figures are: here 8 % of the members have 8 experts, which is no indifference.
#[test]
fn what_is_known_of_one_board_explains_nothing_on_another() {
    let program = Program::new();
    let output = program.line("reproduce --mode 15W");
    assert_eq!(output.code, 1, "{}", output.stderr);
    let words = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!words.contains("indifferent") && words.contains("they do not wait for memory in prefill"), "{words}");
    assert!(words.contains("C3 holds in part, less than it should: "), "{words}");
    assert!(words.contains("come out worse than they should") || words.contains("comes out worse than it should"));
    assert!(words.contains("not seen FP16: 90 % of the prefill frontier"), "{words}");
    let json = program.line("reproduce --mode 15W --format json").json();
    let third = &list(&json["claims"])[2];
    assert_eq!((&third["verdict"], &third["as_expected"]), (&"holds-in-part".into(), &false.into()));
    let output = program.line("reproduce --profile rtx-4090");
    let words = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let sixth = words.split_once("C6 ").and_then(|(_, rest)| rest.split_once("C7 ")).expect("both claims").0;
    assert!(sixth.starts_with("differs, and should not: 1 of 1 expected statements fail"), "{sixth}");
    assert!(!sixth.contains("cannot reach 2"), "{sixth}");
    let reason = "(this board computes 4 times as fast in INT8, and what computing binds gains as much)";
    assert!(sixth.contains(reason) && !sixth.contains("no reason is known here"), "{sixth}");
}

/// The paper does not say which Orin it used; it was none in a mode that computes little for its bandwidth.
#[test]
fn every_orin_at_full_power_gives_the_same_and_one_that_computes_little_does_not() {
    let program = Program::new();
    let full = [
        ("agx-orin-32gb", "MAXN"),
        ("agx-orin-industrial", "MAXN"),
        ("orin-nx-16gb", "MAXN"),
        ("orin-nx-8gb", "MAXN"),
        ("orin-nano-8gb", "MAXN_SUPER"),
        ("orin-nano-4gb", "MAXN_SUPER"),
    ];
    for (profile, mode) in full {
        let output = program.found(&format!("reproduce --profile {profile} --mode {mode}"));
        assert!(
            output.stdout.contains("3 of 9 claims hold, 4 in part, 1 differs, 1 cannot be tested"),
            "{profile}: {}",
            output.stdout
        );
        assert!(output.stdout.contains("the paper does not name its Orin"), "{}", output.stdout);
    }
    let output = program.line("reproduce --mode 30W");
    assert_eq!(output.code, 1, "{}", output.stderr);
    assert!(output.stderr.contains("C3 should hold and does not: in prefill most members have 8 experts"));
    assert!(
        output
            .stderr
            .contains("note: C8 is better than expected: it holds that (ours) in the operator model most members")
    );
}

#[test]
fn what_the_claims_cannot_be_asked_of_is_refused() {
    let program = Program::new();
    assert_eq!(
        program.refused("reproduce --profile apple-m4"),
        "roofscape: '--profile': the claims are about fp16 and w8a8: apple-m4 default cannot compute w8a8: its profile has no \
         int8 rate\n  expected: a board that computes in both\n"
    );
    let paper = include_str!("../../datasets/paper-law.toml");
    let (head, rest) = paper.split_once("[coefficients]").expect("a table of coefficients");
    let range = rest.split_once("[quality]").expect("a table after it").1;
    let coefficients = "kappa_active = 400\nalpha_active = 0.3\nkappa_total = 100\nalpha_total = 0.3\nl_inf = 1.7\n";
    let text = format!("{head}form = \"active-total\"\n[coefficients]\n{coefficients}\n[quality]{range}");
    let law = program.write("other.toml", &text);
    let error = program.refused(&format!("reproduce --law {}", law.display()));
    let words = "'--law': the claims are about Eq. 2, and the law 'paper' is active, total\n  expected: a law of the form 'eq2'";
    assert!(error.contains(words), "{error}");
}
