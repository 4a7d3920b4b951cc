//! The quantities that a column can give, and the names that they go by.
//!
//! Trainers agree on quantities, not on names. Names are compared without case and separators, and without the prefixes
//! that experiment trackers add (`config.n_layer`, `params.model.n_layer`).

use std::collections::HashMap;
use std::sync::LazyLock;

use super::unit;
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
    /// Experts that every token uses, beside those that are chosen.
    SharedExperts,
    /// Hidden size of all shared experts together.
    SharedHidden,
    /// Matrices of a feed-forward block, 2 or 3, or the name of its kind.
    FfnMatrices,
    /// Parameters stored, where no shape is known.
    Parameters,
    /// Parameters that a token uses, where no shape is known.
    ActiveParameters,
    /// Operations of the training, from which tokens follow where only parameters are known.
    TrainingFlops,
    /// Tokens trained on.
    Tokens,
    /// Seed of the repeat.
    Seed,
    /// Held-out loss, nats per token.
    Loss,
    /// Perplexity on a text of the author's choice; the loss where a table has no other.
    Perplexity,
    /// Held-out loss in bits per byte or per character.
    BitsPerByte,
    /// Bytes or characters of a token, from which nats follow.
    BytesPerToken,
    /// Vocabulary, against which a loss is held.
    Vocab,
    /// Whether the run was drawn from a law instead of trained.
    Synthetic,
}

/// Fields with their names, the canonical one first. `train_loss` is missing on purpose: the law is of held-out loss.
const NAMES: [(Field, &[&str]); 25] = [
    (Field::Name, &["name", "run_name", "model_name", "model", "run", "run_id"]),
    (
        Field::Layers,
        &["layers", "n_layer", "n_layers", "num_layers", "num_hidden_layers", "depth", "n_blocks", "num_blocks"],
    ),
    (
        Field::Width,
        &[
            "width",
            "d_model",
            "hidden_size",
            "n_embd",
            "n_embed",
            "embed_dim",
            "model_dim",
            "dim",
            "hidden_dim",
            "embedding_dim",
            "emb_dim",
        ],
    ),
    (
        Field::Heads,
        &[
            "heads",
            "n_head",
            "n_heads",
            "num_heads",
            "num_attention_heads",
            "attention_heads",
            "n_query_heads",
            "num_query_heads",
            "query_heads",
        ],
    ),
    (Field::HeadDim, &["head_dim", "d_head", "head_size", "kv_channels", "dim_head", "attention_head_dim"]),
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
            "n_query_groups",
        ],
    ),
    (
        Field::FfnRatio,
        &[
            "ffn_ratio",
            "ffn_expansion",
            "ffn_expansion_ratio",
            "expansion_ratio",
            "mlp_ratio",
            "ffn_mult",
            "ff_mult",
            "mlp_expansion",
        ],
    ),
    (Field::ExpertHidden, &["expert_hidden", "expert_hidden_size", "moe_intermediate_size", "moe_ffn_hidden_size"]),
    (
        Field::Intermediate,
        &[
            "intermediate_size",
            "intermediate",
            "ffn_hidden_size",
            "ffn_dim",
            "d_ff",
            "n_inner",
            "ffn_hidden",
            "ffn_size",
            "d_mlp",
            "mlp_dim",
            "mlp_hidden_size",
            "dim_feedforward",
            "ff_dim",
        ],
    ),
    (
        Field::Experts,
        &[
            "experts",
            "n_expert",
            "n_experts",
            "num_experts",
            "num_local_experts",
            "num_moe_experts",
            "n_routed_experts",
            "num_routed_experts",
            "moe_num_experts",
        ],
    ),
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
            "n_activated_experts",
            "num_activated_experts",
        ],
    ),
    (
        Field::SharedExperts,
        &["shared_experts", "n_shared_experts", "num_shared_experts", "n_shared", "moe_shared_experts"],
    ),
    (Field::SharedHidden, &["shared_hidden", "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size"]),
    (
        Field::FfnMatrices,
        &[
            "ffn_matrices",
            "mlp_matrices",
            "ffn_type",
            "mlp_type",
            "mlp_class",
            "ffn_activation",
            "activation",
            "activation_function",
            "hidden_act",
        ],
    ),
    (
        Field::Parameters,
        &[
            "parameters",
            "non_embedding_params",
            "non_embedding_parameters",
            "n_params_non_embedding",
            "params_non_embedding",
            "params",
            "n_params",
            "num_params",
            "n_parameters",
            "num_parameters",
            "parameter_count",
            "param_count",
            "params_count",
            "total_params",
            "params_total",
            "total_parameters",
            "model_params",
            "model_parameters",
            "model_size",
            "size",
        ],
    ),
    (
        Field::ActiveParameters,
        &[
            "active_parameters",
            "active_params",
            "params_active",
            "n_active_params",
            "num_active_params",
            "activated_params",
            "activated_parameters",
        ],
    ),
    (
        Field::TrainingFlops,
        &["training_flops", "train_flops", "training_flop", "flops", "total_flops", "compute", "flop"],
    ),
    (
        Field::Tokens,
        &[
            "tokens",
            "n_tokens",
            "num_tokens",
            "train_tokens",
            "training_tokens",
            "tokens_seen",
            "tokens_trained",
            "total_tokens",
            "token_count",
            "num_train_tokens",
            "dataset_tokens",
            "num_input_tokens_seen",
        ],
    ),
    (Field::Seed, &["seed", "random_seed"]),
    (
        Field::Loss,
        &[
            "loss",
            "val_loss",
            "valid_loss",
            "validation_loss",
            "eval_loss",
            "test_loss",
            "heldout_loss",
            "final_loss",
            "final_val_loss",
            "final_eval_loss",
            "val_nll",
            "eval_nll",
            "nll",
            "val_ce",
            "eval_ce",
            "val_cross_entropy",
        ],
    ),
    (
        Field::Perplexity,
        &[
            "perplexity",
            "ppl",
            "val_ppl",
            "val_perplexity",
            "validation_perplexity",
            "eval_ppl",
            "eval_perplexity",
            "test_ppl",
            "test_perplexity",
            "wikitext_perplexity",
            "wikitext_ppl",
            "wikitext2_perplexity",
            "wikitext2_ppl",
        ],
    ),
    (
        Field::BitsPerByte,
        &[
            "bits_per_byte",
            "bpb",
            "val_bpb",
            "eval_bpb",
            "test_bpb",
            "bits_per_character",
            "bits_per_char",
            "bpc",
            "val_bpc",
            "eval_bpc",
            "test_bpc",
        ],
    ),
    (Field::BytesPerToken, &["bytes_per_token", "characters_per_token", "chars_per_token"]),
    (Field::Vocab, &["vocab", "vocab_size", "n_vocab", "vocabulary", "vocabulary_size", "padded_vocab_size"]),
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
            Self::ExpertHidden | Self::Intermediate | Self::SharedHidden => LIMITS.expert_hidden,
            Self::Experts | Self::SharedExperts => LIMITS.experts,
            Self::TopK => LIMITS.top_k,
            // No sizes of a shape.
            Self::Name
            | Self::FfnRatio
            | Self::FfnMatrices
            | Self::Parameters
            | Self::ActiveParameters
            | Self::TrainingFlops
            | Self::Tokens
            | Self::Seed
            | Self::Loss
            | Self::Perplexity
            | Self::BitsPerByte
            | Self::BytesPerToken
            | Self::Vocab
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

impl Field {
    /// How well a column of that name stands for the field among others that give it, best first. Where two stand alike
    /// nothing tells which is meant.
    pub(super) fn standing(self, column: &str) -> usize {
        let bare = reduced(unit::split(column).0).0;
        let place = self.names().iter().position(|known| reduced(known).0 == bare).unwrap_or_default();
        match self {
            // A bare name beside that of a held-out text is the training batches'.
            Self::Loss if bare == "loss" => 2,
            Self::Loss if bare == "finalloss" => 1,
            // `hidden_dim` is the width in some files and in others, beside `dim`, that of the feed-forward block.
            Self::Width if place >= self.first_vague() => place,
            field if field.is_aside() => place,
            _ => 0,
        }
    }

    fn first_vague(self) -> usize {
        self.names().iter().position(|name| *name == "dim").unwrap_or(usize::MAX)
    }

    /// Whether a fit does without it, or has it in place of something better, so that two columns of it are no reason to
    /// refuse a file.
    pub(super) const fn is_aside(self) -> bool {
        matches!(
            self,
            Self::FfnMatrices
                | Self::Parameters
                | Self::ActiveParameters
                | Self::TrainingFlops
                | Self::Seed
                | Self::Perplexity
                | Self::BitsPerByte
                | Self::BytesPerToken
                | Self::Vocab
        )
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
pub(super) fn reduced(name: &str) -> (String, usize) {
    let name = name.trim().to_lowercase();
    let (mut bare, mut depth) = (name.as_str(), 0);
    while let Some(inner) = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(prefix)?.strip_prefix(['.', '/'])) {
        (bare, depth) = (inner, depth + 1);
    }
    (bare.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '/' | '.')).collect(), depth)
}
