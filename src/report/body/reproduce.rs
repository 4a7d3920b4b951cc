//! The paper's claims, each with what is found here.

use schemars::JsonSchema;
use serde::Serialize;

use crate::document::Body;
use engine::claims::{Erratum, Finding, Verdict};

/// `roofscape reproduce`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Reproduce<'a> {
    /// Whether every statement holds that is expected to.
    pub reproduced: bool,
    /// Whether the law is the one that the claims are about.
    pub published_law: bool,
    /// Number formats that the claims are checked in.
    pub precisions: [&'static str; 2],
    /// Candidates of the space.
    pub candidates: usize,
    /// Claim by claim.
    pub claims: Vec<ClaimPart<'a>>,
    /// Where the paper contradicts itself.
    pub errata: &'a [Erratum],
}

impl Body for Reproduce<'_> {
    const COMMAND: &'static str = "reproduce";
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ClaimPart<'a> {
    /// What comes of it here.
    pub verdict: Verdict,
    /// What is known to come of it.
    pub expected: Verdict,
    /// Whether these are the same, statement by statement.
    pub as_expected: bool,
    /// Whether a statement fails that should hold.
    pub worse_than_expected: bool,
    /// The claim, and what it was decided by.
    #[serde(flatten)]
    pub finding: &'a Finding,
}

impl<'a> From<&'a Finding> for ClaimPart<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            verdict: finding.verdict(),
            expected: finding.expected(),
            as_expected: finding.is_as_expected(),
            worse_than_expected: finding.failures().count() > 0,
            finding,
        }
    }
}
