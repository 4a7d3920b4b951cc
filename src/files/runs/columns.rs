//! Which column means what.
//!
//! Trainers agree on quantities, not on names. Names compare without case and separators, and without the prefix
//! under which experiment trackers export (`config.n_layer`). Two columns for one quantity are an error, because
//! nothing tells which of them the file's author means, with two exceptions: a run's name carries no number, so the
//! most specific column wins; and `moe_intermediate_size` beside `intermediate_size` is how `config.json` writes a
//! model that mixes dense and expert layers, so the two are fields of their own.

use std::fmt;

use crate::engine::architecture::Architecture;
use crate::error::{Error, Result, did_you_mean};

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

    /// The field that a column of that name gives; case and separators do not count.
    pub fn named(column: &str) -> Option<Self> {
        let column = normalised(column);
        NAMES.iter().find(|(_, names)| names.iter().any(|name| normalised(name) == column)).map(|(field, _)| *field)
    }
}

fn normalised(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let bare = ["config.", "params.", "metrics.", "summary."].iter().find_map(|prefix| name.strip_prefix(prefix));
    bare.unwrap_or(&name).chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '/' | '.')).collect()
}

/// A column that gave a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The field.
    pub field: Field,
    /// The column or key as the file spells it.
    pub column: String,
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from '{}'", self.field.name(), self.column)
    }
}

/// The columns of a header, or the keys of an object, with the field that each one gives.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    fields: Vec<Option<Field>>,
}

impl Columns {
    /// Finds the fields; fails where a column stands twice or two columns give one field.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
        let mut fields: Vec<Option<Field>> = names.iter().map(|name| Field::named(name)).collect();
        keep_best_name(&names, &mut fields);
        for (index, name) in names.iter().enumerate() {
            for (other, field) in names[..index].iter().zip(&fields) {
                if name == other && !name.is_empty() {
                    return Err(Error::new(format!("'{name}' stands twice")).hint("remove or rename one of them"));
                }
                if let Some(field) = field.filter(|field| fields[index] == Some(*field)) {
                    return Err(Error::new(format!("'{other}' and '{name}' both give {}", field.name()))
                        .expected("one column for each quantity")
                        .hint("remove or rename one of them"));
                }
            }
        }
        Ok(Self { names, fields })
    }

    /// Fails where a law could not see the shape or the loss of a run with these columns.
    pub(super) fn require(&self) -> Result<()> {
        for field in [Field::Layers, Field::Width, Field::Loss] {
            if !self.gives(field) {
                return Err(self.missing(field, format!("there is no '{}'", field.name()), &[field]));
            }
        }
        let [heads, head_dim] = [Field::Heads, Field::HeadDim];
        if !self.gives(heads) && !self.gives(head_dim) {
            let what = "there is neither 'heads' nor 'head_dim', so the KV dimension cannot be derived";
            return Err(self.missing(heads, what.to_owned(), &[heads, head_dim]));
        }
        let [ratio, expert, intermediate] = [Field::FfnRatio, Field::ExpertHidden, Field::Intermediate];
        if [ratio, expert, intermediate].into_iter().all(|field| !self.gives(field)) {
            let what = "there is neither 'ffn_ratio' nor 'intermediate_size'";
            return Err(self.missing(ratio, what.to_owned(), &[ratio, intermediate, expert]));
        }
        Ok(())
    }

    fn missing(&self, field: Field, what: String, accepted: &[Field]) -> Error {
        let names: Vec<&str> = accepted.iter().flat_map(|field| field.names()).copied().collect();
        let error = Error::new(what).expected(format!("one of {}", names.join(", ")));
        let unknown = self.names.iter().zip(&self.fields).filter(|(name, field)| field.is_none() && !name.is_empty());
        match did_you_mean(field.name(), unknown.map(|(name, _)| name.as_str())) {
            Some(near) => error.hint(format!("rename '{near}' to '{}' if that is what it holds", field.name())),
            None => error,
        }
    }

    pub(super) fn gives(&self, field: Field) -> bool {
        self.fields.contains(&Some(field))
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The columns' names with their fields, in the file's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<Field>)> {
        self.names.iter().map(String::as_str).zip(self.fields.iter().copied())
    }

    /// Adds these columns to what is known of a file's columns.
    pub(super) fn record(&self, used: &mut Vec<Used>, ignored: &mut Vec<String>) {
        for (column, field) in self.iter() {
            match field {
                Some(field) if used.iter().all(|known| known.field != field || known.column != column) => {
                    used.push(Used { field, column: column.to_owned() });
                }
                None if !column.is_empty() && ignored.iter().all(|known| known != column) => {
                    ignored.push(column.to_owned());
                }
                _ => {}
            }
        }
    }
}

/// Of several columns that could name the run, the one that stands first in [`NAMES`]; the others are ignored.
fn keep_best_name(names: &[String], fields: &mut [Option<Field>]) {
    let rank = |name: &str| Field::Name.names().iter().position(|known| normalised(known) == normalised(name));
    let best = names.iter().filter_map(|name| rank(name)).min();
    for (name, field) in names.iter().zip(fields) {
        if *field == Some(Field::Name) && rank(name) != best {
            *field = None;
        }
    }
}
