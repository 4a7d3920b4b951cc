//! Three shapes of lines, gaps, idle times, and what is no log.

use proptest::prelude::*;

use super::*;

const AGX: &str = "RAM 23336/62841MB (lfb 199x4MB) SWAP 0/31421MB (cached 0MB) CPU [0%@2201,5%@2201] GR3D_FREQ 97% cpu@48.812C \
                   gpu@43.687C tj@48.812C VDD_GPU_SOC 20000mW/5190mW VDD_CPU_CV 2000mW/2032mW VIN_SYS_5V0 4500mW/4539mW";
const NANO: &str = "RAM 5000/7620MB (lfb 2x4MB) SWAP 0/3810MB (cached 0MB) CPU [1%@1728,off] EMC_FREQ 18%@2133 GR3D_FREQ 84%@[612] \
                    cpu@50C VDD_IN 11000mW/9000mW VDD_CPU_GPU_CV 5000mW/4000mW VDD_SOC 2000mW/2000mW";
const THOR: &str = "RAM 9000/125770MB (lfb 1x4MB) CPU [3%@1000] EMC_FREQ 3%@3199 GR3D_FREQ 92%@[1300,1295] VDD_GPU_SOC \
                    51390mW/5139mW/60000mW VDD_CPU_CV 4000mW/4000mW/4000mW VIN_SYS_5V0 6000mW/6000mW/6000mW";

/// The line with what it says of the input rail and of the load.
fn nano(watts: f64, load: u32) -> String {
    let rail = format!("VDD_IN {:.0}mW", watts * 1e3);
    NANO.replace("VDD_IN 11000mW", &rail).replace("GR3D_FREQ 84%", &format!("GR3D_FREQ {load}%"))
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect()
}

#[test]
fn three_shapes_of_lines_are_read() {
    for (line, watts, rails, gpu_hz) in [
        (AGX, 26.5, "VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0", None),
        (NANO, 11.0, "VDD_IN", Some(612e6)),
        (THOR, 61.39, "VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0", Some(1300e6)),
        // Releases before 5 have no units, and Xavier has rails of its own.
        (
            "RAM 613/3964MB (lfb 634x4MB) GR3D_FREQ 80% POM_5V_IN 9000/943 POM_5V_GPU 3000/0 POM_5V_CPU 123/123",
            9.0,
            "POM_5V_IN",
            None,
        ),
        (
            "RAM 9/31919MB GR3D_FREQ 99%@1377 AO@42C GPU 9000/8000 CPU 1000/900 SOC 2500/2400 CV 0/0 VDDRQ 1500/1500 SYS5V 2000/2000",
            16.0,
            "GPU + CPU + SOC + CV + VDDRQ + SYS5V",
            Some(1377e6),
        ),
        // Memory that the 5 V rail feeds is not counted twice.
        (
            "RAM 9/9MB GR3D_FREQ 60% VDD_GPU_SOC 9000mW/1mW VIN_SYS_5V0 5000mW/1mW VDDQ_VDD2_1V8AO 1200mW/1mW",
            14.0,
            "VDD_GPU_SOC + VIN_SYS_5V0",
            None,
        ),
    ] {
        let log = read("p.log", &lines(vec![line.to_owned(); 6])).unwrap();
        assert!((log.watts - watts).abs() < 1e-9, "{line}: {}", log.watts);
        assert_eq!((log.rails.join(" + ").as_str(), log.gpu_hz, log.busy_samples), (rails, gpu_hz, 6));
    }
}

#[test]
fn only_what_was_drawn_while_computing_counts() {
    let idle = std::iter::repeat_n(nano(4.0, 3), 10);
    let busy = (0..=10).map(|tenth| nano(10.0 + f64::from(tenth) / 10.0, 96));
    let log = read("p.log", &lines(idle.clone().chain(busy).chain(idle))).unwrap();
    assert!((log.watts - 10.5).abs() < 1e-9, "{log:?}");
    assert_eq!((log.low_watts, log.high_watts, log.busy_samples, log.samples), (10.1, 10.9, 11, 31));
    assert_eq!(log.in_words(), "10.5 W while it computed (10.1 to 10.9, 11 of 31 samples of VDD_IN)");
    // Without a load the power itself tells.
    let silent = |line: String| line.replace("GR3D_FREQ", "GR3D_OFF");
    let idle = std::iter::repeat_n(silent(nano(4.0, 0)), 10);
    let busy = std::iter::repeat_n(silent(nano(9.0, 0)), 10);
    assert!((read("p.log", &lines(idle.chain(busy))).unwrap().watts - 9.0).abs() < 1e-9);
    let even = std::iter::repeat_n(silent(nano(9.0, 0)), 10);
    assert_eq!(read("p.log", &lines(even)).unwrap().busy_samples, 10);
}

/// A mean over time: two samples of one second count half each, and nothing is known of a gap.
#[test]
fn samples_count_for_their_time_and_gaps_for_nothing() {
    let at = |second: u32, watts: f64| format!("11-29-2026 10:00:{second:02} {}", nano(watts, 90));
    let text = lines([at(0, 10.0), at(1, 10.0), at(2, 10.0), at(2, 20.0), at(3, 10.0), at(40, 10.0), at(41, 10.0)]);
    let log = read("p.log", &text).unwrap();
    // Six seconds of 10 W, of which one half had 20 W.
    assert!((log.watts - (5.0 * 10.0 + 0.5 * 10.0 + 0.5 * 20.0) / 6.0).abs() < 1e-9, "{log:?}");
    assert_eq!(log.gaps, 1);
    assert!(log.in_words().ends_with("; 1 gap left out)"), "{}", log.in_words());
}

#[test]
fn what_is_no_log_of_power_is_named() {
    let refusal = |text: &str| read("p.log", text).unwrap_err().to_string();
    assert!(refusal("hello\n").starts_with("p.log: this is no log of tegrastats\n  expected: lines such as RAM"));
    let without = NANO.split(" VDD_IN").next().unwrap();
    assert!(refusal(&lines(vec![without.to_owned(); 9])).starts_with("p.log: the log has no rail of power\n"));
    let idle = lines((0..20).map(|at| nano(4.0, if at < 2 { 90 } else { 1 })));
    let refused = refusal(&idle);
    assert!(refused.starts_with("p.log: the board computed in 2 of 20 samples\n"), "{refused}");
    assert!(refused.ends_with("try: sudo tegrastats --interval 200 --logfile power.log, while the benchmark runs"));
    // A line that was cut off is left out.
    let cut = lines(vec![AGX.to_owned(); 6]) + AGX.split(" VIN").next().unwrap();
    assert_eq!(read("p.log", &cut).unwrap().samples, 6);
    assert!(load(Path::new("none.log")).unwrap_err().to_string().starts_with("none.log: the file cannot be read"));
}

proptest! {
    #[test]
    fn arbitrary_text_is_harmless(text in "(RAM 1/2MB [A-Z0-9_ %@/m.W\\[\\]:-]{0,80}\n){0,8}.{0,60}") {
        if let Ok(log) = read("p", &text) {
            prop_assert!(log.watts.is_finite() && log.low_watts > 0.0 && log.low_watts <= log.high_watts);
        }
    }
}
