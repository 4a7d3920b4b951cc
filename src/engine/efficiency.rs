//! How far an engine stays below the peaks of a board: `T_op = max(FLOPs/(π·e_c), bytes/(β·e_m)) + t_0`.
//!
//! The numbers belong to an engine, a board **and a number format**: on one Thor the same engine reaches 78 % of the
//! FP4 peak and 10 % of the 16-bit peak with INT4 weights. So they are kept by format. A format that nobody measured is
//! ideal and is called uncalibrated. It never gets its neighbour's numbers.
//!
//! The launch overhead is kept by phase. Decode is replayed from a captured graph of kernels. Prefill is launched
//! kernel by kernel, which costs several times as much. With one overhead for both phases the formula cannot meet both
//! prefill and decode of small models.

use super::precision::{Precision, Storage};

/// `t_0`: seconds that every operator costs besides, launch and synchronisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overhead {
    /// While the prompt is processed.
    pub prefill_s: f64,
    /// While tokens are generated.
    pub decode_s: f64,
}

impl Overhead {
    /// No launch takes longer, s. A larger value was measured from something else.
    pub const MOST_S: f64 = 0.01;

    /// Launches are free.
    pub const NONE: Self = Self::both(0.0);

    /// The same in both phases.
    pub const fn both(seconds: f64) -> Self {
        Self { prefill_s: seconds, decode_s: seconds }
    }
}

/// Deviation from the ideal roofline in one power mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Efficiency {
    /// `e_c` in (0, 1]: share of the compute peak that is reached.
    pub compute: f64,
    /// `e_m` in (0, 1]: share of the bandwidth that is reached where memory limits it.
    pub bandwidth: f64,
    /// `b·SMs·f`: what the SMs keep in flight at their clock, byte/s; `None` where that is not known to limit anything. It
    /// is a rate of the SMs, so it grows with imagined compute and not with imagined bandwidth.
    pub in_flight_bytes_per_s: Option<f64>,
    /// `t_0`.
    pub overhead: Overhead,
}

/// What limits the bandwidth that an engine reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficLimit {
    /// The memory: `e_m·β`.
    Memory,
    /// What the SMs keep in flight: `b·SMs·f`.
    InFlight,
}

impl Efficiency {
    /// The least and the largest share of a peak that an engine may be taken to reach. Below it is a slip of a unit.
    pub const SHARES: [f64; 2] = [1e-3, 1.0];

    /// The ideal roofline: peaks reached, launches free.
    pub const IDEAL: Self =
        Self { compute: 1.0, bandwidth: 1.0, in_flight_bytes_per_s: None, overhead: Overhead::NONE };

    /// `min(e_m, b·SMs·f/β)`: the share of the memory bandwidth that is reached, and what limits it. This is the one
    /// place that knows how fast memory is read.
    #[inline]
    pub fn bandwidth_share(&self, bandwidth_bytes_per_s: f64) -> (f64, TrafficLimit) {
        match self.in_flight_bytes_per_s.map(|in_flight| in_flight / bandwidth_bytes_per_s) {
            Some(by_clock) if by_clock < self.bandwidth => (by_clock, TrafficLimit::InFlight),
            _ => (self.bandwidth, TrafficLimit::Memory),
        }
    }

    /// On a board that computes `compute` times as fast.
    #[must_use]
    pub fn scaled(self, compute: f64) -> Self {
        let in_flight_bytes_per_s = self.in_flight_bytes_per_s.map(|in_flight| in_flight * compute);
        Self { in_flight_bytes_per_s, ..self }
    }
}

impl Default for Efficiency {
    fn default() -> Self {
        Self::IDEAL
    }
}

/// What runs in one power mode, and how fast, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clocks {
    /// Streaming multiprocessors that are powered.
    pub sms: Option<f64>,
    /// GPU clock, Hz.
    pub gpu_hz: Option<f64>,
    /// CPU clock, Hz: launches are the CPU's work.
    pub cpu_hz: Option<f64>,
}

impl Clocks {
    /// Cycles per second of all SMs together.
    pub fn sm_cycles_per_s(&self) -> Option<f64> {
        Some(self.sms? * self.gpu_hz?)
    }
}

/// What an engine reaches in **every** power mode of a board: [`Efficiency`] before a mode is chosen.
///
/// Two things follow the clocks. A kernel keeps a limited number of bytes in flight per SM, so the bandwidth that is
/// reached is `min(e_m·β, b·SMs·f)`: a board throttled to half its clock does not read its memory at full speed. And
/// launches take CPU cycles, so `t_0` is inversely proportional to the CPU clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// As measured: at the CPU clock below, and without a limit in flight.
    pub efficiency: Efficiency,
    /// `b`: bytes per SM and cycle; `None` where no more than one clock was measured.
    pub bytes_per_sm_cycle: Option<f64>,
    /// The CPU clock that the overheads hold for, Hz; `None` where they are taken as they are in all modes.
    pub at_cpu_hz: Option<f64>,
}

impl Reach {
    /// The same in all modes.
    pub const fn constant(efficiency: Efficiency) -> Self {
        Self { efficiency, bytes_per_sm_cycle: None, at_cpu_hz: None }
    }

    /// In a mode of these clocks. What depends on a clock that is not known holds as it is.
    #[inline]
    pub fn in_mode(&self, clocks: Clocks) -> Efficiency {
        let Efficiency { overhead, .. } = self.efficiency;
        let in_flight = self.bytes_per_sm_cycle.zip(clocks.sm_cycles_per_s());
        let slower = self.at_cpu_hz.zip(clocks.cpu_hz).map_or(1.0, |(measured, here)| measured / here);
        Efficiency {
            in_flight_bytes_per_s: in_flight.map(|(bytes, cycles_per_s)| bytes * cycles_per_s),
            overhead: Overhead { prefill_s: overhead.prefill_s * slower, decode_s: overhead.decode_s * slower },
            ..self.efficiency
        }
    }
}

/// What an engine reaches in one number format.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FormatEfficiency {
    /// [`Precision::name`].
    pub format: &'static str,
    /// How the LM head was stored when it was measured, where that is known. An engine that keeps the head in 16 bit
    /// does so whatever the format of the weights, and its efficiencies hold for those bytes.
    pub head: Option<Storage>,
    /// The same of the KV cache.
    pub kv_cache: Option<Storage>,
    /// Most tokens that one pass of a prompt took, where the engine divides prompts.
    pub prefill_chunk_tokens: Option<u32>,
    /// In the mode.
    pub efficiency: Efficiency,
    /// Which phases were measured; the other is ideal as far as it depends on numbers of its own.
    pub phases: CalibratedPhases,
    /// Whether the mode was.
    pub measured: Measured,
}

/// Where a calibration was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// In this power mode, among others.
    Here,
    /// In other power modes of the board.
    Elsewhere,
}

/// Which phases a calibration speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalibratedPhases {
    /// Prefill and decode.
    Both,
    /// Prefill alone.
    Prefill,
    /// Decode alone.
    Decode,
}

/// On what a predicted latency rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The ideal roofline: nothing says how far engines stay below the peaks.
    Ideal,
    /// Efficiencies that the profile gives for whatever runs on it.
    Given,
    /// Efficiencies fitted to measurements in this number format.
    Calibrated(CalibratedPhases),
    /// The same, but measured in other power modes: carried over by the clocks.
    Extrapolated(CalibratedPhases),
    /// Other number formats were measured, this one was not: it is ideal.
    Uncovered,
}

impl Basis {
    /// Whether it is the ideal roofline, for one reason or the other.
    pub const fn is_ideal(self) -> bool {
        matches!(self, Self::Ideal | Self::Uncovered)
    }

    /// In a word, for columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ideal | Self::Uncovered => "ideal",
            Self::Given => "given",
            Self::Calibrated(_) => "calibrated",
            Self::Extrapolated(_) => "extrapolated",
        }
    }
}

/// Efficiencies of a board in one mode, by number format.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Efficiencies {
    /// For formats that have none of their own.
    pub general: Efficiency,
    /// Those that were measured.
    pub formats: Vec<FormatEfficiency>,
}

impl Efficiencies {
    /// The ideal roofline in all formats.
    pub const IDEAL: Self = Self { general: Efficiency::IDEAL, formats: Vec::new() };

    /// What holds in a number format, and on what that rests.
    pub fn of(&self, precision: &Precision) -> (Efficiency, Basis) {
        match self.formats.iter().find(|known| known.format == precision.name) {
            Some(FormatEfficiency { efficiency, phases, measured: Measured::Here, .. }) => {
                (*efficiency, Basis::Calibrated(*phases))
            }
            Some(FormatEfficiency { efficiency, phases, .. }) => (*efficiency, Basis::Extrapolated(*phases)),
            None if self.general != Efficiency::IDEAL => (self.general, Basis::Given),
            None if self.formats.is_empty() => (Efficiency::IDEAL, Basis::Ideal),
            None => (Efficiency::IDEAL, Basis::Uncovered),
        }
    }

    /// The number format with head and cache as they were measured in it, unless somebody chose them.
    #[must_use]
    pub fn as_measured(&self, precision: Precision) -> Precision {
        match self.formats.iter().find(|known| known.format == precision.name) {
            Some(known) => precision.as_stored_by(known.head, known.kv_cache),
            None => precision,
        }
    }

    /// Most tokens that one pass of a prompt takes in a number format, where the engine that was measured divides prompts.
    pub fn prefill_chunk_tokens(&self, precision: &Precision) -> Option<u32> {
        self.formats.iter().find(|known| known.format == precision.name)?.prefill_chunk_tokens
    }

    /// On a board that computes `compute` times as fast.
    #[must_use]
    pub fn scaled(&self, compute: f64) -> Self {
        let format =
            |known: &FormatEfficiency| FormatEfficiency { efficiency: known.efficiency.scaled(compute), ..*known };
        Self { general: self.general.scaled(compute), formats: self.formats.iter().map(format).collect() }
    }
}

impl From<Efficiency> for Efficiencies {
    fn from(general: Efficiency) -> Self {
        Self { general, formats: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURED: Efficiency = Efficiency {
        compute: 0.5,
        bandwidth: 0.8,
        in_flight_bytes_per_s: None,
        overhead: Overhead { prefill_s: 4e-5, decode_s: 1e-5 },
    };

    #[test]
    fn a_format_without_measurements_borrows_no_other_s() {
        let [fp16, w8a8] = [Precision::FP16, Precision::W8A8];
        let known = FormatEfficiency {
            format: w8a8.name,
            head: Some(Storage::FP16),
            kv_cache: None,
            prefill_chunk_tokens: None,
            efficiency: MEASURED,
            phases: CalibratedPhases::Decode,
            measured: Measured::Here,
        };
        let elsewhere = FormatEfficiency { measured: Measured::Elsewhere, ..known };
        let carried_over = Efficiencies { formats: vec![elsewhere], ..Efficiencies::IDEAL };
        assert_eq!(carried_over.of(&w8a8), (MEASURED, Basis::Extrapolated(CalibratedPhases::Decode)));
        let calibrated = Efficiencies { formats: vec![known], ..Efficiencies::IDEAL };
        assert_eq!(calibrated.of(&w8a8), (MEASURED, Basis::Calibrated(CalibratedPhases::Decode)));
        assert_eq!(calibrated.of(&fp16), (Efficiency::IDEAL, Basis::Uncovered));
        assert_eq!(calibrated.as_measured(w8a8).head, Storage::FP16);
        let chosen = w8a8.with_head(Some(Storage::INT8));
        assert_eq!((calibrated.as_measured(chosen), calibrated.as_measured(fp16)), (chosen, fp16));
        assert_eq!(Efficiencies::IDEAL.of(&fp16), (Efficiency::IDEAL, Basis::Ideal));
        assert_eq!(Efficiencies::from(MEASURED).of(&fp16), (MEASURED, Basis::Given));
    }

    #[test]
    fn bandwidth_follows_the_gpu_and_launches_the_cpu() {
        let reach = Reach { efficiency: MEASURED, bytes_per_sm_cycle: Some(10.0), at_cpu_hz: Some(1.6e9) };
        let slow = Clocks { sms: Some(4.0), gpu_hz: Some(0.5e9), cpu_hz: Some(0.8e9) };
        // 10 bytes × 4 SMs × 0.5 GHz = 20 GB/s of 40.
        let throttled = reach.in_mode(slow);
        assert_eq!(throttled.bandwidth_share(40e9), (0.5, TrafficLimit::InFlight));
        assert_eq!(throttled.compute, 0.5);
        assert_eq!(throttled.overhead, Overhead { prefill_s: 8e-5, decode_s: 2e-5 });
        // Where memory is the narrower, e_m holds.
        assert_eq!(throttled.bandwidth_share(10e9), (0.8, TrafficLimit::Memory));
        // Twice the clock keeps twice as many bytes in flight. That is then all that the memory can give.
        assert_eq!(throttled.scaled(2.0).bandwidth_share(40e9), (0.8, TrafficLimit::Memory));
        assert_eq!(throttled.scaled(1.5).bandwidth_share(40e9), (0.75, TrafficLimit::InFlight));
        assert_eq!(reach.in_mode(Clocks::default()), MEASURED);
        assert_eq!(Reach::constant(MEASURED).in_mode(slow), MEASURED);
    }
}
