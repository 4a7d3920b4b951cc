//! A number with what makes it citable: unit, how it is known, source, date.

use std::fmt;

use serde::Serialize;

use engine::efficiency::{Efficiency, Overhead};
use engine::workload::MAX_TOKENS;

/// How a figure is known. Shown beside it, so that nobody takes a guess for a data sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", schemars(rename = "FigureKind"))]
pub enum Evidence {
    /// The source prints this figure.
    Stated,
    /// Computed from other figures; the note or the source says how.
    Derived,
    /// Somebody measured it on a board.
    Measured,
    /// Fitted to measurements, as `roofscape calibrate` does; the source is theirs.
    Fitted,
    /// Nobody vouches for it; the note says why it stands here.
    Assumed,
}

impl Evidence {
    pub(super) const NAMES: [&'static str; 5] = ["stated", "derived", "measured", "fitted", "assumed"];

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "stated" => Self::Stated,
            "derived" => Self::Derived,
            "measured" => Self::Measured,
            "fitted" => Self::Fitted,
            "assumed" => Self::Assumed,
            _ => return None,
        })
    }

    /// As the file spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Derived => "derived",
            Self::Measured => "measured",
            Self::Fitted => "fitted",
            Self::Assumed => "assumed",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A document that figures are taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// Title and edition.
    pub title: String,
    /// Where to read it.
    pub url: String,
}

/// One number of a profile, as its file gives it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figure {
    /// As the file spells it, such as `int8`.
    pub key: &'static str,
    /// In words, such as `dense INT8 rate`.
    pub label: &'static str,
    /// In `unit`.
    pub value: f64,
    /// As the file spells it.
    pub unit: &'static str,
    /// The value in SI base units (FLOP/s, byte/s, byte, Hz, W, s) or as a bare number.
    pub si: f64,
    /// How it is known.
    pub kind: Evidence,
    /// Where it is taken from; an assumption may have none.
    pub source: Option<Source>,
    /// When the source was published or read, `YYYY-MM-DD`.
    pub date: String,
    /// How it was derived, why it was assumed, what it holds for.
    pub note: Option<String>,
}

/// `85 TOP/s`; bare numbers without a unit.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            "1" => write!(f, "{}", self.value),
            unit => write!(f, "{} {unit}", self.value),
        }
    }
}

/// A unit's name and how many base units it is.
pub(super) type Unit = (&'static str, f64);

/// What one key of the file may hold.
#[derive(Debug)]
pub(super) struct Quantity {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) units: &'static [Unit],
    pub(super) range: Range,
    /// Whether it is a compute rate, which must be declared dense.
    pub(super) rate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    Positive,
    ZeroOrMore,
    /// A count: 1, 2, 3, …
    Whole,
    /// Tokens of a prompt.
    Chunk,
    /// Of a peak, as engines reach it.
    Share,
    /// A time that a launch can take, s.
    Launch,
}

impl Range {
    pub(super) fn contains(self, si: f64) -> bool {
        si.is_finite()
            && match self {
                Self::Positive => si > 0.0,
                Self::ZeroOrMore => si >= 0.0,
                Self::Whole => si >= 1.0 && si.fract() == 0.0,
                Self::Chunk => (1.0..=f64::from(MAX_TOKENS)).contains(&si) && si.fract() == 0.0,
                Self::Share => (Efficiency::SHARES[0]..=Efficiency::SHARES[1]).contains(&si),
                Self::Launch => (0.0..=Overhead::MOST_S).contains(&si),
            }
    }

    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Positive => "a finite number above 0",
            Self::ZeroOrMore => "a finite number, 0 or above",
            Self::Whole => "a whole number, 1 or above",
            Self::Chunk => "a whole number of tokens, from 1 to 10,000,000",
            Self::Share => "a share of the peak, from 0.001 to 1",
            Self::Launch => "a time from 0 to 10 ms",
        }
    }
}

impl Quantity {
    pub(super) fn unit(&self, name: &str) -> Option<Unit> {
        self.units.iter().copied().find(|(known, _)| *known == name)
    }

    pub(super) fn unit_names(&self) -> Vec<&'static str> {
        self.units.iter().map(|(name, _)| *name).collect()
    }
}

const FLOP_RATES: &[Unit] = &[("TFLOP/s", 1e12), ("GFLOP/s", 1e9), ("PFLOP/s", 1e15)];
const OP_RATES: &[Unit] = &[("TOP/s", 1e12), ("GOP/s", 1e9), ("POP/s", 1e15)];
const BANDWIDTHS: &[Unit] = &[("GB/s", 1e9), ("MB/s", 1e6), ("TB/s", 1e12)];
const SIZES: &[Unit] = &[
    ("GB", 1e9),
    ("MB", 1e6),
    ("kB", 1e3),
    ("B", 1.0),
    ("TB", 1e12),
    ("GiB", 1_073_741_824.0),
    ("MiB", 1_048_576.0),
    ("KiB", 1024.0),
];
const CLOCKS: &[Unit] = &[("MHz", 1e6), ("GHz", 1e9), ("kHz", 1e3), ("Hz", 1.0)];
const TIMES: &[Unit] = &[("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("ms", 1e-3), ("s", 1.0)];
const SHARES: &[Unit] = &[("1", 1.0), ("%", 0.01)];

const fn rate(key: &'static str, label: &'static str, units: &'static [Unit]) -> Quantity {
    Quantity { key, label, units, range: Range::Positive, rate: true }
}

const fn quantity(key: &'static str, label: &'static str, units: &'static [Unit], range: Range) -> Quantity {
    Quantity { key, label, units, range, rate: false }
}

pub(super) static FP16: Quantity = rate("fp16", "dense 16-bit rate", FLOP_RATES);
pub(super) static INT8: Quantity = rate("int8", "dense INT8 rate", OP_RATES);
pub(super) static FP8: Quantity = rate("fp8", "dense FP8 rate", FLOP_RATES);
pub(super) static FP4: Quantity = rate("fp4", "dense FP4 rate", FLOP_RATES);
pub(super) static BANDWIDTH: Quantity = quantity("bandwidth", "memory bandwidth", BANDWIDTHS, Range::Positive);
/// What a board drew, as a calibration holds it.
pub(super) static DRAWN: Quantity = quantity("watts", "measured power", &[("W", 1.0), ("mW", 1e-3)], Range::Positive);
pub(super) static WATTS: Quantity = quantity("watts", "power budget", &[("W", 1.0), ("mW", 1e-3)], Range::Positive);
pub(super) static SMS: Quantity = quantity("sms", "active SMs", &[("SM", 1.0)], Range::Whole);
pub(super) static GPU_CLOCK: Quantity = quantity("gpu_clock", "GPU clock", CLOCKS, Range::Positive);
pub(super) static EMC_CLOCK: Quantity = quantity("emc_clock", "memory clock", CLOCKS, Range::Positive);
pub(super) static CPU_CLOCK: Quantity = quantity("cpu_clock", "CPU clock", CLOCKS, Range::Positive);
pub(super) static CAPACITY: Quantity = quantity("capacity", "memory fitted", SIZES, Range::Positive);
pub(super) static USABLE: Quantity = quantity("usable", "memory a program can have", SIZES, Range::Positive);
pub(super) static RESERVED: Quantity = quantity("reserved", "kept by system and runtime", SIZES, Range::ZeroOrMore);
pub(super) static BUS: Quantity = quantity("bus", "memory bus width", &[("bit", 1.0)], Range::Whole);
pub(super) static PREFILL_CHUNK: Quantity =
    quantity("prefill_chunk", "most tokens in one pass of a prompt", &[("token", 1.0), ("tokens", 1.0)], Range::Chunk);
pub(super) static COMPUTE: Quantity = quantity("compute", "share of the compute peak", SHARES, Range::Share);
pub(super) static TRAFFIC: Quantity = quantity("bandwidth", "share of the bandwidth", SHARES, Range::Share);
pub(super) static OVERHEAD: Quantity = quantity("overhead", "time per operator besides", TIMES, Range::Launch);
pub(super) static PREFILL_OVERHEAD: Quantity =
    quantity("prefill_overhead", "time per operator besides, prefill", TIMES, Range::Launch);
pub(super) static DECODE_OVERHEAD: Quantity =
    quantity("decode_overhead", "time per operator besides, decode", TIMES, Range::Launch);
pub(super) static IN_FLIGHT: Quantity =
    quantity("bytes_per_sm_cycle", "bytes per SM and cycle", &[("B", 1.0)], Range::Positive);
