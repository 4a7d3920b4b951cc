//! `llama-bench` in its three spellings.

use super::*;

const JSON: &str = include_str!("../../../../tests/measurements/llama-bench.json");
const JSON_LINES: &str = include_str!("../../../../tests/measurements/llama-bench.jsonl");
const CSV: &str = include_str!("../../../../tests/measurements/llama-bench.csv");

/// The fixture with one piece of text replaced, wherever it stands.
fn with(from: &str, to: &str) -> String {
    assert!(JSON.contains(from), "{from}");
    JSON.replace(from, to)
}

#[test]
fn a_prompt_is_timed_whole_and_a_generation_by_the_token() {
    let loaded = read_plainly("bench.json", JSON);
    // 1.28 s for 128 tokens; token t looks back on 1024 + t.
    assert_eq!(timed(&loaded), [(prefill(512.0), 0.064), (decode(1088.5, Some(128.0)), 0.01)]);
    let [first, second] = loaded.measurements.as_slice() else { panic!("two") };
    assert_eq!((first.spread_s, second.spread_s), (Some(0.001), Some(0.000_1)));
    assert_eq!((first.engine.as_str(), first.engine_version.as_deref()), ("llama.cpp CUDA", Some("b4675 (55ac8c77)")));
    assert_eq!(first.model, Named::known("qwen2 1B Q8_0", "Qwen2.5-0.5B"));
    assert_eq!((first.architecture, first.model_bytes, first.batch), (QWEN2_5_0_5B, Some(525e6), 1));
    assert_eq!(first.formats.weights, Named::known("Q8_0", "q8_0"));
    assert_eq!(first.formats.kv_cache, Some(Named::known("f16", "fp16")));
    assert_eq!((first.board.clone(), first.mode.clone()), (Named::written("Orin"), Named::default()));
    assert_eq!(second.origin.to_string(), "bench.json, entry 2");
    assert_eq!(loaded.summary(), "2 measurements; llama-bench; ignored: my_fork");
}

#[test]
fn three_spellings_mean_the_same() {
    let json = read_plainly("bench", JSON);
    for (text, places) in [(JSON_LINES, [1, 2]), (CSV, [2, 3])] {
        let other = read_plainly("bench", text);
        for ((one, other), line) in json.measurements.iter().zip(&other.measurements).zip(places) {
            let origin = Origin { file: "bench".to_owned(), place: Place::Line(line) };
            assert_eq!(*other, Measurement { origin, ..one.clone() });
        }
        assert_eq!(other.measurements.len(), 2);
    }
    let one = JSON_LINES.lines().next().unwrap();
    assert_eq!(read_plainly("bench", one).measurements.len(), 1);
}

#[test]
fn the_board_may_be_told() {
    let loaded = read_with("a.json", JSON, |options| {
        options.board = Some("agx-orin-64gb".to_owned());
        options.mode = Some("MAXN".to_owned());
    });
    let first = &loaded.unwrap().measurements[0];
    assert_eq!((first.board.clone(), first.mode.label()), (Named::known("Orin", "agx-orin-64gb"), "MAXN"));
}

#[test]
fn a_head_stored_twice_is_not_tied() {
    // 151,936 × 896 more.
    let loaded = read_plainly("a.json", &with("494032768", "630167424"));
    assert!(!loaded.measurements[0].architecture.tied);
    assert_eq!(loaded.remarks, ["the file holds the head of Qwen2.5-0.5B apart from its embedding (2 times)"]);
}

#[test]
fn a_time_of_two_devices_is_excluded() {
    for (change, reason) in [
        (with("\"n_gpu_layers\": 99", "\"n_gpu_layers\": 10"), "10 of 24 layers ran on the GPU"),
        (with("\"no_kv_offload\": false", "\"no_kv_offload\": true"), "the KV cache was not on the GPU"),
        (with("\"n_batch\": 2048", "\"n_cpu_moe\": 4"), "some experts ran on the CPU"),
        (with("\"type_v\": \"f16\"", "\"type_v\": \"q8_0\""), "the KV cache format 'f16/q8_0' is not modelled"),
        (with("1B Q8_0", "1B Q9_K - Small"), "the number format 'Q9_K - Small' is not modelled"),
    ] {
        let loaded = read_plainly("a.json", &change);
        assert_eq!(loaded.measurements[1].excluded.as_deref(), Some(reason));
    }
}

#[test]
fn what_is_neither_a_prompt_nor_a_generation_is_skipped() {
    let both = with("\"n_prompt\": 0, \"n_gen\": 128", "\"n_prompt\": 512, \"n_gen\": 128");
    let deep = with("\"n_gen\": 0, \"n_depth\": 0", "\"n_gen\": 0, \"n_depth\": 4096");
    assert_eq!(
        read_plainly("a.json", &both).summary(),
        "1 measurement; llama-bench; skipped: a prompt of 512 tokens and 128 generated ones, timed as one \
         (a.json, entry 2); ignored: my_fork"
    );
    assert_eq!(
        read_plainly("a.json", &deep).skipped[0].reason,
        "a prompt of 512 tokens after 4096 others, which is no whole prefill"
    );
}

#[test]
fn a_prompt_in_pieces_is_said() {
    let loaded = read_plainly("a.json", &with("\"n_ubatch\": 512", "\"n_ubatch\": 256"));
    assert_eq!(loaded.remarks, ["prompts longer than n_ubatch pass in pieces, and weights are read once for each"]);
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (text, message) in [
        (
            with("8001.2", "800.12"),
            "a.json, entry 1, 'avg_ts': 800.12 per second contradicts the 8000.0 per second of 'avg_ns'\n  expected: both \
             to agree within 1.07 %",
        ),
        (
            with("[1267200000, 1280000000, 1292800000]", "[12672000, 12800000]"),
            "a.json, entry 2, 'samples_ns': 10050 per second contradicts the 100.00 per second of 'avg_ns'\n  expected: \
             both to agree within 1 %",
        ),
        (
            with("494032768", "1235814400"),
            "a.json, entry 1, 'model_n_params': the file's model has 1,235,814,400 parameters\n  expected: 494,008,192 \
             within 2 %, as Qwen2.5-0.5B has\n  try: give the shape of the model that ran: --model config.json",
        ),
        (
            with("Qwen2.5-0.5B-Instruct-Q8_0.gguf", "mine.gguf").replace("qwen2 1B", "mine 1B"),
            "a.json, entry 1, 'model_filename': the shape of 'models/mine.gguf' is not known\n  expected: the file of a \
             model whose shape is known here\n  try: give the shape of the model that ran: --model config.json",
        ),
        (
            with("\"avg_ns\": 64000000", "\"avg_ns\": 0"),
            "a.json, entry 1, 'avg_ns': '0' is out of range\n  expected: a time above 0 and below eleven days",
        ),
        (with("\"avg_ns\": 64000000,", ""), "a.json, entry 1, 'avg_ns': the key is missing"),
    ] {
        assert_eq!(refusal("a.json", &text), message);
    }
    let csv = CSV.replace("\"1280000000\"", "\"inf\"");
    assert_eq!(refusal("a.csv", &csv), "a.csv:3, 'avg_ns': 'inf' is not finite\n  expected: a finite number");
}

#[test]
fn a_noisy_mean_may_differ_from_the_mean_of_rates() {
    // Two samples of 32 and 96 ms: the mean of rates is 10,667 per second, the rate of the mean 8,000.
    let noisy = with("\"stddev_ns\": 1000000, \"avg_ts\": 8001.2", "\"stddev_ns\": 45254834, \"avg_ts\": 10666.7");
    assert_eq!(read_plainly("a.json", &noisy).measurements[0].time_s, 0.064);
}

const MARKDOWN: &str = include_str!("../../../../tests/measurements/llama-bench.md");

/// Most public results exist as Markdown alone.
#[test]
fn hw_llamabench_md_a_printed_table_is_read() {
    let loaded = read_plainly("bench.md", MARKDOWN);
    let json = read_plainly("bench.json", JSON);
    let [prefill_row, tg, deep, bold] = loaded.measurements.as_slice() else { panic!("four") };
    // 512 tokens at 8000 per second; 128 at 100.
    assert_eq!((prefill_row.phase, prefill_row.time_s), (prefill(512.0), 0.064));
    assert_eq!((tg.phase, tg.time_s), (decode(64.5, Some(128.0)), 0.01));
    assert_eq!((deep.phase, deep.time_s), (decode(1088.5, Some(128.0)), 0.01));
    assert_eq!((bold.phase, bold.time_s), (decode(64.5, Some(128.0)), 0.02));
    assert!((prefill_row.spread_s.unwrap() - 0.064 * 120.0 / 8000.0).abs() < 1e-12);
    for row in [prefill_row, tg, deep] {
        let of_json = &json.measurements[0];
        assert_eq!((&row.engine, &row.engine_version), (&of_json.engine, &of_json.engine_version));
        assert_eq!((&row.formats.weights, &row.board), (&of_json.formats.weights, &of_json.board));
        assert_eq!((row.architecture, row.device), (QWEN2_5_0_5B, Some(Device::Gpu)));
        assert_eq!(row.model, Named::known("qwen2 1B Q8_0", "Qwen2.5-0.5B"));
    }
    // A cache in another format, of a run that printed its build afterwards.
    assert_eq!(bold.formats.kv_cache, Some(Named::known("q8_0", "q8_0")));
    assert_eq!(bold.engine_version.as_deref(), Some("b6500 (0000000)"));
    assert!(loaded.remarks.contains(&"times come from rounded rates".to_owned()));
    assert!(loaded.remarks.contains(&"'qwen2 1B Q8_0' taken as Qwen2.5-0.5B by its parameters (4 times)".to_owned()));
    // The row of a model that nobody knows, and a prompt at a depth.
    assert_eq!(loaded.skipped.len(), 2, "{:?}", loaded.skipped);
    assert!(loaded.skipped[1].reason.contains("the shape of 'mystery 20B MXFP4 MoE' is not known"));
}

#[test]
fn a_printed_table_of_unknown_models_asks_for_them() {
    let unknown = lines_of(MARKDOWN, |line| !line.contains("qwen2"));
    let refused = refusal("a.md", &unknown);
    assert!(refused.contains("the shape of 'mystery 20B MXFP4 MoE' is not known"), "{refused}");
    assert!(refused.ends_with("try: give the shape of the model that ran: --model config.json"), "{refused}");
    for (from, to, said) in [
        ("8000.00 ± 120.00", "fast", "a.md:7, 't/s': 'fast' is no rate"),
        (" pp512 |", " zz512 |", "a.md:7, 'test': 'zz512' is no test of llama-bench"),
    ] {
        assert!(MARKDOWN.contains(from), "{from}");
        let refused = refusal("a.md", &MARKDOWN.replacen(from, to, 1));
        assert!(refused.starts_with(said), "{refused}");
    }
}

/// `-o sql`, as its printer writes the fields.
fn sql() -> String {
    let mut lines = CSV.lines();
    let columns = lines.next().unwrap();
    let insert = |line: &str| {
        let values = line.replace('\'', "''").replace('"', "'").replace("','", "', '");
        format!("INSERT INTO llama_bench ({}) VALUES ({values});\n", columns.replace(',', ", "))
    };
    format!(
        "CREATE TABLE IF NOT EXISTS llama_bench (\n  n_prompt INTEGER\n);\n\n{}",
        lines.map(insert).collect::<String>()
    )
}

#[test]
fn statements_for_a_database_are_read() {
    let (json, sql) = (read_plainly("a", JSON), read_plainly("a", &sql()));
    assert_eq!(timed(&sql), timed(&json));
    assert_eq!(sql.measurements[0].formats, json.measurements[0].formats);
    assert!(
        refusal("a.sql", "INSERT INTO t (n_prompt, n_gen) VALUES ('1');\n")
            .starts_with("a.sql:1: the statement does not insert")
    );
}

/// `2>&1` puts the log before the entries and between them.
#[test]
fn logs_around_the_entries_are_passed_over() {
    let log = "ggml_cuda_init: found 1 CUDA devices:\n  Device 0: Orin, compute capability 8.7\n[INFO] {x} loaded\n";
    let json = read_plainly("a", JSON);
    let between = JSON.replacen('}', "}llama_context: n_ctx = 512\n", 1);
    let tail = format!("{JSON}\nggml: done {{}}\n");
    let lines: String = JSON_LINES.lines().flat_map(|line| [log, line, "\n"]).collect();
    for text in [format!("{log}{JSON}"), between, format!("{log}{tail}"), lines] {
        let other = read_plainly("a", &text);
        assert_eq!(timed(&other), timed(&json), "{text}");
        assert_eq!(other.format, "llama-bench");
    }
    let csv = CSV.replacen('\n', &format!("\n{log}"), 1);
    for text in [format!("{log}{CSV}"), csv] {
        assert_eq!(timed(&read_plainly("a", &text)), timed(&json), "{text}");
    }
    // A line number is that of the file.
    let broken = CSV.replace("\"1280000000\"", "\"inf\"");
    assert!(refusal("a.csv", &format!("{log}{broken}")).starts_with("a.csv:6, 'avg_ns'"));
    // Cut off is cut off.
    let cut = &JSON[..JSON.len() - 20];
    assert!(refusal("a.json", &format!("{log}{cut}")).contains("the file ends too early"));
    assert!(refusal("a.json", cut).contains("the file ends too early"));
}

#[test]
fn what_ran_on_the_cpu_is_told_from_what_ran_on_the_gpu() {
    let device = |text: &str| read_plainly("a.json", text).measurements[0].device;
    assert_eq!(device(JSON), Some(Device::Gpu));
    assert_eq!(device(&with("\"n_gpu_layers\": 99", "\"n_gpu_layers\": 0")), Some(Device::Cpu));
    for backends in ["CPU", "BLAS,CPU"] {
        assert_eq!(device(&with("\"CUDA\"", &format!("\"{backends}\""))), Some(Device::Cpu), "{backends}");
    }
}

/// The board that is told counts, unless the driver says that it is another.
#[test]
fn a_gpu_that_is_not_the_board_s_is_not_taken_for_it() {
    let board = |gpu: &str, told: &str| {
        let text = with("\"Orin\"", &format!("\"{gpu}\""));
        let loaded = read_with("a.json", &text, |options| options.board = Some(told.to_owned())).unwrap();
        loaded.measurements[0].board.clone()
    };
    assert_eq!(board("Orin", "orin-nano-8gb"), Named::known("Orin", "orin-nano-8gb"));
    assert_eq!(board("NVIDIA GeForce RTX 4090", "orin-nano-8gb").name.as_deref(), Some("rtx-4090"));
    assert_eq!(board("NVIDIA GeForce RTX 4080", "rtx-4090"), Named::written("NVIDIA GeForce RTX 4080"));
    // A processor's name says nothing of the board around it.
    let cpu = with("\"gpu_info\": \"Orin\"", "\"gpu_info\": \"\", \"cpu_model\": \"Cortex-A76\"");
    let loaded = read_with("a.json", &cpu, |options| options.board = Some("raspberry-pi-5".to_owned())).unwrap();
    assert_eq!(loaded.measurements[0].board.name.as_deref(), Some("raspberry-pi-5"));
}
