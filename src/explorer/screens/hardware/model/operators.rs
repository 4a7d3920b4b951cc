//! The operators of the architectures that are looked at: the pick (A), and another to compare it with (B).

use std::cmp::Ordering;

use super::{Emphasis, HardwareView};
use crate::explorer::state::State;
use engine::architecture::Architecture;
use engine::roofline::{Estimator, OperatorPoint, Phase};

/// An architecture that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// What to call it.
    pub name: String,
    /// Its shape.
    pub shape: Architecture,
    /// Its operators in both phases.
    pub points: Vec<OperatorPoint>,
}

impl Subject {
    fn new(name: String, shape: Architecture, estimator: &Estimator) -> Self {
        Self { points: estimator.points(&shape), name, shape }
    }

    /// One operator in one phase.
    pub fn point(&self, name: &str, phase: Phase) -> Option<&OperatorPoint> {
        self.points.iter().find(|point| point.cost.phase == phase && point.cost.name == name)
    }

    /// The operators of one phase.
    pub fn of(&self, phase: Phase) -> impl Iterator<Item = &OperatorPoint> {
        self.points.iter().filter(move |point| point.cost.phase == phase)
    }

    /// Seconds of one phase.
    pub fn seconds(&self, phase: Phase) -> f64 {
        // Folded from 0: the sum of no operators would be −0.
        self.of(phase).fold(0.0, |sum, point| sum + point.cost.seconds)
    }
}

/// The pick, if there is one.
pub fn picked(state: &State) -> Option<Subject> {
    let landscape = state.landscape()?;
    let shape = landscape.sweep.architecture(state.picked()?);
    Some(Subject::new(title(&shape), shape, &landscape.estimator))
}

/// What the pick is compared with: what was pinned, else the baseline model.
pub fn compared(state: &State) -> Option<Subject> {
    let landscape = state.landscape()?;
    let (name, shape) = match state.hardware_view.pinned {
        Some(shape) => (title(&shape), shape),
        None => state.compared().map(|model| (model.name.clone(), model.architecture))?,
    };
    Some(Subject::new(name, shape, &landscape.estimator))
}

/// `20×1536 · 2 KV · top-1 of 8`.
fn title(shape: &Architecture) -> String {
    let kind = if shape.is_dense() { "dense".to_owned() } else { format!("top-{} of {}", shape.top_k, shape.experts) };
    format!("{}×{} · {} KV · {kind}", shape.layers, shape.width, shape.kv_heads)
}

/// Names of all operators of the architectures looked at, what takes longest in the phases that stand out first.
pub fn names(view: &HardwareView, subjects: &[&Subject]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for point in subjects.iter().flat_map(|subject| &subject.points) {
        if !names.contains(&point.cost.name) {
            names.push(point.cost.name);
        }
    }
    // What B alone has follows by its time there.
    let seconds = |name: &str| -> Vec<f64> {
        let of = |subject: &&Subject| {
            let phases = [Phase::Prefill, Phase::Decode].into_iter().filter(|phase| view.emphasis.includes(*phase));
            phases.filter_map(|phase| subject.point(name, phase)).map(|point| point.cost.seconds).sum()
        };
        subjects.iter().map(of).collect()
    };
    let longer = |a: &&'static str, b: &&'static str| seconds(b).partial_cmp(&seconds(a)).unwrap_or(Ordering::Equal);
    names.sort_by(longer);
    names
}

/// The rows of the table as the screen stands.
pub fn rows(state: &State) -> Vec<&'static str> {
    let (picked, compared) = (picked(state), beside(state));
    let subjects: Vec<&Subject> = picked.iter().chain(&compared).collect();
    names(&state.hardware_view, &subjects)
}

/// The architecture beside the pick, where one is shown.
pub fn beside(state: &State) -> Option<Subject> {
    match state.hardware_view.comparison {
        super::Comparison::Alone => None,
        super::Comparison::SideBySide => compared(state),
    }
}

/// The letter that stands for an operator on the plot: a capital in prefill, a small one in decode.
pub fn letter(name: &str, phase: Phase) -> char {
    let letter = match name {
        "lm_head" => 'h',
        "qk" => 'm',
        "softmax" => 'x',
        "sv" => 'v',
        _ => name.chars().find(char::is_ascii_alphabetic).unwrap_or('?'),
    };
    match phase {
        Phase::Prefill => letter.to_ascii_uppercase(),
        Phase::Decode => letter,
    }
}

impl Emphasis {
    /// The one beside it, where there is one.
    #[must_use]
    pub fn stepped(self, offset: isize) -> Self {
        let here = Self::ALL.iter().position(|known| *known == self).unwrap_or(1);
        Self::ALL[here.saturating_add_signed(offset).min(Self::ALL.len() - 1)]
    }
}
