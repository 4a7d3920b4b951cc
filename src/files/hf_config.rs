//! `config.json` of Hugging Face transformers: the shape of a model, as 4.x and 5.x write it.
//!
//! Only families are read whose layers are known here to be what the engine computes: attention with KV heads, a gated
//! feed-forward block of three matrices, the same in all layers. Another family may use the same keys for something
//! else, so it is refused by name instead of guessed at.

mod family;
mod keys;

use self::family::{Family, Feed};
use self::keys::Keys;
use super::python_json;
use crate::engine::architecture::{Architecture, InvalidShape};
use crate::engine::law::Features;
use crate::error::Result;

/// What a `config.json` says of a model's shape. Keys that are left out have been filled in as transformers does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HfConfig {
    /// `model_type`, such as `qwen3_moe`.
    pub model_type: String,
    /// `hidden_size`.
    pub hidden_size: u32,
    /// `num_hidden_layers`.
    pub num_hidden_layers: u32,
    /// `num_attention_heads`.
    pub num_attention_heads: u32,
    /// `num_key_value_heads`; as many as heads where left out.
    pub num_key_value_heads: u32,
    /// `head_dim`; `hidden_size / num_attention_heads` where left out.
    pub head_dim: u32,
    /// `vocab_size`.
    pub vocab_size: Option<u32>,
    /// `tie_word_embeddings`; true where left out, as transformers takes it.
    pub tie_word_embeddings: bool,
    /// `intermediate_size`: of the feed-forward block, or of one expert in `mixtral` and `olmoe`.
    pub intermediate_size: Option<u32>,
    /// `num_experts` or `num_local_experts`; 1 in a dense model.
    pub num_experts: u32,
    /// `num_experts_per_tok`; 1 in a dense model.
    pub num_experts_per_tok: u32,
    /// `moe_intermediate_size`: of one expert, where experts have a size of their own.
    pub moe_intermediate_size: Option<u32>,
    /// `shared_expert_intermediate_size`: of an expert that every token uses, beside those routed.
    pub shared_expert_intermediate_size: Option<u32>,
}

impl HfConfig {
    /// Reads the text of the file called `source`.
    pub fn parse(source: &str, text: &str) -> Result<Self> {
        let object = python_json::object(source, text)?;
        let keys = Keys { source, object: &object };
        let family = Family::of(&keys)?;
        let limits = Architecture::LIMITS;
        let hidden_size = keys.required("hidden_size", limits.width)?;
        let heads = keys.required("num_attention_heads", limits.heads)?;
        let mut config = Self {
            model_type: family.model_type.to_owned(),
            hidden_size,
            num_hidden_layers: keys.required("num_hidden_layers", limits.layers)?,
            num_attention_heads: heads,
            num_key_value_heads: keys.size("num_key_value_heads", limits.kv_heads)?.unwrap_or(heads),
            head_dim: family.head_dim(&keys, hidden_size, heads)?,
            vocab_size: keys.size("vocab_size", limits.vocab)?,
            tie_word_embeddings: keys.truth("tie_word_embeddings")?.unwrap_or(true),
            intermediate_size: keys.size("intermediate_size", limits.expert_hidden)?,
            num_experts: 1,
            num_experts_per_tok: 1,
            moe_intermediate_size: None,
            shared_expert_intermediate_size: None,
        };
        config.feed(&family, &keys)?;
        config.check(&keys)?;
        Ok(config)
    }

    fn feed(&mut self, family: &Family, keys: &Keys<'_>) -> Result<()> {
        let limits = Architecture::LIMITS;
        if family.feed != Feed::ExpertsOfOwnSize {
            self.intermediate_size = Some(keys.required("intermediate_size", limits.expert_hidden)?);
        }
        if family.feed == Feed::Dense {
            return Ok(());
        }
        self.num_experts = keys.either(["num_experts", "num_local_experts"], limits.experts)?;
        self.num_experts_per_tok = keys.required("num_experts_per_tok", limits.top_k)?;
        if family.feed == Feed::ExpertsOfOwnSize {
            self.moe_intermediate_size = Some(keys.required("moe_intermediate_size", limits.expert_hidden)?);
            keys.every_layer_has_experts()?;
        }
        if family.shared_expert {
            const KEY: &str = "shared_expert_intermediate_size";
            self.shared_expert_intermediate_size = Some(keys.required(KEY, limits.expert_hidden)?);
        }
        Ok(())
    }

    fn check(&self, keys: &Keys<'_>) -> Result<()> {
        self.of_routed_experts(self.vocab_size.unwrap_or(1)).validate().map_err(|invalid| {
            let key = match invalid {
                InvalidShape::KvHeads { .. } => "num_key_value_heads",
                InvalidShape::TopK { .. } => "num_experts_per_tok",
                InvalidShape::Zero(_) | InvalidShape::TooLarge { .. } => "model_type",
            };
            keys.error(key, invalid.to_string())
        })
    }

    /// Hidden size of one routed expert; of the feed-forward block in a dense model.
    pub fn expert_hidden_size(&self) -> u32 {
        self.moe_intermediate_size.or(self.intermediate_size).unwrap_or(0)
    }

    /// What the loss law sees. A shared expert counts by its weights: r is the hidden size of all that a token uses
    /// over the width, ρ the share of the feed-forward weights that it uses. Without one this is r = K·h/d, ρ = K/E.
    pub fn features(&self) -> Features {
        let shape = self.of_routed_experts(1);
        let Some(shared) = self.shared_expert_intermediate_size else { return shape.features() };
        let [hidden, shared] = [self.expert_hidden_size(), shared].map(f64::from);
        let active = f64::from(self.num_experts_per_tok) * hidden + shared;
        Features {
            ffn_ratio: active / f64::from(self.hidden_size),
            activation_rate: active / (f64::from(self.num_experts) * hidden + shared),
            ..shape.features()
        }
    }

    /// The shape for the latency model, which knows of no shared expert; `None` with one, or without a vocabulary.
    pub fn architecture(&self) -> Option<Architecture> {
        match self.shared_expert_intermediate_size {
            Some(_) => None,
            None => Some(self.of_routed_experts(self.vocab_size?)),
        }
    }

    fn of_routed_experts(&self, vocab: u32) -> Architecture {
        Architecture {
            layers: self.num_hidden_layers,
            width: self.hidden_size,
            heads: self.num_attention_heads,
            head_dim: self.head_dim,
            kv_heads: self.num_key_value_heads,
            expert_hidden: self.expert_hidden_size(),
            experts: self.num_experts,
            top_k: self.num_experts_per_tok,
            vocab,
            tied: self.tie_word_embeddings,
        }
    }
}

#[cfg(test)]
mod tests;
