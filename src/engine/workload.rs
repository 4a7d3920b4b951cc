//! What one request asks of the model: W = (B, `S_in`, `S_out`) of the paper.

use serde::{Deserialize, Serialize};

/// Longest prompt, and longest answer, in tokens: ten times beyond any context in use.
pub const MAX_TOKENS: u32 = 10_000_000;
/// Largest batch.
pub const MAX_BATCH: u32 = 65_536;

/// Batch, prompt and answer. Prefill processes the prompt; decode generates the answer token by token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Workload {
    /// B: sequences processed together, 1 to [`MAX_BATCH`].
    pub batch: u32,
    /// N: tokens whose keys and values are in the cache before the prompt begins, 0 to [`MAX_TOKENS`]: a system prompt
    /// that is the same at every request.
    #[serde(default)]
    pub cached_tokens: u32,
    /// `S_in`: prompt tokens per sequence, 1 to [`MAX_TOKENS`].
    pub prompt_tokens: u32,
    /// `S_out`: generated tokens per sequence, 0 to [`MAX_TOKENS`]; 0 leaves prefill alone.
    pub generated_tokens: u32,
}

impl Workload {
    /// Whether anything is generated. Without it there is no time of decoding to minimise or to limit.
    pub const fn decodes(self) -> bool {
        self.generated_tokens > 0
    }
}

impl Default for Workload {
    /// The paper's §4.3 setting: one robot, one long prompt, a short answer.
    fn default() -> Self {
        Self { batch: 1, cached_tokens: 0, prompt_tokens: 1024, generated_tokens: 16 }
    }
}

/// `1024 prompt tokens, 16 generated, batch 1`.
impl std::fmt::Display for Workload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { batch, cached_tokens, prompt_tokens, generated_tokens } = *self;
        if cached_tokens > 0 {
            write!(f, "{cached_tokens} cached tokens, ")?;
        }
        write!(f, "{prompt_tokens} prompt tokens, {generated_tokens} generated, batch {batch}")
    }
}

/// Which latency an exploration minimises, and the horizontal axis of its chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// Time to first token (TTFT).
    Prefill,
    /// Time for all generated tokens.
    Decode,
    /// Prefill and decode together.
    #[default]
    Total,
}

impl Objective {
    /// How many there are.
    pub const COUNT: usize = 3;

    /// All of them, in the order in which a control cycles through them.
    pub const ALL: [Self; Self::COUNT] = [Self::Prefill, Self::Decode, Self::Total];

    /// Its place in [`Self::ALL`].
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether a request has this time at all: without generated tokens every architecture decodes in none.
    pub const fn is_of(self, workload: Workload) -> bool {
        match self {
            Self::Prefill | Self::Total => true,
            Self::Decode => workload.decodes(),
        }
    }

    /// Lower-case name as typed on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prefill => "prefill",
            Self::Decode => "decode",
            Self::Total => "total",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_stand_where_they_say() {
        assert_eq!(Objective::ALL.map(Objective::index), [0, 1, 2]);
    }
}
