//! vLLM's two benchmarks.

use super::*;

const LATENCY: &str = include_str!("../../../../tests/measurements/vllm-latency.json");
const SERVE: &str = include_str!("../../../../tests/measurements/vllm-serve.json");

fn told(options: &mut Options<'static>) {
    options.model = models("Llama-3.2-1B");
    options.precision = Some("bf16".to_owned());
}

fn latency(output_len: Option<u32>) -> Result<Loaded> {
    read_with("f.json", LATENCY, |options| {
        told(options);
        options.input_len = Some(1024);
        options.output_len = output_len;
        options.batch = Some(4);
    })
}

#[test]
fn a_batch_is_timed_from_prompt_to_last_token() {
    let request = latency(Some(128)).unwrap();
    assert_eq!(timed(&request), [(Phase::Request { prompt_tokens: 1024.0, generated_tokens: 128.0 }, 1.225)]);
    let measurement = &request.measurements[0];
    assert_eq!((measurement.batch, measurement.spread_s, measurement.engine.as_str()), (4, Some(0.01), "vLLM"));
    assert_eq!((measurement.architecture, measurement.formats.weights.label()), (LLAMA_3_2_1B, "bf16"));
    assert_eq!(request.summary(), "1 measurement; vllm bench latency");
    assert_eq!(timed(&latency(Some(1)).unwrap()), [(prefill(1024.0), 1.225)]);
}

#[test]
fn what_the_file_does_not_say_must_be_told() {
    assert_eq!(
        latency(None).unwrap_err().to_string(),
        "f.json: the file does not say how many tokens its requests had\n  try: give them as vllm was given them: \
         --input-len 1024 --output-len 128 --batch 1"
    );
    let model = read_with("f.json", LATENCY, |options| {
        (options.input_len, options.output_len, options.batch) = (Some(1), Some(1), Some(1));
    });
    assert_eq!(
        model.unwrap_err().to_string(),
        "f.json: the file does not say which model ran\n  try: give its shape: --model config.json"
    );
    let format = refusal("f.json", SERVE);
    assert_eq!(
        format,
        "f.json: the file does not say which number format the weights have\n  try: give it: --precision fp16"
    );
}

fn serve(text: &str) -> Loaded {
    read_with("f.json", text, |options| options.precision = Some("bf16".to_owned())).unwrap()
}

#[test]
fn a_server_gives_both_phases() {
    let loaded = serve(SERVE);
    assert_eq!(timed(&loaded), [(prefill(1000.0), 0.0412), (decode(1064.5, Some(128.0)), 9.8 / 1e3)]);
    let first = &loaded.measurements[0];
    assert_eq!(first.model, Named::known("Qwen/Qwen2.5-0.5B-Instruct", "Qwen2.5-0.5B"));
    assert_eq!((first.spread_s, first.excluded.as_deref()), (Some(0.0015), None));
    assert!(loaded.ignored.contains(&"backend".to_owned()) && loaded.remarks.is_empty());
    // Lists are left out of some files.
    let totals = SERVE.replace("\"input_lens\": [990, 1010], \"output_lens\": [128, 128],", "");
    assert_eq!(timed(&serve(&totals)), timed(&loaded));
}

#[test]
fn requests_at_once_are_no_single_stream() {
    for (text, reason) in [
        (
            SERVE.replace("\"max_concurrent_requests\": 1", "\"max_concurrent_requests\": 8"),
            "up to 8 requests ran at once, and a single stream is what is predicted",
        ),
        (
            SERVE.replace("\"max_concurrent_requests\": 1,", "").replace("\"max_concurrency\": 1,", ""),
            "the file does not say that one request ran at a time (--max-concurrency 1)",
        ),
    ] {
        assert_eq!(serve(&text).measurements[1].excluded.as_deref(), Some(reason));
    }
    let uneven = SERVE.replace("[990, 1010]", "[100, 1900]").replace("\"failed\": 0", "\"failed\": 1");
    assert_eq!(
        serve(&uneven).remarks,
        ["prompts differ in length: the median time is taken for one of their mean length", "some requests failed"]
    );
}
