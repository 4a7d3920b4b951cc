//! What the tensors of a file are, and what they take.
//!
//! The name of a tensor says which matrix it is (gguf-py/gguf/constants.py of <https://github.com/ggml-org/llama.cpp>,
//! read on 2026-11-29). A matrix with another name belongs to a kind of layer that is not priced here, so the file is
//! refused by that name. Nothing large is passed over, and what is counted must be what the shape has.

use std::collections::BTreeMap;

use super::header::Tensor;
use super::types;
use engine::architecture::Architecture;
use engine::error::{Error, Result};
use engine::layout::LayerEmbedding;
use engine::precision::{FileBytes, Storage};
use engine::text::shown;
use engine::units;

/// Which matrix a tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Matrix {
    Query,
    KeyValue,
    /// Query, key and value in one.
    Fused,
    Output,
    DenseIn,
    DenseOut,
    ExpertsIn,
    ExpertsOut,
    Shared,
    Router,
    Embedding,
    Head,
    LayerEmbedding,
    LayerProjection,
    /// Norms, biases and what else is small.
    Vector,
}

const KINDS: usize = Matrix::Vector as usize + 1;

impl Matrix {
    /// By the name within a layer, or of the whole model; `None` for a name that is not known.
    fn named(name: &str) -> Option<Self> {
        let Some(name) = name.strip_suffix(".weight") else { return Some(Self::Vector) };
        let of_expert = |part: &str| {
            let number = name.strip_prefix(part).and_then(|rest| rest.strip_prefix('.'));
            number.is_some_and(|number| number.parse::<u32>().is_ok())
        };
        Some(match name {
            "attn_q" => Self::Query,
            "attn_k" | "attn_v" => Self::KeyValue,
            "attn_qkv" => Self::Fused,
            "attn_output" => Self::Output,
            "ffn_gate" | "ffn_up" => Self::DenseIn,
            "ffn_down" => Self::DenseOut,
            "ffn_gate_exps" | "ffn_up_exps" | "ffn_gate_up_exps" => Self::ExpertsIn,
            "ffn_down_exps" => Self::ExpertsOut,
            "ffn_gate_shexp" | "ffn_up_shexp" | "ffn_down_shexp" => Self::Shared,
            "ffn_gate_inp" => Self::Router,
            "token_embd" => Self::Embedding,
            "output" => Self::Head,
            "per_layer_token_embd" => Self::LayerEmbedding,
            "per_layer_model_proj" | "inp_gate" | "proj" => Self::LayerProjection,
            // Mixtrals of 2023 have a tensor for each expert.
            _ if of_expert("ffn_gate") || of_expert("ffn_up") => Self::ExpertsIn,
            _ if of_expert("ffn_down") => Self::ExpertsOut,
            _ if name.ends_with("_norm") || name == "rope_freqs" => Self::Vector,
            _ => return None,
        })
    }
}

/// Weights of one kind, and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Weights {
    pub(super) count: u64,
    pub(super) bytes: f64,
}

impl Weights {
    fn and(self, other: Self) -> Self {
        Self { count: self.count.saturating_add(other.count), bytes: self.bytes + other.bytes }
    }
}

/// All weights of a file, by kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tensors {
    kinds: [Weights; KINDS],
    /// Rows of the embedding.
    pub(super) vocab: Option<u64>,
    /// Numbers in a row of the matrix out of a dense block: its hidden size.
    pub(super) dense_hidden: Option<u64>,
    /// The same of the shared expert.
    pub(super) shared_hidden: Option<u64>,
    /// How many layers have a dense block.
    pub(super) dense_layers: u32,
    /// Whether no block has a gate, neither in a matrix of its own nor in one with the other.
    pub(super) is_plain: bool,
    /// How the head is stored, or the embedding that serves as one.
    pub(super) head_kind: Option<u32>,
    /// Numbers by type.
    by_kind: BTreeMap<u32, u64>,
}

impl Tensors {
    /// Sorts tensors. Those of layers from `layers` on predict further tokens, which does not run here.
    pub(super) fn sorted(tensors: &[Tensor], layers: u32) -> Result<Self> {
        let mut sorted = Self { is_plain: true, ..Self::default() };
        let mut rows_in = None;
        for tensor in tensors {
            let (layer, name) = match tensor.name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
                Some((layer, name)) => (layer.parse::<u32>().ok(), name),
                None => (None, tensor.name.as_str()),
            };
            if layer.is_some_and(|layer| layer >= layers) {
                continue;
            }
            if name == "ffn_up.weight" {
                rows_in = tensor.sizes.get(1).copied();
            }
            sorted.is_plain &= !name.starts_with("ffn_gate.") && !name.starts_with("ffn_gate_");
            sorted.take(tensor, name).map_err(|error| error.at_column(shown(&tensor.name)))?;
        }
        sorted.is_plain &= rows_in.is_some() && rows_in == sorted.dense_hidden;
        Ok(sorted)
    }

    fn take(&mut self, tensor: &Tensor, name: &str) -> Result<()> {
        let count = tensor.sizes.iter().try_fold(1_u64, |product, size| product.checked_mul(*size));
        let count = count.ok_or_else(|| Error::new("a tensor of so many numbers is in no model"))?;
        let storage = types::storage(tensor.kind).ok_or_else(|| {
            Error::new(format!("its type has the number {}, which is not known here", tensor.kind))
                .expected("a type of ggml that llama.cpp has had up to November 2026")
        })?;
        let columns = tensor.sizes.first().copied();
        let rows = tensor.sizes.get(1).copied();
        let matrix = match Matrix::named(name) {
            Some(matrix) => matrix,
            None if rows.unwrap_or(1) == 1 => Matrix::Vector,
            None => {
                return Err(Error::new("this matrix belongs to a kind of layer that is not priced here")
                    .expected("attention of query, key, value and output, and a feed-forward block or experts"));
            }
        };
        match matrix {
            Matrix::DenseOut => (self.dense_hidden, self.dense_layers) = (columns, self.dense_layers + 1),
            Matrix::Shared if name.starts_with("ffn_down") => self.shared_hidden = columns,
            Matrix::Embedding => {
                self.vocab = rows;
                self.head_kind = self.head_kind.or(Some(tensor.kind));
            }
            Matrix::Head => self.head_kind = Some(tensor.kind),
            _ => {}
        }
        let of_type = self.by_kind.entry(tensor.kind).or_default();
        *of_type = of_type.saturating_add(count);
        let kind = &mut self.kinds[matrix as usize];
        *kind = kind.and(Weights { count, bytes: count as f64 * storage.bytes });
        Ok(())
    }

    fn of(&self, kinds: &[Matrix]) -> Weights {
        kinds.iter().fold(Weights::default(), |sum, kind| sum.and(self.kinds[*kind as usize]))
    }

    /// Whether there is a layer. A header without any says what the model is, and not how it is stored.
    pub(super) fn has_layers(&self) -> bool {
        self.of(&[Matrix::Output]).count > 0
    }

    /// Whether the head has a matrix of its own.
    pub(super) fn has_head(&self) -> bool {
        self.of(&[Matrix::Head]).count > 0
    }

    /// What most weights are stored in.
    pub(super) fn most_used(&self) -> Storage {
        let most = self.by_kind.iter().max_by_key(|(_, count)| *count);
        most.and_then(|(kind, _)| types::storage(*kind)).unwrap_or(Storage::FP16)
    }

    /// All together.
    pub(super) fn all(&self) -> Weights {
        self.kinds.iter().fold(Weights::default(), |sum, kind| sum.and(*kind))
    }

    /// Whether the matrices are those of the shape; the error names the first kind that is not.
    pub(super) fn check(&self, shape: &Architecture) -> Result<()> {
        let [width, heads, layers, vocab] = [shape.width, shape.heads, shape.layers, shape.vocab].map(u64::from);
        let mut attention = [0; 3];
        for block in shape.attention_blocks() {
            let [layers, head_dim, kv_heads, projections] =
                [block.layers, block.head_dim, block.kv_heads, block.keys.projections()].map(u64::from);
            attention[0] += layers * width * heads * head_dim;
            attention[1] += layers * width * kv_heads * head_dim * projections;
        }
        attention[2] = attention[0];
        let matrices_in = u64::from(shape.layout.feed_forward.matrices_in());
        let [mut dense, mut experts, mut shared, mut router] = [0; 4];
        for block in shape.feed_blocks() {
            let [layers, hidden, count, of_shared] =
                [block.layers, block.hidden, block.experts, block.shared_hidden].map(u64::from);
            let one = layers * width * hidden;
            if count == 1 {
                dense += one;
            } else {
                experts += one * count;
                router += layers * width * count;
            }
            shared += layers * width * of_shared * (matrices_in + 1);
        }
        let (of_layers, projections) = shape.layout.layer_embedding.map_or((0, 0), |embedding| {
            let LayerEmbedding { size, vocab } = embedding;
            let [size, vocab] = [size, vocab].map(u64::from);
            (layers * size * vocab, layers * 3 * width * size)
        });
        let head = if shape.tied { 0 } else { width * vocab };
        let fused = self.of(&[Matrix::Fused]).count;
        let (query, key_value) = if fused > 0 { (0, 0) } else { (attention[0], attention[1]) };
        for (what, kinds, wanted) in [
            ("query", &[Matrix::Query][..], query),
            ("key and value", &[Matrix::KeyValue], key_value),
            ("query, key and value", &[Matrix::Fused], attention[0] + attention[1] - query - key_value),
            ("output", &[Matrix::Output], attention[2]),
            ("feed-forward block", &[Matrix::DenseIn, Matrix::DenseOut], dense * (matrices_in + 1)),
            ("expert", &[Matrix::ExpertsIn, Matrix::ExpertsOut], experts * (matrices_in + 1)),
            ("shared expert", &[Matrix::Shared], shared),
            ("router", &[Matrix::Router], router),
            ("embedding", &[Matrix::Embedding], width * vocab),
            ("LM head", &[Matrix::Head], head),
            ("embedding of each layer", &[Matrix::LayerEmbedding], of_layers),
            ("embedding of each layer", &[Matrix::LayerProjection], projections),
        ] {
            let has = self.of(kinds).count;
            if has != wanted {
                let [has, wanted] =
                    [has, wanted].map(|count| units::count(usize::try_from(count).unwrap_or(usize::MAX)));
                return Err(Error::new(format!(
                    "the {what} matrices have {has} weights, and those of the shape that the keys give have {wanted}: \
                     the model has layers that are not priced here"
                )));
            }
        }
        Ok(())
    }

    /// Bytes per weight of each matrix; where there is none, those of what stands in for it.
    pub(super) fn bytes(&self, shape: &Architecture) -> FileBytes {
        let overall = self.all();
        let mean = overall.bytes / (overall.count as f64).max(1.0);
        let of = |kinds: &[Matrix]| {
            let weights = self.of(kinds);
            if weights.count == 0 { None } else { Some(weights.bytes / weights.count as f64) }
        };
        let fused = of(&[Matrix::Fused]);
        let query = of(&[Matrix::Query]).or(fused).unwrap_or(mean);
        let dense = [of(&[Matrix::DenseIn]), of(&[Matrix::DenseOut])].map(|each| each.unwrap_or(mean));
        let experts = [of(&[Matrix::ExpertsIn]), of(&[Matrix::ExpertsOut])].map(|each| each.unwrap_or(mean));
        let [gate_up, down] = if shape.is_dense() { dense } else { experts };
        let embedding = of(&[Matrix::Embedding]).unwrap_or(mean);
        FileBytes {
            query,
            key_value: of(&[Matrix::KeyValue]).or(fused).unwrap_or(mean),
            output: of(&[Matrix::Output]).unwrap_or(mean),
            gate_up,
            down,
            shared: of(&[Matrix::Shared]).unwrap_or(mean),
            dense_gate_up: dense[0],
            dense_down: dense[1],
            router: of(&[Matrix::Router]).unwrap_or(2.0),
            embedding,
            head: of(&[Matrix::Head]).unwrap_or(embedding),
        }
    }
}
