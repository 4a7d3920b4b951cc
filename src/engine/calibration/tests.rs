//! Known efficiencies come back; what cannot be known is refused in so many words.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::architecture::Architecture;
use crate::efficiency::{Clocks, Efficiencies, Efficiency, Overhead};
use crate::hardware::Hardware;
use crate::precision::Precision;
use crate::reference::QWEN2_5_0_5B;
use crate::roofline::{Estimator, PrefillChunk};
use crate::workload::Workload;

const TRUTH: Efficiency = Efficiency {
    compute: 0.45,
    bandwidth: 0.8,
    in_flight_bytes_per_s: None,
    overhead: Overhead { prefill_s: 4e-5, decode_s: 9e-6 },
};

fn board(fp16_flops_per_s: f64, bandwidth_bytes_per_s: f64) -> Hardware {
    Hardware {
        name: "board".into(),
        fp16_flops_per_s,
        int8_flops_per_s: None,
        fp8_flops_per_s: None,
        fp4_flops_per_s: None,
        bandwidth_bytes_per_s,
        memory_bytes: 64e9,
        reserved_bytes: 0.0,
        watts: None,
        compute_capability: None,
        efficiency: Efficiencies::IDEAL,
    }
}

/// Models from 0.1 to 8 billion parameters, by layers and width.
fn models() -> Vec<(String, Architecture)> {
    [(30, 576), (24, 896), (28, 1536), (36, 2560), (36, 4096)]
        .into_iter()
        .map(|(layers, width)| {
            let heads = width / 64;
            let shape =
                Architecture { layers, width, heads, kv_heads: heads, expert_hidden: 3 * width, ..QWEN2_5_0_5B };
            (format!("m{width}"), shape)
        })
        .collect()
}

fn observe(
    model: &(String, Architecture),
    pass: Pass,
    hardware: &Hardware,
    clocks: Clocks,
    reach: &Reach,
) -> Observation {
    let observation = Observation {
        model: model.0.clone(),
        shape: model.1,
        precision: Precision::FP16,
        pass,
        batch: 1,
        prefill_chunk_tokens: Some(200),
        seconds: 1.0,
        hardware: hardware.clone(),
        clocks,
    };
    let seconds = Row::of(&observation).unwrap().predicted_s(reach);
    Observation { seconds, ..observation }
}

const PREFILL: Pass = Pass::Prefill { prompt_tokens: 512.0, cached_tokens: 30.0 };
const DECODE: Pass = Pass::Decode { context_tokens: 640.0 };

/// Every model at a short and a long prompt and in decode, on one board in one mode.
fn one_mode() -> Vec<Observation> {
    let hardware = board(40e12, 200e9);
    let short = Pass::Prefill { prompt_tokens: 64.0, cached_tokens: 0.0 };
    let reach = Reach::constant(TRUTH);
    let row = |model, pass| observe(model, pass, &hardware, Clocks::default(), &reach);
    models().iter().flat_map(|model| [short, PREFILL, DECODE].map(|pass| row(model, pass))).collect()
}

fn only(observations: &[Observation]) -> Result<Calibration, Vec<Refusal>> {
    let mut groups = calibrate(observations).unwrap();
    assert_eq!(groups.len(), 1);
    groups.remove(0).outcome
}

fn refusals(observations: &[Observation]) -> Vec<String> {
    only(observations).unwrap_err().iter().map(Refusal::to_string).collect()
}

fn assert_near(name: &str, found: f64, truth: f64, tolerance: f64) {
    assert!((found / truth - 1.0).abs() < tolerance, "{name}: {found} for {truth}");
}

fn assert_found(found: &Efficiency, tolerance: f64) {
    assert_near("e_c", found.compute, TRUTH.compute, tolerance);
    assert_near("e_m", found.bandwidth, TRUTH.bandwidth, tolerance);
    assert_near("t_0 prefill", found.overhead.prefill_s, TRUTH.overhead.prefill_s, tolerance);
    assert_near("t_0 decode", found.overhead.decode_s, TRUTH.overhead.decode_s, tolerance);
}

#[test]
fn exact_measurements_give_their_efficiencies_back() {
    let calibration = only(&one_mode()).unwrap();
    assert_found(&calibration.reach.efficiency, 1e-5);
    assert_eq!((calibration.phases, calibration.refusals.len()), (CalibratedPhases::Both, 0));
    assert_eq!((calibration.reach.bytes_per_sm_cycle, calibration.cautions.len()), (None, 0));
    for phase in [Phase::Prefill, Phase::Decode] {
        let left_out = calibration.errors(phase, Prediction::LeftOut).unwrap();
        assert!(left_out.worst < 1e-4, "{left_out:?}");
        let ideal = calibration.errors(phase, Prediction::Ideal).unwrap();
        assert!(ideal.median > 0.2, "{ideal:?}");
    }
    assert_eq!(calibration.errors(Phase::Decode, Prediction::InSample).unwrap().rows, 5);
}

#[test]
fn noise_of_three_percent_moves_them_by_little_and_within_their_ranges() {
    for seed in 0..5 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut observations = one_mode();
        for observation in &mut observations {
            let uniform = (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
            observation.seconds *= (0.03 * uniform).exp();
        }
        let calibration = only(&observations).unwrap();
        let found = &calibration.reach.efficiency;
        assert_near("e_c", found.compute, TRUTH.compute, 0.1);
        assert_near("e_m", found.bandwidth, TRUTH.bandwidth, 0.1);
        assert_near("t_0 prefill", found.overhead.prefill_s, TRUTH.overhead.prefill_s, 0.5);
        assert_near("t_0 decode", found.overhead.decode_s, TRUTH.overhead.decode_s, 0.5);
        for estimate in &calibration.estimates {
            assert!(estimate.low <= estimate.value && estimate.value <= estimate.high, "{estimate:?}");
        }
        let left_out = calibration.errors(Phase::Decode, Prediction::LeftOut).unwrap();
        assert!(left_out.median < 0.08, "{left_out:?}");
    }
}

#[test]
fn one_wild_row_does_not_move_the_rest() {
    let mut observations = one_mode();
    observations[4].seconds *= 3.0;
    assert_found(&only(&observations).unwrap().reach.efficiency, 0.05);
}

#[test]
fn modes_tell_what_follows_the_clocks() {
    let reach = Reach {
        efficiency: Efficiency { bandwidth: 0.7, ..TRUTH },
        bytes_per_sm_cycle: Some(9.0),
        at_cpu_hz: Some(1.8e9),
    };
    let modes = [(4.0, 0.4e9, 0.9e9, 60e9), (8.0, 0.6e9, 1.5e9, 60e9), (8.0, 1.0e9, 1.8e9, 100e9)];
    let mut observations = Vec::new();
    for (sms, gpu_hz, cpu_hz, bandwidth) in modes {
        let hardware = board(sms * gpu_hz * 2048.0, bandwidth);
        let clocks = Clocks { sms: Some(sms), gpu_hz: Some(gpu_hz), cpu_hz: Some(cpu_hz) };
        let row = |model, pass| observe(model, pass, &hardware, clocks, &reach);
        observations.extend(models().iter().flat_map(|model| [PREFILL, DECODE].map(|pass| row(model, pass))));
    }
    let found = only(&observations).unwrap().reach;
    assert_near("b", found.bytes_per_sm_cycle.unwrap(), 9.0, 1e-4);
    assert_near("e_m", found.efficiency.bandwidth, 0.7, 1e-4);
    assert_near("t_0", found.efficiency.overhead.decode_s, 9e-6, 1e-3);
    assert_eq!(found.at_cpu_hz, Some(1.8e9));
}

#[test]
fn the_estimator_predicts_what_the_fit_does() {
    let observations = one_mode();
    let mut hardware = board(40e12, 200e9);
    hardware.efficiency = TRUTH.into();
    for observation in observations {
        let workload = match observation.pass {
            Pass::Prefill { prompt_tokens, cached_tokens } => Workload {
                cached_tokens: cached_tokens as u32,
                batch: 1,
                prompt_tokens: prompt_tokens as u32,
                generated_tokens: 0,
            },
            Pass::Decode { context_tokens } => {
                Workload { cached_tokens: 0, batch: 1, prompt_tokens: context_tokens as u32 - 1, generated_tokens: 1 }
            }
        };
        let estimator = Estimator::new(&hardware, Precision::FP16, workload).unwrap();
        let estimator = estimator.with_prefill_chunk(Some(PrefillChunk::Tokens(200)));
        let latency = estimator.latency(&observation.shape);
        let predicted_s = match observation.pass.phase() {
            Phase::Prefill => latency.prefill_s,
            Phase::Decode => latency.decode_s,
        };
        assert_near(&observation.model, predicted_s, observation.seconds, 1e-12);
    }
}

#[test]
fn what_the_rows_do_not_fix_is_refused_with_what_to_measure() {
    let all = one_mode();
    let pick = |phase: Phase, models: usize| -> Vec<Observation> {
        all.iter().take(3 * models).filter(|row| row.pass.phase() == phase).cloned().collect()
    };
    let no_prefill = "no prefill rows: prefill stays uncalibrated";
    assert_eq!(
        refusals(&pick(Phase::Decode, 2)),
        [
            no_prefill,
            "2 decode rows cannot fix 2 numbers (e_m, t_0 of decode) and leave one to check them: add a model of \
             another shape, several times larger or smaller"
        ]
    );
    let thrice = [pick(Phase::Decode, 1), pick(Phase::Decode, 1), pick(Phase::Decode, 1)].concat();
    assert_eq!(
        refusals(&thrice),
        [
            no_prefill,
            "the 3 decode rows of one shape are too alike to fix e_m: add a model of another shape, several times larger or \
             smaller"
        ]
    );
    assert_eq!(calibrate(&[]), Ok(Vec::new()));
}

#[test]
fn decode_alone_leaves_prefill_uncalibrated() {
    let decode: Vec<Observation> = one_mode().into_iter().filter(|row| row.pass.phase() == Phase::Decode).collect();
    let calibration = only(&decode).unwrap();
    assert_eq!(calibration.phases, CalibratedPhases::Decode);
    assert_eq!(calibration.refusals, [Refusal { phase: Phase::Prefill, reason: Reason::NotMeasured }]);
    let found = calibration.reach.efficiency;
    assert_near("e_m", found.bandwidth, TRUTH.bandwidth, 1e-5);
    assert_eq!((found.compute, found.overhead.prefill_s), (1.0, 0.0));
    assert!(calibration.estimates.iter().all(|estimate| estimate.parameter.phase() == Phase::Decode));
}

#[test]
fn rows_faster_than_the_peaks_are_called_impossible() {
    let mut observations = one_mode();
    for observation in &mut observations {
        observation.seconds /= 20.0;
    }
    let words = refusals(&observations);
    assert_eq!(words.len(), 2);
    for (words, phase, rows) in [(&words[0], "prefill", 10), (&words[1], "decode", 5)] {
        let begins = format!("{rows} of {rows} {phase} rows are faster than the peaks allow, by up to a factor of ");
        assert!(words.starts_with(&begins), "{words}");
    }
}

#[test]
fn a_single_row_that_is_too_fast_casts_doubt() {
    let mut observations = one_mode();
    observations[14].seconds /= 1.5;
    let words: Vec<String> = only(&observations).unwrap().cautions.iter().map(Caution::to_string).collect();
    assert!(words[0].starts_with("1 row is faster than the ideal roofline allows (m4096 by "), "{words:?}");
}

#[test]
fn formats_are_fitted_apart() {
    let mut observations = one_mode();
    let mut others = one_mode();
    for other in &mut others {
        other.precision = Precision { name: "w4a16", family: "w4a16", ..other.precision };
        other.seconds *= 2.0;
    }
    observations.extend(others);
    let groups = calibrate(&observations).unwrap();
    let formats: Vec<&[&str]> = groups.iter().map(|group| group.formats.as_slice()).collect();
    assert_eq!(formats, [["fp16"], ["w4a16"]]);
    assert_found(&groups[0].outcome.as_ref().unwrap().reach.efficiency, 1e-5);
    let slower = groups[1].outcome.as_ref().unwrap().reach.efficiency;
    assert_near("e_m", slower.bandwidth, TRUTH.bandwidth / 2.0, 1e-5);
    assert_eq!(groups[1].members[0], 15);
}

/// A model that is known under two names would be its own training data. So its twin is left out with it, and both
/// count as one shape.
#[test]
fn models_of_one_shape_are_left_out_together() {
    let mut observations = one_mode();
    let honest = only(&observations).unwrap().errors(Phase::Decode, Prediction::LeftOut).unwrap();
    // The largest model decodes a third slower than all others. A fit without it cannot know that.
    observations[14].seconds *= 1.5;
    let unseen = |observations: &[Observation]| {
        let calibration = only(observations).unwrap();
        calibration.rows[14].error(Prediction::LeftOut).unwrap()
    };
    let alone = unseen(&observations);
    assert!(alone < -0.3 && honest.worst < 1e-4, "{alone}");
    let twins: Vec<Observation> = observations[12..15]
        .iter()
        .map(|row| {
            let shape = Architecture { vocab: row.shape.vocab + 128, tied: !row.shape.tied, ..row.shape };
            Observation { model: "its twin".into(), shape, ..row.clone() }
        })
        .collect();
    observations.extend(twins);
    assert_eq!(shapes(observations.iter()), 5);
    assert!((unseen(&observations) - alone).abs() < 1e-12);
    let same_shape: Vec<Observation> = observations[12..].to_vec();
    let words: Vec<String> = only(&same_shape).unwrap().cautions.iter().map(Caution::to_string).collect();
    assert_eq!(
        words,
        ["models of one shape only: nothing says how well others are predicted; measure a model of another shape"]
    );
}
