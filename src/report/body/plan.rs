//! Which runs to train next.

use schemars::JsonSchema;
use serde::Serialize;

use crate::document::Body;
use crate::entry::Entry;
use crate::uncertainty::BootstrapPart;

/// `roofscape plan`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Plan {
    /// What the runs should tell about: `frontier` or `best`.
    pub aim: &'static str,
    /// Runs that the data hold.
    pub runs: usize,
    /// Those that were fitted.
    pub runs_fitted: usize,
    /// How the law was resampled.
    pub bootstrap: BootstrapPart,
    /// What one run is off by: noise and misfit.
    pub noise_nats: f64,
    /// Candidates of the space.
    pub candidates: usize,
    /// Those that were considered as runs.
    pub candidates_considered: usize,
    /// Architectures whose loss should be known.
    pub targets: usize,
    /// How well it is known now: standard deviation over the resamples.
    pub target_sd_nats: f64,
    /// In words.
    pub ranked_by: &'static str,
    /// What each run would be trained on; null where nobody says.
    pub tokens: Option<f64>,
    /// Training length that losses are for; null where the law knows none.
    pub loss_tokens: Option<f64>,
    /// What these runs cannot show.
    pub blind_to: Vec<&'static str>,
    /// The runs to train, each given those before it.
    pub plan: Vec<ProposalPart>,
}

impl Body for Plan {
    const COMMAND: &'static str = "plan";
}

/// One run to train.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct ProposalPart {
    /// From 1.
    pub rank: usize,
    /// The architecture.
    #[serde(flatten)]
    pub entry: Entry,
    /// How well its loss is known.
    pub loss_sd_nats: f64,
    /// Share of the variance left by the runs above it.
    pub variance_removed: f64,
    /// By how much it is expected to lower the loss of what is chosen, nats per token; null where nothing is chosen.
    pub regret_removed_nats: Option<f64>,
    /// How well the targets are known then.
    pub target_sd_nats: f64,
    /// 6 per active parameter.
    pub training_flops_per_token: f64,
    /// Over the tokens of a run; null where nobody says how many.
    pub training_flops: Option<f64>,
    /// Whether its shape is among the runs.
    pub in_runs: bool,
}
