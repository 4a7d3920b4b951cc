//! Groups of options that several commands share.

use clap::Args;

use super::values::{attentions, known_forms, objectives, one_of, parse_factor, parse_tokens, precisions, stored_as};
use engine::budget::{Budgets, Limit};
use engine::error::Error;
use engine::law::fit::{Bootstrap, Criterion, Weighting};
use engine::law::form::Form;
use engine::precision::{LossPenalties, LossPenalty, Precision, Storage};
use engine::roofline::{Attention, PrefillChunk};
use engine::sharing::Others;
use engine::space::BlindAxes;
use engine::units::{parse_bytes, parse_joules, parse_seconds};
use engine::what_if::{Factor, Scaling};
use engine::workload::{MAX_BATCH, MAX_TOKENS, Objective, Workload};
use files::runs::{BestOf, ColumnChoice, Reading};

/// Which law: one that exists, or one fitted on the spot.
#[derive(Debug, Clone, Args)]
pub struct LawArgs {
    /// Loss law: a name (see `roofscape laws`) or a TOML file [default: paper]
    #[arg(long, value_name = "NAME|PATH")]
    pub law: Option<String>,
    /// Fit the law to these training runs instead: a table, a directory of runs, `tiny` or `synthetic-170`
    #[arg(long, value_name = "NAME|PATH", conflicts_with = "law")]
    pub data: Option<String>,
    /// How the runs are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How it is fitted.
    #[command(flatten)]
    pub fitting: FittingArgs,
}

/// How the runs of `--data` are read.
#[derive(Debug, Clone, Args)]
pub struct ReadingArgs {
    /// What the columns of --data mean, or a value for all runs, such as `loss=eval/loss,head_dim=128`; may be given
    /// again, adds to what was told for the same header, `none` forgets
    #[arg(long, value_name = "FIELD=COLUMN,…|none", requires = "data", value_parser = ColumnChoice::parse)]
    pub columns: Vec<ColumnChoice>,
    /// Of runs that differ in these columns alone take the best, such as `lr`; `none` takes all [default: the usual names
    /// of learning rate, schedule, batch size and the like]
    #[arg(long, value_name = "COLUMN,…|none", requires = "data", value_parser = BestOf::parse)]
    pub best_of: Option<BestOf>,
}

impl ReadingArgs {
    /// The same, together.
    pub fn reading(&self) -> Reading {
        Reading { columns: ColumnChoice::of_parts(&self.columns), best_of: self.best_of.clone().unwrap_or_default() }
    }
}

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
    /// Law to fit to --data [default: eq2, or eq2-tokens where architectures were trained to several lengths;
    /// active-total-tokens for runs of which only parameters are known]
    #[arg(long, value_name = "NAME", value_parser = known_forms(), ignore_case = true, requires = "data")]
    pub form: Option<&'static Form>,
    /// What the fit minimises: squared errors of the loss, or Huber's function of errors of ln loss (δ = 0.001)
    #[arg(long, value_name = "NAME", default_value = Criterion::LeastSquares.name(), value_parser = one_of(Criterion::ALL, Criterion::name), ignore_case = true, requires = "data")]
    pub criterion: Criterion,
    /// What counts once: each run, or each architecture however often it was run
    #[arg(long, value_name = "WHAT", default_value = Weighting::Runs.name(), value_parser = one_of(Weighting::ALL, Weighting::name), ignore_case = true, requires = "data")]
    pub weights: Weighting,
    /// Runs to leave out, by name or by number in the file, such as `#12,#31`; may be given again
    #[arg(long, value_name = "NAME|#N,…", requires = "data")]
    pub exclude: Vec<String>,
    /// Share of the architectures to hold out of the fit, from 0 to below 1; every run decides unless you ask for it
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, requires = "data")]
    pub holdout: f64,
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
    /// Axes that the law cannot see, because its runs never varied them: held at the runs' own values, or free
    #[arg(long, value_name = "WHAT", default_value = BlindAxes::Held.name(), value_parser = one_of(BlindAxes::ALL, BlindAxes::name), ignore_case = true)]
    pub blind: BlindAxes,
}

/// Which board, in which mode, with which number format.
#[derive(Debug, Clone, Args)]
pub struct BoardArgs {
    /// Hardware profile: a name (see `roofscape profiles`), a TOML file, or `detected` for this machine
    /// [default: agx-orin-64gb; in the explorer this machine, if it is a known board]
    #[arg(long, value_name = "NAME|PATH")]
    pub profile: Option<String>,
    /// Power mode of the profile [default: the profile's own]
    #[arg(long, value_name = "NAME")]
    pub mode: Option<String>,
    /// Number format of weights and arithmetic [default: fp16; for `predict --model FILE` that of the file]
    #[arg(long, value_name = "FORMAT", value_parser = precisions(), ignore_case = true, hide_default_value = true)]
    pub precision: Option<Precision>,
    /// Format that the LM head is stored in, and an embedding tied to it [default: as
    /// the weights; 16 bit for `w4a16`, `q6_k` for most types of GGUF]
    #[arg(long, value_name = "FORMAT", value_parser = stored_as(Storage::OF_HEADS), ignore_case = true)]
    pub head: Option<Storage>,
    /// Format that the KV cache is stored in [default: 16 bit]
    #[arg(long, value_name = "FORMAT", value_parser = stored_as(Storage::OF_KV_CACHES), ignore_case = true)]
    pub kv: Option<Storage>,
    /// What a number format adds to every loss, such as `w4a16=0.03,q4_0=0.08`, in nats per token; may be given again
    /// [default: nothing, since no law knows]
    #[arg(long, value_name = "FORMAT=NATS,…", value_delimiter = ',', value_parser = LossPenalty::parse)]
    pub loss_penalty: Vec<LossPenalty>,
    /// What else runs on the board, such as `bandwidth=20%,gpu=10%,memory=2GB`: the model gets the rest [default: nothing]
    #[arg(long, value_name = "KEY=VALUE,…", default_value = "", hide_default_value = true, value_parser = Others::parse)]
    pub others: Others,
    /// What if it were another board.
    #[command(flatten)]
    pub what_if: WhatIfArgs,
}

impl BoardArgs {
    /// What was given for each format.
    pub fn loss_penalties(&self) -> LossPenalties {
        self.loss_penalty.iter().copied().collect()
    }

    /// Weights, head, cache and penalty together.
    pub fn number_format(&self) -> Precision {
        self.completed(self.precision.unwrap_or(Precision::FP16))
    }

    /// The same of a model whose file has a format: that one, unless another was typed. The second is whether it was taken.
    pub fn number_format_of(&self, own: &Precision) -> (Precision, bool) {
        match self.precision {
            Some(typed) if typed.name != own.name => (self.completed(typed), false),
            _ => (self.completed(*own), true),
        }
    }

    fn completed(&self, precision: Precision) -> Precision {
        let penalty_nats = self.loss_penalties().nats(precision.name);
        precision.with_head(self.head).with_kv_cache(self.kv).with_loss_penalty(penalty_nats)
    }
}

/// What if the board had other bandwidth, compute or memory.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct WhatIfArgs {
    /// What if: its bandwidth times this, from 0.25 to 4
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true, value_parser = parse_factor)]
    pub scale_bandwidth: Option<Factor>,
    /// What if: its compute rates times this, from 0.25 to 4
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true, value_parser = parse_factor)]
    pub scale_compute: Option<Factor>,
    /// What if: so much memory for a program, such as 16GB
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true, value_parser = parse_bytes)]
    pub board_memory: Option<f64>,
}

impl WhatIfArgs {
    /// For the engine.
    pub fn scaling(&self) -> Scaling {
        Scaling {
            bandwidth: self.scale_bandwidth.unwrap_or_default(),
            compute: self.scale_compute.unwrap_or_default(),
            memory_bytes: self.board_memory.map(|bytes| bytes as u64),
        }
    }
}

impl BoardArgs {
    /// What stands for the board where none is typed: the same everywhere, so that scripts can be repeated elsewhere.
    pub const DEFAULT: &str = "agx-orin-64gb";

    /// The profile as typed.
    pub fn profile(&self) -> &str {
        self.profile.as_deref().unwrap_or(Self::DEFAULT)
    }
}

/// Which workload.
#[derive(Debug, Clone, Args)]
pub struct WorkloadArgs {
    /// Prompt tokens per sequence
    #[arg(long, value_name = "TOKENS", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_TOKENS)))]
    pub input: u32,
    /// Tokens in the cache before the prompt begins, such as a system prompt that every request shares
    #[arg(long, value_name = "TOKENS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_TOKENS)))]
    pub cached: u32,
    /// Generated tokens per sequence; 0 leaves prefill alone
    #[arg(long, value_name = "TOKENS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_TOKENS)))]
    pub output: u32,
    /// Most prompt tokens that pass at a time, or `whole` [default: the engine's where it is calibrated, else whole]
    #[arg(long, value_name = "TOKENS", value_parser = PrefillChunk::parse)]
    pub prefill_chunk: Option<PrefillChunk>,
    /// Sequences processed together
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_BATCH)))]
    pub batch: u32,
}

impl WorkloadArgs {
    /// An error where tokens are to be generated by a model that has no head for it.
    pub fn answered_by(&self, precision: &Precision) -> Result<(), Error> {
        if precision.has_head() || self.output == 0 {
            return Ok(());
        }
        Err(Error::new("a model without an LM head generates no tokens")
            .at_column("--head")
            .expected("--output 0 with --head none")
            .hint("--output 0, for the pass over the prompt alone"))
    }

    /// For the engine.
    pub const fn workload(&self) -> Workload {
        Workload {
            batch: self.batch,
            cached_tokens: self.cached,
            prompt_tokens: self.input,
            generated_tokens: self.output,
        }
    }
}

/// Which models to place beside the candidates.
#[derive(Debug, Clone, Args)]
pub struct ModelArgs {
    /// A model to place beside the candidates: a Hugging Face config.json, a directory that holds one, or the name of a
    /// known model; may be repeated
    #[arg(long = "model", value_name = "PATH|NAME")]
    pub models: Vec<String>,
}

/// One shape: typed, or that of a model.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct ShapeArgs {
    /// Shape as KEY=VALUE,…, or the name of a known model (see `roofscape models`)
    #[arg(long, value_name = "KEY=VALUE,…|NAME")]
    pub arch: Option<String>,
    /// Shape of a model: a Hugging Face config.json, a directory that holds one, or the name of a known model
    #[arg(long, value_name = "PATH|NAME")]
    pub model: Option<String>,
}

/// How attention is executed.
#[derive(Debug, Clone, Copy, Args)]
pub struct AttentionArgs {
    /// Attention kernels
    #[arg(long, value_name = "KERNELS", default_value = Attention::default().name(), value_parser = attentions(), ignore_case = true)]
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
    /// Largest energy per request, such as 2J: watts of the power mode times total latency, a bound where that is calibrated
    #[arg(long, value_name = "ENERGY", allow_negative_numbers = true, value_parser = parse_joules)]
    pub max_energy: Option<f64>,
    /// Largest memory, such as 8GB, with what system and runtime keep
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true, value_parser = parse_bytes)]
    pub max_memory: Option<f64>,
}

impl BudgetArgs {
    /// For the engine, if the board can be held to them all: `load::budgets` knows.
    pub fn budgets(&self) -> Budgets {
        let mut budgets = Budgets::NONE;
        for (limit, value) in [
            (Limit::Total, self.max_total),
            (Limit::Prefill, self.max_prefill),
            (Limit::Tpot, self.max_tpot),
            (Limit::Energy, self.max_energy),
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
