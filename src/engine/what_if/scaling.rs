//! The same board with other bandwidth, compute or memory.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::hardware::Hardware;
use crate::units;

/// What of a board may be imagined otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Resource {
    /// DRAM bandwidth.
    #[default]
    Bandwidth,
    /// The rates of all number formats together.
    Compute,
    /// What a program can have.
    Memory,
}

impl Resource {
    /// All of them, in the order in which they stand on the screen.
    pub const ALL: [Self; 3] = [Self::Bandwidth, Self::Compute, Self::Memory];

    /// Those that times depend on.
    pub const SPEEDS: [Self; 2] = [Self::Bandwidth, Self::Compute];

    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bandwidth => "bandwidth",
            Self::Compute => "compute",
            Self::Memory => "memory",
        }
    }
}

/// A factor from ¼ to 4, kept in millionths: two that are typed alike are alike, and 1 is exactly 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor(u32);

impl Factor {
    /// As it is.
    pub const ONE: Self = Self(1_000_000);
    /// The smallest.
    pub const LEAST: Self = Self(250_000);
    /// The largest.
    pub const MOST: Self = Self(4_000_000);

    /// `None` outside ¼ to 4.
    pub fn new(value: f64) -> Option<Self> {
        let millionths = (value * 1e6).round();
        let allowed = f64::from(Self::LEAST.0)..=f64::from(Self::MOST.0);
        allowed.contains(&millionths).then_some(Self(millionths as u32))
    }

    /// As a number.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl Default for Factor {
    fn default() -> Self {
        Self::ONE
    }
}

/// `×2`.
impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "×{}", units::ratio(self.value()))
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// How an imagined board differs from the one that it is imagined from.
///
/// Efficiencies, launch overhead and what the system keeps of the memory stay as they are: they belong to software. What
/// the SMs keep in flight is theirs, and goes with the compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scaling {
    /// On the bandwidth.
    pub bandwidth: Factor,
    /// On the rates of all number formats.
    pub compute: Factor,
    /// In place of what a program can have; the board's own if not given.
    pub memory_bytes: Option<u64>,
}

impl Scaling {
    /// The board as it is.
    pub const NONE: Self = Self { bandwidth: Factor::ONE, compute: Factor::ONE, memory_bytes: None };

    /// Whether it changes nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

/// `bandwidth ×2, memory 16.0 GB`: what differs, and nothing of what does not.
impl fmt::Display for Scaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factor = |name: &str, factor: Factor| (factor != Factor::ONE).then(|| format!("{name} {factor}"));
        let memory = self.memory_bytes.map(|bytes| format!("memory {}", units::bytes(bytes as f64)));
        let parts = [factor("bandwidth", self.bandwidth), factor("compute", self.compute), memory];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

impl Scaling {
    /// `×2 bw, 16.0 GB`, for where there is little room.
    pub fn in_short(&self) -> String {
        let factor = |name: &str, factor: Factor| (factor != Factor::ONE).then(|| format!("{factor} {name}"));
        let memory = self.memory_bytes.map(|bytes| units::bytes(bytes as f64));
        let parts = [factor("bw", self.bandwidth), factor("compute", self.compute), memory];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Hardware {
    /// The same board as `scaling` imagines it; its name says so. Its watts stay those of the real mode: nobody knows those of
    /// other rates, and an energy at the same power budget can be compared with the one before.
    #[must_use]
    pub fn scaled(&self, scaling: &Scaling) -> Self {
        let (bandwidth, compute) = (scaling.bandwidth.value(), scaling.compute.value());
        let rate = |peak: Option<f64>| peak.map(|flops_per_s| flops_per_s * compute);
        Self {
            name: if scaling.is_none() { self.name.clone() } else { format!("{}, {scaling}", self.name) },
            fp16_flops_per_s: self.fp16_flops_per_s * compute,
            int8_flops_per_s: rate(self.int8_flops_per_s),
            fp8_flops_per_s: rate(self.fp8_flops_per_s),
            fp4_flops_per_s: rate(self.fp4_flops_per_s),
            bandwidth_bytes_per_s: self.bandwidth_bytes_per_s * bandwidth,
            efficiency: self.efficiency.scaled(compute),
            memory_bytes: scaling.memory_bytes.map_or(self.memory_bytes, |bytes| bytes as f64),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::agx_orin;

    #[test]
    fn a_board_that_is_imagined_as_it_is_is_the_board() {
        assert_eq!(agx_orin().scaled(&Scaling::NONE), agx_orin());
        assert_eq!(Scaling::default(), Scaling::NONE);
        assert_eq!((Factor::new(1.0), Factor::ONE.value()), (Some(Factor::ONE), 1.0));
    }

    #[test]
    fn what_is_changed_changes_and_is_said() {
        let scaling = Scaling {
            bandwidth: Factor::new(2.0).unwrap(),
            compute: Factor::new(0.5).unwrap(),
            memory_bytes: Some(16_000_000_000),
        };
        let (before, after) = (agx_orin(), agx_orin().scaled(&scaling));
        assert_eq!(after.name, "agx-orin-64gb, bandwidth ×2, compute ×0.5, memory 16.0 GB");
        assert_eq!(scaling.in_short(), "×2 bw, ×0.5 compute, 16.0 GB");
        assert_eq!((after.bandwidth_bytes_per_s, after.memory_bytes), (409.6e9, 16e9));
        let powered = Hardware { watts: Some(50.0), ..before.clone() };
        assert_eq!(powered.scaled(&scaling).watts, Some(50.0), "an energy is at the real mode's power budget");
        assert_eq!(
            (after.fp16_flops_per_s, after.int8_flops_per_s, after.fp8_flops_per_s),
            (21.25e12, Some(42.5e12), None)
        );
        assert_eq!((after.reserved_bytes, after.efficiency), (before.reserved_bytes, before.efficiency));
    }

    #[test]
    fn factors_reach_from_a_quarter_to_four() {
        for (typed, factor) in [(0.25, Some(Factor::LEAST)), (4.0, Some(Factor::MOST)), (0.249, None), (4.01, None)] {
            assert_eq!(Factor::new(typed), factor);
        }
        assert!([f64::NAN, f64::INFINITY, -1.0, 0.0].into_iter().all(|value| Factor::new(value).is_none()));
        assert_eq!(Factor::new(4.0 / 3.0).map(Factor::value), Some(1.333_333));
    }
}
