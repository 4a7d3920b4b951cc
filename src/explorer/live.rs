//! A law's runs while their file changes: what is known of the file, and how exclusions follow their runs.

use std::collections::BTreeSet;

use engine::error::Error;
use engine::runs::Run;
use files::live::{LastLine, LiveRuns};

/// The file that a law's runs came from, as far as it is known. Here it is only data: workers read and watch it.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// How to read it again.
    pub source: LiveRuns,
    /// How it ended when it was read last.
    pub last_line: LastLine,
    /// Why its present content cannot be fitted. The runs are then the earlier ones.
    pub trouble: Option<Error>,
    /// Why it is not watched, or not reliably.
    pub unwatched: Option<Error>,
    /// Excluded runs that are not in the file at present. A file that is written anew is short for a while, and the
    /// user should not have to exclude them twice.
    pub absent: Vec<Run>,
}

impl Live {
    /// A file that has just been read.
    pub const fn new(source: LiveRuns) -> Self {
        Self { source, last_line: LastLine::Complete, trouble: None, unwatched: None, absent: Vec::new() }
    }

    /// Whether its last line waits for its end.
    pub fn has_half_a_line(&self) -> bool {
        self.last_line == LastLine::Waits
    }
}

/// The places of the runs `wanted` in `runs`, and those of them that are not there.
///
/// A run is the same if its name, shape and seed are the same. Its line may move, and its loss may change when it is
/// evaluated again. Where several runs match, one that has not changed at all is taken first.
pub fn places(wanted: Vec<Run>, runs: &[Run]) -> (BTreeSet<usize>, Vec<Run>) {
    let mut taken = BTreeSet::new();
    let mut take = |run: &Run, is_it: fn(&Run, &Run) -> bool| {
        let place = (0..runs.len()).find(|place| !taken.contains(place) && is_it(run, &runs[*place]));
        taken.extend(place);
        place.is_some()
    };
    let changed: Vec<Run> = wanted.into_iter().filter(|run| !take(run, |a, b| a == b)).collect();
    let absent = changed.into_iter().filter(|run| !take(run, is_same)).collect();
    (taken, absent)
}

fn is_same(a: &Run, b: &Run) -> bool {
    (&a.name, &a.features, a.seed) == (&b.name, &b.features, b.seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::features::{Block, Features};

    fn run(name: &str, seed: u64, loss: f64) -> Run {
        let features = Features {
            layers: 4.0,
            width: 256.0,
            ffn_ratio: 4.0,
            kv_dim: 256.0,
            activation_rate: 1.0,
            block: Block::Gated,
        };
        Run { name: name.into(), features, tokens: None, seed: Some(seed), loss, perplexity: None }
    }

    #[test]
    fn runs_are_found_by_name_shape_and_seed_wherever_they_are() {
        let (a, b, c) = (run("a", 0, 3.0), run("b", 0, 3.1), run("c", 0, 3.2));
        let wider = Run { features: Features { width: 512.0, ..c.features }, ..c.clone() };
        let now = [run("b", 1, 3.1), run("b", 0, 2.9), wider, a.clone()];
        let (places, absent) = places(vec![a, b, c.clone()], &now);
        assert_eq!(places, BTreeSet::from([1, 3]));
        assert_eq!(absent, [c]);
    }

    #[test]
    fn of_repeats_as_many_are_taken_as_are_wanted_the_unchanged_ones_first() {
        let repeat = |loss| run("a", 0, loss);
        let now = [repeat(3.0), repeat(3.1), repeat(3.2)];
        assert_eq!(places(vec![repeat(3.2)], &now).0, BTreeSet::from([2]));
        assert_eq!(places(vec![repeat(2.5), repeat(3.0)], &now).0, BTreeSet::from([0, 1]));
        assert_eq!(places(vec![repeat(3.0); 4], &now), (BTreeSet::from([0, 1, 2]), vec![repeat(3.0)]));
    }
}
