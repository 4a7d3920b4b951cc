//! `config.json` of Hugging Face transformers: the shape of a model, as 4.x and 5.x write it.
//!
//! Only those families are read whose layers are what the engine computes: attention with KV heads, over everything or
//! over a window, and a feed-forward block of two or three matrices, dense or routed. Another family may use the same
//! keys for something else. So it is refused by name, and nothing is guessed.

mod defaults;
mod family;
mod feed;
mod keys;
mod notes;
mod parts;
mod quantised;
mod refused;
mod text_part;
mod windows;

pub use self::quantised::Quantised;

use serde_json::Value;

use self::defaults::Defaults;
use self::family::Family;
use self::keys::Keys;
use self::parts::Parts;
use self::text_part::TextPart;
use super::python_json;
use engine::architecture::{Architecture, InvalidShape};
use engine::error::{Error, Result};
use engine::extras::Extras;
use engine::features::Features;
use engine::layout::Layout;
use engine::reference::{Certainty, ReferenceModel};

/// What the shape is for. It decides what helps where a family is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Latency and memory.
    Price,
    /// The run that a law is fitted on.
    Runs,
}

/// What a `config.json` says of a model's shape. Keys that are left out have been filled in as transformers does.
#[derive(Debug, Clone, PartialEq)]
pub struct HfConfig {
    /// `model_type` of its text model, such as `qwen3_moe`.
    pub model_type: String,
    /// The shape; its vocabulary is 1 where the file has none.
    shape: Architecture,
    /// Whether the file says how large the vocabulary is.
    has_vocab: bool,
    /// Normalisations and biases.
    pub extras: Extras,
    /// What the file says beside the shape that a reader of predictions must know.
    pub notes: Vec<String>,
    /// How the weights are stored, where the file says so.
    quantised: Option<Quantised>,
}

impl HfConfig {
    /// Reads the text of the file called `source`. If its family is not read here, the error says what to do for this
    /// purpose.
    pub fn parse(source: &str, text: &str, purpose: Purpose) -> Result<Self> {
        let object = python_json::object(source, text)?;
        let file = Keys { source, text, purpose, object: &object, within: "", defaults: Defaults::NONE };
        let TextPart { family, keys, part_of } = text_part::find(&file)?;
        let vocab = keys.size("vocab_size", Architecture::LIMITS.vocab)?;
        let mut parts = Parts { shape: attention(&keys, vocab)?, extras: Extras::PLAIN, notes: Vec::new() };
        parts.shape.tied = is_tied(&file, &keys)?;
        parts.shape.layout.feed_forward = family.matrices;
        parts.shape.layout.window = windows::of(family.windows, &keys, parts.shape.layers)?;
        parts.extras = family.extras(&keys)?;
        feed::read(family.feed, &keys, &mut parts)?;
        (family.special)(&keys, &mut parts)?;
        let notes = notes::of(part_of.as_deref(), &keys).into_iter().chain(parts.notes).collect();
        let config = Self {
            model_type: family.model_type.to_owned(),
            shape: parts.shape,
            has_vocab: vocab.is_some(),
            extras: parts.extras,
            notes,
            quantised: stored(&file, &keys).map(|value| Quantised::read(value, &parts.shape)),
        };
        config.check(&keys)?;
        Ok(config)
    }

    fn check(&self, keys: &Keys<'_>) -> Result<()> {
        self.shape.validate().map_err(|invalid| {
            let key = match invalid {
                InvalidShape::KvHeads { .. } => "num_key_value_heads",
                InvalidShape::TopK { .. } => "num_experts_per_tok",
                InvalidShape::SharedAlone => "shared_expert_intermediate_size",
                InvalidShape::Zero(_) | InvalidShape::TooLarge { .. } => "model_type",
            };
            keys.error(key, invalid.to_string())
        })
    }

    /// What the loss law sees.
    pub fn features(&self) -> Features {
        self.shape.features()
    }

    /// How its layers differ.
    pub const fn layout(&self) -> Layout {
        self.shape.layout
    }

    /// How many layers it has.
    pub const fn layers(&self) -> u32 {
        self.shape.layers
    }

    /// Whether it has an expert that every token uses.
    pub const fn has_shared_expert(&self) -> bool {
        self.shape.shared_hidden > 0
    }

    /// The shape for the latency model; `None` without a vocabulary.
    pub fn architecture(&self) -> Option<Architecture> {
        self.has_vocab.then_some(self.shape)
    }

    /// The same with what a file beside it says of the weights. Both often say the same, and the file's own word counts
    /// where it can be priced.
    #[must_use]
    pub fn with_quantised_beside(self, beside: &Value) -> Self {
        let known = self.quantised.filter(Quantised::has_precision);
        Self { quantised: Some(known.unwrap_or_else(|| Quantised::read(beside, &self.shape))), ..self }
    }

    /// The model, by a name of the caller's; an error where the file called `source` says nothing of the vocabulary.
    pub fn into_model(self, name: String, source: String) -> Result<ReferenceModel> {
        let Some(architecture) = self.architecture() else {
            return Err(Error::new("the key is missing, and embedding and LM head cannot be priced without it")
                .in_source(source)
                .at_column("vocab_size"));
        };
        let (format, note) = match self.quantised.map(Quantised::into_format) {
            Some(Ok(format)) => (Some(format), None),
            Some(Err(note)) => (None, Some(note)),
            None => (None, None),
        };
        Ok(ReferenceModel {
            name,
            architecture,
            family: self.model_type,
            extras: self.extras,
            certainty: Certainty::Known,
            source,
            format,
            notes: self.notes.into_iter().chain(note).collect(),
        })
    }
}

/// What a file says of the storage of its weights: transformers in one key, MLX in another and often in both. Models with
/// parts say it of the whole or of the text model.
fn stored<'a>(file: &Keys<'a>, keys: &Keys<'a>) -> Option<&'a Value> {
    ["quantization_config", "quantization"].into_iter().find_map(|key| file.stated(key).or_else(|| keys.stated(key)))
}

/// Norms and biases of a model of a family, as far as its file has no more `switches` than these: `attention_bias`.
/// `None` where the family is not read.
pub fn extras_of(model_type: &str, switches: &str, shape: &Architecture) -> Option<Extras> {
    let family = Family::named(model_type)?;
    let object = keys_of(switches, shape);
    let defaults = Defaults::of(family.defaults_of);
    let keys = Keys { source: "", text: "", purpose: Purpose::Price, object: &object, within: "", defaults };
    let mut parts = Parts { shape: *shape, extras: family.extras(&keys).ok()?, notes: Vec::new() };
    (family.special)(&keys, &mut parts).ok()?;
    Some(parts.extras)
}

/// Keys that a file of such a shape has, as far as norms and biases depend on them.
fn keys_of(switches: &str, shape: &Architecture) -> serde_json::Map<String, Value> {
    let sizes = [
        ("num_hidden_layers", shape.layers),
        ("hidden_size_per_layer_input", shape.layout.layer_embedding.map_or(0, |embedding| embedding.size)),
        ("moe_intermediate_size", shape.expert_hidden),
        ("num_experts", shape.experts),
        ("num_experts_per_tok", shape.top_k),
        ("top_k_experts", shape.top_k),
    ];
    let sizes = sizes.into_iter().map(|(key, size)| (key.to_owned(), size.into()));
    let routed = [("enable_moe_block".to_owned(), (!shape.is_dense()).into())];
    let switches = switches.split_whitespace().map(|key| (key.to_owned(), true.into()));
    sizes.chain(routed).chain(switches).collect()
}

/// Depth, width and heads. The rest of the shape is that of nothing yet.
fn attention(keys: &Keys<'_>, vocab: Option<u32>) -> Result<Architecture> {
    let limits = Architecture::LIMITS;
    // A run that was trained has its sizes in its file. A default in their place would be a fault of the file.
    let own = |key: &str, largest: u32| match keys.purpose {
        Purpose::Runs if keys.is_filled_in(key) => Err(keys.error(key, "the key is missing")),
        Purpose::Runs | Purpose::Price => keys.required(key, largest),
    };
    let width = own("hidden_size", limits.width)?;
    let heads = own("num_attention_heads", limits.heads)?;
    Ok(Architecture {
        layers: own("num_hidden_layers", limits.layers)?,
        width,
        heads,
        head_dim: head_dim(keys, width, heads)?,
        kv_heads: keys.size("num_key_value_heads", limits.kv_heads)?.unwrap_or(heads),
        expert_hidden: 1,
        experts: 1,
        top_k: 1,
        shared_hidden: 0,
        vocab: vocab.unwrap_or(1),
        tied: false,
        layout: Layout::UNIFORM,
    })
}

fn head_dim(keys: &Keys<'_>, width: u32, heads: u32) -> Result<u32> {
    const KEY: &str = "head_dim";
    match keys.size(KEY, Architecture::LIMITS.head_dim)? {
        Some(size) => Ok(size),
        None if width.is_multiple_of(heads) => Ok(width / heads),
        None => Err(keys
            .error(KEY, format!("the key is missing, and hidden_size {width} is no multiple of {heads} heads"))
            .expected("the size of one attention head")),
    }
}

/// Whether the head shares the embedding's weights. A file of several parts may say it of the text model or of the
/// whole, or of both.
fn is_tied(file: &Keys<'_>, keys: &Keys<'_>) -> Result<bool> {
    const KEY: &str = "tie_word_embeddings";
    let of_text = keys.stated(KEY).map_or(Ok(None), |_| keys.truth(KEY))?;
    let of_whole = if keys.within.is_empty() { None } else { file.truth(KEY)? };
    let whole = file.value("model_type").and_then(Value::as_str).unwrap_or_default();
    // Their classes do not ask the text model.
    let whole_decides = ["qwen3_vl", "qwen3_omni", "qwen2_5_omni"].iter().any(|family| whole.starts_with(family));
    Ok(match (of_text.filter(|_| !whole_decides || of_whole.is_none()), of_whole) {
        (Some(true), _) | (_, Some(true)) => true,
        (Some(false), _) | (None, Some(false)) => false,
        (None, None) => keys.is_on(KEY)?,
    })
}

#[cfg(test)]
mod tests;
