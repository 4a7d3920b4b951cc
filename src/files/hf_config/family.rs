//! The families of models that are read: what distinguishes one from the next, as data.
//!
//! A family is a row of the table. What a row cannot say is a function of its own in [`special`], named in the row.

mod rows;
mod special;

use super::keys::Keys;
use super::parts::Parts;
use engine::error::Result;
use engine::extras::{AttentionBias, Extras};
use engine::layout::FeedForward;

pub(super) use self::rows::FAMILIES;

/// A `model_type` and what it means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family {
    pub(super) model_type: &'static str,
    /// Whose defaults are its own, where transformers does not know it.
    pub(super) defaults_of: &'static str,
    pub(super) feed: Feed,
    pub(super) matrices: FeedForward,
    pub(super) windows: Windows,
    /// Norms and biases where its file says nothing of them.
    pub(super) extras: Extras,
    /// The key that turns on biases of the attention block, and which.
    pub(super) attention_switch: Option<(&'static str, AttentionBias)>,
    /// The key that turns on biases of the feed-forward block.
    pub(super) feed_switch: Option<&'static str>,
    /// What no rule says.
    pub(super) special: fn(&Keys<'_>, &mut Parts) -> Result<()>,
}

/// How a family writes its feed-forward block.
#[derive(Debug, Clone, Copy)]
pub(super) enum Feed {
    /// One block of this size.
    Dense(&'static str),
    /// One block of this size; four times the width where the size is left out.
    FourWidths(&'static str),
    /// Routed experts.
    Mixture(Mixture),
    /// As the family's own function reads it.
    Own,
}

/// The keys of a mixture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixture {
    /// Hidden size of one expert.
    pub(super) hidden: &'static str,
    pub(super) experts: &'static [&'static str],
    pub(super) top_k: &'static [&'static str],
    pub(super) dense: DenseRule,
    pub(super) shared: SharedRule,
}

/// Which layers of a mixture are dense. Their hidden size is `intermediate_size`.
#[derive(Debug, Clone, Copy)]
pub(super) enum DenseRule {
    /// None of them.
    None,
    /// As many of the first as this key says.
    First(&'static str),
    /// So many of the first.
    Always(u32),
    /// Those that `decoder_sparse_step` and `mlp_only_layers` leave out.
    Steps,
}

/// The expert that every token uses.
#[derive(Debug, Clone, Copy)]
pub(super) enum SharedRule {
    /// There is none.
    None,
    /// Of this size; none where the key is left out or 0.
    Size(&'static str),
    /// As many experts as any of these keys says, in one.
    Times(&'static [&'static str]),
}

/// Which layers look back over a window of `sliding_window` tokens. A list `layer_types` in the file says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Windows {
    /// None, unless the list names some.
    None,
    /// All.
    All,
    /// All but every n-th; `sliding_window_pattern` in the file is another n.
    AllButEvery(u32),
    /// The same, and the last layer has none either.
    AllButEveryAndLast(u32),
    /// All but the first of every n.
    AllButFirstOf(u32),
    /// Those from `max_window_layers` on, if `use_sliding_window` is set.
    Late,
    /// From `max_window_layers` on, whatever is set.
    LateAlways,
    /// Every other one of the first `max_window_layers`, if `use_sliding_window` is set.
    EarlyAlternating,
    /// All, if `use_sliding_window` is set.
    IfUsed,
    /// Those without rotary positions, if `use_sliding_window` is set.
    WithoutPositions,
}

impl Family {
    pub(super) fn named(model_type: &str) -> Option<Self> {
        FAMILIES.iter().find(|family| family.model_type == model_type).copied()
    }

    /// Norms and biases of a model of this family, by its keys.
    pub(super) fn extras(&self, keys: &Keys<'_>) -> Result<Extras> {
        let mut extras = self.extras;
        if let Some((key, bias)) = self.attention_switch {
            match keys.truth(key)? {
                Some(true) => extras.attention_bias = bias,
                Some(false) => extras.attention_bias = AttentionBias::None,
                None => (),
            }
        }
        if let Some(key) = self.feed_switch {
            extras.feed_bias = match keys.truth(key)? {
                Some(true) => engine::extras::FeedBias::All,
                Some(false) => engine::extras::FeedBias::None,
                None => extras.feed_bias,
            };
        }
        Ok(extras)
    }
}
