//! Gemma 3n and 4: borrowed keys, heads of another size in full layers, an embedding for each layer.

use super::super::super::keys::Keys;
use super::super::super::parts::Parts;
use super::super::super::refused;
use engine::architecture::Architecture;
use engine::error::Result;
use engine::layout::{DenseLayers, FullHeads, FullLayers, LayerEmbedding};

const LIMITS: Architecture = Architecture::LIMITS;
const BORROWING: &str = "num_kv_shared_layers";

/// Four streams beside each other, and a small detour in every layer.
pub(in super::super) fn gemma3n(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    layer_embedding(keys, parts)?;
    borrowed(keys, parts)?;
    let width = parts.width();
    let streams = u64::from(keys.size("altup_num_inputs", 64)?.unwrap_or(4));
    let rank = u64::from(keys.size("laurel_rank", LIMITS.width)?.unwrap_or(64));
    // Projections into the further streams and out of them again.
    parts.extras.once += 2 * streams.saturating_sub(1) * width * width;
    let mixing = 2 * width + streams * width + streams * streams + streams.pow(3);
    let detour = 2 * rank * width + width;
    parts.extras.of_each_layer += mixing + detour;
    parts.note("its parallel streams (AltUp) and detours (LAuReL) are counted and not priced");
    Ok(())
}

/// Full layers may have heads of another size, and experts stand beside the dense block.
pub(in super::super) fn gemma4(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if keys.stated("per_layer_config").is_some() {
        return Err(refused::in_file(keys, "per_layer_config", "a configuration of each layer's own"));
    }
    layer_embedding(keys, parts)?;
    let keys_are_values = keys.is_on("attention_k_eq_v")?;
    let own = if keys_are_values { keys.size("num_global_key_value_heads", LIMITS.kv_heads)? } else { None };
    let full = FullHeads {
        head_dim: keys.size("global_head_dim", LIMITS.head_dim)?.unwrap_or(512),
        kv_heads: own.unwrap_or(parts.shape.kv_heads),
        keys_are_values,
    };
    let sliding = FullHeads { head_dim: parts.shape.head_dim, kv_heads: parts.shape.kv_heads, keys_are_values: false };
    if full != sliding {
        parts.shape.layout.full_heads = Some(full);
    }
    borrowed(keys, parts)?;
    let borrowing = parts.shape.layout.borrowing_layers;
    if keys.is_on("use_double_wide_mlp")? && borrowing > 0 {
        let hidden = 2 * parts.shape.expert_hidden;
        parts.shape.layout.dense = Some(DenseLayers { layers: borrowing, hidden });
    }
    if keys.is_on("enable_moe_block")? {
        experts(keys, parts)?;
    }
    Ok(())
}

/// A router with a scale per feature and per expert, and normalisations around both blocks.
fn experts(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if parts.shape.layout.dense.is_some() {
        return Err(refused::in_file(keys, "enable_moe_block", "experts in layers of two sizes"));
    }
    let shape = &mut parts.shape;
    shape.shared_hidden = shape.expert_hidden;
    shape.expert_hidden = keys.required("moe_intermediate_size", LIMITS.expert_hidden)?;
    shape.experts = keys.any(&["num_experts"], LIMITS.experts)?;
    shape.top_k = keys.any(&["top_k_experts"], LIMITS.top_k)?;
    parts.extras.of_each_layer += u64::from(parts.shape.experts) + 4 * parts.width();
    Ok(())
}

fn layer_embedding(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let size = keys.count("hidden_size_per_layer_input", LIMITS.width)?;
    if size > 0 {
        let vocab = keys.required("vocab_size_per_layer_input", LIMITS.vocab)?;
        parts.shape.layout.layer_embedding = Some(LayerEmbedding { size, vocab });
        // A normalisation in every layer, and one of each layer's vectors.
        parts.extras.of_each_layer += parts.width();
        parts.extras.once += u64::from(size);
    }
    Ok(())
}

/// The last layers use keys and values of earlier ones. Which of them are full is known where the pattern is regular.
fn borrowed(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let layout = &mut parts.shape.layout;
    layout.borrowing_layers = keys.count(BORROWING, LIMITS.layers)?;
    let is_irregular = layout.window.is_some_and(|window| matches!(window.full, FullLayers::Exactly(full) if full > 0));
    if layout.borrowing_layers > 0 && is_irregular {
        return Err(refused::in_file(keys, BORROWING, "borrowed keys among layers without a regular pattern"));
    }
    Ok(())
}
