//! What can be typed. Groups of options are shared, so that an option means the same wherever it stands.

mod commands;
mod groups;
mod runs;
mod search;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use files::resolve::DETECTED;

pub use commands::{
    CalibrateArgs, DetectArgs, ExportArgs, FrontierArgs, ListArgs, ModelsArgs, ModelsCommand, NewProfileArgs,
    PredictArgs, ProfilesArgs, ProfilesCommand, RankArgs, ReproduceArgs, ShowArgs, ShowModelArgs, SynthesizeArgs,
    TheoryArgs, TheoryCosts,
};
pub use groups::{
    AttentionArgs, BoardArgs, BootstrapArgs, BudgetArgs, FittingArgs, LawArgs, ModelArgs, ShapeArgs, SpaceArgs,
    SweepArgs, WhatIfArgs, WorkloadArgs,
};
pub use runs::{Aim, FitArgs, PlanArgs};
pub use search::SearchArgs;

const EXAMPLES: &str = "\
Examples:
  roofscape                                       the explorer, on the paper's law and space and this machine
  roofscape --profile orin-nano-8gb --mode 15W --precision w8a8
  roofscape frontier --max-total 100ms            what 100 ms can buy
  roofscape predict --arch layers=24,width=896,heads=14,kv_heads=2,intermediate=4864
  roofscape fit --data runs.csv --save law.toml   a law from your own runs
  roofscape export --max-tpot 20ms --select best --out best.json

Exit codes: 0 found, 1 nothing feasible or a claim not reproduced, 2 error.";

/// The program's command line.
#[derive(Debug, Parser)]
#[command(
    name = "roofscape",
    version,
    about = "Explores on-device LLM architectures: loss by a scaling law, latency by a roofline, the frontier between",
    long_about = "Explores on-device LLM architectures: loss by a scaling law, latency by a per-operator roofline, and the \
                  frontier between the two.\n\nWithout a command, the full-screen explorer opens.",
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    infer_subcommands = false
)]
pub struct Cli {
    /// Options of the explorer.
    #[command(flatten)]
    pub explore: ExploreArgs,
    /// Root of the machine that `--profile detected` stands for, to look at a recorded one [default: /]
    #[arg(long, value_name = "DIR", global = true)]
    pub sysroot: Option<PathBuf>,
    /// What to do instead.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do without a screen.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fit the loss law to training runs
    Fit(FitArgs),
    /// Predict loss, latency and memory of one architecture, operator by operator
    Predict(PredictArgs),
    /// Price a space and print the latency-loss frontier of what keeps the budgets
    Frontier(FrontierArgs),
    /// Search a space too large to price for its latency-loss frontier
    Search(SearchArgs),
    /// Solve for the best architecture of real sizes: which budget binds, what more of it buys, what to build
    Theory(TheoryArgs),
    /// Propose the training runs that would tell most about the frontier
    Plan(PlanArgs),
    /// Write feasible architectures with all that makes their numbers citable to a JSON file
    Export(ExportArgs),
    /// Fit an engine's efficiencies on a board to measured times, and say how well they predict
    Calibrate(CalibrateArgs),
    /// List hardware profiles, show every figure of one with its source, or recognise this machine
    Profiles(ProfilesArgs),
    /// List known models, or show the shape and the exact parameters of one
    Models(ModelsArgs),
    /// List loss laws
    Laws(ListArgs),
    /// List search spaces
    Spaces(ListArgs),
    /// Draw synthetic training runs from a law, to try a fit where the right answer is known
    Synthesize(SynthesizeArgs),
    /// Check the claims of arXiv 2602.10377, one by one, from its published law
    Reproduce(ReproduceArgs),
    /// Print the JSON Schema that every JSON document keeps
    Schema,
}

impl Cli {
    /// Whether the answer depends on the machine that `--sysroot` names.
    pub fn looks_at_a_machine(&self) -> bool {
        match &self.command {
            None => self.explore.board.profile.as_deref().is_none_or(|profile| profile == DETECTED),
            Some(Command::Profiles(ProfilesArgs {
                command: Some(ProfilesCommand::Detect(_) | ProfilesCommand::New(_)),
                ..
            })) => true,
            Some(command) => command.profile() == Some(DETECTED),
        }
    }
}

impl Command {
    /// The board that it takes, as typed or by default; `None` where it takes none.
    pub fn profile(&self) -> Option<&str> {
        match self {
            Self::Predict(args) => Some(args.board.profile()),
            Self::Frontier(args) => Some(args.sweep.board.profile()),
            Self::Search(args) => Some(args.sweep.board.profile()),
            Self::Theory(args) => Some(args.board.profile()),
            Self::Plan(args) => Some(args.sweep.board.profile()),
            Self::Export(args) => Some(args.sweep.board.profile()),
            Self::Calibrate(args) => args.profile.as_deref(),
            Self::Reproduce(args) => Some(&args.profile),
            Self::Profiles(ProfilesArgs { command: Some(ProfilesCommand::Show(args)), .. }) => Some(&args.profile),
            Self::Fit(_)
            | Self::Profiles(_)
            | Self::Models(_)
            | Self::Laws(_)
            | Self::Spaces(_)
            | Self::Synthesize(_)
            | Self::Schema => None,
        }
    }
}

/// Options of the explorer.
#[derive(Debug, Clone, Args)]
pub struct ExploreArgs {
    /// The law.
    #[command(flatten)]
    pub law: LawArgs,
    /// The space.
    #[command(flatten)]
    pub space: SpaceArgs,
    /// The board and the number format.
    #[command(flatten)]
    pub board: BoardArgs,
    /// The workload.
    #[command(flatten)]
    pub workload: WorkloadArgs,
    /// Models to show beside the candidates.
    #[command(flatten)]
    pub models: ModelArgs,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Aligned columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
}

/// How a report is printed that others may want to paste.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportFormat {
    /// Wrapped text for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// Tables to paste into a README
    Markdown,
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RowFormat {
    /// Aligned columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One line per row, below a header
    Csv,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use engine::precision::Precision;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_for_what_they_say() {
        let Cli { explore, command, .. } =
            Cli::try_parse_from(["roofscape", "--precision", "W8A8", "--input", "7"]).unwrap();
        assert!(command.is_none());
        assert_eq!((explore.board.precision, explore.workload.input), (Some(Precision::W8A8), 7));
        let both = Cli::try_parse_from(["roofscape", "--law", "paper", "--data", "tiny"]);
        assert!(both.unwrap_err().to_string().contains("cannot be used with"));
        let lost = Cli::try_parse_from(["roofscape", "--law", "paper", "frontier"]);
        assert!(lost.is_err(), "an option before the command would be ignored");
    }
}
