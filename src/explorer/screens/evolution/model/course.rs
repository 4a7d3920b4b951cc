//! One quantity along the frontier, and what there is to say of it in a few words.

use super::offered::Offered;
use engine::landscape::Landscape;
use engine::quantity::{Known, Nature, Quantity};
use engine::text::width;
use engine::units;
use engine::workload::Objective;

/// One quantity of the frontier's members.
#[derive(Debug, Clone, PartialEq)]
pub struct Course<'a> {
    /// Which.
    pub quantity: Quantity,
    /// Latency in seconds and value of each member, by rising latency.
    pub members: Vec<(f64, f64)>,
    /// The values that the space offers, rising.
    pub offered: &'a [f64],
}

impl<'a> Course<'a> {
    /// That of these candidates, which are in the order of their latency.
    pub fn of(
        landscape: &Landscape,
        objective: Objective,
        members: &[u32],
        quantity: Quantity,
        offered: &'a Offered,
    ) -> Self {
        let latencies_s = landscape.sweep.latency_s(objective);
        let member = |&index: &u32| {
            let index = index as usize;
            (latencies_s[index], value(landscape, quantity, index))
        };
        Self { quantity, members: members.iter().map(member).collect(), offered: offered.of(quantity) }
    }

    /// From which latency on every member has the most that the space offers; `None` if they never stay there, or
    /// are there from the first on. The last alone tells nothing: the largest architecture has the most of everything.
    pub fn saturates_s(&self) -> Option<f64> {
        let most = self.offered.last()?;
        let below = self.members.iter().rposition(|(_, value)| value < most)?;
        let [first, _, ..] = self.members.get(below + 1..)? else { return None };
        Some(first.0)
    }

    /// Values and how many members have them, the most frequent first; of equally many the smaller value.
    pub fn counts(&self) -> Vec<(f64, usize)> {
        let mut values: Vec<f64> = self.members.iter().map(|(_, value)| *value).collect();
        values.sort_by(f64::total_cmp);
        let runs = values.chunk_by(|a, b| a == b);
        let mut counts: Vec<(f64, usize)> = runs.map(|run| (run[0], run.len())).collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }

    /// What happens to it, in at most so many cells: the longest of what can be said that has room.
    pub fn in_words(&self, room: usize) -> String {
        let ways = match self.quantity.panel().map(|panel| panel.nature) {
            Some(Nature::Choice) => self.shares_in_words(),
            Some(Nature::Size) => self.growth_in_words(),
            Some(Nature::Derived) | None => self.ends_in_words().into_iter().collect(),
        };
        ways.into_iter().find(|words| width(words) <= room).unwrap_or_default()
    }

    /// `768 → 3072, reaches its end at 61 ms`, `4 → 20 of 32`; shorter ones last.
    fn growth_in_words(&self) -> Vec<String> {
        let Some(ends) = self.ends_in_words() else { return Vec::new() };
        let text = |value: f64| self.quantity.text(value);
        let last = self.members.last().map_or(f64::NAN, |(_, value)| *value);
        let most = self.members.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        let peak = if most > last { format!(", up to {}", text(most)) } else { String::new() };
        let standing = match (self.saturates_s(), self.offered.last()) {
            (Some(latency_s), _) => format!(", reaches its end at {}", units::seconds(latency_s)),
            (None, Some(&end)) if most < end => format!(" of {}", text(end)),
            (None, _) => String::new(),
        };
        vec![format!("{ends}{peak}{standing}"), format!("{ends}{standing}"), format!("{ends}{peak}"), ends]
    }

    /// `8: 50 %, 16: 48 %`, `8: 50 %, …`: shares of the members; shorter ones, which say that there is more, last.
    fn shares_in_words(&self) -> Vec<String> {
        let counts = self.counts();
        let all = self.members.len() as f64;
        if let [(value, _)] = counts[..] {
            return vec![format!("{} in all", self.quantity.text(value))];
        }
        let share = |&(value, count): &(f64, usize)| {
            format!("{}: {}", self.quantity.text(value), units::percent(count as f64 / all))
        };
        let first = |shares: usize| {
            let said: Vec<String> = counts[..shares].iter().map(share).collect();
            said.join(", ") + if shares < counts.len() { ", …" } else { "" }
        };
        (1..=counts.len()).rev().map(first).collect()
    }

    /// `0.13 B → 8.9 B`: of the fastest and of the slowest member.
    fn ends_in_words(&self) -> Option<String> {
        let (first, last) = (self.members.first()?.1, self.members.last()?.1);
        let text = |value: f64| self.quantity.text(value);
        let is_constant = self.members.iter().all(|(_, value)| *value == first);
        Some(if is_constant {
            format!("{} in all", text(first))
        } else {
            format!("{} → {}", text(first), text(last))
        })
    }
}

/// That of one candidate; NaN where it is not known.
pub fn value(landscape: &Landscape, quantity: Quantity, index: usize) -> f64 {
    quantity.of(&Known::candidate(landscape, index)).number().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course<'a>(quantity: Quantity, offered: &'a [f64], values: &[f64]) -> Course<'a> {
        let latencies_s = (1..).map(|i| 0.01 * f64::from(i));
        Course { quantity, members: latencies_s.zip(values.iter().copied()).collect(), offered }
    }

    #[test]
    fn a_size_saturates_where_it_stays_at_the_end_of_its_axis() {
        let widths = |values: &[f64]| course(Quantity::WIDTH, &[768.0, 1024.0, 3072.0], values);
        let reached = widths(&[768.0, 3072.0, 1024.0, 3072.0, 3072.0]);
        assert_eq!(reached.saturates_s(), Some(0.04), "not where it was there for a while");
        assert_eq!(reached.in_words(60), "768 → 3072, reaches its end at 40.0 ms");
        assert_eq!(reached.in_words(12), "768 → 3072");
        assert_eq!(reached.in_words(4), "");
        assert_eq!(widths(&[768.0, 1024.0, 3072.0]).in_words(60), "768 → 3072");
        let below = widths(&[768.0, 1024.0]);
        assert_eq!((below.saturates_s(), below.in_words(60).as_str()), (None, "768 → 1024 of 3072"));
        assert_eq!(widths(&[768.0, 3072.0, 1024.0]).in_words(60), "768 → 1024, up to 3072");
        assert_eq!(widths(&[3072.0, 3072.0]).saturates_s(), None, "it is there all along");
        assert_eq!(widths(&[3072.0, 3072.0]).in_words(60), "3072 in all");
        assert_eq!(widths(&[]).in_words(60), "");
    }

    #[test]
    fn a_choice_is_spoken_of_in_shares_of_the_members() {
        let experts = course(Quantity::EXPERTS, &[1.0, 8.0, 16.0], &[1.0, 8.0, 16.0, 16.0, 8.0, 16.0, 16.0, 8.0]);
        assert_eq!(experts.counts(), [(16.0, 4), (8.0, 3), (1.0, 1)]);
        assert_eq!(experts.in_words(60), "16: 50 %, 8: 38 %, 1: 12 %");
        assert_eq!(experts.in_words(27), "16: 50 %, 8: 38 %, 1: 12 %");
        assert_eq!(experts.in_words(22), "16: 50 %, 8: 38 %, …");
        assert_eq!(course(Quantity::TOP_K, &[1.0, 2.0], &[1.0, 1.0]).in_words(60), "1 in all");
    }
}
