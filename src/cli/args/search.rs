//! The options of `roofscape search`.

use clap::Args;

use super::RowFormat;
use super::groups::{ModelArgs, SweepArgs};
use super::values::{parse_evaluations, parse_tolerance};
use engine::search::SearchOptions;

/// `roofscape search`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  roofscape search --space large --max-total 100ms --max-memory 8GB\n  \
                        roofscape search --space large --seed 7 --tolerance 1e-6 --format json | jq '.search'\n  \
                        roofscape search --space mine.toml --objective decode --max-evaluations 100000\n\n\
                        A search proves nothing: the true frontier may be better. Another --seed says how much depends on luck.\n\
                        Ctrl-C ends it early and prints what has been found.")]
pub struct SearchArgs {
    /// What is searched and priced.
    #[command(flatten)]
    pub sweep: SweepArgs,
    /// Seed of the first sample; the same seed finds the same
    #[arg(long, default_value_t = SearchOptions::DEFAULT.seed)]
    pub seed: u64,
    /// Most candidates to price
    #[arg(long, value_name = "N", default_value_t = SearchOptions::DEFAULT.max_evaluations, value_parser = parse_evaluations, allow_negative_numbers = true)]
    pub max_evaluations: usize,
    /// Stop when the last quarter of the evaluations adds less than this share of the frontier's hypervolume; 0 goes on
    /// until nothing is left to try
    #[arg(long, value_name = "SHARE", default_value_t = SearchOptions::DEFAULT.tolerance, value_parser = parse_tolerance)]
    pub tolerance: f64,
    /// Models to show beside the frontier.
    #[command(flatten)]
    pub models: ModelArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}
