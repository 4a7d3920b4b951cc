//! How a model's own file stores its weights, where it says so: `quantization_config`, MLX's `quantization`, NVIDIA's
//! `hf_quant_config.json`.
//!
//! Every method says the same in other words: a scheme for the matrices of the layers, modules that are left out, others
//! that have a scheme of their own, and whether the LM head is among them. So each is read into a [`Plan`], and the plan
//! is asked for every matrix of every layer. Keys are those that the tools write: transformers'
//! `utils/quantization_config.py`, compressed-tensors' `quantization/quant_args.py`, `ModelOpt`'s `hf_quant_config.json`,
//! and `mlx_lm/utils.py` (read 2026-11-30).

mod methods;
mod modules;
mod scheme;

use serde_json::{Map, Value};

use self::methods::Method;
use self::modules::Modules;
use self::scheme::Scheme;
use engine::architecture::Architecture;
use engine::precision::{FileBytes, Precision, Storage};
use engine::reference::OwnFormat;
use engine::units::significant;

/// Bytes of a weight that is not quantised.
const UNQUANTISED_BYTES: f64 = 2.0;

/// What a file says of its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantised {
    /// `awq, 4 bit, in groups of 128, LM head in 16 bit`.
    words: String,
    /// The same as a number format; none where the method is not known well enough to price it.
    precision: Option<Precision>,
}

impl Quantised {
    /// From the value of `quantization_config` or `quantization`, or from the whole of a `hf_quant_config.json`, for a
    /// model of this shape.
    pub fn read(value: &Value, shape: &Architecture) -> Self {
        let empty = Map::new();
        let outer = value.as_object().unwrap_or(&empty);
        let keys = outer.get("quantization").and_then(Value::as_object).unwrap_or(outer);
        let method = Method::of(keys);
        method
            .plan(keys)
            .and_then(|plan| plan.priced(method.name(), shape))
            .unwrap_or_else(|| Self { words: method.name().to_owned() + &scheme::stated(keys), precision: None })
    }

    /// Whether it can be priced.
    pub const fn has_precision(&self) -> bool {
        self.precision.is_some()
    }

    /// As the model's own format, or as the note that it is not priced.
    pub(super) fn into_format(self) -> Result<OwnFormat, String> {
        let Self { words, precision } = self;
        match precision {
            Some(precision) => Ok(OwnFormat { precision, words }),
            None => Err(format!("its own weights are {words}; what is priced is the number format chosen")),
        }
    }
}

/// What is stored how.
#[derive(Debug, Clone, Default)]
struct Plan {
    /// Modules that stay in 16 bit. They go before all others.
    left_out: Modules<()>,
    /// Modules with a scheme of their own.
    own: Modules<Option<Scheme>>,
    /// What holds for matrices of layers that nothing else is said of.
    layers: Option<Scheme>,
    /// The same for the LM head.
    head: Option<Scheme>,
    /// The same for the embedding.
    embedding: Option<Scheme>,
    /// The same for the matrix that chooses among experts.
    router: Option<Scheme>,
    /// What the format is called, where it is not called by its bits.
    precision: Option<Precision>,
}

/// One kind of matrix: the names that files have for it in a layer, and how many weights it has.
struct Matrix {
    names: &'static [&'static str],
    weights: f64,
}

const QUERY: &[&str] = &["self_attn.q_proj", "self_attn.qkv_proj"];
const KEY: &[&str] = &["self_attn.k_proj", "self_attn.qkv_proj"];
const VALUE: &[&str] = &["self_attn.v_proj", "self_attn.qkv_proj"];
const OUTPUT: &[&str] = &["self_attn.o_proj"];
const DENSE_UP: &[&str] = &["mlp.gate_proj", "mlp.up_proj", "mlp.gate_up_proj"];
const DENSE_DOWN: &[&str] = &["mlp.down_proj"];
const EXPERTS_UP: &[&str] = &[
    "mlp.experts.0.gate_proj",
    "mlp.experts.gate_up_proj",
    "mlp.switch_mlp.gate_proj",
    "block_sparse_moe.experts.0.w1",
    "block_sparse_moe.switch_mlp.gate_proj",
];
const EXPERTS_DOWN: &[&str] = &[
    "mlp.experts.0.down_proj",
    "mlp.experts.down_proj",
    "mlp.switch_mlp.down_proj",
    "block_sparse_moe.experts.0.w2",
    "block_sparse_moe.switch_mlp.down_proj",
];
const SHARED: &[&str] = &["mlp.shared_expert.gate_proj", "mlp.shared_experts.gate_proj"];
const ROUTER: &[&str] = &["mlp.gate", "mlp.router", "block_sparse_moe.gate"];
const HEAD: &str = "lm_head";
const EMBEDDING: &str = "embed_tokens";

impl Plan {
    /// The format; `None` where nothing is quantised or nobody multiplies so.
    fn priced(&self, method: &str, shape: &Architecture) -> Option<Quantised> {
        let (up_names, down_names) = if shape.is_dense() { (DENSE_UP, DENSE_DOWN) } else { (EXPERTS_UP, EXPERTS_DOWN) };
        let [width, heads, kv_heads, head_dim, hidden, experts] =
            [shape.width, shape.heads, shape.kv_heads, shape.head_dim, shape.expert_hidden, shape.experts]
                .map(f64::from);
        let matrix = |names, weights| Matrix { names, weights };
        let block = width * hidden * experts;
        let matrices = [
            matrix(QUERY, width * heads * head_dim),
            matrix(KEY, width * kv_heads * head_dim),
            matrix(VALUE, width * kv_heads * head_dim),
            matrix(OUTPUT, width * heads * head_dim),
            matrix(up_names, 2.0 * block),
            matrix(down_names, block),
        ];
        let mut tally = Tally::default();
        let [query, key, value, output, gate_up, down] =
            matrices.map(|matrix| self.mean_bytes(&matrix, shape.layers, &mut tally));
        let mut aside = Tally::default();
        let mut mean = |names| self.mean_bytes(&matrix(names, 1.0), shape.layers, &mut aside);
        let router = if shape.is_dense() { UNQUANTISED_BYTES } else { self.router_bytes() };
        let head = self.of_module(HEAD, self.head);
        let embedding = self.of_module(EMBEDDING, self.embedding);
        // A tied head is the embedding. Most methods name the head alone, MLX names the embedding alone.
        let head = match (shape.tied, self.embedding) {
            (true, Some(_)) => embedding,
            (true, None) => embedding.or(head),
            (false, _) => head,
        };
        let bytes = FileBytes {
            query,
            key_value: f64::midpoint(key, value),
            output,
            gate_up,
            down,
            shared: mean(SHARED),
            dense_gate_up: mean(DENSE_UP),
            dense_down: mean(DENSE_DOWN),
            router,
            embedding: bytes_of(embedding),
            head: bytes_of(head),
        };
        let usual = tally.most()?;
        let precision = match self.precision {
            Some(precision) => precision,
            None => Precision::of_bits(usual.bits, usual.compute()?)?,
        };
        let precision = precision.as_in_file(head.map_or(Storage::FP16, Scheme::storage), bytes);
        let mean = if tally.is_mixed() {
            format!(", {} bits per weight in the layers on average", significant(8.0 * tally.mean_bytes(), 3))
        } else {
            String::new()
        };
        let words = format!("{method}, {}{mean}{}", usual.words(), of_ends(usual, head, embedding));
        Some(Quantised { words, precision: Some(precision) })
    }

    /// The scheme of a matrix in one layer.
    fn of_matrix(&self, names: &[&str], layer: u32) -> Option<Scheme> {
        let paths: Vec<String> = names.iter().map(|name| format!("layers.{layer}.{name}")).collect();
        if paths.iter().any(|path| self.left_out.get(path).is_some()) {
            return None;
        }
        paths.iter().find_map(|path| self.own.get(path).copied()).unwrap_or(self.layers)
    }

    fn of_module(&self, name: &str, otherwise: Option<Scheme>) -> Option<Scheme> {
        if self.left_out.get(name).is_some() {
            return None;
        }
        self.own.get(name).copied().unwrap_or(otherwise)
    }

    fn router_bytes(&self) -> f64 {
        let paths = ROUTER.iter().map(|name| format!("layers.0.{name}"));
        bytes_of(paths.into_iter().find_map(|path| self.own.get(&path).copied()).unwrap_or(self.router))
    }

    /// Bytes per weight, mean over the layers.
    fn mean_bytes(&self, matrix: &Matrix, layers: u32, tally: &mut Tally) -> f64 {
        let mut sum = 0.0;
        for layer in 0..layers {
            let scheme = self.of_matrix(matrix.names, layer);
            tally.add(scheme, matrix.weights);
            sum += bytes_of(scheme);
        }
        sum / f64::from(layers.max(1))
    }
}

fn bytes_of(scheme: Option<Scheme>) -> f64 {
    scheme.map_or(UNQUANTISED_BYTES, Scheme::bytes)
}

/// `, LM head in 16 bit`, or what it and the embedding are in.
fn of_ends(usual: Scheme, head: Option<Scheme>, embedding: Option<Scheme>) -> String {
    let in_words = |scheme: Scheme| {
        if scheme == usual { "the same".to_owned() } else { scheme.words() }
    };
    match (head, embedding) {
        (None, None) => ", LM head in 16 bit".to_owned(),
        (Some(head), Some(embedding)) if head == embedding => format!(", LM head and embedding in {}", in_words(head)),
        (head, embedding) => {
            let of = |scheme: Option<Scheme>| scheme.map_or_else(|| "16 bit".to_owned(), in_words);
            let embedding = embedding.map_or_else(String::new, |_| format!(", embedding in {}", of(embedding)));
            format!(", LM head in {}{embedding}", of(head))
        }
    }
}

/// How many weights are in which scheme.
#[derive(Debug, Default)]
struct Tally {
    counts: Vec<(Option<Scheme>, f64)>,
}

impl Tally {
    fn add(&mut self, scheme: Option<Scheme>, weights: f64) {
        match self.counts.iter_mut().find(|(known, _)| *known == scheme) {
            Some((_, count)) => *count += weights,
            None => self.counts.push((scheme, weights)),
        }
    }

    /// The scheme of most weights that have one.
    fn most(&self) -> Option<Scheme> {
        let schemes = self.counts.iter().filter_map(|(scheme, count)| Some((scheme.as_ref()?, count)));
        schemes.max_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(scheme, _)| *scheme)
    }

    fn is_mixed(&self) -> bool {
        self.counts.len() > 1
    }

    fn mean_bytes(&self) -> f64 {
        let (bytes, weights) = self
            .counts
            .iter()
            .fold((0.0, 0.0), |(bytes, all), (scheme, count)| (bytes + bytes_of(*scheme) * count, all + count));
        bytes / weights
    }
}

#[cfg(test)]
mod tests;
