//! Normalisations and biases: the family's own, and what its file switches on or off.

use super::family::Family;
use super::keys::Keys;
use engine::error::Result;
use engine::extras::{AttentionBias, Extras, FeedBias};

pub(super) fn read(family: &Family, keys: &Keys<'_>) -> Result<Extras> {
    let extras = Extras::of_family(family.model_type).unwrap_or(Extras::PLAIN);
    let attention_bias = match family.model_type {
        // The other families have no such switch. A file that sets it anyway changes nothing.
        "llama" | "gemma" | "gemma2" | "gemma3_text" | "qwen3" | "qwen3_moe" | "olmoe" => {
            match keys.truth("attention_bias")? {
                Some(true) => AttentionBias::All,
                Some(false) | None => AttentionBias::None,
            }
        }
        "qwen2_moe" => match keys.truth("qkv_bias")? {
            Some(false) => AttentionBias::None,
            Some(true) | None => AttentionBias::Qkv,
        },
        _ => extras.attention_bias,
    };
    let feed_bias = match family.model_type {
        "llama" if keys.truth("mlp_bias")? == Some(true) => FeedBias::All,
        _ => extras.feed_bias,
    };
    Ok(Extras { attention_bias, feed_bias, ..extras })
}
