//! Against trees as the kernel and NVIDIA's tools write them; `tests/sysroots/README.md` says where they come from.

use std::fs;
use std::path::Path;

use super::*;
use crate::catalog::Kind;
use crate::fixtures;
use crate::profile::Evidence as Known;
use crate::resolve::Library;

fn at(library: &Library, root: &Path) -> Result<(Detection, Option<Profile>)> {
    let (detection, machine) = library.clone().with_sysroot(Some(root))?.detect()?;
    Ok((detection, machine.map(|(_, profile)| profile)))
}

fn on(tree: &str) -> (Detection, Option<Profile>) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/sysroots/").to_owned() + tree;
    at(&fixtures::library(), root.as_ref()).unwrap()
}

/// A machine that is described by a few files.
fn machine(files: &[(&str, &str)]) -> (Detection, Option<Profile>) {
    machine_of(&fixtures::library(), files).unwrap()
}

fn machine_of(library: &Library, files: &[(&str, &str)]) -> Result<(Detection, Option<Profile>)> {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    at(library, dir.path())
}

/// The user's own profiles, each a built-in one under another name with another identity.
fn with_own(own: &[(&str, &str)]) -> (tempfile::TempDir, Library) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("profiles")).unwrap();
    for (name, identity) in own {
        let text = fixtures::built_in().named(Kind::Profile, "orin-nano-8gb").unwrap().text;
        let (top, rest) = text.split_once("[identity]").unwrap();
        let (_, rest) = rest.split_once("[sources").unwrap();
        let text = format!("{top}{identity}\n[sources{rest}")
            .replace("name = \"orin-nano-8gb\"", &format!("name = \"{name}\""));
        fs::write(dir.path().join(format!("profiles/{name}.toml")), text).unwrap();
    }
    let library = Library { user_dir: Some(dir.path().to_owned()), ..fixtures::library() };
    (dir, library)
}

const ACME: [(&str, &str); 2] = [
    ("proc/device-tree/compatible", "acme,edge-box-v2\0acme,edge-box\0nvidia,p3767-0001\0"),
    ("proc/meminfo", "MemTotal: 7789568 kB\nMemAvailable: 6000000 kB\n"),
];

#[test]
fn a_board_of_the_user_s_own_is_detected() {
    let (_dir, library) = with_own(&[("acme", "[identity]\nmodules = [\"acme,edge-box\"]")]);
    let (detection, machine) = machine_of(&library, &ACME).unwrap();
    let board = detection.board.unwrap();
    assert_eq!((board.profile.as_str(), board.recognised_by[0].value.as_str()), ("acme", "acme,edge-box"));
    assert_eq!(machine.unwrap().memory.usable_bytes(), 7_607.0 * 1_048_576.0);
    let (detection, _) = machine_of(&fixtures::library(), &ACME).unwrap();
    assert_eq!(detection.board.unwrap().profile, "orin-nx-8gb");
    for identity in ["models = [\"Acme Box\"]", "kits = [\"Box Acme\"]"] {
        let (_dir, library) = with_own(&[("acme", &format!("[identity]\n{identity}"))]);
        let model = [("proc/device-tree/model", "Acme Box, second of its kind\0"), ACME[1]];
        assert_eq!(machine_of(&library, &model).unwrap().0.board.unwrap().profile, "acme", "{identity}");
    }
}

#[test]
fn the_user_s_own_claim_wins_and_two_of_them_are_an_error() {
    let claim = "[identity]\nmodules = [\"p3767-0001\"]";
    let (_dir, library) = with_own(&[("mine", claim)]);
    assert_eq!(machine_of(&library, &ACME).unwrap().0.board.unwrap().profile, "mine");
    let (dir, library) = with_own(&[("mine", claim), ("other", claim)]);
    let path = |name: &str| dir.path().join(format!("profiles/{name}.toml")).display().to_string();
    assert_eq!(
        machine_of(&library, &ACME).unwrap_err().to_string(),
        format!(
            "'p3767-0001' may be one of mine, other\n  expected: one profile that claims it in [identity]\n  \
             try: take it out of [identity] of {} or of {}",
            path("mine"),
            path("other")
        )
    );
}

#[test]
fn a_file_in_place_of_a_built_in_one_is_recognised_as_before() {
    let (_dir, library) = with_own(&[("orin-nx-8gb", "")]);
    let (detection, machine) = machine_of(&library, &ACME).unwrap();
    assert_eq!(detection.board.unwrap().title, "NVIDIA Jetson Orin Nano 8GB", "the user's file was read");
    assert!(machine.unwrap().origin.unwrap().contains("in place of the built-in one"));
    // What is wrong with it is an error, not another board.
    let (_dir, library) = with_own(&[("orin-nx-8gb", "[identity]\nmodul = []")]);
    assert!(machine_of(&library, &ACME).unwrap_err().to_string().contains("there is no key 'modul' here"));
}

#[test]
fn a_broken_file_of_the_user_s_is_named_and_hides_nothing() {
    let (dir, library) = with_own(&[("mine", "[identity]\nmodul = []")]);
    let (detection, _) = machine_of(&library, &ACME).unwrap();
    assert_eq!(detection.board.unwrap().profile, "orin-nx-8gb");
    let file = dir.path().join("profiles/mine.toml").display().to_string();
    assert_eq!(detection.unread, [Unread { file, reason: "there is no key 'modul' here".to_owned() }]);
}

#[test]
fn no_two_built_in_boards_claim_a_number_and_a_calibration_is_its_board() {
    let boards = fixtures::library().boards();
    assert_eq!(boards.broken, []);
    let groups: Vec<_> = boards.by_owner().collect();
    let mut claims: Vec<(&String, &str)> = Vec::new();
    for board in groups.concat() {
        let identity = &board.identity;
        for name in identity.modules.iter().chain(&identity.models).chain(&identity.cards) {
            assert!(claims.iter().all(|(claimed, _)| *claimed != name), "{name}: {claims:?}");
            claims.push((name, &board.name));
        }
    }
    assert!(claims.len() >= 16, "{claims:?}");
    let identity = |name: &str| fixtures::library().profile(name).unwrap().1.identity;
    assert_eq!(identity("agx-orin-64gb+edge-llm"), identity("agx-orin-64gb"));
}

#[test]
fn each_recorded_board_is_told_with_its_mode() {
    let told = |tree| on(tree).0.summary();
    assert_eq!(
        told("agx-orin-64gb"),
        "this machine is NVIDIA Jetson AGX Orin 64GB, mode 30W, 4.44 GB of memory in use"
    );
    assert_eq!(
        told("agx-orin-32gb"),
        "this machine is NVIDIA Jetson AGX Orin 32GB, mode MAXN, 2.49 GB of memory in use"
    );
    assert_eq!(
        told("orin-nano-8gb-super"),
        "this machine is NVIDIA Jetson Orin Nano 8GB, mode 25W, 1.73 GB of memory in use"
    );
    assert_eq!(told("orin-nx-16gb"), "this machine is NVIDIA Jetson Orin NX 16GB, mode 15W, 1.26 GB of memory in use");
    assert_eq!(told("thor-t5000"), "this machine is NVIDIA Jetson Thor T5000, mode 120W, 8.01 GB of memory in use");
    assert_eq!(told("raspberry-pi-5"), "this machine is Raspberry Pi 5, mode 2.4GHz, 828 MB of memory in use");
    assert_eq!(told("x86-desktop"), "this machine is none of the known boards");
    assert_eq!(told("broken"), "this machine (NVIDIA \u{fffd}\u{fffd} Jetson[2J) is none of the known boards");
}

#[test]
fn the_same_model_string_stands_for_two_modules() {
    let (large, small) = (on("agx-orin-64gb").0, on("agx-orin-32gb").0);
    assert_eq!(large.model, small.model);
    let by = |detection: Detection| detection.board.unwrap().recognised_by.remove(0).value;
    assert_eq!((by(large), by(small)), ("p3701-0005".to_owned(), "p3701-0004".to_owned()));
}

#[test]
fn the_profile_is_that_of_this_machine() {
    let profile = on("agx-orin-64gb").1.unwrap();
    let mode = profile.default_mode();
    assert_eq!(mode.name, "30W");
    let hardware = profile.hardware(mode);
    assert_eq!(hardware.memory_bytes, 62_841.0 * 1_048_576.0);
    assert_eq!(hardware.reserved_bytes, 4_235.0 * 1_048_576.0);
    let reserved = profile.memory.reserved.as_ref().unwrap();
    let source = reserved.source.as_ref().unwrap();
    assert_eq!(
        (reserved.kind, source.title.as_str(), source.url.as_str()),
        (Known::Measured, "this machine", "/proc/meminfo")
    );
    assert_eq!(reserved.to_string(), "4235 MiB");
    assert_eq!(profile.origin.as_deref(), Some("built in; recognised on this machine by p3701-0005"));
    let pi = on("raspberry-pi-5").1.unwrap();
    assert_eq!(pi.memory.capacity.to_string(), "16219 MiB", "more memory than the profile's board has");
}

#[test]
fn what_differs_from_the_mode_is_said() {
    assert_eq!(on("agx-orin-64gb").0.notes, Vec::<String>::new());
    assert_eq!(
        on("orin-nx-16gb").0.notes,
        [
            "the GPU clock is limited to 408 MHz now, below the 612 MHz of mode 15W: expect longer latencies",
            "no status of nvpmodel: its default mode 15W is taken",
        ]
    );
}

#[test]
fn a_broken_tree_gives_no_board_and_says_what_could_not_be_read() {
    let (detection, machine) = on("broken");
    assert_eq!((detection.board, machine, detection.memory), (None, None, None));
    assert_eq!(
        detection.unread,
        [Unread {
            file: "/sys/class/devfreq/17000000.gpu/cur_freq".to_owned(),
            reason: "not a regular file".to_owned()
        }]
    );
}

#[test]
fn memory_tells_what_a_p_number_does_not() {
    let agx = |compatible: &str, kib: u32| {
        machine(&[
            ("proc/device-tree/model", "NVIDIA Jetson AGX Orin Developer Kit\0"),
            ("proc/device-tree/compatible", compatible),
            ("proc/meminfo", &format!("MemTotal: {kib} kB\nMemAvailable: 9000000 kB\n")),
        ])
        .0
    };
    let profile = |detection: &Detection| detection.board.as_ref().unwrap().profile.clone();
    let unknown = agx("nvidia,p3701-9999\0", 31_433_728);
    assert_eq!(profile(&unknown), "agx-orin-32gb");
    assert_eq!(unknown.notes[0], "no known P-number tells the module; the model's name and 32 GB of memory do");
    let kit = agx("nvidia,p3737-0000+p3701-0000\0", 31_433_728);
    assert_eq!(profile(&kit), "agx-orin-64gb");
    assert_eq!(
        kit.notes[0],
        "this is the first developer kit of AGX Orin: the GPU of the 64GB module with 32 GB of memory"
    );
    let odd = agx("nvidia,p3701-0005\0", 31_433_728);
    assert_eq!(profile(&odd), "agx-orin-64gb");
    assert_eq!(
        odd.notes[0],
        "p3701-0005 is a module with 64 GB, but the kernel reports 32.2 GB: the module's rates and the kernel's memory \
         are used"
    );
    assert_eq!(agx("nvidia,p3701-9999\0", 1_000_000).board, None);
}

#[test]
fn the_developer_kit_s_device_tree_on_a_32gb_module_is_told_by_its_modes() {
    let (detection, _) = machine(&[
        ("proc/device-tree/compatible", "nvidia,p3737-0000+p3701-0000\0"),
        ("proc/meminfo", "MemTotal: 31433728 kB\n"),
        ("etc/nvpmodel.conf", "< POWER_MODEL ID=3 NAME=MODE_40W >\nGPU MAX_FREQ 816000000\n< PM_CONFIG DEFAULT=3 >\n"),
    ]);
    let board = detection.board.unwrap();
    assert_eq!((board.profile.as_str(), board.mode.as_str()), ("agx-orin-32gb", "40W"));
    assert!(detection.notes.iter().any(|note| note.contains("no MemAvailable")), "{:?}", detection.notes);
}

#[cfg(unix)]
#[test]
fn a_graphics_card_is_told_by_its_driver_and_keeps_its_own_memory() {
    let card = |model: &str| {
        machine(&[
            ("proc/driver/nvidia/gpus/0000:01:00.0/information", &format!("Model: \t\t {model}\nIRQ:   \t\t 120\n")),
            ("proc/meminfo", "MemTotal: 32768000 kB\nMemAvailable: 20000000 kB\n"),
        ])
    };
    let (detection, machine) = card("NVIDIA GeForce RTX 4090");
    assert_eq!(detection.board.unwrap().profile, "rtx-4090");
    let profile = machine.unwrap();
    assert_eq!((profile.memory.usable_bytes(), profile.memory.reserved_bytes()), (24.0 * 1_073_741_824.0, 0.5e9));
    assert_eq!(card("NVIDIA GeForce RTX 4090 Laptop GPU").0.board, None);
}
