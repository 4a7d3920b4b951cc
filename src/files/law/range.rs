//! The range of runs that a law was fitted on, as its file has it.
//!
//! A law of runs of which only sizes are known has these, and none of the features: nothing can then be taken for a
//! range of shapes.

use serde::{Deserialize, Serialize};

use super::Violation;
use crate::toml_source::{KeyPath, TomlSource};
use engine::error::Result;
use engine::law::{Axis, Block, FittedRange, Variable};

/// `feed_forward_matrices` where runs differed in it.
const SEVERAL: u8 = 0;

/// Lists and not pairs, because deserialising into a pair would silently drop a third number.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RangeFile {
    layers: Option<Vec<f64>>,
    width: Option<Vec<f64>>,
    ffn_ratio: Option<Vec<f64>>,
    kv_dim: Option<Vec<f64>>,
    activation_rate: Option<Vec<f64>>,
    active_parameters: Option<Vec<f64>>,
    total_parameters: Option<Vec<f64>>,
    /// 3 where nobody says otherwise.
    feed_forward_matrices: Option<u8>,
    tokens: Option<Vec<f64>>,
}

impl RangeFile {
    pub(super) fn of(range: &FittedRange) -> Self {
        let axis = |axis: Axis| range.has_shapes().then(|| range.get(axis).to_vec());
        Self {
            layers: axis(Axis::Layers),
            width: axis(Axis::Width),
            ffn_ratio: axis(Axis::FfnRatio),
            kv_dim: axis(Axis::KvDim),
            activation_rate: axis(Axis::ActivationRate),
            active_parameters: range.active_parameters.map(Into::into),
            total_parameters: range.total_parameters.map(Into::into),
            feed_forward_matrices: match range.block {
                Some(Block::Gated | Block::Unknown) => None,
                Some(Block::Plain) => Some(Block::Plain.feed_forward_matrices()),
                None => Some(SEVERAL),
            },
            tokens: range.tokens.map(Into::into),
        }
    }

    pub(super) fn read(&self, toml: &TomlSource<'_>) -> Result<FittedRange> {
        let table = KeyPath::ROOT.key("range");
        let ends = |key: &str, list: &[f64]| match *list {
            [low, high] => Ok([low, high]),
            _ => Err(toml
                .error(&table.key(key), format!("{} numbers stand here", list.len()))
                .expected("[smallest, largest] among the runs fitted")),
        };
        let known = |variable: Variable, list: &Option<Vec<f64>>| {
            list.as_ref().map(|list| ends(variable.key(), list)).transpose()
        };
        let active_parameters = known(Variable::ActiveParameters, &self.active_parameters)?;
        let total_parameters = known(Variable::TotalParameters, &self.total_parameters)?;
        let tokens = known(Variable::Tokens, &self.tokens)?;
        let features = [&self.layers, &self.width, &self.ffn_ratio, &self.kv_dim, &self.activation_rate];
        if let (Some(active), Some(total), true) =
            (active_parameters, total_parameters, features.iter().all(|list| list.is_none()))
        {
            return Ok(FittedRange { tokens, ..FittedRange::of_sizes(active, total) });
        }
        let axis = |axis: Axis, list: &Option<Vec<f64>>| match list {
            Some(list) => ends(axis.key(), list),
            None => Err(toml.error(&table, format!("key '{}' is missing", axis.key()))),
        };
        Ok(FittedRange {
            layers: axis(Axis::Layers, &self.layers)?,
            width: axis(Axis::Width, &self.width)?,
            ffn_ratio: axis(Axis::FfnRatio, &self.ffn_ratio)?,
            kv_dim: axis(Axis::KvDim, &self.kv_dim)?,
            activation_rate: axis(Axis::ActivationRate, &self.activation_rate)?,
            active_parameters,
            total_parameters,
            block: match self.feed_forward_matrices {
                None | Some(3) => Some(Block::Gated),
                Some(SEVERAL) => None,
                Some(2) => Some(Block::Plain),
                Some(other) => {
                    let key = table.key("feed_forward_matrices");
                    return Err(toml.error(&key, format!("'{other}' is out of range")).expected("2, 3, or 0 for both"));
                }
            },
            tokens,
        })
    }
}

/// Ends that no runs can have.
pub(super) fn ends(range: &FittedRange) -> Option<Violation> {
    let axes = Axis::ALL.into_iter().map(|axis| (axis.key(), range.get(axis), axis.most()));
    let more = [
        (Variable::ActiveParameters, range.active_parameters),
        (Variable::TotalParameters, range.total_parameters),
        (Variable::Tokens, range.tokens),
    ];
    let more = more.into_iter().filter_map(|(variable, ends)| Some((variable.key(), ends?, f64::MAX)));
    axes.chain(more).find(|(_, [low, high], most)| !(*low > 0.0 && low <= high && high <= most)).map(
        |(key, [low, high], most)| Violation {
            path: KeyPath::ROOT.key("range").key(key),
            what: format!("[{low}, {high}] is no range of a fit"),
            expected: if most == 1.0 {
                "[low, high], above 0, at most 1, low first"
            } else {
                "[low, high], above 0, low first"
            },
        },
    )
}
