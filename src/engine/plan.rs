//! Which run next? The architectures whose training would tell most about what one is about to choose.
//!
//! The laws of an ensemble are equally good for the runs at hand, and they disagree about some architectures. If a law
//! with a higher loss at x also has a higher loss along the frontier, measuring x tells about the frontier too. For
//! laws that scatter like a normal distribution, measuring x leaves of the variance of a target t
//!
//! ```text
//! var(t | x) = var(t) − cov(t, x)² / (var(x) + σ²)               σ: noise of one run
//! ```
//!
//! **Why from the ensemble** and not from derivatives of the law at the optimum: resampled laws know the bounds, the
//! curvature and the trade-offs between coefficients. Where trade-offs make single coefficients meaningless, the losses
//! that they give together still have a covariance.
//!
//! **Why no law counts more than a few others.** Among many resamples a few may go wild where the runs show nothing.
//! Variances go by squares, so one such law could choose every run. So the losses of each shape are drawn in to three
//! robust standard deviations (1.4826 times the median absolute deviation) around their median. Losses that scatter
//! normally lose hardly anything by that: 0.3 % of them lie farther out.
//!
//! **Where one architecture will be chosen** the variance of its loss is the wrong measure: a run that tells how good the
//! whole neighbourhood is changes no choice. What counts is the regret, by how much what is chosen will be worse than what
//! would have been best. The rivals are the architectures that some law would choose. A run at x moves their mean losses
//! by covᵢ/√(var(x) + σ²) times a standard normal z, and the least of the moved means is what will then be chosen. So a run
//! is worth
//!
//! ```text
//! min over i of meanᵢ − E over z of min over i of (meanᵢ + z·cov(tᵢ, x)/√(var(x) + σ²))
//! ```
//!
//! the knowledge gradient for correlated beliefs (Frazier, Powell and Dayanik 2009, *The knowledge-gradient policy for
//! correlated normal beliefs*, Eq. 9 f.). Where no single run would change the choice, what tells most about the rivals'
//! differences is proposed.
//!
//! **Why one after the other.** The two best single runs are often twins. After each proposal the ensemble is moved to
//! where it would be once that run is known (the square-root form of the ensemble Kalman filter, which reproduces the
//! formula above exactly), and the next is proposed for what is then left.

use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView1, Axis, Zip};

use super::architecture::Architecture;
use super::features::Features;
use super::law::Coefficients;
use super::statistics::{centred, median, robust_sd_around};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct PlanQuestion<'a> {
    /// Laws that describe the runs at hand about equally well; two at least.
    pub laws: &'a [Coefficients],
    /// Standard deviation of one run around the law, nats per token: noise and what the law misses.
    pub noise_nats: f64,
    /// Where losses matter.
    pub targets: &'a [Features],
    /// What could be trained.
    pub candidates: &'a [Architecture],
    /// How many runs to propose.
    pub runs: usize,
    /// What makes one run better than another.
    pub worth: Worth,
    /// What the runs should tell about the targets.
    pub about: About,
}

/// What is to be known of the targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The loss of each.
    Losses,
    /// Which of them has the least loss.
    Choice,
}

/// What a proposal is ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Variance that it removes.
    Knowledge,
    /// Variance that it removes per training FLOP.
    KnowledgePerFlop,
}

/// One run, and what it would tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// Place among the candidates.
    pub candidate: usize,
    /// Standard deviation of its own loss among the laws, given the proposals before it, nats per token.
    pub loss_sd_nats: f64,
    /// Root mean variance of the targets' losses once it and all proposals before it are known, nats per token.
    pub target_sd_nats: f64,
    /// Share of the targets' variance that it removes, of what the proposals before it left; of the variance of their
    /// differences where one of them is chosen.
    pub variance_removed: f64,
    /// By how much the loss of what is chosen is expected to fall, nats per token; none where nothing is chosen.
    pub regret_removed_nats: Option<f64>,
}

/// Proposals in the order in which to run them, and the targets' root mean variance before any.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Nats per token.
    pub target_sd_nats: f64,
    /// Fewer than asked for if there are no more candidates, or nothing is left to learn.
    pub proposals: Vec<Proposal>,
}

/// Training cost: 6 FLOPs per token for each parameter that multiplies it (2 forward, 4 backward; Kaplan et al. 2020,
/// § 2.1). An embedding is looked up, not multiplied; the LM head counts.
pub fn training_flops_per_token(shape: &Architecture) -> f64 {
    let looked_up = if shape.tied { 0 } else { shape.parameters_vocab() / 2 };
    6.0 * (shape.parameters_active() - looked_up) as f64
}

/// Where the losses of the laws for one shape are cut off, robust standard deviations from their median.
const FARTHEST: f64 = 3.0;

/// Answers the question. Of candidates that the laws cannot tell apart, one is proposed. Ties go to the first
/// candidate, so the answer is the same for any number of threads.
pub fn plan(question: &PlanQuestion<'_>) -> Plan {
    let shapes: Vec<Features> = question.candidates.iter().map(Architecture::features).collect();
    let mut candidates = Scatter::of(question.laws, &shapes);
    let mut targets = Scatter::of(question.laws, question.targets);
    let rivals = match question.about {
        About::Losses => None,
        About::Choice => {
            targets.take_differences();
            Some(Rivals::of(question.laws, question.targets))
        }
    };
    let price: Vec<f64> = match question.worth {
        Worth::Knowledge => vec![1.0; shapes.len()],
        Worth::KnowledgePerFlop => question.candidates.iter().map(training_flops_per_token).collect(),
    };
    let noise = question.noise_nats.powi(2);
    let before = targets.mean_variance();
    let mut proposals: Vec<Proposal> = Vec::new();
    let mut open = vec![true; shapes.len()];
    while proposals.len() < question.runs && targets.mean_variance() > 0.0 {
        let best = (0..shapes.len())
            .into_par_iter()
            .filter(|&place| open[place])
            .map(|place| {
                let known = candidates.of_shape(place);
                let removed = targets.removed_by(known, noise);
                let regret = rivals.as_ref().map_or(0.0, |rivals| rivals.regret_removed(&targets, known, noise));
                ([regret / price[place], removed / price[place]], place)
            })
            .reduce_with(|a, b| if b.0 > a.0 || (b.0 == a.0 && b.1 < a.1) { b } else { a });
        let Some((_, place)) = best.filter(|([_, removed], _)| *removed > 0.0) else { break };
        close_twins(&mut open, question.laws, &shapes, place);
        let known = candidates.of_shape(place).to_owned();
        let left = targets.mean_variance();
        let regret = rivals.as_ref().map(|rivals| rivals.regret_removed(&targets, known.view(), noise));
        targets.learn(known.view(), noise);
        candidates.learn(known.view(), noise);
        proposals.push(Proposal {
            candidate: place,
            loss_sd_nats: candidates.variance(known.view()).sqrt(),
            target_sd_nats: targets.mean_variance().sqrt(),
            variance_removed: 1.0 - targets.mean_variance() / left,
            regret_removed_nats: regret,
        });
    }
    Plan { target_sd_nats: before.sqrt(), proposals }
}

/// Closes `place` and every candidate that no law tells from it: to these laws they are one run.
fn close_twins(open: &mut [bool], laws: &[Coefficients], shapes: &[Features], place: usize) {
    const SAME: f64 = 1e-12;
    let losses: Vec<f64> = laws.iter().map(|law| law.loss(&shapes[place])).collect();
    let is_same = |shape: &Features| {
        laws.iter().zip(&losses).all(|(law, &loss)| (law.loss(shape) - loss).abs() <= SAME * loss.abs())
    };
    open.par_iter_mut().zip(shapes).for_each(|(open, shape)| *open = *open && !is_same(shape));
    open[place] = false;
}

/// Mean losses of the targets of which one will be chosen, nats per token.
struct Rivals(Vec<f64>);

impl Rivals {
    /// The median of the laws: a few may go wild.
    fn of(laws: &[Coefficients], shapes: &[Features]) -> Self {
        let middle = |shape: &Features| median(laws.iter().map(|law| law.loss(shape))).unwrap_or_default();
        Self(shapes.iter().map(middle).collect())
    }

    /// By how much the least mean is expected to fall if the shape with these deviations is measured. What all rivals
    /// share changes no choice, and `scatter` is without it.
    fn regret_removed(&self, scatter: &Scatter, known: ArrayView1<'_, f64>, noise: f64) -> f64 {
        let spread = scatter.variance(known) + noise;
        if spread <= 0.0 {
            return 0.0;
        }
        let moves = scatter.0.dot(&known) / (scatter.degrees_of_freedom() * spread.sqrt());
        let least = |z: f64| self.0.iter().zip(&moves).map(|(mean, by)| mean + z * by).fold(f64::INFINITY, f64::min);
        let expected = Z.iter().map(|z| 0.5 * (least(*z) + least(-z))).sum::<f64>() / Z.len() as f64;
        (least(0.0) - expected).max(0.0)
    }
}

/// Middles of sixteen equally likely parts of the upper half of a standard normal distribution.
const Z: [f64; 16] = [
    0.039_176_085_503_097_64,
    0.117_769_874_579_095_3,
    0.197_099_084_294_312_3,
    0.277_690_439_821_576_76,
    0.360_129_891_789_569_4,
    0.445_096_524_985_516_33,
    0.533_409_706_241_280_5,
    0.626_099_012_346_421_3,
    0.724_514_383_492_365_3,
    0.830_510_878_205_399_2,
    0.946_781_756_301_045_6,
    1.077_515_567_040_280_3,
    1.229_858_759_216_589,
    1.417_797_137_996_267_3,
    1.675_939_722_773_443_6,
    2.153_874_694_061_455_5,
];

/// Deviations of each law's loss from the ensemble's mean: a row per shape, a column per law, nats per token.
struct Scatter(Array2<f64>);

impl Scatter {
    fn of(laws: &[Coefficients], shapes: &[Features]) -> Self {
        let mut deviations = Array2::zeros((shapes.len(), laws.len()));
        deviations.axis_iter_mut(Axis(0)).into_par_iter().zip(shapes).for_each(|(mut row, shape)| {
            let mut losses: Vec<f64> = laws.iter().map(|law| law.loss(shape)).collect();
            draw_in(&mut losses);
            row.assign(&ArrayView1::from(&centred(&losses)));
        });
        Self(deviations)
    }

    /// Takes from each row what all share, law by law.
    fn take_differences(&mut self) {
        if let Some(shared) = self.0.mean_axis(Axis(0)) {
            self.0 -= &shared;
        }
    }

    fn of_shape(&self, shape: usize) -> ArrayView1<'_, f64> {
        self.0.row(shape)
    }

    /// What sums of products are divided by, as in [`statistics::covariance`](super::statistics::covariance).
    fn degrees_of_freedom(&self) -> f64 {
        (self.0.ncols().max(2) - 1) as f64
    }

    fn variance(&self, deviations: ArrayView1<'_, f64>) -> f64 {
        deviations.dot(&deviations) / self.degrees_of_freedom()
    }

    /// Mean over the shapes, nats².
    fn mean_variance(&self) -> f64 {
        let variances = self.0.rows().into_iter().map(|row| self.variance(row));
        variances.sum::<f64>() / self.0.nrows().max(1) as f64
    }

    /// By how much the mean variance falls if the shape with these deviations is measured.
    fn removed_by(&self, known: ArrayView1<'_, f64>, noise: f64) -> f64 {
        let spread = self.variance(known) + noise;
        if spread <= 0.0 {
            return 0.0;
        }
        let covariances = self.0.dot(&known) / self.degrees_of_freedom();
        covariances.dot(&covariances) / spread / self.0.nrows().max(1) as f64
    }

    /// Moves every row to where it is once the shape with these deviations has been measured.
    fn learn(&mut self, known: ArrayView1<'_, f64>, noise: f64) {
        let spread = self.variance(known) + noise;
        if spread <= 0.0 {
            return;
        }
        // Deviations shrink by less than the mean moves: with this factor their variance is the formula's.
        let damped = 1.0 / (1.0 + (noise / spread).sqrt());
        let gains = self.0.dot(&known) * (damped / self.degrees_of_freedom() / spread);
        Zip::from(self.0.rows_mut()).and(&gains).par_for_each(|mut row, gain| row.scaled_add(-gain, &known));
    }
}

/// Winsorises values at [`FARTHEST`]. If most values are equal they stay as they are, because they have no spread.
fn draw_in(values: &mut [f64]) {
    let Some(middle) = median(values.iter().copied()) else { return };
    let deviation = robust_sd_around(middle, values).unwrap_or_default();
    if deviation > 0.0 {
        let [low, high] = [middle - FARTHEST * deviation, middle + FARTHEST * deviation];
        for value in values {
            *value = value.max(low).min(high);
        }
    }
}

#[cfg(test)]
mod choice;
#[cfg(test)]
mod tests {
    use linfa_linalg::qr::QRInto;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;
    use crate::fixtures::{paper_space, table_6};
    use crate::reference::QWEN2_5_0_5B;

    const NOISE_NATS: f64 = 0.02;

    /// Table 6 with every coefficient scattered by 5 %.
    fn laws(count: usize) -> Vec<Coefficients> {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut scattered = || {
            let law = table_6();
            Coefficients::by_name(law.form(), |key| {
                let step: f64 = StandardNormal.sample(&mut random);
                Ok::<_, ()>(law.value(key).unwrap() * (1.0 + 0.05 * step))
            })
            .unwrap()
        };
        (0..count).map(|_| scattered()).collect()
    }

    fn some(step: usize) -> Vec<Architecture> {
        paper_space().candidates().into_iter().step_by(step).collect()
    }

    fn features(shapes: &[Architecture]) -> Vec<Features> {
        shapes.iter().map(Architecture::features).collect()
    }

    /// The targets' mean variance after measuring some shapes at once, by the formula for several: `Σ_tt − Σ_tx·(Σ_xx + σ²)⁻¹·Σ_xt`.
    fn left_after(laws: &[Coefficients], targets: &[Features], known: &[Features]) -> f64 {
        let centred = |shapes: &[Features]| {
            let mut losses =
                Array2::from_shape_fn((shapes.len(), laws.len()), |(row, law)| laws[law].loss(&shapes[row]));
            for mut row in losses.rows_mut() {
                let sorted = |values: Vec<f64>| {
                    let mut values = values;
                    values.sort_by(f64::total_cmp);
                    f64::midpoint(values[values.len() / 2 - 1], values[values.len() / 2])
                };
                let middle = sorted(row.to_vec());
                let most = 3.0 * 1.4826 * sorted(row.iter().map(|loss| (loss - middle).abs()).collect());
                row.mapv_inplace(|loss| loss.clamp(middle - most, middle + most));
                let mean = row.sum() / row.len() as f64;
                row -= mean;
            }
            losses
        };
        let (t, x) = (centred(targets), centred(known));
        let degrees = (laws.len() - 1) as f64;
        let left = t.dot(&t.t()) / degrees;
        if known.is_empty() {
            return left.diag().sum() / targets.len() as f64;
        }
        let among = x.dot(&x.t()) / degrees + Array2::<f64>::eye(known.len()) * NOISE_NATS.powi(2);
        let across = t.dot(&x.t()) / degrees;
        let left = left - across.dot(&among.qr_into().unwrap().inverse().unwrap()).dot(&across.t());
        left.diag().sum() / targets.len() as f64
    }

    #[test]
    fn what_is_left_is_what_the_formula_for_all_runs_at_once_says() {
        let (laws, targets, candidates) = (laws(60), features(&some(900)), some(130));
        let worth = Worth::Knowledge;
        let question = PlanQuestion {
            laws: &laws,
            noise_nats: NOISE_NATS,
            targets: &targets,
            candidates: &candidates,
            runs: 4,
            worth,
            about: About::Losses,
        };
        let plan = plan(&question);
        assert!((plan.target_sd_nats.powi(2) / left_after(&laws, &targets, &[]) - 1.0).abs() < 1e-9);
        let mut known: Vec<Features> = Vec::new();
        for proposal in &plan.proposals {
            let left = left_after(&laws, &targets, &known);
            // Nothing else would have left less.
            let gain = |shape: &Architecture| {
                let with: Vec<Features> = known.iter().copied().chain([shape.features()]).collect();
                left - left_after(&laws, &targets, &with)
            };
            let best = candidates.iter().map(gain).fold(0.0, f64::max);
            known.push(candidates[proposal.candidate].features());
            let after = left_after(&laws, &targets, &known);
            assert!((proposal.target_sd_nats.powi(2) / after - 1.0).abs() < 1e-9, "{proposal:?}");
            assert!((proposal.variance_removed - (1.0 - after / left)).abs() < 1e-9);
            assert!((left - after) / best > 1.0 - 1e-9);
        }
        assert_eq!(plan.proposals.len(), 4);
    }

    #[test]
    fn per_flop_the_cheap_ones_come_first() {
        let (laws, targets, candidates) = (laws(60), features(&some(900)), some(130));
        let with = |worth| {
            let question = PlanQuestion {
                laws: &laws,
                noise_nats: NOISE_NATS,
                targets: &targets,
                candidates: &candidates,
                runs: 1,
                worth,
                about: About::Losses,
            };
            let first = plan(&question).proposals[0];
            (first.variance_removed, training_flops_per_token(&candidates[first.candidate]))
        };
        let (most, at) = with(Worth::Knowledge);
        let (less, cheaper) = with(Worth::KnowledgePerFlop);
        assert!(less <= most && cheaper < at && less / cheaper > most / at);
    }

    #[test]
    fn laws_that_agree_leave_nothing_to_learn() {
        let (targets, candidates) = (features(&some(900)), some(900));
        let laws = [table_6(); 5];
        let worth = Worth::Knowledge;
        let question = PlanQuestion {
            laws: &laws,
            noise_nats: NOISE_NATS,
            targets: &targets,
            candidates: &candidates,
            runs: 3,
            worth,
            about: About::Losses,
        };
        assert_eq!(plan(&question), Plan { target_sd_nats: 0.0, proposals: Vec::new() });
    }

    /// Deviations of 59 good laws and of one whose KV term is worth a hundred times as much.
    #[test]
    fn one_wild_law_chooses_nothing() {
        let (targets, candidates) = (features(&some(900)), some(130));
        let plan_by = |laws: &[Coefficients]| {
            let worth = Worth::Knowledge;
            plan(&PlanQuestion {
                laws,
                noise_nats: NOISE_NATS,
                targets: &targets,
                candidates: &candidates,
                runs: 3,
                worth,
                about: About::Losses,
            })
        };
        let good = laws(60);
        let mut with_a_wild_one = good.clone();
        let wild = |key: &str| Ok::<_, ()>(good[59].value(key).unwrap() * if key == "kappa_m" { 100.0 } else { 1.0 });
        with_a_wild_one[59] = Coefficients::by_name(good[59].form(), wild).unwrap();
        let [quiet, loud] = [plan_by(&good), plan_by(&with_a_wild_one)];
        let off = with_a_wild_one[59].loss(&targets[0]) - good[59].loss(&targets[0]);
        assert!(off > 20.0 * quiet.target_sd_nats, "{off}");
        // At most 3 robust standard deviations out, one law in 60 adds 9/60 to the variance.
        assert!((loud.target_sd_nats / quiet.target_sd_nats - 1.0).abs() < 0.12, "{quiet:?} {loud:?}");
        assert_eq!(loud.proposals[0].candidate, quiet.proposals[0].candidate);
    }

    #[test]
    fn what_the_laws_cannot_tell_apart_is_proposed_once() {
        // Without a KV term two architectures that differ in KV heads are one.
        let law = |law: &Coefficients| {
            Coefficients::by_name(law.form(), |key| {
                Ok::<_, ()>(if key == "kappa_m" { 0.0 } else { law.value(key).unwrap() })
            })
        };
        let laws: Vec<Coefficients> = laws(60).iter().map(|one| law(one).unwrap()).collect();
        let some = some(1300);
        let candidates: Vec<Architecture> =
            some.iter().flat_map(|&shape| [shape, Architecture { kv_heads: shape.heads, ..shape }]).collect();
        let targets = features(&some);
        let worth = Worth::Knowledge;
        let question = PlanQuestion {
            laws: &laws,
            noise_nats: NOISE_NATS,
            targets: &targets,
            candidates: &candidates,
            runs: candidates.len(),
            worth,
            about: About::Losses,
        };
        let proposed: Vec<usize> = plan(&question).proposals.iter().map(|proposal| proposal.candidate / 2).collect();
        let different: std::collections::BTreeSet<usize> = proposed.iter().copied().collect();
        assert!(!proposed.is_empty());
        assert_eq!(different.len(), proposed.len(), "{proposed:?}");
    }

    #[test]
    fn far_values_are_drawn_in_and_near_ones_stay() {
        let mut values = [1.0, 2.0, 3.0, 4.0, 100.0];
        draw_in(&mut values);
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 3.0 + 3.0 * 1.4826]);
        let mut equal = [1.0, 1.0, 1.0, 5.0];
        draw_in(&mut equal);
        assert_eq!(equal, [1.0, 1.0, 1.0, 5.0]);
    }

    #[test]
    fn training_costs_six_flops_for_each_parameter_that_multiplies() {
        let shape = QWEN2_5_0_5B;
        assert!(shape.tied);
        assert_eq!(training_flops_per_token(&shape), 6.0 * shape.parameters_total() as f64);
        let untied = Architecture { tied: false, ..shape };
        assert_eq!(training_flops_per_token(&untied), training_flops_per_token(&shape));
    }
}
