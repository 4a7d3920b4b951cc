//! Hardware profiles: a board, its power modes, and for every number how it is known.
//!
//! A latency prediction is as good as its peaks, and the peaks people find first are the wrong ones, so a profile is
//! strict where a configuration file would be lenient: units are written out, sources are named, sparse rates are
//! refused. `profiles/README.md` tells how to write one.

mod check;
mod contender;
mod dense;
mod figure;
mod identity;
mod machine;
mod overlay;
mod plausible;
mod power;
mod raw;
mod setting;
mod template;
#[cfg(test)]
mod tests;

pub use figure::{Evidence, Figure, Source};
pub use identity::{Identity, Variant};
pub use machine::ClockLimit;
pub use overlay::{Draft, DraftFormat, FormatFigures, MeasuredPower, Overlay, Spread, Tested};
pub(crate) use setting::Setting;
pub use template::Template;

use serde::Serialize;

use crate::toml_source::TomlSource;
use engine::efficiency::Clocks;
use engine::error::{Error, Result, did_you_mean};
use engine::hardware::{Efficiencies, Efficiency, Hardware, Overhead};
use engine::precision::ComputeCapability;
use engine::sharing::Others;
use engine::text::one_of;
use engine::what_if::Scaling;

/// A board.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Profile {
    /// Short name, as typed on the command line.
    pub name: String,
    /// As its maker calls it.
    pub title: String,
    /// What a reader must know before trusting the figures.
    pub notes: Vec<String>,
    /// CUDA compute capability, such as `8.7`, where the board has one.
    pub compute_capability: Option<String>,
    /// How much memory there is.
    pub memory: MemoryFigures,
    /// At least one; names differ in more than case.
    pub modes: Vec<PowerMode>,
    /// How much of the peaks an engine reaches, as far as the file says.
    pub efficiency: EfficiencyFigures,
    /// What one engine was measured to reach, if a calibration is laid over the board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Overlay>,
    /// How it is recognised, where the file says.
    #[serde(skip)]
    pub identity: Option<Identity>,
    /// Which file it was read from, in words: `built in`, a path, `…, in place of the built-in one`.
    #[serde(skip)]
    pub origin: Option<String>,
    /// How it is imagined otherwise; no file says that, the figures stay those of the file, and [`Self::hardware`] differs.
    #[serde(skip)]
    pub what_if: Scaling,
    /// What else runs on it; no file says that either.
    #[serde(skip)]
    pub others: Others,
    /// Clocks of this very machine that stand below those of its mode now; none where no machine was looked at.
    #[serde(skip)]
    pub limited: Vec<ClockLimit>,
    #[serde(skip)]
    default_mode: usize,
}

/// How much memory a board has, and how much of it a model can have.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemoryFigures {
    /// Fitted on the board.
    pub capacity: Figure,
    /// What the operating system reports as its total; less than the capacity by the carve-outs of the firmware.
    pub usable: Option<Figure>,
    /// What system and runtime keep of that.
    pub reserved: Option<Figure>,
    /// Width of the memory bus.
    pub bus: Option<Figure>,
}

impl MemoryFigures {
    /// What a program can have, bytes; the capacity where nobody measured.
    pub fn usable_bytes(&self) -> f64 {
        self.usable.as_ref().unwrap_or(&self.capacity).si
    }

    /// Of that, kept by system and runtime, bytes; 0 where the file says nothing.
    pub fn reserved_bytes(&self) -> f64 {
        self.reserved.as_ref().map_or(0.0, |reserved| reserved.si)
    }
}

/// One setting of clocks, powered units and power budget.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PowerMode {
    /// As the board's own tool calls it, such as `MAXN`.
    pub name: String,
    /// What holds for this mode only.
    pub notes: Vec<String>,
    /// Power budget; modes without a limit have none.
    pub watts: Option<Figure>,
    /// Streaming multiprocessors that are powered.
    pub sms: Option<Figure>,
    /// Highest GPU clock.
    pub gpu_clock: Option<Figure>,
    /// Highest memory-controller clock.
    pub emc_clock: Option<Figure>,
    /// Highest CPU clock. No rate follows from it, but the cost of launching an operator does.
    pub cpu_clock: Option<Figure>,
    /// DRAM bandwidth.
    pub bandwidth: Figure,
    /// Dense FP16 and BF16 rate.
    pub fp16: Figure,
    /// Dense INT8 rate.
    pub int8: Option<Figure>,
    /// Dense FP8 rate.
    pub fp8: Option<Figure>,
    /// Dense FP4 rate.
    pub fp4: Option<Figure>,
}

impl PowerMode {
    fn rates(&self) -> impl Iterator<Item = &Figure> {
        [Some(&self.fp16), self.int8.as_ref(), self.fp8.as_ref(), self.fp4.as_ref()].into_iter().flatten()
    }

    /// What runs in it, and how fast, as far as the file says.
    pub fn clocks(&self) -> Clocks {
        let si = |figure: &Option<Figure>| figure.as_ref().map(|figure| figure.si);
        Clocks { sms: si(&self.sms), gpu_hz: si(&self.gpu_clock), cpu_hz: si(&self.cpu_clock) }
    }

    /// What bounds the rates, where the file gives clock and SMs.
    fn bound<'a>(&'a self, capability: &'a str) -> Option<dense::Bound<'a>> {
        let (sms, gpu_clock) = self.sms.as_ref().zip(self.gpu_clock.as_ref())?;
        Some(dense::Bound { capability, sms, gpu_clock })
    }
}

/// Deviation from the ideal roofline; what is absent is ideal.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EfficiencyFigures {
    /// Share of the compute peak that is reached.
    pub compute: Option<Figure>,
    /// Share of the bandwidth that is reached.
    pub bandwidth: Option<Figure>,
    /// What every operator costs besides.
    pub overhead: Option<Figure>,
}

impl EfficiencyFigures {
    /// For the engine.
    pub fn efficiency(&self) -> Efficiency {
        let or = |figure: &Option<Figure>, ideal| figure.as_ref().map_or(ideal, |figure| figure.si);
        Efficiency {
            compute: or(&self.compute, Efficiency::IDEAL.compute),
            bandwidth: or(&self.bandwidth, Efficiency::IDEAL.bandwidth),
            in_flight_bytes_per_s: None,
            overhead: self.overhead.as_ref().map_or(Overhead::NONE, |figure| Overhead::both(figure.si)),
        }
    }
}

impl Profile {
    /// Reads a profile; `source` is the path or embedded name for messages.
    pub fn parse(source: &str, text: &str) -> Result<Self> {
        check::profile(TomlSource::new(source, text))
    }

    /// The mode that holds when none is asked for: the file's `default_mode`, else its first.
    pub fn default_mode(&self) -> &PowerMode {
        &self.modes[self.default_mode]
    }

    /// The mode of that name, in any case, or as the board's own tool prints it.
    pub fn mode(&self, name: &str) -> Result<&PowerMode> {
        let found = position(&self.modes, name).or_else(|| self.mode_as_printed(name));
        found.map(|i| &self.modes[i]).ok_or_else(|| self.no_mode(name))
    }

    /// What the engine needs to know of the board in one of its modes, as it is imagined.
    pub fn hardware(&self, mode: &PowerMode) -> Hardware {
        let rate = |figure: &Option<Figure>| figure.as_ref().map(|figure| figure.si);
        let as_it_is = Hardware {
            name: format!("{} {}", self.name, mode.name),
            fp16_flops_per_s: mode.fp16.si,
            int8_flops_per_s: rate(&mode.int8),
            fp8_flops_per_s: rate(&mode.fp8),
            fp4_flops_per_s: rate(&mode.fp4),
            bandwidth_bytes_per_s: mode.bandwidth.si,
            memory_bytes: self.memory.usable_bytes(),
            reserved_bytes: self.memory.reserved_bytes(),
            watts: mode.watts.as_ref().map(|watts| watts.si),
            efficiency: match &self.calibration {
                Some(overlay) => overlay.efficiencies(mode),
                None => Efficiencies::from(self.efficiency.efficiency()),
            },
            compute_capability: self.compute_capability.as_deref().and_then(ComputeCapability::parse),
        };
        as_it_is.scaled(&self.what_if).shared_with(&self.others)
    }

    /// What others leave of the board.
    #[must_use]
    pub fn shared_with(&self, others: Others) -> Self {
        Self { others, ..self.clone() }
    }

    /// The board with other bandwidth, compute or memory.
    #[must_use]
    pub fn imagined(&self, what_if: Scaling) -> Self {
        Self { what_if, ..self.clone() }
    }

    /// Every figure that holds in a mode, in reading order: rates, bandwidth, clocks, power, memory, efficiency.
    pub fn figures<'a>(&'a self, mode: &'a PowerMode) -> Vec<&'a Figure> {
        let of_mode = [&mode.sms, &mode.gpu_clock, &mode.emc_clock, &mode.cpu_clock, &mode.watts];
        let MemoryFigures { capacity, usable, reserved, bus } = &self.memory;
        let EfficiencyFigures { compute, bandwidth, overhead } = &self.efficiency;
        let of_board = [usable, reserved, bus, compute, bandwidth, overhead];
        mode.rates()
            .chain([&mode.bandwidth])
            .chain(of_mode.into_iter().flatten())
            .chain([capacity])
            .chain(of_board.into_iter().flatten())
            .collect()
    }
}

fn position(modes: &[PowerMode], name: &str) -> Option<usize> {
    modes.iter().position(|mode| mode.name.eq_ignore_ascii_case(name))
}

/// Adds what there is, and the name probably meant.
fn with_known<'a>(error: Error, typed: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.into_iter().collect();
    let error = error.expected(one_of(&known));
    match did_you_mean(typed, known) {
        Some(near) => error.hint(format!("'{near}'")),
        None => error,
    }
}
