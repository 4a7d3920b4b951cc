//! What can be typed. Groups of options are shared, so that an option means the same wherever it stands.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::engine::budget::{Budgets, Limit};
use crate::engine::law::fit::{Bootstrap, Criterion, FitOptions, Weighting};
use crate::engine::law::form::Form;
use crate::engine::law::{forms, validation};
use crate::engine::precision::Precision;
use crate::engine::roofline::Attention;
use crate::engine::workload::{MAX_BATCH, MAX_TOKENS, Objective, Workload};
use crate::error::Error;
use crate::files::export::Selection;
use crate::files::runs::ColumnChoice;
use crate::units::{parse_bytes, parse_seconds};

const EXAMPLES: &str = "\
Examples:
  roofscape                                       the explorer, on the paper's law and space
  roofscape --profile orin-nano-8gb --mode 15W --precision w8a8
  roofscape frontier --max-total 100ms            what 100 ms can buy
  roofscape predict --arch layers=24,width=896,heads=14,kv_heads=2,intermediate=4864
  roofscape fit --data runs.csv --save law.toml   a law from your own runs
  roofscape export --max-tpot 20ms --select best --out best.json

Exit codes: 0 found, 1 nothing feasible, 2 error.";

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
    /// Propose the training runs that would tell most about the frontier
    Plan(PlanArgs),
    /// Write feasible architectures with all that makes their numbers citable to a JSON file
    Export(ExportArgs),
    /// List hardware profiles, or show every figure of one with its source
    Profiles(ProfilesArgs),
    /// List loss laws
    Laws(ListArgs),
    /// List search spaces
    Spaces(ListArgs),
    /// Draw synthetic training runs from a law, to try a fit where the right answer is known
    Synthesize(SynthesizeArgs),
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
}

/// Which law: one that exists, or one fitted on the spot.
#[derive(Debug, Clone, Args)]
pub struct LawArgs {
    /// Loss law: a name (see `roofscape laws`) or a TOML file [default: paper]
    #[arg(long, value_name = "NAME|PATH")]
    pub law: Option<String>,
    /// Fit the law to these training runs instead: a table, a directory of runs, `tiny` or `synthetic-170`
    #[arg(long, value_name = "NAME|PATH", conflicts_with = "law")]
    pub data: Option<String>,
    /// What the columns of --data mean, such as `loss=eval/loss`; remembered, `none` forgets
    #[arg(long, value_name = COLUMNS, requires = "data", value_parser = ColumnChoice::parse)]
    pub columns: Option<ColumnChoice>,
    /// How it is fitted.
    #[command(flatten)]
    pub fitting: FittingArgs,
}

impl LawArgs {
    /// How to read the columns of the runs.
    pub fn column_choice(&self) -> ColumnChoice {
        self.columns.clone().unwrap_or_default()
    }
}

const COLUMNS: &str = "FIELD=COLUMN,…|none";

/// How far the runs leave the law open.
#[derive(Debug, Clone, Copy, Args)]
pub struct BootstrapArgs {
    /// Resamples of the runs of --data, for intervals and for how sure the frontier is; 0 leaves them out [default: 200]
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(0..=Bootstrap::MAX_RESAMPLES as u64))]
    pub bootstrap: Option<usize>,
}

/// How a law is fitted to the runs of `--data`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct FittingArgs {
    /// Law to fit to --data
    #[arg(long, value_name = "NAME", default_value = forms::EQ_2.name, value_parser = known_forms(), ignore_case = true, requires = "data")]
    pub form: &'static Form,
    /// What the fit minimises: squared errors of the loss, or Huber's function of errors of ln loss (δ = 0.001)
    #[arg(long, value_name = "NAME", default_value = Criterion::LeastSquares.name(), value_parser = one_of(Criterion::ALL, Criterion::name), ignore_case = true, requires = "data")]
    pub criterion: Criterion,
    /// What counts once: each run, or each architecture however often it was run
    #[arg(long, value_name = "WHAT", default_value = Weighting::Runs.name(), value_parser = one_of(Weighting::ALL, Weighting::name), ignore_case = true, requires = "data")]
    pub weights: Weighting,
    /// Runs to leave out, by name or by number in the file, such as `#12,#31`; may be given again
    #[arg(long, value_name = "NAME|#N,…", requires = "data")]
    pub exclude: Vec<String>,
    /// Training length that a `-tokens` law's losses are for, such as 20B [default: the longest of the runs]
    #[arg(long, value_name = "TOKENS", requires = "data", allow_negative_numbers = true, value_parser = parse_tokens)]
    pub tokens: Option<f64>,
}

/// Which space.
#[derive(Debug, Clone, Args)]
pub struct SpaceArgs {
    /// Search space: a name (see `roofscape spaces`) or a TOML file
    #[arg(long, value_name = "NAME|PATH", default_value = "paper")]
    pub space: String,
}

/// Which board, in which mode, with which number format.
#[derive(Debug, Clone, Args)]
pub struct BoardArgs {
    /// Hardware profile: a name (see `roofscape profiles`) or a TOML file
    #[arg(long, value_name = "NAME|PATH", default_value = "agx-orin-64gb")]
    pub profile: String,
    /// Power mode of the profile [default: the profile's own]
    #[arg(long, value_name = "NAME")]
    pub mode: Option<String>,
    /// Number format
    #[arg(long, value_name = "FORMAT", default_value = "fp16", value_parser = precisions(), ignore_case = true)]
    pub precision: Precision,
}

/// Which workload.
#[derive(Debug, Clone, Args)]
pub struct WorkloadArgs {
    /// Prompt tokens per sequence
    #[arg(long, value_name = "TOKENS", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_TOKENS)))]
    pub input: u32,
    /// Generated tokens per sequence; 0 leaves prefill alone
    #[arg(long, value_name = "TOKENS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_TOKENS)))]
    pub output: u32,
    /// Sequences processed together
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_BATCH)))]
    pub batch: u32,
}

impl WorkloadArgs {
    /// For the engine.
    pub const fn workload(&self) -> Workload {
        Workload { batch: self.batch, prompt_tokens: self.input, generated_tokens: self.output }
    }
}

/// How attention is executed.
#[derive(Debug, Clone, Copy, Args)]
pub struct AttentionArgs {
    /// Attention kernels
    #[arg(long, value_name = "KERNELS", default_value = "fused", value_parser = attentions(), ignore_case = true)]
    pub attention: Attention,
}

/// What is allowed. Nothing is forbidden unless it is typed.
#[derive(Debug, Clone, Copy, Args)]
pub struct BudgetArgs {
    /// Largest latency of prefill and decode together, such as 100ms
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, value_parser = parse_seconds)]
    pub max_total: Option<f64>,
    /// Largest time to first token (TTFT)
    #[arg(long, visible_alias = "max-ttft", value_name = "TIME", allow_negative_numbers = true, value_parser = parse_seconds)]
    pub max_prefill: Option<f64>,
    /// Largest time per output token, such as 20ms
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, value_parser = parse_seconds)]
    pub max_tpot: Option<f64>,
    /// Largest memory, such as 8GB
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true, value_parser = parse_bytes)]
    pub max_memory: Option<f64>,
}

impl BudgetArgs {
    /// For the engine.
    pub fn budgets(&self) -> Budgets {
        let mut budgets = Budgets::NONE;
        for (limit, value) in [
            (Limit::Total, self.max_total),
            (Limit::Prefill, self.max_prefill),
            (Limit::Tpot, self.max_tpot),
            (Limit::Memory, self.max_memory),
        ] {
            budgets.set(limit, value);
        }
        budgets
    }
}

/// A space with everything that prices and limits it.
#[derive(Debug, Clone, Args)]
pub struct SweepArgs {
    /// The law.
    #[command(flatten)]
    pub law: LawArgs,
    /// Its uncertainty.
    #[command(flatten)]
    pub bootstrap: BootstrapArgs,
    /// The space.
    #[command(flatten)]
    pub space: SpaceArgs,
    /// The board.
    #[command(flatten)]
    pub board: BoardArgs,
    /// The workload.
    #[command(flatten)]
    pub workload: WorkloadArgs,
    /// Attention.
    #[command(flatten)]
    pub attention: AttentionArgs,
    /// Latency that the frontier minimises
    #[arg(long, value_name = "PHASE", default_value = "total", value_parser = objectives(), ignore_case = true)]
    pub objective: Objective,
    /// What is allowed.
    #[command(flatten)]
    pub budgets: BudgetArgs,
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

/// `roofscape fit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  roofscape fit --data runs.csv\n  roofscape fit --data tiny --holdout 0.3 --seed 7\n  \
                        roofscape fit --data runs.csv --compare             which law the runs prefer\n  \
                        roofscape fit --data runs.csv --form eq2-tokens --tokens 20B --exclude '#12,diverged-run'\n  \
                        roofscape fit --data runs.jsonl --save mine.toml && roofscape --law mine.toml\n  \
                        roofscape fit --data wandb_export.csv --columns loss=eval/loss,width=model.hidden_size\n  \
                        roofscape fit --data outputs/        Hugging Face runs: trainer_state.json with config.json\n\n\
                        Tables are CSV or JSON Lines, or what Weights & Biases and `mlflow experiments csv` export."
)]
pub struct FitArgs {
    /// Training runs: a table, a directory of runs, `tiny` or `synthetic-170`
    #[arg(long, value_name = "NAME|PATH")]
    pub data: String,
    /// What the columns mean, such as `loss=eval/loss,width=model.hidden_size`; remembered for tables with the same
    /// header, `none` forgets
    #[arg(long, value_name = COLUMNS, value_parser = ColumnChoice::parse)]
    pub columns: Option<ColumnChoice>,
    /// Share of the architectures held out to judge the law, from 0 to below 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    pub holdout: f64,
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

const ARCH_HELP: &str = "\
Keys of --arch (names of config.json are taken too, such as num_hidden_layers):
  layers, width             required
  heads and/or head_dim     the one left out follows from the width
  kv_heads                  default: heads (multi-head attention)
  intermediate or ffn_ratio intermediate is the hidden size of one expert; ffn_ratio, such as 4 or 8/3,
                            counts all activated experts
  experts, top_k            default: 1 and 1 (dense)
  vocab                     default: 151936
  tied                      default: true (LM head shares the embedding's weights)

Examples:
  roofscape predict --arch layers=24,width=896,heads=14,kv_heads=2,intermediate=4864 --precision w8a8
  roofscape predict --arch layers=16,width=1792,head_dim=64,kv_heads=4,ffn_ratio=1,experts=16,top_k=1 --format json
  roofscape predict --arch qwen2.5-0.5b --profile orin-nano-8gb --mode 15W --input 512 --output 128";

/// `roofscape predict`.
#[derive(Debug, Args)]
#[command(after_help = ARCH_HELP)]
pub struct PredictArgs {
    /// Shape as KEY=VALUE,…, or a known model: Qwen2.5-0.5B, Qwen3-0.6B, Llama-3.2-1B
    #[arg(long, value_name = "KEY=VALUE,…")]
    pub arch: String,
    /// The law.
    #[command(flatten)]
    pub law: LawArgs,
    /// Its uncertainty.
    #[command(flatten)]
    pub bootstrap: BootstrapArgs,
    /// The board.
    #[command(flatten)]
    pub board: BoardArgs,
    /// The workload.
    #[command(flatten)]
    pub workload: WorkloadArgs,
    /// Attention.
    #[command(flatten)]
    pub attention: AttentionArgs,
    /// How to print; CSV is the operators, one line each
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// `roofscape frontier`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  roofscape frontier --max-total 100ms --max-memory 8GB\n  \
                        roofscape frontier --precision w8a8 --objective decode --format csv > frontier.csv\n  \
                        roofscape frontier --max-tpot 5ms --format json | jq '.frontier[-1]'\n  \
                        roofscape frontier --data runs.csv --bootstrap 500 --max-total 100ms")]
pub struct FrontierArgs {
    /// What is priced.
    #[command(flatten)]
    pub sweep: SweepArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// `roofscape export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  roofscape export --max-total 100ms --out feasible.json\n  \
                        roofscape export --max-tpot 20ms --select best --out - | jq '.architectures[0].architecture'")]
pub struct ExportArgs {
    /// What is priced.
    #[command(flatten)]
    pub sweep: SweepArgs,
    /// Which architectures to write
    #[arg(long, value_name = "WHICH", default_value = "feasible", value_parser = selections(), ignore_case = true)]
    pub select: Selection,
    /// The JSON file to write; `-` is stdout
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// `roofscape profiles`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ProfilesArgs {
    /// Options of the list.
    #[command(flatten)]
    pub list: ListArgs,
    /// What to do with profiles.
    #[command(subcommand)]
    pub command: Option<ProfilesCommand>,
}

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum ProfilesCommand {
    /// List the profiles that can be named
    List(ListArgs),
    /// Show every figure of a profile: value, how it is known, source, date
    Show(ShowArgs),
}

/// Options of lists.
#[derive(Debug, Clone, Copy, Args)]
pub struct ListArgs {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// `roofscape profiles show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A name or a TOML file
    #[arg(value_name = "NAME|PATH")]
    pub profile: String,
    /// This power mode alone
    #[arg(long, value_name = "NAME")]
    pub mode: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `roofscape synthesize`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  roofscape synthesize --runs 170 --noise 0.062 --seed 2026 --out runs.csv")]
pub struct SynthesizeArgs {
    /// Loss law to draw from: a name or a TOML file
    #[arg(long, value_name = "NAME|PATH", default_value = "paper")]
    pub law: String,
    /// Search space to draw shapes from: a name or a TOML file
    #[arg(long, value_name = "NAME|PATH", default_value = "paper")]
    pub space: String,
    /// How many runs
    #[arg(long, value_name = "N", default_value_t = 170, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub runs: usize,
    /// Standard deviation of the loss about the law, nats per token
    #[arg(long, value_name = "NATS", default_value_t = 0.062)]
    pub noise: f64,
    /// Seed of shapes and noise
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// What the tokens column says; the paper's models saw ten billion
    #[arg(long, value_name = "TOKENS", default_value_t = Self::TOKENS)]
    pub tokens: u64,
    /// The CSV file to write; `-` is stdout
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

impl SynthesizeArgs {
    /// The paper's training runs.
    pub const TOKENS: u64 = 10_000_000_000;
}

fn precisions() -> impl TypedValueParser<Value = Precision> {
    let values = Precision::ALL.map(|precision| PossibleValue::new(precision.name).help(precision.description));
    PossibleValuesParser::new(values)
        .try_map(|name| Precision::named(&name).ok_or_else(|| Error::new(format!("'{name}' is no number format"))))
}

fn attentions() -> impl TypedValueParser<Value = Attention> {
    let values = Attention::ALL.map(|attention| PossibleValue::new(attention.name()).help(attention.description()));
    PossibleValuesParser::new(values).try_map(|typed| {
        Attention::ALL
            .into_iter()
            .find(|attention| attention.name().eq_ignore_ascii_case(&typed))
            .ok_or_else(|| Error::new(format!("'{typed}' is not known here")))
    })
}

fn known_forms() -> impl TypedValueParser<Value = &'static Form> {
    let values = forms::ALL.map(|form| PossibleValue::new(form.name).help(form.formula));
    PossibleValuesParser::new(values).try_map(|typed| {
        forms::named(&typed.to_lowercase()).ok_or_else(|| Error::new(format!("'{typed}' is not known here")))
    })
}

/// `20B`, `1.1e10`.
fn parse_tokens(typed: &str) -> Result<f64, Error> {
    const SUFFIXES: [(&str, f64); 3] = [("M", 1e6), ("B", 1e9), ("T", 1e12)];
    let typed = typed.trim();
    let (digits, scale) = SUFFIXES
        .into_iter()
        .find_map(|(suffix, scale)| Some((typed.strip_suffix(suffix)?, scale)))
        .unwrap_or((typed, 1.0));
    let tokens = digits.trim().parse::<f64>().map(|value| value * scale);
    tokens
        .ok()
        .filter(|tokens| tokens.is_finite() && *tokens >= 1.0)
        .ok_or_else(|| Error::new(format!("'{typed}' is no number of tokens")).expected("such as 20B or 1.1e10"))
}

fn objectives() -> impl TypedValueParser<Value = Objective> {
    one_of(Objective::ALL, Objective::name)
}

fn selections() -> impl TypedValueParser<Value = Selection> {
    one_of([Selection::Best, Selection::Frontier, Selection::Feasible], Selection::name)
}

/// The one of `all` whose name is typed.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name)).try_map(move |typed| {
        all.into_iter()
            .find(|value| name(*value).eq_ignore_ascii_case(&typed))
            .ok_or_else(|| Error::new(format!("'{typed}' is not known here")))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_for_what_they_say() {
        let Cli { explore, command } =
            Cli::try_parse_from(["roofscape", "--precision", "W8A8", "--input", "7"]).unwrap();
        assert!(command.is_none());
        assert_eq!((explore.board.precision, explore.workload.input), (Precision::W8A8, 7));
        let both = Cli::try_parse_from(["roofscape", "--law", "paper", "--data", "tiny"]);
        assert!(both.unwrap_err().to_string().contains("cannot be used with"));
        let lost = Cli::try_parse_from(["roofscape", "--law", "paper", "frontier"]);
        assert!(lost.is_err(), "an option before the command would be ignored");
    }
}
