//! Boards and their figures.

#[cfg(not(target_os = "macos"))]
use engine::text::width;

use super::program::{Program, list, number};

#[test]
fn profiles_are_listed_and_a_broken_one_hides_no_other() {
    let program = Program::new();
    for line in ["profiles", "profiles list"] {
        let text = program.found(line).stdout;
        assert!(text.contains("agx-orin-64gb") && text.contains("NVIDIA Jetson Orin Nano 8GB"), "{text}");
    }
    let json = program.found("profiles --format json").json();
    assert!(list(&json["profiles"]).iter().any(|item| item["name"] == "orin-nx-16gb" && item["origin"] == "built in"));
    if !cfg!(target_os = "macos") {
        program.write("config/roofscape/profiles/broken.toml", "name = 3");
        let output = program.found("profiles");
        assert!(output.stdout.contains("agx-orin-64gb") && output.stdout.contains("cannot be used"));
        assert!(output.stderr.contains("broken.toml"), "{}", output.stderr);
    }
}

#[test]
fn every_figure_is_shown_with_how_it_is_known() {
    let program = Program::new();
    let text = program.found("profiles show agx-orin-64gb").stdout;
    for wanted in ["mode MAXN", "85 TOP/s", "stated", "204.8 GB/s", "measured", "derived", "2026-", "[1]", "https://"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let json = program.found("profiles show orin-nano-8gb --mode 15W --format json").json();
    let [mode] = list(&json["modes"]) else { panic!("one mode") };
    assert_eq!((&mode["name"], &json["default_mode"]), (&"15W".into(), &"25W".into()));
    assert_eq!((&mode["bandwidth"]["si"], &mode["bandwidth"]["kind"]), (&68.3e9.into(), &"derived".into()));
    assert!(program.refused("profiles show agx-orin").contains("agx-orin-64gb"));
    assert!(program.refused("profiles show agx-orin-64gb --mode 99W").contains("no power mode '99W'"));
}

/// The configuration directory follows `XDG_CONFIG_HOME` everywhere but on macOS.
#[cfg(not(target_os = "macos"))]
#[test]
fn a_name_of_wide_characters_does_not_shift_its_row() {
    let program = Program::new();
    let law = std::fs::read_to_string("datasets/paper-law.toml").expect("the paper's law");
    program.write("config/roofscape/laws/训练律.toml", &law);
    let listed = program.found("laws").stdout;
    let what = |name: &str| {
        let line = listed.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {listed}"));
        width(&line[..line.find("Sun et al.").expect("a source")])
    };
    assert_eq!(what("训练律"), what("paper"), "{listed}");
}

#[test]
fn laws_and_spaces_are_listed() {
    let program = Program::new();
    assert!(program.found("laws").stdout.contains("Table 6"));
    for line in ["laws", "spaces", "profiles", "profiles list"] {
        let text = program.found(&format!("{line} --format csv")).stdout;
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("name,title,origin,error"), "{line}");
        assert!(lines.clone().count() > 0 && lines.all(|line| line.contains(",built in,")), "{text}");
    }
    let spaces = program.found("spaces --format json").json();
    assert_eq!((&spaces["spaces"][0]["name"], &spaces["spaces"][1]["name"]), (&"large".into(), &"paper".into()));
}

#[test]
fn boards_are_ranked_for_a_model_of_a_file() {
    let program = Program::new();
    program.write(
        "mine/config.json",
        "{\"model_type\": \"qwen2\", \"hidden_size\": 896, \"intermediate_size\": 4864, \"num_hidden_layers\": 24, \
         \"num_attention_heads\": 14, \"num_key_value_heads\": 2, \"vocab_size\": 151936, \"tie_word_embeddings\": true}",
    );
    let ranked = |asked: &str| {
        program.found(&format!("profiles rank {asked} --max-total 200ms --format json")).json()["ranking"].clone()
    };
    assert_eq!(ranked("--model mine"), ranked("--arch qwen2.5-0.5b"));
    assert_eq!(ranked("--model qwen2.5-0.5b"), ranked("--arch qwen2.5-0.5b"));
    let both = program.refused("profiles rank --model mine --arch qwen2.5-0.5b --max-total 200ms");
    assert!(both.contains("cannot be used with"), "{both}");
}

/// What is needed is rounded up, in the columns as in the verdict.
#[test]
fn a_rank_s_columns_and_verdicts_say_the_same_numbers() {
    let program = Program::new();
    let rank = "profiles rank --arch qwen2.5-0.5b --max-total 1ms --max-memory 100MB";
    let output = program.line(rank);
    assert_eq!(output.code, 1, "{}", output.stderr);
    let rows = output.stdout.lines().filter(|line| line.contains("fails: total "));
    let milliseconds = |verdict: &str| {
        let (number, unit) = verdict.split_once(' ').expect("a number and its unit");
        let scale = if unit.starts_with("ms") { 1.0 } else { 1000.0 };
        number.parse::<f64>().expect("a number") * scale
    };
    let mut counted = 0;
    for row in rows {
        let (columns, verdict) = row.split_once("fails: total ").expect("a verdict");
        let words: Vec<&str> = columns.split_whitespace().collect();
        let total = words[3].parse::<f64>().expect("total ms");
        assert!((total - milliseconds(verdict)).abs() < 1e-6 * total, "{row}");
        counted += 1;
    }
    assert!(counted > 30, "{}", output.stdout);
}

/// Operating system and runtime keep some of the memory, and every profile says how much and how that is known.
#[test]
fn truth_reserved_something_is_kept_and_said() {
    let program = Program::new();
    let nano = program.found("frontier --profile orin-nano-8gb --format json").json();
    let profile = &nano["setting"]["profile"];
    assert_eq!((number(&profile["reserved_bytes"]), number(&profile["memory_bytes"])), (1.5e9, 7607.0 * 1_048_576.0));
    for entry in list(&nano["frontier"]) {
        let needed = number(&entry["predictions"]["memory_bytes"]);
        assert!(needed > 1.5e9, "what is reserved is part of it");
        assert_eq!(entry["fits_memory"], needed <= 7607.0 * 1_048_576.0);
    }
    assert!(program.found("predict --arch qwen2.5-0.5b --profile orin-nano-8gb").stdout.contains("reserved 1.50 GB"));
    for listed in list(&program.found("profiles --format json").json()["profiles"]) {
        let name = listed["name"].as_str().expect("a name");
        let shown = program.found(&format!("profiles show {name} --format json")).json();
        let reserved = &shown["memory"]["reserved"];
        assert!(number(&reserved["value"]) > 0.0, "{name}: {reserved}");
        assert!(reserved["kind"] == "assumed" || !reserved["source"].is_null(), "{name}: {reserved}");
    }
}
