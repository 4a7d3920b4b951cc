//! The frontier of a space that is too large to price: candidates are tried where the frontier can still gain.
//!
//! The paper's own way (§4.3): a Latin hypercube over the axes, then refinement around the frontier and in its gaps until
//! it stops improving. An evaluation is one priced candidate, and none is priced twice. Each round takes members of the
//! frontier found so far, those beside the largest gaps first, and prices their neighbours along each axis; strides begin
//! at an eighth of an axis and are halved down to single steps. What a neighbour improves, its own neighbours improve
//! further, so the strides of a member go on where its parent's were.
//!
//! The best within the budgets is what most people come for, and all its neighbours may be worse or too much: from one good
//! candidate within to the next, the way leads through some that are just beyond. So it is looked for last on another
//! frontier, that of the loss against what is needed of the budgets, on both sides of what is allowed, until no
//! neighbour there is left to try.
//!
//! A search proves nothing: what no step from any member leads to is not found. On spaces that can be enumerated it is
//! held against the whole (`tests`). Its end is that nothing is left to try, or that the last quarter of the evaluations
//! has hardly moved the frontier, and then that the
//! budgets' border has been tried; a measure that knows no scale, and so serves small and large spaces.

mod axes;
mod refine;
mod start;

use std::collections::HashSet;
use std::sync::Arc;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::architecture::Architecture;
use super::budget::Budgets;
use super::landscape::Landscape;
use super::law::LossLaw;
use super::law::fit::Watch;
use super::pareto;
use super::roofline::Estimator;
use super::space::Space;
use super::sweep::Sweep;
use super::workload::Objective;
use axes::Axes;

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SearchOptions {
    /// Of the first sample; all that follows is determined.
    pub seed: u64,
    /// Most candidates to price.
    pub max_evaluations: usize,
    /// The frontier has stopped growing when the last quarter of the evaluations adds less than this share of the
    /// hypervolume.
    pub tolerance: f64,
}

impl SearchOptions {
    /// What is done where nobody says.
    pub const DEFAULT: Self = Self { seed: 0, max_evaluations: 1_000_000, tolerance: 1e-5 };
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Which frontier is searched.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Aim {
    /// Which latency it minimises.
    pub objective: Objective,
    /// Who may be on it.
    pub budgets: Budgets,
}

/// Why a search came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The frontier has stopped growing.
    Converged,
    /// Every single step and every pair of steps from every member has been tried, and some leaps.
    Exhausted,
    /// As many candidates have been priced as were allowed.
    MaxEvaluations,
    /// Somebody asked to stop.
    Cancelled,
}

impl Stop {
    /// As a sentence goes on after "searched until".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Converged => "the frontier stopped growing",
            Self::Exhausted => "no neighbour of the frontier was left to try",
            Self::MaxEvaluations => "the evaluations ran out",
            Self::Cancelled => "it was interrupted",
        }
    }
}

/// What there is to say of a search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Searched {
    /// Candidates priced.
    pub evaluations: usize,
    /// Candidates that the space has.
    pub of: u64,
    /// Area that the frontier dominates, in (ln latency, nats), up to the reference.
    pub hypervolume: f64,
    /// The reference, the same for every seed: the slower of the smallest and the largest candidate of the space, seconds.
    pub reference_latency_s: f64,
    /// And the higher of their losses, nats.
    pub reference_loss: f64,
    /// By what share the last quarter of the evaluations made the hypervolume grow.
    pub growth: f64,
    /// Batches of candidates after the first sample.
    pub rounds: usize,
    /// Seed of the first sample.
    pub seed: u64,
    /// Why it ended; `None` while it goes on.
    pub stopped_because: Option<Stop>,
    /// What was searched for.
    #[serde(skip)]
    pub aim: Aim,
}

impl Searched {
    /// Whether nothing is left: the frontier found is then that of the space.
    pub const fn is_complete(&self) -> bool {
        self.evaluations as u64 >= self.of
    }
}

/// What is tried, in this order, each until it leads no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The neighbours of the frontier along one axis.
    SingleAxes,
    /// Along several at once.
    SeveralAxes,
    /// Those of the candidates on both sides of the budgets, after the frontier has come to this end.
    Border(Stop),
}

/// A search that can be looked at while it goes on.
#[derive(Debug)]
pub struct Search {
    axes: Axes,
    law: LossLaw,
    estimator: Estimator,
    options: SearchOptions,
    sweep: Sweep,
    known: HashSet<Architecture>,
    /// Per candidate: how often its stride has been halved.
    levels: Vec<u8>,
    random: ChaCha8Rng,
    stage: Stage,
    /// Admitted and not dominated, by rising latency.
    front: Vec<u32>,
    /// Not dominated in what they need of the budgets and in loss, whether admitted or not, by rising need; empty where
    /// there is no budget.
    border: Vec<u32>,
    /// Most evaluations, those before this search included.
    most: usize,
    /// Evaluations before what is tried now: growth counts from there on.
    since: usize,
    /// Evaluations and hypervolume after each round.
    history: Vec<(usize, f64)>,
    searched: Searched,
}

impl Search {
    /// Prices the first sample.
    pub fn new(space: &Arc<Space>, law: LossLaw, estimator: Estimator, aim: Aim, options: SearchOptions) -> Self {
        let law = law.in_format(estimator.precision());
        let axes = Axes::of(Arc::clone(space));
        let sample = start::sample(&axes, start::size(space.len()), options.seed);
        let searched = Searched {
            evaluations: 0,
            of: space.len(),
            hypervolume: 0.0,
            reference_latency_s: 0.0,
            reference_loss: 0.0,
            growth: 0.0,
            rounds: 0,
            seed: options.seed,
            stopped_because: None,
            aim,
        };
        let mut search = Self {
            axes,
            law,
            estimator,
            options,
            sweep: Sweep::list(&estimator),
            known: HashSet::new(),
            levels: Vec::new(),
            stage: Stage::SingleAxes,
            random: ChaCha8Rng::seed_from_u64(options.seed),
            front: Vec::new(),
            border: Vec::new(),
            most: options.max_evaluations,
            since: 0,
            history: Vec::new(),
            searched,
        };
        search.price(sample.into_iter().map(|candidate| (candidate, 0)).collect());
        search.set_reference();
        search.measure();
        search.since = search.sweep.len();
        search
    }

    /// Goes on from what an earlier search of the same space under the same law, board and workload has found, for another
    /// frontier: all its candidates stay where they are.
    pub fn resume(space: &Arc<Space>, found: &Landscape, before: Searched, aim: Aim, options: SearchOptions) -> Self {
        let sweep = found.sweep.clone();
        let mut search = Self {
            axes: Axes::of(Arc::clone(space)),
            law: found.law.clone(),
            estimator: found.estimator,
            options,
            known: (0..sweep.len()).map(|index| sweep.architecture(index)).collect(),
            levels: vec![0; sweep.len()],
            stage: Stage::SingleAxes,
            random: ChaCha8Rng::seed_from_u64(options.seed),
            front: Vec::new(),
            border: Vec::new(),
            most: sweep.len().saturating_add(options.max_evaluations),
            since: sweep.len(),
            history: Vec::new(),
            searched: Searched { aim, stopped_because: None, growth: 0.0, ..before },
            sweep,
        };
        search.keep_best_of(0);
        search.set_reference();
        search.measure();
        search
    }

    /// Prices some candidates of the space in any case.
    pub fn include(&mut self, candidates: &[Architecture]) {
        self.price(candidates.iter().map(|&candidate| (candidate, 0)).collect());
        self.measure();
    }

    /// One more round; says why there is none.
    pub fn advance(&mut self, watch: &dyn Watch) -> Option<Stop> {
        let mut stop = self.reason_to_stop(watch);
        if stop.is_none() {
            let proposed = self.propose();
            if proposed.is_empty() {
                stop = Some(Stop::Exhausted);
            } else {
                self.price(proposed);
                self.searched.rounds += 1;
                self.measure();
            }
            watch.progress(self.searched.evaluations.min(self.most), self.most);
        }
        if let Some(end @ (Stop::Converged | Stop::Exhausted)) = stop {
            stop = self.go_on_after(end);
        }
        self.searched.stopped_because = stop;
        stop
    }

    /// What is tried next once this has led to its end; the frontier's own end where that was the last.
    fn go_on_after(&mut self, end: Stop) -> Option<Stop> {
        self.stage = match self.stage {
            Stage::SingleAxes => Stage::SeveralAxes,
            Stage::SeveralAxes => Stage::Border(end),
            // The border may have brought members whose own neighbours nobody has looked at.
            Stage::Border(end) if self.still_grows(end) => {
                if !self.has_unrefined_members() {
                    return Some(Stop::Exhausted);
                }
                Stage::SeveralAxes
            }
            Stage::Border(end) => return Some(end),
        };
        // What has been gained so far says nothing of what is tried from now on.
        self.since = self.sweep.len();
        None
    }

    /// All rounds.
    pub fn finish(&mut self, watch: &dyn Watch) -> Stop {
        loop {
            if let Some(stop) = self.advance(watch) {
                return stop;
            }
        }
    }

    /// What has been found.
    pub fn landscape(&self) -> Landscape {
        let origin = self.axes.space().origin.clone();
        Landscape::found(self.sweep.clone(), self.law.clone(), self.estimator, origin, self.searched)
    }

    /// How it stands.
    pub const fn searched(&self) -> &Searched {
        &self.searched
    }

    /// Whether what has been found since then belies that end.
    fn still_grows(&self, end: Stop) -> bool {
        end == Stop::Exhausted || self.searched.growth >= self.options.tolerance
    }

    fn reason_to_stop(&self, watch: &dyn Watch) -> Option<Stop> {
        if watch.cancelled() {
            Some(Stop::Cancelled)
        } else if self.sweep.len() >= self.most {
            Some(Stop::MaxEvaluations)
        } else if !matches!(self.stage, Stage::Border(_))
            && self.searched.hypervolume > 0.0
            && self.searched.growth < self.options.tolerance
            && self.quarter_ago() >= self.since
        {
            Some(Stop::Converged)
        } else {
            None
        }
    }

    /// Prices candidates that are new, as many as are allowed, each with the level that its refinement begins at.
    fn price(&mut self, proposed: Vec<(Architecture, u8)>) {
        let room = self.most.saturating_sub(self.sweep.len());
        let from = self.sweep.len();
        let mut new = Vec::with_capacity(proposed.len());
        for (candidate, level) in proposed {
            if new.len() < room && self.known.insert(candidate) {
                new.push(candidate);
                self.levels.push(level);
            }
        }
        self.sweep.append(&new, &self.law.coefficients, &self.estimator);
        self.keep_best_of(from);
        self.searched.evaluations = self.sweep.len();
    }

    /// Both frontiers, with the candidates from one on.
    fn keep_best_of(&mut self, from: usize) {
        let Aim { objective, budgets } = self.searched.aim;
        let new = from as u32..self.sweep.len() as u32;
        let admitted = new.clone().filter(|&index| budgets.admits(&self.sweep, index as usize));
        let latency_s = self.sweep.latency_s(objective);
        let front = self.undominated(self.front.iter().copied().chain(admitted), |index| latency_s[index]);
        if budgets.active().next().is_some() {
            let contenders = self.border.iter().copied().chain(new);
            self.border = self.undominated(contenders, |index| budgets.excess(&self.sweep, index));
        }
        self.front = front;
    }

    /// Those of some candidates that no other beats in both a cost and the loss, by rising cost, each place once.
    fn undominated(&self, contenders: impl Iterator<Item = u32>, cost: impl Fn(usize) -> f64) -> Vec<u32> {
        let place = |index: u32| (cost(index as usize), self.sweep.loss[index as usize], index);
        let mut places: Vec<(f64, f64, u32)> = contenders.map(place).collect();
        places.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut best = f64::INFINITY;
        places.retain(|&(_, loss, _)| {
            let beats = loss < best;
            best = best.min(loss);
            beats
        });
        places.into_iter().map(|(_, _, index)| index).collect()
    }

    fn set_reference(&mut self) {
        let mut ends = Sweep::list(&self.estimator);
        ends.append(&start::ends(&self.axes), &self.law.coefficients, &self.estimator);
        let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        self.searched.reference_latency_s = largest(ends.latency_s(self.searched.aim.objective));
        self.searched.reference_loss = largest(&ends.loss);
    }

    /// Evaluations at the beginning of their last quarter.
    fn quarter_ago(&self) -> usize {
        self.sweep.len() - self.sweep.len() / 4
    }

    fn measure(&mut self) {
        let latency_s = self.sweep.latency_s(self.searched.aim.objective);
        let places: Vec<(f64, f64)> =
            self.front.iter().map(|&index| (latency_s[index as usize], self.sweep.loss[index as usize])).collect();
        let reference = (self.searched.reference_latency_s, self.searched.reference_loss);
        let now = pareto::hypervolume(&places, reference);
        self.history.push((self.sweep.len(), now));
        let earlier = self.history.partition_point(|&(evaluations, _)| evaluations <= self.quarter_ago());
        let (_, before) = self.history[earlier.saturating_sub(1)];
        self.searched.growth = if now > 0.0 { (now - before) / now } else { 0.0 };
        self.searched.hypervolume = now;
    }
}

#[cfg(test)]
mod tests;
