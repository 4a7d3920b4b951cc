//! `config.json` of Hugging Face transformers: the shape of a model, as 4.x and 5.x write it.
//!
//! Only those families are read whose layers are what the engine computes: attention with KV heads and a gated
//! feed-forward block of three matrices, the same in all layers. Another family may use the same keys for something
//! else. So it is refused by name, and nothing is guessed.

mod extras;
mod family;
mod keys;
mod notes;

pub use self::notes::of_quantisation;

use self::family::{Family, Feed, Tied};
use self::keys::{Keys, Sparse};
use super::python_json;
use engine::architecture::{Architecture, InvalidShape};
use engine::error::{Error, Result};
use engine::extras::Extras;
use engine::features::Features;
use engine::layout::Layout;
use engine::reference::{Certainty, ReferenceModel};

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
    /// `tie_word_embeddings`; where left out, the family's default.
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
    /// Normalisations and biases.
    pub extras: Extras,
    /// What the file says beside the shape that a reader of predictions must know.
    pub notes: Vec<String>,
}

impl HfConfig {
    /// Reads the text of the file called `source`. If its family is not read here, the error suggests `otherwise`,
    /// which depends on what the shape is for.
    pub fn parse(source: &str, text: &str, otherwise: &'static str) -> Result<Self> {
        let object = python_json::object(source, text)?;
        let file = Keys { source, text, otherwise, object: &object, within: None, defaults: &[] };
        let (family, keys) = Family::find(&file)?;
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
            tie_word_embeddings: keys.truth("tie_word_embeddings")?.unwrap_or(family.tied == Tied::ByDefault),
            intermediate_size: keys.size("intermediate_size", limits.expert_hidden)?,
            num_experts: 1,
            num_experts_per_tok: 1,
            moe_intermediate_size: None,
            shared_expert_intermediate_size: None,
            extras: extras::read(&family, &keys)?,
            notes: notes::of(&family, &file, &keys),
        };
        config.feed(&family, &keys)?;
        config.check(&keys)?;
        Ok(config)
    }

    fn feed(&mut self, family: &Family, keys: &Keys<'_>) -> Result<()> {
        let limits = Architecture::LIMITS;
        let own_size = matches!(family.feed, Feed::ExpertsOfOwnSize | Feed::ExpertsBesideAShared);
        let has_experts = match family.feed {
            Feed::Dense => false,
            Feed::Experts => true,
            Feed::ExpertsOfOwnSize | Feed::ExpertsBesideAShared => {
                keys.sparse_layers(self.num_hidden_layers)? == Sparse::All
            }
        };
        if !(own_size && has_experts) {
            self.intermediate_size = Some(keys.required("intermediate_size", limits.expert_hidden)?);
        }
        if !has_experts {
            return Ok(());
        }
        self.num_experts = keys.either(["num_experts", "num_local_experts"], limits.experts)?;
        self.num_experts_per_tok = keys.required("num_experts_per_tok", limits.top_k)?;
        if own_size {
            self.moe_intermediate_size = Some(keys.required("moe_intermediate_size", limits.expert_hidden)?);
        }
        if family.feed == Feed::ExpertsBesideAShared {
            const KEY: &str = "shared_expert_intermediate_size";
            self.shared_expert_intermediate_size = Some(keys.required(KEY, limits.shared_hidden)?);
        }
        Ok(())
    }

    fn check(&self, keys: &Keys<'_>) -> Result<()> {
        self.with_vocab(self.vocab_size.unwrap_or(1)).validate().map_err(|invalid| {
            let key = match invalid {
                InvalidShape::KvHeads { .. } => "num_key_value_heads",
                InvalidShape::TopK { .. } => "num_experts_per_tok",
                InvalidShape::SharedAlone => "shared_expert_intermediate_size",
                InvalidShape::Zero(_) | InvalidShape::TooLarge { .. } => "model_type",
            };
            keys.error(key, invalid.to_string())
        })
    }

    /// Hidden size of one routed expert; of the feed-forward block in a dense model.
    pub fn expert_hidden_size(&self) -> u32 {
        self.moe_intermediate_size.or(self.intermediate_size).unwrap_or(0)
    }

    /// What the loss law sees.
    pub fn features(&self) -> Features {
        self.with_vocab(1).features()
    }

    /// The shape for the latency model; `None` without a vocabulary.
    pub fn architecture(&self) -> Option<Architecture> {
        Some(self.with_vocab(self.vocab_size?))
    }

    /// The model, by a name of the caller's; an error where the file called `source` says nothing of the vocabulary.
    pub fn into_model(self, name: String, source: String) -> Result<ReferenceModel> {
        let Some(architecture) = self.architecture() else {
            return Err(Error::new("the key is missing, and embedding and LM head cannot be priced without it")
                .in_source(source)
                .at_column("vocab_size"));
        };
        Ok(ReferenceModel {
            name,
            architecture,
            family: self.model_type,
            extras: self.extras,
            certainty: Certainty::Known,
            source,
            format: None,
            notes: self.notes,
        })
    }

    fn with_vocab(&self, vocab: u32) -> Architecture {
        Architecture {
            layers: self.num_hidden_layers,
            width: self.hidden_size,
            heads: self.num_attention_heads,
            head_dim: self.head_dim,
            kv_heads: self.num_key_value_heads,
            expert_hidden: self.expert_hidden_size(),
            experts: self.num_experts,
            top_k: self.num_experts_per_tok,
            shared_hidden: self.shared_expert_intermediate_size.unwrap_or(0),
            vocab,
            tied: self.tie_word_embeddings,
            layout: Layout::UNIFORM,
        }
    }
}

#[cfg(test)]
mod tests;
