//! Recognising the board, on recorded machines.

use super::program::{Output, Program, list};

fn on(program: &Program, tree: &str, line: &str) -> Output {
    let root = format!("{}/tests/sysroots/{tree}", env!("CARGO_MANIFEST_DIR"));
    let mut args: Vec<&str> = line.split_whitespace().collect();
    args.extend(["--sysroot", &root]);
    program.run(&args)
}

#[test]
fn a_board_is_shown_with_how_it_was_told() {
    let program = Program::new();
    let output = on(&program, "orin-nano-8gb-super", "profiles detect");
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
    for wanted in [
        "this machine is NVIDIA Jetson Orin Nano 8GB, mode 25W",
        "p3767-0005 (/proc/device-tree/compatible)",
        "--profile orin-nano-8gb --mode 25W",
        "7.98 GB, of which 1.73 GB used by the system now",
        "306 MHz now, at most 918 MHz",
        "R36 (release), REVISION: 4.4",
    ] {
        assert!(output.stdout.contains(wanted), "{wanted}: {}", output.stdout);
    }
    let json = on(&program, "agx-orin-64gb", "profiles detect --format json").json();
    assert_eq!(
        (&json["board"]["profile"], &json["board"]["mode"], &json["board"]["machine_mode"]),
        (&"agx-orin-64gb".into(), &"30W".into(), &"MODE_30W".into())
    );
    assert_eq!(json["memory"]["total_bytes"], 64_349_184.0 * 1024.0);
    assert_eq!(json["clocks"]["tpc_mask"], 240);
    assert!(list(&json["notes"]).is_empty());
}

#[test]
fn a_machine_that_is_no_known_board_is_an_answer() {
    let program = Program::new();
    let output = on(&program, "x86-desktop", "profiles detect");
    assert_eq!(output.code, 1, "{}", output.stderr);
    assert!(output.stdout.contains("none of the known boards"), "{}", output.stdout);
    assert!(output.stdout.contains("agx-orin-64gb stands for the board"), "{}", output.stdout);
    let output = on(&program, "broken", "profiles detect");
    assert!(
        output.stdout.contains("/sys/class/devfreq/17000000.gpu/cur_freq: not a regular file"),
        "{}",
        output.stdout
    );
    assert!(!output.stdout.contains('\u{1b}'));
    let output = on(&program, "x86-desktop", "predict --arch qwen2.5-0.5b --profile detected");
    assert_eq!((output.code, output.stdout.as_str()), (2, ""));
    assert!(output.stderr.contains("'--profile': this machine is none of the known boards"), "{}", output.stderr);
    assert!(program.refused("profiles detect --sysroot gone").contains("gone is no directory"));
}

#[test]
fn the_detected_board_can_be_named_wherever_a_board_can() {
    let program = Program::new();
    let json = on(&program, "orin-nx-16gb", "predict --arch qwen2.5-0.5b --profile detected --format json").json();
    assert_eq!(
        (&json["setting"]["profile"]["name"], &json["setting"]["mode"]),
        (&"orin-nx-16gb".into(), &"15W".into())
    );
    let shown = on(&program, "agx-orin-64gb", "profiles show detected --mode 30W").stdout;
    for wanted in ["built in; recognised on this machine by p3701-0005", "4235 MiB", "measured", "/proc/meminfo"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let json = program.found("predict --arch qwen2.5-0.5b --format json").json();
    assert_eq!(json["setting"]["profile"]["name"], "agx-orin-64gb", "scripts say what they mean");
}

#[test]
fn another_root_means_the_same_wherever_it_stands() {
    let program = Program::new();
    let root = format!("--sysroot={}/tests/sysroots/orin-nx-16gb", env!("CARGO_MANIFEST_DIR"));
    let (name, path) = root.split_once('=').expect("an option with a value");
    for before in [vec![root.as_str()], vec![name, path]] {
        let rest = ["predict", "--arch", "qwen2.5-0.5b", "--profile", "detected", "--format", "json"];
        let json = program.run(&[before.as_slice(), &rest].concat()).json();
        assert_eq!(json["setting"]["profile"]["name"], "orin-nx-16gb");
        let between = [&["profiles"], before.as_slice(), &["detect", "--format", "json"]].concat();
        assert_eq!(program.run(&between).json()["board"]["profile"], "orin-nx-16gb");
    }
}

#[test]
fn another_root_that_changes_nothing_is_refused() {
    let program = Program::new();
    let what =
        "roofscape: '--sysroot': nothing that was asked for looks at a machine, so this would change nothing\n  try: ";
    for (line, hint) in [
        ("frontier --max-total 100ms", "--profile detected, or roofscape profiles detect"),
        ("predict --arch qwen2.5-0.5b --profile rtx-4090", "--profile detected, or roofscape profiles detect"),
        ("models", "roofscape profiles detect, or leave it out"),
        ("--profile rtx-4090", "leave --profile out, or --profile detected"),
    ] {
        let output = on(&program, "orin-nx-16gb", line);
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{line}");
        assert_eq!(output.stderr, format!("{what}{hint}\n"), "{line}");
    }
}

#[test]
fn a_throttled_machine_is_said_wherever_it_is_predicted() {
    let program = Program::new();
    for (file, text) in [
        ("proc/device-tree/compatible", "nvidia,p3768-0000+p3767-0005-super\0nvidia,p3767-0005\0nvidia,tegra234\0"),
        ("proc/device-tree/model", "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super\0"),
        ("proc/meminfo", "MemTotal:        7800000 kB\nMemAvailable:    9000000 kB\n"),
        ("sys/class/devfreq/17000000.gpu/max_freq", "408000000\n"),
        ("etc/nvpmodel.conf", include_str!("../sysroots/orin-nano-8gb-super/etc/nvpmodel.conf")),
        ("var/lib/nvpmodel/status", include_str!("../sysroots/orin-nano-8gb-super/var/lib/nvpmodel/status")),
    ] {
        program.write(&format!("root/{file}"), text);
    }
    let words = "the GPU clock is limited to 408 MHz now, below the 918 MHz of mode 25W";
    let detected = program.found("profiles detect --sysroot root").stdout;
    assert!(detected.contains(&format!("{words}: expect longer latencies")), "{detected}");
    let memory = "what the system uses is not known (MemAvailable is 9.22 GB, more than the 7.99 GB of MemTotal in \
                  /proc/meminfo): nothing counts as reserved";
    assert!(detected.contains(memory), "{detected}");
    let wanted = format!("on this machine {words}: latencies are predicted for the mode's clocks, and will be longer");
    for command in ["predict --arch qwen2.5-0.5b", "frontier --max-total 1s"] {
        let warned = program.found(&format!("{command} --profile detected --sysroot root")).stderr;
        assert_eq!(warned.matches(&wanted).count(), 1, "{warned}");
    }
    let elsewhere = program.found("predict --arch qwen2.5-0.5b --profile detected --mode 7W --sysroot root").stderr;
    assert!(!elsewhere.contains("on this machine"), "{elsewhere}");
}
