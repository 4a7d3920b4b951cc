//! From the cells of one row to a run, or to the one error that says why not.
//!
//! What the law sees is derived here: ρ = K/E, `d_m` = `n_kv`·`d_h`, r = K·h/d. A size that follows from others may be
//! left out. A size that contradicts others is refused, because the author of the file then means something else by it.

use std::f64::consts::LN_2;

use super::cell::Cell;
use super::field::{Field, reduced};
use super::notes::Notes;
use super::unit::LossUnit;
use engine::architecture::InvalidShape;
use engine::error::{Error, Result};
use engine::law::{Block, Features, Variable};
use engine::runs::Run;

/// By how much a written ratio may differ from the one that follows from the hidden size: ratios get rounded to 2.67.
const RATIO_TOLERANCE: f64 = 0.01;

/// The cells of one row that give a field; empty ones may be among them.
#[derive(Debug)]
pub(super) struct Row<'a>(pub(super) Vec<Cell<'a>>);

/// How rows with these columns are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Whether parameters are all that is known of a shape.
    pub(super) sizes: bool,
    pub(super) loss_unit: LossUnit,
}

/// r and ρ.
struct FeedForwardSize {
    ratio: f64,
    activation_rate: f64,
}

/// Query heads, the size of one, and KV heads.
struct Attention {
    head_dim: u32,
    kv_heads: u32,
}

/// E and K.
#[derive(Clone, Copy)]
struct Routing {
    experts: u32,
    top_k: u32,
}

impl Row<'_> {
    /// The run; `number` counts the file's runs from 1 and names those without a name.
    pub(super) fn run(&self, number: usize, reading: Reading, notes: &mut Notes) -> Result<Run> {
        let features = if reading.sizes { self.sizes()? } else { self.shape(notes)? };
        Ok(Run {
            name: self.given(Field::Name).map_or_else(|| format!("run {number}"), |cell| cell.text.to_string()),
            features,
            tokens: self.tokens(&features)?,
            seed: notes.unless_unread(self.given(Field::Seed), Cell::whole),
            loss: self.loss(reading.loss_unit)?,
            perplexity: notes.unless_unread(self.given(Field::Perplexity), Cell::number),
        })
    }

    fn shape(&self, notes: &mut Notes) -> Result<Features> {
        let layers = self.required(Field::Layers)?.size()?;
        let width = self.required(Field::Width)?.size()?;
        let attention = self.attention(width)?;
        let routing = self.routing()?;
        notes.attention(self.cell(Field::KvHeads));
        let feed_forward = self.feed_forward_size(width, routing)?;
        Ok(Features {
            layers: f64::from(layers),
            width: f64::from(width),
            ffn_ratio: feed_forward.ratio,
            kv_dim: f64::from(attention.kv_heads) * f64::from(attention.head_dim),
            activation_rate: feed_forward.activation_rate,
            block: self.block()?,
        })
    }

    /// A stand-in for a shape of that size.
    fn sizes(&self) -> Result<Features> {
        let total = self.given(Field::Parameters).map(Cell::count).transpose()?;
        let active = self.given(Field::ActiveParameters).map(Cell::count).transpose()?;
        match (active, total) {
            (Some(active), Some(total)) if active > total => {
                let cell = self.required(Field::ActiveParameters)?;
                Err(cell.contradicts(format!("'{}' active parameters are more than there are", cell.text)))
            }
            (Some(active), Some(total)) => Ok(Features::of_sizes(active, total)),
            (Some(one), None) | (None, Some(one)) => Ok(Features::of_sizes(one, one)),
            (None, None) => Err(Error::new("there are no parameters")),
        }
    }

    /// Tokens as given; where only operations are, C = 6·N·D (Kaplan et al. 2020).
    fn tokens(&self, features: &Features) -> Result<Option<f64>> {
        const PER_PARAMETER_AND_TOKEN: f64 = 6.0;
        if let Some(cell) = self.given(Field::Tokens) {
            return cell.count().map(Some);
        }
        let Some(cell) = self.given(Field::TrainingFlops) else { return Ok(None) };
        let active = Variable::ActiveParameters.value(features, None);
        let tokens = cell.count()? / (PER_PARAMETER_AND_TOKEN * active);
        let is_number = tokens.is_finite() && tokens > 0.0;
        is_number.then_some(Some(tokens)).ok_or_else(|| cell.refuse(format!("'{}' is out of range", cell.text)))
    }

    /// In nats per token.
    fn loss(&self, unit: LossUnit) -> Result<f64> {
        let cell = self.required(Field::Loss)?;
        let value = cell.number()?;
        let nats = match unit {
            LossUnit::NatsPerToken => value,
            LossUnit::BitsPerToken => value * LN_2,
            LossUnit::BitsPerByte => value * LN_2 * self.required(Field::BytesPerToken)?.number()?,
            LossUnit::Perplexity => value.ln(),
        };
        if nats.is_finite() && nats > 0.0 {
            Ok(nats)
        } else {
            Err(cell.contradicts(format!("'{}' {} is no loss", cell.text, unit.in_words())))
        }
    }

    /// The vocabulary, if that can be read.
    pub(super) fn vocab(&self) -> Option<u64> {
        self.given(Field::Vocab)?.whole().ok()
    }

    fn block(&self) -> Result<Block> {
        match self.given(Field::FfnMatrices) {
            None => Ok(Block::Gated),
            Some(cell) => feed_forward(&cell.text)
                .ok_or_else(|| cell.refuse(format!("'{}' is no feed-forward block known here", cell.text))),
        }
    }

    /// The cell, whatever is in it.
    fn cell(&self, field: Field) -> Option<&Cell<'_>> {
        self.0.iter().find(|cell| cell.field == field)
    }

    /// Whether the row says of itself that it was not trained.
    pub(super) fn is_synthetic(&self) -> Result<bool> {
        self.given(Field::Synthetic).map_or(Ok(false), Cell::truth)
    }

    /// Whether there is anything in the row.
    pub(super) fn is_blank(&self) -> bool {
        self.0.iter().all(|cell| cell.text.is_empty())
    }

    fn attention(&self, width: u32) -> Result<Attention> {
        let heads_cell = self.given(Field::Heads);
        let head_dim_cell = self.given(Field::HeadDim);
        let (heads, head_dim) = match (heads_cell, head_dim_cell) {
            (Some(heads), Some(head_dim)) => (heads.size()?, head_dim.size()?),
            (Some(cell), None) => divided(width, cell, Field::HeadDim)?,
            (None, Some(cell)) => {
                let (head_dim, heads) = divided(width, cell, Field::Heads)?;
                (heads, head_dim)
            }
            (None, None) => {
                return Err(Error::new("neither heads nor head_dim is given, so the KV dimension cannot be derived"));
            }
        };
        let kv_heads = match self.given(Field::KvHeads) {
            None => heads,
            Some(cell) => match cell.size()? {
                kv_heads if heads.is_multiple_of(kv_heads) => kv_heads,
                kv_heads => return Err(cell.contradicts(InvalidShape::KvHeads { heads, kv_heads }.to_string())),
            },
        };
        Ok(Attention { head_dim, kv_heads })
    }

    fn routing(&self) -> Result<Routing> {
        let experts_cell = self.given(Field::Experts).filter(|cell| !is_zero(cell));
        let experts = experts_cell.map_or(Ok(1), Cell::size)?;
        // Configurations of dense models have 0 where a mixture has a number.
        let Some(cell) = self.given(Field::TopK).filter(|cell| experts > 1 || !is_zero(cell)) else {
            return match experts_cell {
                Some(cell) if experts > 1 => Err(cell
                    .contradicts(format!("{experts} experts, but no 'top_k' says how many of them a token uses"))
                    .expected(format!("a value in one of {}", Field::TopK.names().join(", ")))),
                _ => Ok(Routing { experts: 1, top_k: 1 }),
            };
        };
        let top_k = cell.size()?;
        if top_k <= experts {
            return Ok(Routing { experts, top_k });
        }
        let error = cell.contradicts(InvalidShape::TopK { experts, top_k }.to_string());
        Err(if experts_cell.is_none() { error.hint("say how many there are in 'experts'") } else { error })
    }

    /// r and ρ: from the hidden size where it is given, because it is exact; otherwise from the written ratio. Shared
    /// experts count by their weights, so that r is the work of a token and r/ρ the weights stored:
    /// `r = (K·h + h_s)/d`, `ρ = (K·h + h_s)/(E·h + h_s)`.
    fn feed_forward_size(&self, width: u32, Routing { experts, top_k }: Routing) -> Result<FeedForwardSize> {
        let written = match self.given(Field::FfnRatio) {
            Some(cell) => Some((cell, cell.number()?)),
            None => None,
        };
        let [width, experts, top_k_of] = [width, experts, top_k].map(f64::from);
        let shared = self.given(Field::SharedExperts).map(Cell::whole).transpose()?.unwrap_or_default() as f64;
        let Some(cell) = self.given(Field::ExpertHidden).or_else(|| self.given(Field::Intermediate)) else {
            let (_, ratio) = written.ok_or_else(|| Error::new("no feed-forward size is given"))?;
            return Ok(FeedForwardSize { ratio, activation_rate: (top_k_of + shared) / (experts + shared) });
        };
        let hidden = f64::from(cell.size()?);
        let shared = match self.given(Field::SharedHidden).filter(|cell| !is_zero(cell)) {
            Some(cell) => f64::from(cell.size()?),
            None => shared * hidden,
        };
        let active = top_k_of * hidden + shared;
        let (ratio, stored) = (active / width, experts * hidden + shared);
        match written {
            Some((cell, written)) if (written / ratio - 1.0).abs() > RATIO_TOLERANCE => Err(cell
                .contradicts(format!(
                    "'{}' contradicts the hidden size: {top_k} × {hidden} / {width} is {}",
                    cell.text,
                    engine::units::ratio(ratio)
                ))
                .hint("the ratio counts all activated experts, the hidden size is that of one")),
            _ => Ok(FeedForwardSize { ratio, activation_rate: active / stored }),
        }
    }

    /// The field's cell, if there is something in it.
    fn given(&self, field: Field) -> Option<&Cell<'_>> {
        self.cell(field).filter(|cell| !cell.is_unknown())
    }

    fn required(&self, field: Field) -> Result<&Cell<'_>> {
        match self.cell(field) {
            Some(cell) if !cell.is_empty() => Ok(cell),
            Some(cell) if field == Field::Loss => {
                Err(cell.refuse("there is no value").hint("remove the run if it did not finish"))
            }
            Some(cell) => Err(cell.refuse("there is no value")),
            None => Err(Error::new("there is no value").at_column(field.name())),
        }
    }
}

fn is_zero(cell: &Cell<'_>) -> bool {
    cell.text.parse::<f64>().is_ok_and(|value| value == 0.0)
}

/// The block of 2 or 3 matrices, or of that name.
pub(super) fn feed_forward(text: &str) -> Option<Block> {
    match reduced(text).0.as_str() {
        "3" | "30" | "gated" | "glu" | "swiglu" | "geglu" | "reglu" | "silu" | "swish" | "llama" | "llamamlp" => {
            Some(Block::Gated)
        }
        "2" | "20" | "plain" | "mlp" | "gelu" | "gelunew" | "gelufast" | "gelupytorchtanh" | "gelutanh" | "relu"
        | "relu2" | "squaredrelu" | "relusquared" | "gptneoxmlp" | "standard" => Some(Block::Plain),
        _ => None,
    }
}

/// The cell's size and what is left of the width for each of as many parts.
fn divided(width: u32, cell: &Cell<'_>, other: Field) -> Result<(u32, u32)> {
    let size = cell.size()?;
    if width.is_multiple_of(size) {
        return Ok((size, width / size));
    }
    Err(cell
        .contradicts(format!("width {width} is no multiple of '{size}'"))
        .hint(format!("add '{}' if heads × head_dim is not the width", other.name())))
}
