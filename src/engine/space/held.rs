//! A space held at the runs' own values where a law is blind.
//!
//! A law that cannot see an axis takes whatever is cheapest on it: of runs with r 4 and two query heads for each KV head
//! every best architecture would be dense, with r 0.5 and one KV head, under the law and under every resample. Nothing
//! in the runs speaks for that. So along such an axis the space stays where the runs are. Depth and width are not held:
//! without them there is nothing to choose, and a law that is blind to one of them has no intervals there.

use super::{KvHeads, Space};
use crate::features::Axis;
use crate::law::LossLaw;
use crate::units::ratio;

/// Equal to rounding.
const SAME: f64 = 1e-9;

/// What becomes of the axes of a space that a law cannot see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlindAxes {
    /// They stay at the values of the law's runs.
    Held,
    /// They are as the space has them.
    Free,
}

impl BlindAxes {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Held, Self::Free];

    /// As typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Free => "free",
        }
    }
}

impl Space {
    /// The space as far as a law may choose in it, and the law, which says so.
    pub fn under(self, law: LossLaw, blind: BlindAxes) -> (Self, LossLaw) {
        match blind {
            BlindAxes::Held => self.held_to(law),
            BlindAxes::Free => (self, law),
        }
    }

    /// The same space without what the runs of a law say nothing about, and the law, which says in words what that
    /// leaves; no words where nothing is left out. An axis on which the space has none of the runs' values takes theirs if they are one
    /// value, and stays open otherwise.
    #[must_use]
    pub fn held_to(&self, law: LossLaw) -> (Self, LossLaw) {
        let (mut held, mut words) = (self.clone(), Vec::new());
        for axis in law.coefficients.blind_axes() {
            let found = match axis {
                Axis::FfnRatio => held.hold_ratios(&law),
                Axis::ActivationRate => held.hold_experts(&law),
                Axis::KvDim => held.hold_kv_heads(&law),
                Axis::Layers | Axis::Width => None,
            };
            words.extend(found);
        }
        (held, LossLaw { held_at: words, ..law })
    }

    fn hold_ratios(&mut self, law: &LossLaw) -> Option<String> {
        let [low, high] = law.range.ffn_ratio;
        let within = |value: f64| value >= low * (1.0 - SAME) && value <= high * (1.0 + SAME);
        let mut kept: Vec<f64> = self.ffn_ratios.iter().copied().filter(|&value| within(value)).collect();
        if kept.is_empty() && high / low < 1.0 + SAME {
            kept.push(low);
        }
        if kept.is_empty() || kept.len() == self.ffn_ratios.len() {
            return None;
        }
        self.ffn_ratios = kept;
        let values: Vec<String> = self.ffn_ratios.iter().map(|&value| ratio(value)).collect();
        Some(format!("FFN ratio {}", values.join(", ")))
    }

    fn hold_experts(&mut self, law: &LossLaw) -> Option<String> {
        let [low, high] = law.range.activation_rate;
        let rate = |&(experts, top_k): &(u32, u32)| f64::from(top_k) / f64::from(experts);
        let within = |pair: &(u32, u32)| rate(pair) >= low * (1.0 - SAME) && rate(pair) <= high * (1.0 + SAME);
        let mut kept: Vec<(u32, u32)> = self.experts.iter().copied().filter(within).collect();
        if kept.is_empty() && low > 1.0 - SAME {
            kept.push((1, 1));
        }
        if kept.is_empty() || kept.len() == self.experts.len() {
            return None;
        }
        self.experts = kept;
        let name = |&(experts, top_k): &(u32, u32)| match experts {
            1 => "dense".to_owned(),
            _ => format!("{experts}/{top_k} experts"),
        };
        Some(self.experts.iter().map(name).collect::<Vec<_>>().join(", "))
    }

    fn hold_kv_heads(&mut self, law: &LossLaw) -> Option<String> {
        let group = law.query_heads_per_kv_head?;
        self.kv_heads = vec![if group == 1 { KvHeads::SameAsHeads } else { KvHeads::Grouped(group) }];
        Some(match group {
            1 => "as many KV heads as heads".to_owned(),
            _ => format!("1 KV head for {group} heads"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{TABLE_6, paper_law, paper_space};
    use crate::law::forms::Eq2;

    #[test]
    fn a_law_that_sees_everything_holds_nothing() {
        let space = paper_space();
        assert_eq!(space.held_to(paper_law()), (space.clone(), paper_law()));
    }

    #[test]
    fn what_a_law_is_blind_to_stays_where_the_runs_are() {
        let blind = Eq2 { kappa_rho: 0.0, alpha_r: 0.0, kappa_m: 0.0, alpha_m: 0.0, ..TABLE_6 };
        let mut law = LossLaw { coefficients: blind.into(), query_heads_per_kv_head: Some(2), ..paper_law() };
        law.range.ffn_ratio = [4.0; 2];
        law.range.activation_rate = [1.0; 2];
        let (held, said) = paper_space().held_to(law.clone());
        assert_eq!(said.held_at, ["FFN ratio 4", "1 KV head for 2 heads", "dense"]);
        assert!(!held.is_empty() && held.len() == held.shapes().len() as u64 * held.layers.len() as u64);
        for shape in held.shapes() {
            assert_eq!((shape.ffn_ratio(), shape.experts, shape.heads), (4.0, 1, 2 * shape.kv_heads));
        }
        // A value that the space lacks is taken from the runs; several that it lacks leave it open.
        law.range.ffn_ratio = [3.0; 2];
        assert_eq!(paper_space().held_to(law.clone()).0.ffn_ratios, [3.0]);
        law.range.ffn_ratio = [2.7, 2.9];
        assert_eq!(paper_space().held_to(law).0.ffn_ratios, paper_space().ffn_ratios);
    }
}
