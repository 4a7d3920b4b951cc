//! The held-out part, drawn by architecture: a repeat of a fitted architecture would test the noise, not the law.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::{Axis, Features};
use crate::runs::Run;

/// Indices of the runs, ascending in both parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) train: Vec<usize>,
    pub(super) holdout: Vec<usize>,
}

/// Two runs are of one architecture if the law sees the same numbers.
pub(super) type Key = ([u64; 5], u8);

pub(super) fn key(shape: &Features) -> Key {
    (Axis::ALL.map(|axis| shape.get(axis).to_bits()), shape.block.feed_forward_matrices())
}

/// Each architecture draws its own lot, independently of the others. So one run more or less moves at most one
/// architecture from one part to the other. What changes in the fit is then due to that run and not to another draw.
fn lot((axes, _): Key, seed: u64) -> u64 {
    axes.into_iter().fold(splitmix64(seed), |lot, bits| splitmix64(lot ^ bits))
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014): every bit of the result depends on every bit of `state`.
const fn splitmix64(state: u64) -> u64 {
    let mut bits = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Indices of the runs of each architecture, in the order of the key, so that reordering a file changes no draw.
pub(in crate::law) fn groups(runs: &[Run]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        groups.entry(key(&run.features)).or_default().push(index);
    }
    groups.into_values().collect()
}

/// Holds out `share` of the architectures, to the nearest whole one, but never all of them.
pub(super) fn by_architecture(runs: &[Run], share: f64, seed: u64) -> Split {
    let mut groups = groups(runs);
    // A stable sort: if two lots are equal, the shape decides and never the order of the file.
    groups.sort_by_key(|group| lot(key(&runs[group[0]].features), seed));
    let held = ((share * groups.len() as f64).round() as usize).min(groups.len().saturating_sub(1));
    let flatten = |groups: &[Vec<usize>]| {
        let mut indices: Vec<usize> = groups.concat();
        indices.sort_unstable();
        indices
    };
    Split { holdout: flatten(&groups[..held]), train: flatten(&groups[held..]) }
}

/// For each run one over the number of runs of its architecture.
pub(in crate::law) fn shares(runs: &[&Run]) -> Vec<f64> {
    let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
    for run in runs {
        *counts.entry(key(&run.features)).or_default() += 1;
    }
    runs.iter().map(|run| 1.0 / counts[&key(&run.features)] as f64).collect()
}

/// Different architectures among some runs.
pub(in crate::law) fn count_architectures(runs: &[&Run]) -> usize {
    runs.iter().map(|run| key(&run.features)).collect::<BTreeSet<_>>().len()
}

/// Different architectures and lengths among some runs.
pub(super) fn count_points(runs: &[&Run]) -> usize {
    let point = |run: &&Run| (key(&run.features), run.tokens.map(f64::to_bits));
    runs.iter().map(point).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Block;

    /// A run for each of 100 shapes.
    fn runs() -> Vec<Run> {
        let shapes =
            (1..=10).flat_map(|layers| (1..=10).map(move |width| (f64::from(layers), 64.0 * f64::from(width))));
        let run = |(layers, width)| Run {
            name: format!("{layers}x{width}"),
            features: Features {
                layers,
                width,
                ffn_ratio: 4.0,
                kv_dim: width,
                activation_rate: 1.0,
                block: Block::Gated,
            },
            tokens: None,
            seed: None,
            loss: 3.0,
            perplexity: None,
        };
        shapes.map(run).collect()
    }

    fn held_names(runs: &[Run], seed: u64) -> BTreeSet<&str> {
        by_architecture(runs, 0.2, seed).holdout.into_iter().map(|place| runs[place].name.as_str()).collect()
    }

    #[test]
    fn a_run_less_moves_at_most_one_architecture_to_the_other_part() {
        let runs = runs();
        for seed in 0..5 {
            let held = held_names(&runs, seed);
            assert_eq!(held.len(), 20);
            for left_out in 0..runs.len() {
                let mut fewer = runs.clone();
                let gone = fewer.remove(left_out).name;
                let now = held_names(&fewer, seed);
                let moved = held.symmetric_difference(&now).filter(|name| **name != gone).count();
                assert!(moved <= 1, "{moved} moved without {gone}");
            }
        }
    }

    #[test]
    fn the_part_held_out_depends_on_the_seed_and_not_on_the_order() {
        let runs = runs();
        let mut reversed = runs.clone();
        reversed.reverse();
        assert_eq!(held_names(&runs, 1), held_names(&reversed, 1));
        let shared = held_names(&runs, 1).intersection(&held_names(&runs, 2)).count();
        assert!(shared < 10, "two draws of 20 in 100 share 4 on average, not {shared}");
    }

    #[test]
    fn the_mixer_is_the_published_one() {
        assert_eq!(splitmix64(0), 0xe220_a839_7b1d_cdaf);
    }
}
