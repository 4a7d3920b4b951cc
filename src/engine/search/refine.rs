//! What to try next: the neighbours of those members of the frontier that stand beside its largest gaps.
//!
//! One axis at a time leads everywhere until a budget is in the way. Along the border of a budget two axes must change
//! together: one saves what the other spends. There are many such pairs, so they are tried last.

use std::cmp::Ordering;

use rand::RngExt;

use super::axes::{Axes, Direction};
use super::{Search, Stage, start};
use crate::architecture::Architecture;

/// The gap beyond the first and the last member.
const AT_AN_END: f64 = f64::INFINITY;
/// The first stride is an axis' length over 2 to this power.
const FIRST_STRIDE: u8 = 3;
/// How often a member is left by leaps, and how many at once.
const LEAPS: u8 = 8;
const LEAPS_AT_ONCE: usize = 16;
/// Candidates that guide the search where nothing is admitted yet.
const GUIDES: usize = 16;
/// Candidates on either side of the budgets from which the best within them is looked for.
const BESIDE: usize = 16;

impl Search {
    /// New candidates with the level that their own refinement begins at; none once everything has been tried.
    pub(super) fn propose(&mut self) -> Vec<(Architecture, u8)> {
        let enough = self.batch();
        let last = self.axes.levels();
        let members = match self.stage {
            Stage::SingleAxes => self.members_before(last),
            Stage::SeveralAxes => self.members_before(self.last_level()),
            Stage::Border(_) => self.beside_the_budgets(last + 1),
        };
        let mut proposed = Vec::new();
        for index in members {
            if proposed.len() >= enough {
                break;
            }
            match self.levels[index].cmp(&last) {
                Ordering::Less => self.refine(index, &mut proposed),
                Ordering::Equal => self.refine_in_pairs(index, &mut proposed),
                Ordering::Greater => self.leap(index, &mut proposed),
            }
            self.levels[index] += 1;
        }
        proposed
    }

    /// Whether something is left to try from a member.
    pub(super) fn has_unrefined_members(&self) -> bool {
        !self.front.is_empty() && !self.members_before(self.last_level()).is_empty()
    }

    /// The level at which nothing is left to try from a member.
    fn last_level(&self) -> u8 {
        self.axes.levels() + 1 + LEAPS
    }

    /// Few while little is known, so that each round starts from the best there is.
    fn batch(&self) -> usize {
        (start::size(self.searched.of) / 4).max(self.front.len() / 16).max(8)
    }

    /// Members that have not been refined so often, the largest gaps first: a gap is as large as the area that a candidate
    /// between two members could add at most.
    fn members_before(&self, level: u8) -> Vec<usize> {
        let latency_s = self.sweep.latency_s(self.searched.aim.objective);
        let place = |member: usize| {
            let index = self.front[member] as usize;
            (latency_s[index].max(f64::MIN_POSITIVE).ln(), self.sweep.loss[index])
        };
        let gap = |left: usize, right: usize| match (self.front.get(left), self.front.get(right)) {
            (Some(_), Some(_)) => {
                let (left, right) = (place(left), place(right));
                (right.0 - left.0) * (left.1 - right.1)
            }
            _ => AT_AN_END,
        };
        if self.front.is_empty() {
            return self.guides(level);
        }
        let mut gaps: Vec<(f64, usize)> = (0..self.front.len())
            .filter(|&member| self.levels[self.front[member] as usize] < level)
            .map(|member| (gap(member.wrapping_sub(1), member) + gap(member, member + 1), member))
            .collect();
        gaps.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        gaps.into_iter().map(|(_, member)| self.front[member] as usize).collect()
    }

    /// Where nothing is admitted: those that exceed the budgets least lead to what is.
    fn guides(&self, level: u8) -> Vec<usize> {
        let excess = |&index: &usize| self.searched.aim.budgets.excess(&self.sweep, index);
        let mut guides: Vec<usize> = (0..self.sweep.len()).collect();
        guides.sort_by(|a, b| excess(a).total_cmp(&excess(b)));
        guides.truncate(GUIDES);
        guides.retain(|&index| self.levels[index] < level);
        guides
    }

    /// The best of each need next to what is allowed, on either side of it: the nearest first.
    fn beside_the_budgets(&self, level: u8) -> Vec<usize> {
        let needs_less = |&index: &u32| self.searched.aim.budgets.excess(&self.sweep, index as usize) <= 1.0;
        let allowed = self.border.partition_point(needs_less);
        let (within, beyond) = self.border.split_at(allowed);
        let nearest = within.iter().rev().take(BESIDE).chain(beyond.iter().take(BESIDE));
        nearest.map(|&index| index as usize).filter(|&index| self.levels[index] < level).collect()
    }

    /// Adds the neighbours of a candidate at its stride that are new.
    fn refine(&self, index: usize, proposed: &mut Vec<(Architecture, u8)>) {
        let from = self.sweep.architecture(index);
        let level = self.levels[index];
        for along in Direction::ALL {
            let line = self.axes.line(&from, along);
            let stride = stride(&line, level);
            for steps in [stride, -stride] {
                self.add(Axes::step(&line, steps), level, proposed);
            }
        }
    }

    /// Adds those that differ by a step on each of two axes; their own refinement begins at single steps.
    fn refine_in_pairs(&self, index: usize, proposed: &mut Vec<(Architecture, u8)>) {
        let from = self.sweep.architecture(index);
        let level = self.axes.levels() - 1;
        for (place, along) in Direction::ALL.into_iter().enumerate() {
            let line = self.axes.line(&from, along);
            for beside in [1, -1].into_iter().filter_map(|steps| Axes::step(&line, steps)) {
                for across in Direction::ALL.into_iter().skip(place + 1) {
                    let line = self.axes.line(&beside, across);
                    for steps in [1, -1] {
                        self.add(Axes::step(&line, steps), level, proposed);
                    }
                }
            }
        }
    }

    /// Adds some that differ on several axes by strides of any length, drawn at random.
    fn leap(&mut self, index: usize, proposed: &mut Vec<(Architecture, u8)>) {
        let from = self.sweep.architecture(index);
        let last = self.axes.levels() - 1;
        for _ in 0..LEAPS_AT_ONCE {
            let mut to = from;
            for _ in 0..self.random.random_range(2..=4) {
                let along = Direction::ALL[self.random.random_range(0..Direction::ALL.len())];
                let level = self.random.random_range(0..=last);
                let line = self.axes.line(&to, along);
                let stride = stride(&line, level);
                let steps = if self.random.random() { stride } else { -stride };
                to = Axes::step(&line, steps).unwrap_or(to);
            }
            self.add(Some(to), last, proposed);
        }
    }

    fn add(&self, candidate: Option<Architecture>, level: u8, proposed: &mut Vec<(Architecture, u8)>) {
        proposed.extend(candidate.filter(|new| !self.known.contains(new)).map(|new| (new, level)));
    }
}

/// An eighth of a line, halved as often as the level says.
fn stride((line, _): &(Vec<Architecture>, usize), level: u8) -> isize {
    (line.len() >> (level + FIRST_STRIDE)).max(1).cast_signed()
}
