//! The explorer on a machine that it recognises, and on one that it does not.

use files::resolve::DETECTED;
use roofscape::built_in;
use roofscape::explorer::headless::{Headless, text};
use roofscape::explorer::open::Choices;

fn session_on(tree: &str) -> Headless {
    let root = format!("{}/tests/sysroots/{tree}", env!("CARGO_MANIFEST_DIR"));
    let library = built_in::library().with_sysroot(Some(root.as_ref())).expect("a recorded tree");
    let fallback = Some("agx-orin-64gb".to_owned());
    let choices = Choices { profile: DETECTED.to_owned(), fallback, ..Choices::default() };
    Headless::open_in(&library, &choices, (160, 60)).expect("opens")
}

#[test]
fn the_board_that_it_runs_on_is_chosen_in_its_mode_with_its_memory() {
    let mut session = session_on("orin-nano-8gb-super");
    let shown = text(&session.frame());
    assert!(shown.contains("Orin Nano 8GB"), "{shown}");
    assert!(
        shown.contains("this machine is NVIDIA Jetson Orin Nano 8GB, mode 25W, 1.73 GB of memory in use"),
        "{shown}"
    );
    let board = session.state.board(session.state.shown());
    assert_eq!(board.modes[board.default_mode].reserved_bytes, 1_650.0 * 1_048_576.0);
    session.keys("i");
    let lines = roofscape::explorer::sources::lines(&session.state, 140);
    let words: Vec<String> = lines.iter().map(|line| format!("{} {}", line.label, line.text)).collect();
    assert!(words.iter().any(|line| line.contains("kept by system and runtime 1650 MiB") && line.contains("measured")));
    assert!(words.iter().any(|line| line.contains("this machine /proc/meminfo")), "{words:#?}");
}

#[test]
fn another_machine_opens_on_the_stand_in_and_says_so() {
    let mut session = session_on("x86-desktop");
    let shown = text(&session.frame());
    assert!(
        shown.contains("this machine is none of the known boards: NVIDIA Jetson AGX Orin 64GB stands in"),
        "{shown}"
    );
    session.keys("b");
    assert!(!text(&session.frame()).contains("none of the known boards"), "said once");
}
