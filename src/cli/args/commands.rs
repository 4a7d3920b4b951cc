//! The options of each command.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, value_parser};

use super::groups::{
    AttentionArgs, BoardArgs, BootstrapArgs, BudgetArgs, LawArgs, ModelArgs, ShapeArgs, SpaceArgs, SweepArgs,
    WorkloadArgs,
};
use super::values::{precisions, selections, stored_as};
use super::{Format, ReportFormat, RowFormat};
use engine::precision::{Precision, Storage};
use report::Selection;

/// `roofscape calibrate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  roofscape calibrate --measurements published\n  \
                        roofscape calibrate --measurements bench.json --profile orin-nano-8gb --mode 15W --engine 'llama.cpp b9292' --model Llama-3.2-1B\n  \
                        roofscape calibrate --measurements bench.json --profile orin-nano-8gb --model models/small.gguf models/large.gguf\n  \
                        roofscape calibrate --measurements latency.json --profile rtx-4090 --model config.json --precision w4a16 --input-len 512 --output-len 1 --batch 1\n  \
                        roofscape calibrate --measurements small.json large.json --profile thor-t5000 --out mine.toml && roofscape --profile mine.toml\n\n\
                        Files: llama-bench, llama-batched-bench, llama-server and llama-cli; Ollama; MLC; vLLM; SGLang; AIPerf, GenAI-Perf;\n\
                        NVIDIA's Jetson benchmarks; MLPerf; TensorRT Edge-LLM and trtexec; tables (datasets/measurements.csv).\n\
                        `published` is built in; without --profile it prints every pair of engine and board.")]
pub struct CalibrateArgs {
    /// Files of measurements, or `published`
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub measurements: Vec<String>,
    /// The board: a name (see `roofscape profiles`) or a TOML file
    #[arg(long, value_name = "NAME|PATH")]
    pub profile: Option<String>,
    /// Power mode of all measurements [default: what the files say, else the profile's own]
    #[arg(long, value_name = "NAME", requires = "profile")]
    pub mode: Option<String>,
    /// The engine: chooses among those of the files, names it where they do not say, or adds a version to a tool's own
    #[arg(long, value_name = "NAME")]
    pub engine: Option<String>,
    /// The model that ran: a name of `roofscape models`, a config.json or its directory, a .gguf file; of several, each where
    /// a file names it
    #[arg(long, value_name = "NAME|PATH", requires = "profile", num_args = 1..)]
    pub model: Vec<String>,
    /// What the board drew meanwhile: a log of tegrastats; of several power modes one each, such as 15W=power.log
    #[arg(long, value_name = "[MODE=]FILE", requires = "profile", num_args = 1..)]
    pub power: Vec<String>,
    /// What files do not say of how the model ran.
    #[command(flatten)]
    pub run: RunArgs,
    /// Write the calibration to this TOML file, for --profile
    #[arg(long, value_name = "FILE", requires = "profile")]
    pub out: Option<PathBuf>,
    /// Replace that file if it exists
    #[arg(long, requires = "out")]
    pub force: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What a tool leaves to whoever ran it.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Number format of files that do not say
    #[arg(long, value_name = "FORMAT", requires = "profile", value_parser = precisions(), ignore_case = true)]
    pub precision: Option<Precision>,
    /// Format of the LM head, of files that do not say [default: as the weights; 16 bit or `q6_k` where their format has it so]
    #[arg(long, value_name = "FORMAT", requires = "profile", value_parser = stored_as(Storage::OF_HEADS), ignore_case = true)]
    pub head: Option<Storage>,
    /// Format of the KV cache, of files that do not say [default: 16 bit]
    #[arg(long, value_name = "FORMAT", requires = "profile", value_parser = stored_as(Storage::OF_KV_CACHES), ignore_case = true)]
    pub kv: Option<Storage>,
    /// Tokens of each prompt, of files that do not say
    #[arg(long, value_name = "TOKENS", requires = "profile", value_parser = value_parser!(u32).range(1..))]
    pub input_len: Option<u32>,
    /// Tokens generated for each prompt, of files that do not say
    #[arg(long, value_name = "TOKENS", requires = "profile", value_parser = value_parser!(u32).range(1..))]
    pub output_len: Option<u32>,
    /// Tokens in the cache before the one step that was timed
    #[arg(long, value_name = "TOKENS", requires = "profile")]
    pub past_kv_len: Option<u32>,
    /// Sequences at a time, of files that do not say
    #[arg(long, value_name = "SEQUENCES", requires = "profile", value_parser = value_parser!(u32).range(1..))]
    pub batch: Option<u32>,
}

const ARCH_HELP: &str = "\
Keys of --arch (names of config.json are taken too, such as num_hidden_layers):
  layers, width             required
  heads and/or head_dim     the one left out follows from the width
  kv_heads                  default: heads (multi-head attention)
  intermediate or ffn_ratio intermediate is the hidden size of one expert; ffn_ratio, such as 4 or 8/3,
                            counts all activated experts
  experts, top_k            default: 1 and 1 (dense)
  shared                    hidden size of an expert that every token uses beside these; default: none
  vocab                     default: 151936
  tied                      default: true (LM head shares the embedding's weights)
  window, full_every        layers look back over so many tokens, but for every n-th; or full_layers, a number
  dense_layers, dense_hidden layers of a mixture without experts, and their hidden size
  feed_forward=plain        two matrices in a feed-forward block; more of such keys: docs/models.md
  An architecture object of the JSON of any command is taken too.

Examples:
  roofscape predict --arch layers=24,width=896,heads=14,kv_heads=2,intermediate=4864 --precision w8a8
  roofscape predict --arch layers=16,width=1792,head_dim=64,kv_heads=4,ffn_ratio=1,experts=16,top_k=1 --format json
  roofscape predict --model ~/models/Qwen3-4B/config.json --precision w4a16
  roofscape predict --arch qwen2.5-0.5b --profile orin-nano-8gb --mode 15W --input 512 --output 128
  roofscape predict --arch qwen2.5-0.5b --all-modes                    watts, latency and energy of every power mode";

/// `roofscape predict`.
#[derive(Debug, Args)]
#[command(after_help = ARCH_HELP)]
pub struct PredictArgs {
    /// The architecture.
    #[command(flatten)]
    pub shape: ShapeArgs,
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
    /// Compare all power modes of the profile, one line each, instead of one mode in full
    #[arg(long, conflicts_with_all = ["mode", "bootstrap"])]
    pub all_modes: bool,
    /// How to print; CSV is the operators, one line each
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// `roofscape frontier`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  roofscape frontier --max-total 100ms --max-memory 8GB\n  \
                        roofscape frontier --precision w8a8 --objective decode --format csv > frontier.csv\n  \
                        roofscape frontier --max-tpot 5ms --format json | jq '.frontier[-1]'\n  \
                        roofscape frontier --data runs.csv --bootstrap 500 --max-total 100ms\n  \
                        roofscape frontier --max-total 100ms --model Qwen3-0.6B --model ~/models/mine")]
pub struct FrontierArgs {
    /// What is priced.
    #[command(flatten)]
    pub sweep: SweepArgs,
    /// Models to show beside the frontier.
    #[command(flatten)]
    pub models: ModelArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// `roofscape theory`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  roofscape theory --max-tpot 5ms\n  \
                        roofscape theory --max-tpot 5ms --max-memory 4GB --costs simplified\n  \
                        roofscape theory --max-total 100ms --precision w8a8 --format json | jq '.optimum, .sensitivities'")]
pub struct TheoryArgs {
    /// The law.
    #[command(flatten)]
    pub law: LawArgs,
    /// The space, whose ends are those of the real sizes.
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
    /// What is allowed.
    #[command(flatten)]
    pub budgets: BudgetArgs,
    /// Whose optimum is the answer; the other one's stands beside it
    #[arg(long, value_enum, default_value_t)]
    pub costs: TheoryCosts,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What predicts the costs of real sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TheoryCosts {
    /// All operators, as everywhere else
    #[default]
    Operators,
    /// The paper's Eq. 29, 39 and 42, which its closed forms are derived for
    Simplified,
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
    /// Rank all boards in all modes by watts for one architecture: which is the cheapest that keeps the budgets
    Rank(Box<RankArgs>),
    /// Say which board this machine is, in which power mode, how that was told, and what the system uses of its memory
    Detect(DetectArgs),
    /// Write a profile for a board that has none, begun from one that is like it, to be edited
    New(NewProfileArgs),
}

/// `roofscape profiles new`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Figures are copied and say that they are assumed; the names and the memory of this machine stand in the \
                        file, if it is none of the known boards.\n\n\
                        Examples:\n  roofscape profiles new --like orin-nx-16gb --out my-board.toml\n  \
                        roofscape profiles new --like rtx-4090 --out -"
)]
pub struct NewProfileArgs {
    /// The profile to begin from: a name or a TOML file; `roofscape profiles detect` names the closest
    #[arg(long, value_name = "NAME|PATH")]
    pub like: String,
    /// The TOML file to write, whose name is that of the profile; `-` is stdout
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// `roofscape profiles detect`.
#[derive(Debug, Clone, Copy, Args)]
#[command(
    after_help = "Reads files under /proc, /sys and /etc that any user may read; runs nothing and writes nothing.\n\n\
                        Examples:\n  roofscape profiles detect\n  roofscape frontier --profile detected --max-total 100ms\n  \
                        roofscape profiles detect --sysroot recorded/ --format json"
)]
pub struct DetectArgs {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
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
    /// A name, a TOML file, or `detected`
    #[arg(value_name = "NAME|PATH")]
    pub profile: String,
    /// This power mode alone
    #[arg(long, value_name = "NAME")]
    pub mode: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `roofscape profiles rank`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  roofscape profiles rank --arch qwen2.5-0.5b --max-total 200ms\n  \
                        roofscape profiles rank --model ~/models/mine --max-tpot 50ms\n  \
                        roofscape profiles rank --arch qwen2.5-0.5b --precision w4a16 --max-tpot 20ms --format json | jq '.cheapest'")]
pub struct RankArgs {
    /// The architecture.
    #[command(flatten)]
    pub shape: ShapeArgs,
    /// Number format; boards that cannot compute it are named
    #[arg(long, value_name = "FORMAT", default_value = "fp16", value_parser = precisions(), ignore_case = true)]
    pub precision: Precision,
    /// Format that the LM head is stored in, and an embedding tied to it [default: as
    /// the weights; 16 bit for `w4a16`, `q6_k` for most types of GGUF]
    #[arg(long, value_name = "FORMAT", value_parser = stored_as(Storage::OF_HEADS), ignore_case = true)]
    pub head: Option<Storage>,
    /// Format that the KV cache is stored in [default: 16 bit]
    #[arg(long, value_name = "FORMAT", value_parser = stored_as(Storage::OF_KV_CACHES), ignore_case = true)]
    pub kv: Option<Storage>,
    /// The workload.
    #[command(flatten)]
    pub workload: WorkloadArgs,
    /// Attention.
    #[command(flatten)]
    pub attention: AttentionArgs,
    /// What is allowed; that it fits into the board's memory always counts.
    #[command(flatten)]
    pub budgets: BudgetArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// `roofscape models`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  roofscape models\n  roofscape models show Qwen1.5-MoE-A2.7B\n  \
                        roofscape models show ~/models/mine/config.json --format json"
)]
pub struct ModelsArgs {
    /// Without a command: the list.
    #[command(flatten)]
    pub list: ListArgs,
    /// What to do with models.
    #[command(subcommand)]
    pub command: Option<ModelsCommand>,
}

/// What to do with models.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the models that can be named
    List(ListArgs),
    /// Show shape, exact parameters and source of one
    Show(ShowModelArgs),
}

/// `roofscape models show`.
#[derive(Debug, Args)]
pub struct ShowModelArgs {
    /// A name, a Hugging Face config.json, or a directory that holds one
    #[arg(value_name = "NAME|PATH")]
    pub model: String,
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

/// `roofscape reproduce`.
#[derive(Debug, Args)]
#[command(
    after_help = "The setting is the paper's: its space, 1024 tokens in and 16 out, batch 1, FP16 and INT8. Which Orin it used is not \
                        said.\n\nExamples:\n  roofscape reproduce\n  roofscape reproduce --profile orin-nano-8gb --mode 15W\n  \
                        roofscape reproduce --format json | jq '.claims[] | {id, verdict}'\n\n\
                        Exit codes: 0 all that should hold does, 1 something does not, 2 error."
)]
pub struct ReproduceArgs {
    /// Loss law: a name or a TOML file; the paper makes no claim about any but its own
    #[arg(long, value_name = "NAME|PATH", default_value = "paper")]
    pub law: String,
    /// Hardware profile: a name (see `roofscape profiles`), a TOML file, or `detected` for this machine
    #[arg(long, value_name = "NAME|PATH", default_value = BoardArgs::DEFAULT)]
    pub profile: String,
    /// Power mode of the profile [default: the profile's own]
    #[arg(long, value_name = "NAME")]
    pub mode: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}
