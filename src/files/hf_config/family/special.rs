//! What a row of the table cannot say: one function per peculiarity, called last.

mod experts;
mod gemma;
mod older;

pub(super) use self::experts::{ernie_moe, granite_hybrid, hunyuan_moe, llama4};
pub(super) use self::gemma::{gemma3n, gemma4};
pub(super) use self::older::{
    bloom, falcon, gpt_bigcode, gpt_neo, gptj, learned_positions, mpt, one_bias_at_the_end, opt, phi, shifted_positions,
};

use super::super::keys::Keys;
use super::super::parts::Parts;
use super::super::refused;
use engine::architecture::Architecture;
use engine::error::Result;
use engine::extras::{AttentionBias, FeedBias, Norm, QkNorm};

/// A family's own function.
pub(super) type Special = fn(&Keys<'_>, &mut Parts) -> Result<()>;

/// The row says all.
#[expect(clippy::unnecessary_wraps, reason = "one type for all")]
pub(super) fn nothing(_: &Keys<'_>, _: &mut Parts) -> Result<()> {
    Ok(())
}

/// One number per head that takes a share of the attention.
#[expect(clippy::unnecessary_wraps, reason = "one type for all")]
pub(super) fn sinks(_: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    parts.extras.of_each_layer += u64::from(parts.shape.heads);
    Ok(())
}

/// The switch of the attention block is that of the feed-forward block too.
#[expect(clippy::unnecessary_wraps, reason = "one type for all")]
pub(super) fn one_switch(_: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let on = parts.extras.attention_bias == AttentionBias::All;
    parts.extras.feed_bias = if on { FeedBias::All } else { FeedBias::None };
    Ok(())
}

/// The output of the attention block has a switch of its own.
pub(super) fn seed_oss(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let inputs = parts.extras.attention_bias == AttentionBias::Qkv;
    parts.extras.attention_bias = match (inputs, keys.is_on("attention_out_bias")?) {
        (true, true) => AttentionBias::All,
        (true, false) => AttentionBias::Qkv,
        (false, true) => AttentionBias::Output,
        (false, false) => AttentionBias::None,
    };
    Ok(())
}

/// Normalisations after the blocks too.
pub(super) fn post_norms(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if keys.truth("use_post_norm")? != Some(false) {
        parts.extras.layer_norms = 4;
    }
    Ok(())
}

pub(super) fn qk_norm_of_all_heads(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if keys.is_on("use_qk_norm")? {
        parts.extras.qk_norm = QkNorm::AllHeads;
    }
    Ok(())
}

pub(super) fn qk_norm_if_used(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if keys.is_on("use_qk_norm")? {
        parts.extras.qk_norm = QkNorm::PerHead;
    }
    Ok(())
}

pub(super) fn stablelm(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if keys.is_on("use_parallel_residual")? {
        parts.extras.layer_norms = 1;
    }
    if keys.is_on("qk_layernorm")? {
        parts.extras.qk_norm = QkNorm::AllHeads;
    }
    Ok(())
}

/// A head that may have a bias.
pub(super) fn head_bias(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if keys.is_on("lm_head_bias")? {
        parts.extras.once += u64::from(parts.shape.vocab);
    }
    Ok(())
}

/// `BitNet` normalises before the two matrices that lead out of a block.
#[expect(clippy::unnecessary_wraps, reason = "one type for all")]
pub(super) fn bitnet(_: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    parts.extras.of_each_layer += parts.width() + u64::from(parts.shape.expert_hidden);
    Ok(())
}

/// The activation has two learned numbers.
#[expect(clippy::unnecessary_wraps, reason = "all of these have one signature")]
pub(super) fn apertus(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let act = keys.value("hidden_act").and_then(serde_json::Value::as_str);
    if act.is_none_or(|act| act == "xielu") {
        parts.extras.of_each_layer += 2;
    }
    Ok(())
}

pub(super) fn persimmon(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    if keys.truth("qk_layernorm")? == Some(false) {
        parts.extras.qk_norm = QkNorm::None;
    }
    Ok(())
}

/// Qwen 1 writes the sizes of its two gated matrices together.
pub(super) fn qwen(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    parts.shape.expert_hidden /= 2;
    if let Some(size) = keys.size("kv_channels", Architecture::LIMITS.head_dim)? {
        parts.shape.head_dim = size;
    }
    Ok(())
}

/// Layers that guess further tokens are no part of the pass.
pub(super) fn next_tokens(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let further = keys.count("num_nextn_predict_layers", Architecture::LIMITS.layers)?;
    if further > 0 {
        parts.note("its layers for multi-token prediction are neither counted nor priced");
    }
    Ok(())
}

/// Some layers of Llama 3.2 Vision attend to the picture. Their matrices are those of the others.
pub(super) fn mllama(keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    const DEFAULT: [u64; 8] = [3, 8, 13, 18, 23, 28, 33, 38];
    let listed = keys.numbers("cross_attention_layers")?.unwrap_or_else(|| DEFAULT.to_vec());
    let crossing = listed.iter().filter(|layer| **layer < u64::from(parts.shape.layers)).count() as u64;
    // Two gates, and a normalisation of queries and keys. The embedding has eight rows more than the head.
    parts.extras.once += crossing * (2 + 2 * u64::from(parts.shape.head_dim)) + 8 * parts.width();
    parts.note(format!(
        "{crossing} of its layers attend to the picture: they are priced as if they attended to the text"
    ));
    Ok(())
}

/// Biases of some feed-forward blocks and not of the experts, which no published file turns on.
pub(super) fn no_feed_bias(keys: &Keys<'_>, _: &mut Parts) -> Result<()> {
    for key in ["mlp_bias", "use_bias"] {
        if keys.is_on(key)? {
            return Err(refused::in_file(keys, key, "biases of some feed-forward blocks and not of the experts"));
        }
    }
    Ok(())
}

/// Whether normalisations have learned anything at all.
pub(super) fn norms_learn(keys: &Keys<'_>, key: &str, parts: &mut Parts) -> Result<()> {
    if keys.truth(key)? == Some(false) {
        parts.extras.norm = Norm::Plain;
    }
    Ok(())
}
