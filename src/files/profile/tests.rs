use proptest::prelude::*;

use super::*;
use crate::catalog::Embedded;
use crate::fixtures;

/// A small profile with every rule in play.
const GOOD: &str = r#"name = "board"
title = "A board"
compute_capability = "8.7"
[sources.sheet]
title = "Data sheet"
url = "https://example.org/sheet"
[memory]
capacity = { value = 8, unit = "GB", kind = "stated", source = "sheet", date = 2026-01-31 }
[[modes]]
name = "MAXN"
sms = { value = 16, unit = "SM", kind = "stated", source = "sheet", date = "2026-01-31" }
gpu_clock = { value = 1300, unit = "MHz", kind = "stated", source = "sheet", date = "2026-01-31" }
bandwidth = { value = 204.8, unit = "GB/s", kind = "stated", source = "sheet", date = "2026-01-31" }
fp16 = { value = 42.5, unit = "TFLOP/s", sparsity = "dense", kind = "derived", note = "half", date = "2026-01-31" }
int8 = { value = 85, unit = "TOP/s", sparsity = "dense", kind = "stated", source = "sheet", date = "2026-01-31" }
"#;

/// The files that describe boards; the others lay a calibration over one.
fn boards() -> impl Iterator<Item = &'static Embedded> {
    fixtures::built_in().profiles.iter().filter(|file| !Overlay::is(file.text))
}

fn shipped() -> impl Iterator<Item = Profile> {
    boards().map(|file| Profile::parse(file.name, file.text).unwrap())
}

fn orin() -> Profile {
    shipped().find(|profile| profile.name == "agx-orin-64gb").unwrap()
}

/// Replaces one piece of [`GOOD`] and reports what is said about it.
fn refusal(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "{from}");
    Profile::parse("b.toml", &GOOD.replace(from, to)).unwrap_err().to_string()
}

#[test]
fn a_profile_needs_no_more_than_a_16_bit_rate_bandwidth_and_memory() {
    let text: String = GOOD
        .lines()
        .filter(|l| !["sms", "gpu_", "int8", "compute"].iter().any(|k| l.starts_with(k)))
        .fold(String::new(), |text, line| text + line + "\n");
    let profile = Profile::parse("b.toml", &text).unwrap();
    assert_eq!(
        profile.hardware(profile.default_mode()),
        Hardware {
            name: "board MAXN".to_owned(),
            fp16_flops_per_s: 42.5e12,
            int8_flops_per_s: None,
            fp8_flops_per_s: None,
            fp4_flops_per_s: None,
            bandwidth_bytes_per_s: 204.8e9,
            memory_bytes: 8e9,
            reserved_bytes: 0.0,
            watts: None,
            efficiency: Efficiencies::IDEAL,
            compute_capability: None,
        }
    );
}

#[test]
fn the_guide_s_example_is_a_profile() {
    let guide = include_str!("../../../profiles/README.md");
    let example = guide.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(Profile::parse("README.md", example).unwrap().default_mode().name, "default");
}

#[test]
fn the_guide_s_identity_is_one_and_every_key_is_explained() {
    let guide = include_str!("../../../profiles/README.md");
    let section = guide.split("\n## Identity\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let example = section.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let identity = Profile::parse("README.md", &format!("{GOOD}{example}")).unwrap().identity.unwrap();
    assert_eq!(identity.modules, ["acme,edge-box"]);
    assert_eq!(identity.other_words, ["rev2", "devkit"]);
    for (key, _) in Identity::default().lists() {
        assert!(section.contains(&format!("| `{key}` |")), "{key}");
    }
    for key in ["module", "memory_gib", "mode", "note"] {
        assert!(section.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn an_identity_is_held_to_its_rules() {
    let refusal = |identity: &str| {
        let text = format!("{GOOD}[identity]\n{identity}\n");
        Profile::parse("b.toml", &text).unwrap_err().to_string()
    };
    for (identity, wanted) in [
        (
            "module = []",
            "b.toml:17, 'identity.module': there is no key 'module' here\n  expected: one of modules, variants, models, \
             kits, cards, shared_cards, cpus, aliases, other_words, relatives\n  try: 'modules'",
        ),
        ("cards = 3", "b.toml:17, 'identity.cards': integer `3` cannot stand here\n  expected: a list"),
        ("aliases = [3]", "b.toml:17, 'identity.aliases': integer `3` cannot stand here\n  expected: a string"),
        ("models = [\"\"]", "b.toml:17, 'identity.models': the text is empty"),
        (
            "[[identity.variants]]\nmodule = \"p1\"\nmemory_gib = 0\nnote = \"n\"",
            "b.toml:19, 'identity.variants.memory_gib': a module without memory\n  expected: the memory that is fitted, GiB",
        ),
        (
            "[[identity.variants]]\nmodule = \"p1\"\nmemory_gib = 8",
            "b.toml:17, 'identity.variants': key 'note' is missing",
        ),
    ] {
        assert_eq!(refusal(identity), wanted, "{identity}");
    }
}

#[test]
fn agx_orin_has_the_figures_that_reference_values_are_computed_with() {
    let profile = orin();
    let mode = profile.default_mode();
    let hardware = profile.hardware(mode);
    assert_eq!(hardware.name, "agx-orin-64gb MAXN");
    assert_eq!(hardware.fp16_flops_per_s, 42.5e12);
    assert_eq!(hardware.int8_flops_per_s, Some(85e12));
    assert_eq!(hardware.bandwidth_bytes_per_s, 204.8e9);
    assert_eq!(hardware.memory_bytes, 62_841.0 * 1_048_576.0);
    assert_eq!(hardware.reserved_bytes, 1.5e9);
    assert_eq!(hardware.efficiency, Efficiencies::IDEAL);
    let int8 = mode.int8.as_ref().unwrap();
    assert_eq!(
        (int8.kind, mode.fp16.kind, int8.to_string().as_str()),
        (Evidence::Stated, Evidence::Derived, "85 TOP/s")
    );
    let lines: Vec<String> = profile.figures(mode).iter().map(|f| format!("{} {f} {}", f.label, f.kind)).collect();
    assert_eq!(
        lines,
        [
            "dense 16-bit rate 42.5 TFLOP/s derived",
            "dense INT8 rate 85 TOP/s stated",
            "memory bandwidth 204.8 GB/s stated",
            "active SMs 16 SM stated",
            "GPU clock 1301 MHz stated",
            "memory clock 3200 MHz stated",
            "CPU clock 2201 MHz measured",
            "power budget 60 W stated",
            "memory fitted 64 GiB stated",
            "memory a program can have 62841 MiB measured",
            "kept by system and runtime 1.5 GB assumed",
            "memory bus width 256 bit stated",
        ]
    );
}

/// Rates and bandwidth of Jetson modes equal what SMs, clocks and widths in the same file give.
#[test]
fn shipped_figures_follow_from_clocks_and_widths() {
    let jetsons = shipped().filter(|profile| profile.title.contains("Jetson"));
    let mut modes = 0;
    for profile in jetsons {
        let capability = profile.compute_capability.as_deref().unwrap();
        let bus = profile.memory.bus.as_ref().unwrap();
        for mode in &profile.modes {
            let near = |figure: &Figure, derived: f64| {
                let off = (figure.si / derived - 1.0).abs();
                assert!(off < 0.01, "{} {} {figure}: {derived:e}, off by {off}", profile.name, mode.name);
            };
            let bound = mode.bound(capability).unwrap();
            mode.rates().for_each(|rate| near(rate, bound.peak(rate.key)));
            near(&mode.bandwidth, bus.si / 8.0 * 2.0 * mode.emc_clock.as_ref().unwrap().si);
            modes += 1;
        }
    }
    assert!(modes >= 39, "{modes}");
}

/// Each bit of the mask that NVIDIA's configuration writes switches one TPC of two SMs off.
#[test]
fn active_sms_are_what_the_masks_leave() {
    let masks = shipped().flat_map(|profile| {
        let sms = profile.modes.into_iter().filter_map(|mode| mode.sms);
        sms.filter_map(|sms| {
            let mask = sms.note.as_deref()?.strip_prefix("TPC_PG_MASK ")?.split(' ').next()?.parse::<u8>().ok()?;
            Some((f64::from(2 * mask.count_zeros()), sms.value))
        })
    });
    let masks: Vec<(f64, f64)> = masks.collect();
    assert!(masks.len() >= 30, "{masks:?}");
    let (left, sms): (Vec<f64>, Vec<f64>) = masks.into_iter().unzip();
    assert_eq!(left, sms);
}

/// Name, default mode and modes of built-in boards; a new one need not be listed here.
#[test]
fn shipped_modes_are_those_of_the_boards() {
    let boards: Vec<String> = shipped()
        .map(|board| {
            let modes: Vec<&str> = board.modes.iter().map(|mode| mode.name.as_str()).collect();
            format!("{}: {}; {}", board.name, board.default_mode().name, modes.join(" "))
        })
        .collect();
    for known in [
        "agx-orin-64gb: MAXN; MAXN 50W 30W 15W",
        "agx-orin-32gb: MAXN; MAXN 40W 30W 15W MAXN_SUPER",
        "agx-orin-industrial: MAXN; MAXN",
        "orin-nx-16gb: 15W; MAXN 10W 15W 25W 40W MAXN_SUPER",
        "orin-nx-8gb: 15W; MAXN 10W 15W 20W 40W MAXN_SUPER",
        "orin-nano-8gb: 25W; 15W-standard 7W 15W 25W MAXN_SUPER",
        "orin-nano-4gb: 25W; 10W-standard 7W_AI 7W_CPU 10W 25W MAXN_SUPER",
        "thor-t5000: 120W; MAXN 120W 90W 70W",
        "thor-t4000: MAXN; MAXN 70W",
        "raspberry-pi-5: 2.4GHz; 2.4GHz",
        "rtx-4090: 450W; 450W",
        "rtx-3090: 350W; 350W",
        "apple-m4: default; default",
    ] {
        assert!(boards.iter().any(|board| board == known), "{known}: {boards:?}");
    }
}

/// The trap of these boards: what the mode's name promises and what it powers are two things.
#[test]
fn low_modes_power_fewer_sms() {
    let board = |name: &str| shipped().find(|profile| profile.name == name).unwrap();
    let sms = |profile: &Profile, mode: &str| profile.mode(mode).unwrap().sms.as_ref().unwrap().value;
    let nano = board("orin-nano-8gb");
    assert_eq!((sms(&nano, "7W"), sms(&nano, "15W"), sms(&nano, "25W")), (4.0, 8.0, 8.0));
    let nx = board("orin-nx-16gb");
    assert_eq!((sms(&nx, "10W"), sms(&nx, "15W"), sms(&nx, "25W")), (4.0, 4.0, 8.0));
    let (low, high) = (nx.mode("15W").unwrap(), nx.mode("25W").unwrap());
    assert!(low.gpu_clock.as_ref().unwrap().si > high.gpu_clock.as_ref().unwrap().si);
    assert!(low.fp16.si < high.fp16.si);
}

#[test]
fn a_mode_is_found_in_any_case_and_a_wrong_one_answered() {
    let profile = orin();
    assert_eq!(profile.mode("maxn").unwrap().name, "MAXN");
    assert_eq!(
        profile.mode("MAX-N").unwrap_err().to_string(),
        "agx-orin-64gb has no power mode 'MAX-N'\n  expected: one of MAXN, 50W, 30W, 15W\n  try: 'MAXN'"
    );
}

#[test]
fn sparse_rates_are_refused_in_words_and_in_numbers() {
    for (from, to, wanted) in [
        (
            "85, unit = \"TOP/s\", sparsity = \"dense\"",
            "170, unit = \"TOP/s\", sparsity = \"2:4\"",
            "b.toml:15, 'modes.int8.sparsity': '2:4' rates cannot be reached by dense matrices\n  \
             expected: sparsity = \"dense\"\n  \
             try: the dense figure; with 2:4 sparsity it is half of what is printed: \
             value = 85, unit = \"TOP/s\", sparsity = \"dense\"",
        ),
        (
            "85, unit = \"TOP/s\", sparsity = \"dense\"",
            "85, unit = \"TOP/s\"",
            "b.toml:15, 'modes.int8': the rate does not say whether it is dense; headline figures usually count 2:4 \
             sparsity\n  expected: sparsity = \"dense\"\n  try: look up the dense figure, then add sparsity = \"dense\"",
        ),
        (
            "value = 85",
            "value = 275",
            "b.toml:15, 'modes.int8.value': 275 TOP/s is 3.23 times the dense peak of 16 SMs at 1300 MHz (compute \
             capability 8.7); it looks like the headline figure, with 2:4 sparsity or with accelerators beside the \
             GPU\n  expected: about 85.2 TOP/s, at most 1.5 times that\n  try: the dense GPU figure, near 85.2 TOP/s",
        ),
        (
            "value = 42.5",
            "value = 85",
            "b.toml:14, 'modes.fp16.value': 85 TFLOP/s is 2 times the dense peak of 16 SMs at 1300 MHz (compute \
             capability 8.7); it looks like the headline figure, with 2:4 sparsity or with accelerators beside the \
             GPU\n  expected: about 42.6 TFLOP/s, at most 1.5 times that\n  try: the dense GPU figure, near 42.6 \
             TFLOP/s",
        ),
        (
            "int8 = { value = 85, unit = \"TOP/s\"",
            "fp8 = { value = 85, unit = \"TFLOP/s\"",
            "b.toml:15, 'modes.fp8': compute capability 8.7 has no fp8 matrix rate\n  try: remove the key",
        ),
    ] {
        assert_eq!(refusal(from, to), wanted);
    }
}

/// What is changed in [`GOOD`], into what, and what is said about it.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "204.8, unit = \"GB/s\"",
        "204.8",
        "b.toml:13, 'modes.bandwidth': key 'unit' is missing\n  expected: one of GB/s, MB/s, TB/s",
    ),
    (
        "unit = \"TOP/s\"",
        "unit = \"TOPS\"",
        "b.toml:15, 'modes.int8.unit': 'TOPS' is no unit of a dense INT8 rate\n  \
             expected: one of TOP/s, GOP/s, POP/s\n  try: 'TOP/s'",
    ),
    (
        "204.8",
        "-204.8",
        "b.toml:13, 'modes.bandwidth.value': -204.8 GB/s is out of range\n  expected: a finite number above 0",
    ),
    ("204.8", "0", "b.toml:13, 'modes.bandwidth.value': 0 GB/s is out of range\n  expected: a finite number above 0"),
    (
        "204.8",
        "inf",
        "b.toml:13, 'modes.bandwidth.value': inf GB/s is out of range\n  expected: a finite number above 0",
    ),
    (
        "204.8",
        "nan",
        "b.toml:13, 'modes.bandwidth.value': NaN GB/s is out of range\n  expected: a finite number above 0",
    ),
    (
        "value = 16",
        "value = 15.5",
        "b.toml:11, 'modes.sms.value': 15.5 SM is out of range\n  expected: a whole number, 1 or above",
    ),
    (
        "bandwidth = {",
        "bandwith = {",
        "b.toml:13, 'modes.bandwith': there is no key 'bandwith' here\n  expected: one of name, notes, watts, \
             sms, gpu_clock, emc_clock, cpu_clock, bandwidth, fp16, int8, fp8, fp4\n  try: 'bandwidth'",
    ),
    (
        "{ value = 8, unit = \"GB\", kind = \"stated\", source = \"sheet\", date = 2026-01-31 }",
        "8",
        "b.toml:8, 'memory.capacity': integer `8` cannot stand here\n  \
             expected: a figure: { value = …, unit = \"…\", kind = \"…\", source = \"…\", date = \"…\" }",
    ),
    ("value = 8,", "", "b.toml:8, 'memory.capacity': key 'value' is missing"),
    (
        "\"derived\"",
        "\"guessed\"",
        "b.toml:14, 'modes.fp16.kind': 'guessed' is no kind of figure\n  \
             expected: one of stated, derived, measured, fitted, assumed",
    ),
    (
        "note = \"half\", ",
        "",
        "b.toml:14, 'modes.fp16': a figure of kind 'derived' that nobody can check\n  \
             expected: key 'source', or key 'note' saying what it is derived from",
    ),
    (
        "[sources.sheet]",
        "[sources.sheets]",
        "b.toml:8, 'memory.capacity.source': there is no [sources.sheet] in this file\n  \
             expected: the name of a table under [sources]\n  try: 'sheets'",
    ),
    (
        "date = 2026-01-31",
        "date = \"31.1.2026\"",
        "b.toml:8, 'memory.capacity.date': '31.1.2026' is no date\n  \
             expected: a date such as \"2026-11-22\": when the source was published or read",
    ),
    (
        ", date = 2026-01-31",
        "",
        "b.toml:8, 'memory.capacity': key 'date' is missing\n  \
             expected: a date such as \"2026-11-22\": when the source was published or read",
    ),
    (
        "date = 2026-01-31",
        "date = 2026",
        "b.toml:8, 'memory.capacity.date': integer `2026` cannot stand here\n  \
             expected: a date such as \"2026-11-22\": when the source was published or read",
    ),
    (
        "\"8.7\"",
        "\"sm_87\"",
        "b.toml:3, 'compute_capability': 'sm_87' is no compute capability\n  \
             expected: major and minor number, such as \"8.7\"",
    ),
    (
        "[[modes]]",
        "usable = { value = 8, unit = \"GiB\", kind = \"assumed\", note = \"x\", date = 2026-01-31 }\n[[modes]]",
        "b.toml:9, 'memory.usable': 8 GiB is more than the capacity, 8 GB\n  try: mind the prefixes: 1 GiB is \
             1.074 GB, and DRAM comes in GiB whatever the label prints",
    ),
    (
        "[[modes]]",
        "reserved = { value = 8, unit = \"GB\", kind = \"assumed\", note = \"x\", date = 2026-01-31 }\n[[modes]]",
        "b.toml:9, 'memory.reserved': nothing is left of the usable memory\n  \
             expected: less than what a program can have",
    ),
    (
        "title = \"A board\"",
        "title = \"A board\"\ndefault_mode = \"MAXM\"",
        "b.toml:3, 'default_mode': there is no power mode 'MAXM'\n  expected: MAXN\n  try: 'MAXN'",
    ),
    (
        "title = \"A board\"",
        "title = \"A \\u001b[2Jboard\"",
        "b.toml:2, 'title': 'A \\u{1b}[2Jboard' contains a control character",
    ),
    (
        "[[modes]]",
        "bus = { value = 64, unit = \"bit\", sparsity = \"dense\", kind = \"stated\", source = \"sheet\", date = \
             2026-01-31 }\n[[modes]]",
        "b.toml:9, 'memory.bus.sparsity': 'bus' is no compute rate, so it has no sparsity\n  try: remove the key",
    ),
    (
        "value = 8,",
        "value = 8e9,",
        "b.toml:8, 'memory.capacity.value': 8000000000 GB is no memory fitted of a board\n  \
             expected: between 200 MB and 4 TB\n  try: mind the unit",
    ),
    (
        "1300, unit = \"MHz\"",
        "1300, unit = \"GHz\"",
        "b.toml:12, 'modes.gpu_clock.value': 1300 GHz is no GPU clock of a board\n  \
             expected: between 10 MHz and 10 GHz\n  try: mind the unit",
    ),
    (
        "[[modes]]",
        "[[modes]]\nwatts = { value = 60000, unit = \"W\", kind = \"stated\", source = \"sheet\", date = 2026-01-31 }",
        "b.toml:10, 'modes.watts.value': 60000 W is no power budget of a board\n  \
             expected: between 0.1 W and 5000 W: one board\n  try: mind the unit",
    ),
    (
        "204.8, unit = \"GB/s\"",
        "204.8, unit = \"TB/s\"",
        "b.toml:13, 'modes.bandwidth.value': 204.8 TB/s is no memory bandwidth of a board\n  \
             expected: between 100 MB/s and 100 TB/s\n  try: mind the unit",
    ),
    ("name = \"MAXN\"", "", "b.toml:9, 'modes': key 'name' is missing"),
    ("name = \"board\"", "name = \"\"", "b.toml:1, 'name': the text is empty"),
];

#[test]
fn each_mistake_is_one_clear_error() {
    for (from, to, wanted) in MISTAKES {
        assert_eq!(refusal(from, to), *wanted);
    }
    let (head, mode) = GOOD.split_once("[[modes]]").unwrap();
    assert_eq!(
        Profile::parse("b.toml", head).unwrap_err().to_string(),
        "b.toml: the profile has no power mode\n  \
         expected: one [[modes]] table or more, each with name, fp16 and bandwidth"
    );
    let twice = format!("{GOOD}[[modes]]{}", mode.replace("MAXN", "maxn"));
    assert_eq!(
        Profile::parse("b.toml", &twice).unwrap_err().to_string(),
        "b.toml:17, 'modes.name': there are two power modes 'maxn'; case does not tell them apart"
    );
}

/// A bandwidth in bits, or a data rate taken for a clock, is twice or eight times what the wires carry.
#[test]
fn no_bandwidth_exceeds_what_the_bus_carries() {
    let with = |bits: &str, clock: &str| {
        let figure = |key: &str, value: &str| {
            format!("{key} = {{ {value}, kind = \"stated\", source = \"sheet\", date = \"2026-01-31\" }}\n[[modes]]\n")
        };
        let text = GOOD.replace("[[modes]]\n", &figure("bus", &format!("value = {bits}, unit = \"bit\"")));
        let clock = figure("emc_clock", clock).replace("[[modes]]\n", "");
        Profile::parse("b.toml", &text.replace("sms = {", &format!("{clock}sms = {{")))
            .map_err(|error| error.to_string())
    };
    assert!(with("256", "value = 3200, unit = \"MHz\"").is_ok());
    assert!(with("256", "value = 3100, unit = \"MHz\"").is_ok());
    assert_eq!(
        with("256", "value = 1600, unit = \"MHz\"").unwrap_err(),
        "b.toml:15, 'modes.bandwidth.value': 204.8 GB/s is 2 times what 256 bit carry at 1600 MHz with two transfers per \
         cycle\n  expected: about 102.4 GB/s"
    );
}

#[test]
fn an_efficiency_is_read_where_there_is_one() {
    let text = format!(
        "{GOOD}[efficiency]\n\
         compute = {{ value = 60, unit = \"%\", kind = \"measured\", source = \"sheet\", date = \"2026-01-31\" }}\n\
         overhead = {{ value = 5, unit = \"us\", kind = \"assumed\", note = \"launch\", date = \"2026-01-31\" }}\n"
    );
    let efficiency = Profile::parse("b.toml", &text).unwrap().efficiency.efficiency();
    assert!(
        (efficiency.compute - 0.6).abs() < 1e-15
            && (efficiency.overhead.decode_s - 5e-6).abs() < 1e-18
            && efficiency.overhead.prefill_s == efficiency.overhead.decode_s
    );
    assert_eq!(efficiency.bandwidth, 1.0);
    let error = Profile::parse("b.toml", &text.replace("value = 60", "value = 160")).unwrap_err().to_string();
    assert_eq!(
        error,
        "b.toml:17, 'efficiency.compute.value': 160 % is out of range\n  expected: a share of the peak, from 0.001 to 1"
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Profile::parse("b.toml", &text);
    }

    /// Cut, repeat or overwrite a piece of a good file.
    #[test]
    fn no_damage_panics(
        which in 0..boards().count(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..40,
        new in "[a-z0-9=\\[\\]{}\",.\n# -]{0,12}|\\PC{0,4}",
    ) {
        let mut characters: Vec<char> = boards().nth(which).unwrap().text.chars().collect();
        let start = at.index(characters.len());
        let end = (start + length).min(characters.len());
        characters.splice(start..end, new.chars());
        let text: String = characters.into_iter().collect();
        match Profile::parse("b.toml", &text) {
            Ok(profile) => prop_assert!(profile.hardware(profile.default_mode()).fp16_flops_per_s > 0.0),
            Err(error) => prop_assert!(error.to_string().starts_with("b.toml"), "{}", error),
        }
    }
}

/// Slips of a factor of ten in a profile of a DGX Spark that gives neither SMs nor bus width.
#[test]
fn a_generation_bounds_what_nothing_else_does() {
    let spark = |bandwidth: &str, fp16: &str, capacity: &str| {
        let cite = "kind = \"stated\", source = \"sheet\", date = \"2026-11-29\"";
        let text = format!(
            "name = \"b\"\ntitle = \"B\"\ncompute_capability = \"12.1\"\n[sources.sheet]\ntitle = \"S\"\nurl = \
             \"https://s\"\n[memory]\ncapacity = {{ {capacity}, {cite} }}\n[[modes]]\nname = \"m\"\nbandwidth = {{ value = \
             {bandwidth}, unit = \"GB/s\", {cite} }}\nfp16 = {{ value = {fp16}, unit = \"TFLOP/s\", sparsity = \"dense\", \
             {cite} }}\n"
        );
        Profile::parse("b.toml", &text).map(|_| ()).map_err(|error| error.to_string())
    };
    let gib = "value = 128, unit = \"GiB\"";
    assert_eq!(spark("273", "125", gib), Ok(()));
    for bandwidth in ["0.273", "2730"] {
        let error = spark(bandwidth, "125", gib).unwrap_err();
        assert!(error.contains("b.toml:11") && error.contains("try: mind the unit"), "{error}");
    }
    let error = spark("273", "1000", gib).unwrap_err();
    assert!(error.contains("b.toml:12") && error.contains("without 2:4 sparsity"), "{error}");
    let error = spark("273", "125", "value = 128, unit = \"MB\"").unwrap_err();
    assert!(error.contains("b.toml:8") && error.contains("between 200 MB and 4 TB"), "{error}");
}
