//! The small types with which keys, state, screens and workers describe a session. This module knows none of them, so
//! each of them may use it.

use std::sync::Arc;

use engine::budget::Limit;
use engine::landscape::Landscape;
use engine::precision::{LossPenalties, Storage};
use engine::roofline::PrefillChunk;
use engine::sharing::Others;
use engine::what_if::{Resource, Scaling};
use engine::workload::Workload;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards smaller values, earlier entries.
    Down,
    /// Towards larger values, later entries.
    Up,
}

impl Direction {
    /// The place after or before one of so many, round and round. Of none, it is the first.
    pub const fn next_place(self, here: usize, count: usize) -> usize {
        let count = if count == 0 { 1 } else { count };
        match self {
            Self::Up => (here + 1) % count,
            Self::Down => (here + count - 1) % count,
        }
    }

    /// The one after or before `here`, round and round. If `here` is not among them, it counts as the first.
    pub fn next_in<T: Copy + PartialEq>(self, all: &[T], here: T) -> T {
        let place = all.iter().position(|known| *known == here).unwrap_or(0);
        all.get(self.next_place(place, all.len())).copied().unwrap_or(here)
    }
}

/// How far one key press moves a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    /// To the next of ten values per decade.
    Coarse,
    /// By the third significant digit.
    Fine,
}

/// An arrow key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Arrow {
    Left,
    Right,
    Up,
    Down,
}

/// A control with a value that is stepped through or typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Control {
    /// A budget slider.
    Budget(Limit),
    /// Prompt tokens.
    Prompt,
    /// Generated tokens.
    Generate,
    /// Batch.
    Batch,
    /// Tokens in the cache before the prompt.
    Cached,
    /// Most tokens of the prompt that pass at a time.
    Chunk,
    /// Objective.
    Aim,
    /// Number format of weights and arithmetic.
    Format,
    /// Format of the LM head.
    Head,
    /// Format of the KV cache.
    KvCache,
    /// Power mode.
    Mode,
    /// Board.
    Board,
    /// What else runs on the board.
    Others,
    /// Loss law.
    Law,
    /// What if the board had other bandwidth, compute or memory.
    Scale(Resource),
}

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// A control of the right-hand panel.
    Control(Control),
    /// The chart: arrows walk along the frontier.
    Chart,
    /// The table: arrows walk through its rows.
    Table,
}

impl Focus {
    /// The budget that has the keys, or the first where something else has them.
    pub const fn limit(self) -> Limit {
        match self {
            Self::Control(Control::Budget(limit)) => limit,
            _ => Limit::Total,
        }
    }
}

/// What an export contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The picked architecture.
    Picked,
    /// All feasible ones.
    Feasible,
}

/// What a landscape answers; places on the shelf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Law.
    pub law: usize,
    /// Which of the laws that have stood there.
    pub edition: u32,
    /// Board.
    pub board: usize,
    /// Its power mode.
    pub mode: usize,
    /// Number format.
    pub precision: usize,
    /// Format of the LM head, where another is chosen than the number format's own.
    pub head: Option<Storage>,
    /// Format of the KV cache, where another is chosen.
    pub kv_cache: Option<Storage>,
    /// What each number format adds to every loss.
    pub penalties: LossPenalties,
    /// Batch, prompt, answer.
    pub workload: Workload,
    /// Most tokens of the prompt that pass at a time; the engine's where nobody chose.
    pub prefill_chunk: Option<PrefillChunk>,
    /// What else runs on the board.
    pub others: Others,
    /// How the board is imagined otherwise.
    pub scaling: Scaling,
}

impl Question {
    /// Whether another differs from it at most in the edition of the law.
    pub fn asks_the_same_as(self, other: Self) -> bool {
        Self { edition: other.edition, ..self } == other
    }

    /// The same of the board as it is.
    #[must_use]
    pub fn unscaled(self) -> Self {
        Self { scaling: Scaling::NONE, ..self }
    }
}

/// A question with its answer. So a number of the landscape is always shown with the question that it was priced for.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// What came out.
    pub landscape: Arc<Landscape>,
    /// Of an imagined board: the same on the board as it is.
    pub before: Option<Arc<Landscape>>,
}

/// One budget slider: its value stays while it is switched off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slider {
    /// What it limits.
    pub limit: Limit,
    /// Whether the limit counts.
    pub switch: Switch,
    /// Seconds, joules or bytes.
    pub value: f64,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Switch {
    On,
    Off,
}

/// Which candidate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Whatever is the best feasible one.
    Best,
    /// This one, feasible or not.
    Chosen(usize),
}

/// A line being typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prompt {
    /// So far.
    pub text: String,
    /// What was wrong with it when it was last submitted.
    pub error: Option<String>,
}

/// A sentence about what just happened. It stays until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It worked.
    Done(String),
    /// It did not, or not as asked.
    Trouble(String),
}
