//! How the layers of one model differ from each other.
//!
//! An [`Architecture`] gives the sizes of one layer, and most models repeat it. Others look back only so many tokens in
//! most layers, begin with a dense layer before their mixtures, or have a feed-forward block of two matrices. What
//! differs is said here, once. Everything that is counted (parameters, operators, memory) asks for the
//! [blocks](Architecture::attention_blocks) and knows no family.
//!
//! Attention and feed-forward block differ independently. Their costs add up, so only *how many* layers have which
//! block matters, and not where they stand.
//!
//! The loss law has been fitted on models of equal layers. It does not see any of this, and every place that gives a
//! loss of such a model says so. That is why a window is a setting of a space and not an axis: to the law the smallest
//! would always be best.

pub mod typed;

use serde::{Deserialize, Serialize};

use crate::architecture::{Architecture, InvalidShape};

/// What a model has beside equal layers. [`Layout::UNIFORM`] has nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Layers that look back only so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Heads of the layers without a window, where theirs are others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_heads: Option<FullHeads>,
    /// The last so many layers use keys and values of an earlier one, and have none of their own; 0 in most models.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub borrowing_layers: u32,
    /// Layers whose feed-forward block is dense and of another size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense: Option<DenseLayers>,
    /// Matrices of a feed-forward block.
    #[serde(default, skip_serializing_if = "FeedForward::is_gated")]
    pub feed_forward: FeedForward,
    /// An embedding of each layer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_embedding: Option<LayerEmbedding>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(size: &u32) -> bool {
    *size == 0
}

/// A sliding window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// W: positions that a query of such a layer sees, its own included.
    pub tokens: u32,
    /// Which layers have none.
    #[serde(flatten)]
    pub full: FullLayers,
}

/// What a window is in JSON: the keys of [`FullLayers`] stand beside its size, and one of them is there.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Window")]
#[expect(dead_code, reason = "only its schema is used")]
struct WrittenWindow {
    /// W: positions that a query of such a layer sees, its own included.
    tokens: u32,
    /// Every n-th layer has none; absent where `full_layers` says how many.
    #[schemars(default, skip_serializing_if = "Option::is_none")]
    full_every: Option<u32>,
    /// So many layers have none.
    #[schemars(default, skip_serializing_if = "Option::is_none")]
    full_layers: Option<u32>,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Window {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        WrittenWindow::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenWindow::json_schema(generator)
    }
}

/// Layers that see the whole context, in a model whose other layers do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FullLayers {
    /// Every n-th; 0 is none.
    #[serde(rename = "full_every")]
    Every(u32),
    /// So many, wherever they stand.
    #[serde(rename = "full_layers")]
    Exactly(u32),
}

impl FullLayers {
    /// How many of the first `layers` they are.
    pub const fn of(self, layers: u32) -> u32 {
        match self {
            Self::Every(0) => 0,
            Self::Every(step) => layers / step,
            Self::Exactly(full) if full < layers => full,
            Self::Exactly(_) => layers,
        }
    }

    /// The share of layers that they are, in the mean over depths; all of no number where they are counted.
    pub(crate) fn share(self) -> f64 {
        match self {
            Self::Every(0) | Self::Exactly(_) => 0.0,
            Self::Every(step) => f64::from(step).recip(),
        }
    }
}

/// Heads of full layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FullHeads {
    /// Size of one head.
    pub head_dim: u32,
    /// Key-value heads.
    pub kv_heads: u32,
    /// Whether the keys serve as values: one projection instead of two, and a cache of both.
    #[serde(default)]
    pub keys_are_values: bool,
}

/// Dense layers of a mixture; layers of another size in a dense model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DenseLayers {
    /// How many.
    pub layers: u32,
    /// Hidden size of their feed-forward block.
    pub hidden: u32,
}

/// How many matrices a feed-forward block has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FeedForward {
    /// Three: gate, up and down.
    #[default]
    Gated,
    /// Two: up and down.
    Plain,
}

impl FeedForward {
    /// Matrices that lead into the hidden layer; one more leads out.
    pub const fn matrices_in(self) -> u32 {
        match self {
            Self::Gated => 2,
            Self::Plain => 1,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    const fn is_gated(&self) -> bool {
        matches!(self, Self::Gated)
    }
}

/// A table that gives every token a vector for each layer (Gemma 3n and 4). Its rows are gathered, and two small
/// matrices per layer and one before them bring them into the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LayerEmbedding {
    /// Size of the vector of one layer.
    pub size: u32,
    /// Rows of the table.
    pub vocab: u32,
}

/// Layers of equal attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionBlock {
    /// How many layers have it.
    pub layers: u32,
    /// Size of one head.
    pub head_dim: u32,
    /// Key-value heads.
    pub kv_heads: u32,
    /// W, tokens; none where all are seen.
    pub window: Option<u32>,
    /// Where keys and values come from.
    pub keys: Keys,
}

/// Where an attention block has its keys and values from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// A projection for each.
    KeysAndValues,
    /// One projection for both.
    KeysAlone,
    /// An earlier layer's: no projection, no cache.
    Borrowed,
}

impl Keys {
    /// Projections of keys and values.
    pub const fn projections(self) -> u32 {
        match self {
            Self::KeysAndValues => 2,
            Self::KeysAlone => 1,
            Self::Borrowed => 0,
        }
    }

    /// Whether its keys and values lie in a cache of its own.
    pub const fn are_cached(self) -> bool {
        !matches!(self, Self::Borrowed)
    }
}

/// Layers of equal feed-forward blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedBlock {
    /// How many layers have it.
    pub layers: u32,
    /// Hidden size of one expert, or of the whole block.
    pub hidden: u32,
    /// E; 1 is dense.
    pub experts: u32,
    /// K.
    pub top_k: u32,
    /// Hidden size of what every token uses besides.
    pub shared_hidden: u32,
}

impl Layout {
    /// All layers are alike, and have a gated feed-forward block.
    pub const UNIFORM: Self = Self {
        window: None,
        full_heads: None,
        borrowing_layers: 0,
        dense: None,
        feed_forward: FeedForward::Gated,
        layer_embedding: None,
    };

    /// Whether layers differ in nothing but a window, and have gated feed-forward blocks or not: what is alike at every
    /// depth.
    pub(crate) fn is_at_most_windowed(&self) -> bool {
        Self { window: None, feed_forward: FeedForward::Gated, ..*self } == Self::UNIFORM
    }

    /// Whether it has nothing.
    pub fn is_uniform(&self) -> bool {
        *self == Self::UNIFORM
    }

    /// What it says of a model of so many layers, a phrase each; none where all are alike.
    pub fn in_words(&self, layers: u32) -> Vec<String> {
        let count = |size: u32| crate::units::count(size as usize);
        let mut phrases = Vec::new();
        if let Some(Window { tokens, full }) = self.window {
            let windowed = layers - full.of(layers);
            let of = if windowed == layers { "all".to_owned() } else { format!("{windowed} of {layers}") };
            phrases.push(format!("{of} layers look back over {} tokens", count(tokens)));
        }
        if let Some(FullHeads { head_dim, kv_heads, keys_are_values }) = self.full_heads {
            let shared = if keys_are_values { ", keys that serve as values" } else { "" };
            phrases.push(format!("the others have heads of {head_dim}, {kv_heads} KV{shared}"));
        }
        if self.borrowing_layers > 0 {
            phrases.push(format!("the last {} use keys and values of earlier ones", self.borrowing_layers));
        }
        if let Some(DenseLayers { layers, hidden }) = self.dense {
            let verb = if layers == 1 { "layer is dense" } else { "layers are dense" };
            phrases.push(format!("{layers} {verb}, of hidden size {}", count(hidden)));
        }
        if self.feed_forward == FeedForward::Plain {
            phrases.push("feed-forward blocks of two matrices".to_owned());
        }
        if let Some(LayerEmbedding { size, .. }) = self.layer_embedding {
            phrases.push(format!("an embedding of {size} for each layer"));
        }
        phrases
    }

    /// Whether what it says fits a model of this depth.
    pub(crate) fn validate(&self, shape: &Architecture) -> Result<(), InvalidShape> {
        let limits = Architecture::LIMITS;
        let sized = |field, size: u32, most| match size {
            0 => Err(InvalidShape::Zero(field)),
            size if size > most => Err(InvalidShape::TooLarge { field, size, most }),
            _ => Ok(()),
        };
        if let Some(window) = self.window {
            sized("window", window.tokens, crate::workload::MAX_TOKENS)?;
            let (FullLayers::Every(full) | FullLayers::Exactly(full)) = window.full;
            if full > limits.layers {
                return Err(InvalidShape::TooLarge { field: "full layers", size: full, most: limits.layers });
            }
        }
        if let Some(full) = self.full_heads {
            sized("full head_dim", full.head_dim, limits.head_dim)?;
            sized("full kv_heads", full.kv_heads, limits.kv_heads)?;
            if !shape.heads.is_multiple_of(full.kv_heads) {
                return Err(InvalidShape::KvHeads { heads: shape.heads, kv_heads: full.kv_heads });
            }
        }
        if let Some(dense) = self.dense {
            sized("dense hidden", dense.hidden, limits.expert_hidden)?;
            if dense.layers > shape.layers {
                return Err(InvalidShape::TooLarge { field: "dense layers", size: dense.layers, most: shape.layers });
            }
        }
        if self.borrowing_layers >= shape.layers.max(1) {
            let (size, most) = (self.borrowing_layers, shape.layers.saturating_sub(1));
            return Err(InvalidShape::TooLarge { field: "borrowing layers", size, most });
        }
        if let Some(embedding) = self.layer_embedding {
            sized("layer embedding", embedding.size, limits.width)?;
            sized("layer embedding vocab", embedding.vocab, limits.vocab)?;
        }
        Ok(())
    }
}

impl Architecture {
    /// Its attention blocks, each kind with the number of its layers. A model of equal layers has one.
    pub fn attention_blocks(&self) -> impl Iterator<Item = AttentionBlock> + use<> {
        let Layout { window, full_heads, borrowing_layers, .. } = self.layout;
        let Self { layers, head_dim, kv_heads, .. } = *self;
        let with_own = layers.saturating_sub(borrowing_layers);
        let full_of = |layers: u32| window.map_or(layers, |window| window.full.of(layers));
        let (full, full_own) = (full_of(layers), full_of(with_own));
        let heads = full_heads.unwrap_or(FullHeads { head_dim, kv_heads, keys_are_values: false });
        let own_keys = if heads.keys_are_values { Keys::KeysAlone } else { Keys::KeysAndValues };
        let of_full = |layers, keys| AttentionBlock {
            layers,
            head_dim: heads.head_dim,
            kv_heads: heads.kv_heads,
            window: None,
            keys,
        };
        let of_windowed = |layers, keys| AttentionBlock {
            layers,
            head_dim,
            kv_heads,
            window: window.map(|window| window.tokens),
            keys,
        };
        [
            of_full(full_own, own_keys),
            of_full(full - full_own, Keys::Borrowed),
            of_windowed(with_own - full_own, Keys::KeysAndValues),
            of_windowed((layers - full).saturating_sub(with_own - full_own), Keys::Borrowed),
        ]
        .into_iter()
        .filter(|block| block.layers > 0)
    }

    /// Its feed-forward blocks, each kind with the number of its layers. A model of equal layers has one.
    pub fn feed_blocks(&self) -> impl Iterator<Item = FeedBlock> + use<> {
        let Self { layers, expert_hidden, experts, top_k, shared_hidden, .. } = *self;
        let DenseLayers { layers: dense, hidden } = self.layout.dense.unwrap_or(DenseLayers { layers: 0, hidden: 0 });
        [
            FeedBlock { layers: dense.min(layers), hidden, experts: 1, top_k: 1, shared_hidden: 0 },
            FeedBlock { layers: layers.saturating_sub(dense), hidden: expert_hidden, experts, top_k, shared_hidden },
        ]
        .into_iter()
        .filter(|block| block.layers > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::QWEN2_5_0_5B;

    fn counts(shape: &Architecture) -> Vec<(u32, Option<u32>)> {
        shape.attention_blocks().map(|block| (block.layers, block.window)).collect()
    }

    #[test]
    fn a_uniform_model_has_one_block_of_each_kind() {
        assert_eq!(counts(&QWEN2_5_0_5B), [(24, None)]);
        let feed: Vec<_> = QWEN2_5_0_5B.feed_blocks().collect();
        assert_eq!(feed, [FeedBlock { layers: 24, hidden: 4864, experts: 1, top_k: 1, shared_hidden: 0 }]);
        assert!(QWEN2_5_0_5B.layout.is_uniform());
    }

    /// Gemma 3 4B: every sixth of 34 layers is full. Gemma 3n E2B: 30 layers, every fifth full, the last ten borrow.
    #[test]
    fn windows_and_borrowed_keys_are_counted_by_layer() {
        let window = |full| Some(Window { tokens: 1024, full });
        let with = |layers, layout| Architecture { layers, layout, ..QWEN2_5_0_5B };
        let gemma = Layout { window: window(FullLayers::Every(6)), ..Layout::UNIFORM };
        assert_eq!(counts(&with(34, gemma)), [(5, None), (29, Some(1024))]);
        let all = Layout { window: window(FullLayers::Exactly(0)), ..Layout::UNIFORM };
        assert_eq!(counts(&with(32, all)), [(32, Some(1024))]);
        let borrowed = Layout { window: window(FullLayers::Every(5)), borrowing_layers: 10, ..Layout::UNIFORM };
        let blocks: Vec<_> =
            with(30, borrowed).attention_blocks().map(|block| (block.layers, block.window, block.keys)).collect();
        let w = Some(1024);
        assert_eq!(
            blocks,
            [
                (4, None, Keys::KeysAndValues),
                (2, None, Keys::Borrowed),
                (16, w, Keys::KeysAndValues),
                (8, w, Keys::Borrowed)
            ]
        );
    }

    #[test]
    fn a_dense_first_layer_is_no_mixture() {
        let layout = Layout { dense: Some(DenseLayers { layers: 1, hidden: 10_944 }), ..Layout::UNIFORM };
        let shape = Architecture { layers: 27, experts: 64, top_k: 6, expert_hidden: 1408, layout, ..QWEN2_5_0_5B };
        let feed: Vec<_> = shape.feed_blocks().map(|block| (block.layers, block.hidden, block.experts)).collect();
        assert_eq!(feed, [(1, 10_944, 1), (26, 1408, 64)]);
    }

    #[test]
    fn as_json_only_what_differs_is_written() {
        assert_eq!(serde_json::to_string(&Layout::UNIFORM).unwrap(), "{}");
        let layout = Layout {
            window: Some(Window { tokens: 4096, full: FullLayers::Every(2) }),
            feed_forward: FeedForward::Plain,
            ..Layout::UNIFORM
        };
        let text = r#"{"window":{"tokens":4096,"full_every":2},"feed_forward":"plain"}"#;
        assert_eq!(serde_json::to_string(&layout).unwrap(), text);
        assert_eq!(serde_json::from_str::<Layout>(text).unwrap(), layout);
    }
}
