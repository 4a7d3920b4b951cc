//! How sure the frontier is: the share of the resampled laws under which an architecture is on it.
//!
//! Latencies come from the board and are the same under every law. Only the losses move. So each law of an [`Ensemble`]
//! computes the losses of all candidates anew, with [`AtDepths`](super::law::AtDepths) at the cost of some additions
//! each. Then it scans the candidates once in the order of their latency. An architecture that stays on the frontier
//! under most laws is a safe choice. Where each law prefers another neighbour, the runs do not decide between them.
//!
//! The scan is that of Eq. 5, as in [`pareto::frontier`](super::pareto::frontier), with one difference. Candidates of
//! equal latency are taken together, because their order by loss is another under each law.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::budget::Budgets;
use super::landscape::Landscape;
use super::law::fit::Watch;
use super::law::{Coefficients, Ensemble, Interval};
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
    /// The frontier under the landscape's own law by rising latency, with the interval of each loss, nats per token; `None`
    /// where a law gives no number.
    pub band: Vec<(u32, Option<Interval>)>,
    /// Per candidate: under how many laws it is on the frontier.
    times: Vec<u32>,
}

/// What one law says.
struct Opinion {
    frontier: Vec<u32>,
    /// Losses of the band's members, in its order.
    losses: Vec<f64>,
}

impl Confidence {
    /// On the frontier in more than this share of the resamples an architecture is robust.
    pub const ROBUST: f64 = 0.5;

    /// Asks every law; `None` if there are none, or if the watcher asked to stop. Progress counts laws.
    pub fn of(landscape: &Landscape, ensemble: &Ensemble, question: Question<'_>, watch: &dyn Watch) -> Option<Self> {
        let Question { objective, budgets, level } = question;
        let sweep = &landscape.sweep;
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
            watch.progress(finished, ensemble.laws.len());
            Some(Opinion {
                frontier: frontier(&feasible, latency_s, losses),
                losses: own.iter().map(|&member| losses[member as usize]).collect(),
            })
        };
        let opinions: Vec<Opinion> = ensemble
            .laws
            .par_iter()
            .map_init(|| vec![0.0; sweep.len()], opinion)
            .collect::<Option<_>>()
            .filter(|opinions: &Vec<Opinion>| !opinions.is_empty())?;

        let mut times = vec![0; sweep.len()];
        for &member in opinions.iter().flat_map(|opinion| &opinion.frontier) {
            times[member as usize] += 1;
        }
        let interval = |place: usize| {
            let mut losses: Vec<f64> = opinions.iter().map(|opinion| opinion.losses[place]).collect();
            Interval::of(&mut losses, level)
        };
        let band = own.iter().enumerate().map(|(place, &member)| (member, interval(place))).collect();
        Some(Self { level, resamples: opinions.len(), band, times })
    }

    /// Share of the laws under which a candidate is on the frontier.
    pub fn frontier_probability(&self, index: usize) -> f64 {
        f64::from(self.times[index]) / self.resamples as f64
    }

    /// Whether that is more than half of them.
    pub fn is_robust(&self, index: usize) -> bool {
        self.frontier_probability(index) > Self::ROBUST
    }

    /// How many of the band's members are robust.
    pub fn robust_members(&self) -> usize {
        self.band.iter().filter(|&&(member, _)| self.is_robust(member as usize)).count()
    }
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
    use crate::law::forms::Eq2;
    use crate::precision::Precision;
    use crate::roofline::Estimator;
    use crate::space::Space;
    use crate::sweep::Sweep;
    use crate::workload::Workload;

    /// Laws that differ in what depth, width and sparsity are worth, and so in the frontier.
    fn ensemble(laws: usize) -> Ensemble {
        let law = |i: usize| {
            let turn = |by: usize| ((i * by) % 7) as f64 / 7.0 - 0.4;
            let alpha_l = TABLE_6.alpha_l * (1.0 + 0.3 * turn(3));
            Eq2 { alpha_l, kappa_rho: TABLE_6.kappa_rho * (1.0 + turn(5)), kappa_m: 0.2 + 0.2 * turn(2), ..TABLE_6 }
        };
        Ensemble { laws: (0..laws).map(|i| law(i).into()).collect(), fitted: Vec::new(), seed: 0, redrawn: 0 }
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
    fn shares_and_band_equal_those_of_every_law_on_its_own() {
        let ensemble = ensemble(9);
        // Where nothing is generated every decode time is 0, so all candidates are equal in it.
        for (objective, generated_tokens) in
            [(Objective::Total, 16), (Objective::Decode, 16), (Objective::Decode, 0), (Objective::Prefill, 0)]
        {
            let workload = Workload { generated_tokens, ..Workload::default() };
            let estimator = Estimator::new(&agx_orin(), Precision::FP16, workload).unwrap();
            let landscape = Landscape::new(&small_space(), paper_law(), estimator);
            for budgets in [Budgets::NONE, Budgets::NONE.with(Limit::Prefill, 0.03).with(Limit::Memory, 3e9)] {
                let question = Question { objective, budgets: &budgets, level: 0.8 };
                let found = Confidence::of(&landscape, &ensemble, question, &()).unwrap();
                let sweep = &landscape.sweep;
                let feasible: Vec<usize> = (0..sweep.len()).filter(|&index| budgets.admits(sweep, index)).collect();
                assert!(feasible.len() > 20);
                let mut times = vec![0; sweep.len()];
                let own = landscape.feasible_frontier(objective, &budgets);
                let mut losses = vec![Vec::new(); own.len()];
                for law in &ensemble.laws {
                    let priced = Sweep::new(&small_space(), law, &estimator);
                    for member in by_definition(&feasible, priced.latency_s(objective), &priced.loss) {
                        times[member] += 1;
                    }
                    own.iter().zip(&mut losses).for_each(|(&member, losses)| losses.push(priced.loss[member as usize]));
                }
                for (index, &times) in times.iter().enumerate() {
                    assert_eq!(found.frontier_probability(index), f64::from(times) / 9.0, "{objective:?} {index}");
                    assert_eq!(found.is_robust(index), times >= 5);
                }
                let band: Vec<_> =
                    own.iter().zip(&mut losses).map(|(&member, losses)| (member, Interval::of(losses, 0.8))).collect();
                assert_eq!((found.band, found.resamples, found.level), (band, 9, 0.8));
            }
        }
    }

    #[test]
    fn under_its_own_law_alone_the_frontier_is_certain() {
        let landscape = paper_landscape();
        let own = Ensemble { laws: vec![TABLE_6.into()], fitted: Vec::new(), seed: 0, redrawn: 0 };
        let budgets = Budgets::NONE.with(Limit::Total, 0.1);
        let question = Question { objective: Objective::Total, budgets: &budgets, level: 0.9 };
        let found = Confidence::of(&landscape, &own, question, &()).unwrap();
        let front = landscape.feasible_frontier(Objective::Total, &budgets);
        for index in 0..landscape.sweep.len() {
            let certain = front.contains(&(index as u32));
            assert_eq!(found.frontier_probability(index), f64::from(u8::from(certain)));
        }
        assert_eq!(found.robust_members(), front.len());
        for (&member, (banded, interval)) in front.iter().zip(&found.band) {
            let loss = landscape.sweep.loss[member as usize];
            assert_eq!((member, *interval), (*banded, Some(Interval { low: loss, high: loss })));
        }
    }

    #[test]
    fn a_format_s_penalty_moves_the_band_and_no_share() {
        let ensemble = ensemble(9);
        let asked = |nats| {
            let precision = Precision::FP16.with_loss_penalty(nats);
            let estimator = Estimator::new(&agx_orin(), precision, Workload::default()).unwrap();
            let landscape = Landscape::new(&small_space(), paper_law(), estimator);
            let question = Question { objective: Objective::Total, budgets: &Budgets::NONE, level: 0.8 };
            Confidence::of(&landscape, &ensemble, question, &()).unwrap()
        };
        let (plain, raised) = (asked(0.0), asked(0.03));
        assert_eq!(raised.times, plain.times);
        assert_eq!(raised.band.len(), plain.band.len());
        for ((member, raised), (same, plain)) in raised.band.into_iter().zip(plain.band) {
            let (raised, plain) = (raised.unwrap(), plain.unwrap());
            assert_eq!(member, same);
            assert!((raised.low - plain.low - 0.03).abs() < 1e-12 && (raised.high - plain.high - 0.03).abs() < 1e-12);
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
        let (landscape, ensemble) = (paper_landscape(), ensemble(20));
        let question = Question { objective: Objective::Total, budgets: &Budgets::NONE, level: 0.9 };
        let watch = |patience| Impatient { asked: AtomicUsize::new(0), patience, laws: AtomicUsize::new(0) };
        let patient = watch(usize::MAX);
        assert!(Confidence::of(&landscape, &ensemble, question, &patient).is_some());
        assert_eq!(patient.laws.into_inner(), 20);
        let impatient = watch(5);
        assert_eq!(Confidence::of(&landscape, &ensemble, question, &impatient), None);
        assert_eq!(impatient.laws.into_inner(), 5);
        let none = Ensemble { laws: Vec::new(), ..ensemble };
        assert_eq!(Confidence::of(&landscape, &none, question, &()), None);
    }
}
