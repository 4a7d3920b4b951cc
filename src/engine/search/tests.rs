//! A search against the whole: spaces small enough to be enumerated.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::budget::{Budgets, Limit};
use crate::fixtures::{agx_orin, paper_law, paper_space};
use crate::precision::Precision;
use crate::space::KvHeads;
use crate::workload::{Objective, Workload};

/// More ratios, two head sizes, more experts and more of them active: 217,080 candidates.
fn finer_space() -> Space {
    let mixtures = [1, 2, 4, 8, 16, 32, 64].into_iter().flat_map(|experts| [1, 2, 4].map(|top_k| (experts, top_k)));
    Space {
        layers: (1..=12).map(|i| 4 * i).collect(),
        widths: (2..=10).map(|i| 256 * i).collect(),
        head_dims: vec![64, 128],
        kv_heads: vec![KvHeads::Count(1), KvHeads::Count(2), KvHeads::Count(4), KvHeads::SameAsHeads],
        ffn_ratios: (2..=16).map(|quarters| f64::from(quarters) / 4.0).collect(),
        experts: mixtures.filter(|(experts, top_k)| top_k <= experts).collect(),
        ..paper_space()
    }
}

fn estimator(precision: Precision) -> Estimator {
    Estimator::new(&agx_orin(), precision, Workload::default()).unwrap()
}

const fn within(budgets: Budgets, objective: Objective) -> Aim {
    Aim { objective, budgets }
}

fn places(landscape: &Landscape, aim: Aim) -> Vec<(f64, f64)> {
    let front = landscape.feasible_frontier(aim.objective, &aim.budgets);
    let place = |index: u32| landscape.position(aim.objective, index as usize);
    front.into_iter().map(place).map(|place| (place.latency_s, place.loss)).collect()
}

/// The least share of the whole frontier's hypervolume, up to its nadir, that a tenth of the evaluations finds.
fn worst_share(space: Space, budgets: Budgets, seeds: u64) -> f64 {
    let space = Arc::new(space);
    let mut worst = f64::INFINITY;
    for precision in [Precision::FP16, Precision::W8A8] {
        let whole = Landscape::new(&space, paper_law(), estimator(precision));
        for objective in Objective::ALL {
            let aim = within(budgets, objective);
            let front = places(&whole, aim);
            let nadir = (front[front.len() - 1].0, front[0].1);
            let area = pareto::hypervolume(&front, nadir);
            for seed in 0..seeds {
                let max_evaluations = whole.sweep.len() / 10;
                let options = SearchOptions { seed, max_evaluations, ..SearchOptions::DEFAULT };
                let mut search = Search::new(&space, paper_law(), estimator(precision), aim, options);
                search.finish(&());
                assert!(search.searched().evaluations <= max_evaluations);
                let share = pareto::hypervolume(&places(&search.landscape(), aim), nadir) / area;
                assert!(share <= 1.0 + 1e-12, "nothing is found that is not there");
                worst = worst.min(share);
            }
        }
    }
    worst
}

#[test]
fn a_tenth_of_the_paper_space_has_all_but_a_thousandth_of_its_hypervolume() {
    let worst = worst_share(paper_space(), Budgets::NONE, 20);
    assert!(worst >= 0.999, "{worst}");
}

#[test]
fn a_tenth_of_a_finer_space_has_all_but_a_thousandth_of_its_hypervolume() {
    let worst = worst_share(finer_space(), Budgets::NONE, 3);
    assert!(worst >= 0.999, "{worst}");
}

#[test]
fn so_it_is_within_budgets() {
    let budgets = Budgets::NONE.with(Limit::Total, 0.06).with(Limit::Prefill, 0.03).with(Limit::Memory, 2e9);
    let worst = worst_share(paper_space(), budgets, 20);
    assert!(worst >= 0.999, "{worst}");
    let worst = worst_share(paper_space(), Budgets::NONE.with(Limit::Tpot, 0.003), 20);
    assert!(worst >= 0.999, "{worst}");
}

#[test]
fn the_best_within_budgets_is_found() {
    /// Of twenty seeds every question tries one in so many.
    const SHARE: usize = 4;
    let none = Budgets::NONE;
    let budgets = [
        none.with(Limit::Total, 0.06),
        none.with(Limit::Total, 0.1).with(Limit::Memory, 2e9),
        none.with(Limit::Tpot, 0.003),
        none.with(Limit::Memory, 4e9),
        none.with(Limit::Prefill, 0.03),
    ];
    let space = Arc::new(paper_space());
    for precision in [Precision::FP16, Precision::W8A8] {
        let whole = Landscape::new(&space, paper_law(), estimator(precision));
        let aims = budgets.into_iter().flat_map(|budgets| Objective::ALL.map(|objective| within(budgets, objective)));
        for (question, aim) in aims.enumerate() {
            let there = places(&whole, aim);
            let nadir = (there[there.len() - 1].0, there[0].1);
            let area = pareto::hypervolume(&there, nadir);
            // Each question with other seeds, so that together they try them all.
            for seed in (question % SHARE..20).step_by(SHARE) {
                let options = SearchOptions { seed: seed as u64, ..SearchOptions::DEFAULT };
                let mut search = Search::new(&space, paper_law(), estimator(precision), aim, options);
                let stop = search.finish(&());
                let stands = search.searched().growth < options.tolerance;
                assert!(stop == Stop::Exhausted || stands, "seed {seed}, {aim:?}: {:?}", search.searched());
                let found = places(&search.landscape(), aim);
                assert_eq!(found.last(), there.last(), "seed {seed}, {aim:?}");
                let share = pareto::hypervolume(&found, nadir) / area;
                assert!(share >= 0.9995, "{share} of the hypervolume, seed {seed}, {aim:?}");
            }
        }
    }
}

/// Members that were found beside the budgets, last of all, have neighbours too.
#[test]
fn where_nothing_is_left_to_try_no_single_step_from_a_member_is_new() {
    let space = Arc::new(finer_space());
    let tight = Budgets::NONE.with(Limit::Total, 0.1).with(Limit::Memory, 6e8).with(Limit::Prefill, 0.03);
    let cheap = Budgets::NONE.with(Limit::Total, 0.025);
    let cases = (0..4).flat_map(|seed| [tight, cheap].map(|budgets| (seed, budgets)));
    for (seed, aim) in cases.flat_map(|(seed, budgets)| Objective::ALL.map(|to| (seed, within(budgets, to)))) {
        let options = SearchOptions { seed, tolerance: 0.0, ..SearchOptions::DEFAULT };
        let mut search = Search::new(&space, paper_law(), estimator(Precision::FP16), aim, options);
        assert_eq!(search.finish(&()), Stop::Exhausted);
        for &member in &search.front {
            let from = search.sweep.architecture(member as usize);
            for along in axes::Direction::ALL {
                let line = search.axes.line(&from, along);
                let steps = [1, -1].into_iter().filter_map(|steps| Axes::step(&line, steps));
                assert!(steps.into_iter().all(|beside| search.known.contains(&beside)), "seed {seed}, {from}");
            }
        }
    }
}

fn paper_search(options: SearchOptions) -> Search {
    let aim = within(Budgets::NONE, Objective::Total);
    Search::new(&Arc::new(paper_space()), paper_law(), estimator(Precision::FP16), aim, options)
}

#[test]
fn every_candidate_is_one_of_the_space_and_priced_once() {
    let mut search = paper_search(SearchOptions { tolerance: 0.0, ..SearchOptions::DEFAULT });
    let stop = search.finish(&());
    let found = search.landscape();
    assert_eq!((stop, found.searched), (Stop::Exhausted, Some(*search.searched())));
    let whole = Landscape::new(&paper_space(), paper_law(), estimator(Precision::FP16));
    let mut seen = HashSet::new();
    for index in 0..found.sweep.len() {
        let candidate = found.sweep.architecture(index);
        assert!(seen.insert(candidate), "{candidate} twice");
        let twin = whole.sweep.index_of(&candidate).expect("a candidate of the space");
        assert_eq!(found.position(Objective::Total, index), whole.position(Objective::Total, twin));
    }
    let Searched { evaluations, of, reference_latency_s, reference_loss, hypervolume, .. } = *search.searched();
    assert_eq!((evaluations, of), (found.sweep.len(), 10_560));
    let aim = within(Budgets::NONE, Objective::Total);
    let area = pareto::hypervolume(&places(&found, aim), (reference_latency_s, reference_loss));
    assert!((hypervolume / area - 1.0).abs() < 1e-12);
    let largest = *paper_space().candidates().last().unwrap();
    assert_eq!(reference_latency_s, whole.estimator.latency(&largest).of(aim.objective), "the largest is slower");
    assert_eq!(reference_loss, places(&whole, aim)[0].1, "the smallest is the fastest and the worst");
}

#[test]
fn hypervolumes_of_all_seeds_have_one_reference() {
    let reference = |seed| {
        let search = paper_search(SearchOptions { seed, ..SearchOptions::DEFAULT });
        (search.searched().reference_latency_s, search.searched().reference_loss)
    };
    assert!((1..20).all(|seed| reference(seed) == reference(0)));
}

/// Nothing can be built of the narrowest and of the widest.
#[test]
fn a_space_has_ends_where_its_corners_cannot_be_built() {
    let space = Space { widths: vec![100, 768, 1024, 5000], ..paper_space() };
    let widths: Vec<u32> = start::ends(&Axes::of(Arc::new(space))).iter().map(|end| end.width).collect();
    assert_eq!(widths, [768, 1024]);
}

#[test]
fn a_seed_decides_everything_and_a_higher_limit_goes_on_where_a_lower_one_ends() {
    let with = |seed: u64, max_evaluations: usize| {
        let mut search = paper_search(SearchOptions { seed, max_evaluations, ..SearchOptions::DEFAULT });
        search.finish(&());
        search
    };
    let (few, again, more, other) = (with(7, 400), with(7, 400), with(7, 500), with(8, 400));
    assert_eq!((few.searched(), &few.sweep), (again.searched(), &again.sweep));
    assert_eq!((few.sweep.len(), few.searched().stopped_because), (400, Some(Stop::MaxEvaluations)));
    assert_eq!(few.sweep.loss, more.sweep.loss[..400]);
    assert_ne!(few.sweep.loss, other.sweep.loss);
}

#[test]
fn the_frontier_only_grows() {
    let mut search = paper_search(SearchOptions::DEFAULT);
    let (mut hypervolume, mut evaluations) = (search.searched().hypervolume, search.searched().evaluations);
    while search.advance(&()).is_none() {
        let now = *search.searched();
        assert!(now.hypervolume >= hypervolume && now.evaluations >= evaluations);
        (hypervolume, evaluations) = (now.hypervolume, now.evaluations);
    }
    assert!(search.searched().rounds > 10);
}

/// A watch that stops after some rounds, and counts them.
#[derive(Default)]
struct Impatient {
    rounds: AtomicUsize,
}

impl Watch for Impatient {
    fn cancelled(&self) -> bool {
        self.rounds.load(Ordering::Relaxed) >= 5
    }

    fn progress(&self, done: usize, of: usize) {
        assert!(done <= of);
        self.rounds.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn an_interrupted_search_has_what_it_found() {
    let watch = Impatient::default();
    let mut search = paper_search(SearchOptions::DEFAULT);
    assert_eq!(search.finish(&watch), Stop::Cancelled);
    assert_eq!(search.searched().rounds, 5);
    assert!(!places(&search.landscape(), search.searched().aim).is_empty());
}

#[test]
fn going_on_for_other_budgets_keeps_every_candidate_in_its_place() {
    let space = Arc::new(paper_space());
    let mut search = paper_search(SearchOptions::DEFAULT);
    search.finish(&());
    let before = search.landscape();
    let aim = within(Budgets::NONE.with(Limit::Memory, 1e9), Objective::Decode);
    let mut on = Search::resume(&space, &before, *search.searched(), aim, SearchOptions::DEFAULT);
    let at_first = on.searched().hypervolume;
    on.finish(&());
    let after = on.landscape();
    assert!(after.sweep.len() > before.sweep.len());
    assert_eq!(after.sweep.loss[..before.sweep.len()], before.sweep.loss);
    assert!((0..before.sweep.len()).all(|i| after.sweep.architecture(i) == before.sweep.architecture(i)));
    assert!(on.searched().hypervolume >= at_first && on.searched().aim == aim);
}

#[test]
fn where_nothing_is_admitted_it_looks_for_what_is() {
    // 21.7 ms is the fastest of all; nothing of a first sample is near that.
    let aim = within(Budgets::NONE.with(Limit::Total, 0.0222), Objective::Total);
    let space = Arc::new(paper_space());
    let mut search = Search::new(&space, paper_law(), estimator(Precision::FP16), aim, SearchOptions::DEFAULT);
    search.finish(&());
    assert!(!places(&search.landscape(), aim).is_empty());
    let aim = within(Budgets::NONE.with(Limit::Total, 0.001), Objective::Total);
    let mut search = Search::new(&space, paper_law(), estimator(Precision::FP16), aim, SearchOptions::DEFAULT);
    assert_eq!(search.finish(&()), Stop::Exhausted);
    assert_eq!((search.searched().hypervolume, places(&search.landscape(), aim).len()), (0.0, 0));
}

#[test]
fn a_space_of_one_candidate_is_found_whole() {
    let space = Space {
        layers: vec![8],
        widths: vec![768],
        kv_heads: vec![KvHeads::SameAsHeads],
        ffn_ratios: vec![4.0],
        experts: vec![(1, 1)],
        ..paper_space()
    };
    let aim = within(Budgets::NONE, Objective::Total);
    let mut search =
        Search::new(&Arc::new(space), paper_law(), estimator(Precision::FP16), aim, SearchOptions::DEFAULT);
    assert_eq!(search.finish(&()), Stop::Exhausted);
    assert_eq!((search.searched().evaluations, search.searched().of), (1, 1));
}

#[test]
fn a_sample_draws_from_every_part_of_every_axis() {
    let axes = Axes::of(Arc::new(paper_space()));
    let sample = start::sample(&axes, 64, 3);
    assert_eq!(sample.len(), 64 + 2);
    // 64 draws from 8 depths: 8 of each, and one more at either end.
    let of_depth = |layers: u32| sample.iter().filter(|candidate| candidate.layers == layers).count();
    assert_eq!([4, 8, 12, 16, 20, 24, 28, 32].map(of_depth), [9, 8, 8, 8, 8, 8, 8, 9]);
    let ends = (sample[0], sample[1]);
    assert_eq!((ends.0.layers, ends.0.width, ends.0.experts), (4, 768, 1));
    assert_eq!((ends.1.layers, ends.1.width, ends.1.kv_heads, ends.1.experts), (32, 3072, 48, 16));
}

#[test]
fn a_line_skips_what_cannot_be_built() {
    let axes = Axes::of(Arc::new(paper_space()));
    let from = paper_space().candidates()[0];
    let eight = Architecture { width: 1024, heads: 16, kv_heads: 8, expert_hidden: 512, ..from };
    let (line, place) = axes.line(&eight, axes::Direction::Width);
    // Eight KV heads divide 16, 24, 32, 40 and 48 heads, not 12, 20, 28 and 36.
    let widths: Vec<u32> = line.iter().map(|candidate| candidate.width).collect();
    assert_eq!((widths.as_slice(), place), ([1024, 1536, 2048, 2560, 3072].as_slice(), 0));
    assert!(line.iter().all(|candidate| candidate.ffn_ratio() == 0.5));
    let line = (line, place);
    assert_eq!(Axes::step(&line, 9).map(|last| last.width), Some(3072), "as far as the line goes");
    assert_eq!(Axes::step(&line, -1), None, "nothing lies before its first");
}
