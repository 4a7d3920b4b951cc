//! The paper's claims C1 to C9 (§4.3, §5), each taken apart into statements that numbers can decide.
//!
//! A sentence such as "depth generally below 20" has no truth value until somebody says which shapes are counted and what
//! "generally" is. That reading is the statement of a [`Check`], written down with its threshold and with the outcome that
//! is known and explained; a claim's verdict follows from its checks by one rule ([`Verdict`]), so no verdict can be
//! tuned without changing a sentence that people read. It follows from what the paper states alone: a statement of our own
//! ([`StatedBy::Us`]) guards what is measured here, and cannot lift a claim that the paper makes and that fails. Nothing
//! here is a constant copied from an earlier run but the paper's own figures and the expected outcomes.
//!
//! ```text
//! Space, LossLaw, Hardware ──▶ Evidence: landscapes in FP16 and INT8, three frontiers of each ──▶ findings, errata
//! ```

mod errata;
mod evidence;
mod experts;
mod gains;
mod pricing;
mod scaling;
mod shapes;
mod theorems;

use serde::{Serialize, Serializer};

pub use errata::{Erratum, errata};
pub use evidence::Evidence;
pub use pricing::Pricing;

use super::workload::Objective;

/// All claims, C1 first; `pricing` is what pricing took here, which only a caller with a clock knows.
pub fn findings(evidence: &Evidence, pricing: &Pricing) -> Vec<Finding> {
    vec![
        experts::mixtures_make_up_the_frontier(evidence),
        shapes::wide_and_shallow(evidence),
        experts::number_of_experts(evidence),
        experts::top_1_routing(evidence),
        shapes::small_ffn_ratios(evidence),
        gains::int8(evidence),
        gains::baseline(evidence),
        theorems::closed_forms(evidence),
        pricing::configurations(pricing),
    ]
}

/// What became of one claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// `C1` to `C9`.
    pub id: &'static str,
    /// The claim with its figure, as the paper has it.
    pub paper: &'static str,
    /// What is compared, where that is not all six frontiers.
    pub setting: &'static str,
    /// Our figure in a line.
    pub measured: String,
    /// The claim's statements.
    pub checks: Vec<Check>,
    /// How a vague word is read, and what else a reader must know.
    pub remark: Option<String>,
}

impl Finding {
    /// What the paper's statements say together.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.papers().map(|check| check.outcome))
    }

    /// What they say from the published law on the board and the space of the paper.
    pub fn expected(&self) -> Verdict {
        Verdict::of(self.papers().map(|check| check.expected))
    }

    fn papers(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.stated_by == StatedBy::Paper)
    }

    /// Statements that should hold and do not.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.expected == Outcome::Holds && check.outcome == Outcome::Fails)
    }

    /// Whether every statement comes out as it is known to.
    pub fn is_as_expected(&self) -> bool {
        self.checks.iter().all(|check| check.outcome == check.expected)
    }

    /// The verdict, and whether it is the one that should be: a claim can hold in part and yet less than it should.
    pub fn judgement(&self) -> String {
        let verdict = self.verdict();
        let (failing, surprising) = (self.failures().count(), self.surprises().count());
        if failing > 0 {
            let instead = match (verdict, self.expected()) {
                (Verdict::Differs, Verdict::Differs) => "by more than it should",
                (Verdict::Differs, _) => "and should not",
                _ => "less than it should",
            };
            let should = self.checks.iter().filter(|check| check.expected == Outcome::Holds).count();
            return format!("{}, {instead}: {failing} of {should} expected statements fail", verdict.name());
        }
        let more = if surprising > 0 { ", more than expected" } else { "" };
        format!("{}{more}", verdict.name())
    }

    /// Statements that hold though they were not expected to.
    pub fn surprises(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.expected != Outcome::Holds && check.outcome == Outcome::Holds)
    }
}

/// One statement that numbers decide.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// The reading that is tested, threshold included.
    pub statement: &'static str,
    /// Who says so.
    pub stated_by: StatedBy,
    /// Whether it is true here.
    pub outcome: Outcome,
    /// What is known of it for the published law on AGX Orin 64GB.
    pub expected: Outcome,
    /// What it was decided by, in a line.
    pub measured: String,
    /// Why it does not hold, or cannot be tested. A reason rests on figures too: where they do not bear it out, there is
    /// none, whatever is known of another board.
    pub reason: Option<String>,
    /// What it was decided by.
    pub figures: Vec<Figure>,
}

impl Check {
    /// A statement that should hold, and what it is decided by.
    fn should_hold(statement: &'static str, holds: bool, measured: impl Into<String>) -> Self {
        Self {
            statement,
            stated_by: StatedBy::Paper,
            outcome: Outcome::of(holds),
            expected: Outcome::Holds,
            measured: measured.into(),
            reason: None,
            figures: Vec::new(),
        }
    }

    /// A statement that is known not to hold; [`because`](Self::because) says why.
    fn known_to_fail(statement: &'static str, holds: bool, measured: impl Into<String>) -> Self {
        Self { expected: Outcome::Fails, ..Self::should_hold(statement, holds, measured) }
    }

    /// A statement that nothing here can decide, and why.
    fn not_testable(statement: &'static str, reason: impl Into<String>) -> Self {
        let outcome = Outcome::NotTestable;
        let reason = Some(reason.into());
        Self { outcome, expected: outcome, reason, ..Self::should_hold(statement, false, "") }
    }

    /// The same where there is nothing to decide it by, and why. What is expected of it stays.
    fn undecided_here(self, reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotTestable, measured: String::new(), reason: Some(reason.into()), ..self }
    }

    /// Why it does not hold, if that is what the figures say; the first such reason counts.
    fn because(mut self, is_borne_out: bool, reason: impl Into<String>) -> Self {
        if is_borne_out && self.outcome == Outcome::Fails && self.reason.is_none() {
            self.reason = Some(reason.into());
        }
        self
    }

    /// The same as a statement of our own, beside the claim.
    fn measured_here(self) -> Self {
        Self { stated_by: StatedBy::Us, ..self }
    }

    /// The statement, marked where it is not the paper's.
    pub fn attributed(&self) -> String {
        match self.stated_by {
            StatedBy::Paper => self.statement.to_owned(),
            StatedBy::Us => format!("(ours) {}", self.statement),
        }
    }

    /// Why it does not hold, as far as that is known.
    pub fn why_not(&self) -> Option<&str> {
        let unknown = match self.expected {
            Outcome::Holds => "not as on the default board; no reason is known here",
            _ => "the reason that it has on the default board does not show in the figures here",
        };
        (self.outcome != Outcome::Holds).then(|| self.reason.as_deref().unwrap_or(unknown))
    }

    fn with(mut self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.figures.extend(figures);
        self
    }
}

/// Whose statement it is. A claim's verdict rests on the paper's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StatedBy {
    /// The paper's, or our reading of a vague word of it.
    Paper,
    /// Ours, of what is measured here: it says how near the claim is, and fails a reproduction where it fails.
    Us,
}

/// Whether a statement is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", schemars(rename = "CheckOutcome"))]
pub enum Outcome {
    /// It is.
    Holds,
    /// It is not.
    Fails,
    /// It is about what is not here: training, another metric, calendar time.
    NotTestable,
}

impl Outcome {
    const fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// Whether a claim is reproduced: what the paper's statements say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every statement holds.
    Holds,
    /// Some do.
    HoldsInPart,
    /// None of those that can be tested does.
    Differs,
    /// None can be tested.
    NotTestable,
}

impl Verdict {
    fn of(outcomes: impl Iterator<Item = Outcome>) -> Self {
        let (mut holding, mut failing, mut open) = (0, 0, 0);
        outcomes.for_each(|outcome| match outcome {
            Outcome::Holds => holding += 1,
            Outcome::Fails => failing += 1,
            Outcome::NotTestable => open += 1,
        });
        match (holding, failing) {
            (0, 0) => Self::NotTestable,
            (0, _) => Self::Differs,
            (_, 0) if open == 0 => Self::Holds,
            _ => Self::HoldsInPart,
        }
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsInPart => "holds in part",
            Self::Differs => "differs",
            Self::NotTestable => "not testable",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name().replace(' ', "-"))
    }
}

/// A number with what it is of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ClaimFigure"))]
pub struct Figure {
    /// What is measured, with its unit.
    pub name: &'static str,
    /// In which number format, if it depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<&'static str>,
    /// On the frontier of which latency, if it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<Objective>,
    /// Its value; null in documents where there is nothing to count.
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub value: f64,
}

impl Figure {
    /// A figure of no single frontier.
    const fn new(name: &'static str, value: f64) -> Self {
        Self { name, precision: None, objective: None, value }
    }
}

#[cfg(test)]
mod tests;
