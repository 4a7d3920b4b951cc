//! What the Theory screen shows, as plain data: what an optimal architecture looks like under the budgets, before any
//! space is searched.
//!
//! Solving takes longer than a frame, so a worker does it ([`answer`]). What is shown of an answer ([`table`],
//! [`words`], [`curves`]) is computed anew for each frame.

pub mod answer;
pub mod curves;
pub mod table;
pub mod words;

use std::sync::Arc;

use answer::{Answered, Inquiry};

/// What the Theory screen looks at.
#[derive(Debug, Clone, Default)]
pub struct TheoryView {
    /// What was asked last.
    pub inquiry: Option<Inquiry>,
    /// The last answer. Its budgets and its board may have been others.
    pub answered: Option<Arc<Answered>>,
    /// What was asked last, if a bug of ours stopped it.
    pub failed: Option<Inquiry>,
    /// What a small screen shows below the budgets.
    pub lower_pane: LowerPane,
    /// First row that is shown of the optima.
    pub optima_top: usize,
    /// First line that is shown of the notes.
    pub notes_top: usize,
}

impl TheoryView {
    /// Whether the answer is one to what is looked at.
    pub fn is_current(&self) -> bool {
        self.answered.as_ref().is_some_and(|answered| self.inquiry.as_ref() == Some(&answered.inquiry))
    }

    /// What stands where there is no answer to what is looked at.
    pub const fn why_none(&self) -> &'static str {
        if self.failed.is_some() { "not solved: a bug in roofscape" } else { "solving …" }
    }
}

/// Which of them share the lower part of a small screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub enum LowerPane {
    #[default]
    Optima,
    Curves,
    Notes,
}

impl LowerPane {
    /// The next one, and round again.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Optima => Self::Curves,
            Self::Curves => Self::Notes,
            Self::Notes => Self::Optima,
        }
    }
}
