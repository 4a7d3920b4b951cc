//! What is said before any screen is opened.

use super::program::Program;

#[test]
fn help_and_version_are_answers() {
    let program = Program::new();
    let help = program.found("--help");
    for wanted in [
        "frontier",
        "predict",
        "Exit codes: 0 found, 1 nothing feasible or a claim not reproduced, 2 error",
        "--precision",
        "w8a8",
    ] {
        assert!(help.stdout.contains(wanted), "{wanted}: {}", help.stdout);
    }
    assert!(program.found("--version").stdout.starts_with("roofscape "));
    let predict = program.found("predict --help").stdout;
    assert!(predict.contains("default: 151936") && predict.contains("num_hidden_layers"), "{predict}");
}

#[test]
fn options_before_a_command_are_not_lost_in_silence() {
    let program = Program::new();
    assert!(program.refused("--law paper frontier").contains("--law"));
    assert!(program.refused("--lawe paper").contains("'--law'"));
}
