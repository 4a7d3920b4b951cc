//! What a person allows (Eq. 1's constraints), and, where nothing is allowed, which limit to loosen.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::quantity::Quantity;
use super::sweep::Sweep;
use crate::units::rounded_up;
use crate::workload::Workload;

/// A [`Quantity`] that can be limited: what it is called and how it is written, that knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// Prefill and decode together, seconds.
    Total,
    /// TTFT, seconds.
    Prefill,
    /// Time per output token, seconds.
    Tpot,
    /// Upper bound of the energy per request, joules.
    Energy,
    /// Memory with everything in it, bytes.
    Memory,
}

impl Limit {
    /// How many there are.
    pub const COUNT: usize = 5;

    /// All of them, in the order in which they stand on the screen.
    pub const ALL: [Self; Self::COUNT] = [Self::Total, Self::Prefill, Self::Tpot, Self::Energy, Self::Memory];

    /// Its place in [`Self::ALL`].
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// What is limited.
    pub const fn quantity(self) -> Quantity {
        match self {
            Self::Total => Quantity::TOTAL,
            Self::Prefill => Quantity::PREFILL,
            Self::Tpot => Quantity::TPOT,
            Self::Energy => Quantity::ENERGY,
            Self::Memory => Quantity::MEMORY,
        }
    }

    /// The key of its budget in files: `max_total_s`.
    pub fn key(self) -> String {
        format!("max_{}", self.quantity().key())
    }

    /// The option of its budget: `--max-total`.
    pub fn option(self) -> String {
        let key = self.key();
        let without_unit = key.rsplit_once('_').map_or(key.as_str(), |(name, _)| name);
        format!("--{}", without_unit.replace('_', "-"))
    }

    /// What it is called on the screen.
    pub const fn label(self) -> &'static str {
        self.quantity().heading()
    }

    /// The value with its unit, as people read it.
    pub fn text(self, value: f64) -> String {
        self.quantity().text(value)
    }

    /// Whether a request has this quantity at all: without generated tokens there is no time per token.
    pub const fn is_of(self, workload: Workload) -> bool {
        match self {
            Self::Total | Self::Prefill | Self::Energy | Self::Memory => true,
            Self::Tpot => workload.decodes(),
        }
    }

    /// The limited quantity of one candidate, seconds, joules or bytes; infinite where it is not known, so that what is
    /// unknown keeps no limit.
    #[inline]
    pub fn of(self, sweep: &Sweep, index: usize) -> f64 {
        match self {
            Self::Total => sweep.total_s[index],
            Self::Prefill => sweep.prefill_s[index],
            Self::Tpot => sweep.tpot_s(index).unwrap_or(f64::INFINITY),
            Self::Energy => sweep.power.map_or(f64::INFINITY, |power| power.request_j(sweep.total_s[index])),
            Self::Memory => sweep.memory_bytes[index],
        }
    }
}

/// Upper limits, seconds, joules or bytes; `None` is no limit. In files, one key per limit ([`Limit::key`]).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Budgets([Option<f64>; Limit::COUNT]);

impl Budgets {
    /// Everything is allowed.
    pub const NONE: Self = Self([None; Limit::COUNT]);

    /// The same with one limit set.
    #[must_use]
    pub const fn with(mut self, limit: Limit, value: f64) -> Self {
        self.set(limit, Some(value));
        self
    }

    /// The value of one limit.
    #[inline]
    pub const fn get(&self, limit: Limit) -> Option<f64> {
        self.0[limit.index()]
    }

    /// Sets or lifts one limit.
    pub const fn set(&mut self, limit: Limit, value: Option<f64>) {
        self.0[limit.index()] = value;
    }

    /// The limits that are set, with their values.
    pub fn active(&self) -> impl Iterator<Item = (Limit, f64)> {
        let budgets = *self;
        Limit::ALL.into_iter().filter_map(move |limit| budgets.get(limit).map(|value| (limit, value)))
    }

    /// `total ≤ 100 ms, memory ≤ 4.00 GB`; `None` where everything is allowed, which each place says in its own way.
    pub fn in_words(&self) -> Option<String> {
        let limits: Vec<String> =
            self.active().map(|(limit, value)| format!("{} ≤ {}", limit.label(), limit.text(value))).collect();
        (!limits.is_empty()).then(|| limits.join(", "))
    }

    /// Whether candidate `index` keeps every limit.
    #[inline]
    pub fn admits(&self, sweep: &Sweep, index: usize) -> bool {
        Limit::ALL.into_iter().all(|limit| self.get(limit).is_none_or(|most| limit.of(sweep, index) <= most))
    }

    /// How many candidates keep every limit.
    pub fn count(&self, sweep: &Sweep) -> usize {
        (0..sweep.len()).filter(|&index| self.admits(sweep, index)).count()
    }

    /// The worst ratio of what candidate `index` needs to what is allowed: above 1 where it breaks a limit.
    pub fn excess(&self, sweep: &Sweep, index: usize) -> f64 {
        self.active().map(|(limit, value)| limit.of(sweep, index) / value).fold(0.0, f64::max)
    }

    /// With nothing feasible: what to loosen, and to what value.
    ///
    /// Each entry of [`Loosening::Any`] would do alone, the mildest first. Where no single one does, all limits that
    /// the least excessive candidate breaks are named together: the one whose worst ratio of need to limit is least.
    pub fn loosening(&self, sweep: &Sweep) -> Option<Loosening> {
        let ratio = |(limit, needed): &(Limit, f64)| self.get(*limit).map_or(1.0, |value| needed / value);
        let mut alone: Vec<(Limit, f64)> = self
            .active()
            .filter_map(|(limit, _)| {
                let mut others = *self;
                others.set(limit, None);
                (0..sweep.len())
                    .filter(|&index| others.admits(sweep, index))
                    .map(|index| limit.of(sweep, index))
                    .min_by(f64::total_cmp)
                    .map(|needed| (limit, needed))
            })
            .collect();
        if !alone.is_empty() {
            alone.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
            return Some(Loosening::Any(alone));
        }
        let mildest = (0..sweep.len()).min_by(|&a, &b| self.excess(sweep, a).total_cmp(&self.excess(sweep, b)))?;
        let broken = self.active().filter_map(|(limit, value)| {
            let needed = limit.of(sweep, mildest);
            (needed > value).then_some((limit, needed))
        });
        Some(Loosening::Together(broken.collect()))
    }
}

impl Serialize for Budgets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Limit::COUNT))?;
        for limit in Limit::ALL {
            map.serialize_entry(&limit.key(), &self.get(limit))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Budgets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = BTreeMap::<String, Option<f64>>::deserialize(deserializer)?;
        Ok(Self(Limit::ALL.map(|limit| values.get(&limit.key()).copied().flatten())))
    }
}

/// The way out when no candidate keeps every limit; values in seconds, joules or bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Loosening {
    /// Raising any one of these to its value admits a candidate.
    Any(Vec<(Limit, f64)>),
    /// All of these must be raised together.
    Together(Vec<(Limit, f64)>),
}

/// `the nearest needs total 112 ms or memory 9.10 GB`, rounded up so that what is said suffices.
impl std::fmt::Display for Loosening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (needs, joint) = match self {
            Self::Any(needs) => (needs, " or "),
            Self::Together(needs) => (needs, " and "),
        };
        let parts: Vec<String> = needs
            .iter()
            .map(|&(limit, needed)| format!("{} {}", limit.label(), limit.text(rounded_up(needed, 3))))
            .collect();
        write!(f, "the nearest needs {}", parts.join(joint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{paper_sweep, sweep_at};
    use proptest::prelude::*;

    #[test]
    fn each_limit_has_its_place_and_its_key() {
        for (place, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit.index(), place);
            let budgets = Budgets::NONE.with(limit, 0.5);
            assert_eq!(budgets.active().collect::<Vec<_>>(), [(limit, 0.5)]);
            let json = serde_json::to_value(budgets).unwrap();
            assert_eq!(json.as_object().unwrap().len(), Limit::COUNT);
            assert_eq!(json[&limit.key()], 0.5);
            assert_eq!(serde_json::from_value::<Budgets>(json).unwrap(), budgets);
        }
        assert_eq!(serde_json::from_str::<Budgets>("{}").unwrap(), Budgets::NONE);
    }

    #[test]
    fn options_are_those_of_the_command_line() {
        let options = ["--max-total", "--max-prefill", "--max-tpot", "--max-energy", "--max-memory"];
        assert_eq!(Limit::ALL.map(Limit::option), options);
    }

    #[test]
    fn budgets_are_said_in_the_order_of_the_screen() {
        let budgets = Budgets::NONE.with(Limit::Memory, 4e9).with(Limit::Total, 0.1);
        assert_eq!(budgets.in_words().unwrap(), "total ≤ 100 ms, memory ≤ 4.00 GB");
        assert_eq!(Budgets::NONE.in_words(), None);
    }

    #[test]
    fn feasible_keep_every_limit() {
        let sweep = paper_sweep();
        let budgets = Budgets::NONE.with(Limit::Total, 0.1).with(Limit::Memory, 2e9);
        let by_hand = sweep.total_s.iter().zip(&sweep.memory_bytes).filter(|(t, m)| **t <= 0.1 && **m <= 2e9).count();
        assert!(by_hand > 0 && by_hand < sweep.len());
        assert_eq!(budgets.count(&sweep), by_hand);
        assert_eq!(Budgets::default().count(&sweep), sweep.len());
    }

    #[test]
    fn one_limit_alone_is_named_with_what_it_needs() {
        let sweep = paper_sweep();
        let budgets = Budgets::NONE.with(Limit::Total, 0.001).with(Limit::Memory, 60e9);
        let fastest = (0..sweep.len())
            .filter(|&i| sweep.memory_bytes[i] <= 60e9)
            .map(|i| sweep.total_s[i])
            .min_by(f64::total_cmp)
            .unwrap();
        assert_eq!(budgets.loosening(&sweep), Some(Loosening::Any(vec![(Limit::Total, fastest)])));
        // What it says is true: raised to exactly that, something is feasible.
        assert_eq!(budgets.with(Limit::Total, fastest).count(&sweep), 1);
    }

    #[test]
    fn limits_that_must_move_together_are_named_together() {
        let sweep = paper_sweep();
        let budgets = Budgets::NONE.with(Limit::Total, 1e-4).with(Limit::Memory, 1e6);
        let Some(Loosening::Together(needs)) = budgets.loosening(&sweep) else { panic!("no single limit does") };
        let mut loosened = budgets;
        for (limit, needed) in &needs {
            loosened.set(*limit, Some(*needed));
        }
        assert_eq!(needs.len(), 2);
        assert!(loosened.count(&sweep) >= 1);
    }

    #[test]
    fn energy_is_watts_times_time() {
        let sweep = sweep_at(50.0);
        let budgets = Budgets::NONE.with(Limit::Energy, 5.0);
        let within_a_tenth_of_a_second = sweep.total_s.iter().filter(|&&total_s| total_s * 50.0 <= 5.0).count();
        assert!(within_a_tenth_of_a_second > 0 && within_a_tenth_of_a_second < sweep.len());
        assert_eq!(budgets.count(&sweep), within_a_tenth_of_a_second);
        assert_eq!(budgets.count(&paper_sweep()), 0, "what is unknown keeps no limit");
    }

    #[test]
    fn an_energy_that_is_too_small_is_named_in_joules() {
        let sweep = sweep_at(50.0);
        let fastest_s = sweep.total_s.iter().copied().fold(f64::INFINITY, f64::min);
        let loosening = Budgets::NONE.with(Limit::Energy, 0.1).loosening(&sweep).unwrap();
        assert_eq!(loosening, Loosening::Any(vec![(Limit::Energy, 50.0 * fastest_s)]));
        // 21.63 ms, rounded up so that it suffices.
        assert_eq!(loosening.to_string(), "the nearest needs energy 1.08 J");
    }

    #[test]
    fn budgets_written_before_there_was_one_of_energy_can_be_read() {
        let earlier = r#"{"max_total_s":0.1,"max_prefill_s":null,"max_tpot_s":null,"max_memory_bytes":8e9}"#;
        let budgets = Budgets::NONE.with(Limit::Total, 0.1).with(Limit::Memory, 8e9);
        assert_eq!(serde_json::from_str::<Budgets>(earlier).unwrap(), budgets);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_limit_only_takes_away_and_what_is_named_suffices(
            watts in 5.0..500.0f64, share in 1e-3..4.0f64, total_s in 0.01..3.0f64, memory_bytes in 5e8..2e10f64,
        ) {
            let sweep = sweep_at(watts);
            let without = Budgets::NONE.with(Limit::Total, total_s).with(Limit::Memory, memory_bytes);
            let energy_j = share * watts * total_s;
            let budgets = without.with(Limit::Energy, energy_j);
            let by_hand = (0..sweep.len()).filter(|&i| {
                sweep.total_s[i] <= total_s && sweep.memory_bytes[i] <= memory_bytes && watts * sweep.total_s[i] <= energy_j
            });
            let count = budgets.count(&sweep);
            prop_assert_eq!(count, by_hand.count());
            prop_assert!(count <= without.count(&sweep));
            let json = serde_json::to_string(&budgets).unwrap();
            prop_assert_eq!(serde_json::from_str::<Budgets>(&json).unwrap(), budgets);
            if count == 0 {
                let needs = match budgets.loosening(&sweep) {
                    Some(Loosening::Any(needs)) => needs[..1].to_vec(),
                    Some(Loosening::Together(needs)) => needs,
                    None => Vec::new(),
                };
                let loosened = needs.iter().fold(budgets, |budgets, &(limit, needed)| budgets.with(limit, needed));
                prop_assert!(loosened.count(&sweep) >= 1, "{needs:?}");
            }
        }
    }
}
