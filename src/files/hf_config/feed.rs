//! The feed-forward block: dense, or routed experts behind dense layers and beside one that every token uses.

use serde_json::Value;

use super::family::{DenseRule, Feed, Mixture, SharedRule};
use super::keys::Keys;
use super::parts::Parts;
use engine::architecture::Architecture;
use engine::error::Result;
use engine::layout::DenseLayers;

const HIDDEN: &str = "intermediate_size";

pub(super) fn read(feed: Feed, keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    match feed {
        Feed::Dense(key) => dense(key, keys, parts),
        Feed::FourWidths(key) => {
            let stated = keys.size(key, Architecture::LIMITS.expert_hidden)?;
            parts.shape.expert_hidden = stated.unwrap_or_else(|| parts.shape.width.saturating_mul(4));
            Ok(())
        }
        Feed::Mixture(mixture) => read_mixture(&mixture, keys, parts),
        Feed::Own => Ok(()),
    }
}

/// One block of the size that this key says.
pub(super) fn dense(key: &str, keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    parts.shape.expert_hidden = keys.required(key, Architecture::LIMITS.expert_hidden)?;
    Ok(())
}

fn read_mixture(mixture: &Mixture, keys: &Keys<'_>, parts: &mut Parts) -> Result<()> {
    let layers = parts.shape.layers;
    let dense_layers = dense_layers(mixture.dense, keys, layers)?;
    if dense_layers == layers {
        return dense(HIDDEN, keys, parts);
    }
    let limits = Architecture::LIMITS;
    let hidden = keys.required(mixture.hidden, limits.expert_hidden)?;
    let experts = keys.any(mixture.experts, limits.experts)?;
    let shape = &mut parts.shape;
    (shape.expert_hidden, shape.experts) = (hidden, experts);
    shape.top_k = keys.any(mixture.top_k, limits.top_k)?;
    shape.shared_hidden = match mixture.shared {
        SharedRule::None => 0,
        SharedRule::Size(key) => keys.count(key, limits.shared_hidden)?,
        SharedRule::Times(names) => {
            let stated = names.iter().find(|key| keys.value(key).is_some());
            let times = stated.map_or(Ok(0), |key| keys.count(key, limits.experts))?;
            times.saturating_mul(hidden)
        }
    };
    if dense_layers > 0 {
        let hidden = keys.required(HIDDEN, limits.expert_hidden)?;
        shape.layout.dense = Some(DenseLayers { layers: dense_layers, hidden });
    }
    Ok(())
}

/// How many layers have no experts. A list in the file goes before the rule.
fn dense_layers(rule: DenseRule, keys: &Keys<'_>, layers: u32) -> Result<u32> {
    const TYPES: &str = "mlp_layer_types";
    const FREQUENCY: &str = "moe_layer_freq";
    if let Some(words) = keys.words(TYPES, layers)? {
        return Ok(words.iter().filter(|word| **word == "dense").count() as u32);
    }
    if let Some(Value::Array(_)) = keys.stated(FREQUENCY) {
        let sparse = keys.numbers(FREQUENCY)?.unwrap_or_default();
        return Ok(sparse.iter().take(layers as usize).filter(|sparse| **sparse == 0).count() as u32);
    }
    Ok(match rule {
        DenseRule::None => 0,
        DenseRule::Always(first) => first.min(layers),
        DenseRule::First(key) => keys.count(key, Architecture::LIMITS.layers)?.min(layers),
        DenseRule::Steps => {
            let step = keys.size("decoder_sparse_step", Architecture::LIMITS.layers)?.unwrap_or(1);
            let listed = keys.numbers("mlp_only_layers")?.unwrap_or_default();
            let is_dense = |layer: &u32| !(layer + 1).is_multiple_of(step) || listed.contains(&u64::from(*layer));
            (0..layers).filter(is_dense).count() as u32
        }
    })
}
