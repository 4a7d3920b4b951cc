//! Files that hold no measurements.

use super::*;

#[test]
fn what_no_tool_writes_is_refused_with_what_tools_do() {
    let tools = "no known tool writes measurements like these\n  expected: llama-bench, llama-batched-bench, ";
    for text in
        ["hello", "{}", "{\"a\": 1}", "[{\"a\": 1}]", "[1]", "[INFO] 3\n", "a,b\n1,2\n", "{\"a\": 1}\n{\"b\": 2}\n"]
    {
        let refused = refusal("x", text);
        assert!(refused.starts_with(&format!("x: {tools}")), "{text}: {refused}");
        assert!(refused.ends_with(
            "\n  try: copy prompt and generated tokens, TTFT and rate into CSV with the columns \
             model,engine,weight_format,prompt_tokens,gen_tokens,prefill_ms,decode_tok_s"
        ));
    }
}

/// A tool whose files have nothing to compare is called by its name, with what to do instead.
#[test]
fn a_tool_that_is_not_read_is_named() {
    for (text, tool, advice) in [
        (
            r#"{"elapsed_time": 3.1, "num_requests": 100, "total_num_tokens": 9000, "requests_per_second": 32.2,
                "tokens_per_second": 2903.2}"#,
            "vllm bench throughput",
            "run vllm bench serve with --max-concurrency 1",
        ),
        (
            r#"{"benchmarks": [{"metrics": {"inter_token_latency_ms": {"successful": {"mean": 9.1}}}}]}"#,
            "GuideLLM",
            "into CSV with the columns",
        ),
        (
            "> hello\n\n[ Prompt: 217.7 t/s | Generation: 20.6 t/s ]\n",
            "llama-cli's short summary",
            "run llama-bench -o json",
        ),
        (
            "RAM 2000/7620MB (lfb 1x4MB) GR3D_FREQ 84%@[713] VDD_IN 17946mW/15710mW\n",
            "tegrastats",
            "give it as --power",
        ),
    ] {
        let refused = refusal("x", text);
        assert!(refused.starts_with(&format!("x: this is of {tool}, which is not read\n")), "{refused}");
        assert!(refused.contains("\n  try: ") && refused.contains(advice), "{refused}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let bytes = |bytes: &[u8]| read("x", bytes, &options()).unwrap_err().to_string();
    assert_eq!(bytes(b" \n"), "x: the file is empty\n  expected: measurements");
    assert_eq!(bytes(b"a\n\xff"), "x:2: the file is not UTF-8 text");
    assert_eq!(
        bytes(b"GGUF\x03\0\0\0\xff"),
        "x:1: the file is not UTF-8 text\n  try: a model is no measurement: give it as --model"
    );
    assert_eq!(refusal("x", "[]"), "x: there are no measurements in the file\n  expected: one entry for each test");
    assert_eq!(refusal("x", "[\n{\"n_prompt\": 1, \"n_prompt\": 1}]"), "x:2: the key 'n_prompt' stands twice");
    assert!(refusal("x", "[{\"n_prompt\": 512,").starts_with("x:1: not JSON at character 18: EOF"));
    assert_eq!(
        refusal("x", "{\"n_prompt\":1,\"n_gen\":0,\"avg_ns\":1}\n{\"n_prompt\":\n"),
        "x:2: not JSON at character 12: EOF while parsing a value\n  try: the file ends too early: wait until it is \
         written, or copy it again"
    );
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let large = vec![b' '; LARGEST_BYTES + 1];
    let error = read("x", &large, &options()).unwrap_err().to_string();
    assert_eq!(error, "x: the file is too large for one of measurements\n  expected: at most 200 MB");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = load(Path::new("tests/measurements/none.json"), &options()).unwrap_err().to_string();
    assert!(error.starts_with("tests/measurements/none.json: the file cannot be read: "), "{error}");
}
