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
    assert!(output.stdout.contains("roofscape profiles new --like NAME --out my-board.toml"), "{}", output.stdout);
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

/// A machine of a few files below `root`.
fn machine(program: &Program, files: &[(&str, &str)]) {
    for (file, text) in files {
        program.write(&format!("root/{file}"), text);
    }
}

/// Two modes of the board that is emulated, with its clocks.
const NX_MODES: &str = "< POWER_MODEL ID=0 NAME=MAXN >\nTPC_POWER_GATING TPC_PG_MASK 240\nGPU MAX_FREQ 918000000\n\
                        EMC MAX_FREQ 3200000000\n< POWER_MODEL ID=2 NAME=MODE_15W >\n\
                        TPC_POWER_GATING TPC_PG_MASK 252\nGPU MAX_FREQ 612000000\nEMC MAX_FREQ 3200000000\n\
                        < PM_CONFIG DEFAULT=2 >\n";

/// The developer kit of AGX Orin can be flashed as each of the smaller modules, and then is as fast as that one.
#[test]
fn a_kit_that_emulates_another_module_is_that_module() {
    for (module, profile) in [
        ("p3767-0000", "orin-nx-16gb"),
        ("p3767-0001", "orin-nx-8gb"),
        ("p3767-0003", "orin-nano-8gb"),
        ("p3767-0004", "orin-nano-4gb"),
        ("p3701-0004", "agx-orin-32gb"),
    ] {
        let program = Program::new();
        let both = format!("p3701-0000-as-{module}");
        machine(
            &program,
            &[
                ("proc/device-tree/model", "NVIDIA Jetson AGX Orin Developer Kit\0"),
                (
                    "proc/device-tree/compatible",
                    &format!("nvidia,p3737-0000+{both}\0nvidia,p3701-0000\0nvidia,tegra234\0"),
                ),
                ("proc/meminfo", "MemTotal: 64349184 kB\nMemAvailable: 58000000 kB\n"),
            ],
        );
        let json = program.found("profiles detect --sysroot root --format json").json();
        assert_eq!(json["board"]["profile"], profile);
        assert_eq!(json["board"]["recognised_by"][0]["value"], both.as_str());
        let said = format!("this p3701-0000 emulates the module {module}");
        assert!(list(&json["notes"]).iter().any(|note| note.as_str().is_some_and(|note| note.starts_with(&said))));
    }
    // Older device trees say it in the name of their source alone.
    let program = Program::new();
    machine(
        &program,
        &[
            ("proc/device-tree/compatible", "nvidia,p3737-0000+p3701-0000\0nvidia,p3701-0000\0"),
            ("proc/device-tree/nvidia,dtsfilename", "/x/tegra234-p3737-0000+p3701-0000-as-p3767-0000.dts\0"),
            ("proc/meminfo", "MemTotal: 15700000 kB\nMemAvailable: 14000000 kB\n"),
            ("etc/nvpmodel.conf", NX_MODES),
            ("var/lib/nvpmodel/status", "pmode:0002 fmode:quiet\n"),
        ],
    );
    let json = program.found("profiles detect --sysroot root --format json").json();
    assert_eq!((&json["board"]["profile"], &json["board"]["mode"]), (&"orin-nx-16gb".into(), &"15W".into()));
    // One that nobody knows is not taken for the kit that it runs on.
    machine(
        &program,
        &[
            ("proc/device-tree/model", "NVIDIA Jetson AGX Orin Developer Kit\0"),
            ("proc/device-tree/compatible", "nvidia,p3701-0000-as-pxxxx\0nvidia,p3701-0000\0"),
            ("proc/device-tree/nvidia,dtsfilename", ""),
            ("proc/meminfo", "MemTotal: 64349184 kB\nMemAvailable: 58000000 kB\n"),
        ],
    );
    assert_eq!(program.line("profiles detect --sysroot root").code, 1);
}

/// The template of `MLPerf` submissions: one mode of one's own, where no file of the kernel tells its memory clock.
#[test]
fn hw_custom_mode_emc() {
    let program = Program::new();
    let conf = "< PARAM TYPE=FILE NAME=EMC >\nMAX_FREQ /sys/kernel/nvpmodel_emc_cap/emc_iso_cap\n\n\
                < POWER_MODEL ID=0 NAME=MAX_Q >\nCPU_ONLINE CORE_0 1\nTPC_POWER_GATING TPC_PG_MASK 0\n\
                CPU_A78_0 MAX_FREQ 1113600\nGPU MIN_FREQ 714000000\nGPU MAX_FREQ 714000000\nEMC MAX_FREQ 2133000000\n\n\
                < PM_CONFIG DEFAULT=0 >\n";
    machine(
        &program,
        &[
            ("etc/nvpmodel.conf", conf),
            ("proc/meminfo", "MemTotal:       64349972 kB\nMemAvailable:   58000000 kB\n"),
            ("proc/device-tree/model", "NVIDIA Jetson AGX Orin Developer Kit\0"),
            ("proc/device-tree/compatible", "nvidia,p3737-0000+p3701-0005\0nvidia,p3701-0005\0nvidia,tegra234\0"),
            ("var/lib/nvpmodel/status", "pmode:0000 fmode:fanNull\n"),
        ],
    );
    let shown = program.found("profiles detect --sysroot root").stdout;
    assert!(shown.contains("mode MAX_Q") && shown.contains("--profile detected: its mode MAX_Q"), "{shown}");
    let said = "'MAX_Q' is no mode of the profile: it is priced by its own clocks, 16 SMs at 714 MHz · 136.5 GB/s";
    assert!(shown.contains(said), "{shown}");
    // 16 SMs × 2048 × 714 MHz, and 256 bit / 8 × 2 × 2133 MHz.
    let json = program.found("profiles show detected --mode MAX_Q --sysroot root --format json").json();
    let si = |key: &str| super::program::number(&json["modes"][0][key]["si"]);
    assert!((si("fp16") / 23.396_736e12 - 1.0).abs() < 1e-3 && (si("int8") / (2.0 * 23.396_736e12) - 1.0).abs() < 1e-3);
    assert!((si("bandwidth") / 136.512e9 - 1.0).abs() < 1e-3);
    assert_eq!(json["modes"][0]["cpu_clock"]["si"], 1_113_600_000.0);
    assert_eq!(json["modes"][0]["watts"], serde_json::Value::Null);
    let decode_s = |board: &str| {
        let json = program.found(&format!("predict --arch qwen2.5-0.5b --format json {board}")).json();
        super::program::number(&json["predictions"]["decode_s"])
    };
    let slower = decode_s("--profile detected --sysroot root") / decode_s("--profile agx-orin-64gb --mode 50W");
    assert!((slower / (204.8 / 136.5) - 1.0).abs() < 2e-3, "{slower}");
}

/// As `nvpmodel -q` prints it.
#[test]
fn hw_mode_name() {
    let program = Program::new();
    let mode = |profile: &str, mode: &str| {
        let args = ["predict", "--arch", "qwen2.5-0.5b", "--format", "json", "--profile", profile, "--mode", mode];
        let output = program.run(&args);
        assert_eq!(output.code, 0, "{mode}: {}", output.stderr);
        output.json()["setting"]["mode"].as_str().map(str::to_owned)
    };
    for typed in ["MODE_30W", "mode_30w", "30w", "NV Power Mode: MODE_30W", " 30W "] {
        assert_eq!(mode("agx-orin-64gb", typed).as_deref(), Some("30W"), "{typed}");
    }
    assert_eq!(mode("orin-nano-8gb", "MODE_15W").as_deref(), Some("15W"));
    assert_eq!(mode("orin-nano-8gb", "maxn super").as_deref(), Some("MAXN_SUPER"));
    assert_eq!(mode("orin-nano-8gb", "MODE_15W-standard").as_deref(), Some("15W-standard"));
    let refused =
        |mode: &str| program.refused(&format!("predict --arch qwen2.5-0.5b --profile agx-orin-64gb --mode {mode}"));
    assert!(refused("30").contains("try: '30W'"), "{}", refused("30"));
    assert!(refused("MODE_31W").contains("try: '30W'"), "{}", refused("MODE_31W"));
    let numbered = refused("2");
    assert!(numbered.contains("the name that `nvpmodel -q` prints beside that number"), "{numbered}");
}

/// A card that no profile describes: its name, what to start from, and a profile to edit that works at once.
#[test]
fn hw_unknown_gpu() {
    let program = Program::new();
    let card = "NVIDIA GeForce RTX 4060 Laptop GPU";
    machine(
        &program,
        &[
            ("proc/meminfo", "MemTotal:       32600000 kB\nMemAvailable:   28000000 kB\n"),
            (
                "proc/driver/nvidia/gpus/0000:01:00.0/information",
                &format!("Model: \t\t {card}\nIRQ:   \t\t 148\nBus Type: \t PCIe\n"),
            ),
        ],
    );
    let output = program.line("profiles detect --sysroot root");
    assert_eq!(output.code, 1);
    let command = "roofscape profiles new --like rtx-4060 --out rtx-4060-laptop-gpu.toml";
    for wanted in [&format!("this machine ({card}) is none of the known boards"), command, "rtx-4060, for RTX 4060"] {
        assert!(output.stdout.contains(wanted), "{wanted}: {}", output.stdout);
    }
    let error = program.refused("predict --arch qwen2.5-0.5b --profile detected --sysroot root");
    assert!(error.contains(card) && error.contains(command), "{error}");
    // The command as printed.
    let printed = command.strip_prefix("roofscape ").expect("the program's name");
    let written = program.found(&format!("{printed} --sysroot root"));
    assert!(written.stdout.contains("roofscape profiles show rtx-4060-laptop-gpu.toml"), "{}", written.stdout);
    let text = std::fs::read_to_string(program.dir().join("rtx-4060-laptop-gpu.toml")).expect("a file");
    assert!(text.contains(&format!("cards = [\"{card}\"]")) && text.contains(&format!("title = \"{card}\"")), "{text}");
    let shown = program.found("profiles show rtx-4060-laptop-gpu.toml").stdout;
    assert!(shown.contains("copied from rtx-4060, where it is stated") && !shown.contains("  stated "), "{shown}");
    let json = program.found("predict --arch qwen2.5-0.5b --profile rtx-4060-laptop-gpu.toml --format json").json();
    assert_eq!(json["setting"]["profile"]["name"], "rtx-4060-laptop-gpu");
    // It is not written over, and among the user's own it is detected.
    let refused = program.refused(&format!("{printed} --sysroot root"));
    assert!(refused.contains("the file exists already") && refused.contains("--force"), "{refused}");
    program.found(&format!("{printed} --force --sysroot root"));
    let folder = if cfg!(target_os = "macos") { "Library/Application Support/roofscape" } else { "config/roofscape" };
    program.write(&format!("{folder}/profiles/rtx-4060-laptop-gpu.toml"), &text);
    let json = program.found("profiles detect --sysroot root --format json").json();
    assert_eq!(json["board"]["profile"], "rtx-4060-laptop-gpu");
}

#[test]
fn a_new_profile_has_the_name_and_the_memory_of_the_machine_that_it_describes() {
    let program = Program::new();
    machine(
        &program,
        &[
            ("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0"),
            ("proc/device-tree/compatible", "raspberrypi,4-model-b\0brcm,bcm2711\0"),
            ("proc/meminfo", "MemTotal: 3884360 kB\nMemAvailable: 3200000 kB\n"),
        ],
    );
    let text = program.found("profiles new --like raspberry-pi-5 --out - --sysroot root").stdout;
    for wanted in ["models = [\"Raspberry Pi 4 Model B Rev 1.4\"]", "value = 4, unit = \"GiB\"", "kind = \"measured\""]
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    program.write("pi4.toml", &text);
    program.found("profiles show pi4.toml");
    // Of another board, whose names would make this machine that board, they are only offered.
    let text = program.found("profiles new --like orin-nx-16gb --out - --sysroot root").stdout;
    assert!(text.contains("# models = [\"Raspberry Pi 4") && !text.contains("measured\", source"), "{text}");
    let error = program.refused("profiles new --like agx-orin-64gb+edge-llm --out -");
    assert!(error.contains("is a calibration") && error.contains("try: --like agx-orin-64gb"), "{error}");
    assert!(program.refused("profiles new --like orin-nx --out -").contains("orin-nx-16gb"));
}

#[test]
fn a_card_beside_the_board_is_mentioned() {
    let program = Program::new();
    machine(
        &program,
        &[
            ("proc/device-tree/compatible", "nvidia,p3737-0000+p3701-0005\0nvidia,p3701-0005\0"),
            ("proc/meminfo", "MemTotal: 64349184 kB\nMemAvailable: 58000000 kB\n"),
            ("sys/class/devfreq/17000000.gpu/max_freq", "1300500000\n"),
            ("proc/driver/nvidia/gpus/0000:00:00.0/information", "Model: \t\t Orin (nvgpu)\n"),
            ("proc/driver/nvidia/gpus/0005:01:00.0/information", "Model: \t\t NVIDIA GeForce RTX 4090\n"),
            ("proc/driver/nvidia/gpus/0006:01:00.0/information", "Model: \t\t NVIDIA RTX A6000\n"),
        ],
    );
    let json = program.found("profiles detect --sysroot root --format json").json();
    assert_eq!(json["board"]["profile"], "agx-orin-64gb");
    assert_eq!(
        list(&json["notes"])[1..],
        [
            "NVIDIA GeForce RTX 4090 is in this machine too, and is not in these figures: --profile rtx-4090 is it",
            "NVIDIA RTX A6000 is in this machine too, and is not in these figures: none of the known boards",
        ]
    );
}

/// Their GPUs have the machine's memory, which detection measures.
#[test]
fn computers_whose_gpu_shares_the_memory_are_told() {
    let memory = ("proc/meminfo", "MemTotal: 125829120 kB\nMemAvailable: 119537664 kB\n");
    for (file, text, profile) in [
        ("proc/driver/nvidia/gpus/000f:01:00.0/information", "Model: \t\t NVIDIA GB10\n", "dgx-spark"),
        ("proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD RYZEN AI MAX+ 395 w/ Radeon 8060S\n", "strix-halo"),
    ] {
        let program = Program::new();
        machine(&program, &[memory, (file, text)]);
        let json = program.found("profiles detect --sysroot root --format json").json();
        assert_eq!(json["board"]["profile"], profile);
        let json = program.found("predict --arch qwen2.5-0.5b --profile detected --sysroot root --format json").json();
        assert_eq!(json["memory"]["board_bytes"], 120.0 * 1_073_741_824.0);
    }
}
