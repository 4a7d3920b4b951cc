//! Which architectures a sweep holds: all depths of some shapes, or a list.

use std::collections::BTreeMap;

use crate::architecture::Architecture;
use crate::law::{AtDepths, Coefficients};

/// Architectures by index.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Candidates {
    /// Shape `i / depths` at depth `i % depths`.
    Grid { shapes: Vec<Architecture>, depths: Vec<u32> },
    /// One by one.
    List(Vec<Architecture>),
}

impl Default for Candidates {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Candidates {
    pub(super) fn architecture(&self, index: usize) -> Architecture {
        match self {
            Self::Grid { shapes, depths } => {
                Architecture { layers: depths[index % depths.len()], ..shapes[index / depths.len()] }
            }
            Self::List(architectures) => architectures[index],
        }
    }

    pub(super) fn is_dense(&self, index: usize) -> bool {
        match self {
            Self::Grid { shapes, depths } => shapes[index / depths.len()].is_dense(),
            Self::List(architectures) => architectures[index].is_dense(),
        }
    }

    pub(super) fn index_of(&self, architecture: &Architecture) -> Option<usize> {
        match self {
            Self::Grid { shapes, depths } => {
                let depth = depths.iter().position(|&layers| layers == architecture.layers)?;
                let shape = Architecture { layers: 1, ..*architecture };
                let row = shapes.iter().position(|known| *known == shape)?;
                Some(row * depths.len() + depth)
            }
            Self::List(architectures) => architectures.iter().position(|known| known == architecture),
        }
    }

    /// Adds architectures at the end; what was there keeps its place.
    pub(super) fn append(&mut self, more: &[Architecture]) {
        if let Self::Grid { shapes, depths } = self {
            let count = shapes.len() * depths.len();
            *self = Self::List((0..count).map(|index| self.architecture(index)).collect());
        }
        if let Self::List(architectures) = self {
            architectures.extend_from_slice(more);
        }
    }

    pub(super) fn fill_losses(&self, law: &Coefficients, losses: &mut [f64]) {
        match self {
            Self::Grid { shapes, depths } => {
                let law = AtDepths::new(*law, depths);
                // At least 1, because a chunk must have a size; without depths there are no candidates.
                for (shape, losses) in shapes.iter().zip(losses.chunks_exact_mut(depths.len().max(1))) {
                    law.fill(&shape.features(), losses);
                }
            }
            Self::List(architectures) => {
                let laws = at_each_depth(law, architectures);
                for (shape, losses) in architectures.iter().zip(losses.chunks_exact_mut(1)) {
                    if let Some(law) = laws.get(&shape.layers) {
                        law.fill(&Architecture { layers: 1, ..*shape }.features(), losses);
                    }
                }
            }
        }
    }
}

/// A law prepared for each depth that occurs. It is not evaluated candidate by candidate, so a candidate of a list has
/// the same loss as in a grid, to the last bit.
pub(super) fn at_each_depth(law: &Coefficients, architectures: &[Architecture]) -> BTreeMap<u32, AtDepths> {
    let mut laws = BTreeMap::new();
    for Architecture { layers, .. } in architectures {
        laws.entry(*layers).or_insert_with(|| AtDepths::new(*law, &[*layers]));
    }
    laws
}
