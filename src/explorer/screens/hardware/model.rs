//! What the Hardware screen shows, as plain data: computed here, drawn in `view`, moved in `update`.
//!
//! Nothing of it is kept. A breakdown of one architecture takes microseconds, and what is computed anew cannot be out
//! of date.

pub mod operators;
pub mod what_if;

use engine::architecture::Architecture;
use engine::roofline::Phase;
use engine::what_if::Resource;

/// What the Hardware screen looks at.
#[derive(Debug, Clone, Default)]
pub struct HardwareView {
    /// The phases that stand out.
    pub emphasis: Emphasis,
    /// Whether another architecture stands beside the pick.
    pub comparison: Comparison,
    /// The architecture to compare with; the baseline model if none is pinned.
    pub pinned: Option<Architecture>,
    /// The operator looked at, by its name, so that it stays the same one from architecture to architecture.
    pub selected: Option<&'static str>,
    /// First row of the operators that is shown.
    pub top: usize,
    /// Where keys go.
    pub focus: HardwareFocus,
    /// What a small screen shows below the plot.
    pub lower_pane: LowerPane,
    /// Whose slider has the keys, where what if has them.
    pub resource: Resource,
}

/// Which phases of a request stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Emphasis {
    #[default]
    Both,
    Prefill,
    Decode,
}

impl Emphasis {
    /// In the order in which arrow keys step through them.
    pub const ALL: [Self; 3] = [Self::Prefill, Self::Both, Self::Decode];

    /// Whether a phase stands out.
    pub const fn includes(self, phase: Phase) -> bool {
        matches!((self, phase), (Self::Both, _) | (Self::Prefill, Phase::Prefill) | (Self::Decode, Phase::Decode))
    }
}

/// What the plot's pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// The pick.
    #[default]
    Alone,
    /// Two architectures, each under the same roofs.
    SideBySide,
}

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HardwareFocus {
    /// Plot and table: arrows choose phase and operator.
    #[default]
    Operators,
    /// What if.
    WhatIf,
}

/// Which of the two shares the lower part of a small screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are the panes'")]
pub enum LowerPane {
    #[default]
    Operators,
    WhatIf,
}
