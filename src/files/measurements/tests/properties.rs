//! Arbitrary files: no panic, and no time that is not a time.

use proptest::prelude::*;

use super::*;

const FIXTURES: [&str; 29] = [
    include_str!("../../../../tests/measurements/llama-bench.json"),
    include_str!("../../../../tests/measurements/llama-bench.jsonl"),
    include_str!("../../../../tests/measurements/llama-bench.csv"),
    include_str!("../../../../tests/measurements/table.csv"),
    include_str!("../../../../tests/measurements/vllm-latency.json"),
    include_str!("../../../../tests/measurements/vllm-serve.json"),
    include_str!("../../../../tests/measurements/edge-llm.json"),
    include_str!("../../../../tests/measurements/edge-llm.txt"),
    include_str!("../../../../tests/measurements/llm-bench.txt"),
    include_str!("../../../../tests/measurements/trtexec.log"),
    include_str!("../../../../tests/measurements/trtexec-times.json"),
    include_str!("../../../../tests/measurements/trtexec-profile.json"),
    include_str!("../../../../tests/measurements/llama-bench.md"),
    include_str!("../../../../tests/measurements/llama-batched-bench.md"),
    include_str!("../../../../tests/measurements/llama-batched-bench.jsonl"),
    include_str!("../../../../tests/measurements/llama-server.log"),
    include_str!("../../../../tests/measurements/llama-server.json"),
    include_str!("../../../../tests/measurements/ollama.txt"),
    include_str!("../../../../tests/measurements/ollama.jsonl"),
    include_str!("../../../../tests/measurements/jetson-containers-mlc.csv"),
    include_str!("../../../../tests/measurements/sglang-batch.jsonl"),
    include_str!("../../../../tests/measurements/sglang-batch.txt"),
    include_str!("../../../../tests/measurements/sglang-serving.jsonl"),
    include_str!("../../../../tests/measurements/vllm-serve.txt"),
    include_str!("../../../../tests/measurements/aiperf.json"),
    include_str!("../../../../tests/measurements/genai-perf.csv"),
    include_str!("../../../../tests/measurements/jetson-llm-benchmark.json"),
    include_str!("../../../../tests/measurements/jetson-ai-lab.json"),
    include_str!("../../../../tests/measurements/mlperf-summary.txt"),
];

/// All that a person may have to tell.
fn told() -> Options<'static> {
    let mut options = options();
    options.precision = Some("fp16".to_owned());
    (options.input_len, options.output_len, options.batch) = (Some(364), Some(16), Some(1));
    options
}

#[test]
fn every_fixture_is_read() {
    for fixture in FIXTURES {
        let mut options = told();
        // Of two models, the tables' own.
        options.model = if fixture.contains("model_filename") || fixture.contains("device,") {
            None
        } else {
            models("Qwen2.5-0.5B")
        };
        assert!(read("x", fixture.as_bytes(), &options).is_ok(), "{fixture}");
    }
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let plain = read("x", bytes, &options());
    let with_model = read("x", bytes, &Options { model: models("Qwen2.5-0.5B"), ..told() });
    for loaded in [plain, with_model].into_iter().flatten() {
        check_loaded(&loaded)?;
    }
    Ok(())
}

fn check_loaded(loaded: &Loaded) -> Result<(), TestCaseError> {
    prop_assert!(!loaded.measurements.is_empty());
    prop_assert!(loaded.operators.iter().all(|operator| operator.time_s.is_finite() && operator.time_s > 0.0));
    for measurement in &loaded.measurements {
        prop_assert!(measurement.time_s.is_finite() && measurement.time_s > 0.0, "{measurement:?}");
        prop_assert!(measurement.spread_s.is_none_or(|spread| spread.is_finite() && spread > 0.0));
        prop_assert!(measurement.batch > 0 && measurement.architecture.validate().is_ok());
        let (Phase::Prefill { prompt_tokens: tokens }
        | Phase::Decode { context_tokens: tokens, .. }
        | Phase::Request { prompt_tokens: tokens, .. }) = measurement.phase;
        prop_assert!(tokens.is_finite() && tokens > 0.0, "{measurement:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes)?;
    }

    #[test]
    fn arbitrary_text_is_harmless(text in ".{0,200}|[\\[{\"a-z0-9:,.}\\] \n-]{0,200}") {
        check(text.as_bytes())?;
    }

    /// A file of a known tool with one number replaced.
    #[test]
    fn hostile_numbers_are_harmless(
        fixture in prop::sample::select(&FIXTURES[..]),
        place in any::<prop::sample::Index>(),
        number in prop::sample::select(&["0", "-1", "1e308", "-1e308", "1e-308", "NaN", "Infinity", "1e999", "\"\"", "[]", "{}", "null", "9999999999999999999", "x"][..]),
    ) {
        let starts: Vec<usize> = fixture
            .match_indices(|c: char| c.is_ascii_digit())
            .map(|(place, _)| place)
            .filter(|place| *place == 0 || !fixture.as_bytes()[place - 1].is_ascii_alphanumeric())
            .collect();
        let start = starts[place.index(starts.len())];
        let length = fixture[start..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(fixture.len() - start);
        check(format!("{}{number}{}", &fixture[..start], &fixture[start + length..]).as_bytes())?;
    }

    /// A file of a known tool, cut or with some bytes replaced.
    #[test]
    fn damaged_files_are_harmless(
        fixture in prop::sample::select(&FIXTURES[..]),
        end in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = fixture.as_bytes()[..=end.index(fixture.len())].to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        check(&bytes)?;
    }
}
