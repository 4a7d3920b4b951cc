//! The quantities that a column can give, and the names that they go by.
//!
//! Trainers agree on quantities, not on names. Names are compared without case and separators, and without the prefixes
//! that experiment trackers add (`config.n_layer`, `params.model.n_layer`).

use std::collections::HashMap;
use std::sync::LazyLock;

use engine::architecture::Architecture;

/// A quantity that a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// What the run is called.
    Name,
    /// l.
    Layers,
    /// d.
    Width,
    /// `n_h`.
    Heads,
    /// `d_h`.
    HeadDim,
    /// `n_kv`.
    KvHeads,
    /// r, over all activated experts.
    FfnRatio,
    /// h: hidden size of one expert, by a name that leaves no doubt.
    ExpertHidden,
    /// Hidden size of the feed-forward block; of one expert in a mixture.
    Intermediate,
    /// E.
    Experts,
    /// K.
    TopK,
    /// Tokens trained on.
    Tokens,
    /// Seed of the repeat.
    Seed,
    /// Held-out loss, nats per token.
    Loss,
    /// Perplexity on a text of the author's choice.
    Perplexity,
    /// Whether the run was drawn from a law instead of trained.
    Synthetic,
}

/// Fields with their names, the canonical one first. `train_loss` is missing on purpose: the law is of held-out loss.
const NAMES: [(Field, &[&str]); 16] = [
    (Field::Name, &["name", "run_name", "model_name", "model", "run", "run_id"]),
    (Field::Layers, &["layers", "n_layer", "n_layers", "num_layers", "num_hidden_layers", "depth"]),
    (Field::Width, &["width", "d_model", "hidden_size", "n_embd", "n_embed", "embed_dim", "model_dim"]),
    (Field::Heads, &["heads", "n_head", "n_heads", "num_heads", "num_attention_heads", "attention_heads"]),
    (Field::HeadDim, &["head_dim", "d_head", "head_size", "kv_channels"]),
    (
        Field::KvHeads,
        &[
            "kv_heads",
            "n_kv",
            "n_kv_head",
            "n_kv_heads",
            "n_head_kv",
            "num_kv_heads",
            "num_key_value_heads",
            "num_query_groups",
        ],
    ),
    (Field::FfnRatio, &["ffn_ratio", "ffn_expansion", "ffn_expansion_ratio", "expansion_ratio"]),
    (Field::ExpertHidden, &["expert_hidden", "expert_hidden_size", "moe_intermediate_size", "moe_ffn_hidden_size"]),
    (Field::Intermediate, &["intermediate_size", "intermediate", "ffn_hidden_size", "ffn_dim", "d_ff", "n_inner"]),
    (Field::Experts, &["experts", "n_expert", "n_experts", "num_experts", "num_local_experts", "num_moe_experts"]),
    (
        Field::TopK,
        &[
            "top_k",
            "num_experts_per_tok",
            "num_experts_per_token",
            "experts_per_token",
            "n_expert_used",
            "moe_top_k",
            "moe_router_topk",
        ],
    ),
    (Field::Tokens, &["tokens", "n_tokens", "num_tokens", "train_tokens", "training_tokens", "tokens_seen"]),
    (Field::Seed, &["seed", "random_seed"]),
    (
        Field::Loss,
        &["loss", "val_loss", "valid_loss", "validation_loss", "eval_loss", "test_loss", "heldout_loss", "final_loss"],
    ),
    (
        Field::Perplexity,
        &["perplexity", "ppl", "wikitext_perplexity", "wikitext_ppl", "wikitext2_perplexity", "wikitext2_ppl"],
    ),
    (Field::Synthetic, &["synthetic"]),
];

/// Prefixes that trackers put before configuration and results, nested as people nest them: `config.model.hidden_size`.
/// None of them says of which text a loss is.
const PREFIXES: [&str; 16] = [
    "config",
    "params",
    "metrics",
    "summary",
    "model",
    "tags.mlflow",
    "arch",
    "architecture",
    "cfg",
    "hparams",
    "hyperparameters",
    "model_args",
    "model_config",
    "args",
    "results",
    "result",
];

impl Field {
    /// All fields.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(field, _)| *field)
    }

    /// The largest size that is believed in this field.
    pub const fn largest(self) -> u32 {
        const LIMITS: Architecture = Architecture::LIMITS;
        match self {
            Self::Layers => LIMITS.layers,
            Self::Width => LIMITS.width,
            Self::Heads => LIMITS.heads,
            Self::HeadDim => LIMITS.head_dim,
            Self::KvHeads => LIMITS.kv_heads,
            Self::ExpertHidden | Self::Intermediate => LIMITS.expert_hidden,
            Self::Experts => LIMITS.experts,
            Self::TopK => LIMITS.top_k,
            // No sizes.
            Self::Name
            | Self::FfnRatio
            | Self::Tokens
            | Self::Seed
            | Self::Loss
            | Self::Perplexity
            | Self::Synthetic => u32::MAX,
        }
    }

    /// The name that this program writes.
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// All names that are understood, the canonical one first.
    pub fn names(self) -> &'static [&'static str] {
        NAMES.iter().find(|(field, _)| *field == self).map_or(&[""], |(_, names)| *names)
    }

    /// The field that a column of that name gives; case, separators and trackers' prefixes do not count.
    pub fn named(column: &str) -> Option<Self> {
        /// By the reduced name: a file may have thousands of columns, and a file of lines has them in each line.
        static BY_NAME: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
            let names = NAMES.iter().flat_map(|(field, names)| names.iter().map(|name| (reduced(name).0, *field)));
            names.collect()
        });
        BY_NAME.get(&reduced(column).0).copied()
    }
}

/// Whether a column is called `loss` and no more, so that nothing says of which text it is.
pub(super) fn is_bare_loss(column: &str) -> bool {
    reduced(column).0 == Field::Loss.name()
}

/// How well a column names the run, best first: by its place in [`NAMES`], then by how deep a tracker has put it.
pub(super) fn rank_as_name(column: &str) -> Option<(usize, usize)> {
    let (bare, depth) = reduced(column);
    Field::Name.names().iter().position(|known| reduced(known).0 == bare).map(|place| (place, depth))
}

/// The name without case, separators and prefixes, and how many prefixes it had.
fn reduced(name: &str) -> (String, usize) {
    let name = name.trim().to_lowercase();
    let (mut bare, mut depth) = (name.as_str(), 0);
    while let Some(inner) = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(prefix)?.strip_prefix(['.', '/'])) {
        (bare, depth) = (inner, depth + 1);
    }
    (bare.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '/' | '.')).collect(), depth)
}
