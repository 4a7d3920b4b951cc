//! A shape from the keys of a GGUF file, and from its tensors where these say it more plainly.

use serde_json::Value;

use super::super::row::{self, Row};
use super::tensors::Tensors;
use engine::architecture::Architecture;
use engine::error::{Error, Result};
use engine::layout::{DenseLayers, FeedForward, FullLayers, Layout, Window};
use engine::text::shown;

pub(super) const ARCHITECTURE: &str = "general.architecture";

/// Keys by which a file says that its layers are of a kind that is not priced here, and what kind that is.
const OTHER_LAYERS: [(&str, &str); 8] = [
    ("attention.kv_lora_rank", "latent attention (MLA), whose cache holds one vector for all heads"),
    ("ssm.state_size", "state-space layers (Mamba), whose state does not grow with the context"),
    ("ssm.conv_kernel", "recurrent layers, whose state does not grow with the context"),
    ("wkv.head_size", "recurrent layers (RWKV), whose state does not grow with the context"),
    ("shortconv.l_cache", "short convolutions in place of attention"),
    ("altup.num_inputs", "alternating updates of several streams (AltUp)"),
    ("attention.indexer.head_count", "sparse attention with an indexer"),
    ("vision.block_count", "the layers of an image encoder"),
];

/// Every n-th layer of these sees the whole context and the others a window; 0 is none. As llama.cpp sets it
/// (`set_swa_pattern` in src/llama-model.cpp of <https://github.com/ggml-org/llama.cpp>, read on 2026-11-29).
const FULL_EVERY: [(&str, u32); 10] = [
    ("gemma2", 2),
    ("gemma3", 6),
    ("gpt-oss", 2),
    ("cohere2", 4),
    ("olmo2", 4),
    ("exaone4", 4),
    ("exaone-moe", 4),
    ("afmoe", 4),
    ("smallthinker", 4),
    ("plamo3", 8),
];

/// Families in which llama.cpp leaves the window out, though the file has it.
const WITHOUT_WINDOW: [&str; 4] = ["phi3", "phimoe", "qwen2", "llama"];

/// A shape, and whether its window could be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) architecture: Architecture,
    pub(super) windows: Windows,
}

/// What is known of the layers that look back only so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Windows {
    /// All that there is: none, or which layers they are.
    Known,
    /// There is a window, and nothing says which layers have it.
    Unplaced,
}

/// How many layers run: those that predict further tokens do not.
pub(super) fn layers(keys: &Keys<'_>) -> Result<u32> {
    let all = keys.required("block_count", Architecture::LIMITS.layers)?;
    let of_further_tokens = keys.size("nextn_predict_layers", Architecture::LIMITS.layers)?.unwrap_or(0);
    Ok(all.saturating_sub(of_further_tokens))
}

/// The shape that keys and tensors give. Without tensors, `tied` is taken where there is no head among them; a benchmark's
/// number of parameters decides then.
pub(super) fn shape(keys: &Keys<'_>, tensors: &Tensors) -> Result<Shape> {
    let limits = Architecture::LIMITS;
    let layers = layers(keys)?;
    let (width, heads) =
        (keys.required("embedding_length", limits.width)?, keys.required("attention.head_count", limits.heads)?);
    let experts = keys.size("expert_count", limits.experts)?;
    let dense_hidden = match tensors.dense_hidden.and_then(|hidden| u32::try_from(hidden).ok()) {
        Some(hidden) => Some(hidden),
        None => keys.size("feed_forward_length", limits.expert_hidden)?,
    };
    let expert_hidden = match (experts, keys.size("expert_feed_forward_length", limits.expert_hidden)?) {
        (Some(_), Some(hidden)) => hidden,
        // Mixtral has no size of its own for an expert.
        _ => match dense_hidden {
            Some(hidden) => hidden,
            None => keys.required("feed_forward_length", limits.expert_hidden)?,
        },
    };
    let head_dim = match keys.size("attention.key_length", limits.head_dim)? {
        Some(size) => size,
        None if heads > 0 && width.is_multiple_of(heads) => width / heads,
        None => {
            return Err(
                keys.error("attention.key_length", "the key is missing, and the width is no multiple of the heads")
            );
        }
    };
    let of_values = keys.size("attention.value_length", limits.head_dim)?.unwrap_or(head_dim);
    if of_values != head_dim {
        let what = format!("keys of {head_dim} and values of {of_values} numbers are not priced here");
        return Err(keys
            .error("attention.value_length", what)
            .expected("heads whose keys and values are equally long"));
    }
    let dense_layers = dense_layers(keys, tensors, experts)?;
    let (window, windows) = window(keys, layers)?;
    let architecture = Architecture {
        layers,
        width,
        heads,
        head_dim,
        kv_heads: keys.size("attention.head_count_kv", limits.kv_heads)?.unwrap_or(heads),
        expert_hidden,
        experts: experts.unwrap_or(1),
        top_k: match experts {
            Some(_) => keys.required("expert_used_count", limits.top_k)?,
            None => 1,
        },
        shared_hidden: shared_hidden(keys, tensors, expert_hidden, experts)?,
        vocab: match tensors.vocab.filter(|_| tensors.has_layers()).and_then(|vocab| u32::try_from(vocab).ok()) {
            Some(vocab) => vocab,
            None => keys.vocab(limits.vocab)?,
        },
        tied: !tensors.has_head(),
        layout: Layout {
            window,
            dense: dense_hidden
                .filter(|_| experts.is_some() && dense_layers > 0)
                .map(|hidden| DenseLayers { layers: dense_layers, hidden }),
            feed_forward: if tensors.is_plain { FeedForward::Plain } else { FeedForward::Gated },
            ..Layout::UNIFORM
        },
    };
    architecture.validate().map_err(|invalid| keys.error("block_count", invalid.to_string()))?;
    Ok(Shape { architecture, windows })
}

pub(super) fn refuse_other_layers(keys: &Keys<'_>) -> Result<()> {
    for (key, kind) in OTHER_LAYERS {
        if keys.row.value(&keys.key(key)).is_some_and(|value| value.as_f64() != Some(0.0)) {
            return Err(keys
                .error(key, format!("{} has {kind}; that is not priced here", shown(keys.family)))
                .expected(
                    "layers of attention with keys and values for each head, and feed-forward blocks or experts",
                ));
        }
    }
    if matches!(keys.family, "clip" | "bert" | "nomic-bert" | "t5" | "t5encoder" | "wavtokenizer-dec") {
        let what = format!("{} is no decoder: this file is an encoder or a projector", shown(keys.family));
        return Err(Error::new(what)
            .at_column(ARCHITECTURE)
            .expected("the file of the language model; a vision part is called mmproj"));
    }
    Ok(())
}

/// First layers of a mixture that are dense. The tensors say it, else the key.
fn dense_layers(keys: &Keys<'_>, tensors: &Tensors, experts: Option<u32>) -> Result<u32> {
    if experts.is_none() || tensors.has_layers() {
        return Ok(tensors.dense_layers);
    }
    Ok(keys.size("leading_dense_block_count", Architecture::LIMITS.layers)?.unwrap_or(0))
}

/// Hidden size of what every token uses beside its experts: written as a size, or as so many experts.
fn shared_hidden(keys: &Keys<'_>, tensors: &Tensors, expert_hidden: u32, experts: Option<u32>) -> Result<u32> {
    const SIZE: &str = "expert_shared_feed_forward_length";
    if experts.is_none() {
        return Ok(0);
    }
    let limits = Architecture::LIMITS;
    if let Some(hidden) = tensors.shared_hidden.and_then(|hidden| u32::try_from(hidden).ok()) {
        return Ok(hidden);
    }
    if let Some(hidden) = keys.size(SIZE, limits.shared_hidden)? {
        return Ok(hidden);
    }
    if tensors.has_layers() {
        return Ok(0);
    }
    Ok(keys.size("expert_shared_count", limits.experts)?.unwrap_or(0).saturating_mul(expert_hidden))
}

/// The window, and which layers see beyond it.
fn window(keys: &Keys<'_>, layers: u32) -> Result<(Option<Window>, Windows)> {
    const PATTERN: &str = "attention.sliding_window_pattern";
    let Some(tokens) = keys.size("attention.sliding_window", engine::workload::MAX_TOKENS)? else {
        return Ok((None, Windows::Known));
    };
    let listed = match keys.row.value(&keys.key(PATTERN)) {
        Some(Value::Array(pattern)) => {
            let windowed =
                |value: &&Value| value.as_bool().unwrap_or_else(|| value.as_u64().is_some_and(|flag| flag > 0));
            // A shorter pattern repeats.
            let windowed = pattern.iter().cycle().take(layers as usize).filter(windowed).count();
            Some(FullLayers::Exactly(layers.saturating_sub(u32::try_from(windowed).unwrap_or(u32::MAX))))
        }
        // 0 is a window in all of them.
        Some(_) => Some(FullLayers::Every(keys.size(PATTERN, Architecture::LIMITS.layers)?.unwrap_or(0))),
        None => None,
    };
    let of_family = || FULL_EVERY.iter().find(|(family, _)| *family == keys.family).map(|(_, step)| *step);
    match listed.or_else(|| of_family().map(FullLayers::Every)) {
        Some(full) => Ok((Some(Window { tokens, full }), Windows::Known)),
        None if WITHOUT_WINDOW.contains(&keys.family) => Ok((None, Windows::Known)),
        None => Ok((None, Windows::Unplaced)),
    }
}

/// The keys of one family.
pub(super) struct Keys<'a> {
    pub(super) row: &'a Row,
    pub(super) family: &'a str,
}

impl Keys<'_> {
    fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.family)
    }

    fn error(&self, name: &str, what: impl Into<String>) -> Error {
        Error::new(what).at_column(shown(&self.key(name)))
    }

    /// A size; 0 is none, and a list is one size where all its entries are.
    fn size(&self, name: &str, largest: u32) -> Result<Option<u32>> {
        let key = self.key(name);
        let count = match self.row.value(&key) {
            Some(Value::Array(sizes)) => Some(same(sizes).ok_or_else(|| {
                self.error(name, "the layers differ, but a prediction sees one shape for all layers")
            })?),
            _ => self.row.count(&key)?,
        };
        match count {
            None | Some(0) => Ok(None),
            Some(size) if size <= u64::from(largest) => Ok(Some(size as u32)),
            Some(size) => {
                let most = engine::units::count(largest as usize);
                Err(self
                    .error(name, format!("'{size}' is out of range"))
                    .expected(format!("a whole number from 1 to {most}")))
            }
        }
    }

    fn required(&self, name: &str, largest: u32) -> Result<u32> {
        self.size(name, largest)?.ok_or_else(|| self.error(name, "the key is missing"))
    }

    /// `vocab_size`, else the number of tokens that there are.
    fn vocab(&self, largest: u32) -> Result<u32> {
        const TOKENS: &str = "tokenizer.ggml.tokens";
        if let Some(size) = self.size("vocab_size", largest)? {
            return Ok(size);
        }
        let count = match self.row.value(TOKENS) {
            Some(Value::Array(tokens)) => Some(tokens.len() as u64),
            _ => self.row.count(TOKENS)?,
        };
        let size = count.and_then(|count| u32::try_from(count).ok()).filter(|size| (1..=largest).contains(size));
        size.ok_or_else(|| self.error("vocab_size", format!("the key is missing, and so is '{TOKENS}'")))
    }
}

/// The family that a file names.
pub(super) fn family(row: &Row) -> Result<String> {
    row.text(ARCHITECTURE).ok_or_else(|| row::missing(ARCHITECTURE))
}

fn same(sizes: &[Value]) -> Option<u64> {
    let first = sizes.first()?.as_u64()?;
    sizes.iter().all(|size| size.as_u64() == Some(first)).then_some(first)
}
