//! Models of the years before Llama.

use serde_json::Value;

use super::super::super::keys::Keys;
use super::super::super::parts::Parts;
use super::super::super::{refused, windows};
use super::norms_learn;
use engine::architecture::Architecture;
use engine::error::Result;
use engine::extras::{AttentionBias, FeedBias, QkNorm};
use engine::layout::Window;

const POSITIONS: &str = "max_position_embeddings";

/// A learned vector for each position, and some beyond the last.
fn positions(keys: &Keys<'_>, parts: &mut Parts, beyond: u64) -> Result<()> {
    let positions = keys.required(POSITIONS, Architecture::LIMITS.vocab)?;
    parts.extras.once += (u64::from(positions) + beyond) * parts.width();
    Ok(())
}

/// GPT-2.
pub(in super::super) fn learned_positions(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    positions(keys, parts, 0)
}

/// Two positions more than the file says: the reader of fairseq left them free.
pub(in super::super) fn shifted_positions(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    positions(keys, parts, 2)
}

pub(in super::super) fn gpt_bigcode(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let has_one = keys.truth("multi_query")? != Some(false);
    parts.shape.kv_heads = if has_one { 1 } else { parts.shape.heads };
    learned_positions(keys, parts)
}

/// Every other layer sees a window, as `attention_types` or `attention_layers` say.
pub(in super::super) fn gpt_neo(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    positions(keys, parts, 0)?;
    let layers = parts.shape.layers;
    let kinds = match keys.words("attention_layers", layers)? {
        Some(words) => words.into_iter().map(str::to_owned).collect(),
        None => expanded(keys, layers),
    };
    let is_full: Vec<bool> = kinds.iter().map(|kind| kind == "global").collect();
    let Some(tokens) = windows::size(keys, "window_size")? else { return Ok(()) };
    if is_full.iter().any(|full| !full) {
        parts.shape.layout.window = Some(Window { tokens, full: windows::count(&is_full) });
    }
    Ok(())
}

/// `[[["global", "local"], 12]]`: words, and how often they repeat.
fn expanded(keys: &Keys<'_>, layers: u32) -> Vec<String> {
    let Some(groups) = keys.value("attention_types").and_then(Value::as_array) else {
        return (0..layers).map(|layer| if layer % 2 == 0 { "global" } else { "local" }.to_owned()).collect();
    };
    let of_group = |group: &Value| {
        let words: Vec<String> =
            group.get(0)?.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let times = group.get(1)?.as_u64()?.min(u64::from(layers)) as usize;
        Some((0..times).flat_map(move |_| words.clone()))
    };
    groups.iter().filter_map(of_group).flatten().take(layers as usize).collect()
}

/// A bias of the head, one per token; none in the attention block.
#[expect(clippy::unnecessary_wraps, reason = "one type for all")]
pub(in super::super) fn gptj(_: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    parts.extras.once += u64::from(parts.shape.vocab);
    Ok(())
}

pub(in super::super) fn phi(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    parts.extras.once += u64::from(parts.shape.vocab);
    if keys.is_on("qk_layernorm")? {
        parts.extras.qk_norm = QkNorm::PerHeadWithOffset;
    }
    Ok(())
}

/// The last layer alone has a bias, of its attention's output.
pub(in super::super) fn one_bias_at_the_end(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let times = keys.size("intermediate_multiple_size", 1024)?.unwrap_or(4);
    parts.shape.expert_hidden = times.saturating_mul(parts.shape.width);
    parts.extras.once += parts.width();
    Ok(())
}

pub(in super::super) fn opt(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    const PROJECTION: &str = "word_embed_proj_dim";
    let width = parts.shape.width;
    if keys.size(PROJECTION, Architecture::LIMITS.width)?.is_some_and(|size| size != width) {
        return Err(refused::in_file(keys, PROJECTION, "an embedding of another width than the layers'"));
    }
    parts.extras.feed_bias = match parts.extras.attention_bias {
        AttentionBias::None => FeedBias::None,
        AttentionBias::Qkv | AttentionBias::Output | AttentionBias::All => FeedBias::All,
    };
    norms_learn(keys, "layer_norm_elementwise_affine", parts)?;
    if keys.truth("do_layer_norm_before")? == Some(false) {
        return Err(refused::in_file(keys, "do_layer_norm_before", "normalisation after the blocks"));
    }
    positions(keys, parts, 2)
}

/// A normalisation behind the embedding too.
#[expect(clippy::unnecessary_wraps, reason = "one type for all")]
pub(in super::super) fn bloom(_: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    parts.extras.once += 2 * parts.width();
    parts.shape.expert_hidden = parts.shape.width.saturating_mul(4);
    Ok(())
}

pub(in super::super) fn falcon(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let is_new = keys.is_on("new_decoder_architecture")?;
    parts.shape.kv_heads = if is_new {
        keys.size("num_kv_heads", Architecture::LIMITS.kv_heads)?.unwrap_or(parts.shape.heads)
    } else if keys.truth("multi_query")? == Some(false) {
        parts.shape.heads
    } else {
        1
    };
    let parallel_norms = keys.size("num_ln_in_parallel_attn", 2)?.unwrap_or(if is_new { 2 } else { 1 });
    let is_parallel = keys.truth("parallel_attn")? != Some(false);
    parts.extras.layer_norms = if is_parallel { parallel_norms } else { 2 };
    if keys.is_on("bias")? {
        (parts.extras.attention_bias, parts.extras.feed_bias) = (AttentionBias::All, FeedBias::All);
    }
    Ok(())
}

pub(in super::super) fn mpt(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let ratio = keys.size("expansion_ratio", 1024)?.unwrap_or(4);
    parts.shape.expert_hidden = ratio.saturating_mul(parts.shape.width);
    let attention = keys.value("attn_config").and_then(Value::as_object);
    let kv_heads = attention.and_then(|attention| attention.get("kv_n_heads")).and_then(Value::as_u64);
    if let Some(kv_heads) = kv_heads.and_then(|heads| u32::try_from(heads).ok()) {
        parts.shape.kv_heads = kv_heads;
    }
    Ok(())
}
