//! The held-out part, drawn by architecture: a repeat of a fitted architecture would test the noise, not the law.

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::engine::features::{Axis, Features};
use crate::engine::runs::Run;

/// Indices of the runs, ascending in both parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) train: Vec<usize>,
    pub(super) holdout: Vec<usize>,
}

/// Two runs are of one architecture if the law sees the same numbers.
pub(super) type Key = [u64; 5];

pub(super) fn key(shape: &Features) -> Key {
    Axis::ALL.map(|axis| shape.get(axis).to_bits())
}

/// Indices of the runs of each architecture, in the order of the key, so that reordering a file changes no draw.
pub(in crate::engine::law) fn groups(runs: &[Run]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        groups.entry(key(&run.features)).or_default().push(index);
    }
    groups.into_values().collect()
}

/// Holds out `share` of the architectures, to the nearest whole one, but never all of them.
pub(super) fn by_architecture(runs: &[Run], share: f64, seed: u64) -> Split {
    let mut groups = groups(runs);
    groups.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let held = ((share * groups.len() as f64).round() as usize).min(groups.len().saturating_sub(1));
    let flatten = |groups: &[Vec<usize>]| {
        let mut indices: Vec<usize> = groups.concat();
        indices.sort_unstable();
        indices
    };
    Split { holdout: flatten(&groups[..held]), train: flatten(&groups[held..]) }
}

/// For each run one over the number of runs of its architecture.
pub(super) fn shares(runs: &[&Run]) -> Vec<f64> {
    let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
    for run in runs {
        *counts.entry(key(&run.features)).or_default() += 1;
    }
    runs.iter().map(|run| 1.0 / counts[&key(&run.features)] as f64).collect()
}

/// Different architectures among some runs.
pub(super) fn count_architectures(runs: &[&Run]) -> usize {
    runs.iter().map(|run| key(&run.features)).collect::<BTreeSet<_>>().len()
}
