//! The families of models that are read, one row each.

use serde_json::Value;

use super::keys::Keys;
use engine::architecture::Architecture;
use engine::error::Result;
use engine::text::shown;

/// How a family writes its feed-forward block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feed {
    /// One block of `intermediate_size`.
    Dense,
    /// Experts of `intermediate_size` each.
    Experts,
    /// Experts of `moe_intermediate_size` each; `intermediate_size` is that of dense layers among them.
    ExpertsOfOwnSize,
    /// The same, beside one of `shared_expert_intermediate_size` that every token uses.
    ExpertsBesideAShared,
}

/// Where the size of a head comes from if `head_dim` is left out or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeadDim {
    /// `hidden_size / num_attention_heads`.
    Share,
    /// From the file alone: the family's own default is no share of the width.
    Stated,
}

/// A `model_type` and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Family {
    pub(super) model_type: &'static str,
    head_dim: HeadDim,
    pub(super) feed: Feed,
    pub(super) tied: Tied,
}

/// Whether the LM head shares the embedding's weights where the file does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tied {
    ByDefault,
    IfStated,
}

const FAMILIES: [Family; 12] = [
    dense("llama", HeadDim::Share),
    dense("mistral", HeadDim::Share),
    dense("qwen2", HeadDim::Share),
    dense("qwen3", HeadDim::Stated),
    Family { tied: Tied::ByDefault, ..dense("gemma", HeadDim::Stated) },
    Family { tied: Tied::ByDefault, ..dense("gemma2", HeadDim::Stated) },
    Family { tied: Tied::ByDefault, ..dense("gemma3_text", HeadDim::Stated) },
    dense("phi3", HeadDim::Share),
    Family { feed: Feed::Experts, ..dense("mixtral", HeadDim::Share) },
    Family { feed: Feed::Experts, ..dense("olmoe", HeadDim::Share) },
    Family { feed: Feed::ExpertsBesideAShared, ..dense("qwen2_moe", HeadDim::Share) },
    Family { feed: Feed::ExpertsOfOwnSize, ..dense("qwen3_moe", HeadDim::Share) },
];

const fn dense(model_type: &'static str, head_dim: HeadDim) -> Family {
    Family { model_type, head_dim, feed: Feed::Dense, tied: Tied::IfStated }
}

/// A multimodal family of which the text model alone is read.
const WRAPPED: [(&str, &str); 1] = [("gemma3", "gemma3_text")];
const INNER: &str = "text_config";

/// The defaults of `Gemma3TextConfig`: multimodal files leave out the values that equal them.
const GEMMA3_DEFAULTS: &[(&str, u32)] =
    &[("num_attention_heads", 8), ("num_key_value_heads", 4), ("head_dim", 256), ("vocab_size", 262_208)];

impl Family {
    /// The family that the file names, and the keys that speak of its text model.
    pub(super) fn find<'a>(keys: &Keys<'a>) -> Result<(Self, Keys<'a>)> {
        let outer = keys.value("model_type").and_then(Value::as_str);
        let wrapped = WRAPPED.iter().find(|(multimodal, _)| outer == Some(multimodal));
        let (Some((_, model_type)), Some(Value::Object(object))) = (wrapped, keys.value(INNER)) else {
            return Ok((Self::of(keys)?, *keys));
        };
        let inner = Keys { object, within: Some(INNER), defaults: GEMMA3_DEFAULTS, ..*keys };
        let family =
            if inner.value("model_type").is_some() { Self::of(&inner)? } else { Self::named(model_type, &inner)? };
        Ok((family, inner))
    }

    /// The family that the keys name.
    fn of(keys: &Keys<'_>) -> Result<Self> {
        match keys.value("model_type") {
            Some(Value::String(model_type)) => Self::named(model_type, keys),
            _ => Err(keys
                .error("model_type", "there is no model_type, so the keys' meaning is not known")
                .expected(Self::known())),
        }
    }

    fn known() -> String {
        format!("one of {}", FAMILIES.map(|family| family.model_type).join(", "))
    }

    fn named(model_type: &str, keys: &Keys<'_>) -> Result<Self> {
        if let Some(family) = FAMILIES.into_iter().find(|family| family.model_type == model_type) {
            return Ok(family);
        }
        let error = keys.error("model_type", format!("models of type '{}' are not read here", shown(model_type)));
        // Names that look alike (llama and llama4) belong to models that differ, so nothing is guessed.
        let error = error.expected(Self::known());
        Err(error.hint(match keys.value(INNER) {
            Some(_) => "the config.json of the text model alone, which stands here in text_config",
            None => keys.otherwise,
        }))
    }

    pub(super) fn head_dim(&self, keys: &Keys<'_>, width: u32, heads: u32) -> Result<u32> {
        const KEY: &str = "head_dim";
        let largest = Architecture::LIMITS.head_dim;
        match (keys.size(KEY, largest)?, self.head_dim) {
            (Some(size), _) => Ok(size),
            (None, HeadDim::Stated) => Err(keys
                .error(
                    KEY,
                    format!("the key is missing, and {} has heads that are no share of the width", self.model_type),
                )
                .expected("the size of one attention head")),
            (None, HeadDim::Share) if width.is_multiple_of(heads) => Ok(width / heads),
            (None, HeadDim::Share) => Err(keys
                .error(KEY, format!("the key is missing, and hidden_size {width} is no multiple of {heads} heads"))
                .expected("the size of one attention head")),
        }
    }
}
