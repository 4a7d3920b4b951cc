//! The options of the commands that are about training runs: which law they give, and which run comes next.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Format;
use super::groups::{FittingArgs, ReadingArgs, SweepArgs};
use super::values::parse_tokens;
use engine::law::fit::{Bootstrap, FitOptions};
use engine::law::validation;

/// `roofscape fit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  roofscape fit --data runs.csv\n  roofscape fit --data tiny --holdout 0.3 --seed 7\n  \
                        roofscape fit --data runs.csv --compare             which law the runs prefer\n  \
                        roofscape fit --data runs.csv --coverage            whether its intervals hold unseen runs\n  \
                        roofscape fit --data runs.csv --form eq2-tokens --tokens 20B --exclude '#12,diverged-run'\n  \
                        roofscape fit --data runs.jsonl --save mine.toml && roofscape --law mine.toml\n  \
                        roofscape fit --data wandb_export.csv --columns loss=eval/loss,width=model.hidden_size\n  \
                        roofscape fit --data outputs/        Hugging Face runs: trainer_state.json with config.json\n\n\
                        Tables are CSV or JSON Lines, or what Weights & Biases and `mlflow experiments csv` export."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct FitArgs {
    /// Training runs: a table, a directory of runs, `tiny`, `gemstones` or `synthetic-170`
    #[arg(long, value_name = "NAME|PATH")]
    pub data: String,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Seed of the held-out draw and of the starting points
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// How it is fitted.
    #[command(flatten)]
    pub fitting: FittingArgs,
    /// Parts of the cross-validation; 0 leaves out every test on unseen runs
    #[arg(long, value_name = "K", default_value_t = validation::FOLDS)]
    pub folds: usize,
    /// Resamples of the runs, by architecture, for intervals of the coefficients; 0 leaves them out
    #[arg(long, value_name = "N", default_value_t = Bootstrap::DEFAULT.resamples, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(0..=Bootstrap::MAX_RESAMPLES as u64))]
    pub bootstrap: usize,
    /// Fit every law that the runs allow, and print how they compare instead of one law's report
    #[arg(long, conflicts_with_all = ["save", "form", "tokens"])]
    pub compare: bool,
    /// Count how many unseen runs the intervals of losses hold, and print that instead of one law's report
    #[arg(long, conflicts_with_all = ["save", "compare", "tokens"])]
    pub coverage: bool,
    /// Starting points of the search
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=FitOptions::MAX_STARTS as u64))]
    pub starts: usize,
    /// Write the law to this TOML file, for --law
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Replace that file if it exists
    #[arg(long, requires = "save")]
    pub force: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `roofscape plan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  roofscape plan --data runs.csv\n  roofscape plan --data runs.csv --aim best --max-total 50ms --runs 3\n  \
                        roofscape plan --data runs.csv --per-flop --cost-tokens 10B --format json"
)]
pub struct PlanArgs {
    /// The space, what prices it, and the runs so far.
    #[command(flatten)]
    pub sweep: SweepArgs,
    /// Runs to propose
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub runs: usize,
    /// What the runs should tell about: the frontier within the budgets, or the best architecture on it
    #[arg(long, value_enum, default_value_t)]
    pub aim: Aim,
    /// Rank by what is learnt per training FLOP
    #[arg(long)]
    pub per_flop: bool,
    /// Tokens that each run would be trained on, such as 10B [default: the longest of the runs]
    #[arg(long, value_name = "TOKENS", allow_negative_numbers = true, value_parser = parse_tokens)]
    pub cost_tokens: Option<f64>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What proposed runs should tell about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Aim {
    /// The whole frontier within the budgets
    #[default]
    Frontier,
    /// The lowest loss within the budgets
    Best,
}

impl Aim {
    /// As typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frontier => "frontier",
            Self::Best => "best",
        }
    }
}
