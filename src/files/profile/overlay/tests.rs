use proptest::prelude::*;

use super::*;
use crate::fixtures;
use crate::profile::Evidence;
use engine::efficiency::{Basis, TrafficLimit};
use engine::roofline::Estimator;
use engine::what_if::{Elasticities, Factor, Scaling};
use engine::workload::Workload;

const GOOD: &str = r#"name = "mine"
base = "orin-nano-8gb"
engine = "llama.cpp b9292"
[sources.runs]
title = "Runs"
url = "bench.json"
[[formats]]
formats = ["q4_k_m", "q8_0"]
modes = ["15W", "7W"]
compute = { value = 30, unit = "%", kind = "fitted", source = "runs", date = "2026-11-22" }
bandwidth = { value = 0.8, unit = "1", kind = "fitted", source = "runs", date = "2026-11-22" }
bytes_per_sm_cycle = { value = 10, unit = "B", kind = "fitted", source = "runs", date = "2026-11-22" }
prefill_overhead = { value = 100, unit = "us", kind = "fitted", source = "runs", date = "2026-11-22" }
decode_overhead = { value = 10, unit = "us", kind = "fitted", source = "runs", date = "2026-11-22" }
cpu_clock = { value = 1920, unit = "MHz", kind = "fitted", source = "runs", date = "2026-11-22" }
[formats.prefill]
rows = 6
models = 3
shapes = 3
median_error = 0.04
worst_error = 0.1
left_out_median_error = 0.067
left_out_worst_error = 0.2
[formats.decode]
rows = 6
models = 3
shapes = 3
median_error = 0.01
worst_error = 0.1
left_out_median_error = 0.023
left_out_worst_error = 0.2
"#;

fn laid_over(text: &str) -> Result<Profile> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, text).unwrap();
    Ok(fixtures::library().profile(path.to_str().unwrap())?.1)
}

fn refusal(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let Err(error) = laid_over(&GOOD.replacen(from, to, 1)) else { panic!("'{to}' was accepted") };
    let message = error.to_string();
    message.split_once("mine.toml").unwrap().1.to_owned()
}

#[test]
fn a_mode_s_clocks_decide_what_an_engine_reaches_in_it() {
    let profile = laid_over(GOOD).unwrap();
    assert_eq!(profile.title, "NVIDIA Jetson Orin Nano 8GB + llama.cpp b9292");
    let hardware = profile.hardware(profile.mode("7W").unwrap());
    let (reached, basis) = hardware.efficiency_in(&Precision::named("q8_0").unwrap());
    assert_eq!(basis, Basis::Calibrated(CalibratedPhases::Both));
    // 10 B on 4 SMs at 408 MHz, of 68.3 GB/s; a CPU at 960 MHz, half of that measured at.
    let (share, limit) = reached.bandwidth_share(68.3e9);
    assert!((share - 10.0 * 4.0 * 408e6 / 68.3e9).abs() < 1e-12 && limit == TrafficLimit::InFlight, "{reached:?}");
    assert!((reached.overhead.decode_s - 20e-6).abs() < 1e-15 && (reached.overhead.prefill_s - 200e-6).abs() < 1e-15);
    assert!((reached.compute - 0.3).abs() < 1e-15);
    assert_eq!(hardware.efficiency_in(&Precision::FP16).1, Basis::Uncovered);
    let figures = profile.calibration.as_ref().unwrap().formats[0].accuracy();
    assert_eq!(figures, "median error 2 % decode, 7 % prefill (leave-one-model-out, worst 20 %)");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (from, to, begins) in [
        ("\"q8_0\"]", "\"q9_0\"]", ":8, 'formats.formats': 'q9_0' is no number format"),
        ("\"q8_0\"]", "\"q4_k_m\"]", ":8, 'formats.formats': 'q4_k_m' is calibrated twice"),
        ("\"orin-nano-8gb\"", "\"orin-nano\"", ":2, 'base': there is no profile 'orin-nano'"),
        (
            "\"orin-nano-8gb\"",
            "\"agx-orin-64gb+edge-llm\"",
            ":2, 'base': 'agx-orin-64gb+edge-llm' is a calibration itself",
        ),
        ("\"7W\"]", "\"8W\"]", ":9, 'formats.modes': orin-nano-8gb has no power mode '8W'"),
        ("value = 30,", "value = 130,", ":10, 'formats.compute.value': 130 % is out of range"),
        ("value = 30,", "value = nan,", ":10, 'formats.compute.value': NaN % is out of range"),
        (
            "value = 30,",
            "value = 0.03,",
            ":10, 'formats.compute.value': 0.03 % is out of range\n  expected: a share of the peak, from 0.001 to 1",
        ),
        ("value = 0.8,", "value = 0.0008,", ":11, 'formats.bandwidth.value': 0.0008 1 is out of range"),
        (
            "value = 100, unit = \"us\"",
            "value = 100, unit = \"ms\"",
            ":13, 'formats.prefill_overhead.value': 100 ms is out of range\n  expected: a time from 0 to 10 ms",
        ),
        (
            "modes = [",
            "head = \"zzz\"\nmodes = [",
            ":9, 'formats.head': 'zzz' is no format that weights are stored in\n  expected: one of bf16, fp16, fp8, ",
        ),
        ("source = \"runs\", ", "", ":10, 'formats.compute': a figure of kind 'fitted' that nobody can check"),
        ("rows = 6", "rows = 2", ":17, 'formats.prefill.rows': 2 rows of 3 models"),
        ("median_error = 0.04", "median_error = -1", ":20, 'formats.prefill.median_error': this is no error"),
        ("shapes = 3", "shapes = 4", ":19, 'formats.prefill.shapes': 3 models of 4 shapes"),
        ("compute = {", "comptue = {", ":10, 'formats.comptue': there is no key 'comptue' here"),
        (
            "bandwidth = { value = 0.8, unit = \"1\", kind = \"fitted\", source = \"runs\", date = \"2026-11-22\" }\n",
            "",
            ":7, 'formats': key 'bandwidth' is missing, though decode was measured",
        ),
    ] {
        let said = refusal(from, to);
        assert!(said.starts_with(begins), "{said}");
    }
    let none = GOOD.split("[[formats]]").next().unwrap();
    assert!(laid_over(none).unwrap_err().to_string().contains("the overlay calibrates no number format"));
}

#[test]
fn shipped_calibrations_say_how_good_they_are() {
    let overlays = fixtures::built_in().profiles.iter().filter(|file| Overlay::is(file.text));
    let mut count = 0;
    for file in overlays {
        count += 1;
        let (_, profile) = fixtures::library().profile(file.name).unwrap();
        let calibration = profile.calibration.unwrap();
        assert!(file.name.starts_with(&format!("{}+", calibration.base)), "{}", file.name);
        for figures in &calibration.formats {
            assert!(figures.figures().all(|figure| figure.source.is_some() || figure.kind == Evidence::Assumed));
            assert!(figures.accuracy().starts_with("median error "), "{}", figures.accuracy());
        }
    }
    assert!(count >= 5, "{count}");
}

proptest! {
    #[test]
    fn mutations_load_whole_or_fail(at in 0usize..1000, with in prop::sample::select(vec!['"', '=', '[', '\u{1b}', '9', '-', '\n'])) {
        let mut characters: Vec<char> = GOOD.chars().collect();
        let at = at % characters.len();
        characters[at] = with;
        let text: String = characters.into_iter().collect();
        if let Ok(overlay) = Overlay::parse("o.toml", &text) {
            prop_assert!(!overlay.formats.is_empty());
            for figures in &overlay.formats {
                let reached = figures.reach().efficiency;
                prop_assert!(reached.compute > 0.0 && reached.compute <= 1.0 && reached.bandwidth > 0.0);
            }
        }
    }
}

/// At 7 W the Orin Nano's SMs are too slow to fill its memory's bandwidth: more of it is worth nothing, more compute all
/// that launches leave.
#[test]
fn where_the_sms_limit_traffic_only_they_make_it_faster() {
    let (_, profile) = fixtures::library().profile("orin-nano-8gb+llama.cpp").unwrap();
    let hardware = profile.hardware(profile.mode("7W").unwrap());
    let q8_0 = Precision::named("q8_0").unwrap();
    assert_eq!(hardware.reached_bandwidth(&q8_0).1, TrafficLimit::InFlight);
    let estimator = Estimator::new(&hardware, q8_0, Workload::default()).unwrap();
    let shape = fixtures::library().known_model("Qwen3-0.6B").unwrap().architecture;
    let tpot_s = |bandwidth: f64, compute: f64| {
        let [bandwidth, compute] = [bandwidth, compute].map(|factor| Factor::new(factor).unwrap());
        let imagined = hardware.scaled(&Scaling { bandwidth, compute, memory_bytes: None });
        estimator.on(&imagined).unwrap().latency(&shape).decode_s / 16.0
    };
    let elasticity = Elasticities::of(&estimator, &shape).tpot.unwrap();
    assert_eq!(elasticity.bandwidth, 0.0);
    // 28 layers of eight launches, embedding and head.
    let launches_s = (28.0 * 8.0 + 2.0) * hardware.efficiency_in(&q8_0).0.overhead.decode_s;
    let of_traffic = 1.0 - launches_s / tpot_s(1.0, 1.0);
    assert!((elasticity.compute + of_traffic).abs() < 1e-9, "{elasticity:?}, {of_traffic}");
    assert!(elasticity.compute < -0.8, "{elasticity:?}");
    // As priced: nothing of bandwidth, and what the elasticity says of compute.
    assert_eq!(tpot_s(4.0, 1.0), tpot_s(1.0, 1.0));
    let by_a_little = (tpot_s(1.0, 1.001) / tpot_s(1.0, 1.0)).ln() / 1.001_f64.ln();
    assert!((by_a_little - elasticity.compute).abs() < 1e-3, "{by_a_little}");
    // Four times the compute, and memory is the narrower.
    let fast = hardware.scaled(&Scaling { compute: Factor::MOST, ..Scaling::NONE });
    assert_eq!(fast.reached_bandwidth(&q8_0).1, TrafficLimit::Memory);
}
