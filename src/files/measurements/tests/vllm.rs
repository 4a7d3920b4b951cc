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
    assert!(loaded.ignored.contains(&"p99_itl_ms".to_owned()) && loaded.remarks.is_empty());
    // Lists are left out of some files.
    let totals = SERVE.replace("\"input_lens\": [990, 1010], \"output_lens\": [128, 128],", "");
    assert_eq!(timed(&serve(&totals)), timed(&loaded));
}

/// The fixture with one piece of text replaced.
fn with(from: &str, to: &str) -> String {
    assert!(SERVE.contains(from), "{from}");
    SERVE.replace(from, to)
}

fn doubt(text: &str) -> Option<String> {
    serve(text).measurements[1].excluded.clone()
}

#[test]
fn hw_vllm_serve_c1_the_limit_that_was_asked_for_decides() {
    // Peaks are counted in buckets of a second: requests in a row make it 2, short ones more.
    for peak in [2, 4, 6] {
        let text = with("\"max_concurrent_requests\": 1", &format!("\"max_concurrent_requests\": {peak}"));
        assert_eq!(doubt(&text), None, "{peak}");
        assert_eq!(timed(&serve(&text)), timed(&serve(SERVE)));
    }
}

#[test]
fn requests_at_once_are_no_single_stream() {
    let unlimited = "\"max_concurrency\": null";
    let limited = "\"max_concurrency\": 1";
    let peak = "\"max_concurrent_requests\": 1";
    for (limit, peak_is, rate, reason) in [
        ("\"max_concurrency\": 8", "\"max_concurrent_requests\": 9", "", Some("up to 8 requests ran at once")),
        ("\"max_concurrency\": 8", "\"max_concurrent_requests\": 5", "", Some("up to 5 requests ran at once")),
        ("\"max_concurrency\": 8", "\"max_concurrent_requests\": 1", "", None),
        (
            unlimited,
            "\"max_concurrent_requests\": 2",
            "\"request_rate\": \"inf\", ",
            Some("the requests were sent all at once"),
        ),
        (unlimited, "\"a\": 0", "\"request_rate\": Infinity, ", Some("the requests were sent all at once")),
        (
            unlimited,
            "\"a\": 0",
            "\"request_rate\": 0.1, ",
            Some("the file does not say that one request ran at a time"),
        ),
        (unlimited, "\"max_concurrent_requests\": 2", "\"request_rate\": 0.1, ", Some("up to 2 requests ran at once")),
        // Two requests of 1.3 s that begin 5 s apart, and 1 s apart.
        (unlimited, "\"start_times\": [0, 5], \"ttfts\": [0.1, 0.1], \"itls\": [[1.2], [1.2]]", "", None),
        (unlimited, "\"start_times\": [0, 1], \"latencies\": [1.3, 1.3]", "", Some("the file does not say that one")),
    ] {
        let text = with(peak, peak_is).replace(limited, limit).replace("{\"date\"", &format!("{{{rate}\"date\""));
        let said = doubt(&text);
        let agrees = match (reason, &said) {
            (None, None) => true,
            (Some(reason), Some(said)) => said.starts_with(reason),
            _ => false,
        };
        assert!(agrees, "{text}: {said:?}");
    }
    // One request runs alone, however it was sent.
    let one = with(limited, unlimited).replace(peak, "\"a\": 0").replace("\"num_prompts\": 2", "\"num_prompts\": 1");
    assert_eq!(doubt(&one.replace("\"completed\": 2", "\"completed\": 1")), None);
    let uneven = with("[990, 1010]", "[100, 1900]").replace("\"failed\": 0", "\"failed\": 1");
    assert_eq!(
        serve(&uneven).remarks,
        ["prompts differ in length: the median time is taken for one of their mean length", "some requests failed"]
    );
}

/// A throughput counts tokens over the whole time: with nothing else, it is the time of requests, not of a decode step.
#[test]
fn a_rate_that_includes_the_prompt_is_that_of_requests() {
    let text = r#"{"duration": 71.4, "completed": 20, "max_concurrency": 1, "total_input_tokens": 20480, "model_id":
        "Qwen2.5-0.5B", "total_output_tokens": 2560, "output_throughput": 35.9, "request_throughput": 0.28}"#;
    let request = Phase::Request { prompt_tokens: 1024.0, generated_tokens: 128.0 };
    assert_eq!(timed(&serve(text)), [(request, 71.4 / 20.0)]);
}

#[test]
fn means_stand_in_for_medians() {
    let text = SERVE.replace("\"median_ttft_ms\": 41.2, ", "").replace("\"median_tpot_ms\": 9.8, ", "");
    let loaded = serve(&text);
    assert_eq!(timed(&loaded), [(prefill(1000.0), 0.043), (decode(1064.5, Some(128.0)), 9.9 / 1e3)]);
    assert_eq!(
        loaded.remarks,
        ["no medians: means are taken, with the first requests, which are often slow (2 times)"]
    );
}

/// Two lines of `sglang.bench_serving --output-file`: a single stream, and 16 at once with speculation.
const SGLANG: &str = include_str!("../../../../tests/measurements/sglang-serving.jsonl");

#[test]
fn sglang_writes_a_line_for_each_run() {
    let loaded = read_with("s.jsonl", SGLANG, told).unwrap();
    assert_eq!(loaded.format, "sglang bench_serving");
    let [first, second, third, fourth] = loaded.measurements.as_slice() else { panic!("two of each") };
    assert_eq!((first.engine.as_str(), first.phase, first.time_s), ("SGLang", prefill(1024.0), 0.075_5));
    assert_eq!((second.phase, second.time_s), (decode(1088.5, Some(128.0)), 0.011_25));
    assert_eq!((&first.excluded, &second.excluded), (&None, &None));
    assert!(third.excluded.as_ref().unwrap().starts_with("up to 16 requests ran at once"));
    assert_eq!(fourth.origin.to_string(), "s.jsonl:2");
}

const PRINTED: &str = include_str!("../../../../tests/measurements/vllm-serve.txt");

#[test]
fn the_printed_table_is_read_too() {
    let loaded = read_with("s.txt", PRINTED, |options| options.precision = Some("bf16".to_owned())).unwrap();
    assert_eq!(loaded.format, "vllm bench serve");
    // The second run is of 8 at once.
    let times = [(prefill(1024.0), 0.0955), (decode(1088.5, Some(128.0)), 0.0208)];
    assert_eq!(timed(&loaded)[..2], times);
    let [first, second, third, _] = loaded.measurements.as_slice() else { panic!("two of each") };
    assert_eq!((first.model.label(), first.origin.to_string().as_str()), ("Qwen2.5-0.5B", "s.txt:5"));
    assert_eq!((&first.excluded, &second.excluded), (&None, &None));
    assert!(third.excluded.as_ref().unwrap().starts_with("up to 8 requests ran at once"), "{third:?}");
}

/// The engine is what answered, and the user may only say more of it.
#[test]
fn an_engine_is_never_called_another() {
    let named = |backend: &str, told: Option<&str>| {
        let text = with("\"backend\": \"vllm\"", &format!("\"backend\": \"{backend}\""));
        let loaded = read_with("f.json", &text, |options| {
            options.precision = Some("bf16".to_owned());
            options.engine = told.map(str::to_owned);
        });
        loaded.unwrap().measurements[0].engine.clone()
    };
    assert_eq!(named("vllm", None), "vLLM");
    assert_eq!(named("vllm", Some("vllm 0.11")), "vllm 0.11");
    assert_eq!(named("vllm", Some("llama.cpp")), "vLLM");
    assert_eq!(named("sglang-oai", Some("vLLM")), "SGLang");
    // A client of the common interface does not know what answers.
    assert_eq!(named("openai-chat", Some("llama.cpp")), "llama.cpp");
    assert_eq!(named("openai-chat", None), "vLLM");
}

#[test]
fn a_model_called_after_its_format_needs_no_word() {
    let format = |name: &str| {
        let text = with("Qwen/Qwen2.5-0.5B-Instruct", name);
        read_with("f.json", &text, |_| {}).map(|loaded| loaded.measurements[0].formats.weights.name.clone().unwrap())
    };
    for (name, expected) in [
        ("Qwen/Qwen2.5-0.5B-Instruct-AWQ", "w4a16"),
        ("Qwen2.5-0.5B-Instruct-GPTQ-Int4", "w4a16"),
        ("RedHatAI/Qwen2.5-0.5B-Instruct-quantized.w4a16", "w4a16"),
        ("Qwen2.5-0.5B-FP8", "fp8"),
        ("qwen2.5-0.5b-q4_K_M", "q4_k_m"),
    ] {
        assert_eq!(format(name).unwrap(), expected, "{name}");
    }
    assert!(format("Qwen2.5-0.5B-Instruct-GPTQ-Int8").unwrap_err().to_string().contains("give it: --precision fp16"));
}
