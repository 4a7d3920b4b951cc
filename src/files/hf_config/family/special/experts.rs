//! Mixtures whose keys no rule of the table fits.

use serde_json::Value;

use super::super::super::keys::Keys;
use super::super::super::parts::Parts;
use super::super::super::refused;
use super::super::{DenseRule, Feed, Mixture, SharedRule};
use super::no_feed_bias;
use crate::hf_config::{feed, windows};
use engine::architecture::Architecture;
use engine::error::Result;
use engine::extras::RouterBias;
use engine::layout::{DenseLayers, Window};

const LIMITS: Architecture = Architecture::LIMITS;

/// Experts in some layers beside one that every token uses; attention within chunks in most.
pub(in super::super) fn llama4(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let layers = parts.shape.layers;
    let hidden = keys.required("intermediate_size", LIMITS.expert_hidden)?;
    let step = keys.size("interleave_moe_layer_step", LIMITS.layers)?.unwrap_or(1);
    let routed = match keys.numbers("moe_layers")? {
        Some(list) => list.iter().filter(|layer| **layer < u64::from(layers)).count() as u32,
        None => layers / step,
    };
    let shape = &mut parts.shape;
    if routed == 0 {
        shape.expert_hidden = keys.required("intermediate_size_mlp", LIMITS.expert_hidden)?;
    } else {
        shape.expert_hidden = hidden;
        shape.shared_hidden = hidden;
        shape.experts = keys.any(&["num_local_experts", "num_experts"], LIMITS.experts)?;
        shape.top_k = keys.required("num_experts_per_tok", LIMITS.top_k)?;
    }
    if (1..layers).contains(&routed) {
        let hidden = keys.required("intermediate_size_mlp", LIMITS.expert_hidden)?;
        shape.layout.dense = Some(DenseLayers { layers: layers - routed, hidden });
    }
    chunks(keys, parts)
}

/// Layers without rotary positions see everything; the others see their chunk of the context.
fn chunks(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    const CHUNK: &str = "attention_chunk_size";
    let layers = parts.shape.layers;
    let Some(tokens) = windows::size(keys, CHUNK)? else {
        parts.shape.layout.window = None;
        return Ok(());
    };
    let step = keys.size("no_rope_layer_interval", u32::MAX)?.unwrap_or(4);
    let listed = keys.numbers("no_rope_layers")?.filter(|list| !list.is_empty());
    let words = keys.words("layer_types", layers)?;
    let is_full: Vec<bool> = (0..layers)
        .map(|layer| match (&words, &listed) {
            (Some(words), _) => words.get(layer as usize).is_none_or(|word| *word == "full_attention"),
            (None, Some(list)) => list.get(layer as usize).is_some_and(|has_positions| *has_positions == 0),
            (None, None) => (layer + 1).is_multiple_of(step),
        })
        .collect();
    if is_full.iter().all(|full| *full) {
        return Ok(());
    }
    parts.shape.layout.window = Some(Window { tokens, full: windows::count(&is_full) });
    let tokens = engine::units::count(tokens as usize);
    parts.note(format!(
        "its chunks of {tokens} tokens are priced as a window of that size: at most twice what they read"
    ));
    Ok(())
}

/// One layer in so many has experts, between a first and a last.
pub(in super::super) fn ernie_moe(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    const MIXTURE: Mixture = Mixture {
        hidden: "moe_intermediate_size",
        experts: &["moe_num_experts", "num_experts"],
        top_k: &["moe_k", "num_experts_per_tok"],
        dense: DenseRule::None,
        shared: SharedRule::Times(&["moe_num_shared_experts"]),
    };
    no_feed_bias(keys, parts)?;
    let layers = parts.shape.layers;
    let first = keys.count("moe_layer_start_index", LIMITS.layers)?;
    let last = match keys.value("moe_layer_end_index").and_then(Value::as_i64) {
        Some(last) if last >= 0 => last as u32,
        _ => layers.saturating_sub(1),
    };
    let step = keys.size("moe_layer_interval", LIMITS.layers)?.unwrap_or(1);
    let is_sparse = |layer: &u32| (layer + 1).is_multiple_of(step) && (first..=last).contains(layer);
    let dense = layers - (0..layers).filter(is_sparse).count() as u32;
    if dense == layers {
        return feed::dense("intermediate_size", keys, parts);
    }
    feed::read(Feed::Mixture(MIXTURE), keys, parts)?;
    parts.extras.router_bias = RouterBias::PerExpert;
    if dense > 0 {
        let hidden = keys.required("intermediate_size", LIMITS.expert_hidden)?;
        parts.shape.layout.dense = Some(DenseLayers { layers: dense, hidden });
    }
    Ok(())
}

/// Experts and a shared one of the same size; the file may say more of that.
pub(in super::super) fn hunyuan_moe(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let experts = keys.any(&["num_experts", "num_local_experts"], LIMITS.experts)?;
    let hidden = parts.shape.expert_hidden;
    if experts == 1 {
        return Err(refused::in_file(keys, "num_experts", "one expert alone"));
    }
    parts.shape.experts = experts;
    parts.shape.top_k = keys.any(&["moe_topk", "num_experts_per_tok"], LIMITS.top_k)?;
    parts.shape.expert_hidden = keys.size("moe_intermediate_size", LIMITS.expert_hidden)?.unwrap_or(hidden);
    let times = keys.size("num_shared_expert", LIMITS.experts)?.unwrap_or(1);
    parts.shape.shared_hidden = parts.shape.expert_hidden.saturating_mul(times);
    Ok(())
}

/// Granite 4: attention throughout is read, and a model without experts has the shared block alone.
pub(in super::super) fn granite_hybrid(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    const SHARED: &str = "shared_intermediate_size";
    if keys.value("layer_types").is_none() && keys.value("layers_block_type").is_none() {
        return Err(refused::layer_kind(keys, "layer_types", "mamba"));
    }
    if let Some(words) = keys.words("layers_block_type", parts.shape.layers)?
        && let Some(other) = words.iter().find(|word| **word != "attention")
    {
        return Err(refused::layer_kind(keys, "layers_block_type", other));
    }
    let shared = keys.count(SHARED, LIMITS.shared_hidden)?;
    let experts = keys.count("num_local_experts", LIMITS.experts)?;
    if experts > 0 {
        parts.shape.experts = experts;
        parts.shape.top_k = keys.required("num_experts_per_tok", LIMITS.top_k)?;
        parts.shape.shared_hidden = shared;
    } else {
        parts.shape.expert_hidden = keys.required(SHARED, LIMITS.expert_hidden)?;
    }
    Ok(())
}
