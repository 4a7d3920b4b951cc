//! The numbers that are fitted, and the time that they predict.

use super::observation::Row;
use crate::efficiency::{Efficiency, Overhead, Reach};
use crate::roofline::Phase;

/// One of the fitted numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// `e_c`.
    Compute,
    /// `e_m`.
    Bandwidth,
    /// `b`: bytes in flight per SM and cycle.
    InFlight,
    /// `t_0` of prefill.
    PrefillOverhead,
    /// `t_0` of decode.
    DecodeOverhead,
}

/// How many there are.
pub(super) const COUNT: usize = 5;

impl Parameter {
    /// All of them, each at the place of its number in a point.
    pub const ALL: [Self; COUNT] =
        [Self::Compute, Self::Bandwidth, Self::InFlight, Self::PrefillOverhead, Self::DecodeOverhead];

    pub(super) const fn index(self) -> usize {
        self as usize
    }

    /// As formulas write it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Compute => "e_c",
            Self::Bandwidth => "e_m",
            Self::InFlight => "b",
            Self::PrefillOverhead => "t_0 of prefill",
            Self::DecodeOverhead => "t_0 of decode",
        }
    }

    /// The phase without whose rows it is not known.
    pub(super) const fn phase(self) -> Phase {
        match self {
            Self::Compute | Self::PrefillOverhead => Phase::Prefill,
            Self::Bandwidth | Self::InFlight | Self::DecodeOverhead => Phase::Decode,
        }
    }

    pub(super) const fn is_overhead(self) -> bool {
        matches!(self, Self::PrefillOverhead | Self::DecodeOverhead)
    }

    /// The smallest and the largest value that makes sense, SI units.
    pub(super) const fn range(self) -> [f64; 2] {
        match self {
            Self::Compute | Self::Bandwidth => Efficiency::SHARES,
            Self::InFlight => [1e-3, 1e4],
            Self::PrefillOverhead | Self::DecodeOverhead => [1e-9, Overhead::MOST_S],
        }
    }
}

/// Natural logarithms of all numbers, at their [`Parameter::index`]: times are products and quotients of them, and
/// errors are shares.
pub(super) type Point = [f64; COUNT];

/// Nothing stays below the peaks.
pub(super) const IDEAL: Point = [0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

/// What a point says, at the CPU clock that its overheads hold for.
pub(super) fn reach(point: &Point, at_cpu_hz: Option<f64>) -> Reach {
    let value = |parameter: Parameter| point[parameter.index()].exp();
    let in_flight = value(Parameter::InFlight);
    Reach {
        efficiency: Efficiency {
            compute: value(Parameter::Compute),
            bandwidth: value(Parameter::Bandwidth),
            in_flight_bytes_per_s: None,
            overhead: Overhead {
                prefill_s: value(Parameter::PrefillOverhead),
                decode_s: value(Parameter::DecodeOverhead),
            },
        },
        bytes_per_sm_cycle: in_flight.is_finite().then_some(in_flight),
        at_cpu_hz,
    }
}

impl Row {
    /// The time that an engine of this reach takes.
    pub(super) fn predicted_s(&self, reach: &Reach) -> f64 {
        let efficiency = reach.in_mode(self.clocks);
        let (bandwidth, _) = efficiency.bandwidth_share(self.bandwidth_bytes_per_s);
        let Efficiency { compute, overhead, .. } = efficiency;
        let overhead_s = match self.phase {
            Phase::Prefill => overhead.prefill_s,
            Phase::Decode => overhead.decode_s,
        };
        let seconds = |compute_s: f64, memory_s: f64| (compute_s / compute).max(memory_s / bandwidth) + overhead_s;
        self.work.iter().map(|work| work.count * seconds(work.compute_s, work.memory_s)).sum()
    }
}
