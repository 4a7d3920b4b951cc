//! TensorRT Edge-LLM and trtexec.

use super::*;

const PROFILE: &str = include_str!("../../../../tests/measurements/edge-llm.json");
const TEXT: &str = include_str!("../../../../tests/measurements/edge-llm.txt");
const BENCH: &str = include_str!("../../../../tests/measurements/llm-bench.txt");
const LOG: &str = include_str!("../../../../tests/measurements/trtexec.log");
const TIMES: &str = include_str!("../../../../tests/measurements/trtexec-times.json");
const LAYERS: &str = include_str!("../../../../tests/measurements/trtexec-profile.json");

fn told(options: &mut Options<'static>) {
    options.model = models("Qwen2.5-0.5B");
    options.precision = Some("w4a16".to_owned());
    options.board = Some("agx-orin-64gb".to_owned());
}

fn loaded(text: &str) -> Loaded {
    read_with("p", text, told).unwrap()
}

fn refused(text: &str) -> String {
    read_with("p", text, told).unwrap_err().to_string()
}

#[test]
fn a_profile_reads_the_same_as_json_and_as_text() {
    let json = loaded(PROFILE);
    assert_eq!(timed(&json), [(prefill(364.0), 0.0342), (decode(428.5, Some(128.0)), 0.030_481_5)]);
    assert_eq!(json.measurements[0].board.label(), "agx-orin-64gb");
    assert_eq!(json.summary(), "2 measurements; TensorRT Edge-LLM profile; ignored: stages, peak_unified_memory_bytes");
    assert_eq!(loaded(TEXT).measurements, json.measurements);
    // A document quotes the generation alone.
    let alone = "=== LLM Generation (Excluding sampling after prefill) ===\nTokens/Second: 32.8\nAverage Time per Token: 30.4815 ms\n";
    let alone = read_with("p", alone, |options| {
        told(options);
        options.input_len = Some(512);
    });
    assert_eq!(timed(&alone.unwrap()), [(decode(513.0, None), 0.030_481_5)]);
}

#[test]
fn a_profile_must_agree_with_itself_and_be_of_the_plain_model() {
    assert_eq!(
        refused(&PROFILE.replace("32.8", "65.6")),
        "p, 'tokens_per_second': 65.600 per second contradicts the 32.807 per second of 'average_time_per_token_ms'\n  \
         expected: both to agree within 1 %"
    );
    let reused = loaded(&PROFILE.replace("\"reused_tokens\": 0", "\"reused_tokens\": 64"));
    let reason = "64 tokens of the prompts were not computed but reused";
    assert_eq!(reused.measurements[0].excluded.as_deref(), Some(reason));
    assert_eq!(reused.measurements[1].excluded, None);
    let eagle = loaded(&PROFILE.replace("\"generation\":", "\"eagle_generation\":"));
    assert_eq!(timed(&eagle), [(prefill(364.0), 0.0342)]);
    assert_eq!(eagle.remarks, ["speculative decoding is not predicted: its times were left out"]);
}

#[test]
fn a_bench_prints_its_lengths() {
    let bench = loaded(BENCH);
    // Four tokens, of which the prefill makes the first.
    assert_eq!(bench.measurements.len(), 2);
    assert_eq!(timed(&bench)[0], (prefill(364.0), 0.0342));
    let decode_s = bench.measurements[1].time_s;
    assert_eq!(bench.measurements[1].phase, decode(1026.0, Some(3.0)));
    assert!((decode_s - 0.014_922_4).abs() < 1e-12, "{decode_s}");
    assert_eq!(bench.measurements[1].origin.to_string(), "p:6");
}

#[test]
fn an_older_bench_is_told_its_lengths() {
    let older = "[INFO] E2E Time (actual performance): 14.9224 ms\n[INFO] Tokens/sec (E2E): 67.0\n";
    assert_eq!(
        refused(older),
        "p:1: the file does not say what one pass computed\n  try: give --input-len for a pass over a prompt, or \
         --past-kv-len for one token after that many others"
    );
    let step = read_with("p", older, |options| {
        told(options);
        options.past_kv_len = Some(364);
    });
    assert_eq!(timed(&step.unwrap()), [(decode(365.0, Some(1.0)), 14.9224 / 1e3)]);
    let prompt = read_with("p", older, |options| {
        told(options);
        options.input_len = Some(364);
    });
    assert!(
        prompt
            .unwrap_err()
            .to_string()
            .starts_with("p:1, 'Tokens/sec (E2E)': 67.000 per second contradicts the 24393 ")
    );
}

fn pass(text: &str) -> Loaded {
    let read = read_with("p", text, |options| {
        told(options);
        options.input_len = Some(64);
    });
    read.unwrap()
}

#[test]
fn one_pass_of_an_engine_is_its_median_on_the_gpu() {
    assert_eq!(timed(&pass(LOG)), [(prefill(64.0), 0.00425)]);
    assert_eq!(timed(&pass(TIMES)), [(prefill(64.0), 0.0043)]);
    assert_eq!(
        refused(LOG),
        "p: the file does not say what one pass computed\n  try: give --input-len for a pass over a prompt, or \
         --past-kv-len for one token after that many others"
    );
    let negative = TIMES.replace("4.1", "-4.1");
    assert!(
        refused(&negative).starts_with("p, entry 2, 'computeMs': '-4.1' is out of range"),
        "{}",
        refused(&negative)
    );
}

#[test]
fn layers_come_by_name_and_as_their_sum() {
    let layers = pass(LAYERS);
    let names: Vec<&str> = layers.operators.iter().map(|operator| operator.name.as_str()).collect();
    assert_eq!(names, ["/layers.0/q_proj", "/lm_head"]);
    assert_eq!(timed(&layers), [(prefill(64.0), 0.002_19)]);
    assert_eq!(layers.remarks, ["the sum of 2 layers, without the gaps between them"]);
}
