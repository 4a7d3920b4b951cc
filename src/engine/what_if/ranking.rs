//! Which board, in which mode, does it with the least watts.
//!
//! Watts are those of the power budget of a mode. So this ranks what has to be supplied and cooled, not what is drawn.
//! A mode without stated watts cannot be the cheapest and is ranked behind those with watts.

use std::cmp::Ordering;
use std::fmt;

use crate::architecture::Architecture;
use crate::budget::{Budgets, Limit};
use crate::hardware::Hardware;
use crate::latency::Latency;
use crate::roofline::{Estimator, UnsupportedFormat};
use crate::units;

/// What an architecture needs on a board, as budgets see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Needs {
    /// By phase.
    pub latency: Latency,
    /// With everything in it.
    pub memory_bytes: f64,
    /// Of the workload.
    pub generated_tokens: u32,
    /// Per request, at most; `None` where no watts are stated.
    pub energy_j: Option<f64>,
}

impl Needs {
    /// Of one architecture.
    pub fn of(estimator: &Estimator, shape: &Architecture) -> Self {
        let latency = estimator.latency(shape);
        Self {
            latency,
            memory_bytes: estimator.memory(shape).total_bytes(),
            generated_tokens: estimator.workload().generated_tokens,
            energy_j: estimator.power().map(|power| power.request_j(latency.total_s())),
        }
    }

    /// The quantity that a budget limits, seconds, bytes or joules; infinite where it is unknown, so that no budget is
    /// kept by it.
    pub fn value(&self, limit: Limit) -> f64 {
        match limit {
            Limit::Total => self.latency.total_s(),
            Limit::Prefill => self.latency.prefill_s,
            Limit::Tpot => self.latency.tpot_s(self.generated_tokens).unwrap_or(f64::INFINITY),
            Limit::Memory => self.memory_bytes,
            Limit::Energy => self.energy_j.unwrap_or(f64::INFINITY),
        }
    }

    /// Whether every budget is kept.
    pub fn keep(&self, budgets: &Budgets) -> bool {
        budgets.active().all(|(limit, most)| self.value(limit) <= most)
    }
}

/// Why a board will not do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shortfall {
    /// A budget is broken.
    Over {
        /// Which.
        limit: Limit,
        /// What would be needed.
        needed: f64,
        /// What is allowed.
        allowed: f64,
    },
    /// It does not fit.
    TooSmall {
        /// What would be needed.
        needed_bytes: f64,
        /// What a program can have.
        memory_bytes: f64,
    },
}

impl Shortfall {
    /// What is needed over what there is, above 1.
    pub fn excess(&self) -> f64 {
        match *self {
            Self::Over { needed, allowed, .. } => needed / allowed,
            Self::TooSmall { needed_bytes, memory_bytes } => needed_bytes / memory_bytes,
        }
    }
}

/// `total 112 ms`, rounded up so that what is said would suffice.
impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Over { limit, needed, .. } if needed.is_infinite() => write!(f, "{} is not known", limit.label()),
            Self::Over { limit, needed, .. } => {
                write!(f, "{} {}", limit.label(), limit.text(units::rounded_up(needed, 3)))
            }
            Self::TooSmall { needed_bytes, memory_bytes } => {
                let needed = units::bytes(units::rounded_up(needed_bytes, 3));
                write!(f, "needs {needed} of {}", units::bytes(memory_bytes))
            }
        }
    }
}

/// How a board in one of its modes stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It fits, and every budget is kept.
    Meets(Needs),
    /// It does not fit, or budgets are broken: which.
    Fails(Needs, Vec<Shortfall>),
    /// It lacks the number format.
    CannotCompute(UnsupportedFormat),
}

impl Standing {
    fn of(board: &Hardware, estimator: &Estimator, shape: &Architecture, budgets: &Budgets) -> Self {
        let needs = match estimator.on(board) {
            Ok(there) => Needs::of(&there, shape),
            Err(refusal) => return Self::CannotCompute(refusal),
        };
        let memory_bytes = board.memory_bytes;
        let over = budgets.active().filter_map(|(limit, allowed)| {
            let needed = needs.value(limit);
            (needed > allowed).then_some(Shortfall::Over { limit, needed, allowed })
        });
        let needed_bytes = needs.memory_bytes;
        let too_small = (needed_bytes > memory_bytes).then_some(Shortfall::TooSmall { needed_bytes, memory_bytes });
        let shortfalls: Vec<Shortfall> = over.chain(too_small).collect();
        if shortfalls.is_empty() { Self::Meets(needs) } else { Self::Fails(needs, shortfalls) }
    }

    /// What it needs there, where that can be computed.
    pub const fn needs(&self) -> Option<&Needs> {
        match self {
            Self::Meets(needs) | Self::Fails(needs, _) => Some(needs),
            Self::CannotCompute(_) => None,
        }
    }
}

/// A board in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Which of those that were ranked.
    pub offer: usize,
    /// Its power budget.
    pub watts: Option<f64>,
    /// Whether it will do, and why not.
    pub standing: Standing,
}

impl Placed {
    /// Whether it will do, at a stated cost.
    pub const fn is_in_the_running(&self) -> bool {
        matches!((&self.standing, self.watts), (Standing::Meets(_), Some(_)))
    }

    /// What it is ordered by: kind, then watts or how far it falls short, then latency.
    fn key(&self) -> (u8, f64, f64) {
        match (&self.standing, self.watts) {
            (Standing::Meets(needs), Some(watts)) => (0, watts, needs.latency.total_s()),
            (Standing::Meets(needs), None) => (1, 0.0, needs.latency.total_s()),
            (Standing::Fails(needs, shortfalls), _) => {
                let excess = shortfalls.iter().map(Shortfall::excess).fold(1.0, f64::max);
                (2, excess, needs.latency.total_s())
            }
            (Standing::CannotCompute(_), watts) => (3, watts.unwrap_or(f64::INFINITY), 0.0),
        }
    }
}

/// Ranks boards for one architecture. First come those that keep the budgets, by rising watts, and by latency where
/// watts are equal. Then come those that keep them at unstated watts, then those that do not keep them, the nearest
/// first, then those that cannot compute the number format. `estimator` gives format, workload and attention; its board
/// is not used.
pub fn rank(offers: &[Hardware], estimator: &Estimator, shape: &Architecture, budgets: &Budgets) -> Vec<Placed> {
    let place = |(offer, there): (usize, &Hardware)| Placed {
        offer,
        watts: there.watts,
        standing: Standing::of(there, estimator, shape, budgets),
    };
    let mut ranking: Vec<Placed> = offers.iter().enumerate().map(place).collect();
    ranking.sort_by(|a, b| {
        let (a, b) = (a.key(), b.key());
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then_with(|| a.2.total_cmp(&b.2)).then(Ordering::Equal)
    });
    ranking
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;
    use crate::precision::ComputeFormat;
    use crate::precision::Precision;
    use crate::reference::QWEN2_5_0_5B;
    use crate::workload::Workload;
    use proptest::prelude::*;

    fn offer(bandwidth: f64, memory_bytes: f64, watts: Option<f64>) -> Hardware {
        let hardware =
            Hardware { bandwidth_bytes_per_s: bandwidth, memory_bytes, int8_flops_per_s: None, ..agx_orin() };
        Hardware { watts, ..hardware }
    }

    fn estimator(precision: Precision) -> Estimator {
        Estimator::new(&agx_orin(), precision, Workload::default()).unwrap()
    }

    #[test]
    fn each_kind_stands_in_its_place_with_its_reason() {
        let budgets = Budgets::NONE.with(Limit::Total, 0.2);
        let offers = [
            offer(204.8e9, 64e9, Some(50.0)),
            offer(204.8e9, 64e9, None),
            offer(102.4e9, 64e9, Some(15.0)),
            offer(51.2e9, 64e9, Some(15.0)),
            offer(204.8e9, 0.5e9, Some(5.0)),
            offer(20e9, 64e9, Some(7.0)),
        ];
        let ranking = rank(&offers, &estimator(Precision::FP16), &QWEN2_5_0_5B, &budgets);
        let order: Vec<usize> = ranking.iter().map(|placed| placed.offer).collect();
        // Of equal watts the faster first; 0.988 GB of weights in 0.5 GB is a worse miss than a slow memory.
        let slow = estimator(Precision::FP16).on(&offers[5]).unwrap().latency(&QWEN2_5_0_5B).total_s();
        assert!(slow / 0.2 > 2.5, "{slow}");
        assert_eq!(order[..2], [2, 0]);
        assert_eq!(order.len(), 6);
        let why = |offer: usize| match &ranking.iter().find(|placed| placed.offer == offer).unwrap().standing {
            Standing::Fails(_, shortfalls) => shortfalls.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            other => format!("{other:?}"),
        };
        assert!(why(4).starts_with("needs 1.0") && why(4).ends_with(" GB of 500 MB"), "{}", why(4));
        assert!(why(5).starts_with("total "), "{}", why(5));
        let refused = rank(&offers[..1], &estimator(Precision::W8A8), &QWEN2_5_0_5B, &budgets);
        assert!(matches!(&refused[0].standing, Standing::CannotCompute(why) if why.lacking == ComputeFormat::Int8));
    }

    proptest! {
        #[test]
        fn the_first_is_what_looking_at_all_of_them_finds(
            boards in prop::collection::vec((1u32..40, 1u32..12, prop::option::of(1u32..6)), 1..24),
            total_ms in 20u32..2000,
        ) {
            let offers: Vec<Hardware> = boards
                .iter()
                .map(|&(bandwidth, gigabytes, watts)| {
                    offer(f64::from(bandwidth) * 10e9, f64::from(gigabytes) * 0.3e9, watts.map(|w| f64::from(w) * 5.0))
                })
                .collect();
            let budgets = Budgets::NONE.with(Limit::Total, f64::from(total_ms) * 1e-3);
            let estimator = estimator(Precision::FP16);
            let ranking = rank(&offers, &estimator, &QWEN2_5_0_5B, &budgets);
            prop_assert_eq!(ranking.len(), offers.len());

            let mut cheapest: Option<(f64, f64)> = None;
            for offer in &offers {
                let there = Estimator::new(offer, Precision::FP16, Workload::default()).unwrap();
                let total_s = there.latency(&QWEN2_5_0_5B).total_s();
                let fits = there.memory(&QWEN2_5_0_5B).total_bytes() <= offer.memory_bytes;
                let Some(watts) = offer.watts.filter(|_| fits && total_s <= f64::from(total_ms) * 1e-3) else { continue };
                if cheapest.is_none_or(|best| (watts, total_s) < best) {
                    cheapest = Some((watts, total_s));
                }
            }
            let first = ranking.first().filter(|placed| placed.is_in_the_running());
            let found = first.map(|placed| (placed.watts.unwrap(), placed.standing.needs().unwrap().latency.total_s()));
            prop_assert_eq!(found, cheapest);
            let kinds: Vec<u8> = ranking.iter().map(|placed| placed.key().0).collect();
            prop_assert!(kinds.is_sorted());
        }
    }
}
