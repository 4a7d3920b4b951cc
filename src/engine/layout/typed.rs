//! A layout as people type it and as the table of models has it: `window=1024,full_every=6`.

use super::{DenseLayers, FeedForward, FullHeads, FullLayers, LayerEmbedding, Layout, Window};
use crate::architecture::Architecture;
use crate::error::{Error, Result};
use crate::text::shown;
use crate::units::count;
use crate::workload::MAX_TOKENS;

/// A part of a layout that has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Tokens that a windowed layer sees.
    Window,
    /// Every n-th layer sees all.
    FullEvery,
    /// So many layers see all.
    FullLayers,
    /// Size of the heads of layers that see all.
    FullHeadDim,
    /// Their KV heads.
    FullKvHeads,
    /// Whether their keys serve as values.
    KeysAreValues,
    /// Last layers that use an earlier one's keys.
    BorrowingLayers,
    /// Dense layers of a mixture.
    DenseLayers,
    /// Their hidden size.
    DenseHidden,
    /// `gated` or `plain`.
    FeedForward,
    /// Size of each layer's own embedding.
    LayerEmbedding,
    /// Its rows.
    LayerVocab,
}

impl Key {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 12] = [
        Self::Window,
        Self::FullEvery,
        Self::FullLayers,
        Self::FullHeadDim,
        Self::FullKvHeads,
        Self::KeysAreValues,
        Self::BorrowingLayers,
        Self::DenseLayers,
        Self::DenseHidden,
        Self::FeedForward,
        Self::LayerEmbedding,
        Self::LayerVocab,
    ];

    /// As typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::FullEvery => "full_every",
            Self::FullLayers => "full_layers",
            Self::FullHeadDim => "full_head_dim",
            Self::FullKvHeads => "full_kv_heads",
            Self::KeysAreValues => "keys_are_values",
            Self::BorrowingLayers => "borrowing_layers",
            Self::DenseLayers => "dense_layers",
            Self::DenseHidden => "dense_hidden",
            Self::FeedForward => "feed_forward",
            Self::LayerEmbedding => "layer_embedding",
            Self::LayerVocab => "layer_vocab",
        }
    }

    /// The key of that name, in capitals or not.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name().eq_ignore_ascii_case(name))
    }

    /// The smallest and largest number that it takes.
    const fn range(self) -> (u32, u32) {
        let limits = Architecture::LIMITS;
        match self {
            Self::Window => (1, MAX_TOKENS),
            Self::FullEvery | Self::FullLayers | Self::BorrowingLayers => (0, limits.layers),
            Self::FullHeadDim => (1, limits.head_dim),
            Self::FullKvHeads => (1, limits.kv_heads),
            Self::DenseLayers => (1, limits.layers),
            Self::DenseHidden => (1, limits.expert_hidden),
            Self::LayerEmbedding => (1, limits.width),
            Self::LayerVocab => (1, limits.vocab),
            Self::KeysAreValues | Self::FeedForward => (0, 1),
        }
    }
}

/// Keys and values as they were typed.
#[derive(Debug, Default)]
pub struct Typed<'a>(Vec<(Key, &'a str)>);

impl<'a> Typed<'a> {
    /// One more; the caller has seen to it that it is the first of its key.
    pub fn add(&mut self, key: Key, value: &'a str) {
        self.0.push((key, value));
    }

    /// The layout that they make. `vocab`, `head_dim` and `kv_heads` are those of the shape, which some parts go by.
    pub fn layout(&self, shape: &Architecture) -> Result<Layout> {
        let mut layout = Layout { feed_forward: self.feed_forward()?, ..Layout::UNIFORM };
        layout.window = self.window()?;
        let keys_are_values = self.truth(Key::KeysAreValues)?;
        let (head_dim, kv_heads) = (self.number(Key::FullHeadDim)?, self.number(Key::FullKvHeads)?);
        if head_dim.is_some() || kv_heads.is_some() || keys_are_values {
            let head_dim = head_dim.unwrap_or(shape.head_dim);
            layout.full_heads =
                Some(FullHeads { head_dim, kv_heads: kv_heads.unwrap_or(shape.kv_heads), keys_are_values });
        }
        layout.borrowing_layers = self.number(Key::BorrowingLayers)?.unwrap_or(0);
        let dense = self.pair(Key::DenseLayers, Key::DenseHidden)?;
        layout.dense = dense.map(|(layers, hidden)| DenseLayers { layers, hidden });
        layout.layer_embedding = match (self.number(Key::LayerEmbedding)?, self.number(Key::LayerVocab)?) {
            (Some(size), vocab) => Some(LayerEmbedding { size, vocab: vocab.unwrap_or(shape.vocab) }),
            (None, Some(_)) => return Err(without(Key::LayerVocab, Key::LayerEmbedding)),
            (None, None) => None,
        };
        Ok(layout)
    }

    fn given(&self, key: Key) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn number(&self, key: Key) -> Result<Option<u32>> {
        let Some(value) = self.given(key) else { return Ok(None) };
        let (least, most) = key.range();
        match value.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(refuse(key, value).expected(format!("a whole number from {least} to {}", count(most as usize)))),
        }
    }

    fn pair(&self, first: Key, second: Key) -> Result<Option<(u32, u32)>> {
        match (self.number(first)?, self.number(second)?) {
            (Some(a), Some(b)) => Ok(Some((a, b))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(without(first, second)),
            (None, Some(_)) => Err(without(second, first)),
        }
    }

    fn window(&self) -> Result<Option<Window>> {
        let full = match (self.number(Key::FullEvery)?, self.number(Key::FullLayers)?) {
            (Some(_), Some(_)) => {
                return Err(
                    Error::new("'full_every' and 'full_layers' say the same in two ways").hint("remove one of them")
                );
            }
            (Some(step), None) => Some(FullLayers::Every(step)),
            (None, Some(full)) => Some(FullLayers::Exactly(full)),
            (None, None) => None,
        };
        match (self.number(Key::Window)?, full) {
            (Some(tokens), full) => Ok(Some(Window { tokens, full: full.unwrap_or(FullLayers::Exactly(0)) })),
            (None, None) => Ok(None),
            (None, Some(FullLayers::Every(_))) => Err(without(Key::FullEvery, Key::Window)),
            (None, Some(FullLayers::Exactly(_))) => Err(without(Key::FullLayers, Key::Window)),
        }
    }

    fn truth(&self, key: Key) -> Result<bool> {
        match self.given(key).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "no" | "0") => Ok(false),
            Some("true" | "yes" | "1") => Ok(true),
            Some(other) => Err(refuse(key, other).expected("true or false")),
        }
    }

    fn feed_forward(&self) -> Result<FeedForward> {
        match self.given(Key::FeedForward).map(str::to_ascii_lowercase).as_deref() {
            None | Some("gated") => Ok(FeedForward::Gated),
            Some("plain") => Ok(FeedForward::Plain),
            Some(other) => Err(refuse(Key::FeedForward, other)
                .expected("gated (three matrices: gate, up, down) or plain (two: up, down)")),
        }
    }
}

fn refuse(key: Key, value: &str) -> Error {
    Error::new(format!("'{}' is not allowed here", shown(value))).at_column(key.name())
}

fn without(given: Key, missing: Key) -> Error {
    Error::new(format!("'{}' says nothing without '{}'", given.name(), missing.name()))
        .hint(format!("{}=…", missing.name()))
}

impl Layout {
    /// Its keys and values as the command line takes them; none where it has nothing.
    pub fn as_typed(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let mut add = |key: Key, value: &dyn std::fmt::Display| parts.push(format!("{}={value}", key.name()));
        if let Some(Window { tokens, full }) = self.window {
            add(Key::Window, &tokens);
            match full {
                FullLayers::Every(step) => add(Key::FullEvery, &step),
                FullLayers::Exactly(full) => add(Key::FullLayers, &full),
            }
        }
        if let Some(FullHeads { head_dim, kv_heads, keys_are_values }) = self.full_heads {
            add(Key::FullHeadDim, &head_dim);
            add(Key::FullKvHeads, &kv_heads);
            if keys_are_values {
                add(Key::KeysAreValues, &true);
            }
        }
        if self.borrowing_layers > 0 {
            add(Key::BorrowingLayers, &self.borrowing_layers);
        }
        if let Some(DenseLayers { layers, hidden }) = self.dense {
            add(Key::DenseLayers, &layers);
            add(Key::DenseHidden, &hidden);
        }
        if self.feed_forward == FeedForward::Plain {
            add(Key::FeedForward, &"plain");
        }
        if let Some(LayerEmbedding { size, vocab }) = self.layer_embedding {
            add(Key::LayerEmbedding, &size);
            add(Key::LayerVocab, &vocab);
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::QWEN2_5_0_5B;

    fn read(text: &str) -> Result<Layout> {
        let mut typed = Typed::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap();
            typed.add(Key::named(key).unwrap(), value);
        }
        typed.layout(&QWEN2_5_0_5B)
    }

    #[test]
    fn what_is_typed_is_what_is_written() {
        for text in [
            "",
            "window=1024,full_every=6",
            "window=4096,full_layers=0",
            "window=1024,full_every=6,full_head_dim=512,full_kv_heads=2,keys_are_values=true",
            "window=512,full_every=5,borrowing_layers=15,layer_embedding=256,layer_vocab=262144",
            "dense_layers=1,dense_hidden=10944",
            "feed_forward=plain",
        ] {
            let layout = read(text).unwrap();
            assert_eq!(layout.as_typed().join(","), text);
            assert_eq!(layout.is_uniform(), text.is_empty());
        }
        assert_eq!(read("window=8").unwrap().as_typed().join(","), "window=8,full_layers=0");
    }

    #[test]
    fn each_slip_is_named() {
        for (text, wanted) in [
            ("full_every=2", "'full_every' says nothing without 'window'"),
            ("window=0", "'window': '0' is not allowed here\n  expected: a whole number from 1 to"),
            ("window=8,full_every=2,full_layers=3", "say the same in two ways"),
            ("dense_layers=2", "'dense_layers' says nothing without 'dense_hidden'\n  try: dense_hidden=…"),
            ("layer_vocab=8", "'layer_vocab' says nothing without 'layer_embedding'"),
            ("feed_forward=two", "expected: gated (three matrices"),
            ("keys_are_values=maybe", "expected: true or false"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
