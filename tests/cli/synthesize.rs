//! Runs drawn from a law.

use super::program::Program;

/// What the file's header and its documentation promise.
#[test]
fn the_shipped_runs_are_written_again_byte_for_byte() {
    let program = Program::new();
    std::fs::create_dir(program.dir().join("datasets")).expect("a directory");
    let line =
        "synthesize --law paper --space paper --runs 170 --noise 0.062 --seed 2026 --out datasets/synthetic-170.csv";
    program.found(line);
    let written = std::fs::read_to_string(program.dir().join("datasets/synthetic-170.csv")).expect("the file");
    assert!(written == include_str!("../../datasets/synthetic-170.csv"), "{written}");
    assert!(include_str!("../../datasets/README.md").contains(&format!("roofscape {line}")));
    assert!(program.refused(line).contains("--force"));
    assert_eq!(program.found(&format!("{line} --force")).stderr, "");
}

#[test]
fn the_header_s_command_is_one_that_a_shell_takes() {
    let program = Program::new();
    let args = ["synthesize", "--runs", "3", "--tokens", "5", "--out", "my runs.csv"];
    assert_eq!(program.run(&args).code, 0);
    let text = std::fs::read_to_string(program.dir().join("my runs.csv")).expect("the file");
    assert!(text.contains("--seed 0 --tokens 5 --out 'my runs.csv'\n"), "{text}");
    assert!(program.refused("synthesize --noise=-1 --out a.csv").contains("a noise of '-1'"));
    assert!(program.refused("synthesize --runs 0 --out a.csv").contains("--runs"));
}
