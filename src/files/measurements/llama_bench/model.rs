//! Which model a test ran: what was told, the name of its file, else its parameters.
//!
//! A Markdown table has no name of a file, only `qwen3 4B` and a number of parameters. That number tells models of one
//! family apart: published sizes differ by far more than a table's rounding.

use crate::measurements::options::{Model, Options};

/// The family as llama.cpp calls it, and known models of it. Mistral and `SmolLM` are of the family `llama` there.
const FAMILIES: [(&str, &[&str]); 11] = [
    (
        "llama",
        &[
            "SmolLM2-135M",
            "SmolLM2-360M",
            "TinyLlama-1.1B",
            "Llama-3.2-1B",
            "SmolLM2-1.7B",
            "Llama-3.2-3B",
            "Llama-2-7B",
            "Llama-3.1-8B",
            "Llama-2-13B",
            "Mixtral-8x7B",
            "Llama-3.3-70B",
        ],
    ),
    ("qwen2", &["Qwen2.5-0.5B", "Qwen2.5-1.5B", "Qwen2.5-3B", "Qwen2.5-7B", "Qwen2.5-14B", "Qwen2.5-32B"]),
    ("qwen2vl", &["Qwen2.5-VL-3B"]),
    ("qwen3", &["Qwen3-0.6B", "Qwen3-1.7B", "Qwen3-4B", "Qwen3-8B", "Qwen3-14B", "Qwen3-32B"]),
    ("qwen3vl", &["Qwen3-VL-2B-Instruct", "Qwen3-VL-4B-Instruct", "Qwen3-VL-8B-Instruct"]),
    ("qwen3moe", &["Qwen3-30B-A3B"]),
    ("qwen2moe", &["Qwen1.5-MoE-A2.7B"]),
    ("gemma2", &["Gemma-2-2B", "Gemma-2-9B"]),
    ("gemma3", &["Gemma-3-270m", "Gemma-3-1B", "Gemma-3-4B"]),
    ("phi3", &["Phi-3.5-mini"]),
    ("olmoe", &["OLMoE-1B-7B"]),
];
/// Rounding to three digits, and the norms that a count may leave out.
const TOLERANCE: f64 = 0.01;

/// The model, and whether its parameters alone told which.
pub(super) fn of(
    model_type: &str,
    file: &str,
    parameters: Option<f64>,
    options: &Options<'_>,
) -> Option<(Model, bool)> {
    if let Some(model) = options.model([file]) {
        return Some((model, false));
    }
    let parameters = parameters?;
    if let Some(model) = nearest(options.told.iter().cloned(), parameters) {
        return Some((model, true));
    }
    let family = model_type.split(' ').next().unwrap_or_default();
    let (_, names) = FAMILIES.iter().find(|(known, _)| *known == family)?;
    nearest(names.iter().filter_map(|name| (options.models)(name)), parameters).map(|model| (model, true))
}

/// The one whose parameters are nearest, if they are near at all.
fn nearest(models: impl Iterator<Item = Model>, parameters: f64) -> Option<Model> {
    let distance = |model: &Model| {
        // A count of parameters may include a tied head twice.
        let tied = if model.architecture.tied {
            u64::from(model.architecture.vocab) * u64::from(model.architecture.width)
        } else {
            0
        };
        let from = |count: u64| (parameters / count as f64 - 1.0).abs();
        from(model.parameters).min(from(model.parameters + tied))
    };
    let near = models.map(|model| (distance(&model), model)).filter(|(distance, _)| *distance <= TOLERANCE);
    near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, model)| model)
}
