//! How sure the frontier is: the share of the resampled laws under which an architecture is on it, and how much of its
//! loss it owes to having been picked.
//!
//! Latencies come from the board and are the same under every law. Only the losses move. So each law of an
//! [`Ensemble`](super::law::Ensemble) computes the losses of all candidates anew, with [`AtDepths`](super::law::AtDepths)
//! at the cost of some additions each. Then it scans the candidates once in the order of their latency. An architecture
//! that stays on the frontier under most laws is a safe choice. Where each law prefers another neighbour, the runs do not
//! decide between them. Where the runs say nothing of an architecture, there is no share.
//!
//! **The winner's curse.** The best of many estimates is where the law errs on the bright side: the loss of a pick is too
//! low on average, and the more so the more candidates are nearly as good. The correction is cross-fitted, as in the
//! repeated sample splitting of Chernozhukov et al. 2018 (arXiv 1608.00060) and the bootstrap correction of a minimum of
//! Tibshirani and Tibshirani 2009: each law of one half of the resamples picks its best at the latency of the member, and the
//! mean law of the other half says what that pick is worth. The mean of the difference is what picking adds.
//!
//! The scan is that of Eq. 5, as in [`pareto::frontier`](super::pareto::frontier), with one difference. Candidates of
//! equal latency are taken together, because their order by loss is another under each law.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::budget::Budgets;
use super::landscape::Landscape;
use super::law::fit::Watch;
use super::law::{Coefficients, Evidence, Interval, NoInterval};
use super::statistics::mean;
use super::workload::Objective;

/// What is asked of an ensemble.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Which latency the frontier minimises.
    pub objective: Objective,
    /// What is allowed.
    pub budgets: &'a Budgets,
    /// Level of the intervals.
    pub level: f64,
}

/// The frontier's confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Confidence {
    /// Level of the intervals.
    pub level: f64,
    /// Laws asked.
    pub resamples: usize,
    /// The frontier under the landscape's own law by rising latency.
    pub band: Vec<Member>,
    /// Per candidate: under how many laws it is on the frontier.
    times: Vec<u32>,
    /// Per candidate: whether the runs say nothing of it.
    silent: Vec<bool>,
}

/// A member of the frontier under the landscape's own law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// Which candidate.
    pub index: u32,
    /// What picking it adds to its loss, nats per token.
    pub optimism_nats: f64,
    /// Where the loss of a run of it will lie, nats per token, corrected for having been picked; or why nobody knows.
    pub loss: Result<Interval, NoInterval>,
}

/// What one law says.
struct Opinion {
    /// By rising latency and falling loss.
    frontier: Vec<u32>,
    /// Losses of these.
    losses: Vec<f64>,
}

impl Confidence {
    /// On the frontier in more than this share of the resamples an architecture is robust.
    pub const ROBUST: f64 = 0.5;

    /// Asks every law; `None` if there are none, or if the watcher asked to stop. Progress counts laws.
    pub fn of(landscape: &Landscape, evidence: &Evidence, question: Question<'_>, watch: &dyn Watch) -> Option<Self> {
        let Question { objective, budgets, level } = question;
        let sweep = &landscape.sweep;
        let laws = &evidence.ensemble.laws;
        let own = landscape.feasible_frontier(objective, budgets);
        let feasible: Vec<u32> = landscape
            .fastest_first(objective)
            .iter()
            .copied()
            .filter(|&candidate| budgets.admits(sweep, candidate as usize))
            .collect();
        let latency_s = sweep.latency_s(objective);
        let done = AtomicUsize::new(0);
        let opinion = |losses: &mut Vec<f64>, law: &Coefficients| {
            if watch.cancelled() {
                return None;
            }
            let law = law.with_penalty(landscape.law.coefficients.penalty_nats());
            sweep.fill_losses(&law, losses);
            let finished = done.fetch_add(1, Ordering::Relaxed) + 1;
            watch.progress(finished, laws.len());
            let frontier = frontier(&feasible, latency_s, losses);
            let losses = frontier.iter().map(|&member| losses[member as usize]).collect();
            Some(Opinion { frontier, losses })
        };
        let opinions: Vec<Opinion> = laws
            .par_iter()
            .map_init(|| vec![0.0; sweep.len()], opinion)
            .collect::<Option<_>>()
            .filter(|opinions: &Vec<Opinion>| !opinions.is_empty())?;

        let mut times = vec![0; sweep.len()];
        for &member in opinions.iter().flat_map(|opinion| &opinion.frontier) {
            times[member as usize] += 1;
        }
        let features = |index: usize| sweep.architecture(index).features();
        let silent = (0..sweep.len())
            .into_par_iter()
            .map(|index| evidence.silence(&landscape.law, &features(index)).is_some())
            .collect();
        let worth = worth(landscape, laws, &times);
        let member = |&index: &u32| {
            let optimism_nats = optimism(&opinions, &worth, latency_s, latency_s[index as usize]);
            let loss = evidence.loss_interval(&landscape.law, &features(index as usize), level);
            Member { index, optimism_nats, loss: loss.map(|interval| interval.map(|nats| nats + optimism_nats)) }
        };
        let band = own.iter().map(member).collect();
        Some(Self { level, resamples: opinions.len(), band, times, silent })
    }

    /// What is known of a candidate as a member of the frontier; `None` if it is none.
    pub fn member(&self, index: usize) -> Option<&Member> {
        self.band.iter().find(|member| member.index as usize == index)
    }

    /// Share of the laws under which a candidate is on the frontier; `None` where the runs say nothing of it.
    pub fn frontier_probability(&self, index: usize) -> Option<f64> {
        (!self.silent[index]).then(|| f64::from(self.times[index]) / self.resamples as f64)
    }

    /// Whether that is more than half of them.
    pub fn is_robust(&self, index: usize) -> bool {
        self.frontier_probability(index).is_some_and(|share| share > Self::ROBUST)
    }

    /// How many of the band's members are robust.
    pub fn robust_members(&self) -> usize {
        self.band.iter().filter(|member| self.is_robust(member.index as usize)).count()
    }
}

/// What the mean law of each half of the resamples says of the candidates that any law picked. Even resamples are one
/// half, odd ones the other.
fn worth(landscape: &Landscape, laws: &[Coefficients], times: &[u32]) -> HashMap<u32, [f64; 2]> {
    let penalty_nats = landscape.law.coefficients.penalty_nats();
    let picked: Vec<u32> = (0..times.len() as u32).filter(|&index| times[index as usize] > 0).collect();
    picked
        .into_par_iter()
        .map(|index| {
            let shape = landscape.sweep.architecture(index as usize).features();
            let half = |first: usize| {
                let losses = laws.iter().skip(first).step_by(2).map(|law| law.with_penalty(penalty_nats).loss(&shape));
                mean(losses).unwrap_or(f64::NAN)
            };
            (index, [half(0), half(1)])
        })
        .collect()
}

/// By how much a law's own pick within a latency looks better to it than to the other half, on average.
fn optimism(opinions: &[Opinion], worth: &HashMap<u32, [f64; 2]>, latency_s: &[f64], within_s: f64) -> f64 {
    let of = |(place, opinion): (usize, &Opinion)| {
        let picked = opinion.frontier.partition_point(|&index| latency_s[index as usize] <= within_s).checked_sub(1)?;
        let judged = worth.get(&opinion.frontier[picked])?[1 - place % 2];
        Some(judged - opinion.losses[picked]).filter(|nats| nats.is_finite())
    };
    mean(opinions.iter().enumerate().filter_map(of)).unwrap_or_default().max(0.0)
}

/// The non-dominated ones of candidates in the order of their latency, whatever the order of those that are equal in it.
fn frontier(by_latency: &[u32], latency_s: &[f64], loss: &[f64]) -> Vec<u32> {
    let mut front = Vec::new();
    let mut best = None;
    for equals in by_latency.chunk_by(|&a, &b| latency_s[a as usize] == latency_s[b as usize]) {
        let least = equals.iter().map(|&candidate| loss[candidate as usize]).fold(f64::INFINITY, f64::min);
        if best.is_none_or(|best| least < best) {
            front.extend(equals.iter().filter(|&&candidate| loss[candidate as usize] == least));
            best = Some(least);
        }
    }
    front
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Limit;
    use crate::fixtures::{TABLE_6, agx_orin, paper_landscape, paper_law, paper_space};
    use crate::law::Ensemble;
    use crate::law::fit::FitError;
    use crate::law::forms::Eq2;
    use crate::precision::Precision;
    use crate::roofline::Estimator;
    use crate::space::Space;
    use crate::sweep::Sweep;
    use crate::workload::Workload;

    /// Laws that differ in what depth, width and sparsity are worth, and so in the frontier.
    fn evidence(laws: usize) -> Evidence {
        let law = |i: usize| {
            let turn = |by: usize| ((i * by) % 7) as f64 / 7.0 - 0.4;
            let alpha_l = TABLE_6.alpha_l * (1.0 + 0.3 * turn(3));
            Eq2 { alpha_l, kappa_rho: TABLE_6.kappa_rho * (1.0 + turn(5)), kappa_m: 0.2 + 0.2 * turn(2), ..TABLE_6 }
        };
        without_folds((0..laws).map(|i| law(i).into()).collect())
    }

    fn without_folds(laws: Vec<Coefficients>) -> Evidence {
        let ensemble = Ensemble { laws, fitted: Vec::new(), seed: 0, redrawn: 0 };
        Evidence { ensemble, conformal: Err(FitError::OtherRuns) }
    }

    fn small_space() -> Space {
        Space {
            layers: vec![4, 12, 24],
            widths: vec![768, 1536, 2560],
            ffn_ratios: vec![0.5, 1.0, 4.0],
            ..paper_space()
        }
    }

    /// Eq. 5 word for word, in O(n²).
    fn by_definition(feasible: &[usize], latency_s: &[f64], loss: &[f64]) -> Vec<usize> {
        let dominated = |&i: &usize| {
            feasible.iter().any(|&j| {
                latency_s[j] <= latency_s[i] && loss[j] <= loss[i] && (latency_s[j] < latency_s[i] || loss[j] < loss[i])
            })
        };
        feasible.iter().copied().filter(|i| !dominated(i)).collect()
    }

    #[test]
    fn shares_and_optimism_equal_those_of_every_law_on_its_own() {
        let evidence = evidence(9);
        // Where nothing is generated every decode time is 0, so all candidates are equal in it.
        for (objective, generated_tokens) in
            [(Objective::Total, 16), (Objective::Decode, 16), (Objective::Decode, 0), (Objective::Prefill, 0)]
        {
            let workload = Workload { generated_tokens, ..Workload::default() };
            let estimator = Estimator::new(&agx_orin(), Precision::FP16, workload).unwrap();
            let landscape = Landscape::new(&small_space(), paper_law(), estimator);
            for budgets in [Budgets::NONE, Budgets::NONE.with(Limit::Prefill, 0.03).with(Limit::Memory, 3e9)] {
                let question = Question { objective, budgets: &budgets, level: 0.8 };
                let found = Confidence::of(&landscape, &evidence, question, &()).unwrap();
                let sweep = &landscape.sweep;
                let feasible: Vec<usize> = (0..sweep.len()).filter(|&index| budgets.admits(sweep, index)).collect();
                assert!(feasible.len() > 20);
                let priced: Vec<Sweep> =
                    evidence.ensemble.laws.iter().map(|law| Sweep::new(&small_space(), law, &estimator)).collect();
                let mut times = vec![0; sweep.len()];
                for priced in &priced {
                    for member in by_definition(&feasible, priced.latency_s(objective), &priced.loss) {
                        times[member] += 1;
                    }
                }
                for (index, &times) in times.iter().enumerate() {
                    let share = Some(f64::from(times) / 9.0);
                    assert_eq!(found.frontier_probability(index), share, "{objective:?} {index}");
                    assert_eq!(found.is_robust(index), times >= 5);
                }
                let own = landscape.feasible_frontier(objective, &budgets);
                assert_eq!(found.band.iter().map(|member| member.index).collect::<Vec<_>>(), own);
                assert_eq!((found.resamples, found.level), (9, 0.8));
                for member in &found.band {
                    assert_eq!(member.loss, Err(NoInterval::NoFolds));
                    let optimism_nats = optimism_by_definition(&priced, &feasible, objective, member.index as usize);
                    assert!((member.optimism_nats - optimism_nats).abs() < 1e-12, "{member:?} {optimism_nats}");
                }
            }
        }
    }

    /// Each law's pick no slower than `index`, held against the mean law of those of the other parity.
    fn optimism_by_definition(priced: &[Sweep], feasible: &[usize], objective: Objective, index: usize) -> f64 {
        let latency_s = priced[0].latency_s(objective);
        let sum: f64 = priced
            .iter()
            .enumerate()
            .map(|(place, own)| {
                let in_time = feasible.iter().copied().filter(|&other| latency_s[other] <= latency_s[index]);
                let pick = in_time.min_by(|&a, &b| own.loss[a].total_cmp(&own.loss[b])).unwrap();
                let others: Vec<f64> = priced
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| other % 2 != place % 2)
                    .map(|(_, other)| other.loss[pick])
                    .collect();
                others.iter().sum::<f64>() / others.len() as f64 - own.loss[pick]
            })
            .sum();
        (sum / priced.len() as f64).max(0.0)
    }

    #[test]
    fn under_its_own_law_alone_the_frontier_is_certain() {
        let landscape = paper_landscape();
        let own = without_folds(vec![TABLE_6.into(); 2]);
        let budgets = Budgets::NONE.with(Limit::Total, 0.1);
        let question = Question { objective: Objective::Total, budgets: &budgets, level: 0.9 };
        let found = Confidence::of(&landscape, &own, question, &()).unwrap();
        let front = landscape.feasible_frontier(Objective::Total, &budgets);
        for index in 0..landscape.sweep.len() {
            let certain = front.contains(&(index as u32));
            assert_eq!(found.frontier_probability(index), Some(f64::from(u8::from(certain))));
        }
        assert_eq!(found.robust_members(), front.len());
        for (&index, member) in front.iter().zip(&found.band) {
            assert_eq!(index, member.index);
            assert!(member.optimism_nats < 1e-12, "who agrees with himself is not misled: {member:?}");
        }
    }

    #[test]
    fn a_format_s_penalty_moves_no_share() {
        let evidence = evidence(9);
        let asked = |nats| {
            let precision = Precision::FP16.with_loss_penalty(nats);
            let estimator = Estimator::new(&agx_orin(), precision, Workload::default()).unwrap();
            let landscape = Landscape::new(&small_space(), paper_law(), estimator);
            let question = Question { objective: Objective::Total, budgets: &Budgets::NONE, level: 0.8 };
            Confidence::of(&landscape, &evidence, question, &()).unwrap()
        };
        let (plain, raised) = (asked(0.0), asked(0.03));
        assert_eq!(raised.times, plain.times);
        assert_eq!(raised.band.len(), plain.band.len());
        for (raised, plain) in raised.band.iter().zip(&plain.band) {
            assert!((raised.optimism_nats - plain.optimism_nats).abs() < 1e-12);
        }
    }

    /// Stops after some questions.
    struct Impatient {
        asked: AtomicUsize,
        patience: usize,
        laws: AtomicUsize,
    }

    impl Watch for Impatient {
        fn cancelled(&self) -> bool {
            self.asked.fetch_add(1, Ordering::Relaxed) >= self.patience
        }

        fn progress(&self, done: usize, of: usize) {
            assert!((1..=of).contains(&done));
            self.laws.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_watcher_sees_every_law_and_can_stop() {
        let (landscape, evidence) = (paper_landscape(), evidence(20));
        let question = Question { objective: Objective::Total, budgets: &Budgets::NONE, level: 0.9 };
        let watch = |patience| Impatient { asked: AtomicUsize::new(0), patience, laws: AtomicUsize::new(0) };
        let patient = watch(usize::MAX);
        assert!(Confidence::of(&landscape, &evidence, question, &patient).is_some());
        assert_eq!(patient.laws.into_inner(), 20);
        let impatient = watch(5);
        assert_eq!(Confidence::of(&landscape, &evidence, question, &impatient), None);
        assert_eq!(impatient.laws.into_inner(), 5);
        let none = without_folds(Vec::new());
        assert_eq!(Confidence::of(&landscape, &none, question, &()), None);
    }
}
