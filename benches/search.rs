//! What a search costs, and what it saves: evaluations per second, and the time to 99.9 % of a frontier's hypervolume
//! against pricing the whole space.
//!
//! `cargo bench --bench search`.

#![expect(clippy::unwrap_used, reason = "a bench on built-in files")]

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use engine::budget::Budgets;
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::pareto;
use engine::precision::Precision;
use engine::roofline::Estimator;
use engine::search::{Aim, Search, SearchOptions};
use engine::space::{KvHeads, Space};
use engine::workload::{Objective, Workload};
use roofscape::built_in;

fn main() {
    divan::main();
}

const AIM: Aim = Aim { objective: Objective::Total, budgets: Budgets::NONE };

struct Ground {
    space: Arc<Space>,
    law: LossLaw,
    estimator: Estimator,
}

/// The paper's space, one of 217,080 candidates around it, and the built-in large one.
fn ground(space: &str) -> Ground {
    let library = built_in::library();
    let named = if space == "finer" { "paper" } else { space };
    let mut of = library.space(named).unwrap();
    if space == "finer" {
        let all = [1, 2, 4, 8, 16, 32, 64].into_iter().flat_map(|experts| [1, 2, 4].map(|top_k| (experts, top_k)));
        of.layers = (1..=12).map(|i| 4 * i).collect();
        of.widths = (2..=10).map(|i| 256 * i).collect();
        of.head_dims = vec![64, 128];
        of.kv_heads = vec![KvHeads::Count(1), KvHeads::Count(2), KvHeads::Count(4), KvHeads::SameAsHeads];
        of.ffn_ratios = (2..=16).map(|quarters| f64::from(quarters) / 4.0).collect();
        of.experts = all.filter(|(experts, top_k)| top_k <= experts).collect();
    }
    let (_, law) = library.law("paper").unwrap();
    let (_, profile) = library.profile("agx-orin-64gb").unwrap();
    let hardware = profile.hardware(profile.default_mode());
    let estimator = Estimator::new(&hardware, Precision::FP16, Workload::default()).unwrap();
    Ground { space: Arc::new(of), law, estimator }
}

impl Ground {
    fn search(&self, options: SearchOptions) -> Search {
        Search::new(&self.space, self.law.clone(), self.estimator, AIM, options)
    }
}

/// Evaluations per second, until the search ends by itself.
#[divan::bench(args = ["paper", "finer", "large"], sample_count = 20)]
fn search_to_the_end(bencher: Bencher<'_, '_>, space: &str) {
    let ground = ground(space);
    let mut first = ground.search(SearchOptions::DEFAULT);
    first.finish(&());
    bencher.counter(ItemsCount::new(first.searched().evaluations)).bench_local(|| {
        let mut search = ground.search(SearchOptions::DEFAULT);
        search.finish(&());
        search.landscape()
    });
}

/// As many evaluations as bring 99.9 % of the whole frontier's hypervolume up to its nadir.
#[divan::bench(args = ["paper", "finer"], sample_count = 20)]
fn search_to_99_9_percent(bencher: Bencher<'_, '_>, space: &str) {
    let ground = ground(space);
    let whole = Landscape::new(&ground.space, ground.law.clone(), ground.estimator);
    let places = |landscape: &Landscape| -> Vec<(f64, f64)> {
        let front = landscape.feasible_frontier(AIM.objective, &AIM.budgets);
        let place = |index: u32| landscape.position(AIM.objective, index as usize);
        front.into_iter().map(place).map(|place| (place.latency_s, place.loss)).collect()
    };
    let front = places(&whole);
    let nadir = (front[front.len() - 1].0, front[0].1);
    let enough = 0.999 * pareto::hypervolume(&front, nadir);
    let mut search = ground.search(SearchOptions::DEFAULT);
    while pareto::hypervolume(&places(&search.landscape()), nadir) < enough && search.advance(&()).is_none() {}
    let evaluations = search.searched().evaluations;
    bencher.counter(ItemsCount::new(evaluations)).bench_local(|| {
        let mut search = ground.search(SearchOptions { max_evaluations: evaluations, ..SearchOptions::DEFAULT });
        search.finish(&());
        search.landscape()
    });
}

/// The same frontier by pricing all candidates.
#[divan::bench(args = ["paper", "finer"], sample_count = 20)]
fn price_everything(bencher: Bencher<'_, '_>, space: &str) {
    let ground = ground(space);
    let candidates = ground.space.len();
    bencher.counter(ItemsCount::new(candidates)).bench_local(|| {
        let landscape = Landscape::new(&ground.space, ground.law.clone(), ground.estimator);
        landscape.feasible_frontier(AIM.objective, &AIM.budgets)
    });
}
