//! Files of other tools, after layouts and published figures of theirs: the README of llama.cpp's batched-bench, logs of its
//! server in public threads, the documents of Ollama, `AIPerf` and GenAI-Perf, `MLPerf`'s load generator, NVIDIA's scripts.

use super::*;

/// The only model, in a format that the file does not say.
fn told(options: &mut Options<'static>) {
    options.model = models("Qwen2.5-0.5B");
    options.precision = Some("q8_0".to_owned());
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/measurements/", $name))
    };
}

/// The times are these, but for the last bit.
fn assert_timed(loaded: &Loaded, expected: &[(Phase, f64)]) {
    let times = timed(loaded);
    assert_eq!(times.len(), expected.len(), "{times:?}");
    for ((phase, time_s), (expected_phase, expected_s)) in times.iter().zip(expected) {
        assert!(phase == expected_phase && (time_s / expected_s - 1.0).abs() < 1e-9, "{phase:?} {time_s}");
    }
}

/// Each time, with what is said against its use.
fn doubts(loaded: &Loaded) -> Vec<Option<&str>> {
    loaded.measurements.iter().map(|measurement| measurement.excluded.as_deref()).collect()
}

#[test]
fn batches_of_llama_cpp() {
    let loaded = read_with("b.md", fixture!("llama-batched-bench.md"), told).unwrap();
    // Times follow from the rates, which have more digits: 2 · 128 tokens at 1295.19 per second, 128 steps of 2 at 50.90.
    let expected = [
        (prefill(128.0), 128.0 / 1186.64, 1),
        (decode(192.5, Some(128.0)), 1.0 / 41.57, 1),
        (prefill(128.0), 256.0 / 1295.19, 2),
        (decode(192.5, Some(128.0)), 2.0 / 50.90, 2),
    ];
    for (measurement, (phase, time_s, batch)) in loaded.measurements.iter().zip(expected) {
        assert_eq!((measurement.phase, measurement.batch), (phase, batch));
        assert!((measurement.time_s / time_s - 1.0).abs() < 1e-12, "{measurement:?}");
    }
    assert_eq!((loaded.measurements.len(), loaded.format), (6, "llama-batched-bench"));
    assert_eq!(loaded.measurements[0].engine, "llama.cpp");
    let lines = read_with("b.jsonl", fixture!("llama-batched-bench.jsonl"), told).unwrap();
    let batches: Vec<u32> = lines.measurements.iter().map(|measurement| measurement.batch).collect();
    assert_eq!(batches, [1, 1, 1, 2], "a shared prompt passes once");
    assert_eq!(timed(&lines)[..2], [(prefill(128.0), 0.233_81), (decode(192.5, Some(128.0)), 3.503_684 / 128.0)]);
    let wrong = fixture!("llama-batched-bench.jsonl").replace("36.532974", "46.5");
    let refused = read_with("b.jsonl", &wrong, told).unwrap_err().to_string();
    assert!(refused.starts_with("b.jsonl:2, 'speed_tg': 46.500 per second contradicts"), "{refused}");
    assert!(refusal("b.md", fixture!("llama-batched-bench.md")).contains("the file does not say which model ran"));
}

/// A sweep times a prompt and a generation after what is in the cache.
#[test]
fn a_sweep_begins_at_its_depth() {
    let text = "|    PP |     TG |   N_KV |   T_PP s | S_PP t/s |   T_TG s | S_TG t/s |\n\
                |-------|--------|--------|----------|----------|----------|----------|\n\
                |   512 |    128 |      0 |    1.094 |   468.09 |    1.780 |    71.90 |\n\
                |   512 |    128 |   7680 |    2.140 |   239.22 |    3.717 |    34.43 |\n";
    let loaded = read_with("s.md", text, told).unwrap();
    let phases: Vec<Phase> = loaded.measurements.iter().map(|measurement| measurement.phase).collect();
    assert_eq!(phases, [prefill(512.0), decode(64.5, Some(128.0)), decode(7744.5, Some(128.0))]);
    assert_eq!(loaded.skipped[0].reason, "a prompt of 512 tokens after 7680 others, which is no whole prefill");
}

#[test]
fn a_log_of_llama_server() {
    let loaded = read_plainly("s.log", fixture!("llama-server.log"));
    let expected = [
        (prefill(161.0), 2.441_22),
        (decode(161.0 + 4427.0, Some(8853.0)), 349.899_35 / 8853.0),
        (prefill(20.0), 0.04),
        (decode(180.0 + 13.0, Some(25.0)), 0.04),
    ];
    assert_timed(&loaded, &expected);
    let reused = Some("160 tokens of the prompt were not computed but reused");
    assert_eq!(doubts(&loaded), [None, None, reused, None]);
    // The log names model and format.
    let first = &loaded.measurements[0];
    assert_eq!((first.model.label(), first.formats.weights.name.as_deref()), ("Qwen2.5-0.5B", Some("q8_0")));
    assert_eq!((first.device, first.origin.to_string().as_str()), (Some(Device::Gpu), "s.log:11"));
    let partial = fixture!("llama-server.log").replace("25/25", "12/25");
    assert_eq!(doubts(&read_plainly("s.log", &partial))[0], Some("12 of 25 layers ran on the GPU"));
    // What llama-cli prints has other prefixes and counts runs.
    let cli = "llama_perf_context_print:        load time =     420.47 ms\n\
               llama_perf_context_print: prompt eval time =     100.00 ms /    50 tokens (    2.00 ms per token,   500.00 tokens per second)\n\
               llama_perf_context_print:        eval time =    1270.00 ms /   127 runs   (   10.00 ms per token,   100.00 tokens per second)\n";
    assert_eq!(
        timed(&read_with("c.log", cli, told).unwrap()),
        [(prefill(50.0), 0.1), (decode(50.0 + 64.0, Some(127.0)), 0.01)]
    );
    let nothing = cli.replace("1270.00 ms /   127 runs", "0.00 ms /     1 runs");
    assert_eq!(timed(&read_with("c.log", &nothing, told).unwrap()), [(prefill(50.0), 0.1)]);
}

#[test]
fn answers_of_llama_server() {
    let expected = [(prefill(28.0), 0.447_926), (decode(28.0 + 11.5, Some(22.0)), 1.317_711 / 22.0)];
    let loaded = read_plainly("s.json", fixture!("llama-server.json"));
    assert_eq!(timed(&loaded), expected);
    let first = &loaded.measurements[0];
    assert_eq!((first.engine.as_str(), first.engine_version.as_deref()), ("llama.cpp", Some("b6290-a6a58d64")));
    assert_eq!(first.formats.weights.name.as_deref(), Some("q8_0"));
    // As it is streamed: the last event has the times.
    let whole = fixture!("llama-server.json").replace('\n', "");
    let stream =
        format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"a\"}}}}]}}\n\ndata: {whole}\n\ndata: [DONE]\n");
    assert_eq!(timed(&read_plainly("s.txt", &stream)), expected);
    let cached = whole.replace("\"prompt_n\"", "\"cache_n\": 23780, \"draft_n\": 5, \"prompt_n\"");
    assert_eq!(
        doubts(&read_plainly("s.json", &cached)),
        [
            Some("23780 tokens of the prompt were not computed but reused"),
            Some("speculative decoding is not predicted")
        ]
    );
    let wrong = whole.replace("16.69561838673275", "26.7");
    assert!(refusal("s.json", &wrong).contains("'predicted_per_second': 26.700 per second contradicts"));
}

#[test]
fn what_ollama_prints_and_answers() {
    let printed = read_plainly("o.txt", fixture!("ollama.txt"));
    let expected = [
        (prefill(36.0), 4.208_096_886),
        (decode(36.0 + 225.0, Some(449.0)), 82.814_029_296 / 449.0),
        (prefill(36.0), 0.617_550_141),
        (decode(36.0 + 355.5, Some(710.0)), 58.758_923_041 / 710.0),
    ];
    assert_timed(&printed, &expected);
    // The same prompt in a seventh of the time was in the cache.
    let cached = Some("the prompt was in the cache: an equally long one took several times as long");
    assert_eq!(doubts(&printed), [None, None, cached, None]);
    let first = &printed.measurements[0];
    assert_eq!((first.engine.as_str(), first.model.label()), ("Ollama", "Qwen2.5-0.5B"));
    assert_eq!(first.formats.weights.name.as_deref(), Some("q8_0"));
    let answered = read_plainly("o.jsonl", fixture!("ollama.jsonl"));
    assert_eq!(timed(&answered), [(prefill(26.0), 0.325_953), (decode(171.5, Some(290.0)), 4.709_213 / 290.0)]);
    let last = fixture!("ollama.jsonl").lines().last().unwrap();
    assert_eq!(timed(&read_plainly("o.json", last)), timed(&answered));
    // A tag without a format leaves it open.
    let plain = last.replace("-instruct-q8_0", "");
    assert!(refusal("o.json", &plain).ends_with("try: give it: --precision fp16"));
}

#[test]
fn hw_mlc_csv_four_times_are_read() {
    let two = lines_of(fixture!("jetson-containers-mlc.csv"), |line| !line.contains("q4f16_1"));
    let loaded = read_plainly("mlc.csv", &two);
    let expected = [
        (prefill(16.0), 0.071),
        (decode(16.0 + 64.5, Some(128.0)), 2.972 / 128.0),
        (prefill(16.0), 0.113),
        (decode(16.0 + 64.5, Some(128.0)), 6.688 / 128.0),
    ];
    assert_eq!(timed(&loaded), expected);
    for measurement in &loaded.measurements {
        assert_eq!(measurement.engine, "MLC-LLM");
        assert_eq!(measurement.formats.weights.name.as_deref(), Some("w4a16"));
        assert_eq!(measurement.formats.head.as_ref().unwrap().name.as_deref(), Some("fp16"));
        assert_eq!(measurement.excluded, None);
    }
    assert_eq!(
        loaded.remarks,
        ["the format of the head is not said: 16 bit is assumed; --head says another (2 times)"]
    );
    let with_head = read_with("mlc.csv", &two, |options| options.head = Some("int4".to_owned())).unwrap();
    assert_eq!(with_head.measurements[0].formats.head, Some(Named::known("int4", "int4")));
    assert!(with_head.remarks.is_empty());
    // Of two models in a file, the one that is told is not the other's shape.
    let one = read_with("mlc.csv", &two, |options| options.model = models("Llama-3.2-1B")).unwrap();
    assert_eq!(timed(&one), expected[2..]);
    assert_eq!(one.skipped[0].reason, "'Qwen2.5-0.5B-Instruct-q4f16_ft' is Qwen2.5-0.5B, and --model is Llama-3.2-1B");
    // Groups of 32 take more than is modelled, and say so.
    let all = read_plainly("mlc.csv", fixture!("jetson-containers-mlc.csv"));
    assert_eq!(all.measurements[4].excluded.as_deref(), Some("the number format 'q4f16_1' is not modelled"));
    let other = two.replace(", mlc, ", ", llama.cpp, ").replace("q4f16_ft", "q8_0");
    let other = read_plainly("l.csv", &other);
    assert_eq!((other.measurements[0].engine.as_str(), &other.measurements[0].formats.head), ("llama.cpp", &None));
}

#[test]
fn one_batch_of_sglang() {
    let loaded = read_with("s.jsonl", fixture!("sglang-batch.jsonl"), told).unwrap();
    // 127 steps after the first token; (3.3 − 0.3) s of 100 steps of the server.
    let expected = [
        (prefill(1024.0), 0.075),
        (decode(1024.0 + 64.0, Some(127.0)), 0.011_25),
        (prefill(1024.0), 0.3),
        (decode(1024.0 + 50.5, Some(100.0)), (3.3 - 0.3) / 100.0),
    ];
    assert_eq!(timed(&loaded), expected);
    let batches: Vec<u32> = loaded.measurements.iter().map(|measurement| measurement.batch).collect();
    assert_eq!((batches, loaded.measurements[0].engine.as_str()), (vec![1, 1, 4, 4], "SGLang"));
    let printed = fixture!("sglang-batch.txt");
    let refused = read_with("s.txt", printed, told).unwrap_err().to_string();
    assert!(refused.contains("--input-len 1024 --output-len 128 --batch 1"), "{refused}");
    let told = |options: &mut Options<'static>| {
        told(options);
        (options.input_len, options.output_len) = (Some(364), Some(16));
    };
    assert_eq!(
        timed(&read_with("s.txt", printed, told).unwrap()),
        [(prefill(364.0), 0.035_08), (decode(364.0 + 8.0, Some(15.0)), 0.019_24)]
    );
}

#[test]
fn exports_of_aiperf() {
    let told = |options: &mut Options<'static>| options.precision = Some("bf16".to_owned());
    let loaded = read_with("a.json", fixture!("aiperf.json"), told).unwrap();
    assert_eq!(timed(&loaded), [(prefill(256.0), 0.175_05), (decode(256.0 + 32.5, Some(64.0)), 0.034_73)]);
    assert_eq!(loaded.measurements[0].model.label(), "Qwen2.5-0.5B");
    assert_eq!((doubts(&loaded), loaded.measurements[0].spread_s), (vec![None, None], Some(0.046_21)));
    assert_eq!(loaded.remarks, ["the engine is not named: --engine says it"]);
    let eight = fixture!("aiperf.json").replace("\"concurrency\": 1", "\"concurrency\": 8");
    let said = Some("up to 8 requests ran at once, and a single stream is what is predicted");
    assert_eq!(doubts(&read_with("a.json", &eight, told).unwrap()), [said, said]);
    let seconds = fixture!("aiperf.json")
        .replace("{\"unit\": \"ms\", \"avg\": 195.84, \"p50\": 175.05", "{\"unit\": \"s\", \"p50\": 0.17505");
    assert_eq!(timed(&read_with("a.json", &seconds, told).unwrap())[0].1, 0.175_05);
}

/// The CSV does not say how many requests ran at once: 5.9 s of latency times 0.17 in a second is one.
#[test]
fn the_csv_of_genai_perf() {
    let csv = fixture!("genai-perf.csv");
    let loaded = read_with("g.csv", csv, told).unwrap();
    assert_timed(&loaded, &[(prefill(127.5), 0.0232), (decode(127.5 + 256.45, Some(511.9)), 0.011_53)]);
    assert_eq!(doubts(&loaded), [None, None]);
    let crowded = csv.replace("(per sec),0.17", "(per sec),1.50");
    let said = doubts(&read_with("g.csv", &crowded, told).unwrap())[0].map(str::to_owned);
    assert_eq!(said.unwrap(), "8.9 requests ran at once on average, and a single stream is what is predicted");
    let seldom = csv.replace("(per sec),0.17", "(per sec),0.05");
    assert!(doubts(&read_with("g.csv", &seldom, told).unwrap())[0].unwrap().ends_with("if so, say --batch 1"));
    let alone = |options: &mut Options<'static>| {
        told(options);
        options.batch = Some(1);
    };
    assert_eq!(doubts(&read_with("g.csv", &seldom, alone).unwrap()), [None, None]);
}

#[test]
fn benchmarks_of_nvidia_s_skill() {
    let text = fixture!("jetson-llm-benchmark.json");
    let loaded = read_plainly("j.json", text);
    assert_eq!(timed(&loaded)[..2], [(prefill(2048.0), 0.2105), (decode(2048.0 + 64.5, Some(128.0)), 0.01)]);
    let crowded = Some("up to 8 requests ran at once, and a single stream is what is predicted");
    assert_eq!(doubts(&loaded), [None, None, crowded, crowded]);
    let first = &loaded.measurements[0];
    assert_eq!((first.engine.as_str(), first.board.name.as_deref()), ("vLLM", Some("orin-nano-8gb")));
    assert_eq!(first.mode, Named::known("15W", "15W"));
    assert_eq!(first.formats.weights.name.as_deref(), Some("w4a16"));
    assert_eq!(loaded.remarks, ["nvpmodel is 15W (id 0); MAXN/MAXN_* preferred for comparable results"]);
    // llama-bench, which the script runs for llama.cpp, generates on an empty cache.
    let llama = r#"{"skill": "jetson-llm-benchmark", "runtime": "llama.cpp", "model": "/m/Qwen2.5-0.5B-Q8_0.gguf",
        "variant": "unknown", "config": {"n_prompt": 512, "n_gen": 128, "n_gpu_layers": 99},
        "metrics": {"ttft_ms_p50": 64.0, "itl_ms_p50": 10.0, "tpot_ms_p50": 10.0, "throughput_tok_s": 100.0}}"#;
    assert_eq!(timed(&read_plainly("j.json", llama)), [(prefill(512.0), 0.064), (decode(64.5, Some(128.0)), 0.01)]);
}

/// Its rates of vLLM are those of whole requests; a rate that includes the prompt is none of a decode step.
#[test]
fn the_table_of_jetson_ai_lab() {
    let loaded = read_plainly("lab.json", fixture!("jetson-ai-lab.json"));
    let request = Phase::Request { prompt_tokens: 2048.0, generated_tokens: 128.0 };
    let expected = [(request, 128.0 / 50.0), (request, 128.0 / 17.0), (decode(2048.0 + 64.5, Some(128.0)), 1.0 / 80.0)];
    let mut times = timed(&loaded);
    times.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut expected: Vec<(Phase, f64)> = expected.to_vec();
    expected.sort_by(|a, b| b.1.total_cmp(&a.1));
    assert_eq!(times, expected);
    let boards: Vec<&str> = loaded.measurements.iter().filter_map(|one| one.board.name.as_deref()).collect();
    assert!(boards.contains(&"agx-orin-64gb") && boards.contains(&"orin-nx-16gb") && boards.len() == 3, "{boards:?}");
    assert!(loaded.measurements.iter().all(|one| one.formats.weights.name.as_deref() == Some("w4a16")));
    assert_eq!(loaded.skipped[0].reason, "the shape of 'Nemotron Nano 9B V2' is not known");
}

#[test]
fn a_summary_of_mlperf() {
    let text = fixture!("mlperf-summary.txt");
    let told = |options: &mut Options<'static>| {
        told(options);
        (options.input_len, options.output_len) = (Some(870), Some(128));
    };
    let loaded = read_with("m.txt", text, told).unwrap();
    let expected = [(prefill(870.0), 0.187_392_125), (decode(870.0 + 64.5, Some(128.0)), 0.022_683_3)];
    assert_eq!(timed(&loaded), expected);
    // Without times of tokens it is that of requests.
    let whole = lines_of(text, |line| !line.to_lowercase().contains("token"));
    let request = Phase::Request { prompt_tokens: 870.0, generated_tokens: 128.0 };
    assert_eq!(timed(&read_with("m.txt", &whole, told).unwrap()), [(request, 3.108_542)]);
    let refused = read_with("m.txt", text, self::told).unwrap_err().to_string();
    assert!(refused.contains("how many tokens its queries had") && refused.contains("--input-len 870"), "{refused}");
    let offline = text.replace("SingleStream", "Offline");
    let refused = read_with("m.txt", &offline, told).unwrap_err().to_string();
    assert!(refused.contains("scenario Offline: many queries at once"), "{refused}");
}

/// As `SGLang` prints a single stream: its peak is counted in buckets of a second.
#[test]
fn a_printed_single_stream_of_sglang() {
    let text = "============ Serving Benchmark Result ============\n\
                Backend:                                 sglang    \n\
                Traffic request rate:                    inf       \n\
                Max request concurrency:                 1         \n\
                Successful requests:                     20        \n\
                Benchmark duration (s):                  30.20     \n\
                Total input tokens:                      20480     \n\
                Total generated tokens:                  2560      \n\
                Total generated tokens (retokenized):    2559      \n\
                Concurrency:                             1.00      \n\
                Peak concurrent requests:                2         \n\
                Accept length:                           not set   \n\
                ----------------End-to-End Latency----------------\n\
                Median E2E Latency (ms):                 1504.30   \n\
                ---------------Time to First Token----------------\n\
                Median TTFT (ms):                        75.50     \n\
                -----Time per Output Token (excl. 1st token)------\n\
                Median TPOT (ms):                        11.25     \n\
                ==================================================\n";
    let loaded = read_with("s.txt", text, told).unwrap();
    assert_timed(&loaded, &[(prefill(1024.0), 0.0755), (decode(1024.0 + 64.5, Some(128.0)), 0.011_25)]);
    assert_eq!(doubts(&loaded), [None, None]);
    assert_eq!((loaded.measurements[0].engine.as_str(), loaded.format), ("SGLang", "sglang bench_serving"));
}
