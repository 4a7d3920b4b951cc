//! H = (`π_H`, `β_H`) of the paper, for one board in one power mode: what a latency prediction needs to know.

pub use super::efficiency::{Basis, Efficiencies, Efficiency, Overhead, TrafficLimit};
use super::precision::{ComputeCapability, ComputeFormat, Precision};

/// Peak **dense** rates, bandwidth and memory of a board in one power mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Hardware {
    /// Name for messages: profile and mode.
    pub name: String,
    /// Dense 16-bit matrix rate, FLOP/s. Every board has one.
    pub fp16_flops_per_s: f64,
    /// Dense INT8 rate, OP/s, where the board has one.
    pub int8_flops_per_s: Option<f64>,
    /// Dense FP8 rate, FLOP/s, where the board has one.
    pub fp8_flops_per_s: Option<f64>,
    /// Dense FP4 rate, FLOP/s, where the board has one.
    pub fp4_flops_per_s: Option<f64>,
    /// DRAM bandwidth, byte/s.
    pub bandwidth_bytes_per_s: f64,
    /// Memory a program can have, bytes.
    pub memory_bytes: f64,
    /// Of that, kept by operating system and runtime, bytes.
    pub reserved_bytes: f64,
    /// Power budget of the mode, W; `None` where nobody states one.
    pub watts: Option<f64>,
    /// How much of the peaks an engine reaches, by number format.
    pub efficiency: Efficiencies,
    /// CUDA compute capability, where the board has one: it says why a rate is missing.
    pub compute_capability: Option<ComputeCapability>,
}

impl Hardware {
    /// How much of the peaks is reached in a number format, and on what that rests.
    pub fn efficiency_in(&self, precision: &Precision) -> (Efficiency, Basis) {
        self.efficiency.of(precision)
    }

    /// The bandwidth that is reached in a number format, byte/s, and what limits it.
    pub fn reached_bandwidth(&self, precision: &Precision) -> (f64, TrafficLimit) {
        let (share, limit) = self.efficiency_in(precision).0.bandwidth_share(self.bandwidth_bytes_per_s);
        (self.bandwidth_bytes_per_s * share, limit)
    }

    /// Dense rate of the linear operators in `format`, FLOP/s; `None` where the board cannot compute it.
    pub const fn rate_flops_per_s(&self, format: ComputeFormat) -> Option<f64> {
        match format {
            ComputeFormat::Bits16 => Some(self.fp16_flops_per_s),
            ComputeFormat::Int8 => self.int8_flops_per_s,
            ComputeFormat::Fp8 => self.fp8_flops_per_s,
            ComputeFormat::Fp4 => self.fp4_flops_per_s,
        }
    }

    /// Names of the number formats that it has the rate for.
    pub fn computable(&self) -> Vec<&'static str> {
        let has_rate = |known: &Precision| self.rate_flops_per_s(known.compute).is_some();
        Precision::ALL.iter().filter(|known| has_rate(known)).map(|known| known.name).collect()
    }
}
