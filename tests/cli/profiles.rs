//! Boards and their figures.

use super::program::{Program, list};

#[test]
fn profiles_are_listed_and_a_broken_one_hides_no_other() {
    let program = Program::new();
    for line in ["profiles", "profiles list"] {
        let text = program.found(line).stdout;
        assert!(text.contains("agx-orin-64gb") && text.contains("NVIDIA Jetson Orin Nano 8GB"), "{text}");
    }
    let json = program.found("profiles --format json").json();
    assert!(list(&json).iter().any(|item| item["name"] == "orin-nx-16gb" && item["origin"] == "built in"));
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
    assert_eq!(program.found("spaces --format json").json()[0]["name"], "paper");
}
