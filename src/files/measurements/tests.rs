//! What files mean; wrong ones are in [`errors`], arbitrary ones in [`properties`].

mod errors;
mod llama_bench;
mod properties;
mod table;
mod tensorrt;
mod tools;
mod vllm;

use std::sync::LazyLock;

use super::*;
use crate::boards::Boards;
use crate::fixtures;
use engine::architecture::Architecture;
use engine::reference::QWEN2_5_0_5B;

const LLAMA_3_2_1B: Architecture = Architecture {
    layers: 16,
    width: 2048,
    heads: 32,
    kv_heads: 8,
    expert_hidden: 8192,
    vocab: 128_256,
    ..QWEN2_5_0_5B
};

/// Two models, by their names in any case.
fn models(name: &str) -> Option<Model> {
    [("Qwen2.5-0.5B", QWEN2_5_0_5B), ("Llama-3.2-1B", LLAMA_3_2_1B)]
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(known, architecture)| Model::new(known, architecture))
}

fn options() -> Options<'static> {
    static BOARDS: LazyLock<Boards> = LazyLock::new(|| fixtures::library().boards());
    Options::new(&models, &BOARDS)
}

fn read_with(source: &str, text: &str, change: impl FnOnce(&mut Options<'static>)) -> Result<Loaded> {
    let mut options = options();
    change(&mut options);
    read(source, text.as_bytes(), &options)
}

fn read_plainly(source: &str, text: &str) -> Loaded {
    read_with(source, text, |_| {}).unwrap()
}

fn refusal(source: &str, text: &str) -> String {
    read_with(source, text, |_| {}).unwrap_err().to_string()
}

/// Phase and time, for comparison.
fn timed(loaded: &Loaded) -> Vec<(Phase, f64)> {
    loaded.measurements.iter().map(|measurement| (measurement.phase, measurement.time_s)).collect()
}

const fn prefill(prompt_tokens: f64) -> Phase {
    Phase::Prefill { prompt_tokens }
}

const fn decode(context_tokens: f64, generated_tokens: Option<f64>) -> Phase {
    Phase::Decode { context_tokens, generated_tokens }
}

/// The lines of a text that are wanted.
fn lines_of(text: &str, wanted: impl Fn(&str) -> bool) -> String {
    text.lines().filter(|line| wanted(line)).flat_map(|line| [line, "\n"]).collect()
}
