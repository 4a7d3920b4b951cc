//! Lines of published measurements.

use super::*;

const TABLE: &str = include_str!("../../../../tests/measurements/table.csv");

#[test]
fn a_line_gives_up_to_two_measurements() {
    let loaded = read_plainly("table.csv", TABLE);
    assert_eq!(
        timed(&loaded),
        [
            (prefill(2048.0), 0.7),
            (decode(2176.5, Some(256.0)), 0.02),
            (prefill(1024.0), 0.05),
            (decode(1025.0, None), 0.005),
            (prefill(512.0), 0.2),
            // llama-bench generates on an empty cache.
            (decode(64.5, Some(128.0)), 0.025),
            (prefill(128.0), 2.0),
            (decode(192.5, Some(128.0)), 0.2),
            (decode(1.0, None), 0.0025),
        ]
    );
    let first = &loaded.measurements[0];
    assert_eq!(first.origin.to_string(), "table.csv:3");
    assert_eq!(first.board, Named::known("Jetson Orin Nano 8GB Super devkit", "orin-nano-8gb"));
    assert_eq!(first.mode, Named::known("15W (GPU ~612 MHz)", "15W"));
    assert_eq!((first.engine_version.as_deref(), first.batch), (Some("b9292"), 1));
    assert_eq!(first.engine, "llama.cpp CUDA (llama-server, -ngl 99)");
    assert_eq!((first.source.as_deref(), first.note.as_deref()), (Some("https://example.org/a"), Some("TTFT p50")));
    assert_eq!((first.architecture, first.formats.precision().unwrap().name), (QWEN2_5_0_5B, "q8_0"));
    assert_eq!(loaded.measurements[2].formats.kv_cache, None);
    assert_eq!(loaded.measurements[4].board, Named::written("Jetson AGX Orin"));
}

#[test]
fn warnings_of_the_table_come_along() {
    let loaded = read_plainly("table.csv", TABLE);
    let excluded: Vec<_> = loaded.measurements.iter().map(|measurement| measurement.excluded.as_deref()).collect();
    let slow = Some("ANOMALOUSLY SLOW (swap suspected) - do not calibrate on it");
    let unsaid = Some("the number format 'Q4 (Ollama default, type not stated)' is not modelled");
    assert_eq!(excluded, [None, None, None, None, None, None, slow, slow, unsaid]);
}

#[test]
fn what_was_made_of_a_table_is_said() {
    assert_eq!(
        read_plainly("table.csv", TABLE).summary(),
        "9 measurements, 3 of them excluded; table; weight format 'INT4 AWQ' taken as w4a16; decode without the number of \
         its tokens: context taken as that of the first (2 times); weight format 'F16' taken as fp16; llama-bench \
         generates on an empty cache: context taken as the generated tokens alone; decode without the length of its \
         prompt: context taken as the generated tokens alone; skipped: prefill without the length of its prompt \
         (table.csv:7), the shape of 'Unheard-Of-7B' is not known (table.csv:8); ignored: asked_by"
    );
}

#[test]
fn what_is_wrong_is_named_by_line_and_column() {
    let header = "device,engine,model,params_b,weight_format,prompt_tokens,prefill_ms,prefill_tok_s,decode_tok_s";
    for (row, message) in [
        (
            "a,b,Qwen2.5-0.5B,0.494,FP16,1000,100,1000,",
            "t.csv:2, 'prefill_tok_s': 1000.0 per second contradicts the 10000 per second of 'prefill_ms'\n  expected: both \
             to agree within 2 %",
        ),
        (
            "a,b,Qwen2.5-0.5B,,FP16,1000,-1,,",
            "t.csv:2, 'prefill_ms': '-1' is out of range\n  expected: a time above 0 and below eleven days",
        ),
        (
            "a,b,Qwen2.5-0.5B,,FP16,1000,,,NaN",
            "t.csv:2, 'decode_tok_s': 'NaN' is not finite\n  expected: a finite number",
        ),
        (
            "a,b,Qwen2.5-0.5B,,FP16,1000,,,0",
            "t.csv:2, 'decode_tok_s': '0' is out of range\n  expected: a number per second, above 0",
        ),
        (
            "a,b,Qwen2.5-0.5B,7,FP16,1000,1,,",
            "t.csv:2, 'params_b': the file's model has 7,000,000,000 parameters\n  expected: 494,008,192 within 2 %, as \
             Qwen2.5-0.5B has\n  try: give the shape of the model that ran: --model config.json",
        ),
        ("a,b,,,FP16,1000,1,,", "t.csv:2, 'model': the key is missing"),
        (
            "a,b,Qwen2.5-0.5B,,,1000,1,,",
            "t.csv:2: the file does not say which number format the weights have\n  try: give it: --precision fp16",
        ),
        (
            "a,b,Qwen2.5-0.5B,,FP16,1000,1",
            "t.csv:2: the row has 7 cells, the header 9\n  expected: a cell for each column, left empty where there is no \
             value\n  try: put a cell that contains a comma in double quotes",
        ),
        (
            "a,b,Qwen2.5-0.5B,,FP16,1000,,,",
            "t.csv: there are no measurements in the file\n  expected: other than what was skipped: there is no time in the \
             row (t.csv:2)",
        ),
    ] {
        assert_eq!(refusal("t.csv", &format!("{header}\n{row}\n")), message);
    }
    assert_eq!(refusal("t.csv", "model,model,decode_tok_s\n"), "t.csv:1, 'model': the column stands twice");
    assert_eq!(
        refusal("t.csv", &format!("{header}\na,\"b,c\n,,d\n")),
        "t.csv:2: the row has 2 cells, the header 9\n  expected: a cell for each column, left empty where there is no \
         value\n  try: put a cell that contains a comma in double quotes"
    );
}

/// One row of another size does not take the others with it.
#[test]
fn a_row_of_another_size_among_others_is_skipped() {
    let loaded = read_plainly(
        "t.csv",
        "engine,model,params_b,weight_format,gen_tokens,decode_tok_s\n\
         mine,Qwen2.5-0.5B,0.494,q8_0,64,50\n\
         mine,Llama-3.2-1B,2.13,q8_0,64,20\n",
    );
    assert_eq!(loaded.measurements.len(), 1);
    assert_eq!(loaded.skipped[0].reason, "the file's model has 2,130,000,000 parameters, which Llama-3.2-1B has not");
}
