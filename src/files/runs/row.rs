//! From the cells of one row to a run, or to the one error that says why not.
//!
//! What the law sees is derived here: ρ = K/E, `d_m` = `n_kv`·`d_h`, r = K·h/d. A size that follows from others may be
//! left out. A size that contradicts others is refused, because the author of the file then means something else by it.

use super::cell::Cell;
use super::field::Field;
use engine::architecture::InvalidShape;
use engine::error::{Error, Result};
use engine::law::{Block, Features};
use engine::runs::Run;

/// By how much a written ratio may differ from the one that follows from the hidden size: ratios get rounded to 2.67.
const RATIO_TOLERANCE: f64 = 0.01;

/// The cells of one row that give a field; empty ones may be among them.
#[derive(Debug)]
pub(super) struct Row<'a>(pub(super) Vec<Cell<'a>>);

/// Query heads, the size of one, and KV heads.
struct Attention {
    head_dim: u32,
    kv_heads: u32,
}

/// E and K.
struct Routing {
    experts: u32,
    top_k: u32,
}

impl Row<'_> {
    /// The run; `number` counts the file's runs from 1 and names those without a name.
    pub(super) fn run(&self, number: usize) -> Result<Run> {
        let layers = self.required(Field::Layers)?.size()?;
        let width = self.required(Field::Width)?.size()?;
        let attention = self.attention(width)?;
        let routing = self.routing()?;
        let features = Features {
            layers: f64::from(layers),
            width: f64::from(width),
            ffn_ratio: self.ffn_ratio(width, routing.top_k)?,
            kv_dim: f64::from(attention.kv_heads) * f64::from(attention.head_dim),
            activation_rate: f64::from(routing.top_k) / f64::from(routing.experts),
            block: Block::Gated,
        };
        Ok(Run {
            name: self.given(Field::Name).map_or_else(|| format!("run {number}"), |cell| cell.text.to_string()),
            features,
            tokens: self.given(Field::Tokens).map(Cell::number).transpose()?,
            seed: self.given(Field::Seed).map(Cell::whole).transpose()?,
            loss: self.required(Field::Loss)?.number()?,
            perplexity: self.given(Field::Perplexity).map(Cell::number).transpose()?,
        })
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
        let experts_cell = self.given(Field::Experts);
        let experts = experts_cell.map_or(Ok(1), Cell::size)?;
        let Some(cell) = self.given(Field::TopK) else {
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

    /// From the hidden size where it is given, because it is exact. Otherwise from the written ratio.
    fn ffn_ratio(&self, width: u32, top_k: u32) -> Result<f64> {
        let written = match self.given(Field::FfnRatio) {
            Some(cell) => Some((cell, cell.number()?)),
            None => None,
        };
        let Some(cell) = self.given(Field::ExpertHidden).or_else(|| self.given(Field::Intermediate)) else {
            return written.map(|(_, ratio)| ratio).ok_or_else(|| Error::new("no feed-forward size is given"));
        };
        let hidden = cell.size()?;
        let ratio = f64::from(top_k) * f64::from(hidden) / f64::from(width);
        match written {
            Some((cell, written)) if (written / ratio - 1.0).abs() > RATIO_TOLERANCE => Err(cell
                .contradicts(format!(
                    "'{}' contradicts the hidden size: {top_k} × {hidden} / {width} is {}",
                    cell.text,
                    engine::units::ratio(ratio)
                ))
                .hint("the ratio counts all activated experts, the hidden size is that of one")),
            _ => Ok(ratio),
        }
    }

    /// The field's cell, if there is something in it.
    fn given(&self, field: Field) -> Option<&Cell<'_>> {
        self.0.iter().find(|cell| cell.field == field && !cell.text.is_empty())
    }

    fn required(&self, field: Field) -> Result<&Cell<'_>> {
        self.given(field).ok_or_else(|| match self.0.iter().find(|cell| cell.field == field) {
            Some(cell) if field == Field::Loss => {
                cell.refuse("there is no value").hint("remove the run if it did not finish")
            }
            Some(cell) => cell.refuse("there is no value"),
            None => Error::new("there is no value").at_column(field.name()),
        })
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
