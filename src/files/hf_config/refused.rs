//! What is not read, by kind: what is known of it, and a way on that works.
//!
//! The way on for a price is the model's shape by hand, with the sizes that its file has. So the line that is printed
//! can be copied as it is. What differs from the model is said before it.

use super::Purpose;
use super::keys::Keys;
use engine::architecture::Architecture;
use engine::error::Error;
use engine::layout::{DenseLayers, Layout};
use engine::text::shown;
use serde_json::Value;

/// Why a kind of model is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Keys and values as one compressed vector.
    Latent,
    /// Some layers keep a state of fixed size in place of a cache.
    State,
    /// Attention chooses which tokens it sees.
    Sparse,
    /// Layers are each configured on their own.
    EachItsOwn,
    /// Its attention has matrices that no other has.
    Gated,
    /// Not a decoder of text that is read from left to right.
    NoDecoder,
}

impl Kind {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Latent => "keys and values are kept as one compressed vector per token (latent attention, MLA)",
            Self::State => {
                "some layers keep a state of fixed size instead of keys and values (Mamba, linear attention, convolution)"
            }
            Self::Sparse => "its attention chooses which tokens it sees (sparse attention)",
            Self::EachItsOwn => "its layers differ from each other one by one",
            Self::Gated => "its attention has further matrices (a gate, or values of another size)",
            Self::NoDecoder => "it is no decoder that generates text token by token",
        }
    }
}

const LATENT: &[&str] = &[
    "axk1",
    "axk2",
    "deepseek_v2",
    "deepseek_v3",
    "deepseek_v32",
    "deepseek_v4",
    "deepseek_ref",
    "deepseek_vl_v2",
    "dots3_note_text",
    "glm4_moe_lite",
    "glm5_next_text",
    "glm_moe_dsa",
    "hy_v4",
    "kimi_k2",
    "kimi_k25",
    "kimi_vl",
    "longcat_flash",
    "minicpm3",
    "mistral4",
    "mistral_large4_text",
    "sarvam_mla",
    "youtu",
];
const STATE: &[&str] = &[
    "bailing_hybrid",
    "bamba",
    "falcon_h1",
    "falcon_mamba",
    "granite4_vision_text",
    "jamba",
    "kimi_linear",
    "kimi_k3",
    "lara_mini",
    "lfm2",
    "lfm2_moe",
    "lfm3",
    "mamba",
    "mamba2",
    "minimax",
    "nemotron_h",
    "olmo_hybrid",
    "qwen3_5",
    "qwen3_5_moe",
    "qwen3_5_text",
    "qwen3_5_moe_text",
    "qwen3_next",
    "qwen4_exp_text",
    "recurrent_gemma",
    "rwkv",
    "xlstm",
    "zamba",
    "zamba2",
    "zaya",
];
const SPARSE: &[&str] = &["minimax_m3", "minimax_m3_vl", "minimax_m3_vl_text", "minicpm4"];
const EACH_ITS_OWN: &[&str] = &["nemotron-nas", "deci", "openelm"];
const GATED: &[&str] = &["afmoe", "doge", "dory", "flint", "laguna", "mimo_v2_flash", "moshi", "step3p5", "step3p7"];
const NO_DECODER: &[&str] = &[
    "albert",
    "bart",
    "bert",
    "clip",
    "deberta",
    "deberta-v2",
    "distilbert",
    "electra",
    "m2m_100",
    "mbart",
    "modernbert",
    "mt5",
    "pegasus",
    "roberta",
    "siglip",
    "t5",
    "vit",
    "whisper",
    "xlm-roberta",
];

fn kind_of(model_type: &str) -> Option<Kind> {
    let lists = [
        (LATENT, Kind::Latent),
        (STATE, Kind::State),
        (SPARSE, Kind::Sparse),
        (EACH_ITS_OWN, Kind::EachItsOwn),
        (GATED, Kind::Gated),
        (NO_DECODER, Kind::NoDecoder),
    ];
    lists.into_iter().find(|(names, _)| names.contains(&model_type)).map(|(_, kind)| kind)
}

/// What the keys give away of a family that nobody has named.
fn kind_by_keys(keys: &Keys<'_>) -> Option<Kind> {
    let has = |names: &[&str]| names.iter().any(|key| keys.stated(key).is_some());
    if has(&["kv_lora_rank"]) {
        return Some(Kind::Latent);
    }
    if has(&["mamba_d_state", "ssm_state_size", "linear_num_key_heads", "conv_L_cache", "mamba_num_heads"]) {
        return Some(Kind::State);
    }
    if has(&["is_encoder_decoder"]) && keys.stated("is_encoder_decoder") == Some(&Value::Bool(true)) {
        return Some(Kind::NoDecoder);
    }
    has(&["block_configs"]).then_some(Kind::EachItsOwn)
}

/// A family that is not read.
pub(super) fn family(model_type: &str, keys: &Keys<'_>, known: String) -> Error {
    let name = shown(model_type);
    let kind = kind_of(model_type).or_else(|| kind_by_keys(keys));
    let what = match kind {
        Some(kind) => format!("models of type '{name}' are not read here: {}", kind.in_words()),
        None => format!("models of type '{name}' are not read here"),
    };
    // Names that look alike (llama and llama4) belong to models that differ, so nothing is guessed.
    with_a_way_on(keys.error("model_type", what).expected(known), keys)
}

/// A layer of a kind that is not priced.
pub(super) fn layer_kind(keys: &Keys<'_>, key: &str, word: &str) -> Error {
    let kind = match word {
        word if word.contains("sparse") || word.contains("indexed") => Kind::Sparse,
        _ => Kind::State,
    };
    let what = format!("layers of kind '{}' are not read here: {}", shown(word), kind.in_words());
    with_a_way_on(keys.error(key, what), keys)
}

/// Something else in a file of a family that is read.
pub(super) fn in_file(keys: &Keys<'_>, key: &str, what: &str) -> Error {
    with_a_way_on(keys.error(key, format!("{what}: this is not read here")), keys)
}

fn with_a_way_on(error: Error, keys: &Keys<'_>) -> Error {
    match keys.purpose {
        Purpose::Runs => error.hint("put its runs into a table, see datasets/README.md"),
        Purpose::Price => error.hint(match by_hand(keys) {
            Some(line) => format!(
                "a shape near it, its own sizes with attention of the usual kind: roofscape predict --arch {line}"
            ),
            None => format!("the shape of a model near it by hand, such as roofscape predict --arch {EXAMPLE}"),
        }),
    }
}

/// Llama-3.1-8B.
const EXAMPLE: &str = "layers=32,width=4096,heads=32,kv_heads=8,intermediate=14336,vocab=128256,tied=false";

/// The shape that the file's sizes make, as the command line takes it.
fn by_hand(keys: &Keys<'_>) -> Option<String> {
    let limits = Architecture::LIMITS;
    let first = |names: &[&str], largest: u32| names.iter().find_map(|key| keys.size(key, largest).ok().flatten());
    let layers = first(&["num_hidden_layers", "n_layer", "n_layers", "num_layers"], limits.layers)?;
    let width = first(&["hidden_size", "n_embd", "d_model", "dim"], limits.width)?;
    let heads = first(&["num_attention_heads", "n_head", "n_heads"], limits.heads)?;
    let head_dim = first(&["v_head_dim", "head_dim"], limits.head_dim).unwrap_or_else(|| (width / heads).max(1));
    let latent = first(&["kv_lora_rank"], limits.width)
        .map(|rank| rank + first(&["qk_rope_head_dim"], limits.head_dim).unwrap_or(0));
    let kv_heads = match latent {
        // As many as make a cache of about the size of the compressed vectors.
        Some(latent) => (latent / (2 * head_dim)).max(1),
        None => first(&["num_key_value_heads"], limits.kv_heads).unwrap_or(heads),
    };
    let kv_heads = (1..=kv_heads).rev().find(|kv_heads| heads.is_multiple_of(*kv_heads))?;
    let dense_hidden = first(&["intermediate_size", "ffn_hidden_size", "n_inner"], limits.expert_hidden);
    let experts = first(&["n_routed_experts", "num_experts", "num_local_experts"], limits.experts).unwrap_or(1);
    let is_routed = experts > 1;
    let expert_hidden = match first(&["moe_intermediate_size"], limits.expert_hidden).filter(|_| is_routed) {
        Some(hidden) => hidden,
        None => dense_hidden.unwrap_or_else(|| width.saturating_mul(4).min(limits.expert_hidden)),
    };
    let shared = first(&["n_shared_experts"], limits.experts).map(|times| times.saturating_mul(expert_hidden));
    let shared = shared.or_else(|| first(&["shared_expert_intermediate_size"], limits.shared_hidden));
    let dense = first(&["first_k_dense_replace"], limits.layers).filter(|dense| is_routed && *dense < layers);
    let shape = Architecture {
        layers,
        width,
        heads,
        head_dim,
        kv_heads,
        expert_hidden,
        experts,
        top_k: if is_routed { first(&["num_experts_per_tok", "moe_topk"], experts).unwrap_or(1) } else { 1 },
        shared_hidden: if is_routed { shared.unwrap_or(0) } else { 0 },
        vocab: first(&["vocab_size"], limits.vocab)?,
        tied: keys.truth("tie_word_embeddings").ok().flatten().unwrap_or(false),
        layout: Layout {
            dense: dense.zip(dense_hidden).map(|(layers, hidden)| DenseLayers { layers, hidden }),
            ..Layout::UNIFORM
        },
    };
    shape.validate().ok()?;
    Some(shape.as_typed())
}
