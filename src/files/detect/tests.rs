//! Against trees as the kernel and NVIDIA's tools write them; `tests/sysroots/README.md` says where they come from.

use std::fs;

use super::*;
use crate::fixtures;
use crate::profile::Evidence as Known;

fn on(tree: &str) -> (Detection, Option<ThisMachine>) {
    detect(
        &Tree::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/sysroots/").to_owned() + tree),
        &fixtures::library(),
    )
    .unwrap()
}

/// A machine that is described by a few files.
fn machine(files: &[(&str, &str)]) -> (Detection, Option<ThisMachine>) {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    detect(&Tree::new(dir.path()), &fixtures::library()).unwrap()
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
    let profile = on("agx-orin-64gb").1.unwrap().profile;
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
    let pi = on("raspberry-pi-5").1.unwrap().profile;
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
    let profile = machine.unwrap().profile;
    assert_eq!((profile.memory.usable_bytes(), profile.memory.reserved_bytes()), (24.0 * 1_073_741_824.0, 0.0));
    assert_eq!(card("NVIDIA GeForce RTX 4090 Laptop GPU").0.board, None);
}
